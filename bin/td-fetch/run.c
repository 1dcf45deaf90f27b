/* td-fetch's work: find or issue the job, wait for it, hand its result over. */
#include "fetch.h"

#include "sys/clock.h"
#include "api/conf.h"
#include "base/die.h"
#include "base/fd.h"
#include "base/log.h"
#include "api/job.h"
#include "base/mem.h"
#include "base/num.h"
#include "sys/metrics.h"
#include "sys/progress.h"
#include "api/result_download.h"
#include "sys/sandbox.h"
#include "base/sig.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SQL_MAX = 2 << 20 };

struct run {
	const struct opts *o;
	struct conf conf;
	struct api *api;
	struct sink *to;
	struct progress progress;
	struct since *since;
	char key[JOB_KEY_MAX + 1]; /* of the job that we issue */
	bool own;              /* the job is ours */
	bool adopted;          /* but an earlier run may have issued it */
	uint64_t until_ms;     /* --wait: the end of our patience by clock_ms(), 0: none */
	char last[32];         /* the status of the job that was reported last */
	struct sink watch;     /* between the server and out: measures progress */
	int64_t size;          /* of the result, -1 if not known */
	struct result_download got;
	struct resultout out;
};

/* --- the job --------------------------------------------------------------- */

/* The query, malloc'ed, from -e or standard input. */
static int query(const struct opts *o, char **sql, struct fail *f)
{
	size_t n;

	if (o->sql) {
		*sql = mem_string(o->sql);
		n = strlen(*sql);
	} else if (isatty(STDIN_FILENO)) {
		return fail_set(f, FAIL_USAGE,
			"no query: give a job id, -e SQL, or SQL on standard input (see 'td-fetch "
			"-h')");
	} else if (fd_slurp(STDIN_FILENO, "standard input", SQL_MAX, sql, &n, f)) {
		return -1;
	}
	if (n > SQL_MAX)
		fail_set(f, FAIL_DATA, "the query is longer than %d bytes", SQL_MAX);
	else if (strlen(*sql) != n || !utf8_is(*sql, n))
		fail_set(f, FAIL_DATA, "the query is not UTF-8");
	else if (strspn(*sql, " \t\r\n") == n)
		fail_set(f, FAIL_DATA, "the query is empty: nothing came from %s",
			o->sql ? "-e" : "standard input");
	else
		return 0;
	free(*sql);
	*sql = NULL;
	return -1;
}

/*
 * Interrupted: our job is not needed any more, unless --job-key says that it will be. id "": an
 * answer was awaited; the job is found by its key.
 */
static void kill_job(struct run *r, const char *id)
{
	char found[32] = "";
	struct fail f = { 0 };

	if (r->o->job_key) {
		warn("the job goes on; the same command finds it by its key");
		return;
	}
	sig_hold(true);
	api_hurry(r->api);
	if (*id)
		snprintf(found, sizeof found, "%s", id);
	else if (api_job_by_key(r->api, r->key, found, &f))
		warn("a job may have been issued and still run: %s", f.why);
	if (*found && api_job_kill(r->api, found, &f))
		warn("job %s could not be killed and may still run: %s", found, f.why);
	else if (*found)
		note("job %s killed", found);
	sig_hold(false);
}

static int issue(struct run *r, const char *database, const char *sql, char id[32], struct fail *f)
{
	const struct opts *o = r->o;
	struct api_issue i = { .type = o->type,
		.database = database,
		.query = sql,
		.domain_key = r->key,
		.result = o->result,
		.priority = o->priority,
		.engine_version = o->engine_version,
		.pool_name = o->pool };

	if (!database)
		return fail_set(f, FAIL_USAGE,
			"a query needs a database: -d DB (see 'td-fetch -h')");
	if (tdurl_check_name("database", database, f))
		return -1;
	r->own = true;
	if (o->job_key)
		snprintf(r->key, sizeof r->key, "%s", o->job_key);
	else
		job_key(r->key);
	if (api_job_issue(r->api, &i, id, &r->adopted, f) == 0) {
		note(r->adopted && o->job_key ? "job %s has this key" : "job %s issued", id);
		return 0;
	}
	if (f->kind == FAIL_SIGNAL)
		kill_job(r, "");
	return -1;
}

/* The job whose result is wanted: given, of a schedule, or new. */
static int find_job(struct run *r, const char *database, const char *sql, char id[32],
	struct fail *f)
{
	const struct opts *o = r->o;
	struct api_run run;

	if (o->job_id) {
		snprintf(id, 32, "%s", o->job_id);
		return 0;
	}
	if (!o->schedule)
		return issue(r, database, sql, id, f);
	if (since_pick(r->api, o->schedule, r->since->last, &o->limit, &run, f) ||
		since_prepare(r->since, o->schedule, &run, f))
		return -1;
	note("schedule %s: job %s, scheduled at %s", o->schedule, run.id, run.scheduled_at);
	memcpy(id, run.id, sizeof run.id);
	return 0;
}

static void seen(void *arg, const struct api_job *j)
{
	struct run *r = arg;

	if (strcmp(r->last, j->status) != 0 && j->odd_state)
		warn("job %s: its state is '%s', which this program does not know: it waits", j->id,
			j->status);
	else if (strcmp(r->last, j->status) != 0)
		note("job %s: %s", j->id, j->status);
	memcpy(r->last, j->status, sizeof r->last);
	progress_phase(&r->progress, "job %s: %s", j->id, j->status);
	if (progress_due(&r->progress))
		progress_say(&r->progress, "job %s: %s, %llu s", j->id, j->status,
			     (unsigned long long)progress_seconds(&r->progress));
}

/* Wait until the job is done, and insist on success. */
static int wait_for(struct run *r, const char *id, struct api_job *j, struct fail *f)
{
	const struct job_watch watch = {
		.seen = seen, .arg = r, .fresh = r->own, .until_ms = r->until_ms
	};
	int rc;

	r->last[0] = '\0';
	progress_phase(&r->progress, "job %s: waiting for its status", id);
	progress_start(&r->progress);
	rc = job_wait(r->api, id, &watch, j, f);
	progress_end(&r->progress);
	if (rc == 0)
		return job_check(j, f);
	if (r->own && f->kind == FAIL_SIGNAL)
		kill_job(r, id);
	else if (r->own)
		warn("job %s goes on: 'td-fetch %s' takes it up again", id, id);
	return -1;
}

/* --- its result ------------------------------------------------------------ */

static int put_watched(struct sink *s, const void *p, size_t n, struct fail *f)
{
	struct run *r = (struct run *)((char *)s - offsetof(struct run, watch));

	if (io_put(&r->out.sink, p, n, f))
		return -1;
	if (r->until_ms > 0 && clock_ms() > r->until_ms)
		return fail_set(f, FAIL_TEMP, "not done within the --wait time");
	progress_rate(&r->progress,
		&(struct progress_rate){ "result", r->out.taken, r->size, resultout_rows(&r->out),
			-1, -1 });
	return 0;
}

/*
 * The bytes that came against the bytes that the job has, where nothing on the way has compared
 * them. alone: there is no other proof that they are complete.
 */
static int check_size(const struct api_job *j, uint64_t bytes, bool sure, bool alone,
	struct fail *f)
{
	if (j->result_size < 0 && !sure && alone)
		return fail_set(f, FAIL_REFUSED,
			"nothing says how long it is: -f msgpack looks inside");
	if (j->result_size < 0 || (uint64_t)j->result_size == bytes)
		return 0;
	if (!sure || alone || j->num_records < 0)
		return fail_set(f, FAIL_TEMP, "%llu bytes came, but it has %lld",
			(unsigned long long)bytes, (long long)j->result_size);
	note("job %s: its result has %llu bytes, not %lld as job/show says", j->id,
		(unsigned long long)bytes, (long long)j->result_size);
	return 0;
}

static int download(struct run *r, const struct api_job *j, bool writes, struct fail *f)
{
	const struct result_download_opts o = {
		.jobs = (unsigned)r->o->jobs, .conf = &r->conf, .api = &r->o->api
	};
	int rc;

	r->watch = (struct sink){ .put = put_watched, .name = r->to->name };
	r->size = j->result_size;
	progress_phase(&r->progress, "job %s: waiting for its result", j->id);
	progress_start(&r->progress);
	progress_hand_over(&r->progress);
	rc = result_download(r->api, &o, j->id,
		writes ? 0 : j->has_schema ? j->num_records : -1, &r->watch, &r->got, f);
	progress_end(&r->progress);
	if (r->out.text.full)
		fail_clear(f);
	else if (rc)
		return -1;
	else if (!(writes && r->got.bytes == 0) &&
		check_size(j, r->got.bytes, r->got.sure, r->o->out.format == RESULTOUT_GZIP, f))
		return fail_at(f, "result of job %s", j->id);
	return 0;
}

/* Warns of output that readers may not see as it was written. */
static void warn_of_loss(const struct run *r, const struct schema *s)
{
	if (r->out.text.blank > 0)
		warn("%llu row%s NULL in the only column: most readers skip such empty lines "
		     "(--null TEXT helps)",
			(unsigned long long)r->out.text.blank,
			r->out.text.blank == 1 ? " is" : "s are");
	for (size_t i = 0; r->o->out.format == RESULTOUT_JSONL && i < s->n; i++)
		if (schema_find(s, s->col[i].name) != (long)i) {
			warn("two columns have the name '%s': most readers of JSON take the last "
			     "only",
				s->col[i].name);
			return;
		}
}

/* What a frame's end would say. */
static void log_rows(struct run *r, const struct api_job *j, int64_t rows)
{
	char text[128];

	snprintf(text, sizeof text, "{\"job_id\":\"%.40s\",\"rows\":%lld,\"bytes\":%llu}", j->id,
		(long long)rows, (unsigned long long)r->out.taken);
	log_result(text);
}

static void say_done(struct run *r, const struct api_job *j)
{
	const int64_t rows =
		resultout_rows(&r->out) >= 0 ? resultout_rows(&r->out) : j->num_records;
	char text[32] = "";

	if (rows >= 0)
		snprintf(text, sizeof text, "%lld row%s, ", (long long)rows, num_s((uint64_t)rows));
	note("job %s: %s%llu bytes", j->id, text, (unsigned long long)r->out.taken);
	if (r->o->out.format != RESULTOUT_FRAME)
		log_rows(r, j, rows);
	if (r->o->out.format != RESULTOUT_TABLE) /* which counts its rows itself */
		progress_done(&r->progress, "%s%.1f MB of job %s fetched", text,
			(double)r->out.taken / 1e6, j->id);
}

/*
 * A statement that writes: its success is all there is to have, and must not look like a failure,
 * or a script would repeat it. Formats that can say that they are complete say so.
 */
static int deliver_nothing(struct run *r, const struct api_job *j, struct frame_head *head,
	const char *statement, struct fail *f)
{
	const enum resultout_format format = r->o->out.format;
	int64_t inserted = j->num_records;

	if ((format == RESULTOUT_FRAME || format == RESULTOUT_GZIP) &&
		(resultout_open(&r->out, &r->o->out, head, r->to, f) ||
			resultout_end(&r->out, -1, "", f)))
		return -1;
	api_hurry(r->api); /* nothing depends on what follows */
	if (inserted < 0)
		api_job_inserted(r->api, j->id, &inserted, FAIL_IGNORED);
	if (inserted > 0)
		warn("job %s: %s done, %lld row%s written", j->id, statement, (long long)inserted,
			num_s((uint64_t)inserted));
	else
		warn("job %s: %s done", j->id, statement);
	return 0;
}

static int deliver(struct run *r, const struct api_job *j, struct fail *f)
{
	struct frame_head head = { .content = FRAME_ROWS, .schema = j->schema,
		.job_id = (char *)(uintptr_t)j->id,
		.endpoint = (char *)(uintptr_t)api_endpoint(r->api), .rows = j->num_records,
		.size = j->result_size };
	char statement[STATEMENT_NAME];
	const bool writes = j->query && statement_writes(j->query, statement);

	if (j->schema_fail.kind && r->o->out.format != RESULTOUT_GZIP)
		return fail_set(f, FAIL_DATA, "job %s: its columns cannot be used: %s", j->id,
			j->schema_fail.why);
	if (writes && !j->has_schema)
		return deliver_nothing(r, j, &head, statement, f);
	if (resultout_open(&r->out, &r->o->out, &head, r->to, f) || download(r, j, writes, f))
		return !j->has_schema && f->kind == FAIL_DATA
			? fail_at(f, "TD does not name the columns") : -1;
	if (resultout_end(&r->out, writes && r->out.taken == 0 ? -1 : j->num_records, r->got.etag,
		    f))
		return fail_at(f, "result of job %s", j->id);
	warn_of_loss(r, &j->schema);
	say_done(r, j);
	return 0;
}

/* --- the service takes it (--result) --------------------------------------- */

/*
 * A destination without its secrets: what precedes @, and every parameter but the mode. Malloc'ed.
 */
static char *harmless(const char *result)
{
	const char *query = result + strcspn(result, "?"), *start = strstr(result, "://"),
		   *at = NULL, *mode;
	char *s, *shown;

	if (result[strspn(result, " \t\r\n")] == '{')
		return mem_string("{...}");
	for (const char *p = start ? start + 3 : query; p < query; p++)
		if (*p == '@')
			at = p;
	s = at && at > start + 3 ? mem_printf("%.*s***%.*s", (int)(start + 3 - result), result,
					   (int)(query - at), at)
				 : mem_copy(result, (size_t)(query - result));
	mode = strstr(query, "mode=");
	if (!*query)
		return s;
	shown = mode ? mem_printf("%s?%.*s", s, (int)strcspn(mode, "&"), mode)
		     : mem_printf("%s?...", s);
	free(s);
	return shown;
}

/* One line of JSON about what the service did. */
static int write_receipt(struct run *r, const struct api_job *j, const char *export_id,
	const char *started, struct fail *f)
{
	char finished[21], *to = harmless(r->o->result), *text;
	json_t *o;
	int rc;

	clock_utc(finished);
	o = json_pack("{s:i, s:s, s:s, s:s?, s:s, s:s, s:s, s:s, s:s}", "receipt", 1, "action",
		"export", "source_job_id", j->id, "job_id", *export_id ? export_id : NULL,
		"endpoint", api_endpoint(r->api), "destination", to, "started", started, "status",
		"done", "finished", finished);
	if (o && j->num_records >= 0)
		json_object_set_new(o, "rows", json_integer(j->num_records));
	text = o ? json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	rc = !text ? fail_set(f, FAIL_SYSTEM, "out of memory") :
	     io_put(r->to, text, strlen(text), f) || io_put(r->to, "\n", 1, f) ? -1 : 0;
	if (rc) {
		f->kind = FAIL_SYSTEM; /* even without a reader: only we report it */
		fail_at(f, "job %s: its rows are in %s, but the receipt is not written",
			*export_id ? export_id : j->id, to);
	}
	json_decref(o);
	free(text);
	free(to);
	return rc;
}

/*
 * The job's result goes where --result says: with a new job that was asked for at once, else by a
 * job of its own.
 */
static int export(struct run *r, const struct api_job *j, const char *started, struct fail *f)
{
	struct api_job carrier = { 0 };
	char id[32] = "";
	int rc = 0;

	if (r->own) {
		memcpy(id, j->export_id, sizeof id);
	} else {
		job_key(r->key);
		r->own = true;
		rc = api_result_export(r->api, j->id, r->o->result, r->key, id, f);
		if (rc && f->kind == FAIL_SIGNAL)
			kill_job(r, "");
		else if (rc == 0)
			note("job %s exports the result of job %s", id, j->id);
	}
	if (rc == 0 && *id)
		rc = wait_for(r, id, &carrier, f);
	api_job_free(&carrier);
	return rc ? -1 : write_receipt(r, j, id, started, f);
}

/* --- all of it ------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
	static const char blank[] = " \t\r\n";
	size_t n, m;

	a += strspn(a, blank);
	b += strspn(b, blank);
	n = strlen(a);
	m = strlen(b);
	while (n > 0 && strchr(blank, a[n - 1]))
		n--;
	while (m > 0 && strchr(blank, b[m - 1]))
		m--;
	return n == m && memcmp(a, b, n) == 0;
}

/* --job-key found a job: is it the one that this command would have issued? */
static int check_adopted(const struct run *r, const struct api_job *j, const char *database,
	const char *sql, struct fail *f)
{
	const char *what = j->query && !same_text(j->query, sql) ? "another query"
		: *j->database && strcmp(j->database, database) != 0 ? "another database" : NULL;

	if (!what)
		return 0;
	return fail_set(f, FAIL_REFUSED, "job %s has the key '%s', but %s: choose another key",
		j->id, r->key, what);
}

static int print_id(struct run *r, const char *id, struct fail *f)
{
	char line[40];

	snprintf(line, sizeof line, "%s\n", id);
	if (io_put(r->to, line, strlen(line), f) == 0)
		return 0;
	f->kind = FAIL_SYSTEM;
	return fail_at(f, "job %s was issued, but its id is not written", id);
}

static int run_job(struct run *r, const char *database, const char *sql, struct fail *f)
{
	char id[32] = "", started[21];
	struct api_job j = { 0 };
	int rc = 0;

	clock_utc(started);
	if (find_job(r, database, sql, id, f))
		return -1;
	if (r->o->no_wait) {
		if (r->adopted && r->o->job_key)
			rc = api_job_show(r->api, id, &j, f) ||
				check_adopted(r, &j, database, sql, f);
		api_job_free(&j);
		return rc ? -1 : print_id(r, id, f);
	}
	rc = wait_for(r, id, &j, f);
	if (rc == 0 && r->adopted && r->o->job_key)
		rc = check_adopted(r, &j, database, sql, f);
	if (rc == 0)
		rc = r->o->result ? export(r, &j, started, f) : deliver(r, &j, f);
	api_job_free(&j);
	return rc;
}

/* at: the table of --schema or --rows, with the database that it may leave to its connection. */
static int load_conf(struct run *r, struct tdurl *at, struct fail *f)
{
	if (conf_load(&r->conf, r->o->connection, at->table ? at : NULL, f))
		return -1;
	return at->table ? conf_complete(&r->conf, at, f) : 0;
}

static int with_server(struct run *r, const char *sql, struct fail *f)
{
	struct tdurl at = r->o->url;
	int rc;

	if (r->o->since && since_open(r->since, r->o->since, false, r->o->schedule, f))
		return -1;
	if (r->o->after && since_open(r->since, r->o->after, true, r->o->schedule, f))
		return -1;
	if (load_conf(r, &at, f))
		return -1;
	if (api_sandbox(&r->conf, &r->o->api, f))
		return -1;
	r->api = api_open(&r->conf, &r->o->api);
	progress_start(&r->progress);
	progress_phase(&r->progress, "waiting for the server");
	if (r->o->look)
		rc = look(r->o, r->api, &at, r->to, f);
	else if (r->o->rows > 0)
		rc = run_job(r, at.database, sql, f);
	else
		rc = run_job(r, r->o->database ? r->o->database : r->conf.database, sql, f);
	api_close(r->api);
	conf_free(&r->conf);
	if (at.database != r->o->url.database) /* the connection's */
		free(at.database);
	return rc;
}

/* The reader of a frame learns why there are no rows, even after a failure before the first. */
static void give_up(struct run *r, const struct fail *why)
{
	struct fail ignored = { 0 };
	struct frame_head head = { .content = FRAME_ROWS, .rows = -1, .size = -1 };

	if (why->kind == FAIL_PIPE || r->o->no_wait || r->o->look || r->o->result ||
		r->o->out.format != RESULTOUT_FRAME)
		return;
	sig_hold(why->kind == FAIL_SIGNAL); /* else a signal still ends the wait for the reader */
	if (r->out.open || resultout_open(&r->out, &r->o->out, &head, r->to, &ignored) == 0)
		resultout_abort(&r->out, why);
	sig_hold(false);
}

static void name_destination(const char *result)
{
	char *shown = harmless(result);

	metrics_destination(shown);
	free(shown);
}

int fetch(const struct opts *o, struct since *since, struct sink *to, struct fail *f)
{
	struct run r = { .o = o,
		.since = since,
		.to = to,
		.until_ms = o->wait_ms > 0 ? clock_ms() + o->wait_ms : 0 };
	char *sql = NULL;
	int rc;

	if (o->result)
		name_destination(o->result);
	progress_init(&r.progress, o->progress, o->verbosity < 0);
	rc = !o->job_id && !o->schedule && !o->look && query(o, &sql, f)
		? -1
		: with_server(&r, sql, f);
	if (rc)
		give_up(&r, f);
	resultout_free(&r.out);
	free(sql);
	return rc;
}

/* td-fetch's work: find or issue the job, wait for it, hand its result over. */
#include "td-fetch.h"

#include "conf.h"
#include "die.h"
#include "fd.h"
#include "job.h"
#include "mem.h"
#include "progress.h"
#include "result.h"
#include "sig.h"
#include "utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SQL_MAX = 2 << 20 };

struct run {
	const struct opts *o;
	struct api *api;
	struct sink *to;
	struct progress progress;
	char last[32];         /* the status of the job that was told last */
	struct sink watch;     /* between the server and out: looks how far it is */
	int64_t size;          /* of the result, -1 if not known */
	struct resultout out;
};

/* --- the job ----------------------------------------------------------------------------------------------------- */

/* The query, malloc'ed, from -e or standard input. */
static int query(const struct opts *o, char **sql, struct fail *f)
{
	size_t n;

	if (o->sql) {
		*sql = mem_string(o->sql);
		n = strlen(*sql);
	} else if (isatty(STDIN_FILENO)) {
		return fail_set(f, FAIL_USAGE, "no query: give a job id, -e SQL, or SQL on standard input (see 'td-fetch -h')");
	} else if (fd_slurp(STDIN_FILENO, "standard input", SQL_MAX, sql, &n, f)) {
		return -1;
	}
	if (n > SQL_MAX)
		fail_set(f, FAIL_DATA, "the query is longer than %d bytes", SQL_MAX);
	else if (strlen(*sql) != n || !utf8_is(*sql, n))
		fail_set(f, FAIL_DATA, "the query is no UTF-8 text");
	else if (strspn(*sql, " \t\r\n") == n)
		fail_set(f, FAIL_DATA, "the query is empty: nothing came from %s", o->sql ? "-e" : "standard input");
	else
		return 0;
	free(*sql);
	*sql = NULL;
	return -1;
}

/* Nobody waits for the job any more. */
static void kill_job(struct api *a, const char *id)
{
	struct fail f = { 0 };

	sig_hold(true);
	api_hurry(a);
	if (api_job_kill(a, id, &f))
		warn("job %s could not be killed and may still run: %s", id, f.why);
	else
		note("job %s killed", id);
	sig_hold(false);
}

static int issue(struct run *r, const char *database, const char *sql, char id[32], struct fail *f)
{
	const struct opts *o = r->o;
	char key[64];
	struct api_issue i = { .type = o->type, .database = database, .query = sql, .domain_key = key,
			       .priority = o->priority, .engine_version = o->engine_version, .pool_name = o->pool };

	if (!database)
		return fail_set(f, FAIL_USAGE, "a query needs a database: -d DB (see 'td-fetch -h')");
	if (tdurl_check_name("database", database, f))
		return -1;
	job_key(key);
	if (api_job_issue(r->api, &i, id, f))
		return -1;
	note("job %s issued", id);
	return 0;
}

static void seen(void *arg, const struct api_job *j)
{
	struct run *r = arg;

	if (strcmp(r->last, j->status) != 0)
		note("job %s: %s", j->id, j->status);
	memcpy(r->last, j->status, sizeof r->last);
	if (progress_due(&r->progress))
		progress_say(&r->progress, "job %s: %s, %llu s", j->id, j->status,
			     (unsigned long long)progress_seconds(&r->progress));
}

/* Wait until the job is done, and insist on success. */
static int wait_for(struct run *r, const char *id, bool own, struct api_job *j, struct fail *f)
{
	int rc;

	progress_start(&r->progress);
	rc = job_wait(r->api, id, j, seen, r, f);
	progress_end(&r->progress);
	if (rc == 0)
		return job_check(j, f);
	if (own && f->kind == FAIL_SIGNAL)
		kill_job(r->api, id);
	else if (own)
		warn("job %s goes on: 'td-fetch %s' takes it up again", id, id);
	return -1;
}

/* --- its result -------------------------------------------------------------------------------------------------- */

static int put_watched(struct sink *s, const void *p, size_t n, struct fail *f)
{
	struct run *r = (struct run *)((char *)s - offsetof(struct run, watch));

	if (io_put(&r->out.gunzip.sink, p, n, f))
		return -1;
	progress_bytes(&r->progress, "result", r->out.gunzip.taken, r->size, (int64_t)resultout_rows(&r->out));
	return 0;
}

/* The bytes that came against the bytes that the job has, where nothing on the way has compared them. */
static int check_size(const struct api_job *j, uint64_t bytes, bool sure, struct fail *f)
{
	if (j->result_size < 0 || (uint64_t)j->result_size == bytes)
		return 0;
	if (!sure)
		return fail_set(f, FAIL_TEMP, "%llu bytes came, but it has %lld", (unsigned long long)bytes,
				(long long)j->result_size);
	note("job %s: its result has %llu bytes, not %lld as job/show says", j->id, (unsigned long long)bytes,
	     (long long)j->result_size);
	return 0;
}

static int download(struct run *r, const struct api_job *j, struct fail *f)
{
	uint64_t bytes = 0;
	bool sure = false;
	int rc;

	r->watch = (struct sink){ .put = put_watched, .name = r->to->name };
	r->size = j->result_size;
	progress_start(&r->progress);
	rc = result_fetch(r->api, j->id, j->has_schema ? j->num_records : -1, r->o->api.retry.cap_ms, &r->watch, &bytes,
			  &sure, f);
	progress_end(&r->progress);
	if (r->out.text.full)
		*f = (struct fail){ 0 };
	else if (rc)
		return -1;
	else if (check_size(j, bytes, sure, f))
		return fail_at(f, "result of job %s", j->id);
	return 0;
}

static int deliver(struct run *r, const struct api_job *j, struct fail *f)
{
	const struct frame_head head = { .content = FRAME_ROWS, .schema = j->schema, .job_id = (char *)(uintptr_t)j->id,
					 .endpoint = (char *)(uintptr_t)api_endpoint(r->api), .rows = j->num_records };

	if (resultout_open(&r->out, &r->o->out, &head, r->to, f) || download(r, j, f))
		return -1;
	if (resultout_end(&r->out, j->num_records, f))
		return fail_at(f, "result of job %s", j->id);
	if (r->out.text.blank > 0)
		warn("%llu rows are NULL in their only column: most readers skip such empty lines (--null TEXT helps)",
		     (unsigned long long)r->out.text.blank);
	note("job %s: %llu rows, %llu bytes", j->id, (unsigned long long)resultout_rows(&r->out),
	     (unsigned long long)r->out.gunzip.taken);
	return 0;
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static int print_id(struct run *r, const char *id, struct fail *f)
{
	char line[40];

	snprintf(line, sizeof line, "%s\n", id);
	return io_put(r->to, line, strlen(line), f);
}

static int run_job(struct run *r, const char *database, const char *sql, struct fail *f)
{
	char id[32] = "";
	struct api_job j = { 0 };
	int rc;

	if (r->o->job_id)
		snprintf(id, sizeof id, "%s", r->o->job_id);
	else if (issue(r, database, sql, id, f))
		return -1;
	if (r->o->no_wait)
		return print_id(r, id, f);
	rc = wait_for(r, id, !r->o->job_id, &j, f) || deliver(r, &j, f) ? -1 : 0;
	api_job_free(&j);
	return rc;
}

static int with_server(struct run *r, const char *sql, struct fail *f)
{
	struct conf conf = { 0 };
	int rc;

	if (conf_load(&conf, r->o->connection, NULL, f))
		return -1;
	r->api = api_open(&conf, &r->o->api);
	rc = run_job(r, r->o->database ? r->o->database : conf.database, sql, f);
	api_close(r->api);
	conf_free(&conf);
	return rc;
}

/* A reader of a frame is told why there are no rows, even if it failed before the first. */
static void give_up(struct run *r, const struct fail *why)
{
	struct fail ignored = { 0 };
	const struct frame_head head = { .content = FRAME_ROWS, .rows = -1 };

	if (why->kind == FAIL_PIPE || r->o->no_wait || r->o->out.format != RESULTOUT_FRAME)
		return;
	sig_hold(true);
	if (r->out.open || resultout_open(&r->out, &r->o->out, &head, r->to, &ignored) == 0)
		resultout_abort(&r->out, why);
	sig_hold(false);
}

int fetch(const struct opts *o, struct sink *to, struct fail *f)
{
	struct run r = { .o = o, .to = to };
	char *sql = NULL;
	int rc;

	progress_init(&r.progress, o->progress, o->verbosity < 0);
	rc = !o->job_id && query(o, &sql, f) ? -1 : with_server(&r, sql, f);
	if (rc)
		give_up(&r, f);
	resultout_free(&r.out);
	free(sql);
	return rc;
}

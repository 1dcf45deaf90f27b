/* Jobs: issuing, polling, schedules, and results in one stream or in ranges. */
#include "api/api_call.h"
#include "value/tdtime.h"
#include "sys/clock.h"
#include "base/die.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* The longest silence while the service prepares a result. */
enum { RESULT_STALL_S = 120, ERROR_TEXT_MAX = 600 };

void api_job_free(struct api_job *j)
{
	schema_free(&j->schema);
	free(j->query);
	free(j->error);
	*j = (struct api_job){ 0 };
}

bool api_job_is_done(const struct api_job *j)
{
	return j->state >= API_JOB_SUCCESS;
}

/* --- issue ----------------------------------------------------------------- */

static void issue_form(struct buf *b, const struct api_issue *i)
{
	char number[16];

	api_form(b, "query", i->query);
	api_form(b, "domain_key", i->domain_key);
	snprintf(number, sizeof number, "%d", i->priority);
	if (i->priority)
		api_form(b, "priority", number);
	snprintf(number, sizeof number, "%d", i->retry_limit);
	if (i->retry_limit)
		api_form(b, "retry_limit", number);
	if (i->result)
		api_form(b, "result", i->result);
	if (i->engine_version)
		api_form(b, "engine_version", i->engine_version);
	if (i->pool_name)
		api_form(b, "pool_name", i->pool_name);
}

/*
 * The job that has our domain_key already: an earlier try of ours, or of an earlier run that used
 * the same key.
 */
static void conflicting(const struct http_answer *a, char job_id[32])
{
	json_t *j = jsondoc_load(a->body.p, a->body.len, 0, NULL);

	api_text(json_object_get(j, "details"), "conflicts_with", job_id, 32);
	json_decref(j);
}

static int issued(struct api *a, struct api_call *c, char job_id[32], struct fail *f)
{
	json_t *j = api_call_json(a, c, f);

	if (!j)
		return -1;
	api_text(j, "job_id", job_id, 32);
	if (!*job_id)
		api_text(j, "job", job_id, 32);
	json_decref(j);
	return *job_id ? 0
		       : fail_set(f, FAIL_REFUSED, "%s answered without the job's number", a->host);
}

/* No answer ever came: was the job made nevertheless? */
static int found_by_key(struct api *a, const char *domain_key, char job_id[32], struct fail *f)
{
	struct fail why = { 0 };

	if (api_job_by_key(a, domain_key, job_id, &why)) {
		f->kind = FAIL_UNKNOWN;
		return fail_add(f, "; a job may have been issued and run");
	}
	if (!*job_id)
		return -1;
	fail_clear(f);
	return 0;
}

/* 409: the key is taken. By which job? An answer that does not say is not enough. */
static int earlier_job(struct api *a, const struct api_call *c, const char *domain_key,
	char job_id[32], struct fail *f)
{
	struct fail why = { 0 };

	conflicting(&c->answer, job_id);
	if (!*job_id && (api_job_by_key(a, domain_key, job_id, &why) || !*job_id))
		return -1;
	fail_clear(f);
	return 0;
}

/*
 * A request that makes a job. *adopted: one with this key existed, from us or from another client.
 */
static int make_job(struct api *a, struct api_call *c, const char *domain_key, char job_id[32],
	bool *adopted, struct fail *f)
{
	int rc = api_call(a, c, f);

	job_id[0] = '\0';
	if (adopted)
		*adopted = rc != 0;
	if (rc == 0)
		rc = issued(a, c, job_id, f);
	else if (a->status == 409)
		rc = earlier_job(a, c, domain_key, job_id, f);
	else if (c->maybe_done && f->kind == FAIL_TEMP)
		rc = found_by_key(a, domain_key, job_id, f);
	api_call_free(c);
	return rc;
}

int api_job_issue(struct api *a, const struct api_issue *i, char job_id[32], bool *adopted,
	struct fail *f)
{
	struct buf form;
	struct api_call c = { .e = JOB_ISSUE, .seg = { i->type, i->database }, .form = &form };
	int rc;

	buf_init(&form, 32 << 20);
	issue_form(&form, i);
	rc = make_job(a, &c, i->domain_key, job_id, adopted, f);
	buf_free(&form);
	return rc ? fail_at(f, "cannot issue the query") : 0;
}

int api_result_export(struct api *a, const char *id, const char *result, const char *domain_key,
	char new_id[32], struct fail *f)
{
	struct buf form;
	struct api_call c = { .e = RESULT_EXPORT, .seg = { id }, .form = &form };
	int rc;

	buf_init(&form, 1 << 20);
	api_form(&form, "result", result);
	api_form(&form, "domain_key", domain_key);
	rc = make_job(a, &c, domain_key, new_id, NULL, f);
	buf_free(&form);
	return rc ? fail_at(f, "cannot export the result of job %s", id) : 0;
}

/* --- looking --------------------------------------------------------------- */

static bool state_of(const char *status, enum api_job_state *state)
{
	static const struct { const char *name; enum api_job_state state; } names[] = {
		{ "queued", API_JOB_QUEUED }, { "booting", API_JOB_RUNNING }, { "running", API_JOB_RUNNING },
		{ "success", API_JOB_SUCCESS }, { "error", API_JOB_ERROR }, { "killed", API_JOB_KILLED },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcasecmp(status, names[i].name) == 0) {
			*state = names[i].state;
			return true;
		}
	return false;
}

static int read_state(struct api_job *out, const json_t *j, struct fail *f)
{
	api_text(j, "job_id", out->id, sizeof out->id);
	api_text(j, "status", out->status, sizeof out->status);
	out->num_records = api_int(j, "num_records", -1);
	out->result_size = api_int(j, "result_size", -1);
	if (state_of(out->status, &out->state))
		return 0;
	if (!*out->status)
		return fail_set(f, FAIL_REFUSED, "the answer does not say in which state it is");
	out->state = API_JOB_RUNNING; /* a state that ends a job would have to be a known one */
	out->odd_state = true;
	return 0;
}

static int look(struct api *a, enum endpoint e, const char *id, struct api_job *out, json_t **j,
	struct fail *f)
{
	struct api_call c = { .e = e, .seg = { id } };
	int rc = api_call(a, &c, f);

	*out = (struct api_job){ .num_records = -1, .result_size = -1 };
	*j = rc ? NULL : api_call_json(a, &c, f);
	api_call_free(&c);
	return *j ? read_state(out, *j, f) : -1;
}

int api_job_ended(struct api *a, const char *id, int64_t *at, struct fail *f)
{
	static const struct tdtime form = { .format = "%Y-%m-%d %H:%M:%S UTC" };
	struct api_job job;
	const char *text;
	json_t *j;
	int rc = look(a, JOB_SHOW, id, &job, &j, f);

	*at = -1;
	text = j ? api_string(j, "end_at") : NULL;
	if (text && tdtime_parse(&form, text, strlen(text), at))
		*at = -1;
	json_decref(j);
	return rc && api_forgive(a, 404, f) ? 0 : rc;
}

int api_job_status(struct api *a, const char *id, struct api_job *out, struct fail *f)
{
	json_t *j;
	int rc = look(a, JOB_STATUS, id, out, &j, f);

	json_decref(j);
	return rc ? fail_at(f, "job %s", id) : 0;
}

int api_job_by_key(struct api *a, const char *domain_key, char id[32], struct fail *f)
{
	struct api_call c = { .e = JOB_BY_KEY, .seg = { domain_key } };
	json_t *j = api_call(a, &c, f) ? NULL : api_call_json(a, &c, f);
	const bool found = j;

	id[0] = '\0';
	api_text(j, "job_id", id, 32);
	api_call_free(&c);
	json_decref(j);
	return found || api_forgive(a, 404, f) ? 0 : -1;
}

/* What the engine has printed: cmdout and stderr. */
static void printed(const json_t *j, struct buf *b)
{
	const json_t *debug = json_object_get(j, "debug");
	const char *out = api_string(debug, "cmdout"), *err = api_string(debug, "stderr");

	buf_init(b, 32 << 20);
	buf_puts(b, out ? out : "");
	if (out && *out && err && *err)
		buf_putc(b, '\n');
	buf_puts(b, err ? err : "");
}

/* A receipt of td-put that a result output has printed: what failed stands in other words, too. */
static void drop_receipts(struct buf *b)
{
	static const char begins[] = "{\"receipt\":";
	size_t to = 0;

	for (size_t from = 0, n; from < b->len; from += n) {
		const char *end = memchr(b->p + from, '\n', b->len - from);

		n = end ? (size_t)(end - b->p) + 1 - from : b->len - from;
		if (n >= sizeof begins && memcmp(b->p + from, begins, sizeof begins - 1) == 0)
			continue;
		memmove(b->p + to, b->p + from, n);
		to += n;
	}
	b->len = to;
}

/* TD's own words about a failed job: the end of it, which has the reason. */
static char *error_text(const json_t *j)
{
	struct buf b;

	printed(j, &b);
	drop_receipts(&b);
	while (b.len && (unsigned char)b.p[b.len - 1] <= ' ')
		b.len--;
	if (b.len > ERROR_TEXT_MAX)
		buf_eat(&b, b.len - ERROR_TEXT_MAX);
	if (b.len == 0) {
		buf_free(&b);
		return NULL;
	}
	for (size_t i = 0; i < b.len; i++)
		if (b.p[i] == '\n' || b.p[i] == '\r')
			b.p[i] = ' ';
	buf_text(&b);
	return b.p;
}

/* A schema that can be read in part is not one: it would name the wrong columns. */
static void read_schema(struct api_job *j, const char *text)
{
	if (!text || !*text)
		return;
	j->has_schema = schema_parse(&j->schema, text, &j->schema_fail) == 0;
	if (!j->has_schema)
		schema_free(&j->schema);
}

int api_job_show(struct api *a, const char *id, struct api_job *out, struct fail *f)
{
	json_t *j;
	int rc = look(a, JOB_SHOW, id, out, &j, f);
	const char *schema = api_string(j, "hive_result_schema"), *query = api_string(j, "query");

	if (rc == 0) {
		api_text(j, "type", out->type, sizeof out->type);
		api_text(j, "database", out->database, sizeof out->database);
		api_text(j, "linked_result_export_job_id", out->export_id, sizeof out->export_id);
		out->query = query ? mem_string(query) : NULL;
		read_schema(out, schema);
		if (out->state == API_JOB_ERROR || out->state == API_JOB_KILLED)
			out->error = error_text(j);
	}
	json_decref(j);
	return rc ? fail_at(f, "job %s", id) : 0;
}

int api_job_log(struct api *a, const char *id, char **text, struct fail *f)
{
	struct api_job job;
	json_t *j;
	struct buf b;
	int rc = look(a, JOB_SHOW, id, &job, &j, f);

	*text = NULL;
	if (rc == 0) {
		printed(j, &b);
		*text = mem_string(buf_text(&b));
		buf_free(&b);
	}
	api_job_free(&job);
	json_decref(j);
	return rc ? fail_at(f, "job %s", id) : 0;
}

int api_job_inserted(struct api *a, const char *id, int64_t *rows, struct fail *f)
{
	struct api_call c = { .e = JOB_STATISTICS, .seg = { id } };
	json_t *j = api_call(a, &c, f) ? NULL : api_call_json(a, &c, f);
	const int rc = j ? 0 : -1;

	*rows = api_int(j, "records_inserted", -1);
	api_call_free(&c);
	json_decref(j);
	return rc;
}

int api_job_kill(struct api *a, const char *id, struct fail *f)
{
	struct api_call c = { .e = JOB_KILL, .seg = { id } };

	return api_send(a, &c, 0, f) ? fail_at(f, "cannot kill job %s", id) : 0;
}

/* --- schedules ------------------------------------------------------------- */

static int read_run(struct api_run *run, const json_t *j, struct fail *f)
{
	char status[32];

	api_text(j, "job_id", run->id, sizeof run->id);
	api_text(j, "status", status, sizeof status);
	api_text(j, "scheduled_at", run->scheduled_at, sizeof run->scheduled_at);
	if (!*run->id || !*status)
		return fail_set(f, FAIL_REFUSED, "a run without a job or a state");
	if (!state_of(status, &run->state))
		run->state = API_JOB_RUNNING;
	return 0;
}

int api_schedule_history(struct api *a, const char *name, unsigned from, struct api_run *runs,
	unsigned max, unsigned *n, struct fail *f)
{
	char range[64];
	struct api_call c = { .e = SCHEDULE_HISTORY, .seg = { name }, .query = range };
	json_t *j, *all, *one;
	size_t i;
	int rc;

	snprintf(range, sizeof range, "from=%u&to=%u", from, from + max);
	*n = 0;
	j = api_call(a, &c, f) ? NULL : api_call_json(a, &c, f);
	api_call_free(&c);
	rc = j ? 0 : -1;
	all = json_object_get(j, "history");
	json_array_foreach(all, i, one)
		if (rc == 0 && *n < max)
			rc = read_run(&runs[(*n)++], one, f);
	if (rc == 0 && *n == 0 && api_int(j, "count", 0) > from)
		rc = fail_set(f, FAIL_TEMP, "it has %lld runs, but none came from number %u on",
			(long long)api_int(j, "count", 0), from);
	json_decref(j);
	return rc ? fail_at(f, "schedule %s", name) : 0;
}

/* --- the result ------------------------------------------------------------ */

/* Counts what the sink took, so that a download knows where to go on. */
struct counted {
	struct sink sink;
	struct sink *to;
	struct api_result *r;
};

static int counted_put(struct sink *s, const void *p, size_t n, struct fail *f)
{
	struct counted *c = (struct counted *)s;

	if (c->r->total >= 0 && n > (uint64_t)c->r->total - c->r->at)
		return fail_set(f, FAIL_REFUSED, "more than its %lld bytes came",
			(long long)c->r->total);
	if (io_put(c->to, p, n, f))
		return -1;
	c->r->at += n;
	return 0;
}

/* Keep the ETag, unless it is a weak one: other bytes may have that, too (RFC 9110, 13.1.5). */
static void keep_etag(struct api_result *r, const struct http_answer *a)
{
	memcpy(r->etag, a->etag, sizeof r->etag);
	if (strncmp(r->etag, "W/", 2) == 0)
		r->etag[0] = '\0';
}

/* An answer from byte `at` on of the same result: its ETag and its whole length prove that. */
static bool continues(const struct api_result *r, const struct http_answer *a, uint64_t at)
{
	return a->status == 206 && a->range_from == (int64_t)at && a->range_total > (int64_t)at &&
		r->etag[0] && strcmp(a->etag, r->etag) == 0 &&
		(r->total < 0 || a->range_total == r->total);
}

/* Before the first byte: is this the answer that continues what we have? */
static int result_begins(void *arg, const struct http_answer *a, struct fail *f)
{
	struct api_result *r = ((struct counted *)arg)->r;

	if (!r->started) {
		if (a->status != 200)
			return fail_set(f, FAIL_REFUSED, "%d instead of the whole result",
				a->status);
		r->started = true;
		r->total = a->length;
		keep_etag(r, a);
		return 0;
	}
	if (r->at == 0 && a->status == 200) { /* nothing was used yet: a new beginning */
		r->total = a->length;
		keep_etag(r, a);
		return 0;
	}
	if (continues(r, a, r->at)) {
		r->total = a->range_total;
		return 0;
	}
	r->changed = true; /* not FAIL_TEMP: the same request would get the same answer */
	return fail_set(f, FAIL_REFUSED,
		"the result cannot be continued at byte %llu: the server sent another one",
		(unsigned long long)r->at);
}

/* One request. *again: it broke, and what came so far can be continued. */
static int result_try(struct api *a, const char *id, struct api_result *r, struct sink *to,
	bool *again, struct fail *f)
{
	struct counted counted = { { counted_put, to->name }, to, r };
	struct api_call c = { .e = JOB_RESULT, .seg = { id }, .query = "format=msgpack.gz",
		.stall_s = RESULT_STALL_S,
		.to = &counted.sink,
		.begin = result_begins,
		.arg = &counted };
	int rc;

	if (r->at > 0) {
		c.range = true;
		c.range_from = (int64_t)r->at;
		c.range_to = -1;
		c.if_range = r->etag;
	}
	rc = api_call(a, &c, f);
	if (rc && a->status == 416)
		r->changed = true;
	*again = rc && c.broke && !r->changed;
	api_call_free(&c);
	return rc;
}

/* Nothing is missing, as far as the server has announced a length. */
static bool is_whole(const struct api_result *r)
{
	return r->total < 0 || r->at == (uint64_t)r->total;
}

int api_job_result(struct api *a, const char *id, struct api_result *r, struct sink *to,
	struct fail *f)
{
	if (r->started && r->total >= 0 && is_whole(r))
		return 0;
	for (;;) {
		const uint64_t before = r->at;
		struct fail why = { 0 };
		bool again;
		int rc = result_try(a, id, r, to, &again, &why);

		if (rc == 0 && is_whole(r))
			return 0;
		if (rc == 0) /* a part of what was asked for: no reason to believe in an end */
			fail_set(&why, FAIL_TEMP, "the server sent bytes up to %llu of %lld",
				(unsigned long long)r->at, (long long)r->total);
		else if (again && r->at > 0 && !r->etag[0])
			r->changed = true; /* no name to ask for the rest by */
		/* a try that brought bytes was not repeated inside; one that brought none was */
		if ((rc && !again) || r->changed || r->at == before) {
			fail_set(f, why.kind, "%s", why.why);
			return fail_at(f, "result of job %s", id);
		}
		note("%s; going on at byte %llu", why.why, (unsigned long long)r->at);
		if (r->total >= 0 && is_whole(r))
			return 0;
		if (clock_sleep(a->retry.cap_ms < 500 ? a->retry.cap_ms : 500, f))
			return -1;
	}
}

struct range {
	struct counted counted;
	uint64_t from, to;
	const char *etag;
};

static int part_begins(void *arg, const struct http_answer *a, struct fail *f)
{
	struct range *g = arg;
	struct api_result *r = g->counted.r;

	if (a->range_total > 0 && g->to >= (uint64_t)a->range_total)
		g->to = (uint64_t)a->range_total - 1;
	if (a->status != 206 || a->range_from != (int64_t)(g->from + r->at) ||
		a->length != (int64_t)(g->to - g->from - r->at + 1) ||
		(g->etag && strcmp(a->etag, g->etag) != 0) ||
		(r->at > 0 && !continues(r, a, g->from + r->at))) {
		r->changed = true;
		return fail_set(f, FAIL_REFUSED,
			"the server did not send bytes %llu to %llu of the same result",
			(unsigned long long)g->from, (unsigned long long)g->to);
	}
	r->total = a->range_total;
	keep_etag(r, a);
	return 0;
}

int api_job_result_part(struct api *a, const char *id, const char *etag, uint64_t from, uint64_t to,
	struct sink *sink, struct api_result *r, struct fail *f)
{
	struct range g = { { { counted_put, sink->name }, sink, r }, from, to, etag };

	for (;;) {
		struct api_call c = { .e = JOB_RESULT,
			.seg = { id },
			.query = "format=msgpack.gz",
			.stall_s = RESULT_STALL_S,
			.to = &g.counted.sink,
			.begin = part_begins,
			.arg = &g,
			.range = true,
			.range_from = (int64_t)(from + r->at),
			.range_to = (int64_t)to,
			.if_range = etag };
		const uint64_t before = r->at;
		struct fail why = { 0 };
		int rc = api_call(a, &c, &why);

		if (rc && a->status == 416)
			r->changed = true;
		api_call_free(&c);
		if (rc == 0 || (c.broke && r->at == g.to - from + 1))
			return 0;
		if (!c.broke || r->at == before) {
			fail_set(f, why.kind, "%s", why.why);
			return fail_at(f, "result of job %s", id);
		}
	}
}

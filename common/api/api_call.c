/*
 * api: one request and its repeats.
 *
 * An answer may be lost after the work was done. The table below, and nothing else, says what may
 * then be sent again; `retry` says after which answers, and when. The rules:
 */
#include "api/api_call.h"
#include "sys/clock.h"
#include "base/die.h"

#include <stdio.h>

enum { SHORT = 1 << 20, LONG = 8 << 20, NAMES_TRIED = 3 };

enum rule {
	READ,  /* changes nothing */
	/*
	 * a second one leaves the state that the first one left; a refusal because of the first one
	 * is success
	 */
	SAME,
	KEYED, /* carries an id or key, by which the service does the work once */
	/*
	 * a second one is refused with 409: the caller learns that an earlier one may have been
	 * ours
	 */
	MADE,
	LOOK   /* never sent again from here: the caller checks what it did, and decides */
};

/*
 * MADE and LOOK get a connection of their own: libcurl sends a request again by itself when a
 * kept-alive connection turns out to be dead. That hidden repeat would be taken for a first try, or
 * would undo the work.
 */
static const struct {
	const char *method, *path;
	enum rule rule;
	const char *field; /* that its answer has; NULL: the caller reads what comes */
} endpoints[] = {
	[DATABASE_LIST] = { "GET", "database/list", READ, "databases" },
	[TABLE_LIST] = { "GET", "table/list", READ, "tables" },
	[TABLE_SHOW] = { "GET", "table/show", READ, "name" },
	[SESSION_LIST] = { "GET", "bulk_import/list", READ, "bulk_imports" },
	[SESSION_SHOW] = { "GET", "bulk_import/show", READ, "name" },
	[SESSION_PARTS] = { "GET", "bulk_import/list_parts", READ, "parts" },
	[SESSION_ERRORS] = { "GET", "bulk_import/error_records", READ, NULL },
	[JOB_STATUS] = { "GET", "job/status", READ, "status" },
	[JOB_BY_KEY] = { "GET", "job/status_by_domain_key", READ, "status" },
	[JOB_SHOW] = { "GET", "job/show", READ, "status" },
	[JOB_LIST] = { "GET", "job/list", READ, "jobs" },
	[JOB_RESULT] = { "GET", "job/result", READ, NULL },
	[JOB_STATISTICS] = { "GET", "job/statistics", READ, NULL },
	[SCHEDULE_HISTORY] = { "GET", "schedule/history", READ, NULL },
	[SERVER_STATUS] = { "GET", "system/server_status", READ, NULL },

	/* 409: it exists, whoever made it */
	[DATABASE_CREATE] = { "POST", "database/create", SAME, "database" },
	/* matters for a temporary table: it must be new */
	[TABLE_CREATE] = { "POST", "table/create", MADE, "table" },
	[TABLE_UPDATE] = { "POST", "table/update", SAME, "table" },       /* sets values */
	/* columns that exist with this type are accepted */
	[SCHEMA_APPEND] = { "POST", "table/append-schema", SAME, "table" },
	/* 404: gone. Only tables whose names are ours alone */
	[TABLE_DELETE] = { "POST", "table/delete", SAME, "table" },
	/* td-swap: done if the old name is gone */
	[TABLE_RENAME] = { "POST", "table/rename", LOOK, "table" },
	/* td-swap: a second one undoes it; compares the tables */
	[TABLE_SWAP] = { "POST", "table/swap", LOOK, "table1" },
	/* a part's id is the same at every try */
	[TABLE_IMPORT] = { "PUT", "table/import_with_id", KEYED, "unique_id" },

	[SESSION_CREATE] = { "POST", "bulk_import/create", MADE, "name" },
	/* the part of that name is written over, by its own bytes */
	[SESSION_UPLOAD] = { "PUT", "bulk_import/upload_part", SAME, "name" },
	[SESSION_PART_DELETE] = { "POST", "bulk_import/delete_part", SAME, "name" }, /* 404: gone */
	[SESSION_FREEZE] = { "POST", "bulk_import/freeze", SAME, "name" }, /* 409: frozen */
	[SESSION_UNFREEZE] = { "POST", "bulk_import/unfreeze", SAME, "name" },
	/* td-put: at the session's state */
	[SESSION_PERFORM] = { "POST", "bulk_import/perform", LOOK, "name" },
	[SESSION_COMMIT] = { "POST", "bulk_import/commit", LOOK, "name" }, /* td-put: the same */
	[SESSION_DELETE] = { "POST", "bulk_import/delete", SAME, "name" }, /* 404: gone */

	/* domain_key: 409 names the existing job */
	[JOB_ISSUE] = { "POST", "job/issue", KEYED, "job_id" },
	[RESULT_EXPORT] = { "POST", "job/result_export", KEYED, "job_id" }, /* the same */
	/* one that has ended stays as it is */
	[JOB_KILL] = { "POST", "job/kill", SAME, "job_id" },
};

/* Of an answer: lists, and descriptions with their thousands of columns, are longer than others. */
static size_t ceiling(enum endpoint e)
{
	switch (e) {
	case DATABASE_LIST:
	case TABLE_LIST:
	case TABLE_SHOW:
	case SESSION_LIST:
	case SESSION_PARTS:
	case JOB_SHOW:
	case JOB_LIST:
		return LONG;
	default:
		return SHORT;
	}
}

static void make_url(struct api *a, const struct api_call *c, struct buf *url)
{
	buf_init(url, 64 << 10);
	buf_printf(url, "%s/v3/%s", c->e == TABLE_IMPORT ? a->import_endpoint : a->endpoint,
		endpoints[c->e].path);
	for (size_t i = 0; i < sizeof c->seg / sizeof *c->seg && c->seg[i]; i++) {
		buf_putc(url, '/');
		http_escape(url, c->seg[i]);
	}
	if (c->suffix)
		buf_puts(url, c->suffix);
	if (c->query)
		buf_printf(url, "?%s", c->query);
	buf_text(url);
}

/*
 * left_ms: until the deadline, 0: there is none. Parts and results may take longer, as long as they
 * move.
 */
static int one_try(struct api *a, struct api_call *c, const char *url, uint64_t left_ms,
	struct fail *f)
{
	const bool transfer = c->to || c->body;
	struct http_piece form = { c->form ? c->form->p : NULL, c->form ? c->form->len : 0 };
	const struct http_request r = {
		.method = endpoints[c->e].method,
		.url = url,
		.authorization = a->authorization,
		.content_type = c->form ? "application/x-www-form-urlencoded"
			: c->body       ? "application/octet-stream"
					: NULL,
		.body = c->form ? &form : c->body,
		.pieces = c->form ? 1 : c->pieces,
		.once = endpoints[c->e].rule >= MADE,
		.range = c->range,
		.range_from = c->range_from,
		.range_to = c->range_to,
		.if_range = c->if_range,
		.stall_s = a->hurry || a->stall_said ? 0 : c->stall_s,
		.wait_ms = left_ms,
		.whole_ms = transfer ? 0 : left_ms,
		.tail_ms = left_ms,
		.body_max = ceiling(c->e),
		.to = c->to,
		.begin = c->begin,
		.arg = c->arg,
	};
	int rc;

	http_answer_free(&c->answer);
	rc = http_do(a->http, &r, &c->answer, f);
	a->status = c->answer.status;
	if (c->answer.date >= 0) {
		a->date = c->answer.date;
		a->date_ms = clock_ms();
	}
	c->broke = rc && c->answer.transport;
	debug("%s %s: %d", r.method, strstr(url, "/v3/"), a->status);
	return rc;
}

/*
 * An answer that decides something is the service's, or there is none: a proxy's page says nothing
 * about what was done, nor about what is there. A refusal has TD's own words, a success the field
 * of its call.
 */
static bool is_service(const struct api_call *c)
{
	static const char *const words[] = { "error", "message", "text" };
	const int status = c->answer.status;
	const bool done = status / 100 == 2;
	json_t *j = jsondoc_load(c->answer.body.p, c->answer.body.len, 0, NULL);
	bool is = false;

	if (done)
		is = json_object_get(j, endpoints[c->e].field) != NULL;
	for (size_t i = 0; !done && status / 100 == 4 && i < sizeof words / sizeof *words; i++)
		is = is || api_string(j, words[i]);
	json_decref(j);
	return is;
}

static int not_service(struct api_call *c, struct fail *f)
{
	fail_set(f, FAIL_TEMP, "the answer (%d%s%s) is not Treasure Data's", c->answer.status,
		c->answer.type[0] ? ", " : "", c->answer.type);
	c->answer.status = 0;
	c->answer.sent = c->broke = true;
	return -1;
}

static int no_answer(struct api *a, const struct api_call *c, unsigned tries, struct fail *f)
{
	char after[40] = "";

	if (tries > 1)
		snprintf(after, sizeof after, " (after %u tries)", tries);
	return fail_at(f, "no answer from %s%s", api_call_host(a, c), after);
}

/* From `start` to api_until(). */
static uint64_t whole(const struct api *a, uint64_t start)
{
	return a->until_ms == 0 ? UINT64_MAX : start < a->until_ms ? a->until_ms - start : 1;
}

/* Of a request that began at `start`. */
static struct retry_policy policy(const struct api *a, uint64_t start)
{
	struct retry_policy p = a->retry;

	if (p.deadline_ms > whole(a, start))
		p.deadline_ms = whole(a, start);
	return p;
}

/*
 * What is left for a try, at least a second: less would only lose its answer. A deadline of 0 is
 * for repeats alone.
 */
static uint64_t left(const struct api *a, uint64_t start)
{
	enum { LEAST_MS = 1000 };
	const uint64_t gone = clock_ms() - start, said = a->retry.deadline_ms,
		       most = whole(a, start), deadline = said > 0 && said < most ? said : most;

	if (deadline == UINT64_MAX)
		return 0;
	return gone + LEAST_MS < deadline ? deadline - gone : LEAST_MS;
}

/*
 * A page in answer to a look: it passes, like a 502, if Treasure Data has answered before. If it
 * has not, it may be another server, and after a few tries the caller says what came.
 */
static bool is_stranger(const struct api *a, const struct api_call *c, unsigned attempt)
{
	return endpoints[c->e].rule == READ && !a->known && attempt + 1 >= NAMES_TRIED;
}

/* What came, if it is the service's; otherwise nothing came. */
static int hear(struct api *a, struct api_call *c, unsigned attempt, struct fail *f)
{
	const int status = c->answer.status;

	if (!endpoints[c->e].field || status == 407 || status == 429 || status >= 500)
		return 0;
	if (is_service(c))
		a->known = true;
	else if (!is_stranger(a, c, attempt)) {
		a->status = 0;
		return not_service(c, f);
	}
	return 0;
}

/*
 * Another try would fare no better: a name without an address, unless it was right before in this
 * run; headers without an end. (Requests that change something may have done their work then.)
 */
static bool is_final(const struct api *a, const struct api_call *c, unsigned attempt,
	struct fail *why)
{
	if (c->answer.unresolved && !a->reached && attempt + 1 >= NAMES_TRIED)
		why->kind = FAIL_CONFIG;
	else if (c->answer.too_long && endpoints[c->e].rule == READ)
		why->kind = FAIL_REFUSED;
	else
		return false;
	return true;
}

int api_call(struct api *a, struct api_call *c, struct fail *f)
{
	const bool repeatable = endpoints[c->e].rule != LOOK;
	const uint64_t start = clock_ms();
	const struct retry_policy retry = policy(a, start);
	struct buf url;
	int rc = -1;

	make_url(a, c, &url);
	for (unsigned attempt = 0;; attempt++) {
		struct fail why = { 0 };
		struct retry_outcome o;
		int64_t wait;

		rc = one_try(a, c, url.p, left(a, start), &why);
		if (rc == 0)
			rc = hear(a, c, attempt, &why);
		if (rc == 0 && c->answer.status / 100 == 2) {
			a->reached = true;
			if (attempt > 0)
				die_line(""); /* the remark is past */
			break;
		}
		if (rc == 0)
			rc = api_refused(a, c, attempt + 1, &why);
		else if (c->broke)
			no_answer(a, c, attempt + 1, &why);
		o = (struct retry_outcome){ c->answer.status, c->answer.sent,
			c->answer.retry_after_ms };
		wait = !c->broke && why.kind != FAIL_TEMP ? RETRY_STOP
			: c->to && c->answer.got && c->broke
			? RETRY_STOP
			: retry_wait(&retry, repeatable, &o, attempt, clock_ms() - start,
				  clock_random());
		c->maybe_done = c->maybe_done || retry_is_unknown(&o);
		a->reached = a->reached || c->answer.status > 0;
		if (is_final(a, c, attempt, &why))
			wait = RETRY_STOP;
		if (wait == RETRY_STOP && o.retry_after_ms > 1000 && why.kind == FAIL_TEMP)
			fail_add(&why, "; it asks for a wait of %lld s",
				(long long)o.retry_after_ms / 1000);
		if (wait == RETRY_STOP) {
			if (!repeatable && why.kind == FAIL_TEMP && retry_is_unknown(&o))
				why.kind = FAIL_UNKNOWN;
			fail_set(f, why.kind, "%s", why.why);
			break;
		}
		remark(attempt == 0 && a->retry.cap_ms > 0, "%s; trying again in %lld.%lld s",
			why.why, (long long)wait / 1000, (long long)wait % 1000 / 100);
		if (clock_sleep_or((uint64_t)wait, a->stop, f))
			break;
	}
	buf_free(&url);
	return rc;
}

bool api_made(struct api *a, const struct api_call *c, int rc, enum api_made *made, struct fail *f)
{
	*made = rc == 0 ? API_MADE : c->maybe_done ? API_MAYBE_MADE : API_WAS_THERE;
	return rc == 0 || api_forgive(a, 409, f);
}

void api_call_free(struct api_call *c)
{
	http_answer_free(&c->answer);
}

int api_send(struct api *a, struct api_call *c, int fine, struct fail *f)
{
	int rc = api_call(a, c, f);

	api_call_free(c);
	return rc && fine > 0 && api_forgive(a, fine, f) ? 0 : rc;
}

json_t *api_call_json(struct api *a, struct api_call *c, struct fail *f)
{
	json_t *j = jsondoc_load(c->answer.body.p, c->answer.body.len, 0, NULL);

	if (json_is_object(j))
		return j;
	json_decref(j);
	fail_set(f, FAIL_REFUSED,
		"%s answered something that is not a JSON object: is it Treasure Data?", a->host);
	return NULL;
}

void api_form(struct buf *b, const char *name, const char *value)
{
	if (b->len)
		buf_putc(b, '&');
	buf_puts(b, name);
	buf_putc(b, '=');
	http_escape(b, value);
}

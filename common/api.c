#include "api_call.h"
#include "clock.h"
#include "die.h"
#include "mem.h"
#include "num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JSON_MAX = 16 << 20, MESSAGE_MAX = 500 };

/*
 * Repeatable: sending it again after a lost answer leaves the same state. Fresh: a connection of its own, because a
 * repeat inside libcurl, which nobody sees, would be taken for a first try (409) or would undo the work (swap).
 * perform and commit are decided by looking at the session, rename and swap by the caller, who looks at the tables.
 */
static const struct {
	const char *method, *path;
	bool repeatable, fresh;
} endpoints[] = {
	[DATABASE_CREATE] = { "POST", "database/create", true, false },
	[DATABASE_LIST] = { "GET", "database/list", true, false },
	[TABLE_LIST] = { "GET", "table/list", true, false },
	[TABLE_UPDATE] = { "POST", "table/update", true, false },
	[SESSION_LIST] = { "GET", "bulk_import/list", true, false },
	[TABLE_SHOW] = { "GET", "table/show", true, false },
	[TABLE_CREATE] = { "POST", "table/create", true, true },
	[TABLE_DELETE] = { "POST", "table/delete", true, false },
	[TABLE_RENAME] = { "POST", "table/rename", false, true },
	[TABLE_SWAP] = { "POST", "table/swap", false, true },
	[SCHEMA_APPEND] = { "POST", "table/append-schema", true, false },
	[SESSION_CREATE] = { "POST", "bulk_import/create", true, true },
	[SESSION_SHOW] = { "GET", "bulk_import/show", true, false },
	[SESSION_UPLOAD] = { "PUT", "bulk_import/upload_part", true, false },
	[SESSION_FREEZE] = { "POST", "bulk_import/freeze", true, false },
	[SESSION_PERFORM] = { "POST", "bulk_import/perform", false, true },
	[SESSION_COMMIT] = { "POST", "bulk_import/commit", false, true },
	[SESSION_DELETE] = { "POST", "bulk_import/delete", true, false },
	[SESSION_ERRORS] = { "GET", "bulk_import/error_records", true, false },
	[SESSION_PARTS] = { "GET", "bulk_import/list_parts", true, false },
	[SESSION_PART_DELETE] = { "POST", "bulk_import/delete_part", true, false },
	[SESSION_UNFREEZE] = { "POST", "bulk_import/unfreeze", true, false },
	[TABLE_IMPORT] = { "PUT", "table/import_with_id", true, false }, /* the id makes a repeat harmless */
	[JOB_ISSUE] = { "POST", "job/issue", true, false }, /* always with a domain_key */
	[JOB_STATUS] = { "GET", "job/status", true, false },
	[JOB_BY_KEY] = { "GET", "job/status_by_domain_key", true, false },
	[JOB_SHOW] = { "GET", "job/show", true, false },
	[JOB_KILL] = { "POST", "job/kill", true, false },
	[JOB_RESULT] = { "GET", "job/result", true, false },
	[RESULT_EXPORT] = { "POST", "job/result_export", true, false }, /* always with a domain_key */
	[SCHEDULE_HISTORY] = { "GET", "schedule/history", true, false },
};

/* --- the handle ------------------------------------------------------------------------------------------------ */

struct api *api_open(const struct conf *c, const struct api_opt *o)
{
	struct api *a = mem_zero(1, sizeof *a);

	a->endpoint = mem_string(c->endpoint);
	a->import_endpoint = mem_string(c->import_endpoint);
	a->host = http_host(c->endpoint);
	a->key_from = mem_string(c->key_from);
	a->authorization = mem_printf("TD1 %s", c->key);
	a->retry = o->retry;
	a->stall_said = o->stall_said;
	a->stop = o->http.stop;
	a->http = http_open(&o->http);
	return a;
}

void api_close(struct api *a)
{
	if (!a)
		return;
	http_close(a->http);
	mem_wipe(a->authorization, strlen(a->authorization));
	free(a->authorization);
	free(a->endpoint);
	free(a->import_endpoint);
	free(a->host);
	free(a->key_from);
	free(a);
}

int api_status(const struct api *a)
{
	return a->status;
}

const char *api_endpoint(const struct api *a)
{
	return a->endpoint;
}

void api_hurry(struct api *a)
{
	a->hurry = true;
	a->retry.deadline_ms = a->retry.deadline_ms < 15000 ? a->retry.deadline_ms : 15000;
	http_hurry(a->http);
}

static int option_time(const char *name, const char *arg, uint64_t max, uint64_t *seconds, struct fail *f)
{
	if (num_seconds(arg, max, seconds))
		return 1;
	return fail_set(f, FAIL_USAGE, "--%s: '%s' is no time: digits with an optional s, m, h or d", name, arg);
}

int api_option(struct api_opt *o, int c, const char *arg, struct fail *f)
{
	uint64_t seconds = 0;
	int rc = 1;

	switch (c) {
	case API_TIMEOUT:
		rc = option_time("timeout", arg, 30 * 86400, &seconds, f);
		o->retry.deadline_ms = seconds * 1000;
		return rc;
	case API_RETRY_WAIT:
		rc = option_time("retry-wait", arg, 86400, &seconds, f);
		o->retry.cap_ms = (uint32_t)seconds * 1000;
		return rc;
	case API_STALL:
		rc = option_time("stall", arg, 86400, &seconds, f);
		o->http.stall_s = seconds ? (unsigned)seconds : 1;
		o->stall_said = true;
		return rc;
	case API_CACERT:
		o->http.cacert = arg;
		return 1;
	case API_CERT:
		o->http.cert = arg;
		return 1;
	case API_CERT_KEY:
		o->http.cert_key = arg;
		return 1;
	case API_INSECURE:
		o->http.insecure = true;
		return 1;
	default:
		return 0;
	}
}

/* --- what an answer says --------------------------------------------------------------------------------------- */

/* TD's own sentence: message, error or text of a JSON body; else the body's first line; it may be empty. */
static void message(const struct http_answer *a, char *out, size_t cap)
{
	static const char *const names[] = { "message", "error", "text" };
	json_t *j = a->body.len ? json_loadb(a->body.p, a->body.len, 0, NULL) : NULL;
	const char *text = NULL;

	for (size_t i = 0; i < 3 && (!text || !*text); i++)
		text = api_string(j, names[i]);
	if (text && *text)
		snprintf(out, cap, ": %s", text);
	else if (!j && a->body.len && a->body.p[0] != '<')
		snprintf(out, cap, ": %.*s", (int)(a->body.len < 200 ? a->body.len : 200), a->body.p);
	else
		out[0] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	json_decref(j);
}

static int refused(struct api *a, const struct api_call *c, unsigned tries, struct fail *f)
{
	int s = c->answer.status;
	char text[MESSAGE_MAX], after[40] = "";

	message(&c->answer, text, sizeof text);
	if (tries > 1)
		snprintf(after, sizeof after, " (after %u tries)", tries);
	if (s == 401)
		return fail_set(f, FAIL_KEY, "401 from %s%s: the key of %s is not known there", a->host, text, a->key_from);
	if (s == 403)
		return fail_set(f, FAIL_KEY, "403 from %s%s: the key of %s may not do this", a->host, text, a->key_from);
	if (s == 407)
		return fail_set(f, FAIL_CONFIG, "407 from the proxy%s: it wants a user and a password", text);
	if (s / 100 == 3)
		return fail_set(f, FAIL_REFUSED, "%d from %s: a redirect, which is not followed with a key in hand", s, a->host);
	if (s == 408 || s == 429 || s >= 500)
		return fail_set(f, FAIL_TEMP, "%d from %s%s%s", s, a->host, text, after);
	return fail_set(f, FAIL_REFUSED, "%d from %s%s", s, a->host, text);
}

bool api_forgive(struct api *a, int status, struct fail *f)
{
	if (f->kind == FAIL_NONE || a->status != status)
		return false;
	*f = (struct fail){ 0 };
	return true;
}

json_t *api_call_json(struct api *a, struct api_call *c, struct fail *f)
{
	json_t *j = c->answer.body.len ? json_loadb(c->answer.body.p, c->answer.body.len, 0, NULL) : NULL;

	if (json_is_object(j))
		return j;
	json_decref(j);
	fail_set(f, FAIL_REFUSED, "%s answered something that is not a JSON object: is it Treasure Data?", a->host);
	return NULL;
}

const char *api_string(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

int64_t api_int(const json_t *o, const char *name, int64_t otherwise)
{
	const json_t *v = json_object_get(o, name);
	int64_t n;

	if (json_is_integer(v))
		return json_integer_value(v);
	if (json_is_string(v) && num_i64(json_string_value(v), json_string_length(v), &n))
		return n;
	return otherwise;
}

void api_text(const json_t *o, const char *name, char *out, size_t cap)
{
	const json_t *v = json_object_get(o, name);

	out[0] = '\0';
	if (json_is_string(v) && json_string_length(v) < cap)
		memcpy(out, json_string_value(v), json_string_length(v) + 1);
	else if (json_is_integer(v))
		snprintf(out, cap, "%lld", (long long)json_integer_value(v));
}

void api_form(struct buf *b, const char *name, const char *value)
{
	if (b->len)
		buf_putc(b, '&');
	buf_puts(b, name);
	buf_putc(b, '=');
	http_escape(b, value);
}

/* --- one request and its repeats --------------------------------------------------------------------------------- */

static void make_url(struct api *a, const struct api_call *c, struct buf *url)
{
	buf_init(url, 64 << 10);
	buf_printf(url, "%s/v3/%s", c->e == TABLE_IMPORT ? a->import_endpoint : a->endpoint, endpoints[c->e].path);
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

static int one_try(struct api *a, struct api_call *c, const char *url, struct fail *f)
{
	struct http_piece form = { c->form ? c->form->p : NULL, c->form ? c->form->len : 0 };
	const struct http_request r = {
		.method = endpoints[c->e].method,
		.url = url,
		.authorization = a->authorization,
		.content_type = c->form ? "application/x-www-form-urlencoded" : c->body ? "application/octet-stream" : NULL,
		.body = c->form ? &form : c->body,
		.pieces = c->form ? 1 : c->pieces,
		.once = endpoints[c->e].fresh,
		.range = c->range, .range_from = c->range_from, .range_to = c->range_to, .if_range = c->if_range,
		.stall_s = a->hurry || a->stall_said ? 0 : c->stall_s,
		.body_max = JSON_MAX,
		.to = c->to, .begin = c->begin, .arg = c->arg,
	};
	int rc;

	http_answer_free(&c->answer);
	rc = http_do(a->http, &r, &c->answer, f);
	a->status = c->answer.status;
	c->broke = rc && c->answer.transport;
	debug("%s %s: %d", r.method, strstr(url, "/v3/"), a->status);
	return rc;
}

static int no_answer(struct api *a, unsigned tries, struct fail *f)
{
	char after[40] = "";

	if (tries > 1)
		snprintf(after, sizeof after, " (after %u tries)", tries);
	return fail_at(f, "no answer from %s%s", a->host, after);
}

int api_call(struct api *a, struct api_call *c, struct fail *f)
{
	const bool repeatable = endpoints[c->e].repeatable;
	const uint64_t start = clock_ms();
	struct buf url;
	int rc = -1;

	make_url(a, c, &url);
	for (unsigned attempt = 0;; attempt++) {
		struct fail why = { 0 };
		struct retry_outcome o;
		int64_t wait;

		rc = one_try(a, c, url.p, &why);
		if (rc == 0 && c->answer.status / 100 == 2)
			break;
		if (rc == 0)
			rc = refused(a, c, attempt + 1, &why);
		else if (c->broke)
			no_answer(a, attempt + 1, &why);
		o = (struct retry_outcome){ c->answer.status, c->answer.sent, c->answer.retry_after_ms };
		wait = !c->broke && why.kind != FAIL_TEMP ? RETRY_STOP
		       : c->to && c->answer.got && c->broke ? RETRY_STOP
		       : retry_wait(&a->retry, repeatable, &o, attempt, clock_ms() - start, clock_random());
		if (wait == RETRY_STOP) {
			if (!repeatable && why.kind == FAIL_TEMP && retry_is_unknown(&o))
				why.kind = FAIL_UNKNOWN;
			fail_set(f, why.kind, "%s", why.why);
			break;
		}
		c->maybe_done = c->maybe_done || retry_is_unknown(&o);
		note("%s; trying again in %lld.%lld s", why.why, (long long)wait / 1000, (long long)wait % 1000 / 100);
		if (clock_sleep_or((uint64_t)wait, a->stop, f))
			break;
	}
	buf_free(&url);
	return rc;
}

void api_call_free(struct api_call *c)
{
	http_answer_free(&c->answer);
}

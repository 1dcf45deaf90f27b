/* The handle, its options, and what an answer says. */
#include "api/api_call.h"
#include "base/die.h"
#include "sys/clock.h"
#include "sys/sandbox.h"
#include "base/mem.h"
#include "base/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int api_sandbox(const struct api_opt *o, const char *folder, struct fail *f)
{
	const char *const given[] = { o->http.cacert, o->http.cert, o->http.cert_key };
	const char *reads[sizeof given / sizeof *given + 1];
	size_t n = 0;

	for (size_t i = 0; i < sizeof given / sizeof *given; i++)
		if (given[i])
			reads[n++] = given[i];
	reads[n] = NULL;
	if (sandbox_client(folder, reads, f))
		return -1;
	debug("sandbox: %s", sandbox_parts());
	return 0;
}

enum { MESSAGE_MAX = 500 };

/* --- the handle ------------------------------------------------------------ */

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
	a->date = -1;
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

int64_t api_time(const struct api *a)
{
	return a->date >= 0 ? a->date + (int64_t)(clock_ms() - a->date_ms) / 1000
			    : (int64_t)time(NULL);
}

int api_server_status(struct api *a, struct fail *f)
{
	struct api_call c = { .e = SERVER_STATUS };
	json_t *j = api_call(a, &c, f) ? NULL : api_call_json(a, &c, f);

	api_call_free(&c);
	json_decref(j);
	return j ? 0 : fail_at(f, "no Treasure Data answers");
}

void api_hurry(struct api *a)
{
	a->hurry = true;
	a->retry.deadline_ms = a->retry.deadline_ms < 15000 ? a->retry.deadline_ms : 15000;
	http_hurry(a->http);
}

static int option_time(const char *name, const char *arg, uint64_t max, uint64_t *seconds,
	struct fail *f)
{
	uint64_t longer;

	if (num_seconds(arg, max, seconds))
		return 1;
	if (num_seconds(arg, UINT64_MAX, &longer))
		return fail_set(f, FAIL_USAGE, "--%s: '%s' is longer than %llud", name, arg,
			(unsigned long long)max / 86400);
	return fail_set(f, FAIL_USAGE,
		"--%s: '%s' is not a time: digits with an optional s, m, h or d", name, arg);
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

/* --- what an answer says --------------------------------------------------- */

/*
 * TD's own sentence: message, error or text of a JSON body; else the body's first line; it may be
 * empty.
 */
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
		snprintf(out, cap, ": %.*s", (int)(a->body.len < 200 ? a->body.len : 200),
			a->body.p);
	else
		out[0] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	json_decref(j);
}

int api_refused(struct api *a, const struct api_call *c, unsigned tries, struct fail *f)
{
	int s = c->answer.status;
	char text[MESSAGE_MAX], after[40] = "";

	message(&c->answer, text, sizeof text);
	if (tries > 1)
		snprintf(after, sizeof after, " (after %u tries)", tries);
	if (s == 401)
		return fail_set(f, FAIL_KEY, "401 from %s%s: the key of %s is not known there",
			a->host, text, a->key_from);
	if (s == 403)
		return fail_set(f, FAIL_KEY, "403 from %s%s: the key of %s may not do this",
			a->host, text, a->key_from);
	if (s == 407)
		return fail_set(f, FAIL_CONFIG,
			"407 from the proxy%s: it wants a user and a password", text);
	if (s / 100 == 3)
		return fail_set(f, FAIL_REFUSED,
			"%d from %s: a redirect, which is not followed with a key in hand", s,
			a->host);
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
	json_t *j = c->answer.body.len ? json_loadb(c->answer.body.p, c->answer.body.len, 0, NULL)
				       : NULL;

	if (json_is_object(j))
		return j;
	json_decref(j);
	fail_set(f, FAIL_REFUSED,
		"%s answered something that is not a JSON object: is it Treasure Data?", a->host);
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

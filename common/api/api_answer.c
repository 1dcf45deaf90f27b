/* What an answer says: the sentence of a refusal, and the members of its JSON. */
#include "api/api_call.h"
#include "base/num.h"

#include <stdio.h>
#include <string.h>

enum { MESSAGE_MAX = 500 };

/*
 * TD's own sentence: message, error or text of a JSON body; else the body's first line; it may be
 * empty.
 */
static void message(const struct http_answer *a, char *out, size_t cap)
{
	static const char *const names[] = { "message", "error", "text" };
	json_t *j = jsondoc_load(a->body.p, a->body.len, 0, NULL);
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
	const char *host = api_call_host(a, c);
	char text[MESSAGE_MAX], after[40] = "";

	message(&c->answer, text, sizeof text);
	if (tries > 1)
		snprintf(after, sizeof after, " (after %u tries)", tries);
	if (s == 401)
		return fail_set(f, FAIL_KEY, "401 from %s%s: the key of %s is not known there",
			host, text, a->key_from);
	if (s == 403)
		return fail_set(f, FAIL_KEY, "403 from %s%s: the key of %s may not do this",
			host, text, a->key_from);
	if (s == 407)
		return fail_set(f, FAIL_CONFIG,
			"407 from the proxy%s: it asks for a user and a password", text);
	if (s / 100 == 3)
		return fail_set(f, FAIL_REFUSED,
			"%d from %s: a redirect, which is not followed with a key in hand", s,
			host);
	if (s == 408 || s == 429 || (s >= 500 && s != 501))
		return fail_set(f, FAIL_TEMP, "%d from %s%s%s", s, host, text, after);
	return fail_set(f, FAIL_REFUSED, "%d from %s%s", s, host, text);
}

bool api_forgive(struct api *a, int status, struct fail *f)
{
	if (f->kind == FAIL_NONE || a->status != status)
		return false;
	fail_clear(f);
	return true;
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

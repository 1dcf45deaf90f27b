/* Whole JSON values to msgpack. */
#include "format/jsonvalue.h"
#include "base/mem.h"
#include "value/mp.h"
#include "value/mpack.h"

#include <stdlib.h>

static enum jsontok_step word(struct jsontok *s, const char *text, size_t n,
	int (*pack)(struct buf *))
{
	const size_t have = (size_t)(s->end - s->p) < n ? (size_t)(s->end - s->p) : n;
	const char *why = NULL;

	if (memcmp(s->p, text, have) != 0 && (why = jsontok_not_a_value(s->p, s->end)))
		return jsontok_bad(s, s->p, why);
	if (have < n || memcmp(s->p, text, n) != 0)
		return STEP_MORE;
	s->p += n;
	return jsontok_packed(s, pack(s->out));
}

enum jsontok_step jsonvalue_comma(struct jsontok *s, char close, bool first, bool *closed)
{
	*closed = false;
	if (!jsontok_something(s))
		return STEP_MORE;
	if (*s->p == close) {
		s->p++;
		*closed = true;
		return STEP_GOOD;
	}
	if (first)
		return STEP_GOOD;
	if (*s->p != ',')
		return jsontok_bad(s, s->p,
			close == '}' ? "',' or '}' is expected here"
				     : "',' or ']' is expected here");
	s->p++;
	if (!jsontok_something(s))
		return STEP_MORE;
	return *s->p == close ? jsontok_bad(s, s->p, "a comma before the end") : STEP_GOOD;
}

enum jsontok_step jsonvalue_colon(struct jsontok *s)
{
	if (!jsontok_something(s))
		return STEP_MORE;
	if (*s->p != ':')
		return jsontok_bad(s, s->p, "':' is expected here");
	s->p++;
	return STEP_GOOD;
}

const char jsonvalue_no_key[] = "a key in quotes is expected here";

static enum jsontok_step put_key(struct jsontok *s)
{
	enum jsontok_step rc;

	if (*s->p != '"')
		return jsontok_bad(s, s->p, jsonvalue_no_key);
	s->p++;
	rc = jsontok_string(s);
	return rc == STEP_GOOD ? jsonvalue_colon(s) : rc;
}

/* s->p follows the bracket. The count is filled in afterwards. */
static enum jsontok_step items(struct jsontok *s, char close, int depth)
{
	size_t at = s->out->len;
	uint32_t count = 0;
	enum jsontok_step rc = jsontok_packed(s,
		buf_put(s->out, close == '}' ? "\xdf\0\0\0\0" : "\xdd\0\0\0\0", 5));
	bool closed = false;

	if (depth > MP_DEPTH)
		return jsontok_bad(s, s->p, "nested too deeply");
	while (rc == STEP_GOOD) {
		rc = jsonvalue_comma(s, close, count == 0, &closed);
		if (rc != STEP_GOOD || closed)
			break;
		if (close == '}')
			rc = put_key(s);
		if (rc == STEP_GOOD)
			rc = jsonvalue_put(s, depth + 1);
		count++;
	}
	for (int i = 0; rc == STEP_GOOD && i < 4; i++)
		s->out->p[at + 1 + (size_t)i] = (char)(count >> (24 - 8 * i) & 0xff);
	return rc;
}

enum jsontok_step jsonvalue_put(struct jsontok *s, int depth)
{
	if (!jsontok_something(s))
		return STEP_MORE;
	switch (*s->p) {
	case '"':
		s->p++;
		return jsontok_string(s);
	case '{':
		s->p++;
		return items(s, '}', depth);
	case '[':
		s->p++;
		return items(s, ']', depth);
	case 't':
		return word(s, "true", 4, mpack_true);
	case 'f':
		return word(s, "false", 5, mpack_false);
	case 'n':
		return word(s, "null", 4, mpack_nil);
	default:
		return jsontok_number(s);
	}
}

const char *jsonvalue_text(const char *p, size_t n, struct buf *out)
{
	char *text = mem_zero(n + 1 + JSONTOK_AHEAD, 1);
	struct jsontok s = { text, text + n + 1, out, NULL };
	enum jsontok_step rc;
	const char *why;

	memcpy(text, p, n);
	text[n] = ' '; /* a number's end is seen by what follows it */
	rc = jsonvalue_put(&s, 1);
	why = rc == STEP_BAD                               ? s.why
		: rc == STEP_MORE || jsontok_something(&s) ? "not one whole value"
							   : NULL;
	free(text);
	return why;
}

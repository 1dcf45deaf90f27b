/* Writes msgpack values as JSON. */
#include "format/jsonout.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>

int jsonout_string(struct textout *t, const char *s, size_t n, struct fail *f)
{
	size_t plain = 0; /* bytes from s on that need no escape */

	if (!utf8_is(s, n))
		return fail_set(f, FAIL_DATA, "text that is not UTF-8 cannot be written as JSON");
	textout_putc(t, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		char hex[8];

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) {
			plain++;
			continue;
		}
		textout_put(t, s + i - plain, plain);
		plain = 0;
		switch (c) {
		case '"': textout_puts(t, "\\\""); break;
		case '\\': textout_puts(t, "\\\\"); break;
		case '\n': textout_puts(t, "\\n"); break;
		case '\r': textout_puts(t, "\\r"); break;
		case '\t': textout_puts(t, "\\t"); break;
		default:
			snprintf(hex, sizeof hex, "\\u%04x", c);
			textout_puts(t, hex);
		}
	}
	textout_put(t, s + n - plain, plain);
	textout_putc(t, '"');
	return 0;
}

int jsonout_scalar(struct textout *t, const struct mp *v, struct fail *f)
{
	switch (v->type) {
	case MP_NIL:
		textout_puts(t, "null");
		return 0;
	case MP_BOOL:
		textout_puts(t, v->as.u ? "true" : "false");
		return 0;
	case MP_UINT:
		textout_u64(t, v->as.u);
		return 0;
	case MP_INT:
		textout_i64(t, v->as.i);
		return 0;
	case MP_FLOAT:
		if (isfinite(v->as.d))
			textout_double(t, v->as.d);
		else
			textout_puts(t, "null");
		return 0;
	case MP_STR:
	case MP_BIN:
		return jsonout_string(t, v->as.p, v->n, f);
	default:
		return fail_set(f, FAIL_DATA, "a msgpack extension (type %d) has no JSON form",
			v->ext);
	}
}

/*
 * A key: text as it is, other scalars in quotes. Arrays and maps as keys are more than JSON can
 * say.
 */
static int key(struct textout *t, const struct mp *v, struct fail *f)
{
	if (v->type == MP_STR || v->type == MP_BIN)
		return jsonout_scalar(t, v, f);
	if (v->type == MP_ARRAY || v->type == MP_MAP)
		return fail_set(f, FAIL_DATA,
			"a map whose keys are arrays or maps has no JSON form");
	textout_putc(t, '"');
	if (jsonout_scalar(t, v, f))
		return -1;
	textout_putc(t, '"');
	return 0;
}

int jsonout_value(struct textout *t, const char *p, const char *end, struct fail *f)
{
	struct level {
		uint64_t left; /* values still to come; of a map, keys count too */
		bool map;
	} level[MP_DEPTH];
	unsigned depth = 0;

	for (;;) {
		struct level *in = depth > 0 ? &level[depth - 1] : NULL;
		bool is_key = in && in->map && in->left % 2 == 0;
		struct mp v;
		ptrdiff_t n = mp_token(p, end, &v);

		if (n <= 0)
			return fail_set(f, FAIL_DATA, "no msgpack");
		p += n;
		if (is_key ? key(t, &v, f) :
		    v.type != MP_ARRAY && v.type != MP_MAP ? jsonout_scalar(t, &v, f) : 0)
			return -1;
		if (v.type == MP_ARRAY || v.type == MP_MAP) {
			if (depth == MP_DEPTH)
				return fail_set(f, FAIL_DATA, "nested deeper than %d levels",
					MP_DEPTH);
			textout_putc(t, v.type == MP_MAP ? '{' : '[');
			level[depth++] = (struct level){ v.type == MP_MAP ? 2 * (uint64_t)v.n : v.n,
				v.type == MP_MAP };
			if (v.n > 0)
				continue;
			level[depth - 1].left = 1; /* closed at once below */
		} else if (is_key) {
			in->left--;
			textout_putc(t, ':');
			continue;
		}
		/* a value is finished: so may be what it is in, and so on */
		if (depth > 0)
			level[depth - 1].left--;
		while (depth > 0 && level[depth - 1].left == 0) {
			textout_putc(t, level[--depth].map ? '}' : ']');
			if (depth > 0)
				level[depth - 1].left--;
		}
		if (depth == 0)
			return textout_failed(t) ? fail_set(f, t->fail.kind, "%s", t->fail.why) : 0;
		textout_putc(t, ',');
	}
}

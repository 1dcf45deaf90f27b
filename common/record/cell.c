/* Converts one value to the msgpack of its column's type. */
#include "record/cell.h"
#include "value/lossless.h"
#include "format/jsonout.h"
#include "format/jsonvalue.h"
#include "base/mem.h"
#include "value/mp.h"
#include "value/mpack.h"
#include "value/tdtime.h"
#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

#define NIL '\xc0' /* in msgpack */

static enum cell_result packed(int rc)
{
	return rc ? CELL_FULL : CELL_GOOD;
}

static bool in_range(enum type_kind kind, int64_t v)
{
	return kind != TYPE_INT || (v >= INT32_MIN && v <= INT32_MAX);
}

const char *cell_with_point(const char *p, size_t n, char decimal, char room[CELL_NUMBER_MAX])
{
	char *at;

	if (n > CELL_NUMBER_MAX || memchr(p, '.', n))
		return NULL;
	memcpy(room, p, n);
	at = memchr(room, decimal, n);
	if (at)
		*at = '.';
	return room;
}

/* As people and programs write it where a long is wanted: 007, +1, true and, of PostgreSQL, t. */
static bool declared_long(const char *p, size_t n, int64_t *out)
{
	static const struct {
		const char text[6];
		bool value;
	} words[] = { { "t", true }, { "f", false }, { "true", true }, { "false", false } };

	if (lossless_long_lenient(p, n, out))
		return true;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i].text) == n && strncasecmp(words[i].text, p, n) == 0) {
			*out = words[i].value;
			return true;
		}
	return false;
}

static enum cell_result put_text(const struct cell_rules *r, const char *p, size_t n,
	struct buf *out)
{
	enum type_kind kind = r->type->kind;
	char room[CELL_NUMBER_MAX];
	int64_t i;
	double d;

	switch (kind) {
	case TYPE_STRING:
		return r->untyped && n == 0 ? packed(mpack_nil(out))
					    : packed(mpack_text(out, p, n));
	case TYPE_INT:
	case TYPE_LONG:
		if (n == 0)
			return packed(mpack_nil(out));
		if (!(r->exact ? lossless_long(p, n, &i) : declared_long(p, n, &i)) ||
			!in_range(kind, i))
			return CELL_MISFIT;
		return packed(mpack_int64(out, i));
	case TYPE_FLOAT:
	case TYPE_DOUBLE:
		if (n == 0)
			return packed(mpack_nil(out));
		if (r->decimal && !(p = cell_with_point(p, n, r->decimal, room)))
			return CELL_MISFIT;
		if (!lossless_double(p, n, &d) && (r->exact || !lossless_double_lenient(p, n, &d)))
			return CELL_MISFIT;
		return packed(mpack_double(out, d));
	default:
		return CELL_MISFIT; /* cell_put() has taken care of arrays and maps */
	}
}

static enum cell_result put_long(enum type_kind kind, const struct mp *t, struct buf *out)
{
	int64_t i;

	if (t->type == MP_UINT && t->as.u <= INT64_MAX)
		i = (int64_t)t->as.u;
	else if (t->type == MP_INT)
		i = t->as.i;
	else if (t->type == MP_BOOL)
		i = (int64_t)t->as.u;
	else if (t->type != MP_STR || !lossless_long(t->as.p, t->n, &i))
		return CELL_MISFIT;
	return in_range(kind, i) ? packed(mpack_int64(out, i)) : CELL_MISFIT;
}

static enum cell_result put_not_finite(struct cell_rules *r, struct buf *out)
{
	r->not_finite++;
	return packed(mpack_nil(out));
}

static enum cell_result put_double(struct cell_rules *r, const struct mp *t, struct buf *out)
{
	double d;

	if (t->type == MP_FLOAT)
		d = t->as.d;
	else if (t->type == MP_UINT && t->as.u <= EXACT_INTEGER)
		d = (double)t->as.u;
	else if (t->type == MP_INT && t->as.i >= -EXACT_INTEGER)
		d = (double)t->as.i;
	else if (t->type != MP_STR || (!lossless_double(t->as.p, t->n, &d) &&
					      (r->exact || !lossless_double_lenient(t->as.p, t->n,
						&d))))
		return CELL_MISFIT;
	return isfinite(d) ? packed(mpack_double(out, d)) : put_not_finite(r, out);
}

/* A buf as a sink of text. */
struct text_sink {
	struct sink sink;
	struct buf b;
	bool full;
};

static int text_put(struct sink *s, const void *p, size_t n, struct fail *f)
{
	struct text_sink *t = (struct text_sink *)s;

	if (buf_put(&t->b, p, n) == 0)
		return 0;
	t->full = true;
	return fail_set(f, FAIL_DATA, "too long");
}

/* Why these whole values cannot be JSON. */
static enum cell_result no_text(const char *p, const char *end)
{
	struct mp t;

	for (ptrdiff_t n; p < end && (n = mp_token(p, end, &t)) > 0; p += n)
		if ((t.type == MP_STR || t.type == MP_BIN) && !utf8_is(t.as.p, t.n))
			return CELL_BROKEN;
	return CELL_NO_TEXT;
}

/* NaN and infinities among these whole values, which are null in JSON. */
static uint64_t count_not_finite(const char *p, const char *end)
{
	uint64_t count = 0;
	struct mp t;

	for (ptrdiff_t n; p < end && (n = mp_token(p, end, &t)) > 0; p += n)
		count += t.type == MP_FLOAT && !isfinite(t.as.d);
	return count;
}

/* A value as text: base64 of binaries, otherwise JSON. */
static enum cell_result make_text(struct text_sink *to, const struct mp *binary, const char *p,
	size_t n)
{
	struct textout out;
	struct fail f = { 0 };
	int rc;

	to->sink = (struct sink){ text_put, "text" };
	textout_init(&out, &to->sink);
	if (binary)
		textout_base64(&out, binary->as.p, binary->n);
	rc = binary ? 0 : jsonout_value(&out, p, p + n, &f);
	if (rc == 0)
		rc = textout_flush(&out, &f);
	textout_free(&out);
	return rc == 0 ? CELL_GOOD : to->full ? CELL_FULL : no_text(p, p + n);
}

/* A str whose length is known only when its text has been made. */
static enum cell_result put_made(struct cell_rules *r, const struct type *type, const struct mp *t,
	const char *p, size_t n, struct buf *out)
{
	bool binary = type->source == TYPE_BINARY && (t->type == MP_STR || t->type == MP_BIN);
	struct text_sink to = { .full = false };
	enum cell_result rc;

	buf_init(&to.b, out->max);
	rc = make_text(&to, binary ? t : NULL, p, n);
	if (rc == CELL_GOOD)
		rc = packed(mpack_text(out, to.b.p, to.b.len));
	if (rc == CELL_GOOD && (t->type == MP_ARRAY || t->type == MP_MAP))
		r->not_finite += count_not_finite(p, p + n);
	buf_free(&to.b);
	return rc;
}

/* The timestamp of msgpack as ISO 8601. */
static enum cell_result put_timestamp(const struct mp *t, struct buf *out)
{
	char text[TDTIME_TEXT];
	uint32_t nanoseconds;
	int64_t seconds;

	if (!tdtime_unpack(t->as.p, t->n, &seconds, &nanoseconds) ||
		!tdtime_text(seconds, nanoseconds, text))
		return CELL_NO_TEXT;
	return packed(mpack_text(out, text, strlen(text)));
}

static enum cell_result put_string(struct cell_rules *r, const struct type *type,
	const struct mp *t, const char *p, size_t n, struct buf *out)
{
	if (t->type == MP_EXT)
		return t->ext == -1 ? put_timestamp(t, out) : CELL_NO_TEXT;
	if (t->type == MP_FLOAT && !isfinite(t->as.d))
		return put_not_finite(r, out);
	if ((t->type != MP_STR && t->type != MP_BIN) || type->source == TYPE_BINARY)
		return put_made(r, type, t, p, n, out);
	if (!utf8_is(t->as.p, t->n))
		return CELL_BROKEN;
	return packed(mpack_text(out, t->as.p, t->n));
}

static enum cell_result put_mp(struct cell_rules *r, const struct type *type, const char **p,
	const char *end, struct buf *out);

struct key {
	const char *p;
	size_t n;
};

static int by_bytes(const void *left, const void *right)
{
	const struct key *a = left, *b = right;
	int c = memcmp(a->p, b->p, a->n < b->n ? a->n : b->n);

	return c ? c : (a->n > b->n) - (a->n < b->n);
}

/*
 * Which of two equal keys in a map counts is not defined, so none is written. p: the pairs as
 * msgpack.
 */
static bool keys_differ(uint32_t count, const char *p, const char *end)
{
	struct key *key = mem_zero(count, sizeof *key);
	bool differ = true;

	for (uint32_t i = 0; i < count; i++) {
		key[i] = (struct key){ p, (size_t)mp_value(p, end) };
		p += key[i].n;
		p += mp_value(p, end);
	}
	qsort(key, count, sizeof *key, by_bytes);
	for (uint32_t i = 1; i < count && differ; i++)
		differ = by_bytes(&key[i - 1], &key[i]) != 0;
	free(key);
	return differ;
}

static enum cell_result put_items(struct cell_rules *r, const struct type *type, uint32_t count,
	const char **p, const char *end, struct buf *out)
{
	bool map = type->kind == TYPE_MAP;
	enum cell_result rc = packed(map ? mpack_map(out, count) : mpack_array(out, count));
	size_t start = out->len;

	for (uint32_t i = 0; i < count && rc == CELL_GOOD; i++) {
		size_t at = out->len;

		if (map)
			rc = put_mp(r, type->key, p, end, out);
		if (map && rc == CELL_GOOD && out->p[at] == NIL)
			return CELL_MISFIT;
		if (rc == CELL_GOOD)
			rc = put_mp(r, type->item, p, end, out);
	}
	if (rc == CELL_GOOD && map && count > 1 &&
		!keys_differ(count, out->p + start, out->p + out->len))
		return CELL_TWICE;
	return rc;
}

/* The value at *p, which moves to its end. */
static enum cell_result put_mp(struct cell_rules *r, const struct type *type, const char **p,
	const char *end, struct buf *out)
{
	const char *start = *p;
	struct mp t;
	ptrdiff_t n = mp_token(start, end, &t);

	if (n <= 0)
		return CELL_MISFIT;
	*p = start + n;
	if ((type->kind == TYPE_ARRAY && t.type == MP_ARRAY) ||
		(type->kind == TYPE_MAP && t.type == MP_MAP))
		return put_items(r, type, t.n, p, end, out);
	if (t.type == MP_ARRAY || t.type == MP_MAP) {
		n = mp_value(start, end);
		if (n <= 0)
			return CELL_MISFIT;
		*p = start + n;
	}
	if (t.type == MP_NIL)
		return packed(mpack_nil(out));
	switch (type->kind) {
	case TYPE_INT:
	case TYPE_LONG:
		return put_long(type->kind, &t, out);
	case TYPE_FLOAT:
	case TYPE_DOUBLE:
		return put_double(r, &t, out);
	case TYPE_STRING:
		return put_string(r, type, &t, start, (size_t)n, out);
	default:
		return CELL_MISFIT;
	}
}

/* An array or a map written in a text as JSON. */
static enum cell_result put_nested_text(struct cell_rules *r, const struct cell *c, struct buf *out)
{
	enum cell_result rc = CELL_MISFIT;
	struct buf value;
	const char *p;

	if (c->n == 0)
		return packed(mpack_nil(out));
	buf_init(&value, (size_t)2 * ROW_MAX);
	if (!jsonvalue_text(c->p, c->n, &value)) {
		p = value.p;
		rc = put_mp(r, r->type, &p, value.p + value.len, out);
	}
	buf_free(&value);
	return rc;
}

/*
 * A string of JSON, or a number as it stood there, is one in a string's column; it may also be an
 * exact number.
 */
static enum cell_result put_json_string(const struct cell_rules *r, const struct cell *c,
	struct buf *out)
{
	struct mp t = { .type = MP_STR, .as.p = c->p, .n = (uint32_t)c->n };
	double d;

	switch (r->type->kind) {
	case TYPE_STRING:
		return packed(mpack_text(out, c->p, c->n));
	case TYPE_INT:
	case TYPE_LONG:
		return put_long(r->type->kind, &t, out);
	case TYPE_FLOAT:
	case TYPE_DOUBLE:
		return lossless_double(c->p, c->n, &d) ||
				(!r->exact && lossless_double_lenient(c->p, c->n, &d))
			? packed(mpack_double(out, d))
			: CELL_MISFIT;
	default:
		return CELL_MISFIT;
	}
}

struct cell cell_packed(const struct cell *c, char room[CELL_PACKED])
{
	char *end = room;

	if (c->kind == CELL_INT)
		mpack_to_int64(&end, c->i);
	else
		mpack_to_double(&end, c->d);
	return (struct cell){ { room }, (size_t)(end - room), CELL_MP };
}

bool cell_is_null(const struct cell_nulls *nulls, const struct cell *c)
{
	for (size_t i = 0; c->kind == CELL_TEXT && nulls && i < nulls->n; i++)
		if (strlen(nulls->text[i]) == c->n && memcmp(nulls->text[i], c->p, c->n) == 0)
			return true;
	return false;
}

static enum cell_result put_cell(struct cell_rules *r, const struct cell *c, struct buf *out)
{
	char room[CELL_PACKED];
	struct cell packed_cell;
	const char *p = c->p;

	switch (c->kind) {
	case CELL_TEXT:
		if (r->nulls && cell_is_null(r->nulls, c))
			return packed(mpack_nil(out));
		/* fall through */
	case CELL_QUOTED:
		return r->type->kind < TYPE_ARRAY ? put_text(r, c->p, c->n, out)
						  : put_nested_text(r, c, out);
	case CELL_MP:
		return put_mp(r, r->type, &p, c->p + c->n, out);
	case CELL_STRING:
	case CELL_NUMBER:
		return put_json_string(r, c, out);
	case CELL_INT:
	case CELL_REAL:
		packed_cell = cell_packed(c, room);
		return put_cell(r, &packed_cell, out);
	default:
		return packed(mpack_nil(out));
	}
}

enum cell_result cell_put(struct cell_rules *r, const struct cell *c, struct buf *out)
{
	size_t at = out->len;
	enum cell_result rc = put_cell(r, c, out);

	r->filled |= r->untyped && rc == CELL_GOOD && out->p[at] != NIL;
	return rc;
}

/* The first bytes of a text, whole characters. */
static int cut(const char *p, size_t n, size_t most)
{
	if (n > most)
		for (n = most; n > 0 && ((unsigned char)p[n] & 0xc0) == 0x80; n--)
			;
	return (int)n;
}

static bool is_extension(const struct cell *c)
{
	struct mp t;

	return mp_token(c->p, c->p + c->n, &t) > 0 && t.type == MP_EXT;
}

char *cell_show(const struct cell *c)
{
	enum { SHOWN = 60 };
	struct text_sink to = { .full = false };
	const char *quote = c->kind >= CELL_NUMBER ? ""
		: c->kind == CELL_STRING           ? "\""
						   : "'",
		   *p = c->p;
	size_t n = c->n;
	char *out, room[CELL_PACKED];
	struct cell number;

	if (c->kind == CELL_INT || c->kind == CELL_REAL) {
		number = cell_packed(c, room);
		return cell_show(&number);
	}
	buf_init(&to.b, 1 << 16);
	if (c->kind == CELL_MP) {
		if (make_text(&to, NULL, c->p, c->n) != CELL_GOOD)
			buf_puts(&to.b, is_extension(c) ? "an extension of msgpack" :
				"a long or binary value");
		p = to.b.p;
		n = to.b.len;
	}
	out = mem_printf("%s%.*s%s%s", quote, cut(p, n, SHOWN), n ? p : "", quote,
		n > SHOWN ? "..." : "");
	buf_free(&to.b);
	return out;
}

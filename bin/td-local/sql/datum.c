/* SQL values in memory and in SQLite: encoding, decoding, comparison. print.c prints them. */
#include "sql/datum.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	TAG_END = 0x00,
	TAG_NULL = 0x08,
	TAG_INT = 0x10,
	TAG_DOUBLE = 0x20,
	TAG_NAN = 0x21,
	TAG_TEXT = 0x30,
	TAG_BLOB = 0x40,
	TAG_LIST = 0x50
};

/* --- scalars */

double datum_double(const struct datum *v)
{
	return v->kind == DATUM_NAN ? (double)NAN : v->kind == DATUM_INT ? (double)v->i : v->d;
}

void datum_set_double(struct datum *v, double d)
{
	*v = (struct datum){ .kind = isnan(d) ? DATUM_NAN : DATUM_DOUBLE, .d = d };
}

void datum_set_text(struct datum *v, const char *p, size_t n)
{
	*v = (struct datum){ .kind = DATUM_TEXT, .p = p, .n = n };
}

void datum_set_blob(struct datum *v, const char *p, size_t n)
{
	*v = (struct datum){ .kind = DATUM_BLOB, .p = p, .n = n };
}

void datum_set_int(struct datum *v, int64_t i)
{
	*v = (struct datum){ .kind = DATUM_INT, .i = i };
}

void datum_set_bool(struct datum *v, bool b)
{
	datum_set_int(v, b);
}

void datum_set_null(struct datum *v)
{
	*v = (struct datum){ .kind = DATUM_NULL };
}

static void put_big_endian(uint64_t x, char out[8])
{
	for (int i = 0; i < 8; i++)
		out[i] = (char)(x >> (56 - 8 * i));
}

static uint64_t big_endian(const char *p)
{
	uint64_t x = 0;

	for (int i = 0; i < 8; i++)
		x = x << 8 | (unsigned char)p[i];
	return x;
}

static const uint64_t sign_bit = (uint64_t)1 << 63;

void datum_wide(decimal_t x, char out[16])
{
	put_big_endian((uint64_t)((udecimal_t)x >> 64) ^ sign_bit, out);
	put_big_endian((uint64_t)x, out + 8);
}

decimal_t datum_wide_read(const char *p)
{
	return (decimal_t)((udecimal_t)(big_endian(p) ^ sign_bit) << 64 | big_endian(p + 8));
}

decimal_t datum_decimal(const struct sqltype *t, const struct datum *v)
{
	(void)t;
	return v->kind == DATUM_INT ? v->i : datum_wide_read(v->p);
}

static char *set_wide(struct arena *a, decimal_t x, size_t more, struct datum *v)
{
	char *p = arena_alloc(a, 16 + more);

	datum_wide(x, p);
	datum_set_blob(v, p, 16 + more);
	return p + 16;
}

void datum_set_decimal(
	struct arena *a, const struct sqltype *t, decimal_t unscaled, struct datum *v)
{
	if (t->a <= SQL_DECIMAL_SHORT)
		datum_set_int(v, (int64_t)unscaled);
	else
		set_wide(a, unscaled, 0, v);
}

decimal_t datum_moment(const struct sqltype *t, const struct datum *v)
{
	(void)t;
	return v->kind == DATUM_INT ? (decimal_t)v->i * 1000000 : datum_wide_read(v->p);
}

unsigned datum_zone(const struct datum *v)
{
	return (unsigned)(unsigned char)v->p[16] << 8 | (unsigned char)v->p[17];
}

void datum_set_moment(struct arena *a, const struct sqltype *t, decimal_t picoseconds,
	unsigned zone, struct datum *v)
{
	if (t->kind == SQL_TIMESTAMP_TZ) {
		char *end = set_wide(a, picoseconds, 2, v);

		end[0] = (char)(zone >> 8);
		end[1] = (char)zone;
	} else if (t->a <= 6) {
		datum_set_int(v,
			(int64_t)((picoseconds - (picoseconds % 1000000 + 1000000) % 1000000) /
				1000000));
	} else {
		set_wide(a, picoseconds, 0, v);
	}
}

/* --- containers */

void datum_walk(struct datum_walk *w, struct arena *a, const struct datum *container)
{
	*w = (struct datum_walk){
		.p = container->p, .end = container->p + container->n, .arena = a
	};
}

/* The two zero bytes that end a text. */
static const char *text_end(const char *p, const char *end, bool *escaped)
{
	while ((p = memchr(p, 0, (size_t)(end - p)))) {
		if (p[1] == 0)
			return p;
		*escaped = true;
		p += 2;
	}
	return end; /* never: only datum_put() writes these */
}

static const char *skip(const char *p, const char *end)
{
	bool escaped;

	switch (*p++) {
	case TAG_INT: case TAG_DOUBLE: return p + 8;
	case TAG_TEXT: case TAG_BLOB: return text_end(p, end, &escaped) + 2;
	case TAG_LIST:
		while (p < end && *p != TAG_END)
			p = skip(p, end);
		return p + 1;
	default: return p;
	}
}

static const char *unescape(struct arena *a, const char *p, const char *end, size_t *n)
{
	char *out = arena_alloc(a, (size_t)(end - p) + 1), *to = out;

	while (p < end) {
		*to++ = *p;
		p += *p ? 1 : 2;
	}
	*n = (size_t)(to - out);
	return out;
}

static void read_text(struct datum_walk *w, struct datum *e)
{
	bool escaped = false;
	const char *from = w->p + 1, *to = text_end(from, w->end, &escaped);
	size_t n = (size_t)(to - from);

	e->kind = *w->p == TAG_TEXT ? DATUM_TEXT : DATUM_BLOB;
	e->p = escaped ? unescape(w->arena, from, to, &n) : from;
	e->n = n;
	w->p = to + 2;
}

bool datum_next(struct datum_walk *w, struct datum *e)
{
	uint64_t x;

	datum_set_null(e);
	if (w->p >= w->end || *w->p == TAG_END)
		return false;
	switch (*w->p) {
	case TAG_INT:
		datum_set_int(e, (int64_t)(big_endian(w->p + 1) ^ sign_bit));
		break;
	case TAG_DOUBLE:
		x = big_endian(w->p + 1);
		x = x & sign_bit ? x ^ sign_bit : ~x;
		e->kind = DATUM_DOUBLE;
		memcpy(&e->d, &x, sizeof e->d);
		break;
	case TAG_NAN:
		datum_set_double(e, (double)NAN);
		break;
	case TAG_TEXT: case TAG_BLOB:
		read_text(w, e);
		return true;
	case TAG_LIST: {
		const char *end = skip(w->p, w->end);

		datum_set_blob(e, w->p + 1, (size_t)(end - w->p - 1));
		break;
	}
	default:
		break;
	}
	w->p = skip(w->p, w->end);
	return true;
}

size_t datum_count(const struct datum *container)
{
	const char *p = container->p, *end = p + container->n;
	size_t n = 0;

	for (; p < end && *p != TAG_END; n++)
		p = skip(p, end);
	return n;
}

struct datum *datum_elements(struct arena *a, const struct datum *container, size_t *n)
{
	struct datum_walk w;
	struct datum *v;

	*n = datum_count(container);
	v = arena_alloc(a, (*n + 1) * sizeof *v);
	datum_walk(&w, a, container);
	for (size_t i = 0; datum_next(&w, &v[i]); i++)
		;
	return v;
}

static int put_number(struct buf *b, char tag, uint64_t x)
{
	char bytes[9] = { tag };

	put_big_endian(x, bytes + 1);
	return buf_put(b, bytes, sizeof bytes);
}

static int put_escaped(struct buf *b, char tag, const char *p, size_t n)
{
	const char *end = p + n, *zero;

	if (buf_putc(b, tag))
		return -1;
	while (p < end && (zero = memchr(p, 0, (size_t)(end - p)))) {
		if (buf_put(b, p, (size_t)(zero - p)) || buf_put(b, "\0\xff", 2))
			return -1;
		p = zero + 1;
	}
	return buf_put(b, p, (size_t)(end - p)) || buf_put(b, "\0", 2) ? -1 : 0;
}

static bool is_container(const struct sqltype *t)
{
	return t->kind == SQL_ARRAY || t->kind == SQL_MAP || t->kind == SQL_ROW;
}

int datum_put(struct buf *b, const struct sqltype *element, const struct datum *v)
{
	double d = v->d == 0 ? 0 : v->d;
	uint64_t x;

	switch (v->kind) {
	case DATUM_NULL: return buf_putc(b, TAG_NULL);
	case DATUM_NAN: return buf_putc(b, TAG_NAN);
	case DATUM_INT: return put_number(b, TAG_INT, (uint64_t)v->i ^ sign_bit);
	case DATUM_TEXT: return put_escaped(b, TAG_TEXT, v->p, v->n);
	case DATUM_DOUBLE:
		memcpy(&x, &d, sizeof x);
		return put_number(b, TAG_DOUBLE, x & sign_bit ? ~x : x ^ sign_bit);
	default: break;
	}
	if (is_container(element))
		return buf_putc(b, TAG_LIST) || buf_put(b, v->p, v->n) ? -1 : 0;
	return put_escaped(b, TAG_BLOB, v->p, v->n);
}

int datum_end(struct buf *b, struct datum *container)
{
	if (buf_putc(b, TAG_END))
		return -1;
	datum_set_blob(container, b->p, b->len);
	return 0;
}

int datum_list(struct arena *a, const struct sqltype *t, const struct datum *v, size_t n,
	struct datum *out)
{
	struct buf b;
	int rc = 0;

	buf_init(&b, DATUM_MAX);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = datum_put(&b,
			t->kind == SQL_ARRAY	     ? t->of[0]
				: t->kind == SQL_MAP ? t->of[i % 2]
						     : t->of[i],
			&v[i]);
	if (rc == 0 && (rc = datum_end(&b, out)) == 0)
		out->p = arena_copy(a, b.p, b.len);
	buf_free(&b);
	return rc;
}

/* --- maps: qsort() has no argument for the type, and pairs are few: a merge sort of our own */

static void merge_pairs(const struct sqltype *key, struct datum *kv, struct datum *other, size_t n)
{
	size_t half = n / 2, i = 0, j = half, k = 0;

	if (n < 2)
		return;
	merge_pairs(key, kv, other, half);
	merge_pairs(key, kv + 2 * half, other, n - half);
	while (k < n) {
		bool first = j == n ||
			(i < half && datum_compare(key, &kv[2 * i], &kv[2 * j]) <= 0);

		memcpy(&other[2 * k++], &kv[2 * (first ? i++ : j++)], 2 * sizeof *kv);
	}
	memcpy(kv, other, 2 * n * sizeof *kv);
}

int datum_put_map(
	struct buf *b, const struct sqltype *map, struct datum *kv, size_t n, size_t *twice)
{
	struct datum *other = mem_alloc((2 * n + 1) * sizeof *other);

	merge_pairs(map->of[0], kv, other, n);
	free(other);
	for (size_t i = 0; i + 1 < n; i++)
		if (datum_compare(map->of[0], &kv[2 * i], &kv[2 * i + 2]) == 0) {
			*twice = i;
			return -1;
		}
	for (size_t i = 0; i < 2 * n; i++)
		datum_put(b, map->of[i % 2], &kv[i]);
	return 0;
}

/* --- comparison */

static int compare_bytes(const char *p, size_t n, const char *q, size_t m)
{
	int c = n && m ? memcmp(p, q, n < m ? n : m) : 0;

	return c ? c : (n > m) - (n < m);
}

static size_t ordering_bytes(const struct sqltype *t, const struct datum *v)
{
	return t->kind == SQL_TIMESTAMP_TZ ? 16 : v->n; /* the zone does not count */
}

int datum_compare(const struct sqltype *t, const struct datum *x, const struct datum *y)
{
	double a, b;

	if (x->kind == DATUM_NULL || y->kind == DATUM_NULL)
		return (x->kind == DATUM_NULL) - (y->kind == DATUM_NULL);
	if (x->kind == DATUM_INT && y->kind == DATUM_INT)
		return (x->i > y->i) - (x->i < y->i);
	if (x->kind == DATUM_TEXT || x->kind == DATUM_BLOB)
		return compare_bytes(x->p, ordering_bytes(t, x), y->p, ordering_bytes(t, y));
	if (x->kind == DATUM_NAN || y->kind == DATUM_NAN)
		return (x->kind == DATUM_NAN) - (y->kind == DATUM_NAN);
	a = datum_double(x);
	b = datum_double(y);
	return (a > b) - (a < b);
}

static int equal_elements(const struct sqltype *t, const struct datum *x, const struct datum *y)
{
	struct datum_walk wx, wy;
	struct datum a, b;
	bool unknown = false, more;
	struct arena scratch = { 0 };
	int same = 1;

	datum_walk(&wx, &scratch, x);
	datum_walk(&wy, &scratch, y);
	for (unsigned i = 0; (more = datum_next(&wx, &a)) == datum_next(&wy, &b) && more; i++) {
		same = datum_equal(t->kind == SQL_ARRAY ? t->of[0]
				: t->kind == SQL_MAP	? t->of[i % 2]
							: t->of[i],
			&a, &b);
		if (same == 0)
			break;
		unknown |= same < 0;
		same = 1;
	}
	arena_free(&scratch);
	return same == 0 ? 0 : unknown ? -1 : 1;
}

int datum_equal(const struct sqltype *t, const struct datum *x, const struct datum *y)
{
	if (x->kind == DATUM_NULL || y->kind == DATUM_NULL)
		return -1;
	if (!is_container(t))
		return x->kind != DATUM_NAN && datum_compare(t, x, y) == 0;
	if (t->kind != SQL_ROW && datum_count(x) != datum_count(y))
		return 0;
	return equal_elements(t, x, y);
}

bool datum_has_null(const struct sqltype *t, const struct datum *v)
{
	const char *p = v->p, *end = p + v->n;

	(void)t;
	for (; p < end && *p != TAG_END; p = skip(p, end))
		if (*p == TAG_NULL)
			return true;
	return false;
}

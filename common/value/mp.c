/* Reads msgpack token by token and counts values. */
#include "value/mp.h"

#include <stdbool.h>
#include <string.h>

/* 1, 2, 4 or 8 bytes; each of them is one instruction for the compiler. */
static uint64_t big(const unsigned char *p, unsigned n)
{
	uint32_t high;

	if (n == 1)
		return p[0];
	if (n == 2)
		return (uint32_t)p[0] << 8 | p[1];
	high = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	if (n == 4)
		return high;
	return (uint64_t)high << 32 |
		((uint32_t)p[4] << 24 | (uint32_t)p[5] << 16 | (uint32_t)p[6] << 8 | p[7]);
}

#define SIXTEEN(n) n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n

/*
 * By its first byte, the whole length of a token that is neither array nor map; 0 where more bytes
 * decide.
 */
static const unsigned char token_len[256] = {
	/* 0 to 127 */
	SIXTEEN(1), SIXTEEN(1), SIXTEEN(1), SIXTEEN(1), SIXTEEN(1), SIXTEEN(1), SIXTEEN(1),
	SIXTEEN(1),
	/* maps, arrays */
	SIXTEEN(0), SIXTEEN(0),
	/* short strings */
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
	26, 27, 28, 29, 30, 31, 32,
	/* nil, false, true; bin, ext; float, double; unsigned */
	1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 5, 9, 2, 3, 5, 9, 2, 3, 5, 9, 3, 4, 6, 10, 18, 0, 0, 0, 0, 0,
	0, 0,                   /* signed; fixext; str, arrays, maps */
	SIXTEEN(1), SIXTEEN(1), /* -32 to -1 */
};

/*
 * What nearly all tokens are, without reading further: the length of the one at p, 0 if it is
 * another or not whole.
 */
static size_t short_token(const unsigned char *p, size_t room)
{
	size_t n = token_len[p[0]];

	if (p[0] == 0xd9 && room > 1)
		n = 2 + (size_t)p[1];
	return n <= room ? n : 0;
}

static double float_of(uint64_t bits, unsigned n)
{
	double d;
	float s;
	uint32_t narrow = (uint32_t)bits;

	if (n == 8) {
		memcpy(&d, &bits, sizeof d);
		return d;
	}
	memcpy(&s, &narrow, sizeof s);
	return (double)s;
}

/* A header of one byte, which holds the number or the length: 0x00 to 0xbf, 0xe0 to 0xff. */
static ptrdiff_t short_header(unsigned char c, struct mp *t)
{
	if (c < 0x80) {
		t->type = MP_UINT;
		t->as.u = c;
	} else if (c >= 0xe0) {
		t->type = MP_INT;
		t->as.i = (int8_t)c;
	} else {
		t->type = c < 0x90 ? MP_MAP : c < 0xa0 ? MP_ARRAY : MP_STR;
		t->n = c < 0xa0 ? c & 0x0f : c & 0x1f;
	}
	return 1;
}

/* fixext: the type, then 1, 2, 4, 8 or 16 bytes. */
static ptrdiff_t fixext_header(const unsigned char *p, size_t room, struct mp *t)
{
	if (room < 2)
		return MP_MORE;
	t->type = MP_EXT;
	t->ext = (int8_t)p[1];
	t->n = 1u << (p[0] - 0xd4);
	return 2;
}

/* A header whose number or length follows the first byte: its type, and the bytes to follow. */
static unsigned type_and_width(unsigned char c, struct mp *t)
{
	switch (c) {
	case 0xca: t->type = MP_FLOAT; return 4;
	case 0xcb: t->type = MP_FLOAT; return 8;
	case 0xcc: case 0xcd: case 0xce: case 0xcf: t->type = MP_UINT; return 1u << (c - 0xcc);
	case 0xd0: case 0xd1: case 0xd2: case 0xd3: t->type = MP_INT; return 1u << (c - 0xd0);
	case 0xc4: case 0xc5: case 0xc6: t->type = MP_BIN; return 1u << (c - 0xc4);
	case 0xc7: case 0xc8: case 0xc9: t->type = MP_EXT; return 1u << (c - 0xc7);
	case 0xd9: case 0xda: case 0xdb: t->type = MP_STR; return 1u << (c - 0xd9);
	case 0xdc: case 0xdd: t->type = MP_ARRAY; return 2u << (c - 0xdc);
	default: t->type = MP_MAP; return 2u << (c - 0xde); /* 0xde 0xdf */
	}
}

static ptrdiff_t long_header(const unsigned char *p, size_t room, struct mp *t)
{
	unsigned wide = type_and_width(p[0], t);
	uint64_t v;

	if (room < 1 + wide + (t->type == MP_EXT))
		return MP_MORE;
	v = big(p + 1, wide);
	switch (t->type) {
	case MP_FLOAT:
		t->as.d = float_of(v, wide);
		break;
	case MP_UINT:
		t->as.u = v;
		break;
	case MP_INT:
		t->as.i = wide == 1 ? (int8_t)v
			: wide == 2 ? (int16_t)v
			: wide == 4 ? (int32_t)v
				    : (int64_t)v;
		if (t->as.i >= 0) {
			t->type = MP_UINT;
			t->as.u = v;
		}
		break;
	case MP_EXT:
		t->ext = (int8_t)p[1 + wide];
		t->n = (uint32_t)v;
		return (ptrdiff_t)(2 + wide);
	default:
		t->n = (uint32_t)v;
	}
	return (ptrdiff_t)(1 + wide);
}

/*
 * The header of a token: type, number or length, and how many bytes it takes; `n` payload bytes of
 * strings follow.
 */
static ptrdiff_t header(const unsigned char *p, size_t room, struct mp *t)
{
	unsigned char c = p[0];

	t->n = 0;
	if (c < 0xc0 || c >= 0xe0)
		return short_header(c, t);
	if (c >= 0xd4 && c <= 0xd8)
		return fixext_header(p, room, t);
	switch (c) {
	case 0xc0: t->type = MP_NIL; return 1;
	case 0xc1: return MP_BAD;
	case 0xc2: case 0xc3: t->type = MP_BOOL; t->as.u = c & 1; return 1;
	default: return long_header(p, room, t);
	}
}

static bool has_payload(enum mp_type t)
{
	return t == MP_STR || t == MP_BIN || t == MP_EXT;
}

ptrdiff_t mp_token(const char *p, const char *end, struct mp *t)
{
	ptrdiff_t n;

	if (p >= end)
		return MP_MORE;
	n = header((const unsigned char *)p, (size_t)(end - p), t);
	if (n <= 0 || !has_payload(t->type))
		return n;
	if ((size_t)(end - p - n) < t->n)
		return MP_MORE;
	t->as.p = p + n;
	return n + (ptrdiff_t)t->n;
}

ptrdiff_t mp_value(const char *p, const char *end)
{
	uint64_t left[MP_DEPTH];
	unsigned depth = 0;
	const char *at = p;

	for (;;) {
		struct mp t;
		ptrdiff_t n = at < end
			? (ptrdiff_t)short_token((const unsigned char *)at, (size_t)(end - at))
			: 0;

		if (n == 0) {
			n = mp_token(at, end, &t);
			if (n <= 0)
				return n;
			if ((t.type == MP_ARRAY || t.type == MP_MAP) && t.n > 0) {
				if (depth == MP_DEPTH)
					return MP_BAD;
				left[depth++] = t.type == MP_MAP ? 2 * (uint64_t)t.n : t.n;
				at += n;
				continue;
			}
		}
		at += n;
		while (depth > 0 && --left[depth - 1] == 0)
			depth--;
		if (depth == 0)
			return at - p;
	}
}

/* Close every container that this value completes. */
static void count_value(struct mp_count *c)
{
	while (c->depth > 0 && --c->left[c->depth - 1] == 0)
		c->depth--;
	if (c->depth == 0)
		c->values++;
}

/*
 * The elements of the innermost array or map, as far as they are short tokens. Where the first
 * other one begins.
 */
static const unsigned char *count_short(struct mp_count *c, const unsigned char *p,
	const unsigned char *end)
{
	uint64_t left = c->left[c->depth - 1];
	size_t n;

	while (left > 0 && p < end && (n = short_token(p, (size_t)(end - p))) > 0) {
		p += n;
		left--;
	}
	c->left[c->depth - 1] = left;
	if (left == 0) {
		c->depth--;
		count_value(c);
	}
	return p;
}

/* A token's header was read: descend, or finish values upwards. */
static int count_token(struct mp_count *c, const struct mp *t)
{
	if (c->rows && c->depth == 0 && (t->type != MP_ARRAY || t->n != c->columns))
		return MP_ODD;
	if ((t->type == MP_ARRAY || t->type == MP_MAP) && t->n > 0) {
		if (c->depth == MP_DEPTH)
			return MP_BAD;
		c->left[c->depth++] = t->type == MP_MAP ? 2 * (uint64_t)t->n : t->n;
		return 0;
	}
	count_value(c);
	if (has_payload(t->type))
		c->skip = t->n;
	return 0;
}

int mp_count_put(struct mp_count *c, const void *bytes, size_t n)
{
	const unsigned char *p = bytes, *end = p + n;
	struct mp t;

	while (p < end) {
		ptrdiff_t used;

		if (c->skip > 0) {
			size_t some =
				(size_t)(end - p) < c->skip ? (size_t)(end - p) : (size_t)c->skip;

			c->skip -= some;
			p += some;
			continue;
		}
		if (c->depth > 0 && c->part_len == 0 && (p = count_short(c, p, end)) == end)
			break;
		if (c->part_len > 0) { /* a header that was cut: complete it byte by byte */
			c->part[c->part_len++] = *p++;
			used = header(c->part, c->part_len, &t);
			if (used == MP_MORE)
				continue;
			c->part_len = 0;
		} else {
			used = header(p, (size_t)(end - p), &t);
			if (used == MP_MORE) {
				c->part_len = (unsigned)(end - p);
				memcpy(c->part, p, c->part_len);
				return 0;
			}
			if (used > 0)
				p += used;
		}
		if (used == MP_BAD)
			return MP_BAD;
		used = count_token(c, &t);
		if (used < 0)
			return (int)used;
	}
	return 0;
}

int mp_count_whole(const struct mp_count *c)
{
	return c->depth == 0 && c->skip == 0 && c->part_len == 0;
}

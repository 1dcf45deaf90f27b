#include "jsonin.h"
#include "exact.h"
#include "mem.h"
#include "mp.h"
#include "mpack.h"
#include "num.h"
#include "schema.h"
#include "utf8.h"

#include <stdlib.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { READ_SIZE = 256 << 10, OUT_MAX = 2 * ROW_MAX + READ_SIZE, DOUBLE_DIGITS = 17 };

/* What a step of the parser came to. */
enum step { BAD = -1, MORE = 0, GOOD = 1 };

struct parser {
	const char *p, *end; /* p stays at the culprit when a step is BAD */
	struct buf *out;
	const char *why;
};

static enum step bad(struct parser *s, const char *p, const char *why)
{
	s->p = p;
	s->why = why;
	return BAD;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool is_digit(char c)
{
	return (unsigned)(unsigned char)c - '0' < 10;
}

static enum step packed(struct parser *s, int rc)
{
	return rc ? bad(s, s->p, "the row is too long") : GOOD;
}

/* Skip blanks: is there anything behind them? */
static bool something(struct parser *s)
{
	while (s->p < s->end && is_blank(*s->p))
		s->p++;
	return s->p < s->end;
}

/* --- strings */

static int hex4(const char *p)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		int d = is_digit(p[i]) ? p[i] - '0' : (p[i] | 32) >= 'a' && (p[i] | 32) <= 'f' ? (p[i] | 32) - 'a' + 10 : -1;

		if (d < 0)
			return -1;
		v = v << 4 | d;
	}
	return v;
}

static int put_utf8(struct buf *b, unsigned c)
{
	char t[4];

	if (c < 0x80) {
		t[0] = (char)c;
		return buf_put(b, t, 1);
	}
	if (c < 0x800) {
		t[0] = (char)(0xc0 | c >> 6);
		t[1] = (char)(0x80 | (c & 63));
		return buf_put(b, t, 2);
	}
	if (c < 0x10000) {
		t[0] = (char)(0xe0 | c >> 12);
		t[1] = (char)(0x80 | (c >> 6 & 63));
		t[2] = (char)(0x80 | (c & 63));
		return buf_put(b, t, 3);
	}
	t[0] = (char)(0xf0 | c >> 18);
	t[1] = (char)(0x80 | (c >> 12 & 63));
	t[2] = (char)(0x80 | (c >> 6 & 63));
	t[3] = (char)(0x80 | (c & 63));
	return buf_put(b, t, 4);
}

/* \uXXXX, p at the backslash; a pair of surrogates is one character. */
static enum step unicode(struct parser *s, const char *p)
{
	int c, low;

	if (s->end - p < 6)
		return MORE;
	c = hex4(p + 2);
	if (c < 0)
		return bad(s, p, "\\u without four hexadecimal digits");
	s->p = p + 6;
	if (c >= 0xd800 && c < 0xe000) {
		if (s->end - p < 12)
			return s->end - p > 6 && p[6] != '\\' ? bad(s, p, "half of a surrogate pair") : MORE;
		low = c < 0xdc00 && p[6] == '\\' && p[7] == 'u' ? hex4(p + 8) : -1;
		if (low < 0xdc00 || low > 0xdfff)
			return bad(s, p, "half of a surrogate pair");
		c = 0x10000 + (c - 0xd800) * 0x400 + (low - 0xdc00);
		s->p = p + 12;
	}
	return packed(s, put_utf8(s->out, (unsigned)c));
}

static enum step escape(struct parser *s)
{
	static const char letter[] = "\"\\/bfnrt", meaning[] = "\"\\/\b\f\n\r\t";
	const char *p = s->p, *at;

	if (s->end - p < 2)
		return MORE;
	if (p[1] == 'u')
		return unicode(s, p);
	at = p[1] ? strchr(letter, p[1]) : NULL;
	if (!at)
		return bad(s, p, "an unknown escape");
	s->p = p + 2;
	return packed(s, buf_putc(s->out, meaning[at - letter]));
}

/*
 * The end of the run of plain characters at p: a quote, a backslash, a control byte, or the end. *ascii is false if there may be
 * other characters than ASCII in it.
 */
#ifdef __SSE2__
static inline const char *plain_end(const char *p, const char *end, bool *ascii)
{
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), low = _mm_set1_epi8(0x1f);

	while (end - p >= 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i stop = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)),
					    _mm_cmpeq_epi8(_mm_min_epu8(v, low), v));
		int bits = _mm_movemask_epi8(stop), high = _mm_movemask_epi8(v);

		if (bits) {
			int n = __builtin_ctz((unsigned)bits);

			*ascii &= (high & ((1 << n) - 1)) == 0;
			return p + n;
		}
		*ascii &= high == 0;
		p += 16;
	}
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
		*ascii &= (*p++ & 0x80) == 0;
	return p;
}
#else
static inline const char *plain_end(const char *p, const char *end, bool *ascii)
{
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
		*ascii &= (*p++ & 0x80) == 0;
	return p;
}
#endif

/* The rest of a string with escapes, behind its first plain bytes: a str32 whose length is filled in afterwards. */
static enum step escaped(struct parser *s, const char *start, const char *p)
{
	size_t at = s->out->len, len;
	bool ascii = true;
	enum step rc = packed(s, buf_put(s->out, "\xdb\0\0\0\0", 5) || buf_put(s->out, start, (size_t)(p - start)));

	s->p = p;
	while (rc == GOOD) {
		const char *run = s->p;

		if (run == s->end)
			return MORE;
		if (*run == '"')
			break;
		if (*run == '\\') {
			rc = escape(s);
		} else {
			s->p = plain_end(run, s->end, &ascii);
			if (s->p == run)
				return bad(s, run, "a control character in a string");
			rc = packed(s, buf_put(s->out, run, (size_t)(s->p - run)));
		}
	}
	if (rc != GOOD)
		return rc;
	len = s->out->len - at - 5;
	for (int i = 0; i < 4; i++)
		s->out->p[at + 1 + (size_t)i] = (char)(len >> (24 - 8 * i) & 0xff);
	if (!utf8_is(s->out->p + at + 5, len))
		return bad(s, start, "not UTF-8");
	s->p++;
	return GOOD;
}

/*
 * A string without escapes, s->p behind the opening quote: it stands in the input as it is, *n bytes from s->p on before this
 * moves s->p behind the closing quote. MORE if it has escapes or is cut: then string() finds out.
 */
static inline enum step plain_string(struct parser *s, const char **text, size_t *n)
{
	bool ascii = true;
	const char *start = s->p, *p = plain_end(start, s->end, &ascii);

	if (p == s->end || *p != '"')
		return MORE;
	if (!ascii && !utf8_is(start, (size_t)(p - start)))
		return bad(s, start, "not UTF-8");
	*text = start;
	*n = (size_t)(p - start);
	s->p = p + 1;
	return GOOD;
}

/* s->p behind the opening quote. */
static enum step string(struct parser *s)
{
	const char *text, *start = s->p;
	size_t n;
	bool ascii = true;
	enum step rc = plain_string(s, &text, &n);

	if (rc == GOOD)
		return packed(s, mpack_text(s->out, text, n));
	if (rc == BAD)
		return rc;
	text = plain_end(start, s->end, &ascii);
	return text == s->end ? MORE : escaped(s, start, text);
}

/* --- numbers */

static const char *digits_end(const char *p, const char *end)
{
	while (p < end && is_digit(*p))
		p++;
	return p;
}

/* The end of the number at p, NULL if it goes on behind `end`; *why if it is none. *whole: no fraction, no exponent. */
static const char *number_end(const char *p, const char *end, bool *whole, const char **why)
{
	const char *d;

	*whole = true;
	p += *p == '-';
	d = digits_end(p, end);
	if (d == end)
		return NULL;
	if (d == p || (*p == '0' && d > p + 1)) {
		*why = d == p ? "not a value" : "a number with leading zeros";
		return p;
	}
	p = d;
	if (*p == '.') {
		*whole = false;
		d = digits_end(p + 1, end);
		if (d == p + 1 && d < end)
			*why = "a number that ends in a point";
		p = d;
	}
	if (p < end && (*p | 32) == 'e') {
		*whole = false;
		p++;
		p += p < end && (*p == '+' || *p == '-');
		d = digits_end(p, end);
		if (d == p && d < end)
			*why = "an exponent without digits";
		p = d;
	}
	return p == end ? NULL : p;
}

static size_t significant(const char *p, size_t n)
{
	size_t digits = 0;

	for (size_t i = 0; i < n && (p[i] | 32) != 'e'; i++)
		if (is_digit(p[i]))
			digits += digits > 0 || p[i] != '0';
	return digits;
}

static enum step number(struct parser *s)
{
	const char *p = s->p, *why = NULL, *stop;
	bool whole;
	size_t n;
	int64_t i;
	uint64_t u;
	double d;

	stop = number_end(p, s->end, &whole, &why);
	if (!stop)
		return MORE;
	if (why)
		return bad(s, stop, why);
	n = (size_t)(stop - p);
	s->p = stop;
	if (whole) {
		if (num_i64(p, n, &i))
			return packed(s, mpack_int64(s->out, i));
		if (num_u64(p, n, UINT64_MAX, &u))
			return packed(s, mpack_uint64(s->out, u));
	} else if (exact_double(p, n, &d) || (significant(p, n) <= DOUBLE_DIGITS && exact_double_lenient(p, n, &d))) {
		return packed(s, mpack_double(s->out, d));
	}
	return packed(s, mpack_text(s->out, p, n));
}

/* --- values */

static enum step value(struct parser *s, int depth);

static enum step word(struct parser *s, const char *text, size_t n, int (*pack)(struct buf *))
{
	size_t have = (size_t)(s->end - s->p) < n ? (size_t)(s->end - s->p) : n;

	if (memcmp(s->p, text, have) != 0)
		return bad(s, s->p, "not a value");
	if (have < n)
		return MORE;
	s->p += n;
	return packed(s, pack(s->out));
}

/* What stands between two elements: GOOD: another follows; MORE; BAD; or *closed. */
static enum step comma(struct parser *s, char close, bool first, bool *closed)
{
	*closed = false;
	if (!something(s))
		return MORE;
	if (*s->p == close) {
		s->p++;
		*closed = true;
		return GOOD;
	}
	if (first)
		return GOOD;
	if (*s->p != ',')
		return bad(s, s->p, close == '}' ? "',' or '}' should stand here" : "',' or ']' should stand here");
	s->p++;
	if (!something(s))
		return MORE;
	return *s->p == close ? bad(s, s->p, "a comma before the end") : GOOD;
}

static enum step colon(struct parser *s)
{
	if (!something(s))
		return MORE;
	if (*s->p != ':')
		return bad(s, s->p, "':' should stand here");
	s->p++;
	return GOOD;
}

static const char no_key[] = "a key in quotes should stand here";

/* A key and its colon. */
static enum step key(struct parser *s)
{
	enum step rc;

	if (*s->p != '"')
		return bad(s, s->p, no_key);
	s->p++;
	rc = string(s);
	return rc == GOOD ? colon(s) : rc;
}

/* s->p behind the bracket. The count is filled in afterwards. */
static enum step items(struct parser *s, char close, int depth)
{
	size_t at = s->out->len;
	uint32_t count = 0;
	enum step rc = packed(s, buf_put(s->out, close == '}' ? "\xdf\0\0\0\0" : "\xdd\0\0\0\0", 5));
	bool closed = false;

	if (depth >= MP_DEPTH - 1)
		return bad(s, s->p, "nested too deeply");
	while (rc == GOOD) {
		rc = comma(s, close, count == 0, &closed);
		if (rc != GOOD || closed)
			break;
		if (close == '}')
			rc = key(s);
		if (rc == GOOD)
			rc = value(s, depth + 1);
		count++;
	}
	for (int i = 0; rc == GOOD && i < 4; i++)
		s->out->p[at + 1 + (size_t)i] = (char)(count >> (24 - 8 * i) & 0xff);
	return rc;
}

static enum step value(struct parser *s, int depth)
{
	if (!something(s))
		return MORE;
	switch (*s->p) {
	case '"':
		s->p++;
		return string(s);
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
		return number(s);
	}
}

/* --- rows */

/* The text of a value without the blanks between its parts, as a msgpack str. */
static int put_compact(struct buf *out, const char *p, const char *end)
{
	size_t at = out->len, len;
	bool quoted = false;

	if (buf_put(out, "\xdb\0\0\0\0", 5) || buf_room(out, (size_t)(end - p)))
		return -1;
	for (; p < end; p++) {
		if (!quoted && is_blank(*p))
			continue;
		out->p[out->len++] = *p;
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '\\')
			out->p[out->len++] = *++p;
	}
	len = out->len - at - 5;
	for (int i = 0; i < 4; i++)
		out->p[at + 1 + (size_t)i] = (char)(len >> (24 - 8 * i) & 0xff);
	return 0;
}

static void reserve(struct jsonin *j, size_t n)
{
	while (j->cap < n) {
		size_t cap = j->cap ? 2 * j->cap : 64;

		j->cell = mem_resize(j->cell, cap, sizeof *j->cell);
		while (j->cap < cap)
			j->cell[j->cap++] = (struct cell){ NULL, 0, CELL_NONE };
	}
}

/* One column's value; its cell keeps an offset, because out may move. */
static enum step cell(struct jsonin *j, struct parser *s, size_t i)
{
	size_t at = s->out->len;
	const char *start;
	enum step rc;

	reserve(j, i + 1);
	if (!something(s))
		return MORE;
	start = s->p;
	if (*start == '"') {
		s->p++;
		rc = plain_string(s, &j->cell[i].p, &j->cell[i].n);
		if (rc != MORE) {
			j->cell[i].kind = CELL_STRING;
			return rc;
		}
		s->p = start;
	}
	rc = value(s, 1);
	if (rc != GOOD)
		return rc;
	if ((*start == '{' || *start == '[') && !(j->nested && j->nested[i])) {
		s->out->len = at;
		rc = packed(s, put_compact(s->out, start, s->p));
	}
	j->cell[i] = (struct cell){ (const char *)(uintptr_t)at, s->out->len - at, CELL_MP };
	return rc;
}

static enum step unknown_key(struct parser *s, const char *at, long why)
{
	return bad(s, at, why == KEYS_TWICE ? "a key that this row had already" :
		   why == KEYS_FULL ? "more than 4096 different keys" :
		   "a key that none of the first rows had; name it with --columns");
}

/* The key at the cursor and its colon; *i is its column. */
static enum step column_key(struct jsonin *j, struct parser *s, long *i)
{
	const char *start = s->p, *text;
	size_t at = s->out->len, n;
	enum step rc;
	struct mp t;

	if (*start != '"')
		return bad(s, start, no_key);
	s->p++;
	rc = plain_string(s, &text, &n);
	if (rc == MORE) {
		rc = string(s);
		if (rc != GOOD)
			return rc;
		mp_token(s->out->p + at, s->out->p + s->out->len, &t);
		text = t.as.p;
		n = t.n;
	}
	if (rc != GOOD)
		return rc;
	*i = keys_find(j->keys, text, n);
	return *i < 0 ? unknown_key(s, start, *i) : colon(s);
}

static enum step object(struct jsonin *j, struct parser *s)
{
	bool first = true, closed;

	for (;; first = false) {
		enum step rc = comma(s, '}', first, &closed);
		long i;

		if (rc != GOOD || closed)
			return rc;
		rc = column_key(j, s, &i);
		if (rc == GOOD)
			rc = cell(j, s, (size_t)i);
		if (rc != GOOD)
			return rc;
	}
}

static enum step list(struct jsonin *j, struct parser *s)
{
	bool closed;

	for (size_t i = 0;; i++) {
		enum step rc = comma(s, ']', i == 0, &closed);

		if (rc != GOOD || closed)
			return rc == GOOD && i != j->keys->n ? bad(s, s->p - 1, "not as many values as columns") : rc;
		if (i == j->keys->n)
			return bad(s, s->p, j->keys->n ? "more values than columns" :
				   "an array as a row: name its columns with --columns");
		rc = cell(j, s, i);
		if (rc != GOOD)
			return rc;
	}
}

/* The row at the cursor. */
static enum step parse_row(struct jsonin *j, struct parser *s)
{
	j->out.len = 0;
	keys_row(j->keys);
	for (size_t i = 0; i < j->cap; i++)
		j->cell[i].kind = CELL_NONE;
	if (*s->p != '{' && *s->p != '[')
		return bad(s, s->p, "an object should stand here");
	s->p++;
	return s->p[-1] == '{' ? object(j, s) : list(j, s);
}

/* --- the stream */

/* Read until there is twice as much as before, or the end: a row that is cut is parsed again. */
static int fill(struct jsonin *j, struct fail *f)
{
	size_t want;

	buf_eat(&j->in, j->at);
	j->at = 0;
	want = 2 * j->in.len;
	if (j->in.len > ROW_MAX)
		return fail_set(f, FAIL_DATA, "%s: line %llu: a row longer than %d bytes", j->from->name,
				(unsigned long long)j->line, ROW_MAX);
	do {
		ssize_t n;

		if (j->in.cap - j->in.len < READ_SIZE / 4 && buf_room(&j->in, READ_SIZE))
			return fail_set(f, FAIL_SYSTEM, "%s: no room for a row", j->from->name);
		n = io_read(j->from, j->in.p + j->in.len, j->in.cap - j->in.len, f);
		if (n < 0)
			return -1;
		j->in.len += (size_t)n;
		j->ended = n == 0;
	} while (j->in.len < want && !j->ended);
	return 0;
}

/* Count the lines of the bytes that are done with. */
static void advance(struct jsonin *j, size_t n)
{
	const char *p = j->in.p + j->at, *end = p + n, *lf;

	while (n > 0 && (lf = memchr(p, '\n', (size_t)(end - p)))) {
		j->line++;
		j->column = 0;
		p = lf + 1;
	}
	j->column += (size_t)(end - p);
	j->at += n;
}

static int fail_here(struct jsonin *j, const char *p, const char *why, struct fail *f)
{
	advance(j, (size_t)(p - (j->in.p + j->at)));
	return fail_set(f, FAIL_DATA, "%s: line %llu, column %zu: %s", j->from->name, (unsigned long long)j->line,
			j->column + 1, why);
}

/* Skip blanks in the stream. 1: in.p[at] is something, 0: the end. */
static int seek(struct jsonin *j, struct fail *f)
{
	for (;;) {
		size_t n = 0;

		while (j->at + n < j->in.len && is_blank(j->in.p[j->at + n]))
			n++;
		advance(j, n);
		if (j->at < j->in.len)
			return 1;
		if (j->ended)
			return 0;
		if (fill(j, f))
			return -1;
	}
}

/* The byte behind the next one that is not blank: '[' is an array of rows if a row or its end follows. */
static int begin(struct jsonin *j, struct fail *f)
{
	size_t n;

	j->begun = true;
	while (j->in.len < 3 && !j->ended)
		if (fill(j, f))
			return -1;
	if (j->in.len >= 3 && memcmp(j->in.p, "\xef\xbb\xbf", 3) == 0)
		j->at = 3;
	if (seek(j, f) <= 0 || j->in.p[j->at] != '[')
		return f->kind ? -1 : 0;
	for (n = 1;; n++) {
		if (j->at + n == j->in.len) {
			if (j->ended)
				return 0;
			if (fill(j, f))
				return -1;
			n--;
		} else if (!is_blank(j->in.p[j->at + n])) {
			break;
		}
	}
	j->array = strchr("{[]", j->in.p[j->at + n]) != NULL;
	if (j->array)
		advance(j, 1);
	return 0;
}

/* At the start of a line: is it a comment? Then it is skipped. 1, 0 if it is none, -1. */
static int skip_comment(struct jsonin *j, struct fail *f)
{
	size_t n = j->comment ? strlen(j->comment) : 0;
	const char *lf;

	if (n == 0 || j->column > 0)
		return 0;
	while (j->in.len - j->at < n && !j->ended)
		if (fill(j, f))
			return -1;
	if (j->in.len - j->at < n || memcmp(j->in.p + j->at, j->comment, n) != 0)
		return 0;
	while (!(lf = memchr(j->in.p + j->at, '\n', j->in.len - j->at)) && !j->ended)
		if (fill(j, f))
			return -1;
	advance(j, lf ? (size_t)(lf - (j->in.p + j->at)) : j->in.len - j->at);
	return 1;
}

/* To the start of the next row: 1, 0 at the end, -1. */
static int next_start(struct jsonin *j, struct fail *f)
{
	int rc;

	if (!j->begun && begin(j, f))
		return -1;
	do
		rc = seek(j, f);
	while (rc > 0 && !j->array && (rc = skip_comment(j, f)) > 0);
	if (!j->array)
		return rc < 0 ? -1 : j->at < j->in.len;
	if (rc < 0)
		return -1;
	if (rc == 0)
		return fail_here(j, j->in.p + j->at, "the input ends inside its array", f);
	if (j->in.p[j->at] == ']') {
		advance(j, 1);
		rc = seek(j, f);
		return rc > 0 ? fail_here(j, j->in.p + j->at, "something behind the end of the array", f) : rc;
	}
	if (!j->after)
		return 1;
	if (j->in.p[j->at] != ',')
		return fail_here(j, j->in.p + j->at, "',' or ']' should stand here", f);
	advance(j, 1);
	rc = seek(j, f);
	return rc == 0 ? fail_here(j, j->in.p + j->at, "the input ends inside its array", f) : rc;
}

static void find_cells(struct jsonin *j)
{
	reserve(j, j->keys->n);
	for (size_t i = 0; i < j->keys->n; i++)
		if (j->cell[i].kind == CELL_MP)
			j->cell[i].p = j->out.p + (uintptr_t)j->cell[i].p;
}

/* A row that is bad: of rows on lines of their own the next line is the next row; in an array nothing is sure any more. */
static enum row_result bad_row(struct jsonin *j, struct parser *s, struct row *row, struct fail *f)
{
	const char *start, *lf;
	size_t n = (size_t)(s->p - (j->in.p + j->at));
	uint64_t line = j->line;
	size_t column = j->column;
	struct fail full = { 0 };

	fail_here(j, s->p, s->why, f);
	j->at -= n; /* as it was */
	j->line = line;
	j->column = column;
	if (j->array)
		return ROW_FAILED;
	start = j->in.p + j->at;
	while (!(lf = memchr(start, '\n', j->in.len - j->at)) && !j->ended) {
		if (fill(j, &full))
			return ROW_FAILED;
		start = j->in.p + j->at;
	}
	j->used = lf ? (size_t)(lf - start) + 1 : j->in.len - j->at;
	*row = (struct row){ .line = j->line, .raw = start, .raw_len = j->used };
	return ROW_BAD;
}

static enum row_result next(struct rowin *self, struct row *row, struct fail *f)
{
	struct jsonin *j = (struct jsonin *)self;
	struct parser s;
	enum step step;
	int rc;

	advance(j, j->used);
	j->used = 0;
	rc = next_start(j, f);
	if (rc <= 0)
		return rc < 0 ? ROW_FAILED : ROW_END;
	for (;;) {
		s = (struct parser){ j->in.p + j->at, j->in.p + j->in.len, &j->out, NULL };
		step = parse_row(j, &s);
		if (step != MORE)
			break;
		if (j->ended) {
			step = bad(&s, s.end, "the input ends inside a row");
			break;
		}
		if (fill(j, f))
			return ROW_FAILED;
	}
	if (step == BAD)
		return bad_row(j, &s, row, f);
	find_cells(j);
	j->used = (size_t)(s.p - (j->in.p + j->at));
	j->after = true;
	*row = (struct row){ j->cell, j->keys->n, j->line, false, j->in.p + j->at, j->used };
	return ROW_GOOD;
}

void jsonin_init(struct jsonin *j, struct source *from, struct keys *keys)
{
	*j = (struct jsonin){ .rowin = { next, "line" }, .keys = keys, .from = from, .line = 1 };
	buf_init(&j->in, (size_t)2 * ROW_MAX + READ_SIZE);
	buf_room(&j->in, READ_SIZE);
	buf_init(&j->out, OUT_MAX);
}

void jsonin_free(struct jsonin *j)
{
	buf_free(&j->in);
	buf_free(&j->out);
	free(j->cell);
}

const char *jsonin_value(const char *p, size_t n, struct buf *out)
{
	/* a number's end is seen by what follows it */
	char *text = mem_printf("%.*s ", (int)n, p);
	struct parser s = { text, text + strlen(text), out, NULL };
	enum step rc = value(&s, 0);
	const char *why = rc == BAD ? s.why : rc == MORE || something(&s) ? "not one whole value" : NULL;

	free(text);
	return why;
}

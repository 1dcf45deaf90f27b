/* JSON strings and numbers to msgpack. */
#include "format/jsontok.h"
#include "base/digits.h"
#include "value/lossless.h"
#include "value/mpack.h"
#include "base/num.h"
#include "base/utf8.h"
#include "base/vector.h"

#include <strings.h>

enum { DOUBLE_DIGITS = 17 };

enum jsontok_step jsontok_bad(struct jsontok *s, const char *p, const char *why)
{
	s->p = p;
	s->why = why;
	return STEP_BAD;
}

static bool is_digit(char c)
{
	return (unsigned)(unsigned char)c - '0' < 10;
}

enum jsontok_step jsontok_packed(struct jsontok *s, int rc)
{
	return rc ? jsontok_bad(s, s->p, "the row is too long") : STEP_GOOD;
}

/* --- strings */

static int hex4(const char *p)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		int d = num_hex(p[i]);

		if (d < 0)
			return -1;
		v = v << 4 | d;
	}
	return v;
}

static int put_utf8(struct buf *b, unsigned c)
{
	static const unsigned first[] = { 0, 0, 0xc0, 0xe0, 0xf0 }; /* of n bytes */
	const size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	char t[4];

	for (size_t i = n; i-- > 1; c >>= 6)
		t[i] = (char)(0x80 | (c & 63));
	t[0] = (char)(first[n] | c);
	return buf_put(b, t, n);
}

/* \uXXXX, p at the backslash; a pair of surrogates is one character. */
static enum jsontok_step unicode(struct jsontok *s, const char *p)
{
	int c, low;

	if (s->end - p < 6)
		return STEP_MORE;
	c = hex4(p + 2);
	if (c < 0)
		return jsontok_bad(s, p, "\\u without four hexadecimal digits");
	s->p = p + 6;
	if (c >= 0xd800 && c < 0xe000) {
		if (s->end - p < 12)
			return s->end - p > 6 && p[6] != '\\'
				? jsontok_bad(s, p, "half of a surrogate pair")
				: STEP_MORE;
		low = c < 0xdc00 && p[6] == '\\' && p[7] == 'u' ? hex4(p + 8) : -1;
		if (low < 0xdc00 || low > 0xdfff)
			return jsontok_bad(s, p, "half of a surrogate pair");
		c = 0x10000 + (c - 0xd800) * 0x400 + (low - 0xdc00);
		s->p = p + 12;
	}
	return jsontok_packed(s, put_utf8(s->out, (unsigned)c));
}

static enum jsontok_step escape(struct jsontok *s)
{
	static const char letter[] = "\"\\/bfnrt", meaning[] = "\"\\/\b\f\n\r\t";
	const char *p = s->p, *at;

	if (s->end - p < 2)
		return STEP_MORE;
	if (p[1] == 'u')
		return unicode(s, p);
	at = p[1] ? strchr(letter, p[1]) : NULL;
	if (!at)
		return jsontok_bad(s, p, "an unknown escape");
	s->p = p + 2;
	return jsontok_packed(s, buf_putc(s->out, meaning[at - letter]));
}

/*
 * The end of the run of plain characters at p: a quote, a backslash, a control byte, or the end.
 * *ascii is false if there may be other characters than ASCII in it.
 */
#ifdef VECTOR
static inline const char *plain_end(const char *p, const char *end, bool *ascii)
{
	for (; p < end; p += VECTOR) {
		const vector v = vector_load(p);
		const uint64_t high = vector_bits(vector_is_high(v)),
			       bits = vector_bits(vector_or(
				       vector_or(vector_is(v, '"'), vector_is(v, '\\')),
				       vector_is_control(v)));

		if (bits) {
			/* what precedes the first one, which is ASCII */
			*ascii &= (high & (bits ^ (bits - 1))) == 0;
			p += __builtin_ctzll(bits) / VECTOR_BITS;
			break;
		}
		*ascii &= high == 0;
	}
	return p < end ? p : end;
}
#else
static inline const char *plain_end(const char *p, const char *end, bool *ascii)
{
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
		*ascii &= (*p++ & 0x80) == 0;
	return p;
}
#endif

/*
 * The rest of a string with escapes, after its first plain bytes: a str32 whose length is filled in
 * afterwards.
 */
static enum jsontok_step escaped(struct jsontok *s, const char *start, const char *p)
{
	size_t at = s->out->len, len;
	bool ascii = true;
	enum jsontok_step rc = jsontok_packed(s,
		buf_put(s->out, "\xdb\0\0\0\0", 5) || buf_put(s->out, start, (size_t)(p - start)));

	s->p = p;
	while (rc == STEP_GOOD) {
		const char *run = s->p;

		if (run == s->end)
			return STEP_MORE;
		if (*run == '"')
			break;
		if (*run == '\\') {
			rc = escape(s);
		} else {
			s->p = plain_end(run, s->end, &ascii);
			if (s->p == run)
				return jsontok_bad(s, run, "a control character in a string");
			rc = jsontok_packed(s, buf_put(s->out, run, (size_t)(s->p - run)));
		}
	}
	if (rc != STEP_GOOD)
		return rc;
	len = s->out->len - at - 5;
	for (int i = 0; i < 4; i++)
		s->out->p[at + 1 + (size_t)i] = (char)(len >> (24 - 8 * i) & 0xff);
	if (!utf8_is(s->out->p + at + 5, len))
		return jsontok_bad(s, start, "not UTF-8");
	s->p++;
	return STEP_GOOD;
}

enum jsontok_step jsontok_plain(struct jsontok *s, const char **text, size_t *n)
{
	bool ascii = true;
	const char *start = s->p, *p = plain_end(start, s->end, &ascii);

	if (p == s->end || *p != '"')
		return STEP_MORE;
	if (!ascii && !utf8_is(start, (size_t)(p - start)))
		return jsontok_bad(s, start, "not UTF-8");
	*text = start;
	*n = (size_t)(p - start);
	s->p = p + 1;
	return STEP_GOOD;
}

enum jsontok_step jsontok_string(struct jsontok *s)
{
	const char *text, *start = s->p;
	size_t n;
	bool ascii = true;
	enum jsontok_step rc = jsontok_plain(s, &text, &n);

	if (rc == STEP_GOOD)
		return jsontok_packed(s, mpack_text(s->out, text, n));
	if (rc == STEP_BAD)
		return rc;
	text = plain_end(start, s->end, &ascii);
	return text == s->end ? STEP_MORE : escaped(s, start, text);
}

/* --- what is not a value */

static const struct {
	const char *word, *why;
} foreign[] = {
	{ "NaN", "not a value: NaN is not JSON, null is" },
	{ "Inf", "not a value: Infinity is not JSON, null is" },
	{ "True", "not a value: JSON has true, false and null" },
	{ "False", "not a value: JSON has true, false and null" },
	{ "None", "not a value: JSON has true, false and null" },
};

const char *jsontok_not_a_value(const char *p, const char *end)
{
	p += p < end && (*p == '-' || *p == '+');
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
		const size_t n = strlen(foreign[i].word), have = (size_t)(end - p);

		if (strncasecmp(p, foreign[i].word, n < have ? n : have) == 0)
			return have < n ? NULL : foreign[i].why;
	}
	return "not a value";
}

/* --- numbers */

static const char *digits_end(const char *p, const char *end)
{
	while (p < end && is_digit(*p))
		p++;
	return p;
}

/*
 * The end of the number at p, NULL if it goes on beyond `end`; *why if it is not one. *whole: no
 * fraction, no exponent.
 */
static const char *number_end(const char *p, const char *end, bool *whole, const char **why)
{
	const char *d;

	*whole = true;
	p += *p == '-';
	d = digits_end(p, end);
	if (d == end)
		return NULL;
	if (d == p || (*p == '0' && d > p + 1)) {
		*why = d == p ? jsontok_not_a_value(p, end) : "a number with leading zeros";
		return *why ? p : NULL;
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

static enum jsontok_step number(struct jsontok *s, const char **text, size_t *n, bool *whole)
{
	const char *why = NULL, *stop = number_end(s->p, s->end, whole, &why);

	if (!stop)
		return STEP_MORE;
	if (why)
		return jsontok_bad(s, stop, why);
	*text = s->p;
	*n = (size_t)(stop - s->p);
	s->p = stop;
	return STEP_GOOD;
}

enum jsontok_step jsontok_number_text(struct jsontok *s, const char **text, size_t *n)
{
	bool whole;

	return number(s, text, n, &whole);
}

enum jsontok_step jsontok_number(struct jsontok *s)
{
	const char *p;
	bool whole;
	size_t n;
	int64_t i;
	uint64_t u;
	double d;
	enum jsontok_step rc = number(s, &p, &n, &whole);

	if (rc != STEP_GOOD)
		return rc;
	if (whole) {
		if (num_i64(p, n, &i))
			return jsontok_packed(s, mpack_int64(s->out, i));
		if (num_u64(p, n, UINT64_MAX, &u))
			return jsontok_packed(s, mpack_uint64(s->out, u));
	} else if (lossless_double(p, n, &d) ||
		(significant(p, n) <= DOUBLE_DIGITS && lossless_double_lenient(p, n, &d))) {
		return jsontok_packed(s, mpack_double(s->out, d));
	}
	return jsontok_packed(s, mpack_text(s->out, p, n));
}

enum jsontok_short jsontok_short(struct jsontok *s, int64_t *i, double *d)
{
	enum { DIGITS = 15 };
	bool minus = *s->p == '-';
	const char *p = s->p + minus;
	uint64_t v = digits_load(p), m;
	unsigned n = digits_count(v), more;

	if (n == 0 || (n > 1 && *p == '0'))
		return JSONTOK_NEITHER;
	m = digits_value(v, n);
	if (n == DIGITS_WORD) {
		v = digits_load(p + n);
		more = digits_count(v);
		if (more == DIGITS_WORD)
			return JSONTOK_NEITHER;
		m = more ? m * digits_ten[more] + digits_value(v, more) : m;
		n += more;
	}
	p += n;
	if (p < s->end && *p != '.' && (*p | 32) != 'e') {
		*i = minus ? -(int64_t)m : (int64_t)m;
		s->p = p;
		return JSONTOK_INT;
	}
	v = digits_load(++p);
	more = digits_count(v);
	p += more;
	if (p >= s->end || p[-1 - (int)more] != '.' || more == 0 || more == DIGITS_WORD ||
		n + more > DIGITS || (*p | 32) == 'e')
		return JSONTOK_NEITHER;
	m = m * digits_ten[more] + digits_value(v, more);
	*d = (double)m / (double)digits_ten[more]; /* both are exact: see lossless_double() */
	*d = minus ? -*d : *d;
	s->p = p;
	return JSONTOK_REAL;
}

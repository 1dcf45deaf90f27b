/* Tells which texts are numbers without loss. */
#include "value/lossless.h"
#include "base/digits.h"
#include "base/num.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A quotient is rounded once, to a double: with gcc on i386 that needs -msse2 -mfpmath=sse. */
_Static_assert(FLT_EVAL_METHOD != 2 && FLT_EVAL_METHOD != -1, "doubles of more than 64 bits");

enum { DIGITS = 15, LONGEST = 17, LONG_DIGITS = 19, NUMBER_MAX = 400 };

static bool is_digit(char c)
{
	return (unsigned)(unsigned char)c - '0' < 10;
}

bool lossless_long_ahead(const char *p, size_t n, int64_t *out)
{
	bool minus = n > 0 && *p == '-';
	size_t left = n - minus;
	uint64_t v = digits_load(p + minus), w;
	int64_t m;

	if (left == 0 || (p[minus] == '0' && n > 1))
		return false;
	if (left > 2 * DIGITS_WORD)
		return left <= LONG_DIGITS && num_i64(p, n, out);
	if (digits_count(v) < (left < DIGITS_WORD ? left : DIGITS_WORD))
		return false;
	if (left <= DIGITS_WORD) {
		m = (int64_t)digits_value(v, (unsigned)left);
	} else {
		left -= DIGITS_WORD;
		w = digits_load(p + minus + DIGITS_WORD);
		if (digits_count(w) < left)
			return false;
		m = (int64_t)(digits_value(v, DIGITS_WORD) * digits_ten[left] +
			digits_value(w, (unsigned)left));
	}
	*out = minus ? -m : m;
	return true;
}

bool lossless_long(const char *p, size_t n, int64_t *out)
{
	char text[1 + LONG_DIGITS + LOSSLESS_AHEAD] = "";

	if (n > 1 + LONG_DIGITS)
		return false;
	memcpy(text, p, n);
	return lossless_long_ahead(text, n, out);
}

static bool says_zero(const char *number)
{
	char first = number[strcspn(number, "123456789eE")];

	return first < '1' || first > '9';
}

/* Neither too large for a double nor, without being 0, too small. */
static bool slow_double(const char *p, size_t n, double *out)
{
	char text[NUMBER_MAX + 1], *end;

	if (n > NUMBER_MAX)
		return false;
	memcpy(text, p, n);
	text[n] = '\0';
	*out = strtod(text, &end);
	return end == text + n && isfinite(*out) && (*out != 0 || says_zero(text));
}

/* The significant digits of a number, without zeros before and after them; how many. */
static size_t significant(const char *p, size_t n, char digits[LONGEST + 1])
{
	size_t count = 0;

	for (size_t i = 0; i < n && (p[i] | 32) != 'e'; i++)
		if (is_digit(p[i]) && (count > 0 || p[i] != '0')) {
			if (count > LONGEST)
				return count;
			digits[count++] = p[i];
		}
	while (count > 0 && digits[count - 1] == '0')
		count--;
	return count;
}

/* -D.DDDe+DD, as programs print a double that is very large or small; an exponent has its sign. */
static bool has_exponent(const char *p, size_t n)
{
	size_t at = n > 0 && p[0] == '-', digits = 0;

	if (at == n || p[at] < '1' || p[at] > '9')
		return false;
	if (++at < n && p[at] == '.')
		for (at++; at < n && is_digit(p[at]); at++)
			digits++;
	if (at + 2 >= n || (p[at] | 32) != 'e' || (p[at + 1] != '-' && p[at + 1] != '+') ||
		(digits == 0 && p[at - 1] == '.'))
		return false;
	for (at += 2; at < n; at++)
		if (!is_digit(p[at]))
			return false;
	return true;
}

/* So small that it has fewer than 15 digits of its own. */
static bool is_subnormal(double d)
{
	return d != 0 && fabs(d) < DBL_MIN;
}

/*
 * A number of 16 or 17 digits, or with an exponent, is a double's own if the double has just these
 * digits when it is printed with as many.
 */
static bool round_trip(const char *p, size_t n, double *out)
{
	char own[LONGEST + 1], digits[LONGEST + 1], text[LONGEST + 16];
	size_t count = significant(p, n, own);
	double d;

	if (count == 0 || count > LONGEST || !slow_double(p, n, &d))
		return false;
	snprintf(text, sizeof text, "%.*e",
		(int)(count > DIGITS || is_subnormal(d) ? count : DIGITS) - 1, d);
	if (significant(text, strlen(text), digits) != count || memcmp(own, digits, count) != 0)
		return false;
	*out = d;
	return true;
}

bool lossless_double(const char *p, size_t n, double *out)
{
	static const double ten[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	size_t at = n > 0 && p[0] == '-', first = at, point = n, digits = 0;
	int64_t m = 0;

	for (; at < n; at++) {
		if (p[at] == '.' && point == n) {
			point = at;
			continue;
		}
		if (!is_digit(p[at]))
			return has_exponent(p, n) && round_trip(p, n, out);
		digits += digits > 0 || p[at] != '0';
		if (digits <= DIGITS)
			m = m * 10 + (p[at] - '0');
	}
	if (first == n || point + 1 == n) /* nothing, or a point without digits after it */
		return false;
	if (point == n)
		return digits <= DIGITS && lossless_long(p, n, &m) ? (*out = (double)m, true)
								     : false;
	if (point > first + 1 && p[first] == '0')
		return false;
	if (digits > DIGITS)
		return round_trip(p, n, out);
	/* m and the power of ten are exact, so the division is correctly rounded */
	if (n - point - 1 >= sizeof ten / sizeof *ten)
		return slow_double(p, n, out) && (!is_subnormal(*out) || round_trip(p, n, out));
	*out = (double)m / ten[n - point - 1];
	if (first)
		*out = -*out;
	return true;
}

bool lossless_double_ahead(const char *p, size_t n, double *out)
{
	bool minus = n > 0 && *p == '-';
	const char *at = p + minus;
	uint64_t v = digits_load(at), w, m;
	unsigned k = digits_count(v);
	size_t left = n - minus - k; /* the point and what follows it */

	if (k == DIGITS_WORD || k + minus >= n || at[k] != '.' || left < 2 ||
		left > 1 + DIGITS_WORD || (k > 1 && *at == '0'))
		return lossless_double(p, n, out);
	w = digits_load(at + k + 1);
	if (digits_count(w) < --left)
		return lossless_double(p, n, out);
	m = (k ? digits_value(v, k) * digits_ten[left] : 0) + digits_value(w, (unsigned)left);
	*out = (double)m / (double)digits_ten[left]; /* both are exact: see lossless_double() */
	if (minus)
		*out = -*out;
	return true;
}

/* Without blanks around and a leading plus. */
static void trim(const char **p, size_t *n)
{
	while (*n > 0 && (*p)[0] == ' ')
		++*p, --*n;
	while (*n > 0 && (*p)[*n - 1] == ' ')
		--*n;
	if (*n > 1 && (*p)[0] == '+' && (*p)[1] != '-' && (*p)[1] != '+')
		++*p, --*n;
}

bool lossless_long_lenient(const char *p, size_t n, int64_t *out)
{
	trim(&p, &n);
	return num_i64(p, n, out);
}

bool lossless_double_lenient(const char *p, size_t n, double *out)
{
	trim(&p, &n);
	for (size_t i = 0; i < n; i++)
		if (!is_digit(p[i]) && !strchr("-+.eE", p[i] ? p[i] : 'x'))
			return false;
	return n > 0 && slow_double(p, n, out);
}

/* Tells which texts are numbers without loss. */
#include "value/lossless.h"
#include "base/digits.h"
#include "base/num.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 15, LONG_DIGITS = 19, NUMBER_MAX = 400 };

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
			return false;
		digits += digits > 0 || p[at] != '0';
		if (digits > DIGITS)
			return false;
		m = m * 10 + (p[at] - '0');
	}
	if (first == n || point + 1 == n) /* nothing, or a point without digits behind it */
		return false;
	if (point == n)
		return lossless_long(p, n, &m) ? (*out = (double)m, true) : false;
	if (point > first + 1 && p[first] == '0')
		return false;
	/* m and the power of ten are exact, so the division is correctly rounded */
	if (n - point - 1 >= sizeof ten / sizeof *ten)
		return slow_double(p, n, out);
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
	size_t left = n - minus - k; /* the point and what is behind it */

	if (k == DIGITS_WORD || k + minus >= n || at[k] != '.' || left < 2 ||
		left > 1 + DIGITS_WORD || (k > 1 && *at == '0'))
		return lossless_double(p, n, out);
	w = digits_load(at + k + 1);
	if (digits_count(w) < --left)
		return false;
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

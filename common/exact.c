#include "exact.h"
#include "num.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 15, NUMBER_MAX = 400 };

static bool is_digit(char c)
{
	return (unsigned)(unsigned char)c - '0' < 10;
}

bool exact_long(const char *p, size_t n, int64_t *out)
{
	bool minus = n > 0 && p[0] == '-';
	size_t at = minus;
	int64_t v = 0;

	if (at == n || n - at > 19 || (p[at] == '0' && n > 1))
		return false;
	if (n - at > 18)
		return num_i64(p, n, out);
	for (; at < n; at++) {
		if (!is_digit(p[at]))
			return false;
		v = v * 10 + (p[at] - '0');
	}
	*out = minus ? -v : v;
	return true;
}

static bool slow_double(const char *p, size_t n, double *out)
{
	char text[NUMBER_MAX + 1], *end;

	if (n > NUMBER_MAX)
		return false;
	memcpy(text, p, n);
	text[n] = '\0';
	*out = strtod(text, &end);
	return end == text + n && isfinite(*out);
}

bool exact_double(const char *p, size_t n, double *out)
{
	static const double ten[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
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
		return exact_long(p, n, &m) ? (*out = (double)m, true) : false;
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

/* Without blanks around and a leading plus. */
static void trim(const char **p, size_t *n)
{
	while (*n > 0 && (*p)[0] == ' ')
		++*p, --*n;
	while (*n > 0 && (*p)[*n - 1] == ' ')
		--*n;
	if (*n > 1 && (*p)[0] == '+' && (*p)[1] != '-')
		++*p, --*n;
}

bool exact_long_lenient(const char *p, size_t n, int64_t *out)
{
	trim(&p, &n);
	return num_i64(p, n, out);
}

bool exact_double_lenient(const char *p, size_t n, double *out)
{
	trim(&p, &n);
	for (size_t i = 0; i < n; i++)
		if (!is_digit(p[i]) && !strchr("-+.eE", p[i] ? p[i] : 'x'))
			return false;
	return n > 0 && slow_double(p, n, out);
}

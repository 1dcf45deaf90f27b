/* Decimal numbers in 128 bits: the arithmetic that Presto and Hive do on decimal(p,s). */
#include "sql/decimal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

decimal_t decimal_power(int n)
{
	decimal_t v = 1;

	while (n-- > 0)
		v *= 10;
	return v;
}

static udecimal_t magnitude(decimal_t v)
{
	return v < 0 ? -(udecimal_t)v : (udecimal_t)v;
}

bool decimal_fits(decimal_t v, int precision)
{
	return magnitude(v) < (udecimal_t)decimal_power(precision);
}

int decimal_digits(decimal_t v)
{
	udecimal_t m = magnitude(v);
	int n = 1;

	while ((m /= 10) > 0)
		n++;
	return n;
}

/* The parts of a number's text. */
struct number {
	const char *whole, *fraction;
	size_t whole_n, fraction_n;
	int exponent;
	bool minus;
};

static size_t digits(const char *s, const char *end)
{
	const char *p = s;

	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return (size_t)(p - s);
}

static int split_exponent(const char *s, const char *end, int *out)
{
	bool minus = s < end && *s == '-';
	size_t n;

	*out = 0;
	s += s < end && (*s == '-' || *s == '+');
	n = digits(s, end);
	if (n == 0 || s + n != end)
		return -1;
	for (; s < end; s++)
		if (*out < 100000)
			*out = *out * 10 + (*s - '0');
	if (minus)
		*out = -*out;
	return 0;
}

static int split(const char *s, size_t n, struct number *x)
{
	const char *end = s + n;

	*x = (struct number){ .minus = n > 0 && *s == '-' };
	s += n > 0 && (*s == '-' || *s == '+');
	x->whole = s;
	x->whole_n = digits(s, end);
	s += x->whole_n;
	if (s < end && *s == '.')
		s++;
	else if (s < end && *s != 'e' && *s != 'E')
		return -1;
	x->fraction = s;
	x->fraction_n = digits(s, end);
	s += x->fraction_n;
	if (x->whole_n + x->fraction_n == 0)
		return -1;
	if (s == end)
		return 0;
	return *s == 'e' || *s == 'E' ? split_exponent(s + 1, end, &x->exponent) : -1;
}

/* Digit i of whole and fraction together. */
static int digit(const struct number *x, size_t i)
{
	return (i < x->whole_n ? x->whole[i] : x->fraction[i - x->whole_n]) - '0';
}

/* The digits before position `keep` (which may be beyond the last one: zeros), rounded by the next.
 */
static int gather(const struct number *x, long keep, decimal_t *out)
{
	long n = (long)(x->whole_n + x->fraction_n);
	udecimal_t v = 0, max = (udecimal_t)decimal_power(DECIMAL_DIGITS);

	for (long i = 0; i < keep; i++) {
		if (i >= n && v == 0)
			break;
		if (v >= max / 10)
			return -1;
		v = v * 10 + (unsigned)(i < n ? digit(x, (size_t)i) : 0);
	}
	if (keep >= 0 && keep < n && digit(x, (size_t)keep) >= 5 && ++v >= max)
		return -1;
	*out = x->minus ? -(decimal_t)v : (decimal_t)v;
	return 0;
}

int decimal_parse(const char *s, size_t n, decimal_t *v, int *precision, int *scale)
{
	struct number x;
	long fraction, zeros = 0;

	if (split(s, n, &x))
		return -1;
	fraction = (long)x.fraction_n - x.exponent;
	if (fraction > 2 * DECIMAL_DIGITS || fraction < -DECIMAL_DIGITS)
		return -1;
	*scale = fraction > 0 ? (int)fraction : 0;
	if (*scale > DECIMAL_DIGITS || gather(&x, (long)x.whole_n + x.exponent + *scale, v))
		return -1;
	while ((size_t)zeros < x.whole_n && x.whole[zeros] == '0')
		zeros++;
	*precision = decimal_digits(*v);
	if (*precision < *scale)
		*precision = *scale;
	if (*scale > 0 && (size_t)zeros == x.whole_n && *precision > *scale)
		*precision = *scale;
	return 0;
}

int decimal_parse_scaled(const char *s, size_t n, int scale, decimal_t *v)
{
	struct number x;

	if (split(s, n, &x))
		return -1;
	return gather(&x, (long)x.whole_n + x.exponent + scale, v) ? -2 : 0;
}

size_t decimal_print(char out[DECIMAL_TEXT], decimal_t v, int scale)
{
	char text[DECIMAL_TEXT], *p = text + sizeof text;
	udecimal_t m = magnitude(v);
	int n = 0;

	do {
		if (n == scale && scale > 0)
			*--p = '.';
		*--p = (char)('0' + (int)(m % 10));
		m /= 10;
		n++;
	} while (m > 0 || n <= scale);
	if (v < 0)
		*--p = '-';
	memcpy(out, p, (size_t)(text + sizeof text - p));
	out[text + sizeof text - p] = '\0';
	return (size_t)(text + sizeof text - p);
}

static decimal_t round_divide(decimal_t v, decimal_t by)
{
	decimal_t q = v / by, r = v % by;

	if (magnitude(r) >= magnitude(by) - magnitude(r))
		q += (v < 0) == (by < 0) ? 1 : -1;
	return q;
}

int decimal_rescale(decimal_t v, int from, int to, decimal_t *out)
{
	if (to >= from)
		return to - from > DECIMAL_DIGITS ? (v ? -1 : (*out = 0, 0)) :
		       __builtin_mul_overflow(v, decimal_power(to - from), out) ? -1 : 0;
	*out = from - to > DECIMAL_DIGITS ? 0 : round_divide(v, decimal_power(from - to));
	return 0;
}

/* a * b as 256 bits. */
static void multiply_wide(udecimal_t a, udecimal_t b, udecimal_t *high, udecimal_t *low)
{
	udecimal_t a0 = (uint64_t)a, a1 = a >> 64, b0 = (uint64_t)b, b1 = b >> 64;
	udecimal_t p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0;
	udecimal_t middle = (p00 >> 64) + (uint64_t)p01 + (uint64_t)p10;

	*low = middle << 64 | (uint64_t)p00;
	*high = a1 * b1 + (p01 >> 64) + (p10 >> 64) + (middle >> 64);
}

/* 256 bits by 128, bit by bit; -1 if the quotient does not fit. */
static int divide_wide(udecimal_t high, udecimal_t low, udecimal_t by, udecimal_t *q, udecimal_t *r)
{
	udecimal_t rest = high, quotient = low;

	if (high >= by)
		return -1;
	for (int i = 0; i < 128; i++) {
		bool carry = rest >> 127;

		rest = rest << 1 | quotient >> 127;
		quotient <<= 1;
		if (carry || rest >= by) {
			rest -= by;
			quotient |= 1;
		}
	}
	*q = quotient;
	*r = rest;
	return 0;
}

int decimal_divide(decimal_t a, decimal_t b, int shift, decimal_t *out)
{
	udecimal_t high, low, q, r, by = magnitude(b),
				    max = (udecimal_t)decimal_power(DECIMAL_DIGITS);

	if (shift > DECIMAL_DIGITS)
		return -1;
	multiply_wide(magnitude(a), (udecimal_t)decimal_power(shift), &high, &low);
	if (divide_wide(high, low, by, &q, &r))
		return -1;
	q += r >= by - r;
	if (q >= max)
		return -1;
	*out = (a < 0) == (b < 0) ? (decimal_t)q : -(decimal_t)q;
	return 0;
}

int decimal_remainder(decimal_t a, int sa, decimal_t b, int sb, decimal_t *out)
{
	udecimal_t high, low, q, by = magnitude(b), top = magnitude(a), rest;

	if (sb > sa) { /* a is brought to the finer scale, whatever its size */
		multiply_wide(top, (udecimal_t)decimal_power(sb - sa), &high, &low);
		if (divide_wide(high % by, low, by, &q, &rest))
			return -1;
	} else {
		multiply_wide(by, (udecimal_t)decimal_power(sa - sb), &high, &low);
		rest = high ? top : top % low;
	}
	*out = a < 0 ? -(decimal_t)rest : (decimal_t)rest;
	return 0;
}

double decimal_double(decimal_t v, int scale)
{
	char text[DECIMAL_TEXT];

	decimal_print(text, v, scale);
	return strtod(text, NULL);
}

/* Buffered text into a sink: integers, doubles, base64. */
#include "format/textout.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void textout_init(struct textout *t, struct sink *to)
{
	*t = (struct textout){ .to = to, .p = mem_alloc(TEXTOUT_SIZE) };
}

void textout_free(struct textout *t)
{
	free(t->p);
	t->p = NULL;
}

static void drain(struct textout *t)
{
	if (!textout_failed(t))
		io_put(t->to, t->p, t->len, &t->fail);
	t->len = 0;
}

void textout_spill(struct textout *t, const void *p, size_t n)
{
	drain(t);
	if (n <= TEXTOUT_SIZE) {
		memcpy(t->p, p, n);
		t->len = n;
	} else if (!textout_failed(t)) {
		io_put(t->to, p, n, &t->fail);
	}
}

int textout_flush(struct textout *t, struct fail *f)
{
	drain(t);
	return textout_failed(t) ? fail_set(f, t->fail.kind, "%s", t->fail.why) : 0;
}

void textout_u64(struct textout *t, uint64_t v)
{
	char digits[20], *p = digits + sizeof digits;

	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	textout_put(t, p, (size_t)(digits + sizeof digits - p));
}

void textout_i64(struct textout *t, int64_t v)
{
	if (v < 0)
		textout_putc(t, '-');
	textout_u64(t, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

/*
 * Most doubles in tables are short decimals: n / 10^k with few digits. Where that quotient, which
 * is rounded correctly, is d again, n has at most 15 digits and k is the smallest, these are the
 * digits that %.15g finds, ten times faster. False: d, which is at least 1e-3 and less than 1e15,
 * has no such form.
 */
static bool short_decimal(struct textout *t, double d)
{
	static const double power[] = { 1,   1e1, 1e2,	1e3,  1e4,  1e5,  1e6,	1e7,  1e8,
					1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17 };
	const double size = d < 0 ? -d : d;
	int k = 0;
	double n;
	char digits[24];
	size_t len = 0, whole;

	for (n = (double)(uint64_t)size; n / power[k] != size;
		n = (double)(uint64_t)(size * power[k] + 0.5))
		if (++k == 18 || size * power[k] >= 1e15)
			return false;
	for (uint64_t v = (uint64_t)n; v > 0 || len <= (size_t)k; v /= 10)
		digits[sizeof digits - ++len] = (char)('0' + v % 10);
	whole = len - (size_t)k;
	if (signbit(d))
		textout_putc(t, '-');
	textout_put(t, digits + sizeof digits - len, whole);
	textout_putc(t, '.');
	if (k > 0)
		textout_put(t, digits + sizeof digits - (size_t)k, (size_t)k);
	else
		textout_putc(t, '0');
	return true;
}

void textout_double(struct textout *t, double d)
{
	char s[40];
	const double size = d < 0 ? -d : d;
	/* 15 digits are always exact, but for subnormal numbers */
	int digits = fpclassify(d) == FP_SUBNORMAL ? 1 : 15;

	if (!isfinite(d)) {
		textout_puts(t, isnan(d) ? "NaN" : d < 0 ? "-Infinity" : "Infinity");
		return;
	}
	if (size >= 1e-3 && size < 1e15) {
		if (short_decimal(t, d))
			return;
		digits = 16;
	}
	/* 17 digits are always enough; %g drops zeros at the end */
	do
		snprintf(s, sizeof s, "%.*g", digits, d);
	while (digits++ < 17 && strtod(s, NULL) != d);
	textout_puts(t, s);
	if (!strpbrk(s, ".e"))
		textout_puts(t, ".0"); /* so that readers take it for a double */
}

void textout_base64(struct textout *t, const void *bytes, size_t n)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = bytes;

	for (; n > 0; p += 3) {
		size_t some = n < 3 ? n : 3;
		unsigned v = (unsigned)p[0] << 16 | (some > 1 ? (unsigned)p[1] << 8 : 0) |
			(some > 2 ? p[2] : 0);
		char four[4] = { digit[v >> 18], digit[v >> 12 & 63],
			some > 1 ? digit[v >> 6 & 63] : '=', some > 2 ? digit[v & 63] : '=' };

		textout_put(t, four, 4);
		n -= some;
	}
}

#include "textout.h"
#include "mem.h"

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

void textout_double(struct textout *t, double d)
{
	char s[40];
	int digits = fpclassify(d) == FP_SUBNORMAL ? 1 : 15; /* 15 digits are always exact, but for subnormal numbers */

	if (!isfinite(d)) {
		textout_puts(t, isnan(d) ? "NaN" : d < 0 ? "-Infinity" : "Infinity");
		return;
	}
	/* 17 digits are always enough; %g drops zeros at the end, so fewer are found by themselves */
	do
		snprintf(s, sizeof s, "%.*g", digits, d);
	while (digits++ < 17 && strtod(s, NULL) != d);
	textout_puts(t, s);
	if (!strpbrk(s, ".e"))
		textout_puts(t, ".0"); /* stays a double for who reads it */
}

void textout_base64(struct textout *t, const void *bytes, size_t n)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = bytes;

	for (; n > 0; p += 3) {
		size_t some = n < 3 ? n : 3;
		unsigned v = (unsigned)p[0] << 16 | (some > 1 ? (unsigned)p[1] << 8 : 0) | (some > 2 ? p[2] : 0);
		char four[4] = { digit[v >> 18], digit[v >> 12 & 63], some > 1 ? digit[v >> 6 & 63] : '=',
				 some > 2 ? digit[v & 63] : '=' };

		textout_put(t, four, 4);
		n -= some;
	}
}

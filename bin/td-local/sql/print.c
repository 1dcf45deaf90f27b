/* Values as text: doubles as Java prints them, times, intervals, and whole values for
 * results and CASTs to varchar. */
#include "sql/print.h"
#include "value/calendar.h"
#include "sql/function.h"
#include "sql/json.h"
#include "value/mpack.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- numbers */

/*
 * Java before 19 prints whole numbers below 2^63 from their digits as an integer, less those that
 * the mantissa cannot know: not always the fewest digits. False: it is another number.
 */
static bool whole(char out[PRINT_DOUBLE], double d, int mantissa)
{
	int exponent, insignificant;
	uint64_t v, unit = 1;

	frexp(d, &exponent); /* d < 2^exponent */
	if (d != floor(d) || exponent > 63 || exponent - 1 <= mantissa)
		return false;
	insignificant = (int)((exponent - 2 - mantissa) * 0.30102999566398120);
	for (int i = 0; i < insignificant; i++)
		unit *= 10;
	v = ((uint64_t)d + unit / 2) / unit * unit;
	snprintf(out, PRINT_DOUBLE, "%" PRIu64, v);
	exponent = (int)strlen(out) - 1;
	memmove(out + 2, out + 1, strlen(out));
	out[1] = '.';
	for (char *p = out + strlen(out); p[-1] == '0' && p[-2] != '.'; p--)
		p[-1] = '\0';
	snprintf(out + strlen(out), 8, "e%d", exponent);
	return true;
}

/* The fewest digits that read back the same: "d.ddde-xx". */
static void shortest(char out[PRINT_DOUBLE], double d, bool real)
{
	if (whole(out, d, real ? 24 : 53))
		return;
	for (int digits = 0; digits < 17; digits++) {
		snprintf(out, PRINT_DOUBLE, "%.*e", digits, d);
		if (real ? strtof(out, NULL) == (float)d : strtod(out, NULL) == d)
			return;
	}
}

static void java(char out[PRINT_DOUBLE], double d, bool real, bool scientific)
{
	char text[PRINT_DOUBLE], digit[24], *p = out;
	int exponent, n = 0, point;

	if (!isfinite(d)) {
		snprintf(out, PRINT_DOUBLE, "%s",
			isnan(d) ? "NaN" : d < 0 ? "-Infinity" : "Infinity");
		return;
	}
	shortest(text, fabs(d), real);
	exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
	for (const char *s = text; *s != 'e'; s++)
		if (*s != '.')
			digit[n++] = *s;
	if (signbit(d))
		*p++ = '-';
	point = 1;
	if (!scientific && (d == 0 || (fabs(d) >= 1e-3 && fabs(d) < 1e7))) {
		point = exponent + 1;
		exponent = 0;
	} else {
		scientific = true;
	}
	if (point <= 0)
		*p++ = '0';
	for (int i = 0; i < point; i++)
		*p++ = i < n ? digit[i] : '0';
	*p++ = '.';
	for (int i = point; i < 0; i++)
		*p++ = '0';
	for (int i = point > 0 ? point : 0; i < n; i++)
		*p++ = digit[i];
	if (point >= n)
		*p++ = '0';
	*p = '\0';
	if (scientific)
		snprintf(p, 8, "E%d", exponent);
}

void print_double(char out[PRINT_DOUBLE], double d)
{
	java(out, d, false, false);
}

void print_real(char out[PRINT_DOUBLE], float f)
{
	java(out, (double)f, true, false);
}

void print_double_scientific(char out[PRINT_DOUBLE], double d)
{
	java(out, d, false, true);
}

/* --- bytes */

int print_utf8(struct buf *out, uint32_t c)
{
	char b[4];
	size_t n = 0;

	if (c < 0x80) {
		b[n++] = (char)c;
	} else if (c < 0x800) {
		b[n++] = (char)(0xc0 | c >> 6);
	} else if (c < 0x10000) {
		b[n++] = (char)(0xe0 | c >> 12);
		b[n++] = (char)(0x80 | (c >> 6 & 0x3f));
	} else {
		b[n++] = (char)(0xf0 | c >> 18);
		b[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		b[n++] = (char)(0x80 | (c >> 6 & 0x3f));
	}
	if (c >= 0x80)
		b[n++] = (char)(0x80 | (c & 0x3f));
	return buf_put(out, b, n);
}

int print_base64(struct buf *out, const char *p, size_t n, const char *two)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t x = 0;
		char four[4];

		for (size_t k = 0; k < 3; k++)
			x = x << 8 | (i + k < n ? (unsigned char)p[i + k] : 0);
		for (int k = 0; k < 4; k++) {
			unsigned v = x >> (18 - 6 * k) & 63;

			four[k] = i + (size_t)k > n ? '=' : v < 62 ? letters[v] : two[v - 62];
		}
		if (buf_put(out, four, 4))
			return -1;
	}
	return 0;
}

/* --- times */

int print_date(struct buf *out, int64_t days)
{
	struct calendar_date c = calendar_date(days);

	return buf_printf(out, "%s%04" PRId64 "-%02d-%02d",
		c.year < 0		? "-"
			: c.year > 9999 ? "+"
					: "",
		c.year < 0 ? -c.year : c.year, c.month, c.day);
}

int print_timestamp(struct buf *out, decimal_t picoseconds, int digits, char between)
{
	decimal_t of_day = picoseconds % PRINT_DAY;
	int64_t second, fraction;

	of_day += of_day < 0 ? PRINT_DAY : 0;
	second = (int64_t)(of_day / 1000000000000);
	fraction = (int64_t)(of_day % 1000000000000 / decimal_power(12 - digits));
	if (print_date(out, (int64_t)((picoseconds - of_day) / PRINT_DAY)) ||
		buf_printf(out, "%c%02d:%02d:%02d", between, (int)(second / 3600),
			(int)(second / 60 % 60), (int)(second % 60)))
		return -1;
	return digits ? buf_printf(out, ".%0*" PRId64, digits, fraction) : 0;
}

int print_offset(struct buf *out, int64_t seconds, const char *zero)
{
	int minutes = abs((int)(seconds / 60));

	if (seconds == 0 && zero)
		return buf_puts(out, zero);
	return buf_printf(out, "%c%02d:%02d", seconds < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

int print_interval_day(struct buf *out, int64_t ms)
{
	uint64_t m = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;

	return buf_printf(out, "%s%" PRIu64 " %02d:%02d:%02d.%03d", ms < 0 ? "-" : "", m / 86400000,
		(int)(m / 3600000 % 24), (int)(m / 60000 % 60), (int)(m / 1000 % 60),
		(int)(m % 1000));
}

int print_interval_month(struct buf *out, int64_t months)
{
	return buf_printf(
		out, "%s%lld-%lld", months < 0 ? "-" : "", llabs(months) / 12, llabs(months) % 12);
}

static int print_moment(
	struct buf *out, const struct query *q, const struct sqltype *t, const struct datum *v)
{
	decimal_t moment = datum_moment(t, v);
	int digits = t->a;
	const char *zone;

	if (t->kind == SQL_TIMESTAMP_TZ) {
		int64_t second = (int64_t)(moment / 1000000000000) - (moment % 1000000000000 < 0);

		moment += (decimal_t)query_zone_offset(q, datum_zone(v), second) * 1000000000000;
		zone = query_zone_name(q, datum_zone(v));
		return print_timestamp(out, moment, digits, ' ') || buf_putc(out, ' ') ||
				buf_puts(out, zone)
			? -1
			: 0;
	}
	if (print_timestamp(out, moment, digits, ' '))
		return -1;
	while (q->engine == SQL_HIVE && digits > 0 && out->p[out->len - 1] == '0' && --digits >= 0)
		out->len--;
	if (q->engine == SQL_HIVE && t->a > 0 && digits == 0)
		out->len--;
	return 0;
}

/* --- whole values */

/* Presto fills a char up with blanks. */
static int print_padded(
	struct buf *out, const struct query *q, const struct sqltype *t, const struct datum *v)
{
	int rc = buf_put(out, v->p, v->n), n = 0;

	for (size_t i = 0; i < v->n; i++)
		n += ((unsigned char)v->p[i] & 0xc0) != 0x80;
	for (; rc == 0 && n < t->a && q->engine == SQL_PRESTO; n++)
		rc = buf_putc(out, ' ');
	return rc;
}

static int print_number(
	struct buf *out, const struct query *q, const struct sqltype *t, const struct datum *v)
{
	char text[DECIMAL_TEXT];

	if (t->kind == SQL_DECIMAL)
		decimal_print(text, datum_decimal(t, v), t->b);
	else if (t->kind == SQL_REAL)
		print_real(text, (float)datum_double(v));
	else if (q->trino)
		print_double_scientific(text, datum_double(v));
	else
		print_double(text, datum_double(v));
	return buf_puts(out, text);
}

int print_text(
	struct buf *out, const struct query *q, const struct sqltype *t, const struct datum *v)
{
	if (v->kind == DATUM_NULL)
		return 0;
	switch (t->kind) {
	case SQL_BOOLEAN: return buf_puts(out, v->i ? "true" : "false");
	case SQL_TINYINT:
	case SQL_SMALLINT:
	case SQL_INTEGER:
	case SQL_BIGINT: return buf_printf(out, "%" PRId64, v->i);
	case SQL_DECIMAL: case SQL_REAL: case SQL_DOUBLE: return print_number(out, q, t, v);
	case SQL_DATE: return print_date(out, v->i);
	case SQL_TIMESTAMP: case SQL_TIMESTAMP_TZ: return print_moment(out, q, t, v);
	case SQL_CHAR: return print_padded(out, q, t, v);
	case SQL_INTERVAL_DAY: return print_interval_day(out, v->i);
	case SQL_INTERVAL_MONTH: return print_interval_month(out, v->i);
	default: return buf_put(out, v->p, v->n);
	}
}

static int pack_text(
	struct buf *out, const struct query *q, const struct sqltype *t, const struct datum *v)
{
	struct buf text;
	int rc;

	buf_init(&text, out->max);
	rc = t->kind == SQL_VARBINARY && q->engine == SQL_PRESTO
		? print_base64(&text, v->p, v->n, "+/")
		: print_text(&text, q, t, v);
	rc = rc || mpack_text(out, text.p ? text.p : "", text.len) ? -1 : 0;
	buf_free(&text);
	return rc;
}

static int pack(
	struct buf *out, const struct query *q, const struct sqltype *t, const struct datum *v);

static int pack_list(
	struct buf *out, const struct query *q, const struct sqltype *t, const struct datum *v)
{
	size_t n = datum_count(v);
	bool named = t->kind == SQL_ROW && q->engine == SQL_HIVE;
	struct arena scratch = { 0 };
	struct datum_walk w;
	struct datum e;
	int rc = t->kind == SQL_MAP ? mpack_map(out, n / 2)
		: named		    ? mpack_map(out, n)
				    : mpack_array(out, n);

	datum_walk(&w, &scratch, v);
	for (unsigned i = 0; rc == 0 && datum_next(&w, &e); i++) {
		if (named)
			rc = mpack_text(out, t->name[i], strlen(t->name[i]));
		if (rc == 0)
			rc = pack(out, q,
				t->of[t->kind == SQL_ARRAY	     ? 0
						: t->kind == SQL_MAP ? i % 2
								     : i],
				&e);
	}
	arena_free(&scratch);
	return rc;
}

static int pack(
	struct buf *out, const struct query *q, const struct sqltype *t, const struct datum *v)
{
	if (v->kind == DATUM_NULL)
		return mpack_nil(out);
	switch (t->kind) {
	case SQL_BOOLEAN: return v->i ? mpack_true(out) : mpack_false(out);
	case SQL_TINYINT:
	case SQL_SMALLINT:
	case SQL_INTEGER:
	case SQL_BIGINT: return mpack_int64(out, v->i);
	case SQL_REAL: case SQL_DOUBLE: return mpack_double(out, datum_double(v));
	case SQL_VARCHAR: case SQL_JSON: return mpack_text(out, v->p, v->n);
	case SQL_ARRAY: case SQL_MAP: case SQL_ROW: return pack_list(out, q, t, v);
	default: return pack_text(out, q, t, v);
	}
}

/* A real travels as the double that its own digits make (3.3), as JSON has it; in arrays as its
 * exact value. */
int print_msgpack(
	struct buf *out, const struct query *q, const struct sqltype *t, const struct datum *v)
{
	char text[PRINT_DOUBLE];

	if (t->kind != SQL_REAL || v->kind != DATUM_DOUBLE || !isfinite(v->d))
		return pack(out, q, t, v);
	print_real(text, (float)v->d);
	return mpack_double(out, strtod(text, NULL));
}

bool print_known(const struct sqltype *t)
{
	if (t->kind == SQL_MAP && t->of[0]->kind == SQL_DECIMAL)
		return false;
	for (unsigned i = 0; i < t->n; i++)
		if (!print_known(t->of[i]))
			return false;
	return true;
}

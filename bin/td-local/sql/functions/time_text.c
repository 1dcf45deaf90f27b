/* Times as text: MySQL's codes, the letters of Joda and of SimpleDateFormat, ISO 8601. */
#include "sql/functions/lib.h"

#include <ctype.h>
#include <strings.h>

/* --- writing */

static int put_offset(struct buf *b, int64_t offset, bool colon)
{
	int64_t minutes = llabs(offset) / 60;

	return buf_printf(b, colon ? "%c%02d:%02d" : "%c%02d%02d", offset < 0 ? '-' : '+',
		(int)(minutes / 60), (int)(minutes % 60));
}

static int put_name(struct buf *b, const char *name, bool whole)
{
	return whole ? buf_puts(b, name) : buf_put(b, name, 3);
}

static int hour12(struct lib_time x)
{
	int h = x.second / 3600 % 12;

	return h ? h : 12;
}

static const char *half(struct lib_time x)
{
	return x.second < 43200 ? "AM" : "PM";
}

static int put_mysql(struct call *c, struct buf *b, struct lib_time x, char code)
{
	struct calendar_date d = calendar_date(x.days);
	int h = x.second / 3600, m = x.second / 60 % 60, s = x.second % 60,
	    weekday = calendar_iso_weekday(x.days), week;
	int64_t year;

	week = calendar_week(x.days, &year);
	switch (code) {
	case 'a': return put_name(b, calendar_weekdays[weekday - 1], false);
	case 'b': return put_name(b, calendar_months[d.month - 1], false);
	case 'c': return buf_printf(b, "%d", d.month);
	case 'd': return buf_printf(b, "%02d", d.day);
	case 'e': return buf_printf(b, "%d", d.day);
	case 'f': return buf_printf(b, "%06d", (int)(x.picosecond / 1000000));
	case 'H': return buf_printf(b, "%02d", h);
	case 'h': case 'I': return buf_printf(b, "%02d", hour12(x));
	case 'i': return buf_printf(b, "%02d", m);
	case 'j': return buf_printf(b, "%03d", calendar_day_of_year(x.days));
	case 'k': return buf_printf(b, "%d", h);
	case 'l': return buf_printf(b, "%d", hour12(x));
	case 'M': return put_name(b, calendar_months[d.month - 1], true);
	case 'm': return buf_printf(b, "%02d", d.month);
	case 'p': return buf_puts(b, half(x));
	case 'r': return buf_printf(b, "%02d:%02d:%02d %s", hour12(x), m, s, half(x));
	case 'S': case 's': return buf_printf(b, "%02d", s);
	case 'T': return buf_printf(b, "%02d:%02d:%02d", h, m, s);
	case 'v': return buf_printf(b, "%02d", week);
	case 'W': return put_name(b, calendar_weekdays[weekday - 1], true);
	case 'x': return buf_printf(b, "%04lld", (long long)year);
	case 'Y': return buf_printf(b, "%04lld", (long long)d.year);
	case 'y': return buf_printf(b, "%02lld", (long long)(d.year % 100));
	case 'D': case 'U': case 'u': case 'V': case 'w': case 'X':
		return call_error(
			c, "%%%c not currently supported in the date format string", code);
	default: return buf_putc(b, code);
	}
}

static void date_format(struct call *c, const struct datum *arg, struct datum *out)
{
	struct lib_time x = lib_time_of(c, c->arg[0], &arg[0]);
	const char *p = arg[1].p, *end = p + arg[1].n;
	struct buf b;
	int rc = 0;

	buf_init(&b, CALL_VALUE_MAX);
	for (; p < end && rc == 0; p++) {
		if (*p == '%' && p + 1 < end)
			rc = put_mysql(c, &b, x, *++p);
		else if (*p != '%')
			rc = buf_putc(&b, *p);
	}
	if (c->failed)
		buf_free(&b);
	else
		call_text(c, &b, rc, out);
}

/* Java's weeks in the US: they begin on Sunday, the first is the one with January 1. */
static int us_week(int64_t days, int64_t *year)
{
	int64_t sunday = days - calendar_iso_weekday(days) % 7, first;

	*year = calendar_date(sunday + 6).year;
	first = calendar_days(*year, 1, 1);
	first -= calendar_iso_weekday(first) % 7;
	return (int)((sunday - first) / 7) + 1;
}

static int put_year(struct buf *b, int64_t year, int n)
{
	return n == 2 ? buf_printf(b, "%02lld", (long long)(year % 100))
		      : buf_printf(b, "%0*lld", n, (long long)year);
}

static int put_zone(struct call *c, struct buf *b, struct lib_time x, char letter, int n, bool joda)
{
	int64_t utc = x.days * 86400 + x.second - x.offset;

	if (letter == 'z' && n < 4)
		return buf_puts(b, query_zone_abbreviation(c->query, x.zone, utc));
	if (letter == 'z')
		return call_refuse(c, "zzzz in a time format");
	if (letter == 'Z' && joda && n > 2)
		return buf_puts(b, query_zone_name(c->query, x.zone));
	if (letter == 'X' && x.offset == 0)
		return buf_putc(b, 'Z');
	if (letter == 'X' && n == 1)
		return buf_printf(
			b, "%c%02d", x.offset < 0 ? '-' : '+', (int)(llabs(x.offset) / 3600));
	return put_offset(b, x.offset, letter == 'X' ? n > 2 : joda && n > 1);
}

/* Letters that differ: Joda's first. */
static int put_own(struct call *c, struct buf *b, struct lib_time x, char letter, int n, bool joda)
{
	int64_t year;
	int week = joda ? calendar_week(x.days, &year) : us_week(x.days, &year);

	switch (letter) {
	case 'w': return buf_printf(b, "%0*d", n, week);
	case 'Y': return put_year(b, joda ? calendar_date(x.days).year : year, n);
	case 'x': return joda ? put_year(b, year, n) : -2;
	case 'e': return joda ? buf_printf(b, "%0*d", n, calendar_iso_weekday(x.days)) : -2;
	case 'C':
		if (!joda)
			return -2;
		return buf_printf(b, "%0*d", n, (int)(calendar_date(x.days).year / 100));
	case 'u': return joda ? -2 : buf_printf(b, "%0*d", n, calendar_iso_weekday(x.days));
	case 'G': return buf_puts(b, calendar_date(x.days).year > 0 ? "AD" : "BC");
	case 'S':
		if (!joda)
			return buf_printf(b, "%0*d", n, (int)(x.picosecond / 1000000000));
		return n <= 12 ? buf_printf(b, "%0*lld", n,
					 (long long)(x.picosecond / (int64_t)decimal_power(12 - n)))
			       : call_refuse(c, "more than twelve S in a time format");
	case 'z': case 'Z': return put_zone(c, b, x, letter, n, joda);
	case 'X': return joda ? -2 : put_zone(c, b, x, letter, n, joda);
	default: return -2;
	}
}

static int put_letter(
	struct call *c, struct buf *b, struct lib_time x, char letter, int n, bool joda)
{
	struct calendar_date d = calendar_date(x.days);
	int h = x.second / 3600;

	switch (letter) {
	case 'y': return put_year(b, d.year, n);
	case 'M':
		return n > 2 ? put_name(b, calendar_months[d.month - 1], n > 3)
			     : buf_printf(b, "%0*d", n, d.month);
	case 'd': return buf_printf(b, "%0*d", n, d.day);
	case 'D': return buf_printf(b, "%0*d", n, calendar_day_of_year(x.days));
	case 'E': return put_name(b, calendar_weekdays[calendar_iso_weekday(x.days) - 1], n > 3);
	case 'a': return buf_puts(b, half(x));
	case 'H': return buf_printf(b, "%0*d", n, h);
	case 'k': return buf_printf(b, "%0*d", n, h ? h : 24);
	case 'K': return buf_printf(b, "%0*d", n, h % 12);
	case 'h': return buf_printf(b, "%0*d", n, hour12(x));
	case 'm': return buf_printf(b, "%0*d", n, x.second / 60 % 60);
	case 's': return buf_printf(b, "%0*d", n, x.second % 60);
	default: return put_own(c, b, x, letter, n, joda);
	}
}

/* A quoted part, p at its quote; returns where it ends, or NULL. */
static const char *quoted(const char *p, const char *end, struct buf *b)
{
	if (p + 1 < end && p[1] == '\'') {
		buf_putc(b, '\'');
		return p + 2;
	}
	for (p++; p < end; p++) {
		if (*p == '\'' && p + 1 < end && p[1] == '\'')
			p++;
		else if (*p == '\'')
			return p + 1;
		buf_putc(b, *p);
	}
	return NULL;
}

int time_text_format(
	struct call *c, struct buf *out, struct lib_time x, const struct datum *pattern, bool joda)
{
	const char *p = pattern->p, *end = p + pattern->n;

	while (p < end) {
		int n = 1, rc;

		if (*p == '\'') {
			if (!(p = quoted(p, end, out)))
				return call_error(c, "Invalid format: unterminated quote");
			continue;
		}
		if (!isalpha((unsigned char)*p)) {
			if (buf_putc(out, *p++))
				return -1;
			continue;
		}
		while (n < 30 && p + n < end && p[n] == *p)
			n++;
		rc = put_letter(c, out, x, *p, n, joda);
		if (rc == -2)
			rc = strchr("GCYxweEyDMdaKhHkmsSzZFWLuX", *p)
				? call_refuse(c, "the letter %c in a time format", *p)
				: call_error(c, "Illegal pattern component: %c", *p);
		if (rc)
			return -1;
		p += n;
	}
	return 0;
}

static void format_datetime(struct call *c, const struct datum *arg, struct datum *out)
{
	struct buf b;
	int rc;

	buf_init(&b, CALL_VALUE_MAX);
	rc = time_text_format(c, &b, lib_time_of(c, c->arg[0], &arg[0]), &arg[1], true);
	if (c->failed)
		buf_free(&b);
	else
		call_text(c, &b, rc, out);
}

/* --- reading: fields as they come, put together at the end */

enum { Y, MO, D, YD, WY, WK, WD, H, HALF, H12, MI, S, FIELDS };
struct fields {
	int64_t v[FIELDS];
	bool has[FIELDS];
	int64_t picosecond;
	bool zoned;
	int64_t offset;
	int zone; /* by name, or -1 */
};
struct input {
	const char *p, *end;
};

static int read_number(struct input *in, int most, int64_t *out)
{
	int n = 0;

	for (*out = 0; in->p < in->end && n < most && isdigit((unsigned char)*in->p); n++)
		*out = *out * 10 + (*in->p++ - '0');
	return n;
}

static bool number(struct input *in, int most, struct fields *f, int field)
{
	f->has[field] = true;
	return read_number(in, most, &f->v[field]) > 0;
}

/* The longest name that the text begins with, whole or its first three letters. */
static bool name(struct input *in, const char *const *names, int n, struct fields *f, int field)
{
	for (int i = 0; i < n; i++) {
		size_t len = strlen(names[i]), left = (size_t)(in->end - in->p);

		if (left >= len && strncasecmp(in->p, names[i], len) == 0)
			in->p += len;
		else if (left >= 3 && strncasecmp(in->p, names[i], 3) == 0)
			in->p += 3;
		else
			continue;
		f->has[field] = true;
		f->v[field] = i + 1;
		return true;
	}
	return false;
}

static bool read_half(struct input *in, struct fields *f)
{
	bool good = in->end - in->p >= 2 && strchr("aApP", in->p[0]) && strchr("mM", in->p[1]);

	f->has[HALF] = true;
	f->v[HALF] = good && (in->p[0] == 'p' || in->p[0] == 'P');
	in->p += good ? 2 : 0;
	return good;
}

static bool read_fraction(struct input *in, int most, struct fields *f)
{
	int64_t unit = 1000000000000;
	int n = 0;

	for (f->picosecond = 0; in->p < in->end && n < most && isdigit((unsigned char)*in->p);
		n++) {
		unit /= 10;
		f->picosecond += (*in->p++ - '0') * unit;
	}
	return n > 0;
}

static bool literal(struct input *in, char c)
{
	return in->p < in->end && *in->p++ == c;
}

static bool in_range(const struct fields *f, int field, int64_t least, int64_t most)
{
	return !f->has[field] || (f->v[field] >= least && f->v[field] <= most);
}

static bool date_of_fields(const struct fields *f, int64_t *days)
{
	int64_t year = f->has[Y] ? f->v[Y] : 1970, month = f->has[MO] ? f->v[MO] : 1,
		day = f->has[D] ? f->v[D] : 1;

	if (f->has[WK] || f->has[WY]) {
		int64_t own, wy = f->has[WY] ? f->v[WY] : year;
		int week = f->has[WK] ? (int)f->v[WK] : 1;

		*days = calendar_week_start(wy, week);
		if (calendar_week(*days, &own) != week || own != wy)
			return false;
		*days += f->has[WD] ? f->v[WD] - 1 : 0;
		return true;
	}
	if (f->has[YD]) {
		*days = calendar_days(year, 1, 1) + f->v[YD] - 1;
		return f->v[YD] >= 1 && calendar_date(*days).year == year;
	}
	if (!calendar_is_date(year, month, day))
		return false;
	*days = calendar_days(year, month, day);
	if (f->has[WD])
		*days += f->v[WD] - calendar_iso_weekday(*days);
	return true;
}

static bool put_together(const struct fields *f, struct lib_time *out)
{
	int64_t h = f->has[H] ? f->v[H] : 0;

	*out = (struct lib_time){ .picosecond = f->picosecond };
	if (!in_range(f, MO, 1, 12) || !in_range(f, D, 1, 31) || !in_range(f, H, 0, 23) ||
		!in_range(f, H12, 0, 12) || !in_range(f, MI, 0, 59) || !in_range(f, S, 0, 59) ||
		!in_range(f, WK, 1, 53) || !in_range(f, WD, 1, 7))
		return false;
	if (f->has[H12])
		h = f->v[H12] % 12 + (f->has[HALF] && f->v[HALF] ? 12 : 0);
	out->second =
		(int)(h * 3600 + (f->has[MI] ? f->v[MI] : 0) * 60 + (f->has[S] ? f->v[S] : 0));
	return date_of_fields(f, &out->days);
}

static bool read_mysql(struct input *in, char code, struct fields *f)
{
	switch (code) {
	case 'a': case 'W': return name(in, calendar_weekdays, 7, f, WD);
	case 'b': case 'M': return name(in, calendar_months, 12, f, MO);
	case 'c': case 'm': return number(in, 2, f, MO);
	case 'd': case 'e': return number(in, 2, f, D);
	case 'f': return read_fraction(in, 9, f);
	case 'H': case 'k': return number(in, 2, f, H);
	case 'h': case 'I': case 'l': return number(in, 2, f, H12) && f->v[H12] >= 1;
	case 'i': return number(in, 2, f, MI);
	case 'j': return number(in, 3, f, YD);
	case 'p': return read_half(in, f);
	case 'r':
		return read_mysql(in, 'h', f) && literal(in, ':') && read_mysql(in, 'i', f) &&
			literal(in, ':') && read_mysql(in, 's', f) && literal(in, ' ') &&
			read_half(in, f);
	case 's': case 'S': return number(in, 2, f, S);
	case 'T':
		return number(in, 2, f, H) && literal(in, ':') && number(in, 2, f, MI) &&
			literal(in, ':') && number(in, 2, f, S);
	case 'v': return number(in, 2, f, WK);
	case 'x': return number(in, 4, f, WY);
	case 'Y': return number(in, 4, f, Y);
	case 'y':
		if (!number(in, 2, f, Y))
			return false;
		f->v[Y] += f->v[Y] < 70 ? 2000 : 1900;
		return true;
	default: return literal(in, code);
	}
}

static void bad_text(struct call *c, const struct datum *v)
{
	call_error(c, "Invalid format: \"%.*s\"", (int)(v->n < 200 ? v->n : 200), v->p);
}

static void date_parse(struct call *c, const struct datum *arg, struct datum *out)
{
	struct input in = { arg[0].p, arg[0].p + arg[0].n };
	const char *p = arg[1].p, *end = p + arg[1].n;
	struct fields f = { .zone = -1 };
	struct lib_time x;
	bool good = true;

	for (const char *s = p; s + 1 < end; s++)
		if (*s == '%' && *++s && strchr("DUuVwX", *s)) {
			call_error(c, "%%%c not currently supported in the date format string", *s);
			return;
		}
	if (p == end) {
		call_error(c, "Both printing and parsing not supported");
		return;
	}
	for (; p < end && good; p++)
		good = *p == '%' && p + 1 < end ? read_mysql(&in, *++p, &f) : literal(&in, *p);
	if (!good || in.p != in.end || !put_together(&f, &x)) {
		bad_text(c, &arg[0]);
		return;
	}
	x.picosecond -= x.picosecond % 1000000000;
	lib_time_set(c, c->result, x, out);
}

/* --- Joda's and Java's letters */

/* +0900, +09:00, Z; a name. */
static bool read_zone(struct call *c, struct input *in, struct fields *f)
{
	const char *from = in->p;
	int64_t h, m = 0;
	int sign;

	f->zoned = true;
	if (in->p < in->end && (*in->p == '+' || *in->p == '-')) {
		sign = *in->p++ == '-' ? -1 : 1;
		if (read_number(in, 2, &h) != 2)
			return false;
		in->p += in->p < in->end && *in->p == ':';
		if (in->p < in->end && isdigit((unsigned char)*in->p) &&
			read_number(in, 2, &m) != 2)
			return false;
		f->offset = sign * (h * 3600 + m * 60);
		return h <= 14 && m < 60;
	}
	while (in->p < in->end && (isalnum((unsigned char)*in->p) || strchr("/_-+", *in->p)))
		in->p++;
	f->zone = query_zone_td(c->query, from, (size_t)(in->p - from));
	return f->zone >= 0;
}

static bool read_letter(
	struct call *c, struct input *in, char letter, int n, int most, bool joda, struct fields *f)
{
	switch (letter) {
	case 'y': case 'Y':
		if (letter == 'Y' && !joda)
			return call_refuse(c, "parsing of week years") == 0;
		if (n == 2 && in->end - in->p >= 2 && isdigit((unsigned char)in->p[1]) &&
			(in->end - in->p == 2 || !isdigit((unsigned char)in->p[2]))) {
			if (!number(in, 2, f, Y))
				return false;
			f->v[Y] += f->v[Y] < 70 ? 2000 : 1900;
			return true;
		}
		return number(in, most < 9 ? most : 9, f, Y);
	case 'M': return n > 2 ? name(in, calendar_months, 12, f, MO) : number(in, 2, f, MO);
	case 'd': return number(in, 2, f, D);
	case 'D': return number(in, 3, f, YD);
	case 'E': return name(in, calendar_weekdays, 7, f, WD);
	case 'a': return read_half(in, f);
	case 'H': return number(in, 2, f, H);
	case 'k': return number(in, 2, f, H) && (f->v[H] %= 24, true);
	case 'K': case 'h': return number(in, 2, f, H12);
	case 'm': return number(in, 2, f, MI);
	case 's': return number(in, 2, f, S);
	case 'S':
		if (joda)
			return read_fraction(in, 9, f);
		return read_number(in, 3, &f->picosecond) > 0 &&
			(f->picosecond *= 1000000000, true);
	case 'x': return joda && number(in, most < 9 ? most : 9, f, WY);
	case 'w': return joda && number(in, 2, f, WK);
	case 'e': return joda && number(in, 1, f, WD);
	case 'z': case 'Z': case 'X': return read_zone(c, in, f);
	default: return call_refuse(c, "the letter %c in a time format", letter) == 0;
	}
}

/* The whole text by a pattern; with `open` more may follow. */
static bool read_pattern(
	struct call *c, struct input *in, const struct datum *pattern, bool joda, struct fields *f)
{
	const char *p = pattern->p, *end = p + pattern->n;

	while (p < end) {
		int n = 1;

		if (*p == '\'') {
			struct buf b;
			bool same;

			buf_init(&b, CALL_VALUE_MAX);
			p = quoted(p, end, &b);
			same = p && (size_t)(in->end - in->p) >= b.len &&
				memcmp(in->p, b.p ? b.p : "", b.len) == 0;
			in->p += same ? b.len : 0;
			buf_free(&b);
			if (!same)
				return false;
			continue;
		}
		if (!isalpha((unsigned char)*p)) {
			if (!literal(in, *p++))
				return false;
			continue;
		}
		while (p + n < end && p[n] == *p)
			n++;
		/* adjoining digits are counted by the pattern */
		if (!read_letter(c, in, *p, n, p + n < end && isalpha((unsigned char)p[n]) ? n : 9,
			    joda, f))
			return false;
		p += n;
	}
	return true;
}

static void parse_datetime(struct call *c, const struct datum *arg, struct datum *out)
{
	struct input in = { arg[0].p, arg[0].p + arg[0].n };
	struct fields f = { .zone = -1 };
	struct lib_time x;
	struct buf b;

	if (!read_pattern(c, &in, &arg[1], true, &f) || in.p != in.end || !put_together(&f, &x)) {
		bad_text(c, &arg[0]);
		return;
	}
	if (f.zoned && f.zone < 0) {
		buf_init(&b, 16);
		print_offset(&b, f.offset, "UTC");
		f.zone = query_zone(c->query, b.p, b.len);
		buf_free(&b);
	}
	x.zone = f.zone > 0 ? (unsigned)f.zone : 0;
	lib_time_set(c, c->result, x, out);
}

/* SimpleDateFormat.parse(): what follows the pattern does not count. False: it does not fit. */
bool time_text_parse(
	struct call *c, const struct datum *text, const struct datum *pattern, int64_t *seconds)
{
	struct input in = { text->p, text->p + text->n };
	struct fields f = { .zone = -1 };
	struct lib_time x;

	if (!read_pattern(c, &in, pattern, false, &f) || !put_together(&f, &x))
		return false;
	*seconds = x.days * 86400 + x.second - f.offset;
	if (f.zone > 0)
		*seconds = query_zone_to_utc(c->query, (unsigned)f.zone, x.days * 86400 + x.second);
	return true;
}

/* --- ISO 8601 */

static bool iso_date(struct input *in, struct fields *f)
{
	int64_t n;
	int digits;

	if (read_number(in, 4, &f->v[Y]) != 4)
		return false;
	f->has[Y] = true;
	if (in->p == in->end || *in->p != '-')
		return true;
	in->p++;
	if (in->p < in->end && *in->p == 'W') {
		in->p++;
		f->has[WY] = true;
		f->v[WY] = f->v[Y];
		if (!number(in, 2, f, WK))
			return false;
		if (in->p == in->end || *in->p != '-')
			return true;
		in->p++;
		return number(in, 1, f, WD);
	}
	digits = read_number(in, 3, &n);
	f->has[digits == 3 ? YD : MO] = true;
	f->v[digits == 3 ? YD : MO] = n;
	if (digits == 3 || digits == 0 || in->p == in->end || *in->p != '-')
		return digits > 0;
	in->p++;
	return number(in, 2, f, D);
}

static bool iso_time(struct call *c, struct input *in, struct fields *f)
{
	if (in->p < in->end && isdigit((unsigned char)*in->p)) {
		if (!number(in, 2, f, H))
			return false;
		if (in->p < in->end && *in->p == ':' && (in->p++, !number(in, 2, f, MI)))
			return false;
		if (in->p < in->end && *in->p == ':' && (in->p++, !number(in, 2, f, S)))
			return false;
		if (in->p < in->end && (*in->p == '.' || *in->p == ',') &&
			(in->p++, !read_fraction(in, 12, f)))
			return false;
	}
	return in->p == in->end || (strchr("+-Z", *in->p) && read_zone(c, in, f));
}

static void from_iso8601(struct call *c, const struct datum *arg, struct datum *out)
{
	struct input in = { arg[0].p, arg[0].p + arg[0].n };
	struct fields f = { .zone = -1 };
	struct lib_time x;
	bool good = iso_date(&in, &f), date = c->result->kind == SQL_DATE;
	struct buf b;

	if (good && !date && in.p < in.end)
		good = literal(&in, 'T') && iso_time(c, &in, &f);
	if (!good || in.p != in.end || !put_together(&f, &x)) {
		bad_text(c, &arg[0]);
		return;
	}
	buf_init(&b, 16);
	print_offset(&b, f.offset, "UTC");
	x.zone = (unsigned)query_zone(c->query, b.p, b.len);
	buf_free(&b);
	x.picosecond -= x.picosecond % 1000000000;
	lib_time_set(c, c->result, x, out);
}

static void to_iso8601(struct call *c, const struct datum *arg, struct datum *out)
{
	const struct sqltype *t = c->arg[0];
	struct buf b;
	int rc;

	buf_init(&b, 1 << 10);
	if (t->kind == SQL_DATE) {
		rc = print_date(&b, arg[0].i);
	} else {
		struct lib_time x = lib_time_of(c, t, &arg[0]);
		decimal_t wall = ((decimal_t)x.days * 86400 + x.second) * decimal_power(12) +
			x.picosecond;

		rc = print_timestamp(&b, wall, t->a, 'T');
		if (rc == 0 && t->kind == SQL_TIMESTAMP_TZ)
			rc = print_offset(&b, x.offset, "Z");
	}
	call_text(c, &b, rc, out);
}

static const struct sqltype *iso_type(struct call *c)
{
	int digits = c->arg[0]->a;

	return lib_varchar(c, 22 + (digits > 0) + digits +
			(c->arg[0]->kind == SQL_TIMESTAMP_TZ ? 6 : 0));
}

const struct function functions_time_text[] = {
	{ "date_format", "(timestamp, varchar) -> varchar", SQL_PRESTO, 0, .call = date_format },
	{ "date_format", "(timestamp with time zone, varchar) -> varchar", SQL_PRESTO, 0, .call = date_format },
	{ "date_parse", "(varchar, varchar) -> timestamp(3)", SQL_PRESTO, 0, .call = date_parse },
	{ "format_datetime", "(timestamp, varchar) -> varchar", SQL_PRESTO, 0, .call = format_datetime },
	{ "format_datetime", "(timestamp with time zone, varchar) -> varchar", SQL_PRESTO, 0, .call = format_datetime },
	{ "parse_datetime", "(varchar, varchar) -> timestamp(3) with time zone", SQL_PRESTO, 0, .call = parse_datetime },
	{ "from_iso8601_timestamp", "(varchar) -> timestamp(3) with time zone", SQL_PRESTO, 0, .call = from_iso8601 },
	{ "from_iso8601_date", "(varchar) -> date", SQL_PRESTO, 0, .call = from_iso8601 },
	{ "to_iso8601", "(date) -> varchar(16)", SQL_PRESTO, 0, .call = to_iso8601 },
	{ "to_iso8601", "(timestamp) -> varchar", SQL_PRESTO, 0, .call = to_iso8601, .result = iso_type },
	{ "to_iso8601", "(timestamp with time zone) -> varchar", SQL_PRESTO, 0, .call = to_iso8601, .result = iso_type },
	{ 0 },
};

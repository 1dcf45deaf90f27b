/* The TD_ functions. */
#include "base/buf.h"
#include "sql/functions.h"
#include "store/td_clock.h"
#include "store/tz.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void zone_drop(void *z)
{
	zone_free(z);
}

/*
 * The zone in argument i, or UTC. It is kept with the statement if the argument is constant. NULL:
 * an error is said.
 */
static const struct zone *zone_arg(sqlite3_context *x, int argc, sqlite3_value **argv, int i)
{
	const char *name = argc > i && sqlite3_value_type(argv[i]) != SQLITE_NULL
		? (const char *)sqlite3_value_text(argv[i])
		: "UTC";
	struct zone *z = sqlite3_get_auxdata(x, i);
	char text[200];

	if (z)
		return z;
	z = name ? tz_open(name) : NULL;
	if (!z) {
		snprintf(text, sizeof text, "unknown time zone '%.100s'", name ? name : "");
		sqlite3_result_error(x, text, -1);
		return NULL;
	}
	sqlite3_set_auxdata(x, i, z, zone_drop);
	return sqlite3_get_auxdata(x, i);
}

/* Digits behind the point, of which three count. */
static const char *fraction(const char *s, int *ms)
{
	int scale = 100;

	for (*ms = 0; isdigit((unsigned char)*s); s++, scale /= 10)
		*ms += (*s - '0') * scale;
	return s;
}

/* yyyy-MM-dd[( |T)HH:mm[:ss[.S]]][ ][Z|UTC|+HH:mm|name] */
int functions_parse_ms(const char *s, const struct zone *z, int64_t *out)
{
	int y, mo, d, h = 0, mi = 0, sec = 0, ms = 0, n = 0;
	int64_t t;

	s += strspn(s, " ");
	if (sscanf(s, "%4d-%2d-%2d%n", &y, &mo, &d, &n) < 3 || mo < 1 || mo > 12 || d < 1 || d > 31)
		return -1;
	s += n;
	if ((*s == ' ' || *s == 'T') && isdigit((unsigned char)s[1])) {
		n = 0;
		if (sscanf(s + 1, "%2d:%2d%n", &h, &mi, &n) < 2 || h > 24 || mi > 59)
			return -1;
		s += 1 + n;
		n = 0;
		if (*s == ':' && (sscanf(s + 1, "%2d%n", &sec, &n) < 1 || sec > 60))
			return -1;
		s += *s == ':' ? 1 + n : 0;
		if (*s == '.' || *s == ',')
			s = fraction(s + 1, &ms);
	}
	s += strspn(s, " ");
	t = td_clock_days(y, mo, d) * 86400 + h * 3600 + mi * 60 + sec;
	if (*s) {
		struct zone *own = tz_open(s);

		if (!own)
			return -1;
		*out = zone_utc(own, t) * 1000 + ms;
		zone_free(own);
		return 0;
	}
	*out = (z ? zone_utc(z, t) : t) * 1000 + ms;
	return 0;
}

/* A time that is a number or a text: 1 and the time, 0 for NULL, -1 for a text that is no time. */
static int time_arg(sqlite3_value *v, const struct zone *z, int64_t *out)
{
	const char *s;

	if (sqlite3_value_type(v) == SQLITE_NULL)
		return 0;
	if (sqlite3_value_numeric_type(v) != SQLITE_TEXT) {
		*out = sqlite3_value_int64(v);
		return 1;
	}
	s = (const char *)sqlite3_value_text(v);
	if (!s || functions_parse_ms(s, z, out))
		return -1;
	*out = *out / 1000 - (*out % 1000 < 0);
	return 1;
}

static void bad_time(sqlite3_context *x, sqlite3_value *v)
{
	const unsigned char *s = sqlite3_value_text(v);
	char text[200];

	snprintf(text, sizeof text, "'%.100s' is no time", s ? (const char *)s : "");
	sqlite3_result_error(x, text, -1);
}

/* TD_TIME_RANGE(time, from, to [, zone]): from <= time < to; a bound that is NULL is none. */
static void time_range(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const struct zone *z = zone_arg(x, argc, argv, 3);
	int64_t t = 0, from = 0, to = 0;
	int has_from, has_to;

	if (!z || time_arg(argv[0], z, &t) <= 0)
		return;
	has_from = time_arg(argv[1], z, &from);
	has_to = argc > 2 ? time_arg(argv[2], z, &to) : 0;
	if (has_from < 0 || has_to < 0)
		bad_time(x, argv[has_from < 0 ? 1 : 2]);
	else
		sqlite3_result_int(x, (!has_from || t >= from) && (!has_to || t < to));
}

/* --- TD_TIME_FORMAT: the letters of Java's SimpleDateFormat */

struct parts {
	struct date d;
	int64_t t, days;
	int second; /* of the day */
	int offset;
	const char *zone;
};

static const char *const months[] = { "January", "February", "March", "April", "May", "June",
	"July", "August", "September", "October", "November", "December" };
/* 1970-01-01 first */
static const char *const days[] = { "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday",
	"Wednesday" };

static struct parts split(const struct zone *z, int64_t t)
{
	struct parts p = { .t = t, .zone = "UTC" };
	int64_t local;

	if (z) {
		p.offset = zone_at(z, t)->east;
		p.zone = zone_at(z, t)->abbreviation;
	}
	local = t + p.offset;
	p.days = local / 86400 - (local % 86400 < 0);
	p.second = (int)(local - p.days * 86400);
	p.d = td_clock_date(p.days);
	return p;
}

static void put_zone(struct buf *b, const struct parts *p, char c, unsigned n)
{
	int at = abs(p->offset) / 60;

	if (c == 'z')
		buf_puts(b, p->zone);
	else if (c == 'X' && p->offset == 0)
		buf_putc(b, 'Z');
	else
		buf_printf(b, c == 'X' && n > 2 ? "%c%02d:%02d" : "%c%02d%02d",
			p->offset < 0 ? '-' : '+', at / 60, at % 60);
}

static int put_field(struct buf *b, const struct parts *p, char c, int n)
{
	int h = p->second / 3600, day = (int)(((p->days % 7) + 7) % 7);

	switch (c) {
	case 'y':
		return buf_printf(b, "%0*lld", n == 2 ? 2 : n,
			(long long)(n == 2 ? p->d.year % 100 : p->d.year));
	case 'M':
		return n > 2 ? buf_printf(b, "%.*s", n == 3 ? 3 : 20, months[p->d.month - 1])
			     : buf_printf(b, "%0*u", n, p->d.month);
	case 'd': return buf_printf(b, "%0*u", n, p->d.day);
	case 'D':
		return buf_printf(b, "%0*lld", n,
			(long long)(p->days - td_clock_days(p->d.year, 1, 1) + 1));
	case 'E': return buf_printf(b, "%.*s", n > 3 ? 20 : 3, days[day]);
	case 'u': return buf_printf(b, "%0*d", n, (day + 3) % 7 + 1);
	case 'a': return buf_puts(b, h < 12 ? "AM" : "PM");
	case 'H': return buf_printf(b, "%0*d", n, h);
	case 'h': return buf_printf(b, "%0*d", n, h % 12 ? h % 12 : 12);
	case 'k': return buf_printf(b, "%0*d", n, h ? h : 24);
	case 'K': return buf_printf(b, "%0*d", n, h % 12);
	case 'm': return buf_printf(b, "%0*d", n, p->second / 60 % 60);
	case 's': return buf_printf(b, "%0*d", n, p->second % 60);
	case 'S': return buf_printf(b, "%0*d", n, 0);
	case 'z': case 'Z': case 'X': put_zone(b, p, c, (unsigned)n); return 0;
	default: return -1;
	}
}

static int format_time(struct buf *b, const struct parts *p, const char *s)
{
	while (*s) {
		int n = 1;

		if (*s == '\'') {
			const char *end = s[1] == '\'' ? s + 1 : strchr(s + 1, '\'');

			if (!end)
				return -1;
			buf_put(b, s[1] == '\'' ? s : s + 1,
				s[1] == '\'' ? 1 : (size_t)(end - s - 1));
			s = end + 1;
			continue;
		}
		if (!isalpha((unsigned char)*s)) {
			buf_putc(b, *s++);
			continue;
		}
		while (n < 20 && s[n] == *s)
			n++;
		if (put_field(b, p, *s, n))
			return -1;
		s += n;
	}
	return 0;
}

int functions_format_time(struct buf *b, const struct zone *z, int64_t t, const char *format)
{
	struct parts p = split(z, t);

	return format_time(b, &p, format);
}

static void result_formatted(
	sqlite3_context *x, int64_t t, const struct zone *z, const char *format)
{
	struct buf b;

	buf_init(&b, 64 << 10);
	if (functions_format_time(&b, z, t, format))
		sqlite3_result_error(x, "this is no time format", -1);
	else
		sqlite3_result_text(x, b.p ? b.p : "", (int)b.len, SQLITE_TRANSIENT);
	buf_free(&b);
}

static void time_format(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const struct zone *z = zone_arg(x, argc, argv, 2);
	const char *format =
		argc > 1 ? (const char *)sqlite3_value_text(argv[1]) : "yyyy-MM-dd HH:mm:ss z";
	int64_t t;

	if (z && format && time_arg(argv[0], z, &t) > 0)
		result_formatted(x, t, z, format);
}

/* TD_TIME_PARSE(text [, zone]): NULL if it is no time. */
static void time_parse(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const struct zone *z = zone_arg(x, argc, argv, 1);
	int64_t t;

	if (z && time_arg(argv[0], z, &t) > 0)
		sqlite3_result_int64(x, t);
}

/* --- durations and truncation */

/* 1d, -2h, 1w3d: seconds. */
static int duration(const char *s, int64_t *out)
{
	int64_t sum = 0;
	int minus = *s == '-';

	s += *s == '-' || *s == '+';
	if (!*s)
		return -1;
	while (*s) {
		static const char units[] = "smhdw";
		static const int64_t scale[] = { 1, 60, 3600, 86400, 604800 };
		char *end;
		long long n = strtoll(s, &end, 10);
		const char *unit = *end ? strchr(units, *end) : NULL;

		if (end == s || !unit || n < 0 || n > 1000000000)
			return -1;
		sum += n * scale[unit - units];
		s = end + 1;
	}
	*out = minus ? -sum : sum;
	return 0;
}

static void time_add(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const struct zone *z = zone_arg(x, argc, argv, 2);
	const char *s = (const char *)sqlite3_value_text(argv[1]);
	int64_t t, d;

	if (!z || !s || time_arg(argv[0], z, &t) <= 0)
		return;
	if (duration(s, &d))
		sqlite3_result_error(x, "a duration is a number and one of w d h m s, such as -1d",
			-1);
	else
		sqlite3_result_int64(x, t + d);
}

int functions_truncate(const char *unit, const struct zone *z, int64_t t, int64_t *out)
{
	struct parts p = split(z, t);
	int64_t day = p.days, second = 0;

	if (strcasecmp(unit, "second") == 0)
		second = p.second;
	else if (strcasecmp(unit, "minute") == 0)
		second = p.second / 60 * 60;
	else if (strcasecmp(unit, "hour") == 0)
		second = p.second / 3600 * 3600;
	else if (strcasecmp(unit, "week") == 0)
		day -= (p.days + 3) % 7; /* weeks begin on Monday */
	else if (strcasecmp(unit, "month") == 0)
		day = td_clock_days(p.d.year, p.d.month, 1);
	else if (strcasecmp(unit, "quarter") == 0)
		day = td_clock_days(p.d.year, (p.d.month - 1) / 3 * 3 + 1, 1);
	else if (strcasecmp(unit, "year") == 0)
		day = td_clock_days(p.d.year, 1, 1);
	else if (strcasecmp(unit, "day") != 0)
		return -1;
	*out = z ? zone_utc(z, day * 86400 + second) : day * 86400 + second;
	return 0;
}

static void date_trunc(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const struct zone *z = zone_arg(x, argc, argv, 2);
	const char *unit = (const char *)sqlite3_value_text(argv[0]);
	int64_t t;

	if (!z || !unit || time_arg(argv[1], z, &t) <= 0)
		return;
	if (functions_truncate(unit, z, t, &t))
		sqlite3_result_error(x,
			"a unit is second, minute, hour, day, week, month, quarter or year", -1);
	else
		sqlite3_result_int64(x, t);
}

static void scheduled_time(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	(void)argv;
	sqlite3_result_int64(x, functions_query(x)->scheduled);
}

/* n units later, in the calendar of the zone. */
static int64_t shift(const struct zone *z, int64_t t, char unit, int64_t n)
{
	static const char fixed[] = "smhdw";
	static const int64_t scale[] = { 1, 60, 3600, 86400, 604800 };
	struct parts p = split(z, t);
	const char *at = strchr(fixed, unit);
	int64_t months_on = unit == 'y' ? 12 * n : unit == 'q' ? 3 * n : n;

	if (at && unit != 'd' && unit != 'w')
		return t + n * scale[at - fixed];
	if (at)
		return zone_utc(z, (p.days + n * scale[at - fixed] / 86400) * 86400 + p.second);
	return zone_utc(z,
		td_clock_days(p.d.year, (int64_t)p.d.month + months_on, p.d.day) * 86400 +
			p.second);
}

/*
 * TD_INTERVAL(time, '-1d' [, zone]): the whole days, weeks, months ... before (or after) the one of
 * TD_SCHEDULED_TIME. With an offset, '-1d/-1w', counted from there.
 */
static void interval(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	static const char units[] = "smhdwMqy";
	static const char *const names[] = { "second", "minute", "hour", "day", "week", "month",
		"quarter", "year" };
	const struct zone *z = zone_arg(x, argc, argv, 2);
	const char *s = (const char *)sqlite3_value_text(argv[1]), *at;
	int64_t t, base = functions_query(x)->scheduled, from, to;
	char *end;
	long long n;

	if (!z || !s || time_arg(argv[0], z, &t) <= 0)
		return;
	n = strtoll(s, &end, 10);
	at = *end ? strchr(units, *end) : NULL;
	if (at && end[1] == '/' && end[2]) {
		char *end2;
		long long m = strtoll(end + 2, &end2, 10);

		if (*end2 && strchr(units, *end2))
			base = shift(z, base, *end2, m);
	}
	if (!at || n == 0 || (end[1] && end[1] != '/') ||
		functions_truncate(names[at - units], z, base, &base)) {
		sqlite3_result_error(x,
			"an interval is a number and one of y q M w d h m s, such as -1d", -1);
		return;
	}
	from = n < 0 ? shift(z, base, *at, n) : base;
	to = n < 0 ? base : shift(z, base, *at, n);
	sqlite3_result_int(x, t >= from && t < to);
}

/*
 * TD_TIME_STRING(time, 'd!' [, zone]): by one of y q M w d h m s; '!' cuts what is smaller off the
 * text.
 */
static void time_string(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	static const char units[] = "yMdhms";
	static const char *const whole[] = { "yyyy-01-01 00:00:00Z", "yyyy-MM-01 00:00:00Z",
		"yyyy-MM-dd 00:00:00Z", "yyyy-MM-dd HH:00:00Z", "yyyy-MM-dd HH:mm:00Z",
		"yyyy-MM-dd HH:mm:ssZ" };
	static const char *const cut[] = { "yyyy", "yyyy-MM", "yyyy-MM-dd", "yyyy-MM-dd HH",
		"yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss" };
	const struct zone *z = zone_arg(x, argc, argv, 2);
	const char *s = (const char *)sqlite3_value_text(argv[1]),
		   *at = s && *s ? strchr(units, *s) : NULL;
	int64_t t;

	if (!z || !s || time_arg(argv[0], z, &t) <= 0)
		return;
	if (at)
		result_formatted(x, t, z, s[1] == '!' ? cut[at - units] : whole[at - units]);
	else
		sqlite3_result_error(x, "a format is one of y M d h m s, and a '!' if you like",
			-1);
}

const struct function functions_td[] = {
	{ "td_time_range", 2, time_range, 0, 0, "boolean" }, { "td_time_range", 3, time_range, 0, 0, "boolean" },
	{ "td_time_range", 4, time_range, 0, 0, "boolean" }, { "td_time_format", 1, time_format, 0, 0, "varchar" },
	{ "td_time_format", 2, time_format, 0, 0, "varchar" }, { "td_time_format", 3, time_format, 0, 0, "varchar" },
	{ "td_time_parse", 1, time_parse, 0, 0, "bigint" }, { "td_time_parse", 2, time_parse, 0, 0, "bigint" },
	{ "td_time_add", 2, time_add, 0, 0, "bigint" }, { "td_time_add", 3, time_add, 0, 0, "bigint" },
	{ "td_date_trunc", 2, date_trunc, 0, 0, "bigint" }, { "td_date_trunc", 3, date_trunc, 0, 0, "bigint" },
	{ "td_scheduled_time", 0, scheduled_time, 0, 0, "bigint" }, { "td_interval", 2, interval, 0, 0, "boolean" },
	{ "td_interval", 3, interval, 0, 0, "boolean" }, { "td_time_string", 2, time_string, 0, 0, "varchar" },
	{ "td_time_string", 3, time_string, 0, 0, "varchar" },
	{ 0 },
};

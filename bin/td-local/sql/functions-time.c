/* Functions of Presto and Hive on times. */
#include "sql/functions.h"
#include "base/mem.h"
#include "store/td_clock.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DAY_MS INT64_C(86400000)

struct moment {
	struct date d;
	int64_t ms;   /* of the epoch */
	int64_t days; /* of the epoch */
	int64_t rest; /* ms of the day */
	bool date;    /* there was no time of day */
};

static struct moment split(int64_t ms)
{
	struct moment m = { .ms = ms, .days = ms / DAY_MS - (ms % DAY_MS < 0) };

	m.rest = ms - m.days * DAY_MS;
	m.d = td_clock_date(m.days);
	return m;
}

void functions_timestamp(char out[FUNCTIONS_TIMESTAMP], int64_t ms, bool date, bool hive)
{
	struct moment m = split(ms);
	int n = snprintf(out, FUNCTIONS_TIMESTAMP, "%04lld-%02u-%02u",
		(long long)(m.d.year % 100000), m.d.month, m.d.day);
	int s = (int)(m.rest / 1000);

	if (!date)
		n += snprintf(out + n, FUNCTIONS_TIMESTAMP - (size_t)n, " %02d:%02d:%02d", s / 3600,
			s / 60 % 60, s % 60);
	if (!date && (!hive || m.rest % 1000))
		snprintf(out + n, FUNCTIONS_TIMESTAMP - (size_t)n, ".%03d", (int)(m.rest % 1000));
}

static bool within(int64_t n, int64_t most)
{
	return n <= most && n >= -most;
}

/*
 * True if there is a time; what is none is an error, NULL is not. In Hive and TD a number is an
 * epoch.
 */
static bool moment_arg(sqlite3_context *x, sqlite3_value *v, struct moment *m)
{
	const char *s = functions_text(v);
	int64_t ms;

	if (!s)
		return false;
	if (sqlite3_value_type(v) == SQLITE_INTEGER &&
		within(sqlite3_value_int64(v), INT64_C(1) << 40)) {
		*m = split(sqlite3_value_int64(v) * 1000);
		return true;
	}
	if (functions_parse_ms(s, NULL, &ms)) {
		functions_error(x, "'%.100s' is no time", s);
		return false;
	}
	*m = split(ms);
	m->date = strlen(s) <= 10;
	return true;
}

static void result_time(sqlite3_context *x, int64_t ms, bool date)
{
	char out[FUNCTIONS_TIMESTAMP];

	functions_timestamp(out, ms, date, functions_query(x)->hive);
	sqlite3_result_text(x, out, -1, SQLITE_TRANSIENT);
}

/* --- arithmetic */

static const struct unit {
	const char *name;
	int64_t ms;   /* or */
	int months;
} units[] = {
	{ "millisecond", 1, 0 }, { "second", 1000, 0 }, { "minute", 60000, 0 }, { "hour", 3600000, 0 }, { "day", DAY_MS, 0 },
	{ "week", 7 * DAY_MS, 0 }, { "month", 0, 1 }, { "quarter", 0, 3 }, { "year", 0, 12 },
};

static const struct unit *unit_arg(sqlite3_context *x, sqlite3_value *v)
{
	const char *s = functions_text(v);
	size_t n = s ? strlen(s) : 0;

	if (n > 1 && (s[n - 1] | 32) == 's')
		n--; /* days */
	for (size_t i = 0; n && i < sizeof units / sizeof *units; i++)
		if (strlen(units[i].name) == n && strncasecmp(units[i].name, s, n) == 0)
			return &units[i];
	functions_error(x, "'%.40s' is no unit of time", s ? s : "NULL");
	return NULL;
}

/* Months later, on the same day or the month's last. */
static int64_t months_on(const struct moment *m, int64_t n)
{
	int64_t first = td_clock_days(m->d.year, (int64_t)m->d.month + n, 1),
		next = td_clock_days(m->d.year, (int64_t)m->d.month + n + 1, 1);
	int64_t day = first + m->d.day - 1;

	return (day < next ? day : next - 1) * DAY_MS + m->rest;
}

static void shift(sqlite3_context *x, sqlite3_value *unit, sqlite3_value *count,
	sqlite3_value *time)
{
	int64_t n = sqlite3_value_int64(count);
	const struct unit *u;
	struct moment m;

	if (sqlite3_value_type(count) == SQLITE_NULL || !(u = unit_arg(x, unit)) ||
		!moment_arg(x, time, &m))
		return;
	if (!within(n, (INT64_C(1) << 53) / (u->ms ? u->ms : u->months * 31 * DAY_MS))) {
		functions_error(x, "this is too far from now");
		return;
	}
	result_time(x, u->months ? months_on(&m, n * u->months) : m.ms + n * u->ms,
		m.date && (u->months || u->ms >= DAY_MS));
}

/* date_add('day', 1, time); in Hive date_add(time, 1) */
static void date_add(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	shift(x, argv[0], argv[1], argv[2]);
}

static void td_shift(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	shift(x, argv[2], argv[1], argv[0]);
}

static void days_on(sqlite3_context *x, sqlite3_value **argv, int sign)
{
	struct moment m;

	if (!functions_any_null(2, argv) && moment_arg(x, argv[0], &m))
		result_time(x, (m.days + sign * (sqlite3_value_int64(argv[1]) % 10000000)) * DAY_MS,
			true);
}

static void hive_date_add(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	days_on(x, argv, 1);
}

static void hive_date_sub(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	days_on(x, argv, -1);
}

static int64_t months_between(const struct moment *a, const struct moment *b)
{
	int64_t n = (b->d.year - a->d.year) * 12 + (int64_t)b->d.month - (int64_t)a->d.month;

	if (n > 0 && months_on(a, n) > b->ms)
		n--;
	if (n < 0 && months_on(a, n) < b->ms)
		n++;
	return n;
}

/* date_diff('day', a, b): whole units from a to b */
static void date_diff(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const struct unit *u;
	struct moment a, b;

	(void)argc;
	if ((u = unit_arg(x, argv[0])) && moment_arg(x, argv[1], &a) && moment_arg(x, argv[2], &b))
		sqlite3_result_int64(x,
			u->months ? months_between(&a, &b) / u->months : (b.ms - a.ms) / u->ms);
}

/* Hive's datediff(end, start): days */
static void datediff(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct moment a, b;

	(void)argc;
	if (moment_arg(x, argv[0], &a) && moment_arg(x, argv[1], &b))
		sqlite3_result_int64(x, a.days - b.days);
}

static void date_trunc(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const struct unit *u = unit_arg(x, argv[0]);
	struct moment m;
	int64_t t;

	(void)argc;
	if (!u || !moment_arg(x, argv[1], &m))
		return;
	t = m.days * 86400 + m.rest / 1000;
	result_time(x, functions_truncate(u->name, NULL, t, &t) ? m.ms : t * 1000, m.date);
}

static void last_day(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct moment m;

	(void)argc;
	if (moment_arg(x, argv[0], &m))
		result_time(x, (td_clock_days(m.d.year, (int64_t)m.d.month + 1, 1) - 1) * DAY_MS,
			true);
}

/* --- fields */

/* Of ISO 8601: the week with the year's first Thursday is its first. */
static int64_t iso_week(const struct moment *m)
{
	int64_t thursday = m->days - (((m->days + 3) % 7 + 7) % 7) + 3;

	return (thursday - td_clock_days(td_clock_date(thursday).year, 1, 1)) / 7 + 1;
}

static int field(const struct moment *m, const char *name, int64_t *out)
{
	const struct { const char *name; int64_t value; } all[] = {
		{ "year", m->d.year }, { "quarter", (m->d.month + 2) / 3 }, { "month", m->d.month },
		{ "week", iso_week(m) }, { "week_of_year", iso_week(m) }, { "weekofyear", iso_week(m) }, { "day", m->d.day },
		{ "day_of_month", m->d.day }, { "dayofmonth", m->d.day },
		{ "day_of_week", ((m->days + 3) % 7 + 7) % 7 + 1 }, { "dow", ((m->days + 3) % 7 + 7) % 7 + 1 },
		{ "day_of_year", m->days - td_clock_days(m->d.year, 1, 1) + 1 }, { "doy", m->days - td_clock_days(m->d.year, 1, 1) + 1 },
		{ "hour", m->rest / 3600000 }, { "minute", m->rest / 60000 % 60 }, { "second", m->rest / 1000 % 60 }, { "millisecond", m->rest % 1000 },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (strcasecmp(all[i].name, name) == 0) {
			*out = all[i].value;
			return 0;
		}
	return -1;
}

/* EXTRACT(field FROM time) */
static void td_extract(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *name = functions_text(argv[0]);
	struct moment m;
	int64_t v;

	(void)argc;
	if (!moment_arg(x, argv[1], &m))
		return;
	if (field(&m, name ? name : "", &v))
		functions_error(x, "EXTRACT of '%.40s' is not supported by td-local",
			name ? name : "");
	else
		sqlite3_result_int64(x, v);
}

#define FIELD(NAME) \
	static void NAME(sqlite3_context *x, int argc, sqlite3_value **argv) \
	{ \
		struct moment m; \
		int64_t v; \
\
		(void)argc; \
		if (moment_arg(x, argv[0], &m) && field(&m, #NAME, &v) == 0) \
			sqlite3_result_int64(x, v); \
	}
FIELD(year)
FIELD(quarter)
FIELD(month)
FIELD(week)
FIELD(day)
FIELD(day_of_week)
FIELD(day_of_year)
FIELD(hour)
FIELD(minute)
FIELD(second)
FIELD(millisecond)

/* --- text */

static const char *const months[] = { "January", "February", "March", "April", "May", "June",
	"July", "August", "September", "October", "November", "December" };
static const char *const weekdays[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	"Saturday", "Sunday" };

/* One letter of date_format, which are those of MySQL. */
static int put_field(struct buf *b, const struct moment *m, char c)
{
	int h = (int)(m->rest / 3600000), h12 = h % 12 ? h % 12 : 12,
	    mi = (int)(m->rest / 60000 % 60), s = (int)(m->rest / 1000 % 60);
	int64_t weekday = ((m->days + 3) % 7 + 7) % 7;

	switch (c) {
	case 'Y': return buf_printf(b, "%04lld", (long long)m->d.year);
	case 'y': return buf_printf(b, "%02lld", (long long)(m->d.year % 100));
	case 'm': return buf_printf(b, "%02u", m->d.month);
	case 'c': return buf_printf(b, "%u", m->d.month);
	case 'M': return buf_puts(b, months[m->d.month - 1]);
	case 'b': return buf_printf(b, "%.3s", months[m->d.month - 1]);
	case 'd': return buf_printf(b, "%02u", m->d.day);
	case 'e': return buf_printf(b, "%u", m->d.day);
	case 'j':
		return buf_printf(b, "%03lld",
			(long long)(m->days - td_clock_days(m->d.year, 1, 1) + 1));
	case 'v': return buf_printf(b, "%02lld", (long long)iso_week(m));
	case 'W': return buf_puts(b, weekdays[weekday]);
	case 'a': return buf_printf(b, "%.3s", weekdays[weekday]);
	case 'H': return buf_printf(b, "%02d", h);
	case 'k': return buf_printf(b, "%d", h);
	case 'h': case 'I': return buf_printf(b, "%02d", h12);
	case 'l': return buf_printf(b, "%d", h12);
	case 'i': return buf_printf(b, "%02d", mi);
	case 's': case 'S': return buf_printf(b, "%02d", s);
	case 'f': return buf_printf(b, "%03d000", (int)(m->rest % 1000));
	case 'p': return buf_puts(b, h < 12 ? "AM" : "PM");
	case 'T': return buf_printf(b, "%02d:%02d:%02d", h, mi, s);
	case 'r': return buf_printf(b, "%02d:%02d:%02d %s", h12, mi, s, h < 12 ? "AM" : "PM");
	/* refused by Presto too, but for two */
	case 'w': case 'u': case 'U': case 'V': case 'x': case 'X': case 'D': return -1;
	default: return buf_putc(b, c);
	}
}

/* date_format(time, '%Y-%m-%d'); in Hive the letters are Java's */
static void date_format(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[1]);
	struct moment m;
	struct buf b;
	int rc = 0;

	(void)argc;
	if (!s || !moment_arg(x, argv[0], &m))
		return;
	buf_init(&b, 64 << 10);
	if (functions_query(x)->hive)
		rc = functions_format_time(&b, NULL, m.days * 86400 + m.rest / 1000, s);
	else
		for (; *s && !rc; s++)
			rc = *s == '%' && s[1] ? put_field(&b, &m, *++s) : buf_putc(&b, *s);
	if (rc) {
		buf_free(&b);
		functions_error(x, "'%.60s' is no format of a time", functions_text(argv[1]));
		return;
	}
	functions_result(x, &b, 0);
}

static void format_datetime(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[1]);
	struct moment m;
	struct buf b;

	(void)argc;
	if (!s || !moment_arg(x, argv[0], &m))
		return;
	buf_init(&b, 64 << 10);
	if (functions_format_time(&b, NULL, m.days * 86400 + m.rest / 1000, s) == 0) {
		functions_result(x, &b, 0);
		return;
	}
	buf_free(&b);
	functions_error(x, "'%.60s' is no format of a time", s);
}

/* Up to `most` digits. */
static int digits(const char **s, int most, int *out)
{
	const char *p = *s;

	for (*out = 0; isdigit((unsigned char)*p) && p - *s < most; p++)
		*out = *out * 10 + *p - '0';
	if (p == *s)
		return -1;
	*s = p;
	return 0;
}

static int name_of(const char **s, const char *const *names, int n, size_t len, int *out)
{
	for (int i = 0; i < n; i++) {
		size_t have = len ? len : strlen(names[i]);

		if (strncasecmp(*s, names[i], have) == 0) {
			*s += have;
			*out = i;
			return 0;
		}
	}
	return -1;
}

struct parsed {
	int year, month, day, hour, minute, second, micros, pm; /* pm: 0 not said, 1 AM, 2 PM */
};

static int take_field(const char **s, char c, struct parsed *p)
{
	static const char *const halves[] = { "AM", "PM" };
	const char *from = *s;
	int n;

	switch (c) {
	case 'Y': return digits(s, 4, &p->year);
	case 'y': n = digits(s, 2, &p->year); p->year += p->year < 70 ? 2000 : 1900; return n;
	case 'm': case 'c': return digits(s, 2, &p->month);
	case 'M': n = name_of(s, months, 12, 0, &p->month); p->month++; return n;
	case 'b': n = name_of(s, months, 12, 3, &p->month); p->month++; return n;
	case 'd': case 'e': return digits(s, 2, &p->day);
	case 'W': return name_of(s, weekdays, 7, 0, &n);
	case 'a': return name_of(s, weekdays, 7, 3, &n);
	case 'H': case 'k': case 'h': case 'I': case 'l': return digits(s, 2, &p->hour);
	case 'i': return digits(s, 2, &p->minute);
	case 's': case 'S': return digits(s, 2, &p->second);
	case 'p': n = name_of(s, halves, 2, 0, &p->pm); p->pm++; return n;
	case 'f':
		if (digits(s, 6, &p->micros))
			return -1;
		for (n = (int)(*s - from); n < 6; n++)
			p->micros *= 10;
		return 0;
	case 'T':
		return take_field(s, 'H', p) || *(*s)++ != ':' || take_field(s, 'i', p) ||
				*(*s)++ != ':' || take_field(s, 's', p)
			? -1
			: 0;
	default: return *(*s)++ == c ? 0 : -1;
	}
}

static int parse_by(const char *s, const char *format, int64_t *ms)
{
	struct parsed p = { .year = 1970, .month = 1, .day = 1 };

	for (; *format; format++) {
		bool field = *format == '%' && format[1];

		if (field ? take_field(&s, *++format, &p) : *s++ != *format)
			return -1;
	}
	if (*s || p.month < 1 || p.month > 12 || p.day < 1 || p.hour > 23 || p.minute > 59 ||
		p.second > 59)
		return -1;
	if ((p.pm && (p.hour < 1 || p.hour > 12)) ||
		td_clock_days(p.year, p.month, p.day) >= td_clock_days(p.year, p.month + 1, 1))
		return -1;
	if (p.pm)
		p.hour = p.hour % 12 + (p.pm == 2 ? 12 : 0);
	*ms = td_clock_days(p.year, p.month, p.day) * DAY_MS +
		((p.hour * 60 + p.minute) * 60 + p.second) * INT64_C(1000) + p.micros / 1000;
	return 0;
}

static void date_parse(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]), *format = functions_text(argv[1]);
	int64_t ms;

	(void)argc;
	if (!s || !format)
		return;
	if (parse_by(s, format, &ms))
		functions_error(x, "Invalid format: \"%.100s\"", s);
	else
		result_time(x, ms, false);
}

/* --- to and from numbers */

static void from_unixtime(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	double v = sqlite3_value_double(argv[0]);

	(void)argc;
	if (sqlite3_value_type(argv[0]) != SQLITE_NULL && v > -6e10 && v < 3e11)
		result_time(x, (int64_t)floor(v * 1000 + 0.5), false);
}

/* Hive's from_unixtime(epoch, 'yyyy-MM-dd') */
static void from_unixtime_as(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	if (functions_query(x)->hive)
		format_datetime(x, argc, argv);
	else
		functions_error(x,
			"from_unixtime with a time zone is not supported by td-local: use "
			"TD_TIME_FORMAT");
}

static void to_unixtime(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct moment m;

	(void)argc;
	if (moment_arg(x, argv[0], &m))
		sqlite3_result_double(x, (double)m.ms / 1000);
}

static void unix_timestamp(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct moment m;

	if (argc == 0)
		sqlite3_result_int64(x, td_clock_now());
	else if (moment_arg(x, argv[0], &m))
		sqlite3_result_int64(x, m.days * 86400 + m.rest / 1000);
}

static void now(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	(void)argv;
	result_time(x, td_clock_now() * 1000, false);
}

static void as_date(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct moment m;

	(void)argc;
	if (moment_arg(x, argv[0], &m))
		result_time(x, m.days * DAY_MS, true);
}

static void from_iso8601(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct moment m;

	(void)argc;
	if (moment_arg(x, argv[0], &m))
		result_time(x, m.ms, false);
}

static void to_iso8601(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	char out[FUNCTIONS_TIMESTAMP];
	struct moment m;

	(void)argc;
	if (!moment_arg(x, argv[0], &m))
		return;
	functions_timestamp(out, m.ms, m.date, false);
	if (!m.date)
		out[strcspn(out, " ")] = 'T';
	sqlite3_result_text(x, out, -1, SQLITE_TRANSIENT);
}

const struct function functions_on_times[] = {
	{ "date_add", 3, date_add, 0, 0, 0 }, { "date_add", 2, hive_date_add, 0, 0, 0 },
	{ "date_sub", 2, hive_date_sub, 0, 0, 0 }, { "td_shift", 3, td_shift, 0, 0, 0 },
	{ "date_diff", 3, date_diff, 0, 0, "bigint" }, { "datediff", 2, datediff, 0, 0, "bigint" },
	{ "date_trunc", 2, date_trunc, 0, 0, 0 }, { "last_day_of_month", 1, last_day, 0, 0, "date" },
	{ "last_day", 1, last_day, 0, 0, 0 }, { "td_extract", 2, td_extract, 0, 0, 0 }, { "year", 1, year, 0, 0, "bigint" },
	{ "quarter", 1, quarter, 0, 0, "bigint" }, { "month", 1, month, 0, 0, "bigint" }, { "week", 1, week, 0, 0, "bigint" },
	{ "week_of_year", 1, week, 0, 0, "bigint" }, { "weekofyear", 1, week, 0, 0, "bigint" },
	{ "day", 1, day, 0, 0, "bigint" }, { "day_of_month", 1, day, 0, 0, "bigint" },
	{ "dayofmonth", 1, day, 0, 0, "bigint" }, { "day_of_week", 1, day_of_week, 0, 0, "bigint" },
	{ "dow", 1, day_of_week, 0, 0, "bigint" }, { "day_of_year", 1, day_of_year, 0, 0, "bigint" },
	{ "doy", 1, day_of_year, 0, 0, "bigint" }, { "hour", 1, hour, 0, 0, "bigint" },
	{ "minute", 1, minute, 0, 0, "bigint" }, { "second", 1, second, 0, 0, "bigint" },
	{ "millisecond", 1, millisecond, 0, 0, "bigint" }, { "date_format", 2, date_format, 0, 0, "varchar" },
	{ "format_datetime", 2, format_datetime, 0, 0, "varchar" }, { "date_parse", 2, date_parse, 0, 0, "timestamp" },
	{ "from_unixtime", 1, from_unixtime, 0, 0, "timestamp" }, { "from_unixtime", 2, from_unixtime_as, 0, 0, "varchar" },
	{ "to_unixtime", 1, to_unixtime, 0, 0, "double" }, { "unix_timestamp", 1, unix_timestamp, 0, 0, "bigint" },
	{ "unix_timestamp", 0, unix_timestamp, 0, 0, "bigint" }, { "now", 0, now, 0, 0, "timestamp" },
	{ "date", 1, as_date, 0, 0, "date" }, { "to_date", 1, as_date, 0, 0, "date" },
	{ "from_iso8601_timestamp", 1, from_iso8601, 0, 0, "timestamp" }, { "from_iso8601_date", 1, as_date, 0, 0, "date" },
	{ "to_iso8601", 1, to_iso8601, 0, 0, "varchar" },
	{ 0 },
};

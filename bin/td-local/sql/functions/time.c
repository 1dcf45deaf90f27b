/* Dates, times, zones and intervals: Presto's functions without formats. */
#include "sql/functions/lib.h"

#include <ctype.h>
#include <math.h>
#include <strings.h>

static bool is_zoned(const struct sqltype *t)
{
	return t->kind == SQL_TIMESTAMP_TZ;
}

static int zone_of(struct call *c, const struct datum *name)
{
	int zone = query_zone(c->query, name->p, name->n);

	if (zone < 0)
		call_error(c, "'%.*s' is not a valid time zone",
			(int)(name->n < 100 ? name->n : 100), name->p);
	return zone;
}

static const struct sqltype *same_as_last(struct call *c)
{
	return c->arg[c->argc - 1];
}

/* --- the clock */

static void now(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)arg;
	datum_set_moment(c->scratch, c->result, (decimal_t)c->query->now * 1000000000, 0, out);
}

static void today(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)arg;
	datum_set_int(out, calendar_floor(c->query->now, 86400000));
}

static void zone_name(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)c;
	(void)arg;
	datum_set_text(out, "UTC", 3);
}

/* --- epoch seconds */

static bool moment_of_seconds(struct call *c, const struct datum *v, decimal_t *out)
{
	double ms = lib_double(v) * 1000;

	if (!(fabs(ms) < 9e15)) {
		call_error(c, "The value is out of range for a timestamp");
		return false;
	}
	*out = (decimal_t)floor(ms + 0.5) * 1000000000;
	return true;
}

/* The zone +HH:MM; -1: call_error() was called. */
static int zone_of_offset(struct call *c, int64_t hours, int64_t minutes)
{
	int64_t all = hours * 60 + minutes;
	struct buf b;
	int zone;

	if (hours > 14 || hours < -14 || all > 14 * 60 || all < -14 * 60)
		return call_error(c, "Invalid offset minutes %lld", (long long)all);
	buf_init(&b, 16);
	print_offset(&b, all * 60, "UTC");
	zone = query_zone(c->query, b.p, b.len);
	buf_free(&b);
	return zone;
}

static void from_unixtime(struct call *c, const struct datum *arg, struct datum *out)
{
	decimal_t moment;
	int zone = 0;

	if (!moment_of_seconds(c, &arg[0], &moment))
		return;
	if (c->argc == 2)
		zone = zone_of(c, &arg[1]);
	if (c->argc == 3)
		zone = zone_of_offset(c, arg[1].i, arg[2].i);
	if (zone >= 0 && !c->failed)
		datum_set_moment(c->scratch, c->result, moment, (unsigned)zone, out);
}

/* Presto 350 gives a timestamp, Trino one with time zone. */
static const struct sqltype *unixtime_type(struct call *c)
{
	return c->query->trino ? &sqltype_timestamp_tz : &sqltype_timestamp;
}

static void to_unixtime(struct call *c, const struct datum *arg, struct datum *out)
{
	decimal_t ms;

	decimal_rescale(datum_moment(c->arg[0], &arg[0]), 12, 6, &ms);
	datum_set_double(out, (double)ms / 1e6);
}

static void date(struct call *c, const struct datum *arg, struct datum *out)
{
	cast_datum(c, c->arg[0], &sqltype_date, &arg[0], out);
}

/* --- arithmetic in units */

static int unit_of(struct call *c, const struct datum *name, const struct sqltype *t)
{
	int unit = lib_unit(name);

	if (unit < 0 || (t->kind == SQL_DATE && unit < UNIT_DAY)) {
		call_error(c, "'%.*s' is not a valid %s field",
			(int)(name->n < 100 ? name->n : 100), name->p,
			t->kind == SQL_DATE ? "DATE" : "Timestamp");
		return -1;
	}
	return unit;
}

static void date_trunc(struct call *c, const struct datum *arg, struct datum *out)
{
	int unit = unit_of(c, &arg[0], c->arg[1]);

	if (unit >= 0)
		lib_time_set(c, c->result,
			lib_truncate(lib_time_of(c, c->arg[1], &arg[1]), (enum lib_unit)unit), out);
}

static const int64_t unit_ms[] = { 1, 1000, 60000, 3600000, 86400000, 604800000 };
static const int unit_months[] = { 1, 3, 12 };

static struct lib_time moved(struct lib_time x, int unit, int64_t n)
{
	if (unit >= UNIT_MONTH)
		x.days = calendar_add_months(x.days, n * unit_months[unit - UNIT_MONTH]);
	else
		x.days += n * (unit == UNIT_WEEK ? 7 : 1);
	return x;
}

static void date_add(struct call *c, const struct datum *arg, struct datum *out)
{
	const struct sqltype *t = c->arg[2];
	int unit = unit_of(c, &arg[0], t);
	decimal_t moment;

	if (unit < 0)
		return;
	if (arg[1].i > 1000000000000000 || arg[1].i < -1000000000000000) {
		call_error(c, "The value is out of range for a %s",
			t->kind == SQL_DATE ? "date" : "timestamp");
	} else if (unit >= UNIT_DAY) {
		lib_time_set(c, c->result, moved(lib_time_of(c, t, &arg[2]), unit, arg[1].i), out);
	} else {
		int digits = t->a;

		moment = datum_moment(t, &arg[2]) +
			(decimal_t)arg[1].i * unit_ms[unit] * 1000000000;
		decimal_rescale(moment, 12, digits, &moment);
		datum_set_moment(c->scratch, t, moment * decimal_power(12 - digits),
			is_zoned(t) ? datum_zone(&arg[2]) : 0, out);
	}
}

static decimal_t wall(struct lib_time x)
{
	return ((decimal_t)x.days * 86400 + x.second) * decimal_power(12) + x.picosecond;
}

static int64_t months(struct lib_time x)
{
	struct calendar_date d = calendar_date(x.days);

	return d.year * 12 + d.month;
}

/* Whole months, quarters or years from a to b. */
static int64_t month_diff(struct lib_time a, struct lib_time b, int unit)
{
	int64_t n = (months(b) - months(a)) / unit_months[unit - UNIT_MONTH];

	if (wall(a) <= wall(b))
		return n - (wall(moved(a, unit, n)) > wall(b));
	return n + (wall(moved(a, unit, n)) < wall(b));
}

static void date_diff(struct call *c, const struct datum *arg, struct datum *out)
{
	const struct sqltype *t = c->arg[1];
	struct lib_time a, b;
	int unit = unit_of(c, &arg[0], t);
	decimal_t d;

	if (unit < 0)
		return;
	a = lib_time_of(c, t, &arg[1]);
	b = lib_time_of(c, t, &arg[2]);
	if (unit >= UNIT_MONTH) {
		datum_set_int(out, month_diff(a, b, unit));
		return;
	}
	if (unit < UNIT_DAY)
		d = (datum_moment(t, &arg[2]) / 1000000000 -
			datum_moment(t, &arg[1]) / 1000000000) / unit_ms[unit];
	else
		d = (wall(b) - wall(a)) / (PRINT_DAY * (unit == UNIT_WEEK ? 7 : 1));
	datum_set_int(out, (int64_t)d);
}

static void last_day(struct call *c, const struct datum *arg, struct datum *out)
{
	struct calendar_date d = calendar_date(lib_time_of(c, c->arg[0], &arg[0]).days);

	datum_set_int(out, calendar_days(d.year, d.month + 1, 1) - 1);
}

/* --- fields */

enum field {
	YEAR,
	QUARTER,
	MONTH,
	WEEK,
	DAY,
	WEEKDAY,
	YEAR_DAY,
	WEEK_YEAR,
	HOUR,
	MINUTE,
	SECOND,
	MILLISECOND,
	ZONE_HOUR,
	ZONE_MINUTE
};
static const struct {
	const char *name;
	enum field field;
} names[] = { { "year", YEAR }, { "quarter", QUARTER }, { "month", MONTH }, { "week", WEEK },
	{ "week_of_year", WEEK }, { "weekofyear", WEEK }, { "day", DAY }, { "day_of_month", DAY },
	{ "dayofmonth", DAY }, { "day_of_week", WEEKDAY }, { "dow", WEEKDAY },
	{ "day_of_year", YEAR_DAY }, { "doy", YEAR_DAY }, { "year_of_week", WEEK_YEAR },
	{ "yow", WEEK_YEAR }, { "hour", HOUR }, { "minute", MINUTE }, { "second", SECOND },
	{ "millisecond", MILLISECOND }, { "timezone_hour", ZONE_HOUR },
	{ "timezone_minute", ZONE_MINUTE } };

static enum field field_of(const struct call *c)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i].name, c->f->name) == 0)
			return names[i].field;
	return YEAR;
}

static int64_t field(struct lib_time x, enum field f)
{
	struct calendar_date d = calendar_date(x.days);
	int64_t year;

	switch (f) {
	case YEAR: return d.year;
	case QUARTER: return (d.month - 1) / 3 + 1;
	case MONTH: return d.month;
	case WEEK: return calendar_week(x.days, &year);
	case DAY: return d.day;
	case WEEKDAY: return calendar_iso_weekday(x.days);
	case YEAR_DAY: return calendar_day_of_year(x.days);
	case WEEK_YEAR: calendar_week(x.days, &year); return year;
	case HOUR: return x.second / 3600;
	case MINUTE: return x.second / 60 % 60;
	case SECOND: return x.second % 60;
	case MILLISECOND: return x.picosecond / 1000000000;
	case ZONE_HOUR: return x.offset / 3600;
	default: return x.offset / 60 % 60;
	}
}

static void extract(struct call *c, const struct datum *arg, struct datum *out)
{
	datum_set_int(out, field(lib_time_of(c, c->arg[0], &arg[0]), field_of(c)));
}

static void of_interval(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t v = arg[0].i;

	switch (field_of(c)) {
	case YEAR: v /= 12; break;
	case MONTH: v %= 12; break;
	case DAY: v /= 86400000; break;
	case HOUR: v = v / 3600000 % 24; break;
	case MINUTE: v = v / 60000 % 60; break;
	case SECOND: v = v / 1000 % 60; break;
	default: v %= 1000;
	}
	datum_set_int(out, v);
}

static const struct sqltype *not_of_dates(struct call *c)
{
	call_error(c, "Unexpected parameters (date) for function %s", c->f->name);
	return NULL;
}

/* --- zones */

static void at_timezone(struct call *c, const struct datum *arg, struct datum *out)
{
	int zone = zone_of(c, &arg[1]);

	if (zone >= 0)
		datum_set_moment(c->scratch, c->result, datum_moment(c->arg[0], &arg[0]),
			(unsigned)zone, out);
}

static void at_offset(struct call *c, const struct datum *arg, struct datum *out)
{
	struct buf b;
	int zone;

	if (arg[1].i % 60000 || llabs(arg[1].i) > 14 * 3600000) {
		call_error(c, "Invalid time zone offset interval");
		return;
	}
	buf_init(&b, 16);
	print_offset(&b, arg[1].i / 1000, "UTC");
	zone = query_zone(c->query, b.p, b.len);
	buf_free(&b);
	datum_set_moment(
		c->scratch, c->result, datum_moment(c->arg[0], &arg[0]), (unsigned)zone, out);
}

static const struct sqltype *zoned_type(struct call *c)
{
	return sqltype_new(
		c->scratch, SQL_TIMESTAMP_TZ, c->arg[0]->kind == SQL_DATE ? 3 : c->arg[0]->a, 0);
}

static void with_timezone(struct call *c, const struct datum *arg, struct datum *out)
{
	struct lib_time x = lib_time_of(c, c->arg[0], &arg[0]);
	int zone = zone_of(c, &arg[1]);

	x.zone = (unsigned)zone;
	if (zone >= 0)
		lib_time_set(c, c->result, x, out);
}

/* --- intervals */

static void to_milliseconds(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)c;
	datum_set_int(out, arg[0].i);
}

static void parse_duration(struct call *c, const struct datum *arg, struct datum *out)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = { { "ns", 1e-6 }, { "us", 1e-3 }, { "ms", 1 }, { "s", 1e3 }, { "m", 6e4 },
		{ "h", 3.6e6 }, { "d", 8.64e7 } };
	const char *p = arg[0].p, *end = p + arg[0].n, *unit;
	double x;

	while (p < end && isspace((unsigned char)*p))
		p++;
	for (unit = p; unit < end && (isdigit((unsigned char)*unit) || *unit == '.');)
		unit++;
	if (cast_parse_double(p, (size_t)(unit - p), &x) == 0) {
		while (unit < end && isspace((unsigned char)*unit))
			unit++;
		for (size_t i = 0; i < sizeof units / sizeof *units; i++)
			if (strlen(units[i].unit) == (size_t)(end - unit) &&
				memcmp(units[i].unit, unit, (size_t)(end - unit)) == 0) {
				datum_set_int(out, (int64_t)floor(x * units[i].ms + 0.5));
				return;
			}
	}
	call_error(c, "duration is not a valid data duration string: %.*s",
		(int)(arg[0].n < 100 ? arg[0].n : 100), arg[0].p);
}

static void human_readable_seconds(struct call *c, const struct datum *arg, struct datum *out)
{
	static const struct {
		const char *name;
		int64_t size;
	} units[] = { { "week", 604800 }, { "day", 86400 }, { "hour", 3600 }, { "minute", 60 },
		{ "second", 1 } };
	double x = lib_double(&arg[0]);
	struct buf b;
	int64_t v;

	if (!isfinite(x)) {
		call_error(c, "Invalid argument found");
		return;
	}
	x = floor(fabs(x) + 0.5); /* Math.round() */
	v = x < 9223372036854775807.0 ? (int64_t)x : INT64_MAX;
	buf_init(&b, 1 << 10);
	for (int i = 0; i < 5; i++) {
		int64_t n = v / units[i].size;

		v %= units[i].size;
		if (n || (i == 4 && b.len == 0))
			buf_printf(&b, "%s%lld %s%s", b.len ? ", " : "", (long long)n,
				units[i].name, n == 1 ? "" : "s");
	}
	call_text(c, &b, 0, out);
}

#define MOMENTS(name, f) \
	{ name, "(timestamp) -> bigint", SQL_PRESTO, 0, .call = f }, { name, "(timestamp with time zone) -> bigint", SQL_PRESTO, 0, .call = f }
#define DAY_FIELD(name) { name, "(date) -> bigint", SQL_PRESTO, 0, .call = extract }, MOMENTS(name, extract)
#define CLOCK_FIELD(name)                                                                          \
	{ name, "(date) -> bigint", SQL_PRESTO, 0, .call = extract, .result = not_of_dates },      \
		MOMENTS(name, extract),                                                            \
	{                                                                                          \
		name, "(interval day to second) -> bigint", SQL_PRESTO, 0, .call = of_interval     \
	}
#define UNITS(name, first, last, f)                                                                \
	{ name, "(varchar, " first "date) -> date", SQL_PRESTO, 0, .call = f, .result = last },    \
		{ name, "(varchar, " first "timestamp) -> timestamp", SQL_PRESTO, 0, .call = f,    \
			.result = last },                                                          \
	{                                                                                          \
		name, "(varchar, " first "timestamp with time zone) -> timestamp with time zone",  \
			SQL_PRESTO, 0, .call = f, .result = last                                   \
	}
const struct function functions_time[] = {
	{ "now", "() -> timestamp(3) with time zone", SQL_PRESTO, FUNCTION_CONSTANT, .call = now },
	{ "current_timestamp", "() -> timestamp(3) with time zone", SQL_PRESTO, FUNCTION_CONSTANT,
		.call = now },
	{ "localtimestamp", "() -> timestamp(3)", SQL_PRESTO, FUNCTION_CONSTANT, .call = now },
	{ "current_timestamp", "() -> timestamp(3)", SQL_HIVE, FUNCTION_CONSTANT, .call = now },
	{ "current_date", "() -> date", SQL_BOTH, FUNCTION_CONSTANT, .call = today },
	{ "current_timezone", "() -> varchar", SQL_PRESTO, FUNCTION_CONSTANT, .call = zone_name },
	{ "from_unixtime", "(double) -> timestamp", SQL_PRESTO, 0, .call = from_unixtime,
		.result = unixtime_type },
	{ "from_unixtime", "(double, varchar) -> timestamp(3) with time zone", SQL_PRESTO, 0,
		.call = from_unixtime },
	{ "from_unixtime", "(double, bigint, bigint) -> timestamp(3) with time zone", SQL_PRESTO, 0,
		.call = from_unixtime },
	{ "to_unixtime", "(timestamp) -> double", SQL_PRESTO, FUNCTION_PLAIN, .call = to_unixtime },
	{ "to_unixtime", "(timestamp with time zone) -> double", SQL_PRESTO, FUNCTION_PLAIN,
		.call = to_unixtime },
	{ "date", "(varchar) -> date", SQL_PRESTO, 0, .call = date },
	{ "date", "(timestamp) -> date", SQL_PRESTO, 0, .call = date },
	{ "date", "(timestamp with time zone) -> date", SQL_PRESTO, 0, .call = date },
	{ "date", "(date) -> date", SQL_PRESTO, 0, .call = date },
	UNITS("date_trunc", "", same_as_last, date_trunc),
	UNITS("date_add", "bigint, ", same_as_last, date_add),
	{ "date_diff", "(varchar, date, date) -> bigint", SQL_PRESTO, 0, .call = date_diff },
	{ "date_diff", "(varchar, timestamp, timestamp) -> bigint", SQL_PRESTO, 0,
		.call = date_diff },
	{ "date_diff", "(varchar, timestamp with time zone, timestamp with time zone) -> bigint",
		SQL_PRESTO, 0, .call = date_diff },
	{ "last_day_of_month", "(date) -> date", SQL_PRESTO, 0, .call = last_day },
	{ "last_day_of_month", "(timestamp) -> date", SQL_PRESTO, 0, .call = last_day },
	{ "last_day_of_month", "(timestamp with time zone) -> date", SQL_PRESTO, 0,
		.call = last_day },
	DAY_FIELD("year"),
	DAY_FIELD("quarter"),
	DAY_FIELD("month"),
	DAY_FIELD("week"),
	DAY_FIELD("week_of_year"),
	DAY_FIELD("day"),
	DAY_FIELD("day_of_month"),
	DAY_FIELD("day_of_week"),
	DAY_FIELD("dow"),
	DAY_FIELD("day_of_year"),
	DAY_FIELD("doy"),
	DAY_FIELD("year_of_week"),
	DAY_FIELD("yow"),
	CLOCK_FIELD("hour"),
	CLOCK_FIELD("minute"),
	CLOCK_FIELD("second"),
	CLOCK_FIELD("millisecond"),
	{ "day", "(interval day to second) -> bigint", SQL_PRESTO, 0, .call = of_interval },
	{ "year", "(interval year to month) -> bigint", SQL_PRESTO, 0, .call = of_interval },
	{ "month", "(interval year to month) -> bigint", SQL_PRESTO, 0, .call = of_interval },
	{ "timezone_hour", "(timestamp with time zone) -> bigint", SQL_PRESTO, 0, .call = extract },
	{ "timezone_minute", "(timestamp with time zone) -> bigint", SQL_PRESTO, 0,
		.call = extract },
#define AT(name)                                                                                   \
	{ name, "(timestamp with time zone, varchar) -> timestamp with time zone", SQL_PRESTO, 0,  \
		.call = at_timezone, .result = zoned_type },                                       \
		{ name, "(timestamp, varchar) -> timestamp with time zone", SQL_PRESTO, 0,         \
			.call = at_timezone, .result = zoned_type },                               \
		{ name,                                                                            \
			"(timestamp with time zone, interval day to second) -> timestamp with "    \
			"time zone",                                                               \
			SQL_PRESTO, 0, .call = at_offset, .result = zoned_type },                  \
	{                                                                                          \
		name, "(timestamp, interval day to second) -> timestamp with time zone",           \
			SQL_PRESTO, 0, .call = at_offset, .result = zoned_type                     \
	}
	AT("at_timezone"),
	AT("$at_timezone"),
	{ "with_timezone", "(timestamp, varchar) -> timestamp with time zone", SQL_PRESTO, 0,
		.call = with_timezone, .result = zoned_type },
	{ "to_milliseconds", "(interval day to second) -> bigint", SQL_PRESTO, 0,
		.call = to_milliseconds },
	{ "parse_duration", "(varchar) -> interval day to second", SQL_PRESTO, 0,
		.call = parse_duration },
	{ "human_readable_seconds", "(double) -> varchar", SQL_PRESTO, 0,
		.call = human_readable_seconds },
	{ 0 },
};

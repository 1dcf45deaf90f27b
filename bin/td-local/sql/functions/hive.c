/* Hive's dates, on dates, timestamps and texts (a bad text is NULL), and hash(). */
#include "sql/functions/lib.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <strings.h>

/* --- reading texts: a date, a date and a time, or a time alone; what follows does not count */

struct moment {
	bool has_date, has_time;
	int64_t days;
	int second;
};

static const char *digits(const char *p, const char *end, int64_t *out)
{
	const char *from = p;

	for (*out = 0; p < end && p < from + 6 && isdigit((unsigned char)*p); p++)
		*out = *out * 10 + (*p - '0');
	return p > from ? p : NULL;
}

/* Three numbers with c between them. */
static const char *three(const char *p, const char *end, char c, int64_t v[3])
{
	for (int i = 0; i < 3; i++) {
		if (i && (p == end || *p++ != c))
			return NULL;
		if (!(p = digits(p, end, &v[i])))
			return NULL;
	}
	return p;
}

static void read_clock(const char *p, const char *end, struct moment *m)
{
	int64_t v[3];

	if (!three(p, end, ':', v) || v[0] > 23 || v[1] > 59 || v[2] > 59)
		return;
	m->has_time = true;
	m->second = (int)(v[0] * 3600 + v[1] * 60 + v[2]);
}

static struct moment moment_of(const struct call *c, int i, const struct datum *arg)
{
	const char *p = arg[i].p, *end = p + arg[i].n, *rest;
	struct moment m = { 0 };
	int64_t v[3];

	if (!sqltype_is_text(c->arg[i])) {
		struct lib_time x = lib_time_of(c, c->arg[i], &arg[i]);

		return (struct moment){ true, c->arg[i]->kind != SQL_DATE, x.days, x.second };
	}
	rest = three(p, end, '-', v);
	if (rest && calendar_is_date(v[0], v[1], v[2])) {
		m.has_date = true;
		m.days = calendar_days(v[0], v[1], v[2]);
		if (rest < end && (*rest == ' ' || *rest == 'T'))
			read_clock(rest + 1, end, &m);
	} else if (!rest) {
		read_clock(p, end, &m);
	}
	return m;
}

/* --- fields */

static void day_field(struct call *c, const struct datum *arg, struct datum *out)
{
	struct moment m = moment_of(c, 0, arg);
	struct calendar_date d = calendar_date(m.days);
	const char *name = c->f->name;
	int64_t year;

	if (!m.has_date)
		return;
	if (strcmp(name, "year") == 0)
		datum_set_int(out, d.year);
	else if (strcmp(name, "quarter") == 0)
		datum_set_int(out, (d.month - 1) / 3 + 1);
	else if (strcmp(name, "month") == 0)
		datum_set_int(out, d.month);
	else if (strcmp(name, "weekofyear") == 0)
		datum_set_int(out, calendar_week(m.days, &year));
	else if (strcmp(name, "dayofweek") == 0)
		datum_set_int(out, calendar_iso_weekday(m.days) % 7 + 1);
	else
		datum_set_int(out, d.day);
}

static void clock_field(struct call *c, const struct datum *arg, struct datum *out)
{
	struct moment m = moment_of(c, 0, arg);
	char first = c->f->name[0];

	if (m.has_time)
		datum_set_int(out,
			first == 'h'	       ? m.second / 3600
				: first == 'm' ? m.second / 60 % 60
					       : m.second % 60);
}

/* --- arithmetic */

/* Dates, timestamps and texts, where a signature would need all nine pairs. */
static const struct sqltype *moments_only(struct call *c, const struct sqltype *result)
{
	for (int i = 0; i < c->argc; i++)
		if (c->arg[i]->kind != SQL_DATE && c->arg[i]->kind != SQL_TIMESTAMP &&
			!sqltype_is_text(c->arg[i]) && c->arg[i]->kind != SQL_UNKNOWN) {
			call_error(c, "%s() only takes STRING/TIMESTAMP/DATEWRITABLE types",
				c->f->name);
			return NULL;
		}
	return result;
}

static const struct sqltype *days_type(struct call *c)
{
	return moments_only(c, &sqltype_integer);
}

static const struct sqltype *months_type(struct call *c)
{
	return moments_only(c, &sqltype_double);
}

static void to_date(struct call *c, const struct datum *arg, struct datum *out)
{
	struct moment m = moment_of(c, 0, arg);

	if (m.has_date)
		datum_set_int(out, m.days);
}

static void date_add(struct call *c, const struct datum *arg, struct datum *out)
{
	struct moment m = moment_of(c, 0, arg);

	if (m.has_date)
		datum_set_int(
			out, m.days + (strcmp(c->f->name, "date_sub") == 0 ? -arg[1].i : arg[1].i));
}

static void datediff(struct call *c, const struct datum *arg, struct datum *out)
{
	struct moment a = moment_of(c, 0, arg), b = moment_of(c, 1, arg);

	if (a.has_date && b.has_date)
		datum_set_int(out, a.days - b.days);
}

static bool is_last(int64_t days)
{
	struct calendar_date d = calendar_date(days);

	return d.day == calendar_month_length(d.year, d.month);
}

static void set_date_text(struct call *c, int64_t days, struct datum *out)
{
	struct buf b;

	buf_init(&b, 64);
	call_text(c, &b, print_date(&b, days), out);
}

/* A month's last day stays the last. */
static void add_months(struct call *c, const struct datum *arg, struct datum *out)
{
	struct moment m = moment_of(c, 0, arg);
	int64_t days;
	struct calendar_date d;

	if (!m.has_date)
		return;
	days = calendar_add_months(m.days, arg[1].i);
	d = calendar_date(days);
	set_date_text(c, is_last(m.days) ? calendar_days(d.year, d.month + 1, 1) - 1 : days, out);
}

static void last_day(struct call *c, const struct datum *arg, struct datum *out)
{
	struct moment m = moment_of(c, 0, arg);
	struct calendar_date d = calendar_date(m.days);

	if (m.has_date)
		set_date_text(c, calendar_days(d.year, d.month + 1, 1) - 1, out);
}

static void next_day(struct call *c, const struct datum *arg, struct datum *out)
{
	struct moment m = moment_of(c, 0, arg);

	for (int i = 0; i < 7 && m.has_date; i++)
		if ((arg[1].n == 2 || arg[1].n == 3 || arg[1].n == strlen(calendar_weekdays[i])) &&
		    strncasecmp(calendar_weekdays[i], arg[1].p, arg[1].n) == 0)
			set_date_text(c,
				m.days + (i + 1 - calendar_iso_weekday(m.days) + 6) % 7 + 1, out);
}

static void trunc_date(struct call *c, const struct datum *arg, struct datum *out)
{
	static const char *const months[] = { "MONTH", "MON", "MM" },
				 *const years[] = { "YEAR", "YYYY", "YY" };
	struct moment m = moment_of(c, 0, arg);
	struct calendar_date d = calendar_date(m.days);

	for (int i = 0; i < 3 && m.has_date; i++) {
		if (strlen(months[i]) == arg[1].n &&
			strncasecmp(months[i], arg[1].p, arg[1].n) == 0)
			set_date_text(c, calendar_days(d.year, d.month, 1), out);
		if (strlen(years[i]) == arg[1].n && strncasecmp(years[i], arg[1].p, arg[1].n) == 0)
			set_date_text(c, calendar_days(d.year, 1, 1), out);
	}
}

static void months_between(struct call *c, const struct datum *arg, struct datum *out)
{
	struct moment a = moment_of(c, 0, arg), b = moment_of(c, 1, arg);
	struct calendar_date x = calendar_date(a.days), y = calendar_date(b.days);
	double months = (double)((x.year - y.year) * 12 + x.month - y.month);

	if (!a.has_date || !b.has_date)
		return;
	if (x.day != y.day && !(is_last(a.days) && is_last(b.days)))
		months += ((x.day - y.day) * 86400.0 + a.second - b.second) / (31 * 86400.0);
	datum_set_double(out, round(months * 1e8) / 1e8);
}

/* --- epoch seconds and formats */

static void unix_timestamp(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t t;

	if (c->argc == 0) {
		datum_set_int(out, calendar_floor(c->query->now, 1000));
	} else if (c->argc == 2) {
		if (time_text_parse(c, &arg[0], &arg[1], &t))
			datum_set_int(out, t);
	} else {
		struct moment m = moment_of(c, 0, arg);

		if (m.has_date && (m.has_time || c->arg[0]->kind == SQL_DATE))
			datum_set_int(out, m.days * 86400 + m.second);
	}
}

static void put_format(
	struct call *c, struct lib_time x, const struct datum *pattern, struct datum *out)
{
	struct buf b;
	int rc;

	buf_init(&b, CALL_VALUE_MAX);
	rc = time_text_format(c, &b, x, pattern, false);
	if (c->failed)
		buf_free(&b);
	else
		call_text(c, &b, rc, out);
}

static void from_unixtime(struct call *c, const struct datum *arg, struct datum *out)
{
	static const char usual[] = "yyyy-MM-dd HH:mm:ss";
	struct lib_time x = { .days = calendar_floor(arg[0].i, 86400) };
	struct datum pattern;

	x.second = (int)(arg[0].i - x.days * 86400);
	datum_set_text(&pattern, usual, strlen(usual));
	put_format(c, x, c->argc > 1 ? &arg[1] : &pattern, out);
}

static void date_format(struct call *c, const struct datum *arg, struct datum *out)
{
	struct moment m = moment_of(c, 0, arg);

	if (m.has_date)
		put_format(
			c, (struct lib_time){ .days = m.days, .second = m.second }, &arg[1], out);
}

/* --- hash(): Java's hash codes */

static int32_t hash_of(const struct sqltype *t, const struct datum *v)
{
	uint32_t h = 0, bits;
	uint64_t wide;
	double d = lib_double(v);
	float f = (float)d;

	switch (t->kind) {
	case SQL_BOOLEAN:
	case SQL_TINYINT:
	case SQL_SMALLINT:
	case SQL_INTEGER: return (int32_t)v->i;
	case SQL_BIGINT: return (int32_t)((uint64_t)v->i ^ (uint64_t)v->i >> 32);
	case SQL_REAL:
		memcpy(&bits, &f, sizeof bits);
		return (int32_t)bits;
	case SQL_DOUBLE:
		memcpy(&wide, &d, sizeof wide);
		return (int32_t)(wide ^ wide >> 32);
	default:
		for (size_t i = 0; i < v->n; i++) {
			int byte = (signed char)v->p[i];

			h = h * 31 + (uint32_t)byte;
		}
		return (int32_t)h;
	}
}

static void hash(struct call *c, const struct datum *arg, struct datum *out)
{
	uint32_t h = 0;

	for (int i = 0; i < c->argc; i++)
		h = h * 31 +
			(arg[i].kind == DATUM_NULL ? 0u : (uint32_t)hash_of(c->arg[i], &arg[i]));
	datum_set_int(out, (int32_t)h);
}

static const struct sqltype *hash_type(struct call *c)
{
	for (int i = 0; i < c->argc; i++)
		if (c->arg[i]->kind > SQL_DOUBLE && !sqltype_is_text(c->arg[i])) {
			call_refuse(c, "hash of %s", sqltype_text(c->scratch, c->arg[i], SQL_HIVE));
			return NULL;
		}
	return &sqltype_integer;
}

#define MOMENT(name, rest, f)                                                                      \
	{ name, "(varchar" rest, SQL_HIVE, 0, .call = f },                                         \
		{ name, "(date" rest, SQL_HIVE, 0, .call = f },                                    \
	{                                                                                          \
		name, "(timestamp" rest, SQL_HIVE, 0, .call = f                                    \
	}
const struct function functions_hive[] = {
	MOMENT("year", ") -> integer", day_field),
	MOMENT("quarter", ") -> integer", day_field),
	MOMENT("month", ") -> integer", day_field),
	MOMENT("day", ") -> integer", day_field),
	MOMENT("dayofmonth", ") -> integer", day_field),
	MOMENT("dayofweek", ") -> integer", day_field),
	MOMENT("weekofyear", ") -> integer", day_field),
	MOMENT("hour", ") -> integer", clock_field),
	MOMENT("minute", ") -> integer", clock_field),
	MOMENT("second", ") -> integer", clock_field),
	MOMENT("to_date", ") -> date", to_date),
	MOMENT("date_add", ", integer) -> date", date_add),
	MOMENT("date_sub", ", integer) -> date", date_add),
	{ "datediff", "(X, X) -> integer", SQL_HIVE, 0, .call = datediff, .result = days_type },
	MOMENT("add_months", ", integer) -> varchar", add_months),
	MOMENT("last_day", ") -> varchar", last_day),
	MOMENT("next_day", ", varchar) -> varchar", next_day),
	MOMENT("trunc", ", varchar) -> varchar", trunc_date),
	{ "months_between", "(X, X) -> double", SQL_HIVE, 0, .call = months_between,
		.result = months_type },
	{ "unix_timestamp", "() -> bigint", SQL_HIVE, FUNCTION_CONSTANT, .call = unix_timestamp },
	MOMENT("unix_timestamp", ") -> bigint", unix_timestamp),
	{ "unix_timestamp", "(varchar, varchar) -> bigint", SQL_HIVE, 0, .call = unix_timestamp },
	{ "from_unixtime", "(bigint) -> varchar", SQL_HIVE, 0, .call = from_unixtime },
	{ "from_unixtime", "(bigint, varchar) -> varchar", SQL_HIVE, 0, .call = from_unixtime },
	MOMENT("date_format", ", varchar) -> varchar", date_format),
	{ "hash", "(X, X...) -> integer", SQL_HIVE, FUNCTION_NULLS, .call = hash,
		.result = hash_type },
	{ 0 },
};

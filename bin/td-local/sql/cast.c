/* CAST of both engines. Presto's refuse what does not fit; Hive's make it NULL. */
#include "sql/cast.h"
#include "value/calendar.h"
#include "sql/json.h"
#include "sql/print.h"
#include "base/utf8.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { QUOTE_MAX = 200 };			/* bytes of a value in a message */
static const int64_t ZONED_END = (int64_t)1 << 51; /* milliseconds: Presto keeps 52 bits of them */

static bool is_hive(const struct call *c)
{
	return c->query->engine == SQL_HIVE;
}

/* --- what can be cast */

static bool scalar_exists(const struct sqltype *f, const struct sqltype *t, bool hive)
{
	bool number = sqltype_is_number(f), text = sqltype_is_text(f),
	     moment = f->kind >= SQL_DATE && f->kind <= SQL_TIMESTAMP_TZ;

	switch (t->kind) {
	case SQL_BOOLEAN: return number || text || f->kind == SQL_BOOLEAN || f->kind == SQL_JSON;
	case SQL_TINYINT:
	case SQL_SMALLINT:
	case SQL_INTEGER:
	case SQL_BIGINT:
	case SQL_REAL:
	case SQL_DOUBLE:
	case SQL_DECIMAL:
		return number || text || f->kind == SQL_BOOLEAN || f->kind == SQL_JSON ||
			(hive && f->kind == SQL_TIMESTAMP);
	case SQL_VARCHAR: return (f->kind != SQL_VARBINARY || hive) && f->kind < SQL_ARRAY;
	case SQL_CHAR: return text || (hive && f->kind < SQL_JSON);
	case SQL_VARBINARY: return text || f->kind == SQL_VARBINARY;
	case SQL_DATE: return text || (moment && f->kind != SQL_TIME);
	case SQL_TIMESTAMP:
		return text || (moment && f->kind != SQL_TIME) ||
			(hive &&
				(f->kind == SQL_DOUBLE || f->kind == SQL_REAL ||
					f->kind == SQL_DECIMAL));
	case SQL_TIMESTAMP_TZ: return text || (moment && f->kind != SQL_TIME);
	case SQL_JSON:
		return f->kind <= SQL_VARCHAR || f->kind == SQL_DATE || f->kind == SQL_TIMESTAMP ||
			f->kind == SQL_JSON;
	default: return f->kind == t->kind;
	}
}

static bool to_json_exists(const struct sqltype *f)
{
	for (unsigned i = 0; i < f->n; i++)
		if (!cast_exists(f->of[i], &sqltype_json, SQL_PRESTO) ||
			(f->kind == SQL_MAP && i == 0 && f->of[0]->kind >= SQL_JSON))
			return false;
	return true;
}

static bool from_json_exists(const struct sqltype *t)
{
	for (unsigned i = 0; i < t->n; i++)
		if (!cast_exists(&sqltype_json, t->of[i], SQL_PRESTO) ||
			(t->kind == SQL_MAP && i == 0 && t->of[0]->kind > SQL_VARCHAR))
			return false;
	return t->kind <= SQL_VARCHAR || t->kind >= SQL_JSON;
}

bool cast_exists(const struct sqltype *from, const struct sqltype *to, enum sql_engine engine)
{
	if (from->kind == SQL_UNKNOWN || sqltype_same(from, to))
		return true;
	if (from->kind == SQL_TIME || to->kind == SQL_TIME)
		return false;
	if (to->kind == SQL_JSON && from->n)
		return to_json_exists(from);
	if (from->kind == SQL_JSON && (to->n || to->kind == SQL_DATE || to->kind > SQL_VARCHAR))
		return from_json_exists(to);
	if (!from->n && !to->n)
		return scalar_exists(from, to, engine == SQL_HIVE);
	if (from->kind != to->kind || from->n != to->n)
		return false;
	for (unsigned i = 0; i < to->n; i++)
		if (!cast_exists(from->of[i], to->of[i], engine))
			return false;
	return true;
}

/* --- texts to values */

static void trim(const char **p, size_t *n)
{
	while (*n && (unsigned char)**p <= ' ') {
		++*p;
		--*n;
	}
	while (*n && (unsigned char)(*p)[*n - 1] <= ' ')
		--*n;
}

int cast_parse_integer(const char *p, size_t n, int64_t *out)
{
	bool minus = n > 0 && *p == '-';
	int64_t v = 0;

	if (n > 0 && (*p == '-' || *p == '+')) {
		p++;
		n--;
	}
	if (n == 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)p[i]) || __builtin_mul_overflow(v, 10, &v) ||
			__builtin_sub_overflow(v, p[i] - '0', &v))
			return -1;
	if (!minus && v == INT64_MIN)
		return -1;
	*out = minus ? v : -v;
	return 0;
}

/* Digits, a point, an exponent: what strtod() may see. */
static bool is_float(const char *p, size_t n)
{
	size_t i = n > 0 && (*p == '-' || *p == '+'), digits = 0;

	for (; i < n && isdigit((unsigned char)p[i]); i++)
		digits++;
	i += i < n && p[i] == '.';
	for (; i < n && isdigit((unsigned char)p[i]); i++)
		digits++;
	if (!digits)
		return false;
	if (i < n && (p[i] == 'e' || p[i] == 'E')) {
		i++;
		i += i < n && (p[i] == '-' || p[i] == '+');
		if (i == n)
			return false;
		while (i < n && isdigit((unsigned char)p[i]))
			i++;
		if (!isdigit((unsigned char)p[i - 1]))
			return false;
	}
	return i == n;
}

static int parse_real(const char *p, size_t n, bool real, double *out)
{
	char text[400];
	size_t sign;

	trim(&p, &n);
	sign = n > 0 && (*p == '-' || *p == '+');
	if (n - sign == 3 && memcmp(p + sign, "NaN", 3) == 0) {
		*out = (double)NAN;
		return 0;
	}
	if (n - sign == 8 && memcmp(p + sign, "Infinity", 8) == 0) {
		*out = *p == '-' ? -(double)INFINITY : (double)INFINITY;
		return 0;
	}
	if (n > 1 && strchr("dDfF", p[n - 1]))
		n--;
	if (n >= sizeof text || !is_float(p, n))
		return -1;
	memcpy(text, p, n);
	text[n] = '\0';
	*out = real ? (double)strtof(text, NULL) : strtod(text, NULL);
	return 0;
}

int cast_parse_double(const char *p, size_t n, double *out)
{
	return parse_real(p, n, false, out);
}

static int parse_boolean(const char *p, size_t n, int64_t *out)
{
	static const char *const words[] = { "f", "false", "0", "t", "true", "1" };

	for (int i = 0; i < 6; i++)
		if (strlen(words[i]) == n && strncasecmp(words[i], p, n) == 0) {
			*out = i >= 3;
			return 0;
		}
	return -1;
}

/* Up to `most` digits, at least `least`. */
static int number(const char **p, const char *end, int least, int most, int64_t *out)
{
	int n = 0;

	for (*out = 0; *p < end && n < most && isdigit((unsigned char)**p); n++)
		*out = *out * 10 + (*(*p)++ - '0');
	return n >= least ? n : -1;
}

static int date_at(const char **p, const char *end, int least, int64_t *days)
{
	bool minus = *p < end && **p == '-';
	int64_t y, m, d;

	*p += *p < end && (**p == '-' || **p == '+');
	if (number(p, end, least, 9, &y) < 0 || *p == end || *(*p)++ != '-' ||
		number(p, end, 1, 2, &m) < 0 || *p == end || *(*p)++ != '-' ||
		number(p, end, 1, 2, &d) < 0 || !calendar_is_date(minus ? -y : y, m, d))
		return -1;
	*days = calendar_days(minus ? -y : y, m, d);
	return 0;
}

int cast_parse_date(const char *p, size_t n, int64_t *days)
{
	const char *end;

	trim(&p, &n);
	end = p + n;
	return date_at(&p, end, 1, days) || p != end ? -1 : 0;
}

static int fraction_at(const char **p, const char *end, decimal_t *out, int *digits)
{
	decimal_t unit = decimal_power(12);

	for (*digits = 0; *p < end && isdigit((unsigned char)**p); ++*p, ++*digits) {
		if (*digits == 12)
			return -1;
		unit /= 10;
		*out += (**p - '0') * unit;
	}
	return *digits ? 0 : -1;
}

static int clock_at(const char **p, const char *end, decimal_t *out, int *digits)
{
	int64_t h, m, s = 0;

	if (number(p, end, 1, 2, &h) < 0 || *p == end || *(*p)++ != ':' ||
		number(p, end, 1, 2, &m) < 0)
		return -1;
	if (*p < end && **p == ':') {
		++*p;
		if (number(p, end, 1, 2, &s) < 0)
			return -1;
		if (*p < end && **p == '.') {
			++*p;
			if (fraction_at(p, end, out, digits))
				return -1;
		}
	}
	if (h > 23 || m > 59 || s > 59)
		return -1;
	*out += (decimal_t)(h * 3600 + m * 60 + s) * decimal_power(12);
	return 0;
}

int cast_parse_timestamp(
	const char *p, size_t n, decimal_t *out, int *digits, const char **zone, size_t *zone_n)
{
	const char *end;
	int64_t days;

	*zone = NULL;
	*digits = 0;
	trim(&p, &n);
	end = p + n;
	if (date_at(&p, end, 1, &days))
		return -1;
	*out = days * PRINT_DAY;
	if (p < end && *p == ' ') {
		while (p < end && *p == ' ')
			p++;
		if (p < end && isdigit((unsigned char)*p) && clock_at(&p, end, out, digits))
			return -1;
	}
	while (p < end && *p == ' ')
		p++;
	if (p < end) {
		*zone = p;
		*zone_n = (size_t)(end - p);
	}
	return 0;
}

/* --- numbers */

static int bad_value(struct call *c, const char *what, const struct datum *v)
{
	return call_error(c, "Cannot cast '%.*s' to %s", (int)(v->n < QUOTE_MAX ? v->n : QUOTE_MAX),
		v->p, what);
}

static const char *name_of(struct call *c, const struct sqltype *t)
{
	char *s = arena_string(c->scratch, sqltype_text(c->scratch, t, c->query->engine));

	for (char *p = s; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return t->kind == SQL_INTEGER ? "INT" : s;
}

static bool in_range(const struct sqltype *t, int64_t v)
{
	return t->kind == SQL_BIGINT ||
		(t->kind == SQL_INTEGER			  ? v >= INT32_MIN && v <= INT32_MAX
				: t->kind == SQL_SMALLINT ? v >= INT16_MIN && v <= INT16_MAX
							  : v >= INT8_MIN && v <= INT8_MAX);
}

static int64_t wrap(const struct sqltype *t, int64_t v)
{
	return t->kind == SQL_BIGINT	  ? v
		: t->kind == SQL_INTEGER  ? (int32_t)v
		: t->kind == SQL_SMALLINT ? (int16_t)v
					  : (int8_t)v;
}

static int set_integer(struct call *c, const struct sqltype *t, int64_t v, struct datum *out)
{
	if (!in_range(t, v) && !is_hive(c))
		return call_error(c, "Out of range for %s: %lld",
			sqltype_text(c->scratch, t, SQL_PRESTO), (long long)v);
	datum_set_int(out, wrap(t, v));
	return 0;
}

static int double_to_integer(struct call *c, const struct sqltype *from, const struct sqltype *t,
	double d, struct datum *out)
{
	char text[PRINT_DOUBLE];
	double r = is_hive(c) ? trunc(d) : round(d);

	if (is_hive(c)) { /* as Java's casts do */
		bool wide = t->kind == SQL_BIGINT;
		double most = wide ? 9223372036854775808.0 : 2147483648.0;
		int64_t v = isnan(r) ? 0
			: r >= most  ? (wide ? INT64_MAX : INT32_MAX)
			: r < -most  ? (wide ? INT64_MIN : INT32_MIN)
				     : (int64_t)r;

		datum_set_int(out, wrap(t, v));
		return 0;
	}
	print_double(text, d);
	if (isnan(d))
		return call_error(c, "Cannot cast %s NaN to %s",
			sqltype_text(c->scratch, from, SQL_PRESTO),
			sqltype_text(c->scratch, t, SQL_PRESTO));
	if (!(r >= -9223372036854775808.0 && r < 9223372036854775808.0))
		return call_error(c, "Unable to cast %s to %s", text,
			sqltype_text(c->scratch, t, SQL_PRESTO));
	return set_integer(c, t, (int64_t)r, out);
}

static int text_to_integer(
	struct call *c, const struct sqltype *t, const struct datum *v, struct datum *out)
{
	const char *p = v->p;
	size_t n = v->n;
	int64_t i;

	if (is_hive(c)) { /* blanks around are cut, and what follows a point */
		const char *point;

		trim(&p, &n);
		point = memchr(p, '.', n);
		if (point) {
			for (const char *s = point + 1; s < p + n; s++)
				if (!isdigit((unsigned char)*s))
					return 0;
			n = (size_t)(point - p);
		}
		if (cast_parse_integer(p, n, &i) == 0 && in_range(t, i))
			datum_set_int(out, i);
		return 0;
	}
	if (cast_parse_integer(p, n, &i) || !in_range(t, i))
		return bad_value(c, name_of(c, t), v);
	datum_set_int(out, i);
	return 0;
}

static int decimal_to_integer(struct call *c, const struct sqltype *from, const struct sqltype *t,
	const struct datum *v, struct datum *out)
{
	decimal_t d = datum_decimal(from, v), whole;

	if (is_hive(c))
		whole = d / decimal_power(from->b);
	else
		decimal_rescale(d, from->b, 0, &whole);
	if (whole > INT64_MAX || whole < INT64_MIN || !in_range(t, (int64_t)whole)) {
		char text[DECIMAL_TEXT];

		decimal_print(text, whole, 0);
		return is_hive(c) ? 0
				  : call_error(c, "Cannot cast '%s' to %s", text, name_of(c, t));
	}
	datum_set_int(out, (int64_t)whole);
	return 0;
}

static int to_integer(struct call *c, const struct sqltype *from, const struct sqltype *t,
	const struct datum *v, struct datum *out)
{
	switch (from->kind) {
	case SQL_VARCHAR: case SQL_CHAR: return text_to_integer(c, t, v, out);
	case SQL_DECIMAL: return decimal_to_integer(c, from, t, v, out);
	case SQL_REAL: case SQL_DOUBLE: return double_to_integer(c, from, t, datum_double(v), out);
	case SQL_TIMESTAMP:
		return set_integer(c, t, (int64_t)(datum_moment(from, v) / decimal_power(12)), out);
	default: return set_integer(c, t, v->i, out);
	}
}

static int to_double(struct call *c, const struct sqltype *from, const struct sqltype *t,
	const struct datum *v, struct datum *out)
{
	bool real = t->kind == SQL_REAL;
	double d;

	if (sqltype_is_text(from)) {
		if (parse_real(v->p, v->n, real, &d))
			return is_hive(c) ? 0 : bad_value(c, name_of(c, t), v);
	} else if (from->kind == SQL_DECIMAL) {
		char text[DECIMAL_TEXT];

		decimal_print(text, datum_decimal(from, v), from->b);
		d = real ? (double)strtof(text, NULL) : strtod(text, NULL);
	} else if (from->kind == SQL_TIMESTAMP) {
		d = decimal_double(datum_moment(from, v), 12);
	} else {
		d = real && v->kind == DATUM_INT ? (double)(float)v->i : datum_double(v);
	}
	datum_set_double(out, real ? (double)(float)d : d);
	return 0;
}

static int to_boolean(
	struct call *c, const struct sqltype *from, const struct datum *v, struct datum *out)
{
	int64_t b;

	if (!sqltype_is_text(from)) {
		b = from->kind == SQL_DECIMAL  ? datum_decimal(from, v) != 0
			: v->kind == DATUM_INT ? v->i != 0
					       : datum_double(v) != 0;
	} else if (is_hive(c)) {
		b = v->n > 0;
	} else if (parse_boolean(v->p, v->n, &b)) {
		return bad_value(c, "BOOLEAN", v);
	}
	datum_set_bool(out, b);
	return 0;
}

/* The text of a number with its type's name, for messages: DOUBLE '1.0'. */
static int bad_decimal(
	struct call *c, const struct sqltype *from, const struct sqltype *t, const struct datum *v)
{
	struct buf b;
	int rc;

	if (is_hive(c))
		return 0;
	buf_init(&b, 1 << 10);
	print_text(&b, c->query, from, v);
	rc = call_error(c, "Cannot cast %s '%.*s' to DECIMAL(%d, %d)",
		from->kind == SQL_DECIMAL	? "DECIMAL"
			: sqltype_is_text(from) ? "VARCHAR"
						: name_of(c, from),
		(int)(b.len < QUOTE_MAX ? b.len : QUOTE_MAX), b.p ? b.p : "", t->a, t->b);
	buf_free(&b);
	return rc;
}

static int to_decimal(struct call *c, const struct sqltype *from, const struct sqltype *t,
	const struct datum *v, struct datum *out)
{
	char text[PRINT_DOUBLE];
	decimal_t d = 0;
	int bad = 0;

	if (from->kind == SQL_DECIMAL) {
		bad = decimal_rescale(datum_decimal(from, v), from->b, t->b, &d);
	} else if (sqltype_is_text(from)) {
		const char *p = v->p;
		size_t n = v->n;

		if (is_hive(c))
			trim(&p, &n);
		bad = decimal_parse_scaled(p, n, t->b, &d);
	} else if (from->kind == SQL_REAL || from->kind == SQL_DOUBLE) {
		if (from->kind == SQL_REAL)
			print_real(text, (float)datum_double(v));
		else
			print_double(text, datum_double(v));
		bad = decimal_parse_scaled(text, strlen(text), t->b, &d);
	} else {
		bad = decimal_rescale(v->i, 0, t->b, &d);
	}
	if (bad || !decimal_fits(d, t->a))
		return bad_decimal(c, from, t, v);
	datum_set_decimal(c->scratch, t, d, out);
	return 0;
}

/* --- texts */

static size_t cut(const char *p, size_t n, int most)
{
	const char *s = p, *end = p + n;

	for (; s < end && most > 0; most--)
		while (++s < end && ((unsigned char)*s & 0xc0) == 0x80)
			;
	return (size_t)(s - p);
}

static int to_text(struct call *c, const struct sqltype *from, const struct sqltype *t,
	const struct datum *v, struct datum *out)
{
	struct buf b;
	size_t n;

	if (from->kind == SQL_VARCHAR || from->kind == SQL_VARBINARY) {
		datum_set_text(out, v->p, v->n);
	} else {
		buf_init(&b, CALL_VALUE_MAX);
		call_text(c, &b, print_text(&b, c->query, from, v), out);
		if (c->failed)
			return -1;
	}
	n = cut(out->p, out->n, t->a);
	if (n < out->n && !is_hive(c) && !sqltype_is_text(from))
		return call_error(c, "Value %.*s cannot be represented as varchar(%d)", (int)out->n,
			out->p, t->a);
	while (t->kind == SQL_CHAR && n > 0 && out->p[n - 1] == ' ')
		n--;
	out->n = n;
	return 0;
}

/* --- times */

static int bad_moment(struct call *c, const struct sqltype *t, const struct datum *v)
{
	if (is_hive(c))
		return 0;
	return call_error(c, "Value cannot be cast to %s: %.*s",
		t->kind == SQL_DATE		   ? "date"
			: t->kind == SQL_TIMESTAMP ? "timestamp"
						   : "timestamp with time zone",
		(int)(v->n < QUOTE_MAX ? v->n : QUOTE_MAX), v->p);
}

static int64_t seconds_of(decimal_t moment)
{
	return (int64_t)(moment / decimal_power(12)) - (moment % decimal_power(12) < 0);
}

/* Half up, also before 1970. */
static decimal_t round_moment(decimal_t moment, int digits)
{
	decimal_t unit = decimal_power(12 - digits), rest = moment % unit;

	rest += rest < 0 ? unit : 0;
	return moment - rest + (rest > 0 && rest >= unit - rest ? unit : 0);
}

/* The wall clock, and the zone's number. */
static decimal_t wall_clock(
	const struct call *c, const struct sqltype *from, const struct datum *v, unsigned *zone)
{
	decimal_t moment;

	*zone = 0;
	if (from->kind == SQL_DATE)
		return v->i * PRINT_DAY;
	moment = datum_moment(from, v);
	if (from->kind == SQL_TIMESTAMP_TZ) {
		*zone = datum_zone(v);
		moment += (decimal_t)query_zone_offset(c->query, *zone, seconds_of(moment)) *
			decimal_power(12);
	}
	return moment;
}

static int set_moment(
	struct call *c, const struct sqltype *t, decimal_t wall, unsigned zone, struct datum *out)
{
	if (t->kind == SQL_DATE) {
		datum_set_int(out, calendar_floor(seconds_of(wall), 86400));
		return 0;
	}
	wall = round_moment(wall, t->a);
	if (t->kind == SQL_TIMESTAMP_TZ) {
		int64_t local = seconds_of(wall), utc = query_zone_to_utc(c->query, zone, local);

		wall += (decimal_t)(utc - local) * decimal_power(12);
		if (wall / decimal_power(9) >= ZONED_END || wall / decimal_power(9) < -ZONED_END)
			return call_error(c, "Out of range for timestamp with time zone: %lld",
				(long long)(wall / decimal_power(9)));
	}
	datum_set_moment(c->scratch, t, wall, zone, out);
	return 0;
}

static int text_to_moment(
	struct call *c, const struct sqltype *t, const struct datum *v, struct datum *out)
{
	const char *zone;
	size_t zone_n;
	decimal_t wall;
	int digits, number = 0;

	if (t->kind == SQL_DATE && !is_hive(c)) {
		int64_t days;

		if (cast_parse_date(v->p, v->n, &days) || days != (int32_t)days)
			return bad_moment(c, t, v);
		datum_set_int(out, days);
		return 0;
	}
	if (cast_parse_timestamp(v->p, v->n, &wall, &digits, &zone, &zone_n))
		return bad_moment(c, t, v);
	if (zone && (is_hive(c) || (number = query_zone(c->query, zone, zone_n)) < 0))
		return bad_moment(c, t, v);
	return set_moment(
		c, t, wall, (unsigned)number, out); /* a timestamp without zone drops the text's */
}

static int to_moment(struct call *c, const struct sqltype *from, const struct sqltype *t,
	const struct datum *v, struct datum *out)
{
	unsigned zone;
	decimal_t wall;

	if (sqltype_is_text(from))
		return text_to_moment(c, t, v, out);
	if (from->kind == SQL_DECIMAL || from->kind == SQL_REAL ||
		from->kind == SQL_DOUBLE) { /* Hive: seconds */
		double s = from->kind == SQL_DECIMAL
			? decimal_double(datum_decimal(from, v), from->b)
			: datum_double(v);

		if (!(fabs(s) < 1e13))
			return 0;
		return set_moment(c, t, (decimal_t)(s * 1e6) * 1000000, 0, out);
	}
	if (from->kind == SQL_TIMESTAMP_TZ && t->kind == SQL_TIMESTAMP_TZ) {
		datum_set_moment(c->scratch, t, round_moment(datum_moment(from, v), t->a),
			datum_zone(v), out);
		return 0;
	}
	wall = wall_clock(c, from, v, &zone);
	return set_moment(c, t, wall, zone, out);
}

/* --- JSON */

static int put_key(
	struct buf *out, const struct query *q, const struct sqltype *t, const struct datum *v)
{
	struct buf text;
	int rc;

	buf_init(&text, out->max);
	rc = v->kind == DATUM_NAN ? buf_puts(&text, "NaN") : print_text(&text, q, t, v);
	rc = rc || json_quote(out, text.p ? text.p : "", text.len) ? -1 : 0;
	buf_free(&text);
	return rc;
}

static int put_container(
	struct buf *out, const struct query *q, const struct sqltype *t, const struct datum *v)
{
	struct arena scratch = { 0 };
	struct datum_walk w;
	struct datum e;
	bool map = t->kind == SQL_MAP;
	int rc = buf_putc(out, map ? '{' : '[');

	datum_walk(&w, &scratch, v);
	for (unsigned i = 0; rc == 0 && datum_next(&w, &e); i++) {
		if (i && (rc = buf_putc(out, map && i % 2 ? ':' : ',')))
			break;
		rc = map && i % 2 == 0 ? put_key(out, q, t->of[0], &e) :
		     cast_put_json(out, q, t->of[t->kind == SQL_ARRAY ? 0 : map ? 1 : i], &e);
	}
	arena_free(&scratch);
	return rc || buf_putc(out, map ? '}' : ']') ? -1 : 0;
}

int cast_put_json(
	struct buf *out, const struct query *q, const struct sqltype *t, const struct datum *v)
{
	struct buf sorted;
	int rc;

	if (v->kind == DATUM_NULL)
		return buf_puts(out, "null");
	switch (t->kind) {
	case SQL_BOOLEAN:
	case SQL_TINYINT:
	case SQL_SMALLINT:
	case SQL_INTEGER:
	case SQL_BIGINT:
	case SQL_DECIMAL:
	case SQL_JSON: return print_text(out, q, t, v);
	case SQL_REAL: case SQL_DOUBLE:
		if (t->kind == SQL_DOUBLE || !isfinite(datum_double(v)))
			return json_double(out, datum_double(v));
		return print_text(out, q, t, v);
	case SQL_ARRAY: case SQL_ROW: return put_container(out, q, t, v);
	case SQL_MAP: /* by the keys' text */
		buf_init(&sorted, out->max);
		rc = put_container(&sorted, q, t, v);
		if (rc == 0) {
			struct json j = json_of(sorted.p, sorted.len);

			j.verbatim = true;
			rc = json_copy(out, &j, true);
		}
		buf_free(&sorted);
		return rc;
	default: return put_key(out, q, t, v);
	}
}

static int from_json(struct call *c, const struct sqltype *t, struct json *j, struct datum *out);

static int bad_json(struct call *c, const struct sqltype *t)
{
	return call_error(c, "Cannot cast JSON to %s", sqltype_text(c->scratch, t, SQL_PRESTO));
}

static int json_text(struct call *c, const struct json_token *t, struct datum *out)
{
	struct buf b;

	buf_init(&b, CALL_VALUE_MAX);
	call_text(c, &b,
		t->kind == JSON_STRING ? json_unescape(&b, t->p, t->n) : buf_put(&b, t->p, t->n),
		out);
	return c->failed ? -1 : 0;
}

static int json_scalar(
	struct call *c, const struct sqltype *t, const struct json_token *k, struct datum *out)
{
	struct datum v;
	double d;

	if (k->kind == JSON_FALSE || k->kind == JSON_TRUE) {
		datum_set_bool(&v, k->kind == JSON_TRUE);
		return cast_datum(c, &sqltype_boolean, t, &v, out);
	}
	if (k->kind >= JSON_LIST)
		return bad_json(c, t);
	if (json_text(c, k, &v))
		return -1;
	if (k->kind == JSON_INT && t->kind == SQL_BOOLEAN) {
		int64_t i;

		if (cast_parse_integer(v.p, v.n, &i))
			return bad_json(c, t);
		datum_set_bool(out, i != 0);
		return 0;
	}
	if (k->kind == JSON_REAL && t->kind != SQL_DECIMAL) {
		cast_parse_double(v.p, v.n, &d);
		datum_set_double(&v, d);
		return cast_datum(c, &sqltype_double, t, &v, out);
	}
	return cast_datum(c, &sqltype_varchar, t, &v, out);
}

static int json_member(struct call *c, const struct sqltype *t, struct json *j,
	const struct json_token *key, struct datum *v, unsigned n)
{
	struct datum name;

	if (t->kind == SQL_ARRAY)
		return from_json(c, t->of[0], j, &v[n]);
	if (t->kind == SQL_MAP) {
		struct json_token k = *key;

		k.kind = JSON_STRING;
		return json_scalar(c, t->of[0], &k, &v[2 * n]) ||
				from_json(c, t->of[1], j, &v[2 * n + 1]) ? -1 : 0;
	}
	if (!key->p)
		return n < t->n ? from_json(c, t->of[n], j, &v[n]) : bad_json(c, t);
	if (json_text(c, key, &name))
		return -1;
	for (unsigned i = 0; i < t->n; i++)
		if (t->name && t->name[i] && strlen(t->name[i]) == name.n &&
			strncasecmp(t->name[i], name.p, name.n) == 0)
			return from_json(c, t->of[i], j, &v[i]);
	return json_skip(j);
}

static int build_map(
	struct call *c, const struct sqltype *t, struct datum *kv, size_t n, struct datum *out)
{
	struct buf b;
	size_t twice;
	int bad;

	buf_init(&b, CALL_VALUE_MAX);
	bad = datum_put_map(&b, t, kv, n, &twice) || datum_end(&b, out);
	if (bad)
		buf_free(&b);
	else
		call_blob(c, &b, 0, out);
	return bad ? call_error(c, "Duplicate keys are not allowed") : 0;
}

static int json_container(struct call *c, const struct sqltype *t, struct json *j,
	enum json_kind kind, struct datum *out)
{
	struct json_token key = { .kind = JSON_STRING };
	size_t width = t->kind == SQL_MAP ? 2 : 1, n = 0, room = t->kind == SQL_ROW ? t->n : 0;
	struct datum *v = room ? arena_alloc(c->scratch, room * sizeof *v) : NULL;
	bool first = true;
	int more;

	while ((more = json_more(j, kind, &first, &key)) > 0) {
		if (t->kind != SQL_ROW && width * (n + 1) > room) {
			struct datum *wider = arena_alloc(c->scratch, (2 * room + 16) * sizeof *v);

			if (room)
				memcpy(wider, v, width * n * sizeof *v);
			v = wider;
			room = 2 * room + 16;
		}
		if (json_member(c, t, j, &key, v, (unsigned)n++))
			return -1;
	}
	if (more < 0)
		return bad_json(c, t);
	if (t->kind == SQL_MAP)
		return build_map(c, t, v, n, out);
	if (datum_list(c->scratch, t, v, t->kind == SQL_ROW ? t->n : n, out))
		return call_refuse(c, "an array of more than %d bytes", CALL_VALUE_MAX);
	return 0;
}

static int from_json(struct call *c, const struct sqltype *t, struct json *j, struct datum *out)
{
	struct json_token k;
	struct buf b;

	datum_set_null(out);
	if (t->kind == SQL_JSON) {
		buf_init(&b, CALL_VALUE_MAX);
		call_text(c, &b, json_copy(&b, j, true), out);
		return c->failed ? -1 : 0;
	}
	if (json_next(j, &k) == JSON_BAD)
		return bad_json(c, t);
	if (k.kind == JSON_NULL)
		return 0;
	if (t->n == 0)
		return json_scalar(c, t, &k, out);
	if (k.kind != (t->kind == SQL_MAP ? JSON_OBJECT : JSON_LIST) &&
		!(t->kind == SQL_ROW && k.kind == JSON_OBJECT))
		return bad_json(c, t);
	return json_container(c, t, j, k.kind, out);
}

static int cast_from_json(
	struct call *c, const struct sqltype *t, const struct datum *v, struct datum *out)
{
	struct json j = json_of(v->p, v->n);

	if (from_json(c, t, &j, out))
		return -1;
	return json_end(&j) ? 0 : bad_json(c, t);
}

/* --- containers */

static int cast_elements(struct call *c, const struct sqltype *from, const struct sqltype *t,
	const struct datum *v, struct datum *out)
{
	size_t n;
	struct datum *e = datum_elements(c->scratch, v, &n);

	for (size_t i = 0; i < n; i++) {
		unsigned k = t->kind == SQL_ARRAY ? 0 : t->kind == SQL_MAP ? i % 2 : (unsigned)i;
		struct datum to;

		if (call_stopped(c))
			return -1;
		if (cast_datum(c, from->of[k], t->of[k], &e[i], &to))
			return -1;
		e[i] = to;
	}
	for (size_t i = 0; t->kind == SQL_MAP && i < n; i += 2)
		if (e[i].kind == DATUM_NULL)
			return call_error(c, "map key is null");
	if (t->kind == SQL_MAP)
		return build_map(c, t, e, n / 2, out);
	if (datum_list(c->scratch, t, e, n, out))
		return call_refuse(c, "an array of more than %d bytes", CALL_VALUE_MAX);
	return 0;
}

/* --- all */

int cast_datum(struct call *c, const struct sqltype *from, const struct sqltype *to,
	const struct datum *v, struct datum *out)
{
	struct buf b;

	datum_set_null(out);
	if (v->kind == DATUM_NULL)
		return 0;
	if (sqltype_same(from, to)) {
		*out = *v;
		return 0;
	}
	if (from->kind == SQL_JSON)
		return cast_from_json(c, to, v, out);
	switch (to->kind) {
	case SQL_BOOLEAN: return to_boolean(c, from, v, out);
	case SQL_TINYINT:
	case SQL_SMALLINT:
	case SQL_INTEGER:
	case SQL_BIGINT: return to_integer(c, from, to, v, out);
	case SQL_REAL: case SQL_DOUBLE: return to_double(c, from, to, v, out);
	case SQL_DECIMAL: return to_decimal(c, from, to, v, out);
	case SQL_VARCHAR: case SQL_CHAR: return to_text(c, from, to, v, out);
	case SQL_VARBINARY: datum_set_blob(out, v->p, v->n); return 0;
	case SQL_DATE:
	case SQL_TIMESTAMP:
	case SQL_TIMESTAMP_TZ: return to_moment(c, from, to, v, out);
	case SQL_JSON:
		buf_init(&b, CALL_VALUE_MAX);
		call_text(c, &b, cast_put_json(&b, c->query, from, v), out);
		return c->failed ? -1 : 0;
	case SQL_ARRAY: case SQL_MAP: case SQL_ROW: return cast_elements(c, from, to, v, out);
	default:
		return call_error(
			c, "Cannot cast to %s", sqltype_text(c->scratch, to, c->query->engine));
	}
}

static void cast_call(struct call *c, const struct datum *arg, struct datum *out)
{
	cast_datum(c, c->arg[0], c->result, &arg[0], out);
}

const struct function cast_function = { "$cast", NULL, SQL_BOTH, 0, .call = cast_call };

/* --- literals */

const struct sqltype *cast_literal_type(
	struct arena *a, const struct sqltype *named, const char *p, size_t n)
{
	const char *zone;
	size_t zone_n;
	decimal_t v;
	int precision, scale;

	if (named->kind == SQL_DECIMAL && decimal_parse(p, n, &v, &precision, &scale) == 0)
		return sqltype_decimal(a, precision, scale);
	if (named->kind == SQL_CHAR) {
		int length = 0;

		for (size_t i = 0; i < n && length < SQL_CHAR_MAX; i++)
			length += ((unsigned char)p[i] & 0xc0) != 0x80;
		return sqltype_new(a, SQL_CHAR, length, 0);
	}
	if (named->kind == SQL_TIMESTAMP &&
		cast_parse_timestamp(p, n, &v, &scale, &zone, &zone_n) == 0)
		return sqltype_new(a, zone ? SQL_TIMESTAMP_TZ : SQL_TIMESTAMP, scale, 0);
	return named;
}

static const struct unit {
	const char *name;
	int64_t size; /* milliseconds, or months */
	char before;  /* what precedes it in a text of several units */
	bool months;
} units[] = {
	{ "year", 12, 0, true }, { "month", 1, '-', true }, { "week", 604800000, 0, false }, { "day", 86400000, 0, false },
	{ "hour", 3600000, ' ', false }, { "minute", 60000, ':', false }, { "second", 1000, ':', false },
};
enum { UNITS = sizeof units / sizeof *units };

static int find_unit(const char *name)
{
	for (int i = 0; i < UNITS; i++)
		if (strcmp(units[i].name, name) == 0)
			return i;
	return -1;
}

static int milliseconds_at(const char **p, const char *end, int64_t *sum)
{
	decimal_t fraction = 0;
	int digits;

	if (*p == end || **p != '.')
		return 0;
	++*p;
	if (fraction_at(p, end, &fraction, &digits) || digits > 3)
		return -1;
	*sum += (int64_t)(fraction / decimal_power(9));
	return 0;
}

const struct sqltype *cast_interval(
	const char *p, size_t n, const char *from, const char *to, int64_t *value)
{
	int first = find_unit(from), last = to ? find_unit(to) : first;
	const char *end = p + n;
	bool minus;
	int64_t sum = 0, v;

	trim(&p, &n);
	end = p + n;
	minus = p < end && *p == '-';
	p += p < end && (*p == '-' || *p == '+');
	if (first < 0 || last < first || units[first].months != units[last].months)
		return NULL;
	for (int i = first; i <= last; i++) {
		if (i > first && strcmp(units[i].name, "week") == 0)
			continue;
		if (i > first && (p == end || *p++ != units[i].before))
			break;
		if (number(&p, end, 1, 18, &v) < 0 ||
			__builtin_mul_overflow(v, units[i].size, &v) ||
			__builtin_add_overflow(sum, v, &sum))
			return NULL;
	}
	if (strcmp(units[last].name, "second") == 0 && milliseconds_at(&p, end, &sum))
		return NULL;
	if (p != end)
		return NULL;
	*value = minus ? -sum : sum;
	return units[first].months ? &sqltype_interval_month : &sqltype_interval_day;
}

/* Treasure Data's own functions. Times are epoch seconds; zones may be the old abbreviations, too.
 */
#include "sql/functions/lib.h"

#include <ctype.h>
#include <stdio.h>
#include <sys/random.h>

/* The zone in argument i, or UTC. False: there is no such zone. */
static bool zone_arg(struct call *c, const struct datum *arg, int i, unsigned *zone)
{
	int n = 0;

	if (i < c->argc && arg[i].kind == DATUM_TEXT) {
		n = query_zone_td(c->query, arg[i].p, arg[i].n);
		if (n < 0)
			call_error(c, "unknown time zone '%.*s'",
				(int)(arg[i].n < 100 ? arg[i].n : 100), arg[i].p);
	}
	*zone = (unsigned)n;
	return n >= 0;
}

/* yyyy-MM-dd[( |T)HH:mm[:ss[.S]]][ ][zone]; the text's own zone wins. */
static bool parse_time(struct call *c, const char *text, size_t n, unsigned zone, int64_t *out)
{
	char *copy = arena_copy(c->scratch, text, n);
	const char *name;
	size_t name_n;
	decimal_t wall;
	int digits;

	for (size_t i = 8; i + 1 < n && i < 11; i++)
		if (copy[i] == 'T' && isdigit((unsigned char)copy[i + 1]))
			copy[i] = ' ';
	if (cast_parse_timestamp(copy, n, &wall, &digits, &name, &name_n))
		return false;
	if (name) {
		int own = query_zone_td(c->query, name, name_n);

		if (own < 0)
			return false;
		zone = (unsigned)own;
	}
	*out = query_zone_to_utc(c->query, zone,
		(int64_t)(wall / decimal_power(12)) - (wall % decimal_power(12) < 0));
	return true;
}

/* A time that is a number or a text: 1; 0: NULL; -1: an error. */
static int time_arg(struct call *c, const struct datum *v, unsigned zone, int64_t *out)
{
	if (v->kind == DATUM_NULL)
		return 0;
	*out = v->i;
	if (v->kind == DATUM_INT || parse_time(c, v->p, v->n, zone, out))
		return 1;
	return call_error(c, "'%.*s' is not a time", (int)(v->n < 100 ? v->n : 100), v->p);
}

/* Arguments that are times: numbers or texts. */
static const struct sqltype *times_only(
	struct call *c, int from, int to, const struct sqltype *result)
{
	for (int i = from; i < to && i < c->argc; i++)
		if (!sqltype_is_text(c->arg[i]) && !sqltype_is_integer(c->arg[i]) &&
			c->arg[i]->kind != SQL_UNKNOWN) {
			call_error(c, "Unexpected parameters (%s) for function %s",
				sqltype_text(c->scratch, c->arg[i], c->query->engine), c->f->name);
			return NULL;
		}
	return result;
}

static const struct sqltype *range_type(struct call *c)
{
	return times_only(c, 1, 3, &sqltype_boolean);
}

static const struct sqltype *add_type(struct call *c)
{
	return times_only(c, 0, 1, &sqltype_bigint);
}

/*
 * What the arguments after the time mean is kept: they are constant in nearly every query. False:
 * it is to be found out, and `key` is noted.
 */
struct kept {
	struct arena memory;
	struct datum key[3];
	bool known, has_from, has_to;
	int64_t from, to;
};

static void drop(void *p)
{
	arena_free(&((struct kept *)p)->memory);
	free(p);
}

static bool same(const struct datum *x, const struct datum *y)
{
	return x->kind == y->kind && x->i == y->i && x->n == y->n &&
	       (x->n == 0 || memcmp(x->p, y->p, x->n) == 0);
}

static bool is_kept(struct call *c, const struct datum *arg, struct kept **out)
{
	struct kept *k = c->own;
	bool all;

	if (!k) {
		k = c->own = calloc(1, sizeof *k);
		c->own_free = drop;
		if (!k)
			abort();
	}
	*out = k;
	all = k->known;
	for (int i = 1; i < c->argc && all; i++)
		all = same(&k->key[i - 1], &arg[i]);
	if (all)
		return true;
	arena_reset(&k->memory);
	for (int i = 1; i < c->argc; i++) {
		k->key[i - 1] = arg[i];
		if (arg[i].kind == DATUM_TEXT)
			k->key[i - 1].p = arena_copy(&k->memory, arg[i].p, arg[i].n);
	}
	k->known = false;
	return false;
}

static void time_range(struct call *c, const struct datum *arg, struct datum *out)
{
	struct kept *k;
	unsigned zone;

	if (!is_kept(c, arg, &k)) {
		int from, to = 0;

		if (!zone_arg(c, arg, 3, &zone))
			return;
		from = time_arg(c, &arg[1], zone, &k->from);
		if (c->argc > 2)
			to = time_arg(c, &arg[2], zone, &k->to);
		if (from < 0 || to < 0)
			return;
		k->has_from = from;
		k->has_to = to;
		k->known = true;
	}
	if (arg[0].kind == DATUM_INT)
		datum_set_bool(out, (!k->has_from || arg[0].i >= k->from) &&
				    (!k->has_to || arg[0].i < k->to));
}

static void time_parse(struct call *c, const struct datum *arg, struct datum *out)
{
	unsigned zone;
	int64_t t;

	if (zone_arg(c, arg, 1, &zone) && parse_time(c, arg[0].p, arg[0].n, zone, &t))
		datum_set_int(out, t);
}

/* --- formats */

static struct lib_time local_time(const struct call *c, int64_t t, unsigned zone)
{
	struct lib_time x = { .zone = zone, .offset = query_zone_offset(c->query, zone, t) };

	x.days = calendar_floor(t + x.offset, 86400);
	x.second = (int)(t + x.offset - x.days * 86400);
	return x;
}

static int64_t epoch(const struct call *c, struct lib_time x)
{
	return query_zone_to_utc(c->query, x.zone, x.days * 86400 + x.second);
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

static void time_format(struct call *c, const struct datum *arg, struct datum *out)
{
	unsigned zone;

	if (arg[0].kind == DATUM_INT && arg[1].kind == DATUM_TEXT && zone_arg(c, arg, 2, &zone))
		put_format(c, local_time(c, arg[0].i, zone), &arg[1], out);
}

static const char unit_letters[] = "smhdwMqy"; /* eight, as the units that they name */

static int unit_of_letter(char letter)
{
	const char *at = letter ? strchr(unit_letters, letter) : NULL;

	return at ? UNIT_SECOND + (int)(at - unit_letters) : -1;
}

static void time_string(struct call *c, const struct datum *arg, struct datum *out)
{
	static const char *const cut[] = { "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm",
		"yyyy-MM-dd HH", "yyyy-MM-dd", "yyyy-MM-dd", "yyyy-MM", "yyyy-MM", "yyyy" };
	const char *letter = arg[1].n ? memchr(unit_letters, arg[1].p[0], 8) : NULL;
	bool short_form = arg[1].n == 2 && arg[1].p[1] == '!';
	const char *pattern;
	unsigned zone;
	struct datum p;

	if (!letter || (arg[1].n != 1 && !short_form)) {
		call_error(c,
			"The format of TD_TIME_STRING is one of y, q, M, w, d, h, m and s, and may "
			"end in !");
		return;
	}
	pattern = short_form ? cut[letter - unit_letters] : "yyyy-MM-dd HH:mm:ssZ";
	datum_set_text(&p, pattern, strlen(pattern));
	if (zone_arg(c, arg, 2, &zone))
		put_format(c, lib_truncate(local_time(c, arg[0].i, zone),
			UNIT_SECOND + (enum lib_unit)(letter - unit_letters)), &p, out);
}

/* --- durations, truncation, intervals */

static struct lib_time shifted(const struct call *c, struct lib_time x, int unit, int64_t n)
{
	static const int64_t seconds[] = { 1, 60, 3600 };

	if (unit <= UNIT_HOUR)
		return local_time(c, epoch(c, x) + n * seconds[unit - UNIT_SECOND], x.zone);
	if (unit >= UNIT_MONTH)
		x.days = calendar_add_months(x.days,
			n *
				(unit == UNIT_YEAR		       ? 12
						: unit == UNIT_QUARTER ? 3
								       : 1));
	else
		x.days += n * (unit == UNIT_WEEK ? 7 : 1);
	return x;
}

/* [-]N and a unit; *p moves past it. */
static bool read_vector(const char **p, const char *end, int64_t *n, int *unit)
{
	bool minus = *p < end && **p == '-';
	int digits = 0;

	*p += *p < end && (**p == '-' || **p == '+');
	for (*n = 0; *p < end && isdigit((unsigned char)**p) && digits < 9; digits++)
		*n = *n * 10 + (*(*p)++ - '0');
	if (minus)
		*n = -*n;
	*unit = *p < end ? unit_of_letter(**p) : -1;
	*p += *p < end;
	return digits && *unit >= 0;
}

static void time_add(struct call *c, const struct datum *arg, struct datum *out)
{
	static const int64_t seconds[] = { 1, 60, 3600, 86400, 604800 };
	const char *p = arg[1].p, *end = p + arg[1].n;
	int64_t t, n, sum = 0;
	unsigned zone;
	int unit;
	bool minus = p < end && *p == '-', good = p < end;

	if (!zone_arg(c, arg, 2, &zone) || time_arg(c, &arg[0], zone, &t) <= 0)
		return;
	for (p += minus; p < end && good;) { /* also 1w3d */
		good = isdigit((unsigned char)*p) && read_vector(&p, end, &n, &unit) &&
			unit <= UNIT_WEEK;
		if (good)
			sum += n * seconds[unit - UNIT_SECOND];
	}
	if (good)
		datum_set_int(out, minus ? t - sum : t + sum);
	else
		call_error(c, "Invalid duration for TD_TIME_ADD: '%.*s'",
			(int)(arg[1].n < 100 ? arg[1].n : 100), arg[1].p);
}

static void date_trunc(struct call *c, const struct datum *arg, struct datum *out)
{
	int unit = lib_unit(&arg[0]);
	unsigned zone;

	if (unit < UNIT_SECOND)
		call_error(c, "Invalid unit for TD_DATE_TRUNC: '%.*s'",
			(int)(arg[0].n < 100 ? arg[0].n : 100), arg[0].p);
	else if (zone_arg(c, arg, 2, &zone))
		datum_set_int(out,
			epoch(c, lib_truncate(local_time(c, arg[1].i, zone), (enum lib_unit)unit)));
}

static void scheduled_time(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)arg;
	datum_set_int(out, c->query->scheduled);
}

/* What follows the slash: now, a date, or another vector, counted from now or from what follows its
 * own slash. */
static bool offset_time(
	struct call *c, const char *p, const char *end, unsigned zone, struct lib_time *out)
{
	const char *s = p;
	int64_t n, t;
	int unit;

	*out = local_time(c, c->query->scheduled, zone);
	if (end - p == 3 && memcmp(p, "now", 3) == 0)
		return true;
	if (read_vector(&s, end, &n, &unit) && (s == end || *s == '/')) {
		if (s < end && !offset_time(c, s + 1, end, zone, out))
			return false;
		*out = shifted(c, lib_truncate(*out, (enum lib_unit)unit), unit, n);
		return true;
	}
	if (!parse_time(c, p, (size_t)(end - p), zone, &t))
		return false;
	*out = local_time(c, t, zone);
	return true;
}

/* The interval [from, to) that a text such as -7d, 1d or -1d/2025-10-01 means at the scheduled
 * time. */
static bool read_interval(
	struct call *c, const struct datum *text, unsigned zone, int64_t *from, int64_t *to)
{
	const char *p = text->p, *end = p + text->n;
	struct lib_time base = local_time(c, c->query->scheduled, zone), start;
	bool offset;
	int64_t n;
	int unit;

	if (!read_vector(&p, end, &n, &unit) || (p < end && *p != '/') ||
		(p < end && !offset_time(c, p + 1, end, zone, &base))) {
		call_error(c, "Invalid interval string: '%.*s'",
			(int)(text->n < 100 ? text->n : 100), text->p);
		return false;
	}
	offset = p < end;
	if ((offset && n > 0) || (!offset && n == 0)) {
		call_refuse(
			c, "the interval '%.*s'", (int)(text->n < 100 ? text->n : 100), text->p);
		return false;
	}
	start = lib_truncate(base, (enum lib_unit)unit);
	*from = epoch(c, n > 0 ? start : shifted(c, start, unit, n));
	*to = offset ? epoch(c, base) : epoch(c, n > 0 ? shifted(c, start, unit, n) : start);
	return true;
}

static void interval(struct call *c, const struct datum *arg, struct datum *out)
{
	struct kept *k;
	unsigned zone;

	if (!is_kept(c, arg, &k)) {
		if (!zone_arg(c, arg, 2, &zone) ||
			!read_interval(c, &arg[1], zone, &k->from, &k->to))
			return;
		k->known = true;
	}
	datum_set_bool(out, arg[0].i >= k->from && arg[0].i < k->to);
}

static void interval_range(struct call *c, const struct datum *arg, struct datum *out)
{
	struct datum v[2];
	int64_t from, to;
	unsigned zone;

	if (!zone_arg(c, arg, 1, &zone) || !read_interval(c, &arg[0], zone, &from, &to))
		return;
	datum_set_int(&v[0], from);
	datum_set_int(&v[1], to);
	lib_list_as(c, c->result, v, 2, out);
}

/* --- sessions */

enum { UUID = 37 };

struct session {
	bool open;
	int64_t last;
	uint64_t random;
	char id[UUID];
	char *key;
};

/* Like a random UUID; only that sessions differ is promised. */
static void new_id(struct session *s)
{
	uint64_t r[2];

	for (int i = 0; i < 2; i++) { /* splitmix64 */
		uint64_t z = s->random += 0x9e3779b97f4a7c15ULL;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
		z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
		r[i] = z ^ z >> 31;
	}
	snprintf(s->id, UUID, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(r[0] >> 32),
		(unsigned)(r[0] >> 16 & 0xffff), (unsigned)(r[0] & 0xfff),
		(unsigned)(0x8000 | (r[1] >> 48 & 0x3fff)),
		(unsigned long long)(r[1] & 0xffffffffffff));
}

static void advance(struct call *c, struct session *s, int64_t time, int64_t timeout)
{
	if (!s->random && getrandom(&s->random, sizeof s->random, 0) != (ssize_t)sizeof s->random)
		call_refuse(c, "sessions without random numbers");
	if (!s->open || time - s->last > timeout)
		new_id(s);
	s->open = true;
	s->last = time;
}

static void session_step(struct call *c, void *state, const struct datum *arg)
{
	advance(c, state, arg[0].i, arg[1].i);
}

static void session_value(struct call *c, void *state, struct datum *out)
{
	const struct session *s = state;

	if (s->open)
		datum_set_text(out, arena_copy(c->scratch, s->id, UUID - 1), UUID - 1);
}

static const struct aggregate session_window = { sizeof(struct session), session_step, NULL,
	session_value, NULL };

static void session_free(void *p)
{
	free(((struct session *)p)->key);
	free(p);
}

static void sessionize(struct call *c, const struct datum *arg, struct datum *out)
{
	struct session *s = c->own;
	char *key = lib_cstring(c, &arg[2]);

	if (!s) {
		s = c->own = calloc(1, sizeof *s);
		c->own_free = session_free;
		if (!s)
			abort();
	}
	if (!s->key || strcmp(s->key, key) != 0) {
		free(s->key);
		s->key = strdup(key);
		s->open = false;
	}
	advance(c, s, arg[0].i, arg[1].i);
	session_value(c, s, out);
}

const struct function functions_td[] = {
	{ "td_time_range", "(bigint, X) -> boolean", SQL_BOTH, FUNCTION_NULLS, .call = time_range, .result = range_type },
	{ "td_time_range", "(bigint, X, X) -> boolean", SQL_BOTH, FUNCTION_NULLS, .call = time_range, .result = range_type },
	{ "td_time_range", "(bigint, X, X, varchar) -> boolean", SQL_BOTH, FUNCTION_NULLS, .call = time_range, .result = range_type },
	{ "td_time_parse", "(varchar) -> bigint", SQL_BOTH, 0, .call = time_parse },
	{ "td_time_parse", "(varchar, varchar) -> bigint", SQL_BOTH, 0, .call = time_parse },
	{ "td_time_format", "(bigint, varchar) -> varchar", SQL_BOTH, FUNCTION_NULLS, .call = time_format },
	{ "td_time_format", "(bigint, varchar, varchar) -> varchar", SQL_BOTH, FUNCTION_NULLS, .call = time_format },
	{ "td_time_add", "(X, varchar) -> bigint", SQL_BOTH, 0, .call = time_add, .result = add_type },
	{ "td_time_add", "(X, varchar, varchar) -> bigint", SQL_BOTH, 0, .call = time_add, .result = add_type },
	{ "td_time_string", "(bigint, varchar) -> varchar", SQL_BOTH, 0, .call = time_string },
	{ "td_time_string", "(bigint, varchar, varchar) -> varchar", SQL_BOTH, 0, .call = time_string },
	{ "td_date_trunc", "(varchar, bigint) -> bigint", SQL_BOTH, 0, .call = date_trunc },
	{ "td_date_trunc", "(varchar, bigint, varchar) -> bigint", SQL_BOTH, 0, .call = date_trunc },
	{ "td_scheduled_time", "() -> bigint", SQL_BOTH, FUNCTION_CONSTANT, .call = scheduled_time },
	{ "td_interval", "(bigint, varchar) -> boolean", SQL_BOTH, 0, .call = interval },
	{ "td_interval", "(bigint, varchar, varchar) -> boolean", SQL_BOTH, 0, .call = interval },
	{ "td_interval_range", "(varchar) -> array(bigint)", SQL_BOTH, 0, .call = interval_range },
	{ "td_interval_range", "(varchar, varchar) -> array(bigint)", SQL_BOTH, 0, .call = interval_range },
	{ "td_sessionize_window", "(bigint, bigint) -> varchar", SQL_BOTH, FUNCTION_ORDERED, .aggregate = &session_window },
	{ "td_sessionize", "(bigint, bigint, varchar) -> varchar", SQL_BOTH, FUNCTION_VOLATILE, .call = sessionize },
	{ 0 },
};

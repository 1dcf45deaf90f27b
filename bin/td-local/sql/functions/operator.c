/* Operators: arithmetic with overflow, dates and intervals, ||, LIKE, subscripts, comparison of
 * what SQLite cannot compare. */
#include "sql/functions/lib.h"

#include <math.h>

/* --- integers */

static const char *symbol_of(const struct call *c)
{
	static const char *const names[][3] = { { "$add", "+", "addition" },
		{ "$subtract", "-", "subtraction" }, { "$multiply", "*", "multiplication" },
		{ "$divide", "/", "division" } };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(c->f->name, names[i][0]) == 0)
			return names[i][1];
	return "%";
}

static const char *word_of(const struct call *c)
{
	const char *s = symbol_of(c);

	return *s == '+'    ? "addition"
		: *s == '-' ? "subtraction"
		: *s == '*' ? "multiplication"
			    : "division";
}

static bool in_range(const struct sqltype *t, int64_t v)
{
	return t->kind == SQL_BIGINT ||
		(t->kind == SQL_INTEGER			  ? v == (int32_t)v
				: t->kind == SQL_SMALLINT ? v == (int16_t)v
							  : v == (int8_t)v);
}

static int64_t wrap(const struct sqltype *t, int64_t v)
{
	return t->kind == SQL_INTEGER	  ? (int32_t)v
		: t->kind == SQL_SMALLINT ? (int16_t)v
		: t->kind == SQL_TINYINT  ? (int8_t)v
					  : v;
}

static void set_integer(
	struct call *c, const struct datum *arg, int64_t v, bool over, struct datum *out)
{
	if (lib_is_hive(c))
		datum_set_int(out, wrap(c->result, v));
	else if (over || !in_range(c->result, v))
		call_error(c, "%s %s overflow: %lld %s %lld",
			sqltype_text(c->scratch, c->result, SQL_PRESTO), word_of(c),
			(long long)arg[0].i, symbol_of(c), (long long)arg[1].i);
	else
		datum_set_int(out, v);
}

static void i_add(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t v;
	bool over = __builtin_add_overflow(arg[0].i, arg[1].i, &v);

	set_integer(c, arg, v, over, out);
}

static void i_subtract(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t v;
	bool over = __builtin_sub_overflow(arg[0].i, arg[1].i, &v);

	set_integer(c, arg, v, over, out);
}

static void i_multiply(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t v;
	bool over = __builtin_mul_overflow(arg[0].i, arg[1].i, &v);

	set_integer(c, arg, v, over, out);
}

/* True if there is something to divide by; Hive's answer is NULL, Presto's an error. */
static bool divisible(struct call *c, bool zero)
{
	if (zero && !lib_is_hive(c))
		call_error(c, "Division by zero");
	return !zero;
}

static void i_divide(struct call *c, const struct datum *arg, struct datum *out)
{
	bool over = arg[0].i == INT64_MIN && arg[1].i == -1;

	if (divisible(c, arg[1].i == 0))
		set_integer(c, arg, over ? INT64_MIN : arg[0].i / arg[1].i, over, out);
}

static void i_modulus(struct call *c, const struct datum *arg, struct datum *out)
{
	if (divisible(c, arg[1].i == 0))
		datum_set_int(out, arg[1].i == -1 ? 0 : arg[0].i % arg[1].i);
}

static void i_negate(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t v;

	if ((__builtin_sub_overflow(0, arg[0].i, &v) || !in_range(c->result, v)) && !lib_is_hive(c))
		call_error(c, "%s negation overflow: %lld",
			sqltype_text(c->scratch, c->result, SQL_PRESTO), (long long)arg[0].i);
	else
		datum_set_int(out, wrap(c->result, v));
}

/* --- doubles and reals */

static void set_double(struct call *c, double d, struct datum *out)
{
	datum_set_double(out, c->result->kind == SQL_REAL ? (double)(float)d : d);
}

#define DOUBLE(name, expression) \
	static void name(struct call *c, const struct datum *arg, struct datum *out) \
	{ \
		double x = lib_double(&arg[0]), y = lib_double(&arg[c->argc - 1]); \
		(void)y; \
		set_double(c, expression, out); \
	}
DOUBLE(d_add, x + y)
DOUBLE(d_subtract, x - y)
DOUBLE(d_multiply, x * y)
DOUBLE(d_divide, x / y)
DOUBLE(d_modulus, fmod(x, y))
DOUBLE(d_negate, -x)

static void h_divide(struct call *c, const struct datum *arg, struct datum *out)
{
	double y = lib_double(&arg[1]);

	if (y != 0 || arg[1].kind == DATUM_NAN)
		set_double(c, lib_double(&arg[0]) / y, out);
	else if (arg[1].kind != DATUM_INT) /* old releases: Infinity; newer ones: NULL */
		call_refuse(c, "a double divided by zero in Hive");
}

static void h_modulus(struct call *c, const struct datum *arg, struct datum *out)
{
	if (lib_double(&arg[1]) != 0)
		d_modulus(c, arg, out);
}

/* --- decimals */

static int min(int a, int b)
{
	return a < b ? a : b;
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

static const struct sqltype *decimal_type(struct call *c, int p, int s)
{
	return sqltype_decimal(c->scratch, min(p, 38), s);
}

static const struct sqltype *sum_type(struct call *c)
{
	int p1 = c->arg[0]->a, s1 = c->arg[0]->b, p2 = c->arg[1]->a, s2 = c->arg[1]->b;

	return decimal_type(c, max(p1 - s1, p2 - s2) + max(s1, s2) + 1, max(s1, s2));
}

static const struct sqltype *product_type(struct call *c)
{
	int s = c->arg[0]->b + c->arg[1]->b;

	if (s > 38) {
		call_error(c, "DECIMAL result exceeds 38 digits of precision");
		return NULL;
	}
	return decimal_type(c, c->arg[0]->a + c->arg[1]->a, s);
}

static const struct sqltype *quotient_type(struct call *c)
{
	int p1 = c->arg[0]->a, s1 = c->arg[0]->b, p2 = c->arg[1]->a, s2 = c->arg[1]->b;

	if (lib_is_hive(c)) { /* at least six digits */
		int s = max(6, s1 + p2 + 1), p = p1 - s1 + s2 + s;

		return p <= 38 ? decimal_type(c, p, s)
			       : decimal_type(c, 38, max(38 - (p - s), min(s, 6)));
	}
	return decimal_type(c, p1 + s2 + max(s2 - s1, 0), max(s1, s2));
}

static const struct sqltype *rest_type(struct call *c)
{
	int p1 = c->arg[0]->a, s1 = c->arg[0]->b, p2 = c->arg[1]->a, s2 = c->arg[1]->b;

	return decimal_type(c, min(p2 - s2, p1 - s1) + max(s1, s2), max(s1, s2));
}

static const struct sqltype *same_type(struct call *c)
{
	return c->arg[0];
}

static void set_decimal(struct call *c, int overflow, decimal_t v, struct datum *out)
{
	if (!overflow && decimal_fits(v, c->result->a))
		datum_set_decimal(c->scratch, c->result, v, out);
	else if (!lib_is_hive(c))
		call_error(c, "Decimal overflow");
}

static void m_sum(struct call *c, const struct datum *arg, bool minus, struct datum *out)
{
	decimal_t a = 0, b = 0, v = 0;
	int over = decimal_rescale(
			   datum_decimal(c->arg[0], &arg[0]), c->arg[0]->b, c->result->b, &a) ||
		decimal_rescale(
			datum_decimal(c->arg[1], &arg[1]), c->arg[1]->b, c->result->b, &b) ||
		(minus ? __builtin_sub_overflow(a, b, &v) : __builtin_add_overflow(a, b, &v));

	set_decimal(c, over, v, out);
}

static void m_add(struct call *c, const struct datum *arg, struct datum *out)
{
	m_sum(c, arg, false, out);
}

static void m_subtract(struct call *c, const struct datum *arg, struct datum *out)
{
	m_sum(c, arg, true, out);
}

static void m_multiply(struct call *c, const struct datum *arg, struct datum *out)
{
	decimal_t v;
	int over = __builtin_mul_overflow(
		datum_decimal(c->arg[0], &arg[0]), datum_decimal(c->arg[1], &arg[1]), &v);

	set_decimal(c, over, v, out);
}

static void m_divide(struct call *c, const struct datum *arg, struct datum *out)
{
	decimal_t a = datum_decimal(c->arg[0], &arg[0]), b = datum_decimal(c->arg[1], &arg[1]),
		  v = 0;

	if (divisible(c, b == 0)) {
		int over = decimal_divide(a, b, c->result->b - c->arg[0]->b + c->arg[1]->b, &v);

		set_decimal(c, over, v, out);
	}
}

static void m_modulus(struct call *c, const struct datum *arg, struct datum *out)
{
	decimal_t a = datum_decimal(c->arg[0], &arg[0]), b = datum_decimal(c->arg[1], &arg[1]),
		  v = 0;

	if (divisible(c, b == 0)) {
		int over = decimal_remainder(a, c->arg[0]->b, b, c->arg[1]->b, &v);

		set_decimal(c, over, v, out);
	}
}

static void m_negate(struct call *c, const struct datum *arg, struct datum *out)
{
	set_decimal(c, 0, -datum_decimal(c->arg[0], &arg[0]), out);
}

/* --- times and intervals; interval first or last */

static int interval_at(const struct call *c)
{
	return c->arg[0]->kind == SQL_INTERVAL_DAY || c->arg[0]->kind == SQL_INTERVAL_MONTH ? 0 : 1;
}

static const struct sqltype *moment_type(struct call *c)
{
	const struct sqltype *t = c->arg[1 - interval_at(c)];
	bool days = c->arg[interval_at(c)]->kind == SQL_INTERVAL_DAY;

	/* milliseconds need three digits */
	return t->kind != SQL_DATE && days && t->a < 3 ? sqltype_new(c->scratch, t->kind, 3, 0) : t;
}

static void move(struct call *c, const struct datum *arg, int sign, struct datum *out)
{
	int at = interval_at(c);
	const struct sqltype *t = c->arg[1 - at];
	const struct datum *when = &arg[1 - at];
	int64_t by = arg[at].i * sign;

	if (c->arg[at]->kind == SQL_INTERVAL_MONTH) {
		struct lib_time x = lib_time_of(c, t, when);

		x.days = calendar_add_months(x.days, by);
		lib_time_set(c, c->result, x, out);
	} else if (t->kind != SQL_DATE) {
		decimal_t moment = datum_moment(t, when) + (decimal_t)by * 1000000000;

		datum_set_moment(c->scratch, c->result, moment,
			t->kind == SQL_TIMESTAMP_TZ ? datum_zone(when) : 0, out);
	} else if (by % 86400000 == 0) {
		datum_set_int(out, when->i + by / 86400000);
	} else {
		call_error(c, "Cannot add hour, minutes or seconds to a date");
	}
}

static void t_add(struct call *c, const struct datum *arg, struct datum *out)
{
	move(c, arg, 1, out);
}

static void t_subtract(struct call *c, const struct datum *arg, struct datum *out)
{
	move(c, arg, -1, out);
}

static void t_difference(struct call *c, const struct datum *arg, struct datum *out)
{
	decimal_t d;

	if (c->arg[0]->kind == SQL_DATE)
		d = (decimal_t)(arg[0].i - arg[1].i) * 86400000;
	else
		decimal_rescale(datum_moment(c->arg[0], &arg[0]) - datum_moment(c->arg[1], &arg[1]),
			12, 3, &d);
	datum_set_int(out, (int64_t)d);
}

static const struct sqltype *interval_type(struct call *c)
{
	return c->arg[interval_at(c)];
}

static void v_scale(struct call *c, const struct datum *arg, struct datum *out)
{
	int at = interval_at(c);
	double by = lib_double(&arg[1 - at]), v;
	bool divide = strcmp(c->f->name, "$divide") == 0;

	if (isnan(by) || (divide && by == 0)) {
		call_error(c, "Cannot %s by double %s", divide ? "divide" : "multiply",
			isnan(by) ? "NaN" : "0.0");
		return;
	}
	if (arg[1 - at].kind == DATUM_INT && !divide) {
		datum_set_int(out, (int64_t)((uint64_t)arg[at].i * (uint64_t)arg[1 - at].i));
		return;
	}
	v = divide ? (double)arg[at].i / by : (double)arg[at].i * by;
	datum_set_int(out, v >= 9223372036854775808.0 ? INT64_MAX
			: v < -9223372036854775808.0	? INT64_MIN
							: (int64_t)v);
}

/* --- || */

static void concatenated(struct call *c, const struct datum *arg, struct datum *out)
{
	size_t n = 0;
	char *p;

	for (int i = 0; i < c->argc; i++)
		n += arg[i].n;
	if (n > CALL_VALUE_MAX) {
		call_refuse(c, "a text of more than %d MiB", CALL_VALUE_MAX >> 20);
		return;
	}
	p = arena_alloc(c->scratch, n + 1);
	out->kind = arg[0].kind;
	out->p = p;
	out->n = n;
	for (int i = 0; i < c->argc; p += arg[i++].n)
		memcpy(p, arg[i].p, arg[i].n);
}

/* char(3) || char(4) is a char(7); texts have no length. */
static const struct sqltype *chars_type(struct call *c)
{
	int n = c->arg[0]->a + c->arg[1]->a;

	if (n <= SQL_CHAR_MAX)
		return sqltype_new(c->scratch, SQL_CHAR, n, 0);
	call_error(c, "CHAR length must be in range [0, %d], got %d", SQL_CHAR_MAX, n);
	return NULL;
}

/* The first one is as long as its type says. */
static void chars_concatenated(struct call *c, const struct datum *arg, struct datum *out)
{
	struct datum both[2] = { lib_printed(c, 0, arg), arg[1] };

	concatenated(c, arg[1].n ? both : arg, out);
}

static void a_concat(struct call *c, const struct datum *arg, struct datum *out)
{
	struct lib_list l = { 0 };

	for (int i = 0; i < c->argc; i++) {
		struct datum_walk w;
		struct datum e;

		if (c->arg[i]->kind != SQL_ARRAY || !sqltype_same(c->arg[i], c->result)) {
			*lib_add(c, &l) = arg[i];
			continue;
		}
		if (arg[i].kind == DATUM_NULL)
			return;
		for (datum_walk(&w, c->scratch, &arg[i]); datum_next(&w, &e) && !call_stopped(c);)
			*lib_add(c, &l) = e;
	}
	lib_array(c, &l, out);
}

/* --- LIKE */

struct like {
	char *p;     /* '%' and '_' with a zero in front are wild */
	size_t n;
	bool simple; /* '%' only at the ends: */
	bool open_left, open_right;
	size_t text_n;
	char *text;
};

static void like_free(void *p)
{
	struct like *l = p;

	free(l->p);
	free(l->text);
	free(l);
}

/* escape: NULL: there is none. */
static int like_read(
	struct call *c, const struct datum *pattern, const struct datum *escape, struct like *l)
{
	const char *p = pattern->p, *end = p + pattern->n;
	size_t esc = escape ? escape->n : 0;
	bool wild = false;

	*l = (struct like){
		.p = malloc(2 * pattern->n + 1), .text = malloc(pattern->n + 1), .simple = true
	};
	while (p < end && l->p && l->text) {
		size_t w = lib_width(p, end);

		if (esc && w == esc && memcmp(p, escape->p, esc) == 0) {
			p += w;
			w = p < end ? lib_width(p, end) : 0;
			if (!lib_is_hive(c) &&
				(!w ||
					!(*p == '%' || *p == '_' ||
						(w == esc && memcmp(p, escape->p, esc) == 0))))
				return call_error(c,
					"Escape character must be followed by '%%', '_' or the "
					"escape character itself");
		} else if (*p == '%' || *p == '_') {
			l->p[l->n++] = 0;
			l->p[l->n++] = *p;
			l->simple = l->simple && *p == '%' && (p == pattern->p || p + 1 == end);
			l->open_left |= p == pattern->p;
			l->open_right |= p + 1 == end;
			wild = true;
			p++;
			continue;
		}
		memcpy(l->p + l->n, p, w);
		memcpy(l->text + l->text_n, p, w);
		l->n += w;
		l->text_n += w;
		p += w;
	}
	l->open_left = l->open_left && wild;
	return 0;
}

static bool is_wild(const struct like *l, size_t at, char which)
{
	return at + 1 < l->n && l->p[at] == 0 && l->p[at + 1] == which;
}

/* Greedy with one point to go back to: the last %. */
static bool like_general(struct call *c, const struct like *l, const char *s, const char *end)
{
	const char *back_s = NULL;
	size_t at = 0, back = 0;

	while (s < end || at < l->n) {
		if (is_wild(l, at, '%')) {
			back = at += 2;
			back_s = s;
			continue;
		}
		if (s < end && is_wild(l, at, '_')) {
			s += lib_width(s, end);
			at += 2;
			continue;
		}
		if (s < end && at < l->n && l->p[at] == *s && l->p[at]) {
			s++;
			at++;
			continue;
		}
		if (!back_s || back_s == end || call_stopped(c))
			return false;
		back_s += lib_width(back_s, end);
		s = back_s;
		at = back;
	}
	return true;
}

static bool like_simple(const struct like *l, const char *s, size_t n)
{
	if (n < l->text_n)
		return false;
	if (l->open_left && l->open_right)
		return lib_find(s, n, l->text, l->text_n) != NULL;
	if (!l->open_left && !l->open_right && n != l->text_n)
		return false;
	return memcmp(l->open_left ? s + n - l->text_n : s, l->text, l->text_n) == 0;
}

/* What was compiled for the last pattern, which hardly ever changes. */
struct like_cache {
	struct like *l;
	char *pattern;
	size_t n;
};

static void cache_free(void *p)
{
	struct like_cache *k = p;

	if (k->l)
		like_free(k->l);
	free(k->pattern);
	free(k);
}

static const struct like *like_of(
	struct call *c, const struct datum *pattern, const struct datum *escape)
{
	struct like_cache *k = c->own;

	if (k && k->l && k->n == pattern->n && memcmp(k->pattern, pattern->p, k->n) == 0)
		return k->l;
	if (k)
		cache_free(k);
	c->own = k = calloc(1, sizeof *k);
	c->own_free = cache_free;
	if (!k || !(k->l = calloc(1, sizeof *k->l)) || !(k->pattern = malloc(pattern->n + 1)))
		abort();
	memcpy(k->pattern, pattern->p, k->n = pattern->n);
	if (like_read(c, pattern, escape, k->l)) {
		like_free(k->l);
		k->l = NULL;
	}
	return k->l;
}

static void like(struct call *c, const struct datum *arg, struct datum *out)
{
	static const struct datum backslash = { .kind = DATUM_TEXT, .p = "\\", .n = 1 };
	const struct datum *escape = c->argc > 2 ? &arg[2] : lib_is_hive(c) ? &backslash : NULL;
	const struct like *l;

	if (escape && escape->n && lib_length(escape) != 1) {
		call_error(c, "Escape string must be a single character");
		return;
	}
	l = like_of(c, &arg[1], escape);
	if (l)
		datum_set_bool(out, l->simple ? like_simple(l, arg[0].p, arg[0].n) :
			       like_general(c, l, arg[0].p, arg[0].p + arg[0].n));
}

static void c_like(struct call *c, const struct datum *arg, struct datum *out)
{
	like(c, (struct datum[]){ lib_printed(c, 0, arg), arg[1], arg[c->argc - 1] }, out);
}

/* --- constructors and subscripts */

static void array_of(struct call *c, const struct datum *arg, struct datum *out)
{
	lib_list_as(c, c->result, arg, (size_t)c->argc, out);
}

static const struct sqltype *array_type(struct call *c)
{
	return sqltype_array(c->scratch, c->argc ? c->arg[0] : &sqltype_unknown);
}

static const struct sqltype *row_type(struct call *c)
{
	return sqltype_row(c->scratch, (unsigned)c->argc, c->arg, NULL);
}

static bool element(struct call *c, const struct datum *list, int64_t at, struct datum *out)
{
	struct datum_walk w;

	datum_walk(&w, c->scratch, list);
	for (int64_t i = 0; datum_next(&w, out); i++)
		if (i == at)
			return true;
	datum_set_null(out);
	return false;
}

static void subscript(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t i = arg[1].i;
	size_t n;

	if (lib_is_hive(c)) {
		if (i >= 0)
			element(c, &arg[0], i, out);
		return;
	}
	n = datum_count(&arg[0]);
	if (i == 0)
		call_error(c, "SQL array indices start at 1");
	else if (i < 0)
		call_error(c, "Array subscript is negative: %lld", (long long)i);
	else if ((uint64_t)i > n)
		call_error(c,
			"Array subscript must be less than or equal to array length: %lld > %zu",
			(long long)i, n);
	else
		element(c, &arg[0], i - 1, out);
}

static void m_subscript(struct call *c, const struct datum *arg, struct datum *out)
{
	struct datum_walk w;
	struct datum k, v;
	struct buf key;

	for (datum_walk(&w, c->scratch, &arg[0]); datum_next(&w, &k) && datum_next(&w, &v);)
		if (datum_compare(c->arg[0]->of[0], &k, &arg[1]) == 0) {
			*out = v;
			return;
		}
	if (lib_is_hive(c))
		return;
	buf_init(&key, CALL_VALUE_MAX);
	print_text(&key, c->query, c->arg[1], &arg[1]);
	if (c->arg[1]->n)
		call_error(c, "Key not present in map");
	else
		call_error(c, "Key not present in map: %.*s", (int)(key.len < 200 ? key.len : 200),
			key.p ? key.p : "");
	buf_free(&key);
}

/* --- comparison */

static void equal(struct call *c, const struct datum *arg, struct datum *out)
{
	int e = datum_equal(c->arg[0], &arg[0], &arg[1]);

	if (e < 0 && arg[0].kind != DATUM_NULL && arg[1].kind != DATUM_NULL && c->arg[0]->n == 0)
		e = 0;
	if (e >= 0)
		datum_set_bool(out, e);
}

static void distinct(struct call *c, const struct datum *arg, struct datum *out)
{
	datum_set_bool(out, datum_compare(c->arg[0], &arg[0], &arg[1]) != 0);
}

static bool has_null(const struct call *c, const struct datum *v)
{
	return (c->arg[0]->kind == SQL_ARRAY || c->arg[0]->kind == SQL_ROW) &&
		datum_has_null(c->arg[0], v);
}

static void ordered(struct call *c, const struct datum *arg, struct datum *out)
{
	int n;

	if (arg[0].kind == DATUM_NAN || arg[1].kind == DATUM_NAN) {
		datum_set_bool(out, false);
		return;
	}
	if (has_null(c, &arg[0]) || has_null(c, &arg[1])) {
		call_error(c, "%s comparison not supported for %s with null elements",
			c->arg[0]->kind == SQL_ARRAY ? "ARRAY" : "ROW",
			c->arg[0]->kind == SQL_ARRAY ? "arrays" : "rows");
		return;
	}
	n = datum_compare(c->arg[0], &arg[0], &arg[1]);
	datum_set_bool(out, strcmp(c->f->name, "$lt") == 0 ? n < 0 : n <= 0);
}

/* --- the table */

#define ARITHMETIC(name, i, d, m, type)                                                            \
	{ name, "(I, I) -> I", SQL_PRESTO, 0, .call = i },                                         \
		{ name, "(double, double) -> double", SQL_PRESTO, 0, .call = d },                  \
		{ name, "(real, real) -> real", SQL_PRESTO, 0, .call = d },                        \
	{                                                                                          \
		name, "(decimal, decimal) -> decimal", SQL_BOTH, 0, .call = m, .result = type      \
	}
#define HIVE(name, i, d)                                                                           \
	{ name, "(I, I) -> I", SQL_HIVE, 0, .call = i },                                           \
		{ name, "(double, double) -> double", SQL_HIVE, 0, .call = d },                    \
	{                                                                                          \
		name, "(real, real) -> real", SQL_HIVE, 0, .call = d                               \
	}
#define MOVE(name, f, moment, interval) \
	{ name, "(" moment ", interval " interval ") -> " moment, SQL_BOTH, 0, .call = f, .result = moment_type }
#define MOVES(name, f)                                                                             \
	MOVE(name, f, "date", "day to second"), MOVE(name, f, "timestamp", "day to second"),       \
		MOVE(name, f, "timestamp with time zone", "day to second"),                        \
		MOVE(name, f, "date", "year to month"),                                            \
		MOVE(name, f, "timestamp", "year to month"),                                       \
		MOVE(name, f, "timestamp with time zone", "year to month")
#define MOVED(name, f, moment, interval) \
	{ name, "(interval " interval ", " moment ") -> " moment, SQL_BOTH, 0, .call = f, .result = moment_type }
#define INTERVALS(name, f)                                                                         \
	{ name, "(interval day to second, interval day to second) -> interval day to second",      \
		SQL_BOTH, 0, .call = f },                                                          \
	{                                                                                          \
		name,                                                                              \
			"(interval year to month, interval year to month) -> interval year to "    \
			"month",                                                                   \
			SQL_BOTH, 0, .call = f                                                     \
	}
#define SCALE(name, first, second) { name, "(" first ", " second ") -> bigint", SQL_PRESTO, 0, .call = v_scale, .result = interval_type }
/* Intervals: Java's long, which wraps. */
#define INTERVAL(name, expression)                                                                 \
	static void name(struct call *c, const struct datum *arg, struct datum *out)               \
	{                                                                                          \
		uint64_t x = (uint64_t)arg[0].i, y = (uint64_t)arg[c->argc - 1].i;                 \
		(void)y;                                                                           \
		datum_set_int(out, (int64_t)(expression));                                         \
	}
INTERVAL(v_add, x + y)
INTERVAL(v_subtract, x - y)
INTERVAL(v_negate, 0 - x)

const struct function functions_operator[] = {
	ARITHMETIC("$add", i_add, d_add, m_add, sum_type),
	ARITHMETIC("$subtract", i_subtract, d_subtract, m_subtract, sum_type),
	ARITHMETIC("$multiply", i_multiply, d_multiply, m_multiply, product_type),
	ARITHMETIC("$divide", i_divide, d_divide, m_divide, quotient_type),
	ARITHMETIC("$modulus", i_modulus, d_modulus, m_modulus, rest_type),
	ARITHMETIC("mod", i_modulus, d_modulus, m_modulus, rest_type),
	HIVE("$add", i_add, d_add),
	HIVE("$subtract", i_subtract, d_subtract),
	HIVE("$multiply", i_multiply, d_multiply),
	HIVE("$modulus", i_modulus, h_modulus),
	{ "$divide", "(double, double) -> double", SQL_HIVE, 0, .call = h_divide },
	{ "$divide", "(I, I) -> double", SQL_HIVE, 0, .call = h_divide },
	{ "$div", "(bigint, bigint) -> bigint", SQL_HIVE, 0, .call = i_divide },
	{ "$div", "(I, I) -> I", SQL_HIVE, 0, .call = i_divide },
	{ "$negate", "(I) -> I", SQL_BOTH, 0, .call = i_negate },
	{ "$negate", "(double) -> double", SQL_BOTH, 0, .call = d_negate },
	{ "$negate", "(real) -> real", SQL_BOTH, 0, .call = d_negate },
	{ "$negate", "(decimal) -> decimal", SQL_BOTH, 0, .call = m_negate, .result = same_type },
	{ "negative", "(double) -> double", SQL_HIVE, 0, .call = d_negate },
	{ "negative", "(I) -> I", SQL_HIVE, 0, .call = i_negate },
	MOVES("$add", t_add),
	MOVES("$subtract", t_subtract),
	MOVED("$add", t_add, "date", "day to second"),
	MOVED("$add", t_add, "timestamp", "day to second"),
	MOVED("$add", t_add, "timestamp with time zone", "day to second"),
	MOVED("$add", t_add, "date", "year to month"),
	MOVED("$add", t_add, "timestamp", "year to month"),
	MOVED("$add", t_add, "timestamp with time zone", "year to month"),
	{ "$subtract", "(date, date) -> interval day to second", SQL_BOTH, 0,
		.call = t_difference },
	{ "$subtract", "(timestamp, timestamp) -> interval day to second", SQL_BOTH, 0,
		.call = t_difference },
	{ "$subtract",
		"(timestamp with time zone, timestamp with time zone) -> interval day to second",
		SQL_PRESTO, 0, .call = t_difference },
	INTERVALS("$add", v_add),
	INTERVALS("$subtract", v_subtract),
	{ "$negate", "(interval day to second) -> interval day to second", SQL_BOTH, 0,
		.call = v_negate },
	{ "$negate", "(interval year to month) -> interval year to month", SQL_BOTH, 0,
		.call = v_negate },
	SCALE("$multiply", "interval day to second", "bigint"),
	SCALE("$multiply", "interval day to second", "double"),
	SCALE("$multiply", "interval year to month", "bigint"),
	SCALE("$multiply", "interval year to month", "double"),
	SCALE("$multiply", "bigint", "interval day to second"),
	SCALE("$multiply", "double", "interval day to second"),
	SCALE("$multiply", "bigint", "interval year to month"),
	SCALE("$multiply", "double", "interval year to month"),
	SCALE("$divide", "interval day to second", "double"),
	SCALE("$divide", "interval year to month", "double"),
	{ "$concat", "(varchar, varchar) -> varchar", SQL_BOTH, 0, .call = concatenated },
	{ "$concat", "(char, char) -> char", SQL_PRESTO, 0, .call = chars_concatenated, .result = chars_type },
	{ "concat", "(char, char) -> char", SQL_PRESTO, 0, .call = chars_concatenated, .result = chars_type },
	{ "$concat", "(varbinary, varbinary) -> varbinary", SQL_PRESTO, 0, .call = concatenated },
	{ "$concat", "(array(T), array(T)) -> array(T)", SQL_PRESTO, FUNCTION_NULLS,
		.call = a_concat },
	{ "$concat", "(array(T), T) -> array(T)", SQL_PRESTO, FUNCTION_NULLS, .call = a_concat },
	{ "$concat", "(T, array(T)) -> array(T)", SQL_PRESTO, FUNCTION_NULLS, .call = a_concat },
	{ "concat", "(varchar, varchar, varchar...) -> varchar", SQL_PRESTO, 0,
		.call = concatenated },
	{ "concat", "(varbinary, varbinary, varbinary...) -> varbinary", SQL_PRESTO, 0,
		.call = concatenated },
	{ "concat", "(array(T), array(T), array(T)...) -> array(T)", SQL_PRESTO, FUNCTION_NULLS,
		.call = a_concat },
	{ "concat", "(varchar, varchar...) -> varchar", SQL_HIVE, 0, .call = concatenated },
	{ "$like", "(varchar, varchar) -> boolean", SQL_BOTH, 0, .call = like },
	{ "$like", "(char, varchar) -> boolean", SQL_PRESTO, 0, .call = c_like },
	{ "$like", "(char, varchar, varchar) -> boolean", SQL_PRESTO, 0, .call = c_like },
	{ "$like", "(varchar, varchar, varchar) -> boolean", SQL_BOTH, 0, .call = like },
	{ "$array", "(T...) -> array(T)", SQL_PRESTO, FUNCTION_NULLS, .call = array_of,
		.result = array_type },
	{ "array", "(T...) -> array(T)", SQL_HIVE, FUNCTION_NULLS, .call = array_of,
		.result = array_type },
	{ "$row", "(X...) -> unknown", SQL_BOTH, FUNCTION_NULLS, .call = array_of,
		.result = row_type },
	{ "$subscript", "(array(T), bigint) -> T", SQL_BOTH, 0, .call = subscript },
	{ "$subscript", "(map(K,V), K) -> V", SQL_BOTH, 0, .call = m_subscript },
	{ "$eq", "(T, T) -> boolean", SQL_BOTH, 0, .call = equal },
	{ "$lt", "(T, T) -> boolean", SQL_BOTH, 0, .call = ordered },
	{ "$le", "(T, T) -> boolean", SQL_BOTH, 0, .call = ordered },
	{ "$distinct", "(T, T) -> boolean", SQL_BOTH, FUNCTION_NULLS, .call = distinct },
	{ 0 },
};

/* Aggregates. approx_ functions count exactly, which their contract allows. */
#include "sql/functions/lib.h"
#include "base/mem.h"

#include <math.h>

/* --- values that a state keeps */

static void keep(struct datum *slot, const struct datum *v)
{
	char *old = (char *)(uintptr_t)(slot->kind == DATUM_TEXT || slot->kind == DATUM_BLOB
			? slot->p
			: NULL);
	struct datum copy = *v;

	if (v->kind == DATUM_TEXT || v->kind == DATUM_BLOB)
		copy.p = mem_copy(v->p, v->n);
	free(old);
	*slot = copy;
}

static void drop(struct datum *slot)
{
	keep(slot, &(struct datum){ .kind = DATUM_NULL });
}

/* Many values: in an arena of the state's own. */
struct many {
	struct arena memory;
	struct datum *v;
	size_t n, room;
	struct lib_set set;
	struct query *query; /* in which `bytes` are counted, or NULL */
	size_t bytes;
};

static void many_free(void *state)
{
	struct many *s = state;

	if (s->query)
		s->query->memory -= s->bytes;
	free(s->v);
	arena_free(&s->memory);
}

static struct datum in_memory(struct many *s, const struct datum *v)
{
	struct datum copy = *v;

	if (v->kind == DATUM_TEXT || v->kind == DATUM_BLOB)
		copy.p = arena_copy(&s->memory, v->p, v->n);
	return copy;
}

static void many_count(struct call *c, struct many *s)
{
	s->query = c->query;
	call_memory(c, &s->bytes, s->memory.used + s->room * sizeof *s->v);
}

static void many_add(struct call *c, struct many *s, const struct datum *v)
{
	if (s->n == s->room) {
		s->room = s->room ? 2 * s->room : 16;
		s->v = mem_resize(s->v, s->room, sizeof *s->v);
	}
	s->v[s->n++] = in_memory(s, v);
	many_count(c, s);
}

/* True if it is new. */
static bool set_add(struct many *s, const struct sqltype *t, const struct datum *v)
{
	struct datum copy;

	if (!s->set.memory)
		lib_set_init(&s->set, &s->memory, t);
	if (lib_set_find(&s->set, v) != SIZE_MAX)
		return false;
	copy = in_memory(s, v);
	return lib_set_add(&s->set, &copy);
}

/* --- counts and booleans */

struct counted {
	int64_t n, yes;
};

static void count_step(struct call *c, void *state, const struct datum *arg)
{
	struct counted *s = state;

	s->n++;
	s->yes += c->argc && c->arg[0]->kind == SQL_BOOLEAN && arg[0].i;
}

static void count_inverse(struct call *c, void *state, const struct datum *arg)
{
	struct counted *s = state;

	s->n--;
	s->yes -= c->argc && c->arg[0]->kind == SQL_BOOLEAN && arg[0].i;
}

static void count_value(struct call *c, void *state, struct datum *out)
{
	const struct counted *s = state;

	datum_set_int(out, strcmp(c->f->name, "count_if") == 0 ? s->yes : s->n);
}

static void bool_value(struct call *c, void *state, struct datum *out)
{
	const struct counted *s = state;

	if (s->n)
		datum_set_bool(
			out, strcmp(c->f->name, "bool_or") == 0 ? s->yes > 0 : s->yes == s->n);
}

static const struct aggregate count = { sizeof(struct counted), count_step, count_inverse,
	count_value, NULL };
static const struct aggregate booleans = { sizeof(struct counted), count_step, count_inverse,
	bool_value, NULL };

/* --- sums and means */

struct sum {
	int64_t n, i;
	double d;
	decimal_t m;
};

static void sum_step(struct call *c, void *state, const struct datum *arg)
{
	struct sum *s = state;
	int64_t before = s->i;

	s->n++;
	if (c->arg[0]->kind == SQL_DECIMAL) {
		if (__builtin_add_overflow(s->m, datum_decimal(c->arg[0], &arg[0]), &s->m))
			call_error(c, "Decimal overflow");
	} else if (arg[0].kind == DATUM_INT && c->arg[0]->kind <= SQL_BIGINT) {
		s->d += (double)arg[0].i;
		if (__builtin_add_overflow(s->i, arg[0].i, &s->i) && !lib_is_hive(c) &&
			c->f->name[0] == 's')
			call_error(c, "bigint addition overflow: %lld + %lld", (long long)before,
				(long long)arg[0].i);
	} else {
		s->d += lib_double(&arg[0]);
	}
}

static void sum_value(struct call *c, void *state, struct datum *out)
{
	const struct sum *s = state;

	if (s->n == 0)
		return;
	if (c->arg[0]->kind == SQL_DECIMAL) {
		if (decimal_fits(s->m, c->result->a))
			datum_set_decimal(c->scratch, c->result, s->m, out);
		else if (!lib_is_hive(c))
			call_error(c, "Decimal overflow");
	} else if (c->result->kind == SQL_BIGINT) {
		datum_set_int(out, s->i);
	} else {
		datum_set_double(out, c->result->kind == SQL_REAL ? (double)(float)s->d : s->d);
	}
}

static void avg_value(struct call *c, void *state, struct datum *out)
{
	const struct sum *s = state;
	decimal_t mean;
	double d;

	if (s->n == 0)
		return;
	if (c->arg[0]->kind == SQL_DECIMAL) {
		decimal_divide(s->m, s->n, c->result->b - c->arg[0]->b, &mean);
		datum_set_decimal(c->scratch, c->result, mean, out);
		return;
	}
	d = s->d / (double)s->n;
	datum_set_double(out, c->result->kind == SQL_REAL ? (double)(float)d : d);
}

static const struct sqltype *sum_type(struct call *c)
{
	int p = c->arg[0]->a + 10;

	return sqltype_decimal(c->scratch, lib_is_hive(c) && p < 38 ? p : 38, c->arg[0]->b);
}

static const struct sqltype *avg_type(struct call *c)
{
	int p = c->arg[0]->a, s = c->arg[0]->b,
	    more = lib_is_hive(c) ? (p + 4 <= 38 ? 4 : 38 - p) : 0;

	return sqltype_decimal(c->scratch, p + more, s + more);
}

static const struct aggregate sum = { sizeof(struct sum), sum_step, NULL, sum_value, NULL };
static const struct aggregate avg = { sizeof(struct sum), sum_step, NULL, avg_value, NULL };

/* --- extremes: NaN only if there is nothing else */

static bool is_max(const struct call *c)
{
	return strncmp(c->f->name, "max", 3) == 0 || strcmp(c->f->name, "td_last") == 0;
}

/* Is x to come before y? */
static bool better(
	const struct call *c, const struct sqltype *t, const struct datum *x, const struct datum *y)
{
	if (x->kind == DATUM_NAN || y->kind == DATUM_NAN)
		return x->kind != DATUM_NAN && y->kind == DATUM_NAN;
	return is_max(c) ? datum_compare(t, x, y) > 0 : datum_compare(t, x, y) < 0;
}

struct pair {
	bool has;
	struct datum x, by;
};

static void pair_free(void *state)
{
	struct pair *s = state;

	drop(&s->x);
	drop(&s->by);
}

static bool null_inside(struct call *c, const struct sqltype *t, const struct datum *v)
{
	if ((t->kind == SQL_ARRAY || t->kind == SQL_ROW) && datum_has_null(t, v))
		call_error(c, "%s comparison not supported for %s with null elements",
			t->kind == SQL_ARRAY ? "ARRAY" : "ROW",
			t->kind == SQL_ARRAY ? "arrays" : "rows");
	return c->failed;
}

static void extreme_step(struct call *c, void *state, const struct datum *arg)
{
	struct pair *s = state;

	if (null_inside(c, c->arg[0], &arg[0]) || (s->has && !better(c, c->arg[0], &arg[0], &s->x)))
		return;
	s->has = true;
	keep(&s->x, &arg[0]);
}

static void by_step(struct call *c, void *state, const struct datum *arg)
{
	struct pair *s = state;

	if (arg[1].kind == DATUM_NULL || null_inside(c, c->arg[1], &arg[1]) ||
		(s->has && !better(c, c->arg[1], &arg[1], &s->by)))
		return;
	s->has = true;
	keep(&s->x, &arg[0]);
	keep(&s->by, &arg[1]);
}

static void first_step(struct call *c, void *state, const struct datum *arg)
{
	struct pair *s = state;

	(void)c;
	if (!s->has)
		keep(&s->x, &arg[0]);
	s->has = true;
}

static void pair_value(struct call *c, void *state, struct datum *out)
{
	const struct pair *s = state;

	(void)c;
	*out = s->x;
}

static const struct aggregate extreme = { sizeof(struct pair), extreme_step, NULL, pair_value,
	pair_free };
static const struct aggregate by = { sizeof(struct pair), by_step, NULL, pair_value, pair_free };
static const struct aggregate first = { sizeof(struct pair), first_step, NULL, pair_value,
	pair_free };

/* The n best: all are kept, with what they are ordered by. */
static void best_step(struct call *c, void *state, const struct datum *arg)
{
	struct many *s = state;
	const struct datum *n = &arg[c->argc - 1];
	const struct datum *by_what = &arg[c->argc - 2];

	if (n->kind == DATUM_NULL || n->i <= 0)
		call_error(c, "third argument of max_by/min_by must be a positive integer");
	if (by_what->kind == DATUM_NULL || c->failed)
		return;
	many_add(c, s, &arg[0]);
	many_add(c, s, by_what);
	s->set.room = (size_t)(n->i < 10000 ? n->i : 10000); /* its number */
}

static void best_value(struct call *c, void *state, struct datum *out)
{
	struct many *s = state;
	const struct sqltype *t = c->arg[c->argc - 2];
	size_t n = s->n / 2, want = s->set.room, made = 0;
	struct datum *best;
	bool *used;

	if (n == 0)
		return;
	best = arena_alloc(c->scratch, (want + 1) * sizeof *best);
	used = arena_alloc(c->scratch, n);
	for (; made < want && made < n && !call_stopped(c); made++) {
		size_t at = SIZE_MAX;

		for (size_t i = 0; i < n; i++)
			if (!used[i] && (at == SIZE_MAX ||
					better(c, t, &s->v[2 * i + 1], &s->v[2 * at + 1])))
				at = i;
		used[at] = true;
		best[made] = s->v[2 * at];
	}
	lib_list_as(c, c->result, best, made, out);
}

/* How a result shows a list of reals is not certain. */
static const struct sqltype *best_type(struct call *c)
{
	if (c->arg[0]->kind == SQL_REAL) {
		call_refuse(c, "%s(real, bigint)", c->f->name);
		return NULL;
	}
	return sqltype_array(c->scratch, c->arg[0]);
}

static const struct aggregate best = { sizeof(struct many), best_step, NULL, best_value,
	many_free };

/* td_first(x, order, ...), td_last(x, order, ...) */
struct ordered {
	bool has;
	struct datum x;
	struct many order;
};

static void ordered_free(void *state)
{
	struct ordered *s = state;

	drop(&s->x);
	many_free(&s->order);
}

static void ordered_step(struct call *c, void *state, const struct datum *arg)
{
	struct ordered *s = state;

	for (int i = 1; s->has && i < c->argc; i++) {
		const struct datum *kept = &s->order.v[i - 1];

		if (better(c, c->arg[i], &arg[i], kept))
			break;
		if (better(c, c->arg[i], kept, &arg[i]) || i + 1 == c->argc)
			return;
	}
	s->has = true;
	keep(&s->x, &arg[0]);
	many_free(&s->order);
	s->order = (struct many){ 0 };
	for (int i = 1; i < c->argc; i++)
		many_add(c, &s->order, &arg[i]);
}

static void ordered_value(struct call *c, void *state, struct datum *out)
{
	(void)c;
	*out = ((struct ordered *)state)->x;
}

static const struct sqltype *first_type(struct call *c)
{
	return c->arg[0];
}

static const struct aggregate td_ordered = { sizeof(struct ordered), ordered_step, NULL,
	ordered_value, ordered_free };

/* --- lists and sets */

static void list_step(struct call *c, void *state, const struct datum *arg)
{
	many_add(c, state, &arg[0]);
}

static void list_value(struct call *c, void *state, struct datum *out)
{
	const struct many *s = state;

	if (s->n || lib_is_hive(c))
		lib_list_as(c, c->result, s->v, s->n, out);
}

static void set_step(struct call *c, void *state, const struct datum *arg)
{
	if (set_add(state, c->arg[0], &arg[0]))
		many_add(c, state, &arg[0]);
}

static void distinct_step(struct call *c, void *state, const struct datum *arg)
{
	struct many *s = state;

	if (set_add(s, c->arg[0], &arg[0]))
		many_count(c, s);
}

static void distinct_value(struct call *c, void *state, struct datum *out)
{
	(void)c;
	datum_set_int(out, (int64_t)((struct many *)state)->set.n);
}

static const struct aggregate list = { sizeof(struct many), list_step, NULL, list_value,
	many_free };
static const struct aggregate set = { sizeof(struct many), set_step, NULL, list_value, many_free };
static const struct aggregate distinct = { sizeof(struct many), distinct_step, NULL, distinct_value,
	many_free };

/* listagg(x, separator) */
static void listagg_step(struct call *c, void *state, const struct datum *arg)
{
	struct many *s = state;

	if (arg[0].kind == DATUM_NULL)
		return;
	if (s->n && c->argc > 1 && arg[1].kind == DATUM_TEXT)
		many_add(c, s, &arg[1]);
	many_add(c, s, &arg[0]);
}

static void listagg_value(struct call *c, void *state, struct datum *out)
{
	const struct many *s = state;
	struct buf b;
	int rc = 0;

	if (s->n == 0)
		return;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < s->n && rc == 0; i++)
		rc = buf_put(&b, s->v[i].p, s->v[i].n);
	if (rc) {
		buf_free(&b);
		call_error(c, "Concatenated string has more than 1048576 bytes");
	} else {
		call_text(c, &b, 0, out);
	}
}

static const struct aggregate listagg = { sizeof(struct many), listagg_step, NULL, listagg_value,
	many_free };

/* --- maps */

static void map_step(struct call *c, void *state, const struct datum *arg)
{
	struct many *s = state;

	if (arg[0].kind == DATUM_NULL || !set_add(s, c->arg[0], &arg[0]))
		return;
	many_add(c, s, &arg[0]);
	many_add(c, s, &arg[1]);
}

static void map_value(struct call *c, void *state, struct datum *out)
{
	const struct many *s = state;
	struct datum *kv = arena_alloc(c->scratch, (s->n + 1) * sizeof *kv);

	if (s->n == 0)
		return;
	memcpy(kv, s->v, s->n * sizeof *kv);
	lib_map(c, c->result, kv, s->n / 2, false, out);
}

static void union_step(struct call *c, void *state, const struct datum *arg)
{
	struct many *s = state;
	struct datum_walk w;
	struct datum k, v;

	for (datum_walk(&w, c->scratch, &arg[0]);
		datum_next(&w, &k) && datum_next(&w, &v) && !call_stopped(c);)
		if (set_add(s, c->arg[0]->of[0], &k)) {
			many_add(c, s, &k);
			many_add(c, s, &v);
		}
	s->set.memory = &s->memory;
}

static void union_value(struct call *c, void *state, struct datum *out)
{
	if (((struct many *)state)->set.memory) {
		map_value(c, state, out);
		if (out->kind == DATUM_NULL)
			lib_map(c, c->result, NULL, 0, false, out);
	}
}

/* Keys with all their values: pairs are kept as they come and brought together at the end. */
static void pairs_step(struct call *c, void *state, const struct datum *arg)
{
	if (arg[0].kind == DATUM_NULL)
		return;
	many_add(c, state, &arg[0]);
	many_add(c, state, &arg[1]);
}

static void multimap_value(struct call *c, void *state, struct datum *out)
{
	const struct many *s = state;
	struct lib_list *group = arena_alloc(c->scratch, (s->n / 2 + 1) * sizeof *group),
			made = { 0 };
	struct lib_set keys;

	if (s->n == 0)
		return;
	lib_set_init(&keys, c->scratch, c->arg[0]);
	for (size_t i = 0; i < s->n && !call_stopped(c); i += 2) {
		lib_set_add(&keys, &s->v[i]);
		*lib_add(c, &group[lib_set_find(&keys, &s->v[i])]) = s->v[i + 1];
	}
	for (size_t i = 0; i < keys.n && !c->failed; i++) {
		*lib_add(c, &made) = keys.v[i];
		lib_list_as(c, c->result->of[1], group[i].v, group[i].n, lib_add(c, &made));
	}
	if (!c->failed)
		lib_map(c, c->result, made.v, keys.n, false, out);
}

static void histogram_step(struct call *c, void *state, const struct datum *arg)
{
	struct many *s = state;
	struct datum one;

	datum_set_int(&one, 1);
	if (set_add(s, c->arg[0], &arg[0])) {
		many_add(c, s, &arg[0]);
		many_add(c, s, &one);
	} else {
		s->v[2 * lib_set_find(&s->set, &arg[0]) + 1].i++;
	}
}

static const struct aggregate map = { sizeof(struct many), map_step, NULL, map_value, many_free };
static const struct aggregate map_union = { sizeof(struct many), union_step, NULL, union_value,
	many_free };
static const struct aggregate multimap = { sizeof(struct many), pairs_step, NULL, multimap_value,
	many_free };
static const struct aggregate histogram = { sizeof(struct many), histogram_step, NULL, map_value,
	many_free };

/* --- statistics: running means and central moments */

struct moments {
	double n, mx, my, x2, y2, xy, x3, x4, logs;
};

static void moments_step(struct call *c, void *state, const struct datum *arg)
{
	struct moments *s = state;
	double y = c->argc > 1 ? lib_double(&arg[0]) : 0, x = lib_double(&arg[c->argc - 1]);
	double n1 = s->n++, dx = x - s->mx, dn = dx / s->n, t = dx * dn * n1, dy = y - s->my;

	s->mx += dn;
	s->x4 += t * dn * dn * (s->n * s->n - 3 * s->n + 3) + 6 * dn * dn * s->x2 - 4 * dn * s->x3;
	s->x3 += t * dn * (s->n - 2) - 3 * dn * s->x2;
	s->x2 += t;
	s->my += dy / s->n;
	s->y2 += dy * (y - s->my);
	s->xy += dx * (y - s->my);
	s->logs += log(x);
}

static double kurtosis(const struct moments *s)
{
	double n = s->n, variance = s->x2 / (n - 1);

	return n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * (s->x4 / (variance * variance)) -
	       3 * ((n - 1) * (n - 1)) / ((n - 2) * (n - 3));
}

enum statistic {
	VAR_SAMP,
	VAR_POP,
	STDDEV_SAMP,
	STDDEV_POP,
	CORR,
	COVAR_SAMP,
	COVAR_POP,
	SLOPE,
	INTERCEPT,
	SKEWNESS,
	KURTOSIS,
	GEOMETRIC
};
static const struct {
	const char *name;
	enum statistic presto, hive;
	int rows; /* at least */
	bool finite; /* else NULL */
} statistics[] = {
	{ "var_samp", VAR_SAMP, VAR_SAMP, 2, false }, { "variance", VAR_SAMP, VAR_POP, 2, false }, { "var_pop", VAR_POP, VAR_POP, 1, false },
	{ "stddev_samp", STDDEV_SAMP, STDDEV_SAMP, 2, false }, { "stddev", STDDEV_SAMP, STDDEV_POP, 2, false },
	{ "std", STDDEV_POP, STDDEV_POP, 1, false }, { "stddev_pop", STDDEV_POP, STDDEV_POP, 1, false }, { "corr", CORR, CORR, 1, true },
	{ "covar_samp", COVAR_SAMP, COVAR_SAMP, 2, false }, { "covar_pop", COVAR_POP, COVAR_POP, 1, false },
	{ "regr_slope", SLOPE, SLOPE, 1, true }, { "regr_intercept", INTERCEPT, INTERCEPT, 1, true },
	{ "skewness", SKEWNESS, SKEWNESS, 3, false }, { "kurtosis", KURTOSIS, KURTOSIS, 4, false },
	{ "geometric_mean", GEOMETRIC, GEOMETRIC, 1, false },
};

static double statistic(const struct moments *s, enum statistic which)
{
	switch (which) {
	case VAR_SAMP: return s->x2 / (s->n - 1);
	case VAR_POP: return s->x2 / s->n;
	case STDDEV_SAMP: return sqrt(s->x2 / (s->n - 1));
	case STDDEV_POP: return sqrt(s->x2 / s->n);
	case CORR: return s->xy / (sqrt(s->x2) * sqrt(s->y2));
	case COVAR_SAMP: return s->xy / (s->n - 1);
	case COVAR_POP: return s->xy / s->n;
	case SLOPE: return s->xy / s->x2;
	case INTERCEPT: return s->my - s->xy / s->x2 * s->mx;
	case SKEWNESS: return sqrt(s->n) * s->x3 / pow(s->x2, 1.5);
	case KURTOSIS: return kurtosis(s);
	default: return exp(s->logs / s->n);
	}
}

static void moments_value(struct call *c, void *state, struct datum *out)
{
	const struct moments *s = state;

	for (size_t i = 0; i < sizeof statistics / sizeof *statistics; i++)
		if (strcmp(c->f->name, statistics[i].name) == 0) {
			enum statistic which = lib_is_hive(c) ? statistics[i].hive
							      : statistics[i].presto;
			int rows = which == VAR_POP || which == STDDEV_POP ? 1 : statistics[i].rows;
			double d = statistic(s, which);

			if (s->n >= rows && (isfinite(d) || !statistics[i].finite))
				datum_set_double(
					out, c->result->kind == SQL_REAL ? (double)(float)d : d);
		}
}

static const struct aggregate moments = { sizeof(struct moments), moments_step, NULL, moments_value,
	NULL };

/* --- bits */

struct bits {
	bool has;
	int64_t v;
};

static void bits_step(struct call *c, void *state, const struct datum *arg)
{
	struct bits *s = state;

	s->v = !s->has					     ? arg[0].i
		: strcmp(c->f->name, "bitwise_and_agg") == 0 ? s->v & arg[0].i
							     : s->v | arg[0].i;
	s->has = true;
}

static void bits_value(struct call *c, void *state, struct datum *out)
{
	const struct bits *s = state;

	(void)c;
	if (s->has)
		datum_set_int(out, s->v);
}

static const struct aggregate bits = { sizeof(struct bits), bits_step, NULL, bits_value, NULL };

/* --- checksum: of values in any order. As Trino's for numbers and texts; of others its own. */

enum { CHECKSUM_LEN = 8 };
static const uint64_t checksum_prime = 0x9e3779b185ebca87;

struct checksum {
	bool has;
	uint64_t sum;
};

static void little_endian(char out[CHECKSUM_LEN], uint64_t v)
{
	for (int i = 0; i < CHECKSUM_LEN; i++)
		out[i] = (char)(v >> 8 * i);
}

static uint64_t checksum_of(const struct datum *v)
{
	char bytes[CHECKSUM_LEN];
	double d;
	uint64_t word;

	if (v->kind == DATUM_TEXT || v->kind == DATUM_BLOB)
		return lib_xxhash64(v->p, v->n);
	word = (uint64_t)v->i;
	if (v->kind != DATUM_INT) {
		d = datum_double(v);
		if (d == 0)
			return 0;
		memcpy(&word, &d, sizeof word);
		word = isnan(d) ? 0x7ff8000000000000 : word;
	}
	little_endian(bytes, word);
	return lib_xxhash64(bytes, sizeof bytes);
}

static void checksum_step(struct call *c, void *state, const struct datum *arg)
{
	struct checksum *s = state;

	(void)c;
	s->has = true;
	s->sum += arg[0].kind == DATUM_NULL ? checksum_prime
					    : checksum_of(arg) * checksum_prime;
}

static void checksum_value(struct call *c, void *state, struct datum *out)
{
	const struct checksum *s = state;
	char bytes[CHECKSUM_LEN];

	if (!s->has)
		return;
	little_endian(bytes, s->sum);
	datum_set_blob(out, arena_copy(c->scratch, bytes, sizeof bytes), sizeof bytes);
}

static const struct aggregate checksum = {
	sizeof(struct checksum), checksum_step, NULL, checksum_value, NULL
};

/* --- percentiles */

static void percentile_step(struct call *c, void *state, const struct datum *arg)
{
	struct many *s = state;

	if (s->n == 0)
		many_add(c, s, &arg[1]);
	many_add(c, s, &arg[0]);
}

static int by_value(struct call *c, const struct datum *x, const struct datum *y)
{
	return datum_compare(c->arg[0], x, y);
}

/* Presto: the value at the rank. Hive's percentile(): between two of them. */
static void at_rank(struct call *c, const struct datum *v, size_t n, double p, struct datum *out)
{
	double rank = p * (double)(n - 1);
	size_t low = (size_t)floor(rank), high = (size_t)ceil(rank),
	       at = (size_t)ceil(p * (double)n);

	if (!(p >= 0 && p <= 1))
		call_error(c, "Percentile must be between 0 and 1");
	else if (!lib_is_hive(c))
		*out = v[at ? at - 1 : 0];
	else
		datum_set_double(out,
			low == high ? lib_double(&v[low])
				    : ((double)high - rank) * lib_double(&v[low]) +
					(rank - (double)low) * lib_double(&v[high]));
}

static void percentile_value(struct call *c, void *state, struct datum *out)
{
	const struct many *s = state;
	struct datum *v = arena_alloc(c->scratch, (s->n + 1) * sizeof *v), p, made;
	struct lib_list l = { 0 };
	struct datum_walk w;

	if (s->n < 2) {
		if (lib_is_hive(c) &&
			c->arg[1]->kind == SQL_ARRAY) /* Hive's tests show a text, null */
			call_refuse(c, "percentile of no rows with an array");
		return;
	}
	memcpy(v, s->v + 1, (s->n - 1) * sizeof *v);
	lib_sort(c, v, s->n - 1, by_value);
	if (c->arg[1]->kind != SQL_ARRAY) {
		at_rank(c, v, s->n - 1, lib_double(&s->v[0]), out);
		return;
	}
	for (datum_walk(&w, c->scratch, &s->v[0]); datum_next(&w, &p) && !call_stopped(c);) {
		at_rank(c, v, s->n - 1, lib_double(&p), &made);
		*lib_add(c, &l) = made;
	}
	if (!c->failed)
		lib_array(c, &l, out);
}

static const struct aggregate percentile = { sizeof(struct many), percentile_step, NULL,
	percentile_value, many_free };

/* --- Hive's histogram (Ben-Haim and Tom-Tov): bins that are merged when there are too many */

struct bins {
	size_t n, most;
	struct bin {
		double x, y;
	} *bin;
	uint64_t random; /* java.util.Random: ties between merges are broken by it */
	struct datum wanted; /* percentile_approx: which */
};

static void bins_free(void *state)
{
	struct bins *s = state;

	free(s->bin);
	drop(&s->wanted);
}

static double java_random(uint64_t *s)
{
	const uint64_t mask = ((uint64_t)1 << 48) - 1;
	uint64_t high, low;

	*s = (*s * 0x5deece66dULL + 11) & mask;
	high = *s >> 22;
	*s = (*s * 0x5deece66dULL + 11) & mask;
	low = *s >> 21;
	return (double)((high << 27) + low) / 9007199254740992.0;
}

static void merge_closest(struct bins *s)
{
	double least = s->bin[1].x - s->bin[0].x, both;
	size_t at = 0;
	int ties = 1;

	for (size_t i = 1; i + 1 < s->n; i++) {
		double d = s->bin[i + 1].x - s->bin[i].x;

		if (d < least) {
			least = d;
			at = i;
			ties = 1;
		} else if (d == least && java_random(&s->random) <= 1.0 / ++ties) {
			at = i;
		}
	}
	both = s->bin[at].y + s->bin[at + 1].y;
	s->bin[at].x *= s->bin[at].y / both;
	s->bin[at].x += s->bin[at + 1].x / both * s->bin[at + 1].y;
	s->bin[at].y = both;
	memmove(&s->bin[at + 1], &s->bin[at + 2], (s->n - at - 2) * sizeof *s->bin);
	s->n--;
}

static void bins_add(struct bins *s, double v)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (s->bin[middle].x < v)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < s->n && s->bin[low].x == v) {
		s->bin[low].y++;
		return;
	}
	memmove(&s->bin[low + 1], &s->bin[low], (s->n - low) * sizeof *s->bin);
	s->bin[low] = (struct bin){ v, 1 };
	if (++s->n > s->most)
		merge_closest(s);
}

static void bins_step(struct call *c, void *state, const struct datum *arg)
{
	struct bins *s = state;
	bool approx = strcmp(c->f->name, "histogram_numeric") != 0;
	int64_t most = c->argc > 2 ? arg[2].i : approx ? 10000 : arg[1].i;

	if (!s->bin) {
		if (most < 2 || most > 1000000) {
			call_error(c, "%s needs at least 2 bins, and at most 1000000", c->f->name);
			return;
		}
		s->most = (size_t)most;
		s->bin = mem_alloc((s->most + 2) * sizeof *s->bin);
		s->random = (31183 ^ 0x5deece66dULL) & (((uint64_t)1 << 48) - 1);
		keep(&s->wanted, &arg[1]);
	}
	bins_add(s, lib_double(&arg[0]));
}

static double quantile(const struct bins *s, double q)
{
	double all = 0, below = 0;

	for (size_t i = 0; i < s->n; i++)
		all += s->bin[i].y;
	for (size_t i = 0; i < s->n; i++) {
		below += s->bin[i].y;
		if (below / all >= q) {
			if (i == 0)
				return s->bin[i].x;
			below -= s->bin[i].y;
			return s->bin[i - 1].x +
				(q * all - below) * (s->bin[i].x - s->bin[i - 1].x) / s->bin[i].y;
		}
	}
	return -1;
}

static void quantile_value(struct call *c, void *state, struct datum *out)
{
	const struct bins *s = state;
	struct lib_list l = { 0 };
	struct datum_walk w;
	struct datum p;

	if (s->n == 0)
		return;
	if (c->arg[1]->kind != SQL_ARRAY) {
		datum_set_double(out, quantile(s, lib_double(&s->wanted)));
		return;
	}
	for (datum_walk(&w, c->scratch, &s->wanted); datum_next(&w, &p) && !call_stopped(c);)
		datum_set_double(lib_add(c, &l), quantile(s, lib_double(&p)));
	lib_array(c, &l, out);
}

static void bins_value(struct call *c, void *state, struct datum *out)
{
	const struct bins *s = state;
	struct lib_list l = { 0 };
	struct datum two[2];

	for (size_t i = 0; i < s->n && !call_stopped(c); i++) {
		datum_set_double(&two[0], s->bin[i].x);
		datum_set_double(&two[1], s->bin[i].y);
		lib_list_as(c, c->result->of[0], two, 2, lib_add(c, &l));
	}
	if (s->n)
		lib_array(c, &l, out);
}

static const struct sqltype *bins_type(struct call *c)
{
	static const struct sqltype *const of[] = { &sqltype_double, &sqltype_double };
	static const char *const names[] = { "x", "y" };

	return sqltype_array(c->scratch, sqltype_row(c->scratch, 2, of, names));
}

static const struct aggregate percentile_approx = { sizeof(struct bins), bins_step, NULL,
	quantile_value, bins_free };
static const struct aggregate histogram_numeric = { sizeof(struct bins), bins_step, NULL,
	bins_value, bins_free };

#define STATISTIC(name, engines) { name, "(double) -> double", engines, 0, .aggregate = &moments }
#define STATISTIC2(name, engines) { name, "(double, double) -> double", engines, 0, .aggregate = &moments }
const struct function functions_aggregate[] = {
	{ "count", "(T) -> bigint", SQL_BOTH, 0, .aggregate = &count },
	{ "count", "() -> bigint", SQL_BOTH, 0, .aggregate = &count },
	{ "count_if", "(boolean) -> bigint", SQL_PRESTO, 0, .aggregate = &count },
	{ "bool_and", "(boolean) -> boolean", SQL_PRESTO, 0, .aggregate = &booleans },
	{ "bool_or", "(boolean) -> boolean", SQL_PRESTO, 0, .aggregate = &booleans },
	{ "every", "(boolean) -> boolean", SQL_PRESTO, 0, .aggregate = &booleans },
	{ "sum", "(bigint) -> bigint", SQL_BOTH, 0, .aggregate = &sum },
	{ "sum", "(double) -> double", SQL_BOTH, 0, .aggregate = &sum },
	{ "sum", "(real) -> real", SQL_PRESTO, 0, .aggregate = &sum },
	{ "sum", "(real) -> double", SQL_HIVE, 0, .aggregate = &sum },
	{ "sum", "(decimal) -> decimal", SQL_BOTH, 0, .aggregate = &sum, .result = sum_type },
	{ "avg", "(bigint) -> double", SQL_BOTH, 0, .aggregate = &avg },
	{ "avg", "(double) -> double", SQL_BOTH, 0, .aggregate = &avg },
	{ "avg", "(real) -> real", SQL_PRESTO, 0, .aggregate = &avg },
	{ "avg", "(real) -> double", SQL_HIVE, 0, .aggregate = &avg },
	{ "avg", "(decimal) -> decimal", SQL_BOTH, 0, .aggregate = &avg, .result = avg_type },
	{ "min", "(T) -> T", SQL_BOTH, 0, .aggregate = &extreme },
	{ "max", "(T) -> T", SQL_BOTH, 0, .aggregate = &extreme },
	{ "min", "(T, bigint) -> array(T)", SQL_PRESTO, FUNCTION_NULLS, .aggregate = &best, .result = best_type },
	{ "max", "(T, bigint) -> array(T)", SQL_PRESTO, FUNCTION_NULLS, .aggregate = &best, .result = best_type },
	{ "min_by", "(T, U) -> T", SQL_BOTH, FUNCTION_NULLS | FUNCTION_ORDERED, .aggregate = &by },
	{ "max_by", "(T, U) -> T", SQL_BOTH, FUNCTION_NULLS | FUNCTION_ORDERED, .aggregate = &by },
	{ "min_by", "(T, U, bigint) -> array(T)", SQL_PRESTO, FUNCTION_NULLS | FUNCTION_ORDERED,
		.aggregate = &best },
	{ "max_by", "(T, U, bigint) -> array(T)", SQL_PRESTO, FUNCTION_NULLS | FUNCTION_ORDERED,
		.aggregate = &best },
	{ "arbitrary", "(T) -> T", SQL_PRESTO, FUNCTION_ORDERED, .aggregate = &first },
	{ "any_value", "(T) -> T", SQL_PRESTO, FUNCTION_ORDERED, .aggregate = &first },
	{ "td_first", "(X, X, X...) -> unknown", SQL_BOTH, FUNCTION_NULLS | FUNCTION_ORDERED,
		.aggregate = &td_ordered, .result = first_type },
	{ "td_last", "(X, X, X...) -> unknown", SQL_BOTH, FUNCTION_NULLS | FUNCTION_ORDERED,
		.aggregate = &td_ordered, .result = first_type },
	{ "array_agg", "(T) -> array(T)", SQL_PRESTO, FUNCTION_NULLS | FUNCTION_ORDERED,
		.aggregate = &list },
	{ "set_agg", "(T) -> array(T)", SQL_PRESTO, FUNCTION_NULLS | FUNCTION_ORDERED,
		.aggregate = &set },
	{ "collect_list", "(T) -> array(T)", SQL_HIVE, FUNCTION_ORDERED, .aggregate = &list },
	{ "collect_set", "(T) -> array(T)", SQL_HIVE, FUNCTION_ORDERED, .aggregate = &set },
	{ "approx_distinct", "(T) -> bigint", SQL_BOTH, 0, .aggregate = &distinct },
	{ "approx_distinct", "(T, double) -> bigint", SQL_PRESTO, 0, .aggregate = &distinct },
	{ "listagg", "(varchar) -> varchar", SQL_PRESTO, FUNCTION_NULLS | FUNCTION_ORDERED,
		.aggregate = &listagg },
	{ "listagg", "(varchar, varchar) -> varchar", SQL_PRESTO, FUNCTION_NULLS | FUNCTION_ORDERED,
		.aggregate = &listagg },
	{ "map_agg", "(K, V) -> map(K,V)", SQL_BOTH, FUNCTION_NULLS | FUNCTION_ORDERED,
		.aggregate = &map },
	{ "multimap_agg", "(K, V) -> map(K,array(V))", SQL_PRESTO,
		FUNCTION_NULLS | FUNCTION_ORDERED, .aggregate = &multimap },
	{ "map_union", "(map(K,V)) -> map(K,V)", SQL_PRESTO, FUNCTION_ORDERED,
		.aggregate = &map_union },
	{ "histogram", "(T) -> map(T,bigint)", SQL_PRESTO, 0, .aggregate = &histogram },
	STATISTIC("var_samp", SQL_BOTH),
	STATISTIC("variance", SQL_BOTH),
	STATISTIC("var_pop", SQL_BOTH),
	STATISTIC("stddev_samp", SQL_BOTH),
	STATISTIC("stddev", SQL_BOTH),
	STATISTIC("std", SQL_HIVE),
	STATISTIC("stddev_pop", SQL_BOTH),
	STATISTIC("skewness", SQL_PRESTO),
	STATISTIC("kurtosis", SQL_PRESTO),
	STATISTIC("geometric_mean", SQL_PRESTO),
	STATISTIC2("corr", SQL_BOTH),
	STATISTIC2("covar_samp", SQL_BOTH),
	STATISTIC2("covar_pop", SQL_BOTH),
	STATISTIC2("regr_slope", SQL_PRESTO),
	STATISTIC2("regr_intercept", SQL_PRESTO),
	{ "bitwise_and_agg", "(bigint) -> bigint", SQL_PRESTO, 0, .aggregate = &bits },
	{ "bitwise_or_agg", "(bigint) -> bigint", SQL_PRESTO, 0, .aggregate = &bits },
	{ "checksum", "(T) -> varbinary", SQL_PRESTO, FUNCTION_NULLS, .aggregate = &checksum },
	{ "approx_percentile", "(N, double) -> N", SQL_PRESTO, 0, .aggregate = &percentile },
	{ "approx_percentile", "(N, array(double)) -> array(N)", SQL_PRESTO, 0,
		.aggregate = &percentile },
	{ "percentile", "(bigint, double) -> double", SQL_HIVE, 0, .aggregate = &percentile },
	{ "percentile", "(bigint, array(double)) -> array(double)", SQL_HIVE, 0,
		.aggregate = &percentile },
	{ "percentile_approx", "(double, double) -> double", SQL_HIVE, FUNCTION_ORDERED,
		.aggregate = &percentile_approx },
	{ "percentile_approx", "(double, double, integer) -> double", SQL_HIVE, FUNCTION_ORDERED,
		.aggregate = &percentile_approx },
	{ "percentile_approx", "(double, array(double)) -> array(double)", SQL_HIVE,
		FUNCTION_ORDERED, .aggregate = &percentile_approx },
	{ "percentile_approx", "(double, array(double), integer) -> array(double)", SQL_HIVE,
		FUNCTION_ORDERED, .aggregate = &percentile_approx },
	{ "approx_percentile", "(double, double) -> double", SQL_HIVE, FUNCTION_ORDERED,
		.aggregate = &percentile_approx },
	{ "approx_percentile", "(double, array(double)) -> array(double)", SQL_HIVE,
		FUNCTION_ORDERED, .aggregate = &percentile_approx },
	{ "histogram_numeric", "(double, integer) -> unknown", SQL_HIVE, FUNCTION_ORDERED,
		.aggregate = &histogram_numeric, .result = bins_type },
	{ 0 },
};

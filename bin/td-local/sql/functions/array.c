/* Arrays, with Presto's NULL rules, and lambda functions over them. */
#include "sql/functions/lib.h"

#include <math.h>

enum { RESULT_MAX = 10000, COMBINATIONS_MAX = 100000, COMBINATION_MAX = 5 };

static const struct sqltype *element_type(const struct call *c)
{
	return c->arg[0]->of[0];
}

static struct datum *elements(struct call *c, const struct datum *v, size_t *n)
{
	return datum_elements(c->scratch, v, n);
}

static void no_nulls(struct call *c)
{
	call_error(c, "ARRAY comparison not supported for arrays with null elements");
}

/* --- searching */

static void cardinality(struct call *c, const struct datum *arg, struct datum *out)
{
	size_t n = datum_count(&arg[0]);

	datum_set_int(out, (int64_t)(c->arg[0]->kind == SQL_MAP ? n / 2 : n));
}

static void h_size(struct call *c, const struct datum *arg, struct datum *out)
{
	if (arg[0].kind == DATUM_NULL)
		datum_set_int(out, -1);
	else
		cardinality(c, arg, out);
}

static void element_at(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t i = arg[1].i;
	size_t n;
	struct datum *v = elements(c, &arg[0], &n);

	if (i == 0)
		call_error(c, "SQL array indices start at 1");
	else if (i < 0 ? -i <= (int64_t)n : i <= (int64_t)n)
		*out = v[i < 0 ? (int64_t)n + i : i - 1];
}

static void contains(struct call *c, const struct datum *arg, struct datum *out)
{
	const struct sqltype *t = element_type(c);
	struct datum_walk w;
	struct datum e;
	bool null = false;

	for (datum_walk(&w, c->scratch, &arg[0]); datum_next(&w, &e) && !call_stopped(c);) {
		int same = datum_equal(t, &e, &arg[1]);

		if (same > 0) {
			datum_set_bool(out, true);
			return;
		}
		if (same < 0 && e.kind != DATUM_NULL) {
			no_nulls(c);
			return;
		}
		null |= e.kind == DATUM_NULL;
	}
	if (!null || lib_is_hive(c))
		datum_set_bool(out, false);
}

/* Hive: false also for NULLs. */
static void h_contains(struct call *c, const struct datum *arg, struct datum *out)
{
	if (arg[0].kind == DATUM_NULL || arg[1].kind == DATUM_NULL)
		datum_set_bool(out, false);
	else
		contains(c, arg, out);
}

static void position(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t k = c->argc > 2 ? arg[2].i : 1, at = 0;
	size_t n;
	struct datum *v = elements(c, &arg[0], &n);

	if (k == 0) {
		call_error(c, "array_position cannot take a 0-valued instance argument.");
		return;
	}
	for (size_t i = 0; i < n && k && !call_stopped(c); i++) {
		size_t index = k > 0 ? i : n - 1 - i;
		int same = datum_equal(element_type(c), &v[index], &arg[1]);

		if (same < 0 && v[index].kind != DATUM_NULL)
			no_nulls(c);
		if (same > 0 && (k += k > 0 ? -1 : 1) == 0)
			at = (int64_t)index + 1;
	}
	datum_set_int(out, at);
}

static void contains_sequence(struct call *c, const struct datum *arg, struct datum *out)
{
	size_t n, m, k;
	struct datum *v = elements(c, &arg[0], &n), *w = elements(c, &arg[1], &m);

	datum_set_bool(out, false);
	for (size_t i = 0; i + m <= n && !call_stopped(c); i++) {
		for (k = 0; k < m && datum_compare(element_type(c), &v[i + k], &w[k]) == 0; k++)
			;
		if (k == m)
			datum_set_bool(out, true);
	}
}

static void overlap(struct call *c, const struct datum *arg, struct datum *out)
{
	size_t n, m;
	struct datum *v = elements(c, &arg[0], &n), *w = elements(c, &arg[1], &m);
	bool null = false;
	struct lib_set s;

	lib_set_init(&s, c->scratch, element_type(c));
	for (size_t i = 0; i < n; i++) {
		null |= v[i].kind == DATUM_NULL;
		lib_set_add(&s, &v[i]);
	}
	for (size_t i = 0; i < m && !call_stopped(c); i++) {
		null |= w[i].kind == DATUM_NULL;
		if (w[i].kind != DATUM_NULL && lib_set_find(&s, &w[i]) != SIZE_MAX) {
			datum_set_bool(out, true);
			return;
		}
	}
	if (!null || n == 0 || m == 0)
		datum_set_bool(out, false);
}

/* --- extremes and order */

static void extreme(struct call *c, const struct datum *arg, int sign, struct datum *out)
{
	const struct sqltype *t = element_type(c);
	struct datum_walk w;
	struct datum e;
	bool some = false;

	datum_walk(&w, c->scratch, &arg[0]);
	for (; datum_next(&w, &e) && !call_stopped(c); some = true) {
		if (e.kind == DATUM_NULL) {
			datum_set_null(out);
			return;
		}
		if (t->kind == SQL_ARRAY && datum_has_null(t, &e)) {
			no_nulls(c);
			return;
		}
		if (!some || out->kind == DATUM_NAN ||
			(e.kind != DATUM_NAN && sign * datum_compare(t, &e, out) > 0))
			*out = e;
	}
}

static void array_max(struct call *c, const struct datum *arg, struct datum *out)
{
	extreme(c, arg, 1, out);
}

static void array_min(struct call *c, const struct datum *arg, struct datum *out)
{
	extreme(c, arg, -1, out);
}

static int by_value(struct call *c, const struct datum *x, const struct datum *y)
{
	const struct sqltype *t = element_type(c);

	if ((t->kind == SQL_ARRAY || t->kind == SQL_ROW) && x->kind && y->kind &&
		(datum_has_null(t, x) || datum_has_null(t, y)))
		no_nulls(c);
	if (lib_is_hive(c) && (x->kind == DATUM_NULL || y->kind == DATUM_NULL))
		return (y->kind == DATUM_NULL) - (x->kind == DATUM_NULL);
	return datum_compare(t, x, y);
}

static int by_lambda(struct call *c, const struct datum *x, const struct datum *y)
{
	struct datum pair[2] = { *x, *y }, answer;

	if (call_lambda(c, 1, pair, &answer))
		return 0;
	if (answer.kind == DATUM_INT && answer.i >= -1 && answer.i <= 1)
		return (int)answer.i;
	call_error(c, "Lambda comparator must return either -1, 0, or 1");
	return 0;
}

static void sort(struct call *c, const struct datum *arg, struct datum *out)
{
	size_t n;
	struct datum *v = elements(c, &arg[0], &n);

	lib_sort(c, v, n, c->argc > 1 ? by_lambda : by_value);
	if (!c->failed)
		lib_list_as(c, c->result, v, n, out);
}

static void reverse(struct call *c, const struct datum *arg, struct datum *out)
{
	size_t n;
	struct datum *v = elements(c, &arg[0], &n);

	for (size_t i = 0; i < n / 2; i++) {
		struct datum e = v[i];

		v[i] = v[n - 1 - i];
		v[n - 1 - i] = e;
	}
	lib_list_as(c, c->result, v, n, out);
}

static void shuffle(struct call *c, const struct datum *arg, struct datum *out)
{
	size_t n;
	struct datum *v = elements(c, &arg[0], &n);
	uint64_t *seed = c->own;

	if (!seed) {
		seed = c->own = calloc(1, sizeof *seed);
		c->own_free = free;
		if (!seed)
			abort();
		*seed = (uint64_t)c->query->now * 2862933555777941757ULL + (uintptr_t)c;
	}
	for (size_t i = n; i > 1; i--) {
		size_t k;
		struct datum e = v[i - 1];

		*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
		k = (size_t)(*seed >> 33) % i;
		v[i - 1] = v[k];
		v[k] = e;
	}
	lib_list_as(c, c->result, v, n, out);
}

/* --- as sets */

static void put_new(struct call *c, struct lib_set *s, const struct datum *v, struct lib_list *l)
{
	if (lib_set_add(s, v))
		*lib_add(c, l) = *v;
}

static void distinct(struct call *c, const struct datum *arg, struct datum *out)
{
	struct lib_list l = { 0 };
	struct datum_walk w;
	struct lib_set s;
	struct datum e;

	lib_set_init(&s, c->scratch, element_type(c));
	for (datum_walk(&w, c->scratch, &arg[0]); datum_next(&w, &e) && !call_stopped(c);)
		put_new(c, &s, &e, &l);
	lib_array(c, &l, out);
}

static void array_union(struct call *c, const struct datum *arg, struct datum *out)
{
	struct lib_list l = { 0 };
	struct lib_set s;

	lib_set_init(&s, c->scratch, element_type(c));
	for (int i = 0; i < 2; i++) {
		struct datum_walk w;
		struct datum e;

		for (datum_walk(&w, c->scratch, &arg[i]); datum_next(&w, &e) && !call_stopped(c);)
			put_new(c, &s, &e, &l);
	}
	lib_array(c, &l, out);
}

/* The distinct elements of the first that are (or are not) in the second. */
static void filtered(struct call *c, const struct datum *arg, bool in, struct datum *out)
{
	struct lib_list l = { 0 };
	struct lib_set other, s;
	struct datum_walk w;
	struct datum e;

	lib_set_init(&other, c->scratch, element_type(c));
	lib_set_init(&s, c->scratch, element_type(c));
	for (datum_walk(&w, c->scratch, &arg[1]); datum_next(&w, &e) && !call_stopped(c);)
		lib_set_add(&other, &e);
	for (datum_walk(&w, c->scratch, &arg[0]); datum_next(&w, &e) && !call_stopped(c);)
		if ((lib_set_find(&other, &e) != SIZE_MAX) == in)
			put_new(c, &s, &e, &l);
	lib_array(c, &l, out);
}

/* In the order of the longer array. */
static void intersect(struct call *c, const struct datum *arg, struct datum *out)
{
	bool swap = datum_count(&arg[0]) < datum_count(&arg[1]);

	filtered(c, (const struct datum[]){ arg[swap], arg[!swap] }, true, out);
}

static void except(struct call *c, const struct datum *arg, struct datum *out)
{
	filtered(c, arg, false, out);
}

static void array_remove(struct call *c, const struct datum *arg, struct datum *out)
{
	struct lib_list l = { 0 };
	struct datum_walk w;
	struct datum e;

	for (datum_walk(&w, c->scratch, &arg[0]); datum_next(&w, &e) && !call_stopped(c);) {
		int same = datum_equal(element_type(c), &e, &arg[1]);

		if (same < 0 && e.kind != DATUM_NULL)
			no_nulls(c);
		if (same <= 0)
			*lib_add(c, &l) = e;
	}
	lib_array(c, &l, out);
}

/* --- making */

static void slice(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t from = arg[1].i, n = arg[2].i;
	size_t have;
	struct datum *v = elements(c, &arg[0], &have);

	if (n < 0)
		call_error(c, "length must be greater than or equal to 0");
	else if (from == 0)
		call_error(c, "SQL array indices start at 1");
	if (c->failed)
		return;
	from = from < 0 ? (int64_t)have + from : from - 1;
	if (from < 0 || from >= (int64_t)have)
		n = from = 0;
	else if (n > (int64_t)have - from)
		n = (int64_t)have - from;
	lib_list_as(c, c->result, v + from, (size_t)n, out);
}

static void flatten(struct call *c, const struct datum *arg, struct datum *out)
{
	struct lib_list l = { 0 };
	struct datum_walk w, inner;
	struct datum e, x;

	for (datum_walk(&w, c->scratch, &arg[0]); datum_next(&w, &e);)
		if (e.kind != DATUM_NULL)
			for (datum_walk(&inner, c->scratch, &e);
				datum_next(&inner, &x) && !call_stopped(c);)
				*lib_add(c, &l) = x;
	lib_array(c, &l, out);
}

/* Bytes of a value in Presto's blocks. */
static int64_t block_size(struct call *c, const struct sqltype *t, const struct datum *v)
{
	struct datum_walk w;
	struct datum e;
	int64_t size = 5;

	switch (t->kind) {
	case SQL_BOOLEAN: case SQL_TINYINT: return 2;
	case SQL_SMALLINT: return 3;
	case SQL_INTEGER: case SQL_REAL: case SQL_DATE: return 5;
	case SQL_VARCHAR: case SQL_VARBINARY: case SQL_JSON: return 5 + (int64_t)v->n;
	case SQL_ARRAY: case SQL_MAP: case SQL_ROW: break;
	default: return 9;
	}
	if (v->kind == DATUM_NULL)
		return size;
	datum_walk(&w, c->scratch, v);
	for (unsigned i = 0; datum_next(&w, &e); i++)
		size += block_size(c,
			t->of[t->kind == SQL_ARRAY	     ? 0
					: t->kind == SQL_MAP ? i % 2
							     : i],
			&e);
	return size;
}

static void repeat(struct call *c, const struct datum *arg, struct datum *out)
{
	struct lib_list l = { 0 };

	if (arg[1].kind == DATUM_NULL)
		return;
	if (arg[1].i < 0)
		call_error(
			c, "count argument of repeat function must be greater than or equal to 0");
	else if (arg[1].i > RESULT_MAX)
		call_error(c, "count argument of repeat function must be less than or equal to %d",
			RESULT_MAX);
	else if (block_size(c, c->arg[0], &arg[0]) * arg[1].i > 1000000)
		call_error(c, "result of repeat function must not take more than 1000000 bytes");
	for (int64_t i = 0; i < arg[1].i && !call_stopped(c); i++)
		*lib_add(c, &l) = arg[0];
	if (!c->failed)
		lib_array(c, &l, out);
}

static bool steps_good(struct call *c, bool wrong_way, decimal_t count)
{
	if (wrong_way)
		call_error(c,
			"sequence stop value should be greater than or equal to start value if "
			"step is greater than zero "
			"otherwise stop should be less than or equal to start");
	else if (count > RESULT_MAX)
		call_error(c, "result of sequence function must not have more than %d entries",
			RESULT_MAX);
	return !c->failed;
}

static void sequence(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t from = arg[0].i, to = arg[1].i, step = c->argc > 2 ? arg[2].i : from <= to ? 1 : -1;
	struct lib_list l = { 0 };

	if (c->arg[0]->kind == SQL_DATE && c->argc > 2) {
		if (step % 86400000) {
			call_error(c,
				"sequence step must be a day interval if start and end values are "
				"dates");
			return;
		}
		step /= 86400000;
	}
	if (step == 0) {
		call_error(c, "step must not be zero");
		return;
	}
	if (!steps_good(c, step > 0 ? from > to : from < to, ((decimal_t)to - from) / step + 1))
		return;
	for (decimal_t v = from; step > 0 ? v <= to : v >= to; v += step)
		datum_set_int(lib_add(c, &l), (int64_t)v);
	lib_array(c, &l, out);
}

static void time_sequence(struct call *c, const struct datum *arg, struct datum *out)
{
	decimal_t from = datum_moment(c->arg[0], &arg[0]), to = datum_moment(c->arg[1], &arg[1]),
		  step = (decimal_t)arg[2].i * 1000000000;
	struct lib_list l = { 0 };

	if (step == 0) {
		call_error(c, "interval must not be zero");
		return;
	}
	if (!steps_good(c, step > 0 ? from > to : from < to, (to - from) / step + 1))
		return;
	for (; step > 0 ? from <= to : from >= to; from += step)
		datum_set_moment(c->scratch, c->result->of[0], from, 0, lib_add(c, &l));
	lib_array(c, &l, out);
}

static void month_sequence(struct call *c, const struct datum *arg, struct datum *out)
{
	const struct sqltype *t = c->arg[0];
	struct lib_time start = lib_time_of(c, t, &arg[0]), x = start;
	int64_t step = arg[2].i;
	struct lib_list l = { 0 };
	int way = datum_compare(t, &arg[0], &arg[1]);

	if (step == 0)
		call_error(c, "interval must not be zero");
	else
		steps_good(c, step > 0 ? way > 0 : way < 0, 1);
	for (int64_t i = 1; !call_stopped(c); i++) {
		struct datum v;

		lib_time_set(c, c->result->of[0], x, &v);
		way = datum_compare(t, &v, &arg[1]);
		if (step > 0 ? way > 0 : way < 0)
			break;
		*lib_add(c, &l) = v;
		steps_good(c, false, i);
		x = start;
		x.days = calendar_add_months(start.days, i * step);
	}
	if (!c->failed)
		lib_array(c, &l, out);
}

static const struct sqltype *same_array(struct call *c)
{
	return sqltype_array(c->scratch, c->arg[0]);
}

static void ngrams(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t k = arg[1].i;
	size_t n, width;
	struct datum *v = elements(c, &arg[0], &n);
	struct lib_list l = { 0 };

	if (k <= 0) {
		call_error(c, "N must be positive");
		return;
	}
	width = k > (int64_t)n ? n : (size_t)k;
	for (size_t i = 0; i + width <= n && !call_stopped(c); i++) {
		lib_list_as(c, c->result->of[0], v + i, width, lib_add(c, &l));
		if (width == 0)
			break;
	}
	lib_array(c, &l, out);
}

static void combinations(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t k = arg[1].i, i;
	size_t n, index[COMBINATION_MAX], made = 0;
	struct datum *v = elements(c, &arg[0], &n), pick[COMBINATION_MAX];
	struct lib_list l = { 0 };

	if (k < 0 || k > COMBINATION_MAX)
		call_error(c,
			k < 0 ? "combination size must not be negative: %lld"
			      : "combination size must not exceed 5: %lld",
			(long long)k);
	for (i = 0; i < k && !c->failed; i++)
		index[i] = (size_t)i;
	while (!call_stopped(c) && k <= (int64_t)n) {
		for (i = 0; i < k; i++)
			pick[i] = v[index[i]];
		if (++made > COMBINATIONS_MAX) {
			call_error(c, "combinations exceed max size");
			return;
		}
		lib_list_as(c, c->result->of[0], pick, (size_t)k, lib_add(c, &l));
		for (i = 0; i < k && index[i] + 1 == (i + 1 < k ? index[i + 1] : n);
			i++) /* Presto counts from the left */
			index[i] = (size_t)i;
		if (i == k)
			break;
		index[i]++;
	}
	if (!c->failed)
		lib_array(c, &l, out);
}

static const struct sqltype *zip_type(struct call *c)
{
	const struct sqltype **of = arena_alloc(c->scratch, ((size_t)c->argc + 1) * sizeof *of);

	for (int i = 0; i < c->argc; i++) {
		if (c->arg[i]->kind != SQL_ARRAY) {
			call_error(c, "Unexpected parameters for function zip: not an array");
			return NULL;
		}
		of[i] = c->arg[i]->of[0];
	}
	return sqltype_array(c->scratch, sqltype_row(c->scratch, (unsigned)c->argc, of, NULL));
}

static void zip(struct call *c, const struct datum *arg, struct datum *out)
{
	struct datum **v = arena_alloc(c->scratch, (size_t)c->argc * sizeof *v),
		     *row = arena_alloc(c->scratch, (size_t)c->argc * sizeof *row);
	size_t *n = arena_alloc(c->scratch, (size_t)c->argc * sizeof *n), longest = 0;
	struct lib_list l = { 0 };

	for (int i = 0; i < c->argc; i++) {
		v[i] = elements(c, &arg[i], &n[i]);
		longest = n[i] > longest ? n[i] : longest;
	}
	for (size_t k = 0; k < longest && !call_stopped(c); k++) {
		for (int i = 0; i < c->argc; i++) {
			datum_set_null(&row[i]);
			if (k < n[i])
				row[i] = v[i][k];
		}
		lib_list_as(c, c->result->of[0], row, (size_t)c->argc, lib_add(c, &l));
	}
	lib_array(c, &l, out);
}

static void join(struct call *c, const struct datum *arg, struct datum *out)
{
	struct datum_walk w;
	struct datum e, text;
	struct buf b;
	bool some = false;
	int rc = 0;

	buf_init(&b, CALL_VALUE_MAX);
	for (datum_walk(&w, c->scratch, &arg[0]);
		rc == 0 && datum_next(&w, &e) && !call_stopped(c);) {
		if (cast_datum(c, element_type(c), &sqltype_varchar, &e, &text))
			break;
		if (text.kind == DATUM_NULL && c->argc < 3)
			continue;
		rc = some ? buf_put(&b, arg[1].p, arg[1].n) : 0;
		some = true;
		if (text.kind == DATUM_NULL)
			text = arg[2];
		rc = rc ? rc : buf_put(&b, text.p, text.n);
	}
	if (c->failed)
		buf_free(&b);
	else
		call_text(c, &b, rc, out);
}

static const struct sqltype *join_type(struct call *c)
{
	const struct sqltype *t = element_type(c);

	if (t->n || !cast_exists(t, &sqltype_varchar, c->query->engine)) {
		call_error(c, "Input type %s not supported",
			sqltype_text(c->scratch, t, c->query->engine));
		return NULL;
	}
	return &sqltype_varchar;
}

/* --- lambdas */

static void transform(struct call *c, const struct datum *arg, struct datum *out)
{
	struct datum_walk w;
	struct datum e, made;
	struct buf b;

	buf_init(&b, CALL_VALUE_MAX); /* each result is encoded before the next: lambdas keep two at
					 most */
	for (datum_walk(&w, c->scratch, &arg[0]); datum_next(&w, &e);) {
		if (call_lambda(c, 1, &e, &made)) {
			buf_free(&b);
			return;
		}
		if (datum_put(&b, c->result->of[0], &made)) {
			call_refuse(c, "an array of more than %d MiB", CALL_VALUE_MAX >> 20);
			break;
		}
	}
	call_blob(c, &b, datum_end(&b, out), out);
}

static void filter(struct call *c, const struct datum *arg, struct datum *out)
{
	struct lib_list l = { 0 };
	struct datum_walk w;
	struct datum e, keep;

	for (datum_walk(&w, c->scratch, &arg[0]); datum_next(&w, &e);) {
		if (call_lambda(c, 1, &e, &keep))
			return;
		if (keep.kind == DATUM_INT && keep.i)
			*lib_add(c, &l) = e;
	}
	lib_array(c, &l, out);
}

static void reduce(struct call *c, const struct datum *arg, struct datum *out)
{
	struct datum pair[2] = { arg[1] }, next;
	struct datum_walk w;

	if (arg[0].kind == DATUM_NULL)
		return;
	for (datum_walk(&w, c->scratch, &arg[0]); datum_next(&w, &pair[1]);) {
		if (call_lambda(c, 2, pair, &next))
			return;
		pair[0] = next;
	}
	if (call_lambda(c, 3, pair, &next) == 0) {
		*out = next;
		if (out->kind == DATUM_TEXT || out->kind == DATUM_BLOB)
			out->p = arena_copy(c->scratch, out->p, out->n);
	}
}

/* any_match (stop at true), all_match and none_match (at false, at true). */
static void match(struct call *c, const struct datum *arg, struct datum *out)
{
	bool all = strcmp(c->f->name, "all_match") == 0,
	     none = strcmp(c->f->name, "none_match") == 0, null = false;
	struct datum_walk w;
	struct datum e, is;

	for (datum_walk(&w, c->scratch, &arg[0]); datum_next(&w, &e);) {
		if (call_lambda(c, 1, &e, &is))
			return;
		null |= is.kind == DATUM_NULL;
		if (is.kind == DATUM_INT && (is.i != 0) != all) {
			datum_set_bool(out, !all && !none);
			return;
		}
	}
	if (!null)
		datum_set_bool(out, all || none);
}

static void zip_with(struct call *c, const struct datum *arg, struct datum *out)
{
	size_t n, m;
	struct datum *v = elements(c, &arg[0], &n), *w = elements(c, &arg[1], &m), made, pair[2];
	struct buf b;
	int rc = 0;

	buf_init(&b, CALL_VALUE_MAX);
	for (size_t i = 0; (i < n || i < m) && rc == 0; i++) {
		datum_set_null(&pair[0]);
		datum_set_null(&pair[1]);
		if (i < n)
			pair[0] = v[i];
		if (i < m)
			pair[1] = w[i];
		if (call_lambda(c, 2, pair, &made)) {
			buf_free(&b);
			return;
		}
		rc = datum_put(&b, c->result->of[0], &made);
	}
	call_blob(c, &b, rc ? rc : datum_end(&b, out), out);
}

const struct function functions_array[] = {
	{ "cardinality", "(array(T)) -> bigint", SQL_PRESTO, 0, .call = cardinality },
	{ "cardinality", "(map(K,V)) -> bigint", SQL_PRESTO, 0, .call = cardinality },
	{ "size", "(array(T)) -> integer", SQL_HIVE, FUNCTION_NULLS, .call = h_size },
	{ "size", "(map(K,V)) -> integer", SQL_HIVE, FUNCTION_NULLS, .call = h_size },
	{ "element_at", "(array(T), bigint) -> T", SQL_PRESTO, 0, .call = element_at },
	{ "contains", "(array(T), T) -> boolean", SQL_PRESTO, 0, .call = contains },
	{ "array_contains", "(array(T), T) -> boolean", SQL_HIVE, FUNCTION_NULLS, .call = h_contains },
	{ "array_position", "(array(T), T) -> bigint", SQL_PRESTO, 0, .call = position },
	{ "array_position", "(array(T), T, bigint) -> bigint", SQL_PRESTO, 0, .call = position },
	{ "contains_sequence", "(array(T), array(T)) -> boolean", SQL_PRESTO, 0, .call = contains_sequence },
	{ "arrays_overlap", "(array(T), array(T)) -> boolean", SQL_PRESTO, 0, .call = overlap },
	{ "array_max", "(array(T)) -> T", SQL_PRESTO, 0, .call = array_max },
	{ "array_min", "(array(T)) -> T", SQL_PRESTO, 0, .call = array_min },
	{ "array_sort", "(array(T)) -> array(T)", SQL_PRESTO, 0, .call = sort },
	{ "array_sort", "(array(T), (T, T) -> integer) -> array(T)", SQL_PRESTO, 0, .call = sort },
	{ "sort_array", "(array(T)) -> array(T)", SQL_HIVE, 0, .call = sort },
	{ "reverse", "(array(T)) -> array(T)", SQL_PRESTO, 0, .call = reverse },
	{ "shuffle", "(array(T)) -> array(T)", SQL_PRESTO, FUNCTION_VOLATILE, .call = shuffle },
	{ "array_distinct", "(array(T)) -> array(T)", SQL_PRESTO, 0, .call = distinct },
	{ "array_union", "(array(T), array(T)) -> array(T)", SQL_PRESTO, 0, .call = array_union },
	{ "array_intersect", "(array(T), array(T)) -> array(T)", SQL_PRESTO, 0, .call = intersect },
	{ "array_except", "(array(T), array(T)) -> array(T)", SQL_PRESTO, 0, .call = except },
	{ "array_remove", "(array(T), T) -> array(T)", SQL_PRESTO, 0, .call = array_remove },
	{ "array_join", "(array(T), varchar) -> varchar", SQL_PRESTO, 0, .call = join, .result = join_type },
	{ "array_join", "(array(T), varchar, varchar) -> varchar", SQL_PRESTO, 0, .call = join, .result = join_type },
	{ "slice", "(array(T), bigint, bigint) -> array(T)", SQL_PRESTO, 0, .call = slice },
	{ "flatten", "(array(array(T))) -> array(T)", SQL_PRESTO, 0, .call = flatten },
	{ "repeat", "(T, bigint) -> array(T)", SQL_PRESTO, FUNCTION_NULLS, .call = repeat },
	{ "sequence", "(bigint, bigint) -> array(bigint)", SQL_PRESTO, 0, .call = sequence },
	{ "sequence", "(bigint, bigint, bigint) -> array(bigint)", SQL_PRESTO, 0, .call = sequence },
	{ "sequence", "(date, date) -> array(date)", SQL_PRESTO, 0, .call = sequence },
	{ "sequence", "(date, date, interval day to second) -> array(date)", SQL_PRESTO, 0, .call = sequence },
	{ "sequence", "(date, date, interval year to month) -> array(date)", SQL_PRESTO, 0, .call = month_sequence },
	{ "sequence", "(timestamp, timestamp, interval day to second) -> array(timestamp)", SQL_PRESTO, 0, .call = time_sequence, .result = same_array },
	{ "sequence", "(timestamp, timestamp, interval year to month) -> array(timestamp)", SQL_PRESTO, 0, .call = month_sequence, .result = same_array },
	{ "ngrams", "(array(T), bigint) -> array(array(T))", SQL_PRESTO, 0, .call = ngrams },
	{ "combinations", "(array(T), bigint) -> array(array(T))", SQL_PRESTO, 0, .call = combinations },
	{ "zip", "(X, X, X...) -> unknown", SQL_PRESTO, 0, .call = zip, .result = zip_type },
	{ "transform", "(array(T), (T) -> U) -> array(U)", SQL_PRESTO, 0, .call = transform },
	{ "filter", "(array(T), (T) -> boolean) -> array(T)", SQL_PRESTO, 0, .call = filter },
	{ "reduce", "(array(T), S, (S, T) -> S, (S) -> R) -> R", SQL_PRESTO, FUNCTION_NULLS, .call = reduce },
	{ "any_match", "(array(T), (T) -> boolean) -> boolean", SQL_PRESTO, 0, .call = match },
	{ "all_match", "(array(T), (T) -> boolean) -> boolean", SQL_PRESTO, 0, .call = match },
	{ "none_match", "(array(T), (T) -> boolean) -> boolean", SQL_PRESTO, 0, .call = match },
	{ "zip_with", "(array(T), array(U), (T, U) -> R) -> array(R)", SQL_PRESTO, 0, .call = zip_with },
	{ 0 },
};

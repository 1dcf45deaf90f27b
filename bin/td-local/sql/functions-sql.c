/* Functions of Presto and Hive: choice, chance, aggregates. */
#include "sql/functions.h"

#include <math.h>
#include <string.h>

/* --- choice and comparison */

static void if_(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	if (sqlite3_value_int(argv[0]))
		sqlite3_result_value(x, argv[1]);
	else if (argc > 2)
		sqlite3_result_value(x, argv[2]);
}

static void nvl(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	sqlite3_result_value(x, argv[functions_any_null(1, argv) ? argc - 1 : 0]);
}

static void extreme(sqlite3_context *x, int argc, sqlite3_value **argv, int sign)
{
	int best = 0;

	if (functions_any_null(argc, argv))
		return;
	for (int i = 1; i < argc; i++) {
		double a = sqlite3_value_double(argv[i]), b = sqlite3_value_double(argv[best]);
		bool both = sqlite3_value_type(argv[i]) == SQLITE_TEXT &&
			sqlite3_value_type(argv[best]) == SQLITE_TEXT;
		int c = both ? strcmp(functions_text(argv[i]), functions_text(argv[best]))
			     : (a > b) - (a < b);

		if (c * sign > 0)
			best = i;
	}
	if (argc)
		sqlite3_result_value(x, argv[best]);
}

static void greatest(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	extreme(x, argc, argv, 1);
}

static void least(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	extreme(x, argc, argv, -1);
}

/* --- chance */

static void random_(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	uint32_t r;

	sqlite3_randomness(sizeof r, &r);
	if (argc == 0)
		sqlite3_result_double(x, (double)r / 4294967296.0);
	else if (sqlite3_value_int64(argv[0]) > 0)
		sqlite3_result_int64(x,
			(sqlite3_int64)(r % (uint64_t)sqlite3_value_int64(argv[0])));
}

/* --- aggregates */

struct count {
	int64_t n;
};

static void count_if_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct count *c = sqlite3_aggregate_context(x, sizeof *c);

	(void)argc;
	if (c && sqlite3_value_int(argv[0]))
		c->n++;
}

static void count_if_end(sqlite3_context *x)
{
	struct count *c = sqlite3_aggregate_context(x, 0);

	sqlite3_result_int64(x, c ? c->n : 0);
}

struct logic {
	int seen, all, any;
};

static void logic_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct logic *l = sqlite3_aggregate_context(x, sizeof *l);
	int v = sqlite3_value_int(argv[0]) != 0;

	(void)argc;
	if (!l || sqlite3_value_type(argv[0]) == SQLITE_NULL)
		return;
	l->all = l->seen ? l->all && v : v;
	l->any |= v;
	l->seen = 1;
}

static void bool_and_end(sqlite3_context *x)
{
	struct logic *l = sqlite3_aggregate_context(x, 0);

	if (l && l->seen)
		sqlite3_result_int(x, l->all);
}

static void bool_or_end(sqlite3_context *x)
{
	struct logic *l = sqlite3_aggregate_context(x, 0);

	if (l && l->seen)
		sqlite3_result_int(x, l->any);
}

/* max_by(value, key), min_by, arbitrary(value): one value is kept. */
struct pick {
	sqlite3_value *value, *key;
};

static int compare(sqlite3_value *a, sqlite3_value *b)
{
	double x = sqlite3_value_double(a), y = sqlite3_value_double(b);

	if (sqlite3_value_type(a) == SQLITE_TEXT && sqlite3_value_type(b) == SQLITE_TEXT)
		return strcmp(functions_text(a), functions_text(b));
	return (x > y) - (x < y);
}

static void keep(struct pick *p, sqlite3_value *value, sqlite3_value *key)
{
	sqlite3_value_free(p->value);
	sqlite3_value_free(p->key);
	p->value = sqlite3_value_dup(value);
	p->key = sqlite3_value_dup(key);
}

static void by_step(sqlite3_context *x, sqlite3_value **argv, int sign)
{
	struct pick *p = sqlite3_aggregate_context(x, sizeof *p);

	if (p && sqlite3_value_type(argv[1]) != SQLITE_NULL &&
		(!p->key || compare(argv[1], p->key) * sign > 0))
		keep(p, argv[0], argv[1]);
}

static void max_by_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	by_step(x, argv, 1);
}

static void min_by_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	by_step(x, argv, -1);
}

static void arbitrary_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct pick *p = sqlite3_aggregate_context(x, sizeof *p);

	(void)argc;
	if (p && !p->value && sqlite3_value_type(argv[0]) != SQLITE_NULL)
		keep(p, argv[0], argv[0]);
}

static void pick_end(sqlite3_context *x)
{
	struct pick *p = sqlite3_aggregate_context(x, 0);

	if (p && p->value)
		sqlite3_result_value(x, p->value);
	if (p) {
		sqlite3_value_free(p->value);
		sqlite3_value_free(p->key);
	}
}

/*
 * approx_distinct: HyperLogLog with 4096 registers (Flajolet et al. 2007), about 1.6 % off, exact
 * for a few.
 */
enum { REGISTERS = 4096 };

struct distinct {
	unsigned char r[REGISTERS];
};

static uint64_t hash(const unsigned char *p, size_t n)
{
	uint64_t h = UINT64_C(14695981039346656037);

	while (n--)
		h = (h ^ *p++) * UINT64_C(1099511628211);
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 33;
}

static void distinct_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct distinct *d = sqlite3_aggregate_context(x, sizeof *d);
	unsigned char zeros = 1;
	const void *p;
	uint64_t h;

	(void)argc;
	if (!d || sqlite3_value_type(argv[0]) == SQLITE_NULL)
		return;
	p = sqlite3_value_text(argv[0]);
	h = hash(p, (size_t)sqlite3_value_bytes(argv[0]));
	for (uint64_t rest = h >> 12; zeros < 52 && !(rest & 1); rest >>= 1)
		zeros++;
	if (d->r[h % REGISTERS] < zeros)
		d->r[h % REGISTERS] = zeros;
}

static void distinct_end(sqlite3_context *x)
{
	struct distinct *d = sqlite3_aggregate_context(x, 0);
	double sum = 0, estimate;
	int empty = 0;

	for (int i = 0; d && i < REGISTERS; i++) {
		sum += ldexp(1, -d->r[i]);
		empty += d->r[i] == 0;
	}
	estimate = d ? 0.7213 / (1 + 1.079 / REGISTERS) * REGISTERS * REGISTERS / sum : 0;
	if (d && empty && estimate <= 2.5 * REGISTERS)
		estimate = REGISTERS * log((double)REGISTERS / empty);
	sqlite3_result_int64(x, (sqlite3_int64)llround(estimate));
}

const struct function functions_sql[] = {
	{ "if", 2, if_, 0, 0, FUNCTIONS_LAST }, { "if", 3, if_, 0, 0, FUNCTIONS_LAST },
	{ "nvl", 2, nvl, 0, 0, FUNCTIONS_LAST }, { "greatest", -1, greatest, 0, 0, FUNCTIONS_LAST },
	{ "least", -1, least, 0, 0, FUNCTIONS_LAST }, { "random", 0, random_, 0, 0, 0 }, { "rand", 0, random_, 0, 0, 0 },
	{ "random", 1, random_, 0, 0, 0 }, { "count_if", 1, 0, count_if_step, count_if_end, "bigint" },
	{ "bool_and", 1, 0, logic_step, bool_and_end, "boolean" }, { "bool_or", 1, 0, logic_step, bool_or_end, "boolean" },
	{ "every", 1, 0, logic_step, bool_and_end, "boolean" }, { "max_by", 2, 0, max_by_step, pick_end, 0 },
	{ "min_by", 2, 0, min_by_step, pick_end, 0 }, { "arbitrary", 1, 0, arbitrary_step, pick_end, FUNCTIONS_LAST },
	{ "any_value", 1, 0, arbitrary_step, pick_end, FUNCTIONS_LAST },
	{ "approx_distinct", 1, 0, distinct_step, distinct_end, "bigint" },
	{ 0 },
};

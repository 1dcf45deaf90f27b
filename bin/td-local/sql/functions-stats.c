/* Statistics of Presto and Hive, and the numbers that SQLite lacks. */
#include "sql/functions.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

/* --- variance: Welford's method */

struct spread {
	int64_t n;
	double mean, sum;
};

static void spread_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct spread *s = sqlite3_aggregate_context(x, sizeof *s);
	double v = sqlite3_value_double(argv[0]), off;

	(void)argc;
	if (!s || sqlite3_value_type(argv[0]) == SQLITE_NULL)
		return;
	off = v - s->mean;
	s->n++;
	s->mean += off / (double)s->n;
	s->sum += off * (v - s->mean);
}

static void spread_end(sqlite3_context *x, int64_t less, bool root)
{
	struct spread *s = sqlite3_aggregate_context(x, 0);
	double v = s && s->n > less ? s->sum / (double)(s->n - less) : 0;

	if (s && s->n > less)
		sqlite3_result_double(x, root ? sqrt(v) : v);
}

static void var_samp(sqlite3_context *x)
{
	spread_end(x, 1, false);
}

static void var_pop(sqlite3_context *x)
{
	spread_end(x, 0, false);
}

static void stddev_samp(sqlite3_context *x)
{
	spread_end(x, 1, true);
}

static void stddev_pop(sqlite3_context *x)
{
	spread_end(x, 0, true);
}

/* --- approx_percentile(x, p): exact, of at most VALUES_MAX values */

enum { VALUES_MAX = 8 << 20 };

struct values {
	double *v, at;
	size_t n;
	bool whole;
};

static void percentile_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct values *a = sqlite3_aggregate_context(x, sizeof *a);

	(void)argc;
	if (!a || functions_any_null(2, argv))
		return;
	if (a->n == VALUES_MAX) {
		functions_error(x, "approx_percentile takes at most %d values", VALUES_MAX);
		return;
	}
	if ((a->n & (a->n - 1)) == 0)
		a->v = mem_resize(a->v, a->n ? 2 * a->n : 1, sizeof *a->v);
	a->whole = (a->n == 0 || a->whole) && sqlite3_value_type(argv[0]) == SQLITE_INTEGER;
	a->v[a->n++] = sqlite3_value_double(argv[0]);
	a->at = sqlite3_value_double(argv[1]);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void percentile_end(sqlite3_context *x)
{
	struct values *a = sqlite3_aggregate_context(x, 0);
	double v;
	size_t i;

	if (!a || !a->n)
		return;
	if (a->at >= 0 && a->at <= 1) {
		qsort(a->v, a->n, sizeof *a->v, by_size);
		i = (size_t)ceil(a->at * (double)a->n);
		v = a->v[i ? i - 1 : 0];
		if (a->whole && fabs(v) < 0x1p63)
			sqlite3_result_int64(x, (sqlite3_int64)v);
		else
			sqlite3_result_double(x, v);
	} else {
		functions_error(x, "Percentile must be between 0 and 1");
	}
	free(a->v);
}

/* --- numbers */

static void truncate_(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	if (sqlite3_value_type(argv[0]) != SQLITE_NULL)
		sqlite3_result_double(x, trunc(sqlite3_value_double(argv[0])));
}

static void cbrt_(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	if (sqlite3_value_type(argv[0]) != SQLITE_NULL)
		sqlite3_result_double(x, cbrt(sqlite3_value_double(argv[0])));
}

static void bits(sqlite3_context *x, sqlite3_value **argv, char op)
{
	int64_t a = sqlite3_value_int64(argv[0]), b = sqlite3_value_int64(argv[1]);

	if (!functions_any_null(2, argv))
		sqlite3_result_int64(x, op == '&' ? a & b : op == '|' ? a | b : a ^ b);
}

static void bitwise_and(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	bits(x, argv, '&');
}

static void bitwise_or(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	bits(x, argv, '|');
}

static void bitwise_xor(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	bits(x, argv, '^');
}

const struct function functions_statistics[] = {
	{ "variance", 1, 0, spread_step, var_samp, "double" }, { "var_samp", 1, 0, spread_step, var_samp, "double" },
	{ "var_pop", 1, 0, spread_step, var_pop, "double" }, { "stddev", 1, 0, spread_step, stddev_samp, "double" },
	{ "stddev_samp", 1, 0, spread_step, stddev_samp, "double" },
	{ "stddev_pop", 1, 0, spread_step, stddev_pop, "double" },
	{ "approx_percentile", 2, 0, percentile_step, percentile_end, 0 },
	{ "percentile_approx", 2, 0, percentile_step, percentile_end, 0 }, { "truncate", 1, truncate_, 0, 0, "double" },
	{ "cbrt", 1, cbrt_, 0, 0, "double" }, { "bitwise_and", 2, bitwise_and, 0, 0, "bigint" },
	{ "bitwise_or", 2, bitwise_or, 0, 0, "bigint" }, { "bitwise_xor", 2, bitwise_xor, 0, 0, "bigint" },
	{ 0 },
};

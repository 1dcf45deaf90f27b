/* Functions of Presto and Hive on arrays and maps. */
#include "sql/functions.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Presto's limit; bytes that a map may hold, about */
enum { ITEMS_MAX = 10000, AGGREGATE_MAX = 64 << 20 };

static json_t *array_arg(sqlite3_value *v)
{
	json_t *j = functions_json(v);

	if (json_is_array(j))
		return j;
	json_decref(j);
	return NULL;
}

static void result(sqlite3_context *x, json_t *j)
{
	functions_result_json(x, j);
	json_decref(j);
}

/* Numbers by value, before texts; what cannot be compared is equal. */
static int compare(const json_t *a, const json_t *b)
{
	double x = json_number_value(a), y = json_number_value(b);

	if (json_is_integer(a) && json_is_integer(b))
		return (json_integer_value(a) > json_integer_value(b)) -
			(json_integer_value(a) < json_integer_value(b));
	if (json_is_string(a) && json_is_string(b))
		return strcmp(json_string_value(a), json_string_value(b));
	if (json_is_number(a) && json_is_number(b))
		return (x > y) - (x < y);
	return json_is_string(a) - json_is_string(b);
}

static bool same(const json_t *a, const json_t *b)
{
	return json_is_number(a) && json_is_number(b) ? compare(a, b) == 0 : json_equal(a, b);
}

static long find(const json_t *all, const json_t *one)
{
	for (size_t i = 0; i < json_array_size(all); i++)
		if (same(json_array_get(all, i), one))
			return (long)i;
	return -1;
}

static void td_array(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *all = json_array();

	for (int i = 0; i < argc; i++)
		json_array_append_new(all, functions_json_of(argv[i]));
	result(x, all);
}

/* x[i]: from 1, and an error beyond the end; in Hive from 0, and NULL. */
static void td_subscript(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *j = functions_json(argv[0]), *found = NULL;
	bool hive = functions_query(x)->hive;
	int64_t i = sqlite3_value_int64(argv[1]);

	if (functions_any_null(argc, argv)) {
		json_decref(j);
		return;
	}
	if (json_is_object(j))
		found = json_object_get(j, functions_text(argv[1]));
	else if (i >= !hive)
		found = json_array_get(j, (size_t)(i - !hive));
	if (found)
		functions_result_element(x, found);
	else if (!hive && json_is_object(j))
		functions_error(x, "Key not present in map: %.100s", functions_text(argv[1]));
	else if (!hive)
		functions_error(x,
			i < 1 ? "SQL array indices start at 1"
			      : "Array subscript must be less than or equal to array length: %lld "
				"> %zu",
			(long long)i, json_array_size(j));
	json_decref(j);
}

static void array_distinct(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *in = array_arg(argv[0]), *out, *v;
	size_t i;

	(void)argc;
	if (!in)
		return;
	out = json_array();
	json_array_foreach(in, i, v)
		if (find(out, v) < 0)
			json_array_append(out, v);
	json_decref(in);
	result(x, out);
}

static int by_value(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;

	return json_is_null(x) || json_is_null(y) ? json_is_null(x) - json_is_null(y)
						  : compare(x, y);
}

static void array_sort(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *in = array_arg(argv[0]), *out, **all, *v;
	size_t i, n = json_array_size(in);

	(void)argc;
	if (!in)
		return;
	all = mem_zero(n + 1, sizeof *all);
	out = json_array();
	json_array_foreach(in, i, v)
		all[i] = v;
	qsort(all, n, sizeof *all, by_value);
	for (i = 0; i < n; i++)
		json_array_append(out, all[i]);
	free(all);
	json_decref(in);
	result(x, out);
}

static void extreme(sqlite3_context *x, sqlite3_value *array, int sign)
{
	json_t *in = array_arg(array), *best = NULL, *v;
	bool null = false;
	size_t i;

	json_array_foreach(in, i, v) {
		null |= json_is_null(v);
		if (!best || compare(v, best) * sign > 0)
			best = v;
	}
	if (best && !null)
		functions_result_element(x, best);
	json_decref(in);
}

static void array_max(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	extreme(x, argv[0], 1);
}

static void array_min(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	extreme(x, argv[0], -1);
}

static void array_position(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *in = array_arg(argv[0]), *one = functions_json_of(argv[1]);

	if (in && !functions_any_null(argc, argv))
		sqlite3_result_int64(x, find(in, one) + 1);
	json_decref(in);
	json_decref(one);
}

static void array_remove(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *in = array_arg(argv[0]), *one = functions_json_of(argv[1]), *v;
	size_t i;

	if (in && !functions_any_null(argc, argv)) {
		json_t *out = json_array();

		json_array_foreach(in, i, v)
			if (!same(v, one))
				json_array_append(out, v);
		result(x, out);
	}
	json_decref(in);
	json_decref(one);
}

/*
 * Of the first array's elements those that the second has, or has not; all: and then the second's.
 * Without doubles.
 */
static void sets(sqlite3_context *x, sqlite3_value **argv, bool in_both, bool all)
{
	json_t *a = array_arg(argv[0]), *b = array_arg(argv[1]), *out = json_array(), *v;
	size_t i;

	json_array_foreach(a, i, v)
		if ((all || (find(b, v) >= 0) == in_both) && find(out, v) < 0)
			json_array_append(out, v);
	if (all)
		json_array_foreach(b, i, v)
			if (find(out, v) < 0)
				json_array_append(out, v);
	if (a && b)
		functions_result_json(x, out);
	json_decref(a);
	json_decref(b);
	json_decref(out);
}

static void array_union(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	sets(x, argv, true, true);
}

static void array_intersect(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	sets(x, argv, true, false);
}

static void array_except(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	sets(x, argv, false, false);
}

static void arrays_overlap(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *a = array_arg(argv[0]), *b = array_arg(argv[1]), *v;
	bool any = false;
	size_t i;

	(void)argc;
	json_array_foreach(a, i, v)
		any |= find(b, v) >= 0;
	if (a && b)
		sqlite3_result_int(x, any);
	json_decref(a);
	json_decref(b);
}

/* slice(array, start, length): from 1, negative from the end. */
static void slice(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *in = array_arg(argv[0]), *out;
	int64_t n = (int64_t)json_array_size(in), from = sqlite3_value_int64(argv[1]),
		len = sqlite3_value_int64(argv[2]);

	if (!in || functions_any_null(argc, argv)) {
		json_decref(in);
		return;
	}
	out = json_array();
	if (from < -n || len < 0)
		len = 0;
	from = from < 0 ? n + from : from - 1;
	for (int64_t i = from; i >= 0 && i < n && i - from < len; i++)
		json_array_append(out, json_array_get(in, (size_t)i));
	json_decref(in);
	result(x, out);
}

static void sequence(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	int64_t from = sqlite3_value_int64(argv[0]), to = sqlite3_value_int64(argv[1]);
	int64_t step = argc > 2 ? sqlite3_value_int64(argv[2]) : to < from ? -1 : 1;
	json_t *out;

	if (functions_any_null(argc, argv))
		return;
	if (sqlite3_value_type(argv[0]) != SQLITE_INTEGER ||
		sqlite3_value_type(argv[1]) != SQLITE_INTEGER || step == 0 ||
		(step > 0) != (to >= from) ||
		fabs((double)to - (double)from) / fabs((double)step) >= ITEMS_MAX) {
		functions_error(x,
			"sequence wants integers, at most %d of them, and a step that leads there",
			ITEMS_MAX);
		return;
	}
	out = json_array();
	for (uint64_t i = 0,
		      n = (step > 0 ? (uint64_t)to - (uint64_t)from
				    : (uint64_t)from - (uint64_t)to) /
			(step > 0 ? (uint64_t)step : -(uint64_t)step);
		i <= n; i++)
		json_array_append_new(out,
			json_integer((int64_t)((uint64_t)from + i * (uint64_t)step)));
	result(x, out);
}

static void flatten(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *in = array_arg(argv[0]), *out, *v;
	size_t i;

	(void)argc;
	if (!in)
		return;
	out = json_array();
	json_array_foreach(in, i, v)
		json_array_extend(out, v); /* what is no array adds nothing */
	json_decref(in);
	result(x, out);
}

void functions_concat_arrays(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *out = json_array();

	for (int i = 0; i < argc; i++) {
		json_t *j = functions_json(argv[i]);

		if (!json_is_array(j) || json_array_extend(out, j)) /* array || element */
			json_array_append_new(out, functions_json_of(argv[i]));
		json_decref(j);
	}
	result(x, out);
}

void functions_reverse_array(sqlite3_context *x, sqlite3_value *v)
{
	json_t *in = array_arg(v), *out = json_array();

	for (size_t i = json_array_size(in); i > 0; i--)
		json_array_append(out, json_array_get(in, i - 1));
	json_decref(in);
	result(x, out);
}

/* --- maps: their keys are texts */

static char *key_of(const json_t *j)
{
	return json_is_string(j) ? mem_string(json_string_value(j))
				 : json_dumps(j, JSON_ENCODE_ANY | JSON_COMPACT);
}

static void map(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *keys = argc == 2 ? array_arg(argv[0]) : NULL,
	       *values = argc == 2 ? array_arg(argv[1]) : NULL, *out = json_object(), *v;
	size_t i;

	json_array_foreach(keys, i, v) {
		char *key = key_of(v);

		json_object_set(out, key, json_array_get(values, i));
		free(key);
	}
	if (argc == 0 || json_array_size(keys) == json_array_size(values))
		functions_result_json(x, out);
	else
		functions_error(x, "Key and value arrays must be the same length");
	json_decref(keys);
	json_decref(values);
	json_decref(out);
}

static void members(sqlite3_context *x, sqlite3_value *map, bool keys)
{
	json_t *in = functions_json(map), *out = json_array(), *v;
	const char *key;

	json_object_foreach(in, key, v)
		json_array_append_new(out, keys ? json_string(key) : json_incref(v));
	if (json_is_object(in))
		functions_result_json(x, out);
	json_decref(in);
	json_decref(out);
}

static void map_keys(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	members(x, argv[0], true);
}

static void map_values(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	members(x, argv[0], false);
}

static void map_concat(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *out = json_object();

	for (int i = 0; i < argc; i++) {
		json_t *j = functions_json(argv[i]);

		json_object_update(out, j);
		json_decref(j);
	}
	if (!functions_any_null(argc, argv))
		functions_result_json(x, out);
	json_decref(out);
}

/* split_to_map('a=1&b=2', '&', '=') */
static void split_to_map(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]), *entry = functions_text(argv[1]),
		   *pair = functions_text(argv[2]);
	json_t *out;

	if (functions_any_null(argc, argv) || !*entry || !*pair)
		return;
	out = json_object();
	while (*s) {
		const char *end = strstr(s, entry), *mid = strstr(s, pair);
		char *key;

		end = end ? end : s + strlen(s);
		if (!mid || mid > end) {
			functions_error(x,
				"Key-value delimiter must appear exactly once in each entry. Bad "
				"input: '%.*s'",
				(int)(end - s > 80 ? 80 : end - s), s);
			break;
		}
		key = mem_copy(s, (size_t)(mid - s));
		mid += strlen(pair);
		json_object_set_new(out, key,
			json_stringn(mid, (size_t)(end > mid ? end - mid : 0)));
		free(key);
		s = *end ? end + strlen(entry) : end;
	}
	if (!*s)
		functions_result_json(x, out);
	json_decref(out);
}

/* map_agg(key, value), histogram(value): memory grows with the keys, of which each counts once */
struct agg {
	json_t *map;
	size_t bytes;
};

static json_t *agg_of(sqlite3_context *x, sqlite3_value *key)
{
	struct agg *a = sqlite3_aggregate_context(x, sizeof *a);

	if (!a || sqlite3_value_type(key) == SQLITE_NULL)
		return NULL;
	if (!a->map)
		a->map = json_object();
	return a->map;
}

static void agg_add(sqlite3_context *x, const char *key, json_t *value, int bytes)
{
	struct agg *a = sqlite3_aggregate_context(x, 0);

	a->bytes += 100 + strlen(key) + (size_t)bytes;
	if (a->bytes > AGGREGATE_MAX)
		sqlite3_result_error_toobig(x);
	else
		json_object_set(a->map, key, value);
}

/* The first value of a key stays, as in Presto. */
static void map_agg_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *map = agg_of(x, argv[0]), *v;
	const char *key = functions_text(argv[0]);

	(void)argc;
	if (!map || json_object_get(map, key))
		return;
	v = functions_json_of(argv[1]);
	agg_add(x, key, v, sqlite3_value_bytes(argv[1]));
	json_decref(v);
}

static void histogram_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *map = agg_of(x, argv[0]), *n;
	const char *key = functions_text(argv[0]);

	(void)argc;
	if (!map)
		return;
	n = json_object_get(map, key);
	if (n) {
		json_integer_set(n, json_integer_value(n) + 1);
		return;
	}
	n = json_integer(1);
	agg_add(x, key, n, 0);
	json_decref(n);
}

/* set_agg(value): each once */
static void set_agg_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *map = agg_of(x, argv[0]), *v = map ? functions_json_of(argv[0]) : NULL;
	char *key = v ? json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	(void)argc;
	if (key && !json_object_get(map, key))
		agg_add(x, key, v, sqlite3_value_bytes(argv[0]));
	free(key);
	json_decref(v);
}

static void set_agg_end(sqlite3_context *x)
{
	struct agg *a = sqlite3_aggregate_context(x, 0);
	json_t *out = json_array(), *v;
	const char *key;

	json_object_foreach(a ? a->map : NULL, key, v)
		json_array_append(out, v);
	if (a && a->map) {
		functions_result_json(x, out);
		json_decref(a->map);
	}
	json_decref(out);
}

static void map_agg_end(sqlite3_context *x)
{
	struct agg *a = sqlite3_aggregate_context(x, 0);

	if (a && a->map) {
		functions_result_json(x, a->map);
		json_decref(a->map);
	}
}

const struct function functions_on_arrays[] = {
	{ "td_array", -1, td_array, 0, 0, 0 }, { "array", -1, td_array, 0, 0, 0 },
	{ "td_subscript", 2, td_subscript, 0, 0, 0 }, { "array_distinct", 1, array_distinct, 0, 0, 0 },
	{ "array_sort", 1, array_sort, 0, 0, 0 }, { "sort_array", 1, array_sort, 0, 0, 0 },
	{ "array_max", 1, array_max, 0, 0, 0 }, { "array_min", 1, array_min, 0, 0, 0 },
	{ "array_position", 2, array_position, 0, 0, "bigint" }, { "array_remove", 2, array_remove, 0, 0, 0 },
	{ "array_union", 2, array_union, 0, 0, 0 }, { "array_intersect", 2, array_intersect, 0, 0, 0 },
	{ "array_except", 2, array_except, 0, 0, 0 }, { "arrays_overlap", 2, arrays_overlap, 0, 0, "boolean" },
	{ "slice", 3, slice, 0, 0, 0 }, { "sequence", 2, sequence, 0, 0, 0 }, { "sequence", 3, sequence, 0, 0, 0 },
	{ "flatten", 1, flatten, 0, 0, 0 }, { "map", 0, map, 0, 0, 0 }, { "map", 2, map, 0, 0, 0 },
	{ "map_keys", 1, map_keys, 0, 0, 0 }, { "map_values", 1, map_values, 0, 0, 0 },
	{ "map_concat", -1, map_concat, 0, 0, 0 }, { "split_to_map", 3, split_to_map, 0, 0, 0 },
	{ "str_to_map", 3, split_to_map, 0, 0, 0 }, { "map_agg", 2, 0, map_agg_step, map_agg_end, 0 },
	{ "histogram", 1, 0, histogram_step, map_agg_end, 0 }, { "set_agg", 1, 0, set_agg_step, set_agg_end, 0 },
	{ "collect_set", 1, 0, set_agg_step, set_agg_end, 0 },
	{ 0 },
};

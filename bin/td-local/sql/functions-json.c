/* Functions of Presto and Hive on JSON, arrays and maps. */
#include "sql/functions.h"
#include "base/mem.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { AGGREGATE_MAX = 64 << 20 }; /* bytes that an array may hold, about */

/* --- JSON and arrays, which are JSON text with SQLite's subtype for it */

void functions_result_json(sqlite3_context *x, const json_t *j)
{
	char *s = json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY);

	sqlite3_result_text(x, s ? s : "null", -1, SQLITE_TRANSIENT);
	sqlite3_result_subtype(x, 'J');
	free(s);
}

json_t *functions_json(sqlite3_value *v)
{
	const char *s = functions_text(v);

	return s ? json_loads(s, JSON_DECODE_ANY, NULL) : NULL;
}

static void cardinality(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *j = functions_json(argv[0]);

	(void)argc;
	if (json_is_array(j) || json_is_object(j))
		sqlite3_result_int64(x,
			(sqlite3_int64)(json_is_array(j) ? json_array_size(j)
							 : json_object_size(j)));
	json_decref(j);
}

void functions_result_element(sqlite3_context *x, const json_t *j)
{
	if (json_is_string(j))
		sqlite3_result_text(x, json_string_value(j), (int)json_string_length(j),
			SQLITE_TRANSIENT);
	else if (json_is_integer(j))
		sqlite3_result_int64(x, json_integer_value(j));
	else if (json_is_real(j))
		sqlite3_result_double(x, json_real_value(j));
	else if (json_is_boolean(j))
		sqlite3_result_int(x, json_is_true(j));
	else if (j && !json_is_null(j))
		functions_result_json(x, j);
}

/* element_at(array, n), from 1, negative from the end; element_at(map, key) */
static void element_at(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *j = functions_json(argv[0]);
	int64_t n = sqlite3_value_int64(argv[1]), len = (int64_t)json_array_size(j);

	if (functions_any_null(argc, argv))
		;
	else if (json_is_object(j))
		functions_result_element(x, json_object_get(j, functions_text(argv[1])));
	else if (n != 0 && n <= len && -n <= len)
		functions_result_element(x, json_array_get(j, (size_t)(n > 0 ? n - 1 : len + n)));
	json_decref(j);
}

static void contains(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *j = functions_json(argv[0]), *v;
	bool found = false;
	size_t i;

	if (!functions_any_null(argc, argv) && json_is_array(j)) {
		json_array_foreach(j, i, v)
			found |= json_is_string(v) ? sqlite3_value_type(argv[1]) == SQLITE_TEXT &&
					strcmp(json_string_value(v), functions_text(argv[1])) == 0
						   : json_is_number(v) &&
					json_number_value(v) == sqlite3_value_double(argv[1]);
		sqlite3_result_int(x, found);
	}
	json_decref(j);
}

static void split(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]), *d = functions_text(argv[1]), *stop;
	json_t *all;

	if (functions_any_null(argc, argv) || !*d)
		return;
	all = json_array();
	for (; (stop = strstr(s, d)); s = stop + strlen(d))
		json_array_append_new(all, json_stringn(s, (size_t)(stop - s)));
	json_array_append_new(all, json_string(s));
	functions_result_json(x, all);
	json_decref(all);
}

static void array_join(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *j = functions_json(argv[0]), *v;
	int rc = 0, put = 0;
	struct buf b;
	size_t i;

	if (functions_any_null(argc, argv) || !json_is_array(j)) {
		json_decref(j);
		return;
	}
	buf_init(&b, 64 << 20);
	json_array_foreach(j, i, v) {
		char *s = json_is_string(v) ? NULL : json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

		if (!rc && !json_is_null(v))
			rc = (put++ && buf_puts(&b, functions_text(argv[1]))) ||
				buf_puts(&b, s ? s : json_string_value(v));
		free(s);
	}
	json_decref(j);
	functions_result(x, &b, rc);
}

json_t *functions_json_of(sqlite3_value *v)
{
	json_t *j;

	switch (sqlite3_value_type(v)) {
	case SQLITE_INTEGER: return json_integer(sqlite3_value_int64(v));
	case SQLITE_FLOAT: return json_real(sqlite3_value_double(v));
	case SQLITE_NULL: return json_null();
	default:
		if (sqlite3_value_subtype(v) == 'J' && (j = functions_json(v)))
			return j;
		j = json_stringn(functions_text(v), (size_t)sqlite3_value_bytes(v));
		return j ? j : json_null();
	}
}

/* $.a.b[0], $["a"]: the first value there. */
static json_t *json_path(json_t *j, const char *path)
{
	path += *path == '$';
	while (j && *path) {
		const char *key = path;
		size_t n;
		char *name;

		if (*path == '.') {
			key = ++path;
			n = strcspn(path, ".[");
			path += n;
		} else if (*path == '[' && (path[1] == '"' || path[1] == '\'')) {
			key = path + 2;
			n = strcspn(key, "\"'");
			path = key + n;
			if (path[0] == '\0' || path[1] != ']')
				return NULL;
			path += 2;
		} else if (*path == '[' && isdigit((unsigned char)path[1])) {
			char *end;
			unsigned long i = strtoul(path + 1, &end, 10);

			if (*end != ']')
				return NULL;
			j = json_array_get(j, i);
			path = end + 1;
			continue;
		} else {
			return NULL;
		}
		name = mem_copy(key, n);
		j = json_object_get(j, name);
		free(name);
	}
	return j;
}

static void json_extract_as(sqlite3_context *x, int argc, sqlite3_value **argv, bool scalar)
{
	json_t *j = functions_json(argv[0]), *v;
	char *s;

	if (!functions_any_null(argc, argv) && (v = json_path(j, functions_text(argv[1])))) {
		if (!scalar) {
			functions_result_json(x, v);
		} else if (json_is_string(v)) {
			sqlite3_result_text(x, json_string_value(v), -1, SQLITE_TRANSIENT);
		} else if (!json_is_object(v) && !json_is_array(v) && !json_is_null(v)) {
			s = json_dumps(v, JSON_ENCODE_ANY);
			sqlite3_result_text(x, s, -1, SQLITE_TRANSIENT);
			free(s);
		}
	}
	json_decref(j);
}

static void json_extract(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_extract_as(x, argc, argv, false);
}

static void json_extract_scalar(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_extract_as(x, argc, argv, true);
}

static void json_parse(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *j = functions_json(argv[0]);

	if (j)
		functions_result_json(x, j);
	else if (!functions_any_null(argc, argv))
		functions_error(x, "Cannot convert '%.100s' to JSON", functions_text(argv[0]));
	json_decref(j);
}

static void json_format(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]);

	(void)argc;
	if (s)
		sqlite3_result_text(x, s, -1, SQLITE_TRANSIENT); /* without the subtype: a text */
}

static void json_array_length_(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *j = functions_json(argv[0]);

	(void)argc;
	if (json_is_array(j))
		sqlite3_result_int64(x, (sqlite3_int64)json_array_size(j));
	json_decref(j);
}

/* array_agg */
struct list {
	json_t *all;
	size_t bytes;
};

static void array_agg_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct list *l = sqlite3_aggregate_context(x, sizeof *l);

	(void)argc;
	if (!l)
		return;
	if (!l->all)
		l->all = json_array();
	l->bytes += 64 +
		(sqlite3_value_type(argv[0]) == SQLITE_TEXT ? (size_t)sqlite3_value_bytes(argv[0])
							    : 0);
	if (l->bytes > AGGREGATE_MAX)
		sqlite3_result_error_toobig(x);
	else
		json_array_append_new(l->all, functions_json_of(argv[0]));
}

static void array_agg_end(sqlite3_context *x)
{
	struct list *l = sqlite3_aggregate_context(x, 0);

	if (l && l->all) {
		functions_result_json(x, l->all);
		json_decref(l->all);
	}
}

const struct function functions_on_json[] = {
	{ "cardinality", 1, cardinality, 0, 0, "bigint" }, { "size", 1, cardinality, 0, 0, "bigint" },
	{ "element_at", 2, element_at, 0, 0, 0 }, { "contains", 2, contains, 0, 0, "boolean" },
	{ "split", 2, split, 0, 0, 0 }, { "array_join", 2, array_join, 0, 0, "varchar" },
	{ "json_extract", 2, json_extract, 0, 0, "json" }, { "json_extract_scalar", 2, json_extract_scalar, 0, 0, "varchar" },
	{ "get_json_object", 2, json_extract_scalar, 0, 0, "varchar" },
	{ "array_agg", 1, 0, array_agg_step, array_agg_end, 0 }, { "collect_list", 1, 0, array_agg_step, array_agg_end, 0 },
	{ "json_parse", 1, json_parse, 0, 0, "json" }, { "json_format", 1, json_format, 0, 0, "varchar" },
	{ "json_array_length", 1, json_array_length_, 0, 0, "bigint" },
	{ "json_array_contains", 2, contains, 0, 0, "boolean" },
	{ 0 },
};

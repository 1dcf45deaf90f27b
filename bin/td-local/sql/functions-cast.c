/*
 * CAST: dialect makes td_cast(x, from, to) and td_try_cast of it; `from` is 'boolean' or not known.
 */
#include "sql/functions.h"
#include "base/mem.h"
#include "store/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SECONDS_MAX (INT64_C(1) << 40)

enum to {
	TO_INT,
	TO_REAL,
	TO_TEXT,
	TO_BOOLEAN,
	TO_TIMESTAMP,
	TO_DATE,
	TO_JSON,
	TO_NESTED,
	TO_SAME,
	TO_NONE
};

static const struct target {
	const char *name;
	enum to to;
	int64_t min, max;
} targets[] = {
	{ "tinyint", TO_INT, INT8_MIN, INT8_MAX }, { "smallint", TO_INT, INT16_MIN, INT16_MAX }, { "integer", TO_INT, INT32_MIN, INT32_MAX },
	{ "int", TO_INT, INT32_MIN, INT32_MAX }, { "bigint", TO_INT, INT64_MIN, INT64_MAX }, { "long", TO_INT, INT64_MIN, INT64_MAX },
	{ "double", TO_REAL, 0, 0 }, { "double precision", TO_REAL, 0, 0 }, { "real", TO_REAL, 0, 0 }, { "float", TO_REAL, 0, 0 },
	{ "decimal", TO_REAL, 0, 0 }, { "numeric", TO_REAL, 0, 0 }, { "varchar", TO_TEXT, 0, 0 }, { "string", TO_TEXT, 0, 0 },
	{ "char", TO_TEXT, 0, 0 }, { "text", TO_TEXT, 0, 0 }, { "boolean", TO_BOOLEAN, 0, 0 }, { "timestamp", TO_TIMESTAMP, 0, 0 },
	{ "date", TO_DATE, 0, 0 }, { "json", TO_JSON, 0, 0 }, { "array", TO_NESTED, 0, 0 }, { "map", TO_NESTED, 0, 0 },
	{ "varbinary", TO_SAME, 0, 0 }, { "binary", TO_SAME, 0, 0 },
};

static const struct target *target_of(const char *type)
{
	size_t n = strcspn(type, "(<");

	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
		if (strlen(targets[i].name) == n && memcmp(targets[i].name, type, n) == 0)
			return &targets[i];
	return NULL;
}

/* n of varchar(n); -1: it has none. */
static long parameter(const char *type)
{
	const char *p = strchr(type, '(');

	return p && p[1] >= '0' && p[1] <= '9' ? strtol(p + 1, NULL, 10) : -1;
}

/* Scale of decimal(p, s). */
static long scale(const char *type)
{
	const char *comma = strchr(type, ',');

	return comma ? strtol(comma + 1, NULL, 10) : 0;
}

const char *functions_cast_type(const char *type, bool hive)
{
	const struct target *t = target_of(type);

	if (!t)
		return NULL;
	if (strcmp(t->name, "decimal") == 0 || strcmp(t->name, "numeric") == 0 ||
		strcmp(t->name, "double precision") == 0)
		return "double"; /* there are no decimals */
	if (strcmp(t->name, "int") == 0 || strcmp(t->name, "float") == 0)
		return hive ? t->name : strcmp(t->name, "int") == 0 ? "integer" : "real";
	return t->to == TO_TIMESTAMP || t->to == TO_SAME ? t->name : type;
}

/* --- numbers to text, as Java writes them */

static void java_double(char out[40], double d)
{
	char digits[32], *e;
	int exponent, n;

	if (!isfinite(d)) {
		snprintf(out, 40, "%s", isnan(d) ? "NaN" : d < 0 ? "-Infinity" : "Infinity");
		return;
	}
	if (d == 0 || (fabs(d) >= 1e-3 && fabs(d) < 1e7)) {
		for (n = 0; n < 20; n++) {
			snprintf(out, 40, "%.*f", n, d);
			if (strtod(out, NULL) == d)
				break;
		}
		if (n == 0)
			snprintf(out, 40, "%.1f", d);
		return;
	}
	for (n = 1; n < 17; n++) {
		snprintf(digits, sizeof digits, "%.*e", n, d);
		if (strtod(digits, NULL) == d)
			break;
	}
	e = strchr(digits, 'e');
	exponent = (int)strtol(e + 1, NULL, 10);
	*e = '\0';
	snprintf(out, 40, "%sE%d", digits, exponent);
}

static void text_of(sqlite3_value *v, bool boolean, char out[40])
{
	if (boolean)
		snprintf(out, 40, "%s", sqlite3_value_int64(v) ? "true" : "false");
	else if (sqlite3_value_type(v) == SQLITE_INTEGER)
		snprintf(out, 40, "%lld", (long long)sqlite3_value_int64(v));
	else
		java_double(out, sqlite3_value_double(v));
}

/* Each cast: 0, or -1 if the value cannot be that. */

static int to_text(sqlite3_context *x, sqlite3_value *v, bool boolean, const char *type)
{
	long most = parameter(type), n = 0;
	char number[40];
	const char *s = number, *end;

	if (sqlite3_value_type(v) == SQLITE_TEXT || sqlite3_value_type(v) == SQLITE_BLOB)
		s = functions_text(v);
	else
		text_of(v, boolean, number);
	if (!s)
		return -1;
	for (end = s; *end; end++)
		if (((unsigned char)*end & 0xc0) != 0x80 && most >= 0 && n++ == most)
			break;
	sqlite3_result_text(x, s, (int)(end - s), SQLITE_TRANSIENT);
	return 0;
}

static int whole_double(const char *s, double *out)
{
	char *end;

	if (strcasecmp(s, "nan") == 0 || strcasecmp(s, "infinity") == 0 ||
		strcasecmp(s, "-infinity") == 0) {
		*out = *s == '-'           ? -(double)INFINITY
			: (*s | 32) == 'n' ? (double)NAN
					   : (double)INFINITY;
		return 0;
	}
	if (!*s || s[strspn(s, "0123456789+-.eE")])
		return -1;
	*out = strtod(s, &end);
	return *end ? -1 : 0;
}

/* Presto rounds, Hive cuts. */
static int whole_of(double d, bool hive, int64_t *out)
{
	d = hive ? trunc(d) : round(d);
	if (!(d >= -9223372036854775808.0 && d < 9223372036854775808.0))
		return -1;
	*out = (int64_t)d;
	return 0;
}

static int to_int(sqlite3_context *x, sqlite3_value *v, const struct target *t, bool hive)
{
	const char *s;
	char *end;
	int64_t n;
	double d;

	if (sqlite3_value_type(v) == SQLITE_INTEGER) {
		n = sqlite3_value_int64(v);
	} else if (sqlite3_value_type(v) == SQLITE_FLOAT) {
		if (whole_of(sqlite3_value_double(v), hive, &n))
			return -1;
	} else {
		s = functions_text(v);
		if (!s || !*s || s[strspn(s, hive ? "0123456789+-.eE" : "0123456789+-")])
			return -1;
		n = strtoll(s, &end, 10);
		if (*end && (!hive || whole_double(s, &d) || whole_of(d, hive, &n)))
			return -1;
		if (!*end && (n == INT64_MAX || n == INT64_MIN) &&
			strcmp(s + (*s == '+'),
				n > 0 ? "9223372036854775807" : "-9223372036854775808") != 0)
			return -1;
	}
	if (n < t->min || n > t->max)
		return -1;
	sqlite3_result_int64(x, n);
	return 0;
}

static int to_real(sqlite3_context *x, sqlite3_value *v, const struct target *t, const char *type)
{
	const char *s = functions_text(v);
	double d, by = pow(10, (double)scale(type));

	if (sqlite3_value_type(v) != SQLITE_TEXT)
		d = sqlite3_value_double(v);
	else if (!s || whole_double(s, &d))
		return -1;
	if (*t->name == 'd' && t->name[1] == 'e')
		d = fabs(d * by) < 1e15 ? round(d * by) / by : d;
	sqlite3_result_double(x,
		strcmp(t->name, "real") == 0 || strcmp(t->name, "float") == 0 ? (double)(float)d
									      : d);
	return 0;
}

static int to_boolean(sqlite3_context *x, sqlite3_value *v)
{
	static const char *const words[][2] = { { "false", "true" }, { "f", "t" }, { "0", "1" } };
	const char *s = functions_text(v);

	if (sqlite3_value_type(v) != SQLITE_TEXT) {
		sqlite3_result_int(x, sqlite3_value_double(v) != 0);
		return 0;
	}
	for (size_t i = 0; s && i < sizeof words / sizeof *words; i++)
		for (int b = 0; b < 2; b++)
			if (strcasecmp(s, words[i][b]) == 0) {
				sqlite3_result_int(x, b);
				return 0;
			}
	return -1;
}

static int to_time(sqlite3_context *x, sqlite3_value *v, bool date, bool hive)
{
	char out[FUNCTIONS_TIMESTAMP];
	const char *s = functions_text(v);
	int64_t ms;

	if (hive && sqlite3_value_type(v) != SQLITE_TEXT) {
		if (sqlite3_value_int64(v) > SECONDS_MAX || sqlite3_value_int64(v) < -SECONDS_MAX)
			return -1;
		ms = sqlite3_value_int64(v) * 1000;
	} else if (!s || functions_parse_ms(s, NULL, &ms)) {
		return -1;
	}
	functions_timestamp(out, ms, date, hive);
	sqlite3_result_text(x, out, -1, SQLITE_TRANSIENT);
	return 0;
}

static int to_json(sqlite3_context *x, sqlite3_value *v, bool nested)
{
	json_t *j = nested ? functions_json(v) : functions_json_of(v);
	bool good = j && (!nested || json_is_array(j) || json_is_object(j));

	if (good)
		functions_result_json(x, j);
	json_decref(j);
	return good ? 0 : -1;
}

static void refuse(sqlite3_context *x, sqlite3_value *v, const char *type)
{
	const char *s = functions_text(v);
	char *upper = mem_string(type);

	for (char *p = upper; *p; p++)
		*p = (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
	if (sqlite3_value_type(v) == SQLITE_TEXT)
		functions_error(x, "Cannot cast '%.100s' to %.60s", s ? s : "", upper);
	else
		functions_error(x, "Cannot cast %.100s to %.60s", s ? s : "", upper);
	free(upper);
}

static void cast(sqlite3_context *x, sqlite3_value **argv, bool lenient)
{
	const char *from = functions_text(argv[1]), *type = functions_text(argv[2]);
	const struct target *t = type ? target_of(type) : NULL;
	bool hive = functions_query(x)->hive, boolean = from && strcmp(from, "boolean") == 0;
	sqlite3_value *v = argv[0];
	int rc = 0;

	if (!t) {
		functions_error(x, "CAST to %.60s is not supported by td-local", type ? type : "");
		return;
	}
	if (sqlite3_value_type(v) == SQLITE_NULL)
		return;
	switch (t->to) {
	case TO_INT: rc = to_int(x, v, t, hive); break;
	case TO_REAL: rc = to_real(x, v, t, type); break;
	case TO_TEXT: rc = to_text(x, v, boolean, type); break;
	case TO_BOOLEAN: rc = to_boolean(x, v); break;
	case TO_TIMESTAMP: case TO_DATE: rc = to_time(x, v, t->to == TO_DATE, hive); break;
	case TO_JSON: case TO_NESTED: rc = to_json(x, v, t->to == TO_NESTED); break;
	default: sqlite3_result_value(x, v); break;
	}
	if (rc && !lenient && !hive)
		refuse(x, v, type);
}

static void td_cast(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	cast(x, argv, false);
}

static void td_try_cast(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	cast(x, argv, true);
}

const struct function functions_casts[] = {
	{ "td_cast", 3, td_cast, 0, 0, 0 }, { "td_try_cast", 3, td_try_cast, 0, 0, 0 },
	{ 0 },
};

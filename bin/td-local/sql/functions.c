#include "sql/functions.h"

#include <stdarg.h>
#include <stdio.h>

#ifdef SQLITE_RESULT_SUBTYPE /* asked for since 3.45 */
enum { FLAGS = SQLITE_UTF8 | SQLITE_SUBTYPE | SQLITE_RESULT_SUBTYPE };
#else
enum { FLAGS = SQLITE_UTF8 | SQLITE_SUBTYPE };
#endif

const struct functions_query *functions_query(sqlite3_context *x)
{
	return sqlite3_user_data(x);
}

const char *functions_text(sqlite3_value *v)
{
	return (const char *)sqlite3_value_text(v); /* NULL for NULL */
}

bool functions_any_null(int argc, sqlite3_value **argv)
{
	for (int i = 0; i < argc; i++)
		if (sqlite3_value_type(argv[i]) == SQLITE_NULL)
			return true;
	return false;
}

void functions_result(sqlite3_context *x, struct buf *b, int rc)
{
	if (rc)
		sqlite3_result_error_toobig(x);
	else
		sqlite3_result_text64(x, b->p ? b->p : "", b->len, SQLITE_TRANSIENT, SQLITE_UTF8);
	buf_free(b);
}

void functions_error(sqlite3_context *x, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	sqlite3_result_error(x, text, -1);
}

static const struct function *const all[] = { functions_td, functions_on_text, functions_on_json,
	functions_sql, functions_on_arrays, functions_on_times, functions_casts,
	functions_statistics };

int functions_register(sqlite3 *db, const struct functions_query *q)
{
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (const struct function *f = all[i]; f->name; f++) {
			int rc = sqlite3_create_function_v2(db, f->name, f->args, FLAGS,
				(void *)(uintptr_t)q, f->call, f->step, f->end, NULL);

			if (rc != SQLITE_OK)
				return rc;
		}
	return SQLITE_OK;
}

/* --- types */

static const char *as_hive(const char *type)
{
	static const char *const names[][2] = { { "varchar", "string" }, { "integer", "int" },
		{ "real", "float" } };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(type, names[i][0]) == 0)
			return names[i][1];
	return type;
}

/* Of SQLite's own. */
static const char *own_type(const char *name)
{
	static const char *const names[][2] = { { "count", "bigint" }, { "length", "bigint" },
		{ "instr", "bigint" }, { "row_number", "bigint" }, { "rank", "bigint" },
		{ "dense_rank", "bigint" }, { "ntile", "bigint" }, { "avg", "double" },
		{ "sqrt", "double" }, { "ln", "double" }, { "exp", "double" },
		{ "lower", "varchar" }, { "upper", "varchar" }, { "trim", "varchar" },
		{ "ltrim", "varchar" }, { "rtrim", "varchar" }, { "replace", "varchar" },
		{ "substr", "varchar" }, { "substring", "varchar" }, { "max", FUNCTIONS_LAST },
		{ "min", FUNCTIONS_LAST }, { "coalesce", FUNCTIONS_LAST },
		{ "nullif", FUNCTIONS_LAST }, { "first_value", FUNCTIONS_LAST },
		{ "last_value", FUNCTIONS_LAST } };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i][0]) == 0)
			return names[i][1];
	return NULL;
}

const char *functions_type(const char *name, const char *last, bool hive)
{
	const char *type = own_type(name);

	for (size_t i = 0; i < sizeof all / sizeof *all && !type; i++)
		for (const struct function *f = all[i]; f->name && !type; f++)
			if (strcmp(name, f->name) == 0)
				type = f->type;
	if (type && strcmp(type, FUNCTIONS_LAST) == 0)
		return last;
	return type && hive ? as_hive(type) : type;
}

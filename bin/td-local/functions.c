#include "functions.h"
#include "mem.h"

#include <stdlib.h>

#ifdef SQLITE_RESULT_SUBTYPE /* asked for since 3.45 */
enum { FLAGS = SQLITE_UTF8 | SQLITE_SUBTYPE | SQLITE_RESULT_SUBTYPE };
#else
enum { FLAGS = SQLITE_UTF8 | SQLITE_SUBTYPE };
#endif

int64_t functions_scheduled(sqlite3_context *x)
{
	return *(int64_t *)sqlite3_user_data(x);
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

void functions_result(sqlite3_context *x, struct buf *b)
{
	sqlite3_result_text64(x, b->p ? b->p : "", b->len, SQLITE_TRANSIENT, SQLITE_UTF8);
	buf_free(b);
}

int functions_register(sqlite3 *db, int64_t scheduled)
{
	const struct function *const all[] = { functions_td, functions_on_text, functions_on_json, functions_sql };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (const struct function *f = all[i]; f->name; f++) {
			int64_t *data = mem_alloc(sizeof *data);
			int rc;

			*data = scheduled;
			rc = sqlite3_create_function_v2(db, f->name, f->args, FLAGS, data, f->call, f->step, f->end, free);
			if (rc != SQLITE_OK)
				return rc;
		}
	return SQLITE_OK;
}

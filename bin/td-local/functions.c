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

int functions_register(sqlite3 *db, int64_t scheduled)
{
	const struct function *const all[] = { functions_td, functions_sql };

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

/*
 * td-local's SQL: a statement is cut, translated, prepared and run, on no table, with all
 * functions; whatever it is, it ends in rows or in an error, and changes nothing. The first byte
 * chooses the engine.
 */
#include "sql/dialect.h"
#include "sql/functions.h"
#include "fuzz.h"
#include "base/mem.h"
#include "sql/statement.h"
#include "sql/unnest.h"

#include <sqlite3.h>

static int allow(void *arg, int action, const char *a, const char *b, const char *db,
	const char *trigger)
{
	(void)arg;
	(void)a;
	(void)b;
	(void)db;
	(void)trigger;
	return action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION
		? SQLITE_OK
		: SQLITE_DENY;
}

static int enough(void *arg)
{
	return ++*(int *)arg > 200;
}

static void run(const struct dialect *d, bool hive)
{
	struct functions_query known = { 1500000000, hive };
	struct fail f = { 0 };
	sqlite3_stmt *q = NULL;
	sqlite3 *db;
	int steps = 0;

	FUZZ_CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK &&
		functions_register(db, &known) == SQLITE_OK);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 1 << 20);
	sqlite3_progress_handler(db, 100, enough, &steps);
	if (unnest_create(db, "main", d->unnests, &f) == 0) {
		sqlite3_set_authorizer(db, allow, NULL);
		if (sqlite3_prepare_v2(db, d->sql, -1, &q, NULL) == SQLITE_OK && q)
			for (int i = 0; i < 100 && sqlite3_step(q) == SQLITE_ROW; i++)
				for (int k = 0; k < sqlite3_column_count(q); k++)
					sqlite3_column_text(q, k);
	}
	sqlite3_finalize(q);
	FUZZ_CHECK(sqlite3_close(db) == SQLITE_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool hive = size && data[0] == 'h';
	char *sql = size ? mem_copy(data + 1, size - 1) : mem_string("");
	struct fail f = { 0 };
	struct statement st;
	struct dialect d;

	if (statement_parse(&st, sql, hive, &f) == 0 && st.query) {
		int rc = dialect_translate(&d, st.query, hive, &f);

		FUZZ_CHECK(rc == 0 || f.kind == FAIL_DATA);
		if (rc == 0)
			run(&d, hive);
		dialect_free(&d);
	}
	statement_free(&st);
	free(sql);
	return 0;
}

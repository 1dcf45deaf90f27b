/*
 * td-local's SQL: a statement is cut into words, parsed, bound and emitted, then prepared and run,
 * over no table or one without rows. It always ends in rows or an error message. The first byte
 * chooses the engine.
 */
#include "base/mem.h"
#include "fuzz.h"
#include "sql/call.h"
#include "sql/emit.h"
#include "sql/parser.h"
#include "sql/rowset.h"

#include <sqlite3.h>
#include <string.h>

static const char *names[] = { "a", "b", "c", "time" };
static const struct sqltype *types[] = { &sqltype_bigint, &sqltype_varchar, &sqltype_double,
	&sqltype_bigint };
static const struct bind_table table = {
	.source = "(SELECT NULL AS c0, NULL AS c1, NULL AS c2, NULL AS c3 WHERE 0)",
	.n = 4,
	.names = names,
	.types = types,
};

static const struct bind_table *find(void *arg, const char *db, const char *name)
{
	(void)arg;
	(void)db;
	return strcmp(name, "t") == 0 ? &table : NULL;
}

static int enough(void *arg)
{
	return ++*(int *)arg > 200;
}

static void execute(sqlite3 *db, struct buf *sql)
{
	sqlite3_stmt *q = NULL;
	int steps = 0;

	sqlite3_progress_handler(db, 100, enough, &steps);
	if (sqlite3_prepare_v2(db, buf_text(sql), -1, &q, NULL) == SQLITE_OK)
		for (int i = 0; i < 100 && sqlite3_step(q) == SQLITE_ROW; i++)
			for (int k = 0; k < sqlite3_column_count(q); k++)
				sqlite3_column_bytes(q, k);
	sqlite3_finalize(q);
}

static void run(struct arena *a, struct statement *s, bool hive, bool decimals)
{
	atomic_bool stop = false;
	struct query query = { .engine = hive ? SQL_HIVE : SQL_PRESTO, .stop = &stop, .arena = a };
	struct fail f = { 0 };
	struct binder b = { .a = a, .engine = query.engine, .hive = hive, .query = &query,
		.decimal_literals = decimals, .table = find, .db = "db", .f = &f };
	struct emitter m = { .a = a, .query = &query, .engine = query.engine, .f = &f };
	struct buf sql;

	FUZZ_CHECK(sqlite3_open(":memory:", &m.db) == SQLITE_OK);
	FUZZ_CHECK(rowset_register(m.db) == SQLITE_OK);
	sqlite3_limit(m.db, SQLITE_LIMIT_LENGTH, 1 << 20);
	buf_init(&sql, EMIT_MAX);
	if (s->query && bind_statement(&b, s) == 0) {
		m.ids = b.ids;
		emit_statement(&m, &sql, s->query);
		if (f.kind == FAIL_NONE)
			execute(m.db, &sql);
	}
	FUZZ_CHECK(f.kind == FAIL_NONE || f.why[0]);
	call_close(m.db);
	query_zones_free(&query);
	buf_free(&sql);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool hive = size && data[0] == 'h';
	char *sql = size ? mem_copy(data + 1, size - 1) : mem_string("");
	struct arena a = { 0 };
	struct fail f = { 0 };
	struct tokens tokens;
	struct statements all;

	if (lexer_run(&tokens, &a, sql, hive ? SQL_HIVE : SQL_PRESTO, &f) == 0 &&
		parse_run(&all, &a, &tokens, hive ? SQL_HIVE : SQL_PRESTO, &f) == 0)
		for (unsigned i = 0; i < all.n && i < 4; i++)
			run(&a, &all.s[i], hive, tokens.decimal_literals);
	else
		FUZZ_CHECK(f.why[0]);
	arena_free(&a);
	free(sql);
	return 0;
}

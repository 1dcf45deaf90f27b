#define _GNU_SOURCE /* strcasestr */
#include "sql/query.h"
#include "base/fd.h"
#include "base/mem.h"
#include "sql/dialect.h"
#include "sql/functions.h"
#include "sql/outcolumn.h"
#include "sql/unnest.h"
#include "sql/vtab.h"
#include "store/columns.h"
#include "store/value.h"
#include "store/view.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { OTHERS_MAX = 9, VALUE_MAX = 64 << 20, ROW_MAX = 256 << 20, CACHE_KIB = 16 << 10 };

/* A query while it runs. */
struct run {
	struct account *l;
	const struct query *q;
	struct interrupt *me;
	struct outcome *out;
	struct dialect d;
	struct vtabs tables;
	struct functions_query known;
	sqlite3 *db;
};

/* --- what a statement may do */

/*
 * The query's own tables, and those of UNNEST. Without a column it may also be the name of a WITH.
 */
static bool readable(const struct vtabs *all, const char *table, const char *column, const char *db)
{
	for (size_t i = 0; i < all->n; i++)
		if (sqlite3_stricmp(all->t[i].view.name, table) == 0 &&
			sqlite3_stricmp(all->t[i].db, db) == 0)
			return true;
	return sqlite3_strnicmp(table, "unnest_", 7) == 0 ||
		(!*column && sqlite3_strnicmp(table, "sqlite_", 7) != 0);
}

static int allow(void *arg, int action, const char *a, const char *b, const char *db,
	const char *trigger)
{
	(void)trigger;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_RECURSIVE: return SQLITE_OK;
	case SQLITE_READ: return readable(arg, a, b, db) ? SQLITE_OK : SQLITE_DENY;
	case SQLITE_FUNCTION:
		return b && strcmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	default: return SQLITE_DENY;
	}
}

/* --- the tables that a statement names */

/* Is the word in the text, as a whole word, whatever its case? */
static bool names(const char *sql, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = sql; (p = strcasestr(p, word)); p++) {
		bool before = p > sql && (isalnum((unsigned char)p[-1]) || p[-1] == '_');
		bool after = isalnum((unsigned char)p[n]) || p[n] == '_';

		if (!before && !after)
			return true;
	}
	return false;
}

static void tables_free(struct vtabs *a)
{
	for (size_t i = 0; i < a->n; i++) {
		free(a->t[i].db);
		view_free(&a->t[i].view);
	}
	free(a->t);
}

/* One moment for all of them. */
static int snapshot(struct run *r, struct fail *f)
{
	const struct query *q = r->q;
	struct catalog *c = &r->l->catalog;
	struct vtabs *a = &r->tables;
	sqlite3_stmt *s;

	catalog_begin(c);
	s = catalog_select(c,
		"SELECT d.name, t.name, t.id FROM tables t JOIN dbs d ON d.id = t.db ORDER BY "
		"d.name, t.name",
		"");
	while (f->kind == FAIL_NONE && catalog_next(c, &s)) {
		const char *db = catalog_column(s, 0);

		if ((strcmp(db, q->db) != 0 && !names(q->sql, db)) ||
			!names(q->sql, catalog_column(s, 1)))
			continue;
		if ((a->n & (a->n - 1)) == 0)
			a->t = mem_resize(a->t, a->n ? 2 * a->n : 1, sizeof *a->t);
		if (view_open(&a->t[a->n].view, c, &r->l->store, sqlite3_column_int64(s, 2), f) ==
			0)
			a->t[a->n++].db = mem_string(db);
	}
	sqlite3_finalize(s);
	if (catalog_failed(c))
		fail_set(f, FAIL_SYSTEM, "%s", c->why);
	catalog_end(c, false, NULL);
	return f->kind ? -1 : 0;
}

static int attach(sqlite3 *db, const char *name, struct fail *f)
{
	char *sql = sqlite3_mprintf("ATTACH ':memory:' AS \"%w\"", name);
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);

	sqlite3_free(sql);
	return rc == SQLITE_OK
		? 0
		: fail_set(f, FAIL_DATA,
			  "a statement can name tables of at most %d other databases", OTHERS_MAX);
}

static int open_tables(struct run *r, struct fail *f)
{
	const char *own = r->q->db, *last = own;
	struct vtabs *a = &r->tables;

	for (size_t i = 0; i < a->n; i++) {
		if (strcmp(a->t[i].db, own) != 0 && strcmp(a->t[i].db, last) != 0) {
			last = a->t[i].db;
			if (attach(r->db, last, f))
				return -1;
		}
		if (vtab_create(r->db, a, i, f))
			return -1;
	}
	return 0;
}

static int open_sqlite(struct run *r, struct fail *f)
{
	char setup[128];
	sqlite3 *db;

	if (sqlite3_open(":memory:", &r->db) != SQLITE_OK)
		return fail_set(f, FAIL_SYSTEM, "cannot start SQLite");
	db = r->db;
	sqlite3_db_config(db, SQLITE_DBCONFIG_MAINDBNAME, r->q->db);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL); /* "x" is a column, never a text */
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, VALUE_MAX);
	sqlite3_limit(db, SQLITE_LIMIT_COLUMN, 2000);
	sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
	snprintf(setup, sizeof setup, "PRAGMA temp_store = 1; PRAGMA cache_size = -%d;", CACHE_KIB);
	if (sqlite3_exec(db, setup, NULL, NULL, NULL) != SQLITE_OK ||
		sqlite3_drop_modules(db, NULL) != SQLITE_OK ||
		vtab_register(db, &r->tables) != SQLITE_OK ||
		functions_register(db, &r->known) != SQLITE_OK)
		return fail_set(f, FAIL_SYSTEM, "cannot start SQLite: %s", sqlite3_errmsg(db));
	if (open_tables(r, f) || unnest_create(db, r->q->db, r->d.unnests, f))
		return -1;
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_set_authorizer(db, allow, &r->tables);
	return 0;
}

static int sql_failed(sqlite3 *db, int rc, const struct interrupt *me, struct fail *f)
{
	if (rc == SQLITE_INTERRUPT || (me && me->stop))
		return fail_set(f, FAIL_SIGNAL, "killed");
	return fail_set(f,
		rc == SQLITE_NOMEM || rc == SQLITE_IOERR || rc == SQLITE_FULL ? FAIL_SYSTEM
									      : FAIL_DATA,
		"%s", sqlite3_errmsg(db));
}

/* All rows into a gzip file. */
static int write_rows(struct run *r, sqlite3_stmt *q, struct out_column *c, int n, gzFile gz,
	struct fail *f)
{
	struct outcome *out = r->out;
	struct buf b;
	int rc;

	buf_init(&b, ROW_MAX);
	out->rows = 0;
	out->plain = 0;
	while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
		int bad = value_put_array(&b, (size_t)n);

		for (int i = 0; i < n && !bad; i++)
			bad = outcolumn_put(&b, &c[i], q, i);
		if (bad) {
			fail_set(f, FAIL_DATA, "a row of the result is longer than %d bytes",
				ROW_MAX);
			break;
		}
		out->rows++;
		if (b.len < 64 << 10)
			continue;
		if (gzwrite(gz, b.p, (unsigned)b.len) <= 0)
			break;
		out->plain += b.len;
		b.len = 0;
	}
	if (rc == SQLITE_ROW ||
		(rc == SQLITE_DONE && b.len && gzwrite(gz, b.p, (unsigned)b.len) <= 0))
		fail_set(f, FAIL_SYSTEM, "cannot write the result");
	else if (rc != SQLITE_DONE)
		sql_failed(r->db, rc, r->me, f);
	out->plain += b.len;
	buf_free(&b);
	return f->kind ? -1 : 0;
}

static int result_file(struct run *r, sqlite3_stmt *q, struct out_column *c, int n, struct fail *f)
{
	struct store *s = &r->l->store;
	struct outcome *out = r->out;
	int fd = store_create(s, 'r', out->file, f), copy = fd >= 0 ? dup(fd) : -1;
	gzFile gz = copy >= 0 ? gzdopen(copy, "wb1") : NULL;

	if (!gz)
		fail_set(f, FAIL_SYSTEM, "cannot write the result");
	else if (write_rows(r, q, c, n, gz, f) == 0 && gzclose(gz) != Z_OK)
		fail_set(f, FAIL_SYSTEM, "cannot write the result");
	else if (f->kind)
		gzclose(gz);
	if (f->kind == FAIL_NONE)
		store_seal(s, fd, f);
	if (f->kind == FAIL_NONE)
		store_size(fd, &out->size, f);
	if (fd >= 0)
		close(fd);
	if (f->kind && out->file[0]) {
		store_drop(s, out->file);
		out->file[0] = '\0';
	}
	return f->kind ? -1 : 0;
}

/* Blanks, comments and semicolons only? */
static bool nothing(const char *p)
{
	for (;;) {
		p += strspn(p, " \t\r\n;");
		if (p[0] == '-' && p[1] == '-')
			p += strcspn(p, "\n");
		else if (p[0] == '/' && p[1] == '*' && strstr(p + 2, "*/"))
			p = strstr(p + 2, "*/") + 2;
		else
			return *p == '\0';
	}
}

static int run_statement(struct run *r, struct fail *f)
{
	const char *rest = NULL;
	sqlite3_stmt *q = NULL;
	struct out_column *c;
	int rc = sqlite3_prepare_v2(r->db, r->d.sql, -1, &q, &rest), n;

	if (rc != SQLITE_OK)
		return sql_failed(r->db, rc, r->me, f);
	n = sqlite3_column_count(q);
	if (!q || !nothing(rest))
		fail_set(f, FAIL_DATA,
			q ? "only one statement can be run" : "there is no statement");
	else if (n == 0 || !sqlite3_stmt_readonly(q) || sqlite3_stmt_isexplain(q))
		fail_set(f, FAIL_DATA, "only queries can be run");
	if (f->kind) {
		sqlite3_finalize(q);
		return -1;
	}
	c = outcolumn_all(q, n, &r->d, r->q->hive);
	if (result_file(r, q, c, n, f) == 0 && outcolumn_mixed(c, n)) {
		store_drop(&r->l->store, r->out->file); /* again, now that the types are known */
		sqlite3_reset(q);
		result_file(r, q, c, n, f);
	}
	r->out->schema = outcolumn_schema(c, n, r->q->hive);
	outcolumn_free(c, n);
	sqlite3_finalize(q);
	return f->kind ? -1 : 0;
}

int query_run(struct account *l, const struct query *q, struct interrupt *me, struct outcome *out,
	struct fail *f)
{
	struct run r = { .l = l,
		.q = q,
		.me = me,
		.out = out,
		.tables.hive = q->hive,
		.known = { q->scheduled, q->hive } };

	*out = (struct outcome){ 0 };
	if (dialect_translate(&r.d, q->sql, q->hive, f) == 0 && snapshot(&r, f) == 0 &&
		open_sqlite(&r, f) == 0) {
		interrupt_set(me, r.db);
		run_statement(&r, f);
		interrupt_set(me, NULL);
	}
	if (r.db)
		sqlite3_close(r.db);
	tables_free(&r.tables);
	dialect_free(&r.d);
	return f->kind ? -1 : 0;
}

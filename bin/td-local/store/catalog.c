/* The catalogue: its tables, transactions, and statements with arguments. */
#include "store/catalog.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_LAYOUT = 2, LAYOUT = 4 }; /* PRAGMA user_version */

/*
 * A row's deletion puts its file into `trash`, in the same transaction; the files go after the
 * commit.
 */
static const char tables_sql[] =
	"CREATE TABLE dbs (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE NOT NULL, "
	"created INTEGER, updated INTEGER);"
	"CREATE TABLE tables (id INTEGER PRIMARY KEY AUTOINCREMENT, db INTEGER NOT NULL REFERENCES "
	"dbs ON DELETE CASCADE,"
	" name TEXT NOT NULL, schema TEXT NOT NULL DEFAULT '[]', expire_days INTEGER, include_v "
	"INTEGER NOT NULL DEFAULT 1,"
	" detect_schema INTEGER NOT NULL DEFAULT 1, description TEXT, idempotent_key TEXT, created "
	"INTEGER, updated INTEGER,"
	" rows INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, last INTEGER, counted "
	"INTEGER, UNIQUE (db, name));"
	"CREATE TABLE sessions (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE NOT NULL,"
	" tbl INTEGER REFERENCES tables ON DELETE SET NULL, status TEXT NOT NULL, frozen INTEGER "
	"NOT NULL DEFAULT 0, job INTEGER,"
	" valid_parts INTEGER, error_parts INTEGER, valid_records INTEGER, error_records INTEGER, "
	"schema TEXT, errors TEXT,"
	" polls INTEGER NOT NULL DEFAULT 0, until INTEGER NOT NULL DEFAULT 0, created INTEGER);"
	"CREATE INDEX sessions_tbl ON sessions (tbl);"
	"CREATE TABLE parts (session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, name "
	"TEXT NOT NULL,"
	" file TEXT NOT NULL, bytes INTEGER, PRIMARY KEY (session, name));"
	"CREATE TABLE segments (id INTEGER PRIMARY KEY AUTOINCREMENT, tbl INTEGER REFERENCES "
	"tables ON DELETE CASCADE,"
	" session INTEGER REFERENCES sessions ON DELETE CASCADE, file TEXT NOT NULL, rows INTEGER, "
	"bytes INTEGER,"
	" tmin INTEGER, tmax INTEGER);"
	"CREATE INDEX segments_tbl ON segments (tbl); CREATE INDEX segments_session ON segments "
	"(session);"
	"CREATE TABLE imports (tbl INTEGER NOT NULL REFERENCES tables ON DELETE CASCADE, unique_id "
	"TEXT NOT NULL,"
	" PRIMARY KEY (tbl, unique_id)) WITHOUT ROWID;"
	"CREATE TABLE jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT, db TEXT, query TEXT, "
	"status TEXT NOT NULL,"
	" priority INTEGER NOT NULL DEFAULT 0, retry_limit INTEGER NOT NULL DEFAULT 0, result "
	"TEXT, domain_key TEXT UNIQUE,"
	" created INTEGER, updated INTEGER, started INTEGER, ended INTEGER, cpu_ms INTEGER, schema "
	"TEXT, file TEXT,"
	" size INTEGER, plain INTEGER, rows INTEGER, inserted INTEGER NOT NULL DEFAULT 0,"
	" cmdout TEXT NOT NULL DEFAULT '', stderr TEXT NOT NULL DEFAULT '',"
	" session INTEGER REFERENCES sessions ON DELETE SET NULL, scheduled INTEGER, schedule "
	"INTEGER,"
	" target INTEGER, polls INTEGER NOT NULL DEFAULT 0, until INTEGER NOT NULL DEFAULT 0);"
	"CREATE INDEX jobs_status ON jobs (status) WHERE status IN ('queued', 'running');"
	"CREATE TABLE results (name TEXT PRIMARY KEY, url TEXT NOT NULL);"
	"CREATE TABLE schedules (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE NOT NULL, "
	"cron TEXT, timezone TEXT,"
	" delay INTEGER, type TEXT, query TEXT, db TEXT, priority INTEGER, retry_limit INTEGER, "
	"result TEXT,"
	" created INTEGER, next INTEGER);"
	"CREATE TABLE trash (file TEXT PRIMARY KEY) WITHOUT ROWID;"
	"CREATE TRIGGER segments_gone AFTER DELETE ON segments BEGIN INSERT OR IGNORE INTO trash "
	"VALUES (old.file); END;"
	"CREATE TRIGGER parts_gone AFTER DELETE ON parts BEGIN INSERT OR IGNORE INTO trash VALUES "
	"(old.file); END;"
	"CREATE TRIGGER sessions_gone AFTER DELETE ON sessions WHEN old.errors IS NOT NULL"
	" BEGIN INSERT OR IGNORE INTO trash VALUES (old.errors); END;"
	"CREATE TRIGGER errors_gone AFTER UPDATE OF errors ON sessions WHEN old.errors IS NOT NULL "
	"AND old.errors IS NOT new.errors"
	" BEGIN INSERT OR IGNORE INTO trash VALUES (old.errors); END;"
	"CREATE TRIGGER jobs_gone AFTER DELETE ON jobs WHEN old.file IS NOT NULL"
	" BEGIN INSERT OR IGNORE INTO trash VALUES (old.file); END;";

/*
 * What later layouts add, from FIRST_LAYOUT + 1. Segments come in the order of their place, or id;
 * crc is the CRC-32 of their file, null: not known. A table's old_* are what it shows until `until`
 * if counts lag; a session with a table_name belongs to the name. A job's first `done` statements
 * have changed what they change.
 */
static const char *const upgrades[] = {
	"ALTER TABLE tables ADD COLUMN old_rows INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE tables ADD COLUMN old_bytes INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE tables ADD COLUMN old_last INTEGER;"
	"ALTER TABLE tables ADD COLUMN until INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE sessions ADD COLUMN db_name TEXT;"
	"ALTER TABLE sessions ADD COLUMN table_name TEXT;"
	"ALTER TABLE segments ADD COLUMN crc INTEGER;"
	"ALTER TABLE segments ADD COLUMN place INTEGER;"
	"CREATE VIEW session_tables AS SELECT s.id, CASE WHEN s.table_name IS NULL THEN s.tbl ELSE "
	"(SELECT t.id FROM tables t JOIN dbs d ON d.id = t.db WHERE d.name = s.db_name AND t.name "
	"= s.table_name) END AS tbl FROM sessions s;"
	/* What was committed before its table went is committed. */
	"CREATE TRIGGER tables_gone BEFORE DELETE ON tables BEGIN"
	" DELETE FROM segments WHERE session IN (SELECT id FROM sessions WHERE tbl = old.id AND "
	"table_name IS NULL AND status = 'committing');"
	" UPDATE sessions SET status = 'committed', polls = 0 WHERE tbl = old.id AND table_name IS "
	"NULL AND status = 'committing'; END;",
	"ALTER TABLE jobs ADD COLUMN done INTEGER NOT NULL DEFAULT 0;",
};

static int run(sqlite3 *db, const char *sql, struct fail *f)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return fail_set(f, FAIL_SYSTEM, "%s", sqlite3_errmsg(db));
	return 0;
}

static int version(sqlite3 *db, struct fail *f)
{
	sqlite3_stmt *q = NULL;
	int v = -1;

	if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &q, NULL) == SQLITE_OK &&
		sqlite3_step(q) == SQLITE_ROW)
		v = sqlite3_column_int(q, 0);
	else
		fail_set(f, FAIL_SYSTEM, "%s", sqlite3_errmsg(db));
	sqlite3_finalize(q);
	return v;
}

static int prepare_layout(sqlite3 *db, bool draft, struct fail *f)
{
	int v = version(db, f);
	char mark[64];

	if (v < 0)
		return -1;
	if (v == 0 && !draft)
		return fail_set(f, FAIL_SYSTEM, "it is empty");
	if (v != 0 && (v < FIRST_LAYOUT || v > LAYOUT))
		return fail_set(f, FAIL_CONFIG, "the layout is number %d, this program knows %d", v,
			LAYOUT);
	if (run(db, draft ? "PRAGMA synchronous = OFF" : "PRAGMA synchronous = FULL", f) ||
		run(db,
			"PRAGMA secure_delete = ON; PRAGMA journal_mode = WAL; PRAGMA foreign_keys "
			"= ON; PRAGMA cache_size = "
			"-1024;",
			f))
		return -1;
	if (v == LAYOUT)
		return 0;
	snprintf(mark, sizeof mark, "PRAGMA user_version = %d; COMMIT", LAYOUT);
	if (run(db, "BEGIN", f) || (v == 0 && run(db, tables_sql, f)))
		return -1;
	for (v = v ? v : FIRST_LAYOUT; v < LAYOUT; v++)
		/* cppcheck-suppress negativeIndex ; v is not below FIRST_LAYOUT */
		if (run(db, upgrades[v - FIRST_LAYOUT], f))
			return -1;
	return run(db, mark, f);
}

int catalog_open(struct catalog *c, const char *path, bool draft, struct fail *f)
{
	*c = (struct catalog){ 0 };
	pthread_mutex_init(&c->lock, NULL);
	if (sqlite3_open(path, &c->db) != SQLITE_OK)
		fail_set(f, FAIL_SYSTEM, "%s", sqlite3_errmsg(c->db));
	else
		prepare_layout(c->db, draft, f);
	if (f->kind == FAIL_NONE)
		return 0;
	fail_at(f, "%s", path);
	catalog_close(c);
	return -1;
}

void catalog_close(struct catalog *c)
{
	if (!c->db)
		return;
	sqlite3_close(c->db);
	c->db = NULL;
	pthread_mutex_destroy(&c->lock);
}

static int copy(sqlite3 *to, sqlite3 *from, struct fail *f)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");

	if (b)
		sqlite3_backup_step(b, -1);
	if (!b || sqlite3_backup_finish(b) != SQLITE_OK)
		return fail_set(f, FAIL_SYSTEM, "the catalogue: %s", sqlite3_errmsg(to));
	return 0;
}

int catalog_copy(struct catalog *c, const char *path, struct fail *f)
{
	sqlite3 *to = NULL;

	pthread_mutex_lock(&c->lock);
	if (sqlite3_open(path, &to) != SQLITE_OK)
		fail_set(f, FAIL_SYSTEM, "%s: %s", path, sqlite3_errmsg(to));
	else
		copy(to, c->db, f);
	pthread_mutex_unlock(&c->lock);
	if (sqlite3_close(to) != SQLITE_OK)
		fail_set(f, FAIL_SYSTEM, "%s: %s", path, sqlite3_errmsg(to));
	return f->kind ? -1 : 0;
}

int catalog_replace(struct catalog *c, const char *path, struct fail *f)
{
	static const char last[] = "SELECT seq FROM sqlite_sequence WHERE name = 'segments'";
	sqlite3 *from = NULL;
	int64_t segments;

	catalog_begin(c);
	segments = catalog_num(c, 0, last, "");
	if (catalog_failed(c))
		fail_set(f, FAIL_SYSTEM, "the catalogue: %s", c->why);
	sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
	if (f->kind == FAIL_NONE &&
		sqlite3_open_v2(path, &from, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		fail_set(f, FAIL_SYSTEM, "%s: %s", path, sqlite3_errmsg(from));
	if (f->kind == FAIL_NONE && copy(c->db, from, f) == 0 &&
		prepare_layout(c->db, false, f) == 0)
		catalog_do(c,
			"INSERT OR REPLACE INTO sqlite_sequence (rowid, name, seq) SELECT (SELECT "
			"rowid FROM sqlite_sequence WHERE name = 'segments'), 'segments', max(?1, "
			"coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'segments'), 0))",
			"i", segments);
	if (f->kind == FAIL_NONE && catalog_failed(c))
		fail_set(f, FAIL_SYSTEM, "the catalogue: %s", c->why);
	sqlite3_close(from);
	pthread_mutex_unlock(&c->lock);
	return f->kind ? -1 : 0;
}

bool catalog_failed(const struct catalog *c)
{
	return c->why[0] != '\0';
}

static void failed(struct catalog *c)
{
	if (!catalog_failed(c))
		snprintf(c->why, sizeof c->why, "%s", sqlite3_errmsg(c->db));
}

void catalog_begin(struct catalog *c)
{
	pthread_mutex_lock(&c->lock);
	c->why[0] = '\0';
	if (sqlite3_exec(c->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		failed(c);
}

int catalog_end(struct catalog *c, bool commit, struct fail *f)
{
	bool good = !catalog_failed(c);

	if (good && commit && sqlite3_exec(c->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
		failed(c);
		good = false;
		/* what was written may be found by a recovery; of a full disk nothing is */
		if (c->keep && sqlite3_errcode(c->db) == SQLITE_IOERR)
			*c->keep = true;
	}
	if (!sqlite3_get_autocommit(c->db))
		sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
	if (!good && f)
		fail_set(f, FAIL_SYSTEM, "the catalogue: %s", c->why);
	pthread_mutex_unlock(&c->lock);
	return good ? 0 : -1;
}

static sqlite3_stmt *prepare(struct catalog *c, const char *sql, const char *fmt, va_list ap)
{
	sqlite3_stmt *q = NULL;

	if (catalog_failed(c))
		return NULL;
	if (sqlite3_prepare_v2(c->db, sql, -1, &q, NULL) != SQLITE_OK) {
		failed(c);
		return NULL;
	}
	for (int i = 1; *fmt; fmt++, i++) {
		switch (*fmt) {
		case 's':
			sqlite3_bind_text(q, i, va_arg(ap, const char *), -1, SQLITE_TRANSIENT);
			break;
		case 'i': sqlite3_bind_int64(q, i, va_arg(ap, int64_t)); break;
		case 'd': sqlite3_bind_double(q, i, va_arg(ap, double)); break;
		default: sqlite3_bind_null(q, i); break;
		}
	}
	return q;
}

bool catalog_next(struct catalog *c, sqlite3_stmt **q)
{
	int rc;

	if (!*q)
		return false;
	rc = sqlite3_step(*q);
	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		failed(c);
	sqlite3_finalize(*q);
	*q = NULL;
	return false;
}

sqlite3_stmt *catalog_select(struct catalog *c, const char *sql, const char *fmt, ...)
{
	sqlite3_stmt *q;
	va_list ap;

	va_start(ap, fmt);
	q = prepare(c, sql, fmt, ap);
	va_end(ap);
	return q;
}

void catalog_do(struct catalog *c, const char *sql, const char *fmt, ...)
{
	sqlite3_stmt *q;
	va_list ap;

	va_start(ap, fmt);
	q = prepare(c, sql, fmt, ap);
	va_end(ap);
	while (catalog_next(c, &q))
		;
}

int64_t catalog_num(struct catalog *c, int64_t none, const char *sql, const char *fmt, ...)
{
	sqlite3_stmt *q;
	va_list ap;
	int64_t v = none;

	va_start(ap, fmt);
	q = prepare(c, sql, fmt, ap);
	va_end(ap);
	if (catalog_next(c, &q)) {
		if (!catalog_null(q, 0))
			v = sqlite3_column_int64(q, 0);
		sqlite3_finalize(q);
	}
	return v;
}

char *catalog_text(struct catalog *c, const char *sql, const char *fmt, ...)
{
	sqlite3_stmt *q;
	va_list ap;
	char *s = NULL;

	va_start(ap, fmt);
	q = prepare(c, sql, fmt, ap);
	va_end(ap);
	if (catalog_next(c, &q)) {
		if (!catalog_null(q, 0))
			s = mem_string(catalog_column(q, 0));
		sqlite3_finalize(q);
	}
	return s;
}

const char *catalog_column(sqlite3_stmt *q, int i)
{
	const unsigned char *s = sqlite3_column_text(q, i);

	return s ? (const char *)s : "";
}

bool catalog_null(sqlite3_stmt *q, int i)
{
	return sqlite3_column_type(q, i) == SQLITE_NULL;
}

void catalog_files(struct catalog *c, struct keyset *names)
{
	sqlite3_stmt *q = catalog_select(c,
		"SELECT file FROM segments UNION SELECT file FROM parts UNION SELECT errors FROM "
		"sessions WHERE errors IS NOT NULL UNION SELECT file FROM jobs WHERE file IS NOT "
		"NULL",
		"");

	while (catalog_next(c, &q))
		keyset_add(names, catalog_column(q, 0), strlen(catalog_column(q, 0)));
}

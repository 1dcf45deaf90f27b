#define _GNU_SOURCE /* strcasestr */
#include "query.h"
#include "columns.h"
#include "fd.h"
#include "functions.h"
#include "mem.h"
#include "value.h"
#include "view.h"
#include "vtab.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { OTHERS_MAX = 9, VALUE_MAX = 64 << 20, ROW_MAX = 256 << 20, CACHE_KIB = 16 << 10 };

/* --- what a statement may do */

static int allow(void *arg, int action, const char *a, const char *b, const char *db, const char *trigger)
{
	(void)arg;
	(void)db;
	(void)trigger;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_READ:
		return strncmp(a, "sqlite_", 7) == 0 || strncmp(a, "pragma_", 7) == 0 || strcmp(a, "dbstat") == 0 ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_FUNCTION:
		return b && strcmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	default:
		return SQLITE_DENY;
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
static int snapshot(struct local *l, const struct query *q, struct vtabs *a, struct fail *f)
{
	struct catalog *c = &l->cat;
	sqlite3_stmt *s;

	cat_begin(c);
	s = cat_select(c, "SELECT d.name, t.name, t.id FROM tables t JOIN dbs d ON d.id = t.db ORDER BY d.name, t.name", "");
	while (f->kind == FAIL_NONE && cat_next(c, &s)) {
		const char *db = cat_column(s, 0);

		if ((strcmp(db, q->db) != 0 && !names(q->sql, db)) || !names(q->sql, cat_column(s, 1)))
			continue;
		if ((a->n & (a->n - 1)) == 0)
			a->t = mem_resize(a->t, a->n ? 2 * a->n : 1, sizeof *a->t);
		if (view_open(&a->t[a->n].view, c, &l->store, sqlite3_column_int64(s, 2), f) == 0)
			a->t[a->n++].db = mem_string(db);
	}
	sqlite3_finalize(s);
	if (cat_failed(c))
		fail_set(f, FAIL_SYSTEM, "%s", c->why);
	cat_end(c, false, NULL);
	return f->kind ? -1 : 0;
}

static int attach(sqlite3 *db, const char *name, struct fail *f)
{
	char *sql = sqlite3_mprintf("ATTACH ':memory:' AS \"%w\"", name);
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);

	sqlite3_free(sql);
	return rc == SQLITE_OK ? 0 : fail_set(f, FAIL_DATA, "a statement can name tables of at most %d other databases", OTHERS_MAX);
}

static int open_tables(sqlite3 *db, const struct query *q, struct vtabs *a, struct fail *f)
{
	const char *last = q->db;

	for (size_t i = 0; i < a->n; i++) {
		if (strcmp(a->t[i].db, q->db) != 0 && strcmp(a->t[i].db, last) != 0) {
			last = a->t[i].db;
			if (attach(db, last, f))
				return -1;
		}
		if (vtab_create(db, a, i, f))
			return -1;
	}
	return 0;
}

static int open_sqlite(sqlite3 **out, const struct query *q, struct vtabs *a, struct fail *f)
{
	char setup[128];
	sqlite3 *db;

	if (sqlite3_open(":memory:", out) != SQLITE_OK)
		return fail_set(f, FAIL_SYSTEM, "cannot start SQLite");
	db = *out;
	sqlite3_db_config(db, SQLITE_DBCONFIG_MAINDBNAME, q->db);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL); /* "x" is a column, never a text */
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, VALUE_MAX);
	sqlite3_limit(db, SQLITE_LIMIT_COLUMN, 2000);
	sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
	snprintf(setup, sizeof setup, "PRAGMA temp_store = 1; PRAGMA cache_size = -%d;", CACHE_KIB);
	if (sqlite3_exec(db, setup, NULL, NULL, NULL) != SQLITE_OK || vtab_register(db, a) != SQLITE_OK || functions_register(db, q->scheduled))
		return fail_set(f, FAIL_SYSTEM, "cannot start SQLite: %s", sqlite3_errmsg(db));
	if (open_tables(db, q, a, f))
		return -1;
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_set_authorizer(db, allow, NULL);
	return 0;
}

/* --- the columns of a result */

struct out_column {
	char *name;
	char *type;   /* declared, or NULL: seen in the values */
	bool nested;  /* the text is JSON */
	bool real;    /* integers are written as floats */
	bool saw_int, saw_real, saw_text;
	struct detected *inner; /* what JSON values hold, or NULL if there were none */
};

static bool plain_name(const char *s)
{
	static const char *const words[] = { "null", "true", "false", "current_time", "current_date", "current_timestamp" };

	if (!isalpha((unsigned char)*s) && *s != '_')
		return false;
	for (const char *p = s; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(s, words[i]) == 0)
			return false;
	return true;
}

/* SQLite calls a column without a name by its text; TD's engines by its number. */
static char *result_name(sqlite3_stmt *q, int i, const struct query *what)
{
	const char *name = sqlite3_column_name(q, i);
	char *quoted = name ? mem_printf("\"%s\"", name) : NULL;
	bool own = name && (plain_name(name) || sqlite3_column_origin_name(q, i) || strstr(what->sql, quoted));

	free(quoted);
	return own ? mem_string(name) : mem_printf(what->hive ? "_c%d" : "_col%d", i);
}

static struct out_column *result_columns(sqlite3_stmt *q, int n, const struct query *what)
{
	struct out_column *c = mem_zero((size_t)n + 1, sizeof *c);

	for (int i = 0; i < n; i++) {
		const char *type = sqlite3_column_decltype(q, i);

		c[i].name = result_name(q, i, what);
		c[i].type = type ? mem_string(type) : NULL;
		c[i].nested = type && (strncmp(type, "array", 5) == 0 || strncmp(type, "map", 3) == 0);
		c[i].real = type && (strcmp(type, "double") == 0 || strcmp(type, "real") == 0 || strcmp(type, "float") == 0);
	}
	return c;
}

/* The type of a column that has none declared: what its values say; varchar if there are none. */
static char *seen_type(const struct out_column *c, bool hive)
{
	const char *text = hive ? "string" : "varchar";
	char *inner, *type;

	if (!c->inner || c->saw_text || c->saw_int || c->saw_real)
		return mem_string(c->saw_text || c->inner ? text : c->saw_real ? "double" : c->saw_int ? "bigint" : text);
	inner = detected_type(c->inner, 0);
	type = vtab_type(inner, hive);
	free(inner);
	return type;
}

static char *schema_text(const struct out_column *c, int n, bool hive)
{
	json_t *all = json_array();
	char *text;

	for (int i = 0; i < n; i++) {
		char *type = c[i].type ? mem_string(c[i].type) : seen_type(&c[i], hive);

		json_array_append_new(all, json_pack("[ss]", c[i].name, type));
		free(type);
	}
	text = json_dumps(all, 0);
	json_decref(all);
	return text;
}

/* --- rows */

static int put_text(struct buf *b, struct out_column *c, const char *p, size_t n, bool json)
{
	json_t *j = json ? json_loadb(p, n, JSON_DECODE_ANY, NULL) : NULL;
	bool nested = json_is_array(j) || json_is_object(j);
	size_t start = b->len;
	int rc = nested ? value_put_json(b, j) : value_put_str(b, p, n);

	json_decref(j);
	c->saw_text |= !nested;
	if (!rc && nested && !c->type) {
		if (!c->inner)
			c->inner = mem_zero(1, sizeof *c->inner);
		detected_note(c->inner, 0, b->p + start, b->p + b->len);
	}
	return rc;
}

static int put_cell(struct buf *b, struct out_column *c, sqlite3_stmt *q, int i)
{
	bool json;

	switch (sqlite3_column_type(q, i)) {
	case SQLITE_INTEGER:
		c->saw_int = true;
		return c->real ? value_put_double(b, sqlite3_column_double(q, i)) : value_put_int(b, sqlite3_column_int64(q, i));
	case SQLITE_FLOAT:
		c->saw_real = true;
		return value_put_double(b, sqlite3_column_double(q, i));
	case SQLITE_NULL:
		return value_put_nil(b);
	default:
		json = c->nested || sqlite3_value_subtype(sqlite3_column_value(q, i)) == VTAB_JSON;
		return put_text(b, c, sqlite3_column_blob(q, i), (size_t)sqlite3_column_bytes(q, i), json);
	}
}

static int sql_failed(sqlite3 *db, int rc, const struct running *me, struct fail *f)
{
	if (rc == SQLITE_INTERRUPT || (me && me->stop))
		return fail_set(f, FAIL_SIGNAL, "killed");
	return fail_set(f, rc == SQLITE_NOMEM || rc == SQLITE_IOERR || rc == SQLITE_FULL ? FAIL_SYSTEM : FAIL_DATA, "%s", sqlite3_errmsg(db));
}

/* All rows into a gzip file. */
static int write_rows(sqlite3_stmt *q, struct out_column *c, int n, gzFile gz, struct running *me, struct outcome *out, struct fail *f)
{
	struct buf b;
	int rc;

	buf_init(&b, ROW_MAX);
	out->rows = 0;
	out->plain = 0;
	while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
		int bad = value_put_array(&b, (size_t)n);

		for (int i = 0; i < n && !bad; i++)
			bad = put_cell(&b, &c[i], q, i);
		if (bad) {
			fail_set(f, FAIL_DATA, "a row of the result is longer than %d bytes", ROW_MAX);
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
	if (rc == SQLITE_ROW || (rc == SQLITE_DONE && b.len && gzwrite(gz, b.p, (unsigned)b.len) <= 0))
		fail_set(f, FAIL_SYSTEM, "cannot write the result");
	else if (rc != SQLITE_DONE)
		sql_failed(sqlite3_db_handle(q), rc, me, f);
	out->plain += b.len;
	buf_free(&b);
	return f->kind ? -1 : 0;
}

/* Columns that hold integers and floats are floats: true if rows were written otherwise. */
static bool mixed(struct out_column *c, int n)
{
	bool any = false;

	for (int i = 0; i < n; i++) {
		if (!c[i].real && c[i].saw_int && c[i].saw_real && !c[i].saw_text)
			any = c[i].real = true;
	}
	return any;
}

static int result_file(struct local *l, sqlite3_stmt *q, struct out_column *c, int n, struct running *me, struct outcome *out, struct fail *f)
{
	int fd = store_create(&l->store, 'r', out->file, f), copy = fd >= 0 ? dup(fd) : -1;
	gzFile gz = copy >= 0 ? gzdopen(copy, "wb1") : NULL;

	if (!gz)
		fail_set(f, FAIL_SYSTEM, "cannot write the result");
	else if (write_rows(q, c, n, gz, me, out, f) == 0 && gzclose(gz) != Z_OK)
		fail_set(f, FAIL_SYSTEM, "cannot write the result");
	else if (f->kind)
		gzclose(gz);
	if (f->kind == FAIL_NONE)
		store_seal(&l->store, fd, f);
	if (f->kind == FAIL_NONE)
		store_size(fd, &out->size, f);
	if (fd >= 0)
		close(fd);
	if (f->kind && out->file[0]) {
		store_drop(&l->store, out->file);
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

static int run_statement(struct local *l, sqlite3 *db, const struct query *what, struct running *me, struct outcome *out, struct fail *f)
{
	const char *rest = NULL;
	sqlite3_stmt *q = NULL;
	struct out_column *c;
	int rc = sqlite3_prepare_v2(db, what->sql, -1, &q, &rest), n;

	if (rc != SQLITE_OK)
		return sql_failed(db, rc, me, f);
	if (!q || !nothing(rest)) {
		sqlite3_finalize(q);
		return fail_set(f, FAIL_DATA, q ? "only one statement can be run" : "there is no statement");
	}
	n = sqlite3_column_count(q);
	c = result_columns(q, n, what);
	if (result_file(l, q, c, n, me, out, f) == 0 && mixed(c, n)) {
		store_drop(&l->store, out->file); /* again, now that the types are known */
		sqlite3_reset(q);
		result_file(l, q, c, n, me, out, f);
	}
	out->schema = schema_text(c, n, what->hive);
	for (int i = 0; i < n; i++) {
		free(c[i].name);
		free(c[i].type);
		free(c[i].inner);
	}
	free(c);
	sqlite3_finalize(q);
	return f->kind ? -1 : 0;
}

int query_run(struct local *l, const struct query *q, struct running *me, struct outcome *out, struct fail *f)
{
	struct vtabs a = { .hive = q->hive };
	sqlite3 *db = NULL;

	*out = (struct outcome){ 0 };
	if (snapshot(l, q, &a, f) == 0 && open_sqlite(&db, q, &a, f) == 0) {
		running_set(me, db);
		run_statement(l, db, q, me, out, f);
		running_set(me, NULL);
	}
	if (db)
		sqlite3_close(db);
	tables_free(&a);
	return f->kind ? -1 : 0;
}

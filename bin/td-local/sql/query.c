/* query: parse, bind, emit, run. */
#include "sql/query.h"
#include "sql/print.h"
#include "base/mem.h"
#include "sql/call.h"
#include "sql/emit.h"
#include "sql/parser.h"
#include "sql/rowset.h"
#include "sql/tables.h"
#include "store/rowsout.h"
#include "store/td_clock.h"
#include "store/value.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VALUE_MAX = 64 << 20, ROW_MAX = 256 << 20, CACHE_KIB = 16 << 10 };

struct queries {
	struct arena a;
	bool hive, trino, decimal_literals;
	const char *db;
	int64_t scheduled;
	struct statements all;
};

/* A statement while it runs. */
struct run {
	struct queries *q;
	struct statement *s;
	struct account *account;
	struct interrupt *me;
	struct outcome *out;
	struct arena a;
	struct query query; /* for functions */
	struct sql_tables tables;
	sqlite3 *db;
	struct buf sql;
	unsigned ids;
};

/* --- parsing */

static int parse(struct arena *a, const char *sql, bool hive, struct statements *out,
	bool *decimals, struct fail *f)
{
	enum sql_engine engine = hive ? SQL_HIVE : SQL_PRESTO;
	struct tokens tokens;

	if (lexer_run(&tokens, a, sql, engine, f))
		return -1;
	if (decimals)
		*decimals = tokens.decimal_literals;
	return parse_run(out, a, &tokens, engine, f);
}

struct queries *query_parse(
	const char *sql, const char *engine, const char *db, int64_t scheduled, struct fail *f)
{
	struct queries *q = mem_zero(1, sizeof *q);

	q->hive = strcmp(engine, "hive") == 0;
	q->trino = strcmp(engine, "trino") == 0;
	q->db = arena_string(&q->a, db);
	q->scheduled = scheduled;
	if (parse(&q->a, sql, q->hive, &q->all, &q->decimal_literals, f) == 0)
		return q;
	query_free(q);
	return NULL;
}

unsigned query_count(const struct queries *q)
{
	return q->all.n;
}

const struct statement *query_statement(const struct queries *q, unsigned i)
{
	return &q->all.s[i];
}

const char *query_database(const struct queries *q)
{
	return q->db;
}

void query_free(struct queries *q)
{
	if (!q)
		return;
	arena_free(&q->a);
	free(q);
}

/* --- binding and emitting */

static void init_binder(struct run *r, struct binder *b, struct fail *f)
{
	*b = (struct binder){ .a = &r->a,
		.engine = r->query.engine,
		.hive = r->q->hive,
		.decimal_literals = r->q->decimal_literals,
		.query = &r->query,
		.table = tables_find,
		.arg = &r->tables,
		.db = r->q->db,
		.f = f };
}

/* SHOW and DESCRIBE: a query of our own, in Presto's words, with the job's names of types. */
static int bind_show(struct run *r, struct binder *b, const char *text, struct fail *f)
{
	struct statements made;
	enum sql_engine engine = b->engine;
	int rc;

	if (r->s->kind == STATEMENT_SHOW_COLUMNS &&
		!tables_find(&r->tables, r->s->db ? r->s->db : r->q->db, r->s->table))
		return fail_set(f, FAIL_DATA, "line %u:%u: Table 'td-presto.%s.%s' does not exist",
			r->s->at.line, r->s->at.column, r->s->db ? r->s->db : r->q->db,
			r->s->table);
	if (r->s->kind == STATEMENT_SHOW_TABLES && r->s->db &&
		strcmp(r->s->db, "information_schema") != 0 &&
		!catalog_num(&r->account->catalog, 0, "SELECT 1 FROM dbs WHERE name = ?1", "s",
			r->s->db))
		return fail_set(f, FAIL_DATA, "line %u:%u: Schema '%s' does not exist",
			r->s->at.line, r->s->at.column, r->s->db);
	if (parse(&r->a, text, false, &made, NULL, f))
		return -1;
	b->engine = r->query.engine = SQL_PRESTO;
	b->hive = false;
	rc = bind_statement(b, &made.s[0]);
	b->engine = r->query.engine = engine;
	r->s->query = made.s[0].query;
	for (unsigned i = 0; rc == 0 && !r->q->hive && i < r->s->query->width; i++) {
		char *name = arena_string(&r->a, r->s->query->names[i]);

		name[0] = (char)toupper((unsigned char)name[0]); /* Table, Column, Type ... */
		r->s->query->names[i] = name;
	}
	return rc;
}

/* DELETE reads the numbers of the rows that are to go. */
static int bind_delete(struct binder *b, struct statement *s, struct relation *target)
{
	struct scope scope = { .parent = NULL };
	const char **parts = arena_alloc(b->a, 2 * sizeof *parts);

	parts[0] = s->db ? s->db : b->db;
	parts[1] = s->table;
	target->kind = RELATION_TABLE;
	target->at = s->at;
	target->parts = parts;
	target->nparts = 2;
	bind_from(b, target, &scope.fields);
	/* cppcheck-suppress autoVariables ; until the end of this function */
	b->scope = &scope;
	b->clause = "WHERE clause";
	if (s->where && !b->f->kind)
		s->where = bind_boolean(b, s->where, "WHERE clause");
	b->scope = NULL;
	return b->f->kind ? -1 : 0;
}

static int check_created(struct run *r, const struct select *s, struct fail *f)
{
	if (r->s->columns && r->s->ncolumns != s->width)
		return fail_set(f, FAIL_DATA,
			"line %u:%u: Column alias list has %u entries but relation has %u columns",
			r->s->at.line, r->s->at.column, r->s->ncolumns, s->width);
	for (unsigned i = 0; i < s->width && r->s->columns; i++)
		s->names[i] = r->s->columns[i];
	for (unsigned i = 0; i < s->width; i++) {
		if (!s->names[i])
			return fail_set(f, FAIL_DATA,
				"line %u:%u: Column name not specified at position %u",
				r->s->at.line, r->s->at.column, i + 1);
		if (s->types[i]->kind == SQL_UNKNOWN)
			return fail_set(f, FAIL_DATA, "line %u:%u: Column type is unknown: %s",
				r->s->at.line, r->s->at.column, s->names[i]);
		for (unsigned k = 0; k < i; k++)
			if (strcmp(s->names[i], s->names[k]) == 0)
				return fail_set(f, FAIL_DATA,
					"line %u:%u: Column name '%s' specified more than once",
					r->s->at.line, r->s->at.column, s->names[i]);
	}
	return 0;
}

/* One moment for all tables: their names are looked up in one transaction. */
static int bind(struct run *r, struct relation *target, struct fail *f)
{
	struct catalog *c = &r->account->catalog;
	const char *show = tables_show(&r->a, r->s, r->q->db, r->q->hive);
	struct binder b;

	init_binder(r, &b, f);
	catalog_begin(c);
	if (show)
		bind_show(r, &b, show, f);
	else if (r->s->kind == STATEMENT_DELETE)
		bind_delete(&b, r->s, target);
	else
		bind_statement(&b, r->s);
	if (catalog_failed(c))
		fail_set(f, FAIL_SYSTEM, "%s", c->why);
	catalog_end(c, false, NULL);
	r->ids = b.ids;
	if (f->kind == FAIL_NONE && r->s->kind == STATEMENT_CREATE_AS && r->s->query)
		check_created(r, r->s->query, f);
	return f->kind ? -1 : 0;
}

/* While a job is stopped, SQLite fails with whatever it was at: no fault of the statement. */
static int or_killed(const struct run *r, struct fail *f)
{
	if (r->me && r->me->stop) {
		fail_clear(f);
		fail_set(f, FAIL_SIGNAL, "killed");
	}
	return -1;
}

static int emit(struct run *r, struct relation *target, struct fail *f)
{
	struct emitter m = { .db = r->db,
		.a = &r->a,
		.query = &r->query,
		.engine = r->query.engine,
		.ids = r->ids,
		.f = f };

	if (r->s->kind == STATEMENT_DELETE) {
		emit_filtered(&m, &r->sql,
			arena_printf(&r->a, "SELECT r%u.rowid AS c0 FROM ", target->id), target,
			r->s->where);
	} else {
		emit_statement(&m, &r->sql, r->s->query);
	}
	if (f->kind)
		return -1;
	for (unsigned i = 0; i < r->tables.n && f->kind == FAIL_NONE; i++)
		vtab_create(r->db, r->tables.t[i], f);
	return f->kind ? or_killed(r, f) : 0;
}

/* --- SQLite */

static int allow(
	void *arg, int action, const char *a, const char *b, const char *db, const char *trigger)
{
	(void)arg;
	(void)a;
	(void)db;
	(void)trigger;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return b && strcmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	default:
		return SQLITE_DENY;
	}
}

static int open_sqlite(struct run *r, struct fail *f)
{
	char setup[128];

	/* one thread's, but for sqlite3_interrupt(), which needs no lock */
	if (sqlite3_open_v2(":memory:", &r->db,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
		    NULL) != SQLITE_OK)
		return fail_set(f, FAIL_SYSTEM, "cannot start SQLite");
	sqlite3_limit(r->db, SQLITE_LIMIT_LENGTH, VALUE_MAX);
	sqlite3_limit(r->db, SQLITE_LIMIT_SQL_LENGTH, EMIT_MAX);
	sqlite3_limit(r->db, SQLITE_LIMIT_WORKER_THREADS, 0);
	snprintf(setup, sizeof setup, "PRAGMA temp_store = 1; PRAGMA cache_size = -%d;", CACHE_KIB);
	if (sqlite3_exec(r->db, setup, NULL, NULL, NULL) != SQLITE_OK ||
		sqlite3_drop_modules(r->db, NULL) != SQLITE_OK ||
		vtab_register(r->db) != SQLITE_OK || rowset_register(r->db) != SQLITE_OK) {
		fail_set(f, FAIL_SYSTEM, "cannot start SQLite: %s", sqlite3_errmsg(r->db));
		return or_killed(r, f);
	}
	sqlite3_db_config(r->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	return 0;
}

/* What SQLite says becomes the engine's sentence, or ours. */
static int sql_failed(const struct run *r, int rc, struct fail *f)
{
	const char *said = sqlite3_errmsg(r->db);

	if (rc == SQLITE_INTERRUPT || (r->me && r->me->stop))
		return fail_set(f, FAIL_SIGNAL, "killed");
	if (rc == SQLITE_NOMEM || rc == SQLITE_IOERR || rc == SQLITE_FULL)
		return fail_set(f, FAIL_SYSTEM, "%s", said);
	if (strcmp(said, "integer overflow") == 0)
		return fail_set(f, FAIL_DATA, "bigint addition overflow");
	if (rc == SQLITE_TOOBIG)
		return fail_set(f, FAIL_DATA,
			"a value of more than %d MiB is not supported by td-local",
			VALUE_MAX >> 20);
	return fail_set(f, FAIL_DATA, "%s", said);
}

/* The emitted text is SQLite's, or it is a limit that was passed. */
static int prepare(struct run *r, sqlite3_stmt **s, struct fail *f)
{
	int rc;

	sqlite3_set_authorizer(r->db, allow, NULL);
	rc = sqlite3_prepare_v2(r->db, buf_text(&r->sql), (int)r->sql.len + 1, s, NULL);
	if (rc == SQLITE_OK)
		return 0;
	if (rc == SQLITE_INTERRUPT || rc == SQLITE_NOMEM || (r->me && r->me->stop))
		return sql_failed(r, rc, f);
	return fail_set(f, FAIL_DATA, "this statement is not supported by td-local: %s",
		strstr(sqlite3_errmsg(r->db), "no such column")
			? "a subquery uses columns that are not seen where it stands"
			: "it is too large");
}

/* --- the rows */

static int put_row(struct run *r, sqlite3_stmt *q, struct buf *b)
{
	const struct select *s = r->s->query;
	unsigned n = r->s->kind == STATEMENT_DELETE ? 1 : s->width;
	int bad = value_put_array(b, n);

	for (unsigned i = 0; i < n && !bad; i++) {
		const struct sqltype *t = r->s->kind == STATEMENT_DELETE ? &sqltype_bigint
									 : s->types[i];
		struct datum v;

		call_read(t, sqlite3_column_value(q, (int)i), &v);
		bad = print_msgpack(b, &r->query, t, &v);
	}
	return bad;
}

static int write_rows(struct run *r, sqlite3_stmt *q, struct rowsout *to, struct fail *f)
{
	struct outcome *out = r->out;
	struct buf b;
	int rc;

	buf_init(&b, ROW_MAX);
	out->rows = 0;
	while ((rc = sqlite3_step(q)) == SQLITE_ROW && f->kind == FAIL_NONE) {
		if (put_row(r, q, &b)) {
			fail_set(f, FAIL_DATA,
				"a row of the result is longer than %d bytes: not supported by "
				"td-local",
				ROW_MAX);
			break;
		}
		out->rows++;
		if (b.len < ROWSOUT_PIECE)
			continue;
		rowsout_put(to, b.p, b.len, f);
		b.len = 0;
	}
	if (f->kind == FAIL_NONE && rc != SQLITE_DONE)
		sql_failed(r, rc, f);
	else if (f->kind == FAIL_NONE && b.len)
		rowsout_put(to, b.p, b.len, f);
	out->plain = to->plain;
	buf_free(&b);
	return f->kind ? -1 : 0;
}

static int result_file(struct run *r, sqlite3_stmt *q, struct fail *f)
{
	struct store *s = &r->account->store;
	struct outcome *out = r->out;
	int fd = store_create(s, 'r', out->file, f);
	struct rowsout to = { 0 };

	if (fd >= 0 && rowsout_open(&to, fd, f) == 0 && write_rows(r, q, &to, f) == 0)
		rowsout_end(&to, f);
	rowsout_close(&to);
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

static char *schema(struct run *r)
{
	const struct select *s = r->s->query;
	json_t *all = json_array();
	char *text;

	for (unsigned i = 0; s && i < s->width; i++) {
		const char *name = s->names[i]
			? s->names[i]
			: arena_printf(&r->a, r->q->hive ? "_c%u" : "_col%u", i);

		json_array_append_new(all,
			json_pack("[ss]", name, sqltype_text(&r->a, s->types[i], r->query.engine)));
	}
	text = json_dumps(all, 0);
	json_decref(all);
	return text;
}

static int check_result(struct run *r, struct fail *f)
{
	const struct select *s = r->s->query;

	for (unsigned i = 0; s && i < s->width; i++)
		if (!print_known(s->types[i]))
			return fail_set(f, FAIL_DATA,
				"column %u of the result, %s: its form is not known to td-local",
				i + 1, sqltype_text(&r->a, s->types[i], r->query.engine));
	return 0;
}

static int execute(struct run *r, struct fail *f)
{
	struct relation target = { 0 };
	sqlite3_stmt *q = NULL;

	if (bind(r, &target, f) || check_result(r, f) || open_sqlite(r, f))
		return -1;
	interrupt_set(r->me, r->db);
	if (emit(r, &target, f) == 0 && prepare(r, &q, f) == 0 && result_file(r, q, f) == 0)
		r->out->schema = schema(r);
	sqlite3_finalize(q);
	interrupt_set(r->me, NULL);
	return f->kind ? -1 : 0;
}

/* --- statements */

static bool has_query(const struct statement *s)
{
	switch (s->kind) {
	case STATEMENT_CREATE: case STATEMENT_DROP: case STATEMENT_NOTHING:
		return false;
	default:
		return true;
	}
}

int query_run(struct queries *q, unsigned i, struct account *account, struct interrupt *me,
	struct outcome *out, struct fail *f)
{
	struct run r = { .q = q, .s = &q->all.s[i], .account = account, .me = me, .out = out };

	*out = (struct outcome){ 0 };
	if (r.s->kind == STATEMENT_NOTHING && r.s->db)
		q->db = r.s->db;
	if (!has_query(r.s))
		return 0;
	r.query = (struct query){ .engine = q->hive ? SQL_HIVE : SQL_PRESTO,
		.trino = q->trino,
		.now = td_clock_now() * 1000,
		.scheduled = q->scheduled,
		.stop = me ? &me->stop : NULL,
		.memory_max = (size_t)sqlite3_hard_heap_limit64(-1),
		.arena = &r.a };
	r.tables = (struct sql_tables){
		.account = account,
		.a = &r.a,
		.engine = r.query.engine,
		.stop = r.query.stop,
		.f = f,
	};
	buf_init(&r.sql, EMIT_MAX);
	execute(&r, f);
	if (r.db)
		call_close(r.db);
	tables_free(&r.tables);
	query_zones_free(&r.query);
	buf_free(&r.sql);
	arena_free(&r.a);
	return f->kind ? -1 : 0;
}

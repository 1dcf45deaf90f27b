#include "sql/change.h"
#include "base/mem.h"
#include "store/counts.h"
#include "store/rows.h"
#include "store/td_clock.h"
#include "store/value.h"

#include <stdlib.h>
#include <string.h>

static int64_t table_of(struct change *ch, struct catalog *c)
{
	return catalog_num(c, 0,
		"SELECT t.id FROM tables t JOIN dbs d ON d.id = t.db WHERE d.name = ?1 AND t.name "
		"= ?2",
		"ss", ch->db, ch->st->table);
}

/* A name of the statement's list, or of the table's schema by its SQL name, is the key in the
 * records. */
static const char *key_of(const json_t *schema, const char *name)
{
	for (size_t i = 0; i < json_array_size(schema); i++)
		if (strcmp(columns_alias(schema, i), name) == 0)
			return columns_name(schema, i);
	return name;
}

static const char *column_type(struct change *ch, const char *engine)
{
	const struct sqltype *t = sqltype_parse(&ch->types, engine);

	return t ? sqltype_column(&ch->types, t) : "string";
}

/*
 * The names that the query's columns get: those of the list, else the table's in their order, else
 * their own.
 */
static int name_columns(struct change *ch, struct account *l, const json_t *result, struct fail *f)
{
	const struct statement *st = ch->st;
	bool positional = st->kind == STATEMENT_INSERT || st->kind == STATEMENT_OVERWRITE;
	json_t *schema, *pair;
	char *text = NULL;
	size_t i, next = 0;

	catalog_begin(&l->catalog);
	if (positional)
		text = catalog_text(&l->catalog, "SELECT schema FROM tables WHERE id = ?1", "i",
			table_of(ch, &l->catalog));
	catalog_end(&l->catalog, false, f);
	schema = columns_load(text);
	free(text);
	json_array_foreach(result, i, pair) {
		const char *own = columns_name(result, i), *name = own;

		if (st->columns)
			name = key_of(schema, st->columns[i]);
		else if (positional && json_array_size(schema) && strcmp(own, "time") != 0)
			name = next < json_array_size(schema) ? columns_name(schema, next++)
							      : "time";
		json_array_append_new(ch->columns,
			json_pack("[ss]", name, column_type(ch, columns_type(result, i))));
	}
	json_decref(schema);
	return f->kind ? -1 : 0;
}

/*
 * An array becomes a map, a boolean 0 or 1; time that is null is left out, and the loader puts the
 * present one.
 */
static int put_record(struct change *ch, const char *p, const char *end, struct buf *b)
{
	struct mp row, v;
	const char *start;
	size_t n = 0;
	int rc = 0;

	p += mp_token(p, end, &row);
	start = p;
	for (uint32_t i = 0; i < row.n; i++) {
		mp_token(p, end, &v);
		n += !(v.type == MP_NIL && strcmp(columns_name(ch->columns, i), "time") == 0);
		p += mp_value(p, end);
	}
	rc = value_put_map(b, n);
	p = start;
	for (uint32_t i = 0; i < row.n && !rc; i++) {
		const char *name = columns_name(ch->columns, i);
		ptrdiff_t len = mp_value(p, end);

		mp_token(p, end, &v);
		if (!(v.type == MP_NIL && strcmp(name, "time") == 0))
			rc = value_put_str(b, name, strlen(name)) ||
				(v.type == MP_BOOL ? value_put_int(b, (int64_t)v.as.u)
						   : buf_put(b, p, (size_t)len));
		p += len;
	}
	return rc;
}

static int fill(struct change *ch, struct account *l, const struct outcome *rows, struct fail *f)
{
	const char *p;
	struct rows in;
	struct buf out;
	ptrdiff_t n;

	if (rows_open(&in, &l->store, rows->file, f))
		return -1;
	buf_init(&out, ROWS_MAX);
	while ((n = rows_next(&in, &p, f)) > 0) {
		out.len = 0;
		if (put_record(ch, p, p + n, &out))
			fail_set(f, FAIL_DATA, "a row is too long");
		else
			load_records(&ch->load, out.p, out.len, f);
		if (f->kind)
			break;
	}
	buf_free(&out);
	rows_close(&in);
	return f->kind ? -1 : load_close(&ch->load, f);
}

static int64_t target(struct change *ch, struct account *l, struct fail *f)
{
	int64_t table;

	catalog_begin(&l->catalog);
	table = table_of(ch, &l->catalog);
	catalog_end(&l->catalog, false, f);
	return table;
}

int change_prepare(struct change *ch, struct account *l, const struct statement *st, const char *db,
	const struct outcome *rows, struct fail *f)
{
	json_t *result;
	int64_t table;

	*ch = (struct change){
		.st = st, .db = st->db ? st->db : db, .load.fd = -1, .columns = json_array()
	};
	for (unsigned i = 0; i < st->definitions; i++)
		if (strcmp(st->definition[i].name, "time") != 0)
			json_array_append_new(ch->columns, json_pack("[ss]", st->definition[i].name,
				sqltype_column(&ch->types, st->definition[i].type)));
	if (!rows)
		return 0;
	if (st->kind == STATEMENT_DELETE) {
		table = target(ch, l, f);
		return f->kind ? -1 : rewrite_prepare(&ch->rewrite, l, table, rows->file, f);
	}
	result = columns_load(rows->schema);
	if (name_columns(ch, l, result, f) == 0 && !st->no_data &&
		load_open(&ch->load, &l->store, true, f) == 0) {
		ch->load.now = td_clock_now();
		fill(ch, l, rows, f);
	}
	json_decref(result);
	return f->kind ? -1 : 0;
}

static int64_t create(struct change *ch, struct catalog *c, struct fail *f)
{
	int64_t db = catalog_num(c, 0, "SELECT id FROM dbs WHERE name = ?1", "s", ch->db);
	size_t n = strlen(ch->st->table);

	if (!db)
		return fail_set(f, FAIL_DATA, "Schema %s does not exist", ch->db);
	if (n < 3 || n > 255 || strspn(ch->st->table, "abcdefghijklmnopqrstuvwxyz0123456789_") != n)
		return fail_set(f, FAIL_DATA,
			"'%s' is not a table name: 3 to 255 of a-z, 0-9 and _", ch->st->table);
	catalog_do(c, "INSERT INTO tables (db, name, created, updated) VALUES (?1, ?2, ?3, ?3)",
		"isi", db, ch->st->table, td_clock_now());
	return sqlite3_last_insert_rowid(c->db);
}

int change_apply(struct change *ch, struct catalog *c, struct fail *f)
{
	enum statement_kind kind = ch->st->kind;
	bool creates = kind == STATEMENT_CREATE || kind == STATEMENT_CREATE_AS;
	int64_t table = table_of(ch, c);

	if (creates && table) {
		if (!ch->st->if_exists)
			return fail_set(f, FAIL_DATA, "Table %s.%s already exists", ch->db,
				ch->st->table);
		ch->load.rows = 0; /* nothing happens */
		return 0;
	}
	if (!creates && !table)
		return kind == STATEMENT_DROP && ch->st->if_exists
			? 0
			: fail_set(f, FAIL_DATA, "Table %s.%s does not exist", ch->db,
				  ch->st->table);
	if (kind == STATEMENT_DELETE)
		return rewrite_apply(&ch->rewrite, c, table)
			? 0
			: fail_set(f, FAIL_TEMP, "the table was changed meanwhile: run it again");
	if (kind == STATEMENT_DROP) {
		catalog_do(c, "DELETE FROM tables WHERE id = ?1", "i", table);
		return 0;
	}
	if (creates && (table = create(ch, c, f)) < 0)
		return -1;
	if (kind == STATEMENT_OVERWRITE)
		catalog_do(c, "DELETE FROM segments WHERE tbl = ?1", "i", table);
	counts_extend(c, table, ch->columns);
	if (ch->load.rows)
		load_enter(&ch->load, c, table, 0);
	counts_table(c, table);
	return 0;
}

void change_free(struct change *ch, struct account *l, bool kept)
{
	rewrite_free(&ch->rewrite, l, kept);
	if (ch->load.store)
		load_free(&ch->load, !kept || ch->load.rows == 0);
	json_decref(ch->columns);
	ch->columns = NULL;
	arena_free(&ch->types);
}

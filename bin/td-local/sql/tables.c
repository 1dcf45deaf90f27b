/* tables: stored tables become virtual ones; the catalogue becomes lists of values. */
#include "sql/tables.h"
#include "store/columns.h"

#include <stdlib.h>
#include <string.h>

enum { TABLES_MAX = 64 };

void tables_free(struct sql_tables *t)
{
	for (unsigned i = 0; i < t->n; i++)
		view_free(&t->t[i]->view);
	t->n = 0;
}

static char *lower(struct arena *a, const char *s)
{
	char *copy = arena_string(a, s);

	for (char *c = copy; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
	return copy;
}

/* --- stored tables */

static void describe(struct arena *a, struct bind_table *b, const json_t *schema)
{
	unsigned n = (unsigned)json_array_size(schema);

	b->n = n + 1;
	b->names = arena_alloc(a, (n + 1) * sizeof *b->names);
	b->types = arena_alloc(a, (n + 1) * sizeof *b->types);
	b->used = arena_alloc(a, n + 1);
	for (unsigned i = 0; i < n; i++) {
		b->names[i] = lower(a, columns_alias(schema, i));
		b->types[i] = sqltype_of_column(a, columns_type(schema, i));
	}
	b->names[n] = "time";
	b->types[n] = &sqltype_bigint;
}

static const struct bind_table *stored(struct sql_tables *t, const char *db, const char *name)
{
	struct catalog *c = &t->account->catalog;
	struct vtab *v;
	int64_t id;

	for (unsigned i = 0; i < t->n; i++)
		if (strcmp(t->t[i]->db, db) == 0 && strcmp(t->t[i]->name, name) == 0)
			return &t->t[i]->bind;
	id = catalog_num(c, 0,
		"SELECT t.id FROM tables t JOIN dbs d ON d.id = t.db WHERE d.name = ?1 AND t.name "
		"= ?2",
		"ss", db, name);
	if (id == 0)
		return NULL;
	if (t->n == TABLES_MAX) {
		fail_set(t->f, FAIL_DATA,
			"more than %d tables in a statement: not supported by td-local",
			TABLES_MAX);
		return NULL;
	}
	v = arena_alloc(t->a, sizeof *v);
	if (view_open(&v->view, c, &t->account->store, id, t->f))
		return NULL;
	v->db = arena_string(t->a, db);
	v->name = arena_string(t->a, name);
	v->number = t->n;
	v->stop = t->stop;
	describe(t->a, &v->bind, v->view.schema);
	v->bind.source = arena_printf(t->a, "t%u", v->number);
	t->t[t->n++] = v;
	return &v->bind;
}

/* --- information_schema */

struct values {
	struct arena *a;
	struct buf text;
	unsigned n, rows, cell;
};

static void put_null(struct values *v)
{
	buf_puts(&v->text, v->cell++ % v->n ? ", " : v->rows++ ? "), (" : "(");
	buf_puts(&v->text, "NULL");
}

static void put_text(struct values *v, const char *s)
{
	buf_puts(&v->text, v->cell++ % v->n ? ", " : v->rows++ ? "), (" : "(");
	buf_putc(&v->text, '\'');
	for (; *s; s++) {
		buf_putc(&v->text, *s);
		if (*s == '\'')
			buf_putc(&v->text, '\'');
	}
	buf_putc(&v->text, '\'');
}

static void put_number(struct values *v, unsigned i)
{
	buf_puts(&v->text, v->cell++ % v->n ? ", " : v->rows++ ? "), (" : "(");
	buf_printf(&v->text, "%u", i);
}

static void schemata(struct sql_tables *t, struct values *v)
{
	struct catalog *c = &t->account->catalog;
	sqlite3_stmt *q;

	put_text(v, "td-presto");
	put_text(v, "information_schema");
	for (q = catalog_select(c, "SELECT name FROM dbs ORDER BY name", "");
		catalog_next(c, &q);) {
		put_text(v, "td-presto");
		put_text(v, catalog_column(q, 0));
	}
}

static void all_tables(struct sql_tables *t, struct values *v)
{
	struct catalog *c = &t->account->catalog;
	sqlite3_stmt *q;

	for (q = catalog_select(c,
		     "SELECT d.name, t.name FROM tables t JOIN dbs d ON d.id = t.db ORDER BY 1, 2",
		     "");
		catalog_next(c, &q);) {
		put_text(v, "td-presto");
		put_text(v, catalog_column(q, 0));
		put_text(v, catalog_column(q, 1));
		put_text(v, "BASE TABLE");
	}
}

static void put_column(struct sql_tables *t, struct values *v, const char *db, const char *table,
	const char *name, const struct sqltype *type, unsigned i)
{
	put_text(v, "td-presto");
	put_text(v, db);
	put_text(v, table);
	put_text(v, name);
	put_number(v, i);
	put_null(v);
	put_text(v, "YES");
	put_text(v, sqltype_text(t->a, type, t->engine));
}

static void all_columns(struct sql_tables *t, struct values *v)
{
	struct catalog *c = &t->account->catalog;
	sqlite3_stmt *q;

	for (q = catalog_select(c,
		     "SELECT d.name, t.name, t.schema FROM tables t JOIN dbs d ON d.id = t.db "
		     "ORDER BY 1, 2",
		     "");
		catalog_next(c, &q);) {
		json_t *schema = columns_load(catalog_column(q, 2));
		unsigned n = (unsigned)json_array_size(schema);

		for (unsigned i = 0; i < n; i++)
			put_column(t, v, catalog_column(q, 0), catalog_column(q, 1),
				columns_alias(schema, i),
				sqltype_of_column(t->a, columns_type(schema, i)), i + 1);
		put_column(t, v, catalog_column(q, 0), catalog_column(q, 1), "time",
			&sqltype_bigint, n + 1);
		json_decref(schema);
	}
}

static const struct {
	const char *name, *columns[10];
	void (*fill)(struct sql_tables *t, struct values *v);
} information[] = {
	{ "schemata", { "catalog_name", "schema_name" }, schemata },
	{ "tables", { "table_catalog", "table_schema", "table_name", "table_type" }, all_tables },
	{ "columns",
		{ "table_catalog", "table_schema", "table_name", "column_name", "ordinal_position",
			"column_default", "is_nullable", "data_type" },
		all_columns },
};

/* The list of values as a source with columns c0 ... */
static const char *source(struct sql_tables *t, struct values *v)
{
	struct buf b;
	const char *s;

	buf_init(&b, 64 << 20);
	buf_puts(&b, "(SELECT ");
	for (unsigned i = 0; i < v->n; i++)
		buf_printf(&b, v->rows ? "%scolumn%u AS c%u" : "%sNULL AS c%.0u%u", i ? ", " : "",
			v->rows ? i + 1 : 0, i);
	if (v->rows) {
		buf_puts(&b, " FROM (VALUES ");
		buf_put(&b, v->text.p, v->text.len);
		buf_puts(&b, ")))");
	} else {
		buf_puts(&b, " WHERE 0)");
	}
	s = arena_copy(t->a, buf_text(&b), b.len);
	buf_free(&b);
	return s;
}

static const struct bind_table *information_table(struct sql_tables *t, const char *name)
{
	for (size_t i = 0; i < sizeof information / sizeof *information; i++) {
		struct bind_table *b;
		struct values v = { .a = t->a };

		if (strcmp(information[i].name, name) != 0)
			continue;
		while (v.n < 10 && information[i].columns[v.n])
			v.n++;
		buf_init(&v.text, 64 << 20);
		information[i].fill(t, &v);
		b = arena_alloc(t->a, sizeof *b);
		b->n = v.n;
		b->names = arena_alloc(t->a, v.n * sizeof *b->names);
		b->types = arena_alloc(t->a, v.n * sizeof *b->types);
		for (unsigned k = 0; k < v.n; k++) {
			b->names[k] = information[i].columns[k];
			b->types[k] = strcmp(b->names[k], "ordinal_position") ? &sqltype_varchar
									      : &sqltype_bigint;
		}
		b->source = source(t, &v);
		buf_free(&v.text);
		return b;
	}
	return NULL;
}

const struct bind_table *tables_find(void *arg, const char *db, const char *name)
{
	struct sql_tables *t = arg;

	if (strcmp(db, "information_schema") == 0)
		return information_table(t, name);
	return stored(t, db, name);
}

/* --- SHOW */

static const char *quoted(struct arena *a, const char *s)
{
	struct buf b;
	const char *out;

	buf_init(&b, 1 << 20);
	buf_putc(&b, '\'');
	for (; *s; s++) {
		buf_putc(&b, *s);
		if (*s == '\'')
			buf_putc(&b, '\'');
	}
	buf_putc(&b, '\'');
	out = arena_copy(a, buf_text(&b), b.len);
	buf_free(&b);
	return out;
}

/* Hive's pattern has * for any characters. */
static const char *like(struct arena *a, const struct statement *s, const char *column, bool hive)
{
	char *pattern;

	if (!s->like)
		return "";
	pattern = arena_string(a, s->like);
	for (char *c = pattern; hive && *c; c++)
		*c = *c == '*' ? '%' : *c;
	return arena_printf(a, " AND %s LIKE %s%s%s", column, quoted(a, pattern),
		s->escape ? " ESCAPE " : "", s->escape ? quoted(a, s->escape) : "");
}

const char *tables_show(struct arena *a, const struct statement *s, const char *db, bool hive)
{
	const char *own = quoted(a, s->db ? s->db : db);

	switch (s->kind) {
	case STATEMENT_SHOW_TABLES:
		return arena_printf(a,
			"SELECT table_name AS \"%s\" FROM information_schema.tables WHERE "
			"table_schema = %s%s "
			"ORDER BY 1",
			hive ? "tab_name" : "Table", own, like(a, s, "table_name", hive));
	case STATEMENT_SHOW_SCHEMAS:
		return arena_printf(a,
			"SELECT schema_name AS \"%s\" FROM information_schema.schemata WHERE "
			"true%s%s ORDER BY 1",
			hive ? "database_name" : "Schema",
			hive ? " AND schema_name <> 'information_schema'" : "",
			like(a, s, "schema_name", hive));
	case STATEMENT_SHOW_CATALOGS:
		return "SELECT 'td-presto' AS \"Catalog\"";
	case STATEMENT_SHOW_COLUMNS:
		return arena_printf(a,
			hive ? "SELECT column_name AS col_name, data_type, '' AS comment FROM "
			       "information_schema.columns WHERE table_schema = %s AND table_name "
			       "= %s ORDER BY ordinal_position"
			     : "SELECT column_name AS \"Column\", data_type AS \"Type\", '' AS "
			       "\"Extra\", '' AS \"Comment\" FROM "
			       "information_schema.columns WHERE table_schema = %s AND table_name "
			       "= %s ORDER BY ordinal_position",
			own, quoted(a, s->table));
	default:
		return NULL;
	}
}

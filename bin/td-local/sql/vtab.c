#include "sql/vtab.h"
#include "base/mem.h"
#include "store/value.h"
#include "sql/words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct table {
	sqlite3_vtab base;
	struct view *v;
	char *kind; /* first letter of each column's type; `time` is a long */
};

struct cursor {
	sqlite3_vtab_cursor base;
	size_t seg;
	const char *p, *end; /* the next record, the segment's end */
	const char **at;     /* where each column's value of this record is, or NULL */
	char *wanted;        /* columns that the statement looks at */
	sqlite3_int64 row;
	bool eof;
};

/* --- names of types */

static const char *scalar(const char *p, size_t n, bool hive)
{
	static const char *const names[][3] = { { "int", "integer", "int" },
		{ "long", "bigint", "bigint" }, { "float", "real", "float" },
		{ "double", "double", "double" }, { "string", "varchar", "string" } };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i][0]) == n && memcmp(names[i][0], p, n) == 0)
			return names[i][hive ? 2 : 1];
	return NULL;
}

char *vtab_type(const char *type, bool hive)
{
	struct buf b;
	char *s;

	buf_init(&b, 1 << 20);
	for (const char *p = type; *p;) {
		size_t n = strcspn(p, "<>,");
		const char *word = scalar(p, n, hive);

		buf_put(&b, word ? word : p, word ? strlen(word) : n);
		p += n;
		if (*p)
			buf_putc(&b, hive || *p == ',' ? *p : *p == '<' ? '(' : ')');
		p += *p != '\0';
	}
	s = mem_string(buf_text(&b));
	buf_free(&b);
	return s;
}

/* --- making */

static void declaration(struct buf *b, const struct view *v, bool hive)
{
	buf_puts(b, "CREATE TABLE x (");
	for (size_t i = 0; i < json_array_size(v->schema); i++) {
		char *type = vtab_type(columns_type(v->schema, i), hive);

		words_put_name(b, columns_alias(v->schema, i));
		buf_putc(b, ' ');
		words_put_name(b, type);
		buf_puts(b, ", ");
		free(type);
	}
	buf_puts(b, "\"time\" \"bigint\")");
}

static int on_create(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
	char **err)
{
	struct vtabs *all = aux;
	unsigned long i = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	struct view *v;
	struct table *t;
	struct buf b;
	size_t n;
	int rc;

	if (i >= all->n) {
		*err = sqlite3_mprintf("no table");
		return SQLITE_ERROR;
	}
	v = &all->t[i].view;
	buf_init(&b, 64 << 20);
	declaration(&b, v, all->hive);
	rc = sqlite3_declare_vtab(db, buf_text(&b));
	buf_free(&b);
	if (rc != SQLITE_OK)
		return rc;
	t = mem_zero(1, sizeof *t);
	t->v = v;
	n = json_array_size(v->schema);
	t->kind = mem_zero(n + 2, 1);
	for (size_t k = 0; k < n; k++)
		t->kind[k] = columns_type(v->schema, k)[0];
	t->kind[n] = 'l';
	*out = &t->base;
	return SQLITE_OK;
}

static int on_destroy(sqlite3_vtab *base)
{
	struct table *t = (struct table *)base;

	free(t->kind);
	free(t);
	return SQLITE_OK;
}

static int on_plan(sqlite3_vtab *base, sqlite3_index_info *i)
{
	struct table *t = (struct table *)base;

	i->estimatedCost = (double)t->v->rows + 1;
	i->estimatedRows = t->v->rows + 1;
	i->idxNum = (int)(i->colUsed & 0xffffffff);
	i->idxStr = sqlite3_mprintf("%llx", (unsigned long long)i->colUsed);
	i->needToFreeIdxStr = 1;
	return SQLITE_OK;
}

/* --- walking */

static int on_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	struct table *t = (struct table *)base;
	struct cursor *c = mem_zero(1, sizeof *c);

	c->at = mem_zero(t->v->keys.n, sizeof *c->at);
	c->wanted = mem_zero(t->v->keys.n, 1);
	*out = &c->base;
	return SQLITE_OK;
}

static int on_close(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;

	free(c->at);
	free(c->wanted);
	free(c);
	return SQLITE_OK;
}

static int damaged(struct cursor *c)
{
	sqlite3_free(c->base.pVtab->zErrMsg);
	c->base.pVtab->zErrMsg = sqlite3_mprintf("the data directory is damaged");
	return SQLITE_CORRUPT;
}

static int on_next(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;
	const struct view *v = ((struct table *)base->pVtab)->v;
	struct mp map, key;
	size_t guess = 0;
	ptrdiff_t n;

	while (c->p == c->end) {
		if (c->seg == v->segs) {
			c->eof = true;
			return SQLITE_OK;
		}
		c->p = v->seg[c->seg].p;
		c->end = c->p + v->seg[c->seg].n;
		c->row = view_number(v->seg[c->seg].id, 0);
		c->seg++;
	}
	c->row++;
	memset(c->at, 0, v->keys.n * sizeof *c->at);
	n = mp_token(c->p, c->end, &map);
	if (n <= 0 || map.type != MP_MAP)
		return damaged(c);
	c->p += n;
	for (uint32_t i = 0; i < map.n; i++) {
		long at;

		n = mp_token(c->p, c->end, &key);
		if (n <= 0 || (key.type != MP_STR && key.type != MP_BIN))
			return damaged(c);
		c->p += n;
		at = keyset_find(&v->keys, key.as.p, key.n, guess);
		if (at >= 0) {
			guess = (size_t)at + 1;
			if (c->wanted[at])
				c->at[at] = c->p;
		}
		n = mp_value(c->p, c->end);
		if (n <= 0)
			return damaged(c);
		c->p += n;
	}
	return SQLITE_OK;
}

static int on_filter(sqlite3_vtab_cursor *base, int plan, const char *used, int argc,
	sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;
	const struct view *v = ((struct table *)base->pVtab)->v;
	unsigned long long mask = strtoull(used ? used : "0", NULL, 16);

	(void)plan;
	(void)argc;
	(void)argv;
	for (size_t i = 0; i < v->keys.n; i++)
		c->wanted[i] = (char)(mask >> (i < 63 ? i : 63) &
			1); /* the last bit stands for all further columns */
	c->seg = 0;
	c->p = c->end = NULL;
	c->row = 0;
	c->eof = false;
	return on_next(base);
}

static int on_eof(sqlite3_vtab_cursor *base)
{
	return ((struct cursor *)base)->eof;
}

static int on_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = ((struct cursor *)base)->row;
	return SQLITE_OK;
}

/* --- values, read by the declared type; what does not fit is null */

static void as_long(sqlite3_context *x, const struct mp *t)
{
	if (t->type == MP_INT)
		sqlite3_result_int64(x, t->as.i);
	else if ((t->type == MP_UINT && t->as.u <= INT64_MAX) || t->type == MP_BOOL)
		sqlite3_result_int64(x, (sqlite3_int64)t->as.u);
}

static void as_double(sqlite3_context *x, const struct mp *t)
{
	if (t->type == MP_FLOAT)
		sqlite3_result_double(x, t->as.d);
	else if (t->type == MP_UINT)
		sqlite3_result_double(x, (double)t->as.u);
	else if (t->type == MP_INT)
		sqlite3_result_double(x, (double)t->as.i);
}

static void as_made_text(sqlite3_context *x, const char *p, const char *end, bool json)
{
	struct buf b;

	buf_init(&b, 64 << 20);
	if (json ? value_json(p, end, &b) : value_text(p, end, &b))
		sqlite3_result_error_toobig(x);
	else
		sqlite3_result_text64(x, b.p ? b.p : "", b.len, SQLITE_TRANSIENT, SQLITE_UTF8);
	if (json)
		sqlite3_result_subtype(x, VTAB_JSON);
	buf_free(&b);
}

static int on_column(sqlite3_vtab_cursor *base, sqlite3_context *x, int i)
{
	struct cursor *c = (struct cursor *)base;
	const char *p = c->at[i];
	struct mp t;

	if (!p || mp_token(p, c->p, &t) <= 0 || t.type == MP_NIL)
		return SQLITE_OK; /* null */
	switch (((struct table *)base->pVtab)->kind[i]) {
	case 'l': case 'i':
		as_long(x, &t);
		break;
	case 'd': case 'f':
		as_double(x, &t);
		break;
	case 'a':
		if (t.type == MP_ARRAY)
			as_made_text(x, p, c->p, true);
		break;
	case 'm':
		if (t.type == MP_MAP)
			as_made_text(x, p, c->p, true);
		break;
	default: /* string: the mapping stays until the connection is gone */
		if (t.type == MP_STR || t.type == MP_BIN)
			sqlite3_result_text64(x, t.as.p, t.n, SQLITE_STATIC, SQLITE_UTF8);
		else if (t.type != MP_EXT)
			as_made_text(x, p, c->p, t.type == MP_ARRAY || t.type == MP_MAP);
	}
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.iVersion = 1,
	.xCreate = on_create,
	.xConnect = on_create,
	.xBestIndex = on_plan,
	.xDisconnect = on_destroy,
	.xDestroy = on_destroy,
	.xOpen = on_open,
	.xClose = on_close,
	.xFilter = on_filter,
	.xNext = on_next,
	.xEof = on_eof,
	.xColumn = on_column,
	.xRowid = on_rowid,
};

int vtab_register(sqlite3 *db, struct vtabs *all)
{
	return sqlite3_create_module(db, "td", &module, all);
}

int vtab_create(sqlite3 *db, struct vtabs *all, size_t i, struct fail *f)
{
	const struct vtab *t = &all->t[i];
	char *sql = sqlite3_mprintf("CREATE VIRTUAL TABLE \"%w\".\"%w\" USING td (%llu)", t->db,
		t->view.name, (unsigned long long)i);
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);

	sqlite3_free(sql);
	return rc == SQLITE_OK ? 0
			       : fail_set(f, FAIL_SYSTEM, "table %s.%s: %s", t->db, t->view.name,
					 sqlite3_errmsg(db));
}

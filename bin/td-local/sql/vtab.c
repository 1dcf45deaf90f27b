/* vtab: walking segments of msgpack records. */
#include "sql/vtab.h"
#include "base/mem.h"
#include "sql/call.h"
#include "sql/stored.h"
#include "store/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct table {
	sqlite3_vtab base;
	const struct view *v;
	unsigned n;
	unsigned *key; /* of each column: its place among the view's keys */
	const struct sqltype **type;
	struct arena memory; /* for the present value */
};

struct cursor {
	sqlite3_vtab_cursor base;
	size_t seg;
	const char *p, *end; /* the next record, the segment's end */
	const char **at;     /* where each key's value of this record is, or NULL */
	char *wanted;        /* keys that the statement reads */
	sqlite3_int64 row;
	bool eof;
};

/* --- making */

static int declare(sqlite3 *db, const struct vtab *v, struct table *t)
{
	struct buf b;
	int rc;

	buf_init(&b, 1 << 20);
	buf_puts(&b, "CREATE TABLE x (");
	for (unsigned i = 0; i < v->bind.n; i++) {
		if (!v->bind.used[i])
			continue;
		buf_printf(&b, t->n ? ", c%u" : "c%u", i);
		t->key[t->n] = i;
		t->type[t->n++] = v->bind.types[i];
	}
	if (t->n == 0)
		buf_puts(&b, "none");
	buf_puts(&b, ")");
	rc = sqlite3_declare_vtab(db, buf_text(&b));
	buf_free(&b);
	return rc;
}

static int on_create(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
	char **err)
{
	const struct vtab *v =
		argc > 3 ? (const struct vtab *)(uintptr_t)strtoull(argv[3], NULL, 10) : NULL;
	struct table *t;
	int rc;

	(void)aux;
	if (!v)
		return SQLITE_ERROR;
	t = mem_zero(1, sizeof *t);
	t->v = &v->view;
	t->key = mem_zero(v->bind.n + 1, sizeof *t->key);
	t->type = mem_zero(v->bind.n + 1, sizeof *t->type);
	rc = declare(db, v, t);
	if (rc == SQLITE_OK) {
		*out = &t->base;
		return SQLITE_OK;
	}
	if (t->n > (unsigned)sqlite3_limit(db, SQLITE_LIMIT_COLUMN, -1))
		*err = sqlite3_mprintf("a statement that reads more than %d of its columns: not "
				       "supported by td-local",
			sqlite3_limit(db, SQLITE_LIMIT_COLUMN, -1));
	free(t->key);
	free(t->type);
	free(t);
	return rc;
}

static int on_destroy(sqlite3_vtab *base)
{
	struct table *t = (struct table *)base;

	arena_free(&t->memory);
	free(t->key);
	free(t->type);
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
	const struct table *t = (struct table *)base->pVtab;
	const struct view *v = t->v;
	unsigned long long mask = strtoull(used ? used : "0", NULL, 16);

	(void)plan;
	(void)argc;
	(void)argv;
	memset(c->wanted, 0, v->keys.n);
	for (unsigned k = 0; k < t->n; k++) /* the last bit represents all further columns */
		c->wanted[t->key[k]] = (char)(mask >> (k < 63 ? k : 63) & 1);
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

static void as_integer(sqlite3_context *x, const struct mp *t, const struct sqltype *type)
{
	int64_t v;

	if (t->type == MP_INT)
		v = t->as.i;
	else if ((t->type == MP_UINT && t->as.u <= INT64_MAX) || t->type == MP_BOOL)
		v = (int64_t)t->as.u;
	else
		return;
	if (type->kind == SQL_BIGINT || (v >= INT32_MIN && v <= INT32_MAX))
		sqlite3_result_int64(x, v);
}

/* SQLite makes NULL of NaN. */
static void as_double(sqlite3_context *x, const struct mp *t, const struct sqltype *type)
{
	double d;

	if (t->type == MP_FLOAT)
		d = t->as.d;
	else if (t->type == MP_UINT)
		d = (double)t->as.u;
	else if (t->type == MP_INT)
		d = (double)t->as.i;
	else
		return;
	sqlite3_result_double(x, type->kind == SQL_REAL ? (double)(float)d : d);
}

static void as_text(sqlite3_context *x, const char *p, const char *end)
{
	struct buf b;

	buf_init(&b, CALL_VALUE_MAX);
	if (value_text(p, end, &b))
		sqlite3_result_error_toobig(x);
	else
		sqlite3_result_text64(x, b.p ? b.p : "", b.len, SQLITE_TRANSIENT, SQLITE_UTF8);
	buf_free(&b);
}

static int on_column(sqlite3_vtab_cursor *base, sqlite3_context *x, int i)
{
	struct cursor *c = (struct cursor *)base;
	struct table *table = (struct table *)base->pVtab;
	const char *p = (unsigned)i < table->n ? c->at[table->key[i]] : NULL;
	const struct sqltype *type;
	struct datum v = { .kind = DATUM_NULL };
	struct mp t;

	if (!p || mp_token(p, c->p, &t) <= 0 || t.type == MP_NIL)
		return SQLITE_OK; /* null */
	type = table->type[i];
	switch (type->kind) {
	case SQL_INTEGER: case SQL_BIGINT:
		as_integer(x, &t, type);
		break;
	case SQL_REAL: case SQL_DOUBLE:
		as_double(x, &t, type);
		break;
	case SQL_VARCHAR: /* the mapping stays until the connection is gone */
		if (t.type == MP_STR || t.type == MP_BIN)
			sqlite3_result_text64(x, t.as.p, t.n, SQLITE_STATIC, SQLITE_UTF8);
		else if (t.type != MP_EXT)
			as_text(x, p, c->p);
		break;
	default:
		arena_reset(&table->memory);
		stored_datum(&table->memory, type, p, c->p, &v);
		call_return(x, type, &v);
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

int vtab_register(sqlite3 *db)
{
	return sqlite3_create_module(db, "td", &module, NULL);
}

int vtab_create(sqlite3 *db, const struct vtab *t, struct fail *f)
{
	char *sql = sqlite3_mprintf("CREATE VIRTUAL TABLE t%u USING td (%llu)", t->number,
		(unsigned long long)(uintptr_t)t);
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);

	sqlite3_free(sql);
	return rc == SQLITE_OK
		? 0
		: fail_set(f, FAIL_SYSTEM, "table %s.%s: %s", t->db, t->name, sqlite3_errmsg(db));
}

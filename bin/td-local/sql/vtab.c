/* vtab: walking segments of msgpack records. */
#include "sql/vtab.h"
#include "base/mem.h"
#include "sql/call.h"
#include "sql/lookup.h"
#include "sql/stored.h"
#include "value/mp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { INDEX_COLUMNS = 8 };

/* What a join may look for: the rows with given values of some columns. */
struct index {
	unsigned n, column[INDEX_COLUMNS];
	unsigned uses;
	struct lookup rows; /* made when it is used again */
};

struct table {
	sqlite3_vtab base;
	const struct view *v;
	const atomic_bool *stop; /* or NULL */
	unsigned n;
	unsigned *key; /* of each column: its place among the view's keys */
	const struct sqltype **type;
	struct arena memory; /* for the present value */
	struct index **index;
	unsigned indexes;
};

struct cursor {
	sqlite3_vtab_cursor base;
	size_t seg;
	const char *began, *p, *end; /* the present record, the next, the segment's end */
	const char **at;     /* where each key's value of this record is, or NULL */
	char *wanted;        /* keys that the statement reads */
	sqlite3_int64 row;
	bool eof;
	const struct index *by; /* or NULL: all rows */
	const struct lookup_row *found;
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
	t->stop = v->stop;
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

	for (unsigned i = 0; i < t->indexes; i++) {
		lookup_free(&t->index[i]->rows);
		free(t->index[i]);
	}
	free(t->index);
	arena_free(&t->memory);
	free(t->key);
	free(t->type);
	free(t);
	return SQLITE_OK;
}

/* --- plans */

static bool has_hash(const struct sqltype *t)
{
	return sqltype_is_integer(t) || sqltype_is_text(t) || t->kind == SQL_DOUBLE ||
		t->kind == SQL_REAL;
}

/* Is it "column = what differs from row to row"? What is constant is as well looked for by SQLite,
 * and of IN a hash table exists already. */
static bool joins(const struct table *t, sqlite3_index_info *i, int k)
{
	sqlite3_value *constant;

	return i->aConstraint[k].usable && i->aConstraint[k].op == SQLITE_INDEX_CONSTRAINT_EQ &&
		i->aConstraint[k].iColumn >= 0 && i->aConstraint[k].iColumn < 63 &&
		(unsigned)i->aConstraint[k].iColumn < t->n &&
		has_hash(t->type[i->aConstraint[k].iColumn]) && !sqlite3_vtab_in(i, k, -1) &&
		sqlite3_vtab_rhs_value(i, k, &constant) != SQLITE_OK;
}

static int index_of(struct table *t, const struct index *x)
{
	struct index **more;

	for (unsigned i = 0; i < t->indexes; i++)
		if (t->index[i]->n == x->n &&
			memcmp(t->index[i]->column, x->column, x->n * sizeof *x->column) == 0)
			return (int)i;
	more = mem_resize(t->index, t->indexes + 1, sizeof *more);
	more[t->indexes] = mem_zero(1, sizeof **more);
	*more[t->indexes] = *x;
	t->index = more;
	return (int)t->indexes++;
}

/*
 * A join with an index costs what it reads, and a little for its making, which is more for a large
 * table than for a small one: of two tables the smaller one gets it.
 */
static void plan_index(struct table *t, sqlite3_index_info *i, const struct index *x)
{
	double rows = (double)t->v->rows + 1;

	i->idxNum = index_of(t, x);
	i->estimatedCost = 2 + rows * log2(rows + 1) / 10000;
	i->estimatedRows = 1 + t->v->rows / 1000;
}

static int on_plan(sqlite3_vtab *base, sqlite3_index_info *i)
{
	struct table *t = (struct table *)base;
	struct index x = { .n = 0 };

	i->estimatedCost = (double)t->v->rows + 1;
	i->estimatedRows = t->v->rows + 1;
	i->idxNum = -1;
	i->idxStr = sqlite3_mprintf("%llx", (unsigned long long)i->colUsed);
	i->needToFreeIdxStr = 1;
	for (int k = 0; k < i->nConstraint && x.n < INDEX_COLUMNS; k++) {
		if (!joins(t, i, k))
			continue;
		x.column[x.n] = (unsigned)i->aConstraint[k].iColumn;
		i->aConstraintUsage[k].argvIndex = (int)++x.n;
	}
	if (x.n)
		plan_index(t, i, &x);
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

/* Finds the values of the record at c->p, and goes behind it. */
static int read_record(struct cursor *c)
{
	const struct keyset *keys = &((struct table *)c->base.pVtab)->v->keys;
	struct mp map, key;
	size_t guess = 0;
	ptrdiff_t n;

	memset(c->at, 0, keys->n * sizeof *c->at);
	c->began = c->p;
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
		at = keyset_find(keys, key.as.p, key.n, guess);
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

static int next_record(struct cursor *c)
{
	const struct view *v = ((struct table *)c->base.pVtab)->v;

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
	return read_record(c);
}

static int found_record(struct cursor *c)
{
	c->eof = !c->found;
	if (c->eof)
		return SQLITE_OK;
	c->p = c->found->p;
	c->end = c->p + c->found->n;
	c->row = c->found->row;
	return read_record(c);
}

static int on_next(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;

	if (!c->by)
		return next_record(c);
	c->found = lookup_next(&c->by->rows, c->found);
	return found_record(c);
}

static void want(struct cursor *c, unsigned long long mask)
{
	const struct table *t = (struct table *)c->base.pVtab;

	memset(c->wanted, 0, t->v->keys.n);
	for (unsigned k = 0; k < t->n; k++) /* the last bit represents all further columns */
		c->wanted[t->key[k]] = (char)(mask >> (k < 63 ? k : 63) & 1);
}

static void rewind_cursor(struct cursor *c)
{
	c->by = NULL;
	c->seg = 0;
	c->p = c->end = NULL;
	c->row = 0;
	c->eof = false;
}

/* --- joins */

/* The record's hash over these columns; false: one is null, which equals nothing. */
static bool record_hash(struct table *t, struct cursor *c, const struct index *x, uint32_t *h)
{
	*h = 0;
	for (unsigned i = 0; i < x->n; i++) {
		const char *p = c->at[t->key[x->column[i]]];
		struct datum v = { .kind = DATUM_NULL };

		if (p && stored_datum(&t->memory, t->type[x->column[i]], p, c->p, &v))
			return false; /* read as a value, it will be too long */
		if (v.kind == DATUM_NULL)
			return false;
		*h = lookup_hash(*h, &v);
	}
	return true;
}

static int fill_index(struct table *t, struct cursor *c, struct index *x)
{
	unsigned char n = 0;
	int rc;

	while ((rc = next_record(c)) == SQLITE_OK && !c->eof) {
		struct lookup_row row = { .p = c->began,
			.row = c->row,
			.n = (uint32_t)(c->p - c->began) };

		if (++n == 0 && t->stop && *t->stop)
			return SQLITE_INTERRUPT;
		if (t->memory.used)
			arena_reset(&t->memory);
		if (!record_hash(t, c, x, &row.next))
			continue;
		rc = lookup_add(&x->rows, &row);
		if (rc != SQLITE_OK)
			return rc;
	}
	return rc == SQLITE_OK ? lookup_end(&x->rows) : rc;
}

static int build(struct table *t, struct index *x)
{
	sqlite3_vtab_cursor *base;
	unsigned long long mask = 0;
	int rc;

	on_open(&t->base, &base);
	base->pVtab = &t->base;
	for (unsigned i = 0; i < x->n; i++)
		mask |= 1ull << x->column[i];
	want((struct cursor *)base, mask);
	rewind_cursor((struct cursor *)base);
	rc = fill_index(t, (struct cursor *)base, x);
	on_close(base);
	return rc;
}

/* The hash of what is looked for; false: it is null. */
static bool wanted_hash(int argc, sqlite3_value **argv, uint32_t *h)
{
	*h = 0;
	for (int i = 0; i < argc; i++) {
		struct datum v;

		call_read(&sqltype_bigint, argv[i], &v);
		if (v.kind == DATUM_NULL)
			return false;
		*h = lookup_hash(*h, &v);
	}
	return true;
}

/*
 * The first time, the whole table is read, and SQLite compares: more may not come. From the second
 * time on there is an index.
 */
static int look_up(struct cursor *c, struct index *x, int argc, sqlite3_value **argv)
{
	uint32_t h;
	int rc;

	if (x->uses++ == 0)
		return next_record(c);
	if (!x->rows.heads && (rc = build((struct table *)c->base.pVtab, x)) != SQLITE_OK)
		return rc;
	c->by = x;
	c->found = wanted_hash(argc, argv, &h) ? lookup_first(&x->rows, h) : NULL;
	return found_record(c);
}

static int on_filter(sqlite3_vtab_cursor *base, int plan, const char *used, int argc,
	sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;

	want(c, strtoull(used ? used : "0", NULL, 16));
	rewind_cursor(c);
	return plan < 0 ? next_record(c)
			: look_up(c, ((struct table *)base->pVtab)->index[plan], argc, argv);
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

/* The mapping stays until the connection is gone. */
static void give(sqlite3_context *x, const struct sqltype *t, const struct datum *v, const char *p,
	const char *end)
{
	if (v->kind == DATUM_TEXT && (uintptr_t)v->p > (uintptr_t)p &&
		(uintptr_t)v->p <= (uintptr_t)end)
		sqlite3_result_text64(x, v->p, v->n, SQLITE_STATIC, SQLITE_UTF8);
	else
		call_return(x, t, v);
}

static int on_column(sqlite3_vtab_cursor *base, sqlite3_context *x, int i)
{
	struct cursor *c = (struct cursor *)base;
	struct table *t = (struct table *)base->pVtab;
	const char *p = (unsigned)i < t->n ? c->at[t->key[i]] : NULL;
	struct datum v;

	if (!p)
		return SQLITE_OK; /* null */
	if (t->memory.used)
		arena_reset(&t->memory);
	if (stored_datum(&t->memory, t->type[i], p, c->p, &v))
		sqlite3_result_error_toobig(x);
	else
		give(x, t->type[i], &v, p, c->p);
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

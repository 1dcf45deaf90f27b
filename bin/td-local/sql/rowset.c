/* rowset: a virtual table over encoded arrays, and two aggregates. */
#include "sql/rowset.h"
#include "base/mem.h"
#include "sql/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- td_unnest */

struct part {
	char kind; /* a m r */
	unsigned width;
	struct datum array;
	struct datum_walk walk;
	bool ended;
};

struct cursor {
	sqlite3_vtab_cursor base;
	struct part part[ROWSET_ARGUMENTS];
	unsigned parts;
	bool numbered, eof;
	struct datum cell[ROWSET_COLUMNS + 1];
	unsigned cells;
	sqlite3_int64 row;
	struct arena memory; /* the arrays; and what the present row's cells point to */
	struct arena scratch;
};

static int on_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
	char **err)
{
	struct buf b;
	int rc;

	(void)aux;
	(void)argc;
	(void)argv;
	(void)err;
	buf_init(&b, 1 << 16);
	buf_puts(&b, "CREATE TABLE x (");
	for (unsigned i = 0; i < ROWSET_COLUMNS; i++)
		buf_printf(&b, "c%u, ", i);
	buf_puts(&b, "shape HIDDEN");
	for (unsigned i = 0; i < ROWSET_ARGUMENTS; i++)
		buf_printf(&b, ", a%u HIDDEN", i);
	buf_puts(&b, ")");
	rc = sqlite3_declare_vtab(db, buf_text(&b));
	buf_free(&b);
	*out = rc == SQLITE_OK ? mem_zero(1, sizeof **out) : NULL;
	return rc;
}

static int on_disconnect(sqlite3_vtab *base)
{
	free(base);
	return SQLITE_OK;
}

/* All arguments must be there, in their order. */
static int on_plan(sqlite3_vtab *base, sqlite3_index_info *info)
{
	int n = 0;

	(void)base;
	for (int i = 0; i < info->nConstraint; i++) {
		const struct sqlite3_index_constraint *c = &info->aConstraint[i];

		if (c->iColumn < ROWSET_COLUMNS || c->op != SQLITE_INDEX_CONSTRAINT_EQ)
			continue;
		if (!c->usable)
			return SQLITE_CONSTRAINT;
		info->aConstraintUsage[i].argvIndex = c->iColumn - ROWSET_COLUMNS + 1;
		info->aConstraintUsage[i].omit = 1;
		n++;
	}
	info->idxNum = n;
	info->estimatedCost = 10;
	info->estimatedRows = 10;
	return SQLITE_OK;
}

static int on_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	struct cursor *c = mem_zero(1, sizeof *c);

	(void)base;
	*out = &c->base;
	return SQLITE_OK;
}

static int on_close(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;

	arena_free(&c->memory);
	arena_free(&c->scratch);
	free(c);
	return SQLITE_OK;
}

static void set_null(struct datum *v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		v[i] = (struct datum){ .kind = DATUM_NULL };
}

/* The cells of one part in this row; false: it has no more. */
static bool part_next(struct cursor *c, struct part *p, struct datum *cell)
{
	struct datum_walk fields;
	struct datum row;

	set_null(cell, p->width);
	if (p->ended || !datum_next(&p->walk, &row)) {
		p->ended = true;
		return false;
	}
	if (p->kind == 'r') {
		if (row.kind != DATUM_BLOB)
			return true;
		datum_walk(&fields, &c->scratch, &row);
		for (unsigned i = 0; i < p->width; i++)
			if (!datum_next(&fields, &cell[i]))
				break;
		return true;
	}
	cell[0] = row;
	if (p->kind == 'm')
		datum_next(&p->walk, &cell[1]);
	return true;
}

static int on_next(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;
	bool any = false;
	unsigned at = 0;

	arena_reset(&c->scratch);
	for (unsigned i = 0; i < c->parts; i++) {
		any |= part_next(c, &c->part[i], &c->cell[at]);
		at += c->part[i].width;
	}
	c->row++;
	if (c->numbered)
		c->cell[at] = (struct datum){ .kind = DATUM_INT, .i = c->row };
	c->eof = !any;
	return SQLITE_OK;
}

static void read_shape(struct cursor *c, const char *shape)
{
	c->parts = c->cells = 0;
	c->numbered = false;
	for (const char *p = shape; *p; p++) {
		struct part *part = &c->part[c->parts];

		if (*p == 'n')
			c->numbered = true;
		if (*p == ' ' || *p == 'n' || c->parts == ROWSET_ARGUMENTS)
			continue;
		*part = (struct part){ .kind = *p, .width = *p == 'm' ? 2 : 1 };
		if (*p == 'r') {
			part->width = (unsigned)strtoul(p + 1, NULL, 10);
			p += strspn(p + 1, "0123456789");
		}
		if (c->cells + part->width > ROWSET_COLUMNS)
			return;
		c->cells += part->width;
		c->parts++;
	}
}

static int on_filter(
	sqlite3_vtab_cursor *base, int plan, const char *used, int argc, sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;
	const char *shape = argc > 0 ? (const char *)sqlite3_value_text(argv[0]) : NULL;

	(void)plan;
	(void)used;
	arena_reset(&c->memory);
	arena_reset(&c->scratch);
	read_shape(c, shape ? shape : "");
	for (unsigned i = 0; i < c->parts; i++) {
		struct part *p = &c->part[i];
		sqlite3_value *v = (int)i + 1 < argc ? argv[i + 1] : NULL;

		p->ended = !v || sqlite3_value_type(v) != SQLITE_BLOB;
		if (p->ended)
			continue;
		p->array.kind = DATUM_BLOB;
		p->array.n = (size_t)sqlite3_value_bytes(v);
		p->array.p = arena_copy(&c->memory, sqlite3_value_blob(v), p->array.n);
		datum_walk(&p->walk, &c->scratch, &p->array);
	}
	c->row = 0;
	return on_next(base);
}

static int on_eof(sqlite3_vtab_cursor *base)
{
	return ((struct cursor *)base)->eof;
}

static int on_column(sqlite3_vtab_cursor *base, sqlite3_context *x, int i)
{
	struct cursor *c = (struct cursor *)base;

	if (i < (int)c->cells + c->numbered)
		call_return(x, &sqltype_unknown, &c->cell[i]);
	return SQLITE_OK;
}

static int on_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = ((struct cursor *)base)->row;
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.iVersion = 1,
	.xConnect = on_connect,
	.xBestIndex = on_plan,
	.xDisconnect = on_disconnect,
	.xOpen = on_open,
	.xClose = on_close,
	.xFilter = on_filter,
	.xNext = on_next,
	.xEof = on_eof,
	.xColumn = on_column,
	.xRowid = on_rowid,
};

/* --- td_rows and td_one */

static void rows_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct buf *all = sqlite3_aggregate_context(x, sizeof *all), row;
	struct datum cell, whole = { .kind = DATUM_NULL };
	const struct sqltype of = { .kind = SQL_ROW };
	int rc = 0;

	if (!all) {
		sqlite3_result_error_nomem(x);
		return;
	}
	if (!all->max)
		buf_init(all, CALL_VALUE_MAX);
	buf_init(&row, CALL_VALUE_MAX);
	for (int i = 0; i < argc && !rc; i++) {
		call_read(&sqltype_varbinary, argv[i], &cell);
		rc = datum_put(&row, &sqltype_varbinary, &cell);
	}
	if (rc || datum_end(&row, &whole) || datum_put(all, &of, &whole))
		sqlite3_result_error_toobig(x);
	buf_free(&row);
}

static void rows_end(sqlite3_context *x)
{
	struct buf *all = sqlite3_aggregate_context(x, 0), none;
	struct datum whole = { .kind = DATUM_NULL };

	if (!all) {
		buf_init(&none, 16);
		all = &none;
	}
	if (datum_end(all, &whole))
		sqlite3_result_error_toobig(x);
	else
		sqlite3_result_blob64(x, whole.p, whole.n, SQLITE_TRANSIENT);
	buf_free(all);
}

struct one {
	sqlite3_value *v;
	bool seen;
};

static void one_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct one *o = sqlite3_aggregate_context(x, sizeof *o);

	(void)argc;
	if (!o)
		return;
	if (o->seen)
		sqlite3_result_error(x, "Scalar sub-query has returned multiple rows", -1);
	else
		o->v = sqlite3_value_dup(argv[0]);
	o->seen = true;
}

static void one_end(sqlite3_context *x)
{
	struct one *o = sqlite3_aggregate_context(x, 0);

	if (!o || !o->v)
		return;
	sqlite3_result_value(x, o->v);
	sqlite3_value_free(o->v);
}

/* --- td_first and td_last: windows that ignore NULLs */

/* The values of a frame that are not NULL. */
struct queue {
	sqlite3_value **v;
	size_t first, n, room;
	sqlite3_int64 k;
};

static void queue_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct queue *q = sqlite3_aggregate_context(x, sizeof *q);

	(void)argc;
	if (!q)
		return;
	q->k = sqlite3_value_int64(argv[1]);
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
		return;
	if (q->n == q->room) {
		q->room = q->room ? 2 * q->room : 16;
		q->v = mem_resize(q->v, q->room, sizeof(sqlite3_value *));
	}
	q->v[q->n++] = sqlite3_value_dup(argv[0]);
}

static void queue_inverse(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct queue *q = sqlite3_aggregate_context(x, 0);

	(void)argc;
	if (q && sqlite3_value_type(argv[0]) != SQLITE_NULL && q->first < q->n)
		sqlite3_value_free(q->v[q->first++]);
}

static void queue_result(sqlite3_context *x, bool last)
{
	struct queue *q = sqlite3_aggregate_context(x, 0);
	sqlite3_int64 n = q ? (sqlite3_int64)(q->n - q->first) : 0;

	if (q && q->k >= 1 && q->k <= n)
		sqlite3_result_value(
			x, q->v[last ? q->n - (size_t)q->k : q->first + (size_t)q->k - 1]);
}

static void first_value(sqlite3_context *x)
{
	queue_result(x, false);
}

static void last_value(sqlite3_context *x)
{
	queue_result(x, true);
}

static void queue_end(sqlite3_context *x, bool last)
{
	struct queue *q = sqlite3_aggregate_context(x, 0);

	queue_result(x, last);
	for (size_t i = q ? q->first : 0; q && i < q->n; i++)
		sqlite3_value_free(q->v[i]);
	if (q)
		free(q->v);
}

static void first_end(sqlite3_context *x)
{
	queue_end(x, false);
}

static void last_end(sqlite3_context *x)
{
	queue_end(x, true);
}

int rowset_register(sqlite3 *db)
{
	int rc = sqlite3_create_module(db, "td_unnest", &module, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_create_function_v2(
			db, "td_rows", -1, SQLITE_UTF8, NULL, NULL, rows_step, rows_end, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function_v2(
			db, "td_one", 1, SQLITE_UTF8, NULL, NULL, one_step, one_end, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_window_function(db, "td_first", 2, SQLITE_UTF8, NULL,
			queue_step, first_end, first_value, queue_inverse, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_window_function(db, "td_last", 2, SQLITE_UTF8, NULL, queue_step,
			last_end, last_value, queue_inverse, NULL);
	if (rc == SQLITE_OK) /* connects it, before an authorizer forbids that */
		rc = sqlite3_exec(db, "SELECT c0 FROM td_unnest('')", NULL, NULL, NULL);
	return rc;
}

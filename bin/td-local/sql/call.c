/* SQLite functions for bound calls: values in and out, errors, TRY, lambdas, aggregates with
 * DISTINCT, ORDER BY and frames. */
#include "sql/call.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY_MAX = 256 << 20, ARGS_MAX = 128 };

/* --- values */

void call_read(const struct sqltype *t, sqlite3_value *from, struct datum *out)
{
	bool floating = t->kind == SQL_DOUBLE || t->kind == SQL_REAL;
	const char *p;

	datum_set_null(out);
	switch (sqlite3_value_type(from)) {
	case SQLITE_INTEGER:
		datum_set_int(out, sqlite3_value_int64(from));
		if (floating)
			datum_set_double(out, (double)out->i);
		break;
	case SQLITE_FLOAT:
		datum_set_double(out, sqlite3_value_double(from));
		break;
	case SQLITE_TEXT:
		p = (const char *)sqlite3_value_text(from);
		datum_set_text(out, p ? p : "", (size_t)sqlite3_value_bytes(from));
		break;
	case SQLITE_BLOB:
		p = sqlite3_value_blob(from);
		datum_set_blob(out, p ? p : "", (size_t)sqlite3_value_bytes(from));
		if (floating)
			out->kind = DATUM_NAN;
		break;
	default:
		break;
	}
}

void call_return(sqlite3_context *x, const struct sqltype *t, const struct datum *v)
{
	switch (v->kind) {
	case DATUM_NULL: sqlite3_result_null(x); break;
	case DATUM_INT:
		if (t->kind == SQL_DOUBLE || t->kind == SQL_REAL)
			sqlite3_result_double(x, (double)v->i);
		else
			sqlite3_result_int64(x, v->i);
		break;
	case DATUM_DOUBLE: sqlite3_result_double(x, v->d); break;
	case DATUM_NAN: sqlite3_result_blob(x, "\x7f", 1, SQLITE_STATIC); break;
	case DATUM_TEXT: sqlite3_result_text64(x, v->p, v->n, SQLITE_TRANSIENT, SQLITE_UTF8); break;
	case DATUM_BLOB: sqlite3_result_blob64(x, v->p, v->n, SQLITE_TRANSIENT); break;
	}
}

int call_bind(sqlite3_stmt *s, int i, const struct datum *v)
{
	switch (v->kind) {
	case DATUM_INT: return sqlite3_bind_int64(s, i, v->i);
	case DATUM_DOUBLE: return sqlite3_bind_double(s, i, v->d);
	case DATUM_NAN: return sqlite3_bind_blob(s, i, "\x7f", 1, SQLITE_STATIC);
	case DATUM_TEXT: return sqlite3_bind_text64(s, i, v->p, v->n, SQLITE_STATIC, SQLITE_UTF8);
	case DATUM_BLOB: return sqlite3_bind_blob64(s, i, v->p, v->n, SQLITE_STATIC);
	default: return sqlite3_bind_null(s, i);
	}
}

/* --- errors */

static int fail(struct call *c, const char *fmt, va_list ap)
{
	char text[1000];

	if (c->failed)
		return -1;
	vsnprintf(text, sizeof text, fmt, ap);
	c->failed = true;
	c->why = arena_string(c->scratch, text);
	return -1;
}

int call_error(struct call *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail(c, fmt, ap);
	va_end(ap);
	return -1;
}

int call_refuse(struct call *c, const char *fmt, ...)
{
	va_list ap;

	if (c->failed)
		return -1;
	va_start(ap, fmt);
	fail(c, fmt, ap);
	va_end(ap);
	c->why = arena_printf(c->scratch, "%s: not supported by td-local", c->why);
	c->refused = true;
	return -1;
}

void call_memory(struct call *c, size_t *had, size_t has)
{
	struct query *q = c->query;

	q->memory += has - *had;
	*had = has;
	if (q->memory_max && q->memory > q->memory_max)
		call_refuse(c, "%s: more than %zu MiB of values in the aggregates of a query",
			c->f->name, q->memory_max >> 20);
}

bool call_stopped(struct call *c)
{
	if (!c->failed && c->query->stop &&
		atomic_load_explicit(c->query->stop, memory_order_relaxed)) {
		call_error(c, "killed");
		c->refused = true;
	}
	if (!c->failed && c->scratch->used > MEMORY_MAX)
		call_refuse(c, "%s: values of more than %d MiB", c->f->name, MEMORY_MAX >> 20);
	return c->failed;
}

/* An error becomes the statement's, or inside TRY NULL and the guard's. */
static void finish(sqlite3_context *x, struct call *c, const struct datum *out)
{
	if (!c->failed) {
		call_return(x, c->result, out);
	} else if (c->soft && !c->refused) {
		c->query->failed_softly = true;
		if (c->guard)
			*c->guard = true;
		sqlite3_result_null(x);
	} else {
		sqlite3_result_error(x, c->why, -1);
	}
}

static void begin(struct call *c)
{
	c->failed = c->refused = false;
	c->why = NULL;
	arena_reset(c->scratch);
}

/* --- lambdas */

struct lambda {
	sqlite3_stmt *s;
	unsigned parameters, captured;
	const struct sqltype *const *types;
	const struct sqltype *result;
	sqlite3_value **from;   /* the captured values of this call */
	struct arena keep[2];   /* of the last two results */
	unsigned turn;
};

struct lambda *call_lambda_new(sqlite3 *db, struct arena *a, const char *sql, unsigned parameters,
	unsigned captured, const struct sqltype *const *types, const struct sqltype *result)
{
	struct lambda *l = arena_alloc(a, sizeof *l);

	*l = (struct lambda){
		.parameters = parameters, .captured = captured, .types = types, .result = result
	};
	return sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &l->s, NULL) == SQLITE_OK
		? l
		: NULL;
}

/* Its statement is call_close()'s. */
static void lambda_free(struct lambda *l)
{
	arena_free(&l->keep[0]);
	arena_free(&l->keep[1]);
}

void call_close(sqlite3 *db)
{
	sqlite3_stmt *s;

	while ((s = sqlite3_next_stmt(db, NULL)))
		sqlite3_finalize(s);
	sqlite3_close(db);
}

static void keep(struct arena *a, struct datum *v)
{
	if (v->kind == DATUM_TEXT || v->kind == DATUM_BLOB)
		v->p = arena_copy(a, v->p, v->n);
}

int call_lambda(struct call *c, int i, const struct datum *arg, struct datum *out)
{
	struct lambda *l = c->lambda[i];
	struct arena *a = &l->keep[l->turn++ % 2];
	int rc;

	datum_set_null(out);
	if (call_stopped(c))
		return -1;
	arena_reset(a);
	for (unsigned k = 0; k < l->parameters; k++)
		call_bind(l->s, (int)k + 1, &arg[k]);
	for (unsigned k = 0; k < l->captured; k++)
		sqlite3_bind_value(l->s, (int)(l->parameters + k) + 1, l->from[k]);
	rc = sqlite3_step(l->s);
	if (rc == SQLITE_ROW) {
		call_read(l->result, sqlite3_column_value(l->s, 0), out);
		keep(a, out);
	} else {
		call_error(c, "%s", sqlite3_errmsg(sqlite3_db_handle(l->s)));
		c->refused =
			true; /* an error inside a TRY of the lambda's own would have been NULL */
	}
	sqlite3_reset(l->s);
	return rc == SQLITE_ROW ? 0 : -1;
}

/* --- scalar functions */

/* Arguments in c's order; false: one is NULL and the function does not take it. */
static bool read_arguments(struct call *c, int argc, sqlite3_value **argv, struct datum *arg)
{
	bool strict = !(c->f->flags & FUNCTION_NULLS), call = true;
	int at = 0;

	for (int i = 0; i < c->argc; i++) {
		datum_set_null(&arg[i]);
		if (c->lambda && c->lambda[i])
			continue;
		if (at < argc)
			call_read(c->arg[i], argv[at++], &arg[i]);
		if (arg[i].kind == DATUM_NULL && strict)
			call = false;
	}
	for (int i = 0; c->lambda && i < c->argc; i++)
		if (c->lambda[i]) {
			c->lambda[i]->from = argv + at;
			at += (int)c->lambda[i]->captured;
		}
	return call;
}

static void on_call(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct call *c = sqlite3_user_data(x);
	struct datum arg[ARGS_MAX], out = { .kind = DATUM_NULL };

	begin(c);
	if (read_arguments(c, argc, argv, arg))
		c->f->call(c, arg, &out);
	finish(x, c, &out);
}

int call_now(struct call *c, const struct datum *arg, struct datum *out)
{
	datum_set_null(out);
	if (!c->scratch)
		c->scratch = arena_alloc(c->query->arena, sizeof *c->scratch);
	begin(c);
	c->f->call(c, arg, out);
	return c->failed ? -1 : 0;
}

static void drop_call(void *p)
{
	struct call *c = p;

	if (c->own_free)
		c->own_free(c->own);
	for (int i = 0; c->lambda && i < c->argc; i++)
		if (c->lambda[i])
			lambda_free(c->lambda[i]);
	arena_free(c->scratch);
}

static const char *next_name(struct call *c)
{
	c->scratch = arena_alloc(c->query->arena, sizeof *c->scratch);
	return arena_printf(c->query->arena, "f%u", c->query->calls++);
}

const char *call_function(sqlite3 *db, struct call *c)
{
	const char *name = next_name(c);
	int flags = SQLITE_UTF8 |
		(c->f->flags & FUNCTION_VOLATILE || c->soft ? 0 : SQLITE_DETERMINISTIC);

	return c->argc <= ARGS_MAX &&
			sqlite3_create_function_v2(
				db, name, -1, flags, c, on_call, NULL, NULL, drop_call) == SQLITE_OK
		? name
		: NULL;
}

/* --- aggregates */

struct aggregate_call {
	struct call *c;
	bool distinct, window;
	unsigned keys;
	const struct call_order *key;
};

/* What an aggregate has of one group. */
struct group {
	void *state;
	bool dirty;          /* rows went out of the frame: the state is to be made again */
	struct arena memory; /* of the rows that are kept */
	struct row **row;
	size_t first, n, room;
	size_t bytes; /* as counted */
};

struct row {
	size_t number;
	struct datum v[];
};

static bool keeps_rows(const struct aggregate_call *a)
{
	return a->distinct || a->keys || (a->window && !a->c->f->aggregate->inverse);
}

static struct group *group_of(sqlite3_context *x, const struct aggregate_call *a)
{
	struct group *g = sqlite3_aggregate_context(x, sizeof *g);

	if (g && !g->state)
		g->state = mem_zero(1, a->c->f->aggregate->size + 1);
	return g;
}

static void group_free(const struct aggregate_call *a, struct group *g)
{
	if (a->c->f->aggregate->free && g->state)
		a->c->f->aggregate->free(g->state);
	a->c->query->memory -= g->bytes;
	free(g->state);
	free(g->row);
	arena_free(&g->memory);
}

static unsigned width(const struct aggregate_call *a)
{
	return (unsigned)a->c->argc + a->keys;
}

static void keep_row(const struct aggregate_call *a, struct group *g, const struct datum *v)
{
	struct row *r = arena_alloc(&g->memory, sizeof *r + width(a) * sizeof *v);

	r->number = g->n;
	memcpy(r->v, v, width(a) * sizeof *v);
	for (unsigned i = 0; i < width(a); i++)
		keep(&g->memory, &r->v[i]);
	if (g->n == g->room) {
		g->room = g->room ? 2 * g->room : 16;
		g->row = mem_resize(g->row, g->room, sizeof *g->row);
	}
	g->row[g->n++] = r;
	call_memory(a->c, &g->bytes, g->memory.used + g->room * sizeof *g->row);
}

/* The values of a row, as they come: false: one is NULL and the aggregate skips it. */
static bool read_row(
	const struct aggregate_call *a, int argc, sqlite3_value **argv, struct datum *v)
{
	bool all = true;

	for (int i = 0; i < argc && i < (int)width(a) && i < ARGS_MAX; i++) {
		call_read(i < a->c->argc ? a->c->arg[i] : a->key[i - a->c->argc].type, argv[i],
			&v[i]);
		all = all && (v[i].kind != DATUM_NULL || i >= a->c->argc);
	}
	return all || (a->c->f->flags & FUNCTION_NULLS);
}

static void on_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const struct aggregate_call *a = sqlite3_user_data(x);
	struct datum v[ARGS_MAX];
	struct group *g = group_of(x, a);

	if (!g) {
		sqlite3_result_error_nomem(x);
		return;
	}
	begin(a->c);
	if (read_row(a, argc, argv, v)) {
		if (keeps_rows(a))
			keep_row(a, g, v);
		if (!keeps_rows(a) || (a->window && !g->dirty))
			a->c->f->aggregate->step(a->c, g->state, v);
	}
	if (a->c->failed || call_stopped(a->c))
		sqlite3_result_error(x, a->c->why, -1);
}

static void on_inverse(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const struct aggregate_call *a = sqlite3_user_data(x);
	struct datum v[ARGS_MAX];
	struct group *g = group_of(x, a);

	if (!g || !read_row(a, argc, argv, v))
		return;
	if (a->c->f->aggregate->inverse) {
		a->c->f->aggregate->inverse(a->c, g->state, v);
	} else if (g->first < g->n) {
		g->first++;
		g->dirty = true;
	}
}

static int compare_keys(const struct aggregate_call *a, const struct row *x, const struct row *y)
{
	for (unsigned k = 0; k < a->keys; k++) {
		const struct call_order *o = &a->key[k];
		const struct datum *p = &x->v[(unsigned)a->c->argc + k],
				   *q = &y->v[(unsigned)a->c->argc + k];
		int n;

		if (p->kind == DATUM_NULL || q->kind == DATUM_NULL)
			n = ((p->kind == DATUM_NULL) - (q->kind == DATUM_NULL)) *
				(o->nulls_first ? -1 : 1);
		else
			n = datum_compare(o->type, p, q) * (o->descending ? -1 : 1);
		if (n)
			return n;
	}
	return 0;
}

static int compare_arguments(
	const struct aggregate_call *a, const struct row *x, const struct row *y)
{
	for (int i = 0; i < a->c->argc; i++) {
		int n = datum_compare(a->c->arg[i], &x->v[i], &y->v[i]);

		if (n)
			return n;
	}
	return 0;
}

typedef int row_compare(const struct aggregate_call *a, const struct row *x, const struct row *y);

static void sort_rows(const struct aggregate_call *a, struct row **r, struct row **other, size_t n,
	row_compare *compare)
{
	size_t half = n / 2, i = 0, j = half, k = 0;

	if (n < 2 || call_stopped(a->c))
		return;
	sort_rows(a, r, other, half, compare);
	sort_rows(a, r + half, other, n - half, compare);
	while (k < n)
		other[k++] = j == n || (i < half && compare(a, r[i], r[j]) <= 0) ? r[i++] : r[j++];
	memcpy(r, other, n * sizeof *r);
}

static int by_number(const struct aggregate_call *a, const struct row *x, const struct row *y)
{
	(void)a;
	return (x->number > y->number) - (x->number < y->number);
}

/* The rows in their order, each once; into r. Returns how many. */
static size_t arrange(const struct aggregate_call *a, const struct group *g, struct row **r)
{
	size_t n = g->n - g->first, kept = 0;
	struct row **other = mem_alloc((n + 1) * sizeof *other);

	if (n)
		memcpy(r, g->row + g->first, n * sizeof *r);
	if (a->distinct) {
		sort_rows(a, r, other, n, compare_arguments);
		for (size_t i = 0; i < n; i++)
			if (kept == 0 || compare_arguments(a, r[kept - 1], r[i]) != 0)
				r[kept++] = r[i];
		n = kept;
		sort_rows(a, r, other, n, by_number);
	}
	if (a->keys)
		sort_rows(a, r, other, n, compare_keys);
	free(other);
	return n;
}

/* A state made of the rows that were kept. */
static void run_rows(const struct aggregate_call *a, struct group *g)
{
	const struct aggregate *f = a->c->f->aggregate;
	struct row **r = mem_alloc((g->n - g->first + 1) * sizeof *r);
	size_t n = arrange(a, g, r);

	if (f->free)
		f->free(g->state);
	memset(g->state, 0, f->size);
	for (size_t i = 0; i < n && !call_stopped(a->c); i++)
		f->step(a->c, g->state, r[i]->v);
	free(r);
}

static void on_value(sqlite3_context *x)
{
	const struct aggregate_call *a = sqlite3_user_data(x);
	struct group *g = group_of(x, a);
	struct datum out = { .kind = DATUM_NULL };

	if (!g) {
		sqlite3_result_error_nomem(x);
		return;
	}
	begin(a->c);
	if (keeps_rows(a) && (!a->window || g->dirty || a->distinct || a->keys))
		run_rows(a, g);
	if (!a->c->failed)
		a->c->f->aggregate->value(a->c, g->state, &out);
	finish(x, a->c, &out);
}

static void on_end(sqlite3_context *x)
{
	on_value(x);
	group_free(sqlite3_user_data(x), group_of(x, sqlite3_user_data(x)));
}

static void drop_aggregate(void *p)
{
	drop_call(((struct aggregate_call *)p)->c);
}

const char *call_aggregate(sqlite3 *db, struct call *c, bool distinct, unsigned keys,
	const struct call_order *key, bool window)
{
	struct aggregate_call *a = arena_alloc(c->query->arena, sizeof *a);
	const char *name = next_name(c);

	*a = (struct aggregate_call){
		.c = c, .distinct = distinct, .keys = keys, .key = key, .window = window
	};
	if (width(a) > ARGS_MAX)
		return NULL;
	return sqlite3_create_window_function(db, name, -1, SQLITE_UTF8, a, on_step, on_end,
		       on_value, on_inverse, drop_aggregate) == SQLITE_OK
		? name
		: NULL;
}

/* --- results of functions */

void call_text(struct call *c, struct buf *b, int rc, struct datum *out)
{
	if (rc)
		call_refuse(c, "a value of more than %d bytes", CALL_VALUE_MAX);
	else
		datum_set_text(out, arena_copy(c->scratch, b->p ? b->p : "", b->len), b->len);
	buf_free(b);
}

void call_blob(struct call *c, struct buf *b, int rc, struct datum *out)
{
	call_text(c, b, rc, out);
	if (out->kind == DATUM_TEXT)
		out->kind = DATUM_BLOB;
}

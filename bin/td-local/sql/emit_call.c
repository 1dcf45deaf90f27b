/* emit_call: calls of functions, aggregates and window functions. */
#include "sql/emit.h"
#include "sql/call.h"
#include "sql/cast.h"

#include <string.h>

static void list(struct emitter *m, struct buf *b, struct expr *const *e, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (i)
			emit_put(m, b, ", ");
		emit_expr(m, b, e[i]);
	}
}

static void refused(struct emitter *m, const struct expr *e)
{
	fail_set(m->f, FAIL_DATA,
		"line %u:%u: %s with these arguments is not supported by td-local", e->at.line,
		e->at.column, e->name ? e->name : "this");
}

static struct call *new_call(struct emitter *m, const struct expr *e)
{
	struct call *c = arena_alloc(m->a, sizeof *c);

	c->f = e->kind == EXPR_CAST ? &cast_function : e->function;
	c->query = m->query;
	c->result = e->type;
	c->argc = (int)e->argc;
	c->guard = e->guard;
	c->soft = e->guard || (e->kind == EXPR_CAST && e->soft);
	if (e->kind == EXPR_CAST) {
		const struct sqltype **types = arena_alloc(m->a, sizeof *types);

		types[0] = e->arg[0]->type;
		c->arg = types;
		if (e->soft) /* TRY_CAST: NULL here, and no failure of a TRY around it */
			c->guard = NULL;
	} else {
		c->arg = e->types;
	}
	return c;
}

/* --- scalar functions */

/* name(arguments, captured values) */
static void scalar(struct emitter *m, struct buf *b, const struct expr *e)
{
	struct call *c = new_call(m, e);
	struct lambda **lambda = NULL;
	const struct expr ***captured = arena_alloc(m->a, (e->argc + 1) * sizeof *captured);
	unsigned *n = arena_alloc(m->a, (e->argc + 1) * sizeof *n);
	const char *name;
	bool first = true;

	for (unsigned i = 0; i < e->argc; i++) {
		if (e->arg[i]->kind != EXPR_LAMBDA)
			continue;
		if (!lambda)
			lambda = arena_alloc(m->a, e->argc * sizeof *lambda);
		lambda[i] = emit_lambda(m, e->arg[i], &captured[i], &n[i]);
	}
	if (m->f->kind)
		return;
	c->lambda = lambda;
	name = e->argc <= 120 && c->f && c->f->call ? call_function(m->db, c) : NULL;
	if (!name) {
		refused(m, e);
		return;
	}
	emit_printf(m, b, "%s(", name);
	for (unsigned i = 0; i < e->argc; i++) {
		if (e->arg[i]->kind == EXPR_LAMBDA)
			continue;
		if (!first)
			emit_put(m, b, ", ");
		emit_expr(m, b, e->arg[i]);
		first = false;
	}
	for (unsigned i = 0; i < e->argc; i++)
		for (unsigned k = 0; k < n[i]; k++) {
			if (!first)
				emit_put(m, b, ", ");
			emit_expr(m, b, captured[i][k]);
			first = false;
		}
	emit_put(m, b, ")");
}

/* A template: %1 is the first argument. */
static void template(struct emitter *m, struct buf *b, const struct expr *e, const char *t)
{
	for (; *t; t++) {
		if (t[0] == '%' && t[1] >= '1' && t[1] <= '9' && (unsigned)(t[1] - '1') < e->argc)
			emit_expr(m, b, e->arg[*++t - '1']);
		else
			buf_putc(b, *t);
	}
}

/* --- windows */

static void bound(struct emitter *m, struct buf *b, enum bound_kind kind, const struct expr *e)
{
	static const char *const words[] = { "UNBOUNDED PRECEDING", " PRECEDING", "CURRENT ROW",
		" FOLLOWING", "UNBOUNDED FOLLOWING" };

	if (kind == PRECEDING || kind == FOLLOWING)
		emit_expr(m, b, e);
	emit_put(m, b, words[kind]);
}

static void window(struct emitter *m, struct buf *b, const struct window *w, const char *frame)
{
	emit_put(m, b, " OVER (");
	for (unsigned i = 0; i < w->partitions; i++) {
		emit_put(m, b, i ? ", " : "PARTITION BY ");
		emit_key(m, b, w->partition[i]);
	}
	if (w->order.n) {
		emit_put(m, b, " ORDER BY ");
		emit_orders(m, b, &w->order);
	}
	if (frame) {
		emit_printf(m, b, " %s", frame);
	} else if (w->frame) {
		emit_printf(m, b, " %s BETWEEN ", w->frame);
		bound(m, b, w->from, w->from_expr);
		emit_put(m, b, " AND ");
		bound(m, b, w->to, w->to_expr);
	}
	emit_put(m, b, ")");
}

/* --- aggregates */

static bool plain_value(const struct expr *e)
{
	switch (e->type->kind) {
	case SQL_REAL: case SQL_DOUBLE:
		return !(e->flags & MAY_BE_NAN);
	case SQL_TIMESTAMP_TZ: case SQL_ARRAY: case SQL_MAP: case SQL_ROW:
		return false;
	default:
		return true;
	}
}

/* SQLite's own aggregate, where it gives the same. */
static const char *own_aggregate(const struct expr *e)
{
	static const char *const always[] = { "count", "min", "max", NULL };
	const struct sqltype *t = e->argc ? e->arg[0]->type : NULL;

	if (e->star)
		return "count";
	if (e->argc != 1 || !plain_value(e->arg[0]))
		return NULL;
	for (int i = 0; always[i]; i++)
		if (strcmp(always[i], e->name) == 0)
			return always[i];
	if (sqltype_is_integer(t) && e->type->kind == SQL_BIGINT && strcmp(e->name, "sum") == 0)
		return "sum";
	return sqltype_is_integer(t) && e->type->kind == SQL_DOUBLE && strcmp(e->name, "avg") == 0
		? "avg"
		: NULL;
}

static const char *our_aggregate(struct emitter *m, const struct expr *e)
{
	struct call *c = new_call(m, e);
	unsigned keys =
		e->function->flags & FUNCTION_ORDERED || e->distinct || e->order.n ? e->order.n : 0;
	struct call_order *key = arena_alloc(m->a, (keys + 1) * sizeof *key);

	for (unsigned i = 0; i < keys; i++)
		key[i] = (struct call_order){ .type = e->order.o[i].expr->type,
			.descending = e->order.o[i].descending,
			.nulls_first = e->order.o[i].nulls < 0 };
	if (e->argc + keys > 120 || !c->f->aggregate)
		return NULL;
	return call_aggregate(m->db, c, e->distinct, keys, key, e->window != NULL);
}

static void aggregate(struct emitter *m, struct buf *b, const struct expr *e)
{
	const char *own = own_aggregate(e), *name = own ? own : our_aggregate(m, e);

	if (!name) {
		refused(m, e);
		return;
	}
	emit_printf(m, b, "%s(%s", name, own && e->distinct ? "DISTINCT " : "");
	if (e->star)
		emit_put(m, b, "*");
	else
		list(m, b, e->arg, e->argc);
	for (unsigned i = 0; !own && i < e->order.n; i++) {
		if (e->argc + i)
			emit_put(m, b, ", ");
		emit_expr(m, b, e->order.o[i].expr);
	}
	emit_put(m, b, ")");
	if (e->filter) {
		emit_put(m, b, " FILTER (WHERE ");
		emit_expr(m, b, e->filter);
		emit_put(m, b, ")");
	}
	if (e->window)
		window(m, b, e->window, NULL);
}

/* IGNORE NULLS: lag is the last of the rows before this one, and so on. */
static void ignoring_nulls(struct emitter *m, struct buf *b, const struct expr *e)
{
	bool lag = strcmp(e->name, "lag") == 0, lead = strcmp(e->name, "lead") == 0;
	bool last = lag || strcmp(e->name, "last_value") == 0, other = e->argc > 2;

	emit_put(m, b, other ? "coalesce(" : "");
	emit_put(m, b, last ? "td_last(" : "td_first(");
	emit_expr(m, b, e->arg[0]);
	emit_put(m, b, ", ");
	if (e->argc > 1)
		emit_expr(m, b, e->arg[1]);
	else
		emit_put(m, b, "1");
	emit_put(m, b, ")");
	window(m, b, e->window, lag ? "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING" :
	                        lead ? "ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING" : NULL);
	if (other) {
		emit_put(m, b, ", ");
		emit_expr(m, b, e->arg[2]);
		emit_put(m, b, ")");
	}
}

static void window_function(struct emitter *m, struct buf *b, const struct expr *e)
{
	if (e->nulls == 1) {
		ignoring_nulls(m, b, e);
		return;
	}
	if (e->function->native) {
		template(m, b, e, e->function->native);
	} else {
		emit_printf(m, b, "%s(", e->name);
		list(m, b, e->arg, e->argc);
		emit_put(m, b, ")");
	}
	window(m, b, e->window, NULL);
}

static void grouping(struct emitter *m, struct buf *b, const struct expr *e)
{
	emit_put(m, b, "(0");
	for (unsigned i = 0; i < e->argc; i++)
		emit_printf(m, b, " + (((r%u.m >> %lld) & 1) << %u)", e->relation->id,
			(long long)e->arg[i]->value.i, e->argc - 1 - i);
	emit_put(m, b, ")");
}

void emit_call(struct emitter *m, struct buf *b, const struct expr *e)
{
	if (m->f->kind)
		return;
	if (e->kind == EXPR_CAST) {
		scalar(m, b, e);
	} else if (strcmp(e->name, "$grouping") == 0) {
		grouping(m, b, e);
	} else if (e->star || (e->function && e->function->aggregate)) {
		aggregate(m, b, e);
	} else if (e->function && e->function->flags & FUNCTION_WINDOW) {
		window_function(m, b, e);
	} else if (!e->function) { /* coalesce */
		if (e->argc > 120) {
			refused(m, e);
			return;
		}
		emit_printf(m, b, "%s(", e->name);
		list(m, b, e->arg, e->argc);
		emit_put(m, b, ")");
	} else if (e->function->native) {
		emit_put(m, b, "(");
		template(m, b, e, e->function->native);
		emit_put(m, b, ")");
	} else {
		scalar(m, b, e);
	}
}

/* bind_window: what is between OVER's parentheses. */
#include "sql/bind.h"

#include <string.h>

static const struct window *named(struct binder *b, const struct window *w, const char *name)
{
	for (const struct scope *s = b->scope; s; s = s->parent)
		for (unsigned i = 0; s->select && i < s->select->nwindows; i++)
			if (strcmp(s->select->windows[i].name, name) == 0)
				return &s->select->windows[i];
	bind_error(b, w->at, "Cannot resolve WINDOW name %s", name);
	return NULL;
}

static struct orders copy_orders(struct binder *b, const struct orders *o)
{
	struct orders copy = { .o = arena_alloc(b->a, (o->n + 1) * sizeof *copy.o), .n = o->n };

	for (unsigned i = 0; i < o->n; i++) {
		copy.o[i] = o->o[i];
		copy.o[i].expr = bind_clone(b, o->o[i].expr);
	}
	return copy;
}

/* A window with what its named base has, as its own unbound tree. */
static struct window *resolved(struct binder *b, const struct window *w, unsigned depth)
{
	struct window *out = arena_alloc(b->a, sizeof *out);
	const char *name = w->base ? w->base : depth == 0 ? w->name : NULL;
	const struct window *base = name ? named(b, w, name) : NULL;

	*out = *w;
	out->partition = arena_alloc(b->a, (w->partitions + 1) * sizeof *out->partition);
	for (unsigned i = 0; i < w->partitions; i++)
		out->partition[i] = bind_clone(b, w->partition[i]);
	out->order = copy_orders(b, &w->order);
	if (base && depth < 100) {
		struct window *below = resolved(b, base, depth + 1);

		if (w->base && w->partitions)
			bind_error(b, w->at,
				"WINDOW specification with named WINDOW reference cannot specify "
				"PARTITION BY");
		if (w->base && w->order.n && below->order.n)
			bind_error(b, w->at, "Cannot specify ORDER BY: the named window has one");
		if (w->base && below->frame)
			bind_error(b, w->at,
				"Cannot reference named WINDOW containing frame specification");
		out->partition = below->partition;
		out->partitions = below->partitions;
		out->base_partition = true;
		out->base_order = !w->order.n;
		if (!w->order.n)
			out->order = below->order;
		if (!w->base) {
			out->frame = below->frame;
			out->from = below->from;
			out->to = below->to;
			out->from_expr = below->from_expr;
			out->to_expr = below->to_expr;
		}
	}
	return out;
}

static struct expr *frame_bound(struct binder *b, const struct window *w, struct expr *e)
{
	if (!e)
		return NULL;
	e = bind_expr(b, bind_clone(b, e));
	if (strcmp(w->frame, "range") != 0 && !sqltype_is_integer(e->type)) {
		bind_error(b, e->at,
			"Window frame %s value type must be INTEGER or BIGINT(actual %s)",
			strcmp(w->frame, "rows") == 0 ? "ROWS" : "GROUPS",
			bind_type_name(b, e->type));
		return e;
	}
	if (strcmp(w->frame, "range") == 0) {
		const struct sqltype *key = w->order.n ? w->order.o[0].expr->type : NULL;

		if (w->order.n != 1) {
			bind_error(b, w->at,
				"Window frame of type RANGE PRECEDING or FOLLOWING requires single "
				"sort "
				"item in ORDER BY");
			return e;
		}
		if (!sqltype_is_number(key) || !sqltype_is_number(e->type) ||
			key->kind == SQL_DECIMAL || e->type->kind == SQL_DECIMAL) {
			bind_refuse(b, w->at, "a RANGE frame over this type");
			return e;
		}
	}
	if (e->kind != EXPR_CONSTANT)
		bind_refuse(b, e->at, "a window frame whose bound is not a constant");
	else if (e->value.kind == DATUM_NULL || (e->value.kind == DATUM_INT && e->value.i < 0) ||
	         (e->value.kind == DATUM_DOUBLE && e->value.d < 0))
		bind_error(b, e->at, "Window frame offset must not be negative or null");
	return e;
}

/* The WINDOW clause does not see the output's names, also if ORDER BY uses its windows. */
static unsigned hide_aliases(struct binder *b)
{
	unsigned n = b->scope->aliases;

	b->scope->aliases = 0;
	return n;
}

static void show_aliases(struct binder *b, unsigned n)
{
	if (n)
		b->scope->aliases = n;
}

/* Where no window function may stand, and what may not stand in its arguments. */
static void check_place(struct binder *b, const struct expr *e)
{
	if (b->clause || b->no_window || b->in_aggregate)
		bind_error(b, e->at,
			"%s cannot contain aggregations, window functions or grouping operations: "
			"[%s]",
			b->clause		  ? b->clause
				: b->in_aggregate ? "Aggregation"
						  : "HAVING clause",
			e->name);
	for (unsigned i = 0; i < e->argc; i++)
		if (e->arg[i]->flags & HAS_WINDOW)
			bind_error(b, e->at,
				"Cannot nest window functions inside window function '%s'",
				e->name);
}

static void partition_by(struct binder *b, struct window *w)
{
	unsigned hidden = w->base_partition ? hide_aliases(b) : 0;

	for (unsigned i = 0; i < w->partitions; i++) {
		w->partition[i] = bind_expr(b, w->partition[i]);
		if (!sqltype_comparable(w->partition[i]->type))
			bind_error(b, w->at,
				"%s is not comparable, and therefore cannot be used in window "
				"function PARTITION BY",
				bind_type_name(b, w->partition[i]->type));
	}
	show_aliases(b, hidden);
}

static void order_by(struct binder *b, struct window *w)
{
	unsigned hidden = w->base_order ? hide_aliases(b) : 0;

	for (unsigned i = 0; i < w->order.n; i++) {
		struct order *o = &w->order.o[i];

		o->expr = bind_expr(b, o->expr);
		o->nulls = o->nulls ? o->nulls : b->hive ? (o->descending ? 1 : -1) : 1;
		if (!sqltype_orderable(o->expr->type))
			bind_error(b, o->expr->at,
				"%s is not orderable, and therefore cannot be used in window "
				"function ORDER BY",
				bind_type_name(b, o->expr->type));
	}
	show_aliases(b, hidden);
}

static unsigned flags_of(const struct expr *e, const struct window *w)
{
	unsigned all = 0;

	for (unsigned i = 0; i < e->argc; i++)
		all |= e->arg[i]->flags;
	for (unsigned i = 0; i < w->partitions; i++)
		all |= w->partition[i]->flags;
	for (unsigned i = 0; i < w->order.n; i++)
		all |= w->order.o[i].expr->flags;
	return all;
}

void bind_window(struct binder *b, struct expr *e)
{
	const char *clause = b->clause;
	bool in_aggregate = b->in_aggregate;
	struct window *w;

	check_place(b, e);
	w = e->window = resolved(b, e->window, 0);
	b->no_window = true;
	partition_by(b, w);
	order_by(b, w);
	if (w->frame) {
		w->from_expr = frame_bound(b, w, w->from_expr);
		w->to_expr = frame_bound(b, w, w->to_expr);
	}
	b->no_window = false;
	b->clause = clause;
	b->in_aggregate = in_aggregate;
	if (e->distinct)
		bind_error(b, e->at, "DISTINCT in window function parameters not yet supported");
	if (e->order.n)
		bind_error(b, e->at, "Window function with ORDER BY is not supported");
	e->flags = (e->flags & ~(unsigned)HAS_AGGREGATE) | HAS_WINDOW;
	e->flags |= flags_of(e, w) & HAS_AGGREGATE;
}

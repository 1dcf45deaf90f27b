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

/* A RANGE bound as the integer that SQLite adds to the sort key's own; NULL: it has none. up: of
 * two integers that enclose it the greater one. */
static const struct expr *range_integer(struct binder *b, const struct sqltype *key,
	const struct expr *e, bool up)
{
	const struct sqltype *t = e->type;
	int64_t v = e->value.i, unit = 1;

	if (t->kind == SQL_INTERVAL_DAY && key->kind == SQL_DATE)
		unit = v % 86400000 ? 0 : -86400000;
	else if (t->kind == SQL_INTERVAL_DAY && key->kind == SQL_TIMESTAMP && key->a <= 6)
		unit = 1000; /* microseconds */
	else if (t->kind == key->kind &&
		(t->kind == SQL_INTERVAL_DAY || t->kind == SQL_INTERVAL_MONTH))
		unit = 1;
	else if (key->kind == SQL_DECIMAL && key->a <= SQL_DECIMAL_SHORT && sqltype_is_integer(t))
		unit = (int64_t)decimal_power(key->b);
	else if (key->kind == SQL_DECIMAL && key->a <= SQL_DECIMAL_SHORT &&
		t->kind == SQL_DECIMAL && t->a <= SQL_DECIMAL_SHORT && t->b <= key->b)
		unit = (int64_t)decimal_power(key->b - t->b);
	else if (sqltype_is_integer(key) && t->kind == SQL_DECIMAL && t->a <= SQL_DECIMAL_SHORT)
		unit = -(int64_t)decimal_power(t->b);
	else
		return NULL;
	if (unit == 0 || (unit > 0 && __builtin_mul_overflow(v, unit, &v)))
		return NULL;
	if (unit < 0)
		v = v / -unit + (up && v % -unit > 0);
	return bind_integer(b, e->at, &sqltype_bigint, v);
}

static bool plain_number(const struct sqltype *t)
{
	return sqltype_is_number(t) && t->kind != SQL_DECIMAL;
}

static struct expr *range_bound(
	struct binder *b, const struct window *w, struct expr *e, bool up)
{
	const struct sqltype *key = w->order.n ? w->order.o[0].expr->type : NULL;
	const struct expr *i;

	if (w->order.n != 1) {
		bind_error(b, w->at,
			"Window frame of type RANGE PRECEDING or FOLLOWING requires single sort "
			"item in ORDER BY");
		return e;
	}
	if (plain_number(key) && plain_number(e->type))
		return e;
	i = e->kind == EXPR_CONSTANT && e->value.kind == DATUM_INT ? range_integer(b, key, e, up)
								   : NULL;
	if (!i)
		bind_refuse(b, w->at, "a RANGE frame over this type");
	return i ? (struct expr *)i : e;
}

/* ROWS and GROUPS: integers, also DECIMAL '2'. */
static struct expr *count_bound(struct binder *b, const struct window *w, struct expr *e)
{
	if (strcmp(w->frame, "groups") == 0 && w->order.n == 0)
		bind_error(b, w->at,
			"Window frame of type GROUPS PRECEDING or FOLLOWING requires ORDER BY");
	if (e->kind == EXPR_CONSTANT && e->value.kind != DATUM_NULL &&
		(sqltype_is_integer(e->type) ||
			(e->type->kind == SQL_DECIMAL && e->type->b == 0))) {
		decimal_t v = e->type->kind == SQL_DECIMAL ? datum_decimal(e->type, &e->value)
							   : e->value.i;

		return bind_integer(b, e->at, &sqltype_bigint, /* SQLite counts to 2^31 */
			v > INT32_MAX ? INT32_MAX : (int64_t)v);
	}
	if (!sqltype_is_integer(e->type))
		bind_error(b, e->at,
			"Window frame %s value type must be INTEGER or BIGINT(actual %s)",
			strcmp(w->frame, "rows") == 0 ? "ROWS" : "GROUPS",
			bind_type_name(b, e->type));
	return e;
}

static bool negative(const struct sqltype *t, const struct datum *v)
{
	if (t->kind == SQL_DECIMAL && v->kind != DATUM_NULL)
		return datum_decimal(t, v) < 0;
	return v->kind == DATUM_NULL || (v->kind == DATUM_INT && v->i < 0) ||
		(v->kind == DATUM_DOUBLE && v->d < 0);
}

static struct expr *frame_bound(
	struct binder *b, const struct window *w, struct expr *e, enum bound_kind kind, bool start)
{
	if (!e)
		return NULL;
	e = bind_expr(b, bind_clone(b, e));
	if (b->f->kind)
		return e;
	if (e->kind == EXPR_CONSTANT && negative(e->type, &e->value))
		bind_error(b, e->at, "Window frame offset must not be negative or null");
	e = strcmp(w->frame, "range") == 0 ? range_bound(b, w, e, start != (kind == PRECEDING))
					   : count_bound(b, w, e);
	if (e->kind != EXPR_CONSTANT)
		bind_refuse(b, e->at, "a window frame whose bound is not a constant");
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

/* Refuses window functions where none is allowed, and arguments that they may not have. */
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

/* Of nth_value, lag and lead the offset, of ntile the number: they have a least value. */
static void check_number(struct binder *b, struct expr *e)
{
	bool ntile = strcmp(e->name, "ntile") == 0, nth = strcmp(e->name, "nth_value") == 0;
	bool near = strcmp(e->name, "lag") == 0 || strcmp(e->name, "lead") == 0;
	unsigned at = ntile ? 0 : 1;
	struct expr *offset[3];

	if ((!ntile && !nth && !near) || e->argc <= at)
		return;
	offset[0] = e->arg[at];
	if (offset[0]->kind == EXPR_CONSTANT && offset[0]->value.kind == DATUM_INT &&
		offset[0]->value.i >= (near && e->nulls != 1 ? 0 : 1))
		return;
	if (near && e->nulls == 1) {
		bind_refuse(b, e->at, "IGNORE NULLS with an offset that is not 1 or more");
		return;
	}
	if (ntile && offset[0]->kind == EXPR_CONSTANT && offset[0]->value.kind == DATUM_INT) {
		bind_error(b, e->at, "Buckets must be greater than 0");
	} else if (ntile) { /* SQLite asks only the first row */
		bind_refuse(b, e->at, "ntile of what is not a constant");
	} else {
		offset[1] = bind_integer(b, e->at, &sqltype_bigint, near ? 0 : 1);
		offset[2] = bind_integer(b, e->at, &sqltype_bigint, nth || e->argc > 2);
		e->arg[at] = bind_made(b, e->at, "$offset", 3, offset);
	}
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
		w->from_expr = frame_bound(b, w, w->from_expr, w->from, true);
		w->to_expr = frame_bound(b, w, w->to_expr, w->to, false);
	}
	b->no_window = false;
	b->clause = clause;
	b->in_aggregate = in_aggregate;
	if (e->filter && !b->query->trino)
		bind_error(b, e->at, "FILTER is not yet supported for window functions");
	if (e->distinct)
		bind_error(b, e->at, "DISTINCT in window function parameters not yet supported");
	if (e->order.n)
		bind_error(b, e->at, "Window function with ORDER BY is not supported");
	if (!b->f->kind)
		check_number(b, e);
	e->flags = (e->flags & ~(unsigned)HAS_AGGREGATE) | HAS_WINDOW;
	e->flags |= flags_of(e, w) & HAS_AGGREGATE;
}

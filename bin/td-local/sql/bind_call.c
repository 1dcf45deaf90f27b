/*
 * bind_call: calls of functions, operators and aggregates: choosing the overload, converting its
 * arguments.
 */
#include "sql/bind.h"
#include "sql/cast.h"
#include "sql/function_match.h"

#include <string.h>

enum { ARRAY_PART = 100, ARRAY_MAX = 254 };

static struct expr *none(struct binder *b, const struct expr *e)
{
	return bind_new(b, EXPR_NULL, e->at, &sqltype_unknown);
}

/* --- what looks like a function, but is not one */

static struct expr *if_call(struct binder *b, struct expr *e)
{
	if (e->argc < 2 || e->argc > 3) {
		bind_error(b, e->at, "Invalid number of arguments for 'if' function");
		return none(b, e);
	}
	e->kind = EXPR_CASE;
	e->name = NULL;
	return bind_expr(b, e);
}

static struct expr *nullif(struct binder *b, struct expr *e)
{
	struct expr *c = bind_new(b, EXPR_CASE, e->at, NULL), *x, *y, *same;

	if (e->argc != 2) {
		bind_error(b, e->at, "Invalid number of arguments for 'nullif' function");
		return none(b, e);
	}
	x = bind_expr(b, e->arg[0]);
	y = bind_expr(b, e->arg[1]);
	same = bind_compare(b, e->at, "=", bind_clone(b, x), y);
	c->arg = arena_alloc(b->a, 3 * sizeof *c->arg);
	c->argc = 3;
	c->arg[0] = same;
	c->arg[1] = bind_new(b, EXPR_NULL, e->at, x->type);
	c->arg[2] = x;
	c->type = x->type;
	c->flags = bind_inherited(c) | (x->flags & MAY_BE_NAN);
	return c;
}

static struct expr *coalesce(struct binder *b, struct expr *e)
{
	unsigned bad = 0, nan = 0;

	if (e->argc < (b->hive ? 1 : 2)) {
		bind_error(b, e->at, "The 'coalesce' function must have at least two arguments");
		return none(b, e);
	}
	for (unsigned i = 0; i < e->argc; i++)
		e->arg[i] = bind_expr(b, e->arg[i]);
	if (e->argc == 1)
		return e->arg[0];
	e->type = bind_unify(b, e->arg, e->argc, 1, &bad);
	if (!e->type) {
		bind_error(b, e->arg[bad]->at, "All COALESCE operands must be the same type: %s",
		           bind_type_name(b, e->arg[bad]->type));
		return none(b, e);
	}
	for (unsigned i = 0; i < e->argc; i++)
		nan |= e->arg[i]->flags & MAY_BE_NAN;
	e->name = "coalesce";
	e->flags = bind_inherited(e) | nan;
	return e;
}

static struct expr *typeof_call(struct binder *b, struct expr *e)
{
	const char *text;

	if (e->argc != 1) {
		bind_error(
			b, e->at, "Unexpected parameters for function typeof. Expected: typeof(t)");
		return none(b, e);
	}
	text = bind_type_name(b, bind_expr(b, e->arg[0])->type);
	e = bind_string(b, e->at, text, strlen(text));
	e->type = &sqltype_varchar;
	return e;
}

static struct expr *is_null(struct binder *b, struct expr *e, bool not)
{
	struct expr *x = bind_new(b, EXPR_IS_NULL, e->at, NULL), *n;

	x->arg = e->arg;
	x->argc = 1;
	if (!not)
		return bind_expr(b, x);
	n = bind_new(b, EXPR_NOT, e->at, NULL);
	n->arg = arena_alloc(b->a, sizeof *n->arg);
	n->arg[0] = x;
	n->argc = 1;
	return bind_expr(b, n);
}

/* named_struct('a', 1, 'b', 2) */
static struct expr *named_struct(struct binder *b, struct expr *e)
{
	unsigned n = e->argc / 2;
	struct expr **value = arena_alloc(b->a, (n + 1) * sizeof *value), *row;
	const char **name = arena_alloc(b->a, (n + 1) * sizeof *name);

	for (unsigned i = 0; i < n; i++) {
		struct expr *key = bind_expr(b, e->arg[2 * i]);

		value[i] = bind_expr(b, e->arg[2 * i + 1]);
		if (key->kind == EXPR_CONSTANT && key->value.kind == DATUM_TEXT)
			name[i] = arena_copy(b->a, key->value.p, key->value.n);
		else
			bind_error(b, key->at,
				"Even arguments to NAMED_STRUCT must be a constant STRING");
	}
	if (e->argc % 2 || n == 0)
		bind_error(b, e->at, "NAMED_STRUCT expects an even number of arguments");
	row = bind_made(b, e->at, "$row", n, value);
	if (row->type->kind == SQL_ROW && row->type->n == n)
		row->type = sqltype_row(b->a, n, row->type->of, name);
	return row;
}

/* Long lists are joined from shorter ones: SQLite's functions have few arguments. */
static struct expr *long_array(struct binder *b, struct expr *e)
{
	struct expr *all = NULL;

	for (unsigned i = 0; i < e->argc; i += ARRAY_PART) {
		unsigned n = e->argc - i < ARRAY_PART ? e->argc - i : ARRAY_PART;
		struct expr *part, *both[2];

		for (unsigned k = 0; k < n; k++)
			e->arg[i + k] = bind_expr(b, e->arg[i + k]);
		part = bind_made(b, e->at, "$array", n, e->arg + i);
		both[0] = all;
		both[1] = part;
		all = all ? bind_made(b, e->at, "$concat", 2, both) : part;
	}
	return all;
}

/* NULL: it is a function like others. */
static struct expr *special(struct binder *b, struct expr *e)
{
	if (strcmp(e->name, "if") == 0)
		return if_call(b, e);
	if (strcmp(e->name, "nullif") == 0)
		return nullif(b, e);
	if (strcmp(e->name, "coalesce") == 0 || (b->hive && strcmp(e->name, "nvl") == 0))
		return coalesce(b, e);
	if (strcmp(e->name, "typeof") == 0 && !b->hive)
		return typeof_call(b, e);
	if (b->hive && e->argc == 1 && strncmp(e->name, "isn", 3) == 0 &&
	    (strcmp(e->name, "isnull") == 0 || strcmp(e->name, "isnotnull") == 0))
		return is_null(b, e, e->name[2] == 'n' && e->name[3] == 'o');
	if (b->hive && strcmp(e->name, "named_struct") == 0)
		return named_struct(b, e);
	if (strcmp(e->name, "$array") == 0 && e->argc > ARRAY_MAX)
		bind_error(b, e->at, "Too many arguments for array constructor");
	if (strcmp(e->name, "$array") == 0 && e->argc > ARRAY_PART)
		return long_array(b, e);
	if (strcmp(e->name, "$plus") == 0) {
		struct expr *x = bind_expr(b, e->arg[0]);

		if (!sqltype_is_number(x->type) && x->type->kind != SQL_UNKNOWN && !b->hive)
			bind_error(b, e->at, "'+' cannot be applied to %s",
				bind_type_name(b, x->type));
		return x;
	}
	return NULL;
}

/* --- arguments */

static const struct sqltype *lambda_shape(struct binder *b, const struct expr *l)
{
	struct sqltype *t = arena_alloc(b->a, sizeof *t);

	*t = (struct sqltype){ .kind = SQL_LAMBDA, .n = l->nparts + 1 };
	return t;
}

static void bind_arguments(struct binder *b, struct expr *e, const struct sqltype **types)
{
	for (unsigned i = 0; i < e->argc; i++) {
		if (e->arg[i]->kind == EXPR_LAMBDA) {
			types[i] = lambda_shape(b, e->arg[i]);
			continue;
		}
		e->arg[i] = bind_expr(b, e->arg[i]);
		types[i] = e->arg[i]->type;
	}
}

/* A lambda's body, with the types of its parameters. */
static struct expr *body(struct binder *b, struct expr *l, const struct sqltype *const *types)
{
	struct scope inner = { .parent = b->scope, .lambda = l };
	struct expr *x;

	l->types = arena_alloc(b->a, (l->nparts + 1) * sizeof *l->types);
	for (unsigned i = 0; i < l->nparts; i++)
		l->types[i] = types[i];
	b->scope = &inner;
	x = bind_expr(b, l->arg[0]);
	b->scope = inner.parent;
	if (x->flags & (HAS_AGGREGATE | HAS_WINDOW))
		bind_error(b, l->at,
			"Lambda expression cannot contain aggregations or window functions");
	if (x->flags & HAS_QUERY)
		bind_error(b, l->at, "Lambda expression cannot contain subqueries");
	return x;
}

static void bind_lambdas(struct binder *b, struct expr *e, struct function_match *m)
{
	for (unsigned i = 0; i < e->argc; i++) {
		struct expr *l = e->arg[i], *raw, *x;
		const struct sqltype *t;

		if (l->kind != EXPR_LAMBDA)
			continue;
		raw = bind_clone(b, l->arg[0]);
		x = body(b, l, function_lambda_parameters(m, (int)i));
		t = function_lambda_result(m, (int)i, x->type);
		if (!t && function_lambda_widen(m, (int)i, x->type)) {
			/* reduce(a, 0, (s, x) -> s + x) with bigints: the state is a bigint, too */
			l->arg[0] = raw;
			x = body(b, l, function_lambda_parameters(m, (int)i));
			t = function_lambda_result(m, (int)i, x->type);
		}
		if (!t) {
			bind_error(b, l->at,
				"Unexpected parameters: the lambda expression gives %s for "
				"function %s",
				bind_type_name(b, x->type), e->name);
			return;
		}
		l->arg[0] = bind_coerce(b, x, t);
		l->type = m->arg[i];
		l->flags = l->arg[0]->flags;
	}
}

static bool is_operator(const char *name)
{
	return name[0] == '$';
}

/* The sentence for an operator that has no such operands. */
static void not_applicable(
	struct binder *b, const struct expr *e, const struct sqltype *const *types)
{
	static const char *const symbols[][2] = { { "$add", "+" }, { "$subtract", "-" },
		{ "$multiply", "*" }, { "$divide", "/" }, { "$modulus", "%" }, { "$negate", "-" },
		{ "$concat", "||" }, { "$like", "LIKE" }, { "$subscript", "[]" }, { "$rlike", "RLIKE" },
		{ "$at_timezone", "AT TIME ZONE" }, { NULL, NULL } };
	const char *symbol = e->name, *text = "";

	for (int i = 0; symbols[i][0]; i++)
		if (strcmp(symbols[i][0], e->name) == 0)
			symbol = symbols[i][1];
	for (unsigned i = 0; i < e->argc; i++)
		text = arena_printf(
			b->a, "%s%s%s", text, i ? ", " : "", bind_type_name(b, types[i]));
	bind_error(b, e->at, "'%s' cannot be applied to %s", symbol, text);
}

static const struct sqltype *result_type(struct binder *b, struct expr *e, struct function_match *m)
{
	struct call c = { .query = b->query, .scratch = b->a };
	const struct sqltype *t = function_result(m, &c);

	if (!t || c.failed) {
		bind_error(b, e->at, "%s",
			c.why ? c.why : "the type of this call is not known to td-local");
		return &sqltype_unknown;
	}
	return t;
}

/* Chooses the row for bound arguments and coerces them. */
static struct expr *resolved(struct binder *b, struct expr *e, const struct sqltype **types)
{
	const char *why = "";
	struct function_match *m;

	if (b->hive && e->argc == 1 && strcmp(e->name, "sum") == 0 && sqltype_is_text(types[0])) {
		e->arg[0] = bind_made(b, e->at, "$number", 1, e->arg);
		types[0] = e->arg[0]->type;
	}
	m = function_resolve(b->a, b->engine, e->name, (int)e->argc, types, &why);
	if (!m) {
		if (is_operator(e->name) && !strstr(why, "registered"))
			not_applicable(b, e, types);
		else
			bind_error(b, e->at, "%s", why);
		return none(b, e);
	}
	bind_lambdas(b, e, m);
	if (b->f->kind)
		return none(b, e);
	e->type = result_type(b, e, m);
	e->function = m->f;
	e->types = m->arg;
	for (unsigned i = 0; i < e->argc; i++)
		if (e->arg[i]->kind != EXPR_LAMBDA)
			e->arg[i] = bind_coerce(b, e->arg[i], m->arg[i]);
	e->guard = b->guard;
	e->flags |= bind_inherited(e);
	if (m->f->flags & FUNCTION_VOLATILE)
		e->flags |= VOLATILE;
	if (!(m->f->flags & FUNCTION_PLAIN))
		e->flags |= MAY_BE_NAN;
	if (!m->f->native)
		e->flags |= MAY_RAISE;
	return e;
}

struct expr *bind_made(struct binder *b, struct place at, const char *name, unsigned n,
	struct expr *const *arg)
{
	struct expr *e = bind_new(b, EXPR_CALL, at, NULL);
	const struct sqltype **types = arena_alloc(b->a, (n + 1) * sizeof *types);

	e->name = name;
	e->arg = arena_alloc(b->a, (n + 1) * sizeof *e->arg);
	e->argc = n;
	for (unsigned i = 0; i < n; i++) {
		e->arg[i] = arg[i];
		types[i] = arg[i]->type;
	}
	return resolved(b, e, types);
}

/* --- aggregates and window functions */

static void check_order(struct binder *b, struct expr *e)
{
	for (unsigned i = 0; i < e->order.n; i++) {
		struct order *o = &e->order.o[i];
		bool found = false;

		o->expr = bind_expr(b, o->expr);
		if (!sqltype_orderable(o->expr->type))
			bind_error(b, o->expr->at,
				"ORDER BY can only be applied to orderable types (actual: %s)",
				bind_type_name(b, o->expr->type));
		for (unsigned k = 0; k < e->argc; k++)
			found |= bind_equal(o->expr, e->arg[k]);
		if (e->distinct && !found)
			bind_error(b, o->expr->at, "For aggregate function with DISTINCT, "
			           "ORDER BY expressions must appear in arguments");
		o->nulls = o->nulls ? o->nulls : b->hive ? (o->descending ? 1 : -1) : 1;
	}
}

static void check_place(struct binder *b, const struct expr *e)
{
	if (b->clause)
		bind_error(b, e->at,
			"%s cannot contain aggregations, window functions or grouping operations: "
			"[%s]",
			b->clause, e->name);
	else if (b->in_aggregate)
		bind_error(b, e->at, "Cannot nest aggregations inside aggregation '%s'", e->name);
}

static struct expr *star_count(struct binder *b, struct expr *e)
{
	if (strcmp(e->name, "count") != 0 || e->distinct) {
		bind_error(b, e->at, "mismatched input '*': only count takes it");
		return none(b, e);
	}
	e->type = &sqltype_bigint;
	return e;
}

/* count(DISTINCT a, b) counts rows of several columns without NULLs. */
static struct expr *count_rows(struct binder *b, struct expr *e)
{
	struct expr *c = bind_new(b, EXPR_CASE, e->at, NULL),
		    *any = bind_new(b, EXPR_OR, e->at, NULL), *row;

	for (unsigned i = 0; i < e->argc; i++)
		e->arg[i] = bind_expr(b, e->arg[i]);
	row = bind_made(b, e->at, "$row", e->argc, e->arg);
	any->arg = arena_alloc(b->a, e->argc * sizeof *any->arg);
	for (any->argc = 0; any->argc < e->argc; any->argc++) {
		struct expr *x = bind_new(b, EXPR_IS_NULL, e->at, &sqltype_boolean);

		x->arg = &e->arg[any->argc];
		x->argc = 1;
		any->arg[any->argc] = x;
	}
	any->type = &sqltype_boolean;
	c->type = row->type;
	c->arg = arena_alloc(b->a, 3 * sizeof *c->arg);
	c->argc = 3;
	c->arg[0] = any;
	c->arg[1] = bind_new(b, EXPR_NULL, e->at, row->type);
	c->arg[2] = row;
	c->flags = bind_inherited(c);
	e->arg = arena_alloc(b->a, sizeof *e->arg);
	e->arg[0] = c;
	e->argc = 1;
	return resolved(b, e, (const struct sqltype *[]){ c->type });
}

static struct expr *aggregate(struct binder *b, struct expr *e)
{
	const struct sqltype **types = arena_alloc(b->a, (e->argc + 1) * sizeof *types);
	bool outside = !e->window;
	struct expr *x = e;

	if (e->nulls == 1)
		bind_error(
			b, e->at, "Cannot specify null treatment clause for %s function", e->name);
	if (outside)
		check_place(b, e);
	b->in_aggregate = outside || b->in_aggregate;
	if (e->star) {
		x = star_count(b, e);
	} else if (e->argc > 1 && e->distinct && strcmp(e->name, "count") == 0 && b->hive) {
		x = count_rows(b, e);
	} else {
		bind_arguments(b, e, types);
		x = resolved(b, e, types);
	}
	check_order(b, e);
	if (e->filter)
		e->filter = bind_boolean(b, e->filter, "FILTER expression");
	if (outside)
		b->in_aggregate = false;
	if (x == e) {
		e->flags |= bind_inherited(e);
		if (e->window)
			bind_window(b, e);
		else
			e->flags |= HAS_AGGREGATE;
	}
	return x;
}

static bool ranking(const char *name)
{
	static const char *const names[] = { "row_number", "rank", "dense_rank", "percent_rank",
		"cume_dist", "ntile", NULL };

	for (int i = 0; names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* lag and lead go by rows in an order. */
static void check_ordered(struct binder *b, const struct expr *e)
{
	if (b->hive || (strcmp(e->name, "lag") != 0 && strcmp(e->name, "lead") != 0))
		return;
	if (!e->window->order.n)
		bind_error(b, e->at, "%s function requires an ORDER BY window clause", e->name);
	if (e->window->frame)
		bind_error(b, e->at, "Cannot specify window frame for %s function", e->name);
}

static struct expr *window_function(struct binder *b, struct expr *e)
{
	const struct sqltype **types = arena_alloc(b->a, (e->argc + 1) * sizeof *types);
	struct expr *x;

	if (!e->window) {
		bind_error(b, e->at, "Window function %s requires an OVER clause", e->name);
		return none(b, e);
	}
	if (e->distinct)
		bind_error(b, e->at, "DISTINCT in window function parameters not yet supported");
	if (e->filter)
		bind_error(
			b, e->at, "FILTER clause cannot be used with window function %s", e->name);
	if (e->nulls == 1 && ranking(e->name))
		bind_error(
			b, e->at, "Cannot specify null treatment clause for %s function", e->name);
	bind_arguments(b, e, types);
	x = resolved(b, e, types);
	if (x == e) {
		bind_window(b, e);
		check_ordered(b, e);
	}
	return x;
}

static void only_aggregates(struct binder *b, const struct expr *e)
{
	if (e->distinct)
		bind_error(b, e->at, "DISTINCT is not supported for non-aggregation functions");
	if (e->filter)
		bind_error(b, e->at, "Filter is only valid for aggregation functions");
	if (e->order.n)
		bind_error(b, e->at, "ORDER BY is only valid for aggregation functions");
	if (e->window)
		bind_error(b, e->at, "Not a window function: %s", e->name);
	if (e->star)
		bind_error(b, e->at, "mismatched input '*'");
}

/* r[2] of a row: the number is known. */
static struct expr *row_subscript(struct binder *b, struct expr *e)
{
	const struct expr *i = e->arg[1];

	if (i->kind != EXPR_CONSTANT || !sqltype_is_integer(i->type) ||
		i->value.kind != DATUM_INT) {
		bind_error(b, i->at,
			"Subscript expression on ROW requires a constant index");
		return none(b, e);
	}
	if (i->value.i < 1 || i->value.i > (int64_t)e->arg[0]->type->n) {
		bind_error(b, i->at,
			"Invalid subscript index: %lld. ROW indices start at 1, and end at %u",
			(long long)i->value.i, e->arg[0]->type->n);
		return none(b, e);
	}
	return bind_field_at(b, e->at, e->arg[0], (unsigned)i->value.i - 1);
}

struct expr *bind_call(struct binder *b, struct expr *e)
{
	const struct function *f = function_find(b->engine, e->name);
	const struct sqltype **types;
	struct expr *x;

	if (strcmp(e->name, "$grouping") == 0) {
		for (unsigned i = 0; i < e->argc; i++)
			e->arg[i] = bind_expr(b, e->arg[i]);
		check_place(b, e);
		e->type = e->argc > 31 ? &sqltype_bigint : &sqltype_integer;
		e->flags = HAS_AGGREGATE;
		return e;
	}
	if (f && f->flags & FUNCTION_WINDOW)
		return window_function(b, e);
	if (f && f->aggregate)
		return aggregate(b, e);
	only_aggregates(b, e);
	x = special(b, e);
	if (x)
		return x;
	types = arena_alloc(b->a, (e->argc + 1) * sizeof *types);
	bind_arguments(b, e, types);
	if (strcmp(e->name, "$subscript") == 0 && e->argc == 2 && types[0]->kind == SQL_ROW &&
		!b->hive && !b->f->kind)
		return row_subscript(b, e);
	return resolved(b, e, types);
}

/* bind_expression: every kind of expression but names, literals and calls; coercions and
 * comparisons. */
#include "sql/bind.h"
#include "sql/call.h"
#include "sql/cast.h"

#include <string.h>

enum { DEPTH_MAX = 1000 };

/* --- coercions */

/* A constant's cast happens now, if it can. */
static struct expr *fold(struct binder *b, struct expr *e, const struct sqltype *to)
{
	const struct sqltype *from[] = { e->type };
	struct arena scratch = { 0 };
	struct call c = { .f = &cast_function,
		.query = b->query,
		.result = to,
		.argc = 1,
		.arg = from,
		.scratch = &scratch };
	struct datum out = { .kind = DATUM_NULL };
	struct expr *folded = NULL;

	if (e->kind != EXPR_CONSTANT)
		return NULL;
	if (e->value.kind == DATUM_NULL || call_now(&c, &e->value, &out) == 0)
		folded = bind_constant(b, e->at, to, &out);
	arena_free(&scratch);
	return folded;
}

static struct expr *cast_node(struct binder *b, struct expr *e, const struct sqltype *to, bool soft)
{
	struct expr *c = bind_new(b, EXPR_CAST, e->at, to);

	c->arg = arena_alloc(b->a, sizeof *c->arg);
	c->arg[0] = e;
	c->argc = 1;
	c->soft = soft;
	c->guard = b->guard;
	c->flags = bind_inherited(c) | (e->flags & MAY_BE_NAN) | MAY_RAISE;
	if (to->kind == SQL_DOUBLE || to->kind == SQL_REAL)
		c->flags |= sqltype_is_text(e->type) || e->type->kind == SQL_JSON ? MAY_BE_NAN : 0;
	return c;
}

struct expr *bind_coerce(struct binder *b, struct expr *e, const struct sqltype *to)
{
	struct expr *c;

	if (sqltype_same(e->type, to) || to->kind == SQL_LAMBDA)
		return e;
	if (e->kind == EXPR_NULL)
		return bind_constant(b, e->at, to, &(struct datum){ .kind = DATUM_NULL });
	c = fold(b, e, to);
	if (c)
		return c;
	c = cast_node(b, e, to, b->hive);
	c->implicit = true;
	return c;
}

struct expr *bind_cast(struct binder *b, struct expr *e, const struct sqltype *to, bool soft)
{
	struct expr *c;

	if (!cast_exists(e->type, to, b->engine)) {
		bind_error(b, e->at, "Cannot cast %s to %s", bind_type_name(b, e->type),
			bind_type_name(b, to));
		return e;
	}
	c = fold(b, e, to);
	return c ? c : cast_node(b, e, to, soft || b->hive);
}

const struct sqltype *bind_unify(struct binder *b, struct expr **e, unsigned n, unsigned step,
	unsigned *bad)
{
	const struct sqltype *t = e[0]->type;

	for (unsigned i = 1; i < n; i++) {
		const struct sqltype *both = sqltype_common(b->a, t, e[i * step]->type, b->engine);

		if (!both) {
			*bad = i * step;
			return NULL;
		}
		t = both;
	}
	for (unsigned i = 0; i < n; i++)
		e[i * step] = bind_coerce(b, e[i * step], t);
	return t;
}

struct expr *bind_boolean(struct binder *b, struct expr *e, const char *what)
{
	e = bind_expr(b, e);
	if (e->type->kind == SQL_UNKNOWN)
		return bind_coerce(b, e, &sqltype_boolean);
	if (e->type->kind != SQL_BOOLEAN)
		bind_error(b, e->at, "%s must evaluate to a boolean: actual type %s", what,
		           bind_type_name(b, e->type));
	return e;
}

/* --- comparisons */

static bool is_moment(const struct sqltype *t)
{
	return t->kind == SQL_DATE || t->kind == SQL_TIMESTAMP;
}

/* Hive compares a text with a number as doubles, with a time as times. */
static const struct sqltype *hive_comparison(const struct sqltype *x, const struct sqltype *y)
{
	const struct sqltype *other = sqltype_is_text(x) ? y : x;

	if (sqltype_is_text(x) == sqltype_is_text(y))
		return NULL;
	if (sqltype_is_number(other) || other->kind == SQL_BOOLEAN)
		return &sqltype_double;
	return is_moment(other) ? other : NULL;
}

static struct expr *compared(struct binder *b, enum expr_kind kind, struct place at, const char *op,
	struct expr *x, struct expr *y)
{
	const struct sqltype *t = b->hive ? hive_comparison(x->type, y->type) : NULL;
	bool ordered = op[0] != '=' && strcmp(op, "<>") != 0 && kind == EXPR_COMPARE;
	struct expr *e = bind_new(b, kind, at, &sqltype_boolean);

	if (!t)
		t = sqltype_common(b->a, x->type, y->type, b->engine);
	e->arg = arena_alloc(b->a, 2 * sizeof *e->arg);
	e->argc = 2;
	e->name = op;
	e->arg[0] = x;
	e->arg[1] = y;
	if (!t || !sqltype_comparable(t) || (ordered && !sqltype_orderable(t))) {
		bind_error(b, at, "'%s' cannot be applied to %s, %s", op,
			bind_type_name(b, x->type), bind_type_name(b, y->type));
		return e;
	}
	e->arg[0] = bind_coerce(b, x, t);
	e->arg[1] = bind_coerce(b, y, t);
	e->flags = bind_inherited(e);
	e->guard = b->guard;
	return e;
}

struct expr *bind_compare(struct binder *b, struct place at, const char *op, struct expr *x,
	struct expr *y)
{
	return compared(b, EXPR_COMPARE, at, op, x, y);
}

static struct expr *chain(struct binder *b, enum expr_kind kind, struct expr *x, struct expr *y)
{
	struct expr *e = bind_new(b, kind, x->at, &sqltype_boolean);

	e->arg = arena_alloc(b->a, 2 * sizeof *e->arg);
	e->argc = 2;
	e->arg[0] = x;
	e->arg[1] = y;
	e->flags = bind_inherited(e);
	return e;
}

/* x BETWEEN a AND b: all three have one type. */
static struct expr *between(struct binder *b, struct expr *e)
{
	struct expr *x, *low, *high;

	for (unsigned i = 0; i < 3; i++)
		e->arg[i] = bind_expr(b, e->arg[i]);
	if (!b->hive) {
		unsigned bad = 0;

		if (!bind_unify(b, e->arg, 3, 1, &bad)) {
			bind_error(b, e->at, "Cannot check if %s is BETWEEN %s and %s",
				bind_type_name(b, e->arg[0]->type),
				bind_type_name(b, e->arg[1]->type),
				bind_type_name(b, e->arg[2]->type));
			return e;
		}
	}
	x = e->arg[0];
	low = bind_compare(b, e->at, ">=", x, e->arg[1]);
	high = bind_compare(b, e->at, "<=", bind_clone(b, x), e->arg[2]);
	return chain(b, EXPR_AND, low, high);
}

/* Hive's lists may mix texts and numbers: then each is compared for itself. */
static struct expr *in_mixed(struct binder *b, struct expr *e)
{
	struct expr *any = bind_new(b, EXPR_OR, e->at, &sqltype_boolean);

	any->arg = arena_alloc(b->a, (e->argc + 1) * sizeof *any->arg);
	for (unsigned i = 1; i < e->argc; i++)
		any->arg[any->argc++] = bind_compare(
			b, e->at, "=", bind_clone(b, e->arg[0]), e->arg[i]);
	any->flags = bind_inherited(any);
	return any->argc == 1 ? any->arg[0] : any;
}

static struct expr *in_list(struct binder *b, struct expr *e)
{
	unsigned bad = 0;
	bool mixed = false;

	for (unsigned i = 0; i < e->argc; i++) {
		e->arg[i] = bind_expr(b, e->arg[i]);
		mixed |= b->hive && hive_comparison(e->arg[0]->type, e->arg[i]->type);
	}
	if (mixed)
		return in_mixed(b, e);
	if (!bind_unify(b, e->arg, e->argc, 1, &bad)) {
		bind_error(b, e->arg[bad]->at, "IN value and list items must be the same type: %s",
		           bind_type_name(b, e->arg[0]->type));
		return e;
	}
	if (!sqltype_comparable(e->arg[0]->type))
		bind_error(b, e->at, "'=' cannot be applied to %s",
			bind_type_name(b, e->arg[0]->type));
	e->type = &sqltype_boolean;
	e->flags = bind_inherited(e);
	return e;
}

/* --- subqueries */

static void one_column(struct binder *b, struct expr *e)
{
	if (e->query->width != 1)
		bind_error(b, e->at,
			"Multiple columns returned by subquery are not yet supported. Found %u",
			e->query->width);
}

static struct expr *with_query(struct binder *b, struct expr *e)
{
	const struct sqltype *t;

	e->flags = HAS_QUERY | MAY_RAISE;
	e->type = &sqltype_boolean;
	for (unsigned i = 0; i < e->argc; i++) {
		e->arg[i] = bind_expr(b, e->arg[i]);
		e->flags |= bind_inherited(e);
	}
	bind_query(b, e->query, &e->outer);
	bind_check_correlated(b, e->at, e->query, e->outer, e->kind);
	if (b->f->kind || e->kind == EXPR_EXISTS)
		return e;
	one_column(b, e);
	if (b->f->kind)
		return e;
	if (e->kind == EXPR_SCALAR) {
		e->type = e->query->types[0];
		e->flags |= e->query->flags[0];
		return e;
	}
	t = b->hive ? hive_comparison(e->arg[0]->type, e->query->types[0]) : NULL;
	if (!t)
		t = sqltype_common(b->a, e->arg[0]->type, e->query->types[0], b->engine);
	if (!t || !sqltype_comparable(t)) {
		bind_error(b, e->at,
			"value and result of subquery must be of the same type: %s vs %s",
			bind_type_name(b, e->arg[0]->type), bind_type_name(b, e->query->types[0]));
		return e;
	}
	if (e->kind == EXPR_QUANTIFIED && !sqltype_orderable(t) && e->name[0] != '=' &&
	    strcmp(e->name, "<>") != 0)
		bind_error(b, e->at,
			"Type [%s] must be orderable in order to be used in quantified comparison",
			bind_type_name(b, t));
	e->arg[0] = bind_coerce(b, e->arg[0], t);
	e->query = bind_typed(b, e->query, &t);
	return e;
}

/* --- CASE */

static void case_conditions(struct binder *b, struct expr *e)
{
	struct expr *x = e->operand ? bind_expr(b, e->operand) : NULL;

	e->operand = NULL;
	for (unsigned i = 0; i + 1 < e->argc; i += 2) {
		if (!x) {
			e->arg[i] = bind_boolean(b, e->arg[i], "CASE WHEN clause");
			continue;
		}
		e->arg[i] = bind_expr(b, e->arg[i]);
		e->arg[i] = bind_compare(
			b, e->arg[i]->at, "=", i ? bind_clone(b, x) : x, e->arg[i]);
	}
}

static struct expr *case_when(struct binder *b, struct expr *e)
{
	unsigned n = 0, bad = 0;
	struct expr **value = arena_alloc(b->a, (e->argc / 2 + 2) * sizeof *value);

	case_conditions(b, e);
	for (unsigned i = 1; i < e->argc; i += 2)
		value[n++] = bind_expr(b, e->arg[i]);
	if (e->argc % 2)
		value[n++] = bind_expr(b, e->arg[e->argc - 1]);
	e->type = bind_unify(b, value, n, 1, &bad);
	if (!e->type) {
		bind_error(b, value[bad]->at, "All CASE results must be the same type: %s",
		           bind_type_name(b, value[0]->type));
		e->type = &sqltype_unknown;
		return e;
	}
	for (unsigned i = 0; i < n; i++) {
		e->arg[2 * i + 1 < e->argc ? 2 * i + 1 : e->argc - 1] = value[i];
		e->flags |= value[i]->flags & MAY_BE_NAN;
	}
	e->flags |= bind_inherited(e);
	return e;
}

/* --- the rest */

static struct expr *logic(struct binder *b, struct expr *e)
{
	const char *what = e->kind == EXPR_AND ? "Logical expression term"
		: e->kind == EXPR_OR	       ? "Logical expression term"
					       : "Value of logical NOT expression";

	for (unsigned i = 0; i < e->argc; i++)
		e->arg[i] = bind_boolean(b, e->arg[i], what);
	e->type = &sqltype_boolean;
	e->flags = bind_inherited(e);
	return e;
}

static struct expr *try(struct binder *b, struct expr *e)
{
	bool *outer = b->guard;

	b->guard = e->guard = arena_alloc(b->a, sizeof *b->guard);
	e->arg[0] = bind_expr(b, e->arg[0]);
	b->guard = outer;
	e->type = e->arg[0]->type;
	e->flags = bind_inherited(e) | (e->arg[0]->flags & MAY_BE_NAN);
	return e;
}

static struct expr *cast(struct binder *b, struct expr *e)
{
	const struct sqltype *t = sqltype_parse(b->a, e->name);
	struct expr *x = bind_expr(b, e->arg[0]);

	if (!t) {
		bind_error(b, e->at, "Unknown type: %s", e->name);
		return x;
	}
	return bind_cast(b, x, t, e->soft);
}

static struct expr *by_kind(struct binder *b, struct expr *e)
{
	switch (e->kind) {
	case EXPR_NULL: case EXPR_BOOLEAN: case EXPR_INTEGER: case EXPR_DECIMAL: case EXPR_DOUBLE:
	case EXPR_STRING: case EXPR_BINARY: case EXPR_TYPED: case EXPR_INTERVAL:
		return bind_literal(b, e);
	case EXPR_NAME:
		return bind_name(b, e);
	case EXPR_CALL:
		return bind_call(b, e);
	case EXPR_CAST:
		return cast(b, e);
	case EXPR_CASE:
		return case_when(b, e);
	case EXPR_AND: case EXPR_OR: case EXPR_NOT:
		return logic(b, e);
	case EXPR_COMPARE: case EXPR_DISTINCT:
		e->arg[0] = bind_expr(b, e->arg[0]);
		e->arg[1] = bind_expr(b, e->arg[1]);
		return compared(b, e->kind, e->at, e->kind == EXPR_DISTINCT ? "=" : e->name,
			e->arg[0], e->arg[1]);
	case EXPR_BETWEEN:
		return between(b, e);
	case EXPR_IN:
		return in_list(b, e);
	case EXPR_IN_QUERY: case EXPR_QUANTIFIED: case EXPR_EXISTS: case EXPR_SCALAR:
		return with_query(b, e);
	case EXPR_IS_NULL:
		e->arg[0] = bind_expr(b, e->arg[0]);
		e->type = &sqltype_boolean;
		e->flags = bind_inherited(e);
		return e;
	case EXPR_TRY:
		return try(b, e);
	case EXPR_FIELD:
		return bind_field(b, e->at, bind_expr(b, e->arg[0]), e->name);
	case EXPR_LAMBDA:
		bind_error(b, e->at, "Lambda expression should always be used inside a function");
		break;
	case EXPR_STAR:
		bind_error(b, e->at, "mismatched input '*'");
		break;
	case EXPR_PARAMETER:
		bind_error(b, e->at, "Incorrect number of parameters: expected 1 but found 0");
		break;
	case EXPR_CONSTANT: case EXPR_COLUMN: case EXPR_ARGUMENT:
		return e; /* bound already */
	}
	return bind_new(b, EXPR_NULL, e->at, &sqltype_unknown);
}

struct expr *bind_expr(struct binder *b, struct expr *e)
{
	struct expr *x;

	if (e->type) /* bound already */
		return e;
	if (b->f->kind || ++b->depth > DEPTH_MAX) {
		if (!b->f->kind)
			bind_refuse(b, e->at, "an expression nested this deeply");
		return bind_new(b, EXPR_NULL, e->at, &sqltype_unknown);
	}
	x = by_kind(b, e);
	b->depth--;
	if (!x->type)
		x->type = &sqltype_unknown;
	return x;
}

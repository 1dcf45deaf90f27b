/* bind_name: names: columns of the scopes, from the innermost outwards, parameters of lambdas,
 * fields of rows. */
#include "sql/bind.h"

#include <stdio.h>
#include <string.h>

static bool same(const char *x, const char *y)
{
	return x && y && strcmp(x, y) == 0;
}

/* Do the first n parts name the field? */
static bool matches(const struct field *f, const char *const *part, unsigned n)
{
	if (!same(f->name, part[n - 1]))
		return false;
	if (n >= 2 && !same(f->table, part[n - 2]))
		return false;
	return n < 3 || same(f->schema, part[n - 3]);
}

/* 1: one, in *found; 0: none; 2 and more: ambiguous. */
static unsigned look(const struct fields *fields, const char *const *part, unsigned n,
	const struct field **found)
{
	unsigned hits = 0;

	for (unsigned i = 0; i < fields->n; i++)
		if (matches(&fields->f[i], part, n) && hits++ == 0)
			*found = &fields->f[i];
	return hits;
}

/* Notes that a query uses a column of a scope around it. */
static void note(struct binder *b, struct outer **list, struct expr *e)
{
	if (e->kind == EXPR_COLUMN) {
		struct outer *o = arena_alloc(b->a, sizeof *o);

		*o = (struct outer){ .column = e, .next = *list };
		*list = o;
	}
	for (unsigned i = 0; i < e->argc; i++)
		note(b, list, e->arg[i]);
}

static void note_borders(struct binder *b, const struct scope *found, struct expr *e)
{
	for (struct scope *s = b->scope; s && s != found; s = s->parent)
		if (s->outer)
			note(b, s->outer, e);
}

/* --- fields of rows */

static void field_value(struct call *c, const struct datum *arg, struct datum *out)
{
	struct datum_walk w;

	datum_walk(&w, c->scratch, &arg[0]);
	for (int64_t i = 0; i < arg[1].i && datum_next(&w, out); i++)
		;
}

static const struct function field_function = { "$field", "(X, bigint) -> unknown", SQL_BOTH,
	.call = field_value };

struct expr *bind_field_at(struct binder *b, struct place at, struct expr *row, unsigned i)
{
	struct expr *e = bind_new(b, EXPR_CALL, at, row->type->of[i]);
	const struct sqltype **types = arena_alloc(b->a, 2 * sizeof *types);

	e->name = field_function.name;
	e->function = &field_function;
	e->arg = arena_alloc(b->a, 2 * sizeof *e->arg);
	e->argc = 2;
	e->arg[0] = row;
	e->arg[1] = bind_integer(b, at, &sqltype_bigint, i + 1);
	types[0] = row->type;
	types[1] = &sqltype_bigint;
	e->types = types;
	e->guard = b->guard;
	e->flags = bind_inherited(e) | MAY_BE_NAN;
	return e;
}

struct expr *bind_field(struct binder *b, struct place at, struct expr *x, const char *name)
{
	const struct sqltype *t = x->type;
	int found = -1;

	if (t->kind == SQL_ARRAY && b->hive && t->of[0]->kind == SQL_ROW) {
		bind_refuse(b, at, "a field of the structs in an array");
		return x;
	}
	if (t->kind != SQL_ROW) {
		bind_error(b, at, "Expression %s is not of type ROW", x->name ? x->name : "");
		return x;
	}
	for (unsigned i = 0; i < t->n; i++) {
		char hive_name[16];

		snprintf(hive_name, sizeof hive_name, "col%u", i + 1);
		if (t->name && t->name[i] ? !same(t->name[i], name)
					  : !(b->hive && same(hive_name, name)))
			continue;
		if (found >= 0)
			bind_error(b, at, "Ambiguous row field reference: %s", name);
		found = (int)i;
	}
	if (found >= 0)
		return bind_field_at(b, at, x, (unsigned)found);
	bind_error(b, at, "Column '%s' cannot be resolved", name);
	return x;
}

static struct expr *dereference(struct binder *b, struct expr *e, struct expr *x, unsigned from)
{
	for (unsigned i = from; i < e->nparts; i++)
		x = bind_field(b, e->at, x, e->parts[i]);
	return x;
}

static struct expr *parameter(struct binder *b, const struct scope *s, struct expr *e)
{
	const struct expr *l = s->lambda;
	struct expr *x;

	for (unsigned i = l->nparts; i-- > 0;) {
		if (!same(l->parts[i], e->parts[0]))
			continue;
		x = bind_new(b, EXPR_ARGUMENT, e->at, l->types[i]);
		x->lambda = s->lambda;
		x->index = i;
		x->flags = MAY_BE_NAN;
		return dereference(b, e, x, 1);
	}
	return NULL;
}

/* In ORDER BY a plain name is an output column, if there is one of that name. */
static struct expr *output(struct binder *b, const struct scope *s, struct expr *e)
{
	const struct item *found = NULL;

	if (e->nparts != 1)
		return NULL;
	for (unsigned i = 0; i < s->aliases; i++) {
		if (!same(s->alias[i].name, e->parts[0]))
			continue;
		if (found && !bind_equal(found->expr, s->alias[i].expr)) {
			bind_error(b, e->at, "Column '%s' is ambiguous", e->parts[0]);
			return found->expr;
		}
		found = &s->alias[i];
	}
	if (found && b->in_aggregate) {
		if (b->hive)
			return NULL;
		bind_error(b, e->at,
			"Invalid reference to output projection attribute from ORDER BY "
			"aggregation");
	}
	b->used_alias |= found != NULL;
	return found ? bind_clone(b, found->expr) : NULL;
}

static struct expr *column(struct binder *b, struct scope *s, struct expr *e)
{
	const struct field *found = NULL;

	for (unsigned n = e->nparts < 3 ? e->nparts : 3; n > 0; n--) {
		unsigned hits = look(&s->fields, e->parts, n, &found);
		struct expr *x;

		if (hits == 0)
			continue;
		if (hits > 1) {
			bind_error(b, e->at, "Column '%s' is ambiguous", e->parts[n - 1]);
			return found->expr;
		}
		x = bind_clone(b, found->expr);
		x->at = e->at;
		note_borders(b, s, x);
		return dereference(b, e, x, n);
	}
	return NULL;
}

static const char *written(struct binder *b, const struct expr *e)
{
	const char *text = e->parts[0];

	for (unsigned i = 1; i < e->nparts; i++)
		text = arena_printf(b->a, "%s.%s", text, e->parts[i]);
	return text;
}

struct expr *bind_name(struct binder *b, struct expr *e)
{
	for (struct scope *s = b->scope; s; s = s->parent) {
		struct expr *x = s->lambda ? parameter(b, s, e) : NULL;

		if (!x && s->aliases)
			x = output(b, s, e);
		if (!x)
			x = column(b, s, e);
		if (x)
			return x;
	}
	if (b->hive)
		bind_error(b, e->at, "Invalid table alias or column reference '%s'", written(b, e));
	else
		bind_error(b, e->at, "Column '%s' cannot be resolved", written(b, e));
	return bind_new(b, EXPR_NULL, e->at, &sqltype_unknown);
}

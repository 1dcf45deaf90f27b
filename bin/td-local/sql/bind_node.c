/* bind_node: bound nodes: made, copied, compared; errors. */
#include "sql/bind.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void bind_error(struct binder *b, struct place at, const char *fmt, ...)
{
	char text[800];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	fail_set(b->f, FAIL_DATA, "line %u:%u: %s", at.line, at.column, text);
}

void bind_refuse(struct binder *b, struct place at, const char *what)
{
	bind_error(b, at, "%s is not supported by td-local", what);
}

const char *bind_type_name(struct binder *b, const struct sqltype *t)
{
	return sqltype_text(b->a, t, b->engine);
}

struct expr *bind_new(struct binder *b, enum expr_kind kind, struct place at,
	const struct sqltype *type)
{
	struct expr *e = arena_alloc(b->a, sizeof *e);

	e->kind = kind;
	e->at = at;
	e->type = type;
	return e;
}

struct expr *bind_column(struct binder *b, struct place at, struct relation *r, unsigned i)
{
	struct expr *e = bind_new(b, EXPR_COLUMN, at, r->types[i]);

	e->relation = r;
	e->index = i;
	e->flags = r->flags[i] & MAY_BE_NAN;
	e->name = r->names[i];
	return e;
}

struct expr *bind_constant(struct binder *b, struct place at, const struct sqltype *type,
	const struct datum *v)
{
	struct expr *e = bind_new(b, EXPR_CONSTANT, at, type);

	e->value = *v;
	if (v->kind == DATUM_TEXT || v->kind == DATUM_BLOB)
		e->value.p = arena_copy(b->a, v->p, v->n);
	if (v->kind == DATUM_NAN)
		e->flags = MAY_BE_NAN;
	return e;
}

struct expr *bind_integer(struct binder *b, struct place at, const struct sqltype *type, int64_t i)
{
	return bind_constant(b, at, type, &(struct datum){ .kind = DATUM_INT, .i = i });
}

struct expr *bind_string(struct binder *b, struct place at, const char *text, size_t n)
{
	int length = 0;

	for (size_t i = 0; i < n; i++)
		length += ((unsigned char)text[i] & 0xc0) != 0x80;
	return bind_constant(b, at,
		b->hive ? &sqltype_varchar : sqltype_new(b->a, SQL_VARCHAR, length, 0),
		&(struct datum){ .kind = DATUM_TEXT, .p = text, .n = n });
}

static struct expr **clone_list(struct binder *b, struct expr *const *e, unsigned n)
{
	struct expr **copy = arena_alloc(b->a, (n ? n : 1) * sizeof *copy);

	for (unsigned i = 0; i < n; i++)
		copy[i] = bind_clone(b, e[i]);
	return copy;
}

static struct orders clone_orders(struct binder *b, const struct orders *o)
{
	struct orders copy = { .o = arena_alloc(b->a, (o->n ? o->n : 1) * sizeof *copy.o),
		.n = o->n };

	for (unsigned i = 0; i < o->n; i++) {
		copy.o[i] = o->o[i];
		copy.o[i].expr = bind_clone(b, o->o[i].expr);
	}
	return copy;
}

/* Queries inside are shared: a copy of a subquery's node uses the same columns outside. */
struct expr *bind_clone(struct binder *b, const struct expr *e)
{
	struct expr *c = arena_alloc(b->a, sizeof *c);

	*c = *e;
	c->arg = clone_list(b, e->arg, e->argc);
	c->operand = e->operand ? bind_clone(b, e->operand) : NULL;
	c->filter = e->filter ? bind_clone(b, e->filter) : NULL;
	c->order = clone_orders(b, &e->order);
	if (e->window) {
		c->window = arena_alloc(b->a, sizeof *c->window);
		*c->window = *e->window;
		c->window->partition = clone_list(b, e->window->partition, e->window->partitions);
		c->window->order = clone_orders(b, &e->window->order);
	}
	return c;
}

static bool equal_orders(const struct orders *x, const struct orders *y)
{
	if (x->n != y->n)
		return false;
	for (unsigned i = 0; i < x->n; i++)
		if (x->o[i].descending != y->o[i].descending || x->o[i].nulls != y->o[i].nulls ||
		    !bind_equal(x->o[i].expr, y->o[i].expr))
			return false;
	return true;
}

static bool equal_lists(struct expr *const *x, struct expr *const *y, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!bind_equal(x[i], y[i]))
			return false;
	return true;
}

static bool equal_windows(const struct window *x, const struct window *y)
{
	if (!x || !y)
		return x == y;
	if ((x->frame == NULL) != (y->frame == NULL) || x->partitions != y->partitions)
		return false;
	if (x->frame && (strcmp(x->frame, y->frame) != 0 || x->from != y->from || x->to != y->to ||
	                 x->from_expr != y->from_expr || x->to_expr != y->to_expr))
		return false;
	return equal_lists(x->partition, y->partition, x->partitions) &&
		equal_orders(&x->order, &y->order);
}

static bool same_value(const struct datum *x, const struct datum *y)
{
	if (x->kind != y->kind || x->i != y->i || x->n != y->n)
		return false;
	if (x->kind == DATUM_DOUBLE)
		return memcmp(&x->d, &y->d, sizeof x->d) == 0;
	return !(x->kind == DATUM_TEXT || x->kind == DATUM_BLOB) || memcmp(x->p, y->p, x->n) == 0;
}

static bool same_name(const char *x, const char *y)
{
	return x == y || (x && y && strcmp(x, y) == 0);
}

/* Do they always have the same value? */
bool bind_equal(const struct expr *x, const struct expr *y)
{
	if (x == y)
		return true;
	if (!x || !y || x->kind != y->kind || x->argc != y->argc || (x->flags & VOLATILE))
		return false;
	if (x->kind == EXPR_COLUMN)
		return x->relation == y->relation && x->index == y->index;
	if (x->kind == EXPR_ARGUMENT)
		return x->lambda == y->lambda && x->index == y->index;
	if (x->query != y->query || x->function != y->function || x->soft != y->soft ||
		x->distinct != y->distinct || x->star != y->star || x->nulls != y->nulls ||
		!same_name(x->name, y->name) || !x->type || !y->type ||
		!sqltype_same(x->type, y->type) ||
		(x->kind == EXPR_CONSTANT && !same_value(&x->value, &y->value)))
		return false;
	if ((x->operand || y->operand) && !bind_equal(x->operand, y->operand))
		return false;
	if ((x->filter || y->filter) && !bind_equal(x->filter, y->filter))
		return false;
	return equal_lists(x->arg, y->arg, x->argc) && equal_orders(&x->order, &y->order) &&
	       equal_windows(x->window, y->window);
}

unsigned bind_inherited(const struct expr *e)
{
	unsigned flags = 0;

	for (unsigned i = 0; i < e->argc; i++)
		flags |= e->arg[i]->flags;
	if (e->operand)
		flags |= e->operand->flags;
	if (e->filter)
		flags |= e->filter->flags;
	return flags & ~(unsigned)MAY_BE_NAN;
}

struct relation *bind_relation(struct binder *b, enum relation_kind kind, struct place at,
	unsigned width)
{
	struct relation *r = arena_alloc(b->a, sizeof *r);

	r->kind = kind;
	r->at = at;
	r->id = ++b->ids;
	r->width = width;
	r->types = arena_alloc(b->a, (width + 1) * sizeof *r->types);
	r->flags = arena_alloc(b->a, (width + 1) * sizeof *r->flags);
	r->names = arena_alloc(b->a, (width + 1) * sizeof *r->names);
	return r;
}

void bind_add_field(struct binder *b, struct fields *f, struct field x)
{
	if (f->n == f->room) {
		unsigned room = f->room ? 2 * f->room : 8;
		struct field *more = arena_alloc(b->a, room * sizeof *more);

		if (f->n)
			memcpy(more, f->f, f->n * sizeof *more);
		f->f = more;
		f->room = room;
	}
	f->f[f->n++] = x;
}

/*
 * bind_group: GROUP BY and aggregates. A grouped query becomes two: the inner one makes the keys
 * and the aggregates, columns of the relation `aggregated`; all other expressions are written anew
 * over these. What is neither is an error.
 */
#include "sql/bind.h"

#include <string.h>

enum { SETS_MAX = 4096, KEYS_MAX = 200 };

struct grouping_state {
	struct binder *b;
	struct select *s;
};

/* --- keys and sets */

static struct expr *key_expression(struct binder *b, struct select *s, struct expr *e)
{
	if (e->kind == EXPR_INTEGER && !e->type) {
		long n = 0;

		for (const char *p = e->text; *p && n < 100000; p++)
			n = *p == '-' ? -1000000 : n * 10 + (*p - '0');
		if (n < 1 || n > (long)s->items) {
			bind_error(b, e->at, "GROUP BY position %s is not in select list", e->text);
			return e;
		}
		e = bind_clone(b, s->item[n - 1].expr);
		if (e->flags & (HAS_AGGREGATE | HAS_WINDOW))
			bind_error(b, e->at,
				"GROUP BY clause cannot contain aggregations, window functions or "
				"grouping operations");
		return e;
	}
	b->clause = "GROUP BY clause";
	e = bind_expr(b, e);
	b->clause = NULL;
	return e;
}

/* The number of a key, which may be new. */
static unsigned add_key(struct binder *b, struct select *s, struct expr *e)
{
	struct expr **more;

	e = key_expression(b, s, e);
	for (unsigned i = 0; i < s->keys; i++)
		if (bind_equal(s->key[i], e))
			return i;
	if (!b->f->kind && !sqltype_comparable(e->type))
		bind_error(b, e->at,
			"%s is not comparable, and therefore cannot be used in GROUP BY",
			bind_type_name(b, e->type));
	if (s->keys == KEYS_MAX) {
		bind_refuse(b, e->at, "GROUP BY with so many expressions");
		return 0;
	}
	more = arena_alloc(b->a, (s->keys + 1) * sizeof *more);
	if (s->keys)
		memcpy(more, s->key, s->keys * sizeof *more);
	more[s->keys] = e;
	s->key = more;
	return s->keys++;
}

/* Sets of keys, while they are multiplied out. */
struct sets {
	unsigned char (*in)[KEYS_MAX];
	unsigned n;
};

static void add_set(struct binder *b, struct sets *sets, const unsigned char *in)
{
	unsigned char (*more)[KEYS_MAX];

	if (sets->n >= SETS_MAX) {
		bind_error(b, b->scope->select->at, "GROUP BY has more than %d grouping sets",
			SETS_MAX);
		return;
	}
	if ((sets->n & (sets->n - 1)) == 0) {
		more = arena_alloc(b->a, (sets->n ? 2 * sets->n : 1) * sizeof *more);
		if (sets->n)
			memcpy(more, sets->in, sets->n * sizeof *more);
		sets->in = more;
	}
	memcpy(sets->in[sets->n++], in, KEYS_MAX);
}

static void mark(struct binder *b, struct select *s, const struct grouping *g, unsigned i,
	unsigned char *in)
{
	for (unsigned k = 0; k < g->size[i]; k++) {
		unsigned key = add_key(b, s, g->set[i][k]);

		if (g->kind != GROUP_PLAIN && !b->hive && !b->f->kind &&
			s->key[key]->kind != EXPR_COLUMN)
			bind_error(b, s->key[key]->at,
				"GROUP BY expression must be a column reference: only those go "
				"into grouping sets");
		in[key] = 1;
	}
}

/* The sets that one element of GROUP BY denotes. */
static struct sets element_sets(struct binder *b, struct select *s, const struct grouping *g)
{
	struct sets out = { 0 };
	unsigned char in[KEYS_MAX];

	switch (g->kind) {
	case GROUP_PLAIN: case GROUP_SETS:
		for (unsigned i = 0; i < g->n; i++) {
			memset(in, 0, sizeof in);
			mark(b, s, g, i, in);
			add_set(b, &out, in);
		}
		break;
	case GROUP_ROLLUP:
		for (unsigned n = g->n + 1; n-- > 0;) {
			memset(in, 0, sizeof in);
			for (unsigned i = 0; i < n; i++)
				mark(b, s, g, i, in);
			add_set(b, &out, in);
		}
		break;
	case GROUP_CUBE:
		for (unsigned bits = 1u << (g->n < 12 ? g->n : 12); bits-- > 0;) {
			memset(in, 0, sizeof in);
			for (unsigned i = 0; i < g->n; i++)
				if (bits >> (g->n - 1 - i) & 1)
					mark(b, s, g, i, in);
			add_set(b, &out, in);
		}
		break;
	}
	return out;
}

static struct sets product(struct binder *b, const struct sets *x, const struct sets *y)
{
	struct sets out = { 0 };
	unsigned char in[KEYS_MAX];

	for (unsigned i = 0; i < x->n && !b->f->kind; i++)
		for (unsigned k = 0; k < y->n && !b->f->kind; k++) {
			for (unsigned j = 0; j < KEYS_MAX; j++)
				in[j] = x->in[i][j] | y->in[k][j];
			add_set(b, &out, in);
		}
	return out;
}

static bool has_set(const struct select *s, const unsigned char *in)
{
	for (unsigned i = 0; i < s->nsets; i++)
		if (memcmp(s->sets[i].in, in, KEYS_MAX) == 0)
			return true;
	return false;
}

static void all_sets(struct binder *b, struct select *s)
{
	unsigned char none[KEYS_MAX] = { 0 };
	struct sets sets = { 0 };

	add_set(b, &sets, none);
	for (unsigned i = 0; i < s->groups && !b->f->kind; i++) {
		struct sets more = element_sets(b, s, &s->group[i]);

		s->has_sets |= s->group[i].kind != GROUP_PLAIN;
		sets = product(b, &sets, &more);
	}
	s->sets = arena_alloc(b->a, (sets.n + 1) * sizeof *s->sets);
	for (unsigned i = 0; i < sets.n; i++)
		if (!s->distinct_sets || !has_set(s, sets.in[i]))
			s->sets[s->nsets++].in = sets.in[i];
}

/* --- expressions over keys and aggregates */

static struct expr *over(struct grouping_state *g, struct expr *e);

static struct expr *column(struct grouping_state *g, const struct expr *e, unsigned i)
{
	struct expr *c = bind_new(g->b, EXPR_COLUMN, e->at, e->type);

	c->relation = g->s->aggregated;
	c->index = i;
	c->flags = e->flags & MAY_BE_NAN;
	c->name = e->name;
	return c;
}

static struct expr *aggregate(struct grouping_state *g, struct expr *e)
{
	struct select *s = g->s;
	struct expr **more;

	for (unsigned i = 0; i < s->aggregates; i++)
		if (bind_equal(s->aggregate[i], e))
			return column(g, e, s->keys + i);
	more = arena_alloc(g->b->a, (s->aggregates + 1) * sizeof *more);
	if (s->aggregates)
		memcpy(more, s->aggregate, s->aggregates * sizeof *more);
	more[s->aggregates] = e;
	s->aggregate = more;
	return column(g, e, s->keys + s->aggregates++);
}

/* grouping(a, b): which keys the row's set has not, as bits. The emitter reads the keys' numbers
 * from the arguments. */
static struct expr *grouping(struct grouping_state *g, struct expr *e)
{
	struct select *s = g->s;

	if (e->relation) /* an ORDER BY ordinal shares the item */
		return e;
	s->used_mask = true;
	for (unsigned i = 0; i < e->argc; i++) {
		unsigned k = 0;

		while (k < s->keys && !bind_equal(s->key[k], e->arg[i]))
			k++;
		if (k == s->keys) {
			bind_error(g->b, e->arg[i]->at,
				"The arguments to GROUPING() must be expressions referenced by "
				"the GROUP BY associated with the query");
			return e;
		}
		e->arg[i] = bind_integer(g->b, e->at, &sqltype_bigint, k);
	}
	e->relation = s->aggregated;
	e->flags &= ~(unsigned)HAS_AGGREGATE;
	return e;
}

static bool in_from(const struct relation *r, const struct relation *x)
{
	if (!r || r == x)
		return r != NULL;
	if (r->kind == RELATION_JOIN)
		return in_from(r->left, x) || in_from(r->right, x);
	return r->kind == RELATION_VIEW && in_from(r->left, x);
}

static void orders_over(struct grouping_state *g, struct orders *o)
{
	for (unsigned i = 0; i < o->n; i++)
		o->o[i].expr = over(g, o->o[i].expr);
}

/* A subquery uses columns of this query: they must be keys. */
static void outer_over(struct grouping_state *g, struct outer *list)
{
	for (struct outer *o = list; o; o = o->next) {
		struct expr *x;

		if (!in_from(g->s->from, o->column->relation))
			continue;
		x = over(g, o->column);
		if (x != o->column)
			*o->column = *x;
	}
}

static struct expr *over(struct grouping_state *g, struct expr *e)
{
	struct binder *b = g->b;

	if (b->f->kind)
		return e;
	for (unsigned i = 0; i < g->s->keys; i++)
		if (bind_equal(g->s->key[i], e))
			return column(g, e, i);
	if (e->kind == EXPR_CALL && e->name && strcmp(e->name, "$grouping") == 0)
		return grouping(g, e);
	if (e->kind == EXPR_CALL && (e->star || (e->function && e->function->aggregate)) &&
		!e->window)
		return aggregate(g, e);
	if (e->kind == EXPR_COLUMN && in_from(g->s->from, e->relation)) {
		if (b->hive)
			bind_error(b, e->at, "Expression not in GROUP BY key '%s'",
				e->name ? e->name : "");
		else
			bind_error(b, e->at,
				"'%s' must be an aggregate expression or appear in GROUP BY clause",
				e->name ? e->name : "expression");
		return e;
	}
	for (unsigned i = 0; i < e->argc; i++)
		e->arg[i] = over(g, e->arg[i]);
	if (e->operand)
		e->operand = over(g, e->operand);
	if (e->filter)
		e->filter = over(g, e->filter);
	orders_over(g, &e->order);
	if (e->window) {
		for (unsigned i = 0; i < e->window->partitions; i++)
			e->window->partition[i] = over(g, e->window->partition[i]);
		orders_over(g, &e->window->order);
	}
	outer_over(g, e->outer);
	e->flags &= ~(unsigned)HAS_AGGREGATE;
	return e;
}

void bind_group(struct binder *b, struct select *s)
{
	all_sets(b, s);
}

void bind_plain_groups(struct binder *b, struct select *s)
{
	struct grouping_state g = { .b = b, .s = s };

	if (!s->sets)
		all_sets(b, s);
	s->aggregated = bind_relation(b, RELATION_QUERY, s->at, 0);
	for (unsigned i = 0; i < s->items; i++)
		s->item[i].expr = over(&g, s->item[i].expr);
	if (s->having)
		s->having = over(&g, s->having);
	for (unsigned i = 0; i < s->order.n; i++)
		s->order.o[i].expr = over(&g, s->order.o[i].expr);
}

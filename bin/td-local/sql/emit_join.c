/*
 * emit_join: ON in SQLite's terms, so that a join looks its rows up. SQLite and our tables make an
 * index for "left = column of the right side". Of "left = f(columns of the right side)" the value
 * of f becomes a column: the right side is read once, with f computed, for the rows that pass the
 * conditions on the right side alone: the engines filter before they join, too, and f may raise.
 */
#include "sql/emit.h"

#include <string.h>

struct keyed {
	struct relation *right;    /* with one column more for each key */
	const struct relation *of; /* what it was */
	struct buf columns, filter;
};

static bool has_column(const struct expr *e, const struct relation *r)
{
	if (e->kind == EXPR_COLUMN)
		return e->relation == r;
	for (unsigned i = 0; i < e->argc; i++)
		if (has_column(e->arg[i], r))
			return true;
	return false;
}

static bool has_only(const struct expr *e, const struct relation *r)
{
	if (e->kind == EXPR_COLUMN)
		return e->relation == r;
	for (unsigned i = 0; i < e->argc; i++)
		if (!has_only(e->arg[i], r))
			return false;
	return true;
}

static bool is_of(const struct expr *e, const struct relation *r)
{
	return !(e->flags & (VOLATILE | HAS_QUERY)) && has_column(e, r) && has_only(e, r);
}

/* Adds the conditions on r alone. */
static void filter(struct emitter *m, struct buf *b, const struct expr *e, const struct relation *r)
{
	if (e && e->kind == EXPR_AND) {
		for (unsigned i = 0; i < e->argc; i++)
			filter(m, b, e->arg[i], r);
	} else if (e && is_of(e, r)) {
		emit_put(m, b, b->len ? " AND " : "");
		emit_expr(m, b, e);
	}
}

/* What is equal to a key of r: the other side; else NULL. */
static const struct expr *other_side(
	const struct expr *e, const struct relation *r, const struct expr **key)
{
	if (e->kind != EXPR_COMPARE || strcmp(e->name, "=") != 0 || (e->flags & HAS_QUERY) ||
		!emit_native(e->arg[0]) || !emit_native(e->arg[1]))
		return NULL;
	for (unsigned i = 0; i < 2; i++)
		if (e->arg[i]->kind != EXPR_COLUMN && is_of(e->arg[i], r) &&
			!has_column(e->arg[1 - i], r)) {
			*key = e->arg[i];
			return e->arg[1 - i];
		}
	return NULL;
}

/* Is there an index already: is a plain column equal to something of the other side? */
static bool is_indexed(const struct expr *e, const struct relation *r, bool inner)
{
	if (e->kind == EXPR_AND) {
		for (unsigned i = 0; i < e->argc; i++)
			if (is_indexed(e->arg[i], r, inner))
				return true;
		return false;
	}
	if (e->kind != EXPR_COMPARE || strcmp(e->name, "=") != 0)
		return false;
	for (unsigned i = 0; i < 2; i++) {
		const struct expr *x = e->arg[i], *y = e->arg[1 - i];

		if (x->kind == EXPR_COLUMN && (inner || x->relation == r) &&
			has_column(x, r) != has_column(y, r))
			return true;
	}
	return false;
}

static const struct expr *key_column(struct emitter *m, struct keyed *k, const struct expr *key)
{
	struct expr *column = arena_alloc(m->a, sizeof *column);

	emit_put(m, &k->columns, k->filter.len ? ", CASE WHEN " : ", ");
	buf_put(&k->columns, k->filter.p, k->filter.len);
	emit_put(m, &k->columns, k->filter.len ? " THEN " : "");
	emit_expr(m, &k->columns, key);
	emit_printf(m, &k->columns, k->filter.len ? " END AS c%u" : " AS c%u", k->right->width);
	*column = (struct expr){ .kind = EXPR_COLUMN,
		.at = key->at,
		.type = key->type,
		.flags = key->flags,
		.relation = k->right,
		.index = k->right->width++ };
	return column;
}

/* The condition with its keys as columns. */
static const struct expr *with_columns(struct emitter *m, struct keyed *k, const struct expr *e)
{
	struct expr *made = arena_alloc(m->a, sizeof *made);
	const struct expr *key, *other;

	*made = *e;
	made->arg = arena_alloc(m->a, (e->argc + 1) * sizeof *made->arg);
	if (e->kind == EXPR_AND) {
		for (unsigned i = 0; i < e->argc; i++)
			made->arg[i] = (struct expr *)(uintptr_t)with_columns(m, k, e->arg[i]);
		return made;
	}
	other = other_side(e, k->of, &key);
	if (!other)
		return e;
	made->arg[0] = (struct expr *)(uintptr_t)other;
	made->arg[1] = (struct expr *)(uintptr_t)key_column(m, k, key);
	return made;
}

const struct expr *emit_keys(struct emitter *m, struct buf *b, const struct relation *join)
{
	struct relation *r = join->right;
	struct keyed k = { .of = r };
	const struct expr *on = join->on;
	bool simple = (r->kind == RELATION_TABLE || r->kind == RELATION_QUERY) && !r->lateral;

	if (!on || !simple || is_indexed(on, r, join->join == JOIN_INNER))
		return on;
	buf_init(&k.columns, EMIT_MAX);
	buf_init(&k.filter, EMIT_MAX);
	filter(m, &k.filter, on, r);
	if (join->join == JOIN_INNER)
		filter(m, &k.filter, m->where, r);
	k.right = arena_alloc(m->a, sizeof *k.right);
	*k.right = *r;
	k.right->table = NULL;
	on = with_columns(m, &k, on);
	buf_put(b, k.columns.p, k.columns.len);
	buf_free(&k.columns);
	buf_free(&k.filter);
	return on;
}

/* bind_query: queries: their scopes, select lists, ORDER BY and LIMIT; set operations; whole
 * statements. */
#include "sql/bind.h"
#include "sql/function_match.h"

#include <stdlib.h>
#include <string.h>

static void shape(struct binder *b, struct select *s, unsigned width)
{
	s->width = width;
	s->types = arena_alloc(b->a, (width + 1) * sizeof *s->types);
	s->names = arena_alloc(b->a, (width + 1) * sizeof *s->names);
	s->flags = arena_alloc(b->a, (width + 1) * sizeof *s->flags);
}

static void same_shape(struct binder *b, struct select *s, const struct select *as)
{
	shape(b, s, as->width);
	for (unsigned i = 0; i < as->width; i++) {
		s->types[i] = as->types[i];
		s->names[i] = as->names[i];
		s->flags[i] = as->flags[i];
	}
}

static struct select *new_select(struct binder *b, enum select_kind kind, struct place at)
{
	struct select *s = arena_alloc(b->a, sizeof *s);

	s->kind = kind;
	s->at = at;
	return s;
}

/* --- a query with other types: SELECT CAST(c0), ... FROM (query) */

struct select *bind_typed(struct binder *b, struct select *s, const struct sqltype *const *types)
{
	struct select *outer;
	struct relation *r;
	bool same = true;

	for (unsigned i = 0; i < s->width; i++)
		same &= sqltype_same(s->types[i], types[i]) ||
		        (sqltype_is_text(s->types[i]) && types[i]->kind == SQL_VARCHAR);
	if (same) {
		for (unsigned i = 0; i < s->width; i++)
			s->types[i] = types[i];
		return s;
	}
	r = bind_relation(b, RELATION_QUERY, s->at, s->width);
	r->query = s;
	outer = new_select(b, SELECT_PLAIN, s->at);
	outer->from = r;
	shape(b, outer, s->width);
	outer->item = arena_alloc(b->a, (s->width + 1) * sizeof *outer->item);
	outer->items = s->width;
	for (unsigned i = 0; i < s->width; i++) {
		r->types[i] = s->types[i];
		r->flags[i] = s->flags[i];
		r->names[i] = s->names[i];
		outer->item[i].expr = bind_coerce(b, bind_column(b, s->at, r, i), types[i]);
		outer->item[i].name = s->names[i];
		outer->types[i] = types[i];
		outer->names[i] = s->names[i];
		outer->flags[i] = s->flags[i] & MAY_BE_NAN;
	}
	return outer;
}

/* --- the select list */

static void add_item(struct binder *b, struct select *s, struct item i, unsigned *room)
{
	if (s->items == *room) {
		struct item *more = arena_alloc(b->a, (*room ? 2 * *room : 8) * sizeof *more);

		if (s->items)
			memcpy(more, s->item, s->items * sizeof *more);
		s->item = more;
		*room = *room ? 2 * *room : 8;
	}
	s->item[s->items++] = i;
}

static bool qualified(const struct field *f, const struct expr *star)
{
	if (star->nparts == 0)
		return true;
	if (!f->table || strcmp(f->table, star->parts[star->nparts - 1]) != 0)
		return false;
	return star->nparts < 2 ||
		(f->schema && strcmp(f->schema, star->parts[star->nparts - 2]) == 0);
}

/* (x).*: the fields of a row. */
static void row_star(struct binder *b, struct select *s, const struct item *from, unsigned *room)
{
	struct expr *x = bind_expr(b, from->expr->arg[0]);

	if (b->f->kind || x->type->kind != SQL_ROW) {
		bind_error(b, from->at, "expected expression of type Row");
		return;
	}
	for (unsigned i = 0; i < x->type->n; i++) {
		struct item it = { .at = from->at,
			.expr = bind_field_at(b, from->at, bind_clone(b, x), i) };

		it.name = from->ncolumns ? i < from->ncolumns ? from->columns[i] : NULL :
		          x->type->name ? x->type->name[i] : NULL;
		add_item(b, s, it, room);
	}
	if (from->ncolumns && from->ncolumns != x->type->n)
		bind_error(b, from->at,
			"Column alias list has %u entries but relation has %u columns",
			from->ncolumns, x->type->n);
}

/* A column found in a scope around the query is noted, as bind_name() does. */
static struct expr *star_column(struct binder *b, const struct field *f, const struct scope *found,
	struct place at)
{
	struct expr *x = bind_clone(b, f->expr);

	x->at = at;
	for (struct scope *s = b->scope; s && s != found; s = s->parent)
		if (s->outer && x->kind == EXPR_COLUMN) {
			struct outer *o = arena_alloc(b->a, sizeof *o);

			*o = (struct outer){ .column = x, .next = *s->outer };
			*s->outer = o;
		}
	return x;
}

/* x.* where x is not a relation but a row. */
static void named_row_star(
	struct binder *b, struct select *s, const struct item *from, unsigned *room)
{
	struct expr *name = bind_new(b, EXPR_NAME, from->at, NULL);
	struct item it = *from;

	name->parts = from->expr->parts;
	name->nparts = from->expr->nparts;
	it.expr = bind_new(b, EXPR_STAR, from->at, NULL);
	it.expr->arg = arena_alloc(b->a, sizeof *it.expr->arg);
	it.expr->arg[0] = name;
	it.expr->argc = 1;
	row_star(b, s, &it, room);
}

static void star(struct binder *b, struct select *s, const struct item *from, unsigned *room)
{
	const struct expr *e = from->expr;
	unsigned n = 0;

	for (struct scope *scope = b->scope; scope && n == 0;
		scope = e->nparts ? scope->parent : NULL)
		for (unsigned i = 0; i < scope->fields.n; i++) {
			const struct field *f = &scope->fields.f[i];
			struct item it = { .at = from->at, .name = f->name };

			if (!qualified(f, e))
				continue;
			it.expr = star_column(b, f, scope, from->at);
			if (from->ncolumns)
				it.name = n < from->ncolumns ? from->columns[n] : NULL;
			add_item(b, s, it, room);
			n++;
		}
	if (n == 0 && e->nparts)
		named_row_star(b, s, from, room);
	else if (n == 0)
		bind_error(b, from->at, "SELECT * not allowed in queries without FROM clause");
	else if (from->ncolumns && from->ncolumns != n)
		bind_error(b, from->at,
			"Column alias list has %u entries but relation has %u columns",
			from->ncolumns, n);
}

static const char *own_name(const struct expr *e)
{
	if (e->kind == EXPR_NAME)
		return e->parts[e->nparts - 1];
	return e->kind == EXPR_FIELD ? e->name : NULL;
}

static void items(struct binder *b, struct select *s)
{
	struct item *old = s->item;
	unsigned n = s->items, room = 0;

	s->item = NULL;
	s->items = 0;
	for (unsigned i = 0; i < n && !b->f->kind; i++) {
		struct item it = old[i];

		if (it.expr->kind == EXPR_STAR) {
			if (it.expr->argc)
				row_star(b, s, &it, &room);
			else
				star(b, s, &it, &room);
			continue;
		}
		it.name = it.alias ? it.alias : own_name(it.expr);
		it.expr = bind_expr(b, it.expr);
		add_item(b, s, it, &room);
	}
}

/* --- ORDER BY and LIMIT */

static void order_ordinal(struct binder *b, struct select *s, struct order *o)
{
	long n = strtol(o->expr->text, NULL, 10);

	if (n < 1 || n > (long)s->items) {
		bind_error(b, o->expr->at, "ORDER BY position %s is not in select list",
			o->expr->text);
		return;
	}
	o->expr = s->item[n - 1].expr;
	o->item = (int)n - 1;
}

static int find_alias(const struct select *s, const struct expr *name)
{
	for (unsigned i = 0; i < s->items; i++)
		if (name->nparts == 1 && s->item[i].name &&
			strcmp(s->item[i].name, name->parts[0]) == 0)
			return (int)i;
	return -1;
}

static void order_by(struct binder *b, struct select *s)
{
	struct scope *scope = b->scope;

	scope->alias = s->item;
	scope->aliases = s->items;
	for (unsigned i = 0; i < s->order.n && !b->f->kind; i++) {
		struct order *o = &s->order.o[i];

		o->item = -1;
		o->nulls = o->nulls ? o->nulls : b->hive ? (o->descending ? 1 : -1) : 1;
		if (o->expr->kind == EXPR_INTEGER) {
			order_ordinal(b, s, o);
		} else {
			bool name = o->expr->kind == EXPR_NAME;

			b->used_alias = false;
			if (name)
				o->item = find_alias(s, o->expr);
			o->expr = bind_expr(b, o->expr);
			if (s->distinct && b->used_alias && !name)
				bind_error(b, o->expr->at,
					"For SELECT DISTINCT, ORDER BY expressions must appear in "
					"select list");
		}
		if (!b->f->kind && !sqltype_orderable(o->expr->type))
			bind_error(b, o->expr->at,
				"Type %s is not orderable, and therefore cannot be used in ORDER "
				"BY",
				bind_type_name(b, o->expr->type));
	}
	scope->aliases = 0;
}

/* Which sort keys are columns of the output? With DISTINCT all must be. */
static void find_items(struct binder *b, struct select *s)
{
	for (unsigned i = 0; i < s->order.n; i++) {
		struct order *o = &s->order.o[i];

		for (unsigned k = 0; k < s->items && o->item < 0; k++)
			if (bind_equal(o->expr, s->item[k].expr))
				o->item = (int)k;
		if (s->distinct && o->item < 0 && !b->f->kind)
			bind_error(b, o->expr->at,
				"For SELECT DISTINCT, ORDER BY expressions must appear in select "
				"list");
	}
}

static void limit(struct binder *b, struct expr **e, const char *what)
{
	if (!*e)
		return;
	*e = bind_expr(b, *e);
	if (!b->f->kind &&
		((*e)->kind != EXPR_CONSTANT || !sqltype_is_integer((*e)->type) ||
			(*e)->value.i < 0))
		bind_error(b, (*e)->at, "Invalid %s", what);
}

/* --- SELECT */

/* Hive: SELECT explode(x) AS (k, v) FROM t is a LATERAL VIEW. */
static void table_function(struct binder *b, struct select *s)
{
	static const char *const names[] = { "explode", "posexplode", "inline", "stack",
		"json_tuple", NULL };
	struct expr *e = s->item[0].expr;
	struct relation *r;
	bool found = false;

	if (!b->hive || e->kind != EXPR_CALL)
		return;
	for (int i = 0; names[i]; i++)
		found |= strcmp(e->name, names[i]) == 0;
	if (!found)
		return;
	if (s->items != 1) {
		bind_error(b, e->at,
			"Only a single expression in the SELECT clause is supported with UDTF's");
		return;
	}
	r = arena_alloc(b->a, sizeof *r);
	r->kind = RELATION_VIEW;
	r->at = e->at;
	r->left = s->from;
	r->call = e;
	r->alias = "\x01view";
	r->columns = s->item[0].columns;
	r->ncolumns = s->item[0].ncolumns;
	if (s->item[0].alias) {
		r->columns = arena_alloc(b->a, sizeof *r->columns);
		r->columns[0] = s->item[0].alias;
		r->ncolumns = 1;
	}
	if (!r->left) {
		r->left = arena_alloc(b->a, sizeof *r->left);
		r->left->kind = RELATION_NONE;
	}
	s->from = r;
	e = bind_new(b, EXPR_STAR, e->at, NULL);
	e->parts = arena_alloc(b->a, sizeof *e->parts);
	e->parts[0] = r->alias;
	e->nparts = 1;
	s->item[0] = (struct item){ .expr = e, .at = e->at };
}

static bool aggregated(const struct select *s)
{
	bool any = s->grouped || s->having;

	for (unsigned i = 0; i < s->items; i++)
		any |= (s->item[i].expr->flags & HAS_AGGREGATE) != 0;
	for (unsigned i = 0; i < s->order.n; i++)
		any |= (s->order.o[i].expr->flags & HAS_AGGREGATE) != 0;
	return any;
}

/* The windows of the WINDOW clause, also those that nothing uses. */
static void windows(struct binder *b, struct select *s)
{
	for (unsigned i = 0; i < s->nwindows && !b->f->kind; i++) {
		struct expr *e = bind_new(b, EXPR_CALL, s->windows[i].at, &sqltype_bigint);

		for (unsigned k = 0; k < i; k++)
			if (strcmp(s->windows[k].name, s->windows[i].name) == 0)
				bind_error(b, e->at, "WINDOW name '%s' specified more than once",
					s->windows[i].name);
		e->name = "row_number";
		e->window = arena_alloc(b->a, sizeof *e->window);
		*e->window = s->windows[i];
		e->window->name = NULL;
		bind_window(b, e);
	}
}

static void plain_parts(struct binder *b, struct select *s)
{
	if (s->where) {
		b->clause = "WHERE clause";
		s->where = bind_boolean(b, s->where, "WHERE clause");
		b->clause = NULL;
	}
	items(b, s);
	windows(b, s);
	if (!b->f->kind)
		bind_group(b, s);
	if (s->having && !b->f->kind) {
		b->no_window = true;
		s->having = bind_boolean(b, s->having, "HAVING clause");
		b->no_window = false;
	}
	if (!b->f->kind)
		order_by(b, s);
	limit(b, &s->limit, "LIMIT");
	limit(b, &s->offset, "OFFSET");
	if (b->f->kind)
		return;
	if (aggregated(s))
		bind_plain_groups(b, s);
	find_items(b, s);
}

static void plain(struct binder *b, struct select *s)
{
	struct scope in = { .parent = b->scope, .select = s };
	const char *clause = b->clause;
	bool in_aggregate = b->in_aggregate, no_window = b->no_window;

	b->clause = NULL;
	b->in_aggregate = b->no_window = false;
	table_function(b, s);
	if (s->from && !b->f->kind)
		bind_from(b, s->from, &in.fields);
	b->scope = &in;
	if (!b->f->kind)
		plain_parts(b, s);
	b->scope = in.parent;
	b->clause = clause;
	b->in_aggregate = in_aggregate;
	b->no_window = no_window;
	if (b->f->kind)
		return;
	shape(b, s, s->items);
	for (unsigned i = 0; i < s->items; i++) {
		s->types[i] = s->item[i].expr->type;
		s->names[i] = s->item[i].name;
		s->flags[i] = s->item[i].expr->flags & (MAY_BE_NAN | VOLATILE);
		if (s->distinct && !sqltype_comparable(s->types[i]))
			bind_error(b, s->item[i].at,
				"DISTINCT can only be applied to comparable types (actual: %s)",
				bind_type_name(b, s->types[i]));
	}
}

/* --- VALUES and set operations */

static void values(struct binder *b, struct select *s)
{
	const char *clause = b->clause;
	unsigned width = s->rows ? s->row_n[0] : 0, bad = 0;

	b->clause = "VALUES";
	for (unsigned i = 0; i < s->rows && !b->f->kind; i++) {
		if (s->row_n[i] != width)
			bind_error(b, s->at, "Values rows have mismatched types: %u columns and %u",
				width, s->row_n[i]);
		for (unsigned k = 0; k < s->row_n[i] && !b->f->kind; k++)
			s->row[i][k] = bind_expr(b, s->row[i][k]);
	}
	b->clause = clause;
	if (b->f->kind)
		return;
	shape(b, s, width);
	for (unsigned k = 0; k < width; k++) {
		struct expr **cell = arena_alloc(b->a, s->rows * sizeof *cell);

		for (unsigned i = 0; i < s->rows; i++)
			cell[i] = s->row[i][k];
		s->types[k] = bind_unify(b, cell, s->rows, 1, &bad);
		if (!s->types[k]) {
			bind_error(b, cell[bad]->at, "Values rows have mismatched types: %s vs %s",
				bind_type_name(b, cell[0]->type),
				bind_type_name(b, cell[bad]->type));
			return;
		}
		for (unsigned i = 0; i < s->rows; i++) {
			s->row[i][k] = cell[i];
			s->flags[k] |= cell[i]->flags & MAY_BE_NAN;
		}
	}
}

static void set(struct binder *b, struct select *s)
{
	struct outer **outer = b->scope->outer;

	b->depth--; /* a chain of many is not deep */
	bind_query(b, s->left, outer);
	b->depth++;
	if (!b->f->kind)
		bind_query(b, s->right, outer);
	if (b->f->kind)
		return;
	if (s->left->width != s->right->width) {
		bind_error(b, s->at, "%s query has different number of fields: %u, %u", s->op,
			s->left->width, s->right->width);
		return;
	}
	same_shape(b, s, s->left);
	for (unsigned i = 0; i < s->width; i++) {
		const struct sqltype *x = s->left->types[i], *y = s->right->types[i];

		s->types[i] = sqltype_common(b->a, x, y, b->engine);
		s->flags[i] |= s->right->flags[i];
		if (!s->types[i]) {
			bind_error(b, s->at, "column %u in %s query has incompatible types: %s, %s",
				i + 1, s->op, bind_type_name(b, x), bind_type_name(b, y));
			return;
		}
	}
	s->left = bind_typed(b, s->left, s->types);
	s->right = bind_typed(b, s->right, s->types);
}

/* --- correlated subqueries: what the engine cannot take apart */

static bool has_outer(const struct expr *e, const struct outer *list)
{
	for (unsigned i = 0; e->window && i < e->window->partitions; i++)
		if (has_outer(e->window->partition[i], list))
			return true;
	for (const struct outer *o = list; o && e->kind == EXPR_COLUMN; o = o->next)
		if (o->column->relation == e->relation)
			return true;
	for (unsigned i = 0; i < e->argc; i++)
		if (has_outer(e->arg[i], list))
			return true;
	return false;
}

static bool has_inner(const struct expr *e, const struct outer *list)
{
	if (e->kind == EXPR_COLUMN && !has_outer(e, list))
		return true;
	for (unsigned i = 0; i < e->argc; i++)
		if (has_inner(e->arg[i], list))
			return true;
	return false;
}

static bool single_row(const struct relation *r)
{
	const struct select *s = r->query;

	if (r->kind != RELATION_QUERY || r->collected)
		return false;
	return (s->kind == SELECT_VALUES && s->rows == 1) ||
		(s->kind == SELECT_PLAIN && !s->from && !s->where);
}

static bool is_true(const struct expr *e)
{
	return !e || (e->kind == EXPR_CONSTANT && e->value.i == 1);
}

/* Is every condition on columns inside and outside of the form inner = outer? */
static bool equalities(const struct expr *e, const struct outer *outer)
{
	if (!has_outer(e, outer) || !has_inner(e, outer))
		return true;
	if (e->kind == EXPR_COMPARE)
		return strcmp(e->name, "=") == 0 &&
			has_outer(e->arg[0], outer) != has_outer(e->arg[1], outer);
	for (unsigned i = 0; i < e->argc && e->kind == EXPR_AND; i++)
		if (!equalities(e->arg[i], outer))
			return false;
	return e->kind == EXPR_AND;
}

static bool values_outside(const struct select *s, const struct outer *outer)
{
	for (unsigned i = 0; i < s->rows; i++)
		for (unsigned k = 0; k < s->row_n[i]; k++)
			if (has_outer(s->row[i][k], outer))
				return true;
	return false;
}

/* Without FROM there is nothing to join with: only SELECT of what is outside goes. */
static bool bad_without_from(
	const struct select *s, const struct outer *outer, enum expr_kind kind)
{
	bool outside = false;

	for (unsigned i = 0; i < s->items; i++)
		outside |= has_outer(s->item[i].expr, outer);
	if (kind == EXPR_IN_QUERY || kind == EXPR_QUANTIFIED)
		return outside;
	if (kind != EXPR_NULL || !outside)
		return false;
	return (s->where &&
		       (has_outer(s->where, outer) ||
			       (s->where->kind == EXPR_CONSTANT && s->where->value.i == 0))) ||
		(s->limit && s->limit->kind == EXPR_CONSTANT && s->limit->value.i == 0);
}

static bool bad_item(
	const struct expr *x, const struct select *s, const struct outer *outer, bool scalar)
{
	bool where = s->where && has_outer(s->where, outer);

	if (scalar && where && s->grouped && s->limit)
		return true;
	if (has_outer(x, outer))
		return (x->flags & HAS_WINDOW) || has_inner(x, outer) || !single_row(s->from) ||
			!is_true(s->where);
	return scalar && where && s->limit && !s->order.n && !s->aggregated &&
		x->kind != EXPR_COLUMN;
}

void bind_check_correlated(struct binder *b, struct place at, const struct select *s,
	const struct outer *outer, enum expr_kind kind)
{
	bool bad = false, where;

	if (b->f->kind || b->hive || !outer)
		return;
	if ((s->kind == SELECT_VALUES && kind != EXPR_NULL && values_outside(s, outer)) ||
		(s->kind == SELECT_PLAIN && !s->from && bad_without_from(s, outer, kind))) {
		bind_error(b, at, "Given correlated subquery is not supported");
		return;
	}
	if (s->kind != SELECT_PLAIN || !s->from)
		return;
	where = s->where && has_outer(s->where, outer);
	for (unsigned i = 0; i < s->items && kind != EXPR_EXISTS; i++)
		bad |= bad_item(s->item[i].expr, s, outer, kind == EXPR_SCALAR);
	bad |= where && (s->ties || s->nsets > 1);
	bad |= where && s->limit && kind == EXPR_SCALAR && !equalities(s->where, outer);
	bad |= where && kind == EXPR_EXISTS && s->grouped;
	if (bad)
		bind_error(b, at, "Given correlated subquery is not supported");
}

/* --- WITH, and the whole */

static void with(struct binder *b, struct select *s, struct scope *border)
{
	border->with = s->with;
	for (unsigned i = 0; i < s->withs && !b->f->kind; i++) {
		struct with *w = &s->with[i];

		for (unsigned k = 0; k < i; k++)
			if (strcmp(s->with[k].name, w->name) == 0)
				bind_error(b, w->at,
					"WITH query name '%s' specified more than once", w->name);
		bind_query(b, w->query, border->outer);
		if (!b->f->kind && w->columns && w->ncolumns != w->query->width)
			bind_error(b, w->at,
				"WITH column alias list has %u entries but WITH query(%s) has %u "
				"columns",
				w->ncolumns, w->name, w->query->width);
		w->id = ++b->ids;
		border->withs = i + 1;
	}
}

/* ORDER BY and LIMIT of anything but a plain SELECT: SELECT * FROM (...) ORDER BY ... */
static void wrap(struct binder *b, struct select *s)
{
	struct select *inner = arena_alloc(b->a, sizeof *inner);
	struct relation *r = arena_alloc(b->a, sizeof *r);

	*inner = *s;
	inner->order = (struct orders){ 0 };
	inner->limit = inner->offset = NULL;
	inner->with = NULL;
	inner->withs = 0;
	inner->ties = false;
	r->kind = RELATION_QUERY;
	r->at = s->at;
	r->query = inner;
	*s = (struct select){ .kind = SELECT_PLAIN,
		.at = s->at, .with = s->with, .withs = s->withs, .order = s->order,
		.limit = s->limit,
		.offset = s->offset,
		.ties = s->ties,
		.from = r };
	s->item = arena_alloc(b->a, sizeof *s->item);
	s->items = 1;
	s->item[0] = (struct item){ .at = s->at, .expr = bind_new(b, EXPR_STAR, s->at, NULL) };
}

void bind_query(struct binder *b, struct select *s, struct outer **outer)
{
	struct scope border = { .parent = b->scope, .outer = outer };

	if (b->f->kind)
		return;
	if (++b->depth > 1000) {
		bind_refuse(b, s->at, "a query nested this deeply");
		return;
	}
	if (s->kind == SELECT_TABLE) {
		s->kind = SELECT_PLAIN;
		s->item = arena_alloc(b->a, sizeof *s->item);
		s->items = 1;
		s->item[0] =
			(struct item){ .at = s->at, .expr = bind_new(b, EXPR_STAR, s->at, NULL) };
	}
	if (s->kind != SELECT_PLAIN && (s->order.n || s->limit || s->offset))
		wrap(b, s);
	b->scope = &border;
	with(b, s, &border);
	if (!b->f->kind) {
		if (s->kind == SELECT_PLAIN)
			plain(b, s);
		else if (s->kind == SELECT_VALUES)
			values(b, s);
		else if (s->kind == SELECT_SET)
			set(b, s);
		else
			bind_query(b, s->left, outer);
	}
	if (s->kind == SELECT_NESTED && !b->f->kind)
		same_shape(b, s, s->left);
	b->scope = border.parent;
	b->depth--;
}

/* --- statements */

/* What a column of a table takes besides what coerces: it is stored the same. */
static bool stored_alike(const struct sqltype *from, const struct sqltype *to)
{
	return (sqltype_is_integer(from) && sqltype_is_integer(to)) ||
		(from->kind == SQL_BOOLEAN && sqltype_is_integer(to)) ||
		(to->kind == SQL_VARCHAR && from->n == 0) ||
		(from->kind == SQL_DOUBLE && to->kind == SQL_REAL) ||
		(from->n && to->n && from->kind == to->kind);
}

/* The table's column that the query's column i goes to; NULL: a new one. */
static const struct sqltype *target_type(struct binder *b, const struct statement *s,
	const struct bind_table *t, unsigned i, unsigned *next)
{
	const char *name = s->columns ? s->columns[i] : s->query->names[i];

	if (!s->columns && !(name && strcmp(name, "time") == 0))
		return t->n == 1 ? NULL : t->types[(*next)++];
	for (unsigned k = 0; k < t->n; k++)
		if (strcmp(t->names[k], name) == 0)
			return t->types[k];
	bind_error(b, s->at, "Insert column name does not exist in target table: %s", name);
	return NULL;
}

/* INSERT: each column gets its type, by the names of the list, or by its place (`time` by its
 * name). */
static void insert(struct binder *b, struct statement *s)
{
	const struct bind_table *t = b->table(b->arg, s->db ? s->db : b->db, s->table);
	const struct sqltype **types = arena_alloc(b->a, (s->query->width + 1) * sizeof *types);
	unsigned n = s->query->width, next = 0;

	if (!t) {
		bind_error(b, s->at,
			b->hive ? "Table not found '%s.%s'"
				: "Table td-presto.%s.%s does not exist",
			s->db ? s->db : b->db, s->table);
		return;
	}
	if (s->columns ? s->ncolumns != n : n > t->n && t->n > 1) {
		bind_error(b, s->at,
			"Insert query has mismatched column count: Table: %u, Query: %u",
			s->columns ? s->ncolumns : t->n, n);
		return;
	}
	for (unsigned i = 0; i < n && !b->f->kind; i++) {
		const struct sqltype *have = s->query->types[i],
				     *want = target_type(b, s, t, i, &next);

		types[i] = want ? want : have;
		if (!sqltype_coerces(have, types[i], b->engine) && !stored_alike(have, types[i]))
			bind_error(b, s->at,
				"Insert query has mismatched column types: Table: %s, Query: %s",
				bind_type_name(b, types[i]), bind_type_name(b, have));
	}
	if (!b->f->kind)
		s->query = bind_typed(b, s->query, types);
}

int bind_statement(struct binder *b, struct statement *s)
{
	struct outer *none = NULL;

	if (s->query)
		bind_query(b, s->query, &none);
	if (!b->f->kind && (s->kind == STATEMENT_INSERT || s->kind == STATEMENT_OVERWRITE))
		insert(b, s);
	return b->f->kind ? -1 : 0;
}

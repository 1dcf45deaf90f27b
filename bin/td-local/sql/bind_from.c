/* bind_from: what FROM has: tables, queries, joins, UNNEST and LATERAL; and the columns that it
 * shows. */
#include "sql/bind.h"

#include <string.h>

/* --- tables */

/* The fields of a bound relation, under its alias and its list of columns. */
static void show(struct binder *b, struct relation *r, const char *schema, const char *table,
	struct fields *out)
{
	if (r->has_columns && r->ncolumns != r->width) {
		bind_error(b, r->at,
			"Column alias list has %u entries but '%s' has %u columns available",
			r->ncolumns, r->alias ? r->alias : "", r->width);
		return;
	}
	for (unsigned i = 0; i < r->width; i++) {
		struct field f = { .schema = schema, .table = table, .name = r->names[i] };

		if (r->has_columns)
			f.name = r->names[i] = r->columns[i];
		f.expr = bind_column(b, r->at, r, i);
		bind_add_field(b, out, f);
	}
}

static void widen(struct binder *b, struct relation *r, unsigned width)
{
	struct relation *made = bind_relation(b, r->kind, r->at, width);

	r->id = made->id;
	r->width = width;
	r->types = made->types;
	r->flags = made->flags;
	r->names = made->names;
}

static struct with *find_with(struct binder *b, const char *name)
{
	for (struct scope *s = b->scope; s; s = s->parent)
		for (unsigned i = s->withs; i-- > 0;)
			if (strcmp(s->with[i].name, name) == 0)
				return &s->with[i];
	return NULL;
}

static void with_reference(struct binder *b, struct relation *r, struct with *w, struct fields *out)
{
	w->used++;
	widen(b, r, w->query->width);
	r->source = arena_printf(b->a, "w%u", w->id);
	for (unsigned i = 0; i < r->width; i++) {
		r->types[i] = w->query->types[i];
		r->flags[i] = w->query->flags[i];
		r->names[i] = w->columns ? w->columns[i] : w->query->names[i];
	}
	show(b, r, NULL, r->alias ? r->alias : w->name, out);
}

static void table(struct binder *b, struct relation *r, struct fields *out)
{
	const char *name = r->parts[r->nparts - 1],
		   *db = r->nparts > 1 ? r->parts[r->nparts - 2] : b->db;
	struct with *w = r->nparts == 1 ? find_with(b, name) : NULL;
	const struct bind_table *t;

	if (w) {
		with_reference(b, r, w, out);
		return;
	}
	if (r->nparts == 3 && strcmp(r->parts[0], "td-presto") != 0) {
		bind_refuse(b, r->at, arena_printf(b->a, "catalog '%s'", r->parts[0]));
		return;
	}
	t = r->nparts <= 3 ? b->table(b->arg, db, name) : NULL;
	if (!t) {
		if (b->hive)
			bind_error(b, r->at, "Table not found '%s'", name);
		else
			bind_error(b, r->at, "Table td-presto.%s.%s does not exist", db, name);
		return;
	}
	widen(b, r, t->n);
	r->table = t;
	r->source = t->source;
	for (unsigned i = 0; i < t->n; i++) {
		r->types[i] = t->types[i];
		r->names[i] = t->names[i];
	}
	show(b, r, r->alias ? NULL : db, r->alias ? r->alias : name, out);
}

/* --- queries and UNNEST, which may use the fields to their left */

/* Columns that a relation uses, but not those of queries around the whole FROM. */
static bool uses_left(const struct relation *r, const struct fields *left)
{
	for (const struct outer *o = r->outer; o; o = o->next)
		for (unsigned i = 0; left && i < left->n; i++) {
			const struct expr *e = left->f[i].expr;

			if (e->kind == EXPR_COLUMN && e->relation == o->column->relation)
				return true;
			for (unsigned k = 0; k < e->argc; k++)
				if (e->arg[k]->kind == EXPR_COLUMN &&
					e->arg[k]->relation == o->column->relation)
					return true;
		}
	return false;
}

static void query(
	struct binder *b, struct relation *r, const struct fields *left, struct fields *out)
{
	struct scope lateral = { .parent = b->scope };
	struct scope *before = b->scope;

	if (r->lateral && left) {
		lateral.fields = *left;
		b->scope = &lateral;
	}
	bind_query(b, r->query, &r->outer);
	b->scope = before;
	if (b->f->kind)
		return;
	r->lateral_word = r->lateral;
	r->collected = r->lateral = r->lateral && uses_left(r, left);
	if (r->lateral)
		bind_check_correlated(b, r->at, r->query, r->outer, EXPR_NULL);
	if (left && r->lateral_word && r->outer && !r->lateral && !b->hive)
		bind_error(b, r->at, "Given correlated subquery is not supported");
	widen(b, r, r->query->width);
	for (unsigned i = 0; i < r->width; i++) {
		r->types[i] = r->query->types[i];
		r->flags[i] = r->collected ? MAY_BE_NAN : r->query->flags[i];
		r->names[i] = r->query->names[i];
		if (!r->names[i] && b->hive)
			r->names[i] = arena_printf(b->a, "_c%u", i);
	}
	show(b, r, NULL, r->alias, out);
}

/* How many columns an argument of UNNEST becomes. */
static unsigned unnested(struct binder *b, const struct expr *e)
{
	const struct sqltype *t = e->type;

	if (t->kind == SQL_MAP)
		return 2;
	if (t->kind == SQL_ARRAY)
		return t->of[0]->kind == SQL_ROW ? t->of[0]->n : 1;
	bind_error(b, e->at, "Cannot unnest type: %s", bind_type_name(b, t));
	return 1;
}

static void unnest_columns(struct relation *r)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->argc; i++) {
		const struct sqltype *t = r->arg[i]->type, *of = t->n ? t->of[0] : &sqltype_unknown;

		if (t->kind == SQL_MAP) {
			r->types[n++] = t->of[0];
			r->types[n++] = t->of[1];
		} else if (of->kind == SQL_ROW) {
			for (unsigned k = 0; k < of->n; k++) {
				r->names[n] = of->name ? of->name[k] : NULL;
				r->types[n++] = of->of[k];
			}
		} else {
			r->types[n++] = of;
		}
	}
	for (unsigned i = 0; i < n; i++)
		r->flags[i] = MAY_BE_NAN;
	if (r->ordinality)
		r->types[n] = &sqltype_bigint;
}

static void unnest(
	struct binder *b, struct relation *r, const struct fields *left, struct fields *out)
{
	struct scope lateral = { .parent = b->scope },
		     border = { .parent = &lateral, .outer = &r->outer };
	struct scope *before = b->scope;
	const char *clause = b->clause;
	unsigned width = 0;

	if (left)
		lateral.fields = *left;
	b->scope = &border;
	b->clause = "UNNEST";
	for (unsigned i = 0; i < r->argc; i++) {
		r->arg[i] = bind_expr(b, r->arg[i]);
		width += unnested(b, r->arg[i]);
	}
	b->clause = clause;
	b->scope = before;
	if (b->f->kind)
		return;
	r->lateral = uses_left(r, left);
	widen(b, r, width + r->ordinality);
	unnest_columns(r);
	show(b, r, NULL, r->alias, out);
}

/* --- Hive's LATERAL VIEW */

static struct expr *call_of(struct binder *b, struct place at, const char *name, unsigned n,
	struct expr *const *arg)
{
	struct expr *e = bind_new(b, EXPR_CALL, at, NULL);

	e->name = name;
	e->arg = arena_alloc(b->a, (n + 1) * sizeof *e->arg);
	e->argc = n;
	for (unsigned i = 0; i < n; i++)
		e->arg[i] = arg[i];
	return e;
}

/* stack(n, a, b, c, d): n rows, as an array of structs. */
static struct expr *stack(struct binder *b, struct expr *c)
{
	struct expr **row;
	unsigned rows, width;

	if (c->argc < 2 || c->arg[0]->kind != EXPR_INTEGER) {
		bind_error(b, c->at, "STACK() expects at least 2 arguments, the first a constant");
		return c;
	}
	rows = (unsigned)bind_expr(b, c->arg[0])->value.i;
	if (rows < 1 || rows > c->argc - 1) {
		bind_error(b, c->at, "STACK() takes 1 to %u rows", c->argc - 1);
		return c;
	}
	width = (c->argc - 1 + rows - 1) / rows;
	row = arena_alloc(b->a, rows * sizeof *row);
	for (unsigned i = 0; i < rows; i++) {
		struct expr **cell = arena_alloc(b->a, width * sizeof *cell);

		for (unsigned k = 0; k < width; k++)
			cell[k] = 1 + i * width + k < c->argc ? c->arg[1 + i * width + k]
							      : bind_new(b, EXPR_NULL, c->at, NULL);
		row[i] = call_of(b, c->at, "$row", width, cell);
	}
	return call_of(b, c->at, "$array", rows, row);
}

/* json_tuple(j, 'a', 'b'): one row of what each key has. */
static struct expr *tuple(struct binder *b, struct expr *c, const char *function)
{
	struct expr **cell = arena_alloc(b->a, c->argc * sizeof *cell), *row;

	for (unsigned i = 1; i < c->argc; i++) {
		struct expr *key = c->arg[i], *arg[2];

		if (function[0] == 'g' && key->kind == EXPR_STRING) {
			struct expr *path = bind_new(b, EXPR_STRING, c->at, NULL);

			path->text = arena_printf(b->a, "$.%s", key->text);
			path->n = strlen(path->text);
			key = path;
		}
		arg[0] = bind_clone(b, c->arg[0]);
		arg[1] = key;
		cell[i - 1] = call_of(b, c->at, function, 2, arg);
	}
	row = call_of(b, c->at, "$row", c->argc - 1, cell);
	return call_of(b, c->at, "$array", 1, &row);
}

/* The array or map that the table function makes rows of. */
static struct expr *view_argument(struct binder *b, struct relation *r)
{
	struct expr *c = r->call;

	if (c->kind != EXPR_CALL || c->argc == 0) {
		bind_error(b, r->at, "LATERAL VIEW needs a table function");
		return NULL;
	}
	if (strcmp(c->name, "explode") == 0 || strcmp(c->name, "posexplode") == 0 ||
	    strcmp(c->name, "inline") == 0)
		return c->arg[0];
	if (strcmp(c->name, "stack") == 0)
		return stack(b, c);
	if (strcmp(c->name, "json_tuple") == 0)
		return tuple(b, c, "get_json_object");
	bind_refuse(b, c->at, arena_printf(b->a, "the table function %s", c->name));
	return NULL;
}

static void name_view(struct binder *b, struct relation *r, bool with_position)
{
	static const char *const map[] = { "key", "value" };
	const struct sqltype *t = r->arg[0]->type;
	unsigned n = r->width - with_position;

	for (unsigned i = 0; i < n; i++) {
		bool several = n > 1 || t->of[0]->kind == SQL_ROW;

		if (t->kind == SQL_MAP)
			r->names[i] = map[i];
		else if (!r->names[i] && several)
			r->names[i] = arena_printf(b->a, "col%u", i + 1);
		else if (!r->names[i])
			r->names[i] = with_position ? "val" : "col";
	}
	if (with_position)
		r->names[n] = "pos";
}

static void view(struct binder *b, struct relation *r, struct fields *out)
{
	struct fields all = { 0 };
	struct expr *argument;
	bool position;

	bind_from(b, r->left, out);
	argument = b->f->kind ? NULL : view_argument(b, r);
	if (!argument)
		return;
	position = r->call->name[0] == 'p' && strcmp(r->call->name, "posexplode") == 0;
	r->ordinality = position;
	r->arg = arena_alloc(b->a, sizeof *r->arg);
	r->arg[0] = argument;
	r->argc = 1;
	unnest(b, r, out, &all);
	if (b->f->kind)
		return;
	name_view(b, r, position);
	if (r->ncolumns && r->ncolumns != r->width) {
		bind_error(b, r->at,
			"The number of aliases supplied in the AS clause does not match the number "
			"of columns output by the UDTF: expected %u aliases but got %u",
			r->width, r->ncolumns);
		return;
	}
	for (unsigned i = 0; i < r->width; i++) {
		unsigned at = position ? (i ? i - 1 : r->width - 1)
				       : i; /* the position comes first */
		struct field f = all.f[at];

		f.table = r->alias;
		f.name = r->ncolumns ? r->columns[i] : r->names[at];
		if (position && i == 0) {
			struct expr *arg[] = { f.expr, bind_integer(b, r->at, &sqltype_bigint, 1) };

			f.expr = bind_coerce(
				b, bind_made(b, r->at, "$subtract", 2, arg), &sqltype_bigint);
		}
		bind_add_field(b, out, f);
	}
}

/* --- joins */

static int find_field(struct binder *b, const struct fields *f, const char *name, struct place at)
{
	int found = -1;

	for (unsigned i = 0; i < f->n; i++) {
		if (!f->f[i].name || strcmp(f->f[i].name, name) != 0)
			continue;
		if (found >= 0)
			bind_error(b, at, "Column '%s' is ambiguous", name);
		found = (int)i;
	}
	if (found < 0)
		bind_error(b, at, "Column '%s' is missing from a side of the join", name);
	return found;
}

static bool named(const struct relation *r, const char *name)
{
	for (unsigned i = 0; name && i < r->nusing; i++)
		if (strcmp(r->using[i], name) == 0)
			return true;
	return false;
}

static struct expr *either(struct binder *b, struct expr *x, struct expr *y)
{
	struct expr *c = bind_new(b, EXPR_CALL, x->at, x->type);

	c->name = "coalesce";
	c->arg = arena_alloc(b->a, 2 * sizeof *c->arg);
	c->argc = 2;
	c->arg[0] = x;
	c->arg[1] = y;
	c->flags = (x->flags | y->flags) & MAY_BE_NAN;
	return c;
}

static void using(struct binder *b, struct relation *r, const struct fields *left,
	const struct fields *right, struct fields *out)
{
	struct expr *on = bind_new(b, EXPR_AND, r->at, &sqltype_boolean);

	on->arg = arena_alloc(b->a, (r->nusing + 1) * sizeof *on->arg);
	for (unsigned i = 0; i < r->nusing; i++) {
		int x = find_field(b, left, r->using[i], r -> at),
		    y = find_field(b, right, r->using[i], r -> at);
		struct expr *same;

		for (unsigned k = 0; k < i; k++)
			if (strcmp(r->using[k], r->using[i]) == 0)
				bind_error(b, r->at,
					"Column '%s' appears multiple times in USING clause",
					r->using[i]);
		if (b->f->kind)
			return;
		same = bind_compare(b, r->at, "=", bind_clone(b, left->f[x].expr),
			bind_clone(b, right->f[y].expr));
		on->arg[on->argc++] = same;
		bind_add_field(b, out,
			(struct field){ .name = r->using[i],
				.expr = either(b, bind_clone(b, same->arg[0]),
					bind_clone(b, same->arg[1])) });
	}
	r->on = on->argc == 1 ? on->arg[0] : on;
	for (unsigned i = 0; i < left->n; i++)
		if (!named(r, left->f[i].name))
			bind_add_field(b, out, left->f[i]);
	for (unsigned i = 0; i < right->n; i++)
		if (!named(r, right->f[i].name))
			bind_add_field(b, out, right->f[i]);
}

/* Does a subquery in an ON condition use columns of the join's sides? */
static bool correlated(const struct expr *e, const struct fields *f)
{
	for (const struct outer *o = e->outer; o; o = o->next)
		for (unsigned i = 0; i < f->n; i++)
			if (f->f[i].expr->kind == EXPR_COLUMN &&
				f->f[i].expr->relation == o->column->relation)
				return true;
	for (unsigned i = 0; i < e->argc; i++)
		if (correlated(e->arg[i], f))
			return true;
	return false;
}

static bool uses(const struct expr *e, const struct fields *f, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to && e->kind == EXPR_COLUMN; i++)
		if (f->f[i].expr->relation == e->relation)
			return true;
	for (unsigned i = 0; i < e->argc; i++)
		if (uses(e->arg[i], f, from, to))
			return true;
	return false;
}

/* Is there x IN (query) or x > ALL (query) whose x has columns of both sides? */
static bool both_sides(const struct expr *e, unsigned nleft, const struct fields *f)
{
	if ((e->kind == EXPR_IN_QUERY || e->kind == EXPR_QUANTIFIED) &&
		uses(e->arg[0], f, 0, nleft) && uses(e->arg[0], f, nleft, f->n))
		return true;
	for (unsigned i = 0; i < e->argc; i++)
		if (both_sides(e->arg[i], nleft, f))
			return true;
	return false;
}

static bool is_true(const struct expr *e)
{
	return e->kind == EXPR_CONSTANT && e->type->kind == SQL_BOOLEAN && e->value.i == 1;
}

static void on(struct binder *b, struct relation *r, unsigned nleft, const struct fields *both)
{
	struct scope s = { .parent = b->scope, .fields = *both };
	const char *clause = b->clause;
	bool outer = r->join == JOIN_LEFT || r->join == JOIN_RIGHT || r->join == JOIN_FULL;

	b->scope = &s;
	b->clause = "JOIN clause";
	r->on = bind_boolean(b, r->on, "JOIN ON clause");
	b->clause = clause;
	b->scope = s.parent;
	if (b->f->kind)
		return;
	if (r->right->kind == RELATION_UNNEST && !is_true(r->on))
		bind_error(b, r->at,
			"%s JOIN involving UNNEST is only supported with condition ON TRUE",
			outer ? "LEFT, RIGHT and FULL" : "INNER");
	if (outer && correlated(r->on, both))
		bind_error(b, r->at, "Correlated subquery in given context is not supported");
	if (outer && both_sides(r->on, nleft, both))
		bind_error(b, r->at, "Subquery over both sides of an outer join is not supported");
	if ((r->join == JOIN_RIGHT || r->join == JOIN_FULL) && r->right->lateral_word &&
		!is_true(r->on))
		bind_refuse(
			b, r->at, "RIGHT and FULL JOIN LATERAL with a condition other than TRUE");
}

static void right_side(struct binder *b, struct relation *r, const struct fields *left,
	struct fields *out)
{
	if (r->kind == RELATION_UNNEST)
		unnest(b, r, left, out);
	else if (r->kind == RELATION_QUERY)
		query(b, r, left, out);
	else
		bind_from(b, r, out);
}

static void join(struct binder *b, struct relation *r, struct fields *out)
{
	struct fields left = { 0 }, right = { 0 }, both = { 0 };

	bind_from(b, r->left, &left);
	if (!b->f->kind)
		right_side(b, r->right, &left, &right);
	if (b->f->kind)
		return;
	for (unsigned i = 0; i < left.n; i++)
		bind_add_field(b, &both, left.f[i]);
	for (unsigned i = 0; i < right.n; i++)
		bind_add_field(b, &both, right.f[i]);
	if (r->nusing)
		using(b, r, &left, &right, out);
	else if (r->on)
		on(b, r, left.n, &both);
	if ((r->join == JOIN_RIGHT || r->join == JOIN_FULL) && r->right->kind == RELATION_UNNEST &&
		r->right->lateral)
		bind_error(
			b, r->at, "RIGHT and FULL JOIN with a correlated UNNEST is not supported");
	if (!r->nusing)
		*out = r->join == JOIN_SEMI ? left : both;
}

static void sample(struct binder *b, struct relation *r)
{
	const struct datum *v;

	r->sample = bind_expr(b, r->sample);
	v = &r->sample->value;
	if (r->sample->kind == EXPR_CONSTANT &&
		((v->kind == DATUM_INT && (v->i < 0 || v->i > 100)) ||
			(v->kind == DATUM_DOUBLE && !(v->d >= 0 && v->d <= 100))) &&
		r->sample->type->kind != SQL_DECIMAL)
		bind_error(b, r->sample->at,
			"Sample percentage must be between 0 and 100, inclusive");
	r->sample = bind_coerce(b, r->sample, &sqltype_double);
}

void bind_from(struct binder *b, struct relation *r, struct fields *out)
{
	if (b->f->kind)
		return;
	switch (r->kind) {
	case RELATION_TABLE:
		table(b, r, out);
		break;
	case RELATION_QUERY:
		query(b, r, NULL, out);
		break;
	case RELATION_UNNEST:
		unnest(b, r, NULL, out);
		break;
	case RELATION_JOIN:
		join(b, r, out);
		break;
	case RELATION_VIEW:
		view(b, r, out);
		break;
	case RELATION_NONE:
		break;
	}
	if (r->sample)
		sample(b, r);
}

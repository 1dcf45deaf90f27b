/* parse_query: queries: WITH, SELECT, VALUES, set operations, FROM, GROUP BY, ORDER BY and LIMIT.
 */
#include "sql/parse.h"

#include <stdlib.h>
#include <string.h>

static struct select *new_select(struct parser *p, enum select_kind kind, struct place at)
{
	struct select *s = arena_alloc(p->a, sizeof *s);

	s->kind = kind;
	s->at = at;
	return s;
}

static struct relation *new_relation(struct parser *p, enum relation_kind kind, struct place at)
{
	struct relation *r = arena_alloc(p->a, sizeof *r);

	r->kind = kind;
	r->at = at;
	return r;
}

/* --- FROM */

static void alias(struct parser *p, struct relation *r)
{
	if (parse_take(p, "as") || parse_is_alias(p))
		r->alias = parse_name(p);
	if (r->alias && parse_is(p, "(") && !p->hive) {
		r->columns = parse_names(p, &r->ncolumns);
		r->has_columns = true;
	}
}

static void sample(struct parser *p, struct relation *r)
{
	struct place at = p->t->at;

	if (!parse_take(p, "tablesample"))
		return;
	if (p->hive || parse_is(p, "system")) {
		parse_refuse(p, at, "TABLESAMPLE other than BERNOULLI");
		return;
	}
	parse_expect(p, "bernoulli");
	parse_expect(p, "(");
	r->sample = parse_value(p);
	parse_expect(p, ")");
}

static struct relation *relation(struct parser *p);

static struct relation *unnest(struct parser *p, struct place at)
{
	struct relation *r = new_relation(p, RELATION_UNNEST, at);

	parse_expect(p, "(");
	do {
		*PARSE_APPEND(p, r->arg, r->argc) = parse_expression(p);
	} while (parse_take(p, ","));
	parse_expect(p, ")");
	r->ordinality = parse_take(p, "with ordinality");
	return r;
}

static struct relation *subquery(struct parser *p, struct place at)
{
	struct relation *r = new_relation(p, RELATION_QUERY, at);

	parse_expect(p, "(");
	r->query = parse_query(p);
	parse_expect(p, ")");
	return r;
}

static struct relation *primary(struct parser *p)
{
	struct place at = p->t->at;
	struct relation *r;

	if (!parse_deeper(p))
		return new_relation(p, RELATION_NONE, at);
	if (!p->hive && parse_take(p, "unnest")) {
		r = unnest(p, at);
	} else if (!p->hive && parse_is(p, "lateral (") && parse_take(p, "lateral")) {
		r = subquery(p, at);
		r->lateral = true;
	} else if (parse_is_query(p)) {
		r = subquery(p, at);
	} else if (parse_take(p, "(")) {
		r = relation(p);
		parse_expect(p, ")");
		p->depth--;
		return r;
	} else {
		r = new_relation(p, RELATION_TABLE, at);
		r->parts = parse_path(p, &r->nparts);
	}
	alias(p, r);
	sample(p, r);
	if (p->hive && r->kind == RELATION_QUERY && !r->alias)
		parse_error(p, p->t->at, "a subquery in FROM must have an alias");
	if (parse_is(p, "match_recognize"))
		parse_refuse(p, p->t->at, "MATCH_RECOGNIZE");
	p->depth--;
	return r;
}

static bool join_words(struct parser *p, enum join_kind *kind)
{
	static const struct { const char *words; enum join_kind kind; } all[] = {
		{ "inner join", JOIN_INNER }, { "left outer join", JOIN_LEFT }, { "left semi join", JOIN_SEMI }, { "left join", JOIN_LEFT },
		{ "right outer join", JOIN_RIGHT }, { "right join", JOIN_RIGHT }, { "full outer join", JOIN_FULL }, { "full join", JOIN_FULL },
		{ "cross join", JOIN_CROSS }, { "join", JOIN_INNER },
	};

	if (parse_is(p, "natural"))
		parse_refuse(p, p->t->at, "NATURAL JOIN");
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if ((p->hive || all[i].kind != JOIN_SEMI) && parse_take(p, all[i].words)) {
			*kind = all[i].kind;
			return true;
		}
	return false;
}

static struct relation *join_tail(struct parser *p, struct relation *left);

static struct relation *join(
	struct parser *p, struct relation *left, enum join_kind kind, struct place at)
{
	struct relation *r = new_relation(p, RELATION_JOIN, at);

	r->left = left;
	r->right = primary(p);
	r->join = kind;
	if (kind == JOIN_CROSS)
		return r;
	if (!parse_is(p, "on") && !parse_is(p, "using"))
		r->right = join_tail(p, r->right); /* a JOIN b JOIN c ON ... ON ... */
	if (parse_take(p, "on"))
		r->on = parse_expression(p);
	else if (parse_take(p, "using"))
		r->using = parse_names(p, &r->nusing);
	else if (p->hive && kind == JOIN_INNER)
		r->join = JOIN_CROSS;
	else
		parse_wrong(p, "'ON', 'USING'");
	return r;
}

static struct relation *lateral_view(struct parser *p, struct relation *left, struct place at)
{
	struct relation *r = new_relation(p, RELATION_VIEW, at);

	r->left = left;
	r->outer_view = parse_take(p, "outer");
	r->call = parse_value(p);
	r->alias = parse_is_alias(p) ? parse_name(p) : NULL;
	if (parse_take(p, "as"))
		do {
			*PARSE_APPEND(p, r->columns, r->ncolumns) = parse_name(p);
		} while (p->t[0].kind == TOKEN_SYMBOL && parse_take(p, ","));
	return r;
}

static struct relation *join_tail(struct parser *p, struct relation *left)
{
	enum join_kind kind;

	for (;;) {
		struct place at = p->t->at;

		if (join_words(p, &kind))
			left = join(p, left, kind, at);
		else if (p->hive && parse_take(p, "lateral view"))
			left = lateral_view(p, left, at);
		else
			return left;
	}
}

static struct relation *relation(struct parser *p)
{
	return join_tail(p, primary(p));
}

static struct relation *from(struct parser *p)
{
	struct relation *left = relation(p);

	while (parse_is(p, ",")) {
		struct relation *r = new_relation(p, RELATION_JOIN, p->t->at);

		p->t++;
		r->left = left;
		r->right = relation(p);
		r->join = JOIN_CROSS;
		r->comma = true;
		left = r;
		if (p->hive)
			left = join_tail(p, left);
	}
	return left;
}

/* --- GROUP BY */

static void add_set(struct parser *p, struct grouping *g, struct expr **set, unsigned n)
{
	unsigned sets = g->n;

	*PARSE_APPEND(p, g->set, g->n) = set;
	g->size = parse_grow(p, g->size, sets, sizeof *g->size);
	g->size[sets] = n;
}

/* (a, b), () or a. */
static void grouping_set(struct parser *p, struct grouping *g)
{
	struct expr **set = NULL;
	unsigned n = 0;

	if (parse_is(p, "( )")) {
		parse_take(p, "( )");
	} else if (parse_is(p, "(") && !parse_is_query(p)) {
		struct expr *e = parse_expression(p);

		if (e->kind == EXPR_CALL && strcmp(e->name, "$row") == 0)
			for (unsigned i = 0; i < e->argc; i++)
				*PARSE_APPEND(p, set, n) = e->arg[i];
		else
			*PARSE_APPEND(p, set, n) = e;
	} else {
		*PARSE_APPEND(p, set, n) = parse_expression(p);
	}
	add_set(p, g, set, n);
}

static void grouping_list(struct parser *p, struct grouping *g)
{
	parse_expect(p, "(");
	if (!parse_is(p, ")"))
		do {
			grouping_set(p, g);
		} while (parse_take(p, ","));
	parse_expect(p, ")");
}

static void group_by(struct parser *p, struct select *s)
{
	s->grouped = true;
	s->distinct_sets = parse_take(p, "distinct");
	if (!s->distinct_sets)
		parse_take(p, "all");
	do {
		struct grouping *g = PARSE_APPEND(p, s->group, s->groups);

		*g = (struct grouping){ .kind = GROUP_PLAIN };
		if (parse_is(p, "rollup (") && parse_take(p, "rollup")) {
			g->kind = GROUP_ROLLUP;
			grouping_list(p, g);
		} else if (parse_is(p, "cube (") && parse_take(p, "cube")) {
			g->kind = GROUP_CUBE;
			grouping_list(p, g);
		} else if (parse_take(p, "grouping sets")) {
			g->kind = GROUP_SETS;
			grouping_list(p, g);
		} else {
			grouping_set(p, g);
		}
	} while (parse_take(p, ","));
}

/* Hive's GROUP BY a, b WITH ROLLUP and GROUP BY a, b GROUPING SETS (...). */
static void hive_sets(struct parser *p, struct select *s)
{
	bool rollup = parse_take(p, "with rollup"), cube = !rollup && parse_take(p, "with cube");
	struct grouping *g = NULL;

	if (parse_take(p, "grouping sets")) {
		s->group = NULL;
		s->groups = 0;
		g = PARSE_APPEND(p, s->group, s->groups);
		*g = (struct grouping){ .kind = GROUP_SETS };
		grouping_list(p, g);
		return;
	}
	if (!rollup && !cube)
		return;
	g = arena_alloc(p->a, sizeof *g);
	g->kind = rollup ? GROUP_ROLLUP : GROUP_CUBE;
	for (unsigned i = 0; i < s->groups; i++)
		add_set(p, g, s->group[i].set[0], s->group[i].size[0]);
	s->group = g;
	s->groups = 1;
}

/* --- SELECT */

/* *, t.*, db.t.* */
static struct expr *star(struct parser *p)
{
	const struct token *t = p->t;
	struct expr *e;

	while ((t->kind == TOKEN_WORD || t->kind == TOKEN_QUOTED) && t[1].kind == TOKEN_SYMBOL &&
		strcmp(t[1].text, ".") == 0)
		t += 2;
	if (t->kind != TOKEN_SYMBOL || strcmp(t->text, "*") != 0)
		return NULL;
	e = parse_new(p, EXPR_STAR, p->t->at);
	while (p->t < t) {
		*PARSE_APPEND(p, e->parts, e->nparts) = parse_name(p);
		parse_expect(p, ".");
	}
	p->t++;
	return e;
}

static void item(struct parser *p, struct item *i)
{
	*i = (struct item){ .at = p->t->at, .expr = star(p) };
	if (!i->expr) {
		i->expr = parse_expression(p);
		if (parse_take(p, ". *")) {
			struct expr *e = parse_new(p, EXPR_STAR, i->at);

			e->arg = arena_alloc(p->a, sizeof *e->arg);
			e->arg[0] = i->expr;
			e->argc = 1;
			i->expr = e;
		}
	}
	if (parse_is(p, "as (") && parse_take(p, "as"))
		i->columns = parse_names(p, &i->ncolumns);
	else if (parse_take(p, "as") || (i->expr->kind != EXPR_STAR && parse_is_alias(p)))
		i->alias = parse_name(p);
}

static void windows(struct parser *p, struct select *s)
{
	do {
		struct window *w = PARSE_APPEND(p, s->windows, s->nwindows);

		*w = (struct window){ .at = p->t->at };
		w->name = parse_name(p);
		parse_expect(p, "as");
		parse_expect(p, "(");
		parse_window(p, w);
		parse_expect(p, ")");
	} while (parse_take(p, ","));
}

static struct select *plain(struct parser *p, struct relation *given)
{
	struct select *s = new_select(p, SELECT_PLAIN, p->t->at);

	parse_expect(p, "select");
	s->distinct = parse_take(p, "distinct");
	if (!s->distinct)
		parse_take(p, "all");
	do {
		item(p, PARSE_APPEND(p, s->item, s->items));
	} while (parse_take(p, ","));
	s->from = given;
	if (!given && parse_take(p, "from"))
		s->from = from(p);
	if (parse_take(p, "where"))
		s->where = parse_expression(p);
	if (parse_take(p, "group by")) {
		group_by(p, s);
		if (p->hive)
			hive_sets(p, s);
	}
	if (parse_take(p, "having"))
		s->having = parse_expression(p);
	if (parse_take(p, "window"))
		windows(p, s);
	return s;
}

static struct select *values(struct parser *p)
{
	struct select *s = new_select(p, SELECT_VALUES, p->t->at);

	parse_expect(p, "values");
	do {
		struct expr *e = parse_expression(p), **row = NULL;
		unsigned n = 0, rows = s->rows;

		if (e->kind == EXPR_CALL && strcmp(e->name, "$row") == 0)
			row = e->arg, n = e->argc;
		else
			*PARSE_APPEND(p, row, n) = e;
		*PARSE_APPEND(p, s->row, s->rows) = row;
		s->row_n = parse_grow(p, s->row_n, rows, sizeof *s->row_n);
		s->row_n[rows] = n;
	} while (parse_take(p, ","));
	return s;
}

/* --- ORDER BY, LIMIT */

static struct expr *count(struct parser *p)
{
	struct expr *e;

	if (p->t->kind == TOKEN_INTEGER || parse_is(p, "?"))
		return parse_value(p);
	parse_wrong(p, "<integer>");
	e = parse_new(p, EXPR_INTEGER, p->t->at);
	e->text = "0";
	return e;
}

/* Hive's SORT BY and CLUSTER BY order the rows of one process; DISTRIBUTE BY does nothing. */
static void hive_order(struct parser *p, struct select *s)
{
	struct orders ignored = { 0 };

	if (parse_take(p, "cluster by"))
		parse_orders(p, &s->order);
	if (parse_take(p, "distribute by"))
		parse_orders(p, &ignored);
	if (parse_take(p, "sort by"))
		parse_orders(p, &s->order);
}

static void limits(struct parser *p, struct select *s)
{
	if (!p->hive && parse_take(p, "offset")) {
		s->offset = count(p);
		if (!parse_take(p, "row"))
			parse_take(p, "rows");
	}
	if (parse_take(p, "limit")) {
		if (p->hive || !parse_take(p, "all"))
			s->limit = count(p);
		if (p->hive && parse_take(p, ",")) { /* LIMIT offset, n */
			s->offset = s->limit;
			s->limit = count(p);
		}
	} else if (!p->hive && parse_take(p, "fetch")) {
		if (!parse_take(p, "first"))
			parse_expect(p, "next");
		s->limit = parse_is(p, "row") || parse_is(p, "rows") ? NULL : count(p);
		if (!s->limit) {
			s->limit = parse_new(p, EXPR_INTEGER, p->t->at);
			s->limit->text = "1";
			s->limit->n = 1;
		}
		if (s->limit->kind == EXPR_INTEGER && strcmp(s->limit->text, "0") == 0)
			parse_error(p, s->limit->at,
				"FETCH FIRST row count must be positive (actual value: 0)");
		if (!parse_take(p, "row"))
			parse_expect(p, "rows");
		s->ties = parse_take(p, "with ties");
		if (!s->ties)
			parse_expect(p, "only");
		if (s->ties && !s->order.n)
			parse_error(p, s->at, "FETCH FIRST WITH TIES clause requires ORDER BY");
	}
}

/* The clauses around a body: its own ORDER BY and LIMIT, or those of a nested query. */
static struct select *around(struct parser *p, struct select *s)
{
	struct place at = p->t->at;
	bool order = parse_is(p, "order by") || parse_is(p, "limit") || parse_is(p, "offset") ||
		parse_is(p, "fetch") ||
		(p->hive &&
			(parse_is(p, "cluster by") || parse_is(p, "distribute by") ||
				parse_is(p, "sort by")));

	if (!order)
		return s;
	if (s->order.n || s->limit || s->offset || s->withs) {
		struct select *outer = new_select(p, SELECT_NESTED, at);

		outer->left = s;
		s = outer;
	}
	if (parse_take(p, "order by"))
		parse_orders(p, &s->order);
	if (p->hive)
		hive_order(p, s);
	limits(p, s);
	return s;
}

/* Hive: SELECT ... LIMIT 1 UNION ALL ...: the LIMIT is the branch's. */
static struct select *branch(struct parser *p, struct select *s)
{
	const struct token *start = p->t;
	struct select before = *s, *outer;

	outer = around(p, s);
	if (outer != s || parse_is(p, "union") || p->f->kind)
		return outer;
	*s = before;
	p->t = start;
	return s;
}

struct select *parse_table(struct parser *p)
{
	struct select *s = new_select(p, SELECT_TABLE, p->t->at);

	s->from = new_relation(p, RELATION_TABLE, p->t->at);
	s->from->parts = parse_path(p, &s->from->nparts);
	return s;
}

static struct select *term(struct parser *p)
{
	struct place at = p->t->at;
	struct select *s;

	if (parse_is(p, "values"))
		return values(p);
	if (parse_take(p, "table"))
		return parse_table(p);
	if (parse_take(p, "(")) {
		s = new_select(p, SELECT_NESTED, at);
		s->left = parse_query(p);
		parse_expect(p, ")");
		return s;
	}
	if (p->hive && parse_take(p, "from")) { /* FROM t SELECT ... */
		struct relation *given = from(p);

		return plain(p, given);
	}
	if (!parse_is(p, "select")) {
		parse_wrong(p, "'SELECT', 'VALUES', 'TABLE', '('");
		return new_select(p, SELECT_VALUES, at);
	}
	return p->hive ? branch(p, plain(p, NULL)) : plain(p, NULL);
}

static struct select *set(struct parser *p, struct select *left, const char *op, struct place at)
{
	struct select *s = new_select(p, SELECT_SET, at);

	s->op = op;
	s->left = left;
	s->all = parse_take(p, "all");
	if (!s->all)
		parse_take(p, "distinct");
	return s;
}

static struct select *intersections(struct parser *p)
{
	struct select *s = term(p);

	for (;;) {
		struct place at = p->t->at;

		if (!parse_take(p, "intersect"))
			return s;
		s = set(p, s, "intersect", at);
		s->right = term(p);
	}
}

static struct select *body(struct parser *p)
{
	struct select *s = intersections(p);

	for (;;) {
		struct place at = p->t->at;
		const char *op = parse_take(p, "union")	    ? "union"
			: parse_take(p, "except")	    ? "except"
			: p->hive && parse_take(p, "minus") ? "except"
							    : NULL;

		if (!op)
			return s;
		s = set(p, s, op, at);
		s->right = intersections(p);
	}
}

static void with(struct parser *p, struct with **list, unsigned *n)
{
	if (parse_is(p, "recursive"))
		parse_refuse(p, p->t->at, "WITH RECURSIVE");
	do {
		struct with *w = PARSE_APPEND(p, *list, *n);

		*w = (struct with){ .at = p->t->at };
		w->name = parse_name(p);
		if (parse_is(p, "("))
			w->columns = parse_names(p, &w->ncolumns);
		parse_expect(p, "as");
		parse_expect(p, "(");
		w->query = parse_query(p);
		parse_expect(p, ")");
	} while (parse_take(p, ","));
}

struct select *parse_query(struct parser *p)
{
	struct with *list = NULL;
	unsigned n = 0;
	struct place at = p->t->at;
	struct select *s;

	if (!parse_deeper(p))
		return new_select(p, SELECT_VALUES, at);
	if (parse_take(p, "with"))
		with(p, &list, &n);
	s = around(p, body(p));
	if (n && s->withs) {
		struct select *outer = new_select(p, SELECT_NESTED, at);

		outer->left = s;
		s = outer;
	}
	if (n) {
		s->with = list;
		s->withs = n;
	}
	p->depth--;
	return s;
}

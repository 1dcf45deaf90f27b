/* emit_query: SELECT, FROM, grouping and set operations in SQLite's terms. */
#include "sql/emit.h"

#include <string.h>

enum { TERMS_MAX = 400 /* of SQLite's 500 in a compound */ };

/* --- hoisting */

/* Adds NAME AS (text) to the statement's WITH. */
static void hoist(struct emitter *m, const char *name, unsigned id, const struct buf *text)
{
	emit_printf(m, m->hoisted, m->hoisted->len ? ", %s%u AS (" : "%s%u AS (", name, id);
	buf_put(m->hoisted, text->p, text->len);
	emit_put(m, m->hoisted, ")");
}

static void hoist_query(struct emitter *m, const char *name, unsigned id, struct select *s)
{
	struct buf text;

	buf_init(&text, EMIT_MAX);
	emit_query(m, &text, s);
	hoist(m, name, id, &text);
	buf_free(&text);
}

/* --- FROM */

static void unnest_call(struct emitter *m, struct buf *b, struct relation *r)
{
	emit_put(m, b, "td_unnest('");
	for (unsigned i = 0; i < r->argc; i++) {
		const struct sqltype *t = r->arg[i]->type, *of = t->n ? t->of[0] : NULL;

		if (t->kind == SQL_MAP)
			emit_put(m, b, "m ");
		else if (of && of->kind == SQL_ROW)
			emit_printf(m, b, "r%u ", of->n);
		else
			emit_put(m, b, "a ");
	}
	emit_put(m, b, r->ordinality ? "n'" : "'");
	for (unsigned i = 0; i < r->argc; i++) {
		emit_put(m, b, ", ");
		emit_expr(m, b, r->arg[i]);
	}
	emit_put(m, b, ")");
}

/* The rows of a lateral query, collected into one array. */
static void collected(struct emitter *m, struct buf *b, struct relation *r)
{
	bool inlined = m->inlined;

	emit_printf(m, b, "td_unnest('r%u ', (SELECT td_rows(", r->width);
	for (unsigned i = 0; i < r->width; i++)
		emit_printf(m, b, i ? ", c%u" : "c%u", i);
	emit_put(m, b, ") FROM (");
	m->inlined = true;
	emit_query(m, b, r->query);
	m->inlined = inlined;
	emit_printf(m, b, "))) AS r%u", r->id);
}

static void simple(struct emitter *m, struct buf *b, struct relation *r)
{
	switch (r->kind) {
	case RELATION_TABLE:
		emit_put(m, b, r->source);
		emit_printf(m, b, " AS r%u", r->id);
		break;
	case RELATION_QUERY:
		if (r->collected) {
			collected(m, b, r);
			break;
		}
		if (!m->inlined && !r->outer) {
			if (!r->hoisted)
				hoist_query(m, "q", r->id, r->query);
			r->hoisted = true;
			emit_printf(m, b, "q%u AS r%u", r->id, r->id);
			break;
		}
		emit_put(m, b, "(");
		emit_query(m, b, r->query);
		emit_printf(m, b, ") AS r%u", r->id);
		break;
	case RELATION_UNNEST: case RELATION_VIEW:
		unnest_call(m, b, r);
		emit_printf(m, b, " AS r%u", r->id);
		break;
	default:
		emit_printf(m, b, "(SELECT 1) AS r%u", r->id);
	}
}

static void sampled(struct emitter *m, struct buf *b, struct relation *r)
{
	if (!r->sample) {
		simple(m, b, r);
		return;
	}
	emit_put(m, b, "(SELECT * FROM ");
	simple(m, b, r);
	emit_put(m, b, " WHERE abs(random() % 1000000) < 10000 * ");
	emit_expr(m, b, r->sample);
	emit_printf(m, b, " LIMIT -1 OFFSET 0) AS r%u", r->id);
}

/* A right side on its own: what is not tied to the left may be in a RIGHT or FULL join, too. */
static void right_side(struct emitter *m, struct buf *b, struct relation *r, bool apart)
{
	if (r->kind == RELATION_JOIN || r->kind == RELATION_VIEW) {
		emit_put(m, b, "(");
		emit_from(m, b, r);
		emit_put(m, b, ")");
	} else if (r->kind == RELATION_UNNEST && apart) {
		emit_put(m, b, "(SELECT ");
		for (unsigned i = 0; i < r->width; i++)
			emit_printf(m, b, i ? ", c%u" : "c%u", i);
		emit_put(m, b, " FROM ");
		unnest_call(m, b, r);
		emit_printf(m, b, ") AS r%u", r->id);
	} else {
		sampled(m, b, r);
	}
}

/* Hive's LEFT SEMI JOIN: a condition EXISTS (...). */
static void semi_join(struct emitter *m, struct buf *b, struct relation *r)
{
	struct buf *s = m->semi;

	emit_from(m, b, r->left);
	emit_put(m, s, s->len ? " AND EXISTS (SELECT 1 FROM " : "EXISTS (SELECT 1 FROM ");
	right_side(m, s, r->right, true);
	emit_put(m, s, " WHERE ");
	emit_expr(m, s, r->on);
	emit_put(m, s, ")");
}

static void joined(struct emitter *m, struct buf *b, struct relation *r)
{
	const struct expr *on, *filter = m->where;
	struct buf keys;

	buf_init(&keys, EMIT_MAX);
	on = emit_keys(m, &keys, r);
	if (keys.len) {
		emit_put(m, b, "(SELECT *");
		buf_put(b, keys.p, keys.len);
		emit_put(m, b, " FROM ");
	}
	m->where = r->join == JOIN_INNER || r->join == JOIN_CROSS ? filter : NULL;
	right_side(m, b, r->right, !r->right->lateral);
	m->where = filter;
	if (keys.len) /* the OFFSET keeps it a table of its own */
		emit_printf(m, b, " LIMIT -1 OFFSET 0) AS r%u", r->right->id);
	if (on) {
		emit_put(m, b, " ON ");
		emit_expr(m, b, on);
	}
	buf_free(&keys);
}

void emit_from(struct emitter *m, struct buf *b, struct relation *r)
{
	static const char *const words[] = { " JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN ",
		" CROSS JOIN ", "" };
	const struct expr *filter;

	if (m->f->kind)
		return;
	if (r->kind == RELATION_VIEW) {
		emit_from(m, b, r->left);
		emit_put(m, b, r->outer_view ? " LEFT JOIN " : " CROSS JOIN ");
		simple(m, b, r);
		if (r->outer_view)
			emit_put(m, b, " ON 1");
		return;
	}
	if (r->kind != RELATION_JOIN) {
		sampled(m, b, r);
		return;
	}
	if (r->join == JOIN_SEMI) {
		semi_join(m, b, r);
		return;
	}
	filter = m->where;
	m->where = r->join == JOIN_RIGHT || r->join == JOIN_FULL ? NULL : filter;
	emit_from(m, b, r->left);
	m->where = filter;
	/* CROSS JOIN would fix the order of the tables; only what depends on its left side needs
	 * that. */
	emit_put(m, b, r->join == JOIN_CROSS && !r->right->lateral ? " JOIN " : words[r->join]);
	joined(m, b, r);
}

/* --- WHERE: what may raise comes after what cannot */

static void conditions(
	struct emitter *m, struct buf *b, const struct expr *e, bool raising, bool *any)
{
	if (e->kind == EXPR_AND) {
		for (unsigned i = 0; i < e->argc; i++)
			conditions(m, b, e->arg[i], raising, any);
		return;
	}
	if (((e->flags & MAY_RAISE) != 0) != raising)
		return;
	emit_put(m, b, *any ? " AND " : " WHERE ");
	emit_expr(m, b, e);
	*any = true;
}

static void where(struct emitter *m, struct buf *b, const struct expr *e, const struct buf *semi)
{
	bool any = false;

	if (e && e->kind == EXPR_AND && e->argc > 100) {
		emit_put(m, b, " WHERE ");
		emit_expr(m, b, e);
		any = true;
	} else if (e) {
		conditions(m, b, e, false, &any);
		conditions(m, b, e, true, &any);
	}
	if (semi->len) {
		emit_put(m, b, any ? " AND " : " WHERE ");
		buf_put(b, semi->p, semi->len);
	}
}

static void from_where(struct emitter *m, struct buf *b, struct select *s)
{
	struct buf semi, *before = m->semi;
	const struct expr *outer = m->where;

	buf_init(&semi, EMIT_MAX);
	m->semi = &semi;
	m->where = s->where;
	if (s->from) {
		emit_put(m, b, " FROM ");
		emit_from(m, b, s->from);
	}
	m->where = outer;
	where(m, b, s->where, &semi);
	m->semi = before;
	buf_free(&semi);
}

/* --- groups */

static void group_branch(
	struct emitter *m, struct buf *b, struct select *s, const unsigned char *in)
{
	unsigned long long mask = 0;
	bool any = false;

	emit_put(m, b, "SELECT count(*) AS z");
	for (unsigned i = 0; i < s->keys; i++) {
		emit_put(m, b, ", ");
		if (in[i])
			emit_expr(m, b, s->key[i]);
		else
			emit_put(m, b, "NULL");
		emit_printf(m, b, " AS c%u", i);
		mask |= in[i] || i > 62 ? 0 : 1ull << i;
	}
	for (unsigned i = 0; i < s->aggregates; i++) {
		emit_put(m, b, ", ");
		emit_expr(m, b, s->aggregate[i]);
		emit_printf(m, b, " AS c%u", s->keys + i);
	}
	emit_printf(m, b, ", %llu AS m", mask);
	from_where(m, b, s);
	for (unsigned i = 0; i < s->keys; i++) {
		if (!in[i])
			continue;
		emit_put(m, b, any ? ", " : " GROUP BY ");
		if (s->key[i]->type->kind == SQL_TIMESTAMP_TZ)
			emit_key(m, b, s->key[i]);
		else
			emit_printf(m, b, "%u", i + 2);
		any = true;
	}
}

static void group_branches(struct emitter *m, struct buf *b, struct select *s)
{
	for (unsigned i = 0; i < s->nsets && !m->f->kind; i++) {
		if (i)
			emit_put(m, b, " UNION ALL ");
		group_branch(m, b, s, s->sets[i].in);
	}
}

static void groups(struct emitter *m, struct buf *b, struct select *s)
{
	struct buf text;

	if (m->inlined) {
		emit_put(m, b, " FROM (");
		group_branches(m, b, s);
		emit_printf(m, b, ") AS r%u", s->aggregated->id);
	} else {
		buf_init(&text, EMIT_MAX);
		if (!s->aggregated->hoisted)
			group_branches(m, &text, s);
		if (!s->aggregated->hoisted)
			hoist(m, "g", s->aggregated->id, &text);
		s->aggregated->hoisted = true;
		emit_printf(m, b, " FROM g%u AS r%u", s->aggregated->id, s->aggregated->id);
		buf_free(&text);
	}
	if (s->having) {
		emit_put(m, b, " WHERE ");
		emit_expr(m, b, s->having);
	}
}

/* --- SELECT */

static void order_by(struct emitter *m, struct buf *b, const struct select *s)
{
	bool any = false;

	for (unsigned i = 0; i < s->order.n; i++) {
		const struct order *o = &s->order.o[i];

		if (o->expr->kind == EXPR_CONSTANT)
			continue;
		emit_put(m, b, any ? ", " : " ORDER BY ");
		if (o->item >= 0 && (o->expr->type->kind != SQL_TIMESTAMP_TZ || s->distinct))
			emit_printf(m, b, "%d", o->item + 1);
		else
			emit_key(m, b, o->expr);
		emit_printf(m, b, "%s NULLS %s", o->descending ? " DESC" : "",
			o->nulls < 0 ? "FIRST" : "LAST");
		any = true;
	}
}

static void limits(struct emitter *m, struct buf *b, const struct select *s)
{
	bool random = false;

	for (unsigned i = 0; i < s->items; i++)
		random |= (s->item[i].expr->flags & VOLATILE) != 0;
	if (s->limit)
		emit_printf(m, b, " LIMIT %lld", (long long)s->limit->value.i);
	else if (s->offset ||
		random) /* an OFFSET keeps SQLite from computing a random value twice */
		emit_put(m, b, " LIMIT -1");
	if (s->offset || random)
		emit_printf(m, b, " OFFSET %lld", s->offset ? (long long)s->offset->value.i : 0ll);
}

static void items(struct emitter *m, struct buf *b, const struct select *s)
{
	emit_put(m, b, s->distinct ? "SELECT DISTINCT " : "SELECT ");
	for (unsigned i = 0; i < s->items; i++) {
		if (i)
			emit_put(m, b, ", ");
		emit_expr(m, b, s->item[i].expr);
		emit_printf(m, b, " AS c%u", i);
	}
}

static void source(struct emitter *m, struct buf *b, struct select *s)
{
	if (s->aggregated)
		groups(m, b, s);
	else
		from_where(m, b, s);
}

/* FETCH FIRST n ROWS WITH TIES: by rank. */
static void ties(struct emitter *m, struct buf *b, struct select *s)
{
	emit_put(m, b, "SELECT ");
	for (unsigned i = 0; i < s->items; i++)
		emit_printf(m, b, i ? ", c%u" : "c%u", i);
	emit_put(m, b, " FROM (");
	items(m, b, s);
	emit_put(m, b, ", rank() OVER (ORDER BY ");
	emit_orders(m, b, &s->order);
	emit_put(m, b, ") AS k");
	source(m, b, s);
	emit_printf(m, b, ") WHERE k <= %lld ORDER BY k",
		s->limit ? (long long)s->limit->value.i : 0ll);
}

static void plain(struct emitter *m, struct buf *b, struct select *s)
{
	if (s->ties) {
		if (s->offset || s->distinct)
			fail_set(m->f, FAIL_DATA,
				"line %u:%u: WITH TIES with OFFSET or DISTINCT is not supported by "
				"td-local",
				s->at.line, s->at.column);
		ties(m, b, s);
		return;
	}
	items(m, b, s);
	source(m, b, s);
	order_by(m, b, s);
	limits(m, b, s);
}

/* --- VALUES and set operations */

static void values(struct emitter *m, struct buf *b, const struct select *s)
{
	if (s->rows == 1) {
		for (unsigned i = 0; i < s->width; i++) {
			emit_put(m, b, i ? ", " : "SELECT ");
			emit_expr(m, b, s->row[0][i]);
			emit_printf(m, b, " AS c%u", i);
		}
		return;
	}
	emit_put(m, b, "SELECT ");
	for (unsigned i = 0; i < s->width; i++)
		emit_printf(m, b, i ? ", column%u AS c%u" : "column%u AS c%u", i + 1, i);
	emit_put(m, b, " FROM (VALUES ");
	for (unsigned i = 0; i < s->rows; i++) {
		emit_put(m, b, i ? ", (" : "(");
		for (unsigned k = 0; k < s->width; k++) {
			if (k)
				emit_put(m, b, ", ");
			if (i == 0) /* the columns would be called as a column here is */
				emit_put(m, b, "+");
			emit_expr(m, b, s->row[i][k]);
		}
		emit_put(m, b, ")");
	}
	emit_put(m, b, ")");
}

static void nested(struct emitter *m, struct buf *b, struct select *s)
{
	emit_put(m, b, "SELECT * FROM (");
	emit_query(m, b, s);
	emit_put(m, b, ")");
}

/* SQLite's compounds are evaluated from the left, as ours. */
static bool flat(const struct select *s)
{
	return s->kind == SELECT_SET && !s->withs && (!s->all || s->op[0] == 'u');
}

static const char *set_word(const struct select *s)
{
	static const char *const words[] = { " UNION ", " INTERSECT ", " EXCEPT " };

	if (s->all && s->op[0] == 'u')
		return " UNION ALL ";
	return words[s->op[0] == 'u' ? 0 : s->op[0] == 'i' ? 1 : 2];
}

/* A chain of many queries is one compound, or several inside of one. */
static void chain(struct emitter *m, struct buf *b, struct select *s)
{
	struct select **set, *left = s;
	unsigned n = 0, levels;

	for (; flat(left); left = left->left)
		n++;
	set = arena_alloc(m->a, (n + 1) * sizeof *set);
	left = s;
	for (unsigned i = n; flat(left); left = left->left)
		set[--i] = left;
	levels = n / TERMS_MAX;
	for (unsigned i = 0; i < levels; i++)
		emit_put(m, b, "SELECT * FROM (");
	nested(m, b, left);
	for (unsigned i = 0; i < n; i++) {
		if (i && i % TERMS_MAX == 0)
			emit_put(m, b, ")");
		emit_put(m, b, set_word(set[i]));
		nested(m, b, set[i]->right);
	}
	if (levels && n % TERMS_MAX == 0)
		emit_put(m, b, ")");
}

/* INTERSECT ALL and EXCEPT ALL: equal rows are numbered. */
static void numbered(struct emitter *m, struct buf *b, struct select *s)
{
	emit_put(m, b, "SELECT *, row_number() OVER (PARTITION BY ");
	for (unsigned i = 0; i < s->width; i++)
		emit_printf(m, b, i ? ", c%u" : "c%u", i);
	emit_put(m, b, ") AS n FROM (");
	emit_query(m, b, s);
	emit_put(m, b, ")");
}

static void set(struct emitter *m, struct buf *b, struct select *s)
{
	if (flat(s)) {
		chain(m, b, s);
		return;
	}
	emit_put(m, b, "SELECT ");
	for (unsigned i = 0; i < s->width; i++)
		emit_printf(m, b, i ? ", c%u" : "c%u", i);
	emit_put(m, b, " FROM (");
	numbered(m, b, s->left);
	emit_put(m, b, s->op[0] == 'i' ? " INTERSECT " : " EXCEPT ");
	numbered(m, b, s->right);
	emit_put(m, b, ")");
}

static void with(struct emitter *m, struct buf *b, const struct select *s)
{
	bool any = false;

	for (unsigned i = 0; i < s->withs; i++) {
		struct with *w = &s->with[i];

		if (!w->used)
			continue;
		if (!m->inlined) {
			if (!w->hoisted)
				hoist_query(m, "w", w->id, w->query);
			w->hoisted = true;
			continue;
		}
		emit_printf(m, b, any ? ", w%u AS (" : "WITH w%u AS (", w->id);
		emit_query(m, b, w->query);
		emit_put(m, b, ")");
		any = true;
	}
	if (any)
		emit_put(m, b, " ");
}

void emit_query(struct emitter *m, struct buf *b, struct select *s)
{
	if (m->f->kind)
		return;
	with(m, b, s);
	switch (s->kind) {
	case SELECT_PLAIN: case SELECT_TABLE:
		plain(m, b, s);
		break;
	case SELECT_VALUES:
		values(m, b, s);
		break;
	case SELECT_SET:
		set(m, b, s);
		break;
	case SELECT_NESTED:
		if (s->withs)
			nested(m, b, s->left);
		else
			emit_query(m, b, s->left);
		break;
	}
}

static void put_hoisted(struct emitter *m, struct buf *b, const struct buf *body)
{
	if (m->hoisted->len) {
		emit_put(m, b, "WITH ");
		buf_put(b, m->hoisted->p, m->hoisted->len);
		emit_put(m, b, " ");
	}
	buf_put(b, body->p, body->len);
	if (b->len < m->hoisted->len + body->len)
		fail_set(m->f, FAIL_DATA, "the statement is too long: not supported by td-local");
}

void emit_statement(struct emitter *m, struct buf *b, struct select *s)
{
	struct buf body, hoisted, *outer = m->hoisted;

	buf_init(&body, EMIT_MAX);
	buf_init(&hoisted, EMIT_MAX);
	/* cppcheck-suppress autoVariables ; until the end of this function */
	m->hoisted = &hoisted;
	emit_query(m, &body, s);
	put_hoisted(m, b, &body);
	m->hoisted = outer;
	buf_free(&body);
	buf_free(&hoisted);
}

void emit_filtered(struct emitter *m, struct buf *b, const char *head, struct relation *from,
	const struct expr *where_expr)
{
	struct buf body, hoisted, *outer = m->hoisted;

	buf_init(&body, EMIT_MAX);
	buf_init(&hoisted, EMIT_MAX);
	/* cppcheck-suppress autoVariables ; until the end of this function */
	m->hoisted = &hoisted;
	emit_put(m, &body, head);
	emit_from(m, &body, from);
	if (where_expr) {
		emit_put(m, &body, " WHERE ");
		emit_expr(m, &body, where_expr);
	}
	put_hoisted(m, b, &body);
	m->hoisted = outer;
	buf_free(&body);
	buf_free(&hoisted);
}

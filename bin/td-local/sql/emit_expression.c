/* emit_expression: expressions in SQLite's terms. */
#include "sql/emit.h"
#include "sql/call.h"
#include "sql/function_match.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void emit_put(struct emitter *m, struct buf *b, const char *text)
{
	if (buf_puts(b, text))
		fail_set(m->f, FAIL_DATA, "the statement is too long: not supported by td-local");
}

void emit_printf(struct emitter *m, struct buf *b, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	emit_put(m, b, text);
}

/* --- constants */

static void hex(struct emitter *m, struct buf *b, const char *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	emit_put(m, b, "x'");
	for (size_t i = 0; i < n; i++) {
		char two[3] = { digits[(unsigned char)p[i] >> 4], digits[p[i] & 15], '\0' };

		emit_put(m, b, two);
	}
	emit_put(m, b, "'");
}

static void text(struct emitter *m, struct buf *b, const char *p, size_t n)
{
	if (memchr(p, '\0', n)) {
		emit_put(m, b, "CAST(");
		hex(m, b, p, n);
		emit_put(m, b, " AS TEXT)");
		return;
	}
	buf_putc(b, '\'');
	for (const char *end = p + n; p < end;) {
		const char *quote = memchr(p, '\'', (size_t)(end - p));
		size_t part = (size_t)((quote ? quote : end) - p);

		buf_put(b, p, part);
		p += part;
		if (quote) {
			buf_puts(b, "''");
			p++;
		}
	}
	emit_put(m, b, "'");
}

static void number(struct emitter *m, struct buf *b, double d)
{
	char s[40];

	if (isinf(d)) {
		emit_put(m, b, d > 0 ? "9e999" : "(-9e999)");
		return;
	}
	snprintf(s, sizeof s, "%.17g", d);
	emit_printf(m, b, signbit(d) ? "(%s%s)" : "%s%s", s, strpbrk(s, ".e") ? "" : ".0");
}

static void constant(struct emitter *m, struct buf *b, const struct datum *v)
{
	switch (v->kind) {
	case DATUM_NULL:
		emit_put(m, b, "NULL");
		break;
	case DATUM_INT:
		emit_printf(m, b, v->i < 0 ? "(%lld)" : "%lld", (long long)v->i);
		break;
	case DATUM_DOUBLE:
		number(m, b, v->d);
		break;
	case DATUM_NAN:
		emit_put(m, b, "x'7f'");
		break;
	case DATUM_TEXT:
		text(m, b, v->p, v->n);
		break;
	case DATUM_BLOB:
		hex(m, b, v->p, v->n);
		break;
	}
}

/* --- columns and what lambdas capture */

struct captures {
	const struct expr *lambda;
	const struct expr **e;
	unsigned n;
	struct captures *outer;
};

/* Inside a lambda: its own parameters are ?1 ..., captured values follow. */
static bool parameter(struct emitter *m, struct buf *b, const struct expr *e)
{
	struct captures *c = m->lambda;
	const struct expr **more;
	unsigned i;

	if (!c)
		return false;
	if (e->kind == EXPR_ARGUMENT && e->lambda == c->lambda) {
		emit_printf(m, b, "?%u", e->index + 1);
		return true;
	}
	for (i = 0; i < c->n && !bind_equal(c->e[i], e); i++)
		;
	if (i == c->n) {
		more = arena_alloc(m->a, (c->n + 1) * sizeof *more);
		if (c->n)
			memcpy(more, c->e, c->n * sizeof *more);
		more[c->n++] = e;
		c->e = more;
	}
	emit_printf(m, b, "?%u", c->lambda->nparts + i + 1);
	return true;
}

static void column(struct emitter *m, struct buf *b, const struct expr *e)
{
	if (e->relation->table && e->relation->table->used)
		e->relation->table->used[e->index] = 1;
	if (!parameter(m, b, e))
		emit_printf(m, b, "r%u.c%u", e->relation->id, e->index);
}

/* The body as a statement; what it captures is to follow the call's arguments. */
struct lambda *emit_lambda(struct emitter *m, const struct expr *l, const struct expr ***captured,
	unsigned *n)
{
	struct captures c = { .lambda = l, .outer = m->lambda };
	const struct sqltype **types;
	struct lambda *out;
	struct buf b;

	buf_init(&b, EMIT_MAX);
	m->lambda = &c;
	emit_put(m, &b, "SELECT ");
	emit_expr(m, &b, l->arg[0]);
	m->lambda = c.outer;
	types = arena_alloc(m->a, (l->nparts + c.n + 1) * sizeof *types);
	for (unsigned i = 0; i < l->nparts; i++)
		types[i] = l->types[i];
	for (unsigned i = 0; i < c.n; i++)
		types[l->nparts + i] = c.e[i]->type;
	out = m->f->kind ? NULL : call_lambda_new(m->db, m->a, buf_text(&b), l->nparts, c.n, types,
	                                          l->arg[0]->type);
	if (!out)
		fail_set(m->f, FAIL_DATA,
			"line %u:%u: this lambda expression is not supported by td-local",
			l->at.line, l->at.column);
	buf_free(&b);
	*captured = c.e;
	*n = c.n;
	return out;
}

/* --- comparisons */

bool emit_native(const struct expr *e)
{
	switch (e->type->kind) {
	case SQL_REAL: case SQL_DOUBLE:
		return !(e->flags & MAY_BE_NAN);
	case SQL_TIMESTAMP_TZ: case SQL_ARRAY: case SQL_MAP: case SQL_ROW: case SQL_LAMBDA:
		return false;
	default:
		return true;
	}
}

static struct expr *comparison(struct emitter *m, const char *name, const struct expr *x,
	const struct expr *y)
{
	struct expr *e = arena_alloc(m->a, sizeof *e);
	const struct sqltype **types = arena_alloc(m->a, 2 * sizeof *types);

	e->kind = EXPR_CALL;
	e->name = name;
	e->at = x->at;
	e->type = &sqltype_boolean;
	e->function = function_find(m->engine, name);
	e->arg = arena_alloc(m->a, 2 * sizeof *e->arg);
	e->arg[0] = (struct expr *)(uintptr_t)x;
	e->arg[1] = (struct expr *)(uintptr_t)y;
	e->argc = 2;
	types[0] = types[1] = x->type;
	e->types = types;
	return e;
}

void emit_compare(struct emitter *m, struct buf *b, const char *op, const struct expr *x,
	const struct expr *y)
{
	bool swap = op[0] == '>', equal = op[0] == '=', differ = op[0] == '<' && op[1] == '>';

	if (emit_native(x) && emit_native(y)) {
		emit_put(m, b, "(");
		emit_expr(m, b, x);
		emit_printf(m, b, " %s ", op);
		emit_expr(m, b, y);
		emit_put(m, b, ")");
		return;
	}
	if (differ)
		emit_put(m, b, "(NOT ");
	emit_call(m, b,
		comparison(m,
			equal || differ	       ? "$eq"
				: op[1] == '=' ? "$le"
					       : "$lt",
			swap ? y : x, swap ? x : y));
	if (differ)
		emit_put(m, b, ")");
}

static void distinct(struct emitter *m, struct buf *b, const struct expr *e)
{
	if (!emit_native(e->arg[0]) || !emit_native(e->arg[1])) {
		emit_call(m, b, comparison(m, "$distinct", e->arg[0], e->arg[1]));
		return;
	}
	emit_put(m, b, "(");
	emit_expr(m, b, e->arg[0]);
	emit_put(m, b, " IS NOT ");
	emit_expr(m, b, e->arg[1]);
	emit_put(m, b, ")");
}

static void in_list(struct emitter *m, struct buf *b, const struct expr *e)
{
	bool plain = true;

	for (unsigned i = 0; i < e->argc; i++)
		plain &= emit_native(e->arg[i]);
	emit_put(m, b, "(");
	if (plain) {
		emit_expr(m, b, e->arg[0]);
		emit_put(m, b, " IN (");
	}
	for (unsigned i = 1; i < e->argc; i++) {
		if (i > 1)
			emit_put(m, b, plain ? ", " : " OR ");
		if (plain)
			emit_expr(m, b, e->arg[i]);
		else
			emit_compare(m, b, "=", e->arg[0], e->arg[i]);
	}
	emit_put(m, b, plain ? "))" : ")");
}

/* --- subqueries */

/* x op ANY (query): true if one is, NULL if none but one is NULL; ALL the other way. */
static void quantified(
	struct emitter *m, struct buf *b, const struct expr *e, const char *op, bool any)
{
	const struct sqltype *types[] = { e->query->types[0] };
	unsigned flags[] = { e->query->flags[0] };
	const char *names[] = { NULL };
	struct relation r = {
		.id = ++m->ids, .types = types, .flags = flags, .names = names, .width = 1
	};
	struct expr c = { .kind = EXPR_COLUMN,
		.at = e->at,
		.type = types[0],
		.flags = flags[0],
		.relation = &r };
	struct relation *kept = arena_alloc(m->a, sizeof *kept);
	struct expr *column_of = arena_alloc(m->a, sizeof *column_of);

	*kept = r;
	*column_of = c;
	column_of->relation = kept;
	emit_printf(m, b, "(SELECT CASE WHEN %s(", any ? "max" : "min");
	emit_compare(m, b, op, e->arg[0], column_of);
	emit_printf(m, b, ") = %d THEN %d WHEN count(*) > count(", any, any);
	emit_compare(m, b, op, e->arg[0], column_of);
	emit_printf(m, b, ") THEN NULL ELSE %d END FROM (", !any);
	emit_query(m, b, e->query);
	emit_printf(m, b, ") AS r%u)", r.id);
}

static void in_query(struct emitter *m, struct buf *b, const struct expr *e)
{
	struct expr right = { .type = e->query->types[0], .flags = e->query->flags[0] };

	if (!emit_native(e->arg[0]) || !emit_native(&right)) {
		quantified(m, b, e, "=", true);
		return;
	}
	emit_put(m, b, "(");
	emit_expr(m, b, e->arg[0]);
	emit_put(m, b, " IN (");
	emit_query(m, b, e->query);
	emit_put(m, b, "))");
}

static bool one_row(const struct select *s)
{
	return s->kind == SELECT_PLAIN && s->aggregated && !s->grouped && !s->having && !s->limit &&
		!s->offset;
}

static void scalar(struct emitter *m, struct buf *b, const struct expr *e)
{
	if (one_row(e->query)) {
		emit_put(m, b, "(");
		emit_query(m, b, e->query);
		emit_put(m, b, ")");
		return;
	}
	emit_put(m, b, "(SELECT td_one(c0) FROM (");
	emit_query(m, b, e->query);
	emit_put(m, b, "))");
}

/* --- casts */

/* Is the value the same in both types, as SQLite has it? */
static bool same_value(const struct sqltype *from, const struct sqltype *to)
{
	if (from->kind == SQL_UNKNOWN || sqltype_same(from, to))
		return true;
	if (sqltype_is_integer(from) && sqltype_is_integer(to))
		return to->kind >= from->kind;
	if (from->kind == SQL_VARCHAR && to->kind == SQL_VARCHAR)
		return to->a >= from->a;
	if (from->kind == SQL_REAL && to->kind == SQL_DOUBLE)
		return true;
	if (from->kind == SQL_TIMESTAMP && to->kind == SQL_TIMESTAMP)
		return to->a >= from->a && to->a <= 6;
	return from->kind == SQL_DECIMAL && to->kind == SQL_DECIMAL && from->b == to->b &&
		to->a >= from->a && to->a <= SQL_DECIMAL_SHORT;
}

static void cast(struct emitter *m, struct buf *b, const struct expr *e)
{
	const struct sqltype *from = e->arg[0]->type, *to = e->type;
	const char *as = sqltype_is_integer(from) && to->kind == SQL_DOUBLE ? "REAL"
		: sqltype_is_integer(from) && to->kind == SQL_VARCHAR && to->a == SQL_UNBOUNDED
		? "TEXT"
		: NULL;

	if (same_value(from, to)) {
		emit_expr(m, b, e->arg[0]);
	} else if (as) {
		emit_put(m, b, "CAST(");
		emit_expr(m, b, e->arg[0]);
		emit_printf(m, b, " AS %s)", as);
	} else {
		emit_call(m, b, e);
	}
}

/* --- the rest */

static void logic(
	struct emitter *m, struct buf *b, struct expr *const *e, unsigned n, const char *op)
{
	emit_put(m, b, "(");
	if (n > 8) { /* SQLite's trees may not be deep */
		logic(m, b, e, n / 2, op);
		emit_put(m, b, op);
		logic(m, b, e + n / 2, n - n / 2, op);
	} else {
		for (unsigned i = 0; i < n; i++) {
			if (i)
				emit_put(m, b, op);
			emit_expr(m, b, e[i]);
		}
	}
	emit_put(m, b, ")");
}

static void case_when(struct emitter *m, struct buf *b, const struct expr *e)
{
	emit_put(m, b, "CASE");
	for (unsigned i = 0; i + 1 < e->argc; i += 2) {
		emit_put(m, b, " WHEN ");
		emit_expr(m, b, e->arg[i]);
		emit_put(m, b, " THEN ");
		emit_expr(m, b, e->arg[i + 1]);
	}
	if (e->argc % 2) {
		emit_put(m, b, " ELSE ");
		emit_expr(m, b, e->arg[e->argc - 1]);
	}
	emit_put(m, b, " END");
}

static void try_begin(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	bool *guard = sqlite3_user_data(x);

	(void)argc;
	(void)argv;
	*guard = false;
	sqlite3_result_int(x, 1);
}

static void try_end(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const bool *guard = sqlite3_user_data(x);

	(void)argc;
	if (!*guard)
		sqlite3_result_value(x, argv[0]);
}

/* TRY: functions inside set the guard instead of raising. */
static void try(struct emitter *m, struct buf *b, const struct expr *e)
{
	char name[40];
	unsigned id = m->query->calls++;

	snprintf(name, sizeof name, "b%u", id);
	sqlite3_create_function_v2(
		m->db, name, 0, SQLITE_UTF8, e->guard, try_begin, NULL, NULL, NULL);
	snprintf(name, sizeof name, "e%u", id);
	sqlite3_create_function_v2(
		m->db, name, 1, SQLITE_UTF8, e->guard, try_end, NULL, NULL, NULL);
	emit_printf(m, b, "CASE WHEN b%u() THEN e%u(", id, id);
	emit_expr(m, b, e->arg[0]);
	emit_put(m, b, ") END");
}

static void is_null(struct emitter *m, struct buf *b, const struct expr *e)
{
	emit_put(m, b, "(");
	emit_expr(m, b, e->arg[0]);
	emit_put(m, b, " IS NULL)");
}

/* --- deep expressions: a part becomes a statement of its own, as a lambda without parameters */

enum { DEPTH_MAX = 10 };

static void outlined_call(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)arg;
	call_lambda(c, 0, NULL, out);
}

static const struct function outlined_function = { "$outlined", "() -> unknown", SQL_BOTH,
	FUNCTION_NULLS | FUNCTION_VOLATILE, .call = outlined_call };

static void outline(struct emitter *m, struct buf *b, const struct expr *e)
{
	struct expr *l = arena_alloc(m->a, sizeof *l), *call = arena_alloc(m->a, sizeof *call);
	const struct sqltype **types = arena_alloc(m->a, sizeof *types);
	unsigned depth = m->depth;

	l->kind = EXPR_LAMBDA;
	l->at = e->at;
	l->arg = arena_alloc(m->a, sizeof *l->arg);
	l->arg[0] = (struct expr *)(uintptr_t)e;
	l->argc = 1;
	types[0] = &sqltype_unknown;
	call->kind = EXPR_CALL;
	call->name = outlined_function.name;
	call->function = &outlined_function;
	call->at = e->at;
	call->type = e->type;
	call->types = types;
	call->arg = arena_alloc(m->a, sizeof *call->arg);
	call->arg[0] = l;
	call->argc = 1;
	m->depth = 0;
	emit_call(m, b, call);
	m->depth = depth;
}

static bool has_parts(const struct expr *e)
{
	for (unsigned i = 0; i < e->argc; i++)
		if (e->arg[i]->argc)
			return true;
	return false;
}

static void by_kind(struct emitter *m, struct buf *b, const struct expr *e);

void emit_expr(struct emitter *m, struct buf *b, const struct expr *e)
{
	bool inlined = m->inlined;

	if (m->f->kind)
		return;
	if (m->depth >= DEPTH_MAX && has_parts(e) && !e->window &&
		!(e->flags & (HAS_QUERY | HAS_WINDOW | HAS_AGGREGATE))) {
		outline(m, b, e);
		return;
	}
	m->depth++;
	m->inlined |= e->outer != NULL;
	by_kind(m, b, e);
	m->inlined = inlined;
	m->depth--;
}

static void by_kind(struct emitter *m, struct buf *b, const struct expr *e)
{
	switch (e->kind) {
	case EXPR_CONSTANT: constant(m, b, &e->value); break;
	case EXPR_COLUMN: column(m, b, e); break;
	case EXPR_ARGUMENT: parameter(m, b, e); break;
	case EXPR_CALL: emit_call(m, b, e); break;
	case EXPR_CAST: cast(m, b, e); break;
	case EXPR_CASE: case_when(m, b, e); break;
	case EXPR_AND: logic(m, b, e->arg, e->argc, " AND "); break;
	case EXPR_OR: logic(m, b, e->arg, e->argc, " OR "); break;
	case EXPR_NOT:
		emit_put(m, b, "(NOT ");
		emit_expr(m, b, e->arg[0]);
		emit_put(m, b, ")");
		break;
	case EXPR_COMPARE: emit_compare(m, b, e->name, e->arg[0], e->arg[1]); break;
	case EXPR_DISTINCT: distinct(m, b, e); break;
	case EXPR_IN: in_list(m, b, e); break;
	case EXPR_IN_QUERY: in_query(m, b, e); break;
	case EXPR_QUANTIFIED: quantified(m, b, e, e->name, e->soft); break;
	case EXPR_EXISTS:
		emit_put(m, b, "EXISTS (");
		emit_query(m, b, e->query);
		emit_put(m, b, ")");
		break;
	case EXPR_SCALAR: scalar(m, b, e); break;
	case EXPR_IS_NULL: is_null(m, b, e); break;
	case EXPR_TRY: try(m, b, e); break;
	default:
		emit_put(m, b, "NULL");
	}
}

void emit_key(struct emitter *m, struct buf *b, const struct expr *e)
{
	bool zoned = e->type->kind == SQL_TIMESTAMP_TZ; /* by instant */

	if (zoned)
		emit_put(m, b, "substr(");
	emit_expr(m, b, e);
	if (zoned)
		emit_put(m, b, ", 1, 16)");
}

void emit_orders(struct emitter *m, struct buf *b, const struct orders *o)
{
	for (unsigned i = 0; i < o->n; i++) {
		if (i)
			emit_put(m, b, ", ");
		emit_key(m, b, o->o[i].expr);
		emit_printf(m, b, "%s NULLS %s", o->o[i].descending ? " DESC" : "",
			o->o[i].nulls < 0 ? "FIRST" : "LAST");
	}
}

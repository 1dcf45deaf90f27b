/*
 * parse_expression: expressions of both dialects. Loosest first: OR; AND; NOT; predicates; || and
 * Hive's | and &; + -;
 * * / %; unary - and +; AT TIME ZONE; x[i] and x.f; primaries.
 */
#include "sql/parse.h"

#include <ctype.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

static struct expr *one(struct parser *p, enum expr_kind kind, struct place at, struct expr *x)
{
	struct expr *e = parse_new(p, kind, at);

	e->arg = arena_alloc(p->a, sizeof *e->arg);
	e->arg[0] = x;
	e->argc = 1;
	return e;
}

static struct expr *two(
	struct parser *p, enum expr_kind kind, struct place at, struct expr *x, struct expr *y)
{
	struct expr *e = parse_new(p, kind, at);

	e->arg = arena_alloc(p->a, 2 * sizeof *e->arg);
	e->arg[0] = x;
	e->arg[1] = y;
	e->argc = 2;
	return e;
}

static struct expr *operation(
	struct parser *p, struct place at, const char *name, struct expr *x, struct expr *y)
{
	struct expr *arg[] = { x, y };

	return parse_call(p, at, name, 2, arg);
}

static void add(struct parser *p, struct expr *e, struct expr *arg)
{
	*PARSE_APPEND(p, e->arg, e->argc) = arg;
}

/* The string that is expected here. */
static void string(struct parser *p, struct expr *e)
{
	if (p->t->kind != TOKEN_STRING) {
		parse_wrong(p, "<string>");
		return;
	}
	e->text = p->t->text;
	e->n = p->t->n;
	p->t++;
}

static struct expr *string_constant(struct parser *p, struct place at, const char *text)
{
	struct expr *e = parse_new(p, EXPR_STRING, at);

	e->text = text;
	e->n = strlen(text);
	return e;
}

/* --- types */

static bool type_word(const struct parser *p)
{
	return p->t->kind == TOKEN_WORD || p->t->kind == TOKEN_QUOTED;
}

/* The words of a type, put together again: sqltype_parse() reads them. */
const char *parse_type(struct parser *p)
{
	const struct token *start = p->t, *last;
	unsigned depth = 0;
	char *s, *to;
	size_t n = 1;

	if (!type_word(p)) {
		parse_wrong(p, "<type>");
		return "";
	}
	for (;;) {
		bool open = parse_is(p, "(") || parse_is(p, "<"),
		     close = parse_is(p, ")") || parse_is(p, ">");

		if (open)
			depth++;
		else if (close && depth == 0)
			break;
		else if (close)
			depth--;
		else if (depth == 0 && p->t > start &&
			!(parse_is(p, "precision") || parse_is(p, "with time zone") ||
				parse_is(p, "without time zone") || parse_is(p, "time zone") ||
				parse_is(p, "zone") || parse_is(p, "day to second") ||
				parse_is(p, "year to month") || parse_is(p, "to") ||
				parse_is(p, "second") || parse_is(p, "month") ||
				(parse_is(p, "array") && p->t > start)))
			break;
		if (p->t >= p->end)
			break;
		p->t++;
	}
	last = p->t;
	for (const struct token *t = start; t < last; t++)
		n += t->n + 3;
	s = to = arena_alloc(p->a, n + 1);
	for (const struct token *t = start; t < last; t++) {
		const char *quote = t->kind == TOKEN_QUOTED ? "\"" : "";

		to += snprintf(to, (size_t)(s + n + 1 - to), "%s%s%s%s", quote, t->text, quote,
			t->kind == TOKEN_SYMBOL ? "" : " ");
	}
	if (to > s && to[-1] == ' ')
		to[-1] = '\0';
	return s;
}

/* --- what begins with a keyword */

static struct expr *cast(struct parser *p, struct place at, bool soft)
{
	struct expr *e;

	parse_expect(p, "(");
	e = one(p, EXPR_CAST, at, parse_expression(p));
	parse_expect(p, "as");
	e->name = parse_type(p);
	e->soft = soft;
	parse_expect(p, ")");
	return e;
}

static struct expr *case_when(struct parser *p, struct place at)
{
	struct expr *e = parse_new(p, EXPR_CASE, at);

	if (!parse_is(p, "when"))
		e->operand = parse_expression(p);
	if (!parse_is(p, "when"))
		parse_wrong(p, "'WHEN'");
	while (parse_take(p, "when")) {
		add(p, e, parse_expression(p));
		parse_expect(p, "then");
		add(p, e, parse_expression(p));
	}
	if (parse_take(p, "else"))
		add(p, e, parse_expression(p));
	parse_expect(p, "end");
	return e;
}

static struct expr *extract(struct parser *p, struct place at)
{
	static const char *const fields[] = { "year", "quarter", "month", "week", "day",
		"day_of_month", "day_of_week", "dow", "day_of_year", "doy", "year_of_week", "yow",
		"hour", "minute", "second", "timezone_minute", "timezone_hour", NULL };
	struct expr *arg;
	const char *field;

	bool known = false;

	parse_expect(p, "(");
	field = parse_name(p);
	for (int i = 0; fields[i]; i++)
		known |= strcmp(fields[i], field) == 0;
	if (!known)
		parse_error(p, at, "Invalid EXTRACT field: %s", field);
	parse_expect(p, "from");
	arg = parse_expression(p);
	parse_expect(p, ")");
	return parse_call(p, at, field, 1, &arg);
}

static struct expr *interval(struct parser *p, struct place at)
{
	struct expr *e = parse_new(p, EXPR_INTERVAL, at);

	if (parse_take(p, "-"))
		e->value.i = 1;
	else
		parse_take(p, "+");
	if (p->t->kind == TOKEN_INTEGER && p->hive) {
		e->text = p->t->text;
		e->n = p->t->n;
		p->t++;
	} else {
		string(p, e);
	}
	e->name = parse_name(p);
	if (parse_take(p, "to"))
		e->from = parse_name(p);
	return e;
}

static struct expr *array(struct parser *p, struct place at)
{
	struct expr *e = parse_call(p, at, "$array", 0, NULL);

	e->arg = NULL;
	parse_expect(p, "[");
	if (!parse_is(p, "]"))
		do {
			add(p, e, parse_expression(p));
		} while (parse_take(p, ","));
	parse_expect(p, "]");
	return e;
}

static struct expr *exists(struct parser *p, struct place at)
{
	struct expr *e = parse_new(p, EXPR_EXISTS, at);

	parse_expect(p, "(");
	e->query = parse_query(p);
	parse_expect(p, ")");
	return e;
}

/* current_timestamp and its kin, with or without (p). */
static struct expr *clock(struct parser *p, struct place at, const char *name)
{
	struct expr *e = parse_call(p, at, name, 0, NULL);

	if (!p->hive && parse_take(p, "(")) {
		add(p, e, parse_value(p));
		parse_expect(p, ")");
	} else if (p->hive && parse_take(p, "(")) {
		parse_expect(p, ")");
	}
	return e;
}

/* substring(s FROM a FOR b), with the words or commas. */
static struct expr *substring(struct parser *p, struct place at)
{
	struct expr *e = parse_call(p, at, "substring", 0, NULL);

	e->arg = NULL;
	parse_expect(p, "(");
	add(p, e, parse_expression(p));
	if (parse_take(p, "from")) {
		add(p, e, parse_expression(p));
		if (parse_take(p, "for"))
			add(p, e, parse_expression(p));
	} else {
		while (parse_take(p, ","))
			add(p, e, parse_expression(p));
	}
	parse_expect(p, ")");
	return e;
}

static struct expr *position(struct parser *p, struct place at)
{
	struct expr *needle, *arg[2];

	parse_expect(p, "(");
	needle = parse_value(p);
	parse_expect(p, "in");
	arg[0] = parse_value(p);
	arg[1] = needle;
	parse_expect(p, ")");
	return parse_call(p, at, "strpos", 2, arg);
}

/* normalize(s[, NFC]) */
static struct expr *normalize(struct parser *p, struct place at)
{
	struct expr *arg[2];
	char *form;

	parse_expect(p, "(");
	arg[0] = parse_value(p);
	form = arena_string(p->a, parse_take(p, ",") ? parse_name(p) : "nfc");
	for (char *c = form; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	arg[1] = string_constant(p, at, form);
	parse_expect(p, ")");
	return parse_call(p, at, "normalize", 2, arg);
}

/* trim([LEADING|TRAILING|BOTH] [chars] FROM s), or as a plain call */
static struct expr *trim(struct parser *p, struct place at)
{
	const char *name = "trim";
	struct expr *arg[2];
	unsigned n = 1;

	parse_expect(p, "(");
	if (parse_take(p, "leading"))
		name = "ltrim";
	else if (parse_take(p, "trailing"))
		name = "rtrim";
	else
		parse_take(p, "both");
	if (parse_take(p, "from")) {
		arg[0] = parse_expression(p);
	} else {
		arg[0] = parse_expression(p);
		if (parse_take(p, "from")) {
			arg[1] = arg[0];
			arg[0] = parse_expression(p);
			n = 2;
		} else if (parse_take(p, ",")) {
			arg[1] = parse_expression(p);
			n = 2;
		}
	}
	parse_expect(p, ")");
	return parse_call(p, at, name, n, arg);
}

static struct expr *grouping(struct parser *p, struct place at)
{
	struct expr *e = parse_call(p, at, "$grouping", 0, NULL);

	e->arg = NULL;
	parse_expect(p, "(");
	if (!parse_is(p, ")"))
		do {
			add(p, e, parse_expression(p));
		} while (parse_take(p, ","));
	parse_expect(p, ")");
	return e;
}

/* --- calls */

void parse_orders(struct parser *p, struct orders *o)
{
	do {
		struct order *x = PARSE_APPEND(p, o->o, o->n);

		*x = (struct order){ .expr = parse_expression(p), .item = -1 };
		if (parse_take(p, "desc"))
			x->descending = true;
		else
			parse_take(p, "asc");
		if (parse_take(p, "nulls first"))
			x->nulls = -1;
		else if (parse_take(p, "nulls last"))
			x->nulls = 1;
	} while (parse_take(p, ","));
}

static enum bound_kind bound(struct parser *p, struct expr **e)
{
	if (parse_take(p, "unbounded preceding"))
		return UNBOUNDED_PRECEDING;
	if (parse_take(p, "unbounded following"))
		return UNBOUNDED_FOLLOWING;
	if (parse_take(p, "current row"))
		return CURRENT_ROW;
	*e = parse_expression(p);
	if (parse_take(p, "preceding"))
		return PRECEDING;
	parse_expect(p, "following");
	return FOLLOWING;
}

static void frame(struct parser *p, struct window *w)
{
	w->frame = parse_take(p, "rows")  ? "rows"
		: parse_take(p, "range")  ? "range"
		: parse_take(p, "groups") ? "groups"
					  : NULL;
	if (!w->frame)
		return;
	w->to = CURRENT_ROW;
	if (parse_take(p, "between")) {
		w->from = bound(p, &w->from_expr);
		parse_expect(p, "and");
		w->to = bound(p, &w->to_expr);
	} else {
		w->from = bound(p, &w->from_expr);
	}
	if (w->from == UNBOUNDED_FOLLOWING)
		parse_error(p, w->at, "Window frame start cannot be UNBOUNDED FOLLOWING");
	else if (w->to == UNBOUNDED_PRECEDING)
		parse_error(p, w->at, "Window frame end cannot be UNBOUNDED PRECEDING");
	else if (w->from > w->to)
		parse_error(p, w->at, "Window frame starting from a later row than it ends");
}

void parse_window(struct parser *p, struct window *w)
{
	if (parse_is_name(p) && !parse_is(p, "partition") && !parse_is(p, "rows") &&
		!parse_is(p, "range") && !parse_is(p, "groups") && !parse_is(p, "distribute") &&
		!parse_is(p, "sort"))
		w->base = parse_name(p);
	if (parse_take(p, "partition by") || (p->hive && parse_take(p, "distribute by")))
		do {
			*PARSE_APPEND(p, w->partition, w->partitions) = parse_expression(p);
		} while (parse_take(p, ","));
	if (parse_take(p, "order by") || (p->hive && parse_take(p, "sort by")))
		parse_orders(p, &w->order);
	frame(p, w);
	if (parse_is(p, "exclude"))
		parse_refuse(p, p->t->at, "EXCLUDE in a window frame");
}

static void over(struct parser *p, struct expr *e)
{
	if (parse_take(p, "ignore nulls"))
		e->nulls = 1;
	else if (parse_take(p, "respect nulls"))
		e->nulls = -1;
	if (!parse_take(p, "over"))
		return;
	e->window = arena_alloc(p->a, sizeof *e->window);
	e->window->at = e->at;
	if (parse_take(p, "(")) {
		parse_window(p, e->window);
		parse_expect(p, ")");
	} else {
		e->window->name = parse_name(p); /* of the WINDOW clause */
	}
}

static void arguments(struct parser *p, struct expr *e)
{
	parse_expect(p, "(");
	if (parse_take(p, "*")) {
		e->star = true;
	} else if (!parse_is(p, ")")) {
		e->distinct = parse_take(p, "distinct");
		if (!e->distinct)
			parse_take(p, "all");
		do {
			add(p, e, parse_expression(p));
		} while (parse_take(p, ","));
		if (parse_take(p, "order by"))
			parse_orders(p, &e->order);
	}
	parse_expect(p, ")");
}

static struct expr *call(struct parser *p, struct place at, const char *name)
{
	struct expr *e = parse_call(p, at, name, 0, NULL);

	e->arg = NULL;
	arguments(p, e);
	if (strcmp(name, "try") == 0 && e->argc == 1 && !p->hive)
		e->kind = EXPR_TRY;
	if (parse_take(p, "within group")) {
		parse_expect(p, "(");
		parse_expect(p, "order by");
		parse_orders(p, &e->order);
		parse_expect(p, ")");
	}
	if (parse_is(p, "filter (") && parse_take(p, "filter")) {
		parse_expect(p, "(");
		parse_expect(p, "where");
		e->filter = parse_expression(p);
		parse_expect(p, ")");
	}
	over(p, e);
	return e;
}

/* --- primaries */

static struct expr *lambda(struct parser *p, struct place at, const char **parts, unsigned n)
{
	struct expr *e;

	parse_expect(p, "->");
	e = one(p, EXPR_LAMBDA, at, parse_expression(p));
	e->parts = parts;
	e->nparts = n;
	return e;
}

/* (a, b) -> ... ? */
static bool is_lambda(const struct parser *p)
{
	const struct token *t = p->first + p->match[p->t - p->first] + 1;

	return !p->hive && t <= p->end && t->kind == TOKEN_SYMBOL && strcmp(t->text, "->") == 0;
}

static struct expr *parentheses(struct parser *p, struct place at)
{
	struct expr *e;
	unsigned n = 0;

	if (parse_is_query(p)) {
		parse_take(p, "(");
		e = parse_new(p, EXPR_SCALAR, at);
		e->query = parse_query(p);
		parse_expect(p, ")");
		return e;
	}
	if (is_lambda(p)) {
		const char **parts = NULL;

		if (!(p->t[1].kind == TOKEN_SYMBOL && parse_take(p, "( )")))
			parts = parse_names(p, &n);
		return lambda(p, at, parts, n);
	}
	parse_take(p, "(");
	e = parse_expression(p);
	if (parse_is(p, ",")) {
		struct expr *row = parse_call(p, at, "$row", 0, NULL);

		row->arg = NULL;
		add(p, row, e);
		while (parse_take(p, ","))
			add(p, row, parse_expression(p));
		e = row;
	}
	parse_expect(p, ")");
	return e;
}

static struct expr *literal(struct parser *p, enum expr_kind kind)
{
	struct expr *e = parse_new(p, kind, p->t->at);

	e->text = p->t->text;
	e->n = p->t->n;
	e->suffix = p->t->suffix;
	p->t++;
	return e;
}

static struct expr *boolean(struct parser *p, struct place at, bool b)
{
	struct expr *e = parse_new(p, EXPR_BOOLEAN, at);

	e->value.i = b;
	return e;
}

static struct expr *name(struct parser *p, struct place at)
{
	struct expr *e;
	const char *first;

	if (p->t[1].kind == TOKEN_SYMBOL && p->t->kind == TOKEN_WORD) {
		if (strcmp(p->t[1].text, "->") == 0 && !p->hive) {
			const char **parts = arena_alloc(p->a, sizeof *parts);

			parts[0] = parse_name(p);
			return lambda(p, at, parts, 1);
		}
	}
	first = parse_name(p);
	if (parse_is(p, "("))
		return call(p, at, first);
	e = parse_new(p, EXPR_NAME, at);
	*PARSE_APPEND(p, e->parts, e->nparts) = first;
	return e;
}

/* Keywords that begin an expression. NULL: it is none of them. */
static struct expr *keyword(struct parser *p, struct place at)
{
	static const struct {
		const char *word;
		struct expr *(*parse)(struct parser *p, struct place at);
		bool hive;
	} calls[] = {
		{ "case", case_when, true },
		{ "extract", extract, true },
		{ "exists", exists, true },
		{ "substring", substring, false },
		{ "position", position, false },
		{ "normalize", normalize, false },
		{ "trim", trim, false },
		{ "grouping", grouping, false },
	};
	static const char *const clocks[] = { "current_date", "current_timestamp", "localtimestamp",
		"current_time", "localtime" };

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		bool open = p->t[1].kind == TOKEN_SYMBOL && p->t[1].text[0] == '(';

		if ((calls[i].hive || !p->hive) && parse_is(p, calls[i].word) && (i == 0 || open)) {
			p->t++;
			return calls[i].parse(p, at);
		}
	}
	for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++)
		if (parse_take(p, clocks[i]))
			return clock(p, at, clocks[i]);
	if (parse_take(p, "null"))
		return parse_new(p, EXPR_NULL, at);
	if (parse_is(p, "true") || parse_is(p, "false"))
		return boolean(p, at, (p->t++)->text[0] == 't');
	if (parse_is(p, "cast (") || (!p->hive && parse_is(p, "try_cast (")))
		return cast(p, at, (p->t++)->text[0] == 't');
	if (parse_is(p, "array [") && parse_take(p, "array"))
		return array(p, at);
	if (!p->hive && parse_is(p, "row (")) {
		struct expr *e = parse_call(p, at, "$row", 0, NULL);

		e->arg = NULL;
		p->t++;
		arguments(p, e);
		return e;
	}
	if (parse_is(p, "interval") &&
		(p->t[1].kind == TOKEN_STRING || p->t[1].kind == TOKEN_INTEGER ||
			p->t[1].kind == TOKEN_SYMBOL) &&
		!(p->t[1].kind == TOKEN_SYMBOL && !strchr("+-", p->t[1].text[0])))
		return p->t++, interval(p, at);
	return NULL;
}

static struct expr *typed(struct parser *p, struct place at)
{
	struct expr *e = parse_new(p, EXPR_TYPED, at);

	e->name = p->t->text;
	p->t++;
	if (strcmp(e->name, "double") == 0)
		parse_take(p, "precision");
	string(p, e);
	return e;
}

static struct expr *primary(struct parser *p)
{
	struct place at = p->t->at;
	struct expr *e;

	switch (p->t->kind) {
	case TOKEN_INTEGER: return literal(p, EXPR_INTEGER);
	case TOKEN_DECIMAL: return literal(p, EXPR_DECIMAL);
	case TOKEN_DOUBLE: return literal(p, EXPR_DOUBLE);
	case TOKEN_STRING: return literal(p, EXPR_STRING);
	case TOKEN_BINARY: return literal(p, EXPR_BINARY);
	case TOKEN_QUOTED: return name(p, at);
	case TOKEN_SYMBOL:
		if (parse_is(p, "("))
			return parentheses(p, at);
		if (parse_take(p, "?"))
			return parse_new(p, EXPR_PARAMETER, at);
		break;
	case TOKEN_WORD:
		e = keyword(p, at);
		if (e)
			return e;
		if (parse_is_name(p) &&
			(p->t[1].kind == TOKEN_STRING ||
				(parse_is(p, "double precision") && p->t[2].kind == TOKEN_STRING)))
			return typed(p, at);
		if (parse_is_name(p) ||
			(p->hive && (p->t[1].kind == TOKEN_SYMBOL && p->t[1].text[0] == '(')))
			return parse_is_name(p) ? name(p, at) : call(p, at, (p->t++)->text);
		if ((parse_is(p, "left") || parse_is(p, "right")) && p->t[1].kind == TOKEN_SYMBOL)
			break;
		break;
	case TOKEN_END:
		break;
	}
	parse_wrong(p, "<expression>");
	return parse_new(p, EXPR_NULL, at);
}

/* x[i], x.f. A name takes up to four parts; the binder tells columns from fields. */
static struct expr *postfix(struct parser *p)
{
	struct expr *e = primary(p);
	struct place at;

	for (;;) {
		at = p->t->at;
		if (parse_take(p, "[")) {
			e = operation(p, at, "$subscript", e, parse_value(p));
			parse_expect(p, "]");
		} else if (parse_is(p, ".") && !(p->t[1].kind == TOKEN_SYMBOL)) {
			p->t++;
			if (e->kind == EXPR_NAME) {
				*PARSE_APPEND(p, e->parts, e->nparts) = parse_name(p);
			} else {
				e = one(p, EXPR_FIELD, at, e);
				e->name = parse_name(p);
			}
			if (e->kind == EXPR_NAME && parse_is(p, "(")) {
				parse_error(p, e->at,
					"function %s.%s is not registered, or not in td-local",
					e->parts[0], e->parts[e->nparts - 1]);
				return e;
			}
		} else {
			return e;
		}
	}
}

static struct expr *zoned(struct parser *p)
{
	struct expr *e = postfix(p);

	while (parse_is(p, "at time zone")) {
		struct place at = p->t->at;

		parse_take(p, "at time zone");
		e = operation(p, at, "$at_timezone", e, postfix(p));
	}
	return e;
}

static bool is_number(const struct token *t)
{
	return t->kind == TOKEN_INTEGER || t->kind == TOKEN_DECIMAL || t->kind == TOKEN_DOUBLE;
}

static struct expr *unary(struct parser *p)
{
	struct place at = p->t->at;
	struct expr *e;

	if (parse_is(p, "-") && is_number(p->t + 1)) {
		p->t++;
		e = zoned(p);
		if (e->kind != EXPR_INTEGER && e->kind != EXPR_DECIMAL && e->kind != EXPR_DOUBLE)
			return parse_call(p, at, "$negate", 1, &e);
		e->text = arena_printf(p->a, "-%s", e->text);
		e->n++;
		e->at = at;
		return e;
	}
	if (!parse_is(p, "-") && !parse_is(p, "+") &&
		!(p->hive && (parse_is(p, "~") || parse_is(p, "!"))))
		return zoned(p);
	if (!parse_deeper(p))
		return parse_new(p, EXPR_NULL, at);
	if (parse_take(p, "-")) {
		e = unary(p);
		e = parse_call(p, at, "$negate", 1, &e);
	} else if (parse_take(p, "~")) {
		e = unary(p);
		e = parse_call(p, at, "$bitnot", 1, &e);
	} else if (parse_take(p, "!")) {
		e = one(p, EXPR_NOT, at, unary(p));
	} else {
		p->t++;
		e = unary(p);
		e = parse_call(p, at, "$plus", 1, &e);
	}
	p->depth--;
	return e;
}

/* Operators of two operands by their level, the tightest first. */
static const struct { const char *symbol, *name; int level; bool hive; } binaries[] = {
	{ "^", "$bitxor", 0, true }, { "*", "$multiply", 1, false }, { "/", "$divide", 1, false }, { "%", "$modulus", 1, false },
	{ "div", "$div", 1, true }, { "+", "$add", 2, false }, { "-", "$subtract", 2, false }, { "||", "$concat", 3, false },
	{ "&", "$bitand", 4, true }, { "|", "$bitor", 5, true },
};
enum { LEVELS = 6, CHAIN_MAX = 500 };

static struct expr *binary(struct parser *p, int level)
{
	struct expr *e = level < 0 ? unary(p) : binary(p, level - 1);
	bool more = level >= 0;
	unsigned n = 0;

	while (more) {
		more = false;
		for (size_t i = 0; i < sizeof binaries / sizeof *binaries; i++) {
			struct place at = p->t->at;

			if (binaries[i].level != level || (binaries[i].hive && !p->hive) ||
				!parse_take(p, binaries[i].symbol))
				continue;
			e = operation(p, at, binaries[i].name, e, binary(p, level - 1));
			more = true;
			if (++n > CHAIN_MAX)
				parse_error(p, at,
					"more than %d operators in a row: not supported by "
					"td-local",
					CHAIN_MAX);
			break;
		}
	}
	return e;
}

struct expr *parse_value(struct parser *p)
{
	return binary(p, LEVELS - 1);
}

/* --- predicates */

static struct expr *negated(struct parser *p, struct place at, bool inverted, struct expr *e)
{
	return inverted ? one(p, EXPR_NOT, at, e) : e;
}

static struct expr *in(struct parser *p, struct place at, struct expr *x)
{
	struct expr *e;

	if (parse_is_query(p)) {
		parse_take(p, "(");
		e = one(p, EXPR_IN_QUERY, at, x);
		e->query = parse_query(p);
	} else {
		e = parse_new(p, EXPR_IN, at);
		add(p, e, x);
		parse_expect(p, "(");
		do {
			add(p, e, parse_expression(p));
		} while (parse_take(p, ","));
	}
	parse_expect(p, ")");
	return e;
}

static struct expr *like(struct parser *p, struct place at, struct expr *x)
{
	struct expr *e = parse_call(p, at, "$like", 0, NULL);

	e->arg = NULL;
	add(p, e, x);
	add(p, e, parse_value(p));
	if (parse_take(p, "escape"))
		add(p, e, parse_value(p));
	return e;
}

static struct expr *is(struct parser *p, struct place at, struct expr *x)
{
	bool inverted = parse_take(p, "not");

	if (parse_take(p, "null"))
		return negated(p, at, inverted, one(p, EXPR_IS_NULL, at, x));
	if (parse_take(p, "distinct from"))
		return negated(p, at, inverted, two(p, EXPR_DISTINCT, at, x, parse_value(p)));
	if (p->hive && (parse_is(p, "true") || parse_is(p, "false")))
		return negated(p, at, !inverted,
			two(p, EXPR_DISTINCT, at, x, boolean(p, at, (p->t++)->text[0] == 't')));
	parse_wrong(p, "'NULL', 'DISTINCT'");
	return x;
}

static const char *comparison(struct parser *p)
{
	static const char *const symbols[][2] = { { "=", "=" }, { "<>", "<>" }, { "!=", "<>" },
		{ "<", "<" }, { "<=", "<=" }, { ">", ">" }, { ">=", ">=" } };

	for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
		if (parse_take(p, symbols[i][0]))
			return symbols[i][1];
	if (p->hive && parse_take(p, "=="))
		return "=";
	return p->hive && parse_take(p, "<=>") ? "<=>" : NULL;
}

static struct expr *compare(struct parser *p, struct place at, const char *op, struct expr *x)
{
	bool all = parse_is(p, "all ("), any = parse_is(p, "any (") || parse_is(p, "some (");
	struct expr *e;

	if (all || any) {
		p->t++;
		if (!parse_is_query(p))
			parse_wrong(p, "<query>");
		parse_take(p, "(");
		e = one(p, EXPR_QUANTIFIED, at, x);
		e->query = parse_query(p);
		e->soft = any;
		parse_expect(p, ")");
	} else {
		e = two(p, EXPR_COMPARE, at, x, parse_value(p));
	}
	e->name = op;
	if (strcmp(op, "<=>") == 0) {
		e->kind = EXPR_DISTINCT;
		return one(p, EXPR_NOT, at, e);
	}
	return e;
}

/* One predicate after x; NULL: there is none. */
static struct expr *predicate(struct parser *p, struct expr *x)
{
	struct place at = p->t->at;
	const char *op = comparison(p);
	bool inverted;

	if (op)
		return compare(p, at, op, x);
	if (parse_take(p, "is"))
		return is(p, at, x);
	inverted = parse_is(p, "not between") || parse_is(p, "not in") || parse_is(p, "not like") ||
		parse_is(p, "not rlike") || parse_is(p, "not regexp");
	if (inverted)
		p->t++;
	if (parse_take(p, "between")) {
		struct expr *e = parse_new(p, EXPR_BETWEEN, at);

		add(p, e, x);
		add(p, e, parse_value(p));
		parse_expect(p, "and");
		add(p, e, parse_value(p));
		return negated(p, at, inverted, e);
	}
	if (parse_take(p, "in"))
		return negated(p, at, inverted, in(p, at, x));
	if (parse_take(p, "like"))
		return negated(p, at, inverted, like(p, at, x));
	if (p->hive && (parse_take(p, "rlike") || parse_take(p, "regexp")))
		return negated(p, at, inverted, operation(p, at, "$rlike", x, parse_value(p)));
	return NULL;
}

static struct expr *predicated(struct parser *p)
{
	struct expr *x = parse_value(p), *e = predicate(p, x);

	while (e && p->hive && (x = predicate(p, e)))
		e = x;
	return e ? e : x;
}

static struct expr *inversion(struct parser *p)
{
	struct place at = p->t->at;
	struct expr *e;

	if (!parse_take(p, "not"))
		return predicated(p);
	if (!parse_deeper(p))
		return parse_new(p, EXPR_NULL, at);
	e = one(p, EXPR_NOT, at, inversion(p));
	p->depth--;
	return e;
}

/* Many ANDs are one node: a statement may have thousands. */
static struct expr *chain(struct parser *p, enum expr_kind kind, const char *word,
	struct expr *(*part)(struct parser *))
{
	struct place at = p->t->at;
	struct expr *e = part(p), *all;

	if (!parse_is(p, word))
		return e;
	all = parse_new(p, kind, at);
	add(p, all, e);
	while (parse_take(p, word))
		add(p, all, part(p));
	return all;
}

static struct expr *and(struct parser *p)
{
	return chain(p, EXPR_AND, "and", inversion);
}

struct expr *parse_expression(struct parser *p)
{
	struct expr *e;

	if (!parse_deeper(p))
		return parse_new(p, EXPR_NULL, p->t->at);
	e = chain(p, EXPR_OR, "or", and);
	p->depth--;
	return e;
}

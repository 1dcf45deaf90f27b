/* parse_words: the parser's view of words: keywords, names, errors. */
#include "sql/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool same(const struct token *t, const char *w, size_t n)
{
	return (t->kind == TOKEN_WORD || t->kind == TOKEN_SYMBOL) && t->n == n &&
		memcmp(t->text, w, n) == 0;
}

/* How many words it is; 0: it is not. */
static unsigned matches(const struct parser *p, const char *words)
{
	unsigned n = 0;

	for (const char *w = words; *w; n++) {
		size_t len = strcspn(w, " ");

		if (p->t + n > p->end || !same(p->t + n, w, len))
			return 0;
		w += len + (w[len] == ' ');
	}
	return n;
}

bool parse_is(const struct parser *p, const char *words)
{
	return matches(p, words) > 0;
}

bool parse_take(struct parser *p, const char *words)
{
	unsigned n = matches(p, words);

	p->t += n;
	return n > 0;
}

void parse_error(struct parser *p, struct place at, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	fail_set(p->f, FAIL_DATA, "line %u:%u: %s", at.line, at.column, text);
	p->t = p->end;
}

void parse_refuse(struct parser *p, struct place at, const char *what)
{
	parse_error(p, at, "%s is not supported by td-local", what);
}

void parse_wrong(struct parser *p, const char *expecting)
{
	const struct token *t = p->t;
	int n = (int)(t->raw_n > 60 ? 60 : t->raw_n);

	if (t->kind == TOKEN_END)
		parse_error(p, t->at, "mismatched input '<EOF>'. Expecting: %s", expecting);
	else
		parse_error(
			p, t->at, "mismatched input '%.*s'. Expecting: %s", n, t->raw, expecting);
}

void parse_expect(struct parser *p, const char *words)
{
	char text[64];

	if (parse_take(p, words))
		return;
	snprintf(text, sizeof text, "'%s'", words);
	parse_wrong(p, text);
}

bool parse_deeper(struct parser *p)
{
	if (++p->depth <= EXPR_DEPTH_MAX)
		return true;
	parse_error(p, p->t->at, "nested more than %d levels deep: not supported by td-local",
		EXPR_DEPTH_MAX);
	return false;
}

/* --- names */

static bool listed(const char *const *words, const struct token *t)
{
	for (; *words; words++)
		if (strcmp(*words, t->text) == 0)
			return true;
	return false;
}

static bool reserved(const struct parser *p, const struct token *t)
{
	static const char *const presto[] = { "alter", "and", "as", "between", "by", "case", "cast",
		"constraint", "create", "cross", "cube", "current_date", "current_time",
		"current_timestamp", "current_user", "deallocate", "delete", "describe", "distinct",
		"drop", "else", "end", "escape", "except", "execute", "exists", "extract", "false",
		"for", "from", "full", "group", "grouping", "having", "in", "inner", "insert",
		"intersect", "into", "is", "join", "left", "like", "localtime", "localtimestamp",
		"natural", "normalize", "not", "null", "on", "or", "order", "prepare", "recursive",
		"right", "rollup", "select", "table", "then", "true", "uescape", "union", "unnest",
		"using", "values", "when", "where", "with", NULL };
	static const char *const hive[] = { "and", "as", "between", "by", "case", "cast", "create",
		"cross", "cube", "delete", "describe", "distinct", "drop", "else", "end", "except",
		"exists", "false", "for", "from", "full", "group", "grouping", "having", "in",
		"inner", "insert", "intersect", "into", "is", "join", "lateral", "left", "like",
		"not", "null", "on", "or", "order", "right", "rollup", "select", "table", "then",
		"true", "union", "using", "when", "where", "with", NULL };

	return listed(p->hive ? hive : presto, t);
}

static bool is_name(const struct parser *p, const struct token *t)
{
	return t->kind == TOKEN_QUOTED || (t->kind == TOKEN_WORD && !reserved(p, t));
}

bool parse_is_name(const struct parser *p)
{
	return is_name(p, p->t);
}

bool parse_is_alias(const struct parser *p)
{
	/* Not reserved, but they begin what may follow. */
	static const char *const begin[] = { "limit", "offset", "fetch", "window", "tablesample",
		"cluster", "sort", "distribute", "lateral", "semi", "anti", "over", "filter", "set",
		"match_recognize", NULL };

	return is_name(p, p->t) && !(p->t->kind == TOKEN_WORD && listed(begin, p->t));
}

static const char *lower(struct parser *p, const struct token *t)
{
	char *s = arena_copy(p->a, t->text, t->n);

	for (char *c = s; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
	return s;
}

const char *parse_name(struct parser *p)
{
	if (!parse_is_name(p)) {
		parse_wrong(p, "<identifier>");
		return "";
	}
	return lower(p, p->t++);
}

const char **parse_names(struct parser *p, unsigned *n)
{
	const char **names = NULL;

	*n = 0;
	parse_expect(p, "(");
	do {
		*PARSE_APPEND(p, names, *n) = parse_name(p);
	} while (parse_take(p, ","));
	parse_expect(p, ")");
	return names;
}

const char **parse_path(struct parser *p, unsigned *n)
{
	const char **parts = NULL;

	*n = 0;
	do {
		*PARSE_APPEND(p, parts, *n) = parse_name(p);
	} while (p->t[0].kind == TOKEN_SYMBOL && parse_is(p, ".") && is_name(p, p->t + 1) &&
		parse_take(p, "."));
	return parts;
}

static bool starts_query(const struct token *t)
{
	return same(t, "select", 6) || same(t, "with", 4) || same(t, "values", 6) ||
		same(t, "table", 5);
}

bool parse_is_query(const struct parser *p)
{
	const struct token *t = p->t;
	static const char *const behind[] = { "union", "intersect", "except", "order", "limit",
		"offset", "fetch", NULL };
	unsigned depth = 0;

	if (!same(t, "(", 1))
		return false;
	while (same(t + 1, "(", 1) && t < p->end)
		t++, depth++;
	if (!starts_query(t + 1) && !(p->hive && same(t + 1, "from", 4)))
		return false;
	for (; depth; depth--, t--) { /* from the innermost outwards: does the query go on after
					 its parenthesis? */
		const struct token *next = p->first + p->match[t - p->first] + 1;

		if (next > p->end ||
			!(same(next, ")", 1) || (next->kind == TOKEN_WORD && listed(behind, next))))
			return false;
	}
	return true;
}

/* --- nodes */

void *parse_grow(struct parser *p, void *array, unsigned n, size_t size)
{
	void *more;

	if (n & (n - 1) || (n == 0 && array))
		return array;
	more = arena_alloc(p->a, (n ? 2 * n : 1) * size);
	if (n)
		memcpy(more, array, n * size);
	return more;
}

struct expr *parse_new(struct parser *p, enum expr_kind kind, struct place at)
{
	struct expr *e = arena_alloc(p->a, sizeof *e);

	e->kind = kind;
	e->at = at;
	return e;
}

struct expr *parse_call(
	struct parser *p, struct place at, const char *name, unsigned n, struct expr *const *arg)
{
	struct expr *e = parse_new(p, EXPR_CALL, at);

	e->name = name;
	e->arg = arena_alloc(p->a, (n ? n : 1) * sizeof *e->arg);
	for (unsigned i = 0; i < n; i++)
		e->arg[i] = arg[i];
	e->argc = n;
	return e;
}

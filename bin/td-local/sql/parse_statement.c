/* parse_statement: the statements of a job, one after the other. What is not known is refused by
 * its first words. */
#include "sql/parse.h"

#include <string.h>
#include <ctype.h>

static void catalog(struct parser *p, struct place at, const char *name)
{
	if (strcmp(name, "td-presto") != 0)
		parse_refuse(p, at, arena_printf(p->a, "catalog '%s'", name));
}

/* db.t, or catalogue.db.t. */
static void table(struct parser *p, struct statement *s)
{
	unsigned n;
	struct place at = p->t->at;
	const char **parts = parse_path(p, &n);

	if (n > 3)
		parse_error(p, at, "Too many dots in table name");
	if (n == 3)
		catalog(p, at, parts[0]);
	s->db = n > 1 ? parts[n - 2] : NULL;
	s->table = parts[n - 1];
}

static void insert(struct parser *p, struct statement *s)
{
	s->kind = p->hive && parse_take(p, "overwrite") ? STATEMENT_OVERWRITE : STATEMENT_INSERT;
	if (s->kind == STATEMENT_INSERT)
		parse_expect(p, "into");
	if (p->hive)
		parse_take(p, "table");
	table(p, s);
	if (p->hive && parse_is(p, "partition"))
		parse_refuse(p, p->t->at, "PARTITION");
	if (parse_is(p, "(") && !parse_is_query(p))
		s->columns = parse_names(p, &s->ncolumns);
	if (!s->query)
		s->query = parse_query(p);
}

static void properties(struct parser *p)
{
	unsigned depth = 0;

	parse_expect(p, "(");
	for (; p->t < p->end && (depth || !parse_is(p, ")")); p->t++) {
		depth += parse_is(p, "(");
		depth -= parse_is(p, ")");
	}
	parse_expect(p, ")");
}

/* (LIKE other): its columns, without rows. */
static void alike(struct parser *p, struct statement *s)
{
	s->kind = STATEMENT_CREATE_AS;
	s->no_data = true;
	p->t++;
	s->query = parse_table(p);
	if (parse_is(p, "including"))
		parse_refuse(p, p->t->at, "INCLUDING PROPERTIES");
	if (parse_take(p, "excluding"))
		parse_expect(p, "properties");
	if (parse_is(p, ","))
		parse_refuse(p, p->t->at, "LIKE beside columns");
	parse_expect(p, ")");
}

/* Names without types, of a CREATE TABLE AS. */
static bool has_names(const struct parser *p)
{
	return p->end - p->t > 2 && parse_is(p, "(") && p->t[2].kind == TOKEN_SYMBOL &&
		(strcmp(p->t[2].text, ",") == 0 || strcmp(p->t[2].text, ")") == 0);
}

static void definitions(struct parser *p, struct statement *s)
{
	parse_expect(p, "(");
	if (!p->hive && parse_is(p, "like")) {
		alike(p, s);
		return;
	}
	do {
		struct column_definition *d = PARSE_APPEND(p, s->definition, s->definitions);
		struct place at;
		const char *text;

		d->name = parse_name(p);
		at = p->t->at;
		text = parse_type(p);
		d->type = p->f->kind ? &sqltype_varchar : sqltype_parse(p->a, text);
		for (unsigned i = 0; i + 1 < s->definitions; i++)
			if (strcmp(s->definition[i].name, d->name) == 0)
				parse_error(p, at, "Column name '%s' specified more than once",
					d->name);
		if (!d->type)
			parse_error(p, at, "Unknown type '%s' for column '%s'", text, d->name);
		if (parse_is(p, "not null") || parse_is(p, "comment"))
			p->t += 2;
	} while (parse_take(p, ","));
	parse_expect(p, ")");
}

static void create(struct parser *p, struct statement *s)
{
	s->kind = STATEMENT_CREATE;
	if (!parse_is(p, "table")) {
		parse_refuse(p, s->at, arena_printf(p->a, "CREATE %s", p->t->text));
		return;
	}
	parse_expect(p, "table");
	s->if_exists = parse_take(p, "if not exists");
	table(p, s);
	if (has_names(p) && !p->hive)
		s->columns = parse_names(p, &s->ncolumns);
	else if (parse_is(p, "(") && !parse_is_query(p))
		definitions(p, s);
	if (parse_take(p, "comment"))
		p->t++;
	if (parse_take(p, "with"))
		properties(p);
	if (s->kind == STATEMENT_CREATE_AS)
		return;
	if (s->columns && !parse_is(p, "as"))
		parse_wrong(p, "AS");
	if (!s->definitions && parse_take(p, "as")) {
		s->kind = STATEMENT_CREATE_AS;
		s->query = parse_query(p);
		if (parse_take(p, "with no data"))
			s->no_data = true;
		else
			parse_take(p, "with data");
	} else if (!s->definitions) {
		if (p->hive)
			parse_refuse(p, p->t->at, "CREATE TABLE without columns");
		/* TD's CREATE TABLE t: the columns come with the rows */
	}
}

static void drop(struct parser *p, struct statement *s)
{
	s->kind = STATEMENT_DROP;
	if (!parse_is(p, "table")) {
		parse_refuse(p, s->at, arena_printf(p->a, "DROP %s", p->t->text));
		return;
	}
	parse_expect(p, "table");
	s->if_exists = parse_take(p, "if exists");
	table(p, s);
}

static void delete(struct parser *p, struct statement *s)
{
	s->kind = STATEMENT_DELETE;
	parse_expect(p, "from");
	table(p, s);
	if (parse_take(p, "where"))
		s->where = parse_expression(p);
}

static void pattern(struct parser *p, struct statement *s)
{
	if (!parse_take(p, "like") && !(p->hive && p->t->kind == TOKEN_STRING))
		return;
	if (p->t->kind != TOKEN_STRING) {
		parse_wrong(p, "<string>");
		return;
	}
	s->like = (p->t++)->text;
	if (!parse_take(p, "escape"))
		return;
	if (p->t->kind != TOKEN_STRING) {
		parse_wrong(p, "<string>");
		return;
	}
	if (p->t->n != 1)
		parse_error(p, p->t->at, "Escape string must be a single character");
	s->escape = (p->t++)->text;
}

static void database(struct parser *p, struct statement *s)
{
	unsigned n;

	if (parse_take(p, "from") || parse_take(p, "in")) {
		struct place at = p->t->at;
		const char **parts = parse_path(p, &n);

		if (n > 1)
			catalog(p, at, parts[0]);

		s->db = parts[n - 1];
	}
}

static void show(struct parser *p, struct statement *s)
{
	struct place at = s->at;

	if (parse_take(p, "tables")) {
		s->kind = STATEMENT_SHOW_TABLES;
		database(p, s);
		pattern(p, s);
	} else if (parse_take(p, "schemas") || parse_take(p, "databases")) {
		s->kind = STATEMENT_SHOW_SCHEMAS;
		database(p, s);
		pattern(p, s);
	} else if (!p->hive && parse_take(p, "catalogs")) {
		s->kind = STATEMENT_SHOW_CATALOGS;
		pattern(p, s);
	} else if (parse_take(p, "columns")) {
		s->kind = STATEMENT_SHOW_COLUMNS;
		if (!parse_take(p, "from"))
			parse_expect(p, "in");
		table(p, s);
	} else {
		parse_refuse(p, at, arena_printf(p->a, "SHOW %s", p->t->text));
	}
}

static void describe(struct parser *p, struct statement *s)
{
	s->kind = STATEMENT_SHOW_COLUMNS;
	if (p->hive &&
		(parse_is(p, "formatted") || parse_is(p, "extended") || parse_is(p, "function") ||
			parse_is(p, "database"))) {
		parse_refuse(p, s->at, arena_printf(p->a, "DESCRIBE %s", p->t->text));
		return;
	}
	table(p, s);
}

/* SET k = v has no effect here; SET k would print. */
static void set(struct parser *p, struct statement *s)
{
	bool value = false;

	s->kind = STATEMENT_NOTHING;
	for (; p->t < p->end && !parse_is(p, ";"); p->t++)
		value |= parse_is(p, "=");
	if (!value)
		parse_refuse(p, s->at, "SET without a value");
}

static void use(struct parser *p, struct statement *s)
{
	s->kind = STATEMENT_NOTHING;
	s->db = parse_name(p);
}

/*
 * The INSERT at the statement's own level, or NULL; *end: where the statement ends, or its second
 * INSERT, which is refused.
 */
static const struct token *find_insert(struct parser *p, const struct token **end)
{
	const struct token *t = p->t, *found = NULL;
	unsigned depth = 0;

	for (; t < p->end && !(t->kind == TOKEN_SYMBOL && t->text[0] == ';'); t++) {
		depth += t->kind == TOKEN_SYMBOL && t->text[0] == '(';
		depth -= t->kind == TOKEN_SYMBOL && t->text[0] == ')';
		if (depth || t->kind != TOKEN_WORD || strcmp(t->text, "insert") != 0)
			continue;
		if (found) {
			parse_refuse(p, t->at, "more than one INSERT after FROM");
			break;
		}
		found = t;
	}
	*end = t;
	return found;
}

/* What the INSERT at `found` inserts into; returns the token after it. */
static const struct token *insert_head(struct parser *p, const struct token *found,
	struct statement *s)
{
	struct parser in = *p;
	struct select none = { 0 };

	in.t = found + 1;
	s->query = &none;
	insert(&in, s);
	s->query = NULL;
	return in.t;
}

/* For every opening bracket of n tokens, where it is closed. */
static uint32_t *match_brackets(struct parser *p, const struct token *t, size_t n)
{
	uint32_t *match = arena_alloc(p->a, (n + 1) * sizeof *match), stack[4096];
	unsigned open = 0;

	for (size_t i = 0; i < n; i++) {
		if (t[i].kind != TOKEN_SYMBOL)
			continue;
		if (t[i].text[0] == '(' && open < 4096)
			stack[open++] = (uint32_t)i;
		else if (t[i].text[0] == ')' && open)
			match[stack[--open]] = (uint32_t)i;
	}
	return match;
}

static struct select *query_of(struct parser *p, const struct token *t, size_t n)
{
	struct parser in = *p;
	struct select *query;

	in.first = in.t = t;
	in.end = t + n;
	in.match = match_brackets(p, t, n);
	query = parse_query(&in);
	if (in.t != in.end)
		parse_wrong(&in, "<EOF>");
	return query;
}

/*
 * Hive: FROM ... INSERT ... SELECT and WITH ... INSERT ... SELECT have the INSERT inside the
 * query. Its head is read first, then the query without it.
 */
static bool inner_insert(struct parser *p, struct statement *s)
{
	const struct token *end, *rest, *found = find_insert(p, &end);
	struct token *copy;
	size_t head, n;

	if (!found)
		return false;
	rest = p->f->kind ? end : insert_head(p, found, s);
	if (p->f->kind) {
		p->t = p->end;
		return true;
	}
	head = (size_t)(found - p->t);
	n = head + (size_t)(end - rest);
	copy = arena_alloc(p->a, (n + 1) * sizeof *copy);
	memcpy(copy, p->t, head * sizeof *copy);
	memcpy(copy + head, rest, (n - head) * sizeof *copy);
	copy[n] = *p->end;
	s->query = query_of(p, copy, n);
	p->t = p->f->kind ? p->end : end;
	return true;
}

static void statement(struct parser *p, struct statement *s)
{
	static const struct {
		const char *word;
		void (*parse)(struct parser *p, struct statement *s);
		bool hive_only;
	} all[] = {
		{ "insert", insert, false },
		{ "create", create, false },
		{ "drop", drop, false },
		{ "delete", delete, false },
		{ "show", show, false },
		{ "describe", describe, false },
		{ "desc", describe, false },
		{ "set", set, true },
		{ "use", use, true },
	};

	s->at = p->t->at;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if ((p->hive || !all[i].hive_only) && parse_take(p, all[i].word)) {
			all[i].parse(p, s);
			return;
		}
	s->kind = STATEMENT_QUERY;
	if (p->hive && (parse_is(p, "from") || parse_is(p, "with")) && inner_insert(p, s))
		return;
	if (parse_is(p, "select") || parse_is(p, "with") || parse_is(p, "values") ||
		parse_is(p, "table") || parse_is(p, "(") || (p->hive && parse_is(p, "from"))) {
		s->query = parse_query(p);
		return;
	}
	if (p->t->kind == TOKEN_WORD) {
		static const char *const known[] = { "explain", "use", "prepare", "execute", "call",
			"grant", "revoke", "alter", "update", "merge", "start", "commit",
			"rollback", "analyze", "set", "reset", "deallocate", "truncate", "load",
			"add", "msck", "refresh", "comment", "export", "import", "lock", "unlock",
			"reload", "describe", NULL };

		for (int i = 0; known[i]; i++)
			if (strcmp(known[i], p->t->text) == 0) {
				char *name = arena_string(p->a, p->t->text);

				for (char *c = name; *c; c++)
					*c = (char)toupper((unsigned char)*c);
				parse_refuse(p, p->t->at, name);
				return;
			}
	}
	parse_wrong(p,
		"'SELECT', 'WITH', 'INSERT', 'CREATE', 'DROP', 'DELETE', 'SHOW', 'DESCRIBE', "
		"'VALUES', 'TABLE', '('");
}

/* Where each parenthesis closes; one that never does closes at the end. */
static uint32_t *match(struct arena *a, const struct tokens *t)
{
	uint32_t *m = arena_alloc(a, t->n * sizeof *m),
		 *stack = arena_alloc(a, t->n * sizeof *stack);
	size_t open = 0;

	for (size_t i = 0; i < t->n; i++) {
		m[i] = (uint32_t)t->n - 1;
		if (t->t[i].kind != TOKEN_SYMBOL)
			continue;
		if (t->t[i].text[0] == '(' && t->t[i].n == 1)
			stack[open++] = (uint32_t)i;
		else if (t->t[i].text[0] == ')' && open)
			m[stack[--open]] = (uint32_t)i;
	}
	return m;
}

int parse_run(struct statements *out, struct arena *a, const struct tokens *t,
	enum sql_engine engine, struct fail *f)
{
	struct parser p = { .a = a, .t = t->t, .first = t->t,
		.end = t->t + t->n - 1,
		.match = match(a, t),
		.hive = engine == SQL_HIVE,
		.f = f };

	*out = (struct statements){ 0 };
	for (;;) {
		while (parse_take(&p, ";"))
			;
		if (p.t >= p.end)
			break;
		statement(&p, PARSE_APPEND(&p, out->s, out->n));
		if (f->kind == FAIL_NONE && p.t < p.end && !parse_is(&p, ";"))
			parse_wrong(&p, "<EOF>");
	}
	if (f->kind == FAIL_NONE && out->n == 0)
		return fail_set(
			f, FAIL_DATA, "line 1:1: mismatched input '<EOF>'. Expecting: a statement");
	return f->kind ? -1 : 0;
}

#include "statement.h"
#include "mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *skip(const char *p)
{
	for (;;) {
		p += strspn(p, " \t\r\n");
		if (p[0] == '-' && p[1] == '-')
			p += strcspn(p, "\n");
		else if (p[0] == '/' && p[1] == '*' && strstr(p + 2, "*/"))
			p = strstr(p + 2, "*/") + 2;
		else
			return p;
	}
}

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Takes a keyword; leaves *p behind it and what is blank. */
static bool keyword(const char **p, const char *word)
{
	size_t n = strlen(word);

	if (strncasecmp(*p, word, n) != 0 || word_char((*p)[n]))
		return false;
	*p = skip(*p + n);
	return true;
}

/* A name, in quotes or not, in lower case as tables are; malloc'ed, NULL if there is none. */
static char *name(const char **p, bool lower)
{
	char quote = **p == '"' || **p == '`' ? **p : '\0', *s;
	const char *from = *p + (quote != '\0'), *end = from;

	while (*end && (quote ? *end != quote : word_char(*end)))
		end++;
	if (end == from || (quote && !*end))
		return NULL;
	s = mem_copy(from, (size_t)(end - from));
	for (char *c = s; lower && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	*p = skip(end + (quote != '\0'));
	return s;
}

static int table(struct statement *s, const char **p, struct fail *f)
{
	s->table = name(p, true);
	if (s->table && **p == '.') {
		*p = skip(*p + 1);
		s->db = s->table;
		s->table = name(p, true);
	}
	return s->table ? 0 : fail_set(f, FAIL_DATA, "syntax error: a table's name is missing");
}

/* Behind the parenthesis that closes the one at p. */
static const char *behind(const char *p)
{
	unsigned depth = 0;

	for (; *p; p++) {
		if (*p == '\'' || *p == '"') {
			const char *end = strchr(p + 1, *p);

			if (!end)
				return NULL;
			p = end;
		}
		depth += *p == '(';
		if (*p == ')' && --depth == 0)
			return skip(p + 1);
	}
	return NULL;
}

/* (a, b) or, with types, (a bigint, b array(varchar)). */
static int columns(struct statement *s, const char **p, bool types, struct fail *f)
{
	s->columns = json_array();
	do {
		char *column, *engine, *type;
		const char *from;
		unsigned depth = 0;

		*p = skip(*p + 1);
		column = name(p, false);
		if (!column)
			return fail_set(f, FAIL_DATA, "syntax error in the list of columns");
		for (from = *p; types && **p && (depth || (**p != ',' && **p != ')')); ++*p) {
			depth += **p == '(' || **p == '<';
			depth -= **p == ')' || **p == '>';
		}
		engine = mem_copy(from, (size_t)(*p - from));
		type = statement_type(engine);
		json_array_append_new(s->columns, types ? json_pack("[ss]", column, type) : json_string(column));
		free(column);
		free(engine);
		free(type);
	} while (**p == ',');
	if (**p != ')')
		return fail_set(f, FAIL_DATA, "syntax error in the list of columns");
	*p = skip(*p + 1);
	return 0;
}

static int insert(struct statement *s, const char *p, struct fail *f)
{
	s->kind = keyword(&p, "overwrite") ? STATEMENT_OVERWRITE : STATEMENT_INSERT;
	if (s->kind == STATEMENT_INSERT && !keyword(&p, "into"))
		return fail_set(f, FAIL_DATA, "syntax error: INSERT INTO or INSERT OVERWRITE");
	keyword(&p, "table");
	if (table(s, &p, f) || (*p == '(' && columns(s, &p, false, f)))
		return -1;
	s->query = p;
	return 0;
}

static int create(struct statement *s, const char *p, struct fail *f)
{
	s->kind = STATEMENT_CREATE;
	if (!keyword(&p, "table"))
		return fail_set(f, FAIL_DATA, "only CREATE TABLE is supported");
	s->if_exists = keyword(&p, "if") && keyword(&p, "not") && keyword(&p, "exists");
	if (table(s, &p, f) || (*p == '(' && columns(s, &p, true, f)))
		return -1;
	if (keyword(&p, "with") && (*p != '(' || !(p = behind(p))))
		return fail_set(f, FAIL_DATA, "syntax error behind WITH");
	if (keyword(&p, "as")) {
		s->kind = STATEMENT_CREATE_AS;
		s->query = p;
	} else if (p += strspn(p, "; \t\r\n"), *p) {
		return fail_set(f, FAIL_DATA, "syntax error: CREATE TABLE ... AS SELECT ...");
	}
	return 0;
}

static int drop(struct statement *s, const char *p, struct fail *f)
{
	s->kind = STATEMENT_DROP;
	if (!keyword(&p, "table"))
		return fail_set(f, FAIL_DATA, "only DROP TABLE is supported");
	s->if_exists = keyword(&p, "if") && keyword(&p, "exists");
	if (table(s, &p, f))
		return -1;
	p += strspn(p, "; \t\r\n");
	return *skip(p) ? fail_set(f, FAIL_DATA, "syntax error behind DROP TABLE") : 0;
}

static int delete(struct statement *s, const char *p, struct fail *f)
{
	const char *from;

	s->kind = STATEMENT_DELETE;
	if (!keyword(&p, "from"))
		return fail_set(f, FAIL_DATA, "syntax error: DELETE FROM table WHERE ...");
	from = p;
	if (table(s, &p, f))
		return -1;
	if (*p && *p != ';' && !keyword(&p, "where"))
		return fail_set(f, FAIL_DATA, "syntax error behind DELETE FROM: only WHERE may follow");
	s->query = s->made = mem_printf("SELECT _rowid_ FROM %s", from);
	return 0;
}

int statement_parse(struct statement *s, const char *sql, struct fail *f)
{
	const char *p = skip(sql);

	*s = (struct statement){ .kind = STATEMENT_QUERY, .query = sql };
	if (keyword(&p, "insert"))
		insert(s, p, f);
	else if (keyword(&p, "delete"))
		delete(s, p, f);
	else if (keyword(&p, "create"))
		s->query = NULL, create(s, p, f);
	else if (keyword(&p, "drop"))
		s->query = NULL, drop(s, p, f);
	if (f->kind)
		statement_free(s);
	return f->kind ? -1 : 0;
}

void statement_free(struct statement *s)
{
	free(s->db);
	free(s->table);
	free(s->made);
	json_decref(s->columns);
	*s = (struct statement){ 0 };
}

/* --- types */

static const char *scalar(const char *p, size_t n)
{
	static const char *const names[][2] = { { "boolean", "long" }, { "tinyint", "long" }, { "smallint", "long" }, { "integer", "long" },
		{ "int", "long" }, { "bigint", "long" }, { "long", "long" }, { "real", "double" }, { "float", "double" }, { "double", "double" } };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i][0]) == n && strncasecmp(names[i][0], p, n) == 0)
			return names[i][1];
	return "string";
}

char *statement_type(const char *engine)
{
	const char *p = skip(engine), *open = strpbrk(p, "(<"), *comma, *end = p + strlen(p);
	size_t n = strcspn(p, "(< \t");
	bool array = n == 5 && strncasecmp(p, "array", 5) == 0, map = n == 3 && strncasecmp(p, "map", 3) == 0;

	if (!open || (!array && !map))
		return mem_string(scalar(p, n));
	open = skip(open + 1);
	while (end > open && !strchr(")>", *end))
		end--;
	if (array)
		return mem_printf("array<%s>", scalar(open, strcspn(open, "(<)> ")));
	comma = strchr(open, ',');
	if (!comma)
		return mem_string("string");
	comma = skip(comma + 1);
	return mem_printf("map<%s,%s>", scalar(open, strcspn(open, "(<, ")), scalar(comma, strcspn(comma, "(<)> ")));
}

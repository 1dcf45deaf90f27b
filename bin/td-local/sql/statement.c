#include "sql/statement.h"
#include "base/mem.h"
#include "sql/words.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A name, in quotes or not; malloc'ed, NULL if there is none. */
static char *name(const struct word **w)
{
	bool empty = (*w)->kind == WORD_QUOTED && (*w)->n == 2;

	return words_named(*w) && !empty ? words_name((*w)++) : NULL;
}

/* In lower case, as tables are. */
static int table(struct statement *s, const struct word **w, struct fail *f)
{
	s->table = name(w);
	if (s->table && words_take(w, ".")) {
		s->db = words_lower(s->table);
		s->table = name(w);
	}
	if (!s->table)
		return fail_set(f, FAIL_DATA, "syntax error: a table's name is missing");
	words_lower(s->table);
	return 0;
}

static int column(struct statement *s, const struct word **w, bool typed)
{
	char *own = name(w), *engine = typed ? words_type(w) : NULL,
	     *type = engine ? statement_type(engine) : NULL;
	int rc = -1;

	if (own && (type || !typed))
		rc = json_array_append_new(s->columns,
			typed ? json_pack("[ss]", own, type) : json_string(own));
	free(own);
	free(engine);
	free(type);
	return rc;
}

/* (a, b) or, with types, (a bigint, b array(varchar)). */
static int columns(struct statement *s, const struct word **w, bool typed, struct fail *f)
{
	int rc;

	s->columns = json_array();
	do {
		++*w;
		rc = column(s, w, typed);
	} while (rc == 0 && words_is(*w, ","));
	return rc == 0 && words_take(w, ")")
		? 0
		: fail_set(f, FAIL_DATA, "syntax error in the list of columns");
}

/* Takes what is in parentheses, and them. */
static bool parentheses(const struct word **w)
{
	unsigned depth = 0;

	if (!words_is(*w, "("))
		return false;
	do {
		depth += words_is(*w, "(");
		depth -= words_is(*w, ")");
		++*w;
	} while (depth && (*w)->kind != WORD_END);
	return depth == 0;
}

static bool ends(const struct word *w)
{
	while (words_is(w, ";"))
		w++;
	return w->kind == WORD_END;
}

static int insert(struct statement *s, const struct word *w, struct fail *f)
{
	s->kind = words_take(&w, "overwrite") ? STATEMENT_OVERWRITE : STATEMENT_INSERT;
	if (s->kind == STATEMENT_INSERT && !words_take(&w, "into"))
		return fail_set(f, FAIL_DATA, "syntax error: INSERT INTO or INSERT OVERWRITE");
	words_take(&w, "table");
	if (table(s, &w, f) || (words_is(w, "(") && columns(s, &w, false, f)))
		return -1;
	s->query = w->p;
	return 0;
}

static int create(struct statement *s, const struct word *w, struct fail *f)
{
	s->kind = STATEMENT_CREATE;
	s->query = NULL;
	if (!words_take(&w, "table"))
		return fail_set(f, FAIL_DATA, "only CREATE TABLE is supported");
	s->if_exists = words_take(&w, "if not exists");
	if (table(s, &w, f) || (words_is(w, "(") && columns(s, &w, true, f)))
		return -1;
	if (words_take(&w, "with") && !parentheses(&w))
		return fail_set(f, FAIL_DATA, "syntax error behind WITH");
	if (words_take(&w, "as")) {
		s->kind = STATEMENT_CREATE_AS;
		s->query = w->p;
		return 0;
	}
	return ends(w) ? 0 : fail_set(f, FAIL_DATA, "syntax error: CREATE TABLE ... AS SELECT ...");
}

static int drop(struct statement *s, const struct word *w, struct fail *f)
{
	s->kind = STATEMENT_DROP;
	s->query = NULL;
	if (!words_take(&w, "table"))
		return fail_set(f, FAIL_DATA, "only DROP TABLE is supported");
	s->if_exists = words_take(&w, "if exists");
	if (table(s, &w, f))
		return -1;
	return ends(w) ? 0 : fail_set(f, FAIL_DATA, "syntax error behind DROP TABLE");
}

static int delete(struct statement *s, const struct word *w, struct fail *f)
{
	const char *from;

	s->kind = STATEMENT_DELETE;
	if (!words_take(&w, "from"))
		return fail_set(f, FAIL_DATA, "syntax error: DELETE FROM table WHERE ...");
	from = w->p;
	if (table(s, &w, f))
		return -1;
	if (!words_is(w, "where") && !ends(w))
		return fail_set(f, FAIL_DATA,
			"syntax error behind DELETE FROM: only WHERE may follow");
	s->query = s->made = mem_printf("SELECT _rowid_ FROM %s", from);
	return 0;
}

int statement_parse(struct statement *s, const char *sql, bool hive, struct fail *f)
{
	const struct word *w;
	struct words words;

	*s = (struct statement){ .kind = STATEMENT_QUERY, .query = sql };
	if (words_cut(&words, sql, hive, f))
		return -1;
	w = words.w;
	if (words_take(&w, "insert"))
		insert(s, w, f);
	else if (words_take(&w, "delete"))
		delete(s, w, f);
	else if (words_take(&w, "create"))
		create(s, w, f);
	else if (words_take(&w, "drop"))
		drop(s, w, f);
	words_free(&words);
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
	static const char *const names[][2] = { { "boolean", "long" }, { "tinyint", "long" },
		{ "smallint", "long" }, { "integer", "long" }, { "int", "long" },
		{ "bigint", "long" }, { "long", "long" }, { "real", "double" },
		{ "float", "double" }, { "double", "double" } };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i][0]) == n && strncasecmp(names[i][0], p, n) == 0)
			return names[i][1];
	return "string";
}

char *statement_type(const char *engine)
{
	const char *open = strpbrk(engine, "(<"), *comma;
	size_t n = strcspn(engine, "(< ");
	bool array = n == 5 && strncasecmp(engine, "array", 5) == 0,
	     map = n == 3 && strncasecmp(engine, "map", 3) == 0;

	if (!open || (!array && !map))
		return mem_string(scalar(engine, n));
	open++;
	if (array)
		return mem_printf("array<%s>", scalar(open, strcspn(open, "(<)> ")));
	comma = strchr(open, ',');
	if (!comma)
		return mem_string("string");
	comma += 1 + strspn(comma + 1, " ");
	return mem_printf("map<%s,%s>", scalar(open, strcspn(open, "(<, ")),
		scalar(comma, strcspn(comma, "(<)> ")));
}

#include "dialect.h"
#include "buf.h"
#include "functions.h"
#include "mem.h"
#include "words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_MAX = 16 << 20, DEPTH_MAX = 200, CHANGES_MAX = 10000 };

struct talk {
	const struct word *w; /* the next word */
	struct buf out;
	struct dialect *d;
	bool hive;
	unsigned lenient; /* inside of this many TRY() */
	unsigned depth, changes;
	struct fail *f;
};

enum where { WHOLE, PAREN, CALL, CAST, WINDOWED };

/* What lies between a pair of parentheses, and the item of a list there that is being read. */
struct level {
	enum where where;
	bool select;         /* the list is that of a SELECT */
	bool whole;          /* a value has just ended: what follows is an operator, an alias, or a new part */
	bool logic, sum;     /* the item has operators that make a boolean; others */
	unsigned cases;      /* inside of this many CASE */
	unsigned values;     /* in the item */
	size_t item, value;  /* where in `out` they begin */
	size_t case_at;
	const char *type;    /* of the last value; NULL: not known */
	const char *case_type;
	const char *last;    /* of the last item */
	char *alias;         /* of the item */
};

static const char *level(struct talk *t, enum where where);

/* --- words that are no names. Where they stand, a "(" behind them opens no call. */

enum class { NONE, PLAIN, SELECT, CLAUSE, LOGIC, VALUE, CASE, BRANCH, END_CASE, WINDOW, REFUSED };

static enum class class_of(const struct word *w)
{
	static const struct { const char *word; enum class is; } all[] = {
		{ "select", SELECT }, { "distinct", PLAIN }, { "all", PLAIN }, { "any", PLAIN }, { "with", PLAIN }, { "recursive", PLAIN },
		{ "values", PLAIN }, { "by", PLAIN }, { "asc", PLAIN }, { "desc", PLAIN }, { "nulls", PLAIN }, { "escape", PLAIN },
		{ "from", CLAUSE }, { "where", CLAUSE }, { "group", CLAUSE }, { "having", CLAUSE }, { "order", CLAUSE }, { "limit", CLAUSE },
		{ "offset", CLAUSE }, { "union", CLAUSE }, { "intersect", CLAUSE }, { "except", CLAUSE }, { "window", CLAUSE }, { "join", CLAUSE },
		{ "inner", CLAUSE }, { "left", CLAUSE }, { "right", CLAUSE }, { "full", CLAUSE }, { "outer", CLAUSE }, { "cross", CLAUSE },
		{ "natural", CLAUSE }, { "on", CLAUSE }, { "using", CLAUSE }, { "and", LOGIC }, { "or", LOGIC }, { "not", LOGIC }, { "in", LOGIC },
		{ "is", LOGIC }, { "like", LOGIC }, { "between", LOGIC }, { "exists", LOGIC }, { "isnull", LOGIC }, { "notnull", LOGIC },
		{ "regexp", LOGIC }, { "rlike", LOGIC }, { "null", VALUE }, { "true", VALUE }, { "false", VALUE }, { "case", CASE },
		{ "when", BRANCH }, { "then", BRANCH }, { "else", BRANCH }, { "end", END_CASE }, { "over", WINDOW }, { "filter", WINDOW },
		{ "grouping", REFUSED }, { "tablesample", REFUSED }, { "match_recognize", REFUSED },
	};

	for (size_t i = 0; w->kind == WORD_NAME && i < sizeof all / sizeof *all; i++)
		if (words_is(w, all[i].word))
			return (words_is(w, "left") || words_is(w, "right")) && words_is(w + 1, "(") ? NONE : all[i].is;
	return NONE;
}

static bool is(const struct talk *t, const char *keyword)
{
	return words_is(t->w, keyword);
}

static int bad(struct talk *t, const char *what)
{
	return fail_set(t->f, FAIL_DATA, "%s is not supported by td-local", what);
}

static int syntax(struct talk *t)
{
	if (t->w->kind == WORD_END)
		return fail_set(t->f, FAIL_DATA, "syntax error: the statement ends too early");
	return fail_set(t->f, FAIL_DATA, "syntax error near '%.*s'", (int)t->w->n, t->w->p);
}

static void put(struct talk *t, const char *s)
{
	if (buf_puts(&t->out, s))
		fail_set(t->f, FAIL_DATA, "the statement is too long");
}

/* Text in front of what was written from `at` on. */
static void put_before(struct talk *t, size_t at, const char *s)
{
	size_t n = strlen(s), behind = t->out.len - at;

	put(t, s);
	if (++t->changes > CHANGES_MAX)
		fail_set(t->f, FAIL_DATA, "the statement has too many subscripts");
	if (t->f->kind)
		return;
	memmove(t->out.p + at + n, t->out.p + at, behind);
	memcpy(t->out.p + at, s, n);
}

static char unescaped(char c)
{
	return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
}

/* Texts of Hive may be in double quotes, and have escapes; \% and \_ are left to LIKE. */
static void put_text(struct talk *t, const struct word *w)
{
	put(t, "'");
	for (const char *p = w->p + 1, *end = w->p + w->n - 1; p < end; p++) {
		char c = *p;

		if (t->hive && c == '\\' && p + 1 < end && !strchr("%_", p[1]))
			c = unescaped(*++p);
		else if (c == *w->p)
			p++; /* the second of two */
		if ((c == '\'' && buf_putc(&t->out, c)) || buf_putc(&t->out, c))
			fail_set(t->f, FAIL_DATA, "the statement is too long");
	}
	put(t, "'");
}

/* The word as it stands, with a blank in front if there was one. */
static void put_word(struct talk *t)
{
	if (t->w->kind == WORD_END) {
		syntax(t);
		return;
	}
	if (t->w->apart)
		put(t, " ");
	if (t->w->kind == WORD_TEXT)
		put_text(t, t->w);
	else if (buf_put(&t->out, t->w->p, t->w->n))
		fail_set(t->f, FAIL_DATA, "the statement is too long");
	t->w++;
}

static bool take(struct talk *t, const char *keyword)
{
	if (!is(t, keyword))
		return false;
	t->w++;
	return true;
}

static bool expect(struct talk *t, const char *keyword)
{
	return take(t, keyword) || (syntax(t), false);
}

/* --- types of columns */

static char *lower(char *s)
{
	for (char *p = s; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return s;
}

static void note_type(struct talk *t, char *column, const char *type)
{
	const char *old = json_string_value(json_object_get(t->d->types, lower(column)));

	if (type || old)
		json_object_set_new(t->d->types, column, json_string(type && (!old || strcmp(old, type) == 0) ? type : ""));
	free(column);
}

const char *dialect_type(const struct dialect *d, const char *column)
{
	char *name = lower(mem_string(column));
	const char *type = json_string_value(json_object_get(d->types, name));

	free(name);
	return type && *type ? type : NULL;
}

bool dialect_names(const struct dialect *d, const char *column)
{
	return json_object_get(d->aliases, column) != NULL;
}

/* What was written for the item, without blanks around: what SQLite calls a column that has no alias. */
static char *item_text(const struct talk *t, const struct level *l)
{
	const char *p = t->out.p + l->item, *end = t->out.p + t->out.len;

	while (p < end && isspace((unsigned char)*p))
		p++;
	while (end > p && isspace((unsigned char)end[-1]))
		end--;
	return mem_copy(p, (size_t)(end - p));
}

static void end_item(struct talk *t, struct level *l)
{
	l->last = l->logic ? "boolean" : l->values == 1 && !l->sum ? l->type : NULL;
	if (l->select && l->alias)
		json_object_set_new(t->d->aliases, l->alias, json_true());
	if (l->select && l->values)
		note_type(t, l->alias ? l->alias : item_text(t, l), l->last);
	else
		free(l->alias);
	l->alias = NULL;
	l->type = NULL;
	l->logic = l->sum = l->whole = false;
	l->values = 0;
}

static void begin_item(struct talk *t, struct level *l)
{
	l->item = t->out.len;
}

static void begin_value(struct talk *t, struct level *l)
{
	l->value = t->out.len;
	l->values += l->cases == 0;
	l->type = NULL;
}

static void end_value(struct level *l, const char *type)
{
	l->type = type;
	l->whole = true;
}

/* The text between here and the parenthesis that closes, in lower case and without blanks: the name of a type. */
static const char *take_type(struct talk *t)
{
	unsigned depth = 0;
	json_t *text;
	struct buf b;
	char *name;

	buf_init(&b, 1000);
	while (t->w->kind != WORD_END && (depth || !is(t, ")"))) {
		depth += is(t, "(") || is(t, "<");
		depth -= (is(t, ")") || is(t, ">")) && depth;
		if (b.len && t->w->kind == WORD_NAME && isalnum((unsigned char)b.p[b.len - 1]))
			buf_putc(&b, ' ');
		if (strchr("'\"`", *t->w->p) || buf_put(&b, t->w->p, t->w->n))
			break;
		t->w++;
	}
	name = lower(mem_string(buf_text(&b)));
	text = json_string(name);
	free(name);
	buf_free(&b);
	if (!text || !is(t, ")")) {
		json_decref(text);
		return syntax(t), "";
	}
	json_array_append_new(t->d->texts, text);
	return json_string_value(text);
}

/* --- what is written anew. Each takes its words and says true, or takes none. */

/* CAST(x AS type), TRY_CAST */
static bool cast(struct talk *t, struct level *l)
{
	bool lenient = is(t, "try_cast") || t->lenient;
	const char *type;
	char *text;

	if ((!is(t, "cast") && !is(t, "try_cast")) || !words_is(t->w + 1, "("))
		return false;
	begin_value(t, l);
	t->w += 2;
	put(t, lenient ? " td_try_cast(" : " td_cast(");
	type = level(t, CAST);
	if (!expect(t, "as"))
		return true;
	put(t, type && strcmp(type, "boolean") == 0 ? ", 'boolean', '" : ", '', '");
	type = take_type(t);
	expect(t, ")");
	text = mem_printf("%s')", type);
	put(t, text);
	free(text);
	end_value(l, functions_cast_type(type, t->hive));
	return true;
}

/* DATE '...', TIMESTAMP '...' */
static bool literal(struct talk *t, struct level *l)
{
	bool date = is(t, "date");

	if ((!date && !is(t, "timestamp")) || t->w[1].kind != WORD_TEXT)
		return false;
	begin_value(t, l);
	t->w++;
	put(t, " td_cast(");
	put_word(t);
	put(t, date ? ", '', 'date')" : ", '', 'timestamp')");
	end_value(l, date ? "date" : "timestamp");
	return true;
}

/* x + INTERVAL '1' DAY: x is the value before. */
static bool interval(struct talk *t, struct level *l)
{
	bool minus = is(t, "-");
	char *unit, *text;
	struct word count;

	if (is(t, "interval") && t->w[1].kind == WORD_TEXT)
		return bad(t, "INTERVAL, other than behind + or - of a time,"), true;
	if (!l->whole || (!minus && !is(t, "+")) || !words_is(t->w + 1, "interval"))
		return false;
	count = t->w[2];
	if ((count.kind != WORD_TEXT && count.kind != WORD_NUMBER) || t->w[3].kind != WORD_NAME)
		return syntax(t), true;
	unit = lower(words_name(t->w + 3));
	text = mem_printf(", %s", minus ? "-" : "");
	put_before(t, l->value, " td_shift(");
	put(t, text);
	t->w += 2;
	put_word(t);
	t->w++;
	free(text);
	text = mem_printf(", '%s')", unit);
	put(t, text);
	free(text);
	free(unit);
	return true;
}

/* Items between the parentheses, without them; the closing one is taken. */
static const char *inside(struct talk *t, enum where where, const char *close)
{
	const char *type = level(t, where);

	expect(t, close);
	return type;
}

/* ARRAY[a, b] */
static bool array(struct talk *t, struct level *l)
{
	if (!is(t, "array") || !words_is(t->w + 1, "["))
		return false;
	begin_value(t, l);
	t->w += 2;
	put(t, " td_array(");
	inside(t, CALL, "]");
	put(t, ")");
	end_value(l, NULL);
	return true;
}

/* x[i] */
static bool subscript(struct talk *t, struct level *l)
{
	if (!is(t, "["))
		return false;
	if (!l->whole)
		return syntax(t), true;
	t->w++;
	put_before(t, l->value, " td_subscript(");
	put(t, ", ");
	inside(t, CALL, "]");
	put(t, ")");
	end_value(l, NULL);
	return true;
}

/* EXTRACT(field FROM x) */
static bool extract(struct talk *t, struct level *l)
{
	char *text;

	if (!is(t, "extract") || !words_is(t->w + 1, "(") || t->w[2].kind != WORD_NAME || !words_is(t->w + 3, "from"))
		return false;
	begin_value(t, l);
	text = mem_printf(" td_extract('%.*s', ", (int)t->w[2].n, t->w[2].p);
	put(t, text);
	free(text);
	t->w += 4;
	inside(t, CALL, ")");
	put(t, ")");
	end_value(l, "bigint");
	return true;
}

/* TRY(x): what a cast or a function refuses is NULL. */
static bool try(struct talk *t, struct level *l)
{
	const char *type;

	if (!is(t, "try") || !words_is(t->w + 1, "("))
		return false;
	begin_value(t, l);
	t->w += 2;
	put(t, " (");
	t->lenient++;
	type = inside(t, CALL, ")");
	t->lenient--;
	put(t, ")");
	end_value(l, type);
	return true;
}

/* (a, b) behind an alias; in Hive AS a, b. */
static void take_names(struct talk *t, json_t *names, bool hive)
{
	do {
		char *name;

		t->w++;
		if (t->w->kind != WORD_NAME && t->w->kind != WORD_QUOTED) {
			syntax(t);
			return;
		}
		name = words_name(t->w);
		if (json_array_append_new(names, json_string(name)))
			syntax(t);
		free(name);
		t->w++;
	} while (is(t, ","));
	if (!hive)
		expect(t, ")");
}

static bool is_name(const struct word *w)
{
	return w->kind == WORD_QUOTED || (w->kind == WORD_NAME && class_of(w) == NONE && !words_is(w, "lateral"));
}

/* UNNEST(a, b) [WITH ORDINALITY] [[AS] u [(x, y)]], and in Hive LATERAL VIEW [OUTER] [POS]EXPLODE(a) u [AS x, y] */
static void unnest(struct talk *t, bool hive, bool position)
{
	json_t *one = json_array(), *names = json_array();
	char *text = mem_printf(" unnest_%zu(", json_array_size(t->d->unnests));
	bool as;

	json_array_append_new(t->d->unnests, one);
	put(t, text);
	free(text);
	inside(t, CALL, ")");
	put(t, ")");
	if (!hive && is(t, "with") && words_is(t->w + 1, "ordinality")) {
		position = true;
		t->w += 2;
	}
	as = take(t, "as");
	if (is_name(t->w)) {
		put(t, " AS");
		put_word(t);
	} else if (as || hive) {
		syntax(t);
	}
	if (hive ? is(t, "as") : is(t, "("))
		take_names(t, names, hive);
	json_array_append_new(one, json_integer(!position ? -1 : hive ? 0 : (json_int_t)json_array_size(names) - 1));
	json_array_append_new(one, names);
}

static bool from_unnest(struct talk *t, struct level *l)
{
	bool outer, position;

	if (is(t, "unnest") && words_is(t->w + 1, "(")) {
		t->w += 2;
		unnest(t, false, false);
	} else if (t->hive && is(t, "lateral") && words_is(t->w + 1, "view")) {
		t->w += 2;
		outer = take(t, "outer");
		position = take(t, "posexplode");
		if ((!position && !take(t, "explode")) || !is(t, "("))
			return bad(t, "LATERAL VIEW of other functions than EXPLODE and POSEXPLODE"), true;
		t->w++;
		put(t, outer ? " LEFT JOIN" : " CROSS JOIN");
		unnest(t, true, position);
		put(t, outer ? " ON 1" : "");
	} else {
		return false;
	}
	l->whole = false;
	return true;
}

/* A query in parentheses was written from `at` on; what follows may be [AS] alias (a, b), which SQLite does not have. */
static void name_columns(struct talk *t, size_t at)
{
	const struct word *alias = t->w + is(t, "as");
	json_t *names, *name;
	struct buf before;
	char *behind;
	size_t i;

	if (!is_name(alias) || !words_is(alias + 1, "("))
		return;
	names = json_array();
	t->w = alias + 1;
	take_names(t, names, false);
	buf_init(&before, SQL_MAX);
	buf_printf(&before, " (WITH td_rows_%u (", t->changes);
	json_array_foreach(names, i, name)
		buf_printf(&before, "%s\"%s\"", i ? ", " : "", json_string_value(name));
	buf_puts(&before, ") AS ");
	behind = mem_printf(" SELECT * FROM td_rows_%u) AS %.*s", t->changes, (int)alias->n, alias->p);
	put_before(t, at, buf_text(&before));
	put(t, behind);
	free(behind);
	buf_free(&before);
	json_decref(names);
}

static void parenthesis(struct talk *t, struct level *l)
{
	bool query = words_is(t->w + 1, "select") || words_is(t->w + 1, "with") || words_is(t->w + 1, "values");
	const char *type;
	size_t at;

	begin_value(t, l);
	at = t->out.len;
	put_word(t);
	type = inside(t, PAREN, ")");
	put(t, ")");
	if (query)
		name_columns(t, at);
	end_value(l, type);
}

static void call(struct talk *t, struct level *l)
{
	char *name = lower(words_name(t->w));
	const char *last;

	if (strcmp(name, "row") == 0 || strcmp(name, "rollup") == 0 || strcmp(name, "cube") == 0)
		bad(t, name);
	begin_value(t, l);
	put_word(t);
	put_word(t);
	last = inside(t, CALL, ")");
	put(t, ")");
	end_value(l, functions_type(name, last, t->hive));
	free(name);
}

static void branch(struct talk *t, struct level *l)
{
	bool boolean = words_is(t->w + 1, "true") || words_is(t->w + 1, "false");

	if (boolean && l->cases == 1 && !is(t, "when"))
		l->case_type = "boolean";
	put_word(t);
	l->whole = false;
}

static void window(struct talk *t, struct level *l)
{
	const char *type = l->type;

	put_word(t);
	if (is(t, "(")) {
		put_word(t);
		inside(t, WINDOWED, ")");
		put(t, ")");
	} else if (t->w->kind == WORD_NAME) {
		put_word(t);
	}
	end_value(l, type);
}

static void begin_case(struct talk *t, struct level *l)
{
	if (l->cases == 0) {
		begin_value(t, l);
		l->case_at = l->value;
		l->case_type = NULL;
	}
	l->cases++;
	put_word(t);
	l->whole = false;
}

static void end_case(struct talk *t, struct level *l)
{
	put_word(t);
	l->cases -= l->cases > 0;
	if (l->cases == 0)
		l->value = l->case_at;
	end_value(l, l->cases ? NULL : l->case_type);
}

static void refuse_word(struct talk *t)
{
	char *name = words_name(t->w);

	bad(t, name);
	free(name);
}

static void keyword(struct talk *t, struct level *l, enum class is_a)
{
	switch (is_a) {
	case SELECT:
		end_item(t, l);
		l->select = true;
		put_word(t);
		if (is(t, "distinct") || is(t, "all"))
			put_word(t);
		begin_item(t, l);
		return;
	case CLAUSE:
		if (l->where == CALL && is(t, "order"))
			bad(t, "ORDER BY inside of a function");
		end_item(t, l);
		l->select = false;
		break;
	case LOGIC:
		l->logic |= l->cases == 0;
		l->whole = false;
		if (take(t, "rlike"))
			put(t, " REGEXP");
		else
			put_word(t);
		return;
	case VALUE:
		begin_value(t, l);
		l->whole = true;
		l->type = is(t, "null") ? NULL : "boolean";
		put_word(t);
		return;
	case CASE: begin_case(t, l); return;
	case BRANCH: branch(t, l); return;
	case END_CASE: end_case(t, l); return;
	case WINDOW: window(t, l); return;
	case REFUSED: refuse_word(t); return;
	default: break;
	}
	put_word(t);
	l->whole = false;
}

static void name(struct talk *t, struct level *l)
{
	char *text = words_name(t->w);

	if (*text == '$')
		syntax(t); /* a variable of SQLite */
	if (l->whole && l->select) {
		free(l->alias);
		l->alias = text;
		put_word(t);
		return;
	}
	begin_value(t, l);
	put_word(t);
	end_value(l, dialect_type(t->d, text));
	free(text);
}

/* AS alias; or the AS of WITH */
static void as(struct talk *t, struct level *l)
{
	put_word(t);
	l->whole = t->w->kind == WORD_NAME || t->w->kind == WORD_QUOTED;
	if (l->whole && l->select)
		name(t, l);
	else if (l->whole)
		put_word(t);
}

/* .name: the value goes on */
static void qualify(struct talk *t, struct level *l)
{
	char *text;

	put_word(t);
	if (t->w->kind == WORD_NAME || t->w->kind == WORD_QUOTED) {
		text = words_name(t->w);
		end_value(l, dialect_type(t->d, text));
		free(text);
	}
	if (t->w->kind != WORD_END)
		put_word(t);
}

static bool is_comparison(const struct word *w)
{
	static const char *const all[] = { "=", "<", ">", "<=", ">=", "<>", "!=", "==" };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (words_is(w, all[i]))
			return true;
	return false;
}

static void sign(struct talk *t, struct level *l)
{
	if (is(t, ",")) {
		end_item(t, l);
		put_word(t);
		begin_item(t, l);
		return;
	}
	if (is(t, "->"))
		bad(t, "a lambda expression (->)");
	if (is(t, "?") || is(t, ":") || is(t, "@"))
		syntax(t); /* variables of SQLite */
	if (is(t, "*") && !l->whole) {
		begin_value(t, l);
		put_word(t);
		end_value(l, NULL);
		return;
	}
	if (l->cases == 0) {
		l->logic |= is_comparison(t->w);
		l->sum = true;
	}
	put_word(t);
	l->whole = false;
}

static bool anew(struct talk *t, struct level *l)
{
	return cast(t, l) || literal(t, l) || interval(t, l) || array(t, l) || subscript(t, l) || extract(t, l) || try(t, l) || from_unnest(t, l);
}

static void value(struct talk *t, struct level *l)
{
	begin_value(t, l);
	l->type = NULL;
	put_word(t);
	l->whole = true;
}

static void one(struct talk *t, struct level *l)
{
	enum class is_a = class_of(t->w);
	bool named = t->w->kind == WORD_NAME || t->w->kind == WORD_QUOTED;

	if (l->where == CALL && (is(t, "from") || is(t, "for"))) { /* SUBSTRING(x FROM 1 FOR 2) */
		t->w++;
		put(t, ",");
		l->whole = false;
	} else if (is(t, "distinct") && words_is(t->w + 1, "from")) { /* IS DISTINCT FROM */
		put_word(t);
		put_word(t);
	} else if (is_a != NONE) {
		keyword(t, l, is_a);
	} else if (is(t, "as")) {
		as(t, l);
	} else if (is(t, "(")) {
		parenthesis(t, l);
	} else if (is(t, ".")) {
		qualify(t, l);
	} else if (named && words_is(t->w + 1, "(") && !l->whole) {
		call(t, l);
	} else if (named) {
		name(t, l);
	} else if (t->w->kind == WORD_SIGN) {
		sign(t, l);
	} else {
		value(t, l);
	}
}

/* Up to a closing sign that is not its own. Returns the type of the last item. */
static const char *level(struct talk *t, enum where where)
{
	struct level l = { .where = where, .item = t->out.len };

	if (++t->depth > DEPTH_MAX)
		fail_set(t->f, FAIL_DATA, "the statement is nested too deeply");
	while (t->f->kind == FAIL_NONE && t->w->kind != WORD_END && !is(t, ")") && !is(t, "]") && !(where == CAST && is(t, "as") && !l.select))
		if (!anew(t, &l))
			one(t, &l);
	end_item(t, &l);
	t->depth--;
	return l.last;
}

int dialect_translate(struct dialect *d, const char *sql, bool hive, struct fail *f)
{
	struct talk t = { .d = d, .hive = hive, .f = f };
	struct words words;

	*d = (struct dialect){ 0 };
	if (words_cut(&words, sql, hive, f))
		return -1;
	*d = (struct dialect){ .unnests = json_array(), .types = json_object(), .aliases = json_object(), .texts = json_array() };
	t.w = words.w;
	buf_init(&t.out, SQL_MAX);
	level(&t, WHOLE);
	if (t.w->kind != WORD_END)
		syntax(&t);
	d->sql = mem_string(buf_text(&t.out));
	buf_free(&t.out);
	words_free(&words);
	return f->kind ? -1 : 0;
}

void dialect_free(struct dialect *d)
{
	free(d->sql);
	json_decref(d->unnests);
	json_decref(d->types);
	json_decref(d->aliases);
	json_decref(d->texts);
	*d = (struct dialect){ 0 };
}

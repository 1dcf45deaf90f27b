#include "sql/dialect_parts.h"
#include "sql/functions.h"
#include "sql/keyword.h"
#include "base/mem.h"

#include <stdlib.h>

enum { DEPTH_MAX = 200 };

const char *dialect_inside(struct translation *t, enum where where, const char *close)
{
	const char *type = dialect_items(t, where);

	dialect_expect(t, close);
	dialect_put(t, ")");
	return type;
}

static void parenthesis(struct translation *t, struct level *l)
{
	bool query = words_is(t->w + 1, "select") || words_is(t->w + 1, "with") ||
		words_is(t->w + 1, "values");
	const char *type;

	dialect_begin_value(t, l);
	dialect_word(t);
	type = dialect_inside(t, ANYWHERE, ")");
	if (query)
		dialect_name_columns(t, l->value);
	dialect_end_value(l, type);
}

static void call(struct translation *t, struct level *l)
{
	char *name = words_lower(words_name(t->w));
	const char *last;

	dialect_begin_value(t, l);
	dialect_word(t);
	dialect_word(t);
	last = dialect_inside(t, CALL, ")");
	dialect_end_value(l, functions_type(name, last, t->hive));
	free(name);
}

/* A value of one word. */
static void value(struct translation *t, struct level *l, const char *type)
{
	dialect_begin_value(t, l);
	dialect_word(t);
	dialect_end_value(l, type);
}

/* A word behind which a value may begin. */
static void operator(struct translation *t, struct level *l)
{
	dialect_word(t);
	l->whole = false;
}

static void name(struct translation *t, struct level *l)
{
	char *text = words_name(t->w);

	if (*text == '$')
		dialect_syntax(t); /* a variable of SQLite */
	if (l->whole && l->select) {
		free(l->alias);
		l->alias = text;
		dialect_word(t);
		return;
	}
	value(t, l, dialect_type(t->d, text));
	free(text);
}

/* AS alias; or the AS of WITH */
static void as(struct translation *t, struct level *l)
{
	dialect_word(t);
	l->whole = words_named(t->w);
	if (l->whole && l->select)
		name(t, l);
	else if (l->whole)
		dialect_word(t);
}

/* .name: the value goes on */
static void qualify(struct translation *t, struct level *l)
{
	char *text;

	dialect_word(t);
	if (words_named(t->w)) {
		text = words_name(t->w);
		dialect_end_value(l, dialect_type(t->d, text));
		free(text);
	}
	if (t->w->kind != WORD_END)
		dialect_word(t);
}

static void sign(struct translation *t, struct level *l)
{
	if (words_is(t->w, ",")) {
		dialect_end_item(t, l);
		dialect_word(t);
		dialect_begin_item(t, l);
		return;
	}
	if (words_is(t->w, "?") || words_is(t->w, ":") || words_is(t->w, "@"))
		dialect_syntax(t); /* variables of SQLite */
	if (words_is(t->w, "*") && !l->whole) {
		value(t, l, NULL);
		return;
	}
	l->sum |= l->cases == 0;
	operator(t, l);
}

/* --- keywords */

static void begin_case(struct translation *t, struct level *l)
{
	if (l->cases == 0) {
		dialect_begin_value(t, l);
		l->case_at = l->value;
		l->case_type = NULL;
	}
	l->cases++;
	operator(t, l);
}

static void branch(struct translation *t, struct level *l)
{
	bool boolean = words_is(t->w + 1, "true") || words_is(t->w + 1, "false");

	if (boolean && l->cases == 1 && !words_is(t->w, "when"))
		l->case_type = "boolean";
	operator(t, l);
}

static void end_case(struct translation *t, struct level *l)
{
	dialect_word(t);
	l->cases -= l->cases > 0;
	if (l->cases == 0)
		l->value = l->case_at;
	dialect_end_value(l, l->cases ? NULL : l->case_type);
}

/* The call before it goes on. */
static void window(struct translation *t, struct level *l)
{
	dialect_word(t);
	if (words_is(t->w, "(")) {
		dialect_word(t);
		dialect_inside(t, ANYWHERE, ")");
	} else if (t->w->kind == WORD_NAME) {
		dialect_word(t);
	}
	l->whole = true;
}

static void keyword(struct translation *t, struct level *l, enum keyword is)
{
	switch (is) {
	case KEYWORD_SELECT:
		dialect_end_item(t, l);
		l->select = true;
		dialect_word(t);
		if (words_is(t->w, "distinct") || words_is(t->w, "all"))
			dialect_word(t);
		dialect_begin_item(t, l);
		return;
	case KEYWORD_CLAUSE:
		if (l->where == CALL && words_is(t->w, "order"))
			dialect_refuse(t, "ORDER BY inside of a function");
		dialect_end_item(t, l);
		l->select = false;
		break;
	case KEYWORD_LOGIC: l->logic |= l->cases == 0; break;
	case KEYWORD_VALUE: value(t, l, words_is(t->w, "null") ? NULL : "boolean"); return;
	case KEYWORD_CASE: begin_case(t, l); return;
	case KEYWORD_BRANCH: branch(t, l); return;
	case KEYWORD_END_CASE: end_case(t, l); return;
	case KEYWORD_WINDOW: window(t, l); return;
	default: break;
	}
	operator(t, l);
}

/* --- the walk */

/* What is refused by name. */
static bool refused(struct translation *t)
{
	static const struct { const char *words, *said; } all[] = {
		{ "at time zone", "AT TIME ZONE" }, { "grouping", "GROUPING" }, { "tablesample", "TABLESAMPLE" },
		{ "match_recognize", "MATCH_RECOGNIZE" }, { "row (", "row" }, { "rollup (", "rollup" }, { "cube (", "cube" },
		{ "->", "a lambda expression (->)" },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (words_is(t->w, all[i].words))
			return dialect_refuse(t, all[i].said), true;
	return false;
}

/* What SQLite spells in another way. */
static bool respelled(struct translation *t, struct level *l)
{
	/* SUBSTRING(x FROM 1 FOR 2) */
	if (l->where == CALL && (words_take(&t->w, "from") || words_take(&t->w, "for"))) {
		dialect_put(t, ",");
	} else if (words_take(&t->w, "rlike")) {
		dialect_put(t, " REGEXP");
		l->logic |= l->cases == 0;
	} else {
		return false;
	}
	l->whole = false;
	return true;
}

static void one(struct translation *t, struct level *l)
{
	enum keyword is = keyword_of(t->w);

	if (words_is(t->w, "distinct from")) { /* IS DISTINCT FROM */
		dialect_word(t);
		dialect_word(t);
	} else if (is != KEYWORD_NONE) {
		keyword(t, l, is);
	} else if (words_is(t->w, "as")) {
		as(t, l);
	} else if (words_is(t->w, "(")) {
		parenthesis(t, l);
	} else if (words_is(t->w, ".")) {
		qualify(t, l);
	} else if (words_named(t->w) && words_is(t->w + 1, "(") && !l->whole) {
		call(t, l);
	} else if (words_named(t->w)) {
		name(t, l);
	} else if (t->w->kind == WORD_SIGN) {
		sign(t, l);
	} else {
		value(t, l, NULL);
	}
}

static bool closes(const struct translation *t, const struct level *l)
{
	bool as = l->where == CAST && !l->select && words_is(t->w, "as");

	return as || t->w->kind == WORD_END || words_is(t->w, ")") || words_is(t->w, "]");
}

const char *dialect_items(struct translation *t, enum where where)
{
	struct level l = { .where = where, .item = t->out.len };

	if (++t->depth > DEPTH_MAX)
		fail_set(t->f, FAIL_DATA, "the statement is nested too deeply");
	while (t->f->kind == FAIL_NONE && !closes(t, &l))
		if (!refused(t) && !dialect_value(t, &l) && !dialect_from(t, &l) &&
			!respelled(t, &l))
			one(t, &l);
	dialect_end_item(t, &l);
	t->depth--;
	return l.last;
}

int dialect_translate(struct dialect *d, const char *sql, bool hive, struct fail *f)
{
	struct translation t = { .d = d, .hive = hive, .f = f };
	struct words words;

	*d = (struct dialect){ 0 };
	if (words_cut(&words, sql, hive, f))
		return -1;
	*d = (struct dialect){
		.unnests = json_array(), .types = json_object(), .aliases = json_object()
	};
	t.w = words.w;
	t.type_names = json_array();
	buf_init(&t.out, DIALECT_SQL_MAX);
	dialect_items(&t, ANYWHERE);
	if (t.w->kind != WORD_END)
		dialect_syntax(&t);
	d->sql = mem_string(buf_text(&t.out));
	buf_free(&t.out);
	json_decref(t.type_names);
	words_free(&words);
	return f->kind ? -1 : 0;
}

void dialect_free(struct dialect *d)
{
	free(d->sql);
	json_decref(d->unnests);
	json_decref(d->types);
	json_decref(d->aliases);
	*d = (struct dialect){ 0 };
}

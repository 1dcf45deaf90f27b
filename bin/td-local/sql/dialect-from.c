/*
 * What stands behind FROM: arrays and maps as tables, which unnest.c makes, and names for the
 * columns of a query.
 */
#include "sql/dialect_parts.h"
#include "sql/keyword.h"
#include "base/mem.h"

#include <stdlib.h>

/* a, b and, unless it is NULL, what closes them. */
static void take_names(struct translation *t, json_t *names, const char *close)
{
	do {
		char *name;

		if (!words_named(t->w)) {
			dialect_syntax(t);
			return;
		}
		name = words_name(t->w);
		if (json_array_append_new(names, json_string(name)))
			dialect_syntax(t);
		free(name);
		t->w++;
	} while (words_take(&t->w, ","));
	if (close)
		dialect_expect(t, close);
}

static bool is_alias(const struct word *w)
{
	return w->kind == WORD_QUOTED ||
		(w->kind == WORD_NAME && keyword_of(w) == KEYWORD_NONE && !words_is(w, "lateral"));
}

/*
 * UNNEST(a, b) [WITH ORDINALITY] [[AS] u [(x, y)]], and in Hive LATERAL VIEW [OUTER]
 * [POS]EXPLODE(a) u [AS x, y]
 */
static void unnest(struct translation *t, bool hive, bool position)
{
	json_t *one = json_array(), *names = json_array();
	bool as;

	dialect_wrote(t, buf_printf(&t->out, " unnest_%zu(", json_array_size(t->d->unnests)));
	json_array_append_new(t->d->unnests, one);
	dialect_inside(t, CALL, ")");
	if (!hive && words_take(&t->w, "with ordinality"))
		position = true;
	as = words_take(&t->w, "as");
	if (is_alias(t->w)) {
		dialect_put(t, " AS");
		dialect_word(t);
	} else if (as || hive) {
		dialect_syntax(t);
	}
	if (words_take(&t->w, hive ? "as" : "("))
		take_names(t, names, hive ? NULL : ")");
	json_array_append_new(one,
		json_integer(!position ? -1
				: hive ? 0
				       : (json_int_t)json_array_size(names) - 1));
	json_array_append_new(one, names);
}

static void lateral_view(struct translation *t)
{
	bool outer = words_take(&t->w, "outer"), position = words_take(&t->w, "posexplode (");

	if (!position && !words_take(&t->w, "explode ("))
		dialect_refuse(t, "LATERAL VIEW of other functions than EXPLODE and POSEXPLODE");
	dialect_put(t, outer ? " LEFT JOIN" : " CROSS JOIN");
	unnest(t, true, position);
	dialect_put(t, outer ? " ON 1" : "");
}

bool dialect_from(struct translation *t, struct level *l)
{
	if (words_take(&t->w, "unnest ("))
		unnest(t, false, false);
	else if (t->hive && words_take(&t->w, "lateral view"))
		lateral_view(t);
	else
		return false;
	l->whole = false;
	return true;
}

void dialect_name_columns(struct translation *t, size_t at)
{
	const struct word *alias = t->w + words_is(t->w, "as"), *first = alias + 2;
	unsigned id = t->changes;
	struct buf before;
	json_t *names;

	if (!is_alias(alias) || !words_is(alias + 1, "("))
		return;
	names = json_array();
	t->w = first;
	take_names(t, names, ")");
	json_decref(names);
	buf_init(&before, DIALECT_SQL_MAX);
	buf_printf(&before, " (WITH td_rows_%u (", id);
	/* in quotes, as a name may be a keyword of SQLite */
	for (const struct word *w = first; w < t->w; w += 2) {
		const char *quote = w->kind == WORD_QUOTED ? "" : "\"";

		buf_printf(&before, "%s%s%.*s%s", w == first ? "" : ", ", quote, (int)w->n, w->p,
			quote);
	}
	buf_puts(&before, ") AS ");
	dialect_put_before(t, at, buf_text(&before));
	dialect_wrote(t,
		buf_printf(&t->out, " SELECT * FROM td_rows_%u) AS %.*s", id, (int)alias->n,
			alias->p));
	buf_free(&before);
}

/* Values that SQLite does not have: casts, times, arrays. They become calls of functions. */
#include "sql/dialect_parts.h"
#include "sql/functions.h"

/* CAST(x AS type), TRY_CAST */
static bool cast(struct translation *t, struct level *l)
{
	bool lenient = words_is(t->w, "try_cast (") || t->lenient;
	const char *type;

	if (!words_take(&t->w, "cast (") && !words_take(&t->w, "try_cast ("))
		return false;
	dialect_begin_value(t, l);
	dialect_put(t, lenient ? " td_try_cast(" : " td_cast(");
	type = dialect_items(t, CAST);
	dialect_put(t, type && strcmp(type, "boolean") == 0 ? ", 'boolean'" : ", ''");
	dialect_expect(t, "as");
	type = dialect_type_name(t);
	dialect_wrote(t, buf_printf(&t->out, ", '%s'", type));
	dialect_expect(t, ")");
	dialect_put(t, ")");
	dialect_end_value(l, functions_cast_type(type, t->hive));
	return true;
}

/* DATE '...', TIMESTAMP '...' */
static bool literal(struct translation *t, struct level *l)
{
	bool date = words_is(t->w, "date");

	if ((!date && !words_is(t->w, "timestamp")) || t->w[1].kind != WORD_TEXT)
		return false;
	dialect_begin_value(t, l);
	t->w++;
	dialect_put(t, " td_cast(");
	dialect_word(t);
	dialect_put(t, date ? ", '', 'date')" : ", '', 'timestamp')");
	dialect_end_value(l, date ? "date" : "timestamp");
	return true;
}

/* x + INTERVAL '1' DAY: x is the value before. */
static bool interval(struct translation *t, struct level *l)
{
	bool minus = words_is(t->w, "- interval");
	const struct word *count = t->w + 2, *unit = count + 1;

	if (words_is(t->w, "interval") && t->w[1].kind == WORD_TEXT)
		return dialect_refuse(t, "INTERVAL, other than behind + or - of a time,"), true;
	if (!l->whole || (!minus && !words_is(t->w, "+ interval")))
		return false;
	t->w = count;
	if ((count->kind != WORD_TEXT && count->kind != WORD_NUMBER) || unit->kind != WORD_NAME)
		return dialect_syntax(t), true;
	dialect_put_before(t, l->value, " td_shift(");
	dialect_put(t, minus ? ", -" : ", ");
	dialect_word(t);
	dialect_wrote(t, buf_printf(&t->out, ", '%.*s')", (int)unit->n, unit->p));
	t->w++;
	return true;
}

/* ARRAY[a, b] */
static bool array(struct translation *t, struct level *l)
{
	if (!words_take(&t->w, "array ["))
		return false;
	dialect_begin_value(t, l);
	dialect_put(t, " td_array(");
	dialect_inside(t, CALL, "]");
	dialect_end_value(l, NULL);
	return true;
}

/* x[i] */
static bool subscript(struct translation *t, struct level *l)
{
	if (!words_is(t->w, "["))
		return false;
	if (!l->whole)
		return dialect_syntax(t), true;
	t->w++;
	dialect_put_before(t, l->value, " td_subscript(");
	dialect_put(t, ", ");
	dialect_inside(t, CALL, "]");
	dialect_end_value(l, NULL);
	return true;
}

/* EXTRACT(field FROM x) */
static bool extract(struct translation *t, struct level *l)
{
	const struct word *field = t->w + 2;

	if (!words_is(t->w, "extract (") || field->kind != WORD_NAME ||
		!words_is(field + 1, "from"))
		return false;
	dialect_begin_value(t, l);
	dialect_wrote(t, buf_printf(&t->out, " td_extract('%.*s', ", (int)field->n, field->p));
	t->w = field + 2;
	dialect_inside(t, CALL, ")");
	dialect_end_value(l, "bigint");
	return true;
}

/* TRY(x): what a cast or a function refuses is NULL. */
static bool try(struct translation *t, struct level *l)
{
	const char *type;

	if (!words_take(&t->w, "try ("))
		return false;
	dialect_begin_value(t, l);
	dialect_put(t, " (");
	t->lenient++;
	type = dialect_inside(t, CALL, ")");
	t->lenient--;
	dialect_end_value(l, type);
	return true;
}

bool dialect_value(struct translation *t, struct level *l)
{
	return cast(t, l) || literal(t, l) || interval(t, l) || array(t, l) || subscript(t, l) ||
		extract(t, l) || try(t, l);
}

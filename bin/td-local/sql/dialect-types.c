/*
 * What can be seen of the types of columns: an item is a value with a type, or has operators, of
 * which some make a boolean.
 */
#include "sql/dialect_parts.h"
#include "base/mem.h"

#include <ctype.h>
#include <stdlib.h>

static void note_type(struct translation *t, char *column, const char *type)
{
	const char *old = json_string_value(json_object_get(t->d->types, words_lower(column)));

	if (type || old)
		json_object_set_new(t->d->types, column,
			json_string(type && (!old || strcmp(old, type) == 0) ? type : ""));
	free(column);
}

const char *dialect_type(const struct dialect *d, const char *column)
{
	char *name = words_lower(mem_string(column));
	const char *type = json_string_value(json_object_get(d->types, name));

	free(name);
	return type && *type ? type : NULL;
}

bool dialect_names(const struct dialect *d, const char *column)
{
	return json_object_get(d->aliases, column) != NULL;
}

/*
 * What was written for the item, without blanks around: what SQLite calls a column that has no
 * alias.
 */
static char *item_text(const struct translation *t, const struct level *l)
{
	const char *p = t->out.p + l->item, *end = t->out.p + t->out.len;

	while (p < end && isspace((unsigned char)*p))
		p++;
	while (end > p && isspace((unsigned char)end[-1]))
		end--;
	return mem_copy(p, (size_t)(end - p));
}

void dialect_begin_item(struct translation *t, struct level *l)
{
	l->item = t->out.len;
}

void dialect_end_item(struct translation *t, struct level *l)
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

void dialect_begin_value(struct translation *t, struct level *l)
{
	l->value = t->out.len;
	l->values += l->cases == 0;
	l->type = NULL;
}

void dialect_end_value(struct level *l, const char *type)
{
	l->type = type;
	l->whole = true;
}

const char *dialect_type_name(struct translation *t)
{
	char *name = words_type(&t->w);
	json_t *kept = name ? json_string(name) : NULL;

	free(name);
	if (!kept)
		return dialect_syntax(t), "";
	json_array_append_new(t->type_names, kept);
	return json_string_value(kept);
}

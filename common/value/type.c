/* type: reading and writing the types of columns. */
#include "value/type.h"
#include "base/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

enum { TEXT_MAX = 1 << 16 };

static const char *const names[] = { "int", "long", "float", "double", "string" };

struct type *type_new(enum type_kind kind)
{
	struct type *t = mem_zero(1, sizeof *t);

	t->kind = kind;
	return t;
}

void type_free(struct type *t)
{
	if (!t)
		return;
	type_free(t->item);
	type_free(t->key);
	free(t);
}

static int put_type(const struct type *t, struct buf *b)
{
	switch (t->kind) {
	case TYPE_ARRAY:
		return buf_puts(b, "array<") || put_type(t->item, b) || buf_putc(b, '>') ? -1
											    : 0;
	case TYPE_MAP:
		return buf_puts(b, "map<") || put_type(t->key, b) || buf_putc(b, ',') ||
				put_type(t->item, b) || buf_putc(b, '>')
			? -1
			: 0;
	default:
		return buf_puts(b, names[t->kind]);
	}
}

char *type_text(const struct type *t)
{
	struct buf b;

	buf_init(&b, TEXT_MAX);
	put_type(t, &b);
	buf_text(&b);
	return b.p;
}

/* --- reading: a cursor over the text */

struct cursor {
	const char *p;
	int depth;
};

static void blanks(struct cursor *c)
{
	while (*c->p == ' ' || *c->p == '\t')
		c->p++;
}

/* Blanks, then this character? */
static bool take(struct cursor *c, char what)
{
	blanks(c);
	if (*c->p != what)
		return false;
	c->p++;
	return true;
}

static size_t word(struct cursor *c, char *out, size_t cap)
{
	size_t n = 0;

	blanks(c);
	while (isalnum((unsigned char)*c->p) || *c->p == '_') {
		if (n + 1 < cap)
			out[n++] = (char)tolower((unsigned char)*c->p);
		c->p++;
	}
	out[n] = '\0';
	return n;
}

static struct type *pair(struct type *key, struct type *item)
{
	struct type *t;

	if (!key || !item) {
		type_free(key);
		type_free(item);
		return NULL;
	}
	t = type_new(TYPE_MAP);
	t->key = key;
	t->item = item;
	return t;
}

static struct type *list(struct type *item)
{
	struct type *t;

	if (!item)
		return NULL;
	t = type_new(TYPE_ARRAY);
	t->item = item;
	return t;
}

static struct type *closed(struct cursor *c, char close, struct type *t)
{
	if (t && take(c, close))
		return t;
	type_free(t);
	return NULL;
}

/* --- query engines */

static struct type *sourced(enum type_kind kind, enum type_source source)
{
	struct type *t = type_new(kind);

	t->source = source;
	return t;
}

/* The type for an engine's scalar type; NULL: not known. */
static const struct {
	const char *name;
	enum type_kind kind;
	enum type_source source;
} scalars[] = {
	{ "boolean", TYPE_LONG, TYPE_BOOLEAN }, { "tinyint", TYPE_LONG, TYPE_PLAIN },
	{ "smallint", TYPE_LONG, TYPE_PLAIN },  { "int", TYPE_LONG, TYPE_PLAIN },
	{ "integer", TYPE_LONG, TYPE_PLAIN },   { "bigint", TYPE_LONG, TYPE_PLAIN },
	{ "long", TYPE_LONG, TYPE_PLAIN },      { "real", TYPE_DOUBLE, TYPE_PLAIN },
	{ "float", TYPE_DOUBLE, TYPE_PLAIN },   { "double", TYPE_DOUBLE, TYPE_PLAIN },
	{ "varbinary", TYPE_STRING, TYPE_BINARY }, { "binary", TYPE_STRING, TYPE_BINARY },
	{ "row", TYPE_STRING, TYPE_JSON },      { "struct", TYPE_STRING, TYPE_JSON },
	{ "varchar", TYPE_STRING, TYPE_PLAIN }, { "char", TYPE_STRING, TYPE_PLAIN },
	{ "text", TYPE_STRING, TYPE_PLAIN },    { "decimal", TYPE_STRING, TYPE_PLAIN },
	{ "numeric", TYPE_STRING, TYPE_PLAIN }, { "date", TYPE_STRING, TYPE_PLAIN },
	{ "timestamp", TYPE_STRING, TYPE_PLAIN }, { "json", TYPE_STRING, TYPE_PLAIN },
	{ "uuid", TYPE_STRING, TYPE_PLAIN },    { "bool", TYPE_LONG, TYPE_BOOLEAN },
};

static struct type *known_scalar(const char *name)
{
	for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
		if (strcmp(name, scalars[i].name) == 0)
			return sourced(scalars[i].kind, scalars[i].source);
	return NULL;
}

static struct type *scalar_of_engine(const char *name)
{
	struct type *t = known_scalar(name);

	return t ? t : type_new(TYPE_STRING); /* time, interval, ipaddress, unknown, ... */
}

/*
 * What follows the name of a type: (20), (a bigint, b varchar), <a:int>, "with time zone",
 * "precision".
 */
static void skip_rest(struct cursor *c)
{
	int open = 0;

	for (; *c->p; c->p++) {
		if (*c->p == '(' || *c->p == '<')
			open++;
		else if ((*c->p == ')' || *c->p == '>' || *c->p == ',') && open == 0)
			return;
		else if (*c->p == ')' || *c->p == '>')
			open--;
	}
}

/* --- types as people write them */

/* An array or a map, the cursor at its bracket: array<T>, map<K,V>, or with parentheses. */
static struct type *nested(struct cursor *c, const char *name,
	struct type *(*inner)(struct cursor *))
{
	const char close = *c->p == '(' ? ')' : '>';
	struct type *t = NULL, *key;

	c->p++;
	if (++c->depth > TYPE_DEPTH)
		return NULL;
	if (name[0] == 'a') {
		t = closed(c, close, list(inner(c)));
	} else {
		key = inner(c);
		t = closed(c, close, pair(key, key && take(c, ',') ? inner(c) : NULL));
	}
	c->depth--;
	return t;
}

static bool is_nested(const struct cursor *c, const char *name)
{
	return (strcmp(name, "array") == 0 || strcmp(name, "map") == 0) &&
		(*c->p == '<' || *c->p == '(');
}

/* A table's type, or an engine's name for one. */
static struct type *parse(struct cursor *c)
{
	struct type *t;
	char name[16];

	word(c, name, sizeof name);
	blanks(c);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return type_new((enum type_kind)i);
	if (is_nested(c, name))
		return nested(c, name, parse);
	t = known_scalar(name);
	if (t && *c->p != '<')
		skip_rest(c);
	return t;
}

struct type *type_parse(const char *text, struct fail *f)
{
	struct cursor c = { text, 0 };
	struct type *t = parse(&c);

	if (t && (blanks(&c), *c.p == '\0'))
		return t;
	type_free(t);
	fail_set(f, FAIL_DATA,
		"'%s' is not a type: int, long, float, double, string, array<T> or map<K,V>", text);
	return NULL;
}

/* --- types as engines write them */

static struct type *engine(struct cursor *c)
{
	char name[32];

	word(c, name, sizeof name);
	blanks(c);
	if (is_nested(c, name))
		return nested(c, name, engine);
	skip_rest(c);
	return scalar_of_engine(name);
}

struct type *type_of_engine(const char *text)
{
	struct cursor c = { text, 0 };
	struct type *t = engine(&c);

	if (t && (blanks(&c), *c.p == '\0'))
		return t;
	type_free(t); /* not understood: its values, whatever they are, as JSON text */
	return sourced(TYPE_STRING, TYPE_JSON);
}

bool type_fits(const struct type *from, const struct type *to)
{
	switch (to->kind) {
	case TYPE_ARRAY:
		return from->kind == TYPE_ARRAY && type_fits(from->item, to->item);
	case TYPE_MAP:
		return from->kind == TYPE_MAP && type_fits(from->key, to->key) &&
			type_fits(from->item, to->item);
	case TYPE_LONG:
		return from->kind == TYPE_LONG || from->kind == TYPE_INT;
	case TYPE_DOUBLE:
		return from->kind == TYPE_DOUBLE || from->kind == TYPE_FLOAT ||
			from->kind == TYPE_INT;
	default:
		return from->kind == to->kind;
	}
}

/* bind_literal: literals become constants; a type before a text is a cast that happens now. */
#include "sql/bind.h"
#include "sql/cast.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct expr *nothing(struct binder *b, const struct expr *e)
{
	return bind_constant(b, e->at, &sqltype_unknown, &(struct datum){ .kind = DATUM_NULL });
}

static struct expr *decimal(struct binder *b, const struct expr *e, const char *text)
{
	const struct sqltype *t;
	decimal_t value;
	struct datum v = { .kind = DATUM_NULL };
	int p, s;

	if (decimal_parse(text, strlen(text), &value, &p, &s)) {
		bind_error(b, e->at, "Invalid decimal literal: %s", text);
		return nothing(b, e);
	}
	t = sqltype_decimal(b->a, p, s);
	datum_set_decimal(b->a, t, value, &v);
	return bind_constant(b, e->at, t, &v);
}

static struct expr *floating(struct binder *b, const struct expr *e)
{
	struct datum v = { .kind = DATUM_NULL };

	datum_set_double(&v, strtod(e->text, NULL));
	return bind_constant(b, e->at, &sqltype_double, &v);
}

static struct expr *integer(struct binder *b, const struct expr *e)
{
	static const struct { char suffix; const struct sqltype *type; } suffixes[] = {
		{ 'l', &sqltype_bigint }, { 's', &sqltype_smallint }, { 'y', &sqltype_tinyint },
	};
	long long v;

	if (e->suffix == 'b')
		return decimal(b, e, e->text);
	errno = 0;
	v = strtoll(e->text, NULL, 10);
	if (errno) {
		if (b->hive)
			return decimal(b, e, e->text);
		bind_error(b, e->at, "Invalid numeric literal: %s", e->text);
		return nothing(b, e);
	}
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
		if (suffixes[i].suffix == e->suffix)
			return bind_integer(b, e->at, suffixes[i].type, v);
	return bind_integer(
		b, e->at, v >= INT32_MIN && v <= INT32_MAX ? &sqltype_integer : &sqltype_bigint, v);
}

static struct expr *typed(struct binder *b, const struct expr *e)
{
	struct expr *text = bind_string(b, e->at, e->text, e->n);
	const struct sqltype *t;

	if (strcmp(e->name, "decimal") == 0)
		return decimal(b, e, e->text);
	t = sqltype_parse(b->a, e->name);
	if (!t) {
		bind_error(b, e->at, "Unknown type: %s", e->name);
		return nothing(b, e);
	}
	if (t->kind == SQL_TIME && strchr(e->text, '+')) {
		bind_refuse(b, e->at, "the type time with time zone");
		return nothing(b, e);
	}
	t = cast_literal_type(b->a, t, e->text, e->n);
	if (t->kind == SQL_JSON) /* CAST('...' AS json) is a string; JSON '...' is parsed */
		return bind_made(b, e->at, "json_parse", 1, &text);
	if (t->kind == SQL_VARCHAR || t->kind == SQL_CHAR) {
		text->type = t;
		return text;
	}
	return bind_cast(b, text, t, false);
}

static struct expr *interval(struct binder *b, const struct expr *e)
{
	int64_t v = 0;
	const struct sqltype *t = cast_interval(e->text, e->n, e->name, e->from, &v);

	if (!t) {
		bind_error(b, e->at, "Invalid INTERVAL value: '%s' %s", e->text, e->name);
		return nothing(b, e);
	}
	return bind_integer(b, e->at, t, e->value.i ? -v : v);
}

struct expr *bind_literal(struct binder *b, struct expr *e)
{
	switch (e->kind) {
	case EXPR_BOOLEAN:
		return bind_integer(b, e->at, &sqltype_boolean, e->value.i);
	case EXPR_INTEGER:
		return integer(b, e);
	case EXPR_DECIMAL:
		return e->suffix == 'b' || b->decimal_literals ? decimal(b, e, e->text)
							       : floating(b, e);
	case EXPR_DOUBLE:
		return floating(b, e);
	case EXPR_STRING:
		return bind_string(b, e->at, e->text, e->n);
	case EXPR_BINARY:
		return bind_constant(b, e->at, &sqltype_varbinary,
			&(struct datum){ .kind = DATUM_BLOB, .p = e->text, .n = e->n });
	case EXPR_TYPED:
		return typed(b, e);
	case EXPR_INTERVAL:
		return interval(b, e);
	default:
		return nothing(b, e);
	}
}

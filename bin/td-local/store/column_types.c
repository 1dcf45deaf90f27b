/* Types that fit all values of a column. */
#include "store/column_types.h"
#include "base/mem.h"

#include <stdlib.h>

enum { LONG = 1, DOUBLE = 2, STRING = 4, ARRAY = 8, MAP = 16 };

static unsigned type_of(const struct mp *t)
{
	switch (t->type) {
	case MP_NIL: return 0;
	case MP_UINT:
	case MP_INT: return LONG;
	case MP_FLOAT: return DOUBLE;
	case MP_ARRAY: return ARRAY;
	case MP_MAP: return MAP;
	default: return STRING; /* booleans too: they are kept as text */
	}
}

static void note_inner(struct column_types *d, size_t i, const char *p, const char *end,
	const struct mp *outer)
{
	struct mp t;

	for (uint32_t n = outer->n; n > 0; n--) {
		if (outer->type == MP_MAP) {
			mp_token(p, end, &t);
			d->seen[i].key |= type_of(&t);
			p += mp_value(p, end);
		}
		mp_token(p, end, &t);
		d->seen[i].inner |= type_of(&t);
		p += mp_value(p, end);
	}
}

void column_types_note(struct column_types *d, size_t i, const char *p, const char *end)
{
	struct mp t;
	ptrdiff_t n = mp_token(p, end, &t);
	unsigned type = type_of(&t);

	d->seen[i].own |= type;
	if (type == ARRAY || type == MAP)
		note_inner(d, i, p + n, end, &t);
}

static const char *scalar(unsigned set)
{
	return set == LONG ? "long" : set == DOUBLE || set == (LONG | DOUBLE) ? "double" : "string";
}

char *column_types_type(const struct column_types *d, size_t i)
{
	switch (d->seen[i].own) {
	case ARRAY: return mem_printf("array<%s>", scalar(d->seen[i].inner));
	case MAP: return mem_printf("map<%s,%s>", scalar(d->seen[i].key), scalar(d->seen[i].inner));
	default: return mem_string(scalar(d->seen[i].own));
	}
}

json_t *column_types_json(const struct column_types *d)
{
	json_t *all = json_array();

	for (size_t i = 0; i < d->keys.n; i++) {
		json_t *name = json_stringn(d->keys.key[i].p, d->keys.key[i].n);
		char *type;

		if (!name)
			continue; /* not UTF-8: the data stays, no column */
		if (d->seen[i].own == 0) { /* NULL in every record: nothing tells its type */
			json_decref(name);
			continue;
		}
		type = column_types_type(d, i);
		json_array_append_new(all, json_pack("[os]", name, type));
		free(type);
	}
	return all;
}

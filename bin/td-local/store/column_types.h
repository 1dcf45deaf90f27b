/*
 * column_types: the columns that records hold, and the types that fit all their values. Booleans
 * count as text.
 */
#ifndef COLUMN_TYPES_H
#define COLUMN_TYPES_H

#include "store/columns.h"
#include "store/keyset.h"
#include "value/mp.h"

struct column_types {
	struct keyset keys;
	struct {
		/* sets of types: of the value, of its elements, of a map's keys */
		unsigned own, inner, key;
	} seen[COLUMNS_MAX];
};
/* Note that the column i holds the value at p, which is whole and valid. */
void column_types_note(struct column_types *d, size_t i, const char *p, const char *end);
char *column_types_type(const struct column_types *d, size_t i); /* malloc'ed */
json_t *column_types_json(const struct column_types *d);         /* [[name, type], ...] */

#endif

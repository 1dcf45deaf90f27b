/* detected: the columns that records hold, and the types that fit all their values. Booleans are taken for text. */
#ifndef DETECTED_H
#define DETECTED_H

#include "columns.h"
#include "keys.h"
#include "mp.h"

struct detected {
	struct keys keys;
	struct {
		unsigned own, inner, key; /* sets of types: of the value, of its elements, of a map's keys */
	} seen[COLUMNS_MAX];
};
/* Note that the column i holds the value at p, which is whole and valid. */
void detected_note(struct detected *d, size_t i, const char *p, const char *end);
char *detected_type(const struct detected *d, size_t i); /* malloc'ed */
json_t *detected_json(const struct detected *d); /* [[name, type], ...] */

#endif

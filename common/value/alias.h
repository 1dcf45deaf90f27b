/*
 * alias: the name under which SQL knows a column. Records keep their keys as they are, any UTF-8;
 * the service gives each key that is not [a-z_][a-z0-9_]* an alias, which queries use instead:
 * each run of other characters becomes one `_` (and so does a leading digit), letters become
 * small, and an alias that is taken gets _1, _2, ... (td-api.md 5.2, after TD's Embulk plugin).
 * This room says what the alias will be; it is the service that gives it.
 */
#ifndef ALIAS_H
#define ALIAS_H

#include "base/buf.h"
#include "value/schema.h"

#include <stdbool.h>

/* Is it its own alias? */
bool alias_is_legal(const char *name);

/* The alias of a name alone, without regard to others. -1: out is full. */
int alias_of(struct buf *out, const char *name);

/* The aliases of all columns, in their order: names in `out`, which is to be freed. */
int alias_all(struct schema *out, const struct schema *names, struct fail *f);

/* Nothing of the name is left in it, as in `_` or `__1`: it may belong to any column. */
bool alias_is_empty(const char *alias);

#endif

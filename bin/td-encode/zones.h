/*
 * zones: the time zones that times may name, such as "2024-02-29 12:00:00.000 Asia/Tokyo". They are
 * opened all at once, before the sandbox closes, and only where the first bytes of the input hold
 * such a name or a type that has one: some 600 files, 4 MiB.
 */
#ifndef ZONES_H
#define ZONES_H

#include "value/zone.h"

#include <stdbool.h>

struct zones; /* opaque */

/* Do these first bytes of an input call for zones? */
bool zones_are_named(const char *p, size_t n);

struct zones *zones_open(void);
void zones_close(struct zones *z); /* NULL does nothing */

/* The zone, or NULL. Of a type for struct tdtime: `zones` is a struct zones, or NULL. */
const struct zone *zones_find(void *zones, const char *name, size_t n);

#endif

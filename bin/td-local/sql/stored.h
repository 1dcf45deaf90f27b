/* stored: msgpack of a table as SQL values. Pure. */
#ifndef STORED_H
#define STORED_H

#include "sql/datum.h"

/* A stored msgpack value, read as the declared type; what does not fit is NULL. Text is borrowed
 * from it or lies in the arena. -1: its text is longer than DATUM_MAX. */
int stored_datum(struct arena *a, const struct sqltype *t, const char *p, const char *end,
	struct datum *out);

#endif

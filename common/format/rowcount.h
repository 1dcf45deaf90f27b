/*
 * rowcount: counts and checks rows (msgpack arrays) while they pass: every value must be an array
 * with as many elements as there are columns. Constant memory; values may be cut anywhere.
 */
#ifndef ROWCOUNT_H
#define ROWCOUNT_H

#include "base/io.h"
#include "value/mp.h"

struct rowcount {
	struct sink sink;     /* plain msgpack goes in here */
	struct mp_count count; /* count.values: the rows so far */

	/* private */
	struct sink *to;
};

/* `to` gets the same bytes; NULL if they are not wanted. It is borrowed. */
void rowcount_init(struct rowcount *r, size_t columns, struct sink *to);
/* The end of the input: fails if that is inside a row. */
int rowcount_end(const struct rowcount *r, struct fail *f);

#endif

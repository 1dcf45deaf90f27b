/*
 * mpin: a stream of msgpack arrays, one a row, to rows of cells that are whole msgpack values.
 *
 * Memory: the longest row, at most ROW_MAX, and what was read ahead; it grows with the bytes that arrive, not with what a
 * length claims.
 */
#ifndef MPIN_H
#define MPIN_H

#include "buf.h"
#include "io.h"
#include "row.h"

#include <stdbool.h>

struct mpin {
	struct rowin rowin;
	size_t columns; /* what every row must have; 0: the first row's */

	/* private */
	struct source *from;
	struct buf in; /* in.p[at..len): from the start of the current row */
	size_t at, used;
	uint64_t rows;
	bool ended;
	struct cell *cell;
	size_t cap;
};

void mpin_init(struct mpin *m, struct source *from);
void mpin_free(struct mpin *m);

#endif

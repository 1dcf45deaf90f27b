/*
 * mpin: a stream of msgpack arrays or maps, one a row, to rows of cells that are whole msgpack values. The values of an array
 * are the columns in order; a map names them, with each key once.
 *
 * Memory: the longest row, at most ROW_MAX, and what was read ahead; it grows with the bytes that arrive, not with what a
 * length claims.
 */
#ifndef MPIN_H
#define MPIN_H

#include "buf.h"
#include "io.h"
#include "keys.h"
#include "row.h"

#include <stdbool.h>

struct mpin {
	struct rowin rowin;
	size_t columns;    /* what every array must have; 0: the first one's */
	struct keys *keys; /* the columns of maps; grows while it is open; NULL: no maps */

	/* private */
	struct source *from;
	struct buf in; /* in.p[at..len): from the start of the current row */
	size_t at, used;
	uint64_t rows;
	bool ended;
	struct cell *cell;
	size_t cap;
};

void mpin_init(struct mpin *m, struct source *from, struct keys *keys); /* both borrowed */
void mpin_free(struct mpin *m);

#endif

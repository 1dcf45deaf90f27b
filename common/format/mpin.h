/*
 * mpin: a stream of msgpack arrays or maps, one a row, or one array of maps, to rows of cells that
 * are whole msgpack values. The values of an array are the columns in order; a map names them, with
 * each key once.
 *
 * Memory: the longest row, at most ROW_MAX, and what was read ahead; it grows with the bytes that
 * arrive, not with what a length claims.
 */
#ifndef MPIN_H
#define MPIN_H

#include "base/buf.h"
#include "base/io.h"
#include "value/keys.h"
#include "value/row.h"

#include <stdbool.h>

struct mpin {
	struct rowin rowin;
	/*
	 * the columns of maps, and the number of values that arrays must have; grows while it is
	 * open
	 */
	struct keys *keys;
	bool lists;          /* with keys, rows may be arrays: an option named their columns */
	bool ignore_unknown; /* keys that are not columns, once keys is closed, are passed over */
	size_t columns;    /* keys NULL, no maps: what every array must have; 0: the first one's */

	/* private */
	struct source *from;
	struct buf in; /* in.p[at..len): from the start of the current row, or from the mark */
	size_t at, used, mark;
	uint64_t outer, mark_outer; /* rows left of the array around them, + 1; 0: no array */
	uint64_t rows, mark_rows;
	bool ended, marked;
	struct cell *cell;
	size_t cap;
};

void mpin_init(struct mpin *m, struct source *from, struct keys *keys); /* both borrowed */
void mpin_free(struct mpin *m);

#endif

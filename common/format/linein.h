/*
 * linein: text that is one row a line, such as logs, to rows of text cells; what a line's cells are
 * a `split` decides (logline.h, regexline.h). Lines end in LF or CRLF. Empty lines are not rows; a
 * byte order mark at the start is passed over. A line that is not UTF-8, holds a NUL byte or cannot
 * be split is ROW_BAD.
 *
 * Memory: what was marked, or twice the longest line, at most ROW_MAX.
 */
#ifndef LINEIN_H
#define LINEIN_H

#include "base/buf.h"
#include "base/io.h"
#include "value/row.h"

#include <stdbool.h>

/* The cells of a line, for a split to fill: they point into the line, or into text. */
struct linein_cells {
	struct cell *cell;
	size_t n;        /* set to how many the row has; all are CELL_NONE before */
	size_t cap;      /* see linein_room() */
	struct buf text; /* emptied before each line; has 64 bytes of room */
};

struct linein {
	struct rowin rowin;
	const char *comment; /* lines that begin with it are not rows; NULL: none */
	/* f: why not, without the place. ROW_BAD or ROW_GOOD. */
	enum row_result (*split)(void *with, struct linein_cells *cells, const char *p, size_t n,
		struct fail *f);
	void *with;
	bool pure; /* split changes nothing of `with`: then it can be forked */

	/* private */
	struct source *from;
	struct linein_cells cells;
	struct buf in;
	struct linein_place {
		size_t at;
		uint64_t line;
		bool begun;
	} here, mark;
	size_t used;
	bool ended, marked;
	bool forked;    /* `in` is a slice */
	uint64_t start; /* the line of that slice */
};

void linein_init(struct linein *l, struct source *from); /* borrowed; then set split and with */
void linein_free(struct linein *l);

/* Room for n cells; new ones are CELL_NONE. */
void linein_room(struct linein_cells *cells, size_t n);

/* Cell i becomes the text from p up to end, or NULL where that is absent. */
static inline void linein_set(struct linein_cells *cells, size_t i, const char *p, const char *end)
{
	struct cell c = { .p = p, .n = (size_t)(end - p), .kind = CELL_TEXT };

	if (p)
		cells->cell[i] = c;
}

#endif

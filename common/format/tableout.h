/*
 * tableout: the first rows as a table for a person at a terminal: aligned, numbers to the right,
 * long cells shortened and the last columns left out to fit the terminal, and nothing in it that a
 * terminal could take for a command. Pure: widths by base/width, no locale. Memory: TABLEOUT_ROWS
 * times the columns, at most TABLEOUT_CELL bytes a cell.
 */
#ifndef TABLEOUT_H
#define TABLEOUT_H

#include "value/schema.h"
#include "format/textout.h"

enum { TABLEOUT_ROWS = 40, TABLEOUT_WIDTH = 60, TABLEOUT_CELL = 4 * TABLEOUT_WIDTH + 8 };

struct tableout {
	size_t rows; /* held, at most TABLEOUT_ROWS */

	/* private */
	const struct schema *schema;
	size_t columns;
	char **cell;      /* rows x columns */
	unsigned *width;  /* per column */
	bool *text;       /* per column: a cell is not a number */
};

void tableout_init(struct tableout *t, const struct schema *schema); /* borrowed */
void tableout_free(struct tableout *t);
/* The values of one row. Must not be called when rows == TABLEOUT_ROWS. */
int tableout_row(struct tableout *t, const char *p, const char *end, struct fail *f);
/*
 * Write it all, once. rows: how many the result has, -1 if not known; room: cells of a line, or 0
 * for as many as it takes.
 */
void tableout_write(struct tableout *t, int64_t rows, unsigned room, struct textout *to);

#endif

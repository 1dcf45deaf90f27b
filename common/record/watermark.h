/*
 * watermark: the highest value that a column had, exactly as it came, from which the next load goes
 * on. Numbers are compared as numbers; texts as times if the first value is one, and then all have
 * to be; other texts by their bytes, unless both are digits of different lengths: whose order is
 * meant then is not known, and that is a failure. NULL is lower than everything.
 */
#ifndef WATERMARK_H
#define WATERMARK_H

#include "base/buf.h"
#include "base/fail.h"
#include "record/cell.h"
#include "value/tdtime.h"

#include <stdbool.h>
#include <stdint.h>

enum { WATERMARK_MAX = 4096 }; /* bytes of a value */

struct watermark {
	long cell;          /* of the column in a row; -1: none is wanted, and nothing is seen */
	const char *column; /* borrowed */
	struct cell_rules rules; /* of the column; its type is borrowed */
	struct tdtime times;     /* how its texts are times */

	/* private */
	bool any, as_time;
	bool real;          /* the highest is number, otherwise integer */
	int64_t integer;    /* or seconds */
	double number;
	struct buf text;
	struct buf now, packed; /* room */
};

/* Zeroed, and cell -1: the other members are the caller's to set. */
void watermark_init(struct watermark *w);
void watermark_free(struct watermark *w);

/* One more value, of a row that was taken. -1: it cannot be compared, and f says why. */
int watermark_see(struct watermark *w, const struct cell *c, struct fail *f);

/* The highest value, or NULL: there was none. */
const char *watermark_text(struct watermark *w);

#endif

/*
 * infer: the type of a column from a sample of its cells.
 *
 * From text: long or double if every non-empty cell is one without loss (lossless.h), otherwise
 * string. From msgpack (and JSON): what the values are: integers long, floats, also among integers
 * that a double holds exactly, double, booleans long; anything else, mixtures and nothing but nil
 * string.
 */
#ifndef INFER_H
#define INFER_H

#include "value/row.h"
#include "value/type.h"

#include <stdint.h>

struct infer {
	uint64_t values, empty; /* how many cells, and how many of them held nothing */
	uint64_t none; /* how many rows had no such cell */
	char decimal;  /* set before the first cell: the decimal point in text; 0: '.' */
	bool blank;    /* one was "", in quotes */
	bool text;     /* at least one non-empty value; types ruled out so far: */
	bool not_long, not_double;
	/* msgpack values seen; large: an integer that a double cannot hold */
	bool integer, real, boolean, large, other;
};

void infer_cell(struct infer *c, const struct cell *cell);
enum type_kind infer_kind(const struct infer *c);

/* Did no cell hold a value? Then the kind is string by default. */
bool infer_is_empty(const struct infer *c);

#endif

/*
 * infer: the type of a column from a sample of its cells.
 *
 * From text: long or double if every cell that is not empty is one without loss (exact.h), string
 * otherwise and when all are empty. From msgpack (and JSON): what the values are: integers long,
 * floats, also among integers that a double holds exactly, double, booleans long; anything else,
 * mixtures and nothing but nil string.
 */
#ifndef INFER_H
#define INFER_H

#include "value/row.h"
#include "value/type.h"

#include <stdint.h>

struct infer {
	uint64_t values, empty; /* how many cells, and how many of them held nothing */
	uint64_t none; /* how many rows had no such cell */
	bool text;     /* at least one value that is not empty; and what it was not: */
	bool not_long, not_double;
	/* msgpack values seen; large: an integer that is no exact double */
	bool integer, real, boolean, large, other;
};

void infer_cell(struct infer *c, const struct cell *cell);
enum type_kind infer_kind(const struct infer *c);

#endif

/*
 * infer: the type of a text column from a sample of its cells: long or double if every cell that is not empty is one
 * without loss (exact.h), string otherwise and when all are empty.
 */
#ifndef INFER_H
#define INFER_H

#include "type.h"

struct infer {
	bool any, not_long, not_double;
};

void infer_text(struct infer *c, const char *p, size_t n);
enum type_kind infer_kind(const struct infer *c);

#endif

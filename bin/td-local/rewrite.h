/*
 * rewrite: segments of a table written anew as one: to join many small ones (stream imports make one each), and to leave
 * out the rows of a range of time. Readers that have the old ones keep them. If the table has changed in between, nothing
 * happens and it is tried again.
 */
#ifndef REWRITE_H
#define REWRITE_H

#include "local.h"

enum { REWRITE_SMALL = 1 << 20, REWRITE_MANY = 64 };

/* Joins the segments below REWRITE_SMALL if there are REWRITE_MANY. A failure changes nothing and is not told. */
void rewrite_join(struct local *l, int64_t table);

/* Removes the rows with from <= time < to. */
int rewrite_without(struct local *l, int64_t table, int64_t from, int64_t to, struct fail *f);

#endif

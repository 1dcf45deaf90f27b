/*
 * rewrite: segments of a table written anew as one: to join many small ones (stream imports make
 * one each), and to leave out rows: of a range of time, or by their numbers. Readers that have the
 * old ones keep them. If the table has changed in between, nothing happens and it is tried again.
 */
#ifndef REWRITE_H
#define REWRITE_H

#include "store/account.h"
#include "store/view.h"

enum { REWRITE_SMALL = 1 << 20, REWRITE_MANY = 64 };

struct rewrite {
	struct view old;       /* only its segments */
	char name[STORE_NAME]; /* of the new one's file; empty: there is none yet */
	int64_t rows, bytes, tmin, tmax;
};

/*
 * Joins the segments below REWRITE_SMALL if there are REWRITE_MANY. A failure changes nothing and
 * is not reported.
 */
void rewrite_join(struct account *a, int64_t table);

/* Removes the rows with from <= time < to. */
int rewrite_without(struct account *a, int64_t table, int64_t from, int64_t to, struct fail *f);

/*
 * Removes the rows whose numbers (view.h) are in a file of the store, in order: first what takes
 * its time, then, inside a transaction, the change; false: the table has changed in between, and
 * nothing was done.
 */
int rewrite_prepare(struct rewrite *w, struct account *a, int64_t table, const char *numbers,
	struct fail *f);
bool rewrite_apply(struct rewrite *w, struct catalog *c, int64_t table);
void rewrite_free(struct rewrite *w, struct account *a, bool done);

#endif

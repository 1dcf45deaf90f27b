/*
 * rewrite: segments of a table written anew: to join many small ones (stream imports make one
 * each), and to leave out rows: of a range of time, or by their numbers. Readers that have the old
 * ones keep them.
 *
 * A new segment has a new id and the place of the last old one that is in it, so that an id always
 * stands for the same bytes. First comes what takes its time (rewrite_range, rewrite_prepare),
 * then, inside a transaction, the change (rewrite_apply), which is refused if an old one is not
 * there any more.
 */
#ifndef REWRITE_H
#define REWRITE_H

#include "store/account.h"
#include "store/view.h"

#include <stdatomic.h>

enum { REWRITE_SMALL = 1 << 20, REWRITE_MANY = 64 };

struct rewrite {
	struct view old; /* only its segments */
	struct rewrite_new {
		char name[STORE_NAME]; /* of the file; empty: there is none */
		int64_t rows, bytes, tmin, tmax;
		uint32_t crc;
	} * made; /* one for all of the old ones, or one for each */
	size_t n;
};

/*
 * Joins the segments below REWRITE_SMALL that come after all larger ones, if there are
 * REWRITE_MANY. A failure changes nothing and is not reported.
 */
void rewrite_join(struct account *a, int64_t table);

/* Without the rows with from <= time < to. *stop (may be NULL) ends it with FAIL_SIGNAL. */
int rewrite_range(struct rewrite *w, struct account *a, int64_t table, int64_t from, int64_t to,
	const atomic_bool *stop, struct fail *f);

/*
 * Without the rows whose numbers (view.h) are in a file of the store, in order. FAIL_TEMP: the
 * table was changed since it was read.
 */
int rewrite_prepare(struct rewrite *w, struct account *a, int64_t table, const char *numbers,
	struct fail *f);

/* False: the table was changed since, and nothing was done. */
bool rewrite_apply(struct rewrite *w, struct catalog *c, int64_t table);

/* In any case; done: the catalogue has the new ones now. */
void rewrite_free(struct rewrite *w, struct account *a, bool done);

#endif

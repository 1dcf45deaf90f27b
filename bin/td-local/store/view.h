/*
 * view: a table as it is at one moment. Taken inside a transaction; from then on it is independent:
 * the segments are mapped, so that neither a swap nor a delete can take them away.
 */
#ifndef VIEW_H
#define VIEW_H

#include "base/buf.h"
#include "store/catalog.h"
#include "store/columns.h"
#include "store/keyset.h"
#include "store/store.h"

struct view {
	char *name;
	json_t *schema;
	struct keyset keys; /* of the schema, in its order, and `time` last */
	struct segment {
		int64_t id;
		const char *p;
		size_t n;
	} * seg;
	size_t segs;
	int64_t rows;
};

int view_open(struct view *v, struct catalog *c, const struct store *s, int64_t table,
	struct fail *f);

/* The same, but of its segments only those that the first `count` rows are in. */
int view_head(struct view *v, struct catalog *c, const struct store *s, int64_t table,
	int64_t count, struct fail *f);

/* The columns of segments that view_map() takes, and their order in a table. */
#define VIEW_SEGMENT "id, file, bytes, crc, rows"
#define VIEW_ORDER   "coalesce(place, id)"

/*
 * One more segment: the present row of q. Its checksum is verified the first time that this program
 * reads it. Inside a transaction, which orders that.
 */
int view_map(struct view *v, const struct store *s, sqlite3_stmt *q, struct fail *f);

/* Rows have numbers that stay as long as their segment does: the nth of a segment, from 1. */
static inline int64_t view_number(int64_t segment, uint64_t n)
{
	return (int64_t)((uint64_t)segment << 32 | n);
}

void view_free(struct view *v);

/*
 * The newest `count` records, newest first: msgpack maps one after the other, or a JSON array.
 * Inside a transaction.
 */
int view_tail(struct catalog *c, const struct store *s, int64_t table, size_t count, bool json,
	struct buf *out, struct fail *f);

#endif

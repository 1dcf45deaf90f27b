/*
 * load: the bodies of uploads become a segment.
 *
 * A body is gzip of msgpack maps, one after the other. A record is good if it is a map whose keys
 * are strings (str or bin) with an integer `time` from 0 to 9999-12-31T23:59:59Z. Good records are
 * copied as they are. In a bulk import the others are kept for error_records; in a stream import a
 * record without `time` gets the time of arrival, and any other fault refuses the whole body. A
 * body that is not gzip of msgpack leaves nothing behind.
 *
 * Memory: 1 MiB of output and one record, LOAD_RECORD_MAX at most.
 */
#ifndef LOAD_H
#define LOAD_H

#include "base/buf.h"
#include "store/catalog.h"
#include "store/column_types.h"
#include "store/store.h"

#include <stdatomic.h>

#define LOAD_TIME_MAX INT64_C(253402300799)
enum { LOAD_RECORD_MAX = 64 << 20, LOAD_OUT = 1 << 20 };

struct load {
	struct store *store;
	bool stream;
	int64_t now;       /* stream: time for records that have none */
	atomic_bool *stop; /* may be NULL; checked between pieces */
	struct column_types *found;
	struct load_pair {
		struct mp key;
		const char *value;
	} * pair; /* of the present record */
	size_t pairs, pairs_room;
	size_t guess; /* where the next key is expected */
	int fd;       /* the segment */
	char name[STORE_NAME];
	struct buf out;
	uint64_t written; /* bytes in fd */
	uint32_t crc;     /* of them */
	uint64_t rows, refused;
	int64_t tmin, tmax;
	int errors; /* records that were refused, as they came; or -1. load_close() compresses them
		     */
	struct buf bad;
	uint64_t bad_written;
	char errors_name[STORE_NAME]; /* empty: no error records */
};

int load_open(struct load *l, struct store *s, bool stream, struct fail *f);

/*
 * 0; -1 with FAIL_DATA if the body is bad and nothing of it stays, -1 with another kind if we are.
 */
int load_body(struct load *l, int fd, struct fail *f);

/* Records that are in memory already, good ones only (sample data). */
int load_records(struct load *l, const char *p, size_t n, struct fail *f);

/* Writes and syncs; with zero rows there is no segment (name is empty). */
int load_close(struct load *l, struct fail *f);

/* Inside a transaction: the segment belongs to a table or (table 0) to a session from now on. */
void load_enter(const struct load *l, struct catalog *c, int64_t table, int64_t session);

/* Gives everything back; drop: the files too. */
void load_free(struct load *l, bool drop);

#endif

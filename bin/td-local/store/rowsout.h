/*
 * rowsout: writing a file of the store that rows.h reads: one gzip member of msgpack. Memory: a
 * piece and its deflate data.
 */
#ifndef ROWSOUT_H
#define ROWSOUT_H

#include "base/buf.h"
#include "frame/deflater.h"

enum { ROWSOUT_PIECE = 256 << 10 }; /* about as much is compressed at a time */

struct rowsout {
	int fd; /* borrowed */
	struct deflater *deflater;
	struct buf data;
	uint32_t crc;
	uint64_t plain; /* bytes before they were compressed */
};

int rowsout_open(struct rowsout *o, int fd, struct fail *f); /* rowsout_close() in any case */
int rowsout_put(struct rowsout *o, const void *p, size_t n, struct fail *f);
int rowsout_end(struct rowsout *o, struct fail *f);
void rowsout_close(struct rowsout *o);

#endif

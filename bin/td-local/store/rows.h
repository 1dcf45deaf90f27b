/*
 * rows: the values in a file of the store, gzip of msgpack, one after the other. Memory: the
 * longest, ROWS_MAX at most.
 */
#ifndef ROWS_H
#define ROWS_H

#include "base/fd.h"
#include "frame/gzip.h"
#include "store/store.h"

enum { ROWS_MAX = 256 << 20 };

struct rows {
	int fd;
	struct fd_source file;
	struct gzip_source gz;
	struct buf in;
	size_t at; /* of the next value in `in` */
	bool open;
};

int rows_open(struct rows *r, const struct store *s, const char *name, struct fail *f);
void rows_close(struct rows *r);

/* How long the next value at *p is, valid until the next call; 0: there is none; -1. */
ptrdiff_t rows_next(struct rows *r, const char **p, struct fail *f);

#endif

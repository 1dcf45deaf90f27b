/*
 * peek: a source whose first bytes can be looked at before they are read, to see what kind of data it is. Memory: what was
 * looked at and, rounded up, 64 KiB, until it is read.
 */
#ifndef PEEK_H
#define PEEK_H

#include "buf.h"
#include "io.h"

#include <stdbool.h>

struct peek {
	struct source source;
	struct source *from;
	struct buf kept;
	size_t at;
	bool ended;
};

void peek_init(struct peek *p, struct source *from); /* borrowed */
void peek_free(struct peek *p);

/* Before the first read. At least n bytes if there are as many: *text points to them until the first read. Their number, or -1. */
ssize_t peek_look(struct peek *p, size_t n, const char **text, struct fail *f);

#endif

/*
 * peek: a source whose beginning can be read more than once: to see what kind of data it is, and to infer types from the
 * first rows. Until peek_go() everything that is read is kept; peek_rewind() starts again; after peek_go() what was kept is
 * handed out one last time, then freed. Memory: what is read before peek_go(), which its user bounds.
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
	bool keeping, ended;
};

void peek_init(struct peek *p, struct source *from); /* borrowed */
void peek_free(struct peek *p);

/* Have at least n bytes if there are as many: *text points to them and is valid until the next read. Their number, or -1. */
ssize_t peek_look(struct peek *p, size_t n, const char **text, struct fail *f);
void peek_rewind(struct peek *p); /* while keeping: the next read starts at the first byte */
void peek_go(struct peek *p);     /* rewind, and keep no more */

#endif

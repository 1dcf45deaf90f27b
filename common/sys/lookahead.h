/*
 * peek: a source whose first bytes can be looked at before they are read, to see what kind of data
 * it is. Memory: what was looked at and, rounded up, 64 KiB, until it is read.
 */
#ifndef LOOKAHEAD_H
#define LOOKAHEAD_H

#include "base/buf.h"
#include "base/io.h"

#include <stdbool.h>

struct lookahead {
	struct source source;
	struct source *from;
	struct buf kept;
	size_t at;
	bool ended;
};

void lookahead_init(struct lookahead *p, struct source *from); /* borrowed */
void lookahead_free(struct lookahead *p);

/*
 * Before the first read. At least n bytes if there are as many: *text points to them until the
 * first read. Their number, or -1.
 */
ssize_t lookahead_peek(struct lookahead *p, size_t n, const char **text, struct fail *f);

#endif

/*
 * lookahead: a source whose first bytes can be inspected before they are read, to tell what kind of
 * data it is. Memory: the bytes inspected and up to 64 KiB more, until they are read.
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
 * Inspect at least n bytes, fewer only if the source is shorter; allowed before the first read,
 * until which *text points to them. Returns how many there are, or -1.
 */
ssize_t lookahead_peek(struct lookahead *p, size_t n, const char **text, struct fail *f);

#endif

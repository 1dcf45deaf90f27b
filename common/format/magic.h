/*
 * magic: files that are not rows of text or msgpack, by their first bytes: archives, compressed
 * files, columnar and office formats, web pages, and tables that were drawn for people.
 */
#ifndef MAGIC_H
#define MAGIC_H

#include <stddef.h>

enum { MAGIC_BYTES = 4096 }; /* that are worth looking at */

struct magic {
	const char *name;   /* "zstd" */
	const char *remedy; /* what to do, to follow "NAME: "; %s in it is a format, such as csv */
};

/* What begins with these n bytes, or NULL: nothing that is known here. */
const struct magic *magic_find(const char *p, size_t n);

#endif

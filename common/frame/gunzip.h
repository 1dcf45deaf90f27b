/*
 * gunzip: checks and inflates a gzip stream while it passes, pushed in pieces of any size, as a
 * download does. `gzip_source` is the pulled counterpart for files.
 *
 * What goes into `sink` comes out twice: inflated into `plain`, and, if `raw` is not NULL, as gzip
 * members again whose headers are replaced by plain ones. The deflate data is the sender's own. So
 * nothing that a sender puts into a header (extra fields, names, comments) gets into a frame, where
 * a member with a "TD" subfield has a meaning.
 *
 * Every trailer is checked. Bytes after a member that are not gzip are an error, and so is an end
 * inside a member. An empty stream is legal: zero members. Memory: 64 KiB for plain bytes, an
 * inflater, and a header of at most 256 KiB.
 */
#ifndef GUNZIP_H
#define GUNZIP_H

#include "base/buf.h"
#include "frame/inflater.h"
#include "base/io.h"

#include <stdint.h>

struct gunzip {
	struct sink sink;  /* gzip goes in here */
	uint64_t taken;    /* bytes that went in */
	uint64_t members;  /* finished */
	uint64_t bytes;    /* inflated, of all members */

	/* private */
	struct sink *plain, *raw;
	enum { GUNZIP_HEADER, GUNZIP_BODY, GUNZIP_TRAILER } state;
	struct buf part;   /* a header or trailer that is not whole yet */
	struct inflater *inflater;
	char *out;
	uint64_t body;     /* bytes of the current member */
};

/* The sinks are borrowed; raw may be NULL. */
int gunzip_init(struct gunzip *g, struct sink *plain, struct sink *raw, struct fail *f);
/* The end of the input: FAIL_TEMP if that is inside a member. */
int gunzip_end(struct gunzip *g, struct fail *f);
void gunzip_free(struct gunzip *g);

#endif

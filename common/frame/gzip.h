/*
 * gzip: members of RFC 1952, their headers, and deflate data that can be joined.
 *
 * A block is compressed to raw deflate data that ends on a byte boundary (sync flush), without a
 * final block. Any number of such blocks in a row, then GZIP_FINAL and a trailer, are one valid
 * member: so td-put builds an upload part from the blocks of a frame without compressing anything
 * twice.
 */
#ifndef GZIP_H
#define GZIP_H

#include "base/buf.h"
#include "frame/inflater.h"
#include "base/io.h"

#include <stdbool.h>
#include <stdint.h>
#include <zlib.h>

#define GZIP_FINAL "\003\000" /* an empty final block (fixed codes) */
enum { GZIP_FINAL_LEN = 2, GZIP_TRAILER_LEN = 8, GZIP_PLAIN_HEADER_LEN = 10 };
extern const char gzip_plain_header[GZIP_PLAIN_HEADER_LEN]; /* no name, no time, no extra field */

struct gzip_header {
	const char *extra, *comment; /* into the caller's bytes, or NULL; comment without its NUL */
	size_t extra_len, comment_len;
};

/*
 * Parse the header at p: its length, 0 if the bytes end inside it, -1 if it is not one (RFC 1952,
 * 2.3).
 */
ptrdiff_t gzip_header_parse(const char *p, size_t n, struct gzip_header *out);

/* True if p starts like a gzip member. */
bool gzip_is(const char *p, size_t n);

/* crc (CRC-32) and the body's length modulo 2^32, as they follow a member's deflate data. */
void gzip_trailer(char out[GZIP_TRAILER_LEN], uint32_t crc, uint64_t body_len);
void gzip_trailer_parse(const char *p, uint32_t *crc, uint32_t *body_len);

/*
 * Deflating: level 0 to 9. One state is used for many blocks; blocks do not depend on each other.
 */
struct gzip_deflate {
	z_stream z;
};
int gzip_deflate_init(struct gzip_deflate *d, int level, struct fail *f);
void gzip_deflate_free(struct gzip_deflate *d);
/* Appends the deflate data of one block to out; its ceiling must allow gzip_deflate_bound(n). */
int gzip_deflate_block(struct gzip_deflate *d, const void *p, size_t n, struct buf *out,
	struct fail *f);
size_t gzip_deflate_bound(size_t n);

/*
 * A source that inflates: one or more members until the inner source ends. Every trailer is
 * checked; bytes after the last member that are not gzip are an error, and so is an end inside a
 * member. Memory: 64 KiB and an inflater.
 */
struct gzip_source {
	struct source source;
	struct source *from;
	struct inflater *inflater;
	struct buf in; /* bytes read and not yet used: in.p[at..len) */
	size_t at;
	uint64_t body; /* bytes of the current member */
	uint64_t offset; /* bytes taken from `from`, for messages */
	uint64_t members;
	/*
	 * set by the caller: a member with a subfield "TD" is refused: it is of a frame, which says
	 * more than a source of bytes can tell
	 */
	bool no_frame;
	bool inside; /* between a header and its trailer */
	bool ended;
};
int gzip_source_init(struct gzip_source *g, struct source *from, struct fail *f);
void gzip_source_free(struct gzip_source *g);

#endif

/*
 * upload_part: upload parts made of the blocks of a frame. A part is one plain gzip member: the
 * blocks' deflate data in a row, a final empty block, and a trailer whose checksum is combined from
 * theirs. Nothing is compressed twice.
 *
 * Members of a frame that are not ours come as plain msgpack in pieces; these are cut at values and
 * deflated. Memory: one part, its size plus at most one block; for pieces one value, at most
 * FRAME_BODY_MAX, beside it.
 */
#ifndef UPLOAD_PART_H
#define UPLOAD_PART_H

#include "base/buf.h"
#include "frame/frame.h"
#include "frame/gzip.h"

#include <stdbool.h>

enum { UPLOAD_PART_PIECES = 3 };

struct upload_part {
	struct buf data; /* deflate data of its blocks */
	uint64_t body_len, values;
	uint32_t crc;
	char tail[GZIP_FINAL_LEN + GZIP_TRAILER_LEN];
};

void upload_part_init(struct upload_part *p);
void upload_part_free(struct upload_part *p);
void upload_part_clear(struct upload_part *p); /* empty again; keeps its memory */

/* True if the block belongs in the next part: this one is not empty and would exceed size. */
bool upload_part_is_full(const struct upload_part *p, const struct frame_block *b, size_t size);
int upload_part_add(struct upload_part *p, const struct frame_block *b, struct fail *f);

/* The member, in three pieces that stay valid until the part changes, and its length. */
struct upload_part_piece {
	const void *p;
	size_t n;
};
size_t upload_part_pieces(struct upload_part *p, struct upload_part_piece out[UPLOAD_PART_PIECES]);

/* Plain msgpack to blocks. */
struct upload_part_plain {
	struct gzip_deflate deflate;
	struct buf body, packed;
	size_t whole;    /* bytes of body that are whole values */
	uint32_t values; /* in them */
	bool ready;
};

void upload_part_plain_free(struct upload_part_plain *s);
int upload_part_plain_put(struct upload_part_plain *s, const char *p, size_t n, struct fail *f);
/*
 * 1: *b is a block, valid until the next call; 0: not enough yet. `all` asks for what is left; a
 * value that is cut is then FAIL_DATA.
 */
int upload_part_plain_next(struct upload_part_plain *s, bool all, struct frame_block *b,
	struct fail *f);

#endif

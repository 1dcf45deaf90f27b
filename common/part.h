/*
 * part: upload parts made of the blocks of a frame. A part is one plain gzip member: the blocks' deflate data one after
 * the other, a final empty block, and a trailer whose checksum is combined from theirs. Nothing is compressed twice.
 *
 * Members of a frame that are not ours come as plain msgpack in pieces; these are cut at values and deflated.
 * Memory: one part, its size plus at most one block; for pieces one value, at most FRAME_BODY_MAX, beside it.
 */
#ifndef PART_H
#define PART_H

#include "buf.h"
#include "frame.h"
#include "gzip.h"

#include <stdbool.h>

enum { PART_PIECES = 3 };

struct part {
	struct buf data; /* deflate data of its blocks */
	uint64_t body_len, values;
	uint32_t crc;
	char tail[GZIP_FINAL_LEN + GZIP_TRAILER_LEN];
};

void part_init(struct part *p);
void part_free(struct part *p);
void part_clear(struct part *p); /* empty again; keeps its memory */

/* True if the block is better put into the next part: this one has something and would become longer than size. */
bool part_is_full(const struct part *p, const struct frame_block *b, size_t size);
int part_add(struct part *p, const struct frame_block *b, struct fail *f);

/* The member, in three pieces that stay valid until the part changes, and its length. */
struct part_piece {
	const void *p;
	size_t n;
};
size_t part_pieces(struct part *p, struct part_piece out[PART_PIECES]);

/* Plain msgpack to blocks. */
struct part_plain {
	struct gzip_deflate deflate;
	struct buf body, packed;
	size_t whole;    /* bytes of body that are whole values */
	uint32_t values; /* in them */
	bool ready;
};

void part_plain_free(struct part_plain *s);
int part_plain_put(struct part_plain *s, const char *p, size_t n, struct fail *f);
/*
 * 1: *b is a block, valid until the next call; 0: not enough yet. `all` asks for what is left; a value that is cut is then
 * FAIL_DATA.
 */
int part_plain_next(struct part_plain *s, bool all, struct frame_block *b, struct fail *f);

#endif

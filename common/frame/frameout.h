/*
 * frameout: writes a frame into a sink. Counterpart: framein.h; the format: frame.h and td-frame.5.
 *
 * The writer counts blocks, bytes and values and keeps the checksum; the caller supplies compressed
 * blocks and ends with exactly one of commit and abort. A writer that just stops leaves a frame
 * without an end, which every reader refuses: the safe state, and the initial one.
 */
#ifndef FRAMEOUT_H
#define FRAMEOUT_H

#include "frame/frame.h"
#include "base/io.h"

struct frameout {
	struct sink *to;
	uint64_t rows, blocks, bytes;
	uint64_t rejects; /* the caller counts */
	uint64_t length;  /* of what was written after the head */
	uint32_t crc;
	bool passed;      /* as in the head */
};

/* Writes the head. `to` is borrowed. */
int frameout_open(struct frameout *o, struct sink *to, const struct frame_head *h, struct fail *f);

/* One block. */
int frameout_block(struct frameout *o, const struct frame_block *b, struct fail *f);

/*
 * Bytes of foreign gzip members (no TD subfield), passed through as they come, in pieces of any
 * size; then, before the end, what they held, as the caller knows it. In a passed frame their
 * headers may hold anything, and what they hold need not be known.
 */
int frameout_raw(struct frameout *o, const void *p, size_t n, struct fail *f);
void frameout_raw_counts(struct frameout *o, uint64_t members, uint64_t bytes, uint64_t values);

/*
 * The end. Of e only schema, time range and verified are read, of a passed frame's also rows,
 * has_rows and etag; the other counts are the writer's own.
 */
int frameout_commit(struct frameout *o, const struct frame_end *e, struct fail *f);
/*
 * What the process will exit with for why, as a shell sees it, and why->why become status and
 * reason.
 */
int frameout_abort(struct frameout *o, const struct fail *why, struct fail *f);

#endif

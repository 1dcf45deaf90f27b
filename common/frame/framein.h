/*
 * framein: reads a frame from a source, block by block, and refuses every frame that is incomplete.
 * Counterpart: frameout.h; the format: frame.h and td-frame.5.
 *
 * One reader with two interfaces. framein_next() returns blocks as they are, compressed (td-put).
 * framein_plain() is a source of their msgpack (td-encode), inflated and checked. Both verify
 * counts and checksum and return the end only if all of them match; of a passed frame also that
 * every row has one value a column. Memory: one member, at most
 * FRAME_MEMBER_MAX, for plain reading also its body, FRAME_BODY_MAX, which is freed once read; both
 * buffers grow with the bytes that arrive, never with what a header claims.
 */
#ifndef FRAMEIN_H
#define FRAMEIN_H

#include "frame/frame.h"
#include "frame/inflater.h"
#include "base/io.h"
#include "value/mp.h"

enum framein_what {
	FRAMEIN_FAILED = -1,
	FRAMEIN_END,   /* in->end is the commit; nothing follows it */
	FRAMEIN_BLOCK, /* *b: valid until the next call */
	/*
	 * *p, *n: plain msgpack of a foreign member, values may be cut; valid until the next call
	 */
	FRAMEIN_BYTES
};

struct framein {
	struct frame_head head; /* after framein_open() */
	/* after FRAMEIN_END; after a failure end.reason and status if the frame was aborted */
	struct frame_end end;
	uint64_t rows;          /* so far */
	int32_t source_done;    /* of FRAME_DONE_ALL, as the last block said it; -1: it did not */

	/* private */
	struct source *from;
	struct buf in;      /* in.p[at..len): read, not used */
	size_t at;
	uint64_t offset;    /* bytes of the frame used, for messages */
	uint64_t begin;     /* of them the head */
	uint32_t crc;       /* over members, as used */
	uint64_t blocks, bytes;
	bool at_eof, done;
	int version;        /* of the head; all members have it */
	bool foreign;       /* inside a foreign member */
	struct inflater *inflater;
	uint64_t body_len;
	char *chunk;        /* plain bytes of foreign members */
	struct mp_count count;
	struct source plain; /* framein_plain() */
	struct buf body;
	size_t body_at;
};

/*
 * Reads the head. FAIL_UPSTREAM if the source is empty or ends inside it, FAIL_DATA if it is not a
 * frame. `from` is borrowed. framein_close() is allowed after a failure.
 */
int framein_open(struct framein *in, struct source *from, struct fail *f);
enum framein_what framein_next(struct framein *in, struct frame_block *b, const char **p, size_t *n,
	struct fail *f);
/* use instead of framein_next(); after its end in->end is valid */
struct source *framein_plain(struct framein *in);
void framein_close(struct framein *in);

/*
 * The data cannot be used, for the reason in f. If that is because its writer broke off inside a
 * foreign member, f becomes the writer's reason.
 */
void framein_blame(struct framein *in, struct fail *f);

/* True if a stream that begins with these bytes is a frame (give it 64 bytes, or all if fewer). */
bool framein_is(const char *p, size_t n);

#endif

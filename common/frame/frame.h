/*
 * frame: what flows from td-fetch to td-encode and from td-encode to td-put (man page td-frame.5).
 *
 * A frame is a sequence of gzip members: one head, any number of blocks, one end. `gzip -dc` of a
 * frame is the plain msgpack of all blocks and nothing else. Head and end have an empty body and
 * carry JSON in the gzip comment. Our members carry an extra subfield "TD"; a block's gives the
 * length of the member and of its body and the number of whole values in it, so that a reader takes
 * blocks from the stream without inflating them. A member without the subfield is legal between
 * head and end and is read by inflating.
 *
 * The reader of a pipe sees the same end of file whether the writer finished or died. So
 * completeness travels in the data: without an end, with an abort, wrong counts, a wrong checksum,
 * or anything after the end, the reader refuses.
 *
 * A writer that passes the members of its source on without looking into them (td-fetch) cannot
 * count: its frame is "passed", version 3, and says what the source said, for the reader to prove,
 * who inflates them.
 *
 * This room has the shared vocabulary and the JSON; frameout writes frames, framein reads them.
 */
#ifndef FRAME_H
#define FRAME_H

#include "base/buf.h"
#include "value/schema.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	FRAME_VERSION = 2,               /* written; 1 is read, too */
	FRAME_PASSED = 3,                /* the version of a passed frame */
	FRAME_BLOCK_BODY = 1 << 20,      /* msgpack bytes after which a writer closes a block */
	/* a block with one huge value may be this long; readers refuse more */
	FRAME_BODY_MAX = 64 << 20,
	FRAME_MEMBER_MAX = (64 << 20) + (1 << 20),
	FRAME_JSON_MAX = 4 << 20,        /* head or end: 4096 columns with long names fit */
	FRAME_EXTRA_LEN = 4 + 2 + 12,    /* subfield header, version and kind, three numbers */
	FRAME_DONE_LEN = 4 + 4,          /* the other subfield of a block, if it has one */
	FRAME_DONE_ALL = 1000000
};

enum frame_content { FRAME_ROWS, FRAME_RECORDS }; /* arrays in column order; maps with a `time` */

struct frame_head {
	int version;          /* as read */
	bool passed;          /* written as FRAME_PASSED, otherwise as FRAME_VERSION */
	enum frame_content content; /* of a passed frame rows */
	struct schema schema; /* empty if not known yet */
	char *job_id;         /* where the rows come from; NULL if not from a job */
	char *endpoint;       /* e.g. "https://api.treasuredata.com"; never a key */
	int64_t rows;         /* how many there will be, -1 if not known */
	int64_t size;         /* passed: the bytes of all members, -1 if not known */
};

struct frame_end {
	bool commit;          /* false: aborted, and reason and status say why */
	char *reason;
	char *place;          /* where the writer printed it: die_place(), or NULL */
	int status;           /* the exit status of the writer that aborted */
	uint64_t rows;        /* values in all blocks */
	uint64_t blocks;      /* members between head and end */
	uint64_t bytes;       /* bytes of all bodies: the length of the plain msgpack */
	/* of a passed frame the source's word for rows, if it gave one, and no blocks and bytes */
	bool passed, has_rows;
	uint64_t length;      /* passed: the bytes of all members */
	char *etag;           /* passed: the source's name for these bytes, or NULL */
	/* CRC-32 of all bytes before the end; version 1: without the head */
	uint32_t crc;
	uint64_t rejects;     /* rows that were set aside */
	struct schema schema; /* the columns as they turned out */
	bool has_time;        /* records: the range of `time`, epoch seconds */
	int64_t time_min, time_max;
	/* the column whose highest value this is, NULL: none; the value, NULL: there was none */
	char *watermark_column, *watermark;
	/* the source proved that it was complete; false: taken from end-of-file */
	bool verified;
};

/* One block: deflate data that ends on a byte boundary, without a final block. */
struct frame_block {
	const char *data;   /* borrowed */
	size_t len;
	uint32_t body_len;  /* bytes of msgpack, > 0 */
	uint32_t crc;       /* CRC-32 of the body */
	uint32_t values;    /* whole values in the body */
	int32_t done;       /* how much of its source the writer has read, of FRAME_DONE_ALL;
		-1: nobody knows */
};

void frame_head_free(struct frame_head *h);
void frame_end_free(struct frame_end *e);

/*
 * To and from the JSON texts in the gzip comments. The texts are ASCII (other characters escaped),
 * malloc'ed.
 */
char *frame_head_format(const struct frame_head *h);
char *frame_end_format(const struct frame_end *e);
int frame_head_parse(struct frame_head *h, const char *text, size_t n, struct fail *f);
/* passed: it is the end of such a frame */
int frame_end_parse(struct frame_end *e, bool passed, const char *text, size_t n, struct fail *f);

/*
 * The subfields: "TD" of all members of ours, and "Td" of blocks that say how much is done. Of a
 * head or an end the first two numbers protect its JSON, which no checksum of gzip covers:
 * member_len is its length, body_len its CRC-32 (0 in version 1); `values` is 0.
 */
struct frame_extra {
	char kind;           /* 'H', 'B' or 'E' */
	uint32_t member_len; /* of a block: the whole gzip member, header and trailer included */
	uint32_t body_len;
	uint32_t values;
	int version;
	int32_t done;        /* of a block, as it has it; -1: no such subfield */
};
/* Returns the length: with FRAME_DONE_LEN if done >= 0. */
size_t frame_extra_format(char out[FRAME_EXTRA_LEN + FRAME_DONE_LEN], const struct frame_extra *x);
/*
 * 1: found; 0: none; -1: there is one and it is wrong. p is the whole extra field of a gzip header.
 */
int frame_extra_parse(const char *p, size_t n, struct frame_extra *x);
/* Has it the subfield, right or wrong? */
bool frame_extra_has(const char *p, size_t n);

#endif

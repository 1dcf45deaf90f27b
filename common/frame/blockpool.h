/*
 * blockpool: blocks of records, compressed by worker threads and written into the frame in the
 * order they were given.
 *
 * The caller takes an empty block, fills its body, gives it back and takes the next. A worker
 * compresses it and writes it as soon as all blocks before it are written, so the first bytes
 * appear promptly. The next take, or the close, reports a worker's failure (a full disk, a reader
 * that is gone). Signals stay with the caller's thread.
 *
 * Memory: workers + 2 blocks; a block is its body (about FRAME_BLOCK_BODY, at most FRAME_BODY_MAX)
 * and what it compresses to. Oversized blocks (longer than KEEP, because of a long row) hold at
 * most LONG bytes together, or are a single one; their memory is freed after use.
 */
#ifndef BLOCKPOOL_H
#define BLOCKPOOL_H

#include "base/buf.h"
#include "frame/frameout.h"

struct block {
	struct buf body;  /* whole msgpack values; filled by the caller between take and give */
	uint32_t values;  /* how many */
	int32_t done;     /* as struct frame_block has it */
	/* private */
	struct buf data;
	uint64_t number;
	struct block *next;
};

struct blockpool; /* workers: 1 to BLOCKPOOL_WORKERS; level: 0 to 9 */
enum { BLOCKPOOL_WORKERS = 64 };

/*
 * `to` is borrowed and belongs to the workers until the pool is closed or stopped. NULL with f when
 * threads cannot be started.
 */
struct blockpool *blockpool_open(struct frameout *to, int workers, int level, struct fail *f);

/* waits for an empty block; NULL: f says why */
struct block *blockpool_take(struct blockpool *p, struct fail *f);
/* in order; an empty one is only put back */
void blockpool_give(struct blockpool *p, struct block *b);

/* Wait until everything is written. 0, or -1 with f. The pool is gone afterwards. */
int blockpool_close(struct blockpool *p, struct fail *f);

/*
 * Stop without writing what is queued. True: no worker is inside a write and the frame may be
 * aborted; the pool is gone. False: one is stuck in a write (its reader does not read): the frame
 * cannot be ended, and the process should end.
 */
bool blockpool_stop(struct blockpool *p);

#endif

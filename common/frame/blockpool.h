/*
 * blockpool: blocks of records, compressed by worker threads and written into the frame in the
 * order they were given.
 *
 * The caller takes an empty block, fills its body, gives it back and takes the next. A worker
 * compresses it and writes it as soon as all blocks before it are written, so that the first bytes
 * are out promptly. A failure of a worker (a full disk, a vanished reader) is told at the next take
 * or at the finish. Signals are left to the caller's thread.
 *
 * Memory: workers + 2 blocks; a block is its body (about FRAME_BLOCK_BODY, at most FRAME_BODY_MAX)
 * and what it compresses to. Blocks that a long row made longer than KEEP are at most LONG bytes
 * together, or one: the next block is not handed out before others are written. What a block grew
 * is given back.
 */
#ifndef BLOCKPOOL_H
#define BLOCKPOOL_H

#include "base/buf.h"
#include "frame/frameout.h"

struct block {
	struct buf body;  /* whole msgpack values; the caller's to fill between take and give */
	uint32_t values;  /* how many */
	/* private */
	struct buf data;
	uint64_t number;
	struct block *next;
};

struct blockpool; /* workers: 1 to BLOCKPOOL_WORKERS; level: 0 to 9 */
enum { BLOCKPOOL_WORKERS = 64 };

/*
 * `to` is borrowed and belongs to the workers until the finish or the stop. NULL with f when
 * threads cannot be started.
 */
struct blockpool *blockpool_open(struct frameout *to, int workers, int level, struct fail *f);

/* waits for an empty one; NULL: f says why */
struct block *blockpool_take(struct blockpool *p, struct fail *f);
/* in order; an empty one is just put back */
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

/*
 * blockpool: blocks of records, made and compressed by worker threads and written into the frame in
 * the order they were given.
 *
 * The caller takes an empty block, fills its body, gives it back and takes the next. A worker
 * compresses it; blocks are written as soon as all before them are, so the first bytes appear
 * promptly. The next take, or the close, reports a worker's failure (a full disk, a reader that is
 * gone). Signals stay with the caller's thread.
 *
 * A block may also be given as a task: then a worker makes its records, of which several blocks may
 * become, and compresses them at once. When its turn comes to be written it is joined, so joins
 * happen in order. A worker may refuse a task, too. Nothing behind that one is joined and written
 * until the caller has dealt with it: the blocks that it gives meanwhile stand before it.
 *
 * Memory: workers + 2 blocks that were filled, as many tasks, and a body for each worker; a block
 * is its body (about FRAME_BLOCK_BODY, at most FRAME_BODY_MAX) and what it compresses to, which for
 * a task is at most TASK_DATA and a block. Oversized blocks (longer than KEEP, because of a long
 * row) hold at most LONG bytes together, or are a single one; their memory is freed after use.
 */
#ifndef BLOCKPOOL_H
#define BLOCKPOOL_H

#include "base/buf.h"
#include "frame/frameout.h"

struct block {
	struct buf body;  /* whole msgpack values; filled by the caller between take and give */
	uint32_t values;  /* how many */
	int32_t done;     /* as struct frame_block has it */
	void *task;       /* NULL: the body is there */
	bool refuse;      /* no worker is to try the task */
	/* private */
	bool for_task;
	struct buf data;  /* compressed, of all pieces */
	struct piece {
		size_t len;
		uint32_t body_len, crc, values;
	} *piece;
	size_t pieces;
	enum { BLOCK_EMPTY, BLOCK_TAKEN, BLOCK_GIVEN, BLOCK_BUSY, BLOCK_READY,
		BLOCK_REFUSED } state;
	struct block *next;
};

/* What becomes of tasks. */
struct blockpool_tasks {
	/*
	 * In worker `i`, more of the task's records into the empty body, up to what one block
	 * holds. 1: there are more, 0: these were the last, -1: it is refused, as a whole.
	 */
	int (*make)(void *self, int i, void *task, struct buf *body, uint32_t *values);
	/* In order, after the last make(), by any of the threads; the pool is locked. */
	void (*join)(void *self, void *task);
	void *self;
};

struct blockpool;
enum { BLOCKPOOL_WORKERS = 64 };

/*
 * `to` is borrowed and belongs to the workers until the pool is closed or stopped. workers: 1 to
 * BLOCKPOOL_WORKERS; level: 0 to 9; tasks: NULL if there will be none. NULL with f when threads
 * cannot be started.
 */
struct blockpool *blockpool_open(struct frameout *to, int workers, int level,
	const struct blockpool_tasks *tasks, struct fail *f);

/* waits for an empty block; NULL: f says why */
struct block *blockpool_take(struct blockpool *p, struct fail *f);
/* The same for a task. NULL, and f says nothing: one was refused, which is to be dealt with. */
struct block *blockpool_take_for_task(struct blockpool *p, struct fail *f);
/* in order; one without values and task is only put back */
void blockpool_give(struct blockpool *p, struct block *b);

/*
 * The task that was refused, once all before it are joined and written; it stays in its place until
 * blockpool_drop(). NULL: none was; with `wait`, all are joined, or f says why not.
 */
struct block *blockpool_refused(struct blockpool *p, bool wait, struct fail *f);
/* b, which was refused, is done with: it is empty again, and what is behind it goes on. */
void blockpool_drop(struct blockpool *p, struct block *b);
/* The same, and the task behind it, if there is one, counts as refused, too: NULL if not. */
struct block *blockpool_drop_for_next(struct blockpool *p, struct block *b);

/* Wait until everything is written. 0, or -1 with f. The pool is gone afterwards. */
int blockpool_close(struct blockpool *p, struct fail *f);

/*
 * Stop without writing what is queued. True: no worker is inside a write and the frame may be
 * aborted; the pool is gone. False: one is stuck in a write (its reader does not read): the frame
 * cannot be ended, and the process should end.
 */
bool blockpool_stop(struct blockpool *p);

#endif

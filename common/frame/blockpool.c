/* Worker threads that compress blocks and write them into the frame in order. */
#include "frame/blockpool.h"
#include "frame/deflater.h"
#include "base/mem.h"
#include "base/sig.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum {
	SPARE = 64 << 10,
	KEEP = 2 * FRAME_BLOCK_BODY,
	LONG = 8 << 20,
	PATIENCE_MS = 500,
	TICK_MS = 50
};

struct blockpool {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct block *all;             /* workers + 2 of them */
	int blocks;
	struct block *empty;           /* a stack */
	struct block *first, **last;   /* given, not yet taken by a worker: a queue */
	uint64_t given, written;       /* numbers of the next block to be given, to be written */
	size_t longs;                  /* bytes in long blocks that are given and not yet written */
	bool closing, stopping;
	struct fail fail;              /* the first failure of a worker */
	struct frameout *to;
	int level, workers, alive;
	pthread_t thread[BLOCKPOOL_WORKERS];
};

static size_t long_bytes(const struct block *b)
{
	return b->body.len > KEEP ? b->body.len : 0;
}

static void shrink(struct buf *b)
{
	size_t max = b->max;

	b->len = 0;
	if (b->cap > KEEP) {
		buf_free(b);
		buf_init(b, max);
	}
}

/* Wait at most `ms`; signals do not wake a condition, so waiting threads check now and then. */
static void wait_ms(struct blockpool *p, long ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += ms * 1000000L;
	t.tv_sec += t.tv_nsec / 1000000000L;
	t.tv_nsec %= 1000000000L;
	pthread_cond_timedwait(&p->changed, &p->lock, &t);
}

static int compress_block(struct deflater *d, struct block *b, struct frame_block *out,
	struct fail *f)
{
	uint32_t crc;

	if (deflater_block(d, b->body.p, b->body.len, &b->data, &crc, f))
		return -1;
	*out = (struct frame_block){ b->data.p, b->data.len, (uint32_t)b->body.len, crc,
		b->values, b->done };
	return 0;
}

/* Called with the lock held, which is let go meanwhile. */
static void work_on(struct blockpool *p, struct deflater *d, struct block *b)
{
	struct frame_block out;
	struct fail f = { 0 };
	int rc;

	pthread_mutex_unlock(&p->lock);
	rc = compress_block(d, b, &out, &f);
	pthread_mutex_lock(&p->lock);
	while (p->written != b->number && !p->stopping && !p->fail.kind)
		pthread_cond_wait(&p->changed, &p->lock);
	/* our turn: no other thread writes until `written` moves */
	if (!rc && !p->stopping && !p->fail.kind) {
		pthread_mutex_unlock(&p->lock);
		rc = frameout_block(p->to, &out, &f);
		pthread_mutex_lock(&p->lock);
	}
	if (rc && !p->fail.kind)
		p->fail = f;
	p->written++;
	p->longs -= long_bytes(b);
	shrink(&b->body);
	shrink(&b->data);
	b->next = p->empty;
	p->empty = b;
	pthread_cond_broadcast(&p->changed);
}

static void *worker(void *arg)
{
	struct blockpool *p = arg;
	struct fail f = { 0 };
	struct deflater *d = deflater_open(p->level, &f);

	pthread_mutex_lock(&p->lock);
	if (!d && !p->fail.kind)
		p->fail = f;
	while (!p->stopping && !p->fail.kind) {
		struct block *b = p->first;

		if (b) {
			p->first = b->next;
			if (!p->first)
				p->last = &p->first;
			work_on(p, d, b);
		} else if (p->closing) {
			break;
		} else {
			pthread_cond_wait(&p->changed, &p->lock);
		}
	}
	p->alive--;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	if (d)
		deflater_close(d);
	return NULL;
}

static int start(struct blockpool *p, struct fail *f)
{
	while (p->alive < p->workers && sig_thread(&p->thread[p->alive], worker, p) == 0)
		p->alive++;
	p->workers = p->alive; /* fewer than asked for is fine */
	return p->alive ? 0 : fail_set(f, FAIL_SYSTEM, "cannot start a thread");
}

struct blockpool *blockpool_open(struct frameout *to, int workers, int level, struct fail *f)
{
	struct blockpool *p = mem_zero(1, sizeof *p);

	p->to = to;
	p->level = level;
	p->workers = workers < 1 ? 1 : workers > BLOCKPOOL_WORKERS ? BLOCKPOOL_WORKERS : workers;
	p->last = &p->first;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	p->blocks = p->workers + 2;
	p->all = mem_zero((size_t)p->blocks, sizeof *p->all);
	for (int i = 0; i < p->blocks; i++) {
		struct block *b = &p->all[i];

		buf_init(&b->body, FRAME_BODY_MAX);
		buf_init(&b->data, FRAME_MEMBER_MAX);
		b->next = p->empty;
		p->empty = b;
	}
	/* workers count themselves out only after `alive` is what it should be */
	pthread_mutex_lock(&p->lock);
	if (start(p, f) == 0) {
		pthread_mutex_unlock(&p->lock);
		return p;
	}
	pthread_mutex_unlock(&p->lock);
	blockpool_stop(p);
	return NULL;
}

static int failed(struct blockpool *p, struct fail *f)
{
	return fail_set(f, p->fail.kind, "%s", p->fail.why);
}

static bool may_take(const struct blockpool *p)
{
	return p->empty && p->longs <= LONG;
}

struct block *blockpool_take(struct blockpool *p, struct fail *f)
{
	struct block *b = NULL;

	pthread_mutex_lock(&p->lock);
	while (!may_take(p) && !p->fail.kind && !sig_caught())
		wait_ms(p, TICK_MS);
	if (p->fail.kind) {
		failed(p, f);
	} else if (!may_take(p)) {
		fail_set(f, FAIL_SIGNAL, "interrupted");
	} else {
		b = p->empty;
		p->empty = b->next;
		b->values = 0;
	}
	pthread_mutex_unlock(&p->lock);
	if (b)
		buf_room(&b->body, FRAME_BLOCK_BODY + SPARE);
	return b;
}

void blockpool_give(struct blockpool *p, struct block *b)
{
	pthread_mutex_lock(&p->lock);
	if (b->values == 0) {
		shrink(&b->body);
		b->next = p->empty;
		p->empty = b;
	} else {
		b->number = p->given++;
		p->longs += long_bytes(b);
		b->next = NULL;
		*p->last = b;
		p->last = &b->next;
		pthread_cond_broadcast(&p->changed);
	}
	pthread_mutex_unlock(&p->lock);
}

static void end(struct blockpool *p)
{
	for (int i = 0; i < p->workers; i++)
		pthread_join(p->thread[i], NULL);
	for (int i = 0; i < p->blocks; i++) {
		buf_free(&p->all[i].body);
		buf_free(&p->all[i].data);
	}
	free(p->all);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

int blockpool_close(struct blockpool *p, struct fail *f)
{
	int rc = 0;

	pthread_mutex_lock(&p->lock);
	p->closing = true;
	pthread_cond_broadcast(&p->changed);
	while (p->written < p->given && !p->fail.kind && !sig_caught())
		wait_ms(p, TICK_MS);
	if (p->fail.kind)
		rc = failed(p, f);
	else if (p->written < p->given)
		rc = fail_set(f, FAIL_SIGNAL, "interrupted");
	pthread_mutex_unlock(&p->lock);
	if (rc == 0)
		end(p);
	return rc;
}

bool blockpool_stop(struct blockpool *p)
{
	bool idle;

	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_broadcast(&p->changed);
	for (long waited = 0; p->alive > 0 && waited < PATIENCE_MS; waited += TICK_MS)
		wait_ms(p, TICK_MS);
	idle = p->alive == 0;
	pthread_mutex_unlock(&p->lock);
	if (idle)
		end(p);
	return idle;
}

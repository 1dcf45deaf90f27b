/* Worker threads that make and compress blocks and write them into the frame in order. */
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
	TASK_DATA = 8 << 20,
	PATIENCE_MS = 500,
	TICK_MS = 50
};

struct blockpool {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct block *all;      /* workers + 2 for bodies, as many for tasks */
	int blocks;
	struct block *empty;    /* a stack */
	struct block *line;     /* in order: given and not yet written */
	int filled, tasks;      /* blocks with a body that are taken or in line; tasks that are */
	size_t longs;           /* bytes in long blocks of the line */
	struct block *stuck;    /* the refused task that the caller deals with, or NULL */
	bool writing;           /* a worker writes the first block of the line */
	bool closing, stopping;
	struct fail fail;       /* the first failure of a worker */
	struct frameout *to;
	const struct blockpool_tasks *with;
	int level, workers, alive, started;
	pthread_t thread[BLOCKPOOL_WORKERS];
};

/* What a worker has for itself. */
struct worker {
	struct blockpool *pool;
	int number;
	struct deflater *deflater;
	struct buf body; /* of tasks */
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

/* --- the line; all with the lock held */

/* Before `before`, or at the end if that is NULL. */
static void line_up(struct blockpool *p, struct block *b, const struct block *before)
{
	struct block **at = &p->line;

	while (*at && *at != before)
		at = &(*at)->next;
	b->next = *at;
	*at = b;
}

/* Out of the line, if it is in there, and empty. */
static void put_back(struct blockpool *p, struct block *b)
{
	struct block **at = &p->line;

	while (*at && *at != b)
		at = &(*at)->next;
	if (*at) {
		*at = b->next;
		p->longs -= long_bytes(b);
	}
	if (b->for_task)
		p->tasks--;
	else
		p->filled--;
	shrink(&b->body);
	shrink(&b->data);
	b->pieces = 0;
	b->state = BLOCK_EMPTY;
	b->next = p->empty;
	p->empty = b;
	pthread_cond_broadcast(&p->changed);
}

static struct block *first_given(const struct blockpool *p)
{
	struct block *b = p->line;

	while (b && b->state != BLOCK_GIVEN)
		b = b->next;
	return b;
}

/* --- workers */

/* A body becomes one more piece of the block. */
static int compress_piece(struct worker *w, struct block *b, const struct buf *body,
	uint32_t values, struct fail *f)
{
	size_t start = b->data.len;
	struct piece *piece;

	if ((b->pieces & (b->pieces - 1)) == 0) /* a power of two: full */
		b->piece = mem_resize(b->piece, b->pieces ? 2 * b->pieces : 1, sizeof *b->piece);
	piece = &b->piece[b->pieces++];
	*piece = (struct piece){ .body_len = (uint32_t)body->len, .values = values };
	if (deflater_block(w->deflater, body->p, body->len, &b->data, &piece->crc, f))
		return -1;
	piece->len = b->data.len - start;
	return 0;
}

/* 0, 1: it is refused, -1. */
static int do_task(struct worker *w, struct block *b, struct fail *f)
{
	const struct blockpool_tasks *with = w->pool->with;
	int more;

	do {
		uint32_t values = 0;

		w->body.len = 0;
		buf_room(&w->body, FRAME_BLOCK_BODY + SPARE);
		more = with->make(with->self, w->number, b->task, &w->body, &values);
		if (more < 0 || (more > 0 && b->data.len > TASK_DATA))
			return 1;
		if (values > 0 && compress_piece(w, b, &w->body, values, f))
			return -1;
	} while (more > 0);
	return 0;
}

/* With the lock held, which is let go meanwhile. */
static void work_on(struct worker *w, struct block *b)
{
	struct blockpool *p = w->pool;
	struct fail f = { 0 };
	int rc;

	b->state = BLOCK_BUSY;
	pthread_mutex_unlock(&p->lock);
	rc = b->task ? do_task(w, b, &f) : compress_piece(w, b, &b->body, b->values, &f);
	pthread_mutex_lock(&p->lock);
	b->state = rc > 0 ? BLOCK_REFUSED : BLOCK_READY;
	if (rc < 0 && !p->fail.kind)
		p->fail = f;
	pthread_cond_broadcast(&p->changed);
}

static int write_pieces(struct blockpool *p, const struct block *b, struct fail *f)
{
	const char *data = b->data.p;

	for (size_t i = 0; i < b->pieces; i++) {
		const struct piece *piece = &b->piece[i];
		const struct frame_block out = { data, piece->len, piece->body_len, piece->crc,
			piece->values, b->done };

		if (frameout_block(p->to, &out, f))
			return -1;
		data += piece->len;
	}
	return 0;
}

/* The first block of the line, which is ready. */
static void write_first(struct blockpool *p)
{
	struct block *b = p->line;
	struct fail f = { 0 };
	int rc;

	p->writing = true;
	if (b->task)
		p->with->join(p->with->self, b->task);
	pthread_mutex_unlock(&p->lock);
	rc = write_pieces(p, b, &f);
	pthread_mutex_lock(&p->lock);
	p->writing = false;
	if (rc && !p->fail.kind)
		p->fail = f;
	put_back(p, b);
}

static void *worker(void *arg)
{
	struct worker *w = arg;
	struct blockpool *p = w->pool;
	struct fail f = { 0 };

	w->deflater = deflater_open(p->level, &f);
	pthread_mutex_lock(&p->lock);
	if (!w->deflater && !p->fail.kind)
		p->fail = f;
	while (!p->stopping && !p->fail.kind) {
		struct block *b = first_given(p);

		if (!p->writing && p->line && p->line->state == BLOCK_READY)
			write_first(p);
		else if (b)
			work_on(w, b);
		else if (p->closing && !p->line)
			break;
		else
			pthread_cond_wait(&p->changed, &p->lock);
	}
	p->alive--;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	if (w->deflater)
		deflater_close(w->deflater);
	buf_free(&w->body);
	free(w);
	return NULL;
}

/* --- the caller */

static int start(struct blockpool *p, struct fail *f)
{
	while (p->started < p->workers) {
		struct worker *w = mem_zero(1, sizeof *w);

		*w = (struct worker){ .pool = p, .number = p->started };
		buf_init(&w->body, KEEP);
		if (sig_thread(&p->thread[p->started], worker, w)) {
			free(w);
			break; /* fewer than asked for is fine */
		}
		p->started++;
		p->alive++;
	}
	p->workers = p->started;
	return p->alive ? 0 : fail_set(f, FAIL_SYSTEM, "cannot start a thread");
}

struct blockpool *blockpool_open(struct frameout *to, int workers, int level,
	const struct blockpool_tasks *tasks, struct fail *f)
{
	struct blockpool *p = mem_zero(1, sizeof *p);

	p->to = to;
	p->level = level;
	p->with = tasks;
	p->workers = workers < 1 ? 1 : workers > BLOCKPOOL_WORKERS ? BLOCKPOOL_WORKERS : workers;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	p->blocks = 2 * (p->workers + 2);
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

static bool is_refused(const struct blockpool *p)
{
	return p->line && p->line->state == BLOCK_REFUSED;
}

static bool may_take(const struct blockpool *p, bool task)
{
	return (task ? p->tasks : p->filled) < p->workers + 2 && p->longs <= LONG;
}

static struct block *take(struct blockpool *p, bool task, struct fail *f)
{
	struct block *b = NULL;

	pthread_mutex_lock(&p->lock);
	while (!may_take(p, task) && !(task && is_refused(p)) && !p->fail.kind && !sig_caught())
		wait_ms(p, TICK_MS);
	if (p->fail.kind) {
		failed(p, f);
	} else if (task && is_refused(p)) {
		b = NULL;
	} else if (!may_take(p, task)) {
		fail_set(f, FAIL_SIGNAL, "interrupted");
	} else {
		b = p->empty;
		p->empty = b->next;
		b->state = BLOCK_TAKEN;
		b->values = 0;
		b->task = NULL;
		b->refuse = false;
		b->for_task = task;
		p->tasks += task;
		p->filled += !task;
	}
	pthread_mutex_unlock(&p->lock);
	return b;
}

struct block *blockpool_take(struct blockpool *p, struct fail *f)
{
	struct block *b = take(p, false, f);

	if (b)
		buf_room(&b->body, FRAME_BLOCK_BODY + SPARE);
	return b;
}

struct block *blockpool_take_for_task(struct blockpool *p, struct fail *f)
{
	return take(p, true, f);
}

void blockpool_give(struct blockpool *p, struct block *b)
{
	pthread_mutex_lock(&p->lock);
	if (b->values == 0 && !b->task) {
		put_back(p, b);
	} else {
		b->state = b->refuse ? BLOCK_REFUSED : BLOCK_GIVEN;
		p->longs += long_bytes(b);
		line_up(p, b, p->stuck);
		pthread_cond_broadcast(&p->changed);
	}
	pthread_mutex_unlock(&p->lock);
}

struct block *blockpool_refused(struct blockpool *p, bool wait, struct fail *f)
{
	struct block *b = NULL;

	pthread_mutex_lock(&p->lock);
	while (wait && !is_refused(p) && p->tasks > 0 && !p->fail.kind && !sig_caught())
		wait_ms(p, TICK_MS);
	if (p->fail.kind)
		failed(p, f);
	else if (is_refused(p))
		b = p->stuck = p->line;
	else if (wait && p->tasks > 0)
		fail_set(f, FAIL_SIGNAL, "interrupted");
	pthread_mutex_unlock(&p->lock);
	return b;
}

void blockpool_drop(struct blockpool *p, struct block *b)
{
	pthread_mutex_lock(&p->lock);
	p->stuck = NULL;
	put_back(p, b);
	pthread_mutex_unlock(&p->lock);
}

struct block *blockpool_drop_for_next(struct blockpool *p, struct block *b)
{
	struct block *next;

	pthread_mutex_lock(&p->lock);
	next = b->next;
	while (next && next->state == BLOCK_BUSY)
		wait_ms(p, TICK_MS);
	if (next)
		next->state = BLOCK_REFUSED;
	p->stuck = next;
	put_back(p, b);
	pthread_mutex_unlock(&p->lock);
	return next;
}

static void end(struct blockpool *p)
{
	for (int i = 0; i < p->started; i++)
		pthread_join(p->thread[i], NULL);
	for (int i = 0; i < p->blocks; i++) {
		buf_free(&p->all[i].body);
		buf_free(&p->all[i].data);
		free(p->all[i].piece);
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
	while (p->line && !p->fail.kind && !sig_caught())
		wait_ms(p, TICK_MS);
	if (p->fail.kind)
		rc = failed(p, f);
	else if (p->line)
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
	for (long waited = 0; p->alive > (waited < PATIENCE_MS ? 0 : p->writing); waited += TICK_MS)
		wait_ms(p, TICK_MS); /* only writing can take long */
	idle = p->alive == 0;
	pthread_mutex_unlock(&p->lock);
	if (idle)
		end(p);
	return idle;
}

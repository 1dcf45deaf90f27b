/* Uploads parts with several threads, each on a connection of its own. */
#include "api/upload.h"
#include "base/mem.h"
#include "base/sig.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum slot_state { EMPTY, FILLING, WAITING, SENDING };

struct slot {
	struct upload_part part;
	enum slot_state state;
	uint64_t number;
};

struct upload {
	upload_send *send;
	upload_tick *tick;
	void *arg;
	struct api *api[UPLOAD_THREADS];
	pthread_t thread[UPLOAD_THREADS];
	unsigned threads, started;
	struct slot slot[UPLOAD_THREADS + 1];
	atomic_bool stop;   /* for requests under way */
	atomic_ullong under_way; /* what they sent */
	pthread_mutex_t lock;
	pthread_cond_t change;
	/* under the lock */
	bool ended;         /* nothing more will be given */
	uint64_t given, parts, bytes;
	struct fail fail;
};

static struct slot *find(struct upload *u, enum slot_state s)
{
	struct slot *best = NULL;

	for (unsigned i = 0; i <= u->threads; i++)
		if (u->slot[i].state == s && (!best || u->slot[i].number < best->number))
			best = u->slot + i;
	return best;
}

struct worker {
	struct upload *u;
	struct api *api;
};

static void *work(void *arg)
{
	struct upload *u = ((struct worker *)arg)->u;
	struct api *api = ((struct worker *)arg)->api;
	struct slot *s;

	free(arg);
	pthread_mutex_lock(&u->lock);
	while (u->fail.kind == FAIL_NONE && ((s = find(u, WAITING)) || !u->ended)) {
		struct fail f = { 0 };
		uint64_t bytes = 0;

		if (!s) {
			pthread_cond_wait(&u->change, &u->lock);
			continue;
		}
		s->state = SENDING;
		pthread_mutex_unlock(&u->lock);
		u->send(u->arg, api, s->number, &s->part, &bytes, &f);
		pthread_mutex_lock(&u->lock);
		s->state = EMPTY;
		if (f.kind == FAIL_NONE) {
			u->parts++;
			u->bytes += bytes;
		} else if (u->fail.kind == FAIL_NONE) {
			u->fail = f;
			atomic_store(&u->stop, true);
		}
		pthread_cond_broadcast(&u->change);
	}
	pthread_mutex_unlock(&u->lock);
	return NULL;
}

/* Threads are started as parts come, so that a small transfer opens one connection. */
static void start(struct upload *u)
{
	struct worker *w = mem_zero(1, sizeof *w);

	*w = (struct worker){ u, u->api[u->started] };
	if (sig_thread(u->thread + u->started, work, w) == 0) {
		u->started++;
	} else {
		free(w);
		if (u->started == 0)
			fail_set(&u->fail, FAIL_SYSTEM, "cannot start a thread");
	}
}

static void init_lock(struct upload *u)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&u->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&u->change, &attr);
	pthread_condattr_destroy(&attr);
}

struct upload *upload_open(const struct conf *c, const struct api_opt *o, unsigned threads,
	upload_send *send, upload_tick *tick, void *arg)
{
	struct upload *u = mem_zero(1, sizeof *u);
	struct api_opt opt = *o;

	u->send = send;
	u->tick = tick;
	u->arg = arg;
	u->threads = threads < 1 ? 1 : threads > UPLOAD_THREADS ? UPLOAD_THREADS : threads;
	atomic_init(&u->stop, false);
	atomic_init(&u->under_way, 0);
	opt.http.stop = &u->stop;
	opt.http.under_way = &u->under_way;
	for (unsigned i = 0; i < u->threads; i++)
		u->api[i] = api_open(c, &opt);
	for (unsigned i = 0; i <= u->threads; i++)
		upload_part_init(&u->slot[i].part);
	init_lock(u);
	return u;
}

/* Wait for a change, but check now and then whether a signal was caught. */
static void wait_a_while(struct upload *u)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += 100000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&u->change, &u->lock, &t);
	if (sig_caught())
		fail_set(&u->fail, FAIL_SIGNAL, "interrupted");
	if (!u->tick)
		return;
	pthread_mutex_unlock(&u->lock);
	u->tick(u->arg);
	pthread_mutex_lock(&u->lock);
}

struct upload_part *upload_take(struct upload *u, struct fail *f)
{
	struct slot *s = NULL;

	pthread_mutex_lock(&u->lock);
	while (u->fail.kind == FAIL_NONE && !(s = find(u, EMPTY)))
		wait_a_while(u);
	if (u->fail.kind != FAIL_NONE) {
		fail_set(f, u->fail.kind, "%s", u->fail.why);
		s = NULL;
	} else {
		s->state = FILLING;
		upload_part_clear(&s->part);
	}
	pthread_mutex_unlock(&u->lock);
	return s ? &s->part : NULL;
}

void upload_give(struct upload *u, struct upload_part *p)
{
	struct slot *s = u->slot;

	while (&s->part != p)
		s++;
	pthread_mutex_lock(&u->lock);
	s->state = WAITING;
	s->number = u->given++;
	if (u->started < u->threads && u->started < u->given)
		start(u);
	pthread_cond_broadcast(&u->change);
	pthread_mutex_unlock(&u->lock);
}

static bool busy(struct upload *u)
{
	return find(u, WAITING) || find(u, SENDING);
}

int upload_finish(struct upload *u, struct fail *f)
{
	pthread_mutex_lock(&u->lock);
	u->ended = true;
	pthread_cond_broadcast(&u->change);
	while (u->fail.kind == FAIL_NONE && busy(u))
		wait_a_while(u);
	if (u->fail.kind != FAIL_NONE)
		fail_set(f, u->fail.kind, "%s", u->fail.why);
	pthread_mutex_unlock(&u->lock);
	return f->kind == FAIL_NONE ? 0 : -1;
}

void upload_counts(struct upload *u, uint64_t *parts, uint64_t *bytes)
{
	pthread_mutex_lock(&u->lock);
	*parts = u->parts;
	*bytes = u->bytes;
	pthread_mutex_unlock(&u->lock);
}

uint64_t upload_sent(struct upload *u)
{
	uint64_t parts, bytes;

	upload_counts(u, &parts, &bytes);
	return bytes + atomic_load(&u->under_way);
}

void upload_close(struct upload *u)
{
	if (!u)
		return;
	atomic_store(&u->stop, true);
	pthread_mutex_lock(&u->lock);
	u->ended = true;
	fail_set(&u->fail, FAIL_SYSTEM, "closed");
	pthread_cond_broadcast(&u->change);
	pthread_mutex_unlock(&u->lock);
	for (unsigned i = 0; i < u->started; i++)
		pthread_join(u->thread[i], NULL);
	for (unsigned i = 0; i < u->threads; i++)
		api_close(u->api[i]);
	for (unsigned i = 0; i <= u->threads; i++)
		upload_part_free(&u->slot[i].part);
	pthread_cond_destroy(&u->change);
	pthread_mutex_destroy(&u->lock);
	free(u);
}

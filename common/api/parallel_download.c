/* A result over several connections: workers fetch ranges, the caller writes them in order. */
#include "api/parallel_download.h"
#include "base/mem.h"
#include "base/sig.h"

#include <pthread.h>
#include <stdlib.h>

struct piece {
	struct sink sink; /* what a worker gets goes in here */
	char *p;
	size_t n;
	bool whole;
};

struct ranges {
	const struct conf *conf;
	const struct api_opt *opt;
	const char *job_id;
	char etag[256];
	bool *able;               /* of parallel_download() */
	uint64_t total, pieces;
	unsigned jobs, slots;
	struct piece *slot;       /* piece i is in slot i % slots */
	pthread_t *thread;
	pthread_mutex_t lock;     /* of what follows */
	pthread_cond_t moved;
	uint64_t next;            /* the piece that a worker takes next */
	uint64_t written;         /* pieces that the sink has got */
	struct fail fail;         /* the first of a worker */
	/* it failed because the server has another result now, or no ranges */
	bool changed;
	atomic_bool stop;
};

static int fill(struct sink *s, const void *p, size_t n, struct fail *f)
{
	struct piece *to = (struct piece *)s;

	if (n > PARALLEL_DOWNLOAD_PIECE - to->n)
		return fail_set(f, FAIL_REFUSED, "the server sent more than was asked for");
	memcpy(to->p + to->n, p, n);
	to->n += n;
	return 0;
}

static void piece_init(struct piece *p)
{
	*p = (struct piece){ .sink = { .put = fill, .name = "piece" },
		.p = mem_alloc(PARALLEL_DOWNLOAD_PIECE) };
}

/* --- a worker -------------------------------------------------------------- */

/* The number of a piece to fetch, or r->pieces when there is no more to do. */
static uint64_t take(struct ranges *r)
{
	uint64_t i;

	pthread_mutex_lock(&r->lock);
	while (!r->stop && r->next < r->pieces && r->next >= r->written + r->slots)
		pthread_cond_wait(&r->moved, &r->lock);
	i = r->stop ? r->pieces : r->next < r->pieces ? r->next++ : r->pieces;
	pthread_mutex_unlock(&r->lock);
	return i;
}

static void done(struct ranges *r, struct piece *p, bool changed, const struct fail *f)
{
	pthread_mutex_lock(&r->lock);
	if (f->kind == FAIL_NONE) {
		p->whole = true;
	} else if (r->fail.kind == FAIL_NONE) {
		r->fail = *f;
		r->changed = changed;
		r->stop = true;
	}
	pthread_cond_broadcast(&r->moved);
	pthread_mutex_unlock(&r->lock);
}

static void *work(void *arg)
{
	struct ranges *r = arg;
	struct api *a;
	uint64_t i;

	sig_stop_when(&r->stop);
	a = api_open(r->conf, r->opt);
	while ((i = take(r)) < r->pieces) {
		struct piece *p = &r->slot[i % r->slots];
		struct api_result got = { 0 };
		struct fail f = { 0 };
		uint64_t from = i * PARALLEL_DOWNLOAD_PIECE;
		uint64_t to = from + PARALLEL_DOWNLOAD_PIECE < r->total
			? from + PARALLEL_DOWNLOAD_PIECE - 1
			: r->total - 1;

		p->n = 0;
		if (api_job_result_part(a, r->job_id, r->etag, from, to, &p->sink, &got, &f) == 0 &&
			p->n != to - from + 1)
			fail_set(&f, FAIL_TEMP, "result of job %s: a piece is too short",
				r->job_id);
		if (f.kind == FAIL_NONE && got.total != (int64_t)r->total) {
			got.changed = true;
			fail_set(&f, FAIL_TEMP, "result of job %s: its length has changed",
				r->job_id);
		}
		if (f.kind == FAIL_REFUSED)
			f.kind = FAIL_TEMP; /* it was there a moment ago */
		done(r, p, got.changed, &f);
	}
	api_close(a);
	return NULL;
}

static int start(struct ranges *r, struct fail *f)
{
	unsigned n = 0;

	while (n < r->jobs && sig_thread(&r->thread[n], work, r) == 0)
		n++;
	r->jobs = n;
	return n > 0 ? 0 : fail_set(f, FAIL_SYSTEM, "no thread can be started");
}

/* --- the caller's thread --------------------------------------------------- */

static int wait_for(struct ranges *r, struct piece *p, struct fail *f)
{
	int rc = 0;

	pthread_mutex_lock(&r->lock);
	while (!p->whole && r->fail.kind == FAIL_NONE)
		pthread_cond_wait(&r->moved, &r->lock);
	if (!p->whole) {
		rc = fail_set(f, r->fail.kind, "%s", r->fail.why);
		*r->able = !r->changed;
	}
	pthread_mutex_unlock(&r->lock);
	return rc;
}

static void free_slot(struct ranges *r, struct piece *p)
{
	pthread_mutex_lock(&r->lock);
	p->whole = false;
	r->written++;
	pthread_cond_broadcast(&r->moved);
	pthread_mutex_unlock(&r->lock);
}

static int write_all(struct ranges *r, struct sink *to, struct fail *f)
{
	for (uint64_t i = 1; i < r->pieces; i++) {
		struct piece *p = &r->slot[i % r->slots];

		if (wait_for(r, p, f) || io_put(to, p->p, p->n, f))
			return -1;
		free_slot(r, p);
	}
	return 0;
}

static void stop(struct ranges *r)
{
	pthread_mutex_lock(&r->lock);
	r->stop = true;
	pthread_cond_broadcast(&r->moved);
	pthread_mutex_unlock(&r->lock);
	for (unsigned i = 0; i < r->jobs; i++)
		pthread_join(r->thread[i], NULL);
}

static int fetch_rest(struct ranges *r, struct sink *to, struct fail *f)
{
	int rc;

	if (r->jobs > r->pieces - 1)
		r->jobs = (unsigned)(r->pieces - 1);
	r->slots = r->jobs + 1;
	r->next = r->written = 1;
	r->slot = mem_zero(r->slots, sizeof *r->slot);
	r->thread = mem_zero(r->jobs, sizeof *r->thread);
	for (unsigned i = 0; i < r->slots; i++)
		piece_init(&r->slot[i]);
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->moved, NULL);
	rc = start(r, f) || write_all(r, to, f) ? -1 : 0;
	stop(r);
	pthread_cond_destroy(&r->moved);
	pthread_mutex_destroy(&r->lock);
	for (unsigned i = 0; i < r->slots; i++)
		free(r->slot[i].p);
	free(r->slot);
	free(r->thread);
	return rc;
}

/* What the answer for the first piece says of the whole. */
static void set_size(struct ranges *r, const struct api_result *first)
{
	memcpy(r->etag, first->etag, sizeof r->etag);
	r->total = (uint64_t)first->total;
	r->pieces = (r->total + PARALLEL_DOWNLOAD_PIECE - 1) / PARALLEL_DOWNLOAD_PIECE;
}

int parallel_download(struct api *a, const struct conf *c, const struct api_opt *o, unsigned jobs,
	const char *job_id, struct sink *to, char etag[256], bool *able, struct fail *f)
{
	struct ranges r = { .conf = c, .opt = o, .job_id = job_id, .jobs = jobs, .able = able };
	struct api_result first = { 0 };
	struct piece p;
	int rc;

	piece_init(&p);
	rc = api_job_result_part(a, job_id, NULL, 0, PARALLEL_DOWNLOAD_PIECE - 1, &p.sink, &first,
		f);
	*able = rc == 0 ? first.total > 0 && (first.etag[0] || (uint64_t)first.total == p.n)
			: f->kind != FAIL_REFUSED;
	if (rc == 0 && !*able)
		rc = fail_set(f, FAIL_REFUSED, "result of job %s: not in ranges", job_id);
	if (rc == 0)
		rc = io_put(to, p.p, p.n, f);
	free(p.p);
	if (rc)
		return -1;
	set_size(&r, &first);
	memcpy(etag, first.etag, sizeof r.etag);
	return r.pieces > 1 ? fetch_rest(&r, to, f) : 0;
}

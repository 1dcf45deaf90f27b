/* The threads that run jobs. A job changes things only in its last transaction, with its status. */
#include "jobs/dispatcher.h"
#include "base/die.h"
#include "base/mem.h"
#include "store/td_clock.h"
#include "jobs/due.h"

#include <stdlib.h>
#include <string.h>

enum { TICK_MS = 100 };

struct dispatcher {
	struct queue *w;
	pthread_t thread[QUEUE_THREADS], clock;
};

struct start {
	struct queue *w;
	struct interrupt *me;
};

static bool run_job(struct queue *w, struct interrupt *me)
{
	struct fail f = { 0 };
	struct job j;

	if (queue_stopping(w) || !queue_claim(w, me, &j))
		return false;
	if (strcmp(j.type, "bulk_import_perform") == 0)
		job_perform(w, me, &j, &f);
	else if (strcmp(j.type, "partialdelete") == 0)
		job_delete(w, me, &j, &f);
	else
		job_query(w, me, &j, &f);
	if (f.kind)
		note("job %lld: %s", (long long)j.id, f.why);
	queue_release(me, &j);
	account_sweep(w->account);
	return true;
}

static void *work(void *arg)
{
	struct start s = *(struct start *)arg;
	unsigned seen = 0;

	free(arg);
	while (!queue_stopping(s.w)) {
		while (run_job(s.w, s.me))
			;
		queue_wait(s.w, &seen, -1);
	}
	return NULL;
}

/* What is due does not wait for a job. */
static void *watch_clock(void *arg)
{
	struct queue *w = arg;
	unsigned seen = 0;

	while (!queue_stopping(w)) {
		int64_t ms = due_now(w);

		for (size_t i = 0; w->query_seconds && i < QUEUE_THREADS; i++)
			if (i != QUEUE_IMPORTS)
				interrupt_older(&w->run[i],
					td_clock_ms() - 1000 * w->query_seconds);
		queue_wait(w, &seen, w->query_seconds && (ms < 0 || ms > TICK_MS) ? TICK_MS : ms);
	}
	return NULL;
}

struct dispatcher *dispatcher_start(struct queue *w)
{
	struct dispatcher *d = mem_zero(1, sizeof *d);

	d->w = w;
	queue_init(w);
	due_start(w);
	for (size_t i = 0; i < QUEUE_THREADS; i++) {
		struct start *s = mem_alloc(sizeof *s);

		*s = (struct start){ w, &w->run[i] };
		if (pthread_create(&d->thread[i], NULL, work, s))
			die(FAIL_SYSTEM, "cannot start a thread");
	}
	if (pthread_create(&d->clock, NULL, watch_clock, w))
		die(FAIL_SYSTEM, "cannot start a thread");
	return d;
}

void dispatcher_stop(struct dispatcher *d)
{
	queue_stop(d->w);
	for (size_t i = 0; i < QUEUE_THREADS; i++)
		pthread_join(d->thread[i], NULL);
	pthread_join(d->clock, NULL);
	queue_free(d->w);
	free(d);
}

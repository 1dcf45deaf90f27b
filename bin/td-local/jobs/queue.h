/*
 * queue: the jobs that wait and those at work. The queue is the catalogue: a job is queued when its
 * row says so, and one that was running when the program died is queued again at the next start.
 * All functions may be called by any thread.
 */
#ifndef QUEUE_H
#define QUEUE_H

#include "jobs/job.h"
#include "store/account.h"

/*
 * The first thread does what imports need, so that a query that waits for an import of its own is
 * not in its way.
 */
enum { QUEUE_THREADS = 3, QUEUE_IMPORTS = 0 };

struct queue {
	struct account *account;
	/* this service, as result output reaches it; cert: its certificate, NULL without TLS */
	char *url;
	const char *key, *cert;
	/* Jobs that have ended are remembered: so many, and so many seconds; -1: no limit. */
	int64_t keep_jobs, keep_seconds;
	int64_t query_seconds; /* the longest a query may run; 0: no limit */
	unsigned polls;        /* how many times a finished thing is still reported as running */

	struct interrupt run[QUEUE_THREADS];
	pthread_mutex_t lock;
	pthread_cond_t wake;
	unsigned kicks; /* under lock */
	pthread_mutex_t pause; /* held from queue_pause() to queue_resume() */
	atomic_bool paused;
	atomic_bool stop;
	atomic_bool retry; /* a claim failed: ask again soon */
};

/*
 * The first members are the caller's to fill before. Jobs that were interrupted are queued again.
 */
void queue_init(struct queue *w);
void queue_free(struct queue *w);

void queue_kick(struct queue *w); /* there may be something to do */
void queue_stop(struct queue *w); /* interrupts whatever is at work */
bool queue_stopping(const struct queue *w);
bool queue_leaves(const struct queue *w); /* one that is interrupted now is to stay as it is */

/* Waits for a kick or ms (-1: no limit). *seen: the kicks that the caller has answered. */
void queue_wait(struct queue *w, unsigned *seen, int64_t ms);

/* Takes the next job for that thread; false: there is none. */
bool queue_claim(struct queue *w, struct interrupt *me, struct job *j);
void queue_release(struct interrupt *me, struct job *j);

/*
 * Inside a transaction: a job that is reported as running becomes `killed`, and its work is
 * interrupted. One that sends its rows somewhere (interrupt_late()) says itself how it ended.
 */
void queue_kill(struct queue *w, int64_t job);

/*
 * The catalogue is about to be another one. Interrupts the jobs that are at work and waits until
 * they are not; none begins until queue_resume(), and then those that the catalogue calls running
 * wait again. One thread at a time is between the two, others wait.
 */
void queue_pause(struct queue *w);
void queue_resume(struct queue *w);

/*
 * Ends a job's last transaction. -1: it did not happen, and f says why, if it did not say something
 * before; on a full disk the catalogue's reserve is given up, so that the next attempt can succeed.
 */
int queue_end(struct queue *w, struct fail *f);
bool queue_again(struct queue *w); /* after a moment: is there to be another attempt? */

/*
 * Inside a transaction: the job's last word. False if it was killed meanwhile: then nothing may be
 * changed.
 */
bool queue_finish(struct queue *w, const struct job *j, const char *status, const char *said);

#endif

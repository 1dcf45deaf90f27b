/*
 * workers: two threads that run jobs (queries, the work of bulk imports) and finish commits that
 * nobody looks at.
 *
 * The queue is the catalogue: a job is queued when its row says so, and a job that was running when
 * the program died is queued again at the next start. A job changes things only in its last
 * transaction, together with its status.
 */
#ifndef DISPATCHER_H
#define DISPATCHER_H

#include "http/request.h"

struct dispatcher *dispatcher_start(struct local *l);
void dispatcher_stop(struct dispatcher *w);
bool dispatcher_stopping(const struct dispatcher *w);
void dispatcher_kick(struct dispatcher *w); /* there may be something to do */

/* Inside a transaction: a job that is not finished becomes `killed`, its work is interrupted. */
void job_kill(struct local *l, int64_t job);

/* What a job's work sees of its thread. */
struct running {
	int64_t job;         /* 0: none */
	atomic_bool stop;
	pthread_mutex_t lock;
	sqlite3 *db;         /* to be interrupted; under lock */
};
void running_set(struct running *me, sqlite3 *db);

#endif

/*
 * interrupt: how a job's work is stopped from outside: a flag that every loop checks, and the
 * SQLite connection that is to be interrupted with it. One for each thread that runs jobs.
 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct interrupt {
	atomic_bool stop;     /* the work is to end as soon as it can */
	pthread_mutex_t lock; /* for the rest */
	int64_t job;          /* 0: none */
	bool late;            /* the job may have been seen elsewhere: it alone says how it ended */
	sqlite3 *db;          /* or NULL */
	int64_t began;        /* ms of the real clock */
	atomic_bool overdue;  /* stopped since it ran too long */
};

void interrupt_init(struct interrupt *me);
void interrupt_free(struct interrupt *me);

/* By the thread that works: a job begins, stopped already if `stop`; it ends. */
void interrupt_begin(struct interrupt *me, int64_t job, int64_t now, bool stop);
void interrupt_end(struct interrupt *me);

/* By the same: the connection that runs the job's SQL from now on, or NULL. */
void interrupt_set(struct interrupt *me, sqlite3 *db);

void interrupt_late(struct interrupt *me);

/* By any thread: is a job at work? */
bool interrupt_busy(struct interrupt *me);

/* By any thread: is that job at work, and late? */
bool interrupt_is_late(struct interrupt *me, int64_t job);

/* By any thread: stops a job that is at work since before that moment, in ms. */
void interrupt_older(struct interrupt *me, int64_t than);

/* By any thread: stops that job, or with 0 whichever is at work. */
void interrupt_raise(struct interrupt *me, int64_t job);

#endif

/* due: what happens by the clock: commits that no client polls, and the runs of schedules. */
#ifndef DUE_H
#define DUE_H

#include "jobs/queue.h"

/* Does what is due. Milliseconds until there may be more, -1: nothing is waiting. */
int64_t due_now(struct queue *w);

/*
 * At the start, and when the clock was set back: runs that were missed are not made up for; one
 * that waits for its delay stays.
 */
void due_start(struct queue *w);

/* The next run after a moment by a cron line and a zone, or -1: no cron, or it never fires. */
int64_t due_next(const char *cron, const char *zone, int64_t after);

/* Inside a transaction: a job of the schedule as of that moment; key: its domain_key, or NULL. */
int64_t due_issue(struct catalog *c, int64_t schedule, int64_t scheduled, const char *key);

#endif

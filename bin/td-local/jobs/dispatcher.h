/*
 * dispatcher: the threads that run the queue's jobs: one for the work of bulk imports and two for
 * everything else; and one that finishes commits that no client polls and issues the jobs of
 * schedules that are due.
 */
#ifndef DISPATCHER_H
#define DISPATCHER_H

#include "jobs/queue.h"

struct dispatcher;

struct dispatcher *dispatcher_start(struct queue *w); /* w outlives it; dies without threads */
void dispatcher_stop(struct dispatcher *d);           /* interrupts their work and waits for them */

#endif

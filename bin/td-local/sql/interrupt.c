/* Stopping a job's work. */
#include "sql/interrupt.h"

enum { STEPS = 1000 }; /* instructions of SQLite's machine between two checks of the flag */

void interrupt_init(struct interrupt *me)
{
	*me = (struct interrupt){ 0 };
	pthread_mutex_init(&me->lock, NULL);
}

void interrupt_free(struct interrupt *me)
{
	pthread_mutex_destroy(&me->lock);
}

void interrupt_begin(struct interrupt *me, int64_t job, int64_t now, bool stop)
{
	pthread_mutex_lock(&me->lock);
	me->job = job;
	me->late = false;
	me->overdue = false;
	me->began = now;
	me->stop = stop;
	pthread_mutex_unlock(&me->lock);
}

void interrupt_end(struct interrupt *me)
{
	pthread_mutex_lock(&me->lock);
	me->job = 0;
	pthread_mutex_unlock(&me->lock);
}

/* sqlite3_interrupt() forgets a call that comes before the first step; the flag stays. */
static int stopped(void *me)
{
	return ((struct interrupt *)me)->stop;
}

void interrupt_set(struct interrupt *me, sqlite3 *db)
{
	pthread_mutex_lock(&me->lock);
	me->db = db;
	if (db)
		sqlite3_progress_handler(db, STEPS, stopped, me);
	pthread_mutex_unlock(&me->lock);
}

void interrupt_late(struct interrupt *me)
{
	pthread_mutex_lock(&me->lock);
	me->late = true;
	pthread_mutex_unlock(&me->lock);
}

bool interrupt_busy(struct interrupt *me)
{
	bool busy;

	pthread_mutex_lock(&me->lock);
	busy = me->job != 0;
	pthread_mutex_unlock(&me->lock);
	return busy;
}

bool interrupt_is_late(struct interrupt *me, int64_t job)
{
	bool late;

	pthread_mutex_lock(&me->lock);
	late = me->job == job && me->late;
	pthread_mutex_unlock(&me->lock);
	return late;
}

void interrupt_older(struct interrupt *me, int64_t than)
{
	pthread_mutex_lock(&me->lock);
	if (me->job && !me->late && me->began < than) {
		me->overdue = me->stop = true;
		if (me->db)
			sqlite3_interrupt(me->db);
	}
	pthread_mutex_unlock(&me->lock);
}

void interrupt_raise(struct interrupt *me, int64_t job)
{
	pthread_mutex_lock(&me->lock);
	if (me->job && (job == 0 || me->job == job)) {
		me->stop = true;
		if (me->db)
			sqlite3_interrupt(me->db);
	}
	pthread_mutex_unlock(&me->lock);
}

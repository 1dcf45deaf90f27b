/* The queue of jobs: claiming, killing and finishing them, and waking the threads. */
#include "jobs/queue.h"
#include "base/mem.h"
#include "jobs/destination.h"
#include "store/counts.h"
#include "store/td_clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { AGAIN_MS = 200, PAUSE_MS = 2 };

/* What the catalogue calls running, though no job is at work, waits again. */
static void requeue(struct queue *w)
{
	struct catalog *c = &w->account->catalog;

	catalog_begin(c);
	catalog_do(c, "UPDATE jobs SET status = 'queued', started = NULL WHERE status = 'running'",
		"");
	catalog_end(c, true, NULL);
}

void queue_init(struct queue *w)
{
	w->kicks = 1;
	w->stop = false;
	pthread_mutex_init(&w->lock, NULL);
	pthread_mutex_init(&w->pause, NULL);
	pthread_cond_init(&w->wake, NULL);
	for (size_t i = 0; i < QUEUE_THREADS; i++)
		interrupt_init(&w->run[i]);
	requeue(w);
}

void queue_free(struct queue *w)
{
	for (size_t i = 0; i < QUEUE_THREADS; i++)
		interrupt_free(&w->run[i]);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	pthread_mutex_destroy(&w->pause);
}

void queue_kick(struct queue *w)
{
	pthread_mutex_lock(&w->lock);
	w->kicks++;
	pthread_cond_broadcast(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

void queue_stop(struct queue *w)
{
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_broadcast(&w->wake);
	pthread_mutex_unlock(&w->lock);
	for (size_t i = 0; i < QUEUE_THREADS; i++)
		interrupt_raise(&w->run[i], 0);
}

bool queue_stopping(const struct queue *w)
{
	return w->stop;
}

bool queue_leaves(const struct queue *w)
{
	return w->stop || w->paused;
}

void queue_wait(struct queue *w, unsigned *seen, int64_t ms)
{
	struct timespec t;

	if (atomic_exchange(&w->retry, false) && (ms < 0 || ms > AGAIN_MS))
		ms = AGAIN_MS;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += (time_t)(ms / 1000);
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&w->lock);
	while (*seen == w->kicks && !w->stop)
		if ((ms < 0 ? pthread_cond_wait(&w->wake, &w->lock)
			    : pthread_cond_timedwait(&w->wake, &w->lock, &t)) == ETIMEDOUT)
			break;
	*seen = w->kicks;
	pthread_mutex_unlock(&w->lock);
}

static bool idle(struct queue *w)
{
	for (size_t i = 0; i < QUEUE_THREADS; i++)
		if (interrupt_busy(&w->run[i]))
			return false;
	return true;
}

void queue_pause(struct queue *w)
{
	struct catalog *c = &w->account->catalog;

	pthread_mutex_lock(&w->pause);
	w->paused = true;
	catalog_begin(c); /* whoever claims a job has it now, or sees the flag */
	catalog_end(c, false, NULL);
	for (size_t i = 0; i < QUEUE_THREADS; i++)
		interrupt_raise(&w->run[i], 0);
	while (!idle(w))
		poll(NULL, 0, PAUSE_MS);
}

void queue_resume(struct queue *w)
{
	requeue(w);
	w->paused = false;
	pthread_mutex_unlock(&w->pause);
	queue_kick(w);
}

int queue_end(struct queue *w, struct fail *f)
{
	struct fail ours = { 0 };

	if (catalog_end(&w->account->catalog, true, &ours) == 0)
		return 0;
	account_make_room(w->account);
	return fail_set(f, ours.kind, "%s", ours.why);
}

bool queue_again(struct queue *w)
{
	unsigned seen = 0;

	pthread_mutex_lock(&w->lock);
	seen = w->kicks;
	pthread_mutex_unlock(&w->lock);
	queue_wait(w, &seen, AGAIN_MS);
	return !queue_leaves(w);
}

bool queue_claim(struct queue *w, struct interrupt *me, struct job *j)
{
	struct catalog *c = &w->account->catalog;
	sqlite3_stmt *q;
	bool got, failed;

	*j = (struct job){ 0 };
	catalog_begin(c);
	q = w->paused ? NULL : catalog_select(c,
		"SELECT id, type, db, query, session, coalesce(scheduled, created), target, "
		"result, created FROM jobs WHERE status = 'queued' AND (type = "
		"'bulk_import_perform') = ?1 ORDER BY priority DESC, id LIMIT 1",
		"i", (int64_t)(me == &w->run[QUEUE_IMPORTS]));
	got = catalog_next(c, &q);
	if (got) {
		*j = (struct job){ .id = sqlite3_column_int64(q, 0),
			.type = mem_string(catalog_column(q, 1)),
			.db = mem_string(catalog_column(q, 2)),
			.query = mem_string(catalog_column(q, 3)),
			.session = sqlite3_column_int64(q, 4),
			.scheduled = sqlite3_column_int64(q, 5),
			.target = sqlite3_column_int64(q, 6),
			.created = sqlite3_column_int64(q, 8),
			.result = catalog_null(q, 7) ? NULL : mem_string(catalog_column(q, 7)),
			.started_ms = td_clock_ms() };
		sqlite3_finalize(q);
		catalog_do(c,
			"UPDATE jobs SET status = 'running', started = ?2, updated = ?2 WHERE id = "
			"?1",
			"ii", j->id, td_clock_now());
		interrupt_begin(me, j->id, td_clock_ms(), w->stop);
	}
	failed = catalog_end(c, got, NULL) != 0;
	if (got && !failed)
		return true;
	queue_release(me, j);
	if (failed) { /* a full disk; no client would ask again */
		account_make_room(w->account);
		w->retry = true;
	}
	return false;
}

void queue_release(struct interrupt *me, struct job *j)
{
	interrupt_end(me);
	free(j->type);
	free(j->db);
	free(j->query);
	destination_free(j->result);
	*j = (struct job){ 0 };
}

/* The job has ended: the key in its destination is not needed any more. */
static void forget_key(struct catalog *c, int64_t job)
{
	char *result = catalog_text(c, "SELECT result FROM jobs WHERE id = ?1", "i", job),
	     *masked = result ? destination_masked(result) : NULL;

	if (masked && strcmp(masked, result) != 0)
		catalog_do(c, "UPDATE jobs SET result = ?2 WHERE id = ?1", "is", job, masked);
	destination_free(result);
	free(masked);
}

/* One that has ended, but is still reported as running; not one that has changed something. */
static bool kill_ended(struct catalog *c, int64_t job)
{
	catalog_do(c,
		"INSERT OR IGNORE INTO trash SELECT file FROM jobs WHERE id = ?1 AND file IS NOT "
		"NULL "
		"AND status = 'success' AND polls > 0 AND until > ?2 AND inserted = 0 AND result "
		"IS NULL",
		"ii", job, td_clock_ms());
	catalog_do(c,
		"UPDATE jobs SET status = 'killed', file = NULL, schema = NULL, rows = NULL, size "
		"= "
		"NULL, polls = 0 WHERE id = ?1 AND status IN ('success', 'error') AND polls > 0 "
		"AND "
		"until > ?2 AND inserted = 0 AND result IS NULL",
		"ii", job, td_clock_ms());
	return sqlite3_changes(c->db) > 0;
}

static bool kill_going(struct catalog *c, int64_t job)
{
	catalog_do(c,
		"UPDATE jobs SET status = 'killed', ended = ?2, updated = ?2 WHERE id = ?1 AND "
		"status "
		"IN ('queued', 'running')",
		"ii", job, td_clock_now());
	return sqlite3_changes(c->db) > 0;
}

void queue_kill(struct queue *w, int64_t job)
{
	struct catalog *c = &w->account->catalog;
	bool late = false;

	for (size_t i = 0; i < QUEUE_THREADS; i++)
		late |= interrupt_is_late(&w->run[i], job);
	if (!late && !kill_going(c, job) && !kill_ended(c, job))
		return;
	if (!late) {
		forget_key(c, job);
		catalog_do(c,
			"UPDATE sessions SET status = 'uploading' WHERE status = 'performing' AND "
			"job = ?1",
			"i", job);
	}
	for (size_t i = 0; i < QUEUE_THREADS; i++)
		interrupt_raise(&w->run[i], job);
}

/* Those that ended long ago; ids, which have an index, come in about the order of the ends. */
static void forget_old(struct catalog *c, int64_t job, const struct queue *w)
{
	if (w->keep_jobs >= 0)
		catalog_do(c,
			"DELETE FROM jobs WHERE id <= ?1 - ?2 AND status IN ('success', 'error', "
			"'killed')",
			"ii", job, w->keep_jobs > 0 ? w->keep_jobs : 1);
	if (w->keep_seconds >= 0)
		catalog_do(c,
			"DELETE FROM jobs WHERE id < (SELECT id FROM jobs WHERE ended >= ?1 ORDER "
			"BY id LIMIT 1) AND status IN ('success', 'error', 'killed')",
			"i", td_clock_now() - w->keep_seconds);
}

bool queue_finish(struct queue *w, const struct job *j, const char *status, const char *said)
{
	struct catalog *c = &w->account->catalog;

	catalog_do(c,
		"UPDATE jobs SET status = ?2, ended = ?3, updated = ?3, cpu_ms = ?4, polls = ?5, "
		"until = ?6, stderr = ?7 WHERE id = ?1 AND status = 'running'",
		"isiiiis", j->id, status, td_clock_now(), td_clock_spent(j->started_ms),
		(int64_t)w->polls, td_clock_ms() + COUNTS_RUNNING_MS, said);
	if (catalog_failed(c) || sqlite3_changes(c->db) == 0)
		return false;
	forget_key(c, j->id);
	forget_old(c, j->id, w);
	return true;
}

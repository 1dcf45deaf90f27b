#include "jobs/dispatcher.h"
#include "routes/bulk.h"
#include "jobs/destination.h"
#include "base/die.h"
#include "base/mem.h"
#include "routes/schedules.h"
#include "jobs/work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * The first does what imports need, so that queries that wait for an import of their own cannot be
 * in its way.
 */
enum { THREADS = 3, IMPORTS = 0 };

struct dispatcher {
	struct local *l;
	pthread_t thread[THREADS];
	struct running run[THREADS];
	pthread_mutex_t lock;
	pthread_cond_t wake;
	unsigned kicks; /* under lock */
	atomic_bool stop;
};

void running_set(struct running *me, sqlite3 *db)
{
	pthread_mutex_lock(&me->lock);
	me->db = db;
	if (db && me->stop)
		sqlite3_interrupt(db);
	pthread_mutex_unlock(&me->lock);
}

static void interrupt(struct running *r, int64_t job)
{
	pthread_mutex_lock(&r->lock);
	if (r->job && (job == 0 || r->job == job)) {
		r->stop = true;
		if (r->db)
			sqlite3_interrupt(r->db);
	}
	pthread_mutex_unlock(&r->lock);
}

void job_kill(struct local *l, int64_t job)
{
	struct catalog *c = &l->cat;

	cat_do(c,
		"UPDATE jobs SET status = 'killed', ended = ?2, updated = ?2 WHERE id = ?1 AND "
		"status IN ('queued', 'running')",
		"ii", job, td_clock_now());
	if (sqlite3_changes(c->db) == 0)
		return;
	cat_do(c,
		"UPDATE sessions SET status = 'uploading' WHERE status = 'performing' AND job = ?1",
		"i", job);
	for (size_t i = 0; i < THREADS; i++)
		interrupt(&l->workers->run[i], job);
}

/* --- one job */

static bool claim(struct dispatcher *w, struct running *me, struct job *j)
{
	struct catalog *c = &w->l->cat;
	sqlite3_stmt *q;
	bool got;

	*j = (struct job){ 0 };
	cat_begin(c);
	q = cat_select(c,
		"SELECT id, type, db, query, session, coalesce(scheduled, created), target, "
		"result, created FROM jobs"
		" WHERE status = 'queued' AND (type = 'bulk_import_perform') = ?1 ORDER BY "
		"priority DESC, id LIMIT 1",
		"i", (int64_t)(me == &w->run[IMPORTS]));
	got = cat_next(c, &q);
	if (got) {
		*j = (struct job){ .id = sqlite3_column_int64(q, 0),
			.type = mem_string(cat_column(q, 1)),
			.db = mem_string(cat_column(q, 2)),
			.query = mem_string(cat_column(q, 3)),
			.session = sqlite3_column_int64(q, 4),
			.scheduled = sqlite3_column_int64(q, 5),
			.target = sqlite3_column_int64(q, 6),
			.created = sqlite3_column_int64(q, 8),
			.result = cat_null(q, 7) ? NULL : mem_string(cat_column(q, 7)),
			.started_ms = td_clock_ms() };
		sqlite3_finalize(q);
		cat_do(c,
			"UPDATE jobs SET status = 'running', started = ?2, updated = ?2 WHERE id = "
			"?1",
			"ii", j->id, td_clock_now());
		pthread_mutex_lock(&me->lock);
		me->job = j->id;
		me->stop = w->stop;
		pthread_mutex_unlock(&me->lock);
	}
	return cat_end(c, got, NULL) == 0 && got;
}

static void job_free(struct job *j)
{
	free(j->type);
	free(j->db);
	free(j->query);
	destination_free(j->result);
}

/* Inside a transaction: the job's last word, unless it was killed. */
bool job_finish(struct local *l, const struct job *j, const char *status, const char *said)
{
	struct catalog *c = &l->cat;

	cat_do(c,
		"UPDATE jobs SET status = ?2, ended = ?3, updated = ?3, cpu_ms = ?4, polls = ?5, "
		"until = ?6, stderr = ?7"
		" WHERE id = ?1 AND status = 'running'",
		"isiiiis", j->id, status, td_clock_now(), td_clock_ms() - j->started_ms,
		(int64_t)l->polls, td_clock_ms() + HIDE_MS, said);
	return !cat_failed(c) && sqlite3_changes(c->db) > 0;
}

static bool run_job(struct dispatcher *w, struct running *me)
{
	struct fail f = { 0 };
	struct job j;

	if (w->stop || !claim(w, me, &j))
		return false;
	if (strcmp(j.type, "bulk_import_perform") == 0)
		work_perform(w->l, me, &j, &f);
	else if (strcmp(j.type, "partialdelete") == 0)
		work_delete(w->l, &j, &f);
	else
		work_query(w->l, me, &j, &f);
	if (f.kind)
		note("job %lld: %s", (long long)j.id, f.why);
	pthread_mutex_lock(&me->lock);
	me->job = 0;
	pthread_mutex_unlock(&me->lock);
	job_free(&j);
	return true;
}

/*
 * --- commits that nobody waits for: done when their second is over. Returns ms until there is one,
 * or -1.
 */

static int64_t commit_due(struct local *l)
{
	struct catalog *c = &l->cat;
	int64_t now = td_clock_ms(), id, next;
	sqlite3_stmt *q;
	bool any = false;

	cat_begin(c);
	q = cat_select(c, "SELECT id FROM sessions WHERE status = 'committing' AND until <= ?1",
		"i", now);
	while (cat_next(c, &q)) {
		id = sqlite3_column_int64(q, 0);
		sqlite3_finalize(q);
		bulk_commit(c, id);
		any = true;
		q = cat_select(c,
			"SELECT id FROM sessions WHERE status = 'committing' AND until <= ?1", "i",
			now);
	}
	next = cat_num(c, -1, "SELECT min(until) FROM sessions WHERE status = 'committing'", "");
	cat_end(c, any, NULL);
	return next < 0 ? -1 : next > now ? next - now : 1;
}

/* ms until a commit or a schedule is due, or -1; what is due now is done. */
static int64_t due(struct local *l)
{
	int64_t commit = commit_due(l), schedule = schedules_due(l);

	return commit < 0 || (schedule >= 0 && schedule < commit) ? schedule : commit;
}

static void wait_for_work(struct dispatcher *w, unsigned *seen, int64_t ms)
{
	struct timespec t;

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

struct start {
	struct dispatcher *w;
	struct running *me;
};

static void *work(void *arg)
{
	struct start s = *(struct start *)arg;
	unsigned seen = 0;

	free(arg);
	while (!s.w->stop) {
		while (run_job(s.w, s.me))
			;
		wait_for_work(s.w, &seen, s.me == &s.w->run[IMPORTS] ? due(s.w->l) : -1);
	}
	return NULL;
}

struct dispatcher *dispatcher_start(struct local *l)
{
	struct dispatcher *w = mem_zero(1, sizeof *w);

	w->l = l;
	w->kicks = 1;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	l->workers = w;
	cat_begin(&l->cat);
	cat_do(&l->cat,
		"UPDATE jobs SET status = 'queued', started = NULL WHERE status = 'running'", "");
	cat_end(&l->cat, true, NULL);
	schedules_start(l);
	for (size_t i = 0; i < THREADS; i++) {
		struct start *s = mem_alloc(sizeof *s);

		pthread_mutex_init(&w->run[i].lock, NULL);
		*s = (struct start){ w, &w->run[i] };
		if (pthread_create(&w->thread[i], NULL, work, s))
			die(FAIL_SYSTEM, "cannot start a thread");
	}
	return w;
}

bool dispatcher_stopping(const struct dispatcher *w)
{
	return w->stop;
}

void dispatcher_kick(struct dispatcher *w)
{
	pthread_mutex_lock(&w->lock);
	w->kicks++;
	pthread_cond_broadcast(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

void dispatcher_stop(struct dispatcher *w)
{
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_broadcast(&w->wake);
	pthread_mutex_unlock(&w->lock);
	for (size_t i = 0; i < THREADS; i++)
		interrupt(&w->run[i], 0);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(w->thread[i], NULL);
		pthread_mutex_destroy(&w->run[i].lock);
	}
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

/* Commits and schedules whose time has come. */
#include "jobs/due.h"
#include "base/die.h"
#include "jobs/cron.h"
#include "store/counts.h"
#include "store/td_clock.h"
#include "store/tz.h"

enum { CATCH_UP = 10, NAP_MS = 60000 };

int64_t due_next(const char *cron, const char *zone, int64_t after)
{
	struct zone *z = tz_open(zone);
	struct cron c;
	int64_t t = z && *cron && cron_parse(&c, cron) == 0 ? cron_next(&c, z, after) : -1;

	zone_free(z);
	return t;
}

int64_t due_issue(struct catalog *c, int64_t schedule, int64_t scheduled, const char *key)
{
	catalog_do(c,
		"INSERT INTO jobs (type, db, query, status, priority, retry_limit, result, "
		"created, updated, scheduled, schedule, domain_key) SELECT type, db, query, "
		"'queued', priority, retry_limit, nullif(result, ''), ?2, ?2, ?3, id, ?4 FROM "
		"schedules WHERE id = ?1",
		"iiis", schedule, td_clock_now(), scheduled, key);
	return sqlite3_last_insert_rowid(c->db);
}

/* Finishes commits whose second has passed. Milliseconds until the next, or -1. */
static int64_t commits(struct catalog *c)
{
	int64_t now = td_clock_ms(), id, next;
	sqlite3_stmt *q;
	bool any = false;

	catalog_begin(c);
	q = catalog_select(c, "SELECT id FROM sessions WHERE status = 'committing' AND until <= ?1",
		"i", now);
	while (catalog_next(c, &q)) {
		id = sqlite3_column_int64(q, 0);
		sqlite3_finalize(q);
		counts_commit(c, id);
		any = true;
		q = catalog_select(c,
			"SELECT id FROM sessions WHERE status = 'committing' AND until <= ?1", "i",
			now);
	}
	next = catalog_num(c, -1, "SELECT min(until) FROM sessions WHERE status = 'committing'",
		"");
	catalog_end(c, any, NULL);
	return next < 0 ? -1 : next > now ? next - now : 1;
}

/* The moments of a schedule that are due, oldest first; *next is the first that is not, or -1. */
static size_t due_moments(const char *cron, const char *zone, int64_t at, int64_t until,
	int64_t moment[CATCH_UP], int64_t *next)
{
	struct zone *z = tz_open(zone);
	size_t n = 0;
	struct cron c;

	if (!z || cron_parse(&c, cron))
		at = -1;
	for (; at >= 0 && at <= until; at = cron_next(&c, z, at))
		moment[n++ % CATCH_UP] = at;
	zone_free(z);
	*next = at;
	return n;
}

/*
 * Issues the jobs of one schedule that are due; if they are many, since the clock was moved, the
 * last one only. The moment of its next run, delay included, or -1.
 */
static int64_t schedule(struct catalog *c, sqlite3_stmt *q, int64_t now, bool *any)
{
	int64_t id = sqlite3_column_int64(q, 0), delay = sqlite3_column_int64(q, 3),
		at = sqlite3_column_int64(q, 4), moment[CATCH_UP], next;
	size_t n, first;

	if (at + delay > now)
		return at + delay;
	n = due_moments(catalog_column(q, 1), catalog_column(q, 2), at, now - delay, moment, &next);
	first = n > CATCH_UP ? n - 1 : 0;
	if (first)
		warn("schedule %s: %zu runs were passed over", catalog_column(q, 5), first);
	for (size_t i = first; i < n; i++)
		due_issue(c, id, moment[i % CATCH_UP], NULL);
	*any |= n > 0;
	catalog_do(c, "UPDATE schedules SET next = nullif(?2, -1) WHERE id = ?1", "ii", id, next);
	return next < 0 ? -1 : next + delay;
}

static int64_t nap(int64_t ms)
{
	return ms < 1 ? 1 : ms < NAP_MS ? ms : NAP_MS;
}

/* Milliseconds until the next run may be due, or -1. */
static int64_t schedules(struct queue *w)
{
	struct catalog *c = &w->account->catalog;
	int64_t now = td_clock_now(), next = -1;
	bool any = false;
	sqlite3_stmt *q;

	catalog_begin(c);
	q = catalog_select(c,
		"SELECT id, cron, timezone, delay, next, name FROM schedules "
		"WHERE next IS NOT NULL", "");
	while (catalog_next(c, &q)) {
		int64_t at = schedule(c, q, now, &any);

		if (at >= 0 && (next < 0 || at < next))
			next = at;
	}
	catalog_end(c, any, NULL);
	if (any)
		queue_kick(w);
	return next < 0 ? -1 : nap((next - now) * 1000);
}

int64_t due_now(struct queue *w)
{
	int64_t commit = commits(&w->account->catalog), run = schedules(w);

	return commit < 0 || (run >= 0 && run < commit) ? run : commit;
}

void due_start(struct queue *w)
{
	struct catalog *c = &w->account->catalog;
	int64_t now = td_clock_now();
	sqlite3_stmt *q;

	catalog_begin(c);
	q = catalog_select(c,
		"SELECT id, cron, timezone FROM schedules WHERE next IS NULL OR next > ?1 OR next "
		"+ "
		"delay <= ?1",
		"i", now);
	while (catalog_next(c, &q))
		catalog_do(c, "UPDATE schedules SET next = nullif(?2, -1) WHERE id = ?1", "ii",
			(int64_t)sqlite3_column_int64(q, 0),
			due_next(catalog_column(q, 1), catalog_column(q, 2), now));
	catalog_end(c, true, NULL);
}

#include "routes/schedules.h"
#include "jobs/cron.h"
#include "jobs/destination.h"
#include "routes/jobs.h"
#include "base/mem.h"
#include "jobs/dispatcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MAX = 10, CATCH_UP = 1000, NAP_MS = 60000 };

#define SCHEDULE_COLUMNS                                                                           \
	"SELECT id, name, cron, timezone, delay, type, query, db, priority, retry_limit, result, " \
	"created, next FROM schedules"

/* The next run after a moment, or -1: no cron, or it never fires. */
static int64_t next_run(const char *cron, const char *tz, int64_t after)
{
	struct tz *z = tz_open(tz);
	struct cron c;
	int64_t t = z && *cron && cron_parse(&c, cron) == 0 ? cron_next(&c, z, after) : -1;

	tz_free(z);
	return t;
}

/* --- showing */

static json_t *basic(sqlite3_stmt *q)
{
	return json_pack("{s:s, s:o, s:s, s:I, s:o, s:s, s:s, s:s, s:s}", "name", cat_column(q, 1),
		"cron", cat_null(q, 2) ? json_null() : json_string(cat_column(q, 2)), "timezone",
		cat_column(q, 3), "delay", (json_int_t)sqlite3_column_int64(q, 4), "created_at",
		td_clock_iso(sqlite3_column_int64(q, 11)), "type", cat_column(q, 5), "query",
		cat_column(q, 6), "database", cat_column(q, 7), "user_name", "td-local");
}

static json_t *shown(sqlite3_stmt *q, bool own)
{
	json_t *j = basic(q),
	       *next = cat_null(q, 12) ? json_null() : td_clock_iso(sqlite3_column_int64(q, 12));
	char *result = destination_masked(cat_column(q, 10));

	json_object_set_new(j, "priority", json_integer(sqlite3_column_int64(q, 8)));
	json_object_set_new(j, "retry_limit", json_integer(sqlite3_column_int64(q, 9)));
	json_object_set_new(j, "result", json_string(result));
	json_object_set_new(j, own ? "start" : "next_time", next);
	if (own)
		json_object_set_new(j, "id", json_integer(sqlite3_column_int64(q, 0)));
	free(result);
	return j;
}

static sqlite3_stmt *find(struct req *r, const char *name)
{
	sqlite3_stmt *q = cat_select(&r->l->cat, SCHEDULE_COLUMNS " WHERE name = ?1", "s", name);

	if (cat_next(&r->l->cat, &q))
		return q;
	req_error(r, 404, "Couldn't find Schedule with name = %.300s", name);
	return NULL;
}

static void list(struct req *r)
{
	json_t *all = json_array();
	sqlite3_stmt *q;

	for (q = cat_select(&r->l->cat, SCHEDULE_COLUMNS " ORDER BY name", "");
		cat_next(&r->l->cat, &q);)
		json_array_append_new(all, shown(q, false));
	req_json(r, json_pack("{s:o}", "schedules", all));
}

static void show_one(struct req *r, const char *name)
{
	sqlite3_stmt *q = find(r, name);

	if (q)
		req_json(r, shown(q, true));
	sqlite3_finalize(q);
}

/* --- changing */

/* A cron that is given and is none, or a zone: answered. */
static bool bad_time(struct req *r)
{
	const char *cron = req_param(r, "cron"), *tz = req_param(r, "timezone");
	struct tz *z = tz ? tz_open(tz) : NULL;
	struct cron c;

	if (tz && !z)
		req_error(r, 422, "Validation failed: Timezone is invalid");
	else if (cron && cron_parse(&c, cron))
		req_error(r, 422, "Validation failed: Cron is invalid");
	tz_free(z);
	return r->status != 0;
}

static void set_text(struct req *r, const char *name, const char *column, const char *value)
{
	char *sql = mem_printf("UPDATE schedules SET %s = ?2 WHERE name = ?1", column);

	if (value)
		cat_do(&r->l->cat, sql, "ss", name, value);
	free(sql);
}

static int set_number(struct req *r, const char *name, const char *column, int64_t min, int64_t max)
{
	char *sql = mem_printf("UPDATE schedules SET %s = ?2 WHERE name = ?1", column);
	int64_t n;
	int rc = req_int(r, column, min, max, INT64_MIN, &n);

	if (rc == 0 && n != INT64_MIN)
		cat_do(&r->l->cat, sql, "si", name, n);
	free(sql);
	return rc;
}

static void set_next(struct req *r, const char *name)
{
	struct catalog *c = &r->l->cat;
	char *cron = cat_text(c, "SELECT cron FROM schedules WHERE name = ?1", "s", name);
	char *tz = cat_text(c, "SELECT timezone FROM schedules WHERE name = ?1", "s", name);

	cat_do(c, "UPDATE schedules SET next = nullif(?2, -1) WHERE name = ?1", "si", name,
	       cron && tz ? next_run(cron, tz, td_clock_now()) : INT64_C(-1));
	free(cron);
	free(tz);
}

/* Takes the parameters that are given into the row; the same for a new one and for an update. */
static void settings(struct req *r, const char *name)
{
	static const char *const texts[] = { "cron", "timezone", "type", "query" };
	const char *db = req_param(r, "database");
	char *destination;

	if (bad_time(r) || (db && !db_find(r, db)) || job_type_bad(r, req_param(r, "type")) ||
		destination_asked(r, &destination))
		return;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		set_text(r, name, texts[i], req_param(r, texts[i]));
	set_text(r, name, "db", db);
	set_text(r, name, "result", destination);
	destination_free(destination);
	if (set_number(r, name, "delay", -86400 * 31, 86400 * 31) ||
		set_number(r, name, "priority", -2, 2) || set_number(r, name, "retry_limit", 0, 32))
		return;
	set_next(r, name);
}

static bool name_bad(struct req *r, const char *name)
{
	if (strlen(name) < 3 || strlen(name) > 255)
		req_error(r, 422, "Validation failed: Name is too %s",
			strlen(name) < 3 ? "short" : "long");
	else if (cat_num(&r->l->cat, 0, "SELECT 1 FROM schedules WHERE name = ?1", "s", name))
		req_error(r, 409, "Schedule %.255s already exists", name);
	return r->status != 0;
}

static void create(struct req *r)
{
	const char *name = r->arg[0], *db = req_param(r, "database"),
		   *query = req_param(r, "query");

	if (name_bad(r, name))
		return;
	if (!db || !query) {
		req_error(r, 422, "'%s' parameter is required", db ? "query" : "database");
		return;
	}
	cat_do(&r->l->cat,
		"INSERT INTO schedules (name, timezone, delay, type, query, db, priority, "
		"retry_limit, result, created)"
		" VALUES (?1, 'UTC', 0, 'hive', ?2, ?3, 0, 0, '', ?4)",
		"sssi", name, query, db, td_clock_now());
	settings(r, name);
	if (!r->status)
		show_one(r, name);
}

static void update(struct req *r)
{
	const char *name = r->arg[0], *to = req_param(r, "name");
	sqlite3_stmt *q = find(r, name);

	if (!q)
		return;
	sqlite3_finalize(q);
	if (to && strcmp(to, name) != 0 && !name_bad(r, to)) {
		cat_do(&r->l->cat, "UPDATE schedules SET name = ?2 WHERE name = ?1", "ss", name,
			to);
		name = to;
	}
	if (!r->status)
		settings(r, name);
	if (!r->status)
		show_one(r, name);
}

static void delete(struct req *r)
{
	sqlite3_stmt *q = find(r, r->arg[0]);

	if (!q)
		return;
	req_json(r, basic(q));
	cat_do(&r->l->cat, "DELETE FROM schedules WHERE id = ?1", "i",
		(int64_t)sqlite3_column_int64(q, 0));
	sqlite3_finalize(q);
}

/* --- running */

static int64_t issue(struct catalog *c, int64_t schedule, int64_t scheduled, const char *key)
{
	cat_do(c,
		"INSERT INTO jobs (type, db, query, status, priority, retry_limit, result, "
		"created, updated, scheduled, schedule, domain_key)"
		" SELECT type, db, query, 'queued', priority, retry_limit, nullif(result, ''), ?2, "
		"?2, ?3, id, ?4 FROM schedules WHERE id = ?1",
		"iiis", schedule, td_clock_now(), scheduled, key);
	return sqlite3_last_insert_rowid(c->db);
}

/*
 * schedule/run: num runs, as if the clock showed the time in the path, and then as often as cron
 * says. The first has the key.
 */
static void run(struct req *r)
{
	struct catalog *c = &r->l->cat;
	const char *key = req_param(r, "domain_key");
	int64_t num, t = strtoll(r->arg[1], NULL, 10);
	sqlite3_stmt *q = find(r, r->arg[0]);
	json_t *all;

	if (!q)
		return;
	if (strspn(r->arg[1], "0123456789") != strlen(r->arg[1]) || strlen(r->arg[1]) > 12)
		req_error(r, 422, "Validation failed: Time is invalid");
	else if (req_int(r, "num", 1, RUNS_MAX, 1, &num) == 0 && !job_key_taken(r, key)) {
		all = json_array();
		for (int64_t i = 0; i < num && t >= 0; i++) {
			int64_t job = issue(c, sqlite3_column_int64(q, 0), t, i == 0 ? key : NULL);

			json_array_append_new(all,
				json_pack("{s:I, s:s, s:o}", "job_id", (json_int_t)job, "type",
					cat_column(q, 5), "scheduled_at", td_clock_text(t)));
			t = next_run(cat_column(q, 2), cat_column(q, 3), t);
		}
		req_json(r, json_pack("{s:o}", "jobs", all));
	}
	sqlite3_finalize(q);
}

/* The same by the schedule's id, once: JSON with an ISO time. */
static void run_by_id(struct req *r)
{
	struct catalog *c = &r->l->cat;
	int64_t id = cat_num(c, 0, "SELECT id FROM schedules WHERE id = ?1", "s", r->arg[0]);
	const char *key = req_param(r, "domain_key"), *time = req_param(r, "scheduled_time");
	int64_t t = time ? job_scheduled(time) : td_clock_now();
	char text[24];

	if (!id)
		req_error(r, 404, "Couldn't find Schedule with id = %.100s", r->arg[0]);
	else if (t < 0)
		req_error(r, 422, "Validation failed: Time is invalid");
	else if (!job_key_taken(r, key)) {
		snprintf(text, sizeof text, "%lld", (long long)issue(c, id, t, key));
		req_json(r, json_pack("{s:s}", "id", text));
	}
}

static void kick(struct req *r)
{
	dispatcher_kick(r->l->workers);
}

static void history(struct req *r)
{
	struct catalog *c = &r->l->cat;
	sqlite3_stmt *q = find(r, r->arg[0]);
	int64_t id, from, to;
	json_t *all;

	if (!q)
		return;
	id = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	if (req_int(r, "from", 0, INT32_MAX, 0, &from) ||
		req_int(r, "to", 0, INT32_MAX, from + 20, &to))
		return;
	all = json_array();
	q = cat_select(c,
		"SELECT " JOB_COLUMNS
		" FROM jobs WHERE schedule = ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3",
		"iii", id, to > from ? to - from : 0, from);
	while (cat_next(c, &q)) {
		json_t *j = job_json(r, q, false);

		json_object_set_new(j, "scheduled_at", td_clock_text(sqlite3_column_int64(q, 21)));
		json_array_append_new(all, j);
	}
	req_json(r,
		json_pack("{s:o, s:I, s:I, s:I}", "history", all, "count",
			(json_int_t)cat_num(c, 0, "SELECT count(*) FROM jobs WHERE schedule = ?1",
				"i", id),
			"from", (json_int_t)from, "to", (json_int_t)to));
}

int64_t schedules_due(struct local *l)
{
	struct catalog *c = &l->cat;
	int64_t now = td_clock_now(), next = -1;
	bool any = false;
	sqlite3_stmt *q;

	cat_begin(c);
	q = cat_select(c, SCHEDULE_COLUMNS " WHERE next IS NOT NULL", "");
	while (cat_next(c, &q)) {
		int64_t at = sqlite3_column_int64(q, 12), delay = sqlite3_column_int64(q, 4);

		for (int n = 0; at >= 0 && at + delay <= now && n < CATCH_UP; n++) {
			issue(c, sqlite3_column_int64(q, 0), at, NULL);
			at = next_run(cat_column(q, 2), cat_column(q, 3), at);
			any = true;
		}
		if (at != sqlite3_column_int64(q, 12))
			cat_do(c, "UPDATE schedules SET next = nullif(?2, -1) WHERE id = ?1", "ii",
				(int64_t)sqlite3_column_int64(q, 0), at);
		if (at >= 0 && (next < 0 || at + delay < next))
			next = at + delay;
	}
	cat_end(c, any, NULL);
	if (any)
		dispatcher_kick(l->workers);
	if (next < 0)
		return -1;
	next = (next - now) * 1000;
	return next < 1 ? 1 : next < NAP_MS ? next : NAP_MS;
}

void schedules_start(struct local *l)
{
	struct catalog *c = &l->cat;
	sqlite3_stmt *q;

	cat_begin(c);
	for (q = cat_select(c, SCHEDULE_COLUMNS, ""); cat_next(c, &q);)
		cat_do(c, "UPDATE schedules SET next = nullif(?2, -1) WHERE id = ?1", "ii",
			(int64_t)sqlite3_column_int64(q, 0),
			next_run(cat_column(q, 2), cat_column(q, 3), td_clock_now()));
	cat_end(c, true, NULL);
}

const struct route schedule_routes[] = {
	{ "GET", "schedule/list", MASTER, .handle = list },
	{ "POST", "schedule/create/:", MASTER, .handle = create, .finish = kick },
	{ "POST", "schedule/update/:", MASTER, .handle = update, .finish = kick },
	{ "POST", "schedule/delete/:", MASTER, .handle = delete },
	{ "POST", "schedule/run/:/:", MASTER, .handle = run, .finish = kick },
	{ "GET", "schedule/history/:", MASTER, .handle = history },
	{ "POST", "v4/queries/:/jobs", MASTER, .handle = run_by_id, .finish = kick },
	{ 0 },
};

/* Schedules: list, create, update, delete, run, history. */
#include "base/mem.h"
#include "jobs/cron.h"
#include "jobs/destination.h"
#include "jobs/due.h"
#include "routes/asked.h"
#include "routes/jobs.h"
#include "routes/lookup.h"
#include "routes/routes.h"
#include "store/tz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MAX = 10 };

#define SCHEDULE_COLUMNS                                                                           \
	"SELECT id, name, cron, timezone, delay, type, query, db, priority, "                      \
	"retry_limit, result, "                                                                    \
	"created, next FROM schedules"

/* --- showing */

static json_t *basic(sqlite3_stmt *q)
{
	return json_pack("{s:s, s:o, s:s, s:I, s:o, s:s, s:s, s:s, s:s}", "name",
		catalog_column(q, 1), "cron",
		catalog_null(q, 2) ? json_null() : json_string(catalog_column(q, 2)), "timezone",
		catalog_column(q, 3), "delay", (json_int_t)sqlite3_column_int64(q, 4), "created_at",
		td_clock_iso(sqlite3_column_int64(q, 11)), "type", catalog_column(q, 5), "query",
		catalog_column(q, 6), "database", catalog_column(q, 7), "user_name", "td-local");
}

static json_t *shown(sqlite3_stmt *q, bool own)
{
	json_t *j = basic(q),
	       *next = catalog_null(q, 12) ? json_null()
					   : td_clock_iso(sqlite3_column_int64(q, 12));
	char *result = destination_masked(catalog_column(q, 10));

	json_object_set_new(j, "priority", json_integer(sqlite3_column_int64(q, 8)));
	json_object_set_new(j, "retry_limit", json_integer(sqlite3_column_int64(q, 9)));
	json_object_set_new(j, "result", json_string(result));
	json_object_set_new(j, own ? "start" : "next_time", next);
	if (own)
		json_object_set_new(j, "id", json_integer(sqlite3_column_int64(q, 0)));
	free(result);
	return j;
}

static sqlite3_stmt *find(struct request *r, const char *name)
{
	sqlite3_stmt *q = catalog_select(&r->account->catalog, SCHEDULE_COLUMNS " WHERE name = ?1",
		"s", name);

	if (catalog_next(&r->account->catalog, &q))
		return q;
	answer_error(r, 404, "Couldn't find Schedule with name = %.300s", name);
	return NULL;
}

static void list(struct request *r)
{
	json_t *all = json_array();
	sqlite3_stmt *q;

	for (q = catalog_select(&r->account->catalog, SCHEDULE_COLUMNS " ORDER BY name", "");
		catalog_next(&r->account->catalog, &q);)
		json_array_append_new(all, shown(q, false));
	answer_json(r, json_pack("{s:o}", "schedules", all));
}

static void show_one(struct request *r, const char *name)
{
	sqlite3_stmt *q = find(r, name);

	if (q)
		answer_json(r, shown(q, true));
	sqlite3_finalize(q);
}

/* --- changing */

/* A cron that is given and is none, or a zone: answered. */
static bool bad_time(struct request *r)
{
	const char *cron = params_text(r, "cron"), *tz = params_text(r, "timezone");
	struct zone *z = tz ? tz_open(tz) : NULL;
	struct cron c;

	if (tz && !z)
		answer_error(r, 422, "Validation failed: Timezone is invalid");
	else if (cron && cron_parse(&c, cron))
		answer_error(r, 422, "Validation failed: Cron is invalid");
	zone_free(z);
	return r->status != 0;
}

static void set_text(struct request *r, const char *name, const char *column, const char *value)
{
	char *sql = mem_printf("UPDATE schedules SET %s = ?2 WHERE name = ?1", column);

	if (value)
		catalog_do(&r->account->catalog, sql, "ss", name, value);
	free(sql);
}

static int set_number(struct request *r, const char *name, const char *column, int64_t min,
	int64_t max)
{
	char *sql = mem_printf("UPDATE schedules SET %s = ?2 WHERE name = ?1", column);
	int64_t n;
	int rc = params_int(r, column, min, max, INT64_MIN, &n);

	if (rc == 0 && n != INT64_MIN)
		catalog_do(&r->account->catalog, sql, "si", name, n);
	free(sql);
	return rc;
}

static void set_next(struct request *r, const char *name)
{
	struct catalog *c = &r->account->catalog;
	char *cron = catalog_text(c, "SELECT cron FROM schedules WHERE name = ?1", "s", name);
	char *tz = catalog_text(c, "SELECT timezone FROM schedules WHERE name = ?1", "s", name);

	catalog_do(c, "UPDATE schedules SET next = nullif(?2, -1) WHERE name = ?1", "si", name,
		cron && tz ? due_next(cron, tz, td_clock_now()) : INT64_C(-1));
	free(cron);
	free(tz);
}

/* Takes the parameters that are given into the row; the same for a new one and for an update. */
static void settings(struct request *r, const char *name, bool fresh)
{
	static const char *const texts[] = { "cron", "timezone", "type", "query" };
	const char *db = params_text(r, "database");
	char *destination;

	if (bad_time(r) || (db && !lookup_database(r, db)) ||
		asked_type_bad(r, params_text(r, "type")) || asked_destination(r, &destination))
		return;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		set_text(r, name, texts[i], params_text(r, texts[i]));
	set_text(r, name, "db", db);
	set_text(r, name, "result", destination);
	destination_free(destination);
	if (set_number(r, name, "delay", -86400 * 31, 86400 * 31) ||
		set_number(r, name, "priority", -2, 2) || set_number(r, name, "retry_limit", 0, 32))
		return;
	if (fresh || params_text(r, "cron") ||
		params_text(r, "timezone")) /* one may wait for its delay */
		set_next(r, name);
}

static bool name_bad(struct request *r, const char *name)
{
	if (strlen(name) < 3 || strlen(name) > 255)
		answer_error(r, 422, "Validation failed: Name is too %s",
			strlen(name) < 3 ? "short" : "long");
	else if (catalog_num(&r->account->catalog, 0, "SELECT 1 FROM schedules WHERE name = ?1",
			 "s", name))
		answer_error(r, 409, "Schedule %.255s already exists", name);
	return r->status != 0;
}

static void create(struct request *r)
{
	const char *name = r->arg[0], *db = params_text(r, "database"),
		   *query = params_text(r, "query");

	if (name_bad(r, name))
		return;
	if (!db || !query) {
		answer_error(r, 422, "'%s' parameter is required", db ? "query" : "database");
		return;
	}
	catalog_do(&r->account->catalog,
		"INSERT INTO schedules (name, timezone, delay, type, query, db, priority, "
		"retry_limit, result, created)"
		" VALUES (?1, 'UTC', 0, 'hive', ?2, ?3, 0, 0, '', ?4)",
		"sssi", name, query, db, td_clock_now());
	settings(r, name, true);
	if (!r->status)
		show_one(r, name);
}

static void update(struct request *r)
{
	const char *name = r->arg[0], *to = params_text(r, "name");
	sqlite3_stmt *q = find(r, name);

	if (!q)
		return;
	sqlite3_finalize(q);
	if (to && strcmp(to, name) != 0 && !name_bad(r, to)) {
		catalog_do(&r->account->catalog, "UPDATE schedules SET name = ?2 WHERE name = ?1",
			"ss", name, to);
		name = to;
	}
	if (!r->status)
		settings(r, name, false);
	if (!r->status)
		show_one(r, name);
}

static void delete(struct request *r)
{
	sqlite3_stmt *q = find(r, r->arg[0]);

	if (!q)
		return;
	answer_json(r, basic(q));
	catalog_do(&r->account->catalog, "DELETE FROM schedules WHERE id = ?1", "i",
		(int64_t)sqlite3_column_int64(q, 0));
	sqlite3_finalize(q);
}

/* --- running */

/*
 * schedule/run: num runs, as if the clock showed the time in the path, and then as often as cron
 * says. The first has the key.
 */
static void run(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	const char *key = params_text(r, "domain_key");
	int64_t num, t = strtoll(r->arg[1], NULL, 10);
	sqlite3_stmt *q = find(r, r->arg[0]);
	json_t *all;

	if (!q)
		return;
	if (strspn(r->arg[1], "0123456789") != strlen(r->arg[1]) || strlen(r->arg[1]) > 12)
		answer_error(r, 422, "Validation failed: Time is invalid");
	else if (params_int(r, "num", 1, RUNS_MAX, 1, &num) == 0 && !asked_key_taken(r, key)) {
		all = json_array();
		for (int64_t i = 0; i < num && t >= 0; i++) {
			int64_t job =
				due_issue(c, sqlite3_column_int64(q, 0), t, i == 0 ? key : NULL);

			json_array_append_new(all,
				json_pack("{s:I, s:s, s:o}", "job_id", (json_int_t)job, "type",
					catalog_column(q, 5), "scheduled_at", td_clock_text(t)));
			t = due_next(catalog_column(q, 2), catalog_column(q, 3), t);
		}
		answer_json(r, json_pack("{s:o}", "jobs", all));
	}
	sqlite3_finalize(q);
}

/* The same by the schedule's id, once: JSON with an ISO time. */
static void run_by_id(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	int64_t id = catalog_num(c, 0, "SELECT id FROM schedules WHERE id = ?1", "s", r->arg[0]);
	const char *key = params_text(r, "domain_key"), *time = params_text(r, "scheduled_time");
	int64_t t = time ? asked_time(time) : td_clock_now();
	char text[24];

	if (!id)
		answer_error(r, 404, "Couldn't find Schedule with id = %.100s", r->arg[0]);
	else if (t < 0)
		answer_error(r, 422, "Validation failed: Time is invalid");
	else if (!asked_key_taken(r, key)) {
		snprintf(text, sizeof text, "%lld", (long long)due_issue(c, id, t, key));
		answer_json(r, json_pack("{s:s}", "id", text));
	}
}

static void kick(struct request *r)
{
	queue_kick(&r->service->queue);
}

static void history(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	sqlite3_stmt *q = find(r, r->arg[0]);
	int64_t id, from, to;
	json_t *all;

	if (!q)
		return;
	id = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	if (params_int(r, "from", 0, INT32_MAX, 0, &from) ||
		params_int(r, "to", 0, INT32_MAX, from + 20, &to))
		return;
	all = json_array();
	q = catalog_select(c,
		"SELECT " JOB_COLUMNS
		" FROM jobs WHERE schedule = ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3",
		"iii", id, to > from ? to - from : 0, from);
	while (catalog_next(c, &q)) {
		json_t *j = jobs_json(r, q, false);

		json_object_set_new(j, "scheduled_at", td_clock_text(sqlite3_column_int64(q, 21)));
		json_array_append_new(all, j);
	}
	answer_json(r,
		json_pack("{s:o, s:I, s:I, s:I}", "history", all, "count",
			(json_int_t)catalog_num(c, 0,
				"SELECT count(*) FROM jobs WHERE schedule = ?1", "i", id),
			"from", (json_int_t)from, "to", (json_int_t)to));
}

const struct route schedules_routes[] = {
	{ "GET", "schedule/list", MASTER, .handle = list },
	{ "POST", "schedule/create/:", MASTER, .handle = create, .finish = kick },
	{ "POST", "schedule/update/:", MASTER, .handle = update, .finish = kick },
	{ "POST", "schedule/delete/:", MASTER, .handle = delete },
	{ "POST", "schedule/run/:/:", MASTER, .handle = run, .finish = kick },
	{ "GET", "schedule/history/:", MASTER, .handle = history },
	{ "POST", "v4/queries/:/jobs", MASTER, .handle = run_by_id, .finish = kick },
	{ 0 },
};

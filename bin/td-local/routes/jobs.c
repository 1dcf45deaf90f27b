/* Jobs: issue, show, list, kill, result and its export. */
#include "routes/jobs.h"
#include "base/mem.h"
#include "jobs/destination.h"
#include "routes/asked.h"
#include "routes/jobresult.h"
#include "routes/lookup.h"
#include "routes/routes.h"
#include "store/counts.h"
#include "store/jsontext.h"

#include <stdlib.h>
#include <string.h>

static json_t *time_or_null(sqlite3_stmt *q, int i)
{
	return catalog_null(q, i) ? json_null() : td_clock_text(sqlite3_column_int64(q, i));
}

static bool final_status(const char *s)
{
	return strcmp(s, "success") == 0 || strcmp(s, "error") == 0 || strcmp(s, "killed") == 0;
}

/* What clients see of a job's state: it may be finished before they learn of it. */
static const char *shown_status(sqlite3_stmt *q)
{
	const char *s = catalog_column(q, 4);

	return final_status(s) &&
			counts_still_running(sqlite3_column_int64(q, 18),
				sqlite3_column_int64(q, 19))
		? "running"
		: s;
}

static json_t *status_json(sqlite3_stmt *q)
{
	const char *status = shown_status(q);
	bool done = final_status(status);
	json_t *duration = done && !catalog_null(q, 10)
		? json_integer(sqlite3_column_int64(q, 11) - sqlite3_column_int64(q, 10))
		: json_integer(0);

	return json_pack("{s:s, s:o, s:I, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "status", status,
		"cpu_time", done ? counts_int_or_null(q, 12) : json_null(), "result_size",
		(json_int_t)(done ? sqlite3_column_int64(q, 14) : 0), "duration", duration,
		"job_id", catalog_column(q, 0), "created_at", time_or_null(q, 8), "updated_at",
		time_or_null(q, 9), "start_at", time_or_null(q, 10), "end_at",
		done ? time_or_null(q, 11) : json_null(), "num_records",
		done ? counts_int_or_null(q, 15) : json_null());
}

static json_t *id_or_null(sqlite3_stmt *q, int i)
{
	return catalog_null(q, i) ? json_null() : json_string(catalog_column(q, i));
}

static json_t *debug_json(sqlite3_stmt *q, bool done)
{
	return json_pack("{s:o, s:o}", "cmdout", jsontext_string(catalog_column(q, 16)), "stderr",
		done ? jsontext_string(catalog_column(q, 17)) : json_null());
}

json_t *jobs_json(struct request *r, sqlite3_stmt *q, bool full)
{
	json_t *j = status_json(q), *more;
	bool done = !json_is_null(json_object_get(j, "end_at"));
	char *url = mem_printf("%s/v3/job/show/%s", r->service->url, catalog_column(q, 0)),
	     *result = destination_masked(catalog_column(q, 7));

	more = json_pack("{s:s, s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:o, s:n}", "query",
		catalog_column(q, 3), "type", catalog_column(q, 1), "priority",
		sqlite3_column_int(q, 5), "retry_limit", sqlite3_column_int(q, 6), "database",
		catalog_column(q, 2), "user_name", "td-local", "result", result, "url", url,
		"hive_result_schema", done ? id_or_null(q, 13) : json_null(), "organization");
	json_object_update(j, more);
	json_decref(more);
	if (full)
		json_object_set_new(j, "debug", debug_json(q, done));
	if (full && !catalog_null(q, 20) && strcmp(catalog_column(q, 1), "result_export") == 0)
		json_object_set_new(j, "result_export_target_job_id", id_or_null(q, 20));
	free(url);
	free(result);
	return j;
}

/* The row of the job in the path, or NULL and 404. */
static sqlite3_stmt *find(struct request *r)
{
	const char *id = r->arg[0];
	sqlite3_stmt *q = NULL;

	if (strspn(id, "0123456789") == strlen(id) && strlen(id) < 19)
		q = catalog_select(&r->account->catalog,
			"SELECT " JOB_COLUMNS " FROM jobs WHERE id = ?1", "i",
			(int64_t)strtoll(id, NULL, 10));
	if (catalog_next(&r->account->catalog, &q))
		return q;
	answer_error(r, 404, "Couldn't find Job with account_id = 1, id = %.100s", id);
	return NULL;
}

/* A client polled. Once it learns that a perform's job is done, it must find the session ready. */
static void looked(struct request *r, sqlite3_stmt *q)
{
	struct catalog *c = &r->account->catalog;
	int64_t id = sqlite3_column_int64(q, 0);

	if (final_status(shown_status(q)))
		catalog_do(c,
			"UPDATE sessions SET polls = 0 WHERE job = ?1 AND status = 'ready' AND "
			"polls > 0",
			"i", id);
	else if (final_status(catalog_column(q, 4)))
		catalog_do(c, "UPDATE jobs SET polls = polls - 1 WHERE id = ?1", "i", id);
	sqlite3_finalize(q);
}

static void show(struct request *r)
{
	sqlite3_stmt *q = find(r);

	if (!q)
		return;
	answer_json(r, jobs_json(r, q, true));
	looked(r, q);
}

static void status(struct request *r)
{
	sqlite3_stmt *q = find(r);

	if (!q)
		return;
	if (!r->master && strcmp(catalog_column(q, 1), "bulk_import_perform") != 0) {
		answer_error(r, 403, "Access denied: this key may only import");
		sqlite3_finalize(q);
		return;
	}
	answer_json(r, status_json(q));
	looked(r, q);
}

static void status_by_key(struct request *r)
{
	sqlite3_stmt *q = catalog_select(&r->account->catalog,
		"SELECT " JOB_COLUMNS " FROM jobs WHERE domain_key = ?1", "s", r->arg[0]);

	if (!catalog_next(&r->account->catalog, &q)) {
		answer_error(r, 404, "Couldn't find Job with domain_key = %.200s", r->arg[0]);
		return;
	}
	answer_json(r, status_json(q));
	looked(r, q);
}

static void list(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	const char *want = params_text(r, "status");
	int64_t from, to, slower;
	json_t *all;
	sqlite3_stmt *q;

	if (params_int(r, "from", 0, INT32_MAX, 0, &from) ||
		params_int(r, "to", 0, INT32_MAX, from + 19, &to) ||
		params_int(r, "slower_than", 0, INT32_MAX, -1, &slower))
		return;
	all = json_array();
	q = catalog_select(c,
		"SELECT " JOB_COLUMNS " FROM jobs WHERE (?1 IS NULL OR ?1 = iif(polls > 0 AND "
		"until > ?6, 'running', status))"
		" AND (?2 < 0 OR coalesce(ended, ?5) - started > ?2) ORDER BY id DESC LIMIT ?3 "
		"OFFSET ?4",
		"siiiii", want, slower, to >= from ? to - from + 1 : 0, from, td_clock_now(),
		td_clock_ms());
	while (catalog_next(c, &q))
		json_array_append_new(all, jobs_json(r, q, false));
	answer_json(r,
		json_pack("{s:o, s:I, s:o, s:o}", "jobs", all, "count",
			(json_int_t)json_array_size(all), "from",
			params_text(r, "from") ? json_integer(from) : json_null(), "to",
			params_text(r, "to") ? json_integer(to) : json_null()));
}

static void kill_job(struct request *r)
{
	sqlite3_stmt *q = find(r);

	if (!q)
		return;
	answer_json(r,
		json_pack("{s:s, s:s}", "job_id", catalog_column(q, 0), "former_status",
			shown_status(q)));
	queue_kill(&r->service->queue, sqlite3_column_int64(q, 0));
	sqlite3_finalize(q);
}

/* --- issue */

static void issue(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	const char *type = r->arg[0], *sql = params_text(r, "query");
	struct asked a;
	char text[24];

	if (asked_type_bad(r, type) || !lookup_database(r, r->arg[1]))
		return;
	if (!sql || strlen(sql) > (*type == 'h' ? 2097152 : 1000000)) {
		answer_error(r, 422,
			sql ? "Validation failed: Query is too long"
			    : "'query' parameter is required");
		return;
	}
	if (asked_take(r, &a))
		return;
	catalog_do(c,
		"INSERT INTO jobs (type, db, query, status, priority, retry_limit, result, "
		"domain_key, created, updated, scheduled)"
		" VALUES (?1, ?2, ?3, 'queued', ?4, ?5, ?6, ?7, ?8, ?8, nullif(?9, -1))",
		"sssiissii", type, r->arg[1], sql, a.priority, a.retries, a.destination, a.key,
		td_clock_now(), a.scheduled);
	snprintf(text, sizeof text, "%lld", (long long)sqlite3_last_insert_rowid(c->db));
	answer_json(r,
		json_pack("{s:s, s:s, s:s}", "job", text, "job_id", text, "database", r->arg[1]));
	destination_free(a.destination);
}

static void kick(struct request *r)
{
	queue_kick(&r->service->queue);
}

/* --- result */

static void result(struct request *r)
{
	sqlite3_stmt *q = find(r);
	char *file;

	if (!q)
		return;
	file = final_status(shown_status(q))
		? catalog_text(&r->account->catalog, "SELECT file FROM jobs WHERE id = ?1", "i",
			  (int64_t)sqlite3_column_int64(q, 0))
		: NULL;
	if (file)
		jobresult_open(r, file, catalog_column(q, 13));
	else
		answer_error(r, 404, "Couldn't find the result of job %s", r->arg[0]);
	sqlite3_finalize(q);
	free(file);
}

/* Another job that sends this one's rows somewhere. */
static void result_export(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	sqlite3_stmt *q = find(r);
	struct asked a;
	int64_t source;
	bool done;
	char text[24];

	if (!q)
		return;
	source = sqlite3_column_int64(q, 0);
	done = strcmp(shown_status(q), "success") == 0 && !catalog_null(q, 14);
	sqlite3_finalize(q);
	if (asked_take(r, &a))
		return;
	if (!a.destination)
		answer_error(r, 422, "'result' parameter is required");
	else if (!done)
		answer_error(r, 422, "Validation failed: Job %lld has no result",
			(long long)source);
	else {
		catalog_do(c,
			"INSERT INTO jobs (type, db, query, status, priority, retry_limit, result, "
			"domain_key, created, updated, target, scheduled)"
			" SELECT 'result_export', db, 'RESULT EXPORT FROM JOB ' || id, 'queued', "
			"?2, ?3, ?4, ?5, ?6, ?6, id, nullif(?7, -1)"
			" FROM jobs WHERE id = ?1",
			"iiissii", source, a.priority, a.retries, a.destination, a.key,
			td_clock_now(), a.scheduled);
		snprintf(text, sizeof text, "%lld", (long long)sqlite3_last_insert_rowid(c->db));
		answer_json(r, json_pack("{s:s}", "job_id", text));
	}
	destination_free(a.destination);
}

/* The rows that the job put into a table. */
static void statistics(struct request *r)
{
	sqlite3_stmt *q = find(r);
	char text[24];

	if (!q)
		return;
	snprintf(text, sizeof text, "%lld",
		(long long)catalog_num(&r->account->catalog, 0,
			"SELECT inserted FROM jobs WHERE id = ?1", "i",
			(int64_t)sqlite3_column_int64(q, 0)));
	sqlite3_finalize(q);
	answer_json(r, json_pack("{s:s}", "records_inserted", text));
}

const struct route jobs_routes[] = {
	{ "POST", "job/issue/:/:", MASTER, .handle = issue, .finish = kick },
	{ "GET", "job/show/:", MASTER, .handle = show },
	{ "GET", "job/status/:", WRITER, .handle = status },
	{ "GET", "job/statistics/:", MASTER, .handle = statistics },
	{ "GET", "job/status_by_domain_key/:", MASTER, .handle = status_by_key },
	{ "GET", "job/list", MASTER, .handle = list },
	{ "POST", "job/kill/:", MASTER, .handle = kill_job },
	{ "POST", "job/result_export/:", MASTER, .handle = result_export, .finish = kick },
	{ "GET", "job/result/:", MASTER, .handle = result, .finish = jobresult_convert },
	{ 0 },
};

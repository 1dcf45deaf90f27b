#include "routes/jobs.h"
#include "jobs/destination.h"
#include "sql/functions.h"
#include "base/mem.h"
#include "routes/jobresult.h"
#include "jobs/dispatcher.h"

#include <stdlib.h>
#include <string.h>

static json_t *time_or_null(sqlite3_stmt *q, int i)
{
	return cat_null(q, i) ? json_null() : td_clock_text(sqlite3_column_int64(q, i));
}

static bool final_status(const char *s)
{
	return strcmp(s, "success") == 0 || strcmp(s, "error") == 0 || strcmp(s, "killed") == 0;
}

/* What is said about a job's state: it may be finished and not yet say so. */
static const char *shown_status(sqlite3_stmt *q)
{
	const char *s = cat_column(q, 4);

	return final_status(s) && hidden(sqlite3_column_int64(q, 18), sqlite3_column_int64(q, 19))
		? "running"
		: s;
}

static json_t *status_json(sqlite3_stmt *q)
{
	const char *status = shown_status(q);
	bool done = final_status(status);
	json_t *duration = done && !cat_null(q, 10)
		? json_integer(sqlite3_column_int64(q, 11) - sqlite3_column_int64(q, 10))
		: json_integer(0);

	return json_pack("{s:s, s:o, s:I, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "status", status,
		"cpu_time", done ? null_or_int(q, 12) : json_null(), "result_size",
		(json_int_t)(done ? sqlite3_column_int64(q, 14) : 0), "duration", duration,
		"job_id", cat_column(q, 0), "created_at", time_or_null(q, 8), "updated_at",
		time_or_null(q, 9), "start_at", time_or_null(q, 10), "end_at",
		done ? time_or_null(q, 11) : json_null(), "num_records",
		done ? null_or_int(q, 15) : json_null());
}

static json_t *id_or_null(sqlite3_stmt *q, int i)
{
	return cat_null(q, i) ? json_null() : json_string(cat_column(q, i));
}

json_t *job_json(struct req *r, sqlite3_stmt *q, bool full)
{
	json_t *j = status_json(q), *more;
	bool done = !json_is_null(json_object_get(j, "end_at"));
	char *url = mem_printf("%s/v3/job/show/%s", r->l->url, cat_column(q, 0)),
	     *result = destination_masked(cat_column(q, 7));

	more = json_pack("{s:s, s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:o, s:n}", "query",
		cat_column(q, 3), "type", cat_column(q, 1), "priority", sqlite3_column_int(q, 5),
		"retry_limit", sqlite3_column_int(q, 6), "database", cat_column(q, 2), "user_name",
		"td-local", "result", result, "url", url, "hive_result_schema",
		done ? id_or_null(q, 13) : json_null(), "organization");
	json_object_update(j, more);
	json_decref(more);
	if (full)
		json_object_set_new(j, "debug",
			json_pack("{s:s, s:o}", "cmdout", cat_column(q, 16), "stderr",
				done ? json_string(cat_column(q, 17)) : json_null()));
	if (full && !cat_null(q, 20) && strcmp(cat_column(q, 1), "result_export") == 0)
		json_object_set_new(j, "result_export_target_job_id", id_or_null(q, 20));
	free(url);
	free(result);
	return j;
}

/* The row of the job in the path, or NULL and 404. */
static sqlite3_stmt *find(struct req *r)
{
	const char *id = r->arg[0];
	sqlite3_stmt *q = NULL;

	if (strspn(id, "0123456789") == strlen(id) && strlen(id) < 19)
		q = cat_select(&r->l->cat, "SELECT " JOB_COLUMNS " FROM jobs WHERE id = ?1", "i",
			(int64_t)strtoll(id, NULL, 10));
	if (cat_next(&r->l->cat, &q))
		return q;
	req_error(r, 404, "Couldn't find Job with account_id = 1, id = %.100s", id);
	return NULL;
}

/* Somebody looked. Whoever was told that a perform's job is done must find the session ready. */
static void looked(struct req *r, sqlite3_stmt *q)
{
	struct catalog *c = &r->l->cat;
	int64_t id = sqlite3_column_int64(q, 0);

	if (final_status(shown_status(q)))
		cat_do(c,
			"UPDATE sessions SET polls = 0 WHERE job = ?1 AND status = 'ready' AND "
			"polls > 0",
			"i", id);
	else if (final_status(cat_column(q, 4)))
		cat_do(c, "UPDATE jobs SET polls = polls - 1 WHERE id = ?1", "i", id);
	sqlite3_finalize(q);
}

static void show(struct req *r)
{
	sqlite3_stmt *q = find(r);

	if (!q)
		return;
	req_json(r, job_json(r, q, true));
	looked(r, q);
}

static void status(struct req *r)
{
	sqlite3_stmt *q = find(r);

	if (!q)
		return;
	req_json(r, status_json(q));
	looked(r, q);
}

static void status_by_key(struct req *r)
{
	sqlite3_stmt *q = cat_select(&r->l->cat,
		"SELECT " JOB_COLUMNS " FROM jobs WHERE domain_key = ?1", "s", r->arg[0]);

	if (!cat_next(&r->l->cat, &q)) {
		req_error(r, 404, "Couldn't find Job with domain_key = %.200s", r->arg[0]);
		return;
	}
	req_json(r, status_json(q));
	looked(r, q);
}

static void list(struct req *r)
{
	struct catalog *c = &r->l->cat;
	const char *want = req_param(r, "status");
	int64_t from, to, slower;
	json_t *all;
	sqlite3_stmt *q;

	if (req_int(r, "from", 0, INT32_MAX, 0, &from) ||
		req_int(r, "to", 0, INT32_MAX, from + 19, &to) ||
		req_int(r, "slower_than", 0, INT32_MAX, -1, &slower))
		return;
	all = json_array();
	q = cat_select(c,
		"SELECT " JOB_COLUMNS " FROM jobs WHERE (?1 IS NULL OR ?1 = iif(polls > 0 AND "
				      "until > ?6, 'running', status))"
		" AND (?2 < 0 OR coalesce(ended, ?5) - started > ?2) ORDER BY id DESC LIMIT ?3 "
		"OFFSET ?4",
		"siiiii", want, slower, to >= from ? to - from + 1 : 0, from, td_clock_now(),
		td_clock_ms());
	while (cat_next(c, &q))
		json_array_append_new(all, job_json(r, q, false));
	req_json(r,
		json_pack("{s:o, s:I, s:o, s:o}", "jobs", all, "count",
			(json_int_t)json_array_size(all), "from",
			req_param(r, "from") ? json_integer(from) : json_null(), "to",
			req_param(r, "to") ? json_integer(to) : json_null()));
}

static void kill_job(struct req *r)
{
	sqlite3_stmt *q = find(r);

	if (!q)
		return;
	req_json(r,
		json_pack("{s:s, s:s}", "job_id", cat_column(q, 0), "former_status",
			shown_status(q)));
	job_kill(r->l, sqlite3_column_int64(q, 0));
	sqlite3_finalize(q);
}

/* --- issue */

/* stable, a Hive such as cdh4, or a number such as 0.205 and 2020.1. */
static bool engine_version(const char *s)
{
	const char *end = s + strspn(s, "abcdefghijklmnopqrstuvwxyz");

	end += strspn(end, "0123456789._-");
	return *end == '\0';
}

bool job_type_bad(struct req *r, const char *type)
{
	const char *version = req_param(r, "engine_version");

	if (type && strcmp(type, "presto") != 0 && strcmp(type, "trino") != 0 &&
		strcmp(type, "hive") != 0)
		req_error(r, 422,
			"Validation failed: Job type '%.100s' is not supported by td-local", type);
	else if (version && !engine_version(version))
		req_error(r, 422, "Job engine version is invalid");
	return r->status != 0;
}

bool job_key_taken(struct req *r, const char *key)
{
	char *id = key ? cat_text(&r->l->cat, "SELECT id FROM jobs WHERE domain_key = ?1", "s", key)
		       : NULL;

	if (!id)
		return false;
	req_error(r, 409, "Domain key has already been taken");
	json_object_set_new(r->json, "details", json_pack("{s:s}", "conflicts_with", id));
	free(id);
	return true;
}

int64_t job_scheduled(const char *time)
{
	size_t n = time ? strspn(time, "0123456789") : 0;
	int64_t ms;

	if (n && !time[n])
		return n < 19 ? strtoll(time, NULL, 10) : -1;
	return time && functions_parse_ms(time, NULL, &ms) == 0 && ms >= 0 ? ms / 1000 : -1;
}

/* What both kinds of jobs that a client makes are asked with. -1: answered. */
struct asked {
	int64_t priority, retries, scheduled; /* scheduled: -1 if it is not said */
	const char *key;
	char *destination;                    /* malloc'ed, or NULL */
};

static int take_asked(struct req *r, struct asked *a)
{
	const char *scheduled = req_param(r, "scheduled_time");

	*a = (struct asked){ .key = req_param(r, "domain_key"),
		.scheduled = job_scheduled(scheduled) };
	if (req_int(r, "priority", -2, 2, 0, &a->priority) ||
		req_int(r, "retry_limit", 0, 32, 0, &a->retries) || job_key_taken(r, a->key))
		return -1;
	if (scheduled && a->scheduled < 0) {
		req_error(r, 422,
			"Validation failed: 'scheduled_time' must be an epoch or a time of ISO "
			"8601");
		return -1;
	}
	return destination_asked(r, &a->destination);
}

static void issue(struct req *r)
{
	struct catalog *c = &r->l->cat;
	const char *type = r->arg[0], *sql = req_param(r, "query");
	struct asked a;
	char text[24];

	if (job_type_bad(r, type) || !db_find(r, r->arg[1]))
		return;
	if (!sql || strlen(sql) > (*type == 'h' ? 2097152 : 1000000)) {
		req_error(r, 422,
			sql ? "Validation failed: Query is too long"
			    : "'query' parameter is required");
		return;
	}
	if (take_asked(r, &a))
		return;
	cat_do(c,
		"INSERT INTO jobs (type, db, query, status, priority, retry_limit, result, "
		"domain_key, created, updated, scheduled)"
		" VALUES (?1, ?2, ?3, 'queued', ?4, ?5, ?6, ?7, ?8, ?8, nullif(?9, -1))",
		"sssiissii", type, r->arg[1], sql, a.priority, a.retries, a.destination, a.key,
		td_clock_now(), a.scheduled);
	snprintf(text, sizeof text, "%lld", (long long)sqlite3_last_insert_rowid(c->db));
	req_json(r,
		json_pack("{s:s, s:s, s:s}", "job", text, "job_id", text, "database", r->arg[1]));
	destination_free(a.destination);
}

static void kick(struct req *r)
{
	dispatcher_kick(r->l->workers);
}

/* --- result */

static void result(struct req *r)
{
	sqlite3_stmt *q = find(r);
	char *file;

	if (!q)
		return;
	file = final_status(shown_status(q))
		? cat_text(&r->l->cat, "SELECT file FROM jobs WHERE id = ?1", "i",
			  (int64_t)sqlite3_column_int64(q, 0))
		: NULL;
	if (file)
		jobresult_open(r, file, cat_column(q, 13));
	else
		req_error(r, 404, "Couldn't find the result of job %s", r->arg[0]);
	sqlite3_finalize(q);
	free(file);
}

/* Another job that sends this one's rows somewhere. */
static void result_export(struct req *r)
{
	struct catalog *c = &r->l->cat;
	sqlite3_stmt *q = find(r);
	struct asked a;
	int64_t source;
	bool done;
	char text[24];

	if (!q)
		return;
	source = sqlite3_column_int64(q, 0);
	done = strcmp(shown_status(q), "success") == 0 && !cat_null(q, 14);
	sqlite3_finalize(q);
	if (take_asked(r, &a))
		return;
	if (!a.destination)
		req_error(r, 422, "'result' parameter is required");
	else if (!done)
		req_error(r, 422, "Validation failed: Job %lld has no result", (long long)source);
	else {
		cat_do(c,
			"INSERT INTO jobs (type, db, query, status, priority, retry_limit, result, "
			"domain_key, created, updated, target, scheduled)"
			" SELECT 'result_export', db, 'RESULT EXPORT FROM JOB ' || id, 'queued', "
			"?2, ?3, ?4, ?5, ?6, ?6, id, nullif(?7, -1)"
			" FROM jobs WHERE id = ?1",
			"iiissii", source, a.priority, a.retries, a.destination, a.key,
			td_clock_now(), a.scheduled);
		snprintf(text, sizeof text, "%lld", (long long)sqlite3_last_insert_rowid(c->db));
		req_json(r, json_pack("{s:s}", "job_id", text));
	}
	destination_free(a.destination);
}

/* The rows that the job put into a table. */
static void statistics(struct req *r)
{
	sqlite3_stmt *q = find(r);
	char text[24];

	if (!q)
		return;
	snprintf(text, sizeof text, "%lld",
		(long long)cat_num(&r->l->cat, 0, "SELECT inserted FROM jobs WHERE id = ?1", "i",
			(int64_t)sqlite3_column_int64(q, 0)));
	sqlite3_finalize(q);
	req_json(r, json_pack("{s:s}", "records_inserted", text));
}

const struct route job_routes[] = {
	{ "POST", "job/issue/:/:", MASTER, .handle = issue, .finish = kick },
	{ "GET", "job/show/:", MASTER, .handle = show },
	{ "GET", "job/status/:", MASTER, .handle = status },
	{ "GET", "job/statistics/:", MASTER, .handle = statistics },
	{ "GET", "job/status_by_domain_key/:", MASTER, .handle = status_by_key },
	{ "GET", "job/list", MASTER, .handle = list },
	{ "POST", "job/kill/:", MASTER, .handle = kill_job },
	{ "POST", "job/result_export/:", MASTER, .handle = result_export, .finish = kick },
	{ "GET", "job/result/:", MASTER, .handle = result, .finish = jobresult_convert },
	{ 0 },
};

/*
 * Bulk import sessions: uploading -> performing -> ready -> committing -> committed. The work of
 * perform is a job; the commit is one transaction that gives the session's segments to the table,
 * made when the client has looked often enough (--polls) or after a second.
 */
#include "routes/lookup.h"
#include "routes/routes.h"
#include "store/columns.h"
#include "store/counts.h"

#include <stdlib.h>
#include <string.h>

struct session {
	int64_t id, table, job, polls, until;
	char status[16]; /* as it is shown */
	bool frozen;
};

static bool find(struct request *r, struct session *s)
{
	sqlite3_stmt *q = catalog_select(&r->account->catalog,
		"SELECT s.id, x.tbl, job, status, frozen, polls, until FROM sessions s JOIN "
		"session_tables x ON x.id = s.id WHERE name = ?1",
		"s", r->arg[0]);

	if (!catalog_next(&r->account->catalog, &q)) {
		answer_error(r, 404, "Couldn't find BulkImport with name = %.300s", r->arg[0]);
		return false;
	}
	*s = (struct session){ .id = sqlite3_column_int64(q, 0),
		.table = sqlite3_column_int64(q, 1),
		.job = sqlite3_column_int64(q, 2),
		.frozen = sqlite3_column_int(q, 4),
		.polls = sqlite3_column_int64(q, 5),
		.until = sqlite3_column_int64(q, 6) };
	snprintf(s->status, sizeof s->status, "%s", catalog_column(q, 3));
	if (strcmp(s->status, "ready") == 0 && counts_still_running(s->polls, s->until))
		snprintf(s->status, sizeof s->status, "performing");
	sqlite3_finalize(q);
	return true;
}

static void named(struct request *r)
{
	answer_json(r, json_pack("{s:s, s:s}", "name", r->arg[0], "bulk_import", r->arg[0]));
}

/* The session, if its table is still there and it is in that state; otherwise answered. */
static bool usable(struct request *r, struct session *s, const char *status, unsigned refusal)
{
	if (!find(r, s))
		return false;
	if (!s->table) {
		answer_error(r, 422, "The table of bulk import session %s was deleted", r->arg[0]);
		return false;
	}
	if (status && strcmp(s->status, status) != 0) {
		answer_error(r, refusal, "Bulk import session is %s, not %s", s->status, status);
		return false;
	}
	return true;
}

/* --- showing */

#define SESSION_COLUMNS                                                                            \
	"SELECT s.id, s.name, s.status, s.frozen, s.job, s.valid_parts, s.error_parts, "           \
	"s.valid_records, s.error_records, d.name, t.name, s.polls, s.until FROM sessions s JOIN " \
	"session_tables x ON x.id = s.id LEFT JOIN tables t ON t.id = x.tbl LEFT JOIN dbs d ON "   \
	"d.id = t.db"

/* A client polls: what waited for that moves on. */
static const char *polled(struct catalog *c, sqlite3_stmt *q)
{
	int64_t id = sqlite3_column_int64(q, 0), polls = sqlite3_column_int64(q, 11);
	const char *status = catalog_column(q, 2);
	bool waits = counts_still_running(polls, sqlite3_column_int64(q, 12));

	if (waits && (strcmp(status, "ready") == 0 || strcmp(status, "committing") == 0)) {
		catalog_do(c, "UPDATE sessions SET polls = polls - 1 WHERE id = ?1", "i", id);
		return strcmp(status, "ready") == 0 ? "performing" : status;
	}
	if (strcmp(status, "committing") == 0) {
		counts_commit(c, id);
		return "committed";
	}
	return status;
}

static json_t *text_or_null(sqlite3_stmt *q, int i)
{
	return catalog_null(q, i) ? json_null() : json_string(catalog_column(q, i));
}

static json_t *session_json(struct catalog *c, sqlite3_stmt *q)
{
	const char *status = polled(c, q);
	bool counted = strcmp(status, "uploading") != 0 && strcmp(status, "performing") != 0;

	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
		catalog_column(q, 1), "status", status, "job_id", text_or_null(q, 4),
		"upload_frozen", json_boolean(sqlite3_column_int(q, 3)), "valid_records",
		counted ? counts_int_or_null(q, 7) : json_null(), "error_records",
		counted ? counts_int_or_null(q, 8) : json_null(), "valid_parts",
		counted ? counts_int_or_null(q, 5) : json_null(), "error_parts",
		counted ? counts_int_or_null(q, 6) : json_null(), "database", text_or_null(q, 9),
		"table", text_or_null(q, 10));
}

static void list(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	json_t *all = json_array();
	sqlite3_stmt *q;

	for (q = catalog_select(c, SESSION_COLUMNS " ORDER BY s.id", ""); catalog_next(c, &q);)
		json_array_append_new(all, session_json(c, q));
	answer_json(r, json_pack("{s:o}", "bulk_imports", all));
}

static void show(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	struct session s;
	sqlite3_stmt *q;

	if (!find(r, &s))
		return;
	q = catalog_select(c, SESSION_COLUMNS " WHERE s.id = ?1", "i", s.id);
	if (catalog_next(c, &q)) {
		answer_json(r, session_json(c, q));
		sqlite3_finalize(q);
	}
}

/* --- making and filling */

static void create(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	const char *name = r->arg[0];
	bool by_name = r->service->unknowns.session_by_name;
	int64_t table;

	if (strlen(name) < 3 || strlen(name) > 255) {
		answer_error(r, 422, "Validation failed: Name is too %s",
			strlen(name) < 3 ? "short" : "long");
		return;
	}
	table = lookup_table(r, r->arg[1], r->arg[2]);
	if (!table)
		return;
	if (catalog_num(c, 0, "SELECT 1 FROM sessions WHERE name = ?1", "s", name)) {
		answer_error(r, 409, "Bulk import session %s already exists", name);
		return;
	}
	catalog_do(c,
		"INSERT INTO sessions (name, tbl, status, created, db_name, table_name) VALUES "
		"(?1, ?2, "
		"'uploading', ?3, ?4, ?5)",
		"siiss", name, table, td_clock_now(), by_name ? r->arg[1] : NULL,
		by_name ? r->arg[2] : NULL);
	named(r);
}

static void delete(struct request *r)
{
	struct session s;

	if (!find(r, &s))
		return;
	if (strcmp(s.status, "committing") == 0) /* what was answered stays so */
		counts_commit(&r->account->catalog, s.id);
	if (s.job)
		queue_kill(&r->service->queue, s.job);
	catalog_do(&r->account->catalog, "DELETE FROM sessions WHERE id = ?1", "i", s.id);
	named(r);
}

static void list_parts(struct request *r)
{
	struct session s;
	json_t *all;
	sqlite3_stmt *q;

	if (!usable(r, &s, NULL, 0))
		return;
	all = json_array();
	for (q = catalog_select(&r->account->catalog,
		     "SELECT name FROM parts WHERE session = ?1 ORDER BY rowid", "i", s.id);
		catalog_next(&r->account->catalog, &q);)
		json_array_append_new(all, json_string(catalog_column(q, 0)));
	answer_json(r,
		json_pack("{s:s, s:s, s:o}", "name", r->arg[0], "bulk_import", r->arg[0], "parts",
			all));
}

static bool open_for_parts(struct request *r, struct session *s)
{
	const char *dot = strchr(r->arg[1], '.');

	if (dot && strchr(dot + 1, '.')) { /* a second dot would be a format to TD's router */
		answer_error(r, 404, "Path and method do not match any API endpoint");
		return false;
	}
	if (!usable(r, s, "uploading", 422))
		return false;
	if (s->frozen)
		answer_error(r, 422, "Bulk import session is frozen");
	return !s->frozen;
}

static void upload_prepare(struct request *r)
{
	struct fail f = { 0 };

	if (store_seal(&r->account->store, r->upload, &f))
		answer_fail(r, &f);
}

static void upload_part(struct request *r)
{
	struct session s;

	if (!open_for_parts(r, &s))
		return;
	catalog_do(&r->account->catalog, "DELETE FROM parts WHERE session = ?1 AND name = ?2", "is",
		s.id, r->arg[1]);
	catalog_do(&r->account->catalog, "INSERT INTO parts VALUES (?1, ?2, ?3, ?4)", "issi", s.id,
		r->arg[1], r->upload_name, (int64_t)r->received);
	named(r);
}

static void upload_finish(struct request *r)
{
	r->upload_name[0] = '\0'; /* the catalogue's now */
}

static void delete_part(struct request *r)
{
	struct session s;

	if (!open_for_parts(r, &s))
		return;
	if (!catalog_num(&r->account->catalog, 0,
		    "SELECT 1 FROM parts WHERE session = ?1 AND name = ?2", "is", s.id,
		    r->arg[1])) {
		answer_error(r, 404, "Couldn't find part with name = %.300s", r->arg[1]);
		return;
	}
	catalog_do(&r->account->catalog, "DELETE FROM parts WHERE session = ?1 AND name = ?2", "is",
		s.id, r->arg[1]);
	named(r);
}

static void freeze(struct request *r)
{
	struct session s;

	if (!usable(r, &s, NULL, 0))
		return;
	if (s.frozen) {
		answer_error(r, 409, "Bulk import session is already frozen");
		return;
	}
	catalog_do(&r->account->catalog, "UPDATE sessions SET frozen = 1 WHERE id = ?1", "i", s.id);
	named(r);
}

static void unfreeze(struct request *r)
{
	struct session s;

	if (!usable(r, &s, NULL, 0))
		return;
	catalog_do(&r->account->catalog, "UPDATE sessions SET frozen = 0 WHERE id = ?1", "i", s.id);
	named(r);
}

/* --- loading */

static void perform(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	struct session s;
	int64_t priority, job;

	if (!usable(r, &s, "uploading", 409) || params_int(r, "priority", -2, 2, 0, &priority))
		return;
	catalog_do(c, "DELETE FROM segments WHERE session = ?1", "i", s.id);
	catalog_do(c,
		"INSERT INTO jobs (type, db, query, status, priority, created, updated, session) "
		"SELECT 'bulk_import_perform', d.name,"
		" 'LOAD DATA SESSION ' || s.name || ' INTO TABLE ' || d.name || '.' || t.name, "
		"'queued', ?2, ?3, ?3, s.id"
		" FROM sessions s JOIN session_tables x ON x.id = s.id JOIN tables t ON t.id = "
		"x.tbl "
		"JOIN dbs d ON d.id = t.db WHERE s.id = ?1",
		"iii", s.id, priority, td_clock_now());
	job = sqlite3_last_insert_rowid(c->db);
	catalog_do(c,
		"UPDATE sessions SET status = 'performing', job = ?2, valid_parts = NULL, "
		"error_parts = NULL, valid_records = NULL,"
		" error_records = NULL, errors = NULL, schema = NULL WHERE id = ?1",
		"ii", s.id, job);
	answer_json(r,
		json_pack("{s:s, s:s, s:I}", "name", r->arg[0], "bulk_import", r->arg[0], "job_id",
			(json_int_t)job));
}

static void commit(struct request *r)
{
	struct session s;

	if (!usable(r, &s, "ready", 409))
		return;
	catalog_do(&r->account->catalog,
		"UPDATE sessions SET status = 'committing', polls = ?2, until = ?3 WHERE id = ?1",
		"iii", s.id, (int64_t)r->service->polls, td_clock_ms() + COUNTS_RUNNING_MS);
	if (r->service->polls == 0)
		counts_commit(&r->account->catalog, s.id);
	named(r);
}

static void kick(struct request *r)
{
	queue_kick(&r->service->queue);
}

/* A file of gzip'ed maps; an empty one if there were no errors. */
static void error_records(struct request *r)
{
	/* header, final block, trailer of zeros */
	static const char empty[20] = "\x1f\x8b\x08\0\0\0\0\0\0\x03\x03";
	struct session s;
	struct fail f = { 0 };
	char *file;

	if (!usable(r, &s, NULL, 0))
		return;
	file = catalog_text(&r->account->catalog, "SELECT errors FROM sessions WHERE id = ?1", "i",
		s.id);
	r->type = "application/octet-stream";
	r->status = 200;
	if (file) {
		r->file = store_read(&r->account->store, file, &f);
		if (r->file < 0 || store_size(r->file, &r->file_len, &f))
			answer_fail(r, &f);
	} else {
		buf_init(&r->raw, sizeof empty);
		buf_put(&r->raw, empty, sizeof empty);
	}
	free(file);
}

const struct route bulk_routes[] = {
	{ "GET", "bulk_import/list", MASTER, .handle = list },
	{ "GET", "bulk_import/show/:", WRITER, .handle = show },
	{ "GET", "bulk_import/list_parts/:", MASTER, .handle = list_parts },
	{ "GET", "bulk_import/error_records/:", WRITER, .handle = error_records },
	{ "POST", "bulk_import/create/:/:/:", WRITER, .handle = create },
	{ "POST", "bulk_import/delete/:", WRITER, .handle = delete },
	{ "PUT", "bulk_import/upload_part/:/:", WRITER, true, upload_prepare, upload_part,
		upload_finish },
	{ "POST", "bulk_import/delete_part/:/:", WRITER, .handle = delete_part },
	{ "POST", "bulk_import/freeze/:", WRITER, .handle = freeze },
	{ "POST", "bulk_import/unfreeze/:", WRITER, .handle = unfreeze },
	{ "POST", "bulk_import/perform/:", WRITER, .handle = perform, .finish = kick },
	{ "POST", "bulk_import/commit/:", WRITER, .handle = commit, .finish = kick },
	{ 0 },
};

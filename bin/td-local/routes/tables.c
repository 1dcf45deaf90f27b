#include "store/columns.h"
#include "routes/jobs.h"
#include "http/request.h"
#include "base/mem.h"
#include "routes/settings.h"
#include "jobs/dispatcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what other rooms need too */

bool hidden(int64_t polls, int64_t until)
{
	return polls > 0 && td_clock_ms() < until;
}

json_t *null_or_int(sqlite3_stmt *q, int i)
{
	return cat_null(q, i) ? json_null() : json_integer(sqlite3_column_int64(q, i));
}

bool name_ok(struct req *r, const char *name)
{
	size_t n = strlen(name);

	if (n < 3 || n > 256) {
		req_error(r, 400,
			"Name must be 3 to 256 characters, got %zu characters. name = '%.300s'", n,
			name);
		return false;
	}
	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != n) {
		req_error(r, 400,
			"Name must only consist of lower-case alphabets, numbers and '_'. name = "
			"'%.300s'",
			name);
		return false;
	}
	return true;
}

int64_t table_id(struct req *r, int64_t db, const char *table)
{
	return cat_num(&r->l->cat, 0, "SELECT id FROM tables WHERE db = ?1 AND name = ?2", "is", db,
		table);
}

int64_t table_find(struct req *r, const char *db, const char *table)
{
	int64_t d = db_find(r, db), id = d ? table_id(r, d, table) : 0;

	if (d && !id)
		req_error(r, 404, "Couldn't find UserTableReference with name = %.300s", table);
	return id;
}

void table_extend(struct catalog *c, int64_t table, const json_t *found)
{
	char *text = cat_text(c, "SELECT schema FROM tables WHERE id = ?1 AND detect_schema", "i",
		     table),
	     *more;
	struct fail f = { 0 };
	json_t *old, *now;

	if (!text)
		return;
	old = columns_load(text);
	now = columns_append(old, found, false, &f);
	if (json_array_size(now) != json_array_size(old)) {
		more = json_dumps(now, JSON_COMPACT);
		cat_do(c, "UPDATE tables SET schema = ?2 WHERE id = ?1", "is", table, more);
		free(more);
	}
	json_decref(old);
	json_decref(now);
	free(text);
}

void table_count(struct catalog *c, int64_t table)
{
	cat_do(c,
		"UPDATE tables SET (rows, bytes, last) = (SELECT coalesce(sum(rows), 0), "
		"coalesce(sum(bytes), 0), max(tmax)"
		" FROM segments WHERE tbl = ?1), updated = ?2, counted = ?2 WHERE id = ?1",
		"ii", table, td_clock_now());
}

void table_ref(struct req *r, const char *db, const char *table)
{
	req_json(r, json_pack("{ssssss}", "database", db, "table", table, "type", "log"));
}

#define TABLE_COLUMNS "SELECT id, name, bytes, counted, last, created, updated, rows, schema, expire_days, include_v," \
	" description FROM tables"

static json_t *table_json(sqlite3_stmt *q, bool descriptions)
{
	json_t *s = columns_load(cat_column(q, 8)), *shown = columns_shown(s, descriptions), *j;
	char *text = json_dumps(shown, JSON_COMPACT);

	j = json_pack("{s:I, s:s, s:I, s:o, s:o, s:o, s:s, s:o, s:I, s:s, s:o, s:o, s:o}", "id",
		(json_int_t)sqlite3_column_int64(q, 0), "name", cat_column(q, 1),
		"estimated_storage_size", (json_int_t)sqlite3_column_int64(q, 2),
		"counter_updated_at",
		cat_null(q, 3) ? json_null() : td_clock_iso(sqlite3_column_int64(q, 3)),
		"last_log_timestamp",
		cat_null(q, 4) ? json_null() : td_clock_iso(sqlite3_column_int64(q, 4)),
		"created_at", td_clock_text(sqlite3_column_int64(q, 5)), "type", "log",
		"updated_at", td_clock_text(sqlite3_column_int64(q, 6)), "count",
		(json_int_t)sqlite3_column_int64(q, 7), "schema", text, "expire_days",
		null_or_int(q, 9), "include_v", json_boolean(sqlite3_column_int(q, 10)),
		"delete_protected", json_false());
	if (descriptions)
		json_object_set_new(j, "description",
			cat_null(q, 11) ? json_null() : json_string(cat_column(q, 11)));
	free(text);
	json_decref(shown);
	json_decref(s);
	return j;
}

static void table_list(struct req *r)
{
	int64_t db = db_find(r, r->arg[0]);
	json_t *all;
	sqlite3_stmt *q;

	if (!db)
		return;
	all = json_array();
	for (q = cat_select(&r->l->cat, TABLE_COLUMNS " WHERE db = ?1 ORDER BY name", "i", db);
		cat_next(&r->l->cat, &q);)
		json_array_append_new(all, table_json(q, req_true(r, "include_descriptions")));
	req_json(r, json_pack("{ssso}", "database", r->arg[0], "tables", all));
}

static void table_show(struct req *r)
{
	int64_t id = table_find(r, r->arg[0], r->arg[1]);
	sqlite3_stmt *q;

	if (!id)
		return;
	q = cat_select(&r->l->cat, TABLE_COLUMNS " WHERE id = ?1", "i", id);
	if (!cat_next(&r->l->cat, &q))
		return;
	req_json(r, table_json(q, req_true(r, "include_descriptions")));
	sqlite3_finalize(q);
}

static void table_create(struct req *r)
{
	struct catalog *c = &r->l->cat;
	const char *name = r->arg[1], *key = req_param(r, "idempotent_key");
	int64_t db = db_find(r, r->arg[0]), id;

	if (!db || !name_ok(r, name))
		return;
	if (r->arg[2] && strcmp(r->arg[2], "log") != 0) {
		req_error(r, 422, "Table type must be 'log'");
		return;
	}
	id = table_id(r, db, name);
	if (id) {
		char *old = cat_text(c, "SELECT idempotent_key FROM tables WHERE id = ?1", "i", id);

		if (key && old && strcmp(old, key) == 0)
			table_ref(r, r->arg[0], name);
		else
			req_error(r, 409, "Table %s already exists", name);
		free(old);
		return;
	}
	cat_do(c,
		"INSERT INTO tables (db, name, idempotent_key, created, updated) VALUES (?1, ?2, "
		"?3, ?4, ?4)",
		"issi", db, name, key, td_clock_now());
	id = table_id(r, db, name);
	if (settings_copy(r, db, id) == 0 && settings_take(r, id, true) == 0)
		table_ref(r, r->arg[0], name);
}

static void table_delete(struct req *r)
{
	int64_t id = table_find(r, r->arg[0], r->arg[1]);

	if (!id)
		return;
	cat_do(&r->l->cat, "DELETE FROM tables WHERE id = ?1", "i", id);
	table_ref(r, r->arg[0], r->arg[1]);
}

bool table_rename(struct req *r, int64_t id, const char *to)
{
	struct catalog *c = &r->l->cat;
	int64_t db = cat_num(c, 0, "SELECT db FROM tables WHERE id = ?1", "i", id), other;

	if (!name_ok(r, to))
		return false;
	other = table_id(r, db, to);
	if (other && other != id && !req_true(r, "overwrite")) {
		req_error(r, 409, "Table %s already exists", to);
		return false;
	}
	if (other && other != id)
		cat_do(c, "DELETE FROM tables WHERE id = ?1", "i", other);
	cat_do(c, "UPDATE tables SET name = ?2, updated = ?3 WHERE id = ?1", "isi", id, to,
		td_clock_now());
	return true;
}

static void rename_to(struct req *r)
{
	int64_t id = table_find(r, r->arg[0], r->arg[1]);

	if (id && table_rename(r, id, r->arg[2]))
		table_ref(r, r->arg[0], r->arg[2]);
}

static void table_swap(struct req *r)
{
	struct catalog *c = &r->l->cat;
	int64_t a = table_find(r, r->arg[0], r->arg[1]),
		b = a ? table_find(r, r->arg[0], r->arg[2]) : 0;

	if (!b)
		return;
	if (a != b) { /* everything but the names changes places */
		cat_do(c, "UPDATE tables SET name = '/' || name WHERE id = ?1", "i", a);
		cat_do(c, "UPDATE tables SET name = ?2, updated = ?3 WHERE id = ?1", "isi", b,
			r->arg[1], td_clock_now());
		cat_do(c, "UPDATE tables SET name = ?2, updated = ?3 WHERE id = ?1", "isi", a,
			r->arg[2], td_clock_now());
	}
	req_json(r,
		json_pack("{ssssss}", "database", r->arg[0], "table1", r->arg[1], "table2",
			r->arg[2]));
}

static void change_database(struct req *r)
{
	struct catalog *c = &r->l->cat;
	int64_t id = table_find(r, r->arg[0], r->arg[1]), db;
	const char *to = req_param(r, "dest_database_name");

	if (!id)
		return;
	if (!to) {
		req_error(r, 422, "'dest_database_name' parameter is required");
		return;
	}
	db = cat_num(c, 0, "SELECT id FROM dbs WHERE name = ?1", "s", to);
	if (!db)
		req_error(r, 404, "Destination database is not found");
	else if (table_id(r, db, r->arg[1]))
		req_error(r, 403, "Table %s already exists in the destination", r->arg[1]);
	else {
		cat_do(c, "UPDATE tables SET db = ?2, updated = ?3 WHERE id = ?1", "iii", id, db,
			td_clock_now());
		table_ref(r, to, r->arg[1]);
	}
}

/* A job that removes the rows of whole hours. */
static void partialdelete(struct req *r)
{
	struct catalog *c = &r->l->cat;
	int64_t id = table_find(r, r->arg[0], r->arg[1]), from, to;
	const char *key = req_param(r, "domain_key");
	char job[24];

	if (!id || req_int(r, "from", 0, INT64_C(253402300800), -1, &from) ||
		req_int(r, "to", 0, INT64_C(253402300800), -1, &to))
		return;
	if (from < 0 || to < from || from % 3600 || to % 3600) {
		req_error(r, 422, "Validation failed: 'from' and 'to' must be multiples of 3600");
		return;
	}
	if (job_key_taken(r, key))
		return;
	cat_do(c,
		"INSERT INTO jobs (type, db, query, status, created, updated, target, domain_key)"
		" VALUES ('partialdelete', ?1, ?2, 'queued', ?3, ?3, ?4, ?5)",
		"ssiis", r->arg[0], r->arg[1], td_clock_now(), id, key);
	snprintf(job, sizeof job, "%lld", (long long)sqlite3_last_insert_rowid(c->db));
	cat_do(c, "UPDATE jobs SET query = json_array(?2, ?3) WHERE id = ?1", "sii", job, from, to);
	req_json(r,
		json_pack("{s:s, s:s, s:s, s:I, s:I}", "job_id", job, "database", r->arg[0],
			"table", r->arg[1], "from", (json_int_t)from, "to", (json_int_t)to));
}

static void kick(struct req *r)
{
	dispatcher_kick(r->l->workers);
}

static void no_distribution(struct req *r)
{
	if (table_find(r, r->arg[0], r->arg[1]))
		req_error(r, 404, "Table '%s.%s' has no user-defined partitioning", r->arg[0],
			r->arg[1]);
}

/* Nothing is kept of what was deleted. */
static void no_deleted(struct req *r)
{
	req_json(r, json_pack("{s:[]}", "tables"));
}

static void no_recover(struct req *r)
{
	req_error(r, 404, "Couldn't find deleted table with id = %.100s", r->arg[0]);
}

/* To another account, whose key comes along; there is none but this. */
static void no_transfer(struct req *r)
{
	const char *key =
		MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "Secondary-Authorization");

	if (!table_find(r, r->arg[0], r->arg[1]))
		return;
	if (!key || strncmp(key, "TD1 ", 4) != 0 || strcmp(key + 4, r->l->key) != 0)
		req_error(r, 401, "Authentication failed");
	else
		req_error(r, 422, "Validation failed: The table belongs to that account already");
}

const struct route table_routes[] = {
	{ "GET", "table/list/:", MASTER, .handle = table_list },
	{ "GET", "table/show/:/:", WRITER, .handle = table_show },
	{ "POST", "table/create/:/:", WRITER, .handle = table_create },
	{ "POST", "table/create/:/:/:", WRITER, .handle = table_create },
	{ "POST", "table/delete/:/:", MASTER, .handle = table_delete },
	{ "POST", "table/rename/:/:/:", MASTER, .handle = rename_to },
	{ "POST", "table/swap/:/:/:", MASTER, .handle = table_swap },
	{ "POST", "table/change_database/:/:", MASTER, .handle = change_database },
	{ "POST", "table/partialdelete/:/:", MASTER, .handle = partialdelete, .finish = kick },
	{ "GET", "table/deleted", MASTER, .handle = no_deleted },
	{ "POST", "table/recover/:", MASTER, .handle = no_recover },
	{ "POST", "table/transfer/:/:", MASTER, .handle = no_transfer },
	{ "GET", "table/distribution/:/:", MASTER, .handle = no_distribution },
	{ 0 },
};

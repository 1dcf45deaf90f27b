/* Tables: list, show, create, delete, rename, swap, and deleting the rows of a range of time. */
#include "routes/asked.h"
#include "routes/lookup.h"
#include "routes/routes.h"
#include "routes/settings.h"
#include "store/columns.h"
#include "store/counts.h"
#include "store/tableid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_COLUMNS                                                                              \
	"SELECT id, name, bytes, counted, last, created, updated, rows, schema, expire_days, "     \
	"include_v, description, old_rows, old_bytes, old_last, until FROM tables"

static json_t *iso_or_null(sqlite3_stmt *q, int i)
{
	return catalog_null(q, i) ? json_null() : td_clock_iso(sqlite3_column_int64(q, i));
}

/* The numbers, which may be those from before the last change. */
static void show_counts(struct request *r, sqlite3_stmt *q, json_t *j)
{
	bool old = r->service->unknowns.counts_lag && sqlite3_column_int64(q, 15) > td_clock_ms();

	json_object_set_new(j, "count", json_integer(sqlite3_column_int64(q, old ? 12 : 7)));
	json_object_set_new(j, "estimated_storage_size",
		json_integer(sqlite3_column_int64(q, old ? 13 : 2)));
	json_object_set_new(j, "last_log_timestamp", iso_or_null(q, old ? 14 : 4));
}

static json_t *table_json(struct request *r, sqlite3_stmt *q)
{
	bool descriptions = params_true(r, "include_descriptions");
	json_t *s = columns_load(catalog_column(q, 8)), *shown = columns_shown(s, descriptions), *j;
	char *text = json_dumps(shown, JSON_COMPACT);

	j = json_pack("{s:s, s:o, s:o, s:s, s:o, s:s, s:o, s:o, s:o}", "name", catalog_column(q, 1),
		"counter_updated_at", iso_or_null(q, 3), "created_at",
		td_clock_text(sqlite3_column_int64(q, 5)), "type", "log", "updated_at",
		td_clock_text(sqlite3_column_int64(q, 6)), "schema", text, "expire_days",
		counts_int_or_null(q, 9), "include_v", json_boolean(sqlite3_column_int(q, 10)),
		"delete_protected", json_false());
	if (!r->service->unknowns.ids_hidden)
		json_object_set_new(j, "id", json_integer(sqlite3_column_int64(q, 0)));
	show_counts(r, q, j);
	if (descriptions)
		json_object_set_new(j, "description",
			catalog_null(q, 11) ? json_null() : json_string(catalog_column(q, 11)));
	free(text);
	json_decref(shown);
	json_decref(s);
	return j;
}

static void table_list(struct request *r)
{
	int64_t db = lookup_database(r, r->arg[0]);
	json_t *all;
	sqlite3_stmt *q;

	if (!db)
		return;
	all = json_array();
	for (q = catalog_select(&r->account->catalog, TABLE_COLUMNS " WHERE db = ?1 ORDER BY name",
		     "i", db);
		catalog_next(&r->account->catalog, &q);)
		json_array_append_new(all, table_json(r, q));
	answer_json(r, json_pack("{ssso}", "database", r->arg[0], "tables", all));
}

static void table_show(struct request *r)
{
	int64_t id = lookup_table(r, r->arg[0], r->arg[1]);
	sqlite3_stmt *q;

	if (!id)
		return;
	q = catalog_select(&r->account->catalog, TABLE_COLUMNS " WHERE id = ?1", "i", id);
	if (!catalog_next(&r->account->catalog, &q))
		return;
	answer_json(r, table_json(r, q));
	sqlite3_finalize(q);
}

static void table_create(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	const char *name = r->arg[1], *key = params_text(r, "idempotent_key");
	int64_t db = lookup_database(r, r->arg[0]), id;

	if (!db || !lookup_name_ok(r, name))
		return;
	if (r->arg[2] && strcmp(r->arg[2], "log") != 0) {
		answer_error(r, 422, "Table type must be 'log'");
		return;
	}
	id = lookup_table_id(r, db, name);
	if (id) {
		char *old =
			catalog_text(c, "SELECT idempotent_key FROM tables WHERE id = ?1", "i", id);

		if (key && old && strcmp(old, key) == 0)
			lookup_reference(r, r->arg[0], name);
		else
			answer_error(r, 409, "Table %s already exists", name);
		free(old);
		return;
	}
	catalog_do(c,
		"INSERT INTO tables (db, name, idempotent_key, created, updated) VALUES (?1, ?2, "
		"?3, ?4, ?4)",
		"issi", db, name, key, td_clock_now());
	id = lookup_table_id(r, db, name);
	if (settings_copy(r, db, id) == 0 && settings_take(r, id, true) == 0)
		lookup_reference(r, r->arg[0], name);
}

static void table_delete(struct request *r)
{
	int64_t id = lookup_table(r, r->arg[0], r->arg[1]);

	if (!id)
		return;
	catalog_do(&r->account->catalog, "DELETE FROM tables WHERE id = ?1", "i", id);
	lookup_reference(r, r->arg[0], r->arg[1]);
}

static void rename_to(struct request *r)
{
	int64_t id = lookup_table(r, r->arg[0], r->arg[1]);

	if (id && settings_rename(r, id, r->arg[2]))
		lookup_reference(r, r->arg[0], r->arg[2]);
}

static void table_swap(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	int64_t a = lookup_table(r, r->arg[0], r->arg[1]),
		b = a ? lookup_table(r, r->arg[0], r->arg[2]) : 0;

	if (!b)
		return;
	if (a != b) { /* everything but the names changes places */
		catalog_do(c, "UPDATE tables SET name = '/' || name WHERE id = ?1", "i", a);
		catalog_do(c, "UPDATE tables SET name = ?2, updated = ?3 WHERE id = ?1", "isi", b,
			r->arg[1], td_clock_now());
		catalog_do(c, "UPDATE tables SET name = ?2, updated = ?3 WHERE id = ?1", "isi", a,
			r->arg[2], td_clock_now());
		if (r->service->unknowns.ids_stay)
			tableid_exchange(c, a, b);
	}
	answer_json(r,
		json_pack("{ssssss}", "database", r->arg[0], "table1", r->arg[1], "table2",
			r->arg[2]));
}

static void change_database(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	int64_t id = lookup_table(r, r->arg[0], r->arg[1]), db;
	const char *to = params_text(r, "dest_database_name");

	if (!id)
		return;
	if (!to) {
		answer_error(r, 422, "'dest_database_name' parameter is required");
		return;
	}
	db = catalog_num(c, 0, "SELECT id FROM dbs WHERE name = ?1", "s", to);
	if (!db)
		answer_error(r, 404, "Destination database is not found");
	else if (lookup_table_id(r, db, r->arg[1]))
		answer_error(r, 403, "Table %s already exists in the destination", r->arg[1]);
	else {
		catalog_do(c, "UPDATE tables SET db = ?2, updated = ?3 WHERE id = ?1", "iii", id,
			db, td_clock_now());
		lookup_reference(r, to, r->arg[1]);
	}
}

/* A job that removes the rows of whole hours. */
static void partialdelete(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	int64_t id = lookup_table(r, r->arg[0], r->arg[1]), from, to;
	const char *key = params_text(r, "domain_key");
	char job[24];

	if (!id || params_int(r, "from", 0, INT64_C(253402300800), -1, &from) ||
		params_int(r, "to", 0, INT64_C(253402300800), -1, &to))
		return;
	if (from < 0 || to < from || from % 3600 || to % 3600) {
		answer_error(r, 422,
			"Validation failed: 'from' and 'to' must be multiples of 3600");
		return;
	}
	if (asked_key_taken(r, key))
		return;
	catalog_do(c,
		"INSERT INTO jobs (type, db, query, status, created, updated, target, domain_key)"
		" VALUES ('partialdelete', ?1, ?2, 'queued', ?3, ?3, ?4, ?5)",
		"ssiis", r->arg[0], r->arg[1], td_clock_now(), id, key);
	snprintf(job, sizeof job, "%lld", (long long)sqlite3_last_insert_rowid(c->db));
	catalog_do(c, "UPDATE jobs SET query = json_array(?2, ?3) WHERE id = ?1", "sii", job, from,
		to);
	answer_json(r,
		json_pack("{s:s, s:s, s:s, s:I, s:I}", "job_id", job, "database", r->arg[0],
			"table", r->arg[1], "from", (json_int_t)from, "to", (json_int_t)to));
}

static void kick(struct request *r)
{
	queue_kick(&r->service->queue);
}

static void no_distribution(struct request *r)
{
	if (lookup_table(r, r->arg[0], r->arg[1]))
		answer_error(r, 404, "Table '%s.%s' has no user-defined partitioning", r->arg[0],
			r->arg[1]);
}

/* Nothing is kept of what was deleted. */
static void no_deleted(struct request *r)
{
	answer_json(r, json_pack("{s:[]}", "tables"));
}

static void no_recover(struct request *r)
{
	answer_error(r, 404, "Couldn't find deleted table with id = %.100s", r->arg[0]);
}

/* To another account, whose key comes along; there is none but this. */
static void no_transfer(struct request *r)
{
	const char *key =
		MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "Secondary-Authorization");

	if (!lookup_table(r, r->arg[0], r->arg[1]))
		return;
	if (!key || strncmp(key, "TD1 ", 4) != 0 || !guard_same(r->service->guard.key, key + 4))
		answer_error(r, 401, "Authentication failed");
	else
		answer_error(r, 422,
			"Validation failed: The table belongs to that account already");
}

const struct route tables_routes[] = {
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

/* Databases: list, show, create, delete. */
#include "routes/lookup.h"
#include "routes/routes.h"

#define DB_COLUMNS                                                                                 \
	"SELECT d.name, (SELECT coalesce(sum(rows), 0) FROM tables WHERE db = "                    \
	"d.id), d.created, d.updated, d.id FROM dbs d"

static json_t *db_json(struct request *r, sqlite3_stmt *q)
{
	json_t *j = json_pack("{s:s, s:I, s:o, s:o, s:s, s:n, s:o}", "name", catalog_column(q, 0),
		"count", (json_int_t)sqlite3_column_int64(q, 1), "created_at",
		td_clock_text(sqlite3_column_int64(q, 2)), "updated_at",
		td_clock_text(sqlite3_column_int64(q, 3)), "permission", "administrator",
		"organization", "delete_protected", json_false());
	if (params_true(r, "require_permissions"))
		json_object_set_new(j, "database_permissions",
			json_pack("{s:b, s:b, s:b, s:b, s:b}", "edit", 1, "delete", 1, "query", 1,
				"import", 1, "download", 1));
	return j;
}

static void db_list(struct request *r)
{
	json_t *all = json_array();
	sqlite3_stmt *q;

	for (q = catalog_select(&r->account->catalog, DB_COLUMNS " ORDER BY d.name", "");
		catalog_next(&r->account->catalog, &q);)
		json_array_append_new(all, db_json(r, q));
	answer_json(r, json_pack("{so}", "databases", all));
}

static void db_show(struct request *r)
{
	sqlite3_stmt *q;
	json_t *j;

	if (!lookup_database(r, r->arg[0]))
		return;
	q = catalog_select(&r->account->catalog, DB_COLUMNS " WHERE d.name = ?1", "s", r->arg[0]);
	if (!catalog_next(&r->account->catalog, &q))
		return;
	j = db_json(r, q);
	json_object_set_new(j, "id", json_string(catalog_column(q, 4)));
	json_object_set_new(j, "datatank", json_false());
	sqlite3_finalize(q);
	answer_json(r, j);
}

static void db_create(struct request *r)
{
	const char *name = r->arg[0];

	if (!lookup_name_ok(r, name))
		return;
	if (catalog_num(&r->account->catalog, 0, "SELECT id FROM dbs WHERE name = ?1", "s", name)) {
		answer_error(r, 409, "Database %s already exists", name);
		return;
	}
	catalog_do(&r->account->catalog,
		"INSERT INTO dbs (name, created, updated) VALUES (?1, ?2, ?2)", "si", name,
		td_clock_now());
	answer_json(r, json_pack("{ss}", "database", name));
}

static void db_delete(struct request *r)
{
	int64_t id = lookup_database(r, r->arg[0]);

	if (!id)
		return;
	catalog_do(&r->account->catalog, "DELETE FROM dbs WHERE id = ?1", "i", id);
	answer_json(r, json_pack("{ss}", "database", r->arg[0]));
}

const struct route databases_routes[] = {
	{ "GET", "database/list", MASTER, .handle = db_list },
	{ "GET", "database/show/:", MASTER, .handle = db_show },
	{ "POST", "database/create/:", MASTER, .handle = db_create },
	{ "POST", "database/delete/:", MASTER, .handle = db_delete },
	{ 0 },
};

/* Databases: list, show, create, delete. */
#include "http/request.h"

int64_t db_find(struct req *r, const char *db)
{
	int64_t id = cat_num(&r->l->cat, 0, "SELECT id FROM dbs WHERE name = ?1", "s", db);

	if (!id)
		req_error(r, 404, "Couldn't find UserDatabase with name = %.300s", db);
	return id;
}

#define DB_COLUMNS "SELECT d.name, (SELECT coalesce(sum(rows), 0) FROM tables WHERE db = d.id), d.created, d.updated, d.id FROM dbs d"

static json_t *db_json(struct req *r, sqlite3_stmt *q)
{
	json_t *j = json_pack("{s:s, s:I, s:o, s:o, s:s, s:n, s:o}", "name", cat_column(q, 0),
		"count", (json_int_t)sqlite3_column_int64(q, 1), "created_at",
		td_clock_text(sqlite3_column_int64(q, 2)), "updated_at",
		td_clock_text(sqlite3_column_int64(q, 3)), "permission", "administrator",
		"organization", "delete_protected", json_false());
	if (req_true(r, "require_permissions"))
		json_object_set_new(j, "database_permissions",
			json_pack("{s:b, s:b, s:b, s:b, s:b}", "edit", 1, "delete", 1, "query", 1,
				"import", 1, "download", 1));
	return j;
}

static void db_list(struct req *r)
{
	json_t *all = json_array();
	sqlite3_stmt *q;

	for (q = cat_select(&r->l->cat, DB_COLUMNS " ORDER BY d.name", "");
		cat_next(&r->l->cat, &q);)
		json_array_append_new(all, db_json(r, q));
	req_json(r, json_pack("{so}", "databases", all));
}

static void db_show(struct req *r)
{
	sqlite3_stmt *q;
	json_t *j;

	if (!db_find(r, r->arg[0]))
		return;
	q = cat_select(&r->l->cat, DB_COLUMNS " WHERE d.name = ?1", "s", r->arg[0]);
	if (!cat_next(&r->l->cat, &q))
		return;
	j = db_json(r, q);
	json_object_set_new(j, "id", json_string(cat_column(q, 4)));
	json_object_set_new(j, "datatank", json_false());
	sqlite3_finalize(q);
	req_json(r, j);
}

static void db_create(struct req *r)
{
	const char *name = r->arg[0];

	if (!name_ok(r, name))
		return;
	if (cat_num(&r->l->cat, 0, "SELECT id FROM dbs WHERE name = ?1", "s", name)) {
		req_error(r, 409, "Database %s already exists", name);
		return;
	}
	cat_do(&r->l->cat, "INSERT INTO dbs (name, created, updated) VALUES (?1, ?2, ?2)", "si",
		name, td_clock_now());
	req_json(r, json_pack("{ss}", "database", name));
}

static void db_delete(struct req *r)
{
	int64_t id = db_find(r, r->arg[0]);

	if (!id)
		return;
	cat_do(&r->l->cat, "DELETE FROM dbs WHERE id = ?1", "i", id);
	req_json(r, json_pack("{ss}", "database", r->arg[0]));
}

const struct route db_routes[] = {
	{ "GET", "database/list", MASTER, .handle = db_list },
	{ "GET", "database/show/:", MASTER, .handle = db_show },
	{ "POST", "database/create/:", MASTER, .handle = db_create },
	{ "POST", "database/delete/:", MASTER, .handle = db_delete },
	{ 0 },
};

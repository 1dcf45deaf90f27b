/* Settings of tables, and the routes that change them. */
#include "routes/settings.h"
#include "store/columns.h"

#include <stdlib.h>
#include <string.h>

static int take_schema(struct req *r, int64_t id, bool replace)
{
	struct catalog *c = &r->l->cat;
	char *old = cat_text(c, "SELECT schema FROM tables WHERE id = ?1", "i", id), *text;
	struct fail f = { 0 };
	json_t *was = columns_load(old),
	       *s = columns_parse(req_param(r, "schema"), was,
		       req_true(r, "ignore_duplicate_schema"), &f);
	json_t *all = s && !replace ? columns_append(was, s, true, &f) : json_incref(s);

	if (all) {
		text = json_dumps(all, JSON_COMPACT);
		cat_do(c, "UPDATE tables SET schema = ?2 WHERE id = ?1", "is", id, text);
		free(text);
	} else {
		req_fail(r, &f);
	}
	json_decref(was);
	json_decref(s);
	json_decref(all);
	free(old);
	return all ? 0 : -1;
}

/* A number of days; 0, none and null: for ever. */
static int take_days(struct req *r, int64_t id)
{
	const char *days = req_param(r, "expire_days");
	int64_t n = 0;

	if (strcmp(days, "null") != 0 && strcmp(days, "none") != 0 &&
		req_int(r, "expire_days", 0, 1000000, 0, &n))
		return -1;
	cat_do(&r->l->cat, "UPDATE tables SET expire_days = nullif(?2, 0) WHERE id = ?1", "ii", id,
		n);
	return 0;
}

int settings_take(struct req *r, int64_t id, bool replace)
{
	struct catalog *c = &r->l->cat;

	if ((req_param(r, "schema") && take_schema(r, id, replace)) ||
		(req_param(r, "expire_days") && take_days(r, id)))
		return -1;
	if (req_param(r, "include_v"))
		cat_do(c, "UPDATE tables SET include_v = ?2 WHERE id = ?1", "ii", id,
			(int64_t)req_true(r, "include_v"));
	if (req_param(r, "detect_schema"))
		cat_do(c, "UPDATE tables SET detect_schema = ?2 WHERE id = ?1", "ii", id,
			(int64_t)req_true(r, "detect_schema"));
	if (req_param(r, "description"))
		cat_do(c, "UPDATE tables SET description = ?2 WHERE id = ?1", "is", id,
			req_param(r, "description"));
	cat_do(c, "UPDATE tables SET updated = ?2 WHERE id = ?1", "ii", id, td_clock_now());
	return 0;
}

int settings_copy(struct req *r, int64_t db, int64_t id)
{
	struct catalog *c = &r->l->cat;
	const char *name = req_param(r, "source_table");
	int64_t source = name ? table_id(r, db, name) : 0;

	if (!name)
		return 0;
	if (!source) {
		req_error(r, 404, "Couldn't find UserTableReference with name = %.300s", name);
		return -1;
	}
	cat_do(c,
		"UPDATE tables SET (schema, detect_schema) = (SELECT schema, detect_schema FROM "
		"tables WHERE id = ?2) WHERE id = ?1",
		"ii", id, source);
	if (req_true(r, "including_properties"))
		cat_do(c,
			"UPDATE tables SET (expire_days, include_v, description) = (SELECT "
			"expire_days, include_v, description FROM tables"
			" WHERE id = ?2) WHERE id = ?1",
			"ii", id, source);
	return 0;
}

/* --- routes */

static void set(struct req *r, bool replace, bool required)
{
	int64_t id = table_find(r, r->arg[0], r->arg[1]);

	if (!id)
		return;
	if (required && !req_param(r, "schema"))
		req_error(r, 422, "'schema' parameter is required");
	else if (settings_take(r, id, replace) == 0)
		table_ref(r, r->arg[0], r->arg[1]);
}

/* The settings, and `name`: a new one. */
static void update(struct req *r)
{
	const char *name = req_param(r, "name");

	set(r, true, false);
	if (name && r->status == 200 && table_rename(r, table_find(r, r->arg[0], r->arg[1]), name))
		table_ref(r, r->arg[0], name);
}

static void update_schema(struct req *r)
{
	set(r, true, true);
}

static void append_schema(struct req *r)
{
	set(r, false, true);
}

const struct route setting_routes[] = {
	{ "POST", "table/update/:/:", MASTER, .handle = update },
	{ "POST", "table/update-schema/:/:", MASTER, .handle = update_schema },
	{ "POST", "table/append-schema/:/:", WRITER, .handle = append_schema },
	{ 0 },
};

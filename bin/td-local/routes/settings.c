/* The settings of tables, and the routes that change them. */
#include "routes/settings.h"
#include "routes/lookup.h"
#include "routes/routes.h"
#include "store/columns.h"
#include "store/jsontext.h"
#include "store/tableid.h"

#include <stdlib.h>
#include <string.h>

static int take_schema(struct request *r, int64_t id, bool replace)
{
	struct catalog *c = &r->account->catalog;
	char *old = catalog_text(c, "SELECT schema FROM tables WHERE id = ?1", "i", id), *text;
	struct fail f = { 0 };
	json_t *was = columns_load(old),
	       *s = columns_parse(params_text(r, "schema"), was,
		       params_true(r, "ignore_duplicate_schema"), &f);
	/* as it was sent: new columns get their aliases with regard to those that are there */
	json_t *more = s && !replace ? jsontext_parse(params_text(r, "schema"),
					       strlen(params_text(r, "schema")))
				     : NULL;
	json_t *all = more ? columns_append(was, more, true, &f) : json_incref(s);

	if (all) {
		text = json_dumps(all, JSON_COMPACT);
		catalog_do(c, "UPDATE tables SET schema = ?2 WHERE id = ?1", "is", id, text);
		free(text);
	} else {
		answer_fail(r, &f);
	}
	json_decref(was);
	json_decref(s);
	json_decref(more);
	json_decref(all);
	free(old);
	return all ? 0 : -1;
}

/* A number of days; 0, none and null: for ever. */
static int take_days(struct request *r, int64_t id)
{
	const char *days = params_text(r, "expire_days");
	int64_t n = 0;

	if (strcmp(days, "null") != 0 && strcmp(days, "none") != 0 &&
		params_int(r, "expire_days", 0, 1000000, 0, &n))
		return -1;
	catalog_do(&r->account->catalog,
		"UPDATE tables SET expire_days = nullif(?2, 0) WHERE id = ?1", "ii", id, n);
	return 0;
}

int settings_take(struct request *r, int64_t id, bool replace)
{
	struct catalog *c = &r->account->catalog;

	if ((params_text(r, "schema") && take_schema(r, id, replace)) ||
		(params_text(r, "expire_days") && take_days(r, id)))
		return -1;
	if (params_text(r, "include_v"))
		catalog_do(c, "UPDATE tables SET include_v = ?2 WHERE id = ?1", "ii", id,
			(int64_t)params_true(r, "include_v"));
	if (params_text(r, "detect_schema"))
		catalog_do(c, "UPDATE tables SET detect_schema = ?2 WHERE id = ?1", "ii", id,
			(int64_t)params_true(r, "detect_schema"));
	if (params_text(r, "description"))
		catalog_do(c, "UPDATE tables SET description = ?2 WHERE id = ?1", "is", id,
			params_text(r, "description"));
	catalog_do(c, "UPDATE tables SET updated = ?2 WHERE id = ?1", "ii", id, td_clock_now());
	return 0;
}

int settings_copy(struct request *r, int64_t db, int64_t id)
{
	struct catalog *c = &r->account->catalog;
	const char *name = params_text(r, "source_table");
	int64_t source = name ? lookup_table_id(r, db, name) : 0;

	if (!name)
		return 0;
	if (!source) {
		answer_error(r, 404, "Couldn't find UserTableReference with name = %.300s", name);
		return -1;
	}
	catalog_do(c,
		"UPDATE tables SET (schema, detect_schema) = (SELECT schema, detect_schema FROM "
		"tables WHERE id = ?2) WHERE id = ?1",
		"ii", id, source);
	if (params_true(r, "including_properties"))
		catalog_do(c,
			"UPDATE tables SET (expire_days, include_v, description) = (SELECT "
			"expire_days, include_v, description FROM tables"
			" WHERE id = ?2) WHERE id = ?1",
			"ii", id, source);
	return 0;
}

bool settings_rename(struct request *r, int64_t id, const char *to)
{
	struct catalog *c = &r->account->catalog;
	int64_t db = catalog_num(c, 0, "SELECT db FROM tables WHERE id = ?1", "i", id), other;

	if (!lookup_name_ok(r, to))
		return false;
	other = lookup_table_id(r, db, to);
	if (other && other != id && !params_true(r, "overwrite")) {
		answer_error(r, 409, "Table %s already exists", to);
		return false;
	}
	if (other && other != id)
		catalog_do(c, "DELETE FROM tables WHERE id = ?1", "i", other);
	catalog_do(c, "UPDATE tables SET name = ?2, updated = ?3 WHERE id = ?1", "isi", id, to,
		td_clock_now());
	if (r->service->unknowns.rename_new)
		tableid_renew(c, id);
	return true;
}

/* --- routes */

static void set(struct request *r, bool replace, bool required)
{
	int64_t id = lookup_table(r, r->arg[0], r->arg[1]);

	if (!id)
		return;
	if (required && !params_text(r, "schema"))
		answer_error(r, 422, "'schema' parameter is required");
	else if (settings_take(r, id, replace) == 0)
		lookup_reference(r, r->arg[0], r->arg[1]);
}

/* The settings, and `name`: a new one. */
static void update(struct request *r)
{
	const char *name = params_text(r, "name");

	set(r, true, false);
	if (name && r->status == 200 &&
		settings_rename(r, lookup_table(r, r->arg[0], r->arg[1]), name))
		lookup_reference(r, r->arg[0], name);
}

static void update_schema(struct request *r)
{
	set(r, true, true);
}

static void append_schema(struct request *r)
{
	set(r, false, true);
}

const struct route settings_routes[] = {
	{ "POST", "table/update/:/:", MASTER, .handle = update },
	{ "POST", "table/update-schema/:/:", MASTER, .handle = update_schema },
	{ "POST", "table/append-schema/:/:", WRITER, .handle = append_schema },
	{ 0 },
};

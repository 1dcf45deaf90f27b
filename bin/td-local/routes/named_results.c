/* Named results: where jobs may send their rows, by name. */
#include "jobs/destination.h"
#include "http/request.h"

#include <stdlib.h>
#include <string.h>

static void list(struct req *r)
{
	struct catalog *c = &r->l->cat;
	json_t *all = json_array();
	sqlite3_stmt *q;

	for (q = cat_select(c, "SELECT name, url FROM results ORDER BY name", "");
		cat_next(c, &q);) {
		char *url = destination_masked(cat_column(q, 1));

		json_array_append_new(all,
			json_pack("{s:s, s:s, s:s}", "name", cat_column(q, 0), "organization", "",
				"url", url));
		free(url);
	}
	req_json(r, json_pack("{s:o}", "results", all));
}

static int64_t find(struct req *r, const char *name)
{
	return cat_num(&r->l->cat, 0, "SELECT rowid FROM results WHERE name = ?1", "s", name);
}

/* False: answered. */
static bool add(struct req *r, const char *name, char *url)
{
	if (!name || strlen(name) < 3 || strlen(name) > 255)
		req_error(r, 422, "Validation failed: Name is too %s",
			!name || strlen(name) < 3 ? "short" : "long");
	else if (!url)
		req_error(r, 422, "'url' parameter is required");
	else if (find(r, name))
		req_error(r, 409, "Result must be unique");
	else
		cat_do(&r->l->cat, "INSERT INTO results VALUES (?1, ?2)", "ss", name, url);
	destination_free(url);
	return !r->status;
}

static void create(struct req *r)
{
	const char *url = req_param(r, "url");

	if (add(r, r->arg[0], url ? destination_clean(url) : NULL))
		req_json(r, json_pack("{s:s}", "result", r->arg[0]));
}

static void delete(struct req *r)
{
	if (!find(r, r->arg[0])) {
		req_error(r, 404, "Couldn't find Result with name = %.300s", r->arg[0]);
		return;
	}
	cat_do(&r->l->cat, "DELETE FROM results WHERE name = ?1", "s", r->arg[0]);
	req_json(r, json_pack("{s:s}", "result", r->arg[0]));
}

/* --- the same as connections: an account, whose table the job's settings name */

static void lookup(struct req *r)
{
	const char *name = req_param(r, "name");
	int64_t id = name ? find(r, name) : 0;

	if (id)
		req_json(r, json_pack("{s:I}", "id", (json_int_t)id));
	else
		req_error(r, 404, "Couldn't find Connection with name = %.300s", name ? name : "");
}

static void create_connection(struct req *r)
{
	const char *name = req_param(r, "name"), *type = req_param(r, "type"),
		   *text = req_param(r, "settings");
	json_t *settings = text ? json_loads(text, 0, NULL) : NULL;

	if (!type || strcmp(type, "treasure_data") != 0)
		req_error(r, 422, "Validation failed: Only treasure_data can be connected here");
	else if (add(r, name,
			 destination_account(json_string_value(json_object_get(settings,
						     "api_key")),
				 json_string_value(json_object_get(settings, "api_hostname")))))
		req_json(r, json_pack("{s:I}", "id", (json_int_t)find(r, name)));
	json_decref(settings);
}

const struct route result_routes[] = {
	{ "GET", "result/list", MASTER, .handle = list },
	{ "POST", "result/create/:", MASTER, .handle = create },
	{ "POST", "result/delete/:", MASTER, .handle = delete },
	{ "GET", "connections/lookup", MASTER, .handle = lookup },
	{ "POST", "v4/connections", MASTER, .handle = create_connection },
	{ 0 },
};

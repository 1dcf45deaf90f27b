/* Named results: where jobs may send their rows, by name. */
#include "jobs/destination.h"
#include "base/mem.h"
#include "store/jsontext.h"
#include "routes/routes.h"

#include <stdlib.h>
#include <string.h>

static void list(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	json_t *all = json_array();
	sqlite3_stmt *q;

	for (q = catalog_select(c, "SELECT name, url FROM results ORDER BY name", "");
		catalog_next(c, &q);) {
		char *url = destination_masked(catalog_column(q, 1));

		json_array_append_new(all,
			json_pack("{s:s, s:s, s:s}", "name", catalog_column(q, 0), "organization",
				"", "url", url));
		free(url);
	}
	answer_json(r, json_pack("{s:o}", "results", all));
}

static int64_t find(struct request *r, const char *name)
{
	return catalog_num(&r->account->catalog, 0, "SELECT rowid FROM results WHERE name = ?1",
		"s", name);
}

/* False: answered. */
static bool add(struct request *r, const char *name, char *url)
{
	if (!name || strlen(name) < 3 || strlen(name) > 255)
		answer_error(r, 422, "Validation failed: Name is too %s",
			!name || strlen(name) < 3 ? "short" : "long");
	else if (!url)
		answer_error(r, 422, "'url' parameter is required");
	else if (find(r, name))
		answer_error(r, 409, "Result must be unique");
	else
		catalog_do(&r->account->catalog, "INSERT INTO results VALUES (?1, ?2)", "ss", name,
			url);
	destination_free(url);
	return !r->status;
}

static void create(struct request *r)
{
	const char *url = params_text(r, "url");

	if (add(r, r->arg[0], url ? destination_clean(url) : NULL))
		answer_json(r, json_pack("{s:s}", "result", r->arg[0]));
}

static void delete(struct request *r)
{
	if (!find(r, r->arg[0])) {
		answer_error(r, 404, "Couldn't find Result with name = %.300s", r->arg[0]);
		return;
	}
	catalog_do(&r->account->catalog, "DELETE FROM results WHERE name = ?1", "s", r->arg[0]);
	answer_json(r, json_pack("{s:s}", "result", r->arg[0]));
}

/* --- the same as connections: an account, whose table the job's settings name */

static void lookup(struct request *r)
{
	const char *name = params_text(r, "name");
	int64_t id = name ? find(r, name) : 0;

	if (id)
		answer_json(r, json_pack("{s:I}", "id", (json_int_t)id));
	else
		answer_error(r, 404, "Couldn't find Connection with name = %.300s",
			name ? name : "");
}

static void create_connection(struct request *r)
{
	const char *name = params_text(r, "name"), *type = params_text(r, "type"),
		   *text = params_text(r, "settings");
	json_t *settings = text ? jsontext_parse(text, strlen(text)) : NULL;

	if (!type)
		answer_error(r, 422, "'type' parameter is required");
	else if (add(r, name,
			 strcmp(type, "treasure_data") == 0
				 ? destination_account(json_string_value(json_object_get(settings,
							       "api_key")),
					   json_string_value(json_object_get(settings,
						   "api_hostname")))
				 : mem_printf("%.100s://", type)))
		answer_json(r, json_pack("{s:I}", "id", (json_int_t)find(r, name)));
	json_decref(settings);
}

/* What the URL begins with, in the words of connections. */
static json_t *type_of(const char *url)
{
	return strncmp(url, "td://", 5) == 0 ? json_string("treasure_data")
					     : json_stringn(url, strcspn(url, ":"));
}

static void list_connections(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	json_t *all = json_array();
	sqlite3_stmt *q;

	for (q = catalog_select(c, "SELECT rowid, name, url FROM results ORDER BY rowid", "");
		catalog_next(c, &q);)
		json_array_append_new(all,
			json_pack("{s:I, s:s, s:o, s:b, s:n, s:{}}", "id",
				(json_int_t)sqlite3_column_int64(q, 0), "name",
				catalog_column(q, 1), "type", type_of(catalog_column(q, 2)),
				"shared", 0, "description", "settings"));
	answer_json(r, all);
}

static void delete_connection(struct request *r)
{
	struct catalog *c = &r->account->catalog;

	catalog_do(c, "DELETE FROM results WHERE rowid = ?1", "s", r->arg[0]);
	if (sqlite3_changes(c->db) == 0)
		answer_error(r, 404, "Couldn't find Connection with id = %.100s", r->arg[0]);
}

static void no_federated_queries(struct request *r)
{
	answer_json(r, json_array());
}

const struct route named_results_routes[] = {
	{ "GET", "result/list", MASTER, .handle = list },
	{ "POST", "result/create/:", MASTER, .handle = create },
	{ "POST", "result/delete/:", MASTER, .handle = delete },
	{ "GET", "connections/lookup", MASTER, .handle = lookup },
	{ "GET", "v4/connections", MASTER, .handle = list_connections },
	{ "DELETE", "v4/connections/:", MASTER, .handle = delete_connection },
	{ "GET", "v4/federated_query_configs", MASTER, .handle = no_federated_queries },
	{ "POST", "v4/connections", MASTER, .handle = create_connection },
	{ 0 },
};

/* Routes that belong to no object: the service's state, and users. */
#include "routes/routes.h"

#include <string.h>

static void server_status(struct request *r)
{
	answer_json(r, json_pack("{s:s}", "status", "ok"));
}

#define USER_NAME  "td-local"
#define USER_EMAIL "td-local@localhost"
#define USER_TWICE                                                                                 \
	"td-local%40localhost" /* td-client-go escapes what stands in a path twice                 \
				*/

/* The only user. The keys are those that td-client-go knows; it refuses any other. */
static json_t *user(void)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:[], s:s, s:s}", "id",
		1, "name", USER_NAME, "first_name", "td-local", "last_name", "", "email",
		USER_EMAIL, "phone", "", "gravatar_url", "", "organization", "", "administrator", 1,
		"account_owner", 1, "roles", "created_at", "2014-01-01 00:00:00 UTC", "updated_at",
		"2014-01-01 00:00:00 UTC");
}

static void user_list(struct request *r)
{
	answer_json(r, json_pack("{s:[o]}", "users", user()));
}

static void user_show(struct request *r)
{
	answer_json(r, user());
}

static bool is_user(const char *name)
{
	return name &&
		(strcmp(name, USER_EMAIL) == 0 || strcmp(name, USER_NAME) == 0 ||
			strcmp(name, USER_TWICE) == 0);
}

/* The keys of that user are those that this td-local takes. */
static void apikey_list(struct request *r)
{
	json_t *keys;

	if (!is_user(r->arg[0])) {
		answer_error(r, 404, "Couldn't find User with name = %.300s", r->arg[0]);
		return;
	}
	keys = json_pack("[s]", r->service->guard.key);
	if (r->service->guard.write_key)
		json_array_append_new(keys, json_string(r->service->guard.write_key));
	answer_json(r, json_pack("{s:o}", "apikeys", keys));
}

static void apikey_validate(struct request *r)
{
	answer_json(r,
		json_pack("{s:s, s:i, s:i, s:b}", "key_type", "master", "account_id", 1, "user_id",
			1, "administrator", 1));
}

/* The user's password is the master key. */
static void authenticate(struct request *r)
{
	const char *password = params_text(r, "password");

	if (!is_user(params_text(r, "user")) || !password ||
		!guard_same(r->service->guard.key, password))
		answer_error(r, 400, "Authentication failed");
	else
		answer_json(r,
			json_pack("{s:s, s:s}", "name", USER_NAME, "apikey",
				r->service->guard.key));
}

static void account_show(struct request *r)
{
	answer_json(r,
		json_pack("{s:{s:i, s:i, s:I, s:i, s:i, s:i, s:s}}", "account", "id", 1, "plan", 1,
			"storage_size",
			(json_int_t)catalog_num(&r->account->catalog, 0,
				"SELECT sum(bytes) FROM tables", ""),
			"guaranteed_cores", 0, "maximum_cores", 0, "presto_plan", 0, "created_at",
			"2014-01-01 00:00:00 UTC"));
}

const struct route misc_routes[] = {
	{ "GET", "system/server_status", NOBODY, .handle = server_status },
	{ "GET", "user/list", MASTER, .handle = user_list },
	{ "GET", "user/show", MASTER, .handle = user_show },
	{ "GET", "user/apikey/list/:", MASTER, .handle = apikey_list },
	{ "GET", "user/apikey/validate", MASTER, .handle = apikey_validate },
	{ "POST", "user/authenticate", NOBODY, .handle = authenticate },
	{ "GET", "account/show", MASTER, .handle = account_show },
	{ 0 },
};

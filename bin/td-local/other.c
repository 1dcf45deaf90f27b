/* Routes that belong to no object: the service's state, users, and td-local's own controls. */
#include "fault.h"
#include "local.h"

#include <string.h>

static void server_status(struct req *r)
{
	req_json(r, json_pack("{s:s}", "status", "ok"));
}

static json_t *user(void)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s}", "id", 1, "first_name", "td-local", "last_name", "", "name",
	                 "td-local", "email", "td-local@localhost", "phone", "", "administrator", 1, "created_at", "2014-01-01T00:00:00Z",
	                 "updated_at", "2014-01-01T00:00:00Z");
}

static void user_list(struct req *r)
{
	req_json(r, json_pack("{s:[o]}", "users", user()));
}

static void user_show(struct req *r)
{
	req_json(r, user());
}

static void account_show(struct req *r)
{
	req_json(r, json_pack("{s:{s:i, s:i, s:I, s:n, s:i, s:s}}", "account", "id", 1, "plan", 1, "storage_size",
	                      (json_int_t)cat_num(&r->l->cat, 0, "SELECT sum(bytes) FROM tables", ""), "guaranteed_cores", "maximum_cores", 2,
	                      "created_at", "2014-01-01T00:00:00Z"));
}

static void faults_show(struct req *r)
{
	buf_init(&r->raw, 2 << 20);
	faults_list(r->l->faults, &r->raw);
	r->type = "text/plain; charset=utf-8";
	r->status = 200;
}

/* One fault a line. */
static void faults_post(struct req *r)
{
	char *save = NULL;
	struct fail f = { 0 };

	for (char *line = strtok_r((char *)(uintptr_t)buf_text(&r->body), "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save))
		if (faults_add(r->l->faults, line, &f)) {
			req_error(r, 422, "%s", f.why);
			return;
		}
	faults_show(r);
}

static void faults_delete(struct req *r)
{
	faults_clear(r->l->faults);
	faults_show(r);
}

const struct route other_routes[] = {
	{ "GET", "system/server_status", NOBODY, .handle = server_status },
	{ "GET", "user/list", MASTER, .handle = user_list },
	{ "GET", "user/show", MASTER, .handle = user_show },
	{ "GET", "account/show", MASTER, .handle = account_show },
	{ "GET", "local/faults", NOBODY, .prepare = faults_show },
	{ "POST", "local/faults", NOBODY, .prepare = faults_post },
	{ "DELETE", "local/faults", NOBODY, .prepare = faults_delete },
	{ 0 },
};

/* Routes that belong to no object: the service's state, users, and td-local's own controls. */
#include "http/faults.h"
#include "http/journal.h"
#include "jobs/due.h"
#include "routes/routes.h"

#include <stdlib.h>
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

static void faults_show(struct request *r)
{
	buf_init(&r->raw, 2 << 20);
	faults_list(r->service->faults, &r->raw);
	r->type = "text/plain; charset=utf-8";
	r->status = 200;
}

/* One fault a line; all of them or none. */
static void faults_post(struct request *r)
{
	struct fail f = { 0 };

	if (faults_add_all(r->service->faults, buf_text(&r->body), &f))
		answer_error(r, 422, "%s", f.why);
	else
		faults_show(r);
}

static void faults_delete(struct request *r)
{
	faults_clear(r->service->faults);
	faults_show(r);
}

/* The test clock: an epoch to stand at, +N to go on, "real" to run again. */
static void clock_post(struct request *r)
{
	const char *s = buf_text(&r->body);
	char *end;
	long long n = strtoll(s, &end, 10);
	int64_t before = td_clock_now();

	end += strspn(end, "\r\n");
	if (strcmp(s, "real") == 0)
		td_clock_set(-1);
	else if (end == s || *end || n < 0 || n > INT64_C(253402300799)) {
		answer_error(r, 422, "the clock takes an epoch, +N or real");
		return;
	} else {
		td_clock_set(*s == '+' ? td_clock_now() + n : n);
	}
	if (td_clock_now() < before)
		due_start(&r->service->queue);
	answer_json(r, json_pack("{s:I}", "now", (json_int_t)td_clock_now()));
	queue_kick(&r->service->queue);
}

static void clock_show(struct request *r)
{
	answer_json(r, json_pack("{s:I}", "now", (json_int_t)td_clock_now()));
}

/* Ready is what answers at all; nobody is asked for a key. */
static void health(struct request *r)
{
	answer_json(r, json_pack("{s:s, s:b}", "version", TD_VERSION, "ready", 1));
}

static void requests_show(struct request *r)
{
	answer_json(r, json_pack("{s:o}", "requests", journal_json(r->service->journal)));
}

static void requests_delete(struct request *r)
{
	journal_clear(r->service->journal);
	requests_show(r);
}

/* As it was at the start of a new data directory: nothing but the samples. */
static void reset_all(struct request *r)
{
	struct fail f = { 0 };

	queue_forget(&r->service->queue);
	if (account_reset(r->account, r->service->samples, &f))
		answer_fail(r, &f);
	faults_clear(r->service->faults);
	journal_clear(r->service->journal);
	if (!r->status)
		answer_json(r, json_pack("{s:s}", "status", "ok"));
}

const struct route misc_routes[] = {
	{ "GET", "system/server_status", NOBODY, .handle = server_status },
	{ "GET", "user/list", MASTER, .handle = user_list },
	{ "GET", "user/show", MASTER, .handle = user_show },
	{ "GET", "user/apikey/list/:", MASTER, .handle = apikey_list },
	{ "GET", "user/apikey/validate", MASTER, .handle = apikey_validate },
	{ "POST", "user/authenticate", NOBODY, .handle = authenticate },
	{ "GET", "account/show", MASTER, .handle = account_show },
	{ "GET", "local/health", NOBODY, .prepare = health },
	{ "GET", "local/requests", MASTER, .prepare = requests_show },
	{ "DELETE", "local/requests", MASTER, .prepare = requests_delete },
	{ "POST", "local/reset", MASTER, .prepare = reset_all },
	{ "GET", "local/clock", MASTER, .prepare = clock_show },
	{ "POST", "local/clock", MASTER, .prepare = clock_post },
	{ "GET", "local/faults", MASTER, .prepare = faults_show },
	{ "POST", "local/faults", MASTER, .prepare = faults_post },
	{ "DELETE", "local/faults", MASTER, .prepare = faults_delete },
	{ 0 },
};

/* What a client asks of a job or a schedule, checked. */
#include "routes/asked.h"
#include "http/answer.h"
#include "http/params.h"
#include "jobs/destination.h"
#include "store/jsontext.h"
#include "value/tdtime.h"

#include <stdlib.h>
#include <string.h>

/* "stable", a Hive such as "cdh4", or a number such as 0.205 and 2020.1. */
static bool engine_version(const char *s)
{
	const char *end = s + strspn(s, "abcdefghijklmnopqrstuvwxyz");

	end += strspn(end, "0123456789._-");
	return *end == '\0';
}

bool asked_type_bad(struct request *r, const char *type)
{
	const char *version = params_text(r, "engine_version");

	if (type && strcmp(type, "presto") != 0 && strcmp(type, "trino") != 0 &&
		strcmp(type, "hive") != 0)
		answer_error(r, 422,
			"Validation failed: Job type '%.100s' is not supported by td-local", type);
	else if (version && !engine_version(version))
		answer_error(r, 422, "Job engine version is invalid");
	return r->status != 0;
}

bool asked_key_taken(struct request *r, const char *key)
{
	char *id = key ? catalog_text(&r->account->catalog,
				 "SELECT id FROM jobs WHERE domain_key = ?1", "s", key)
		       : NULL;

	if (!id)
		return false;
	answer_error(r, 409, "Domain key has already been taken");
	json_object_set_new(r->json, "details", json_pack("{s:s}", "conflicts_with", id));
	free(id);
	return true;
}

int64_t asked_time(const char *time)
{
	static const struct tdtime rules = { .unit = 1 };
	int64_t t;

	return time && !tdtime_parse(&rules, time, strlen(time), &t) ? t : -1;
}

int asked_take(struct request *r, struct asked *a)
{
	const char *scheduled = params_text(r, "scheduled_time");

	*a = (struct asked){ .key = params_text(r, "domain_key"),
		.scheduled = asked_time(scheduled) };
	if (params_int(r, "priority", -2, 2, 0, &a->priority) ||
		params_int(r, "retry_limit", 0, 32, 0, &a->retries) || asked_key_taken(r, a->key))
		return -1;
	if (scheduled && a->scheduled < 0) {
		answer_error(r, 422,
			"Validation failed: 'scheduled_time' must be an epoch or ISO 8601");
		return -1;
	}
	return asked_destination(r, &a->destination);
}

/* result_connection_id, and the settings that say which table. */
static char *from_connection(struct request *r, const char *id, struct fail *f)
{
	char *url = catalog_text(&r->account->catalog, "SELECT url FROM results WHERE rowid = ?1",
		     "s", id),
	     *out = NULL;
	const char *settings = params_text(r, "result_connection_settings");
	json_t *j = settings ? jsontext_parse(settings, strlen(settings)) : json_object();

	if (!url)
		fail_set(f, FAIL_DATA, "Couldn't find Connection with id = %.100s", id);
	else if (!json_is_object(j))
		fail_set(f, FAIL_DATA, "result_connection_settings is not a JSON object");
	else
		out = destination_table(url, j, f);
	json_decref(j);
	destination_free(url);
	return out;
}

int asked_destination(struct request *r, char **text)
{
	const char *id = params_text(r, "result_connection_id"), *result = params_text(r, "result");
	struct fail f = { 0 };
	char *url;

	*text = NULL;
	if (!id && !result)
		return 0;
	*text = id               ? from_connection(r, id, &f)
		: *result == '{' ? destination_json(result, &f)
				 : destination_clean(result);
	if (*text && destination_elsewhere(*text))
		return 0; /* it fails when it runs */
	url = *text ? destination_url(&r->account->catalog, *text, &f) : NULL;
	if (!url) {
		answer_error(r, 422, "Validation failed: %s", f.why);
		destination_free(*text);
		*text = NULL;
		return -1;
	}
	destination_free(url);
	return 0;
}

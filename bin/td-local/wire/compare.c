/* Comparing two JSON documents member by member. */
#include "wire/compare.h"
#include "base/mem.h"
#include "wire/masked.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { PLACE_MAX = 400 };

/* Differ from service to service, or from run to run. */
static bool varies(const char *name)
{
	static const char *const names[] = { "id", "job", "job_id", "account_id", "user_id",
		"conflicts_with", "created_at", "updated_at", "start_at", "end_at", "start",
		"next_time", "scheduled_at", "duration", "cpu_time", "result_size", "num_records",
		"estimated_storage_size", "storage_size", "counter_updated_at",
		"last_log_timestamp", "last_import", "url", "result", "md5_hex", "elapsed_time",
		"error", "message", "text", "stacktrace", "count", "plan", "guaranteed_cores",
		"maximum_cores", "presto_plan", "now", "unique_id", "debug", "permission",
		"query" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static const char *type_name(const json_t *j)
{
	return json_is_object(j) ? "an object"
		: json_is_array(j) ? "an array"
		: json_is_string(j) ? "text"
		: json_is_boolean(j) ? "true or false"
		: json_is_number(j) ? "a number"
				    : "null";
}

static bool same_type(const json_t *a, const json_t *b)
{
	return strcmp(type_name(a), type_name(b)) == 0;
}

static void objects(const json_t *theirs, const json_t *ours, const char *before, struct buf *out)
{
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)theirs, name, v) {
		char *place = mem_printf("%.*s.%s", PLACE_MAX, before, name);
		const json_t *w = json_object_get(ours, name);

		if (!w)
			buf_printf(out, "%s is missing\n", place);
		else if (varies(name) && (json_is_null(v) || json_is_null(w)))
			; /* not there yet */
		else if (!varies(name) || !same_type(v, w) || json_is_object(v))
			compare_json(v, w, place, out);
		free(place);
	}
	json_object_foreach((json_t *)ours, name, v)
		if (!json_object_get(theirs, name))
			buf_printf(out, "%s.%s is not in the recording\n", before, name);
}

void compare_json(const json_t *theirs, const json_t *ours, const char *before, struct buf *out)
{
	char *place, *a, *b;

	if (json_is_string(theirs) && strcmp(json_string_value(theirs), MASKED) == 0)
		return;
	if (!same_type(theirs, ours)) {
		buf_printf(out, "%s is %s, recorded %s\n", before, type_name(ours),
			type_name(theirs));
	} else if (json_is_object(theirs)) {
		objects(theirs, ours, before, out);
	} else if (json_is_array(theirs)) {
		place = mem_printf("%.*s[0]", PLACE_MAX, before);
		if (json_array_size(theirs) && json_array_size(ours))
			compare_json(json_array_get(theirs, 0), json_array_get(ours, 0), place,
				out);
		free(place);
	} else if (!json_equal(theirs, ours)) {
		a = json_dumps(ours, JSON_ENCODE_ANY);
		b = json_dumps(theirs, JSON_ENCODE_ANY);
		buf_printf(out, "%s is %.200s, recorded %.200s\n", before, a, b);
		free(a);
		free(b);
	}
}

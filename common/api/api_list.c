/* Lists: databases, tables, sessions, parts. */
#include "api/api_call.h"
#include "base/mem.h"

#include <stdlib.h>

static void read_name(struct api_name *to, const json_t *j)
{
	const char *name = json_is_string(j) ? json_string_value(j) : api_string(j, "name");

	to->name = mem_string(name ? name : "");
	to->id = api_int(j, "id", -1);
	to->count = api_int(j, "count", -1);
	api_text(j, "permission", to->permission, sizeof to->permission);
	api_text(j, "status", to->state, sizeof to->state);
}

static int read_list(struct api *a, struct api_call *c, const char *member, struct api_name **list,
	size_t *n, struct fail *f)
{
	json_t *j = api_call_json(a, c, f), *one;
	const json_t *all = json_object_get(j, member);
	size_t i;

	if (!j)
		return -1;
	if (!json_is_array(all)) {
		json_decref(j);
		return fail_set(f, FAIL_REFUSED, "%s answered without a list: is it Treasure Data?",
			a->host);
	}
	*n = json_array_size(all);
	*list = mem_zero(*n, sizeof **list);
	json_array_foreach(all, i, one)
		read_name(*list + i, one);
	json_decref(j);
	return 0;
}

static int list_of(struct api *a, enum endpoint e, const char *of, const char *member,
	struct api_name **list, size_t *n, struct fail *f)
{
	struct api_call c = { .e = e, .seg = { of } };
	int rc;

	*list = NULL;
	*n = 0;
	rc = api_call(a, &c, f) || read_list(a, &c, member, list, n, f) ? -1 : 0;
	api_call_free(&c);
	return rc;
}

int api_database_list(struct api *a, struct api_name **list, size_t *n, struct fail *f)
{
	return list_of(a, DATABASE_LIST, NULL, "databases", list, n, f)
		? fail_at(f, "cannot list the databases")
		: 0;
}

int api_table_list(struct api *a, const char *db, struct api_name **list, size_t *n, struct fail *f)
{
	return list_of(a, TABLE_LIST, db, "tables", list, n, f)
		? fail_at(f, "cannot list the tables of %s", db)
		: 0;
}

int api_session_list(struct api *a, struct api_name **list, size_t *n, struct fail *f)
{
	return list_of(a, SESSION_LIST, NULL, "bulk_imports", list, n, f)
		? fail_at(f, "cannot list the sessions")
		: 0;
}

int api_session_parts(struct api *a, const char *name, struct api_name **list, size_t *n,
	struct fail *f)
{
	return list_of(a, SESSION_PARTS, name, "parts", list, n, f)
		? fail_at(f, "cannot list the parts of session %s", name)
		: 0;
}

int api_list(struct api *a, enum api_list which, const char *of, json_t **all, struct fail *f)
{
	static const struct { enum endpoint e; const char *member; } lists[] = {
		[API_DATABASES] = { DATABASE_LIST, "databases" },
		[API_TABLES] = { TABLE_LIST, "tables" }, [API_JOBS] = { JOB_LIST, "jobs" },
	};
	struct api_call c = { .e = lists[which].e };
	json_t *j;

	if (which == API_JOBS)
		c.query = of;
	else
		c.seg[0] = of;
	*all = NULL;
	j = api_call(a, &c, f) ? NULL : api_call_json(a, &c, f);
	api_call_free(&c);
	*all = json_incref(json_object_get(j, lists[which].member));
	if (j && !json_is_array(*all))
		fail_set(f, FAIL_REFUSED, "%s answered without a list: is it Treasure Data?",
			a->host);
	json_decref(j);
	if (json_is_array(*all))
		return 0;
	json_decref(*all);
	*all = NULL;
	return fail_at(f, "cannot list the %s%s%s", lists[which].member,
		which == API_TABLES ? " of " : "", which == API_TABLES ? of : "");
}

void api_names_free(struct api_name *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i].name);
	free(list);
}

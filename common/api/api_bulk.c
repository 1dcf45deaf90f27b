/* Bulk import sessions: one function an endpoint, and the wait for a lost answer's outcome. */
#include "api/api_call.h"

#include <string.h>

int api_session_create(struct api *a, const char *name, const char *db, const char *table,
	enum api_made *made, struct fail *f)
{
	struct api_call c = { .e = SESSION_CREATE, .seg = { name, db, table } };
	int rc = api_call(a, &c, f);
	const bool there = api_made(a, &c, rc, made, f);

	api_call_free(&c);
	return there ? 0 : fail_at(f, "cannot create session %s", name);
}

static enum api_session_state state(const char *text)
{
	static const char *const names[] = { "uploading", "performing", "ready", "committing",
		"committed" };

	for (unsigned i = 0; text && i < sizeof names / sizeof *names; i++)
		if (strcmp(text, names[i]) == 0)
			return (enum api_session_state)i;
	return API_SESSION_OTHER;
}

static void read_session(struct api_session *s, const json_t *j)
{
	s->state = state(api_string(j, "status"));
	s->frozen = json_is_true(json_object_get(j, "upload_frozen"));
	api_text(j, "job_id", s->job_id, sizeof s->job_id);
	api_text(j, "database", s->database, sizeof s->database);
	api_text(j, "table", s->table, sizeof s->table);
	s->valid_records = api_int(j, "valid_records", -1);
	s->error_records = api_int(j, "error_records", -1);
	s->valid_parts = api_int(j, "valid_parts", -1);
	s->error_parts = api_int(j, "error_parts", -1);
}

int api_session_show(struct api *a, const char *name, struct api_session *s, struct fail *f)
{
	struct api_call c = { .e = SESSION_SHOW, .seg = { name } };
	int rc = api_call(a, &c, f);
	json_t *j;

	*s = (struct api_session){ .state = API_SESSION_GONE,
		.valid_records = -1,
		.error_records = -1,
		.valid_parts = -1,
		.error_parts = -1 };
	if (rc && api_forgive(a, 404, f)) {
		rc = 0;
	} else if (rc == 0) {
		j = api_call_json(a, &c, f);
		if (j)
			read_session(s, j);
		rc = j ? 0 : -1;
		json_decref(j);
	}
	api_call_free(&c);
	return rc ? fail_at(f, "cannot read session %s", name) : 0;
}

int api_session_upload(struct api *a, const char *name, const char *part,
	const struct http_piece *p, size_t pieces, struct fail *f)
{
	struct api_call c = {
		.e = SESSION_UPLOAD, .seg = { name, part }, .body = p, .pieces = pieces
	};

	return api_send(a, &c, 0, f) ? fail_at(f, "upload of part %s", part) : 0;
}

int api_session_part_delete(struct api *a, const char *name, const char *part, struct fail *f)
{
	struct api_call c = { .e = SESSION_PART_DELETE, .seg = { name, part } };

	return api_send(a, &c, 404, f)
		       ? fail_at(f, "cannot delete part %s of session %s", part, name)
		       : 0;
}

int api_session_unfreeze(struct api *a, const char *name, struct fail *f)
{
	struct api_call c = { .e = SESSION_UNFREEZE, .seg = { name } };

	return api_send(a, &c, 0, f) ? fail_at(f, "cannot unfreeze session %s", name) : 0;
}

int api_session_freeze(struct api *a, const char *name, struct fail *f)
{
	struct api_call c = { .e = SESSION_FREEZE, .seg = { name } };

	return api_send(a, &c, 409, f) ? fail_at(f, "cannot freeze session %s", name) : 0;
}

int api_session_perform(struct api *a, const char *name, struct fail *f)
{
	struct api_call c = { .e = SESSION_PERFORM, .seg = { name } };

	return api_send(a, &c, 0, f) ? fail_at(f, "cannot perform session %s", name) : 0;
}

int api_session_commit(struct api *a, const char *name, struct fail *f)
{
	struct api_call c = { .e = SESSION_COMMIT, .seg = { name } };

	return api_send(a, &c, 0, f) ? fail_at(f, "cannot commit session %s", name) : 0;
}

int api_session_delete(struct api *a, const char *name, struct fail *f)
{
	struct api_call c = { .e = SESSION_DELETE, .seg = { name } };

	return api_send(a, &c, 404, f) ? fail_at(f, "cannot delete session %s", name) : 0;
}

int api_session_errors(struct api *a, const char *name, struct sink *to, struct fail *f)
{
	struct api_call c = { .e = SESSION_ERRORS, .seg = { name }, .to = to };

	return api_send(a, &c, 0, f)
		       ? fail_at(f, "cannot read the error records of session %s", name)
		       : 0;
}

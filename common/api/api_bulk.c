/* Bulk import sessions: one function an endpoint, and the wait for a lost answer's outcome. */
#include "api/api_call.h"
#include "sys/clock.h"
#include "base/die.h"

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
	return rc ? fail_at(f, "cannot look at session %s", name) : 0;
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

/* Has perform or commit done its work? 1 yes, 0 no (it may be sent again), -1 it cannot be said. */
static int has_begun(struct api *a, const char *name, enum endpoint e, struct fail *f)
{
	struct api_session s;

	if (api_session_show(a, name, &s, f))
		return -1;
	switch (s.state) {
	/* a perform whose job has failed comes back to here, but leaves the job's number */
	case API_UPLOADING:
		return e == SESSION_PERFORM ? s.job_id[0] != '\0' : -1;
	case API_PERFORMING:
		return e == SESSION_PERFORM ? 1 : -1;
	case API_READY:
		return e == SESSION_PERFORM;
	case API_COMMITTING:
	case API_COMMITTED:
		return 1;
	default:
		return -1;
	}
}

/*
 * perform and commit: the server refuses them in the wrong state, so that a repeat after a look can
 * do no harm: if the first one was only late, the second is refused (409, 422), and the next look
 * says that the work is under way. unknown: an earlier one may be under way already.
 */
static int step(struct api *a, const char *name, enum endpoint e, const char *what, bool unknown,
	struct fail *f)
{
	static const struct retry_outcome lost = { 0, true, -1 };
	const uint64_t start = clock_ms();

	for (unsigned i = 0;; i++) {
		struct api_call c = { .e = e, .seg = { name } };
		struct fail why = { 0 };
		int rc = api_call(a, &c, &why), begun;
		int64_t wait;

		unknown = unknown || c.maybe_done || why.kind == FAIL_UNKNOWN;
		api_call_free(&c);
		if (rc == 0)
			return 0;
		if (!unknown || (why.kind != FAIL_UNKNOWN && why.kind != FAIL_REFUSED)) {
			fail_set(f, unknown ? FAIL_UNKNOWN : why.kind, "%s", why.why);
			return fail_at(f, "cannot %s session %s", what, name);
		}
		begun = has_begun(a, name, e, f);
		if (begun == 1)
			return 0;
		wait = retry_wait(&a->retry, true, &lost, i, clock_ms() - start, clock_random());
		if (begun < 0 || wait == RETRY_STOP || why.kind == FAIL_REFUSED) {
			/* that the look failed is less news than why one was needed */
			f->kind = FAIL_NONE;
			fail_set(f, begun == 0 ? FAIL_TEMP : FAIL_UNKNOWN, "%s", why.why);
			return fail_at(f, "cannot %s session %s", what, name);
		}
		note("%s; the session shows that nothing was done: once more", why.why);
		if (clock_sleep_or((uint64_t)wait, a->stop, f))
			return -1;
	}
}

int api_session_perform(struct api *a, const char *name, struct fail *f)
{
	return step(a, name, SESSION_PERFORM, "perform", false, f);
}

int api_session_commit(struct api *a, const char *name, bool again, struct fail *f)
{
	return step(a, name, SESSION_COMMIT, "commit", again, f);
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

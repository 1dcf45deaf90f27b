/*
 * td-put: carries out what common/td/append asks for, and says what it decided. Nothing is decided
 * here.
 */
#include "put.h"

#include "base/die.h"
#include "base/mem.h"
#include "base/sig.h"
#include "frame/gzip.h"
#include "sys/clock.h"
#include "td/append.h"

#include <string.h>

enum { POLL_FIRST_MS = 20, POLL_LAST_MS = 3000, AGAIN_MS = 500, TIDY_MS = 10000 };

/* One run of the machine. */
struct run {
	struct load *l;
	struct append a;
	struct api_session session; /* as it was seen last */
	struct fail why;            /* the last refusal, silence or signal */
	uint64_t poll_ms;           /* before the next poll; 0: at once */
	bool fresh;                 /* the session was made by this run */
	bool unanswered;            /* whether it was made is not known */
	bool begun;                 /* columns and receipt are done */
	bool closed;                /* it takes no more parts */
	bool held;                  /* signals wait */
};

/* --- one ask --- */

/* What a request came to. */
static uint8_t heard(struct run *u, int rc, const struct fail *why)
{
	const int status = api_status(u->l->api);

	if (rc == 0)
		return APPEND_DONE;
	u->why = *why;
	if (why->kind == FAIL_SIGNAL)
		return APPEND_STOPPED;
	if (why->kind == FAIL_TEMP || why->kind == FAIL_UNKNOWN)
		return APPEND_SILENT;
	if (why->kind == FAIL_REFUSED && status == 404)
		return APPEND_ABSENT;
	return why->kind == FAIL_REFUSED && (status == 409 || status == 422) ? APPEND_CONFLICT
									     : APPEND_REFUSED;
}

/* What our own work came to; only where the service refused it is another run to be suspected. */
static uint8_t worked(struct run *u, int rc, const struct fail *why)
{
	if (rc == 0)
		return APPEND_DONE;
	u->why = *why;
	return why->kind == FAIL_REFUSED ? APPEND_REFUSED : APPEND_STOPPED;
}

static uint8_t create(struct run *u)
{
	struct load *l = u->l;
	struct fail why = { 0 };
	enum api_made made;
	int rc = api_session_create(l->api, l->session, l->to.database, l->into, &made, &why);

	u->unanswered = rc && api_status(l->api) == 0;
	if (rc == 0 && made == API_WAS_THERE)
		return APPEND_CONFLICT;
	u->fresh = rc == 0 && made == API_MADE;
	return rc == 0 && made == API_MAYBE_MADE ? APPEND_SILENT : heard(u, rc, &why);
}

static int pause_before_look(struct run *u, bool wait, struct fail *f)
{
	struct progress *p = &u->l->progress;

	if (!wait)
		return 0;
	if (u->poll_ms == 0)
		progress_start(p);
	if (u->l->until_ms > 0 && clock_ms() > u->l->until_ms)
		return fail_set(f, FAIL_TEMP, "session %s is not done within --wait %llu s",
			u->l->session, (unsigned long long)u->l->o->wait_s);
	if (u->poll_ms > 0 && progress_due(p))
		progress_say(p, "%s, %llu s",
			u->a.sent ? "the service publishes the rows"
				  : "the service checks the rows",
			(unsigned long long)progress_seconds(p));
	if (u->poll_ms > 0 && clock_sleep(u->poll_ms, f))
		return -1;
	u->poll_ms = u->poll_ms == 0                     ? POLL_FIRST_MS
		     : u->poll_ms * 3 / 2 < POLL_LAST_MS ? u->poll_ms * 3 / 2
							 : POLL_LAST_MS;
	return 0;
}

static struct append_seen look(struct run *u, bool wait)
{
	static const uint8_t states[] = { [API_UPLOADING] = APPEND_UPLOADING,
		[API_PERFORMING] = APPEND_PERFORMING,
		[API_READY] = APPEND_READY,
		[API_COMMITTING] = APPEND_COMMITTING,
		[API_COMMITTED] = APPEND_COMMITTED,
		[API_SESSION_GONE] = APPEND_GONE,
		[API_SESSION_OTHER] = APPEND_OTHER };
	const struct load *l = u->l;
	struct append_seen s = { .id = -1 };
	struct api_session *now = &u->session;
	struct fail why = { 0 };
	int rc = pause_before_look(u, wait, &why);

	if (rc == 0)
		rc = api_session_show(l->api, l->session, now, &why);
	s.result = rc ? heard(u, rc, &why) : APPEND_DONE;
	if (rc)
		return s;
	s.state = states[now->state];
	s.frozen = now->frozen;
	s.elsewhere =
		now->state != API_SESSION_GONE &&
		(strcmp(now->database, l->to.database) != 0 || strcmp(now->table, l->into) != 0);
	s.job = *now->job_id ? (uint32_t)crc32(
				       0, (const Bytef *)now->job_id, (uInt)strlen(now->job_id)) |
				       1
			     : 0;
	if (l->o->commit && now->state != API_UPLOADING && now->state != API_SESSION_GONE)
		u->closed = now->state != API_COMMITTED;
	return s;
}

static struct append_seen look_at_table(struct run *u)
{
	const struct load *l = u->l;
	struct append_seen s = { .id = -1 };
	struct api_table t;
	struct fail why = { 0 };
	int rc = api_table_show(l->api, l->to.database, l->into, &t, &why);

	s.result = heard(u, rc, &why);
	if (rc)
		return s;
	if (!t.exists)
		s.result = APPEND_ABSENT;
	s.id = t.id;
	api_table_free(&t);
	return s;
}

/* Parts that the session has already are not sent again. */
static uint8_t send_parts(struct run *u)
{
	struct load *l = u->l;
	struct fail why = { 0 };
	int rc = 0;

	if (!u->fresh && l->names.wanted) {
		note("going on with session %s", l->session);
		rc = parts_list(l, &l->names.there, &l->names.there_n, &why) < 0 ? -1 : 0;
	} else {
		note("session %s loads into %s.%s", l->session, l->to.database, l->into);
	}
	if (rc == 0) {
		l->upload = upload_open(&l->conf, &l->o->api, l->o->jobs, parts_send, pump_tick,
			l);
		rc = pump_input(l, &why) || upload_finish(l->upload, &why) ||
		     (l->o->once && parts_settle(l, &why));
	}
	if (rc == 0 && l->o->no_commit)
		rc = session_schema(l, &why) || paper_begin(l, &why);
	return worked(u, rc, &why);
}

static uint8_t read_input(struct run *u)
{
	struct fail why = { 0 };
	int rc = pump_input(u->l, &why) || session_check_same(u->l, &u->session, &why);

	return worked(u, rc, &why);
}

/* Counts, columns, and the first half of the receipt: after this only the commit is missing. */
static uint8_t check(struct run *u)
{
	struct load *l = u->l;
	struct fail why = { 0 };
	const bool already = u->session.state == API_COMMITTED;
	int rc = session_check_counts(l, &u->session, &why);

	if (rc == 0 && !u->begun)
		rc = (!already && session_schema(l, &why)) || paper_begin(l, &why);
	u->begun = rc == 0;
	if (rc == 0)
		return APPEND_DONE;
	u->why = why;
	return why.kind == FAIL_SIGNAL ? APPEND_STOPPED : APPEND_REFUSED;
}

/* A second one, where the service did nothing, not at once. */
static uint8_t request(struct run *u, uint8_t what)
{
	const struct load *l = u->l;
	struct fail why = { 0 };
	const unsigned again = what == APPEND_PUBLISH ? u->a.rounds - 1U : u->a.tries;
	int rc = again > 0 && again < 16 ? clock_sleep((uint64_t)AGAIN_MS << (again - 1), &why) : 0;

	u->poll_ms = 0;
	if (rc)
		return heard(u, rc, &why);
	if (what == APPEND_PUBLISH)
		return heard(u, api_session_commit(l->api, l->session, &why), &why);
	return heard(u, api_session_perform(l->api, l->session, &why), &why);
}

static uint8_t withdraw(struct run *u)
{
	upload_close(u->l->upload);
	u->l->upload = NULL;
	if (u->l->o->once) /* the same command goes on with them */
		return APPEND_DONE;
	return parts_withdraw(u->l, FAIL_IGNORED) ? APPEND_REFUSED : APPEND_DONE;
}

/* No part may arrive after its session is gone. */
static uint8_t delete_session(struct run *u)
{
	struct load *l = u->l;
	struct fail why = { 0 };
	int rc;

	upload_close(l->upload);
	l->upload = NULL;
	rc = api_session_delete(l->api, l->session, &why);
	if (rc == 0)
		return api_status(l->api) == 404 ? APPEND_ABSENT : APPEND_DONE;
	if (u->a.status == FAIL_NONE)
		warn("the rows are in, but: %s", why.why);
	return APPEND_SILENT;
}

/*
 * An append cannot be taken back once its commit is sent: a signal waits until the outcome is
 * known, and while a failure is cleaned up, but not for a clean-up after success. A second one
 * kills.
 */
static void hold(struct run *u, uint8_t what)
{
	const bool tidying = what == APPEND_DELETE || what == APPEND_WITHDRAW;
	const bool on =
		tidying ? u->a.status != FAIL_NONE
			: u->l->to.mode == TDURL_APPEND && (u->a.sent || what == APPEND_PUBLISH);

	if (tidying)
		api_hurry(u->l->api);
	if (tidying && u->a.status == FAIL_NONE)
		api_until(u->l->api, clock_ms() + TIDY_MS);
	if (on != u->held)
		sig_hold(on);
	u->held = on;
}

static struct append_seen carry_out(struct run *u, const struct append_ask *ask)
{
	const struct load *l = u->l;
	struct append_seen s = { .id = -1 };
	struct fail why = { 0 };

	hold(u, ask->what);
	switch ((enum append_do)ask->what) {
	case APPEND_CREATE:
		s.result = create(u);
		break;
	case APPEND_LOOK:
		return look(u, ask->wait);
	case APPEND_TABLE:
		return look_at_table(u);
	case APPEND_SEND:
		s.result = send_parts(u);
		break;
	case APPEND_READ:
		s.result = read_input(u);
		break;
	case APPEND_PARTS:
		s.result = worked(u, session_check_parts(u->l, &why), &why);
		break;
	case APPEND_FREEZE:
		s.result = heard(u, api_session_freeze(l->api, l->session, &why), &why);
		u->closed = l->o->commit && s.result == APPEND_DONE;
		break;
	case APPEND_UNFREEZE:
		s.result = heard(u, api_session_unfreeze(l->api, l->session, &why), &why);
		break;
	case APPEND_PERFORM:
	case APPEND_PUBLISH:
		s.result = request(u, ask->what);
		break;
	case APPEND_CHECK:
		s.result = check(u);
		break;
	case APPEND_WITHDRAW:
		s.result = withdraw(u);
		break;
	case APPEND_DELETE:
		s.result = delete_session(u);
		break;
	case APPEND_END:
		break;
	}
	return s;
}

/* --- the verdict in words --- */

static int replaced_since(const struct run *u, struct fail *f)
{
	const struct load *l = u->l;
	const char *db = u->session.database, *table = u->session.table;

	if (u->a.status == FAIL_GUARD)
		return fail_set(f, FAIL_GUARD,
			"session %s was committed, and %s.%s was replaced or dropped since: its "
			"rows are "
			"%s%s; use another KEY to append them again",
			l->session, l->to.database, l->to.table,
			*table ? "in table " : "gone with the table", table);
	return fail_set(f, FAIL_UNKNOWN,
		"the rows were published, but %s.%s was replaced or dropped meanwhile: look at the "
		"table "
		"that session %s shows (%s.%s), and at what replaced it",
		l->to.database, l->to.table, l->session, *db ? db : "none",
		*table ? table : "none");
}

static int doubt(const struct run *u, struct fail *f)
{
	const struct load *l = u->l;

	fail_set(f, l->o->once ? FAIL_TEMP : FAIL_UNKNOWN, "%s",
		u->why.kind ? u->why.why : "the service does not say that the commit was done");
	if (u->a.published)
		return fail_add(f, "; the rows are in the table that session %s shows", l->session);
	return fail_add(f,
		l->o->once ? "; the same command finds out what became of session %s"
			   : "; look at session %s: if it is committed, the rows are in the table",
		l->session);
}

static int words(struct run *u, struct fail *f)
{
	const struct load *l = u->l;
	const char *name = l->session;

	switch ((enum append_why)u->a.why) {
	case APPEND_WELL:
	case APPEND_ALREADY:
		return 0;
	case APPEND_CALLER:
		if (!u->why.kind)
			return fail_set(f, FAIL_TEMP, "the service does not show session %s", name);
		return fail_set(
			f, u->why.kind == FAIL_UNKNOWN ? FAIL_TEMP : u->why.kind, "%s", u->why.why);
	case APPEND_TAKEN:
		return fail_set(f, FAIL_TEMP, "session %s exists already", name);
	case APPEND_NO_SESSION:
		return fail_set(f, FAIL_REFUSED,
			l->o->commit && !u->closed ? "there is no session %s"
						   : "session %s has vanished",
			name);
	case APPEND_ELSEWHERE:
		return fail_set(f, FAIL_REFUSED, "session %s loads into %s.%s", name,
			*u->session.database ? u->session.database : "no database",
			*u->session.table ? u->session.table : "no table");
	case APPEND_CLOSED:
		return fail_set(f, FAIL_REFUSED,
			u->session.state == API_COMMITTED ? "session %s is committed and takes no "
							    "more parts: use another NAME"
							  : "session %s takes no more parts",
			name);
	case APPEND_AHEAD:
		return fail_set(
			f, FAIL_TEMP, "another run is ahead with session %s: %s", name, u->why.why);
	case APPEND_FAILED:
		return session_import_failed(l, &u->session, f);
	case APPEND_STRANGE:
		return fail_set(f, FAIL_REFUSED,
			"session %s is in a state that this program does not know", name);
	case APPEND_TRIES:
		if (u->why.kind)
			return fail_set(f, u->why.kind == FAIL_REFUSED ? FAIL_REFUSED : FAIL_TEMP,
				"%s", u->why.why);
		return fail_set(f, FAIL_TEMP, "the service does not go on with session %s", name);
	case APPEND_REPLACED:
		return fail_set(f, FAIL_TEMP,
			"%s.%s was replaced or dropped while the rows were uploaded: nothing was "
			"published",
			l->to.database, l->to.table);
	case APPEND_REPLACED_SINCE:
		return replaced_since(u, f);
	case APPEND_DOUBT:
		return doubt(u, f);
	}
	return fail_set(f, FAIL_SYSTEM, "a verdict without words");
}

/* What stays, and what can be done with it. */
static void name_left(const struct run *u, struct fail *f)
{
	const struct load *l = u->l;
	const char *name = l->session;
	const bool passing = f->kind == FAIL_TEMP || f->kind == FAIL_SIGNAL ||
			     f->kind == FAIL_UNKNOWN || f->kind == FAIL_PIPE;

	if (u->a.why == APPEND_DOUBT || u->a.why == APPEND_REPLACED_SINCE)
		return;
	if (u->closed && u->a.why != APPEND_NO_SESSION)
		fail_add(f, "; session %s takes no more parts%s", name,
			passing ? "; the same command goes on with it"
			: f->kind == FAIL_DATA
				? ": --commit again with a --max-errors, or --discard it"
				: ": --commit again with what was wrong put right, or "
				  "--discard it");
	else if (l->o->once && l->names.n > 0)
		fail_add(f, "; the same command goes on with session %s", name);
	else if (u->a.left && l->o->no_commit)
		fail_add(f, "; parts of it may be in session %s", name);
	else if (u->a.left)
		fail_add(f, "; the bulk import session %s could not be removed", name);
	else if (u->unanswered && !l->o->once && !l->o->session)
		fail_add(f,
			"; the bulk import session %s may still be made (td-swap --gc removes it)",
			name);
}

int steps_run(struct load *l, const struct append_task *t, struct fail *f)
{
	struct run u = { .l = l };
	struct append_ask ask;
	int rc;

	append_start(&u.a, t, &ask);
	while (ask.what != APPEND_END) {
		const struct append_seen seen = carry_out(&u, &ask);

		append_next(&u.a, &seen, &ask);
	}
	if (u.held)
		sig_hold(false);
	l->receipt.already = u.a.why == APPEND_ALREADY;
	rc = words(&u, f);
	if (rc)
		name_left(&u, f);
	return rc ? -1 : 0;
}

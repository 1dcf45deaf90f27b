/* td-put: the tables and the bulk import session on the server. */
#include "put.h"

#include "sys/clock.h"
#include "base/die.h"
#include "base/md5.h"
#include "base/mem.h"
#include "base/sig.h"
#include "td/tempname.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

enum {
	POLL_FIRST_MS = 20,
	POLL_LAST_MS = 3000,
	RECOMMITS = 3,
	RECOMMIT_MS = 500,
	READY_MS = 10000
};

/* --- tables ---------------------------------------------------------------- */

static int make_table(struct load *l, const char *name, enum api_made *made, struct fail *f)
{
	const char *db = l->to.database;

	if (api_table_create(l->api, db, name, made, f) == 0)
		return 0;
	if (api_status(l->api) != 404)
		return -1;
	if (!l->o->create_database)
		return fail_at(f, "there is no database %s (make it, or say --create-database)",
			db);
	*f = (struct fail){ 0 };
	if (api_database_create(l->api, db, f))
		return -1;
	return api_table_create(l->api, db, name, made, f);
}

int session_table(struct load *l, struct fail *f)
{
	struct api_table made_table;
	enum api_made made;
	char *name;

	if (l->to.mode == TDURL_APPEND) {
		l->into = l->to.table;
		return l->target_known && l->target.exists ? 0 : make_table(l, l->into, &made, f);
	}
	name = tempname_table(l->to.table, api_time(l->api), clock_random());
	if (make_table(l, name, &made, f)) {
		l->unanswered = api_status(l->api) == 0;
		/* it may have been made all the same */
		if (f->kind == FAIL_TEMP || f->kind == FAIL_SIGNAL)
			l->temporary = name;
		else
			free(name);
		return -1;
	}
	if (made == API_WAS_THERE) {
		fail_set(f, FAIL_TEMP, "table %s.%s exists already", l->to.database, name);
		free(name);
		return -1;
	}
	l->into = l->temporary = name;
	l->receipt.temporary = mem_string(name);
	if (api_table_show(l->api, l->to.database, name, &made_table, f))
		return -1;
	l->receipt.temporary_id = made_table.id;
	api_table_free(&made_table);
	return 0;
}

/*
 * Columns that the loaded table does not have yet. `time` and `v` are everywhere and in no schema.
 */
static int new_columns(const struct load *l, struct schema *out, struct fail *f)
{
	const struct schema *all = &l->in.end.schema;

	if (l->to.mode == TDURL_TRUNCATE && schema_copy(out, &l->target.schema, f))
		return -1;
	for (size_t i = 0; i < all->n; i++) {
		const char *name = all->col[i].name;

		if (strcmp(name, "time") == 0 || strcmp(name, "v") == 0 || !all->col[i].type)
			continue;
		if (l->to.mode != TDURL_REPLACE && schema_find(&l->target.schema, name) >= 0)
			continue;
		if (schema_add(out, name, all->col[i].type, f))
			return -1;
	}
	return 0;
}

int session_schema(struct load *l, struct fail *f)
{
	struct schema columns = { 0 };
	int rc = new_columns(l, &columns, f);

	if (rc == 0 && columns.n)
		rc = api_schema_append(l->api, l->to.database, l->into, &columns, f);
	schema_free(&columns);
	if (rc && api_status(l->api) == 403 && f->kind == FAIL_KEY) {
		warn("%s; the types of new columns are left to the service", f->why);
		*f = (struct fail){ 0 };
		rc = 0;
	}
	return rc;
}

/* --- the session ----------------------------------------------------------- */

/* Why an import job failed, in the service's words, as far as the key may ask. */
static int import_failed(struct load *l, const struct api_session *s, struct fail *f)
{
	struct fail ignored = { 0 };
	struct api_job job = { 0 };

	if (s->state == API_SESSION_GONE)
		return fail_set(f, FAIL_REFUSED, "session %s has vanished", l->session);
	if (*s->job_id)
		api_job_show(l->api, s->job_id, &job, &ignored);
	fail_set(f, FAIL_REFUSED, "the import failed (session %s, job %s)%s%s", l->session,
		*s->job_id ? s->job_id : "unknown", job.error ? ": " : "",
		job.error ? job.error : "");
	api_job_free(&job);
	return -1;
}

static int check_counts(struct load *l, const struct api_session *s, struct fail *f)
{
	const int64_t rows =
		l->rows_unknown ? s->valid_records + s->error_records : (int64_t)l->in.end.rows;

	l->receipt.valid = s->valid_records;
	l->receipt.errors = s->error_records;
	if (s->error_records > 0 || s->error_parts > 0)
		errors_show(l);
	if (s->error_records > (int64_t)l->o->max_errors || s->error_parts > 0)
		return fail_set(f, FAIL_DATA,
			"the import refused %lld of %lld records%s: nothing was published",
			(long long)s->error_records, (long long)rows,
			s->error_parts > 0 ? " (and whole parts)" : "");
	if (s->valid_records + (s->error_records > 0 ? s->error_records : 0) != rows)
		return fail_set(f, FAIL_REFUSED,
			"%lld records were sent and the import counts %lld: nothing was published",
			(long long)rows, (long long)s->valid_records);
	return 0;
}

/* Until the session has left the state `during`. */
static int wait_for(struct load *l, enum api_session_state during, struct api_session *s,
	struct fail *f)
{
	uint64_t wait = POLL_FIRST_MS;

	progress_start(&l->progress);
	for (;;) {
		if (api_session_show(l->api, l->session, s, f))
			return -1;
		if (s->state != during)
			return 0;
		if (progress_due(&l->progress))
			progress_say(&l->progress, "%s, %llu s",
				during == API_PERFORMING ? "the service checks the rows"
							 : "the service publishes the rows",
				(unsigned long long)progress_seconds(&l->progress));
		if (clock_sleep(wait, f))
			return -1;
		wait = wait * 3 / 2 < POLL_LAST_MS ? wait * 3 / 2 : POLL_LAST_MS;
	}
}

static int wait_while_ready(struct load *l, struct api_session *s, struct fail *f)
{
	for (uint64_t waited = 0; s->state == API_READY && waited < READY_MS;
		waited += READY_MS / 50)
		if (clock_sleep(READY_MS / 50, f) || api_session_show(l->api, l->session, s, f))
			return -1;
	return 0;
}

/* What every run with the same KEY, destination and account comes to. */
static void once_text(const struct load *l, char text[MD5_TEXT])
{
	const char *key = l->o->once_key,
		   *const parts[] = {
			   l->conf.endpoint,
			   l->to.database,
			   l->to.table,
			   key ? "key" : "job",
			   key ? key : l->in.head.job_id,
			   key                           ? ""
				   : l->in.head.endpoint ? l->in.head.endpoint
							 : "",
		   };
	struct md5 m;

	md5_init(&m);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		md5_put(&m, parts[i], strlen(parts[i]) + 1);
	md5_text(&m, text);
}

/* --session: the mark of our parts: this machine, or what KEY stands for. */
static void mark_parts(struct load *l)
{
	char text[MD5_TEXT] = "";
	struct utsname name;
	struct md5 m;

	if (l->o->once) {
		once_text(l, text);
	} else if (uname(&name) == 0) {
		md5_init(&m);
		md5_put(&m, name.nodename, strlen(name.nodename));
		md5_text(&m, text);
	}
	snprintf(l->names.whose, sizeof l->names.whose, "_%.7s", text);
}

static char *session_name(const struct load *l)
{
	char text[MD5_TEXT];

	if (l->o->session)
		return mem_string(l->o->session);
	if (l->o->once) {
		once_text(l, text);
		return mem_printf("td_put_once_%s", text);
	}
	return tempname_session(api_time(l->api), clock_random());
}

/*
 * A session that exists: of another machine, or of an earlier run. It must load into the same
 * table.
 */
static int check_session(const struct load *l, const struct api_session *s, struct fail *f)
{
	if (s->state == API_SESSION_GONE)
		return fail_set(f, FAIL_REFUSED, "there is no session %s", l->session);
	if (strcmp(s->database, l->to.database) != 0 || strcmp(s->table, l->to.table) != 0)
		return fail_set(f, FAIL_REFUSED, "session %s loads into %s.%s", l->session,
			s->database, s->table);
	return 0;
}

static int look_at_session(struct load *l, struct api_session *s, struct fail *f)
{
	return api_session_show(l->api, l->session, s, f) || check_session(l, s, f) ? -1 : 0;
}

static int takes_no_more(const struct load *l, struct fail *f)
{
	return fail_set(f, FAIL_REFUSED, "session %s takes no more parts", l->session);
}

/*
 * --session: others have made it, or are at it; or we, when we were here before: what is there need
 * not be sent again.
 */
static int join(struct load *l, struct fail *f)
{
	struct api_session s;

	if (look_at_session(l, &s, f))
		return -1;
	if (s.state != API_UPLOADING || s.frozen)
		return takes_no_more(l, f);
	return parts_list(l, &l->names.there, &l->names.there_n, f) < 0 ? -1 : 0;
}

/*
 * --once: an earlier run with the same KEY has died, or has done it all, or another one is at it.
 * Its parts are used if it was still uploading. Whether the parts of a session that is ready are
 * all of the rows is not known before the input was read, and then it is too late to send them:
 * such a session is made anew. But a run that lives commits it in a moment, and then it must stay
 * as the memory of that: it is given a while first.
 */
static int resume(struct load *l, struct fail *f)
{
	struct api_session s;
	enum api_made made;

	if (look_at_session(l, &s, f) ||
		(s.state == API_PERFORMING && wait_for(l, API_PERFORMING, &s, f)) ||
		(s.state == API_READY && wait_while_ready(l, &s, f)) ||
		(s.state == API_COMMITTING && wait_for(l, API_COMMITTING, &s, f)))
		return -1;
	l->already = s.state == API_COMMITTED;
	if (l->already)
		return 0;
	if (s.state == API_UPLOADING && !s.job_id[0]) {
		note("going on with session %s", l->session);
		if (s.frozen && api_session_unfreeze(l->api, l->session, f))
			return -1;
		return parts_list(l, &l->names.there, &l->names.there_n, f) < 0 ? -1 : 0;
	}
	if (s.state != API_READY && s.state != API_UPLOADING)
		return fail_set(f, FAIL_REFUSED,
			"session %s is in a state that this program does not know", l->session);
	note("session %s was left half-way: it is made anew", l->session);
	if (api_session_delete(l->api, l->session, f) ||
	    api_session_create(l->api, l->session, l->to.database, l->into, &made, f))
		return -1;
	return made != API_WAS_THERE
		? 0
		: fail_set(f, FAIL_TEMP, "session %s is used by another run", l->session);
}

int session_open(struct load *l, struct fail *f)
{
	enum api_made made;

	if (session_table(l, f))
		return -1;
	if (l->o->streaming) {
		l->stream_base = clock_random();
		l->upload = upload_open(&l->conf, &l->o->api, l->o->jobs, parts_stream, l);
		return 0;
	}
	l->keep_session = l->o->once || l->o->session;
	l->names.wanted = l->keep_session;
	if (l->o->session)
		mark_parts(l);
	l->session = session_name(l); /* before the request: its answer may be lost */
	l->receipt.session = mem_string(l->session);
	if (api_session_create(l->api, l->session, l->to.database, l->into, &made, f)) {
		l->unanswered = api_status(l->api) == 0;
		return -1;
	}
	if (made == API_WAS_THERE && !l->keep_session) {
		fail_set(f, FAIL_TEMP, "session %s exists already", l->session);
		free(l->session);
		l->session = NULL; /* somebody else's */
		return -1;
	}
	if (made != API_MADE && l->keep_session && (l->o->session ? join(l, f) : resume(l, f)))
		return -1;
	if (l->already)
		return 0;
	note("session %s loads into %s.%s", l->session, l->to.database, l->into);
	l->upload = upload_open(&l->conf, &l->o->api, l->o->jobs, parts_send, l);
	return 0;
}

int session_busy(struct load *l, enum api_session_state from, struct fail *f)
{
	struct api_session s;

	if (f->kind != FAIL_REFUSED || !l->keep_session ||
		api_session_show(l->api, l->session, &s, &(struct fail){ 0 }))
		return -1;
	if (s.state < from || s.state > API_COMMITTED || (s.state == API_UPLOADING && !s.frozen))
		return -1;
	f->kind = FAIL_TEMP;
	return fail_at(f, "another run is ahead with session %s", l->session);
}

int session_perform(struct load *l, struct fail *f)
{
	struct api_session s;

	if (api_session_freeze(l->api, l->session, f))
		return session_busy(l, API_PERFORMING, f);
	l->closed = l->o->commit;
	if (api_session_perform(l->api, l->session, f))
		return session_busy(l, API_PERFORMING, f);
	if (wait_for(l, API_PERFORMING, &s, f))
		return -1;
	l->receipt.job_id = mem_string(s.job_id);
	if (s.state != API_READY)
		return import_failed(l, &s, f);
	return check_counts(l, &s, f);
}

int session_commit(struct load *l, struct fail *f)
{
	const bool append = l->to.mode == TDURL_APPEND;
	struct api_session s = { .state = API_READY };

	/* back to ready: the commit failed, or is slow to show */
	for (unsigned i = 0; i < RECOMMITS && s.state == API_READY; i++) {
		if (api_session_commit(l->api, l->session, i > 0, f)) {
			l->committing = append && f->kind == FAIL_UNKNOWN;
			return session_busy(l, API_COMMITTING, f);
		}
		l->committing = append;
		if (wait_for(l, API_COMMITTING, &s, f)) {
			f->kind = append ? FAIL_UNKNOWN : f->kind;
			return -1;
		}
		l->committing = append && s.state != API_READY;
		if (s.state == API_READY && clock_sleep((uint64_t)RECOMMIT_MS << i, f))
			return -1;
	}
	if (s.state == API_READY)
		return fail_set(f, FAIL_TEMP, "the service failed to commit session %s",
			l->session);
	if (s.state != API_COMMITTED)
		return fail_set(f, FAIL_UNKNOWN,
			"session %s is in a state that this program does not know", l->session);
	return 0;
}

int session_check_already(struct load *l, struct fail *f)
{
	struct api_session s;
	int64_t rows;
	int same;

	if (api_session_show(l->api, l->session, &s, f))
		return -1;
	rows = s.valid_records + (s.error_records > 0 ? s.error_records : 0);
	free(l->receipt.job_id);
	l->receipt.job_id = mem_string(s.job_id);
	l->receipt.valid = s.valid_records;
	l->receipt.errors = s.error_records;
	if (rows != (int64_t)l->in.end.rows)
		return fail_set(f, FAIL_GUARD,
			"--once: this key was used before, for %lld rows; these are %llu others",
			(long long)rows, (unsigned long long)l->in.end.rows);
	same = parts_same(l, f);
	if (same < 0)
		return -1;
	if (same == 0)
		return fail_set(f, FAIL_GUARD,
			"--once: this key was used before, for %lld rows that are not these",
			(long long)rows);
	note("--once: these rows are in the table already");
	return 0;
}

int session_look(struct load *l, struct fail *f)
{
	struct api_session s;

	if (!l->o->once && !l->o->session)
		return 0;
	l->keep_session = true;
	l->session = session_name(l);
	if (api_session_show(l->api, l->session, &s, f))
		return -1;
	if (s.state == API_SESSION_GONE)
		return 0;
	if (check_session(l, &s, f))
		return -1;
	if (l->o->session)
		return s.state == API_UPLOADING && !s.frozen ? 0 : takes_no_more(l, f);
	l->already = s.state == API_COMMITTED;
	if (l->already)
		return session_check_already(l, f);
	return s.state == API_UPLOADING || s.state == API_READY ? 0 :
	       fail_set(f, FAIL_TEMP, "another run is at session %s", l->session);
}

/*
 * Before the session is closed to those whose receipt is missing here, because they are not done.
 */
static int check_parts(struct load *l, struct fail *f)
{
	struct api_name *list;
	size_t n;
	int rc;

	if (l->rows_unknown || l->parts_said < 0)
		return 0;
	rc = parts_list(l, &list, &n, f);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	api_names_free(list, n);
	if ((int64_t)n == l->parts_said)
		return 0;
	return fail_set(f, FAIL_GUARD,
		"session %s holds %zu parts, but the receipts speak of %lld: one is missing, or a "
		"run that died "
		"left some; nothing was changed",
		l->session, n, (long long)l->parts_said);
}

int session_take_up(struct load *l, struct fail *f)
{
	struct api_session s;

	l->into = l->to.table;
	l->session = mem_string(l->o->session);
	l->keep_session = true;
	if (api_session_show(l->api, l->session, &s, f))
		return -1;
	/* nobody had rows */
	if (s.state == API_SESSION_GONE && !l->rows_unknown && l->in.end.rows == 0) {
		l->receipt.valid = l->receipt.errors = 0;
		l->already = true;
		return 0;
	}
	if (check_session(l, &s, f))
		return -1;
	l->closed = s.state != API_UPLOADING;
	if (s.state == API_UPLOADING)
		return check_parts(l, f) || session_perform(l, f) ? -1 : 0;
	if (s.state == API_PERFORMING && wait_for(l, API_PERFORMING, &s, f))
		return -1;
	if (s.state == API_COMMITTING && wait_for(l, API_COMMITTING, &s, f))
		return -1;
	l->already = s.state == API_COMMITTED;
	l->closed = !l->already;
	l->receipt.job_id = mem_string(s.job_id);
	if (s.state != API_READY && !l->already)
		return import_failed(l, &s, f);
	return check_counts(l, &s, f);
}

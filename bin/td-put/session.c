/* td-put: the tables and the bulk import session on the server. */
#include "put.h"

#include "sys/clock.h"
#include "base/die.h"
#include "base/md5.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/sig.h"
#include "td/tempname.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

/* --- tables --- */

static int make_table(struct load *l, const char *name, enum api_made *made, struct fail *f)
{
	const char *db = l->to.database;

	if (api_table_create(l->api, db, name, made, f) == 0)
		return 0;
	if (api_status(l->api) != 404)
		return -1;
	if (!l->o->create_database)
		return fail_at(
			f, "there is no database %s (create it, or give --create-database)", db);
	*f = (struct fail){ 0 };
	if (api_database_create(l->api, db, f))
		return -1;
	return api_table_create(l->api, db, name, made, f);
}

/* The table that is appended to, and its id: it must be the same one when the rows are published.
 */
static int make_target(struct load *l, struct fail *f)
{
	enum api_made made;

	if (make_table(l, l->into, &made, f))
		return -1;
	if (!l->target_known)
		return 0;
	api_table_free(&l->target);
	return api_table_show(l->api, l->to.database, l->into, &l->target, f);
}

int session_table(struct load *l, struct fail *f)
{
	struct api_table made_table;
	enum api_made made;
	char *name;

	if (l->to.mode == TDURL_APPEND) {
		l->into = l->to.table;
		return l->target_known && l->target.exists ? 0 : make_target(l, f);
	}
	name = tempname_table(l->to.table, api_time(l->api), clock_random());
	if (make_table(l, name, &made, f)) {
		l->unanswered = api_status(l->api) == 0; /* it may have been made nevertheless */
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

bool load_keeps_columns(const struct load *l)
{
	return l->to.mode == TDURL_APPEND || l->to.mode == TDURL_TRUNCATE || tdurl_carries(&l->to);
}

/*
 * Columns that the loaded table does not have yet. `time` and `v` are everywhere and in no schema.
 */
static int new_columns(const struct load *l, struct schema *out, struct fail *f)
{
	const struct schema *all = &l->input.in.end.schema;

	if (l->to.mode != TDURL_APPEND && load_keeps_columns(l) &&
		schema_copy(out, &l->target.schema, f))
		return -1;
	for (size_t i = 0; i < all->n; i++) {
		const char *name = all->col[i].name;

		if (strcmp(name, "time") == 0 || strcmp(name, "v") == 0 || !all->col[i].type)
			continue;
		if (load_keeps_columns(l) && schema_find(&l->target.schema, name) >= 0)
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

/* --- the session --- */

/* Why an import job failed, in the service's words, as far as the key may ask. */
int session_import_failed(const struct load *l, const struct api_session *s, struct fail *f)
{
	struct fail ignored = { 0 };
	struct api_job job = { 0 };

	if (*s->job_id)
		api_job_show(l->api, s->job_id, &job, &ignored);
	fail_set(f, FAIL_REFUSED,
		"the service could not import the rows (session %s, job %s): %s; nothing was "
		"published, and the same command may be given again",
		l->session, *s->job_id ? s->job_id : "unknown",
		job.error ? job.error : "it does not say why");
	api_job_free(&job);
	return -1;
}

/* The import has ended, or an earlier run committed everything. */
int session_check_counts(struct load *l, const struct api_session *s, struct fail *f)
{
	const char *than =
		s->state == API_COMMITTED ? "and they are committed" : "nothing was published";
	const int64_t rows = l->said.rows_unknown ? s->valid_records + s->error_records
						  : (int64_t)l->input.in.end.rows;

	l->receipt.valid = s->valid_records;
	l->receipt.errors = s->error_records;
	free(l->receipt.job_id);
	l->receipt.job_id = mem_string(s->job_id);
	if (s->error_records > 0 || s->error_parts > 0)
		errors_show(l);
	if (s->error_records > (int64_t)l->o->max_errors || s->error_parts > 0)
		return fail_set(f, FAIL_DATA, "the import refused %lld of %lld record%s%s: %s",
			(long long)s->error_records, (long long)rows, num_s((uint64_t)rows),
			s->error_parts > 0 ? " (and whole parts)" : "", than);
	if (s->valid_records + (s->error_records > 0 ? s->error_records : 0) != rows)
		return fail_set(f, s->state == API_COMMITTED ? FAIL_GUARD : FAIL_REFUSED,
			"%lld record%s sent and the import counts %lld: %s", (long long)rows,
			rows == 1 ? " was" : "s were",
			(long long)s->valid_records, than);
	return 0;
}

/* What every run with the same KEY, destination and account comes to. */
static void once_text(const struct load *l, char text[MD5_TEXT])
{
	const char *key = l->o->content ? l->content : l->o->once_key, *const parts[] = {
		l->conf.endpoint,
		l->to.database,
		l->to.table,
		l->o->content ? "content" : key ? "key" : "job",
		key ? key : l->input.in.head.job_id,
		key                         ? ""
		: l->input.in.head.endpoint ? l->input.in.head.endpoint
					    : "",
	};
	struct md5 m;

	md5_init(&m);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		md5_put(&m, parts[i], strlen(parts[i]) + 1);
	md5_text(&m, text);
}

/* --session: the mark of our parts: of this machine, or of KEY. */
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
		return tempname_once(text);
	}
	return tempname_session(api_time(l->api), clock_random());
}

/*
 * A session that exists: of another machine, or of an earlier run. It must load into the same
 * table.
 */
int session_check(const struct load *l, const struct api_session *s, struct fail *f)
{
	if (s->state == API_SESSION_GONE)
		return fail_set(f, FAIL_REFUSED, "there is no session %s", l->session);
	if (strcmp(s->database, l->to.database) != 0 || strcmp(s->table, l->to.table) != 0)
		return fail_set(f, FAIL_REFUSED, "session %s loads into %s.%s", l->session,
			s->database, s->table);
	return 0;
}

static int takes_no_more(const struct load *l, struct fail *f)
{
	return fail_set(f, FAIL_REFUSED, "session %s takes no more parts", l->session);
}

/* The session that the rows go through, and how its parts are named. */
void session_begin(struct load *l)
{
	const bool shared = l->o->once || l->o->session;

	l->names.wanted = shared;
	if (l->o->session && !l->o->commit)
		mark_parts(l);
	free(l->session);
	l->session = session_name(l);
	free(l->receipt.session);
	l->receipt.session = mem_string(l->session);
}

/* Another run's rows under this key. A session that is not committed yet may be thrown away. */
static int others(const struct load *l, const struct api_session *s, struct fail *f)
{
	const int64_t rows = s->valid_records + (s->error_records > 0 ? s->error_records : 0);

	if (s->state == API_COMMITTED)
		return fail_set(f, FAIL_GUARD,
			"--once: this key was used before, for %lld rows that are not these",
			(long long)rows);
	return fail_set(f, FAIL_GUARD,
		"--once: an earlier run with this key has loaded other rows into session %s: "
		"publish them with td-put --session %s --commit, or drop them with --discard",
		l->session, l->session);
}

int session_check_same(struct load *l, const struct api_session *s, struct fail *f)
{
	const int64_t rows = s->valid_records + (s->error_records > 0 ? s->error_records : 0);
	int same;

	if (s->state == API_COMMITTED && rows != (int64_t)l->input.in.end.rows)
		return fail_set(f, FAIL_GUARD,
			"--once: this key was used before, for %lld rows; these are %llu others",
			(long long)rows, (unsigned long long)l->input.in.end.rows);
	same = parts_same(l, f);
	if (same < 0)
		return -1;
	if (same == 0)
		return others(l, s, f);
	if (s->state == API_COMMITTED)
		note("--once: these rows are in the table already");
	return 0;
}

int session_look(struct load *l, struct fail *f)
{
	struct api_session s;

	if (!l->o->once && !l->o->session)
		return 0;
	l->session = session_name(l);
	if (api_session_show(l->api, l->session, &s, f))
		return -1;
	if (s.state == API_SESSION_GONE)
		return 0;
	if (session_check(l, &s, f))
		return -1;
	if (l->o->session)
		return s.state == API_UPLOADING && !s.frozen ? 0 : takes_no_more(l, f);
	l->receipt.already = s.state == API_COMMITTED;
	if (l->receipt.already)
		return session_check_same(l, &s, f);
	return s.state == API_UPLOADING || s.state == API_READY
		       ? 0
		       : fail_set(f, FAIL_TEMP, "another run is at session %s", l->session);
}

/*
 * Before the session is closed to those whose receipt is missing here, because they are not done.
 */
int session_check_parts(struct load *l, struct fail *f)
{
	struct api_name *list;
	size_t n;
	int rc;

	if (l->said.rows_unknown || l->said.parts < 0)
		return 0;
	rc = parts_list(l, &list, &n, f);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	api_names_free(list, n);
	if ((int64_t)n == l->said.parts)
		return 0;
	return fail_set(f, FAIL_GUARD,
		"session %s holds %zu parts, but the receipts speak of %lld: one is missing, or a "
		"run that died "
		"left some; nothing was changed",
		l->session, n, (long long)l->said.parts);
}

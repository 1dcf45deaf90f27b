#include "workers.h"
#include "bulk.h"
#include "change.h"
#include "columns.h"
#include "die.h"
#include "load.h"
#include "mem.h"
#include "output.h"
#include "query.h"
#include "rewrite.h"
#include "schedules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The first does what imports need, so that queries that wait for an import of their own cannot be in its way. */
enum { THREADS = 3, IMPORTS = 0 };

struct workers {
	struct local *l;
	pthread_t thread[THREADS];
	struct running run[THREADS];
	pthread_mutex_t lock;
	pthread_cond_t wake;
	unsigned kicks; /* under lock */
	atomic_bool stop;
};

void running_set(struct running *me, sqlite3 *db)
{
	pthread_mutex_lock(&me->lock);
	me->db = db;
	if (db && me->stop)
		sqlite3_interrupt(db);
	pthread_mutex_unlock(&me->lock);
}

static void interrupt(struct running *r, int64_t job)
{
	pthread_mutex_lock(&r->lock);
	if (r->job && (job == 0 || r->job == job)) {
		r->stop = true;
		if (r->db)
			sqlite3_interrupt(r->db);
	}
	pthread_mutex_unlock(&r->lock);
}

void job_kill(struct local *l, int64_t job)
{
	struct catalog *c = &l->cat;

	cat_do(c, "UPDATE jobs SET status = 'killed', ended = ?2, updated = ?2 WHERE id = ?1 AND status IN ('queued', 'running')", "ii",
	       job, when_now());
	if (sqlite3_changes(c->db) == 0)
		return;
	cat_do(c, "UPDATE sessions SET status = 'uploading' WHERE status = 'performing' AND job = ?1", "i", job);
	for (size_t i = 0; i < THREADS; i++)
		interrupt(&l->workers->run[i], job);
}

/* --- one job */

struct job {
	int64_t id, session, scheduled, started_ms;
	int64_t target;      /* result_export: the job whose rows are sent; partialdelete: the table */
	char *type, *db, *query, *result;
};

static bool claim(struct workers *w, struct running *me, struct job *j)
{
	struct catalog *c = &w->l->cat;
	sqlite3_stmt *q;
	bool got;

	*j = (struct job){ 0 };
	cat_begin(c);
	q = cat_select(c, "SELECT id, type, db, query, session, coalesce(scheduled, created), target, result FROM jobs WHERE status = 'queued'"
	               " AND (type = 'bulk_import_perform') = ?1 ORDER BY priority DESC, id LIMIT 1", "i", (int64_t)(me == &w->run[IMPORTS]));
	got = cat_next(c, &q);
	if (got) {
		*j = (struct job){ .id = sqlite3_column_int64(q, 0), .type = mem_string(cat_column(q, 1)), .db = mem_string(cat_column(q, 2)),
			.query = mem_string(cat_column(q, 3)), .session = sqlite3_column_int64(q, 4),
			.scheduled = sqlite3_column_int64(q, 5), .target = sqlite3_column_int64(q, 6),
			.result = cat_null(q, 7) ? NULL : mem_string(cat_column(q, 7)), .started_ms = when_ms() };
		sqlite3_finalize(q);
		cat_do(c, "UPDATE jobs SET status = 'running', started = ?2, updated = ?2 WHERE id = ?1", "ii", j->id, when_now());
		pthread_mutex_lock(&me->lock);
		me->job = j->id;
		me->stop = w->stop;
		pthread_mutex_unlock(&me->lock);
	}
	return cat_end(c, got, NULL) == 0 && got;
}

static void job_free(struct job *j)
{
	free(j->type);
	free(j->db);
	free(j->query);
	if (j->result)
		mem_wipe(j->result, strlen(j->result));
	free(j->result);
}

/* Inside a transaction: the job's last word, unless it was killed. */
static bool finish(struct local *l, const struct job *j, const char *status, const char *said)
{
	struct catalog *c = &l->cat;

	cat_do(c, "UPDATE jobs SET status = ?2, ended = ?3, updated = ?3, cpu_ms = ?4, polls = ?5, until = ?6, stderr = ?7"
	       " WHERE id = ?1 AND status = 'running'", "isiiiis", j->id, status, when_now(), when_ms() - j->started_ms,
	       (int64_t)l->polls, when_ms() + HIDE_MS, said);
	return !cat_failed(c) && sqlite3_changes(c->db) > 0;
}

/* Sends the rows where the job's result says. */
static int send_rows(struct local *l, struct running *me, const struct job *j, const struct outcome *rows, struct buf *said, struct fail *f)
{
	char *url;

	cat_begin(&l->cat);
	url = output_resolve(&l->cat, j->result, f);
	cat_end(&l->cat, false, NULL);
	if (!url)
		return -1;
	output_run(l, me, j->id, rows, url, said, f);
	mem_wipe(url, strlen(url));
	free(url);
	return f->kind ? -1 : 0;
}

/* The rows of the job whose result is exported. */
static int export_rows(struct local *l, const struct job *j, struct outcome *out, struct fail *f)
{
	struct catalog *c = &l->cat;
	sqlite3_stmt *q;

	*out = (struct outcome){ 0 };
	cat_begin(c);
	q = cat_select(c, "SELECT schema, file, size, plain, rows FROM jobs WHERE id = ?1 AND file IS NOT NULL", "i", j->target);
	if (cat_next(c, &q)) {
		out->schema = mem_string(cat_column(q, 0));
		snprintf(out->file, sizeof out->file, "%s", cat_column(q, 1));
		out->size = (uint64_t)sqlite3_column_int64(q, 2);
		out->plain = (uint64_t)sqlite3_column_int64(q, 3);
		out->rows = sqlite3_column_int64(q, 4);
		sqlite3_finalize(q);
	} else {
		fail_set(f, FAIL_DATA, "job %lld has no result", (long long)j->target);
	}
	return cat_end(c, false, f);
}

/* Inside a transaction: what the statement changes, the job's last word, and its result. True if all that happened. */
static bool conclude(struct local *l, const struct job *j, struct change *ch, const struct outcome *out, const char *said, struct fail *f)
{
	struct catalog *c = &l->cat;

	if (cat_num(c, 0, "SELECT 1 FROM jobs WHERE id = ?1 AND status = 'running'", "i", j->id) == 0)
		return false; /* killed */
	if (ch->st->kind != STATEMENT_QUERY && f->kind == FAIL_NONE)
		change_apply(ch, c, f);
	if (!finish(l, j, f->kind ? "error" : "success", f->why))
		return false;
	cat_do(c, "UPDATE jobs SET cmdout = ?2 WHERE id = ?1", "is", j->id, said);
	if (ch->st->kind == STATEMENT_QUERY && j->target == 0 && out->file[0])
		cat_do(c, "UPDATE jobs SET schema = ?2, file = ?3, size = ?4, plain = ?5, rows = ?6 WHERE id = ?1", "issiii", j->id,
		       out->schema, out->file, (int64_t)out->size, (int64_t)out->plain, out->rows);
	return !cat_failed(c);
}

/* A query, with what is done with its rows: kept as the result, sent, or put into a table. */
static void work_query(struct local *l, struct running *me, const struct job *j, const struct statement *st, struct change *ch,
                       struct outcome *out, struct buf *said, struct fail *f)
{
	struct query q = { .hive = strcmp(j->type, "hive") == 0, .db = j->db, .sql = st->query, .scheduled = j->scheduled };

	if (j->target ? export_rows(l, j, out, f) : q.sql ? query_run(l, &q, me, out, f) : 0)
		return;
	if (st->kind != STATEMENT_QUERY)
		change_prepare(ch, l, st, j->db, q.sql ? out : NULL, f);
	else if (j->result)
		send_rows(l, me, j, out, said, f);
}

static void run_query(struct local *l, struct running *me, const struct job *j, struct fail *f)
{
	struct statement st;
	struct change ch = { .st = &st };
	struct outcome out = { 0 };
	struct buf said;
	bool done = false;

	buf_init(&said, 64 << 10);
	if (statement_parse(&st, j->query, f) == 0)
		work_query(l, me, j, &st, &ch, &out, &said, f);
	if (!(f->kind == FAIL_SIGNAL && l->workers->stop)) { /* then the next start runs it again */
		cat_begin(&l->cat);
		done = conclude(l, j, &ch, &out, buf_text(&said), f);
		if (cat_end(&l->cat, true, f))
			done = false;
	}
	if (out.file[0] && j->target == 0 && (!done || st.kind != STATEMENT_QUERY))
		store_drop(&l->store, out.file);
	change_free(&ch, done && f->kind == FAIL_NONE);
	statement_free(&st);
	free(out.schema);
	buf_free(&said);
}

/* --- the work of a bulk import */

struct parts {
	char **file;
	size_t n;
};

static struct parts parts_of(struct catalog *c, int64_t session)
{
	struct parts p = { 0 };
	sqlite3_stmt *q;

	cat_begin(c);
	for (q = cat_select(c, "SELECT file FROM parts WHERE session = ?1 ORDER BY rowid", "i", session); cat_next(c, &q);) {
		if ((p.n & (p.n - 1)) == 0)
			p.file = mem_resize(p.file, p.n ? 2 * p.n : 1, sizeof *p.file);
		p.file[p.n++] = mem_string(cat_column(q, 0));
	}
	cat_end(c, false, NULL);
	return p;
}

struct counts {
	int64_t valid, bad;
};

static int load_parts(struct local *l, struct running *me, const struct parts *p, struct load *load, struct counts *n, struct fail *f)
{
	load->stop = &me->stop;
	for (size_t i = 0; i < p->n; i++) {
		int fd = store_read(&l->store, p->file[i], f);

		if (fd < 0)
			return -1;
		if (load_body(load, fd, f) == 0) {
			n->valid++;
		} else if (f->kind == FAIL_DATA) {
			n->bad++;
			*f = (struct fail){ 0 };
		}
		close(fd);
		if (f->kind)
			return -1;
	}
	return load_close(load, f);
}

static bool loaded(struct local *l, const struct job *j, const struct load *load, const struct counts *n)
{
	struct catalog *c = &l->cat;
	json_t *found = detected_json(load->found);
	char *schema = json_dumps(found, JSON_COMPACT);

	if (load->rows)
		cat_do(c, "INSERT INTO segments (session, file, rows, bytes, tmin, tmax) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", "isiiii",
		       j->session, load->name, (int64_t)load->rows, (int64_t)load->written, load->tmin, load->tmax);
	cat_do(c, "UPDATE sessions SET status = 'ready', valid_parts = ?2, error_parts = ?3, valid_records = ?4, error_records = ?5,"
	       " schema = ?6, errors = nullif(?7, ''), polls = ?8, until = ?9 WHERE id = ?1", "iiiiissii", j->session, n->valid, n->bad,
	       (int64_t)load->rows, (int64_t)load->refused, schema, load->errors_name, (int64_t)l->polls, when_ms() + HIDE_MS);
	free(schema);
	json_decref(found);
	return !cat_failed(c);
}

static void run_perform(struct local *l, struct running *me, const struct job *j, struct fail *f)
{
	struct parts p = parts_of(&l->cat, j->session);
	struct counts n = { 0 };
	struct load load;
	bool good, kept;

	good = load_open(&load, &l->store, false, f) == 0;
	if (good)
		good = load_parts(l, me, &p, &load, &n, f) == 0;
	if (!(f->kind == FAIL_SIGNAL && l->workers->stop)) {
		cat_begin(&l->cat);
		kept = finish(l, j, good ? "success" : "error", f->why);
		if (kept && good)
			good = loaded(l, j, &load, &n);
		else if (kept)
			cat_do(&l->cat, "UPDATE sessions SET status = 'uploading' WHERE id = ?1", "i", j->session);
		if (cat_end(&l->cat, true, NULL) || !kept)
			good = false;
	}
	load_free(&load, !good);
	for (size_t i = 0; i < p.n; i++)
		free(p.file[i]);
	free(p.file);
}

/* --- partialdelete: the table is the job's target, its query is [from, to] */

static void run_delete(struct local *l, const struct job *j, struct fail *f)
{
	json_t *range = json_loads(j->query, 0, NULL);

	rewrite_without(l, j->target, json_integer_value(json_array_get(range, 0)), json_integer_value(json_array_get(range, 1)), f);
	cat_begin(&l->cat);
	finish(l, j, f->kind ? "error" : "success", f->why);
	cat_end(&l->cat, true, f);
	json_decref(range);
}

static bool run_job(struct workers *w, struct running *me)
{
	struct fail f = { 0 };
	struct job j;

	if (w->stop || !claim(w, me, &j))
		return false;
	if (strcmp(j.type, "bulk_import_perform") == 0)
		run_perform(w->l, me, &j, &f);
	else if (strcmp(j.type, "partialdelete") == 0)
		run_delete(w->l, &j, &f);
	else
		run_query(w->l, me, &j, &f);
	if (f.kind)
		note("job %lld: %s", (long long)j.id, f.why);
	pthread_mutex_lock(&me->lock);
	me->job = 0;
	pthread_mutex_unlock(&me->lock);
	job_free(&j);
	return true;
}

/* --- commits that nobody waits for: done when their second is over. Returns ms until there is one, or -1. */

static int64_t commit_due(struct local *l)
{
	struct catalog *c = &l->cat;
	int64_t now = when_ms(), id, next;
	sqlite3_stmt *q;
	bool any = false;

	cat_begin(c);
	q = cat_select(c, "SELECT id FROM sessions WHERE status = 'committing' AND until <= ?1", "i", now);
	while (cat_next(c, &q)) {
		id = sqlite3_column_int64(q, 0);
		sqlite3_finalize(q);
		bulk_commit(c, id);
		any = true;
		q = cat_select(c, "SELECT id FROM sessions WHERE status = 'committing' AND until <= ?1", "i", now);
	}
	next = cat_num(c, -1, "SELECT min(until) FROM sessions WHERE status = 'committing'", "");
	cat_end(c, any, NULL);
	return next < 0 ? -1 : next > now ? next - now : 1;
}

/* ms until a commit or a schedule is due, or -1; what is due now is done. */
static int64_t due(struct local *l)
{
	int64_t commit = commit_due(l), schedule = schedules_due(l);

	return commit < 0 || (schedule >= 0 && schedule < commit) ? schedule : commit;
}

static void wait_for_work(struct workers *w, unsigned *seen, int64_t ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += (time_t)(ms / 1000);
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&w->lock);
	while (*seen == w->kicks && !w->stop)
		if ((ms < 0 ? pthread_cond_wait(&w->wake, &w->lock) : pthread_cond_timedwait(&w->wake, &w->lock, &t)) == ETIMEDOUT)
			break;
	*seen = w->kicks;
	pthread_mutex_unlock(&w->lock);
}

struct start {
	struct workers *w;
	struct running *me;
};

static void *work(void *arg)
{
	struct start s = *(struct start *)arg;
	unsigned seen = 0;

	free(arg);
	while (!s.w->stop) {
		while (run_job(s.w, s.me))
			;
		wait_for_work(s.w, &seen, s.me == &s.w->run[IMPORTS] ? due(s.w->l) : -1);
	}
	return NULL;
}

struct workers *workers_start(struct local *l)
{
	struct workers *w = mem_zero(1, sizeof *w);

	w->l = l;
	w->kicks = 1;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	l->workers = w;
	cat_begin(&l->cat);
	cat_do(&l->cat, "UPDATE jobs SET status = 'queued', started = NULL WHERE status = 'running'", "");
	cat_end(&l->cat, true, NULL);
	schedules_start(l);
	for (size_t i = 0; i < THREADS; i++) {
		struct start *s = mem_alloc(sizeof *s);

		pthread_mutex_init(&w->run[i].lock, NULL);
		*s = (struct start){ w, &w->run[i] };
		if (pthread_create(&w->thread[i], NULL, work, s))
			die(FAIL_SYSTEM, "cannot start a thread");
	}
	return w;
}

void workers_kick(struct workers *w)
{
	pthread_mutex_lock(&w->lock);
	w->kicks++;
	pthread_cond_broadcast(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

void workers_stop(struct workers *w)
{
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_broadcast(&w->wake);
	pthread_mutex_unlock(&w->lock);
	for (size_t i = 0; i < THREADS; i++)
		interrupt(&w->run[i], 0);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(w->thread[i], NULL);
		pthread_mutex_destroy(&w->run[i].lock);
	}
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

/* Jobs with SQL, and exports of their rows. */
#include "base/mem.h"
#include "jobs/destination.h"
#include "jobs/output.h"
#include "jobs/queue.h"
#include "sql/change.h"
#include "sql/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 20 };

/* Sends the rows where the job's result says. */
static int send_rows(struct queue *w, struct interrupt *me, const struct job *j,
	const struct outcome *rows, struct buf *said, struct fail *f)
{
	struct catalog *c = &w->account->catalog;
	char *url;

	catalog_begin(c); /* a kill comes before this, or sees the job as done */
	url = destination_url(c, j->result, f);
	if (!catalog_num(c, 0, "SELECT 1 FROM jobs WHERE id = ?1 AND status = 'running'", "i",
		    j->id))
		fail_set(f, FAIL_SIGNAL, "killed");
	interrupt_late(me);
	catalog_end(c, false, NULL);
	if (f->kind == FAIL_NONE)
		output_run(w, me, j, rows, url, said, f);
	destination_free(url);
	return f->kind ? -1 : 0;
}

/* The rows of the job whose result is exported. */
static int export_rows(struct queue *w, const struct job *j, struct outcome *out, struct fail *f)
{
	struct catalog *c = &w->account->catalog;
	sqlite3_stmt *q;

	*out = (struct outcome){ 0 };
	catalog_begin(c);
	q = catalog_select(c,
		"SELECT schema, file, size, plain, rows FROM jobs WHERE id = ?1 AND file IS NOT "
		"NULL",
		"i", j->target);
	if (catalog_next(c, &q)) {
		out->schema = mem_string(catalog_column(q, 0));
		snprintf(out->file, sizeof out->file, "%s", catalog_column(q, 1));
		out->size = (uint64_t)sqlite3_column_int64(q, 2);
		out->plain = (uint64_t)sqlite3_column_int64(q, 3);
		out->rows = sqlite3_column_int64(q, 4);
		sqlite3_finalize(q);
	} else {
		fail_set(f, FAIL_DATA, "job %lld has no result", (long long)j->target);
	}
	return catalog_end(c, false, f);
}

/* What a job is doing. */
struct run {
	struct queue *w;
	struct interrupt *me;
	const struct job *j;
	struct queries *all;
	const struct statement *st; /* the present one; NULL: none */
	struct change change;
	struct outcome out;
	struct buf said;
	unsigned done; /* the first ones' changes are in the catalogue, also after a restart */
	bool last_try; /* also if the table was changed by others meanwhile */
};

static bool writes(const struct statement *st)
{
	switch (st ? st->kind : STATEMENT_QUERY) {
	case STATEMENT_INSERT:
	case STATEMENT_OVERWRITE:
	case STATEMENT_CREATE_AS:
	case STATEMENT_CREATE:
	case STATEMENT_DROP:
	case STATEMENT_DELETE:
		return true;
	default:
		return false;
	}
}

static bool running(struct catalog *c, const struct job *j)
{
	return catalog_num(c, 0, "SELECT 1 FROM jobs WHERE id = ?1 AND status = 'running'", "i",
		       j->id) != 0;
}

/*
 * Inside a transaction: what the last statement changes, the job's last word, and its result. True
 * if all that happened.
 */
static bool conclude(struct run *r, struct fail *f)
{
	const struct job *j = r->j;
	const struct outcome *out = &r->out;
	struct catalog *c = &r->w->account->catalog;
	bool changes = writes(r->st), shows = !changes && j->target == 0 && out->file[0];

	if (!running(c, j))
		return false; /* killed */
	if (changes && f->kind == FAIL_NONE)
		change_apply(&r->change, c, f);
	if (f->kind == FAIL_TEMP && !r->last_try)
		return false;
	if (!queue_finish(r->w, j,
		    f->kind == FAIL_SIGNAL ? "killed"
			    : f->kind      ? "error"
					   : "success",
		    f->why))
		return false;
	catalog_do(c, "UPDATE jobs SET cmdout = ?2, inserted = ?3 WHERE id = ?1", "isi", j->id,
		buf_text(&r->said),
		f->kind == FAIL_NONE && (j->result || changes) ? out->rows : INT64_C(0));
	if (f->kind == FAIL_NONE)
		output_forget(c, buf_text(&r->said));
	if (shows)
		catalog_do(c,
			"UPDATE jobs SET schema = ?2, file = ?3, size = ?4, plain = ?5, rows = ?6 "
			"WHERE id = ?1",
			"issiii", j->id, out->schema, out->file, (int64_t)out->size,
			(int64_t)out->plain, out->rows);
	return !catalog_failed(c);
}

/* Frees what a statement left; named: the catalogue has its result; changed: and what it made. */
static void clear(struct run *r, bool named, bool changed)
{
	if (r->out.file[0] && r->j->target == 0 && (!named || writes(r->st)))
		store_drop(&r->w->account->store, r->out.file);
	change_free(&r->change, r->w->account, changed);
	free(r->out.schema);
	r->out = (struct outcome){ 0 };
	r->change = (struct change){ 0 };
	r->st = NULL;
}

/* Statement i, which others follow: what it changes happens at once, and stays. */
static void apply(struct run *r, unsigned i, struct fail *f)
{
	struct catalog *c = &r->w->account->catalog;
	bool done = false;

	if (f->kind == FAIL_NONE && writes(r->st)) {
		catalog_begin(c);
		if (!running(c, r->j))
			fail_set(f, FAIL_SIGNAL, "killed");
		done = f->kind == FAIL_NONE && change_apply(&r->change, c, f) == 0;
		if (done)
			catalog_do(c, "UPDATE jobs SET done = ?2 WHERE id = ?1", "ii", r->j->id,
				(int64_t)i + 1);
		if (catalog_end(c, done, f))
			done = false;
	}
	if (done)
		r->done = i + 1;
	clear(r, false, done);
}

/* A statement, up to what it changes. */
static void statement(struct run *r, unsigned i, struct fail *f)
{
	r->st = query_statement(r->all, i);
	if (query_run(r->all, i, r->w->account, r->me, &r->out, f))
		return;
	if (writes(r->st))
		change_prepare(&r->change, r->w->account, r->st, query_database(r->all),
			r->out.file[0] ? &r->out : NULL, f);
}

/*
 * All statements, in order; the last one's result is the job's. What changed the tables once is not
 * repeated.
 */
static void statements(struct run *r, struct fail *f)
{
	unsigned n;

	r->all = query_parse(r->j->query, r->j->type, r->j->db, r->j->scheduled, f);
	n = r->all ? query_count(r->all) : 0;
	for (unsigned i = 0; i < n && f->kind == FAIL_NONE; i++) {
		if (i < r->done && query_statement(r->all, i)->kind != STATEMENT_NOTHING)
			continue;
		statement(r, i, f);
		if (i + 1 < n)
			apply(r, i, f);
	}
}

/* Ends the job. True: another job has changed the table that it was to change; again. */
static bool end(struct run *r, struct fail *f)
{
	struct catalog *c = &r->w->account->catalog;
	bool done = false, again = false, left = false;

	while (!left) {
		again = f->kind == FAIL_TEMP && !r->last_try;
		left = f->kind == FAIL_SIGNAL && queue_leaves(r->w); /* to the next start */
		if (again || left)
			break;
		catalog_begin(c);
		done = conclude(r, f);
		again = f->kind == FAIL_TEMP && !r->last_try;
		if (again ? catalog_end(c, false, f) == 0 : queue_end(r->w, f) == 0)
			break;
		done = false;
		if (r->out.file[0] && r->j->target == 0) { /* a full disk has room then */
			store_drop(&r->w->account->store, r->out.file);
			r->out.file[0] = '\0';
		}
		left = !queue_again(r->w);
	}
	clear(r, done, done && f->kind == FAIL_NONE);
	return again;
}

/* All of it once, without the statements that are done. True: again. */
static bool attempt(struct run *r, struct fail *f)
{
	bool again;

	buf_init(&r->said, 64 << 10);
	if (r->j->target)
		export_rows(r->w, r->j, &r->out, f);
	else
		statements(r, f);
	if (r->j->result && f->kind == FAIL_NONE && !writes(r->st))
		send_rows(r->w, r->me, r->j, &r->out, &r->said, f);
	if (f->kind == FAIL_SIGNAL && r->me->overdue)
		*f = (struct fail){ .kind = FAIL_DATA,
			.why = "the query ran longer than --query-time allows" };
	again = end(r, f);
	query_free(r->all);
	r->all = NULL;
	buf_free(&r->said);
	return again;
}

void job_query(struct queue *w, struct interrupt *me, const struct job *j, struct fail *f)
{
	struct run r = { .w = w, .me = me, .j = j };

	catalog_begin(&w->account->catalog);
	r.done = (unsigned)catalog_num(
		&w->account->catalog, 0, "SELECT done FROM jobs WHERE id = ?1", "i", j->id);
	catalog_end(&w->account->catalog, false, NULL);
	for (int i = 1; i <= TRIES; i++) {
		r.last_try = i == TRIES;
		if (!attempt(&r, f))
			return;
		*f = (struct fail){ 0 };
	}
}

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

	catalog_begin(c); /* a kill comes before this, or after it has said so */
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

/*
 * Inside a transaction: what the statement changes, the job's last word, and its result. True if
 * all that happened.
 */
static bool conclude(struct queue *w, const struct job *j, struct change *ch,
	const struct outcome *out, const char *said, bool last, struct fail *f)
{
	struct catalog *c = &w->account->catalog;

	if (catalog_num(c, 0, "SELECT 1 FROM jobs WHERE id = ?1 AND status = 'running'", "i",
		    j->id) == 0)
		return false; /* killed */
	if (ch->st->kind != STATEMENT_QUERY && f->kind == FAIL_NONE)
		change_apply(ch, c, f);
	if (f->kind == FAIL_TEMP && !last)
		return false;
	if (!queue_finish(w, j,
		    f->kind == FAIL_SIGNAL ? "killed"
			    : f->kind      ? "error"
					   : "success",
		    f->why))
		return false;
	catalog_do(c, "UPDATE jobs SET cmdout = ?2, inserted = ?3 WHERE id = ?1", "isi", j->id,
		said,
		f->kind == FAIL_NONE && (j->result || ch->st->kind != STATEMENT_QUERY)
			? out->rows
			: INT64_C(0));
	if (f->kind == FAIL_NONE)
		output_forget(c, said);
	if (ch->st->kind == STATEMENT_QUERY && j->target == 0 && out->file[0])
		catalog_do(c,
			"UPDATE jobs SET schema = ?2, file = ?3, size = ?4, plain = ?5, rows = ?6 "
			"WHERE id = ?1",
			"issiii", j->id, out->schema, out->file, (int64_t)out->size,
			(int64_t)out->plain, out->rows);
	return !catalog_failed(c);
}

/* A query, with what is done with its rows: kept as the result, sent, or put into a table. */
static void answer(struct queue *w, struct interrupt *me, const struct job *j,
	const struct statement *st, struct change *ch, struct outcome *out, struct buf *said,
	struct fail *f)
{
	struct query q = { .hive = strcmp(j->type, "hive") == 0,
		.db = j->db,
		.sql = st->query,
		.scheduled = j->scheduled };

	if (j->target           ? export_rows(w, j, out, f)
			: q.sql ? query_run(w->account, &q, me, out, f)
				: 0)
		return;
	if (st->kind != STATEMENT_QUERY)
		change_prepare(ch, w->account, st, j->db, q.sql ? out : NULL, f);
	else if (j->result)
		send_rows(w, me, j, out, said, f);
}

/* All of it once. True: another job has changed the table that it was to change; again. */
static bool attempt(struct queue *w, struct interrupt *me, const struct job *j, bool last,
	struct fail *f)
{
	struct catalog *c = &w->account->catalog;
	struct statement st;
	struct change ch = { .st = &st };
	struct outcome out = { 0 };
	struct buf said;
	bool done = false, again = false, left = false;

	buf_init(&said, 64 << 10);
	if (statement_parse(&st, j->query, strcmp(j->type, "hive") == 0, f) == 0)
		answer(w, me, j, &st, &ch, &out, &said, f);
	if (f->kind == FAIL_SIGNAL && me->overdue)
		*f = (struct fail){ FAIL_DATA, "the query ran longer than --query-time allows" };
	while (!left) {
		again = f->kind == FAIL_TEMP && !last;
		left = f->kind == FAIL_SIGNAL && queue_stopping(w); /* to the next start */
		if (again || left)
			break;
		catalog_begin(c);
		done = conclude(w, j, &ch, &out, buf_text(&said), last, f);
		again = f->kind == FAIL_TEMP && !last;
		if (again ? catalog_end(c, false, f) == 0 : queue_end(w, f) == 0)
			break;
		done = false;
		if (out.file[0] && j->target == 0) { /* a full disk has room then */
			store_drop(&w->account->store, out.file);
			out.file[0] = '\0';
		}
		left = !queue_again(w);
	}
	if (out.file[0] && j->target == 0 && (!done || st.kind != STATEMENT_QUERY))
		store_drop(&w->account->store, out.file);
	change_free(&ch, w->account, done && f->kind == FAIL_NONE);
	statement_free(&st);
	free(out.schema);
	buf_free(&said);
	return again;
}

void job_query(struct queue *w, struct interrupt *me, const struct job *j, struct fail *f)
{
	for (int i = 1; attempt(w, me, j, i == TRIES, f); i++)
		*f = (struct fail){ 0 };
}

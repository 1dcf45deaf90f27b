/* Jobs with SQL, and exports of their rows. */
#include "sql/change.h"
#include "jobs/destination.h"
#include "base/mem.h"
#include "jobs/output.h"
#include "sql/query.h"
#include "jobs/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sends the rows where the job's result says. */
static int send_rows(struct local *l, struct running *me, const struct job *j,
	const struct outcome *rows, struct buf *said, struct fail *f)
{
	char *url;

	cat_begin(&l->cat);
	url = destination_url(&l->cat, j->result, f);
	cat_end(&l->cat, false, NULL);
	if (!url)
		return -1;
	output_run(l, me, j, rows, url, said, f);
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
	q = cat_select(c,
		"SELECT schema, file, size, plain, rows FROM jobs WHERE id = ?1 AND file IS NOT "
		"NULL",
		"i", j->target);
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

/*
 * Inside a transaction: what the statement changes, the job's last word, and its result. True if
 * all that happened.
 */
static bool conclude(struct local *l, const struct job *j, struct change *ch,
	const struct outcome *out, const char *said, struct fail *f)
{
	struct catalog *c = &l->cat;

	if (cat_num(c, 0, "SELECT 1 FROM jobs WHERE id = ?1 AND status = 'running'", "i", j->id) ==
		0)
		return false; /* killed */
	if (ch->st->kind != STATEMENT_QUERY && f->kind == FAIL_NONE)
		change_apply(ch, c, f);
	if (!job_finish(l, j, f->kind ? "error" : "success", f->why))
		return false;
	cat_do(c, "UPDATE jobs SET cmdout = ?2, inserted = ?3 WHERE id = ?1", "isi", j->id, said,
		f->kind == FAIL_NONE && (j->result || ch->st->kind != STATEMENT_QUERY)
			? out->rows
			: INT64_C(0));
	if (f->kind == FAIL_NONE)
		output_forget(c, said);
	if (ch->st->kind == STATEMENT_QUERY && j->target == 0 && out->file[0])
		cat_do(c,
			"UPDATE jobs SET schema = ?2, file = ?3, size = ?4, plain = ?5, rows = ?6 "
			"WHERE id = ?1",
			"issiii", j->id, out->schema, out->file, (int64_t)out->size,
			(int64_t)out->plain, out->rows);
	return !cat_failed(c);
}

/* A query, with what is done with its rows: kept as the result, sent, or put into a table. */
static void answer(struct local *l, struct running *me, const struct job *j,
	const struct statement *st, struct change *ch, struct outcome *out, struct buf *said,
	struct fail *f)
{
	struct query q = { .hive = strcmp(j->type, "hive") == 0,
		.db = j->db,
		.sql = st->query,
		.scheduled = j->scheduled };

	if (j->target ? export_rows(l, j, out, f) : q.sql ? query_run(l, &q, me, out, f) : 0)
		return;
	if (st->kind != STATEMENT_QUERY)
		change_prepare(ch, l, st, j->db, q.sql ? out : NULL, f);
	else if (j->result)
		send_rows(l, me, j, out, said, f);
}

void work_query(struct local *l, struct running *me, const struct job *j, struct fail *f)
{
	struct statement st;
	struct change ch = { .st = &st };
	struct outcome out = { 0 };
	struct buf said;
	bool done = false;

	buf_init(&said, 64 << 10);
	if (statement_parse(&st, j->query, strcmp(j->type, "hive") == 0, f) == 0)
		answer(l, me, j, &st, &ch, &out, &said, f);
	/* then the next start runs it again */
	if (!(f->kind == FAIL_SIGNAL && dispatcher_stopping(l->workers))) {
		cat_begin(&l->cat);
		done = conclude(l, j, &ch, &out, buf_text(&said), f);
		if (cat_end(&l->cat, true, f))
			done = false;
	}
	if (out.file[0] && j->target == 0 && (!done || st.kind != STATEMENT_QUERY))
		store_drop(&l->store, out.file);
	change_free(&ch, l, done && f->kind == FAIL_NONE);
	statement_free(&st);
	free(out.schema);
	buf_free(&said);
}

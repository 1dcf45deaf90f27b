/* td-put: one transfer, from the head of the frame to the end of the receipt. */
#include "td-put.h"

#include "clock.h"
#include "die.h"
#include "fd.h"
#include "mem.h"
#include "sig.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* --- what may go wrong before anything is sent ------------------------------------------------------------------ */

static int check_content(const struct load *l, struct fail *f)
{
	if (l->in.head.content != FRAME_RECORDS)
		return fail_set(f, FAIL_DATA, "this frame holds rows: pipe it through td-encode");
	return 0;
}

/* Values of one type read from a column of the other. */
static bool compatible(const char *a, const char *b)
{
	static const char *const pairs[][2] = { { "int", "long" }, { "float", "double" } };

	if (strcmp(a, b) == 0)
		return true;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if ((strcmp(a, pairs[i][0]) == 0 && strcmp(b, pairs[i][1]) == 0) ||
		    (strcmp(a, pairs[i][1]) == 0 && strcmp(b, pairs[i][0]) == 0))
			return true;
	return false;
}

/* Values that do not have the type of a column that stays would read as NULL. */
static int check_types(const struct load *l, const struct schema *s, struct fail *f)
{
	if (l->to.mode == TDURL_REPLACE)
		return 0;
	for (size_t i = 0; i < s->n; i++) {
		long at = schema_find(&l->target.schema, s->col[i].name);
		const char *have = at >= 0 ? l->target.schema.col[at].type : NULL;

		if (have && s->col[i].type && !compatible(have, s->col[i].type))
			return fail_set(f, FAIL_DATA, "column %s is %s in table %s.%s but %s in this frame, and would read as NULL "
					"(td-encode --columns %s:%s)", s->col[i].name, have, l->to.database, l->to.table,
					s->col[i].type, s->col[i].name, have);
	}
	return 0;
}

/*
 * A temporary table can only take its target's place by a master key. A write-only key is told here, before gigabytes are
 * sent: it may not list tables either.
 */
static int look_at_key(struct load *l, struct fail *f)
{
	struct api_name *list;
	size_t n;

	if (l->to.mode == TDURL_APPEND)
		return 0;
	if (api_table_list(l->api, l->to.database, &list, &n, f) == 0) {
		api_names_free(list, n);
		return 0;
	}
	if (api_status(l->api) == 404) { /* no such database: making the table tells, or makes it */
		*f = (struct fail){ 0 };
		return 0;
	}
	if (api_status(l->api) != 403)
		return -1;
	*f = (struct fail){ 0 };
	return fail_set(f, FAIL_KEY, "mode=%s needs a master key: the key of %s may append, but not replace tables",
			tdurl_mode_name(l->to.mode), l->conf.key_from);
}

static int look_at_target(struct load *l, struct fail *f)
{
	if (look_at_key(l, f))
		return -1;
	if (api_table_show(l->api, l->to.database, l->to.table, &l->target, f) == 0) {
		l->target_known = true;
		return check_types(l, &l->in.head.schema, f);
	}
	if (!(f->kind == FAIL_KEY && api_status(l->api) == 403))
		return -1;
	*f = (struct fail){ 0 }; /* a write-only key may not be allowed to look */
	return 0;
}

/* --- the frame becomes parts ------------------------------------------------------------------------------------ */

static int put_block(struct load *l, const struct frame_block *b, struct fail *f)
{
	if (l->part && part_is_full(l->part, b, l->o->part_size)) {
		upload_give(l->upload, l->part);
		l->part = NULL;
	}
	if (!l->part && !(l->part = upload_take(l->upload, f)))
		return -1;
	return part_add(l->part, b, f);
}

static int put_plain(struct load *l, bool all, struct fail *f)
{
	struct frame_block b;
	int rc;

	while ((rc = part_plain_next(&l->plain, all, &b, f)) > 0)
		if (put_block(l, &b, f))
			return -1;
	return rc;
}

static void say_progress(struct load *l)
{
	uint64_t parts, bytes;

	upload_counts(l->upload, &parts, &bytes);
	progress_rate(&l->progress, "uploading", bytes, -1, (int64_t)l->in.rows, l->in.head.rows);
}

/* From the first block, which was read already, to the end that says commit. */
static int pump(struct load *l, enum framein_what what, struct frame_block *b, const char *p, size_t n, struct fail *f)
{
	for (;; what = framein_next(&l->in, b, &p, &n, f)) {
		say_progress(l);
		switch (what) {
		case FRAMEIN_BLOCK:
			if (put_block(l, b, f))
				return -1;
			break;
		case FRAMEIN_BYTES:
			if (part_plain_put(&l->plain, p, n, f) || put_plain(l, false, f))
				return -1;
			break;
		case FRAMEIN_END:
			if (put_plain(l, true, f))
				return -1;
			if (l->part)
				upload_give(l->upload, l->part);
			l->part = NULL;
			return 0;
		default:
			return -1;
		}
	}
}

/* --- the receipt ------------------------------------------------------------------------------------------------- */

static int put_text(char *text, struct fail *f)
{
	int rc = fd_write(STDOUT_FILENO, "standard output", text, strlen(text), f);

	free(text);
	return rc;
}

/* What the end of the frame says, and the first half of the line. */
static int begin_receipt(struct load *l, struct fail *f)
{
	const struct frame_end *e = &l->in.end;
	struct receipt *r = &l->receipt;
	uint64_t parts = 0, bytes = 0;

	if (l->upload)
		upload_counts(l->upload, &parts, &bytes);
	r->rows = (int64_t)e->rows;
	r->rejects = (int64_t)e->rejects;
	r->parts = (int64_t)parts;
	r->bytes = (int64_t)bytes;
	r->verified = e->verified;
	r->has_time = e->has_time;
	r->time_min = e->time_min;
	r->time_max = e->time_max;
	if (schema_copy(&r->schema, &e->schema, f))
		return -1;
	l->receipt_begun = true;
	return put_text(receipt_begin(r), f);
}

static int end_receipt(struct load *l, const struct fail *why, struct fail *f)
{
	struct receipt *r = &l->receipt;
	char now[21];

	clock_utc(now);
	free(r->finished);
	r->finished = mem_string(now);
	r->done = !why;
	if (why) {
		free(r->reason);
		r->reason = mem_string(why->why);
		r->status = why->kind;
	}
	if (!l->receipt_begun && put_text(receipt_begin(r), f))
		return -1;
	if (put_text(receipt_end(r), f))
		return -1;
	return fd_close(STDOUT_FILENO, "standard output", f);
}

static void start_receipt(struct load *l)
{
	struct receipt *r = &l->receipt;
	char now[21];

	receipt_init(r);
	clock_utc(now);
	r->started = mem_string(now);
	r->mode = l->to.mode;
	r->action = mem_string(l->to.mode == TDURL_APPEND ? "append" : "load");
	r->endpoint = mem_string(l->conf.endpoint);
	r->database = mem_string(l->to.database);
	r->table = mem_string(l->to.table);
}

/* --- the transfer ------------------------------------------------------------------------------------------------- */

static int check_end(const struct load *l, struct fail *f)
{
	if (l->o->strict && !l->in.end.verified)
		return fail_set(f, FAIL_GUARD, "--strict: nothing proves that the source was complete "
				"(let td-encode run it: td-encode -- COMMAND)");
	return check_types(l, &l->in.end.schema, f);
}

/* Rows are on their way; after this the session is ready and checked, and nothing has changed for a reader. */
static int send_rows(struct load *l, enum framein_what what, struct frame_block *b, const char *p, size_t n, struct fail *f)
{
	if (session_open(l, f) || pump(l, what, b, p, n, f) || check_end(l, f) || upload_finish(l->upload, f) ||
	    session_perform(l, f) || session_schema(l, f))
		return -1;
	return 0;
}

/*
 * An append cannot be taken back once its commit is asked for. So a signal waits until the outcome is known; a second one
 * kills.
 */
static int commit(struct load *l, struct fail *f)
{
	int rc;

	sig_hold(l->to.mode == TDURL_APPEND);
	rc = session_commit(l, f);
	sig_hold(false);
	return rc;
}

/* The table and its columns all the same. A new table for an append is a change that readers see: the receipt begins before. */
static int no_rows(struct load *l, struct fail *f)
{
	const bool append = l->to.mode == TDURL_APPEND;

	l->receipt.valid = l->receipt.errors = 0;
	if ((append && begin_receipt(l, f)) || session_table(l, f) || session_schema(l, f))
		return -1;
	return append ? 0 : begin_receipt(l, f);
}

static int transfer(struct load *l, struct fail *f)
{
	struct frame_block b;
	const char *p = NULL;
	size_t n = 0;
	enum framein_what what;

	if (framein_open(&l->in, l->from, f))
		return -1;
	if (l->in.head.job_id)
		l->receipt.source_job = mem_string(l->in.head.job_id);
	if (check_content(l, f) || look_at_target(l, f))
		return -1;
	/* the first block before anything is made: a source that fails at once leaves no trace on the server */
	what = framein_next(&l->in, &b, &p, &n, f);
	if (what == FRAMEIN_FAILED)
		return -1;
	if (what != FRAMEIN_END)
		return send_rows(l, what, &b, p, n, f) || begin_receipt(l, f) || commit(l, f) ? -1 : 0;
	return check_end(l, f) || no_rows(l, f) ? -1 : 0;
}

static void add(struct fail *f, const char *fmt, const char *a, const char *b)
{
	size_t n = strlen(f->why);

	snprintf(f->why + n, sizeof f->why - n, fmt, a, b);
}

/* Remove what was made; what cannot be removed is named behind f's sentence. */
static void undo(struct load *l, struct fail *f)
{
	if (l->committing) {
		add(f, "; if session %s is committed, the rows are in the table%s", l->session, "");
		return;
	}
	upload_close(l->upload); /* no part may arrive after its session is gone */
	l->upload = NULL;
	if (!l->api || (!l->session && !l->temporary))
		return;
	sig_hold(true);
	api_hurry(l->api);
	if (l->session && api_session_delete(l->api, l->session, &(struct fail){ 0 }))
		add(f, "; the bulk import session %s could not be removed%s", l->session, "");
	if (l->temporary && api_table_delete(l->api, l->to.database, l->temporary, &(struct fail){ 0 }))
		add(f, "; the table %s.%s could not be removed", l->to.database, l->temporary);
	sig_hold(false);
	if (f->kind == FAIL_UNKNOWN) /* of a step inside the session, which is gone */
		f->kind = FAIL_TEMP;
}

static int failed(struct load *l, struct fail *f)
{
	undo(l, f);
	if (f->kind != FAIL_PIPE)
		end_receipt(l, f, &(struct fail){ 0 });
	return -1;
}

int load_run(struct load *l, struct fail *f)
{
	struct fail debris = { 0 };

	start_receipt(l);
	progress_init(&l->progress, l->o->progress, l->o->quiet);
	l->api = api_open(&l->conf, &l->o->api);
	if (transfer(l, f)) {
		progress_end(&l->progress);
		return failed(l, f);
	}
	if (l->session && api_session_delete(l->api, l->session, &debris))
		warn("the rows are in, but: %s", debris.why);
	free(l->session);
	l->session = NULL;
	progress_done(&l->progress, "%lld rows in %s.%s", (long long)l->receipt.rows, l->to.database, l->into);
	if (end_receipt(l, NULL, f) == 0)
		return 0;
	if (l->to.mode == TDURL_APPEND)
		return fail_at(f, "the rows are in table %s.%s, but their receipt is not written", l->to.database, l->to.table);
	return failed(l, f); /* nobody will swap: the temporary table goes */
}

void load_free(struct load *l)
{
	upload_close(l->upload);
	part_plain_free(&l->plain);
	framein_close(&l->in);
	api_table_free(&l->target);
	api_close(l->api);
	receipt_free(&l->receipt);
	conf_free(&l->conf);
	tdurl_free(&l->to);
	free(l->session);
	free(l->temporary);
}

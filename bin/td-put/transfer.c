/* td-put: one transfer, from the head of the frame to the end of the receipt. */
#include "put.h"

#include "base/die.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/sig.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* --- the frame becomes parts ----------------------------------------------- */

static int put_block(struct load *l, const struct frame_block *b, struct fail *f)
{
	if (!l->upload) {
		l->digest.crc =
			(uint32_t)crc32_combine(l->digest.crc, b->crc, (z_off_t)b->body_len);
		l->digest.len += b->body_len;
		return 0;
	}
	if (l->part && upload_part_is_full(l->part, b, l->o->part_size)) {
		upload_give(l->upload, l->part);
		l->part = NULL;
	}
	if (!l->part && !(l->part = upload_take(l->upload, f)))
		return -1;
	return upload_part_add(l->part, b, f);
}

static int put_plain(struct load *l, bool all, struct fail *f)
{
	struct frame_block b;
	int rc;

	while ((rc = upload_part_plain_next(&l->plain, all, &b, f)) > 0)
		if (put_block(l, &b, f))
			return -1;
	return rc;
}

static void say_progress(struct load *l)
{
	uint64_t parts, bytes;

	if (!l->upload)
		return;
	upload_counts(l->upload, &parts, &bytes);
	progress_rate(&l->progress, "uploading", bytes, -1, (int64_t)l->in.rows, l->in.head.rows);
}

/*
 * From the first block, which was read already, to the end that says commit. Also where nothing is
 * sent (--dry-run, or --once and an earlier run did it): for the writer of the input, and to see
 * what it is.
 */
static int pump(struct load *l, enum framein_what what, struct frame_block *b, const char *p,
	size_t n, struct fail *f)
{
	for (;; what = input_next(l, b, &p, &n, f)) {
		say_progress(l);
		switch (what) {
		case FRAMEIN_BLOCK:
			if (put_plain(l, true, f) || put_block(l, b, f))
				return -1;
			break;
		case FRAMEIN_BYTES:
			if (upload_part_plain_put(&l->plain, p, n, f) || put_plain(l, false, f))
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

/* --- the transfer ---------------------------------------------------------- */

static int check_end(const struct load *l, struct fail *f)
{
	if (l->o->strict && !l->in.end.verified)
		return fail_set(f, FAIL_GUARD,
			"--strict: nothing proves that the source was complete "
			"(let td-encode run it: td-encode -- COMMAND)");
	return check_types(l, &l->in.end.schema, f);
}

/*
 * Rows are on their way; after this the session is ready and checked, and nothing has changed for a
 * reader.
 */
static int send_rows(struct load *l, enum framein_what what, struct frame_block *b, const char *p,
	size_t n, struct fail *f)
{
	if (session_open(l, f))
		return -1;
	if (l->already)
		return pump(l, what, b, p, n, f) || session_check_already(l, f) ? -1 : 0;
	if (pump(l, what, b, p, n, f) || check_end(l, f) || upload_finish(l->upload, f) ||
		(l->o->once && parts_settle(l, f)))
		return session_busy(l, API_UPLOADING, f);
	if (!l->o->no_commit && !l->o->streaming && session_perform(l, f))
		return -1;
	return session_schema(l, f);
}

/*
 * An append cannot be taken back once its commit is asked for. So a signal waits until the outcome
 * is known; a second one kills.
 */
static int commit(struct load *l, struct fail *f)
{
	int rc;

	sig_hold(l->to.mode == TDURL_APPEND);
	rc = session_commit(l, f);
	sig_hold(false);
	return rc;
}

/*
 * The table and its columns all the same. A new table for an append is a change that readers see:
 * the receipt begins before.
 */
static int no_rows(struct load *l, struct fail *f)
{
	const bool append = l->to.mode == TDURL_APPEND;

	l->receipt.valid = l->receipt.errors = 0;
	if (l->o->session)
		l->receipt.session = mem_string(l->o->session);
	if (l->o->once && session_look(l, f)) /* an earlier run may have had rows */
		return -1;
	if ((append && paper_begin(l, f)) || session_table(l, f) || session_schema(l, f))
		return -1;
	return append ? 0 : paper_begin(l, f);
}

static int transfer(struct load *l, struct fail *f)
{
	struct frame_block b;
	const char *p = NULL;
	size_t n = 0;
	enum framein_what what;

	if (input_open(l, f))
		return -1;
	if (l->in.head.job_id)
		l->receipt.source_job = mem_string(l->in.head.job_id);
	if (l->o->once && !l->o->once_key && !l->in.head.job_id) {
		if (input_next(l, &b, &p, &n, f) == FRAMEIN_FAILED)
			return -1; /* a source that gave up before it had a job has the reason */
		return fail_set(f, FAIL_USAGE,
			"--once needs a KEY: these rows do not come from a job (--once=KEY)");
	}
	if (check_target(l, f))
		return -1;
	/*
	 * the first block before anything is made: a source that fails at once leaves no trace on
	 * the server
	 */
	what = input_next(l, &b, &p, &n, f);
	if (what == FRAMEIN_FAILED)
		return -1;
	progress_start(&l->progress);
	if (l->o->dry_run)
		return pump(l, what, &b, p, n, f) || check_end(l, f) || check_plan(l, f) ? -1 : 0;
	if (what == FRAMEIN_END)
		return check_end(l, f) || no_rows(l, f) ? -1 : 0;
	if (send_rows(l, what, &b, p, n, f) || paper_begin(l, f))
		return -1;
	return l->already || l->o->no_commit || l->o->streaming ? 0 : commit(l, f);
}

/* --- the end --------------------------------------------------------------- */

static void add(struct fail *f, const char *fmt, const char *a, const char *b)
{
	size_t n = strlen(f->why);

	snprintf(f->why + n, sizeof f->why - n, fmt, a, b);
}

/* After its removal: it was not there, but the request to make it may still be on its way. */
static bool may_come(const struct load *l)
{
	return l->unanswered && api_status(l->api) == 404;
}

/* --commit that failed behind the upload: the others cannot send anything any more. */
static void tell_closed(const struct load *l, struct fail *f)
{
	if (f->kind == FAIL_TEMP || f->kind == FAIL_SIGNAL || f->kind == FAIL_UNKNOWN ||
		f->kind == FAIL_PIPE)
		add(f, "; session %s takes no more parts; the same command goes on with it%s",
			l->session, "");
	else
		add(f, "; session %s takes no more parts: --commit again with %s, or delete it",
			l->session,
			f->kind == FAIL_DATA ? "a --max-errors" : "what was wrong put right");
}

static void undo_session(struct load *l, struct fail *f)
{
	if (!l->session)
		return;
	if (l->closed && api_status(l->api) != 404) /* 404: it is gone */
		tell_closed(l, f);
	else if (l->o->once && l->names.n > 0 && !l->already)
		add(f, "; the same command goes on with session %s%s", l->session, "");
	else if (l->o->no_commit && parts_withdraw(l, &(struct fail){ 0 }))
		add(f, "; parts of it may be in session %s%s", l->session, "");
	else if (!l->keep_session && api_session_delete(l->api, l->session, &(struct fail){ 0 }))
		add(f, "; the bulk import session %s could not be removed%s", l->session, "");
	else if (!l->keep_session && may_come(l))
		add(f, "; the bulk import session %s may still be made (td-swap --gc removes it)%s",
			l->session, "");
}

/* --streaming: what cannot be taken back. After upload_close(): requests under way count, too. */
static void tell_streamed(const struct load *l, struct fail *f)
{
	const unsigned long long in = atomic_load(&l->streamed), maybe = atomic_load(&l->doubtful);
	size_t n = strlen(f->why);

	if (in == 0 && maybe == 0)
		return;
	if (in > 0)
		n += (size_t)snprintf(f->why + n, sizeof f->why - n,
			"; %llu rows are in the table already", in);
	if (maybe > 0 && n < sizeof f->why)
		snprintf(f->why + n, sizeof f->why - n,
			in > 0 ? ", and up to %llu more may be"
			       : "; up to %llu rows may be in the table",
			maybe);
	f->kind = f->kind == FAIL_SIGNAL || f->kind == FAIL_PIPE ? f->kind : FAIL_UNKNOWN;
}

/* Remove what was made; what cannot be removed is named behind f's sentence. */
static void undo(struct load *l, struct fail *f)
{
	if (l->committing && l->o->once) {
		f->kind = FAIL_TEMP;
		add(f, "; the same command finds out what became of session %s%s", l->session, "");
		return;
	}
	if (l->committing) {
		add(f, "; if session %s is committed, the rows are in the table%s", l->session, "");
		return;
	}
	upload_close(l->upload); /* no part may arrive after its session is gone */
	l->upload = NULL;
	if (!l->api)
		return;
	sig_hold(true);
	api_hurry(l->api);
	undo_session(l, f);
	if (l->temporary &&
		api_table_delete(l->api, l->to.database, l->temporary, &(struct fail){ 0 }))
		add(f, "; the table %s.%s could not be removed", l->to.database, l->temporary);
	else if (l->temporary && !l->session && may_come(l))
		add(f, "; the table %s.%s may still be made (td-swap --gc removes it)",
			l->to.database, l->temporary);
	sig_hold(false);
	if (f->kind == FAIL_UNKNOWN && !l->o->streaming) /* of a step inside the session */
		f->kind = FAIL_TEMP;
	tell_streamed(l, f);
}

static int failed(struct load *l, struct fail *f)
{
	undo(l, f);
	if (f->kind != FAIL_PIPE)
		paper_end(l, f, &(struct fail){ 0 });
	return -1;
}

/* --- many machines --------------------------------------------------------- */

/*
 * The receipts of those who uploaded: all of them done, all for this session; their rows are what
 * must be in it.
 */
static int add_receipt(struct load *l, const char *line, size_t n, struct fail *f)
{
	struct frame_end *e = &l->in.end;
	struct receipt r;

	if (receipt_parse(&r, line, n, l->from->name, f)) {
		receipt_free(&r);
		return -1;
	}
	if (!r.done)
		fail_set(f, FAIL_UPSTREAM, "one of the uploads failed: %s",
			r.reason ? r.reason : "no reason given");
	else if (strcmp(r.action, "upload") != 0 || !r.session ||
		strcmp(r.session, l->o->session) != 0 || r.rows < 0)
		fail_set(f, FAIL_DATA, "%s: a receipt that is not of an upload into session %s",
			l->from->name, l->o->session);
	e->verified = (e->rows == 0 || e->verified) && r.verified;
	e->rows += (uint64_t)(r.rows > 0 ? r.rows : 0);
	e->rejects += (uint64_t)(r.rejects > 0 ? r.rejects : 0);
	l->parts_said = l->parts_said < 0 || r.parts < 0 ? -1 : l->parts_said + r.parts;
	receipt_free(&r);
	return f->kind ? -1 : 0;
}

static int read_receipts(struct load *l, struct fail *f)
{
	char *text;
	size_t n, len;
	int rc = 0;

	l->rows_unknown = isatty(STDIN_FILENO) == 1;
	if (l->rows_unknown)
		return 0;
	if (fd_slurp(STDIN_FILENO, l->from->name, RECEIPT_MAX, &text, &n, f))
		return -1;
	l->rows_unknown = n == 0;
	for (size_t at = 0; at < n && rc == 0; at += len) {
		const char *newline = memchr(text + at, '\n', n - at);

		len = newline ? (size_t)(newline - text) - at + 1 : n - at;
		rc = add_receipt(l, text + at, len, f);
	}
	free(text);
	return rc;
}

/* Also after a signal that waited for the commit. */
static void remove_session(struct load *l)
{
	struct fail f = { 0 };

	sig_hold(true);
	if (api_session_delete(l->api, l->session, &f))
		warn("the rows are in, but: %s", f.why);
	sig_hold(false);
}

int load_commit(struct load *l, struct fail *f)
{
	paper_start(l);
	l->receipt.session = mem_string(l->o->session);
	l->api = api_open(&l->conf, &l->o->api);
	if (read_receipts(l, f) || (l->o->strict && check_end(l, f)) || session_take_up(l, f) ||
		paper_begin(l, f) || (!l->already && commit(l, f)))
		return failed(l, f);
	remove_session(l);
	return paper_end(l, NULL, f);
}

int load_run(struct load *l, struct fail *f)
{
	paper_start(l);
	progress_init(&l->progress, l->o->progress, l->o->verbosity < 0);
	l->api = api_open(&l->conf, &l->o->api);
	if (transfer(l, f)) {
		progress_end(&l->progress);
		return l->o->dry_run ? -1 : failed(l, f);
	}
	if (l->o->dry_run)
		return fd_close(STDOUT_FILENO, "standard output", f);
	if (l->session && !l->keep_session)
		remove_session(l);
	if (paper_end(l, NULL, f) == 0) {
		progress_done(&l->progress, "%lld rows into %s.%s", (long long)l->receipt.rows,
			l->to.database, l->into);
		return 0;
	}
	if (l->o->no_commit) {
		f->kind = FAIL_SYSTEM;
		return fail_at(f, "the parts are in session %s, but their receipt is not written",
			l->o->session);
	}
	if (l->to.mode == TDURL_APPEND) {
		f->kind = FAIL_SYSTEM; /* also where the reader is gone: nobody else says it */
		return fail_at(f, "the rows are in table %s.%s, but their receipt is not written",
			l->to.database, l->to.table);
	}
	free(l->session);
	l->session = NULL;
	return failed(l, f); /* nobody will swap: the temporary table goes */
}

void load_free(struct load *l)
{
	upload_close(l->upload);
	parts_free(l);
	upload_part_plain_free(&l->plain);
	input_close(l);
	api_table_free(&l->target);
	api_close(l->api);
	receipt_free(&l->receipt);
	conf_free(&l->conf);
	tdurl_free(&l->to);
	free(l->session);
	free(l->temporary);
}

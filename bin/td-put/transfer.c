/* td-put: one transfer, from the head of the frame to the end of the receipt. */
#include "put.h"

#include "base/die.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/sig.h"
#include "sys/clock.h"
#include "td/append.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Into the table at once. It was the intended table if it is the same one afterwards. */
static int stream(struct load *l, struct fail *f)
{
	struct api_table now;

	l->stream.base = clock_random();
	l->upload = upload_open(&l->conf, &l->o->api, l->o->jobs, parts_stream, pump_tick, l);
	if (pump_input(l, f) || upload_finish(l->upload, f) || session_schema(l, f) ||
		paper_begin(l, f))
		return -1;
	if (!l->target_known || l->target.id < 0)
		return 0;
	if (api_table_show(l->api, l->to.database, l->into, &now, f))
		return -1;
	if (!now.exists || (now.id >= 0 && now.id != l->target.id))
		fail_set(f, FAIL_UNKNOWN,
			"%s.%s was replaced or dropped meanwhile: the rows may be in what replaced "
			"it, or "
			"in what it was",
			l->to.database, l->to.table);
	api_table_free(&now);
	return f->kind ? -1 : 0;
}

static int through_session(struct load *l, struct fail *f)
{
	const bool append = l->to.mode == TDURL_APPEND;
	const struct append_task t = {
		.kind = !append         ? APPEND_LOAD
			: l->o->session ? APPEND_JOIN
			: l->o->once    ? APPEND_ONCE
					: APPEND_PLAIN,
		.table_id = append && l->target_known && l->target.exists ? l->target.id : -1,
	};

	session_begin(l);
	return steps_run(l, &t, f);
}

/*
 * No rows: still creates the table and its columns. A new table for an append is a change that
 * readers see: the receipt begins before.
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
	struct first *x = &l->first;

	if ((l->o->content && content_key(l, f)) || put_input_open(l, f))
		return -1;
	if (l->input.in.head.job_id)
		l->receipt.source_job = mem_string(l->input.in.head.job_id);
	if (l->o->once && !l->o->once_key && !l->o->content && !l->input.in.head.job_id) {
		if (input_next(l, &x->block, &x->p, &x->n, f) == FRAMEIN_FAILED)
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
	x->what = input_next(l, &x->block, &x->p, &x->n, f);
	if (x->what == FRAMEIN_FAILED)
		return -1;
	progress_start(&l->progress);
	if (l->o->dry_run)
		return pump_input(l, f) || check_plan(l, f) ? -1 : 0;
	if (x->what == FRAMEIN_END)
		return pump_check_end(l, f) || no_rows(l, f) ? -1 : 0;
	if (session_table(l, f))
		return -1;
	return l->o->streaming ? stream(l, f) : through_session(l, f);
}

/* --- the end --- */

/* --streaming: what cannot be taken back. After upload_close(): requests under way count, too. */
static void tell_streamed(const struct load *l, struct fail *f)
{
	const unsigned long long in = atomic_load(&l->stream.in),
				 maybe = atomic_load(&l->stream.doubtful);
	size_t n = strlen(f->why);

	if (in == 0 && maybe == 0)
		return;
	if (in > 0)
		n += (size_t)snprintf(
			f->why + n, sizeof f->why - n, "; %llu row%s in the table already", in,
			in == 1 ? " is" : "s are");
	if (maybe > 0 && n < sizeof f->why)
		snprintf(f->why + n, sizeof f->why - n,
			"%s up to %llu %s%s may be%s", in > 0 ? ", and" : ";", maybe,
			in > 0 ? "more" : "row", in > 0 ? "" : num_s(maybe),
			in > 0 ? "" : " in the table");
	f->kind = f->kind == FAIL_SIGNAL || f->kind == FAIL_PIPE ? f->kind : FAIL_UNKNOWN;
}

/* mode=replace: the temporary table goes, with all that may be in it. */
static void drop_temporary(struct load *l, struct fail *f)
{
	if (!l->temporary)
		return;
	sig_hold(true);
	api_hurry(l->api);
	if (api_table_delete(l->api, l->to.database, l->temporary, FAIL_IGNORED))
		fail_add(f, "; the table %s.%s could not be removed", l->to.database, l->temporary);
	else if (l->unanswered && api_status(l->api) == 404)
		fail_add(f, "; the table %s.%s may still be made (td-swap --gc removes it)",
			l->to.database, l->temporary);
	sig_hold(false);
	if (f->kind == FAIL_UNKNOWN)
		f->kind = FAIL_TEMP;
}

void transfer_connect(struct load *l)
{
	l->api = api_open(&l->conf, &l->o->api);
	if (l->until_ms > 0)
		api_until(l->api, l->until_ms);
}

void transfer_time_is_up(const struct load *l, struct fail *f)
{
	if (f->kind != FAIL_SIGNAL || !sig_time_is_up())
		return;
	f->kind = FAIL_TEMP;
	fail_at(f, "not done within --wait %llu s", (unsigned long long)l->o->wait_s);
}

int transfer_failed(struct load *l, struct fail *f)
{
	transfer_time_is_up(l, f);
	upload_close(l->upload);
	l->upload = NULL;
	drop_temporary(l, f);
	tell_streamed(l, f);
	if (f->kind != FAIL_PIPE)
		paper_end(l, f, FAIL_IGNORED);
	return -1;
}

void transfer_not_begun(struct load *l, struct fail *f)
{
	transfer_time_is_up(l, f);
	if (l->o->dry_run || l->o->discard || f->kind == FAIL_PIPE)
		return;
	paper_start(l);
	paper_end(l, f, FAIL_IGNORED);
}

static void say_done(struct load *l)
{
	const long long rows = (long long)l->receipt.rows;
	const char *s = num_s((uint64_t)rows);

	if (l->to.mode != TDURL_APPEND)
		progress_done(&l->progress,
			"%lld row%s into %s.%s (not published yet: pipe the receipt into td-swap)",
			rows, s, l->to.database, l->into);
	else if (l->o->no_commit)
		progress_done(&l->progress, "%lld row%s into session %s (not published yet)", rows,
			s, l->o->session);
	else
		progress_done(&l->progress, "%lld row%s into %s.%s%s", rows, s, l->to.database,
			l->into, l->receipt.already ? ", since an earlier run" : "");
}

/*
 * Interrupted after a replace was loaded: no td-swap will come, because a signal from the terminal
 * ends it as well.
 */
static int given_up(const struct load *l, struct fail *f)
{
	return l->to.mode != TDURL_APPEND && !l->o->dry_run && sig_caught()
		? fail_set(f, FAIL_SIGNAL, "interrupted")
		: 0;
}

int transfer_run(struct load *l, struct fail *f)
{
	paper_start(l);
	transfer_connect(l);
	if (transfer(l, f) || given_up(l, f)) {
		progress_end(&l->progress);
		return l->o->dry_run ? -1 : transfer_failed(l, f);
	}
	if (l->o->dry_run)
		return fd_close(STDOUT_FILENO, "standard output", f);
	if (l->receipt.watermark && l->mark.path &&
		newfile_put(&l->mark, l->receipt.watermark, f)) {
		fail_at(f, "the rows are in table %s.%s, but not their watermark", l->to.database,
			l->to.table);
		paper_end(l, NULL, FAIL_IGNORED);
		return -1;
	}
	if (paper_end(l, NULL, f) == 0) {
		say_done(l);
		return 0;
	}
	if (l->o->no_commit) {
		f->kind = FAIL_SYSTEM;
		return fail_at(f, "the parts are in session %s, but their receipt is not written",
			l->o->session);
	}
	if (l->to.mode == TDURL_APPEND) {
		f->kind = FAIL_SYSTEM; /* even without a reader: only we report it */
		return fail_at(f, "the rows are in table %s.%s, but their receipt is not written",
			l->to.database, l->to.table);
	}
	return transfer_failed(l, f); /* no td-swap will come: the temporary table goes */
}

void transfer_free(struct load *l)
{
	upload_close(l->upload);
	parts_free(l);
	records_free(&l->checked);
	upload_part_plain_free(&l->plain);
	range_free(l);
	newfile_close(&l->mark);
	put_input_close(l);
	api_table_free(&l->target);
	api_close(l->api);
	receipt_free(&l->receipt);
	conf_free(&l->conf);
	tdurl_free(&l->to);
	free(l->session);
	free(l->temporary);
}

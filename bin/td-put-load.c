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

/*
 * Rows of a job that this key can see on this server come from the account that they go to. Said only to a person: a
 * schedule cannot do anything about it.
 */
static void hint(struct load *l)
{
	struct fail ignored = { 0 };
	struct api_job job = { 0 };

	if (!l->in.head.job_id || !l->in.head.endpoint || strcmp(l->in.head.endpoint, l->conf.endpoint) != 0 ||
	    !isatty(STDERR_FILENO))
		return;
	if (api_job_status(l->api, l->in.head.job_id, &job, &ignored) == 0)
		warn("source and target are the same account: INSERT INTO or CREATE TABLE AS in the query would be faster");
	api_job_free(&job);
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
	for (;; what = input_next(l, b, &p, &n, f)) {
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
	r->rows = l->rows_unknown ? r->valid : (int64_t)e->rows;
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
	r->action = mem_string(l->o->no_commit ? "upload" : l->o->streaming ? "import"
			       : l->to.mode == TDURL_APPEND ? "append" : "load");
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

/* --once, and an earlier run did it: the input is read all the same, for its writer and to see that it is the same. */
static int drain(struct load *l, enum framein_what what, struct frame_block *b, const char *p, size_t n, struct fail *f)
{
	while (what != FRAMEIN_END) {
		if (what == FRAMEIN_FAILED)
			return -1;
		what = input_next(l, b, &p, &n, f);
	}
	return 0;
}

/* Rows are on their way; after this the session is ready and checked, and nothing has changed for a reader. */
static int send_rows(struct load *l, enum framein_what what, struct frame_block *b, const char *p, size_t n, struct fail *f)
{
	if (session_open(l, f))
		return -1;
	if (l->already)
		return drain(l, what, b, p, n, f) || session_check_already(l, f) ? -1 : 0;
	if (pump(l, what, b, p, n, f) || check_end(l, f) || upload_finish(l->upload, f))
		return -1;
	if (!l->o->no_commit && !l->o->streaming && ((l->o->once && parts_settle(l, f)) || session_perform(l, f)))
		return -1;
	return session_schema(l, f);
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

/* --dry-run: everything is read and looked at, and the rest is said. */
static int say_plan(struct load *l, struct fail *f)
{
	const struct load *const c = l;
	const struct schema *new = &c->in.end.schema;
	const bool append = c->to.mode == TDURL_APPEND;
	struct buf b;
	int rc;

	buf_init(&b, 16 << 20);
	buf_printf(&b, "%llu rows (%s) for %s.%s on %s, mode=%s\n", (unsigned long long)c->in.end.rows,
		   c->in.end.verified ? "verified" : "taken from end-of-file", c->to.database, c->to.table, c->conf.endpoint,
		   tdurl_mode_name(c->to.mode));
	if (!c->target_known)
		buf_printf(&b, "table %s: the key may not look at it\n", c->to.table);
	else if (c->target.exists)
		buf_printf(&b, "table %s: %lld rows, %zu columns\n", c->to.table, (long long)c->target.count, c->target.schema.n);
	else
		buf_printf(&b, "table %s: does not exist%s\n", c->to.table, append ? ", would be made" : "");
	for (size_t i = 0; i < new->n; i++)
		if (new->col[i].type && schema_find(&c->target.schema, new->col[i].name) < 0)
			buf_printf(&b, "new column: %s %s\n", new->col[i].name, new->col[i].type);
	for (size_t i = 0; c->to.mode == TDURL_REPLACE && i < c->target.schema.n; i++)
		if (schema_find(new, c->target.schema.col[i].name) < 0)
			buf_printf(&b, "dropped column: %s\n", c->target.schema.col[i].name);
	if (!append || !c->target.exists)
		buf_printf(&b, "POST table/create/%s/%s\n", c->to.database, append ? c->to.table : "(temporary)");
	if (c->o->streaming)
		buf_puts(&b, "PUT table/import_with_id, for each part\nPOST table/append-schema\n");
	else if (c->in.end.rows)
		buf_puts(&b, "POST bulk_import/create\nPUT bulk_import/upload_part, for each part\nPOST bulk_import/freeze\n"
			 "POST bulk_import/perform\nPOST table/append-schema\nPOST bulk_import/commit\n");
	rc = fd_write(STDOUT_FILENO, "standard output", b.p, b.len, f);
	buf_free(&b);
	return rc;
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
	if (l->o->once && !l->o->once_key && !l->in.head.job_id)
		return fail_set(f, FAIL_USAGE, "--once needs a KEY: these rows do not come from a job (--once=KEY)");
	if (look_at_target(l, f))
		return -1;
	hint(l);
	/* the first block before anything is made: a source that fails at once leaves no trace on the server */
	what = input_next(l, &b, &p, &n, f);
	if (what == FRAMEIN_FAILED)
		return -1;
	if (l->o->dry_run)
		return drain(l, what, &b, p, n, f) || check_end(l, f) || say_plan(l, f) ? -1 : 0;
	if (what == FRAMEIN_END)
		return check_end(l, f) || no_rows(l, f) ? -1 : 0;
	if (send_rows(l, what, &b, p, n, f) || begin_receipt(l, f))
		return -1;
	return l->already || l->o->no_commit || l->o->streaming ? 0 : commit(l, f);
}

/* --- the end ---------------------------------------------------------------------------------------------------- */

static void add(struct fail *f, const char *fmt, const char *a, const char *b)
{
	size_t n = strlen(f->why);

	snprintf(f->why + n, sizeof f->why - n, fmt, a, b);
}

static void undo_session(struct load *l, struct fail *f)
{
	if (!l->session)
		return;
	if (l->o->no_commit && parts_withdraw(l, &(struct fail){ 0 }))
		add(f, "; parts of it may be in session %s%s", l->session, "");
	else if (l->o->once && l->names.n > 0 && !l->already)
		add(f, "; the same command goes on with session %s%s", l->session, "");
	else if (!l->keep_session && api_session_delete(l->api, l->session, &(struct fail){ 0 }))
		add(f, "; the bulk import session %s could not be removed%s", l->session, "");
}

/* Remove what was made; what cannot be removed is named behind f's sentence. */
static void undo(struct load *l, struct fail *f)
{
	const unsigned long long streamed = atomic_load(&l->streamed);

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
	if (l->temporary && api_table_delete(l->api, l->to.database, l->temporary, &(struct fail){ 0 }))
		add(f, "; the table %s.%s could not be removed", l->to.database, l->temporary);
	sig_hold(false);
	if (f->kind == FAIL_UNKNOWN && !l->o->streaming) /* of a step inside the session */
		f->kind = FAIL_TEMP;
	if (streamed) {
		size_t n = strlen(f->why);

		snprintf(f->why + n, sizeof f->why - n, "; %llu rows are in the table already", streamed);
		f->kind = f->kind == FAIL_SIGNAL || f->kind == FAIL_PIPE ? f->kind : FAIL_UNKNOWN;
	}
}

static int failed(struct load *l, struct fail *f)
{
	undo(l, f);
	if (f->kind != FAIL_PIPE)
		end_receipt(l, f, &(struct fail){ 0 });
	return -1;
}

/* --- many machines ---------------------------------------------------------------------------------------------- */

/* The receipts of those who uploaded: all of them done, all for this session; their rows are what must be in it. */
static int add_receipt(struct load *l, const char *line, size_t n, struct fail *f)
{
	struct frame_end *e = &l->in.end;
	struct receipt r;

	if (receipt_parse(&r, line, n, l->from->name, f)) {
		receipt_free(&r);
		return -1;
	}
	if (!r.done)
		fail_set(f, FAIL_UPSTREAM, "one of the uploads failed: %s", r.reason ? r.reason : "no reason given");
	else if (strcmp(r.action, "upload") != 0 || !r.session || strcmp(r.session, l->o->session) != 0 || r.rows < 0)
		fail_set(f, FAIL_DATA, "%s: a receipt that is not of an upload into session %s", l->from->name, l->o->session);
	e->verified = (e->rows == 0 || e->verified) && r.verified;
	e->rows += (uint64_t)(r.rows > 0 ? r.rows : 0);
	e->rejects += (uint64_t)(r.rejects > 0 ? r.rejects : 0);
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

int load_commit(struct load *l, struct fail *f)
{
	struct fail debris = { 0 };

	start_receipt(l);
	l->receipt.session = mem_string(l->o->session);
	l->api = api_open(&l->conf, &l->o->api);
	if (read_receipts(l, f) || session_take_up(l, f) || (l->o->strict && check_end(l, f)) || begin_receipt(l, f) ||
	    (!l->already && commit(l, f)))
		return failed(l, f);
	if (api_session_delete(l->api, l->session, &debris))
		warn("the rows are in, but: %s", debris.why);
	return end_receipt(l, NULL, f);
}

int load_run(struct load *l, struct fail *f)
{
	struct fail debris = { 0 };

	start_receipt(l);
	progress_init(&l->progress, l->o->progress, l->o->quiet);
	l->api = api_open(&l->conf, &l->o->api);
	if (transfer(l, f)) {
		progress_end(&l->progress);
		return l->o->dry_run ? -1 : failed(l, f);
	}
	if (l->o->dry_run)
		return fd_close(STDOUT_FILENO, "standard output", f);
	if (l->session && !l->keep_session && api_session_delete(l->api, l->session, &debris))
		warn("the rows are in, but: %s", debris.why);
	progress_done(&l->progress, "%lld rows in %s.%s", (long long)l->receipt.rows, l->to.database, l->into);
	if (end_receipt(l, NULL, f) == 0)
		return 0;
	if (l->to.mode == TDURL_APPEND)
		return fail_at(f, "the rows are in table %s.%s, but their receipt is not written", l->to.database, l->to.table);
	free(l->session);
	l->session = NULL;
	return failed(l, f); /* nobody will swap: the temporary table goes */
}

void load_free(struct load *l)
{
	upload_close(l->upload);
	parts_free(l);
	part_plain_free(&l->plain);
	input_close(l);
	api_table_free(&l->target);
	api_close(l->api);
	receipt_free(&l->receipt);
	conf_free(&l->conf);
	tdurl_free(&l->to);
	free(l->session);
	free(l->temporary);
}

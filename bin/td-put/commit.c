/* td-put: --commit: a session that many machines have filled is published. */
#include "put.h"

#include "base/fd.h"
#include "base/mem.h"
#include "base/num.h"
#include "td/append.h"

#include <stdlib.h>
#include <unistd.h>

/*
 * The receipts of the uploads: all of them done, all for this session, which must hold their rows.
 */
static int add_receipt(struct load *l, const char *line, size_t n, struct fail *f)
{
	struct frame_end *e = &l->input.in.end;
	struct receipt r;

	if (receipt_parse(&r, line, n, l->input.from->name, f)) {
		receipt_free(&r);
		return -1;
	}
	if (!r.done)
		fail_set(f, FAIL_UPSTREAM, "one of the uploads failed: %s",
			r.reason ? r.reason : "no reason given");
	else if (strcmp(r.action, "upload") != 0 || !r.session ||
		 strcmp(r.session, l->o->session) != 0 || r.rows < 0)
		fail_set(f, FAIL_DATA, "%s: a receipt that is not of an upload into session %s",
			l->input.from->name, l->o->session);
	e->verified = (e->rows == 0 || e->verified) && r.verified;
	e->rows += (uint64_t)(r.rows > 0 ? r.rows : 0);
	e->rejects += (uint64_t)(r.rejects > 0 ? r.rejects : 0);
	l->said.parts = l->said.parts < 0 || r.parts < 0 ? -1 : l->said.parts + r.parts;
	receipt_free(&r);
	return f->kind ? -1 : 0;
}

static int read_receipts(struct load *l, struct fail *f)
{
	char *text;
	size_t n, len;
	int rc = 0;

	l->said.rows_unknown = isatty(STDIN_FILENO) == 1;
	if (l->said.rows_unknown)
		return 0;
	if (fd_slurp(STDIN_FILENO, l->input.from->name, RECEIPT_MAX, &text, &n, f))
		return -1;
	l->said.rows_unknown = n == 0;
	for (size_t at = 0; at < n && rc == 0; at += len) {
		const char *newline = memchr(text + at, '\n', n - at);

		len = newline ? (size_t)(newline - text) - at + 1 : n - at;
		rc = add_receipt(l, text + at, len, f);
	}
	free(text);
	return rc;
}

/* The table before: it must be the same one when the rows are published. */
static int look_at_target(struct load *l, struct fail *f)
{
	if (api_table_show(l->api, l->to.database, l->to.table, &l->target, f) == 0) {
		l->target_known = true;
		return 0;
	}
	if (f->kind != FAIL_KEY)
		return -1;
	fail_clear(f); /* a write-only key may not be allowed to see it */
	return 0;
}

/* No upload had rows, so none created the session. */
static bool is_nothing(struct load *l)
{
	struct api_session s;

	return !l->said.rows_unknown && l->input.in.end.rows == 0 &&
	       api_session_show(l->api, l->session, &s, FAIL_IGNORED) == 0 &&
	       s.state == API_SESSION_GONE;
}

static int publish(struct load *l, struct fail *f)
{
	struct append_task t = { .kind = APPEND_COMMIT, .table_id = -1 };

	l->into = l->to.table;
	if (look_at_target(l, f))
		return -1;
	if (is_nothing(l)) {
		l->receipt.valid = l->receipt.errors = 0;
		return paper_begin(l, f);
	}
	if (l->target_known && l->target.exists)
		t.table_id = l->target.id;
	return steps_run(l, &t, f);
}

/* The session stays: it is what the same command, given again, knows by that all is done. */
int commit_run(struct load *l, struct fail *f)
{
	paper_start(l);
	transfer_connect(l);
	session_begin(l);
	if (read_receipts(l, f) || (l->o->strict && pump_check_end(l, f)) || publish(l, f))
		return transfer_failed(l, f);
	if (paper_end(l, NULL, f))
		return -1;
	progress_done(&l->progress, "%lld row%s into %s.%s%s", (long long)l->receipt.rows,
		num_s((uint64_t)l->receipt.rows), l->to.database, l->to.table,
		l->receipt.already ? ", since an earlier run" : "");
	return 0;
}

/* Its rows may be all that somebody has of them: not if they are in the table, or on their way. */
static int may_go(struct load *l, const struct api_session *s, struct fail *f)
{
	if (session_check(l, s, f))
		return -1;
	if (s->state == API_COMMITTED)
		return fail_set(f, FAIL_GUARD,
			"session %s is committed: its rows are in the table, and it is the memory "
			"of that (td-swap --gc --sessions removes old ones)",
			l->session);
	if (s->state == API_COMMITTING || s->state == API_PERFORMING)
		return fail_set(f, FAIL_TEMP, "session %s is being %s", l->session,
			s->state == API_COMMITTING ? "committed" : "imported");
	return 0;
}

int commit_discard(struct load *l, struct fail *f)
{
	struct api_session s;

	transfer_connect(l);
	session_begin(l);
	if (api_session_show(l->api, l->session, &s, f) || may_go(l, &s, f) ||
		api_session_delete(l->api, l->session, f))
		return -1;
	progress_done(&l->progress, "session %s is gone, with what was in it", l->session);
	return 0;
}

/* append: the states of a bulk import session, as far as they are this run's business. */
#include "td/append.h"

#include <string.h>

/* tests/explore switches one defence off at a time, and sees which law breaks. */
#ifndef APPEND_MARK
#define APPEND_MARK(n) true
#endif

enum { TRIES = 4 };

enum at {
	AT_CREATE,
	AT_FOUND,
	AT_UNFREEZE,
	AT_SEND,
	AT_SENT_LOOK,
	AT_READ,
	AT_PARTS,
	AT_FREEZE,
	AT_FREEZE_LOOK,
	AT_PERFORM,
	AT_FOLLOW,
	AT_TABLE,
	AT_CHECK,
	AT_PUBLISH,
	AT_TABLE_AFTER,
	AT_WITHDRAW,
	AT_DELETE,
	AT_END
};

static void ask(struct append *a, struct append_ask *n, enum at at, enum append_do what)
{
	a->at = (uint8_t)at;
	n->what = (uint8_t)what;
	n->wait = false;
}

static bool is_kept(const struct append *a)
{
	return a->task.kind >= APPEND_ONCE && APPEND_MARK(3);
}

static void end(struct append *a, struct append_ask *n)
{
	ask(a, n, AT_END, APPEND_END);
}

static void clean(struct append *a, struct append_ask *n)
{
	if (a->task.kind == APPEND_JOIN && a->created)
		ask(a, n, AT_WITHDRAW, APPEND_WITHDRAW);
	else if (is_kept(a) || !a->created || a->why == APPEND_TAKEN)
		end(a, n);
	else
		ask(a, n, AT_DELETE, APPEND_DELETE);
}

/*
 * A failure. After a commit was sent it is not known whether the rows come, but for a temporary
 * table, which goes with all that is in it.
 */
static void fail(struct append *a, struct append_ask *n, enum fail_kind status, enum append_why why)
{
	const bool doubt =
		a->sent && !a->published && a->task.kind != APPEND_LOAD && APPEND_MARK(1);

	a->status = (uint16_t)status;
	a->why = (uint8_t)why;
	if (!doubt) {
		clean(a, n);
		return;
	}
	a->status = a->task.kind == APPEND_ONCE ? FAIL_TEMP : FAIL_UNKNOWN;
	a->why = APPEND_DOUBT;
	a->left = true;
	end(a, n);
}

/* A request or a query that came to nothing. */
static void fail_as(struct append *a, struct append_ask *n, uint8_t result)
{
	fail(a, n,
		result == APPEND_STOPPED  ? FAIL_SIGNAL
		: result == APPEND_SILENT ? FAIL_TEMP
					  : FAIL_REFUSED,
		APPEND_CALLER);
}

static void succeed(struct append *a, struct append_ask *n)
{
	a->status = FAIL_NONE;
	a->why = a->already ? APPEND_ALREADY : APPEND_WELL;
	if (is_kept(a))
		end(a, n);
	else
		ask(a, n, AT_DELETE, APPEND_DELETE);
}

/* --- the session is ours, or we go on with it --- */

static void follow(struct append *a, struct append_ask *n, bool wait)
{
	ask(a, n, AT_FOLLOW, APPEND_LOOK);
	n->wait = wait;
}

static void freeze(struct append *a, struct append_ask *n)
{
	a->tries = 0;
	ask(a, n, AT_FREEZE, APPEND_FREEZE);
}

static void perform(struct append *a, struct append_ask *n)
{
	a->tries = 0;
	ask(a, n, AT_PERFORM, APPEND_PERFORM);
}

/* A session that others may know exists. */
static void found_once(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	a->job = s->job;
	if (s->state != APPEND_UPLOADING)
		ask(a, n, AT_READ, APPEND_READ);
	else if (s->frozen)
		ask(a, n, AT_UNFREEZE, APPEND_UNFREEZE);
	else
		ask(a, n, AT_SEND, APPEND_SEND);
}

static void found_commit(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	a->job = s->job;
	a->already = s->state == APPEND_COMMITTED;
	if (s->state == APPEND_UPLOADING)
		ask(a, n, AT_PARTS, APPEND_PARTS);
	else
		follow(a, n, false);
}

static void found(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	const uint8_t kind = a->task.kind;

	if (s->result != APPEND_DONE) {
		fail_as(a, n, s->result);
	} else if (s->state == APPEND_GONE && kind == APPEND_COMMIT) {
		fail(a, n, FAIL_REFUSED, APPEND_NO_SESSION);
	} else if (s->state == APPEND_GONE && a->tries++ < TRIES && !a->refused) {
		ask(a, n, AT_CREATE, APPEND_CREATE);
	} else if (s->state == APPEND_GONE) {
		fail_as(a, n, a->refused ? APPEND_REFUSED : APPEND_SILENT);
	} else if (s->elsewhere) {
		a->already = s->state == APPEND_COMMITTED;
		fail(a, n, a->already ? FAIL_GUARD : FAIL_REFUSED,
			a->already ? APPEND_REPLACED_SINCE : APPEND_ELSEWHERE);
	} else if (s->state == APPEND_OTHER) {
		fail(a, n, FAIL_REFUSED, APPEND_STRANGE);
	} else if (kind == APPEND_COMMIT) {
		found_commit(a, s, n);
	} else if (kind == APPEND_ONCE) {
		found_once(a, s, n);
	} else if (s->state == APPEND_UPLOADING && !s->frozen) {
		ask(a, n, AT_SEND, APPEND_SEND);
	} else {
		fail(a, n, FAIL_REFUSED, APPEND_CLOSED);
	}
}

/* No other client makes this name by chance: a conflict after a lost answer is our own doing. */
static void created(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	const bool first = !a->created;

	a->created = true;
	a->refused = s->result == APPEND_REFUSED;
	if (s->result == APPEND_DONE)
		ask(a, n, AT_SEND, APPEND_SEND);
	else if (s->result == APPEND_CONFLICT && first && !is_kept(a))
		fail(a, n, FAIL_TEMP, APPEND_TAKEN);
	else if (s->result == APPEND_STOPPED || s->result == APPEND_REFUSED ||
		 s->result == APPEND_ABSENT)
		fail_as(a, n, s->result);
	else
		ask(a, n, AT_FOUND, APPEND_LOOK);
}

/* --- parts --- */

static void sent(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	if (s->result == APPEND_DONE && a->task.kind == APPEND_JOIN)
		succeed(a, n);
	else if (s->result == APPEND_DONE)
		freeze(a, n);
	else if (a->task.kind == APPEND_ONCE &&
		 (s->result == APPEND_REFUSED || s->result == APPEND_CONFLICT))
		ask(a, n, AT_SENT_LOOK,
			APPEND_LOOK); /* by a session that another run has frozen? */
	else
		fail_as(a, n, s->result);
}

static void sent_look(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	if (s->result == APPEND_DONE && s->state <= APPEND_COMMITTED &&
		(s->state != APPEND_UPLOADING || s->frozen))
		fail(a, n, FAIL_TEMP, APPEND_AHEAD);
	else
		fail(a, n, FAIL_REFUSED, APPEND_CALLER);
}

static void read_input(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	a->matched = s->result == APPEND_DONE;
	if (a->matched)
		follow(a, n, false);
	else
		fail_as(a, n, s->result);
}

static void parts(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	if (s->result == APPEND_DONE)
		freeze(a, n);
	else
		fail_as(a, n, s->result);
}

static void frozen(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	a->refused = s->result == APPEND_REFUSED;
	if (s->result == APPEND_DONE || s->result == APPEND_CONFLICT)
		perform(a, n);
	else if (s->result == APPEND_STOPPED)
		fail_as(a, n, s->result);
	else
		ask(a, n, AT_FREEZE_LOOK, APPEND_LOOK);
}

static void frozen_look(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	if (s->result != APPEND_DONE)
		fail_as(a, n, s->result);
	else if (s->state == APPEND_GONE)
		fail(a, n, FAIL_REFUSED, APPEND_NO_SESSION);
	else if (s->state != APPEND_UPLOADING)
		follow(a, n, false);
	else if (s->frozen)
		perform(a, n);
	else if (a->tries++ < TRIES && !a->refused)
		ask(a, n, AT_FREEZE, APPEND_FREEZE);
	else
		fail_as(a, n, a->refused ? APPEND_REFUSED : APPEND_SILENT);
}

/* --- the import and the commit: whatever the answer, the session is checked --- */

static void ready(struct append *a, struct append_ask *n)
{
	if (a->barred)
		fail_as(a, n, APPEND_REFUSED);
	else if (a->task.table_id >= 0)
		ask(a, n, AT_TABLE, APPEND_TABLE);
	else
		ask(a, n, AT_CHECK, APPEND_CHECK);
}

/* Uploading, though the import was asked for: it was not begun, or has failed. */
static void not_performed(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	if (s->job != a->job && s->job != 0)
		fail(a, n, FAIL_REFUSED, APPEND_FAILED);
	else if (a->refused)
		fail(a, n, FAIL_REFUSED, APPEND_CALLER);
	else if (a->tries++ < TRIES)
		ask(a, n, AT_PERFORM, APPEND_PERFORM);
	else
		fail(a, n, FAIL_TEMP, APPEND_TRIES);
}

static void published(struct append *a, struct append_ask *n)
{
	a->published = true;
	if (a->already)
		ask(a, n, AT_CHECK, APPEND_CHECK);
	else if (a->task.table_id >= 0 && APPEND_MARK(2))
		ask(a, n, AT_TABLE_AFTER, APPEND_TABLE);
	else
		succeed(a, n);
}

/* The session goes with the table that it was made for, which has another name by now, or none. */
static void moved_on(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	if (s->state != APPEND_COMMITTED && s->state != APPEND_COMMITTING) {
		fail(a, n, FAIL_TEMP, APPEND_REPLACED);
	} else if (s->state == APPEND_COMMITTING) {
		follow(a, n, true);
	} else {
		a->status = FAIL_UNKNOWN;
		a->why = APPEND_REPLACED_SINCE;
		a->left = a->published = true;
		end(a, n);
	}
}

static void followed(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	if (s->result != APPEND_DONE) {
		fail_as(a, n, s->result);
		return;
	}
	if (s->elsewhere && a->task.kind != APPEND_LOAD && APPEND_MARK(5)) {
		moved_on(a, s, n);
		return;
	}
	switch ((enum append_state)s->state) {
	case APPEND_UPLOADING:
		not_performed(a, s, n);
		break;
	case APPEND_PERFORMING:
	case APPEND_COMMITTING:
		follow(a, n, true);
		break;
	case APPEND_READY:
		ready(a, n);
		break;
	case APPEND_COMMITTED:
		if (!a->sent)
			a->already = true;
		published(a, n);
		break;
	case APPEND_GONE:
		fail(a, n, FAIL_REFUSED, APPEND_NO_SESSION);
		break;
	case APPEND_OTHER:
		fail(a, n, FAIL_REFUSED, APPEND_STRANGE);
		break;
	}
}

static void performed(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	a->refused = s->result == APPEND_REFUSED;
	if (s->result == APPEND_STOPPED)
		fail_as(a, n, s->result);
	else
		follow(a, n, true);
}

/* Of the target, before the commit. */
static void table(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	if (s->result == APPEND_DONE && (s->id < 0 || s->id == a->task.table_id))
		ask(a, n, AT_CHECK, APPEND_CHECK);
	else if (s->result == APPEND_DONE || s->result == APPEND_ABSENT)
		fail(a, n, FAIL_TEMP, APPEND_REPLACED);
	else
		fail_as(a, n, s->result);
}

static void checked(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	if (s->result != APPEND_DONE)
		fail_as(a, n, s->result);
	else if (a->already)
		succeed(a, n);
	else if (a->rounds++ < TRIES)
		ask(a, n, AT_PUBLISH, APPEND_PUBLISH);
	else
		fail(a, n, FAIL_TEMP, APPEND_TRIES);
}

static void publish(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	a->barred = s->result == APPEND_REFUSED || s->result == APPEND_ABSENT;
	a->sent = a->sent || !a->barred;
	if (s->result == APPEND_DONE && !APPEND_MARK(4))
		published(a, n);
	else
		follow(a, n, true);
}

/* Of the target, after the commit: rows that went into another table are not in this one. */
static void table_after(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	const bool seen = s->result == APPEND_DONE || s->result == APPEND_ABSENT;

	if (s->result == APPEND_DONE && (s->id < 0 || s->id == a->task.table_id)) {
		succeed(a, n);
		return;
	}
	a->status = !seen && a->task.kind == APPEND_ONCE ? FAIL_TEMP : FAIL_UNKNOWN;
	a->why = seen ? APPEND_REPLACED_SINCE : APPEND_DOUBT;
	a->left = true;
	end(a, n);
}

static void cleaned(struct append *a, const struct append_seen *s, struct append_ask *n)
{
	a->left = s->result != APPEND_DONE && s->result != APPEND_ABSENT;
	end(a, n);
}

void append_start(struct append *a, const struct append_task *t, struct append_ask *first)
{
	memset(a, 0, sizeof *a);
	a->task.kind = t->kind;
	a->task.table_id = t->table_id;
	if (t->kind == APPEND_COMMIT)
		ask(a, first, AT_FOUND, APPEND_LOOK);
	else
		ask(a, first, AT_CREATE, APPEND_CREATE);
}

void append_next(struct append *a, const struct append_seen *s, struct append_ask *next)
{
	switch ((enum at)a->at) {
	case AT_CREATE: created(a, s, next); break;
	case AT_FOUND: found(a, s, next); break;
	case AT_UNFREEZE:
		if (s->result == APPEND_DONE)
			ask(a, next, AT_SEND, APPEND_SEND);
		else
			sent(a, s, next);
		break;
	case AT_SEND: sent(a, s, next); break;
	case AT_SENT_LOOK: sent_look(a, s, next); break;
	case AT_READ: read_input(a, s, next); break;
	case AT_PARTS: parts(a, s, next); break;
	case AT_FREEZE: frozen(a, s, next); break;
	case AT_FREEZE_LOOK: frozen_look(a, s, next); break;
	case AT_PERFORM: performed(a, s, next); break;
	case AT_FOLLOW: followed(a, s, next); break;
	case AT_TABLE: table(a, s, next); break;
	case AT_CHECK: checked(a, s, next); break;
	case AT_PUBLISH: publish(a, s, next); break;
	case AT_TABLE_AFTER: table_after(a, s, next); break;
	case AT_WITHDRAW: case AT_DELETE: cleaned(a, s, next); break;
	case AT_END: end(a, next); break;
	}
}

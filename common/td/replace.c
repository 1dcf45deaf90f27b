/* replace: the states of a replacement, from the first query to the leftovers. */
#include "td/replace.h"

#include <string.h>

/* tests/explore switches one defence off at a time, and sees which law breaks. */
#ifndef REPLACE_MARK
#define REPLACE_MARK(n) true
#endif

enum { TRIES = 3, ROUNDS = 6 };

/* clang-format off */
enum at {
	AT_TARGET, AT_LOADED, AT_LIST, AT_LISTED, AT_LISTED_ROWS, AT_CHECK,
	AT_MOVED, AT_MOVE_SEEN, AT_MOVE_SOURCE, AT_MOVE_SURE,
	AT_MEASURED, AT_ROWS, AT_SETTINGS, AT_EXCHANGED,
	AT_JUDGE, AT_JUDGE_OWN, AT_JUDGE_TARGET, AT_JUDGE_SAME,
	AT_RENAMED, AT_RENAME_TARGET, AT_RENAME_ROWS,
	AT_DELETED, AT_DELETE_SEEN, AT_KEPT, AT_KEEP_SEEN,
	AT_GONE, AT_GONE_TARGET, AT_GONE_ROWS,
	AT_COUNTED, AT_MADE, AT_FILLED, AT_VERIFIED, AT_STILL, AT_UNSWAPPED, AT_OLD,
	AT_CLAIMED, AT_LEFT_LIST, AT_LEFT_OLD, AT_LEFT_TARGET, AT_LEFT_OWN, AT_LEFT_DONE,
	AT_DISCARDED, AT_DISCARD_SEEN, AT_LOAD_LOOK, AT_LOAD_GONE, AT_LOAD_SEEN,
	AT_OLDER, AT_OLDER_GONE,
	AT_END
};
/* clang-format on */

enum then { THEN_BEGIN, THEN_JUDGE, THEN_COPIED, THEN_FENCED };

static void ask(struct replace *r, struct replace_ask *n, enum at at, enum replace_do what,
	uint8_t a, uint8_t b)
{
	r->at = (uint8_t)at;
	n->what = (uint8_t)what;
	n->a = a;
	n->b = b;
}

/* Carry: nobody needs the claimed table any more. */
static bool is_spent(const struct replace *r)
{
	return r->status == FAIL_NONE || r->why == REPLACE_ARRIVED ||
	       (r->task.drop && r->status != FAIL_UNKNOWN);
}

static void end(struct replace *r, struct replace_ask *n)
{
	if (r->load && r->load != r->own && is_spent(r)) {
		r->tries = 0;
		ask(r, n, AT_LOAD_GONE, REPLACE_DELETE, r->load, 0);
	} else {
		ask(r, n, AT_END, REPLACE_END, 0, 0);
	}
}

static void remove_own(struct replace *r, struct replace_ask *n)
{
	r->tries = 0;
	r->left = r->own;
	ask(r, n, AT_DELETED, REPLACE_DELETE, r->own, 0);
}

/* What an undo could not bring back gets its name back: its receipt may be used again. */
static uint8_t kept_as(const struct replace *r)
{
	return r->task.kind == REPLACE_UNDO && r->status != FAIL_NONE && REPLACE_MARK(22)
		       ? REPLACE_LOADED
		       : REPLACE_KEPT;
}

static void keep(struct replace *r, struct replace_ask *n)
{
	r->tries = 0;
	r->left = r->own;
	ask(r, n, AT_KEPT, REPLACE_RENAME, r->own, kept_as(r));
}

/*
 * A verdict while our table, if it is one, is still under `own`. What may yet be reached by a swap
 * is left alone.
 */
static void verdict(
	struct replace *r, struct replace_ask *n, enum fail_kind status, enum replace_why why)
{
	r->status = (uint16_t)status;
	r->why = (uint8_t)why;
	r->left = r->own;
	if (r->bare || (r->moving && r->sent))
		end(r, n);
	else if (r->task.kind == REPLACE_UNDO && r->claimed)
		keep(r, n);
	else if (r->task.kind == REPLACE_SWAP && (r->task.drop || r->stage != REPLACE_WHOLE) &&
		 status != FAIL_UNKNOWN)
		remove_own(r, n);
	else
		end(r, n);
}

/* A verdict that leaves nothing of ours. */
static void nothing(
	struct replace *r, struct replace_ask *n, enum fail_kind status, enum replace_why why)
{
	r->status = (uint16_t)status;
	r->why = (uint8_t)why;
	r->left = REPLACE_TARGET;
	end(r, n);
}

/* Nothing could be seen: whether a swap was done is not known. */
static void unseen(struct replace *r, struct replace_ask *n, enum replace_result why)
{
	if (r->sent && REPLACE_MARK(1))
		verdict(r, n, FAIL_UNKNOWN, REPLACE_UNSEEN);
	else if (why == REPLACE_STOPPED)
		verdict(r, n, FAIL_SIGNAL, REPLACE_CALLER);
	else if (why == REPLACE_REFUSED)
		verdict(r, n, FAIL_REFUSED, REPLACE_CALLER);
	else
		verdict(r, n, FAIL_TEMP, REPLACE_NO_ANSWER);
}

static bool is_answer(const struct replace_seen *s)
{
	return s->result == REPLACE_DONE || s->result == REPLACE_ABSENT;
}

/* --- to a new name --- */

/* Seen under the new name, requests under the old one that are still under way find nothing. */

static void move(struct replace *r, struct replace_ask *n, enum then then)
{
	r->then = (uint8_t)then;
	r->tries = 0;
	r->doubt = r->refused = false;
	r->moving = true;
	ask(r, n, AT_MOVED, REPLACE_RENAME, r->own, r->next);
}

static void swapped(struct replace *r, struct replace_ask *n);

static void judge(struct replace *r, struct replace_ask *n)
{
	ask(r, n, AT_JUDGE, REPLACE_LOOK, REPLACE_TARGET, 0);
}

/*
 * Carry: the target is another table than the one that was copied. If a swap of ours was in effect
 * for a while, whoever replaced it may have carried our rows along.
 */
static void moved_on(struct replace *r, struct replace_ask *n)
{
	verdict(r, n, r->exchanged && REPLACE_MARK(21) ? FAIL_UNKNOWN : FAIL_TEMP,
		REPLACE_MOVED_ON);
}

/*
 * Between the claim and the step: what the table still needs before readers see it. Rows that stay
 * are carried over.
 */
static void prepare(struct replace *r, struct replace_ask *n)
{
	if (r->stage == REPLACE_COPIED && !r->there)
		moved_on(r, n);
	else if (r->stage == REPLACE_COPIED && REPLACE_MARK(15))
		ask(r, n, AT_VERIFIED, REPLACE_VERIFY, r->own, r->load);
	else if (r->stage != REPLACE_COPIED && r->task.carry)
		ask(r, n, AT_COUNTED, REPLACE_COUNT, r->own, 0);
	else
		ask(r, n, AT_SETTINGS, REPLACE_SETTINGS, r->own, 0);
}

/* --- carry: to a copy that is whole --- */

static void counted(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (s->result != REPLACE_DONE) {
		unseen(r, n, (enum replace_result)s->result);
	} else if (!r->there && s->new_rows) {
		ask(r, n, AT_SETTINGS, REPLACE_SETTINGS, r->own, 0);
	} else if (!s->new_rows) {
		r->status = FAIL_NONE;
		r->why = REPLACE_NO_CHANGE;
		remove_own(r, n);
	} else {
		r->copied_id = r->target_id;
		r->moves = 0;
		r->stage = REPLACE_FILLING;
		r->own = r->next++;
		ask(r, n, AT_MADE, REPLACE_MAKE, r->own, 0);
	}
}

static void made(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (s->result == REPLACE_DONE)
		ask(r, n, AT_FILLED, REPLACE_FILL, r->own, r->load);
	else
		unseen(r, n, (enum replace_result)s->result);
}

static void filled(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (s->result == REPLACE_DONE)
		move(r, n, THEN_COPIED);
	else
		unseen(r, n, (enum replace_result)s->result);
}

/*
 * The claimed table under its name is the proof that no other run has it, and our copy with it. A
 * table that a swap was sent from may have been the target for a while: it goes only if it is the
 * copy that was made, row for row.
 */
static void verified(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (s->result == REPLACE_DONE)
		ask(r, n, AT_STILL, REPLACE_LOOK, REPLACE_TARGET, 0);
	else if (r->exchanged)
		verdict(r, n, FAIL_UNKNOWN, REPLACE_UNTOLD);
	else if (s->result == REPLACE_REFUSED)
		verdict(r, n, FAIL_REFUSED, REPLACE_CALLER);
	else if (s->result == REPLACE_ABSENT)
		verdict(r, n, FAIL_TEMP, REPLACE_TAKEN);
	else
		unseen(r, n, (enum replace_result)s->result);
}

static void still(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (!is_answer(s)) {
		unseen(r, n, (enum replace_result)s->result);
	} else if (s->result == REPLACE_ABSENT ||
		   (s->id >= 0 && r->copied_id >= 0 && s->id != r->copied_id)) {
		moved_on(r, n);
	} else {
		r->target_id = s->id;
		ask(r, n, AT_SETTINGS, REPLACE_SETTINGS, r->own, 0);
	}
}

/* --- carry: what an earlier run left --- */

/* Was the target there, as it is now? Nothing of that run can arrive any more. */
static void claimed(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	r->foreign = false;
	if (!is_answer(s)) {
		unseen(r, n, (enum replace_result)s->result);
		return;
	}
	r->there = s->result == REPLACE_DONE;
	r->target_id = r->there ? s->id : -1;
	ask(r, n, AT_LEFT_LIST, REPLACE_LIST, true, 0);
}

static void left_list(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (!is_answer(s)) {
		unseen(r, n, (enum replace_result)s->result);
	} else if (s->result == REPLACE_ABSENT && r->there) {
		ask(r, n, AT_LEFT_DONE, REPLACE_QUERY, REPLACE_TARGET, 0);
	} else if (s->result == REPLACE_ABSENT) {
		ask(r, n, AT_LOAD_LOOK, REPLACE_LOOK, r->load, 0);
	} else {
		r->own = s->name;
		r->next = (uint8_t)(s->name + 1);
		r->stage = REPLACE_COPIED;
		r->sent = r->exchanged = true; /* as far as is known */
		move(r, n, THEN_FENCED);
	}
}

static void arrived(struct replace *r, struct replace_ask *n)
{
	r->status = FAIL_UNKNOWN;
	r->why = REPLACE_ARRIVED;
	r->left = r->own;
	end(r, n);
}

static void discard(struct replace *r, struct replace_ask *n)
{
	r->tries = 0;
	ask(r, n, AT_DISCARDED, REPLACE_DELETE, r->own, 0);
}

static void left_rows(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (!is_answer(s)) {
		unseen(r, n, (enum replace_result)s->result);
	} else if (r->at == AT_LEFT_OLD && s->result == REPLACE_DONE && s->empty &&
		   REPLACE_MARK(24)) {
		discard(r, n); /* made by a late request, or not worth keeping */
	} else if (r->at == AT_LEFT_OLD && s->result == REPLACE_DONE &&
		   (s->new_rows || !REPLACE_MARK(16))) {
		r->old_seen = true;
		ask(r, n, AT_LEFT_TARGET, REPLACE_QUERY, REPLACE_TARGET, 0);
	} else if (r->at == AT_LEFT_OLD || s->result == REPLACE_ABSENT) {
		verdict(r, n, FAIL_UNKNOWN, REPLACE_UNTOLD);
	} else if (r->at == AT_LEFT_TARGET && s->new_rows && REPLACE_MARK(17)) {
		ask(r, n, AT_LEFT_OWN, REPLACE_QUERY, r->own, 0);
	} else if (r->at == AT_LEFT_OWN && !s->new_rows) {
		swapped(r, n);
	} else {
		discard(r, n);
	}
}

/* The target has the new rows, and besides them only such as stay: nothing is left to do. */
static void left_done(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (!is_answer(s)) {
		unseen(r, n, (enum replace_result)s->result);
	} else if (s->result == REPLACE_DONE && s->new_rows && REPLACE_MARK(20)) {
		r->status = FAIL_NONE;
		r->why = REPLACE_ALREADY;
		remove_own(r, n);
	} else {
		r->there = s->result == REPLACE_DONE;
		ask(r, n, AT_LOAD_LOOK, REPLACE_LOOK, r->load, 0);
	}
}

/* All anew. */
static void discarded(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (r->at == AT_DISCARDED) {
		ask(r, n, AT_DISCARD_SEEN, REPLACE_LOOK, r->own, 0);
	} else if (s->result == REPLACE_ABSENT) {
		r->own = r->load;
		r->stage = REPLACE_WHOLE;
		r->sent = r->exchanged = r->old_seen = false;
		ask(r, n, AT_LEFT_LIST, REPLACE_LIST, true, 0);
	} else if (s->result == REPLACE_DONE && r->tries++ < TRIES) {
		ask(r, n, AT_DISCARDED, REPLACE_DELETE, r->own, 0);
	} else {
		unseen(r, n, (enum replace_result)s->result);
	}
}

static void load_look(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (!is_answer(s))
		unseen(r, n, (enum replace_result)s->result);
	else if (s->result == REPLACE_ABSENT)
		nothing(r, n, FAIL_TEMP, REPLACE_TAKEN);
	else
		ask(r, n, AT_CHECK, REPLACE_CHECK, r->load, 0);
}

/* --- carry: the claimed table, last */

static void load_gone(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (is_answer(s) && (r->at == AT_LOAD_GONE || s->result == REPLACE_ABSENT)) {
		r->load = REPLACE_TARGET;
		ask(r, n, AT_END, REPLACE_END, 0, 0);
	} else if (r->at == AT_LOAD_GONE) {
		ask(r, n, AT_LOAD_SEEN, REPLACE_LOOK, r->load, 0);
	} else if (s->result == REPLACE_DONE && r->tries++ < TRIES) {
		ask(r, n, AT_LOAD_GONE, REPLACE_DELETE, r->load, 0);
	} else {
		ask(r, n, AT_END, REPLACE_END, 0, 0);
	}
}

/* --- moved --- */

/* Of two undos at once, the second finds the rows of the first under the kept name. */
static void undo_claimed(struct replace *r, struct replace_ask *n)
{
	if (r->task.new_id >= 0 && r->own_id >= 0 && r->own_id != r->task.new_id &&
		REPLACE_MARK(11))
		verdict(r, n, FAIL_GUARD, REPLACE_NOT_LAST);
	else
		ask(r, n, AT_MEASURED, REPLACE_MEASURE, r->own, 0);
}

/*
 * A late request to make the copy may make it again, and a late copy of the rename from it may find
 * that one: so what is whole is renamed twice, and no swap is sent from the first name.
 */
static void carry_moved(struct replace *r, struct replace_ask *n)
{
	if (r->then == THEN_COPIED && r->moves++ == 0 && REPLACE_MARK(25)) {
		move(r, n, THEN_COPIED);
	} else if (r->then == THEN_COPIED) {
		r->stage = REPLACE_COPIED;
		prepare(r, n);
	} else if (r->then == THEN_FENCED) {
		ask(r, n, AT_LEFT_OLD, REPLACE_OLD, r->own, 0);
	} else {
		r->load = r->own;
		if (r->foreign)
			ask(r, n, AT_CLAIMED, REPLACE_LOOK, REPLACE_TARGET, 0);
		else if (r->own_id >= 0 && r->own_id == r->task.new_id)
			prepare(r, n);
		else
			ask(r, n, AT_ROWS, REPLACE_QUERY, r->own, 0);
	}
}

/*
 * An undo gives the kept table its name back in the end, so that a late copy of the rename from it
 * may still find it. Swaps are therefore never sent from the name that this rename gave, but from
 * the next one.
 */
static void moved(struct replace *r, struct replace_ask *n, int64_t id)
{
	r->own = r->next++;
	r->same_id = id >= 0 && id == r->own_id;
	r->own_id = id;
	r->claimed = true;
	r->bare = r->moving = false;
	if (r->then == THEN_JUDGE) {
		judge(r, n);
	} else if (r->task.kind == REPLACE_COLLECT) {
		remove_own(r, n);
	} else if (r->task.kind == REPLACE_UNDO && r->moves++ == 0 && REPLACE_MARK(12)) {
		move(r, n, THEN_BEGIN);
	} else if (r->task.carry) {
		carry_moved(r, n);
	} else if (r->foreign) {
		r->was_own = r->task.new_id;
		judge(r, n);
	} else if (r->task.kind == REPLACE_UNDO) {
		undo_claimed(r, n);
	} else if (!REPLACE_MARK(2) || (id >= 0 && id == r->task.new_id)) {
		prepare(r, n);
	} else {
		ask(r, n, AT_ROWS, REPLACE_QUERY, r->own, 0);
	}
}

/* Given up. Where each try was answered, none is still under way. */
static void not_moved(struct replace *r, struct replace_ask *n)
{
	r->moving = r->doubt;
	if (r->sent)
		verdict(r, n, FAIL_UNKNOWN, REPLACE_UNSEEN);
	else if (r->refused)
		verdict(r, n, FAIL_REFUSED, REPLACE_CALLER);
	else
		verdict(r, n, FAIL_TEMP, REPLACE_TRIES);
}

/*
 * Not under the new name. If it is not under the old one either, the rename may have come between
 * the two looks.
 */
static void move_source(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (!is_answer(s))
		unseen(r, n, (enum replace_result)s->result);
	else if (s->result == REPLACE_ABSENT)
		ask(r, n, AT_MOVE_SURE, REPLACE_LOOK, r->next, 0);
	else if (r->tries++ < TRIES && !r->refused)
		ask(r, n, AT_MOVED, REPLACE_RENAME, r->own, r->next);
	else
		not_moved(r, n);
}

static void move_look(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	r->refused = s->result == REPLACE_REFUSED;
	r->doubt = r->doubt || s->result == REPLACE_SILENT || s->result == REPLACE_STOPPED;
	ask(r, n, AT_MOVE_SEEN, REPLACE_LOOK, r->next, 0);
}

static void move_step(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (r->at == AT_MOVED && s->result == REPLACE_DONE && !REPLACE_MARK(3))
		moved(r, n, -1);
	else if (r->at == AT_MOVED)
		move_look(r, s, n);
	else if (r->at == AT_MOVE_SOURCE)
		move_source(r, s, n);
	else if (!is_answer(s))
		unseen(r, n, (enum replace_result)s->result);
	else if (s->result == REPLACE_DONE)
		moved(r, n, s->id);
	else if (r->at == AT_MOVE_SEEN)
		ask(r, n, AT_MOVE_SOURCE, REPLACE_LOOK, r->own, 0);
	else
		nothing(r, n, r->sent ? FAIL_UNKNOWN : FAIL_TEMP, REPLACE_TAKEN);
}

/* --- before --- */

static void target(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	const struct replace_task *t = &r->task;

	if (!is_answer(s)) {
		unseen(r, n, (enum replace_result)s->result);
		return;
	}
	r->there = s->result == REPLACE_DONE;
	r->target_id = r->there ? s->id : -1;
	if (t->kind == REPLACE_UNDO && !r->there)
		nothing(r, n, FAIL_REFUSED, REPLACE_NO_TARGET);
	else if (t->kind == REPLACE_UNDO && t->target_id >= 0 && s->id >= 0 &&
		 s->id != t->target_id && s->id != t->new_id)
		nothing(r, n, FAIL_GUARD, REPLACE_NOT_LAST);
	else
		ask(r, n, AT_LOADED, REPLACE_LOOK, REPLACE_LOADED, 0);
}

/*
 * The target has the id of the new rows, and no name is left under which a swap could still be sent
 * or arrive.
 */
static bool is_done(const struct replace *r)
{
	return r->there && r->task.new_id >= 0 && r->target_id == r->task.new_id;
}

static void loaded(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	const bool ours =
		s->id < 0 || r->task.new_id < 0 || s->id == r->task.new_id || !REPLACE_MARK(4);

	if (!is_answer(s)) {
		unseen(r, n, (enum replace_result)s->result);
	} else if (s->result == REPLACE_DONE && ours &&
		   !(r->task.kind == REPLACE_UNDO && is_done(r))) {
		if (r->task.kind == REPLACE_UNDO)
			move(r, n, THEN_BEGIN);
		else
			ask(r, n, AT_CHECK, REPLACE_CHECK, REPLACE_LOADED, 0);
	} else {
		r->stranger = s->result == REPLACE_DONE && !ours;
		ask(r, n, AT_LIST, REPLACE_LIST, 0, 0);
	}
}

/* A late rename may have given the kept table its name back between the looks. */
static void nowhere(struct replace *r, struct replace_ask *n)
{
	if (r->task.kind == REPLACE_UNDO && !r->again) {
		r->again = true;
		ask(r, n, AT_LOADED, REPLACE_LOOK, REPLACE_LOADED, 0);
	} else if (r->stranger) {
		nothing(r, n, FAIL_GUARD,
			r->task.kind == REPLACE_UNDO ? REPLACE_NOT_LAST : REPLACE_NOT_OURS);
	} else {
		verdict(r, n, FAIL_REFUSED,
			REPLACE_USED); /* where it cannot be used again, it goes */
		r->left = REPLACE_TARGET;
	}
}

/* An earlier run left our table under a name of its own, or it is done, or it never was. */
static void listed(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (!is_answer(s)) {
		r->own = REPLACE_TARGET;
		nothing(r, n,
			s->result == REPLACE_SILENT    ? FAIL_TEMP
			: s->result == REPLACE_STOPPED ? FAIL_SIGNAL
						       : FAIL_REFUSED,
			s->result == REPLACE_SILENT ? REPLACE_NO_ANSWER : REPLACE_CALLER);
	} else if (s->result == REPLACE_DONE) {
		r->own = s->name;
		r->own_id = s->id;
		r->next = (uint8_t)(s->name + 1);
		r->foreign = true;
		move(r, n, THEN_BEGIN);
	} else {
		ask(r, n, AT_LISTED, REPLACE_LOOK, REPLACE_TARGET, 0);
	}
}

/*
 * No name is left from which anything could still come: what is seen now stays so. Equal rows prove
 * nothing.
 */
static void listed_target(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (!is_answer(s)) {
		nothing(r, n, s->result == REPLACE_STOPPED ? FAIL_SIGNAL : FAIL_TEMP,
			s->result == REPLACE_STOPPED ? REPLACE_CALLER : REPLACE_NO_ANSWER);
		return;
	}
	r->there = s->result == REPLACE_DONE;
	r->target_id = r->there ? s->id : -1;
	if (is_done(r))
		nothing(r, n, FAIL_NONE, REPLACE_ALREADY);
	else if (r->there && r->task.kind == REPLACE_SWAP)
		ask(r, n, AT_LISTED_ROWS, REPLACE_QUERY, REPLACE_TARGET, 0);
	else
		nowhere(r, n);
}

static void checked(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (s->result == REPLACE_STOPPED)
		verdict(r, n, FAIL_SIGNAL, REPLACE_CALLER);
	else if (s->result != REPLACE_DONE)
		verdict(r, n, FAIL_REFUSED, REPLACE_CALLER);
	else if (r->claimed)
		prepare(r, n);
	else if (!REPLACE_MARK(5))
		prepare(r, n);
	else
		move(r, n, THEN_BEGIN);
}

/*
 * The service does not show the receipt's id: a name says nothing, a late request to make the table
 * may have made it again.
 */
static void rows(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (s->result != REPLACE_DONE)
		unseen(r, n, (enum replace_result)s->result);
	else if (s->new_rows)
		prepare(r, n);
	else
		verdict(r, n, FAIL_GUARD, REPLACE_OTHER_ROWS);
}

/* --- the step --- */

static void put(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (s->result == REPLACE_STOPPED || s->result == REPLACE_SILENT) {
		unseen(r, n, (enum replace_result)s->result);
		return;
	}
	if (s->result == REPLACE_REFUSED && !r->sent) {
		verdict(r, n, FAIL_REFUSED, REPLACE_CALLER);
		return;
	}
	if (r->there && r->task.create) {
		verdict(r, n, FAIL_GUARD, REPLACE_EXISTS);
		return;
	}
	r->was_target = r->target_id;
	r->was_own = r->own_id;
	r->same = false;
	r->sent = r->bare = true;
	if (r->there) {
		r->exchanged = true;
		ask(r, n, AT_EXCHANGED, REPLACE_EXCHANGE, r->own, REPLACE_TARGET);
	} else {
		ask(r, n, AT_RENAMED, REPLACE_RENAME, r->own, REPLACE_TARGET);
	}
}

static void swapped(struct replace *r, struct replace_ask *n)
{
	r->way = REPLACE_BY_SWAP;
	r->status = FAIL_NONE;
	r->why = REPLACE_WELL;
	if (r->stage == REPLACE_COPIED && !r->old_seen && REPLACE_MARK(18))
		ask(r, n, AT_OLD, REPLACE_OLD, r->own, 0);
	else if (r->task.keep || r->task.kind == REPLACE_UNDO)
		keep(r, n);
	else
		remove_own(r, n);
}

/* Carry: what came to the target after it was copied is only there. */
static void old_table(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	r->old_seen = true;
	if (s->result == REPLACE_DONE && s->new_rows)
		swapped(r, n);
	else
		arrived(r, n);
}

static void not_swapped(struct replace *r, struct replace_ask *n)
{
	if (r->foreign && !r->sent)
		ask(r, n, AT_CHECK, REPLACE_CHECK, r->own, 0);
	else if (r->stage == REPLACE_COPIED && !r->same && REPLACE_MARK(19))
		ask(r, n, AT_UNSWAPPED, REPLACE_VERIFY, r->own, r->load);
	else if (r->final || r->stopped)
		verdict(r, n, r->stopped ? FAIL_SIGNAL : FAIL_REFUSED, REPLACE_CALLER);
	else if (++r->rounds >= ROUNDS)
		verdict(r, n, FAIL_TEMP, REPLACE_TRIES);
	else if (!r->there && r->task.kind == REPLACE_UNDO)
		verdict(r, n, FAIL_REFUSED, REPLACE_NO_TARGET);
	else
		prepare(r, n);
}

/* Carry: is it still the copy? Then it can be swapped again, or go. */
static void unswapped(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	r->same = s->result == REPLACE_DONE;
	if (r->same)
		not_swapped(r, n);
	else
		verdict(r, n, FAIL_UNKNOWN, REPLACE_UNTOLD);
}

static void untold(struct replace *r, struct replace_ask *n)
{
	verdict(r, n, FAIL_UNKNOWN, REPLACE_UNTOLD);
}

/* An earlier run's old rows, and the target was replaced since. */
static void used(struct replace *r, struct replace_ask *n)
{
	if (r->task.kind == REPLACE_UNDO)
		verdict(r, n, FAIL_GUARD, REPLACE_NOT_LAST);
	else
		verdict(r, n, FAIL_REFUSED, REPLACE_USED);
}

/*
 * Ids that went with the rows. If the target is a third table by now, another run has replaced it
 * since, and ours were in it; unless what was seen before our swap was a moment of that run, whose
 * swap came twice. A table that is older than the one seen then shows that.
 */
static bool crossed(const struct replace *r)
{
	if (r->target_id < 0 || r->was_own == r->was_target)
		return false;
	if (r->target_id == r->was_own)
		return true;
	return r->own_id >= 0 && r->own_id == r->was_target && r->target_id != r->was_target &&
	       (r->target_id > r->was_target || !REPLACE_MARK(14));
}

/*
 * Can the table that an earlier run left hold the new rows, or are they those that it replaced? A
 * query takes old rows of the same number and time for new ones. Where a rename keeps the id, it
 * has that of the receipt; where not, the target is as old as it was before.
 */
static bool may_be_new(const struct replace *r)
{
	if (!r->foreign || r->sent || r->task.new_id < 0 || r->own_id < 0 || !REPLACE_MARK(23))
		return true;
	return r->same_id ? r->own_id == r->task.new_id : r->target_id < r->task.new_id;
}

/* Under a name that no swap was sent from: what is seen now stays so. */
static void judged(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (!is_answer(s)) {
		unseen(r, n, (enum replace_result)s->result);
		return;
	}
	r->there = s->result == REPLACE_DONE;
	r->target_id = r->there ? s->id : -1;
	if (!r->foreign && !r->exchanged)
		not_swapped(r, n);
	else if (crossed(r))
		swapped(r, n);
	else if (r->same_id && !may_be_new(r))
		used(r, n);
	else if (!REPLACE_MARK(6) && r->target_id >= 0 && r->target_id == r->was_target)
		not_swapped(r, n);
	else
		ask(r, n, AT_JUDGE_OWN, REPLACE_QUERY, r->own, 0);
}

/*
 * Rows that cannot be counted yet look like others: so both tables are asked, and exactly one must
 * have them.
 */
static void judged_rows(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (!is_answer(s) || (s->result == REPLACE_ABSENT && r->at == AT_JUDGE_OWN)) {
		untold(r, n);
	} else if (r->at == AT_JUDGE_OWN && r->there && REPLACE_MARK(7)) {
		r->own_new = s->new_rows;
		ask(r, n, AT_JUDGE_TARGET, REPLACE_QUERY, REPLACE_TARGET, 0);
	} else if (r->at == AT_JUDGE_OWN) {
		if (s->new_rows)
			not_swapped(r, n);
		else if (REPLACE_MARK(7))
			untold(r, n);
		else
			swapped(r, n);
	} else {
		r->there = s->result == REPLACE_DONE;
		if (r->own_new && !may_be_new(r))
			untold(r, n);
		else if (r->own_new != (r->there && s->new_rows) && (r->there || r->own_new))
			(r->own_new ? not_swapped : swapped)(r, n);
		else if (r->own_new && r->there)
			ask(r, n, AT_JUDGE_SAME, REPLACE_SAME, r->own, 0);
		else
			untold(r, n);
	}
}

static void exchanged(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	r->final = s->result == REPLACE_REFUSED;
	r->stopped = s->result == REPLACE_STOPPED;
	if (s->result == REPLACE_DONE && !REPLACE_MARK(8))
		swapped(r, n);
	else if (!REPLACE_MARK(9))
		judge(r, n);
	else
		move(r, n, THEN_JUDGE);
}

/* --- there was no target: a rename */

static void renamed(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (r->at == AT_RENAMED && r->looks == 0) {
		r->final = s->result == REPLACE_REFUSED;
		r->stopped = s->result == REPLACE_STOPPED;
		r->looks = 1;
		if (s->result == REPLACE_DONE && !REPLACE_MARK(10))
			nothing(r, n, FAIL_NONE, REPLACE_WELL);
		else
			ask(r, n, AT_RENAMED, REPLACE_LOOK, r->own, 0);
		return;
	}
	r->looks = 0;
	if (!is_answer(s))
		unseen(r, n, (enum replace_result)s->result);
	else if (s->result == REPLACE_DONE)
		move(r, n, THEN_JUDGE); /* not renamed, and not any more */
	else
		ask(r, n, AT_RENAME_TARGET, REPLACE_LOOK, REPLACE_TARGET, 0);
}

/* Our name is gone. Was it our rename? */
static void rename_target(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	const bool queried = r->at == AT_RENAME_ROWS;
	const bool ours = queried ? s->new_rows : s->id >= 0 && s->id == r->was_own;

	if (!is_answer(s)) {
		unseen(r, n, (enum replace_result)s->result);
	} else if (s->result == REPLACE_DONE && ours) {
		r->way = REPLACE_BY_RENAME;
		nothing(r, n, FAIL_NONE, REPLACE_WELL);
	} else if (s->result == REPLACE_DONE && !queried) {
		ask(r, n, AT_RENAME_ROWS, REPLACE_QUERY, REPLACE_TARGET, 0);
	} else {
		nothing(r, n, FAIL_UNKNOWN, REPLACE_TAKEN);
	}
}

/* --- afterwards --- */

/*
 * The target was seen with the new rows, but another run has taken the table that was beside it: it
 * may do anything.
 */
static void taken(struct replace *r, struct replace_ask *n)
{
	nothing(r, n, FAIL_UNKNOWN, REPLACE_TAKEN);
}

/* The old rows are kept. Of those that were kept before some may go. */
static void older(struct replace *r, struct replace_ask *n)
{
	if (r->task.older && r->left == REPLACE_KEPT && r->status == FAIL_NONE)
		ask(r, n, AT_OLDER, REPLACE_OLDER, 0, 0);
	else
		end(r, n);
}

static void older_found(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	if (s->result == REPLACE_DONE)
		ask(r, n, AT_OLDER_GONE, REPLACE_DELETE, s->name, 0);
	else
		end(r, n);
}

/*
 * Our name is gone, and the service did not say that this was our doing. Was it an answer that was
 * lost, or another run?
 */
static void gone(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	const bool there = s->result == REPLACE_DONE;

	if (!is_answer(s) || there == (r->at == AT_GONE))
		taken(r, n);
	else if (r->at == AT_GONE)
		ask(r, n, AT_GONE_TARGET, REPLACE_LOOK, REPLACE_TARGET, 0);
	else if (r->at == AT_GONE_TARGET && !(s->id >= 0 && s->id == r->was_own))
		ask(r, n, AT_GONE_ROWS, REPLACE_QUERY, REPLACE_TARGET, 0);
	else if (r->at == AT_GONE_ROWS && !s->new_rows)
		taken(r, n);
	else
		older(r, n);
}

static void end_tidy(struct replace *r, struct replace_ask *n)
{
	r->left = REPLACE_TARGET;
	end(r, n);
}

/* Deleted, or renamed to the kept name: `own` is gone. What stays is named in the verdict. */
static void tidied(struct replace *r, const struct replace_seen *s, struct replace_ask *n)
{
	const bool deleting = r->at == AT_DELETED || r->at == AT_DELETE_SEEN;

	if (r->at == AT_DELETED || r->at == AT_KEPT) {
		r->heard = s->result == REPLACE_DONE;
		if (deleting && r->heard && !r->moving)
			end_tidy(r, n);
		else
			ask(r, n, deleting ? AT_DELETE_SEEN : AT_KEEP_SEEN, REPLACE_LOOK, r->own,
				0);
	} else if (s->result == REPLACE_ABSENT && deleting && r->moving) {
		r->moving = false; /* it may be there after all */
		r->own = r->next;
		remove_own(r, n);
	} else if (s->result == REPLACE_ABSENT) {
		r->left = deleting ? REPLACE_TARGET : kept_as(r);
		if (r->status == FAIL_NONE && r->way != REPLACE_NOTHING && !r->heard &&
			REPLACE_MARK(13))
			ask(r, n, AT_GONE, REPLACE_LIST, true, 0);
		else
			older(r, n);
	} else if (s->result == REPLACE_DONE && r->tries++ < TRIES) {
		ask(r, n, deleting ? AT_DELETED : AT_KEPT,
			deleting ? REPLACE_DELETE : REPLACE_RENAME, r->own,
			deleting ? 0 : kept_as(r));
	} else {
		end(r, n);
	}
}

void replace_start(struct replace *r, const struct replace_task *t, struct replace_ask *first)
{
	memset(r, 0, sizeof *r);
	r->task.kind = t->kind;
	r->task.keep = t->keep;
	r->task.drop = t->drop;
	r->task.create = t->create;
	r->task.carry = t->carry;
	r->task.older = t->older;
	r->task.new_id = t->new_id;
	r->task.target_id = t->target_id;
	r->target_id = r->own_id = r->was_target = r->was_own = r->copied_id = -1;
	r->own = REPLACE_LOADED;
	r->next = REPLACE_OWN;
	if (t->kind == REPLACE_COLLECT)
		move(r, first, THEN_BEGIN);
	else
		ask(r, first, AT_TARGET, REPLACE_LOOK, REPLACE_TARGET, 0);
}

void replace_next(struct replace *r, const struct replace_seen *s, struct replace_ask *next)
{
	switch ((enum at)r->at) {
	case AT_TARGET: target(r, s, next); break;
	case AT_LOADED: loaded(r, s, next); break;
	case AT_LIST: listed(r, s, next); break;
	case AT_LISTED: listed_target(r, s, next); break;
	case AT_LISTED_ROWS:
		if (s->result == REPLACE_DONE && s->new_rows)
			nothing(r, next, FAIL_UNKNOWN, REPLACE_UNTOLD);
		else
			nowhere(r, next);
		break;
	case AT_CHECK: checked(r, s, next); break;
	case AT_MOVED: case AT_MOVE_SEEN: case AT_MOVE_SOURCE:
	case AT_MOVE_SURE: move_step(r, s, next); break;
	case AT_MEASURED:
		if (s->result == REPLACE_DONE)
			ask(r, next, AT_CHECK, REPLACE_CHECK, r->own, 0);
		else
			unseen(r, next, (enum replace_result)s->result);
		break;
	case AT_ROWS: rows(r, s, next); break;
	case AT_SETTINGS: put(r, s, next); break;
	case AT_EXCHANGED: exchanged(r, s, next); break;
	case AT_JUDGE: judged(r, s, next); break;
	case AT_JUDGE_OWN: case AT_JUDGE_TARGET: judged_rows(r, s, next); break;
	case AT_JUDGE_SAME: /* the same rows: whichever it is, the target has them */
		if (s->result == REPLACE_DONE && s->new_rows)
			swapped(r, next);
		else
			untold(r, next);
		break;
	case AT_RENAMED: renamed(r, s, next); break;
	case AT_RENAME_TARGET: case AT_RENAME_ROWS: rename_target(r, s, next); break;
	case AT_DELETED: case AT_DELETE_SEEN: case AT_KEPT:
	case AT_KEEP_SEEN: tidied(r, s, next); break;
	case AT_GONE: case AT_GONE_TARGET: case AT_GONE_ROWS: gone(r, s, next); break;
	case AT_COUNTED: counted(r, s, next); break;
	case AT_MADE: made(r, s, next); break;
	case AT_FILLED: filled(r, s, next); break;
	case AT_VERIFIED: verified(r, s, next); break;
	case AT_STILL: still(r, s, next); break;
	case AT_UNSWAPPED: unswapped(r, s, next); break;
	case AT_OLD: old_table(r, s, next); break;
	case AT_CLAIMED: claimed(r, s, next); break;
	case AT_LEFT_LIST: left_list(r, s, next); break;
	case AT_LEFT_OLD: case AT_LEFT_TARGET: case AT_LEFT_OWN: left_rows(r, s, next); break;
	case AT_LEFT_DONE: left_done(r, s, next); break;
	case AT_DISCARDED: case AT_DISCARD_SEEN: discarded(r, s, next); break;
	case AT_LOAD_LOOK: load_look(r, s, next); break;
	case AT_LOAD_GONE: case AT_LOAD_SEEN: load_gone(r, s, next); break;
	case AT_OLDER: older_found(r, s, next); break;
	case AT_OLDER_GONE: older(r, next); break;
	case AT_END: ask(r, next, AT_END, REPLACE_END, 0, 0); break;
	}
}

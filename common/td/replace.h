/*
 * replace: every decision of td-swap: replacing a table by the rows of another, undoing that, and
 * collecting what dead runs left. A state machine without I/O: it asks, the caller carries the ask
 * out and hands back what was seen.
 *
 * The service may lose an answer, work on a request late or twice, or be reached by somebody else
 * at the same time. So:
 *
 * - An answer decides nothing: the state of the tables does, and each change is verified.
 *  - A swap is sent from a name that this run made and uses once. Afterwards the table is renamed
 *    to another such name, and seen there: every swap or rename that is still under way now finds
 *    nothing. Only then is the outcome judged, and only under that name is anything deleted.
 *  - A rename is also the lock: of two runs with the same receipt one gets the table, the other
 *    finds it gone.
 *  - The names of one receipt share a beginning (tempname), so that a later run finds, and claims,
 *    what a dead one had.
 *
 * Swapped is what is proven: the target has the id that the new rows had, or a query finds the new
 * rows in exactly one of the two. What is not proven is REPLACE_UNTOLD, status 76, and both stay.
 *
 * Carry: where rows of the target stay (a range of time, a merge by key), they are copied behind
 * the new ones into a third table, and that one is swapped. A claimed table, a copy that is being
 * filled and one that is whole have names of three kinds, so that a later run knows what it finds:
 *
 *   LOADED -> load      claimed: the lock, for as long as the run lasts; it goes last
 *   COUNT               the guards on what would go, come and stay, and what the target is now
 *   MAKE, FILL          a copy, by one job that is seen to have finished
 *   copy -> own -> own  whole: nothing else is swapped, and from no name that the copy had before
 *   VERIFY, LOOK        own holds what was counted; load is still ours; the target is what it was
 *   swap, rename, judge as above
 *   OLD                 nothing came to the old table since it was counted: otherwise it is not
 *                       dropped, REPLACE_ARRIVED, status 76
 *
 * A run that finds another one's load claims it. A copy that was being filled is worth nothing.
 * One that was whole, or the old rows, it fences by a rename; if rows that stay are only there, 76;
 * if the target has the new rows and that table does not, the swap was done; otherwise it goes, and
 * all begins anew: to carry twice is to carry once.
 *
 * Generations (task.older): each kept table has a name of its own, so no request that is late can
 * reach another one. When the old rows are seen under theirs, OLDER names, one by one, those beyond
 * the number that are to stay, and they are deleted. A failure there is no failure of the swap.
 *
 * struct replace is plain data without pointers; two equal states behave equally (tests/explore
 * goes through all of them). Zero padding is kept: start from replace_start() only.
 */
#ifndef REPLACE_H
#define REPLACE_H

#include "base/fail.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Tables, all of one database. REPLACE_OWN + n is a name of this run alone, or one that LIST found.
 */
enum { REPLACE_TARGET, REPLACE_LOADED, REPLACE_KEPT, REPLACE_OWN };

enum replace_kind {
	REPLACE_SWAP,   /* LOADED holds the new rows of TARGET */
	REPLACE_UNDO,   /* LOADED is KEPT: it and TARGET are exchanged */
	REPLACE_COLLECT /* LOADED was left behind, and goes */
};

struct replace_task {
	uint8_t kind;   /* enum replace_kind */
	bool keep;      /* the old rows stay, as KEPT */
	bool drop;      /* the receipt cannot be used again: a failure takes the new rows with it */
	bool create;    /* SWAP: there must be no TARGET */
	bool carry;     /* SWAP: rows of TARGET stay, where there is one */
	bool older;     /* SWAP: kept tables of earlier swaps that are to stay no more go. No name
			   of a kept table is used twice: KEPT is a new one, also of UNDO */
	int64_t new_id; /* the id of the table with the new rows, as the receipt has it; -1: it does
			   not say */
	int64_t target_id; /* UNDO: the id that the target must have; -1: any */
};

enum replace_do {
	REPLACE_LOOK, /* describe table a */
	REPLACE_LIST, /* is there a table with a name that an earlier run with this receipt made?
			 Of several, the one whose id is task.new_id, if there is one.
			 Carry: a false: of its claimed tables; true: of its whole copies */
	REPLACE_MEASURE, /* UNDO: remember what table a holds: these are now the new rows */
	REPLACE_QUERY,   /* does table a hold the new rows? By a query: the counts of a description
			    lag behind. Carry, with a load: those of load, and of others only rows
			    that stay */
	REPLACE_SAME,    /* do table a and TARGET hold the same rows? By a query */
	REPLACE_CHECK,   /* the caller's guards, for table a as it was seen last, and the first half
			    of its receipt */
	REPLACE_SETTINGS, /* give table a the settings of TARGET, where they differ; nothing if
			     there is no TARGET */
	REPLACE_RENAME,   /* a to b */
	REPLACE_EXCHANGE, /* swap a and b */
	REPLACE_DELETE,   /* a */
	REPLACE_COUNT,    /* carry, and guard: what of TARGET, if it is there, goes and stays when a
			     comes */
	REPLACE_MAKE,     /* an empty table a with the columns of both */
	REPLACE_FILL,     /* into a: the rows of b, and those of TARGET that stay */
	REPLACE_VERIFY,   /* a holds what was counted, and TARGET is as it was */
	REPLACE_OLD,      /* a was TARGET: is it as it was counted? Not counted: are its rows that
			     stay in TARGET? */
	REPLACE_OLDER,    /* is there a kept table that is to stay no more? None twice in a run */
	REPLACE_END       /* nothing more: see the verdict */
};

struct replace_ask {
	uint8_t what, a, b; /* enum replace_do, and names */
};

enum replace_result {
	REPLACE_DONE,    /* the service says so; LOOK: it is there; QUERY: it was counted */
	REPLACE_ABSENT,  /* the service says that a table is not there */
	REPLACE_REFUSED, /* the service refuses, CHECK: a guard does. The caller knows the sentence
			    and the status */
	REPLACE_SILENT,  /* no answer of the service came */
	REPLACE_STOPPED  /* a signal */
};

struct replace_seen {
	uint8_t result; /* enum replace_result */
	uint8_t name;   /* LIST, OLDER: the table that was found, REPLACE_OWN + n, new to the
			   machine */
	bool new_rows;  /* QUERY: it holds them; SAME: they do; COUNT: something would change; OLD:
			   yes */
	int64_t id;     /* LOOK, LIST: -1: not shown */
	bool empty;     /* OLD, not counted: it has no rows */
};

enum replace_why {
	REPLACE_WELL,
	REPLACE_ALREADY,    /* the target has these rows since an earlier run */
	REPLACE_CALLER,     /* REFUSED or STOPPED: the caller has the sentence and the kind */
	REPLACE_NO_ANSWER,  /* nothing was changed */
	REPLACE_TRIES,      /* nothing was changed, however often it was tried */
	REPLACE_USED,       /* the new rows are nowhere */
	REPLACE_NOT_OURS,   /* LOADED is another table than the one of the receipt */
	REPLACE_OTHER_ROWS, /* it does not hold the rows of the receipt */
	REPLACE_NO_TARGET,  /* UNDO */
	REPLACE_NOT_LAST,   /* UNDO: the target was replaced since */
	REPLACE_TAKEN,      /* another run has claimed the table */
	REPLACE_UNSEEN,     /* a swap was sent, and no look was possible since */
	REPLACE_UNTOLD,     /* it was checked, and both tables could be the one */
	REPLACE_EXISTS,     /* create: somebody has made TARGET */
	REPLACE_NO_CHANGE,  /* carry: no row would go or come: nothing was done */
	REPLACE_MOVED_ON,   /* carry: TARGET was replaced or dropped. 75: nothing was changed;
			       76: a swap of ours was in effect before */
	REPLACE_ARRIVED     /* carry: done, but the old table has, or may have, late rows */
};

enum replace_stage {
	REPLACE_WHOLE,   /* `own` has the new rows alone */
	REPLACE_FILLING, /* ... is a copy that is being made */
	REPLACE_COPIED   /* ... or one that is whole, or the old rows */
};

enum replace_way { REPLACE_NOTHING, REPLACE_BY_SWAP, REPLACE_BY_RENAME };

struct replace {
	struct replace_task task;
	/* the verdict, after REPLACE_END */
	uint16_t status; /* enum fail_kind; of REPLACE_CALLER: FAIL_REFUSED, or FAIL_SIGNAL */
	uint8_t why, way;
	uint8_t left; /* the name under which a table was left behind; REPLACE_TARGET: none is known
			 of */
	uint8_t stage; /* enum replace_stage */
	uint8_t load;  /* carry: the claimed table with the new rows; REPLACE_TARGET: there is none
			  (any more) */
	/* private */
	uint8_t at, then;
	uint8_t own, next; /* the name of our table as it was seen last; the next fresh one */
	uint8_t tries, rounds, looks, moves;
	bool there;          /* the target */
	bool sent;           /* a swap or rename into the target was sent */
	bool bare;           /* ... under the name `own`, which is not fenced yet */
	bool claimed;        /* `own` was made by this run */
	bool foreign;        /* an earlier run had the table: it may have been swapped */
	bool final;          /* the service refused the swap for good */
	bool own_new;        /* a query found the new rows there */
	bool refused, doubt; /* the last rename; one of those to the same name got no answer */
	bool stopped;        /* by a signal, while a swap was sent */
	bool exchanged;      /* a swap was sent, not only a rename */
	bool heard;          /* the service says that the last request was done */
	bool again;          /* LOADED was checked twice */
	bool stranger;       /* LOADED is there, but with another id */
	bool moving;         /* a rename of `own` to `next` was sent and not seen */
	bool same;           /* it is the copy still, although a swap was sent */
	bool old_seen;       /* rows that stay were looked for in the old table */
	bool same_id;        /* the last rename of our table left it its id */
	int64_t copied_id;   /* of the target, when it was counted */
	int64_t target_id, own_id;   /* as they are */
	int64_t was_target, was_own; /* before the swap */
};

void replace_start(struct replace *r, const struct replace_task *t, struct replace_ask *first);
void replace_next(struct replace *r, const struct replace_seen *s, struct replace_ask *next);

#endif

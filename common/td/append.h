/*
 * append: every decision about a bulk import session, from its making to the last clean-up: of a
 * plain append, --once, --session with --no-commit and --commit, and of the load before a replace.
 * A state machine without I/O, like `replace`: it asks, and receives what was seen.
 *
 * The promise: status 0 if the rows are in the table once, 75 only if they are not and will not be.
 * So:
 *
 * - An answer decides nothing that matters: whether the import or the commit began and how it ended
 *   is seen by looking at the session.
 * - The memory of a commit is not thrown away. A session is deleted only if no commit was ever
 *   sent, or if it was seen as committed; a session that others know by its name, never.
 * - A commit that was sent, and whose end is not seen, is status 76. With --once it is 75: the same
 *   command goes on with the session.
 * - A 409 or 422 to a commit speaks of the session's state, and may be the answer to a second
 *   delivery. So it decides nothing: a session that is seen as ready is committed again, four times
 *   at most, which is safe, because a session publishes its rows once however often it is asked.
 *   Any other refusal is final: nothing was done, and the session goes.
 * - The table is the one that was meant: its id is compared before the commit and after it.
 * - A session whose import is under way or done is gone on with, if it holds our rows.
 *
 * struct append is plain data without pointers, for tests/explore. Start from append_start() only.
 */
#ifndef APPEND_H
#define APPEND_H

#include "base/fail.h"

#include <stdbool.h>
#include <stdint.h>

enum append_kind {
	APPEND_PLAIN, /* a session of this run alone, deleted in the end */
	APPEND_LOAD,  /* the same, into a temporary table: a failure takes the table with it */
	APPEND_ONCE,  /* a session named by a key: whoever has the key goes on with it; it stays */
	APPEND_JOIN,  /* --session --no-commit: only parts */
	APPEND_COMMIT /* --session --commit: only the rest; it stays */
};

struct append_task {
	uint8_t kind;     /* enum append_kind */
	int64_t table_id; /* of the target, before; -1: not shown, or it may change */
};

enum append_do {
	APPEND_CREATE, /* the session */
	APPEND_LOOK,   /* at the session; after a wait if `wait` */
	APPEND_TABLE,  /* look at the target */
	APPEND_SEND,   /* the parts that are not there yet, to the end of the input */
	APPEND_READ,   /* the input to its end: does the session hold these rows? */
	APPEND_PARTS,  /* COMMIT: are all parts there that the receipts speak of? */
	APPEND_FREEZE,
	APPEND_UNFREEZE,
	APPEND_PERFORM,
	APPEND_CHECK,    /* the counts of the import, the columns, the first half of the receipt */
	APPEND_PUBLISH,  /* commit */
	APPEND_WITHDRAW, /* JOIN: the parts that this run sent */
	APPEND_DELETE,   /* the session */
	APPEND_END       /* nothing more: see the verdict */
};

struct append_ask {
	uint8_t what; /* enum append_do */
	bool wait;    /* LOOK: the state is expected to change by itself */
};

enum append_result {
	APPEND_DONE,
	APPEND_ABSENT,   /* the service says that the session, or the table, is not there */
	APPEND_CONFLICT, /* 409: exists, is frozen, is in another state */
	APPEND_REFUSED,  /* by the service for good, or by a check; the caller has the sentence */
	APPEND_SILENT,   /* no answer of the service */
	APPEND_STOPPED   /* a signal, or --wait has passed */
};

enum append_state {
	APPEND_UPLOADING,
	APPEND_PERFORMING,
	APPEND_READY,
	APPEND_COMMITTING,
	APPEND_COMMITTED,
	APPEND_GONE,
	APPEND_OTHER /* a state that nobody knows */
};

struct append_seen {
	uint8_t result; /* enum append_result */
	uint8_t state;  /* LOOK: enum append_state */
	bool frozen;    /* LOOK */
	bool elsewhere; /* LOOK: it loads into another table, or into one that is gone */
	uint32_t job;   /* LOOK: represents the import's job, 0: none */
	int64_t id;     /* TABLE: -1: not shown */
};

enum append_why {
	APPEND_WELL,
	APPEND_ALREADY,    /* the rows are in since an earlier run */
	APPEND_CALLER,     /* the caller has the sentence */
	APPEND_TAKEN,      /* the session's name is another's */
	APPEND_NO_SESSION, /* COMMIT: there is none; or it vanished */
	APPEND_ELSEWHERE,  /* it loads into another table */
	APPEND_CLOSED,     /* it takes no more parts */
	APPEND_AHEAD,      /* another run with the same key is further */
	APPEND_FAILED,     /* the import failed */
	APPEND_STRANGE,    /* a state that nobody knows */
	APPEND_TRIES,      /* the service does not do it, however often it is asked */
	APPEND_REPLACED,   /* the table is another one than before the upload; nothing was published
			    */
	APPEND_REPLACED_SINCE, /* ... and the rows are published: where the session loads */
	APPEND_DOUBT           /* a commit was sent, and what became of it was not seen */
};

struct append {
	struct append_task task;
	/* the verdict, after APPEND_END */
	uint16_t status; /* enum fail_kind; with APPEND_CALLER the caller's own */
	uint8_t why;
	bool left;      /* the session, or parts in it, could not be removed, or must stay */
	bool published; /* `committed` was seen */
	/* private */
	uint8_t at, then, tries, rounds;
	bool created; /* a request to make it was sent */
	bool sent;    /* a commit was sent */
	bool refused; /* the last request was */
	bool barred;  /* the last commit was, for good */
	bool matched; /* its rows were compared with the input */
	bool already;
	uint32_t job; /* before the import was asked for */
};

void append_start(struct append *a, const struct append_task *t, struct append_ask *first);
void append_next(struct append *a, const struct append_seen *s, struct append_ask *next);

#endif

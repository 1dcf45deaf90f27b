/*
 * td-swap: what its files share. td-swap.c: options, the receipts, main; td-swap-replace.c: one
 * replacement, and its undoing; td-swap-decide.c: what became of a swap whose answer was lost;
 * td-swap-gc.c: what earlier runs left behind.
 */
#ifndef TD_SWAP_H
#define TD_SWAP_H

#include "api/api.h"
#include "sys/progress.h"
#include "td/receipt.h"

struct opts {
	bool allow_empty, same_schema, strict, progress;
	bool keep, undo, gc;
	const char *keep_name; /* of --keep=NAME, or NULL */
	uint64_t older_s;      /* --gc: of things at least so old */
	int64_t min_rows;   /* -1: not asked for */
	int max_shrink;     /* percent, -1 */
	int verbosity;
	struct api_opt api;
};

struct swap {
	const struct opts *o;
	struct conf conf;
	struct api *api;
	struct receipt in;      /* td-put's */
	struct receipt out;     /* ours */
	/* the receipt stands in a file: the same command can be given again */
	bool repeatable;
	bool out_begun;
	struct progress progress;
	struct api_table target, temporary; /* as they were before */
	/* seen: td-put's temporary table is gone, or its name is another's */
	bool not_there;
	bool doubt;             /* the answer to a swap was lost */
	bool ids_move;          /* known: a swap moves the ids of the tables with their rows */
};

/* Describes two tables of its database, which need not exist. Fills both, or none. */
int swap_show(struct swap *s, const char *a, const char *b, struct api_table *x,
	struct api_table *y, struct fail *f);

/*
 * The tables of s->target and s->temporary after a swap whose answer was lost. HARDLY: they look as
 * before, which proves nothing.
 */
enum verdict { VERDICT_NOT, VERDICT_HARDLY, VERDICT_SWAPPED, VERDICT_UNKNOWN };
enum verdict decide_swap(struct swap *s, bool ask); /* ask: try out what HARDLY means */

/*
 * Does the temporary name stand for the old rows after a swap that was answered? NOT: it was
 * undone. f: why UNKNOWN, if it is said.
 */
enum verdict decide_old(struct swap *s, struct fail *f);

/* Write the first half of our receipt, once. */
int swap_begin_receipt(struct swap *s, struct fail *f);

/* The temporary table of s->in in the place of its target; fills s->out. */
int replace_run(struct swap *s, struct fail *f);

/*
 * A failure before anything changed: the new rows go, or are named in f if the receipt can be used
 * again.
 */
void replace_drop(struct swap *s, struct fail *f);

/* The kept table of s->in, which is named as the temporary one, and its target, exchanged again. */
int replace_undo(struct swap *s, struct fail *f);

/*
 * The name under which --keep keeps the old rows of a table if none is given; malloc'ed; NULL: too
 * long.
 */
char *replace_kept_name(const char *table, struct fail *f);

/*
 * Temporary tables and sessions of a database (and a table, if not NULL) that td-put made and
 * nobody removed.
 */
int gc_run(struct swap *s, const char *db, const char *table, struct fail *f);

#endif

/* td-swap: what its files share. td-swap.c: options, the receipts, main; td-swap-replace.c: one replacement. */
#ifndef TD_SWAP_H
#define TD_SWAP_H

#include "api.h"
#include "receipt.h"

struct opts {
	bool allow_empty, same_schema, strict;
	int64_t min_rows;   /* -1: not asked for */
	int max_shrink;     /* percent, -1 */
	struct api_opt api;
};

struct swap {
	const struct opts *o;
	struct conf conf;
	struct api *api;
	struct receipt in;      /* td-put's */
	struct receipt out;     /* ours */
	bool repeatable;        /* the receipt stands in a file: the same command can be given again */
	bool out_begun;
	struct api_table target, temporary; /* as they were before */
};

/* Write the first half of our receipt, once. */
int swap_begin_receipt(struct swap *s, struct fail *f);

/* The temporary table of s->in in the place of its target; fills s->out. */
int replace_run(struct swap *s, struct fail *f);

#endif

/*
 * receipt: one line of JSON that says what was done (man pages td-put.1, td-swap.1). td-put writes
 * it, td-swap reads it and writes its own. It never holds a key.
 *
 * It is written in two steps: the beginning, with all that is known, before the step that changes
 * something for readers, so that a full disk or a dead reader is noticed while nothing has changed;
 * and the end, with the outcome. A receipt without an end comes from a program that died.
 */
#ifndef RECEIPT_H
#define RECEIPT_H

#include "base/fail.h"
#include "value/schema.h"
#include "td/tdurl.h"

#include <stdbool.h>
#include <stdint.h>

/* 2: rows of the target stay; who does not know that would drop them. */
enum { RECEIPT_VERSION = 1, RECEIPT_CARRY = 2, RECEIPT_MAX = 8 << 20 };

/*
 * Of a range of time or of a merge: which rows of the target are replaced by those that were
 * loaded. The others stay.
 */
struct receipt_carry {
	bool is_range;       /* from <= time < to */
	int64_t from, to;
	char *keys;          /* NULL: no merge; columns, one a line */
	char *deleted;       /* the column that marks rows as deleted, or NULL */
	/* td-swap: of the copy, and of the table before it; -1: not said */
	char *job_id;        /* or NULL */
	int64_t rows_kept, rows_replaced;
	/* td-swap: status 76; rows that came to the old table after it was copied; -1 */
	int64_t rows_arrived;
};

struct receipt {
	/* the beginning */
	enum tdurl_mode mode;
	char *endpoint, *database, *table;
	char *temporary;   /* the table that holds the new rows until the swap, or NULL */
	int64_t temporary_id; /* its id, -1: not known */
	char *session;     /* or NULL: there were no rows */
	char *job_id;      /* of the import, or NULL */
	char *source_job;  /* of the query whose result this is, or NULL */
	int64_t rows, rejects, valid, errors, parts, bytes; /* -1: not said */
	struct schema schema;
	bool has_time;
	int64_t time_min, time_max;
	/* the highest value of a column (td-encode --watermark); value NULL: no row had one */
	char *watermark_column, *watermark;
	bool verified;     /* false: end of file was taken for the end of the source */
	char *started;
	/* the end */
	struct receipt_carry carry;
	bool done;
	char *action;      /* td-put: append, load; td-swap: swap, rename; NULL in a failure */
	/* td-swap: in the table that was replaced; -1: there was none, or not known */
	int64_t rows_before;
	char *kept;        /* td-swap: the table that holds the old rows, or NULL */
	char *dropped;     /* td-swap: kept tables that it removed, one a line, or NULL */
	bool already;      /* the rows were there since an earlier run */
	/* td-swap: ids of the table and of the kept one afterwards; -1: not shown */
	int64_t table_id, kept_id;
	char *left;        /* td-swap: one that could not be removed, without old rows, or NULL */
	char *replaced_by; /* td-swap: the temporary table that td-put made, or NULL */
	char *reason;      /* of a failure */
	char *place;       /* where its writer printed the reason: die_place(), or NULL */
	int status;
	char *finished;
};

/* Rows stay: it is a range of time or a merge. */
bool receipt_carries(const struct receipt *r);

void receipt_init(struct receipt *r); /* all numbers -1 */
void receipt_free(struct receipt *r);

/* The two pieces of the line, malloc'ed; the second ends with the newline. */
char *receipt_begin(const struct receipt *r);
char *receipt_end(const struct receipt *r);

/*
 * FAIL_UPSTREAM: empty, or half a line (its writer died); FAIL_DATA: not one receipt. `at` names
 * the input, for messages. The receipt of a failure (done false) is parsed like any other; only
 * that of a success must be complete.
 */
int receipt_parse(struct receipt *r, const char *text, size_t n, const char *at, struct fail *f);

#endif

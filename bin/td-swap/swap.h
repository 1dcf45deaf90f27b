/*
 * td-swap: what its files share. main.c: options, one run; receipt.c: the receipt; steps.c:
 * carries out what common/td/replace asks for, and reports its decision; guards.c: what is checked
 * before; rows.c: what a table holds, by a query; carry.c: rows of the target that stay;
 * content.c: --check; kept.c: generations of old tables; gc.c: what earlier runs left behind.
 */
#ifndef TD_SWAP_H
#define TD_SWAP_H

#include "api/api.h"
#include "sys/newfile.h"
#include "sys/progress.h"
#include "td/receipt.h"

/* --check: a query, in which {} is the new table, and what it must give. */
struct check {
	const char *sql, *value;
};
enum { CHECKS_MAX = 16, GENERATIONS_MAX = 99, SWAP_NAMES_MAX = 16 << 20 };

struct opts {
	bool allow_empty, same_schema, strict, progress;
	bool keep, undo, gc, sessions;
	const char *keep_name; /* of --keep=NAME, or NULL */
	unsigned keep_n;       /* of --keep=N, or 0 */
	unsigned undo_n;       /* of --undo=N, or 0 */
	uint64_t older_s;      /* --gc: of things at least so old */
	bool older_given;
	int64_t min_rows; /* -1: not asked for */
	int max_shrink;   /* percent, -1 */
	bool dry_run;
	const char *watermark_file; /* or NULL */
	struct check checks[CHECKS_MAX];
	size_t checks_n;
	int64_t max_carry; /* rows that may be copied; -1: any number */
	uint64_t wait_s;       /* for the whole run; 0: without a limit */
	int verbosity;
	struct api_opt api;
};

/* What was counted before the copy. */
struct carry {
	bool counted;
	int64_t loaded;        /* new rows */
	int64_t live;          /* of them, those that are not marked as deleted */
	int64_t target, stays; /* rows of the target, and those of them that stay */
	int64_t time_sum;      /* of the target */
	char *sums;            /* of it, a checksum for each column, by commas; NULL: none */
	struct schema columns; /* of the copy, without time */
	struct schema of_loaded, of_target; /* as they were then */
};

struct swap {
	const struct opts *o;
	struct conf conf;
	struct api *api;
	uint64_t until_ms;  /* the end of --wait, a clock_ms(); 0: none */
	struct receipt in;  /* td-put's; --undo: one of ours */
	struct receipt out; /* ours */
	/* the receipt is in a file: the same command can be given again */
	bool repeatable;
	bool by_name; /* --undo DEST: no receipt says what must be undone */
	bool out_begun;
	struct progress progress;
	struct newfile mark; /* --watermark-file */
	struct api_table target, loaded; /* as they were seen last */
	struct carry carry;              /* rows of the target stay */
	bool overwrite;                  /* --keep: an older kept table goes */
	int64_t kept_newest;             /* --keep=N: the time of the newest one there was */
	size_t kept_n;                   /* and how many there were */
};

/* The connection to the service, within --wait. */
void swap_connect(struct swap *s);

/*
 * Our receipt. start: it repeats td-put's, so that one line in a log has everything; begin writes
 * the first half, once; end writes the rest, with the failure `why` or NULL, and closes the output.
 */
/* For --metrics; table: or NULL. */
void swap_names_destination(const char *database, const char *table);
int swap_receipt_start(struct swap *s, struct fail *f);
int swap_receipt_begin(struct swap *s, struct fail *f);
int swap_receipt_end(struct swap *s, const struct fail *why, struct fail *f);

/* The temporary table of s->in in the place of its target; fills s->out. */
int swap_run(struct swap *s, struct fail *f);

/* The kept table s->in.kept and its target, exchanged again. */
int swap_undo(struct swap *s, struct fail *f);

/* Remove td-put's temporary table, if it is the one of the receipt; where not, f names it. */
void swap_drop(struct swap *s, struct fail *f);

/* Claim a table that a dead run left behind, and delete it. */
int swap_collect(struct swap *s, const char *db, const char *table, struct fail *f);

/*
 * May s->loaded, which is called `name` now, take the place of s->target? Waits a moment for its
 * count.
 */
int guards_check(struct swap *s, const char *name, struct fail *f);

/* --undo by a receipt: is s->loaded, `name`, what that run kept? */
int guards_check_undo(struct swap *s, const char *name, struct fail *f);

/* kept.c: the default name of --keep, malloc'ed; NULL: too long. */
char *kept_default(const char *table, struct fail *f);
/* What is written into the description of a kept table: made by whom, instead of which rows. */
char *kept_mark(const char *table, const char *instead);
/* Tables of tempname_kept(). */
struct kept {
	char *name; /* when an undo has it: the one of before */
	int64_t at;
	bool undoing;
};
struct kept_tables {
	struct kept *v; /* the newest first */
	size_t n;
	bool plain; /* there is TABLE_kept */
};
/* Sets s->kept_newest, too. */
int kept_list(struct swap *s, const char *db, const char *table, struct kept_tables *out,
	struct fail *f);
void kept_free(struct kept_tables *k);
/* A name for the next one, malloc'ed: later than all that were listed. */
char *kept_name(struct swap *s, const char *table);
/*
 * One beyond the newest --keep=N that an earlier --keep made, malloc'ed; NULL: there is none.
 * seen: those that were looked at, one a line; they are not looked at again.
 */
int kept_older(struct swap *s, const char *db, const char *table, struct buf *seen, char **name,
	struct fail *f);
/*
 * --undo without a receipt: s->in.kept becomes that of --keep=NAME or of --undo=N, or the only one
 * that can be meant.
 */
int kept_pick(struct swap *s, const char *db, const char *table, struct fail *f);

/* What a table holds, as a query finds it: descriptions may be out of date. */
struct rows {
	int64_t n;
	bool has_time; /* n > 0 and known */
	int64_t time_min, time_max;
};
int rows_query(struct swap *s, const char *db, const char *table, struct rows *out, struct fail *f);
/* where: a condition of SQL, or "" */
int rows_query_where(struct swap *s, const char *db, const char *table, const char *where,
	struct rows *out, struct fail *f);
/*
 * Run a statement and wait for it; if the time is over or a signal comes, its job is killed. id:
 * the job's number. result: msgpack of the rows; NULL: not fetched.
 */
int rows_job(struct swap *s, const char *db, const char *sql, char id[32], struct buf *result,
	struct fail *f);
/* A query whose result is one value, as text; NULL is "NULL". Another result is FAIL_GUARD. */
int rows_text(
	struct swap *s, const char *db, const char *sql, char *out, size_t cap, struct fail *f);
/* A query whose result is one row of n numbers; NULL reads as 0. */
int rows_numbers(struct swap *s, const char *db, const char *sql, int64_t *out, unsigned n,
	struct fail *f);
/*
 * Do two tables hold the same rows, each as often? *same; a query that the service refuses, as for
 * columns that cannot be grouped by, is a failure.
 */
int rows_same(struct swap *s, const char *db, const struct api_table *x, const char *x_name,
	const struct api_table *y, const char *y_name, bool *same, struct fail *f);
bool rows_equal(const struct rows *want, const struct rows *have);

/* Rows that were loaded: without those that the import refused. */
int64_t rows_loaded(const struct receipt *r);

/* content.c: does the new table, as it is called now, satisfy each --check? */
int content_check(struct swap *s, const char *table, struct fail *f);

/* --dry-run: the guards, and what would be done, on standard output; nothing changes. */
int guards_plan(struct swap *s, struct fail *f);

/*
 * carry.c: rows of s->target stay. `loaded` is the table with the new rows, as it is called now.
 * Return 0; CARRY_FAILED: a request or a job; CARRY_GONE: a table is missing; CARRY_GUARD: f says
 * what is wrong.
 */
enum { CARRY_FAILED = -1, CARRY_GUARD = 1, CARRY_GONE = 2 };
/* The guards on keys, times, columns and numbers; *change: some row comes or goes. */
int carry_count(struct swap *s, const char *loaded, bool *change, struct fail *f);
/* An empty table; copies that dead runs with this receipt were making go before. */
int carry_make(struct swap *s, const char *copy, struct fail *f);
int carry_fill(struct swap *s, const char *copy, const char *loaded, struct fail *f);
int carry_verify(struct swap *s, const char *copy, const char *loaded, struct fail *f);
/*
 * The old table: is it as it was counted; or, not counted, are its rows that stay in the target?
 * *empty, not counted: it has no rows.
 */
int carry_old(struct swap *s, const char *old, const char *loaded, bool *same, bool *empty,
	struct fail *f);
/* Does a table hold the new rows, and besides them only such as stay? */
int carry_holds(
	struct swap *s, const char *table, const char *loaded, bool *new_rows, struct fail *f);
/* The loaded table is gone: does it look as if the target has its rows? */
int carry_looks_used(struct swap *s, bool *used, struct fail *f);
void carry_free(struct swap *s);

/*
 * Temporary tables and sessions of a database (and a table, if not NULL) that td-put made and no
 * run removed.
 */
int gc_run(struct swap *s, const char *db, const char *table, struct fail *f);

#endif

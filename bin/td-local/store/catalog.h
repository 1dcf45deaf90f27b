/*
 * catalog: what td-local knows, in one SQLite file: databases, tables and their segments, sessions,
 * parts, jobs. Rows are not in it; they lie in the files of `store`.
 *
 * One connection behind one lock. A transaction is short: no body is read and no file is written
 * while it is open. Errors stick: after the first one every call does nothing and catalog_end()
 * rolls back and says -1, so callers check once. Readers outside see a transaction whole or not at
 * all, and after catalog_end() it survives a power cut.
 *
 * Binding: fmt has one letter for each ?N: s text (NULL is null), i int64_t, d double, n null.
 */
#ifndef CATALOG_H
#define CATALOG_H

#include "base/fail.h"
#include "store/keyset.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct catalog {
	sqlite3 *db;
	pthread_mutex_t lock;
	atomic_bool
		*keep; /* set when a commit fails in a way that may not be the end of it; or NULL */
	char why[256]; /* the first error of the open transaction; empty: none */
};

/* draft: nothing is synced; for a file that gets its name when it is whole. */
int catalog_open(struct catalog *c, const char *path, bool draft, struct fail *f);
void catalog_close(struct catalog *c);

/*
 * Copies all that it knows to a new file, or takes all that a copy knows in place of its own; ids
 * of segments go on from where they are. In a copy of an older layout the present one is made. Both
 * take the lock; readers see a copy whole or not at all.
 */
int catalog_copy(struct catalog *c, const char *path, struct fail *f);
int catalog_replace(struct catalog *c, const char *path, struct fail *f);

void catalog_begin(struct catalog *c); /* takes the lock */
/* Gives the lock back; -1 if the transaction did not happen, and f, unless it is NULL, says why. */
int catalog_end(struct catalog *c, bool commit, struct fail *f);
bool catalog_failed(const struct catalog *c);

void catalog_do(struct catalog *c, const char *sql, const char *fmt, ...);
/* none: no row or null */
int64_t catalog_num(struct catalog *c, int64_t none, const char *sql, const char *fmt, ...);
/* malloc'ed, or NULL */
char *catalog_text(struct catalog *c, const char *sql, const char *fmt, ...);

/*
 * for (q = catalog_select(...); catalog_next(c, &q);) ... A loop that is left early calls
 * sqlite3_finalize(q).
 */
sqlite3_stmt *catalog_select(struct catalog *c, const char *sql, const char *fmt, ...);
bool catalog_next(struct catalog *c, sqlite3_stmt **q);

/* text of a column, "" for null; valid until the next row */
const char *catalog_column(sqlite3_stmt *q, int i);
bool catalog_null(sqlite3_stmt *q, int i);

/* Inside a transaction: adds every file that the catalogue names. */
void catalog_files(struct catalog *c, struct keyset *names);

#endif

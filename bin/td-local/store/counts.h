/*
 * counts: what the catalogue shows of a table's contents, and when it shows it. All but
 * counts_still_running() and counts_int_or_null() run inside a transaction.
 */
#ifndef COUNTS_H
#define COUNTS_H

#include "store/catalog.h"

#include <jansson.h>

/* Adds the columns that an import found, [[name, type], ...], to a table that takes new ones. */
void counts_extend(struct catalog *c, int64_t table, const json_t *found);

/* Sets a table's numbers of rows and bytes and its last time from its segments. */
void counts_table(struct catalog *c, int64_t table);

/* A session's rows become its table's, all at once. */
void counts_commit(struct catalog *c, int64_t session);

/*
 * A finished job, perform or commit is reported as running for some polls (--polls), or for
 * COUNTS_RUNNING_MS if no client polls. polls and until are the columns of these names.
 */
enum { COUNTS_RUNNING_MS = 1000 };
bool counts_still_running(int64_t polls, int64_t until);

json_t *counts_int_or_null(sqlite3_stmt *q, int i);

#endif

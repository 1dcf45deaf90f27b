/*
 * seed: tables that a new data directory, or a reset, begins with. They come from a folder:
 *
 *   DIR/DATABASE/TABLE.csv     read by td-encode, which infers the types
 *   DIR/DATABASE/TABLE.jsonl   the same, JSON lines
 *   DIR/DATABASE/TABLE.sql     Presto: one query whose rows become the table, or statements
 *
 * Names of tables and databases are theirs to the letter. All rows of .csv and .jsonl come first,
 * in the order of the names; then .sql. A record without `time` gets the present one, by the test
 * clock if there is one. Files whose names begin with a dot are left out, as are those beside the
 * folders that are none of the three; any other file is refused.
 */
#ifndef SEED_H
#define SEED_H

#include "store/account.h"

/*
 * Outside a transaction. stopping: set by another thread, it ends the work, as a pending SIGINT,
 * SIGTERM or SIGHUP does: FAIL_SIGNAL. FAIL_DATA, with file and reason: it cannot be used.
 */
int seed_load(struct account *a, const char *dir, const atomic_bool *stopping, struct fail *f);

#endif

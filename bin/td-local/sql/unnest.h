/*
 * unnest: UNNEST of dialect, as table-valued functions of SQLite: one row for each element of
 * arrays, side by side, or of maps.
 */
#ifndef UNNEST_H
#define UNNEST_H

#include "base/fail.h"

#include <jansson.h>
#include <sqlite3.h>

/*
 * Makes unnest_0, unnest_1 ... in the main database; `all`, as dialect has it, stays as long as db
 * is open.
 */
int unnest_create(sqlite3 *db, const char *main, const json_t *all, struct fail *f);

#endif

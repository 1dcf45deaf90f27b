/*
 * settings: what a table has beside its rows: schema, expire_days, include_v, detect_schema,
 * description.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "http/request.h"

/*
 * Inside a transaction. Those that the request names; its schema replaces the columns, or adds to
 * them. -1: answered.
 */
int settings_take(struct request *r, int64_t table, bool replace);

/* Those of `source_table`, if a new table is to be like that one. -1: answered. */
int settings_copy(struct request *r, int64_t db, int64_t table);

/* Its name; onto another table only with `overwrite`. false: answered. */
bool settings_rename(struct request *r, int64_t table, const char *to);

#endif

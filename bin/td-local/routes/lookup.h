/*
 * lookup: databases and tables by name. What is not there is answered with 404. Inside a
 * transaction.
 */
#ifndef LOOKUP_H
#define LOOKUP_H

#include "http/request.h"

int64_t lookup_database(struct request *r, const char *db);                 /* 0: answered */
int64_t lookup_table(struct request *r, const char *db, const char *table); /* 0: answered */
int64_t lookup_table_id(struct request *r, int64_t db, const char *table);  /* 0: not answered */

/* A name for a new database or table; false: answered. */
bool lookup_name_ok(struct request *r, const char *name);

/* Answers as most calls do that change a table: its names. */
void lookup_reference(struct request *r, const char *db, const char *table);

#endif

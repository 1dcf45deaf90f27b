/*
 * functions: what SQL on Treasure Data has and SQLite lacks: the TD_ functions (functions-td.c) and those of Presto and
 * Hive that transfers use (functions-text.c, functions-json.c, functions-sql.c). NULL in, NULL out, where nothing is said.
 */
#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include "buf.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct function {
	const char *name;
	int args; /* -1: any number */
	void (*call)(sqlite3_context *x, int argc, sqlite3_value **argv);
	void (*step)(sqlite3_context *x, int argc, sqlite3_value **argv); /* an aggregate: with `end`, instead of call */
	void (*end)(sqlite3_context *x);
};

extern const struct function functions_td[], functions_on_text[], functions_on_json[], functions_sql[];

/* scheduled: for TD_SCHEDULED_TIME(). 0, or an SQLite error. */
int functions_register(sqlite3 *db, int64_t scheduled);

/* What a function gets from functions_register. */
int64_t functions_scheduled(sqlite3_context *x);

/* For all of them: the text of a value, NULL for NULL; is any NULL; a text result, which frees b. */
const char *functions_text(sqlite3_value *v);
bool functions_any_null(int argc, sqlite3_value **argv);
void functions_result(sqlite3_context *x, struct buf *b);

/* Text to epoch seconds: dates and times as people write them, in the zone unless the text has its own. */
struct tz;
int functions_parse_time(const char *s, const struct tz *z, int64_t *out);

#endif

/*
 * functions: what SQL on Treasure Data has and SQLite lacks: the TD_ functions (functions-td.c) and
 * those of Presto and Hive that transfers use (functions-*.c). NULL in, NULL out, where nothing is
 * said. Arrays and maps are JSON text with SQLite's subtype for it. Times are text, 2013-01-01
 * 00:00:00.000, and dates, 2013-01-01, in UTC.
 */
#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include "base/buf.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct function {
	const char *name;
	int args; /* -1: any number */
	void (*call)(sqlite3_context *x, int argc, sqlite3_value **argv);
	/* an aggregate: with `end`, instead of call */
	void (*step)(sqlite3_context *x, int argc, sqlite3_value **argv);
	void (*end)(sqlite3_context *x);
	/*
	 * of the result, as Presto names it; FUNCTIONS_LAST: that of the last argument; NULL: seen
	 * in values
	 */
	const char *type;
};
#define FUNCTIONS_LAST "*"

extern const struct function functions_td[], functions_on_text[], functions_on_json[],
	functions_sql[], functions_on_arrays[], functions_on_times[], functions_casts[],
	functions_statistics[];

/* What functions know of the query they are in. */
struct functions_query {
	int64_t scheduled; /* for TD_SCHEDULED_TIME() */
	bool hive;
};

/* q stays where it is as long as db is open. 0, or an SQLite error. */
int functions_register(sqlite3 *db, const struct functions_query *q);
const struct functions_query *functions_query(sqlite3_context *x);

/*
 * The type of a call's result, whose last argument is of the type `last` (NULL: not known); NULL:
 * not known.
 */
const char *functions_type(const char *name, const char *last, bool hive);
/* What a value is that was cast to `type`. */
const char *functions_cast_type(const char *type, bool hive);

/*
 * For all of them: the text of a value, NULL for NULL; is any NULL; a text result, which frees b:
 * rc of what was put there.
 */
const char *functions_text(sqlite3_value *v);
bool functions_any_null(int argc, sqlite3_value **argv);
void functions_result(sqlite3_context *x, struct buf *b, int rc);

void functions_error(sqlite3_context *x, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * JSON: of an argument that is JSON text, or NULL; of any argument; as a result: JSON, or what an
 * element is in SQL.
 */
json_t *functions_json(sqlite3_value *v);
json_t *functions_json_of(sqlite3_value *v);
void functions_result_json(sqlite3_context *x, const json_t *j);
void functions_result_element(sqlite3_context *x, const json_t *j);

/* concat() and reverse() of what is no text. */
void functions_concat_arrays(sqlite3_context *x, int argc, sqlite3_value **argv);
void functions_reverse_array(sqlite3_context *x, sqlite3_value *v);

/*
 * Text to milliseconds of the epoch, or -1: dates and times as people write them, in the zone
 * (NULL: UTC) unless the text has its own. unit: second ... year; 0, or -1: there is none such.
 * Letters of Java's SimpleDateFormat; -1: another.
 */
struct zone;
int functions_parse_ms(const char *s, const struct zone *z, int64_t *out);
int functions_truncate(const char *unit, const struct zone *z, int64_t t, int64_t *out);
int functions_format_time(struct buf *b, const struct zone *z, int64_t t, const char *format);

enum { FUNCTIONS_TIMESTAMP = 30 };
void functions_timestamp(char out[FUNCTIONS_TIMESTAMP], int64_t ms, bool date, bool hive);

#endif

/*
 * query: a job's statements, run one after the other by SQLite over the tables as they are at one
 * moment.
 *
 * Every statement has a connection of its own that lives in memory and holds virtual tables only;
 * an authorizer lets nothing but reading pass. The rows go to a gzip file of msgpack arrays as they
 * come. Memory: SQLite's sorters spill into temporary files; one value is 64 MiB at most.
 */
#ifndef QUERY_H
#define QUERY_H

#include "sql/ast.h"
#include "sql/interrupt.h"
#include "store/account.h"

struct outcome {
	char *schema;          /* JSON text [[name, type], ...] */
	char file[STORE_NAME]; /* empty: no result */
	uint64_t size, plain;  /* bytes of the file, and of what is in it */
	int64_t rows;
};

struct queries; /* a job's */

/* NULL: FAIL_DATA, a syntax error. scheduled: for TD_SCHEDULED_TIME, in epoch seconds. */
struct queries *query_parse(
	const char *sql, const char *engine, const char *db, int64_t scheduled, struct fail *f);
unsigned query_count(const struct queries *q);
const struct statement *query_statement(const struct queries *q, unsigned i);
const char *query_database(const struct queries *q); /* the job's, or that of USE */
void query_free(struct queries *q);                  /* NULL is fine */

/*
 * Runs the query of statement i; without one *out stays empty. -1: FAIL_DATA with a sentence for
 * people, FAIL_SIGNAL if it was interrupted, or our own failure.
 */
int query_run(struct queries *q, unsigned i, struct account *account, struct interrupt *me,
	struct outcome *out, struct fail *f);

#endif

/*
 * query: a job's SQL, run by SQLite over the tables as they are at one moment.
 *
 * Every job has a connection of its own that lives in memory and holds virtual tables only; an
 * authorizer lets nothing but reading pass. The rows go to a gzip file of msgpack arrays as they
 * come. Memory: SQLite's sorters spill into temporary files; one value is 64 MiB at most.
 */
#ifndef QUERY_H
#define QUERY_H

#include "sql/interrupt.h"
#include "store/account.h"

struct query {
	bool hive; /* names and types as Hive says them, else as Presto does */
	const char *db, *sql;
	int64_t scheduled; /* for TD_SCHEDULED_TIME */
};

struct outcome {
	char *schema;          /* JSON text [[name, type], ...] */
	char file[STORE_NAME]; /* empty: no result */
	uint64_t size, plain;  /* bytes of the file, and of what is in it */
	int64_t rows;
};

/*
 * -1: FAIL_DATA with the text of an SQL error, FAIL_SIGNAL if it was interrupted, or our own
 * failure.
 */
int query_run(struct account *l, const struct query *q, struct interrupt *me, struct outcome *out,
	struct fail *f);

#endif

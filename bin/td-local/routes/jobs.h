/* jobs: jobs as the API shows them. */
#ifndef JOBS_H
#define JOBS_H

#include "http/request.h"

/* The columns of a job that jobs_json() shows: "SELECT " JOB_COLUMNS " FROM jobs". */
#define JOB_COLUMNS                                                                                \
	"id, type, db, query, status, priority, retry_limit, result, created, "                    \
	"updated, started, "                                                                       \
	"ended, cpu_ms, schema, size, rows, cmdout, stderr, polls, until, target, "                \
	"scheduled"

/* The present row of such a query; full: with what `debug` holds. Inside a transaction. */
json_t *jobs_json(struct request *r, sqlite3_stmt *q, bool full);

#endif

/* jobs: jobs as the API shows them. */
#ifndef JOBS_H
#define JOBS_H

#include "local.h"

/* From a row of "SELECT " JOB_COLUMNS " FROM jobs". Inside a transaction. */
#define JOB_COLUMNS "id, type, db, query, status, priority, retry_limit, result, created, updated, started, ended, cpu_ms, schema," \
	" size, rows, cmdout, stderr, polls, until, target, scheduled"
bool result_bad(struct req *r, const char *result); /* no destination that can be served: answered with 422 */
bool job_type_known(const char *type);
char *job_masked(const char *url); /* a destination without its key; malloc'ed */
json_t *job_json(struct req *r, sqlite3_stmt *q, bool full);

#endif

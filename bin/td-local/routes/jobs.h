/* jobs: jobs as the API shows them. */
#ifndef JOBS_H
#define JOBS_H

#include "http/request.h"

/* From a row of "SELECT " JOB_COLUMNS " FROM jobs". Inside a transaction. */
#define JOB_COLUMNS "id, type, db, query, status, priority, retry_limit, result, created, updated, started, ended, cpu_ms, schema," \
	" size, rows, cmdout, stderr, polls, until, target, scheduled"
/* a type that cannot be run, or an engine that is none: answered */
bool job_type_bad(struct req *r, const char *type);
/* the domain_key of another job: answered with that job's id */
bool job_key_taken(struct req *r, const char *key);
/* epoch seconds or ISO 8601 to epoch seconds; -1: none of both, or NULL */
int64_t job_scheduled(const char *time);
json_t *job_json(struct req *r, sqlite3_stmt *q, bool full);

#endif

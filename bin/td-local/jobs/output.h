/*
 * output: sends the result of a job to its destination. The work is done by td-encode | td-put |
 * td-swap, the programs of the same installation.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "base/buf.h"
#include "jobs/queue.h"
#include "sql/query.h"

/*
 * Sends the rows; the last program's line (its receipt) goes to `said`. Rows without a time get
 * that of the job, so that a job that is run again after a crash sends the same, and an append of
 * it is made once. FAIL_SIGNAL if it was interrupted.
 */
int output_run(struct queue *w, struct interrupt *me, const struct job *j,
	const struct outcome *rows, const char *url, struct buf *said, struct fail *f);

/*
 * Inside a transaction, when the job is done: the session that remembered an append to ourselves
 * may go.
 */
void output_forget(struct catalog *c, const char *said);

#endif

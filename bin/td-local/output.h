/*
 * output: where the result of a job is sent. A destination is td://[KEY]@[HOST]/DATABASE/TABLE[?mode=...], or NAME:TABLE
 * with a named result; the work is done by td-encode | td-put | td-swap, the programs of the same installation.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "local.h"
#include "query.h"
#include "work.h"

/*
 * Inside a transaction: the URL that a job's `result` means, with a named result filled in; malloc'ed. NULL with f filled
 * if it is none that can be served.
 */
char *output_resolve(struct catalog *c, const char *result, struct fail *f);

/*
 * Sends the rows; the last program's line goes to said (its receipt). Rows without a time get that of the job, so that a
 * job that is run again after a crash sends the same, and an append of it is made once. FAIL_SIGNAL if it was interrupted.
 */
int output_run(struct local *l, struct running *me, const struct job *j, const struct outcome *rows, const char *url, struct buf *said,
	       struct fail *f);

/* Inside a transaction, when the job is done: the session that remembered an append to ourselves may go. */
void output_forget(struct catalog *c, const char *said);

#endif

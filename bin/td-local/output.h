/*
 * output: where the result of a job is sent. A destination is td://[KEY]@[HOST]/DATABASE/TABLE[?mode=...], or NAME:TABLE
 * with a named result; the work is done by td-encode | td-put | td-swap, the programs of the same installation.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "local.h"
#include "query.h"

/*
 * Inside a transaction: the URL that a job's `result` means, with a named result filled in; malloc'ed. NULL with f filled
 * if it is none that can be served.
 */
char *output_resolve(struct catalog *c, const char *result, struct fail *f);

/* Sends the rows; the last program's line goes to said (its receipt). FAIL_SIGNAL if it was interrupted. */
int output_run(struct local *l, struct running *me, int64_t job, const struct outcome *rows, const char *url, struct buf *said,
               struct fail *f);

#endif

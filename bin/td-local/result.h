/* result: a finished job's rows in the formats that clients ask for. */
#ifndef RESULT_H
#define RESULT_H

#include "local.h"

/* Inside the transaction: opens the file, so that it stays. Answers 406 for an unknown format. */
void result_open(struct req *r, const char *file, const char *schema);
/* After it: turns it into the format. */
void result_convert(struct req *r);

#endif

/* jobresult: a finished job's rows in the formats that clients ask for. */
#ifndef JOBRESULT_H
#define JOBRESULT_H

#include "http/request.h"

/* Inside the transaction: opens the file, so that it stays. Answers 406 for an unknown format. */
void jobresult_open(struct request *r, const char *file, const char *schema);
/* After it: turns it into the format. */
void jobresult_convert(struct request *r);

#endif

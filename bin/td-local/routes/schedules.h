/* schedules: queries that run by the clock. */
#ifndef SCHEDULES_H
#define SCHEDULES_H

#include "http/request.h"

/* Issues the jobs that are due. Milliseconds until the next may be, -1: there is none. */
int64_t schedules_due(struct local *l);

/* At the start: what was missed is not made up for. */
void schedules_start(struct local *l);

#endif

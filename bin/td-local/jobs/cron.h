/*
 * cron: five fields (minute hour day-of-month month day-of-week) with *, lists, ranges, steps and
 * names, or @hourly @daily @midnight @weekly @monthly @yearly @annually. As in cron(8), when both
 * days are restricted either will do. If every hour is meant, it is every hour of real time; else
 * an hour that a change of the clock repeats counts once, and one that it leaves out is taken by
 * the old offset.
 */
#ifndef CRON_H
#define CRON_H

#include "value/zone.h"

#include <stdbool.h>

struct cron {
	uint64_t minute;
	uint32_t hour, day, month, week; /* sets of bits */
	bool any_day, any_week;
};

int cron_parse(struct cron *c, const char *text); /* -1: it is not a cron line */
/* The first moment after `after`, or -1 if there is none within ten years. */
int64_t cron_next(const struct cron *c, const struct zone *z, int64_t after);

#endif

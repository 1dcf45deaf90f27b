/*
 * tdtime: texts to epoch seconds, the `time` of a record.
 *
 * Recognised: epoch seconds (digits, decimals cut off) and ISO 8601, YYYY-MM-DD[ T]HH:MM[:SS[.fraction]][ ][Z|UTC|+HH[[:]MM]],
 * or the date alone. Without a zone a time is UTC. The range is TD's: 1970-01-01 to 9999-12-31 23:59:59.
 */
#ifndef TDTIME_H
#define TDTIME_H

#include <stddef.h>
#include <stdint.h>

#define TDTIME_MAX 253402300799 /* 9999-12-31 23:59:59 UTC */

/* NULL and the seconds in *out, or why not: a sentence's end such as "is no time", to stand behind the value. */
const char *tdtime_parse(const char *p, size_t n, int64_t *out);

/* The same check for a number of seconds. */
const char *tdtime_check(int64_t seconds);

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
int64_t tdtime_days(int64_t year, unsigned month, unsigned day);

#endif

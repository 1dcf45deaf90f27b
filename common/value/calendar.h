/* calendar: days since 1970-01-01 and dates of the proleptic Gregorian calendar. Pure. */
#ifndef CALENDAR_H
#define CALENDAR_H

#include <stdint.h>

struct calendar_date {
	int64_t year;
	unsigned month, day; /* from 1 */
};

/*
 * Days from 1970-01-01 to a date. The month may lie outside 1 to 12 and counts on into other years;
 * so may the day. Years and months up to 2^40 in size.
 */
int64_t calendar_days(int64_t year, int64_t month, int64_t day);

/* The inverse, for up to 2^48 days in either direction. */
struct calendar_date calendar_date(int64_t days);

/* 0 for Sunday to 6 for Saturday. */
unsigned calendar_weekday(int64_t days);

/* The quotient rounded down, for b > 0: seconds to whole days. */
int64_t calendar_floor(int64_t a, int64_t b);

#endif

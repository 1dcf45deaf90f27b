/*
 * calendar: days since 1970-01-01, dates of the proleptic Gregorian calendar, and ISO 8601's weeks.
 * Years and months up to 2^40 in size, up to 2^48 days in either direction. Pure.
 */
#ifndef CALENDAR_H
#define CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

struct calendar_date {
	int64_t year;
	int month, day; /* from 1 */
};

/*
 * Days from 1970-01-01 to a date. The month may lie outside 1 to 12 and counts on into other years;
 * so may the day.
 */
int64_t calendar_days(int64_t year, int64_t month, int64_t day);
struct calendar_date calendar_date(int64_t days); /* the inverse */

int calendar_month_length(int64_t year, int month); /* 1 to 12 */
bool calendar_is_date(int64_t year, int64_t month, int64_t day);
int calendar_day_of_year(int64_t days); /* from 1 */

/* The same day n months on; where the month is too short, its last day. */
int64_t calendar_add_months(int64_t days, int64_t n);

/* 0 for Sunday to 6 for Saturday; ISO 8601: 1 for Monday to 7 for Sunday. */
unsigned calendar_weekday(int64_t days);
int calendar_iso_weekday(int64_t days);

/* ISO 8601: the week, and the year that it belongs to; the Monday of a week. */
int calendar_week(int64_t days, int64_t *year);
int64_t calendar_week_start(int64_t year, int week);

extern const char *const calendar_months[12];   /* January ... */
extern const char *const calendar_weekdays[7];  /* Monday ... */

/* The quotient rounded down, for b > 0: seconds to whole days. */
int64_t calendar_floor(int64_t a, int64_t b);

#endif

/* calendar: days since 1970-01-01 and the Gregorian calendar, without end in both directions. Pure.
 */
#ifndef SQL_CALENDAR_H
#define SQL_CALENDAR_H

#include "value/calendar.h" /* calendar_days, calendar_floor; its calendar_weekday counts from Sunday */

#include <stdbool.h>

struct calendar {
	int64_t year;
	int month, day; /* from 1 */
};

struct calendar calendar_of(int64_t days);
int calendar_month_length(int64_t year, int month);
bool calendar_is_date(int64_t year, int month, int day);

int calendar_iso_weekday(int64_t days);                /* 1 Monday ... 7 Sunday */
int calendar_day_of_year(int64_t days);                /* from 1 */
int calendar_week(
	int64_t days, int64_t *year); /* ISO 8601: the week, and the year that it belongs to */
int64_t calendar_week_start(int64_t year, int week);   /* its Monday */
int64_t calendar_add_months(
	int64_t days, int64_t n); /* the 31st becomes a shorter month's last day */

extern const char *const calendar_months[12],
	*const calendar_weekdays[7]; /* January ..., Monday ... */

#endif

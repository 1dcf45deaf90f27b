/* when: what time it is, and times as TD's API writes them. */
#ifndef WHEN_H
#define WHEN_H

#include <jansson.h>
#include <stdint.h>

int64_t when_now(void); /* epoch seconds; the test clock's if there is one */
int64_t when_ms(void);  /* epoch milliseconds, always real */
void when_set(int64_t now); /* a test clock that stands still; -1: none */

/* "2013-01-21 01:51:41 UTC" and "2013-01-21T01:51:41Z" */
json_t *when_text(int64_t t);
json_t *when_iso(int64_t t);

/* Days since 1970-01-01 to a date of the Gregorian calendar and back. */
struct date {
	int64_t year;
	unsigned month, day; /* from 1 */
};
int64_t when_days(int64_t year, int64_t month, int64_t day); /* month may be outside 1..12 */
struct date when_date(int64_t days);

#endif

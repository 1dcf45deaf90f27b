/* td_clock: the time, and times as TD's API writes them. */
#ifndef TD_CLOCK_H
#define TD_CLOCK_H

#include <jansson.h>
#include <stdint.h>

int64_t td_clock_now(void);            /* epoch seconds; the test clock's if there is one */
int64_t td_clock_ms(void);             /* epoch milliseconds, always real */
int64_t td_clock_spent(int64_t since); /* milliseconds; 0 by a stopped clock */
void td_clock_set(int64_t now);        /* a stopped test clock; -1: none */

/* "2013-01-21 01:51:41 UTC" and "2013-01-21T01:51:41Z" */
json_t *td_clock_text(int64_t t);
json_t *td_clock_iso(int64_t t);

#endif

/* clock: monotonic time, UTC text, interruptible sleep. */
#ifndef CLOCK_H
#define CLOCK_H

#include "base/fail.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

uint64_t clock_ms(void);                        /* since an arbitrary instant; monotonic */
/* -1 with FAIL_SIGNAL if a signal is caught meanwhile */
int clock_sleep(uint64_t ms, struct fail *f);
/* also if *stop becomes true; stop may be NULL */
int clock_sleep_or(uint64_t ms, const atomic_bool *stop, struct fail *f);
void clock_utc(char out[21]);                   /* "2026-01-31T12:00:00Z" */
/* unpredictable enough for names and jitter; from the kernel */
uint64_t clock_random(void);

#endif

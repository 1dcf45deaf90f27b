/*
 * zone: local times of a time zone to epoch seconds, by the C library and the system's zone files.
 *
 * A time that a change to summer time skips is taken as if the clock had not been changed yet
 * (02:30 becomes 03:30); one that happens twice is the first. The process has one zone: zone_open()
 * sets TZ, which a program that is started from here would inherit. Not for use by several threads.
 */
#ifndef ZONE_H
#define ZONE_H

#include <stdbool.h>
#include <stdint.h>

/* "Asia/Tokyo", "UTC", "+09:00". False if there is no such zone. */
bool zone_open(const char *name);

/*
 * true: TZ is what the caller of this program had, until false. No local times are to be asked for
 * in between.
 */
void zone_environment(bool of_caller);

/* Seconds since 1970 of a local time that is given as if it were UTC. */
int64_t zone_to_utc(int64_t local);

#endif

/*
 * zone: time zones, from the system's database (TZif, RFC 8536) or as an offset such as +09:00. UTC and JST need no
 * database. Behind the last transition that the database lists, the last offset goes on.
 */
#ifndef ZONE_H
#define ZONE_H

#include <stdint.h>

struct zone;

struct zone *zone_open(const char *name); /* NULL: there is no such zone */
void zone_free(struct zone *z);
int zone_offset(const struct zone *z, int64_t utc, const char **abbreviation); /* seconds east of UTC */
int64_t zone_utc(const struct zone *z, int64_t local); /* the moment when the clocks there showed it */

#endif

/*
 * tz: time zones, from the system's database (TZif, RFC 8536) or as an offset such as +09:00. UTC
 * and JST need no database. After the last transition that the database lists, the last offset
 * goes on.
 */
#ifndef TZ_H
#define TZ_H

#include <stdint.h>

struct tz;

struct tz *tz_open(const char *name); /* NULL: there is no such zone */
void tz_free(struct tz *z);
int tz_offset(const struct tz *z, int64_t utc, const char **abbreviation); /* seconds east of UTC */
int64_t tz_utc(const struct tz *z, int64_t local); /* the moment when the clocks there showed it */

#endif

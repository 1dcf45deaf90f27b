/*
 * zonefile: opens time zones by name, from the system's time zone database. Looks in fixed folders,
 * not in TZDIR.
 */
#ifndef ZONEFILE_H
#define ZONEFILE_H

#include "base/fail.h"
#include "value/zone.h"

/*
 * "Asia/Tokyo", or what zone_fixed() knows, such as "UTC" and "+09:00". Names are case-sensitive.
 * NULL, and f is of kind FAIL_USAGE and says why, if there is no such zone, no database, or a file
 * that cannot be used. zone_free() frees the zone. Opens a file, so call it before the sandbox
 * closes. Any thread.
 */
struct zone *zonefile_open(const char *name, struct fail *f);

#endif

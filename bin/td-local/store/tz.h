/* tz: time zones by the names that Treasure Data takes, the old abbreviations among them. */
#ifndef TZ_H
#define TZ_H

#include "value/zone.h"

/* NULL: there is no such zone. zone_free() frees it. Any thread. */
struct zone *tz_open(const char *name);

#endif

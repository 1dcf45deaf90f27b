/*
 * zone: a time zone: which offset from UTC its clocks have at an instant, and which instants they
 * show a local time at.
 *
 * A zone is a fixed offset, or is read from a TZif file of version 2 or later (RFC 9636): its list
 * of transitions, and after the last of them the rule in its footer (a POSIX TZ string with the
 * extensions of version 3). "Fat" and "slim" files of the same zone give the same answers.
 * sys/zonefile opens zones by name; this room does no I/O.
 *
 * A zone does not change once it is made: any number of threads may use it. Instants are seconds
 * since 1970 without leap seconds; a local time is given as the instant at which a clock on UTC
 * would show it. Values beyond 2^51 in either direction (71 million years) are taken as 2^51.
 */
#ifndef ZONE_H
#define ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zone; /* opaque */

/* What RFC 9636 calls a local time type. */
struct zone_type {
	int32_t east;             /* seconds ahead of UTC */
	bool dst;                 /* daylight saving time */
	const char *abbreviation; /* "EST", "+09"; lives as long as its zone */
};

/* How often a clock of the zone shows a local time. */
enum zone_fit {
	ZONE_ONCE,
	ZONE_SKIPPED,  /* never: the clock was put forward over it */
	ZONE_REPEATED, /* twice: the clock was put back over it (or, in principle, oftener) */
};

/*
 * The instants of a local time. ONCE: both are that instant. REPEATED: the first and the last.
 * SKIPPED: as if the clock had not been changed yet (02:30 means 03:30), and as if it had been
 * changed already (01:30); so `before` is later.
 */
struct zone_local {
	enum zone_fit fit;
	int64_t before, after; /* by the offset before the change and by the one after it */
};

/*
 * A fixed offset: "UTC", "GMT", "Z", or a sign and H, HH, HHMM or HH:MM, at most 18 hours. Its
 * abbreviation is the name as given. NULL if the name is none of these. zone_free() frees it.
 */
struct zone *zone_fixed(const char *name);

/*
 * The zone in a TZif file of n bytes, which may be anything; they are not kept. NULL if they are
 * not TZif of version 2 or later, or count leap seconds, or contradict themselves. zone_free()
 * frees it.
 */
struct zone *zone_parse(const void *tzif, size_t n);

void zone_free(struct zone *z); /* NULL does nothing */

/* What the clocks of the zone show at an instant. Never NULL. */
const struct zone_type *zone_at(const struct zone *z, int64_t utc);

/* When they show a local time. */
struct zone_local zone_local(const struct zone *z, int64_t local);

/* zone_local().before: what java.time takes. */
int64_t zone_utc(const struct zone *z, int64_t local);

#endif

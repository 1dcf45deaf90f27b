/*
 * zonerule: the rule in the footer of a TZif file, a POSIX TZ string such as
 * EST5EDT,M3.2.0,M11.1.0: standard time, and daylight saving time from one day of each year to
 * another. With the extensions of RFC 9636: hours of a change from -167 to 167, and daylight saving
 * time all year. A part of room zone. Pure; constant once parsed.
 */
#ifndef ZONERULE_H
#define ZONERULE_H

#include "value/zone.h"

/* A day of each year, and the seconds from its midnight to the change, by the clock before it. */
struct zonerule_day {
	enum {
		ZONERULE_JULIAN, /* J1 to J365: 29 February is not counted */
		ZONERULE_DAYS,   /* 0 to 365 */
		ZONERULE_WEEKDAY /* Mm.w.d: the w-th d of month m; 5 is the last, 0 Sunday */
	} kind;
	unsigned month, week, day;
	int32_t time;
};

struct zonerule {
	struct zone_type standard, saving; /* their abbreviations are in names */
	bool saves; /* there is daylight saving time; else only standard counts */
	struct zonerule_day start, end;
	char names[2][32];
};

struct zonerule_change {
	int64_t at;
	bool dst; /* what it changes to */
};

/*
 * False if the text is not a rule, or one that saves daylight without saying when. The rule points
 * into itself: do not copy or move it.
 */
bool zonerule_parse(struct zonerule *r, const char *text);

/* The last change until an instant and the first after it, of a rule that saves. */
struct zonerule_change zonerule_last(const struct zonerule *r, int64_t utc);
struct zonerule_change zonerule_next(const struct zonerule *r, int64_t utc);

#endif

/*
 * tdtime: text and numbers to epoch seconds, the `time` of a record.
 *
 * Recognised without a format: ISO 8601, YYYY-MM-DD or YYYY/MM/DD, alone or followed by
 * [ T]HH:MM[:SS[.fraction]] and a zone (Z, UTC, +HH[[:]MM], JST, Asia/Tokyo); its basic form
 * YYYYMMDDTHHMMSS with a zone or without; DD/Mon/YYYY:HH:MM:SS zone, as web servers write it, also
 * in brackets; and numbers of epoch seconds. Without a unit, a number is
 * a time only if its seconds lie between 1990 and 2100 and its digits are not a date: nothing else
 * is taken for a time unless a person says so. Fractions of a second are cut off.
 *
 * The range is that of Treasure Data: 1970-01-01 00:00:00 to 9999-12-31 23:59:59 UTC. Pure: zones
 * come from the caller. Strings that are returned live as long as the program.
 */
#ifndef TDTIME_H
#define TDTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zone;

#define TDTIME_MAX 253402300799 /* 9999-12-31 23:59:59 UTC */

struct tdtime {
	/* As for strptime(3); also applied to the digits of numbers. NULL: recognise the form. */
	const char *format;
	/* Numbers, and %s, count this many to the second: 1, 1000, ...; 0: not given. */
	int64_t unit;
	/* Where no unit is given: any seconds from 1970 on will do, not only those since 1990. */
	bool any_seconds;
	/* A number that has a fraction is refused, because nothing else keeps it. */
	bool whole;
	const struct zone *zone; /* of times that name none; NULL: UTC */
	/* The zone that a time names, such as Asia/Tokyo, or NULL. NULL: no zone can be named. */
	const struct zone *(*named)(void *zones, const char *name, size_t n);
	void *zones;
	/*
	 * A local time that its zone skips or repeats is refused. Otherwise of two the first
	 * counts, and one that is skipped is taken as if the clock had not been changed yet.
	 */
	bool reject_gaps;
};

/*
 * NULL if the format can be used, or what is wrong with it. The conversions are %Y %y %m %d %e %b
 * %B %h %H %I %M %S %f %p %z %Z %s %j %a %A %F %T %R %D %n %t %%. Each may be used once, and
 * together they must name a year and a day.
 */
const char *tdtime_format_error(const char *format);

/* NULL and the seconds in *out, or why not: a predicate such as "is not a time". */
const char *tdtime_parse(const struct tdtime *rules, const char *p, size_t n, int64_t *out);

/* The same for numbers. */
const char *tdtime_number(const struct tdtime *rules, int64_t number, int64_t *out);
const char *tdtime_natural(const struct tdtime *rules, uint64_t number, int64_t *out);
const char *tdtime_real(const struct tdtime *rules, double number, int64_t *out);

/* The same for the timestamp of msgpack (extension type -1), whose payload is n bytes at p. */
const char *tdtime_msgpack(const char *p, size_t n, int64_t *out);

/* That timestamp's seconds and nanoseconds. False: it is not one. */
bool tdtime_unpack(const char *p, size_t n, int64_t *seconds, uint32_t *nanoseconds);

enum { TDTIME_TEXT = 40 };

/* Seconds since 1970 as YYYY-MM-DDTHH:MM:SS[.fraction]Z. False: not a year of four digits. */
bool tdtime_text(int64_t seconds, uint32_t nanoseconds, char out[TDTIME_TEXT]);

#endif

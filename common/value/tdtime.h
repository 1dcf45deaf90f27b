/*
 * tdtime: texts to epoch seconds, the `time` of a record.
 *
 * Recognised: epoch seconds (digits, decimals cut off) and ISO 8601, YYYY-MM-DD[
 * T]HH:MM[:SS[.fraction]][ ][Z|UTC|+HH[[:]MM]], or the date alone; or a format that the user gave.
 * Sub-second parts are cut off. Without a zone a time is UTC or of the zone that is given. The
 * range is TD's: 1970-01-01 to 9999-12-31 23:59:59.
 */
#ifndef TDTIME_H
#define TDTIME_H

#include <stddef.h>
#include <stdint.h>

struct zone;

#define TDTIME_MAX 253402300799 /* 9999-12-31 23:59:59 UTC */

struct tdtime {
	/*
	 * as for strptime(3) (tdtime_is_format() lists them), also of numbers' digits; NULL:
	 * recognise
	 */
	const char *format;
	/*
	 * numbers, and %s, are this many to the second: 1, 1000, ...; 0: seconds, if that can be
	 * meant
	 */
	int64_t unit;
	const struct zone *zone; /* of texts without one of their own; NULL: UTC */
};

/*
 * Are all its conversions known? %Y %y %m %d %e %b %B %H %I %M %S %f %p %z %Z %s %j %a %A %F %T %R
 * %D %n %t %%
 */
int tdtime_is_format(const char *format);

/*
 * NULL and the seconds in *out, or why not: a sentence's end such as "is no time", to stand behind
 * the value.
 */
const char *tdtime_parse(const struct tdtime *rules, const char *p, size_t n, int64_t *out);

/* The same for numbers. */
const char *tdtime_number(const struct tdtime *rules, int64_t number, int64_t *out);
const char *tdtime_natural(const struct tdtime *rules, uint64_t number, int64_t *out);
const char *tdtime_real(const struct tdtime *rules, double number, int64_t *out);

#endif

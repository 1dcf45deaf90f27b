/* tdtime: recognising times, and reading them by a format. */
#include "value/tdtime.h"
#include "value/calendar.h"
#include "value/zone.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char no_time[] =
	"is not a time: give YYYY-MM-DD HH:MM:SS with or without a zone or epoch seconds, "
	"or name the form with --time-format";
static const char before[] = "is before 1970";
static const char beyond[] = "is beyond the year 9999";
static const char no_day[] = "is not a date of the calendar";
static const char no_clock[] = "has a time of day that does not exist";
static const char fractional[] =
	"has a fraction, which a time does not keep: --time-column cuts it off, --time-unit names "
	"another unit";

struct cursor {
	const char *p, *end;
};

static const char *check(int64_t seconds)
{
	if (seconds < 0)
		return before;
	return seconds <= TDTIME_MAX ? NULL : beyond;
}

/* --- numbers: epoch time, if nothing else can be meant */

#define YEAR_1990 631152000
#define YEAR_2100 4102444800

#define FIRST_HOUR 1900010100 /* YYYYMMDDHH: smaller numbers have no date and hour */

/* YYYYMMDD, of a year that people write about. */
static bool is_date(uint64_t n)
{
	int64_t year = (int64_t)(n / 10000);

	return n < 100000000 && year >= 1900 && year <= 2100 &&
	       calendar_is_date(year, (int64_t)(n / 100 % 100), (int64_t)(n % 100));
}

/* Digits that are a date, and perhaps a time of day: the advice, or NULL. */
static const char *date_advice(uint64_t n)
{
	if (is_date(n))
		return "looks like a date: --time-format %Y%m%d reads it, --time-unit s takes it "
		       "for seconds";
	if (n < FIRST_HOUR)
		return NULL;
	if (is_date(n / 100) && n % 100 < 24)
		return "looks like a date and an hour: --time-format %Y%m%d%H reads it, "
		       "--time-unit s takes it for seconds";
	if (is_date(n / 10000) && n / 100 % 100 < 24 && n % 100 < 60)
		return "looks like a date and a time: --time-format %Y%m%d%H%M reads it";
	if (is_date(n / 1000000) && n / 10000 % 100 < 24 && n / 100 % 100 < 60 && n % 100 <= 60)
		return "looks like a date and a time: --time-format %Y%m%d%H%M%S reads it";
	if (is_date(n / 1000000000) && n / 10000000 % 100 < 24 && n / 100000 % 100 < 60)
		return "looks like a date and a time with milliseconds: make it "
		       "YYYY-MM-DD HH:MM:SS.mmm";
	return NULL;
}

/* Not seconds between 1990 and 2100: what they could be. */
static const char *other_number(uint64_t n)
{
	if (n >= YEAR_1990 * 1000ull && n < YEAR_2100 * 1000ull)
		return "looks like milliseconds (--time-unit ms)";
	if (n >= YEAR_1990 * 1000000ull && n < YEAR_2100 * 1000000ull)
		return "looks like microseconds (--time-unit us)";
	if (n >= YEAR_1990 * 1000000000ull && n < YEAR_2100 * 1000000000ull)
		return "looks like nanoseconds (--time-unit ns)";
	if (n >= 30000 && n < 60000)
		return "looks like the day number of a spreadsheet: export dates as YYYY-MM-DD "
		       "(--time-unit s takes it for seconds)";
	return "is not a time between 1990 and 2100 in seconds: name its --time-unit or "
	       "--time-format";
}

/* Seconds of any year, unless they cannot be meant so. */
static const char *any_seconds(uint64_t n)
{
	if (n <= TDTIME_MAX)
		return NULL;
	if (n / 1000 <= TDTIME_MAX)
		return "is beyond the year 9999 in seconds: it looks like milliseconds "
		       "(--time-unit ms)";
	if (n / 1000000 <= TDTIME_MAX)
		return "is beyond the year 9999 in seconds: it looks like microseconds "
		       "(--time-unit us)";
	return "is beyond the year 9999 in seconds: it looks like nanoseconds (--time-unit ns)";
}

/* Seconds or other units: what a number counts that represents a time. */
static inline const char *counted(const struct tdtime *rules, uint64_t number, int64_t *out)
{
	uint64_t seconds = rules->unit ? number / (uint64_t)rules->unit : number;
	const char *date;

	*out = (int64_t)seconds;
	if (rules->unit)
		return seconds <= TDTIME_MAX ? NULL : beyond;
	if (number >= YEAR_1990 && number < FIRST_HOUR)
		return NULL;
	date = rules->format ? NULL : date_advice(number);
	if (date || (number >= YEAR_1990 && number < YEAR_2100))
		return date;
	return rules->format || rules->any_seconds ? any_seconds(number) : other_number(number);
}

/* A format is for text: a number has the form of its digits. */
static const char *written(const struct tdtime *rules, bool minus, uint64_t number, int64_t *out)
{
	char text[24];
	int n = snprintf(text, sizeof text, "%s%llu", minus ? "-" : "", (unsigned long long)number);

	return tdtime_parse(rules, text, (size_t)n, out);
}

const char *tdtime_number(const struct tdtime *rules, int64_t number, int64_t *out)
{
	if (number >= 0)
		return tdtime_natural(rules, (uint64_t)number, out);
	return rules->format ? written(rules, true, 0 - (uint64_t)number, out) : before;
}

const char *tdtime_natural(const struct tdtime *rules, uint64_t number, int64_t *out)
{
	return rules->format ? written(rules, false, number, out) : counted(rules, number, out);
}

const char *tdtime_real(const struct tdtime *rules, double number, int64_t *out)
{
	const double size = number < 0 ? -number : number;
	const bool whole = size < 0x1p64 && size == (double)(uint64_t)size;
	char text[48];
	int n;

	if (!(size < 0x1p64))
		return no_time;
	if (!rules->format) {
		const char *why = number < 0 ? before : counted(rules, (uint64_t)size, out);

		return !why && rules->whole && !rules->unit && !whole ? fractional : why;
	}
	n = snprintf(text, sizeof text, "%.*f", whole ? 0 : 9, number);
	return tdtime_parse(rules, text, (size_t)n, out);
}

static bool take(struct cursor *c, char what)
{
	if (c->p == c->end || *c->p != what)
		return false;
	c->p++;
	return true;
}

/* Exactly n digits. */
static bool digits(struct cursor *c, int n, unsigned *out)
{
	*out = 0;
	for (; n > 0; n--, c->p++) {
		if (c->p == c->end || *c->p < '0' || *c->p > '9')
			return false;
		*out = *out * 10 + (unsigned)(*c->p - '0');
	}
	return true;
}

/* The digits of a fraction, of which nothing is kept. Is one of them not 0? */
static bool fraction(struct cursor *c)
{
	bool any = false;

	for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++)
		any |= *c->p != '0';
	return any;
}

struct number {
	bool minus, large, fraction; /* large: its whole part has more than 64 bits */
	uint64_t whole;
};

static bool whole_part(struct cursor *c, struct number *n)
{
	const char *start;

	n->minus = take(c, '-');
	n->whole = 0;
	for (start = c->p; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++) {
		unsigned d = (unsigned)(*c->p - '0');

		n->large |= n->whole > (UINT64_MAX - d) / 10;
		n->whole = n->large ? 0 : n->whole * 10 + d;
	}
	return c->p > start;
}

static const char *time_of(const struct tdtime *rules, const struct number *n, int64_t *out)
{
	const char *why;

	if (n->minus && (n->large || n->whole > 0 || n->fraction))
		return before; /* and not 1970 because -0.5 would be cut to 0 */
	if (n->large)
		return rules->unit || rules->format ? beyond : other_number(UINT64_MAX);
	why = counted(rules, n->whole, out);
	return !why && n->fraction && rules->whole && !rules->unit ? fractional : why;
}

static const char *epoch(const struct tdtime *rules, struct cursor *c, int64_t *out)
{
	struct number n = { .minus = false };

	if (!whole_part(c, &n))
		return no_time;
	if (take(c, '.'))
		n.fraction = fraction(c);
	return c->p == c->end ? time_of(rules, &n, out) : no_time;
}

/* --- zones */

struct offset {
	bool given;
	int64_t east;      /* seconds */
	const char *name;  /* or NULL: n bytes, which the caller's rules know */
	size_t n;
};

/* Abbreviations that mean one zone wherever they are written; CST, IST and BST do not. */
static bool abbreviation(const char *p, size_t n, int64_t *east)
{
	static const struct {
		const char name[5];
		signed char hours;
	} known[] = {
		{ "UTC", 0 },  { "GMT", 0 },  { "JST", 9 },   { "KST", 9 },   { "WET", 0 },
		{ "WEST", 1 }, { "CET", 1 },  { "CEST", 2 },  { "EET", 2 },   { "EEST", 3 },
		{ "MSK", 3 },  { "EST", -5 }, { "EDT", -4 },  { "CDT", -5 },  { "MDT", -6 },
		{ "PST", -8 }, { "PDT", -7 }, { "AKST", -9 }, { "AKDT", -8 }, { "HST", -10 },
		{ "AEST", 10 }, { "AEDT", 11 }, { "NZST", 12 }, { "NZDT", 13 },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strlen(known[i].name) == n && memcmp(known[i].name, p, n) == 0) {
			*east = known[i].hours * 3600;
			return true;
		}
	return false;
}

static bool is_zone_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '/' || c == '_' || c == '+' || c == '-';
}

static bool named_zone(struct cursor *c, struct offset *z)
{
	const char *start = c->p;

	if (c->p == c->end || *c->p < 'A' || (*c->p > 'Z' && *c->p != 'z'))
		return false;
	while (c->p < c->end && is_zone_letter(*c->p))
		c->p++;
	z->n = (size_t)(c->p - start);
	if ((z->n == 1 && (*start == 'Z' || *start == 'z')) || abbreviation(start, z->n, &z->east))
		return true;
	z->name = start;
	return memchr(start, '/', z->n) != NULL;
}

/* Z, +HH[[:]MM], or a name. */
static bool zone(struct cursor *c, struct offset *z)
{
	unsigned h, m = 0;
	bool minus;

	*z = (struct offset){ .given = true };
	minus = take(c, '-');
	if (!minus && !take(c, '+'))
		return named_zone(c, z);
	if (!digits(c, 2, &h))
		return false;
	if (take(c, ':') || (c->p < c->end && *c->p >= '0' && *c->p <= '9'))
		if (!digits(c, 2, &m))
			return false;
	if (h > 18 || m > 59)
		return false;
	z->east = ((int64_t)h * 60 + m) * (minus ? -60 : 60);
	return true;
}

static const char *local_to_utc(const struct tdtime *rules, const struct zone *zone, int64_t local,
	int64_t *out)
{
	struct zone_local at = zone_local(zone, local);

	*out = at.before;
	if (rules->reject_gaps && at.fit == ZONE_SKIPPED)
		return "is a local time that a clock change skips (--time-gap)";
	if (rules->reject_gaps && at.fit == ZONE_REPEATED)
		return "is a local time that a clock change repeats (--time-gap)";
	return NULL;
}

static const char *to_utc(const struct tdtime *rules, int64_t local, const struct offset *z,
	int64_t *out)
{
	const struct zone *zone = rules->zone;

	*out = local - z->east;
	if (z->name) {
		zone = rules->named ? rules->named(rules->zones, z->name, z->n) : NULL;
		return zone ? local_to_utc(rules, zone, local, out) :
			      "names a zone that is not known here";
	}
	return z->given || !zone ? NULL : local_to_utc(rules, zone, local, out);
}

/*
 * A date and a time of day, with a zone or without. Second 60 is a leap second, which ends a day in
 * UTC and which epoch time counts as the first of the next day.
 */
static const char *moment(const struct tdtime *rules, int64_t local, bool leap,
			  const struct offset *z, int64_t *out)
{
	const char *why = to_utc(rules, local, z, out);

	if (why)
		return why;
	if (leap && *out % 86400 != 0)
		return no_clock;
	return leap && *out <= 0 ? before : check(*out);
}

/* --- ISO 8601 */

struct clock {
	unsigned hour, minute, second;
};

static bool is_clock(const struct clock *t)
{
	return t->hour <= 23 && t->minute <= 59 && t->second <= 60; /* 60: see moment() */
}

static int64_t clock_seconds(const struct clock *t)
{
	return (int64_t)t->hour * 3600 + (int64_t)t->minute * 60 + t->second;
}

static bool some_fraction_of_second(struct cursor *c)
{
	if (take(c, '.') || take(c, ','))
		fraction(c);
	return true;
}

/* HH:MM[:SS[.fraction]], or HHMM[SS] where the date has no separators either. */
static bool clock_time(struct cursor *c, bool basic, struct clock *t)
{
	if (!digits(c, 2, &t->hour) || (!basic && !take(c, ':')) || !digits(c, 2, &t->minute))
		return false;
	if (basic ? c->p < c->end && *c->p >= '0' && *c->p <= '9' : take(c, ':'))
		return digits(c, 2, &t->second) && some_fraction_of_second(c) && is_clock(t);
	return is_clock(t);
}

/* The date: YYYY-MM-DD or YYYY/MM/DD, or YYYYMMDD if `basic`. */
static bool iso_date(struct cursor *c, bool basic, unsigned *y, unsigned *m, unsigned *d)
{
	char separator;

	if (!digits(c, 4, y))
		return false;
	separator = !basic && c->p < c->end && (*c->p == '-' || *c->p == '/') ? *c->p : 0;
	if (!basic && !separator)
		return false;
	return (basic || take(c, separator)) && digits(c, 2, m) && (basic || take(c, separator)) &&
	       digits(c, 2, d);
}

static const char *iso(const struct tdtime *rules, struct cursor *c, bool basic, int64_t *out)
{
	struct offset z = { .given = false };
	struct clock t = { 0 };
	unsigned y, m, d;

	if (!iso_date(c, basic, &y, &m, &d))
		return no_time;
	if (!calendar_is_date(y, m, d))
		return no_day;
	if (c->p < c->end && (!(take(c, 'T') || take(c, 't') || take(c, ' ')) ||
			      !clock_time(c, basic, &t)))
		return no_time;
	if (c->p < c->end) {
		take(c, ' ');
		if (!zone(c, &z) || c->p < c->end)
			return no_time;
	}
	return moment(rules, calendar_days(y, m, d) * 86400 + clock_seconds(&t), t.second == 60, &z,
		out);
}

/* --- formats */

struct fields {
	unsigned year, month, day, day_of_year, weekday;
	struct clock clock;
	bool pm, twelve, epoch;
	bool ordinal, has_weekday; /* day_of_year, weekday are given */
	bool tight; /* digits of another field adjoin those of this one */
	struct offset zone;
	struct number seconds;
};

/* One of the names, or its first three letters; *out counts from 0. */
static bool name_of(struct cursor *c, const char *const *names, unsigned n, unsigned *out)
{
	for (unsigned i = 0; i < n; i++) {
		size_t len = strlen(names[i]), left = (size_t)(c->end - c->p);

		if (left < len || strncasecmp(c->p, names[i], len) != 0)
			len = 3;
		if (left < len || strncasecmp(c->p, names[i], len) != 0)
			continue;
		c->p += len;
		*out = i;
		return true;
	}
	return false;
}

/* One to n digits, or exactly n if nothing else says where they end. */
static bool some_digits(struct cursor *c, int n, const struct fields *t, unsigned *out)
{
	const char *start = c->p;

	if (t->tight)
		return digits(c, n, out);
	for (*out = 0; n > 0 && c->p < c->end && *c->p >= '0' && *c->p <= '9'; n--, c->p++)
		*out = *out * 10 + (unsigned)(*c->p - '0');
	return c->p > start;
}

static bool some_fraction(struct cursor *c, struct fields *t)
{
	const char *start = c->p;

	t->seconds.fraction = fraction(c);
	return c->p > start;
}

static bool two_digit_year(struct cursor *c, struct fields *t)
{
	if (!digits(c, 2, &t->year))
		return false;
	t->year += t->year < 69 ? 2000 : 1900; /* POSIX strptime() */
	return true;
}

static bool half_of_day(struct cursor *c, struct fields *t)
{
	static const char *const halves[] = { "am", "pm" };

	for (unsigned i = 0; i < 2; i++)
		if (c->end - c->p >= 2 && strncasecmp(c->p, halves[i], 2) == 0) {
			c->p += 2;
			t->pm = i;
			return true;
		}
	return false;
}

static bool month_name(struct cursor *c, struct fields *t)
{
	static const char *const months[] = { "january",   "february", "march",    "april",
					      "may",       "june",     "july",     "august",
					      "september", "october",  "november", "december" };

	if (!name_of(c, months, 12, &t->month))
		return false;
	t->month++;
	return true;
}

static bool weekday_name(struct cursor *c, struct fields *t)
{
	static const char *const names[] = { "sunday",   "monday", "tuesday", "wednesday",
					     "thursday", "friday", "saturday" };

	return t->has_weekday = name_of(c, names, 7, &t->weekday);
}

static bool format(struct cursor *c, const char *f, struct fields *t);

static bool conversion(struct cursor *c, char what, struct fields *t)
{
	switch (what) {
	case 'Y': return digits(c, 4, &t->year);
	case 'y': return two_digit_year(c, t);
	case 'm': return some_digits(c, 2, t, &t->month);
	case 'e':
		if (take(c, ' '))
			return digits(c, 1, &t->day);
		return some_digits(c, 2, t, &t->day);
	case 'd': return some_digits(c, 2, t, &t->day);
	case 'j': return t->ordinal = some_digits(c, 3, t, &t->day_of_year);
	case 'b':
	case 'B':
	case 'h': return month_name(c, t);
	case 'a':
	case 'A': return weekday_name(c, t);
	case 'I': t->twelve = true; /* fall through */
	case 'H': return some_digits(c, 2, t, &t->clock.hour);
	case 'M': return some_digits(c, 2, t, &t->clock.minute);
	case 'S': return some_digits(c, 2, t, &t->clock.second);
	case 'p': return half_of_day(c, t);
	case 'f': return some_fraction(c, t);
	case 'z':
	case 'Z': return zone(c, &t->zone);
	case 's': return t->epoch = whole_part(c, &t->seconds);
	case 'F': return format(c, "%Y-%m-%d", t);
	case 'T': return format(c, "%H:%M:%S", t);
	case 'R': return format(c, "%H:%M", t);
	case 'D': return format(c, "%m/%d/%y", t);
	case '%': return take(c, '%');
	default: return false;
	}
}

/* Is this a conversion that begins and ends with digits? */
static bool is_number(const char *f)
{
	return *f == '%' && f[1] && strchr("YymdejHIMSsfFTRD", f[1]);
}

static bool format(struct cursor *c, const char *f, struct fields *t)
{
	const bool tight = t->tight; /* of %F and the like: all that they are made of */
	bool number = false;

	for (; *f; f++) {
		bool behind = number;

		number = is_number(f);
		t->tight = number && (tight || behind || is_number(f + 2));
		if (*f == ' ' || (*f == '%' && (f[1] == 'n' || f[1] == 't'))) {
			while (take(c, ' ') || take(c, '\t'))
				;
			f += *f == '%';
		} else if (*f == '%' ? !conversion(c, *++f, t) : !take(c, *f)) {
			return false;
		}
	}
	return true;
}

/* What the conversions of a format give, one bit each. */
enum {
	HAS_YEAR = 1, HAS_MONTH = 2, HAS_DAY = 4, HAS_ORDINAL = 8, HAS_HOUR = 16, HAS_TWELVE = 32,
	HAS_MINUTE = 64, HAS_SECOND = 128, HAS_HALF = 256, HAS_FRACTION = 512, HAS_ZONE = 1024,
	HAS_EPOCH = 2048, HAS_WEEKDAY = 4096
};

static unsigned gives(char what)
{
	switch (what) {
	case 'Y': case 'y': return HAS_YEAR;
	case 'm': case 'b': case 'B': case 'h': return HAS_MONTH;
	case 'd': case 'e': return HAS_DAY;
	case 'j': return HAS_ORDINAL;
	case 'H': return HAS_HOUR;
	case 'I': return HAS_TWELVE;
	case 'M': return HAS_MINUTE;
	case 'S': return HAS_SECOND;
	case 'p': return HAS_HALF;
	case 'f': return HAS_FRACTION;
	case 'z': case 'Z': return HAS_ZONE;
	case 's': return HAS_EPOCH;
	case 'a': case 'A': return HAS_WEEKDAY;
	case 'F': case 'D': return HAS_YEAR | HAS_MONTH | HAS_DAY;
	case 'T': return HAS_HOUR | HAS_MINUTE | HAS_SECOND;
	case 'R': return HAS_HOUR | HAS_MINUTE;
	default: return 0;
	}
}

static const char *missing(unsigned has)
{
	if (has & HAS_EPOCH)
		return has & ~(unsigned)(HAS_EPOCH | HAS_FRACTION) ?
			       "%s says everything; only %f may go with it" : NULL;
	if (!(has & HAS_YEAR))
		return "it has no year";
	if (has & HAS_ORDINAL)
		return has & (HAS_MONTH | HAS_DAY) ? "%j and a month or a day say it twice" : NULL;
	if (!(has & HAS_MONTH) || !(has & HAS_DAY))
		return "it has no day: put a constant one before the data, as in 2024-05-01";
	return NULL;
}

const char *tdtime_format_error(const char *f)
{
	unsigned has = 0, more;
	const char *why;

	for (; *f; f++) {
		if (*f != '%')
			continue;
		if (!*++f || !strchr("YymdejbBhaAHIMSfpzZsFTRDnt%", *f))
			return "an unknown conversion (td-encode(1) lists them)";
		more = gives(*f);
		if (has & more)
			return "a conversion says what another one has said";
		has |= more;
	}
	why = missing(has);
	if (why)
		return why;
	if ((has & HAS_TWELVE) && !(has & HAS_HALF))
		return "%I without %p does not tell morning from evening";
	if ((has & HAS_HALF) && !(has & HAS_TWELVE))
		return "%p goes with %I";
	return has & HAS_HOUR && has & HAS_TWELVE ? "%H and %I exclude each other" : NULL;
}

/* Days since 1970. NULL, or why there is no such day. */
static const char *day_of(const struct fields *t, int64_t *out)
{
	const int64_t new_year = calendar_days(t->year, 1, 1);

	if (t->ordinal) {
		*out = new_year + t->day_of_year - 1;
		if (*out < new_year || *out >= calendar_days((int64_t)t->year + 1, 1, 1))
			return no_day;
	} else {
		if (!calendar_is_date(t->year, t->month, t->day))
			return no_day;
		*out = calendar_days(t->year, t->month, t->day);
	}
	if (t->has_weekday && calendar_weekday(*out) != t->weekday)
		return "names a weekday that is not the date's";
	return NULL;
}

static const char *formatted(const struct tdtime *rules, struct cursor *c, int64_t *out)
{
	struct fields t = { .year = 1970, .month = 1, .day = 1 };
	const char *why;
	int64_t day;

	if (!format(c, rules->format, &t) || c->p != c->end)
		return "does not have the form that --time-format says";
	if (t.epoch)
		return time_of(rules, &t.seconds, out);
	if (t.twelve && (t.clock.hour < 1 || t.clock.hour > 12))
		return no_clock;
	if (t.twelve)
		t.clock.hour = t.clock.hour % 12 + (t.pm ? 12 : 0);
	if (!is_clock(&t.clock))
		return no_clock;
	why = day_of(&t, &day);
	if (why)
		return why;
	return moment(rules, day * 86400 + clock_seconds(&t.clock), t.clock.second == 60, &t.zone,
		      out);
}

/* Of web servers, in brackets or not: 10/Oct/2000:13:55:36 -0700 */
static bool is_common_log(const struct cursor *c)
{
	return c->end - c->p >= 20 && c->p[2] == '/' && c->p[6] == '/' && c->p[11] == ':';
}

static const char *common_log(const struct tdtime *rules, struct cursor *c, int64_t *out)
{
	struct tdtime as = *rules;

	as.format = "%d/%b/%Y:%H:%M:%S %z";
	return formatted(&as, c, out) ? no_time : NULL;
}

const char *tdtime_parse(const struct tdtime *rules, const char *p, size_t n, int64_t *out)
{
	struct cursor c = { p, p + n };

	while (c.p < c.end && *c.p == ' ')
		c.p++;
	while (c.p < c.end && c.end[-1] == ' ')
		c.end--;
	if (rules->format)
		return formatted(rules, &c, out);
	if (c.end - c.p > 20 && *c.p == '[' && c.end[-1] == ']') {
		c.p++;
		c.end--;
	}
	if (is_common_log(&c))
		return common_log(rules, &c, out);
	if (c.end - c.p > 4 && (c.p[4] == '-' || c.p[4] == '/'))
		return iso(rules, &c, false, out);
	if (c.end - c.p > 8 && (c.p[8] == 'T' || c.p[8] == 't'))
		return iso(rules, &c, true, out);
	return epoch(rules, &c, out);
}

/* --- msgpack's timestamps (spec.md, "Timestamp extension type"), and time as text */

static uint64_t big_endian(const char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

bool tdtime_unpack(const char *p, size_t n, int64_t *seconds, uint32_t *nanoseconds)
{
	uint64_t v;

	*nanoseconds = 0;
	if (n == 4) {
		*seconds = (int64_t)big_endian(p, 4);
	} else if (n == 8) {
		v = big_endian(p, 8);
		*seconds = (int64_t)(v & 0x3ffffffff);
		*nanoseconds = (uint32_t)(v >> 34);
	} else if (n == 12) {
		*nanoseconds = (uint32_t)big_endian(p, 4);
		*seconds = (int64_t)big_endian(p + 4, 8);
	} else {
		return false;
	}
	return *nanoseconds < 1000000000;
}

const char *tdtime_msgpack(const char *p, size_t n, int64_t *out)
{
	uint32_t nanoseconds;

	if (!tdtime_unpack(p, n, out, &nanoseconds))
		return "is not a timestamp of msgpack";
	return check(*out);
}

bool tdtime_text(int64_t seconds, uint32_t nanoseconds, char out[TDTIME_TEXT])
{
	const int64_t day = calendar_floor(seconds, 86400), in_day = seconds - day * 86400;
	struct calendar_date date;
	size_t n;

	if (seconds < -62135596800 || seconds > TDTIME_MAX || nanoseconds > 999999999)
		return false;
	date = calendar_date(day);
	n = (size_t)snprintf(out, TDTIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d", (int)date.year,
		date.month, date.day, (int)(in_day / 3600), (int)(in_day / 60 % 60),
		(int)(in_day % 60));
	if (nanoseconds) {
		n += (size_t)snprintf(out + n, TDTIME_TEXT - n, ".%09u", nanoseconds);
		while (out[n - 1] == '0')
			n--;
	}
	memcpy(out + n, "Z", 2);
	return true;
}

#include "value/tdtime.h"
#include "value/calendar.h"
#include "value/zone.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char no_time[] = "is no time: give epoch seconds or YYYY-MM-DD HH:MM:SS with or "
			      "without a zone, or say --time-format";
static const char before[] = "is before 1970";
static const char beyond[] = "is beyond the year 9999";
static const char no_day[] = "is no date of the calendar";
static const char no_clock[] = "has a time of day that there is not";

struct cursor {
	const char *p, *end;
};

static unsigned month_days(unsigned year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (unsigned)(month == 2 && leap);
}

static const char *check(int64_t seconds)
{
	if (seconds < 0)
		return before;
	return seconds <= TDTIME_MAX ? NULL : beyond;
}

/* 20240131 as seconds would be in August 1970: nobody means that. */
static bool looks_like_date(uint64_t n)
{
	return n >= 19000101 && n <= 29991231 && n / 100 % 100 >= 1 && n / 100 % 100 <= 12 &&
		n % 100 >= 1 && n % 100 <= 31;
}

/* Epoch seconds, or what they are more likely to be. */
static const char *check_seconds(uint64_t number)
{
	if (number <= TDTIME_MAX)
		return NULL;
	if (number / 1000 <= TDTIME_MAX)
		return "is beyond the year 9999 in seconds: it looks like milliseconds "
		       "(--time-unit ms)";
	if (number / 1000000 <= TDTIME_MAX)
		return "is beyond the year 9999 in seconds: it looks like microseconds "
		       "(--time-unit us)";
	return "is beyond the year 9999 in seconds: it looks like nanoseconds (--time-unit ns)";
}

/* Seconds, or as many units: what a number that stands for a time counts. */
static const char *counted(const struct tdtime *rules, uint64_t number, int64_t *out)
{
	uint64_t seconds = rules->unit ? number / (uint64_t)rules->unit : number;

	*out = (int64_t)seconds;
	if (rules->unit)
		return seconds <= TDTIME_MAX ? NULL : beyond;
	if (!rules->format && looks_like_date(number))
		return "looks like a date: say --time-format %Y%m%d, or --time-unit s if it is "
		       "seconds";
	return check_seconds(number);
}

/* A format is of texts: a number has the form of its digits. */
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
	char text[48];
	int n;

	if (!(size < 0x1p64))
		return no_time;
	if (!rules->format)
		return number < 0 ? before : counted(rules, (uint64_t)size, out);
	n = snprintf(text, sizeof text, "%.*f", size == (double)(uint64_t)size ? 0 : 9, number);
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
	if (n->minus && (n->large || n->whole > 0 || n->fraction))
		return before; /* and not 1970 because -0.5 would be cut to 0 */
	return n->large ? beyond : counted(rules, n->whole, out);
}

static const char *epoch(const struct tdtime *rules, struct cursor *c, int64_t *out)
{
	struct number n = { .minus = false };

	if (!whole_part(c, &n))
		return no_time;
	if (take(c, '.')) /* sub-second parts are cut off */
		n.fraction = fraction(c);
	return c->p == c->end ? time_of(rules, &n, out) : no_time;
}

/* Z|UTC|GMT|+HH[[:]MM]; *out: seconds to the east. */
static bool zone(struct cursor *c, int64_t *out)
{
	unsigned h, m = 0;
	bool minus;

	*out = 0;
	if (take(c, 'Z') || take(c, 'z'))
		return true;
	if (c->end - c->p >= 3 && (memcmp(c->p, "UTC", 3) == 0 || memcmp(c->p, "GMT", 3) == 0)) {
		c->p += 3;
		return true;
	}
	minus = take(c, '-');
	if ((!minus && !take(c, '+')) || !digits(c, 2, &h))
		return false;
	if (take(c, ':') || (c->p < c->end && *c->p >= '0' && *c->p <= '9'))
		if (!digits(c, 2, &m))
			return false;
	if (h > 18 || m > 59)
		return false;
	*out = ((int64_t)h * 60 + m) * (minus ? -60 : 60);
	return true;
}

static bool clock_time(struct cursor *c, int64_t *out, bool *leap)
{
	unsigned h, m, s = 0;

	if (!digits(c, 2, &h) || !take(c, ':') || !digits(c, 2, &m))
		return false;
	if (take(c, ':')) {
		if (!digits(c, 2, &s))
			return false;
		if (take(c, '.') || take(c, ','))
			fraction(c);
	}
	if (h > 23 || m > 59 || s > 60) /* 60: see moment() */
		return false;
	*leap = s == 60;
	*out = (int64_t)h * 3600 + (int64_t)m * 60 + s;
	return true;
}

/*
 * A date and a time of day, with a zone (seconds to the east) or without. Second 60 is a leap
 * second, which stands at the end of a day in UTC and which epoch time counts as the first of the
 * next day.
 */
static const char *moment(const struct tdtime *rules, int64_t local, bool leap, bool zoned,
	int64_t east, int64_t *out)
{
	*out = zoned || !rules->zone ? local - east : zone_utc(rules->zone, local);
	if (leap && *out % 86400 != 0)
		return no_clock;
	return leap && *out <= 0 ? before : check(*out);
}

static const char *iso(const struct tdtime *rules, struct cursor *c, int64_t *out)
{
	unsigned y, m, d;
	int64_t seconds = 0, east = 0;
	bool zoned = false, leap = false;

	if (!digits(c, 4, &y) || !take(c, '-') || !digits(c, 2, &m) || !take(c, '-') ||
		!digits(c, 2, &d))
		return no_time;
	if (m < 1 || m > 12 || d < 1 || d > month_days(y, m))
		return no_day;
	if (c->p < c->end &&
		(!(take(c, 'T') || take(c, 't') || take(c, ' ')) ||
			!clock_time(c, &seconds, &leap)))
		return no_time;
	if (c->p < c->end) {
		take(c, ' ');
		zoned = zone(c, &east);
		if (!zoned || c->p < c->end)
			return no_time;
	}
	return moment(rules, calendar_days(y, m, d) * 86400 + seconds, leap, zoned, east, out);
}

/* --- formats */

struct fields {
	unsigned year, month, day, day_of_year, hour, minute, second;
	bool pm, twelve, zoned, epoch, ordinal; /* ordinal: day_of_year is given */
	bool tight; /* digits of another field stand beside those of this one */
	int64_t east;
	struct number seconds;
};

/* One of the names, or its first three letters; *out counts from 0. */
static bool name_of(struct cursor *c, const char *const *names, unsigned n, unsigned *out)
{
	for (unsigned i = 0; i < n; i++) {
		size_t len = strlen(names[i]);

		if ((size_t)(c->end - c->p) < len || strncasecmp(c->p, names[i], len) != 0)
			len = 3;
		if ((size_t)(c->end - c->p) < len || strncasecmp(c->p, names[i], len) != 0)
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
			t->twelve = true;
			return true;
		}
	return false;
}

static bool format(struct cursor *c, const char *f, struct fields *t);

static bool conversion(struct cursor *c, char what, struct fields *t)
{
	static const char *const months[] = { "january", "february", "march", "april", "may",
		"june", "july", "august", "september", "october", "november", "december" };
	static const char *const days[] = { "sunday", "monday", "tuesday", "wednesday", "thursday",
		"friday", "saturday" };
	unsigned n;

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
	case 'h':
		if (!name_of(c, months, 12, &n))
			return false;
		t->month = n + 1;
		return true;
	case 'a':
	case 'A': return name_of(c, days, 7, &n);
	case 'I': t->twelve = true; /* fall through */
	case 'H': return some_digits(c, 2, t, &t->hour);
	case 'M': return some_digits(c, 2, t, &t->minute);
	case 'S': return some_digits(c, 2, t, &t->second);
	case 'p': return half_of_day(c, t);
	case 'f': return some_fraction(c, t);
	case 'z':
	case 'Z': return t->zoned = zone(c, &t->east);
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

int tdtime_is_format(const char *f)
{
	for (; *f; f++)
		if (*f == '%' && (!*++f || !strchr("YymdejbBhaAHIMSfpzZsFTRDnt%", *f)))
			return 0;
	return 1;
}

/* Days since 1970, false if there is no such day; what says it twice has to agree. */
static bool day_of(const struct fields *t, int64_t *out)
{
	int64_t new_year = calendar_days(t->year, 1, 1), ordinal = new_year + t->day_of_year - 1;

	if (t->month < 1 || t->month > 12 || t->day < 1 || t->day > month_days(t->year, t->month))
		return false;
	*out = calendar_days(t->year, t->month, t->day);
	if (!t->ordinal)
		return true;
	if (ordinal < new_year || ordinal >= calendar_days(t->year + 1, 1, 1) ||
		(*out != new_year && *out != ordinal))
		return false;
	*out = ordinal;
	return true;
}

static const char *formatted(const struct tdtime *rules, struct cursor *c, int64_t *out)
{
	struct fields t = { .year = 1970, .month = 1, .day = 1 };
	int64_t day;

	if (!format(c, rules->format, &t) || c->p != c->end)
		return "does not have the form that --time-format says";
	if (t.epoch)
		return time_of(rules, &t.seconds, out);
	if (t.twelve && (t.hour < 1 || t.hour > 12))
		return no_clock;
	if (t.twelve)
		t.hour = t.hour % 12 + (t.pm ? 12 : 0);
	if (t.hour > 23 || t.minute > 59 || t.second > 60)
		return no_clock;
	if (!day_of(&t, &day))
		return no_day;
	return moment(rules,
		day * 86400 + (int64_t)t.hour * 3600 + (int64_t)t.minute * 60 + t.second,
		t.second == 60, t.zoned, t.east, out);
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
	return c.end - c.p > 4 && c.p[4] == '-' ? iso(rules, &c, out) : epoch(rules, &c, out);
}

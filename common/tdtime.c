#include "tdtime.h"

#include <stdbool.h>
#include <string.h>

static const char no_time[] = "is no time: give epoch seconds or YYYY-MM-DD HH:MM:SS with or without a zone";

struct cursor {
	const char *p, *end;
};

int64_t tdtime_days(int64_t year, unsigned month, unsigned day)
{
	/* years that begin in March put the leap day at the end */
	int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400;
	int64_t in_era = y - era * 400, in_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static unsigned month_days(unsigned year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (unsigned)(month == 2 && leap);
}

const char *tdtime_check(int64_t seconds)
{
	if (seconds < 0)
		return "is before 1970";
	if (seconds <= TDTIME_MAX)
		return NULL;
	if (seconds / 1000 <= TDTIME_MAX)
		return "is beyond the year 9999 in seconds: it looks like milliseconds";
	if (seconds / 1000000 <= TDTIME_MAX)
		return "is beyond the year 9999 in seconds: it looks like microseconds";
	return "is beyond the year 9999 in seconds: it looks like nanoseconds";
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

static void skip_digits(struct cursor *c)
{
	while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
		c->p++;
}

static const char *epoch(struct cursor *c, int64_t *out)
{
	bool minus = take(c, '-');
	const char *start = c->p;
	int64_t v = 0;

	skip_digits(c);
	if (c->p == start)
		return no_time;
	if (c->p - start > 19)
		return "is beyond the year 9999";
	for (; start < c->p; start++) {
		if (v > (INT64_MAX - 9) / 10)
			return "is beyond the year 9999";
		v = v * 10 + (*start - '0');
	}
	if (take(c, '.')) /* sub-second parts are cut off */
		skip_digits(c);
	if (c->p != c->end)
		return no_time;
	*out = minus ? -v : v;
	return tdtime_check(*out);
}

/* [ ](Z|UTC|GMT|+HH[[:]MM]) or nothing; *out: seconds to the east. */
static bool zone(struct cursor *c, int64_t *out)
{
	unsigned h, m = 0;
	bool minus;

	*out = 0;
	take(c, ' ');
	if (c->p == c->end)
		return true;
	if (take(c, 'Z') || take(c, 'z'))
		return c->p == c->end;
	if (c->end - c->p == 3 && (memcmp(c->p, "UTC", 3) == 0 || memcmp(c->p, "GMT", 3) == 0))
		return true;
	minus = take(c, '-');
	if ((!minus && !take(c, '+')) || !digits(c, 2, &h))
		return false;
	if (c->p < c->end) {
		take(c, ':');
		if (!digits(c, 2, &m))
			return false;
	}
	if (h > 18 || m > 59 || c->p != c->end)
		return false;
	*out = ((int64_t)h * 60 + m) * (minus ? -60 : 60);
	return true;
}

static bool clock_time(struct cursor *c, int64_t *out)
{
	unsigned h, m, s = 0;

	if (!digits(c, 2, &h) || !take(c, ':') || !digits(c, 2, &m))
		return false;
	if (take(c, ':')) {
		if (!digits(c, 2, &s))
			return false;
		if (take(c, '.') || take(c, ','))
			skip_digits(c);
	}
	if (h > 23 || m > 59 || s > 60) /* 60: a leap second, which epoch time counts into the next minute */
		return false;
	*out = (int64_t)h * 3600 + (int64_t)m * 60 + s;
	return true;
}

static const char *iso(struct cursor *c, int64_t *out)
{
	unsigned y, m, d;
	int64_t seconds = 0, east = 0;

	if (!digits(c, 4, &y) || !take(c, '-') || !digits(c, 2, &m) || !take(c, '-') || !digits(c, 2, &d))
		return no_time;
	if (m < 1 || m > 12 || d < 1 || d > month_days(y, m))
		return "is no date of the calendar";
	if (c->p < c->end && (!(take(c, 'T') || take(c, 't') || take(c, ' ')) || !clock_time(c, &seconds) || !zone(c, &east)))
		return no_time;
	*out = tdtime_days(y, m, d) * 86400 + seconds - east;
	return tdtime_check(*out);
}

const char *tdtime_parse(const char *p, size_t n, int64_t *out)
{
	struct cursor c = { p, p + n };

	while (c.p < c.end && *c.p == ' ')
		c.p++;
	while (c.p < c.end && c.end[-1] == ' ')
		c.end--;
	return c.end - c.p > 4 && c.p[4] == '-' ? iso(&c, out) : epoch(&c, out);
}

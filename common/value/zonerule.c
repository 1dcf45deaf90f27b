/* POSIX TZ strings: the grammar, and the changes that one makes of a year. */
#include "value/zonerule.h"
#include "value/calendar.h"

#include <ctype.h>
#include <string.h>

/* --- the grammar: each function reads one part at *p and moves on, or returns false */

static bool number(const char **p, unsigned min, unsigned max, unsigned *out)
{
	unsigned n = 0, len = 0;

	for (; isdigit((unsigned char)**p) && len < 4; len++)
		n = n * 10 + (unsigned)(*(*p)++ - '0');
	*out = n;
	return len > 0 && len < 4 && n >= min && n <= max;
}

static bool in_name(char c, bool quoted)
{
	return isalpha((unsigned char)c) ||
		(quoted && (isdigit((unsigned char)c) || c == '+' || c == '-'));
}

/* EST, <+0330> */
static bool name(const char **p, char out[32])
{
	bool quoted = **p == '<';
	size_t n = 0;

	for (*p += quoted; in_name(**p, quoted); ++*p)
		if (n < 31)
			out[n++] = **p;
	out[n] = '\0';
	return n >= 3 && n < 31 && (!quoted || *(*p)++ == '>');
}

/* [+-]h[h][:mm[:ss]] */
static bool clock_time(const char **p, unsigned max_hours, int32_t *seconds)
{
	int32_t sign = **p == '-' ? -1 : 1;
	unsigned h, m = 0, s = 0;

	*p += **p == '-' || **p == '+';
	if (!number(p, 0, max_hours, &h))
		return false;
	if (**p == ':' && (++*p, !number(p, 0, 59, &m)))
		return false;
	if (**p == ':' && (++*p, !number(p, 0, 59, &s)))
		return false;
	*seconds = sign * (int32_t)(h * 3600 + m * 60 + s);
	return true;
}

/* J60, 59, M3.2.0 */
static bool day(const char **p, struct zonerule_day *d)
{
	switch (**p) {
	case 'J':
		++*p;
		d->kind = ZONERULE_JULIAN;
		return number(p, 1, 365, &d->day);
	case 'M':
		++*p;
		d->kind = ZONERULE_WEEKDAY;
		return number(p, 1, 12, &d->month) && *(*p)++ == '.' && number(p, 1, 5, &d->week) &&
			*(*p)++ == '.' && number(p, 0, 6, &d->day);
	default:
		d->kind = ZONERULE_DAYS;
		return number(p, 0, 365, &d->day);
	}
}

/* ,day[/time] */
static bool change(const char **p, struct zonerule_day *d)
{
	if (**p != ',' || (++*p, !day(p, d)))
		return false;
	d->time = 2 * 3600;
	return **p != '/' || (++*p, clock_time(p, 167, &d->time));
}

bool zonerule_parse(struct zonerule *r, const char *text)
{
	const char *p = text;
	int32_t west;

	*r = (struct zonerule){ .standard.abbreviation = r->names[0],
		.saving = { .dst = true, .abbreviation = r->names[1] } };
	if (!name(&p, r->names[0]) || !clock_time(&p, 24, &west))
		return false;
	r->standard.east = -west;
	if (!*p)
		return true;
	r->saves = true;
	west -= 3600;
	if (!name(&p, r->names[1]) || (*p != ',' && !clock_time(&p, 24, &west)))
		return false;
	r->saving.east = -west;
	return change(&p, &r->start) && change(&p, &r->end) && !*p;
}

/* --- the changes of a year */

/* Mm.w.d: the w-th weekday d of month m; the fifth is the last. */
static int64_t weekday_of_month(const struct zonerule_day *d, int64_t year)
{
	int64_t first = calendar_days(year, d->month, 1);
	int64_t next_month = calendar_days(year, (int64_t)d->month + 1, 1);
	int64_t days = first + (d->day + 7 - calendar_weekday(first)) % 7 + 7 * (d->week - 1);

	return days < next_month ? days : days - 7;
}

/* The instant of a change; east is the offset of the clock that is changed. */
static int64_t instant(const struct zonerule_day *d, int64_t year, int32_t east)
{
	int64_t days = calendar_days(year, 1, 1);

	switch (d->kind) {
	case ZONERULE_JULIAN: /* 29 February is not counted: March begins with J60 */
		days = d->day >= 60 ? calendar_days(year, 3, 1) + d->day - 60 : days + d->day - 1;
		break;
	case ZONERULE_DAYS:
		days += d->day;
		break;
	case ZONERULE_WEEKDAY:
		days = weekday_of_month(d, year);
		break;
	}
	return days * 86400 + d->time - east;
}

enum { YEARS = 5, CHANGES = 2 * YEARS };

/* The changes of the five years around an instant, in order: some before it and some after it. */
static void changes_around(const struct zonerule *r, int64_t utc, struct zonerule_change c[CHANGES])
{
	int64_t year = calendar_date(calendar_floor(utc, 86400)).year - YEARS / 2;

	for (int i = 0; i < CHANGES; i += 2, year++) {
		struct zonerule_change start = { instant(&r->start, year, r->standard.east), true };
		struct zonerule_change end = { instant(&r->end, year, r->saving.east), false };
		bool north = start.at <= end.at;

		c[i] = north ? start : end;
		c[i + 1] = north ? end : start;
	}
}

/*
 * Daylight saving time all year ends at the instant at which it begins again: of two changes at the
 * same time the later in the list counts.
 */
struct zonerule_change zonerule_last(const struct zonerule *r, int64_t utc)
{
	struct zonerule_change c[CHANGES];
	int i = CHANGES - 1;

	changes_around(r, utc, c);
	while (i > 0 && c[i].at > utc)
		i--;
	return c[i];
}

struct zonerule_change zonerule_next(const struct zonerule *r, int64_t utc)
{
	struct zonerule_change c[CHANGES];
	int i = 0;

	changes_around(r, utc, c);
	while (i < CHANGES - 1 && (c[i].at <= utc || (i < CHANGES - 1 && c[i + 1].at == c[i].at)))
		i++;
	return c[i];
}

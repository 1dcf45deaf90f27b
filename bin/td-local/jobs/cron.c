/* Cron lines: parsing them, and the next moment that they name. */
#include "jobs/cron.h"
#include "value/calendar.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char month_names[] = "janfebmaraprmayjunjulaugsepoctnovdec",
		  day_names[] = "sunmontuewedthufrisat";

/* A number or a name of three letters; -1 if neither. */
static int number(const char **p, const char *names, int first)
{
	char *end;
	long n;

	if (isdigit((unsigned char)**p)) {
		n = strtol(*p, &end, 10);
		*p = end;
		return n <= 99 ? (int)n : -1;
	}
	for (int i = 0; names && names[3 * i]; i++)
		if (strncasecmp(names + 3 * i, *p, 3) == 0) {
			*p += 3;
			return first + i;
		}
	return -1;
}

/* One field, up to a blank or the end; min and max are legal values. */
static const char *field(const char *p, int min, int max, const char *names, uint64_t *set,
	bool *any)
{
	*set = 0;
	*any = *p == '*';
	do {
		int from = min, to = max, step = 1;

		p += *p == ',';
		if (*p == '*') {
			p++;
		} else {
			from = to = number(&p, names, min);
			if (*p == '-') {
				p++;
				to = number(&p, names, min);
			} else if (*p == '/') {
				to = max;
			}
		}
		if (*p == '/') {
			p++;
			step = number(&p, NULL, 0);
		}
		if (from < min || to > max || from > to || step < 1)
			return NULL;
		for (; from <= to; from += step)
			*set |= UINT64_C(1) << from;
	} while (*p == ',');
	return *p == '\0' || isblank((unsigned char)*p) ? p + strspn(p, " \t") : NULL;
}

int cron_parse(struct cron *c, const char *text)
{
	static const char *const words[][2] = { { "@hourly", "0 * * * *" },
		{ "@daily", "0 0 * * *" }, { "@midnight", "0 0 * * *" }, { "@weekly", "0 0 * * 0" },
		{ "@monthly", "0 0 1 * *" }, { "@yearly", "0 0 1 1 *" },
		{ "@annually", "0 0 1 1 *" } };
	const char *p = text + strspn(text, " \t");
	uint64_t set[5];
	bool any[5];
	static const int min[5] = { 0, 0, 1, 1, 0 }, max[5] = { 59, 23, 31, 12, 7 };
	const char *const names[5] = { NULL, NULL, NULL, month_names, day_names };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(p, words[i][0]) == 0)
			p = words[i][1];
	for (int i = 0; i < 5; i++)
		if (!*p || !(p = field(p, min[i], max[i], names[i], &set[i], &any[i])))
			return -1;
	if (*p)
		return -1;
	*c = (struct cron){ set[0], (uint32_t)set[1], (uint32_t)set[2], (uint32_t)set[3],
		(uint32_t)(set[4] | (set[4] >> 7 & 1)), any[2], any[4] };
	return 0;
}

static bool day_fits(const struct cron *c, int64_t days)
{
	struct calendar_date d = calendar_date(days);
	bool day = c->day >> d.day & 1, week = c->week >> calendar_weekday(days) & 1;

	if (!(c->month >> d.month & 1))
		return false;
	return c->any_day || c->any_week ? day && week : day || week;
}

/* Every hour: those of real time, also the one that a change of the clock repeats. */
static int64_t next_hourly(const struct cron *c, const struct zone *z, int64_t after)
{
	for (int64_t t = (after / 60 + 1) * 60; t < after + 86400 * INT64_C(3660);) {
		int64_t local = t + zone_at(z, t)->east;

		if (!day_fits(c, local / 86400))
			t += 3600 - local % 3600;
		else if (!(c->minute >> (local / 60 % 60) & 1))
			t += 60;
		else
			return t;
	}
	return -1;
}

int64_t cron_next(const struct cron *c, const struct zone *z, int64_t after)
{
	int64_t local = after + zone_at(z, after)->east, first = local / 86400;

	if (c->hour == (1u << 24) - 1)
		return next_hourly(c, z, after);
	for (int64_t day = first - 1; day < first + 3660; day++) {
		if (!day_fits(c, day))
			continue;
		for (int minute = 0; minute < 1440; minute++) {
			int64_t t;

			if (!(c->hour >> (minute / 60) & 1) || !(c->minute >> (minute % 60) & 1))
				continue;
			t = zone_utc(z, day * 86400 + minute * 60);
			if (t > after)
				return t;
		}
	}
	return -1;
}

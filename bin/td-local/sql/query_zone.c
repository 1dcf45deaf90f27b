/* The time zones of a job: each gets a number when it is first named, which values with a time zone
 * carry. */
#include "sql/function.h"
#include "store/tz.h"
#include "base/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ZONES_MAX = 4096, NAME_MAX_BYTES = 64 };

struct query_zones {
	size_t n;
	struct known {
		char name[NAME_MAX_BYTES];
		struct zone *tz; /* NULL: UTC */
	} *zone;
};

static struct query_zones *zones(struct query *q)
{
	if (!q->zones) {
		q->zones = mem_zero(1, sizeof *q->zones);
		q->zones->zone = mem_zero(1, sizeof *q->zones->zone);
		memcpy(q->zones->zone[0].name, "UTC", 4);
		q->zones->n = 1;
	}
	return q->zones;
}

/* +09:00 and nothing like it; at most 14 hours. */
static bool is_offset(const char *s)
{
	return (*s == '+' || *s == '-') && strlen(s) == 6 && isdigit((unsigned char)s[1]) &&
		isdigit((unsigned char)s[2]) && s[3] == ':' && s[4] >= '0' && s[4] <= '5' &&
		isdigit((unsigned char)s[5]) &&
		strtol(s + 1, NULL, 10) * 60 + strtol(s + 4, NULL, 10) <= 14 * 60;
}

/* Abbreviations that are not in the time zone database; only TD's own functions know them. */
static bool is_old(const char *s)
{
	static const char *const names[] = { "JST", "PST", "CST", "IST", "PDT", "EDT", "BST" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcasecmp(s, names[i]) == 0)
			return true;
	return false;
}

static int find(struct query *q, const char *p, size_t n, bool old)
{
	struct query_zones *z = zones(q);
	char name[NAME_MAX_BYTES] = { 0 };
	struct zone *tz;

	if (n == 0 || n >= sizeof name || memchr(p, 0, n))
		return -1;
	memcpy(name, p, n);
	name[n] = '\0';
	if (strcasecmp(name, "UTC") == 0 || strcasecmp(name, "GMT") == 0 ||
		strcasecmp(name, "Z") == 0 || strcmp(name, "+00:00") == 0)
		return 0;
	for (size_t i = 0; i < z->n; i++)
		if (strcasecmp(z->zone[i].name, name) == 0)
			return !old && is_old(name) ? -1 : (int)i;
	if (z->n == ZONES_MAX || ((*name == '+' || *name == '-') && !is_offset(name)) ||
		(!old && is_old(name)) || !(tz = tz_open(name)))
		return -1;
	z->zone = mem_resize(z->zone, z->n + 1, sizeof *z->zone);
	memcpy(z->zone[z->n].name, name, sizeof name);
	z->zone[z->n].tz = tz;
	return (int)z->n++;
}

int query_zone(struct query *q, const char *name, size_t n)
{
	return find(q, name, n, false);
}

int query_zone_td(struct query *q, const char *name, size_t n)
{
	return find(q, name, n, true);
}

static const struct known *known(const struct query *q, unsigned zone)
{
	return q->zones && zone < q->zones->n ? &q->zones->zone[zone] : NULL;
}

const char *query_zone_name(const struct query *q, unsigned zone)
{
	const struct known *k = known(q, zone);

	return k ? k->name : "UTC";
}

const char *query_zone_abbreviation(const struct query *q, unsigned zone, int64_t utc_seconds)
{
	const struct known *k = known(q, zone);
	const char *name = "UTC";

	if (k && k->tz)
		name = zone_at(k->tz, utc_seconds)->abbreviation;
	return name;
}

int64_t query_zone_offset(const struct query *q, unsigned zone, int64_t utc_seconds)
{
	const struct known *k = known(q, zone);

	return k && k->tz ? zone_at(k->tz, utc_seconds)->east : 0;
}

int64_t query_zone_to_utc(const struct query *q, unsigned zone, int64_t local_seconds)
{
	const struct known *k = known(q, zone);

	return k && k->tz ? zone_utc(k->tz, local_seconds) : local_seconds;
}

void query_zones_free(struct query *q)
{
	for (size_t i = 0; q->zones && i < q->zones->n; i++)
		zone_free(q->zones->zone[i].tz);
	if (q->zones)
		free(q->zones->zone);
	free(q->zones);
	q->zones = NULL;
}

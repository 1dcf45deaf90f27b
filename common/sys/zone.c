#include "sys/zone.h"
#include "base/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool fixed; /* an offset instead of a zone */
static int64_t fixed_east;
static char *zone_file; /* what TZ is set to; NULL: it is the caller's */
static char *callers;   /* what it was before, or NULL */

/* +HH:MM or -HH:MM */
static bool offset_of(const char *name, int64_t *east)
{
	unsigned h, m;
	char end;

	if ((*name != '+' && *name != '-') || sscanf(name + 1, "%2u:%2u%c", &h, &m, &end) != 2 ||
		h > 18 || m > 59)
		return false;
	*east = ((int64_t)h * 60 + m) * (*name == '-' ? -60 : 60);
	return true;
}

/* RFC 8536 */
static bool is_zone_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char magic[4];
	bool is = fd >= 0 && read(fd, magic, sizeof magic) == sizeof magic &&
		memcmp(magic, "TZif", 4) == 0;

	if (fd >= 0)
		close(fd);
	return is;
}

/* The caller's, or NULL. */
static char *file_of(const char *name)
{
	static const char *const folders[] = { "/usr/share/zoneinfo", "/usr/lib/zoneinfo",
		"/usr/share/lib/zoneinfo", "/etc/zoneinfo" };

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		char *path = mem_printf("%s/%s", folders[i], name);

		if (is_zone_file(path))
			return path;
		free(path);
	}
	return NULL;
}

bool zone_open(const char *name)
{
	char *path;

	fixed = offset_of(name, &fixed_east);
	if (fixed || strcmp(name, "UTC") == 0 || strcmp(name, "GMT") == 0 ||
		strcmp(name, "Z") == 0) {
		fixed_east = fixed ? fixed_east : 0;
		fixed = true;
		return true;
	}
	if (!*name || *name == '/' || strstr(name, "..") || !(path = file_of(name)))
		return false;
	if (!zone_file && getenv("TZ"))
		callers = mem_string(getenv("TZ"));
	free(zone_file);
	/* a name would be looked for where TZDIR says, and be UTC if it is not there */
	zone_file = path;
	zone_environment(false);
	tzset();
	return true;
}

void zone_environment(bool of_caller)
{
	const char *tz = of_caller ? callers : zone_file;

	if (zone_file && tz)
		setenv("TZ", tz, 1);
	else if (zone_file)
		unsetenv("TZ");
}

/* Seconds to the east of UTC at a moment. */
static int64_t east_at(int64_t utc)
{
	time_t t = (time_t)utc;
	struct tm tm;

	return localtime_r(&t, &tm) ? tm.tm_gmtoff : 0;
}

int64_t zone_to_utc(int64_t local)
{
	enum { DAY = 86400 };
	/* a day without a change: most times are of the same day */
	static int64_t day = INT64_MIN, east;
	int64_t before, after;

	if (fixed)
		return local - fixed_east;
	if (local / DAY == day)
		return local - east;
	before = east_at(local - DAY);
	after = east_at(local + DAY);
	if (before != after)
		return east_at(local - before) != before && east_at(local - after) == after
			? local - after
			: local - before;
	if (east_at(local / DAY * DAY - DAY) == before &&
		east_at(local / DAY * DAY + (int64_t)2 * DAY) == before) {
		day = local / DAY;
		east = before;
	}
	return local - before;
}

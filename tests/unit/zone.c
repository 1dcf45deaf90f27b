/* zone: summer time, its gaps and its doubled hours; offsets. */
#include "tap.h"
#include "value/tdtime.h"
#include "sys/zone.h"

#include <stdlib.h>

static void at(const char *text, int64_t want, const char *what)
{
	struct tdtime rules = { .to_utc = zone_to_utc };
	int64_t got = -1;
	const char *why = tdtime_parse(&rules, text, strlen(text), &got);

	if (why)
		printf("# %s\n", why);
	tap_num(got, want, what);
}

int main(void)
{
	setenv("TZDIR", "/nonexistent", 1);
	tap_result(zone_open("America/New_York"), "a zone, whatever TZDIR says");
	at("2024-01-15 12:00", 1705338000, "winter");
	at("2024-07-15 12:00", 1721059200, "summer");
	at("2024-03-10 01:59:59", 1710053999, "before the gap");
	at("2024-03-10 02:30", 1710055800, "in the gap: as 03:30");
	at("2024-03-10 03:00", 1710054000, "behind the gap");
	at("2024-11-03 00:30", 1730608200, "before the doubled hour");
	at("2024-11-03 01:30", 1730611800, "in the doubled hour: the first");
	at("2024-11-03 02:00", 1730617200, "behind the doubled hour");
	at("2024-07-15 12:00Z", 1721044800, "a zone of its own counts");
	tap_result(zone_open("Asia/Tokyo"), "another zone");
	at("2024-01-15 12:00", 1705287600, "Tokyo");
	tap_result(zone_open("-05:30"), "an offset");
	at("2024-02-29 06:30", 1709208000, "an offset is used");
	tap_result(!zone_open("Nowhere/Else") && !zone_open("") && !zone_open("../etc/passwd") &&
			!zone_open("+25:00"),
		"no zones");
	return tap_done();
}

/* What Java, and so Treasure Data, makes of a time zone's name. */
#include "store/tz.h"
#include "sys/zonefile.h"

#include <strings.h>

static const struct {
	const char *old, *name;
} olds[] = {
	{ "UTC", "UTC" },
	{ "GMT", "GMT" },
	{ "JST", "Asia/Tokyo" },
	{ "PST", "America/Los_Angeles" },
	{ "MST", "America/Denver" },
	{ "CST", "America/Chicago" },
	{ "EST", "America/New_York" },
	{ "PDT", "America/Los_Angeles" },
	{ "EDT", "America/New_York" },
	{ "IST", "Asia/Kolkata" },
	{ "CET", "Europe/Paris" },
	{ "BST", "Europe/London" },
};

struct zone *tz_open(const char *name)
{
	struct fail f = { 0 };

	for (size_t i = 0; i < sizeof olds / sizeof *olds; i++)
		if (strcasecmp(name, olds[i].old) == 0)
			name = olds[i].name;
	return zonefile_open(name, &f);
}

/* zone: anything is a zone file or refused; an instant and the local time that it has lead to each
 * other. */
#include "value/zone.h"
#include "fuzz.h"

#include <stdbool.h>

static void there_and_back(const struct zone *z, int64_t utc)
{
	int64_t local = utc + zone_at(z, utc)->east;
	struct zone_local l = zone_local(z, local);

	FUZZ_CHECK(strlen(zone_at(z, utc)->abbreviation) < 256);
	FUZZ_CHECK(l.fit != ZONE_SKIPPED && l.before <= utc && utc <= l.after);
	FUZZ_CHECK((l.fit == ZONE_ONCE) == (l.before == l.after));
}

static void back_and_there(const struct zone *z, int64_t local)
{
	struct zone_local l = zone_local(z, local);

	FUZZ_CHECK(zone_utc(z, local) == l.before);
	if (l.fit == ZONE_SKIPPED) {
		FUZZ_CHECK(l.before > l.after);
		return;
	}
	FUZZ_CHECK(l.before + zone_at(z, l.before)->east == local);
	FUZZ_CHECK(l.after + zone_at(z, l.after)->east == local);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *copy = malloc(size + 1); /* its own bytes, so that reading too far is seen */
	struct zone *z;

	memcpy(copy, data, size);
	z = zone_parse(copy, size);
	free(copy);
	if (!z)
		return 0;
	for (int64_t t = -4 * INT64_C(1000000000); t < 10 * INT64_C(1000000000); t += 9999999) {
		there_and_back(z, t);
		back_and_there(z, t);
	}
	for (int64_t t = 253370764800; t < 253402300799; t += 99999) {
		there_and_back(z, t);
		back_and_there(z, t);
	}
	zone_at(z, INT64_MAX);
	zone_at(z, INT64_MIN);
	zone_local(z, INT64_MIN);
	zone_free(z);
	return 0;
}

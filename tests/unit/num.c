/* num: tables of texts and what they mean; "-" means refused. */
#include "base/num.h"
#include "tap.h"

#include <inttypes.h>

static void integers(void)
{
	static const struct {
		const char *text;
		bool good;
		int64_t value;
	} t[] = {
		{ "0", true, 0 }, { "007", true, 7 }, { "-1", true, -1 }, { "9223372036854775807", true, INT64_MAX },
		{ "9223372036854775808", false, 0 }, { "-9223372036854775808", true, INT64_MIN },
		{ "-9223372036854775809", false, 0 }, { "", false, 0 }, { "-", false, 0 }, { "+1", false, 0 }, { " 1", false, 0 },
		{ "1 ", false, 0 }, { "1x", false, 0 }, { "--1", false, 0 }, { "18446744073709551616", false, 0 },
		{ "99999999999999999999999", false, 0 },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		int64_t v = 0;
		bool good = num_i64(t[i].text, strlen(t[i].text), &v);

		tap_result(good == t[i].good && (!good || v == t[i].value), t[i].text);
	}
}

static void units(void)
{
	uint64_t v;

	tap_result(num_size("16M", UINT64_MAX, &v) && v == 16 << 20, "16M");
	tap_result(num_size("1k", UINT64_MAX, &v) && v == 1024, "1k");
	tap_result(num_size("7", UINT64_MAX, &v) && v == 7, "7");
	tap_result(!num_size("17G", 1 << 30, &v), "over the maximum");
	tap_result(!num_size("99999999999G", UINT64_MAX, &v), "over 64 bits");
	tap_result(!num_size("M", UINT64_MAX, &v), "a unit alone");
	tap_result(!num_size("1T", UINT64_MAX, &v), "an unknown unit");
	tap_result(!num_size("", UINT64_MAX, &v), "nothing");
	tap_result(num_seconds("2d", UINT64_MAX, &v) && v == 172800, "2d");
	tap_result(num_seconds("90", UINT64_MAX, &v) && v == 90, "90");
	tap_result(num_seconds("5m", UINT64_MAX, &v) && v == 300, "5m");
	tap_result(num_u64("18446744073709551615", 20, UINT64_MAX, &v) && v == UINT64_MAX,
		"uint64's end");
	tap_result(!num_u64("18446744073709551616", 20, UINT64_MAX, &v), "and one more");
}

int main(void)
{
	integers();
	units();
	return tap_done();
}

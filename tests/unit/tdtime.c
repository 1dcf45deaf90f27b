/* tdtime: against timegm() of the C library, and what is refused. */
#include "tap.h"
#include "value/tdtime.h"

#include <math.h>
#include <time.h>

static struct tdtime rules;

static const char *parse(const char *text, int64_t *out)
{
	return tdtime_parse(&rules, text, strlen(text), out);
}

static void good(const char *text, int64_t want)
{
	int64_t got = -1;
	const char *why = parse(text, &got);

	if (!tap_result(!why && got == want, text))
		printf("# got: %lld %s\n", (long long)got, why ? why : "");
}

static void bad(const char *text, const char *part)
{
	int64_t got;
	const char *why = parse(text, &got);

	if (!tap_result(why && strstr(why, part), text[0] ? text : "(empty)"))
		printf("# got: %s\n", why ? why : "a time");
}

static void number(int64_t n, int64_t want, const char *part)
{
	int64_t got = -1;
	const char *why = tdtime_number(&rules, n, &got);

	if (!tap_result(part ? why && strstr(why, part) : !why && got == want, "a number"))
		printf("# %lld: %lld %s\n", (long long)n, (long long)got, why ? why : "");
}

static void real(double n, int64_t want, const char *part)
{
	int64_t got = -1;
	const char *why = tdtime_real(&rules, n, &got);

	if (!tap_result(part ? why && strstr(why, part) : !why && got == want, "a double"))
		printf("# %g: %lld %s\n", n, (long long)got, why ? why : "");
}

static void calendar(void)
{
	int right = 1;

	for (int64_t t = 0; t <= TDTIME_MAX; t += 86400LL * 13 + 4567) {
		struct tm tm;
		char text[80];
		int64_t got;
		time_t when = (time_t)t;

		gmtime_r(&when, &tm);
		snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d", tm.tm_year + 1900,
			tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
		if (parse(text, &got) || got != t)
			right = 0;
	}
	tap_result(right, "every thirteenth day until 9999 agrees with gmtime()");
}

int main(void)
{
	calendar();
	good("0", 0);
	good("1709208000", 1709208000);
	good("1709208000.999", 1709208000);
	good(" 1709208000 ", 1709208000);
	good("253402300799", TDTIME_MAX);
	good("1970-01-01", 0);
	good("2024-02-29", 1709164800);
	good("2024-02-29 12:00", 1709208000);
	good("2024-02-29T12:00:00", 1709208000);
	good("2024-02-29t12:00:00z", 1709208000);
	good("2024-02-29 12:00:00.123456789", 1709208000);
	good("2024-02-29 12:00:00,5", 1709208000);
	good("2024-02-29 12:00:00 UTC", 1709208000);
	good("2024-02-29 12:00:00 GMT", 1709208000);
	good("2024-02-29T21:00:00+09:00", 1709208000);
	good("2024-02-29 21:00:00 +0900", 1709208000);
	good("2024-02-29 21:00:00+09", 1709208000);
	good("2024-02-29T06:30:00-05:30", 1709208000);
	good("1970-01-01 05:00:00+05:00", 0);
	good("2016-12-31 23:59:60", 1483228800);
	good("9999-12-31 23:59:59", TDTIME_MAX);
	bad("", "is no time");
	bad("x", "is no time");
	bad("-1", "before 1970");
	bad("-0.5", "before 1970");
	bad("-99999999999999999999", "before 1970");
	bad("1969-12-31", "before 1970");
	bad("1969-12-31 23:59:60", "before 1970");
	bad("2016-12-31 12:34:60", "a time of day that there is not");
	bad("1970-01-01 00:00:00+00:01", "before 1970");
	bad("253402300800", "milliseconds");
	bad("1709208000000", "milliseconds");
	bad("1709208000000000", "microseconds");
	bad("1709208000000000000", "nanoseconds");
	bad("99999999999999999999", "beyond");
	bad("2023-02-29", "calendar");
	bad("2024-13-01", "calendar");
	bad("2024-00-01", "calendar");
	bad("2024-01-00", "calendar");
	bad("1900-02-29", "calendar");
	bad("2024-1-1", "is no time");
	bad("2024-01-01 24:00:00", "is no time");
	bad("2024-01-01 12:60", "is no time");
	bad("2024-01-01 1:00", "is no time");
	bad("2024-01-01X", "is no time");
	bad("2024-01-01 12:00:00 PST", "is no time");
	bad("2024-01-01 12:00:00 +9", "is no time");
	bad("2024-01-01 12:00:00 +19:00", "is no time");
	bad("01/02/2024", "is no time");
	bad("1e9", "is no time");
	bad("20240131", "looks like a date");

	real(1709208000.9, 1709208000, NULL);
	real(-0.0, 0, NULL);
	real(-0.5, 0, "before 1970");
	real(20240131, 0, "looks like a date");
	real(NAN, 0, "is no time");
	real(INFINITY, 0, "is no time");
	real(-1e20, 0, "is no time");

	rules.unit = 1;
	good("20240131", 20240131);
	rules.unit = 1000;
	good("1709208000999", 1709208000);
	bad("-1", "before 1970");
	rules.unit = 1000000000;
	good("1709208000999999999", 1709208000);
	good("9300000000000000000", 9300000000);
	good("18446744073709551615", 18446744073);
	bad("18446744073709551616", "is beyond the year 9999");
	rules.unit = 0;
	bad("9300000000000000000", "nanoseconds");

	rules.format = "%Y%m%d";
	good("20240229", 1709164800);
	bad("2024-02-29", "--time-format");
	bad("20230229", "calendar");
	bad("2024111", "--time-format");
	rules.format = "%y%m%d";
	good("050101", 1104537600);
	bad("50101", "--time-format");
	rules.format = "%d%b%Y%H%M";
	good("1Feb20240102", 1706749320);
	bad("1Feb2024102", "--time-format");
	rules.format = "%F%T";
	good("2024-02-0102:03:04", 1706752984);
	bad("2024-02-102:03:04", "--time-format");
	rules.format = "%%d%m/%d %Y";
	good("%d2/1 2024", 1706745600);
	rules.format = "%d/%b/%Y:%H:%M:%S %z";
	good("29/Feb/2024:21:00:00 +0900", 1709208000);
	bad("29/Foo/2024:21:00:00 +0900", "--time-format");
	bad("29/Feb/2024:21:00:00 +0900x", "--time-format");
	rules.format = "%a %e %B %y %I:%M %p";
	good("Thu  29 February 24 12:00 PM", 1709208000);
	good("thu 29 feb 24 12:00 am", 1709164800);
	bad("thu 29 feb 24 13:00 am", "time of day");
	rules.format = "%m/%d/%Y %T.%f";
	good("2/29/2024 12:00:00.123", 1709208000);
	rules.format = "%s";
	good("1709208000", 1709208000);
	good("20240229", 20240229);
	good("-0", 0);
	bad("-1", "before 1970");
	bad("1709208000999", "milliseconds (--time-unit ms)");
	bad("99999999999999999999", "is beyond the year 9999");
	bad("1709208000.5", "--time-format");
	rules.format = "%s.%f";
	good("1709208000.5", 1709208000);
	good("-0.0", 0);
	bad("-0.5", "before 1970");
	bad("1709208000.", "--time-format");
	rules.format = "%s";
	rules.unit = 1000;
	good("170000000000", 170000000);
	good("1709208000999", 1709208000);
	rules.unit = 1000000000;
	good("1709208000999999999", 1709208000);
	good("18446744073709551615", 18446744073);
	rules.unit = 0;
	rules.format = "%Y %j";
	good("2024 060", 1709164800);
	good("2024 366", 1735603200);
	bad("2023 366", "calendar");
	bad("2024 000", "calendar");
	rules.format = "%F %j";
	good("2024-02-29 060", 1709164800);
	bad("2024-02-29 061", "calendar");
	bad("2024-02-29 001", "calendar");

	rules.format = "%Y%m%d";
	number(20240229, 1709164800, NULL);
	number(20230229, 0, "calendar");
	number(-20240229, 0, "--time-format");
	real(20240229, 1709164800, NULL);
	real(20240229.5, 0, "--time-format");
	rules.format = "%s.%f";
	real(1709208000.9, 1709208000, NULL);
	real(-0.5, 0, "before 1970");
	rules.format = "%s";
	rules.unit = 1000;
	number(1709208000999, 1709208000, NULL);
	number(-1, 0, "before 1970");
	number(INT64_MIN, 0, "before 1970");
	rules.unit = 0;
	tap_result(tdtime_is_format("%Y-%m") && !tdtime_is_format("%Q") && !tdtime_is_format("%"),
		"which formats are known");
	return tap_done();
}

/* tdtime: against timegm() of the C library, and what is refused. */
#include "tap.h"
#include "value/tdtime.h"
#include "value/zone.h"

#include <math.h>
#include <time.h>

static const struct zone *named(void *zones, const char *name, size_t n)
{
	return n == 10 && memcmp(name, "Zone/Tokyo", n) == 0 ? *(struct zone **)zones : NULL;
}

static struct zone *tokyo;
static struct tdtime rules = { .named = named, .zones = &tokyo };

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

static void format(const char *text, const char *part)
{
	const char *why = tdtime_format_error(text);

	if (!tap_result(part ? why && strstr(why, part) : !why, text))
		printf("# got: %s\n", why ? why : "a format");
}

static void formats(void)
{
	format("%Y-%m-%d", NULL);
	format("%Y%j", NULL);
	format("%d/%b/%Y:%H:%M:%S %z", NULL);
	format("%D %I:%M %p", NULL);
	format("%s", NULL);
	format("%s.%f", NULL);
	format("%b %d %H:%M:%S", "year");
	format("%Y-%m", "day");
	format("%Y", "day");
	format("%H:%M", "year");
	format("", "year");
	format("%Q", "unknown");
	format("%", "unknown");
	format("%Y-%m-%d %I:%M", "%p");
	format("%Y-%m-%d %H:%M %p", "%p");
	format("%F %j", "twice");
	format("%Y-%m-%d %d", "another");
	format("%T %F %M", "another");
	format("%s %Y", "everything");
}

static void timestamp(const char *bytes, size_t n, int64_t want, const char *text)
{
	char got[TDTIME_TEXT] = "";
	int64_t seconds = -1;
	uint32_t nanoseconds;

	tap_result(tdtime_unpack(bytes, n, &seconds, &nanoseconds) && seconds == want, text);
	tap_result(tdtime_text(seconds, nanoseconds, got), "... as text");
	tap_is(got, text, text);
}

static void timestamps(void)
{
	static const char negative[] = "\x1d\xcd\x65\0\xff\xff\xff\xff\xff\xff\xff\xff";
	int64_t t;

	timestamp("\x65\xe0\x71\x40", 4, 1709207872, "2024-02-29T11:57:52Z");
	timestamp("\0\0\0\0\x65\xe0\x71\x40", 8, 1709207872, "2024-02-29T11:57:52Z");
	timestamp("\0\0\0\x05\x65\xe0\x71\x40", 8, 1709207872 + (1ll << 32),
		"2160-04-06T18:26:08.000000001Z");
	timestamp(negative, 12, -1, "1969-12-31T23:59:59.5Z");
	tap_result(tdtime_msgpack("\xff\xff\xff\xff\xff\xff\xff\xff", 8, &t) != NULL,
		"more than a second of nanoseconds");
	tap_result(tdtime_msgpack(negative, 12, &t) != NULL, "a timestamp before 1970");
	tap_result(tdtime_msgpack("", 0, &t) != NULL, "a timestamp without bytes");
}

int main(void)
{
	tokyo = zone_fixed("+09:00");
	calendar();
	bad("0", "--time-unit");
	good("1709208000", 1709208000);
	good("1709208000.999", 1709208000);
	good(" 1709208000 ", 1709208000);
	good("631152000", 631152000);
	good("4102444799", 4102444799);
	bad("631151999", "--time-unit");
	bad("4102444800", "--time-unit");
	bad("253402300799", "--time-unit");
	bad("202405201234", "%Y%m%d%H%M ");
	bad("2024052012", "%Y%m%d%H ");
	bad("1984052319", "%Y%m%d%H ");
	bad("1900010100", "%Y%m%d%H ");
	bad("2100123123", "%Y%m%d%H ");
	good("1900010099", 1900010099);
	good("1984053219", 1984053219);
	good("1984052324", 1984052324);
	good("2101010100", 2101010100);
	bad("20240520123456", "%Y%m%d%H%M%S");
	bad("20240520123456789", "milliseconds");
	bad("202405", "--time-format");
	bad("2024", "--time-format");
	bad("20240532", "--time-unit");
	bad("45000", "spreadsheet");
	bad("0930", "--time-format");
	bad("00:18:11", "is not a time");
	good("2024/02/29", 1709164800);
	good("2024/02/29 12:00", 1709208000);
	bad("2024/02-29", "is not a time");
	good("20240229T120000Z", 1709208000);
	good("20240229T1200", 1709208000);
	good("20240229T210000+0900", 1709208000);
	bad("20240229120000Z", "is not a time");
	good("2024-02-29 21:00:00.000 JST", 1709208000);
	good("2024-02-29 21:00:00.000 Zone/Tokyo", 1709208000);
	bad("2024-02-29 21:00:00 CST", "is not a time");
	bad("2024-02-29 21:00:00 No/Where", "names a zone");
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
	bad("", "is not a time");
	bad("x", "is not a time");
	bad("-1", "before 1970");
	bad("-0.5", "before 1970");
	bad("-99999999999999999999", "before 1970");
	bad("1969-12-31", "before 1970");
	bad("1969-12-31 23:59:60", "before 1970");
	bad("2016-12-31 12:34:60", "time of day that does not exist");
	bad("1970-01-01 00:00:00+00:01", "before 1970");
	bad("253402300800", "--time-unit");
	bad("1709208000000", "milliseconds");
	bad("1709208000000000", "microseconds");
	bad("1709208000000000000", "nanoseconds");
	bad("99999999999999999999", "--time-unit");
	bad("2023-02-29", "calendar");
	bad("2024-13-01", "calendar");
	bad("2024-00-01", "calendar");
	bad("2024-01-00", "calendar");
	bad("1900-02-29", "calendar");
	bad("2024-1-1", "is not a time");
	bad("2024-01-01 24:00:00", "is not a time");
	bad("2024-01-01 12:60", "is not a time");
	bad("2024-01-01 1:00", "is not a time");
	bad("2024-01-01X", "is not a time");
	good("2024-01-01 12:00:00 PST", 1704139200);
	bad("2024-01-01 12:00:00 +9", "is not a time");
	bad("2024-01-01 12:00:00 +19:00", "is not a time");
	bad("01/02/2024", "is not a time");
	bad("1e9", "is not a time");
	bad("20240131", "looks like a date");

	real(1709208000.9, 1709208000, NULL);
	real(-0.0, 0, "--time-unit");
	real(-0.5, 0, "before 1970");
	real(20240131, 0, "looks like a date");
	real(NAN, 0, "is not a time");
	real(INFINITY, 0, "is not a time");
	real(-1e20, 0, "is not a time");

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
	bad("9300000000000000000", "--time-unit");
	rules.any_seconds = true;
	good("0", 0);
	bad("253402300800", "milliseconds");
	bad("20240520", "looks like a date");
	rules.any_seconds = false;
	rules.whole = true;
	good("1709208000.0", 1709208000);
	bad("1709208000.5", "fraction");
	real(1709208000.5, 0, "fraction");
	rules.whole = false;

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
	bad("Fri 29 feb 24 12:00 am", "weekday");
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
	formats();
	timestamps();
	zone_free(tokyo);
	return tap_done();
}

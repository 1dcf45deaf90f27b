/* Dates by whole 400-year eras whose years begin in March, so that the leap day comes last. */
#include "value/calendar.h"

enum { ERA = 146097, EPOCH = 719468 /* days from 0000-03-01 to 1970-01-01 */ };

int64_t calendar_floor(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t rest(int64_t a, int64_t b)
{
	return a - b * calendar_floor(a, b);
}

int64_t calendar_days(int64_t year, int64_t month, int64_t day)
{
	int64_t m = rest(month - 1, 12) + 1;
	int64_t y = year + calendar_floor(month - 1, 12) - (m <= 2);
	int64_t era = calendar_floor(y, 400), in_era = y - era * 400;

	return era * ERA + in_era * 365 + in_era / 4 - in_era / 100 +
		(153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + day - 1 - EPOCH;
}

struct calendar_date calendar_date(int64_t days)
{
	int64_t z = days + EPOCH, era = calendar_floor(z, ERA), n = z - era * ERA;
	int64_t y = (n - n / 1460 + n / 36524 - n / 146096) / 365;
	int64_t d = n - (365 * y + y / 4 - y / 100), m = (5 * d + 2) / 153;

	return (struct calendar_date){ y + era * 400 + (m >= 10),
		(unsigned)(m < 10 ? m + 3 : m - 9), (unsigned)(d - (153 * m + 2) / 5 + 1) };
}

unsigned calendar_weekday(int64_t days)
{
	return (unsigned)rest(days + 4, 7); /* 1970-01-01 was a Thursday */
}

/* Dates by whole 400-year eras whose years begin in March, so that the leap day comes last. */
#include "value/calendar.h"

const char *const calendar_months[12] = { "January", "February", "March", "April", "May", "June",
	"July", "August", "September", "October", "November", "December" };
const char *const calendar_weekdays[7] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	"Saturday", "Sunday" };

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
		(int)(m < 10 ? m + 3 : m - 9), (int)(d - (153 * m + 2) / 5 + 1) };
}

unsigned calendar_weekday(int64_t days)
{
	return (unsigned)rest(days + 4, 7); /* 1970-01-01 was a Thursday */
}

int calendar_month_length(int64_t year, int month)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return length[month - 1] + (month == 2 && leap);
}

bool calendar_is_date(int64_t year, int64_t month, int64_t day)
{
	return month >= 1 && month <= 12 && day >= 1 &&
		day <= calendar_month_length(year, (int)month);
}

int calendar_iso_weekday(int64_t days)
{
	return (int)rest(days + 3, 7) + 1;
}

int calendar_day_of_year(int64_t days)
{
	return (int)(days - calendar_days(calendar_date(days).year, 1, 1)) + 1;
}

int64_t calendar_week_start(int64_t year, int week)
{
	int64_t fourth = calendar_days(year, 1, 4); /* always in week 1 */

	return fourth - (calendar_iso_weekday(fourth) - 1) + 7 * (week - 1);
}

int calendar_week(int64_t days, int64_t *year)
{
	int64_t thursday = days - (calendar_iso_weekday(days) - 1) + 3;

	*year = calendar_date(thursday).year;
	return (int)((thursday - calendar_days(*year, 1, 1)) / 7) + 1;
}

int64_t calendar_add_months(int64_t days, int64_t n)
{
	struct calendar_date d = calendar_date(days);
	int64_t first = calendar_days(d.year, d.month + n, 1);
	struct calendar_date m = calendar_date(first);
	int length = calendar_month_length(m.year, m.month);

	return first + (d.day < length ? d.day : length) - 1;
}

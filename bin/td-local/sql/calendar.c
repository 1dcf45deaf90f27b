/* The Gregorian calendar in days (after Howard Hinnant's algorithms), and ISO weeks. */
#include "sql/calendar.h"

const char *const calendar_months[12] = { "January", "February", "March", "April", "May", "June",
	"July", "August", "September", "October", "November", "December" };
const char *const calendar_weekdays[7] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	"Saturday", "Sunday" };

struct calendar calendar_of(int64_t days)
{
	int64_t z = days + 719468, era = calendar_floor(z, 146097), of_era = z - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100),
		m = (5 * of_year + 2) / 153;
	int month = (int)(m < 10 ? m + 3 : m - 9);

	return (struct calendar){ year + era * 400 + (month <= 2), month,
		(int)(of_year - (153 * m + 2) / 5 + 1) };
}

int calendar_month_length(int64_t year, int month)
{
	return (int)(calendar_days(year, month + 1, 1) - calendar_days(year, month, 1));
}

bool calendar_is_date(int64_t year, int month, int day)
{
	return month >= 1 && month <= 12 && day >= 1 && day <= calendar_month_length(year, month);
}

int calendar_iso_weekday(int64_t days)
{
	return (int)(days + 3 - calendar_floor(days + 3, 7) * 7) + 1;
}

int calendar_day_of_year(int64_t days)
{
	return (int)(days - calendar_days(calendar_of(days).year, 1, 1)) + 1;
}

int64_t calendar_week_start(int64_t year, int week)
{
	int64_t fourth = calendar_days(year, 1, 4); /* always in week 1 */

	return fourth - (calendar_iso_weekday(fourth) - 1) + 7 * (week - 1);
}

int calendar_week(int64_t days, int64_t *year)
{
	int64_t thursday = days - (calendar_iso_weekday(days) - 1) + 3;

	*year = calendar_of(thursday).year;
	return (int)((thursday - calendar_days(*year, 1, 1)) / 7) + 1;
}

int64_t calendar_add_months(int64_t days, int64_t n)
{
	struct calendar c = calendar_of(days);
	int64_t first = calendar_days(c.year, c.month + n, 1);
	struct calendar m = calendar_of(first);
	int length = calendar_month_length(m.year, m.month);

	return first + (c.day < length ? c.day : length) - 1;
}

/* The time, the test clock, and dates. */
#include "store/td_clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t stopped = -1;

void td_clock_set(int64_t now)
{
	stopped = now;
}

int64_t td_clock_now(void)
{
	int64_t t = stopped;

	return t >= 0 ? t : (int64_t)time(NULL);
}

int64_t td_clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t td_clock_spent(int64_t since)
{
	return stopped >= 0 ? 0 : td_clock_ms() - since;
}

static json_t *as(int64_t t, const char *fmt)
{
	time_t at = (time_t)t;
	struct tm tm;
	char text[40];

	if (t < 0 || !gmtime_r(&at, &tm) || !strftime(text, sizeof text, fmt, &tm))
		return json_null();
	return json_string(text);
}

json_t *td_clock_text(int64_t t)
{
	return as(t, "%Y-%m-%d %H:%M:%S UTC");
}

json_t *td_clock_iso(int64_t t)
{
	return as(t, "%Y-%m-%dT%H:%M:%SZ");
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t td_clock_days(int64_t year, int64_t month, int64_t day)
{
	int64_t y, m, era;

	year += floor_div(month - 1, 12);
	m = (month - 1) - 12 * floor_div(month - 1, 12) + 1;
	y = year - (m <= 2); /* years begin in March: the leap day is the last */
	era = floor_div(y, 400);
	y -= era * 400;
	return era * 146097 + y * 365 + y / 4 - y / 100 + (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 +
		day - 1 - 719468;
}

struct date td_clock_date(int64_t days)
{
	int64_t z = days + 719468, era = floor_div(z, 146097), n = z - era * 146097;
	int64_t y = (n - n / 1460 + n / 36524 - n / 146096) / 365,
		d = n - (365 * y + y / 4 - y / 100), m = (5 * d + 2) / 153;

	return (struct date){ y + era * 400 + (m >= 10), (unsigned)(m < 10 ? m + 3 : m - 9),
		(unsigned)(d - (153 * m + 2) / 5 + 1) };
}

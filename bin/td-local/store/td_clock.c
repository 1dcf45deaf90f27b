/* The time, and the test clock. */
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

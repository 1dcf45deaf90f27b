#include "retry.h"
#include "num.h"

#include <stdio.h>
#include <string.h>

static bool may_pass(const struct retry_outcome *o)
{
	return o->status == 0 || o->status == 408 || o->status == 429 || (o->status >= 500 && o->status <= 599);
}

/* It certainly did no work. */
static bool untouched(const struct retry_outcome *o)
{
	return o->status == 429 || (o->status == 0 && !o->sent);
}

bool retry_is_unknown(const struct retry_outcome *o)
{
	return may_pass(o) && !untouched(o);
}

int64_t retry_wait(const struct retry_policy *p, bool repeatable, const struct retry_outcome *o, unsigned attempt,
		   uint64_t elapsed_ms, uint64_t random)
{
	uint64_t window, wait;

	if (!may_pass(o) || (!repeatable && !untouched(o)) || elapsed_ms >= p->deadline_ms)
		return RETRY_STOP;
	if (p->tries > 0 && attempt + 1 >= p->tries)
		return RETRY_STOP;
	window = attempt < 20 ? (uint64_t)p->base_ms << attempt : p->cap_ms;
	if (window > p->cap_ms)
		window = p->cap_ms;
	wait = random % (window + 1);
	if (o->retry_after_ms > 0 && (uint64_t)o->retry_after_ms > wait)
		wait = (uint64_t)o->retry_after_ms;
	if (wait > p->deadline_ms - elapsed_ms)
		return RETRY_STOP;
	return (int64_t)wait;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar. */
static int64_t days(int64_t y, unsigned m, unsigned d)
{
	static const unsigned before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	int64_t last = y - 1;
	int64_t n = 365 * (y - 1970) + (last / 4 - last / 100 + last / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400);

	n += before[m - 1] + d - 1;
	if (m > 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0))
		n++;
	return n;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT"; the two obsolete forms are not worth their code. */
static int64_t http_date(const char *s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	unsigned d, h, mi, sec;
	int y, used = 0;
	char mon[4];
	const char *at;

	if (sscanf(s, "%*3[A-Za-z], %2u %3[A-Za-z] %4d %2u:%2u:%2u GMT%n", &d, mon, &y, &h, &mi, &sec, &used) != 6 ||
	    used == 0 || s[used])
		return -1;
	at = strstr(months, mon);
	if (strlen(mon) != 3 || !at || (at - months) % 3 || y < 1970 || d < 1 || d > 31 || h > 23 || mi > 59 || sec > 60)
		return -1;
	return days(y, (unsigned)(at - months) / 3 + 1, d) * 86400 + h * 3600 + mi * 60 + sec;
}

int64_t retry_after_parse(const char *text, int64_t now)
{
	enum { LONGEST = 7 * 86400 };
	uint64_t seconds;
	int64_t at;

	if (num_u64(text, strlen(text), UINT64_MAX, &seconds))
		return (int64_t)(seconds < LONGEST ? seconds : LONGEST) * 1000;
	at = http_date(text);
	if (at < 0)
		return -1;
	if (at <= now)
		return 0;
	return (at - now < LONGEST ? at - now : LONGEST) * 1000;
}

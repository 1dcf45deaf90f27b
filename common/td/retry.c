/* Whether and when a request is sent again. */
#include "td/retry.h"
#include "base/num.h"
#include "value/tdtime.h"

#include <string.h>

static bool may_pass(const struct retry_outcome *o)
{
	return o->status == 0 || o->status == 408 || o->status == 429 ||
		(o->status >= 500 && o->status <= 599 && o->status != 501);
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

int64_t retry_wait(const struct retry_policy *p, bool repeatable, const struct retry_outcome *o,
	unsigned attempt, uint64_t elapsed_ms, uint64_t random)
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

int64_t retry_date(const char *text)
{
	static const struct tdtime http = { .format = "%a, %d %b %Y %H:%M:%S GMT" };
	int64_t at;

	return tdtime_parse(&http, text, strlen(text), &at) ? -1 : at;
}

int64_t retry_after_parse(const char *text, int64_t now)
{
	enum { LONGEST = 7 * 86400 };
	uint64_t seconds;
	int64_t at;

	if (num_u64(text, strlen(text), UINT64_MAX, &seconds))
		return (int64_t)(seconds < LONGEST ? seconds : LONGEST) * 1000;
	at = retry_date(text);
	if (at < 0)
		return -1;
	if (at <= now)
		return 0;
	return (at - now < LONGEST ? at - now : LONGEST) * 1000;
}

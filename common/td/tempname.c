#include "td/tempname.h"
#include "base/mem.h"
#include "base/num.h"
#include "value/tdtime.h"
#include "td/tdurl.h"

#include <string.h>
#include <time.h>

static const char mark[] = "_tdput_", head[] = "td_put_";
enum { MARK = sizeof mark - 1, HEX = 16, HEAD = sizeof head - 1, WHEN = 15 };

char *tempname_table(const char *target, int64_t now, uint64_t random)
{
	return mem_printf("%.*s%s%08llx%08llx", TDURL_NAME_ADVISED - MARK - HEX, target, mark,
		(unsigned long long)now & 0xffffffff, (unsigned long long)random & 0xffffffff);
}

/* 0 and the number of n hexadecimal digits; -1. */
static int hex(const char *s, size_t n, uint64_t *out)
{
	static const char digits[] = "0123456789abcdef";

	*out = 0;
	for (size_t i = 0; i < n; i++) {
		const char *at = s[i] ? strchr(digits, s[i]) : NULL;

		if (!at)
			return -1;
		*out = *out << 4 | (uint64_t)(at - digits);
	}
	return 0;
}

int64_t tempname_table_time(const char *name, const char *target)
{
	size_t n = strlen(name), of = n - MARK - HEX, want = target ? strlen(target) : 0;
	uint64_t v;

	if (n <= MARK + HEX || memcmp(name + of, mark, MARK) != 0 || hex(name + n - HEX, HEX, &v))
		return -1;
	if (target && (of != want && !(n == TDURL_NAME_ADVISED && of < want)))
		return -1;
	return target && memcmp(name, target, of) != 0 ? -1 : (int64_t)(v >> 32);
}

char *tempname_session(int64_t now, uint64_t random)
{
	const time_t at = (time_t)now;
	char text[WHEN + 1];
	struct tm tm;

	if (!gmtime_r(&at, &tm) || strftime(text, sizeof text, "%Y%m%d_%H%M%S", &tm) != WHEN)
		memcpy(text, "19700101_000000", sizeof text); /* old enough for --gc */
	return mem_printf("%s%s_%016llx", head, text, (unsigned long long)random);
}

int64_t tempname_session_time(const char *name)
{
	static const struct tdtime rules = { .format = "%Y%m%d_%H%M%S" };
	int64_t at;
	uint64_t v;

	if (strlen(name) != HEAD + WHEN + 1 + HEX || strncmp(name, head, HEAD) != 0 ||
		name[HEAD + WHEN] != '_' || hex(name + HEAD + WHEN + 1, HEX, &v) ||
		tdtime_parse(&rules, name + HEAD, WHEN, &at))
		return -1;
	return at;
}

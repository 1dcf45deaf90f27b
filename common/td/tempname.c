/* Names of temporary tables and sessions. */
#include "td/tempname.h"
#include "base/mem.h"
#include "base/num.h"
#include "value/tdtime.h"
#include "td/tdurl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char digits[] = "0123456789abcdef";
static const char mark[] = "_tdput_", head[] = "td_put_", undo_mark[] = "_tdundo_";
static const char own_mark[] = "_", loaded_mark[] = "_l", copy_mark[] = "_c";
static const char kept_mark[] = "_kept_";
enum { MARK = sizeof mark - 1, HEX = 16, HEAD = sizeof head - 1, WHEN = 15, HASH = 8 };
/* Of the target: with all that may follow, the name is as long as Treasure Data advises. */
enum { TARGET = TDURL_NAME_ADVISED - MARK - HEX - 2 - HEX };

/* The target as names have it. Two long ones that begin alike differ in the hash. */
static void target_part(const char *target, char out[TARGET + 1])
{
	uint32_t hash = 2166136261u;

	if (strlen(target) <= TARGET) {
		memcpy(out, target, strlen(target) + 1);
		return;
	}
	for (const char *p = target; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	snprintf(out, TARGET + 1, "%.*s_%08lx", TARGET - 1 - HASH, target, (unsigned long)hash);
}

static char *stamped(const char *before, const char *sign, int64_t now, uint64_t random)
{
	return mem_printf("%s%s%08llx%08llx", before, sign, (unsigned long long)now & 0xffffffff,
		(unsigned long long)random & 0xffffffff);
}

char *tempname_table(const char *target, int64_t now, uint64_t random)
{
	char part[TARGET + 1];

	target_part(target, part);
	return stamped(part, mark, now, random);
}

char *tempname_undo(const char *kept, int64_t now, uint64_t random)
{
	return stamped(kept, undo_mark, now, random);
}

/* 0 and the number of n hexadecimal digits; -1. */
static int hex(const char *s, size_t n, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		const char *at = s[i] ? strchr(digits, s[i]) : NULL;

		if (!at)
			return -1;
		*out = *out << 4 | (uint64_t)(at - digits);
	}
	return 0;
}

/* The time at the end of a name, after `sign`, and the length before it; -1. */
static int64_t stamp(const char *name, size_t n, const char *sign, size_t *before)
{
	const size_t len = strlen(sign);
	uint64_t v;

	if (n <= len + HEX || memcmp(name + n - HEX - len, sign, len) != 0 ||
		hex(name + n - HEX, HEX, &v))
		return -1;
	*before = n - HEX - len;
	return (int64_t)(v >> 32);
}

/* td-swap has made the name of another one: when, and how much of it that is; -1. */
static int64_t later(const char *name, size_t n, size_t *before)
{
	static const char *const marks[] = { own_mark, loaded_mark, copy_mark };
	int64_t at = -1;

	for (size_t i = 0; i < sizeof marks / sizeof *marks && at < 0; i++)
		at = stamp(name, n, marks[i], before);
	return at;
}

/* A later name of a table: made of its first one, so that names do not grow. */
static char *named(const char *temporary, const char *sign, int64_t now, uint64_t random)
{
	size_t n = strlen(temporary), before = n, of;
	char *first, *name;

	if (later(temporary, n, &before) < 0 || stamp(temporary, before, mark, &of) < 0)
		before = n;
	first = mem_copy(temporary, before);
	name = stamped(first, sign, now, random);
	free(first);
	return name;
}

char *tempname_own(const char *temporary, int64_t now, uint64_t random)
{
	return named(temporary, own_mark, now, random);
}

char *tempname_loaded(const char *temporary, int64_t now, uint64_t random)
{
	return named(temporary, loaded_mark, now, random);
}

char *tempname_copy(const char *temporary, int64_t now, uint64_t random)
{
	return named(temporary, copy_mark, now, random);
}

int64_t tempname_table_time(const char *name, const char *target)
{
	size_t of, n = strlen(name);
	int64_t at = stamp(name, n, mark, &of);
	char part[TARGET + 1];

	if (at < 0 && (at = later(name, n, &n)) >= 0 && stamp(name, n, mark, &of) < 0)
		return -1;
	if (at < 0 || !target)
		return at;
	target_part(target, part);
	return strlen(part) == of && memcmp(name, part, of) == 0 ? at : -1;
}

static bool follows(const char *name, const char *first, const char *sign)
{
	size_t before;

	return stamp(name, strlen(name), sign, &before) >= 0 && before == strlen(first) &&
	       memcmp(name, first, before) == 0;
}

bool tempname_is_own(const char *name, const char *temporary)
{
	return follows(name, temporary, own_mark);
}

bool tempname_is_loaded(const char *name, const char *temporary)
{
	return follows(name, temporary, loaded_mark);
}

bool tempname_is_copy(const char *name, const char *temporary)
{
	return follows(name, temporary, copy_mark);
}

bool tempname_is_undo(const char *name, const char *kept)
{
	return follows(name, kept, undo_mark);
}

static void put_when(char text[WHEN + 1], int64_t now)
{
	const time_t at = (time_t)now;
	struct tm tm;

	if (!gmtime_r(&at, &tm) || strftime(text, WHEN + 1, "%Y%m%d_%H%M%S", &tm) != WHEN)
		memcpy(text, "19700101_000000", WHEN + 1); /* old enough for --gc */
}

/* YYYYMMDD_HHMMSS_ and n hexadecimal digits; -1. */
static int64_t when_of(const char *text, size_t n)
{
	static const struct tdtime rules = { .format = "%Y%m%d_%H%M%S" };
	int64_t at;
	uint64_t v;

	return text[WHEN] == '_' && hex(text + WHEN + 1, n, &v) == 0 &&
			       tdtime_parse(&rules, text, WHEN, &at) == 0
		       ? at
		       : -1;
}

char *tempname_session(int64_t now, uint64_t random)
{
	char text[WHEN + 1];

	put_when(text, now);
	return mem_printf("%s%s_%016llx", head, text, (unsigned long long)random);
}

int64_t tempname_session_time(const char *name)
{
	if (strlen(name) != HEAD + WHEN + 1 + HEX || strncmp(name, head, HEAD) != 0)
		return -1;
	return when_of(name + HEAD, HEX);
}

char *tempname_kept(const char *target, int64_t now, uint64_t random)
{
	char part[TARGET + 1], text[WHEN + 1];

	target_part(target, part);
	put_when(text, now);
	return mem_printf("%s%s%s_%08llx", part, kept_mark, text,
		(unsigned long long)random & 0xffffffff);
}

int64_t tempname_kept_time(const char *name, const char *target, size_t *len)
{
	const size_t sign = sizeof kept_mark - 1;
	char part[TARGET + 1];
	size_t of;

	*len = strlen(name);
	if (stamp(name, *len, undo_mark, &of) >= 0)
		*len = of;
	target_part(target, part);
	of = strlen(part);
	if (*len != of + sign + WHEN + 1 + HEX / 2 || memcmp(name, part, of) != 0 ||
		memcmp(name + of, kept_mark, sign) != 0)
		return -1;
	return when_of(name + of + sign, HEX / 2);
}

static const char once[] = "td_put_once_";
enum { ONCE_LEN = sizeof once - 1, DIGEST = 32 };

char *tempname_once(const char *digest)
{
	return mem_printf("%s%s", once, digest);
}

static size_t span(const char *s)
{
	return strspn(s, digits);
}

bool tempname_is_once(const char *name)
{
	return strncmp(name, once, ONCE_LEN) == 0 && span(name + ONCE_LEN) == DIGEST &&
	       !name[ONCE_LEN + DIGEST];
}

bool tempname_is_part(const char *name)
{
	const char *p = name + 4;

	if (strncmp(name, "part", 4) != 0 || strspn(p, "0123456789") == 0)
		return false;
	p += strspn(p, "0123456789");
	for (size_t i = 0; i < 3; i++) {
		static const size_t length[] = { DIGEST, 8, 0 }; /* 0: any */
		const size_t n = *p == '_' ? span(p + 1) : 0;

		if (n == 0 || (length[i] > 0 && n != length[i]))
			return false;
		p += 1 + n;
	}
	return *p == '\0' || (*p == '_' && span(p + 1) == 7 && !p[8]);
}

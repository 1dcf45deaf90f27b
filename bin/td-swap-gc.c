/* td-swap: --gc. Only what bears a name that td-put makes, and is old enough that no run can still be at it. */
#include "td-swap.h"

#include "die.h"
#include "fd.h"
#include "mem.h"
#include "num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { HEX = 16 };

static bool is_hex(const char *s, size_t n)
{
	return strspn(s, "0123456789abcdef") >= n;
}

/* TARGET_tdput_TTTTTTTTRRRRRRRR: when it was made, or -1. The beginning of a long TARGET is all that fits. */
static int64_t table_time(const char *name, const char *target)
{
	static const char mark[] = "_tdput_";
	size_t n = strlen(name), tail = sizeof mark - 1 + HEX;
	char digits[9];

	if (n <= tail || memcmp(name + n - tail, mark, sizeof mark - 1) != 0 || !is_hex(name + n - HEX, HEX))
		return -1;
	if (target && !(n - tail == strlen(target) || (n == TDURL_NAME_ADVISED && n - tail < strlen(target))))
		return -1;
	if (target && memcmp(name, target, n - tail) != 0)
		return -1;
	memcpy(digits, name + n - HEX, 8);
	digits[8] = '\0';
	return (int64_t)strtoll(digits, NULL, 16);
}

/* td_put_YYYYMMDD_HHMMSS_RRRRRRRRRRRRRRRR, UTC: as a number that grows with the time, or -1. */
static int64_t session_time(const char *name)
{
	uint64_t date, clock;

	if (strlen(name) != 7 + 8 + 1 + 6 + 1 + HEX || strncmp(name, "td_put_", 7) != 0 || !num_u64(name + 7, 8, 99999999, &date) ||
	    name[15] != '_' || !num_u64(name + 16, 6, 999999, &clock) || name[22] != '_' || !is_hex(name + 23, HEX))
		return -1;
	return (int64_t)(date * 1000000 + clock);
}

/* The same number for a moment. */
static int64_t session_number(int64_t t)
{
	time_t at = (time_t)t;
	struct tm tm;

	gmtime_r(&at, &tm);
	return ((tm.tm_year + 1900LL) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday) * 1000000 + tm.tm_hour * 10000 +
	       tm.tm_min * 100 + tm.tm_sec;
}

static int removed(const char *what, const char *name, struct fail *f)
{
	char *line = mem_printf("%s %s\n", what, name);
	int rc = fd_write(STDOUT_FILENO, "standard output", line, strlen(line), f);

	free(line);
	return rc;
}

/* By the server's clock, as in the names: one of ours that is wrong must not make a table old that a run is filling. */
static int64_t limit(const struct swap *s)
{
	return api_time(s->api) - (int64_t)s->o->older_s;
}

static int tables(struct swap *s, const char *db, const char *target, struct fail *f)
{
	struct api_name *list;
	size_t n;
	int rc = api_table_list(s->api, db, &list, &n, f);
	const int64_t before = limit(s);

	for (size_t i = 0; i < n && rc == 0; i++) {
		int64_t made = table_time(list[i].name, target);

		if (made < 0 || made > before)
			continue;
		rc = api_table_delete(s->api, db, list[i].name, f);
		if (rc == 0)
			rc = removed("table", list[i].name, f);
	}
	api_names_free(list, n);
	return rc;
}

/*
 * It loads into this database, or into this table or its temporary ones; or into a table that is gone, and is good for
 * nothing any more. A commit under way is left alone.
 */
static bool is_ours(const struct api_session *c, const char *db, const char *target)
{
	if (c->state == API_COMMITTING || c->state == API_SESSION_GONE || c->state == API_SESSION_OTHER)
		return false;
	if (!c->database[0] || !c->table[0])
		return true;
	return strcmp(c->database, db) == 0 &&
	       (!target || strcmp(c->table, target) == 0 || table_time(c->table, target) >= 0);
}

static int sessions(struct swap *s, const char *db, const char *target, struct fail *f)
{
	struct api_name *list;
	struct api_session one;
	size_t n;
	int rc = api_session_list(s->api, &list, &n, f);
	const int64_t before = session_number(limit(s));

	for (size_t i = 0; i < n && rc == 0; i++) {
		int64_t made = session_time(list[i].name);

		if (made < 0 || made > before)
			continue;
		rc = api_session_show(s->api, list[i].name, &one, f);
		if (rc || !is_ours(&one, db, target))
			continue;
		rc = api_session_delete(s->api, list[i].name, f);
		if (rc == 0)
			rc = removed("session", list[i].name, f);
	}
	api_names_free(list, n);
	return rc;
}

/* Sessions first: one whose table is gone no longer says which database it is of. */
int gc_run(struct swap *s, const char *db, const char *table, struct fail *f)
{
	return sessions(s, db, table, f) || tables(s, db, table, f) ? -1 : 0;
}

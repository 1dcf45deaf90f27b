/*
 * td-swap: --gc. Removes only what has a name that td-put makes, and is too old for a run to be
 * still using it.
 */
#include "swap.h"

#include "base/die.h"
#include "base/fd.h"
#include "base/mem.h"
#include "td/tempname.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MANY_SESSIONS = 2000 };

static int removed(const char *what, const char *name, struct fail *f)
{
	char *line = mem_printf("%s %s\n", what, name);
	int rc = fd_write(STDOUT_FILENO, "standard output", line, strlen(line), f);

	free(line);
	return rc;
}

/*
 * By the server's clock, as in the names: one of ours that is wrong must not make a table old that
 * a run is filling.
 */
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
		int64_t made = tempname_table_time(list[i].name, target);

		if (made < 0 || made > before)
			continue;
		rc = swap_collect(s, db, list[i].name, f);
		if (rc == 0)
			rc = removed("table", list[i].name, f);
	}
	api_names_free(list, n);
	return rc;
}

/*
 * It loads into this database, or into this table or its temporary ones; or into a table that is
 * gone, and is good for nothing any more. A commit under way is left alone.
 */
static bool is_ours(const struct api_session *c, const char *db, const char *target)
{
	if (c->state == API_COMMITTING || c->state == API_SESSION_GONE ||
		c->state == API_SESSION_OTHER)
		return false;
	if (!c->database[0] || !c->table[0])
		return true;
	return strcmp(c->database, db) == 0 && (!target || strcmp(c->table, target) == 0 ||
						       tempname_table_time(c->table, target) >= 0);
}

/* An account may have some 2,448 of them. */
static void count_memory(struct swap *s, const struct api_name *list, size_t n)
{
	size_t committed = 0;

	for (size_t i = 0; i < n; i++)
		committed += strcmp(list[i].state, "committed") == 0 &&
			     tempname_session_time(list[i].name) < 0;
	if (n > MANY_SESSIONS)
		warn("there are %zu sessions, and Treasure Data allows some 2,448: --gc "
		     "--sessions removes old ones that are committed",
			n);
	if (committed > 0)
		progress_done(&s->progress,
			"%zu committed session%s kept: td-put knows by them what is done "
			"(--gc --sessions removes old ones)",
			committed, committed == 1 ? " is" : "s are");
}

static int sessions(struct swap *s, const char *db, const char *target, struct fail *f)
{
	struct api_name *list;
	struct api_session one;
	size_t n;
	int rc = api_session_list(s->api, &list, &n, f);
	const int64_t before = limit(s);

	for (size_t i = 0; i < n && rc == 0; i++) {
		int64_t made = tempname_session_time(list[i].name);

		if (made < 0 || made > before)
			continue;
		rc = api_session_show(s->api, list[i].name, &one, f);
		if (rc || !is_ours(&one, db, target))
			continue;
		rc = api_session_delete(s->api, list[i].name, f);
		if (rc == 0)
			rc = removed("session", list[i].name, f);
	}
	if (rc == 0)
		count_memory(s, list, n);
	api_names_free(list, n);
	return rc;
}

/* --- --sessions: the committed ones of --once and --session, the memory of what they did --- */

/* Those of --session have a name that somebody chose; the names of their parts tell. */
static int is_memory(struct swap *s, const char *name, bool *is, struct fail *f)
{
	struct api_name *list;
	size_t n;

	*is = tempname_is_once(name);
	if (*is)
		return 0;
	if (api_session_parts(s->api, name, &list, &n, f))
		return -1;
	*is = n > 0;
	for (size_t i = 0; i < n && *is; i++)
		*is = tempname_is_part(list[i].name);
	api_names_free(list, n);
	return 0;
}

/*
 * One that the service says is committed. It has no time of its own: that of its import counts. If
 * that is not known, the session stays.
 */
static int forget_one(struct swap *s, const char *name, const char *db, const char *target,
	struct fail *f)
{
	struct api_session one;
	int64_t at = -1;
	bool is;

	if (api_session_show(s->api, name, &one, f))
		return -1;
	if (one.state != API_COMMITTED || !is_ours(&one, db, target))
		return 0;
	if (is_memory(s, name, &is, f) || (is && api_job_ended(s->api, one.job_id, &at, f)))
		return -1;
	if (is && at < 0)
		warn("session %s stays: the service does not say when it was loaded", name);
	if (!is || at < 0 || at > limit(s))
		return 0;
	return api_session_delete(s->api, name, f) || removed("session", name, f) ? -1 : 0;
}

static int forget(struct swap *s, const char *db, const char *target, struct fail *f)
{
	struct api_name *list;
	size_t n;
	int rc = api_session_list(s->api, &list, &n, f);

	for (size_t i = 0; i < n && rc == 0; i++)
		if (strcmp(list[i].state, "committed") == 0 &&
			tempname_session_time(list[i].name) < 0)
			rc = forget_one(s, list[i].name, db, target, f);
	api_names_free(list, n);
	return rc;
}

/*
 * Kept tables beyond the newest --keep=N. Their names are used once: a late request finds
 * nothing.
 */
static int older(struct swap *s, const char *db, const char *table, struct fail *f)
{
	struct buf seen;
	char *name = NULL;
	int rc;

	buf_init(&seen, SWAP_NAMES_MAX);
	while ((rc = kept_older(s, db, table, &seen, &name, f)) == 0 && name) {
		rc = api_table_delete(s->api, db, name, f);
		if (rc == 0)
			rc = removed("table", name, f);
		free(name);
		if (rc)
			break;
	}
	buf_free(&seen);
	return rc;
}

/* Sessions first: one whose table is gone no longer says which database it is of. */
int gc_run(struct swap *s, const char *db, const char *table, struct fail *f)
{
	if (s->o->sessions)
		return forget(s, db, table, f);
	if (sessions(s, db, table, f) || tables(s, db, table, f))
		return -1;
	return s->o->keep_n > 0 ? older(s, db, table, f) : 0;
}

/* td-fetch: the runs of a schedule, and which of them was taken. */
#include "fetch.h"

#include "base/die.h"
#include "base/fd.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 100, PAGES_MAX = 100, FILE_MAX = 16 << 20 };

/* --- the file -------------------------------------------------------------- */

/* The last line of a text that holds anything. */
static const char *last_line(char *text, size_t n)
{
	char *p;

	while (n > 0 && strchr(" \r\n\t", text[n - 1]))
		text[--n] = '\0';
	p = strrchr(text, '\n');
	return p ? p + 1 : text;
}

static int read_text(struct since *s, const char *schedule, char *text, size_t n, struct fail *f)
{
	json_t *j = json_loads(last_line(text, n), 0, NULL);
	const char *id =
		json_string_value(json_object_get(j, s->receipt ? "source_job_id" : "job_id"));
	const char *own = json_string_value(json_object_get(j, "schedule"));
	const char *status = json_string_value(json_object_get(j, "status"));
	int rc = 0;

	if (!id || !*id || strlen(id) >= sizeof s->last || strspn(id, "0123456789") != strlen(id))
		rc = fail_set(f, FAIL_CONFIG, "%s: %s%s", s->path,
			s->receipt ? "not the receipt of a job's rows"
				   : "not a file of td-fetch --since",
			*text ? "" : "; it is empty: was it overwritten? Remove it to begin anew");
	else if (s->receipt && (!status || strcmp(status, "done") != 0))
		rc = fail_set(f, FAIL_CONFIG,
			"%s: the receipt of a transfer that was not completed", s->path);
	else if (!s->receipt && (!own || strcmp(own, schedule) != 0))
		rc = fail_set(f, FAIL_CONFIG, "%s: belongs to schedule %s", s->path,
			own ? own : "(none)");
	else
		memcpy(s->last, id, strlen(id) + 1);
	json_decref(j);
	return rc;
}

static int read_file(struct since *s, const char *schedule, struct fail *f)
{
	const bool standard = s->receipt && strcmp(s->path, "-") == 0;
	int fd = standard ? dup(STDIN_FILENO) : open(s->path, O_RDONLY | O_CLOEXEC), rc;
	char *text;
	size_t n;

	if (standard)
		s->path = "standard input";
	if (fd < 0)
		return errno == ENOENT ? 0 : fail_errno(f, FAIL_CONFIG, "%s", s->path);
	rc = fd_slurp(fd, s->path, FILE_MAX, &text, &n, f);
	close(fd);
	if (rc)
		return -1;
	rc = read_text(s, schedule, text, n, f);
	free(text);
	return rc;
}

/* Whoever has FILE.new, under this very name, is the only one. */
static int lock(struct since *s, struct fail *f)
{
	struct stat mine, named;

	s->fresh = mem_printf("%s.new", s->path);
	s->fd = open(s->fresh, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (s->fd < 0)
		return fail_errno(f, FAIL_SYSTEM, "%s", s->fresh);
	if (flock(s->fd, LOCK_EX | LOCK_NB) || fstat(s->fd, &mine) || stat(s->fresh, &named) ||
	    mine.st_ino != named.st_ino || mine.st_dev != named.st_dev) {
		close(s->fd);
		s->fd = -1;
		return fail_set(f, FAIL_TEMP, "another td-fetch is at work with %s", s->path);
	}
	return 0;
}

int since_open(struct since *s, const char *path, bool receipt, const char *schedule,
	struct fail *f)
{
	*s = (struct since){ .path = path, .receipt = receipt, .fd = -1 };
	return (!receipt && lock(s, f)) || read_file(s, schedule, f) ? -1 : 0;
}

int since_prepare(struct since *s, const char *schedule, const struct api_run *run, struct fail *f)
{
	json_t *j;
	char *text;
	int rc;

	if (!s->path || s->receipt)
		return 0;
	j = json_pack("{s:s, s:s, s:s}", "schedule", schedule, "job_id", run->id, "scheduled_at",
		run->scheduled_at);
	text = json_dumps(j, JSON_COMPACT);
	json_decref(j);
	if (!text)
		return fail_set(f, FAIL_SYSTEM, "%s: out of memory", s->fresh);
	rc = ftruncate(s->fd, 0) ? fail_errno(f, FAIL_SYSTEM, "cannot write to %s", s->fresh) : 0;
	if (rc == 0 &&
		(fd_write(s->fd, s->fresh, text, strlen(text), f) ||
			fd_write(s->fd, s->fresh, "\n", 1, f)))
		rc = -1;
	if (rc == 0 && fsync(s->fd))
		rc = fail_errno(f, FAIL_SYSTEM, "cannot write to %s", s->fresh);
	free(text);
	return rc;
}

/* A rename is on the disk when its directory is. */
static void sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? mem_copy(path, (size_t)(slash - path) + 1) : mem_string(".");
	int fd = open(dir, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(dir);
}

int since_keep(struct since *s, struct fail *f)
{
	if (!s->path || s->receipt)
		return 0;
	if (rename(s->fresh, s->path))
		return fail_errno(f, FAIL_SYSTEM,
			"the rows are passed on, but they will come again: cannot rename %s to %s",
			s->fresh, s->path);
	sync_directory(s->path);
	close(s->fd);
	s->fd = -1;
	return 0;
}

void since_drop(struct since *s)
{
	if (s->fd >= 0) {
		unlink(s->fresh);
		close(s->fd);
		s->fd = -1;
	}
	free(s->fresh);
	s->fresh = NULL;
}

/* --- the run --------------------------------------------------------------- */

/* Job ids are decimal numbers that grow. */
static int compare(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	return n != m ? (n < m ? -1 : 1) : strcmp(a, b);
}

static bool is_done(const struct api_run *r)
{
	return r->state >= API_JOB_SUCCESS;
}

/*
 * Is r a better choice than what was found so far? With `last`: the oldest behind it that did not
 * fail.
 */
static bool better(const struct api_run *r, const struct api_run *found, const char *last)
{
	if (!*last)
		return is_done(r) && (!*found->id || compare(r->id, found->id) > 0);
	if (compare(r->id, last) <= 0 || r->state == API_JOB_ERROR || r->state == API_JOB_KILLED)
		return false;
	return !*found->id || compare(r->id, found->id) < 0;
}

static int search(struct api *a, const char *schedule, const char *last, struct api_run *found,
	struct api_run *failed, struct fail *f)
{
	struct api_run page[PAGE];

	for (unsigned from = 0; from < PAGE * PAGES_MAX; from += PAGE) {
		unsigned n;
		bool old = false;

		if (api_schedule_history(a, schedule, from, page, PAGE, &n, f))
			return -1;
		for (unsigned i = 0; i < n; i++) {
			bool behind = !*last || compare(page[i].id, last) > 0;

			old |= !behind;
			if (better(&page[i], found, last))
				*found = page[i];
			if (behind && is_done(&page[i]) && page[i].state != API_JOB_SUCCESS &&
			    (!*failed->id || compare(page[i].id, failed->id) > 0))
				*failed = page[i];
		}
		if (n < PAGE || old || (!*last && *found->id))
			return 0;
	}
	return fail_set(f, FAIL_REFUSED, "schedule %s: its last %d runs are all newer than job %s",
		schedule, PAGE * PAGES_MAX, last);
}

int since_pick(struct api *a, const char *schedule, const char *last, struct api_run *run,
	struct fail *f)
{
	struct api_run failed = { 0 };

	*run = (struct api_run){ 0 };
	if (search(a, schedule, last, run, &failed, f))
		return -1;
	if (*run->id && !is_done(run))
		return fail_set(f, FAIL_TEMP, "schedule %s: its next run, job %s, is not done yet",
			schedule, run->id);
	if (!*run->id && *failed.id)
		*run = failed; /* there is nothing behind it: its own words are the reason */
	if (!*run->id)
		return fail_set(f, FAIL_TEMP, "schedule %s has no %s run%s%s", schedule,
			*last ? "new" : "finished", *last ? " since job " : " yet", last);
	if (*last && *failed.id && run->state == API_JOB_SUCCESS && compare(failed.id, run->id) < 0)
		warn("schedule %s: job %s failed and is passed over", schedule, failed.id);
	return 0;
}

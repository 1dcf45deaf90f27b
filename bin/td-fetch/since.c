/* td-fetch: the runs of a schedule, and which of them was taken. */
#include "fetch.h"

#include "base/die.h"
#include "base/fd.h"
#include "base/mem.h"
#include "sys/sandbox.h"
#include "value/jsondoc.h"
#include "value/tdtime.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 100, RUNS_MAX = 10000, FILE_MAX = 16 << 20 };

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

static int no_id(const struct since *s, const char *text, struct fail *f)
{
	return fail_set(f, FAIL_CONFIG, "%s: %s%s", s->path,
		s->receipt ? "not the receipt of a job's rows" : "not a file of td-fetch --since",
		*text ? "" : "; it is empty: was it overwritten? Remove it to begin anew");
}

static int read_text(struct since *s, const char *schedule, char *text, size_t n, struct fail *f)
{
	const char *last = last_line(text, n);
	json_t *j = jsondoc_load(last, strlen(last), 0, NULL);
	const char *id =
		json_string_value(json_object_get(j, s->receipt ? "source_job_id" : "job_id"));
	const char *own = json_string_value(json_object_get(j, "schedule"));
	const char *status = json_string_value(json_object_get(j, "status"));
	int rc = 0;

	if (!id || !*id || strlen(id) >= sizeof s->last || strspn(id, "0123456789") != strlen(id))
		rc = no_id(s, text, f);
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
	int fd = standard ? dup(STDIN_FILENO)
		: open(s->path, O_RDONLY | O_CLOEXEC | (s->receipt ? 0 : O_NONBLOCK)), rc;
	struct stat st;
	char *text;
	size_t n;

	if (standard)
		s->path = "standard input";
	if (fd < 0)
		return errno == ENOENT ? 0 : fail_errno(f, FAIL_CONFIG, "%s", s->path);
	if (!s->receipt && (fstat(fd, &st) || !S_ISREG(st.st_mode)))
		rc = fail_set(f, FAIL_CONFIG, "%s: not a regular file", s->path);
	else
		rc = fd_slurp(fd, s->path, FILE_MAX, &text, &n, f);
	close(fd);
	if (rc)
		return -1;
	rc = read_text(s, schedule, text, n, f);
	free(text);
	return rc;
}

/* The folder of a path, with its slash; malloc'ed. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? mem_copy(path, (size_t)(slash - path) + 1) : mem_string("./");
}

/* Where a link leads, malloc'ed; NULL: it is not a link, or with f. */
static char *target_of(const char *path, struct fail *f)
{
	char to[PATH_MAX], *folder, *all;
	struct stat st;
	ssize_t n;

	if (lstat(path, &st) || !S_ISLNK(st.st_mode))
		return NULL;
	/* in a folder that others may write, a link of theirs names a file of ours */
	if (st.st_uid != geteuid() && st.st_uid != 0) {
		fail_set(f, FAIL_CONFIG, "%s is a link of another user", path);
		return NULL;
	}
	n = readlink(path, to, sizeof to - 1);
	if (n <= 0) {
		fail_errno(f, FAIL_CONFIG, "%s", path);
		return NULL;
	}
	to[n] = '\0';
	folder = folder_of(path);
	all = to[0] == '/' ? mem_string(to) : mem_printf("%s%s", folder, to);
	free(folder);
	return all;
}

/* Follow links to the file, which need not be there yet. */
static int find_file(struct since *s, struct fail *f)
{
	enum { LINKS_MAX = 16 };
	char *next;

	s->file = mem_string(s->path);
	for (int i = 0; (next = target_of(s->file, f)); i++) {
		free(s->file);
		s->file = next;
		if (i == LINKS_MAX)
			return fail_set(f, FAIL_CONFIG, "%s: too many links", s->path);
	}
	if (f->kind != FAIL_NONE)
		return -1;
	s->fresh = mem_printf("%s.new", s->file);
	s->folder = folder_of(s->file);
	s->folder_fd = open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->folder_fd < 0)
		return fail_errno(f, FAIL_SYSTEM, "%s", s->folder);
	sandbox_folder(s->folder); /* FILE.new becomes FILE at the end */
	return 0;
}

/* Whoever has FILE.new, under this very name, is the only one. */
static int lock(struct since *s, struct fail *f)
{
	struct stat mine, named;

	s->fd = open(s->fresh, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
	if (s->fd < 0 && errno == ELOOP)
		return fail_set(f, FAIL_CONFIG, "%s is a link, and not of td-fetch: remove it",
			s->fresh);
	if (s->fd < 0)
		return fail_errno(f, FAIL_SYSTEM, "%s", s->fresh);
	/* it will be emptied: a file with another name, too, or of somebody else is not ours */
	if (fstat(s->fd, &mine) || !S_ISREG(mine.st_mode) || mine.st_uid != geteuid() ||
		mine.st_nlink > 1)
		return fail_set(f, FAIL_CONFIG,
			"%s is not a file that td-fetch has left: remove it", s->fresh);
	if (flock(s->fd, LOCK_EX | LOCK_NB) || lstat(s->fresh, &named) ||
	    mine.st_ino != named.st_ino || mine.st_dev != named.st_dev)
		return fail_set(f, FAIL_TEMP, "another td-fetch is at work with %s", s->path);
	return 0;
}

static void forget(struct since *s)
{
	if (s->fd >= 0)
		close(s->fd);
	if (s->folder_fd >= 0)
		close(s->folder_fd);
	s->fd = s->folder_fd = -1;
}

int since_open(struct since *s, const char *path, bool receipt, const char *schedule,
	struct fail *f)
{
	*s = (struct since){ .path = path, .receipt = receipt, .fd = -1, .folder_fd = -1 };
	if (!receipt && (find_file(s, f) || lock(s, f))) {
		forget(s); /* FILE.new is another's */
		return -1;
	}
	return read_file(s, schedule, f);
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

int since_keep(struct since *s, struct fail *f)
{
	if (!s->path || s->receipt)
		return 0;
	if (rename(s->fresh, s->file))
		return fail_errno(f, FAIL_SYSTEM,
			"the rows are passed on, but they will come again: cannot rename %s to %s",
			s->fresh, s->file);
	fsync(s->folder_fd); /* a rename is on the disk when its folder is */
	forget(s);
	return 0;
}

void since_drop(struct since *s)
{
	if (s->fd >= 0)
		unlink(s->fresh);
	forget(s);
	free(s->file);
	free(s->fresh);
	free(s->folder);
	s->file = s->fresh = s->folder = NULL;
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

static bool has_failed(const struct api_run *r)
{
	return r->state == API_JOB_ERROR || r->state == API_JOB_KILLED;
}

/* The runs after `last`; without it, back to a moment or to the newest that is done. */
struct runs {
	struct api_run *run;
	size_t n;
	bool enough; /* older runs do not matter */
	bool met;    /* `last` is among the older ones */
};

/* Too old to be made up for. */
static bool is_late(const struct api_run *r, int64_t not_before)
{
	static const struct tdtime rules = { 0 };
	int64_t at;

	return not_before > 0 &&
		!tdtime_parse(&rules, r->scheduled_at, strlen(r->scheduled_at), &at) &&
		at < not_before;
}

static void see(struct runs *all, const struct api_run *r, const char *last, int64_t not_before)
{
	const int order = *last ? compare(r->id, last) : 1;

	all->enough |= *last ? order <= 0 : not_before > 0 ? is_late(r, not_before) : is_done(r);
	all->met |= order == 0;
	if (order <= 0)
		return;
	if ((all->n & (all->n - 1)) == 0) /* a power of two: full */
		all->run = mem_resize(all->run, all->n ? 2 * all->n : 1, sizeof *all->run);
	all->run[all->n++] = *r;
}

static int by_id(const void *a, const void *b)
{
	return compare(((const struct api_run *)a)->id, ((const struct api_run *)b)->id);
}

/* The service gives as many runs at a time as it likes: only an empty page is the end. */
static int not_among(const char *schedule, const char *last, struct fail *f)
{
	return fail_set(f, FAIL_CONFIG,
		"job %s is not a run of schedule %s, or no longer: begin anew without it", last,
		schedule);
}

static int read_runs(struct api *a, const char *schedule, const char *last, int64_t not_before,
	struct runs *all, struct fail *f)
{
	struct api_run page[PAGE];
	unsigned n = 0;

	for (unsigned from = 0; !all->enough; from += n) {
		if (from > RUNS_MAX)
			return fail_set(f, FAIL_REFUSED,
				"schedule %s: its last %d runs are all newer than job %s", schedule,
				RUNS_MAX, last);
		if (api_schedule_history(a, schedule, from, page, PAGE, &n, f))
			return -1;
		for (unsigned i = 0; i < n; i++)
			see(all, &page[i], last, not_before);
		if (n == 0)
			break;
	}
	if (*last && !all->met)
		return not_among(schedule, last, f);
	if (all->n > 0)
		qsort(all->run, all->n, sizeof *all->run, by_id);
	return 0;
}

/* The oldest of the runs that may be taken: all, or the newest `at_most`. */
static const struct api_run *oldest(const struct runs *all, const struct since_limit *limit,
	unsigned *passed)
{
	const struct api_run *found = NULL;
	unsigned n = 0;

	*passed = 0;
	for (size_t i = all->n; i-- > 0;) {
		const struct api_run *r = all->run + i;

		if (has_failed(r))
			continue;
		if (is_late(r, limit->not_before) || (limit->at_most > 0 && n == limit->at_most)) {
			++*passed;
		} else {
			found = r;
			n++;
		}
	}
	return found;
}

/* The newest run that is done, or that failed. */
static const struct api_run *newest(const struct runs *all, bool failed)
{
	for (size_t i = all->n; i-- > 0;)
		if (failed ? has_failed(all->run + i) : is_done(all->run + i))
			return all->run + i;
	return NULL;
}

static void report_passed(const char *schedule, unsigned n, const struct since_limit *limit)
{
	if (n > 0)
		warn("schedule %s: %u run%s not made up for (%s)", schedule, n,
			n == 1 ? " is" : "s are",
			limit->not_before > 0 ? "--not-before" : "--at-most");
}

static int pick(const struct runs *all, const char *schedule, const char *last,
	const struct since_limit *limit, struct api_run *run, struct fail *f)
{
	const struct api_run *failed = newest(all, true), *r;
	unsigned passed = 0;

	r = *last || limit->not_before > 0 ? oldest(all, limit, &passed) : newest(all, false);
	if (r && !is_done(r))
		return fail_set(f, FAIL_TEMP,
			"schedule %s: its next run, job %s, is not done yet", schedule, r->id);
	report_passed(schedule, *last ? passed : 0, limit);
	if (!r)
		r = failed; /* there is nothing after it: its own words are the reason */
	if (!r)
		return fail_set(f, FAIL_TEMP, "schedule %s has no %s run%s%s", schedule,
			*last ? "new" : "finished", *last ? " since job " : " yet", last);
	if (*last && failed && r->state == API_JOB_SUCCESS && compare(failed->id, r->id) < 0)
		warn("schedule %s: job %s failed and is passed over", schedule, failed->id);
	*run = *r;
	return 0;
}

int since_pick(struct api *a, const char *schedule, const char *last,
	const struct since_limit *limit, struct api_run *run, struct fail *f)
{
	struct runs all = { 0 };
	int rc = read_runs(a, schedule, last, limit->not_before, &all, f) ||
		pick(&all, schedule, last, limit, run, f);

	free(all.run);
	return rc ? -1 : 0;
}

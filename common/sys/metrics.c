/* What a run did, as a file for Prometheus that is replaced when the process ends. */
#include "sys/metrics.h"

#include "base/buf.h"
#include "base/die.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/option.h"
#include "base/visible.h"
#include "sys/newfile.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 16, LABEL_MAX = 2048 };

static const char mark[] = "# HELP td_status ";
static const char last_success[] = "td_last_success_timestamp_seconds{";

static struct {
	struct newfile file;
	char *run, *destination;
	char *before; /* the file of the run before this one, or NULL */
} state;

/* --- labels ---------------------------------------------------------------- */

/* A value between quotes: printable, without secrets, and with what the format escapes. */
static char *label(const char *text)
{
	char shown[LABEL_MAX], *out = mem_zero(2 * LABEL_MAX + 1, 1), *p = out;

	visible_text(shown, sizeof shown, text, strlen(text));
	for (const char *s = shown; *s; *p++ = *s++)
		if (*s == '"' || *s == '\\')
			*p++ = '\\';
	return out;
}

/* The name of the file: hourly of /var/lib/node/hourly.prom. */
static char *run_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t n = strlen(name);
	char *bare, *shown;

	if (n > 5 && strcmp(name + n - 5, ".prom") == 0)
		n -= 5;
	bare = mem_copy(name, n);
	shown = label(bare);
	free(bare);
	return shown;
}

/* --- the run before -------------------------------------------------------- */

/* The line of the last success without its beginning, labels first; NULL: there was none. */
static const char *success_before(void)
{
	const char *p = state.before ? strstr(state.before, last_success) : NULL;

	while (p && p > state.before && p[-1] != '\n')
		p = strstr(p + 1, last_success);
	return p ? p + strlen(last_success) : NULL;
}

/* The destination in a line of labels, as it stands there; malloc'ed, or NULL. */
static char *destination_before(void)
{
	static const char name[] = ",destination=\"";
	const char *p = state.before ? strstr(state.before, name) : NULL, *end;

	if (!p)
		return NULL;
	p += sizeof name - 1;
	for (end = p; *end && *end != '"' && *end != '\n'; end++)
		if (*end == '\\' && end[1])
			end++;
	return *end == '"' ? mem_copy(p, (size_t)(end - p)) : NULL;
}

/* When a run with these labels was last good, by the file; 0: never, or not known. */
static int64_t time_before(const char *labels)
{
	const char *p = success_before();
	size_t n = strlen(labels);

	return p && strncmp(p, labels, n) == 0 && p[n] == '}' ? strtoll(p + n + 1, NULL, 10) : 0;
}

/* A file that is there must be one of ours: any other was not meant. */
static int read_before(const char *path, struct fail *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
	size_t n = 0;

	if (fd < 0)
		return 0; /* none, or none that can be read: newfile has seen what it is */
	rc = fd_slurp(fd, path, FILE_MAX, &state.before, &n, f);
	close(fd);
	if (rc && f->kind != FAIL_DATA) /* too long is not ours */
		return -1;
	fail_clear(f);
	if (rc || (n > 0 && strncmp(state.before, mark, sizeof mark - 1) != 0))
		return fail_set(f, FAIL_CONFIG,
			"--metrics: %s is another file, not one of metrics: choose another name",
			path);
	return 0;
}

/* What stands there now becomes the output: it would be replaced with all that is in it. */
static int check_outputs(const char *path, struct fail *f)
{
	static const char *const names[] = { "standard input", "standard output",
		"standard error" };
	struct stat file, open_one;

	if (stat(path, &file))
		return 0;
	for (int fd = 0; fd < 3; fd++)
		if (fstat(fd, &open_one) == 0 && file.st_dev == open_one.st_dev &&
			file.st_ino == open_one.st_ino)
			return fail_set(f, FAIL_USAGE, "--metrics: %s is %s", path, names[fd]);
	return 0;
}

/* --- the file -------------------------------------------------------------- */

static void put_head(struct buf *b, const char *name, const char *help)
{
	buf_printf(b, "# HELP td_%s %s\n# TYPE td_%s gauge\n", name, help, name);
}

static void put(struct buf *b, const char *name, const char *help, const char *labels, int64_t n)
{
	put_head(b, name, help);
	buf_printf(b, "td_%s{%s} %" PRId64 "\n", name, labels, n);
}

/* A member of the receipt, or of the end of the frame, under its own name. */
static void put_count(struct buf *b, const json_t *o, const char *name, const char *help,
	const char *labels)
{
	const json_t *n = json_object_get(o, name);

	if (json_is_integer(n))
		put(b, name, help, labels, json_integer_value(n));
}

/* status comes first: it is the mark of these files. */
static void put_all(struct buf *b, const char *labels, int status, double seconds, const json_t *o)
{
	const int64_t now = (int64_t)time(NULL);
	const int64_t good = status == 0 ? now : time_before(labels);

	put(b, "status", "Exit status of the last run; of a signal 128 and its number.", labels,
		status);
	put_head(b, "duration_seconds", "How long the last run took.");
	buf_printf(b, "td_duration_seconds{%s} %.3f\n", labels, seconds);
	put(b, "finished_timestamp_seconds", "When the last run ended.", labels, now);
	if (good > 0)
		put(b, "last_success_timestamp_seconds", "When a run last ended with status 0.",
			labels, good);
	put_count(b, o, "rows", "Rows of the last run, as its receipt or frame has them.", labels);
	put_count(b, o, "rejects", "Rows that td-encode set aside.", labels);
	put_count(b, o, "bytes", "Bytes of the last run, as its receipt or frame has them.",
		labels);
}

/* A run that fails early does not know where it would have gone: where the one before went. */
static char *labels_of(int status)
{
	char *old = state.destination || status == 0 ? NULL : destination_before(), *labels;
	const char *to = state.destination ? state.destination : old;

	labels = to ? mem_printf("tool=\"%s\",run=\"%s\",destination=\"%s\"", die_name(), state.run,
			      to)
		    : mem_printf("tool=\"%s\",run=\"%s\"", die_name(), state.run);
	free(old);
	return labels;
}

/* newfile ends the text with a newline. */
static void put_file(int status, double seconds, const char *result)
{
	json_t *o = result ? json_loads(result, 0, NULL) : NULL;
	char *labels = labels_of(status);
	struct fail f = { 0 };
	struct buf b;

	buf_init(&b, FILE_MAX);
	put_all(&b, labels, status, seconds, o);
	if (b.len > 0)
		b.len--;
	if (newfile_put(&state.file, buf_text(&b), &f))
		warn("--metrics: %s", f.why);
	buf_free(&b);
	free(labels);
	json_decref(o);
}

static void end(int status, double seconds, const char *result)
{
	if (status >= 0)
		put_file(status, seconds, result);
	newfile_close(&state.file);
}

void metrics_option(void)
{
	const char *path = optarg;
	struct fail f = { 0 };

	newfile_close(&state.file);
	free(state.before);
	free(state.run);
	state.before = NULL;
	state.run = run_of(path);
	if (newfile_open(&state.file, path, &f) || check_outputs(path, &f) ||
		read_before(path, &f)) {
		newfile_close(&state.file);
		die_at_end(NULL);
		die_fail(&f);
	}
	die_at_end(end);
}

void metrics_refuse(const char *option)
{
	if (state.file.path)
		die_usage("--metrics does not go with %s, which does nothing to report", option);
}

const char *metrics_file(void)
{
	return state.file.path;
}

void metrics_destination(const char *text)
{
	free(state.destination);
	state.destination = state.file.path ? label(text) : NULL;
}

/* Messages on stderr, one write(2) each, and the ends of the process. */
#include "base/die.h"
#include "base/log.h"
#include "base/sig.h"
#include "base/visible.h"

#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *name = "td";
static char place[48];
static int level;
static bool terminal;   /* stderr is one that knows how to clear a line */
static atomic_bool line_shown; /* by die_line() */

void die_init(const char *argv0, int verbosity)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL, *kind = getenv("TERM");
	struct stat st;

	if (argv0)
		name = slash ? slash + 1 : argv0;
	level = verbosity;
	terminal = isatty(STDERR_FILENO) && kind && strcmp(kind, "dumb") != 0;
	if (fstat(STDERR_FILENO, &st) == 0)
		snprintf(place, sizeof place, "%llu:%llu", (unsigned long long)st.st_dev,
			(unsigned long long)st.st_ino);
}

const char *die_place(void)
{
	return place;
}

/* A file may be read long after its writer's words have scrolled away. */
bool die_told(const char *at)
{
	struct stat st;

	return at && *at && strcmp(at, place) == 0 && fstat(STDIN_FILENO, &st) == 0 &&
	       S_ISFIFO(st.st_mode);
}

bool die_terminal(void)
{
	return terminal;
}

void die_verbosity(int verbosity)
{
	level = verbosity;
	log_quiet(level < 0);
}

const char *die_name(void)
{
	return name;
}

unsigned die_columns(int fd)
{
	struct winsize w;

	return ioctl(fd, TIOCGWINSZ, &w) == 0 ? w.ws_col : 0;
}

/* A line that fills the last column may wrap, and one that wraps could not be taken away. */
static size_t columns(void)
{
	unsigned n = die_columns(STDERR_FILENO);

	return n > 1 ? n - 1 : 79;
}

/* One write(2) a message, so that the lines of a pipe's tools do not mix. */
static void put_line(const char *text, bool transient)
{
	static const char clear[] = "\r\033[K";
	char line[2048];
	/* on a terminal there may be a line of progress, ours or another tool's */
	size_t from = line_shown || (*text && terminal) ? sizeof clear - 1 : 0, n = from;
	ssize_t put;

	memcpy(line, clear, from);
	if (*text || !transient) {
		n += visible_text(line + n, 256, name, strlen(name));
		line[n++] = ':';
		line[n++] = ' ';
		n += visible_text(line + n, sizeof line - 1 - n, text, strlen(text));
	}
	if (transient && n > from + columns())
		n = from + columns();
	line_shown = transient && *text;
	if (!transient)
		line[n++] = '\n';
	put = write(STDERR_FILENO, line, n);
	(void)put; /* there is nowhere else to report it */
}

static void say(const char *event, const char *text)
{
	if (log_is_json())
		log_event(event, "", text);
	else
		put_line(text, false);
}

void die_say(const char *text)
{
	say("note", text);
}

void die_progress(const char *members, const char *text)
{
	if (log_is_json())
		log_event("progress", members, text);
	else
		put_line(text, false);
}

void die_line(const char *text)
{
	if (!log_is_json())
		put_line(text, true);
}

static void sayv(const char *event, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
static void sayv(const char *event, const char *fmt, va_list ap)
{
	char text[1536];

	vsnprintf(text, sizeof text, fmt, ap);
	say(event, text);
}

void die_exit(int status)
{
	log_end(status);
	exit(status);
}

static void end_normally(void)
{
	log_end(0);
}

static void see_end(void)
{
	static bool seen;

	if (!seen)
		atexit(end_normally);
	seen = true;
}

void die_json(void)
{
	if (log_is_json())
		return;
	terminal = false;
	log_json(name);
	see_end();
}

void die_at_end(void (*end)(int, double, const char *))
{
	log_at_end(end);
	see_end();
}

void die(enum fail_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sayv("error", fmt, ap);
	va_end(ap);
	die_exit((int)kind);
}

void die_usage(const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	die(FAIL_USAGE, "%s (see '%s -h')", text, name);
}

void die_fail(const struct fail *f)
{
	if (f->kind == FAIL_PIPE) {
		/*
		 * As users expect of a filter: silent death by SIGPIPE; a caller that ignores
		 * SIGPIPE gets a message and a status.
		 */
		if (!sig_pipe_was_ignored()) {
			log_end(128 + SIGPIPE);
			sig_die(SIGPIPE);
		}
		die(FAIL_SYSTEM, "%s", f->why);
	}
	if (f->why[0] && (!f->told || level > 0 || log_is_json()))
		say("error", f->why);
	if (f->kind == FAIL_SIGNAL && sig_caught()) {
		log_end(128 + sig_caught());
		sig_die(sig_caught());
	}
	/* a failure without a kind is a bug, and no success */
	die_exit(f->kind >= FAIL_PIPE || f->kind == FAIL_NONE ? (int)FAIL_SYSTEM : (int)f->kind);
}

void warn(const char *fmt, ...)
{
	va_list ap;

	if (level < 0)
		return;
	va_start(ap, fmt);
	sayv("warning", fmt, ap);
	va_end(ap);
}

void note(const char *fmt, ...)
{
	va_list ap;

	if (level < 1)
		return;
	va_start(ap, fmt);
	sayv("note", fmt, ap);
	va_end(ap);
}

void debug(const char *fmt, ...)
{
	va_list ap;

	if (level < 2)
		return;
	va_start(ap, fmt);
	sayv("debug", fmt, ap);
	va_end(ap);
}

/* Threads have the same trouble at the same time. */
static bool is_news(void)
{
	static atomic_llong last;
	const long long now = (long long)time(NULL), before = atomic_load(&last);

	if (before > 0 && now - before < 60)
		return false;
	atomic_store(&last, now);
	return true;
}

void remark(bool first, const char *fmt, ...)
{
	const bool elsewhere = level == 0 && !terminal && !log_is_json();
	char text[1536];
	va_list ap;

	if (level < 0 || (elsewhere && !(first && is_news())))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (level > 0 || elsewhere || log_is_json())
		say("retry", text);
	else
		die_line(text);
}

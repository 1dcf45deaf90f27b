#include "die.h"
#include "sig.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *name = "td";
static int level;

void die_init(const char *argv0, int verbosity)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;

	if (argv0)
		name = slash ? slash + 1 : argv0;
	level = verbosity;
}

void die_verbosity(int verbosity)
{
	level = verbosity;
}

const char *die_name(void)
{
	return name;
}

/* One write(2) a message, so that the lines of a pipe's tools do not mix. UTF-8 passes, control bytes do not. */
static void say(const char *text)
{
	char line[2048];
	size_t n = (size_t)snprintf(line, sizeof line - 1, "%s: %s", name, text);
	ssize_t put;

	if (n > sizeof line - 2)
		n = sizeof line - 2;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[n++] = '\n';
	put = write(STDERR_FILENO, line, n);
	(void)put; /* no one is left to tell */
}

static void sayv(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));
static void sayv(const char *fmt, va_list ap)
{
	char text[1536];

	vsnprintf(text, sizeof text, fmt, ap);
	say(text);
}

void die(enum fail_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sayv(fmt, ap);
	va_end(ap);
	exit((int)kind);
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

void die_option(int c, char **argv)
{
	const char *arg = argv[optind - 1];
	char letter[] = { '-', (char)optopt, '\0' };
	const char *name_of = strncmp(arg, "--", 2) == 0 && arg[2] ? arg : letter;

	if (c == ':')
		die_usage("option '%s' needs a value", name_of);
	if (optopt > 0xff) /* a long one that we know */
		die_usage("option '%s' takes no value", name_of);
	die_usage("unrecognized option '%s'", name_of);
}

void die_report(const struct fail *f)
{
	say(f->why);
}

void die_fail(const struct fail *f)
{
	if (f->kind == FAIL_PIPE) {
		/* As a filter's user expects: silent death by SIGPIPE; who ignores SIGPIPE gets words and a status. */
		if (!sig_pipe_was_ignored())
			sig_die(SIGPIPE);
		die(FAIL_SYSTEM, "%s", f->why);
	}
	if (f->why[0])
		die_report(f);
	if (f->kind == FAIL_SIGNAL && sig_caught())
		sig_die(sig_caught());
	exit(f->kind >= FAIL_PIPE ? (int)FAIL_SYSTEM : (int)f->kind);
}

void warn(const char *fmt, ...)
{
	va_list ap;

	if (level < 0)
		return;
	va_start(ap, fmt);
	sayv(fmt, ap);
	va_end(ap);
}

void note(const char *fmt, ...)
{
	va_list ap;

	if (level < 1)
		return;
	va_start(ap, fmt);
	sayv(fmt, ap);
	va_end(ap);
}

void debug(const char *fmt, ...)
{
	va_list ap;

	if (level < 2)
		return;
	va_start(ap, fmt);
	sayv(fmt, ap);
	va_end(ap);
}

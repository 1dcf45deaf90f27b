/* Messages as JSON lines on stderr, each by one writev(2). */
#include "base/log.h"
#include "base/visible.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/uio.h>
#include <unistd.h>

enum { TEXT_MAX = 1536 }; /* bytes of a message */

static struct {
	bool on, quiet;
	void (*at_end)(int, double, const char *);
	atomic_bool started, ended;
	char tool[64];
	struct timespec began;
	char *result;
} state;

bool log_is_json(void)
{
	return state.on;
}

/* Printable text as a JSON string without its quotes; out has room for twice the text. */
static void escape(char *out, const char *text)
{
	for (; *text; *out++ = *text++)
		if (*text == '"' || *text == '\\')
			*out++ = '\\';
	*out = '\0';
}

static struct iovec piece(const char *text)
{
	return (struct iovec){ .iov_base = (void *)(uintptr_t)text, .iov_len = strlen(text) };
}

/* The members are complete but for the closing brace. */
static void put(const char *event, const char *members, const char *more)
{
	struct timespec now;
	struct tm tm;
	char head[256], day[32];
	struct iovec line[4];
	ssize_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(head, sizeof head, "{\"time\":\"%s.%03dZ\",\"tool\":\"%s\",\"event\":\"%s\"", day,
		(int)(now.tv_nsec / 1000000), state.tool, event);
	line[0] = piece(head);
	line[1] = piece(members);
	line[2] = piece(more);
	line[3] = piece("}\n");
	n = writev(STDERR_FILENO, line, 4);
	(void)n; /* there is nowhere else to report it */
}

void log_json(const char *tool)
{
	char name[sizeof state.tool / 2];

	visible_text(name, sizeof name, tool, strlen(tool));
	escape(state.tool, name);
	clock_gettime(CLOCK_MONOTONIC, &state.began);
	state.on = true;
}

void log_quiet(bool quiet)
{
	state.quiet = quiet;
}

void log_start(void)
{
	if (state.on && !state.quiet && !atomic_exchange(&state.started, true))
		put("start", ",\"version\":\"" TD_VERSION "\"", "");
}

void log_event(const char *event, const char *members, const char *text)
{
	char shown[TEXT_MAX], string[2 * TEXT_MAX], message[2 * TEXT_MAX + 16];

	log_start();
	visible_text(shown, sizeof shown, text, strlen(text));
	escape(string, shown);
	snprintf(message, sizeof message, ",\"message\":\"%s\"", string);
	put(event, members, message);
}

void log_result(const char *piece)
{
	size_t n = state.result ? strlen(state.result) : 0;
	char *longer = state.on || state.at_end ? realloc(state.result, n + strlen(piece) + 1)
						: NULL;

	if (!longer)
		return;
	for (state.result = longer; *piece; piece++)
		if (*piece != '\n')
			longer[n++] = *piece;
	longer[n] = '\0';
}

void log_at_end(void (*end)(int, double, const char *))
{
	if (!state.on)
		clock_gettime(CLOCK_MONOTONIC, &state.began);
	state.at_end = end;
}

static void put_end(int status, double seconds)
{
	char members[96];

	snprintf(members, sizeof members, ",\"status\":%d,\"seconds\":%.3f%s", status, seconds,
		state.result ? ",\"result\":" : "");
	put("end", members, state.result ? state.result : "");
}

void log_end(int status)
{
	struct timespec now;
	double seconds;

	if ((!state.on && !state.at_end) || atomic_exchange(&state.ended, true))
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = (double)(now.tv_sec - state.began.tv_sec) +
		  (double)(now.tv_nsec - state.began.tv_nsec) / 1e9;
	if (state.at_end) /* first: it may have to warn */
		state.at_end(status, seconds, state.result);
	if (state.on && !state.quiet && status >= 0)
		put_end(status, seconds);
	free(state.result);
	state.result = NULL;
}

/* Progress reports: when a line is due, and what it says. */
#include "sys/progress.h"
#include "sys/clock.h"
#include "base/die.h"
#include "base/log.h"
#include "base/sig.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_MS = 500, LINE_MS = 200, LINES_MS = 10000 };

static void answer(void *arg);

void progress_init(struct progress *p, bool wanted, bool quiet)
{
	*p = (struct progress){ .mode = quiet		       ? PROGRESS_NONE :
					die_terminal()	       ? PROGRESS_LINE :
					wanted || log_is_json() ? PROGRESS_LINES :
								  PROGRESS_NONE };
	p->wanted = wanted && !quiet;
	p->quiet = quiet;
	p->sums_up = p->mode != PROGRESS_NONE;
	p->begun_ms = clock_ms();
	sig_answer_by(answer, p);
}

void progress_start(struct progress *p)
{
	p->start_ms = clock_ms();
	p->next_ms = p->start_ms + (p->mode == PROGRESS_LINE ? FIRST_MS : LINES_MS);
	if (!p->begun)
		p->begun_ms = p->start_ms;
	p->begun = true;
}

uint64_t progress_seconds(const struct progress *p)
{
	return (clock_ms() - p->start_ms) / 1000;
}

bool progress_due(struct progress *p)
{
	if (sig_asked() && !p->quiet)
		return p->asked = true;
	return p->mode != PROGRESS_NONE && clock_ms() >= p->next_ms;
}

static void put(struct progress *p, const char *members, const char *text)
{
	if (p->asked || p->mode == PROGRESS_LINES)
		die_progress(members, text);
	else
		die_line(text);
	p->asked = false;
	p->next_ms = clock_ms() + (p->mode == PROGRESS_LINE ? LINE_MS : LINES_MS);
}

void progress_say(struct progress *p, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	put(p, "", text);
}

static double mega(uint64_t bytes)
{
	return (double)bytes / 1e6;
}

/* The part that is done, 0 to 1; -1: not known. */
static double share_of(const struct progress_rate *r)
{
	if (r->share >= 0)
		return r->share;
	if (r->of_bytes > 0)
		return (double)r->bytes / (double)r->of_bytes;
	return r->of_rows > 0 && r->rows >= 0 ? (double)r->rows / (double)r->of_rows : -1;
}

/* "35 %, 12 s left, ", or nothing. */
static size_t put_share(char *text, size_t cap, double share, double seconds)
{
	double left;

	if (share < 0)
		return 0;
	if (share == 0)
		return (size_t)snprintf(text, cap, "0 %%, ");
	share = share < 1 ? share : 1;
	left = seconds / share - seconds;
	if (left < 120)
		return (size_t)snprintf(text, cap, "%.0f %%, %.0f s left, ", share * 100, left);
	if (left < 7200)
		return (size_t)snprintf(text, cap, "%.0f %%, %.0f min left, ", share * 100,
			left / 60);
	return (size_t)snprintf(text, cap, "%.0f %%, %.0f h left, ", share * 100, left / 3600);
}

/* For --log-format json, with the names of receipts. */
static void put_members(char *out, size_t cap, const struct progress_rate *r, double seconds)
{
	size_t n = (size_t)snprintf(out, cap, ",\"seconds\":%.3f,\"bytes\":%llu", seconds,
		(unsigned long long)r->bytes);

	if (r->of_bytes > 0)
		n += (size_t)snprintf(out + n, cap - n, ",\"of_bytes\":%lld",
			(long long)r->of_bytes);
	if (r->rows >= 0)
		n += (size_t)snprintf(out + n, cap - n, ",\"rows\":%lld", (long long)r->rows);
	if (r->of_rows > 0)
		snprintf(out + n, cap - n, ",\"of_rows\":%lld", (long long)r->of_rows);
}

/* What matters most comes first: a narrow terminal cuts the rest. */
static void say_rate(struct progress *p)
{
	const struct progress_rate *r = &p->rate;
	const double seconds = (double)(clock_ms() - p->start_ms + 1) / 1000;
	char members[160], line[512], text[256];
	size_t n = put_share(text, sizeof text, share_of(r), seconds);

	if (r->rows >= 0)
		n += (size_t)snprintf(text + n, sizeof text - n, "%lld ", (long long)r->rows);
	if (r->rows >= 0 && r->of_rows > 0)
		n += (size_t)snprintf(text + n, sizeof text - n, "of %lld ", (long long)r->of_rows);
	if (r->rows >= 0)
		n += (size_t)snprintf(text + n, sizeof text - n, "rows, ");
	n += (size_t)snprintf(text + n, sizeof text - n, "%.1f ", mega(r->bytes));
	if (r->of_bytes > 0)
		n += (size_t)snprintf(text + n, sizeof text - n, "of %.1f ",
			mega((uint64_t)r->of_bytes));
	snprintf(text + n, sizeof text - n, "MB, %.1f MB/s", mega(r->bytes) / seconds);
	snprintf(line, sizeof line, "%s: %s", r->what, text);
	put_members(members, sizeof members, r, seconds);
	put(p, members, line);
}

void progress_rate(struct progress *p, const struct progress_rate *rate)
{
	p->rate = *rate;
	if (progress_due(p))
		say_rate(p);
}

/* SIGUSR1 while the input is waited for. */
static void answer(void *arg)
{
	struct progress *p = arg;

	if (p->quiet)
		return;
	p->asked = true;
	if (p->rate.what)
		say_rate(p);
	else if (p->phase[0])
		progress_say(p, "%s, %llu s", p->phase, (unsigned long long)progress_seconds(p));
	else
		progress_say(p, "waits for its input");
}

void progress_phase(struct progress *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->phase, sizeof p->phase, fmt, ap);
	va_end(ap);
}

void progress_hand_over(struct progress *p)
{
	struct stat st;

	if (p->mode != PROGRESS_LINE || fstat(STDOUT_FILENO, &st) != 0 || !S_ISFIFO(st.st_mode))
		return;
	progress_end(p);
	p->mode = p->wanted ? PROGRESS_LINES : PROGRESS_NONE;
}

void progress_pause(struct progress *p)
{
	if (p->mode != PROGRESS_LINE || !isatty(STDOUT_FILENO))
		return;
	progress_end(p);
	p->mode = PROGRESS_NONE;
}

void progress_end(struct progress *p)
{
	if (p->mode == PROGRESS_LINE)
		die_line("");
}

void progress_done(struct progress *p, const char *fmt, ...)
{
	char text[512];
	size_t n;
	va_list ap;

	progress_end(p);
	if (!p->sums_up)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text - 32, fmt, ap);
	va_end(ap);
	n = strlen(text);
	snprintf(text + n, sizeof text - n, " in %.1f s",
		(double)(clock_ms() - p->begun_ms) / 1000);
	die_say(text);
}

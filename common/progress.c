#include "progress.h"
#include "clock.h"
#include "die.h"
#include "sig.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_MS = 500, LINE_MS = 200, LINES_MS = 10000, WIDTH = 76 };

void progress_init(struct progress *p, bool wanted, bool quiet)
{
	bool terminal = isatty(STDERR_FILENO);

	*p = (struct progress){ .mode = quiet && !wanted ? PROGRESS_NONE :
					terminal	 ? PROGRESS_LINE :
					wanted		 ? PROGRESS_LINES :
							   PROGRESS_NONE };
	p->wanted = wanted;
	p->sums_up = p->mode != PROGRESS_NONE;
	progress_start(p);
	p->begun_ms = p->start_ms;
}

void progress_start(struct progress *p)
{
	p->start_ms = clock_ms();
	p->next_ms = p->start_ms + (p->mode == PROGRESS_LINE ? FIRST_MS : LINES_MS);
}

uint64_t progress_seconds(const struct progress *p)
{
	return (clock_ms() - p->start_ms) / 1000;
}

bool progress_due(struct progress *p)
{
	if (sig_asked())
		return p->asked = true;
	return p->mode != PROGRESS_NONE && clock_ms() >= p->next_ms;
}

void progress_say(struct progress *p, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (p->asked || p->mode == PROGRESS_LINES) {
		die_say(text);
	} else {
		text[WIDTH] = '\0'; /* a line that wraps could not be taken away */
		die_line(text);
	}
	p->asked = false;
	p->next_ms = clock_ms() + (p->mode == PROGRESS_LINE ? LINE_MS : LINES_MS);
}

static double mega(uint64_t bytes)
{
	return (double)bytes / 1e6;
}

/* " of N", or nothing. */
static const char *of_text(char *text, size_t cap, const char *fmt, int64_t of, double unit)
{
	text[0] = '\0';
	if (of > 0)
		snprintf(text, cap, fmt, (double)of / unit);
	return text;
}

void progress_rate(struct progress *p, const char *what, uint64_t bytes, int64_t of_bytes, int64_t rows, int64_t of_rows)
{
	double seconds, share = -1;
	char text[256], a[48], b[48];
	size_t n;

	if (!progress_due(p))
		return;
	seconds = (double)(clock_ms() - p->start_ms + 1) / 1000;
	if (of_bytes > 0)
		share = (double)bytes / (double)of_bytes;
	else if (of_rows > 0 && rows >= 0)
		share = (double)rows / (double)of_rows;
	n = (size_t)snprintf(text, sizeof text, "%.1f%s MB", mega(bytes),
			     of_text(a, sizeof a, " of %.1f", of_bytes, 1e6));
	if (rows >= 0)
		n += (size_t)snprintf(text + n, sizeof text - n, ", %lld%s rows", (long long)rows,
				      of_text(b, sizeof b, " of %.0f", of_rows, 1));
	n += (size_t)snprintf(text + n, sizeof text - n, ", %.1f MB/s", mega(bytes) / seconds);
	if (share > 0 && share <= 1)
		snprintf(text + n, sizeof text - n, ", %.0f %%, %.0f s left", share * 100, seconds / share - seconds);
	progress_say(p, "%s: %s", what, text);
}

void progress_hand_over(struct progress *p)
{
	struct stat st;

	if (p->mode == PROGRESS_LINE && !p->wanted && fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode)) {
		progress_end(p);
		p->mode = PROGRESS_NONE;
	}
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
	snprintf(text + n, sizeof text - n, " in %.1f s", (double)(clock_ms() - p->begun_ms) / 1000);
	die_say(text);
}

#include "progress.h"
#include "clock.h"
#include "die.h"
#include "sig.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_MS = 200, LINES_MS = 10000, WIDTH = 76 };

void progress_init(struct progress *p, bool wanted, bool quiet)
{
	bool terminal = isatty(STDERR_FILENO);

	*p = (struct progress){ .mode = quiet && !wanted ? PROGRESS_NONE :
					terminal	 ? PROGRESS_LINE :
					wanted		 ? PROGRESS_LINES :
							   PROGRESS_NONE };
	progress_start(p);
}

void progress_start(struct progress *p)
{
	p->start_ms = clock_ms();
	p->next_ms = p->start_ms + (p->mode == PROGRESS_LINE ? 0 : LINES_MS);
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

void progress_bytes(struct progress *p, const char *what, uint64_t bytes, int64_t total, int64_t rows)
{
	char of[64] = "", in[64] = "";
	double seconds;

	if (!progress_due(p))
		return;
	seconds = (double)(clock_ms() - p->start_ms + 1) / 1000;
	if (total > 0)
		snprintf(of, sizeof of, " of %.1f MB (%d %%)", mega((uint64_t)total), (int)((double)bytes * 100 / (double)total));
	else
		snprintf(of, sizeof of, " MB");
	if (rows >= 0)
		snprintf(in, sizeof in, ", %lld rows", (long long)rows);
	progress_say(p, "%s: %.1f%s%s, %.1f MB/s", what, mega(bytes), of, in, mega(bytes) / seconds);
}

void progress_end(struct progress *p)
{
	if (p->mode == PROGRESS_LINE)
		die_line("");
}

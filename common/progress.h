/*
 * progress: how far it is, on stderr, for whoever waits: on a terminal one line that is rewritten, with --progress
 * elsewhere a line every ten seconds, and one line whenever SIGUSR1 asks. Silent otherwise, and with -q.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	enum { PROGRESS_NONE, PROGRESS_LINES, PROGRESS_LINE } mode;
	bool asked;        /* the next line answers SIGUSR1 */
	uint64_t start_ms; /* of what is going on */
	uint64_t next_ms;  /* when a line is due */
};

void progress_init(struct progress *p, bool wanted, bool quiet); /* wanted: --progress */
void progress_start(struct progress *p);                         /* something new begins: rates count from here */
uint64_t progress_seconds(const struct progress *p);             /* since then */
/* True if a line should be said now; callers ask before they gather what to say. */
bool progress_due(struct progress *p);
void progress_say(struct progress *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* If due: "WHAT: 1.5 of 3.0 MB (50 %), 1234 rows, 0.5 MB/s". total -1: not known; rows -1: not said. */
void progress_bytes(struct progress *p, const char *what, uint64_t bytes, int64_t total, int64_t rows);
void progress_end(struct progress *p); /* takes the line away */

#endif

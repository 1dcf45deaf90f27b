/*
 * progress: how far it is, on stderr, for whoever waits: on a terminal one line that is rewritten,
 * with --progress elsewhere a line every ten seconds, and one line whenever SIGUSR1 asks. Silent
 * otherwise, and with -q.
 *
 * The tools of one pipe share the terminal, and only one of them can rewrite its line. So a tool
 * whose rows go into a pipe leaves the line to the next one, which sees the same rows later
 * (progress_hand_over), and with --progress says whole lines instead; what each of them did is said
 * in one line at its end (progress_done).
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* How far it is; -1: not known, or not said. */
struct progress_rate {
	const char *what; /* a literal; NULL: nothing came yet */
	uint64_t bytes;
	int64_t of_bytes, rows, of_rows;
};

struct progress {
	enum { PROGRESS_NONE, PROGRESS_LINES, PROGRESS_LINE } mode;
	bool wanted;       /* --progress */
	bool sums_up;      /* a line at the end */
	bool asked;        /* the next line answers SIGUSR1 */
	bool begun;        /* progress_start() */
	uint64_t begun_ms; /* the first of them */
	uint64_t start_ms; /* of what is going on */
	uint64_t next_ms;  /* when a line is due */
	struct progress_rate rate;
	char phase[80];    /* progress_phase() */
};

/*
 * wanted: --progress. From now on p answers SIGUSR1, also while input is waited for: it must live
 * as long as that.
 */
void progress_init(struct progress *p, bool wanted, bool quiet);
/* something new begins, its input is there: rates count from here */
/* What is waited for, as an answer to SIGUSR1; until then it is the input. */
void progress_phase(struct progress *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void progress_start(struct progress *p);
uint64_t progress_seconds(const struct progress *p);             /* since then */
/* True if a line should be said now; callers ask before they gather what to say. */
bool progress_due(struct progress *p);
void progress_say(struct progress *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* If due: "WHAT: 50 %, 3 s left, 1234 of 2468 rows, 1.5 of 3.0 MB, 0.5 MB/s". */
void progress_rate(struct progress *p, const char *what, uint64_t bytes, int64_t of_bytes,
	int64_t rows, int64_t of_rows);
/* Rows are on their way to standard output: if that is a pipe, the line is its reader's. */
void progress_hand_over(struct progress *p);
/*
 * Half a line is about to stand on standard output: on a terminal nothing may rewrite it, until
 * progress_done().
 */
void progress_pause(struct progress *p);
void progress_end(struct progress *p); /* takes the line away */
/*
 * The summary, where there was progress to see, at the end of all: "WORDS in 3.2 s", from the first
 * progress_start().
 */
void progress_done(struct progress *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif

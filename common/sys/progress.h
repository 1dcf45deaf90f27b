/*
 * progress: progress reports on stderr: on a terminal one line that is rewritten; elsewhere, with
 * --progress, a line every ten seconds; and a line in answer to SIGUSR1. Silent otherwise, and with
 * -q.
 *
 * The tools of a pipe share the terminal, and only one of them can rewrite its line. So a tool
 * whose rows go into a pipe leaves the line to the next one, which sees the same rows later
 * (progress_hand_over), and with --progress prints whole lines instead. Each sums up what it did in
 * a line at its end (progress_done).
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* The state of a transfer; -1: not known, or not shown. */
struct progress_rate {
	const char *what; /* a literal; NULL: no input yet */
	uint64_t bytes;
	int64_t of_bytes, rows, of_rows;
	double share;     /* of all there is to do, 0 to 1; -1: that of the bytes or rows */
};

struct progress {
	enum { PROGRESS_NONE, PROGRESS_LINES, PROGRESS_LINE } mode;
	bool wanted;       /* --progress, without -q */
	bool quiet;        /* nothing is printed, not even for SIGUSR1 */
	bool sums_up;      /* a line at the end */
	bool asked;        /* the next line answers SIGUSR1 */
	bool begun;        /* progress_start() */
	uint64_t begun_ms; /* the first of them */
	uint64_t start_ms; /* of the current phase */
	uint64_t next_ms;  /* when the next line is due */
	struct progress_rate rate;
	char phase[80];    /* progress_phase() */
};

/*
 * wanted: --progress; quiet: -q, which silences all. Else p answers SIGUSR1 from now on, even
 * while the program waits for input: it
 * must live as long.
 */
void progress_init(struct progress *p, bool wanted, bool quiet);
/* Set what the program waits for, which SIGUSR1 reports; if never set, that is its input. */
void progress_phase(struct progress *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A new phase begins, and its input is there: rates count from here. */
void progress_start(struct progress *p);
uint64_t progress_seconds(const struct progress *p);             /* since then */
/* True if a line is due; callers ask before they gather what to print. */
bool progress_due(struct progress *p);
void progress_say(struct progress *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* If due: "WHAT: 50 %, 3 s left, 1234 of 2468 rows, 1.5 of 3.0 MB, 0.5 MB/s". */
void progress_rate(struct progress *p, const struct progress_rate *rate);
/* Rows go to standard output: if that is a pipe, leave the line to its reader. */
void progress_hand_over(struct progress *p);
/*
 * A partial line is about to go to standard output: on a terminal nothing may overwrite it until
 * progress_done().
 */
void progress_pause(struct progress *p);
void progress_end(struct progress *p); /* removes the line */
/*
 * The summary at the very end, if progress was shown: "WORDS in 3.2 s", timed from the first
 * progress_start().
 */
void progress_done(struct progress *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif

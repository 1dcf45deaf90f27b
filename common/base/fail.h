/*
 * fail: what went wrong, in one sentence, and the exit status it deserves.
 *
 * Every function that can fail for a reason outside the program takes a `struct fail *` last, fills
 * it once and returns -1. The first sentence is kept: callers on the way up add where it happened
 * with fail_at(). Nothing here prints or exits; only `die` does.
 */
#ifndef FAIL_H
#define FAIL_H

#include <stdbool.h>

/* The exit statuses of all tools (td.7). A kind of failure is its status. */
enum fail_kind {
	FAIL_NONE = 0,
	FAIL_SYSTEM = 1,    /* disk, memory, a bug */
	FAIL_USAGE = 2,     /* wrong usage */
	FAIL_DATA = 65,     /* bad data in */
	FAIL_UPSTREAM = 66, /* the program before us in the pipe died or aborted */
	FAIL_REFUSED = 69,  /* the service refused, or a job failed */
	FAIL_TEMP = 75,     /* nothing changed; the same command again may work */
	FAIL_UNKNOWN = 76,  /* outcome unknown: check before repeating */
	FAIL_KEY = 77,      /* key missing, wrong or not allowed */
	FAIL_CONFIG = 78,   /* configuration */
	FAIL_GUARD = 80,    /* a guard refused */
	FAIL_PIPE = 256,    /* our reader is gone: die by SIGPIPE */
	FAIL_SIGNAL = 257   /* interrupted: clean up, then die by the signal */
};

struct fail {
	enum fail_kind kind;
	char why[1024]; /* no newline; may hold any bytes, which die() makes printable */
	bool told;      /* the program before us in the pipe has printed it (see die_told()) */
};

/* Record a failure unless one is recorded already. Returns -1, to be returned. */
int fail_set(struct fail *f, enum fail_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same, followed by ": " and the text of errno. */
int fail_errno(struct fail *f, enum fail_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Put "PLACE: " in front of the recorded sentence, or add to its end; the arguments do not point
 * into it. Without a recorded failure nothing happens. Both return -1.
 */
int fail_at(struct fail *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int fail_add(struct fail *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Forget the failure: it was dealt with. */
void fail_clear(struct fail *f);

/* Where failures go that change nothing for the caller. Lives until the end of the block. */
#define FAIL_IGNORED (&(struct fail){ 0 })

#endif

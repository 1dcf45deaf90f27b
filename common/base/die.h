/*
 * die: prints messages on stderr and ends the process. Nothing else does either.
 *
 * One message is one line, "TOOL: sentence". Bytes that came from outside are made printable, so
 * that no server and no input file can write control sequences to a terminal. Its state is global:
 * the program's name, the verbosity, and whether a line is to be replaced.
 */
#ifndef DIE_H
#define DIE_H

#include "base/fail.h"

#include <stdbool.h>

/* Verbosity: -1 errors only (-q), 0 also warnings, 1 also notes (-v), 2 also debug output (-vv). */
void die_init(const char *argv0, int verbosity);
void die_verbosity(int verbosity);
const char *die_name(void);

/* Print and exit with the status. */
_Noreturn void die(enum fail_kind kind, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Print the sentence of f and end as f->kind asks: with its exit status, by SIGPIPE, or by the
 * signal that was caught.
 */
_Noreturn void die_fail(const struct fail *f);

/*
 * The tools of a pipe that fails share a reason, and should print it once. die_place() names where
 * ours are printed: the device and the inode of stderr, in decimal; "" if it is closed. A tool that
 * gives up passes it on with its reason. die_told(): what was printed at `place` (NULL: nowhere) by
 * the program that writes our standard input stands where ours would. die_fail() then prints such
 * a failure only with -v.
 */
const char *die_place(void);
bool die_told(const char *place);

/* Wrong usage: print the sentence and how to get help, and exit 2. */
_Noreturn void die_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Print a line on the terminal that the next message, or the next such line, replaces; "" only
 * removes it. ASCII, cut to the width of the terminal. See progress.h.
 */
void die_line(const char *text);
bool die_terminal(void); /* stderr is a terminal on which that works */

/* The width of a terminal; 0 if the descriptor is not a terminal, or does not know. */
unsigned die_columns(int fd);

/* Print a line at any verbosity: one that was asked for (--progress, SIGUSR1). */
void die_say(const char *text);
/* The same for progress; members: what an object of --log-format json has besides, as in log.h. */
void die_progress(const char *members, const char *text);

/* From now on each message is a JSON object on a line (see log.h). Call once, without threads. */
void die_json(void);

/*
 * What is called when the process ends, before its status is final, whichever way it ends: but for
 * KILL, and a second signal. As log_at_end(). NULL: nothing.
 */
void die_at_end(void (*end)(int status, double seconds, const char *result));

/* End with the status of another program, which is not a failure of ours. */
_Noreturn void die_exit(int status);

void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * A note for a user who waits: with -v a line of its own; otherwise, on a terminal, a line as by
 * die_line(). first: the first report of a problem, which logs get, too: a line of its own, but at
 * most one a minute.
 */
void remark(bool first, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif

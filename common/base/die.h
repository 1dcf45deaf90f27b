/*
 * die: the only voice on stderr and the only way out.
 *
 * One message is one line, "TOOL: sentence". Bytes that came from outside are made printable, so
 * that no server and no input file can write control sequences to a terminal. The program's name,
 * how much it says and whether a line is to be replaced are the only mutable globals of the
 * project.
 */
#ifndef DIE_H
#define DIE_H

#include "base/fail.h"

#include <stdbool.h>

/* How much is said: -1 only errors (-q), 0 also warnings, 1 also notes (-v), 2 also debug (-vv). */
void die_init(const char *argv0, int verbosity);
void die_verbosity(int verbosity);
const char *die_name(void);

/* Print and exit with the status. */
_Noreturn void die(enum fail_kind kind, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Print the sentence of f and end as f->kind asks: exit status, death by SIGPIPE, or by the signal
 * that was caught.
 */
_Noreturn void die_fail(const struct fail *f);

/* Wrong usage: prints the sentence and where help is, exits 2. */
_Noreturn void die_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * A line on a terminal that the next message, or the next such line, replaces; "" only takes it
 * away. See progress.h. ASCII: it is cut to the width of the terminal.
 */
void die_line(const char *text);
bool die_terminal(void); /* stderr is a terminal, and one that can do this */

/* The width of a terminal; 0 if the descriptor is none, or does not know. */
unsigned die_columns(int fd);

/* A line at every verbosity: what was asked for (--progress, SIGUSR1). */
void die_say(const char *text);

void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * A note that a person who waits wants to see: without -v, on a terminal, a line as of die_line().
 */
void remark(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif

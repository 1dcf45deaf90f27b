/*
 * child: a command whose standard output is a source, and whose fate decides whether that output
 * was complete.
 *
 * The source's end is reached only when the command has exited with 0: at end-of-file it is waited
 * for, and any other fate is the failure FAIL_UPSTREAM, which names the status or the signal. So
 * nobody can take the output of a command that died half-way for a complete one.
 */
#ifndef CHILD_H
#define CHILD_H

#include "base/fd.h"

#include <sys/types.h>

struct child {
	struct source source; /* its name is argv[0] */
	struct fd_source out;
	pid_t pid; /* 0: none, or waited for */
	bool alone, group; /* private */
};

/*
 * argv ends with NULL and is looked up in PATH. FAIL_UPSTREAM: it cannot be run. alone: its
 * standard input is empty, ours being somebody else's, and it is stopped together with what it has
 * started.
 */
int child_open(struct child *c, char *const argv[], bool alone, struct fail *f);

/* We gave up: ask it to end (TERM). Does nothing if it has ended. */
void child_stop(struct child *c);

#endif

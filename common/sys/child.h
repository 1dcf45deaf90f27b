/*
 * child: a command whose standard output is a source, and whose exit status decides whether that
 * output was complete.
 *
 * The source ends only when the command has exited with status 0: at end of file it is waited for,
 * and any other outcome is FAIL_UPSTREAM, which names the status or the signal. So output cut short
 * by a dying command is never taken for complete.
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
 * standard input is empty, since ours carries other data, and it is stopped along with everything
 * it has started.
 */
int child_open(struct child *c, char *const argv[], bool alone, struct fail *f);

/* Give up: ask it to end (TERM). Does nothing if it has ended. */
void child_stop(struct child *c);

#endif

/* tool: the other programs of this installation, which do part of the work. */
#ifndef TOOL_H
#define TOOL_H

#include "base/fail.h"

#include <sys/types.h>

/* What a program is started with; a descriptor that is -1 is not given. */
struct tool {
	const char *const *argv; /* argv[0] is its name; it lies beside us, or is found by PATH */
	char *const *env;
	int in, out, err; /* its standard descriptors */
	int extra;        /* becomes TOOL_EXTRA_FD */
};
enum { TOOL_EXTRA_FD = 3 };

/* Starts it with all signals at their defaults. -1 with f filled, and *pid 0. */
int tool_start(pid_t *pid, const struct tool *t, struct fail *f);

#endif

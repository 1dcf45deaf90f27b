/* command: the command of --exec, and the question of --check. */
#ifndef COMMAND_H
#define COMMAND_H

#include "base/fail.h"

#include <signal.h>
#include <sys/types.h>

/*
 * Runs the command with TD_API_SERVER and TD_API_KEY and waits for its end; signals that we get go
 * to it. INT, TERM, HUP and CHLD are blocked in every thread; `mask` and `mode` are the signal mask
 * and the umask that the command gets. Its status, as a shell reports it; -1 with f filled.
 */
int command_run(char **argv, const char *url, const char *key, const sigset_t *mask, mode_t mode,
	struct fail *f);

/* Is the td-local at http://HOST:PORT ready? 0, or -1 with f filled. */
int command_check(const char *url, struct fail *f);

#endif

/* command: the command of --exec, and the question of --check. */
#ifndef COMMAND_H
#define COMMAND_H

#include "base/fail.h"

#include <signal.h>
#include <sys/types.h>

struct command {
	char **argv;
	const char *url, *key; /* become TD_API_SERVER and TD_API_KEY */
	const char *bundle;    /* certificates that clients are to trust, or NULL */
	const sigset_t *mask;  /* of the command, as is the umask */
	mode_t umask;
};

/*
 * Runs it and waits for its end; signals that we get go to it. INT, TERM, HUP and CHLD are blocked
 * in every thread. Its status, as a shell reports it; -1 with f filled.
 */
int command_run(const struct command *cmd, struct fail *f);

/*
 * With TLS: the file DIR/ca.pem with the certificate and those that the machine trusts, so that the
 * command reaches us and everybody else. Its path, malloc'ed; NULL with f filled.
 */
char *command_bundle(const char *dir, const char *cert, struct fail *f);

/* Is the td-local at http://HOST:PORT ready? 0, or -1 with f filled. */
int command_check(const char *url, struct fail *f);

#endif

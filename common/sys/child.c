/* A command whose output is read, and how it ended. */
#include "sys/child.h"
#include "base/sig.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/*
 * A group of its own is out of reach of the terminal's keys, and cannot read from the terminal. So
 * only a program that is not in the foreground starts one.
 */
static bool in_foreground(void)
{
	int tty = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	bool in = tty >= 0 && tcgetpgrp(tty) == getpgrp();

	if (tty >= 0)
		close(tty);
	return in;
}

static int spawn(struct child *c, char *const argv[], int out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t set;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (c->alone)
		posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawnattr_init(&attr);
	sig_of_child(&set); /* our own dispositions are not the command's */
	posix_spawnattr_setsigdefault(&attr, &set);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr,
		(short)(POSIX_SPAWN_SETSIGDEF | (c->group ? POSIX_SPAWN_SETPGROUP : 0)));
	rc = posix_spawnp(&c->pid, argv[0], &actions, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

static int reap(struct child *c, int *status)
{
	pid_t pid = c->pid;

	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR || sig_caught())
			return -1;
	c->pid = 0;
	return 0;
}

/* 0 if it exited with 0. */
static int fate(struct child *c, struct fail *f)
{
	const char *name = c->source.name;
	int status;

	if (reap(c, &status))
		return sig_caught() ? fail_set(f, FAIL_SIGNAL, "interrupted") :
				      fail_errno(f, FAIL_SYSTEM, "cannot wait for '%s'", name);
	if (WIFSIGNALED(status))
		return fail_set(f, FAIL_UPSTREAM, "'%s' was killed by signal %d (%s)", name,
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) != 0)
		return fail_set(f, FAIL_UPSTREAM, "'%s' failed with exit status %d", name,
			WEXITSTATUS(status));
	return 0;
}

static ssize_t child_read(struct source *s, void *p, size_t cap, struct fail *f)
{
	struct child *c = (struct child *)s;
	ssize_t n = c->pid ? io_read(&c->out.source, p, cap, f) : 0;

	return n == 0 && c->pid && fate(c, f) ? -1 : n;
}

int child_open(struct child *c, char *const argv[], bool alone, struct fail *f)
{
	int ends[2], rc;

	*c = (struct child){ .source = { child_read, argv[0] }, .alone = alone };
	c->group = alone && !in_foreground();
	if (pipe(ends) != 0)
		return fail_errno(f, FAIL_SYSTEM, "cannot make a pipe");
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	rc = spawn(c, argv, ends[1]);
	close(ends[1]);
	if (rc != 0) {
		close(ends[0]);
		c->pid = 0;
		return fail_set(f, FAIL_UPSTREAM, "cannot run '%s': %s", argv[0], strerror(rc));
	}
	fd_source_init(&c->out, ends[0], c->source.name);
	return 0;
}

void child_stop(struct child *c)
{
	int status;

	if (c->pid <= 0)
		return;
	kill(c->group ? -c->pid : c->pid, SIGTERM);
	/* one that does not listen is not waited for: its reader is gone soon */
	waitpid(c->pid, &status, WNOHANG);
	c->pid = 0;
}

/* Finding and starting the programs beside us. */
#include "jobs/tool.h"
#include "base/mem.h"

#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Beside this program if it is there, else by PATH. */
static char *path_of(const char *name)
{
	char self[4096], *slash, *path;
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	if (n <= 0)
		return mem_string(name);
	self[n] = '\0';
	slash = strrchr(self, '/');
	path = mem_printf("%.*s/%s", (int)(slash - self), self, name);
	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return mem_string(name);
}

static void give(posix_spawn_file_actions_t *files, int fd, int as)
{
	if (fd >= 0)
		posix_spawn_file_actions_adddup2(files, fd, as);
}

int tool_start(pid_t *pid, const struct tool *t, struct fail *f)
{
	char *path = path_of(t->argv[0]);
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, dfl;
	int rc;

	sigemptyset(&none);
	sigemptyset(&dfl);
	sigaddset(&dfl, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	give(&files, t->in, STDIN_FILENO);
	give(&files, t->out, STDOUT_FILENO);
	give(&files, t->err, STDERR_FILENO);
	give(&files, t->extra, TOOL_EXTRA_FD);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &dfl);
	rc = posix_spawnp(pid, path, &files, &attr, (char *const *)(uintptr_t)t->argv, t->env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	free(path);
	if (rc) {
		*pid = 0;
		return fail_set(f, FAIL_SYSTEM, "cannot run %s: %s", t->argv[0], strerror(rc));
	}
	return 0;
}

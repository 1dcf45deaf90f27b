/* Running a command beside the server, and asking another server whether it is ready. */
#include "command.h"
#include "base/fd.h"
#include "base/mem.h"

#include <errno.h>
#include <netdb.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool is_ours(const char *entry)
{
	return strncmp(entry, "TD_API_", 7) == 0;
}

static char **environment(const char *url, const char *key)
{
	size_t n = 0, k = 0;
	char **env;

	while (environ[n])
		n++;
	env = mem_zero(n + 3, sizeof *env);
	for (size_t i = 0; i < n; i++)
		if (!is_ours(environ[i]))
			env[k++] = mem_string(environ[i]);
	env[k++] = mem_printf("TD_API_SERVER=%s", url);
	env[k++] = mem_printf("TD_API_KEY=%s", key);
	return env;
}

static void environment_free(char **env)
{
	for (char **e = env; *e; e++) {
		mem_wipe(*e, strlen(*e));
		free(*e);
	}
	free(env);
}

static int start(pid_t *pid, char **argv, char **env, const sigset_t *mask, mode_t mode,
	struct fail *f)
{
	posix_spawnattr_t attr;
	sigset_t dfl;
	mode_t ours;
	int rc;

	sigemptyset(&dfl);
	sigaddset(&dfl, SIGPIPE);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, mask);
	posix_spawnattr_setsigdefault(&attr, &dfl);
	ours = umask(mode);
	rc = posix_spawnp(pid, argv[0], NULL, &attr, argv, env);
	umask(ours);
	posix_spawnattr_destroy(&attr);
	return rc ? fail_set(f, FAIL_SYSTEM, "cannot run %s: %s", argv[0], strerror(rc)) : 0;
}

static int wait_for(pid_t pid, struct fail *f)
{
	sigset_t set;
	int status, caught;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	for (;;) {
		pid_t ended = waitpid(pid, &status, WNOHANG);

		if (ended < 0 && errno != EINTR)
			return fail_errno(f, FAIL_SYSTEM, "cannot learn how the command ended");
		if (ended == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		caught = sigwaitinfo(&set, NULL);
		if (caught > 0 && caught != SIGCHLD)
			kill(pid, caught);
	}
}

int command_run(char **argv, const char *url, const char *key, const sigset_t *mask, mode_t mode,
	struct fail *f)
{
	char **env = environment(url, key);
	pid_t pid;
	int rc = start(&pid, argv, env, mask, mode, f);

	environment_free(env);
	return rc ? -1 : wait_for(pid, f);
}

/* --- check */

enum { ANSWER_MAX = 64 << 10, WAIT_SECONDS = 5 };

static int connect_to(const char *host, const char *port, struct fail *f)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *found = NULL;
	struct timeval wait = { WAIT_SECONDS, 0 };
	int fd = -1, rc = getaddrinfo(host, port, &want, &found);

	if (rc)
		return fail_set(f, FAIL_SYSTEM, "%s: %s", host, gai_strerror(rc));
	for (const struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
		if (connect(fd, a->ai_addr, a->ai_addrlen)) {
			fail_errno(f, FAIL_SYSTEM, "cannot connect to %s port %s", host, port);
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(found);
	return fd;
}

/* Host and port of http://HOST:PORT, malloc'ed. */
static int cut_url(const char *url, char **host, char **port, struct fail *f)
{
	const char *p = url + 7, *colon = strncmp(url, "http://", 7) == 0 ? strrchr(p, ':') : NULL;

	if (!colon || strspn(colon + 1, "0123456789") == 0)
		return fail_set(f, FAIL_USAGE, "'%s' is not http://HOST:PORT", url);
	*port = mem_copy(colon + 1, strspn(colon + 1, "0123456789"));
	*host = *p == '[' ? mem_copy(p + 1, strcspn(p + 1, "]")) : mem_copy(p, (size_t)(colon - p));
	return 0;
}

int command_check(const char *url, struct fail *f)
{
	static const char ask[] = "GET /local/health HTTP/1.0\r\nHost: localhost\r\n\r\n";
	char *host = NULL, *port = NULL, *text = NULL;
	size_t n;
	int fd;

	if (cut_url(url, &host, &port, f))
		return -1;
	fd = connect_to(host, port, f);
	if (fd >= 0) {
		f->kind = FAIL_NONE; /* another address did not answer */
		if (fd_write(fd, url, ask, sizeof ask - 1, f) == 0 &&
			fd_slurp(fd, url, ANSWER_MAX, &text, &n, f) == 0 &&
			!strstr(text, "\"ready\":true"))
			fail_set(f, FAIL_SYSTEM, "%s is not a td-local that is ready", url);
		close(fd);
	}
	free(text);
	free(host);
	free(port);
	return f->kind ? -1 : 0;
}

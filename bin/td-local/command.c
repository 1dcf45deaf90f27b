/* Running a command beside the server, and asking another server whether it is ready. */
#include "command.h"
#include "base/fd.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
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

enum { CERTIFICATES_MAX = 16 << 20 };

/*
 * The variables that curl and our tools, OpenSSL (Python, Ruby, Go), Python's requests and Node
 * read.
 */
static const char *const trusts[] = { "CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE",
	"NODE_EXTRA_CA_CERTS" };
enum { TRUSTS = sizeof trusts / sizeof *trusts };

static bool is_ours(const char *entry, bool tls)
{
	for (size_t i = 0; tls && i < TRUSTS; i++)
		if (strncmp(entry, trusts[i], strlen(trusts[i])) == 0 &&
			entry[strlen(trusts[i])] == '=')
			return true;
	return strncmp(entry, "TD_API_", 7) == 0;
}

static char **environment(const struct command *cmd)
{
	size_t n = 0, k = 0;
	char **env;

	while (environ[n])
		n++;
	env = mem_zero(n + TRUSTS + 3, sizeof *env);
	for (size_t i = 0; i < n; i++)
		if (!is_ours(environ[i], cmd->bundle != NULL))
			env[k++] = mem_string(environ[i]);
	env[k++] = mem_printf("TD_API_SERVER=%s", cmd->url);
	env[k++] = mem_printf("TD_API_KEY=%s", cmd->key);
	for (size_t i = 0; cmd->bundle && i < TRUSTS; i++)
		env[k++] = mem_printf("%s=%s", trusts[i], cmd->bundle);
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

static int start(pid_t *pid, const struct command *cmd, char **env, struct fail *f)
{
	posix_spawnattr_t attr;
	sigset_t dfl;
	mode_t ours;
	int rc;

	sigemptyset(&dfl);
	sigaddset(&dfl, SIGPIPE);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, cmd->mask);
	posix_spawnattr_setsigdefault(&attr, &dfl);
	ours = umask(cmd->umask);
	rc = posix_spawnp(pid, cmd->argv[0], NULL, &attr, cmd->argv, env);
	umask(ours);
	posix_spawnattr_destroy(&attr);
	return rc ? fail_set(f, FAIL_SYSTEM, "cannot run %s: %s", cmd->argv[0], strerror(rc)) : 0;
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

int command_run(const struct command *cmd, struct fail *f)
{
	char **env = environment(cmd);
	pid_t pid;
	int rc = start(&pid, cmd, env, f);

	environment_free(env);
	return rc ? -1 : wait_for(pid, f);
}

/* --- certificates */

static int append_file(int to, const char *path, struct fail *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	size_t n;

	if (fd < 0)
		return fail_errno(f, FAIL_CONFIG, "cannot open %s", path);
	if (fd_slurp(fd, path, CERTIFICATES_MAX, &text, &n, f) == 0)
		fd_write(to, "ca.pem", text, n, f);
	close(fd);
	free(text);
	return f->kind ? -1 : 0;
}

/* What is trusted without us, or NULL: where systems keep it, unless a variable says otherwise. */
static const char *trusted(void)
{
	static const char *const files[] = { "/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem" };

	for (size_t i = 0; i < TRUSTS; i++)
		if (getenv(trusts[i]) && *getenv(trusts[i]))
			return getenv(trusts[i]);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (access(files[i], R_OK) == 0)
			return files[i];
	return NULL;
}

char *command_bundle(const char *dir, const char *cert, struct fail *f)
{
	char *path = mem_printf("%s/ca.pem", dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		fail_errno(f, FAIL_CONFIG, "cannot make %s", path);
	else if (append_file(fd, cert, f) == 0 && fd_write(fd, path, "\n", 1, f) == 0 && trusted())
		append_file(fd, trusted(), f);
	if (fd >= 0)
		close(fd);
	if (f->kind == FAIL_NONE)
		return path;
	free(path);
	return NULL;
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

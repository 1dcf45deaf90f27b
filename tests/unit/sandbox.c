/*
 * sandbox: what is no longer possible in it, tried by processes that go into it; and what still is.
 */
#include "sys/sandbox.h"
#include "tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/td-sandbox.XXXXXX", file[64], other[64];
static struct sockaddr_in server; /* where `listener` listens */
static int listener;

/* What is tried: 0, or errno. */

static int keep(int fd)
{
	return fd < 0 ? errno : close(fd);
}

static int try_read(void) { return keep(open("/etc/passwd", O_RDONLY)); }
static int try_list(void) { return keep(open("/", O_RDONLY | O_DIRECTORY)); }
static int try_write(void) { return keep(open(file, O_WRONLY)); }
static int try_null(void) { return keep(open("/dev/null", O_WRONLY)); }
static int try_create(void) { return keep(open(other, O_WRONLY | O_CREAT | O_EXCL, 0600)); }
static int try_remove(void) { return unlink(file) ? errno : 0; }
static int try_folder(void) { return mkdir(other, 0700) ? errno : 0; }
static int try_rename(void) { return rename(file, other) ? errno : 0; }
static int try_tcp(void) { return keep(socket(AF_INET, SOCK_STREAM, 0)); }
static int try_udp(void) { return keep(socket(AF_INET, SOCK_DGRAM, 0)); }
static int try_local(void) { return keep(socket(AF_UNIX, SOCK_STREAM, 0)); }
static int try_dup(void) { return keep(dup(STDOUT_FILENO)); }

static int try_connect(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 || connect(fd, (struct sockaddr *)&server, sizeof server) ? errno : close(fd);
}

static int try_listen(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof any) ? errno : close(fd);
}

static int try_run(void)
{
	execl("/bin/true", "true", (char *)NULL); /* exits with 0 */
	return errno;
}

static int try_output(void)
{
	return write(STDOUT_FILENO, "# out\n", 6) == 6 ? 0 : errno;
}

static void *thread(void *arg)
{
	return arg;
}

static int try_thread(void)
{
	pthread_t t;
	int rc = pthread_create(&t, NULL, thread, NULL);

	return rc ? rc : pthread_join(t, NULL);
}

static int try_memory(void)
{
	char *p = malloc(64 << 20);
	int rc = p ? 0 : errno;

	free(p);
	return rc;
}

static int try_secret(void)
{
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
}

static void nowhere(void)
{
}

static void seal(void)
{
	sandbox_seal();
}

static void client(void)
{
	sandbox_client(NULL);
}

static void client_of_folder(void)
{
	sandbox_client(folder);
}

static int inside(void (*enter)(void), int (*act)(void))
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		enter();
		_exit(act());
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void may(void (*enter)(void), int (*act)(void), const char *what)
{
	tap_num(inside(enter, act), 0, what);
}

static void may_not(bool known, void (*enter)(void), int (*act)(void), const char *what)
{
	int rc;

	if (!known) {
		printf("ok %d # skip %s: this kernel does not know how\n", ++tap_n, what);
		return;
	}
	rc = inside(enter, act);
	if (!tap_result(rc == EACCES || rc == EPERM || rc == EMFILE, what))
		printf("# got %d: %s\n", rc, strerror(rc));
}

static void prepare(void)
{
	socklen_t n = sizeof server;

	listener = socket(AF_INET, SOCK_STREAM, 0);
	server = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (!mkdtemp(folder) || listener < 0 || bind(listener, (struct sockaddr *)&server, n) ||
		listen(listener, 8) || getsockname(listener, (struct sockaddr *)&server, &n)) {
		printf("Bail out! %s\n", strerror(errno));
		exit(1);
	}
	snprintf(file, sizeof file, "%s/file", folder);
	snprintf(other, sizeof other, "%s/other", folder);
	close(open(file, O_WRONLY | O_CREAT, 0600));
}

/* Without a sandbox all of it works: else what does not work in one would prove nothing. */
static void without(void)
{
	may(nowhere, try_write, "outside: open a file to write");
	may(nowhere, try_create, "outside: make a file");
	unlink(other);
	may(nowhere, try_folder, "outside: make a folder");
	rmdir(other);
	may(nowhere, try_rename, "outside: rename a file");
	rename(other, file);
	may(nowhere, try_run, "outside: run a program");
	may(nowhere, try_listen, "outside: listen");
	may(nowhere, try_connect, "outside: connect");
}

static void sealed(bool limits, long landlock)
{
	may_not(limits, seal, try_read, "sealed: open a file to read");
	may_not(limits, seal, try_list, "sealed: list a folder");
	may_not(limits, seal, try_write, "sealed: open a file to write");
	may_not(limits, seal, try_create, "sealed: make a file");
	may_not(limits, seal, try_tcp, "sealed: a TCP socket");
	may_not(limits, seal, try_udp, "sealed: a UDP socket");
	may_not(limits, seal, try_local, "sealed: a local socket");
	may_not(limits, seal, try_dup, "sealed: one more descriptor");
	may_not(landlock >= 1, seal, try_remove, "sealed: remove a file");
	may_not(landlock >= 1, seal, try_folder, "sealed: make a folder");
	may_not(landlock >= 1, seal, try_rename, "sealed: rename a file");
	may_not(landlock >= 1, seal, try_run, "sealed: run a program");
	may(seal, try_output, "sealed, but standard output works");
	may(seal, try_thread, "sealed, but threads work");
	may(seal, try_memory, "sealed, but memory can be had");
}

static void clients(bool limits, long landlock)
{
	may_not(landlock >= 1, client, try_write, "client: open a file to write");
	may_not(landlock >= 1, client, try_null, "client: open a device to write");
	may_not(landlock >= 1, client, try_create, "client: make a file");
	may_not(landlock >= 1, client, try_remove, "client: remove a file");
	may_not(landlock >= 1, client, try_folder, "client: make a folder");
	may_not(landlock >= 1, client, try_rename, "client: rename a file");
	may_not(landlock >= 1, client, try_run, "client: run a program");
	may_not(landlock >= 4, client, try_listen, "client: listen");
	may(client, try_read, "client, but it reads files");
	may(client, try_list, "client, but it lists folders");
	may(client, try_connect, "client, but it connects");
	may(client, try_udp, "client, but it asks a resolver");
	if (limits)
		may(client, try_secret, "client: nobody looks into it");
	may(client_of_folder, try_rename, "client with a folder: renames a file there");
	rename(other, file);
	may_not(landlock >= 1, client_of_folder, try_write,
		"client with a folder: open a file to write");
	may_not(landlock >= 1, client_of_folder, try_folder, "client with a folder: make a folder");
}

int main(void)
{
	bool limits = SANDBOX_WORKS;
	long landlock = limits ? syscall(444, NULL, 0, 1) : 0; /* its version */

	printf("# Landlock: version %ld\n", landlock);
	prepare();
	without();
	sealed(limits, landlock);
	clients(limits, landlock);
	unlink(file);
	unlink(other);
	rmdir(folder);
	return tap_done();
}

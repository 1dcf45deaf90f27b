/*
 * sandbox: what is no longer possible in it, tried by processes that go into it; and what still is.
 */
#define _GNU_SOURCE /* unshare */
#include "sys/sandbox.h"
#include "tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
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
static int try_own(void) { return keep(open(file, O_RDONLY)); }
static int try_list(void) { return keep(open("/etc", O_RDONLY | O_DIRECTORY)); }
static int try_root(void) { return keep(open("/", O_RDONLY | O_DIRECTORY)); }
static int try_write(void) { return keep(open(file, O_WRONLY)); }
static int try_null(void) { return keep(open("/dev/null", O_WRONLY)); }
static int try_create(void) { return keep(open(other, O_WRONLY | O_CREAT | O_EXCL, 0600)); }
static int try_remove(void) { return unlink(file) ? errno : 0; }
static int try_folder(void) { return mkdir(other, 0700) ? errno : 0; }
static int try_rename(void) { return rename(file, other) ? errno : 0; }
static int try_tcp(void) { return keep(socket(AF_INET, SOCK_STREAM, 0)); }
static int try_udp(void) { return keep(socket(AF_INET, SOCK_DGRAM, 0)); }
static int try_local(void) { return keep(socket(AF_UNIX, SOCK_STREAM, 0)); }

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

static int try_chmod(void) { return chmod(file, 0640) ? errno : 0; }
static int try_fchmod(void) { return fchmod(listener, 0600) ? errno : 0; }
static int try_times(void) { return utimensat(AT_FDCWD, file, NULL, 0) ? errno : 0; }
static int try_parent(void) { return kill(getppid(), 0) ? errno : 0; }
static int try_self(void) { return kill(getpid(), 0) ? errno : 0; }
static int try_memfd(void) { return keep((int)syscall(SYS_memfd_create, "m", 0)); }
static int try_namespace(void) { return unshare(CLONE_NEWUSER) ? errno : 0; }
static int try_uring(void) { return syscall(425, 1, NULL) < 0 && errno != EFAULT ? errno : 0; }
static int try_trace(void) { return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) ? errno : 0; }

static int try_attribute(void)
{
	return syscall(SYS_setxattr, file, "user.td", "1", 1, 0) && errno != ENOTSUP ? errno : 0;
}

static int try_listen_anywhere(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 || listen(fd, 1) ? errno : close(fd);
}

static int try_wait_udp(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof any) ? errno : close(fd);
}

static int try_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0 || waitpid(pid, NULL, 0) < 0 ? errno : 0;
}

static int try_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int try_turn_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED || mprotect(p, 4096, PROT_READ | PROT_EXEC) ? errno : 0;
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

static struct fail failure;

static void seal(void)
{
	sandbox_seal(0, &failure);
}

static void client(void)
{
	sandbox_client(NULL, NULL, &failure);
}

static void client_of_folder(void)
{
	sandbox_client(folder, NULL, &failure);
}

static void client_of_file(void)
{
	const char *const reads[] = { file, NULL };

	sandbox_client(NULL, reads, &failure);
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
	if (!tap_result(rc == EACCES || rc == EPERM || rc == EMFILE || rc == ENOSYS, what))
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
	may(nowhere, try_chmod, "outside: change a file's mode");
	may(nowhere, try_times, "outside: change a file's times");
	may(nowhere, try_process, "outside: make a process");
	may(nowhere, try_parent, "outside: signal the parent");
	may(nowhere, try_memfd, "outside: a file in memory");
	may(nowhere, try_code, "outside: writable and executable memory");
	may(nowhere, try_wait_udp, "outside: wait for datagrams");
}

/* What seccomp forbids in both. */
static void filtered(bool seccomp, void (*enter)(void), const char *where)
{
	static const struct {
		int (*act)(void);
		const char *what;
	} all[] = {
		{ try_chmod, "change a file's mode" },
		{ try_fchmod, "change the mode of a descriptor" },
		{ try_times, "change a file's times" },
		{ try_attribute, "give a file an attribute" },
		{ try_process, "make a process" },
		{ try_parent, "signal the parent" },
		{ try_memfd, "a file in memory" },
		{ try_namespace, "a namespace" },
		{ try_uring, "io_uring" },
		{ try_code, "writable and executable memory" },
		{ try_turn_code, "turn memory executable" },
		{ try_run, "run a program" },
		{ try_trace, "let others look in" },
		{ try_local, "a local socket" },
		{ try_listen_anywhere, "listen without an address" },
		{ try_wait_udp, "wait for datagrams" },
	};
	char text[80];

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		snprintf(text, sizeof text, "%s: %s", where, all[i].what);
		may_not(seccomp, enter, all[i].act, text);
	}
	snprintf(text, sizeof text, "%s, but it signals itself", where);
	may(enter, try_self, text);
}

/* TD_SANDBOX: who demands parts that are not there is refused; "off" leaves it out. */
static void asked(bool works)
{
	struct fail f = { 0 };

	setenv("TD_SANDBOX", "off", 1);
	may(client, try_create, "TD_SANDBOX=off: a file can be made");
	unlink(other);
	setenv("TD_SANDBOX", "maybe", 1);
	tap_num(sandbox_seal(0, &f), works ? -1 : 0, "TD_SANDBOX=maybe is refused");
	tap_num(f.kind, works ? FAIL_CONFIG : 0, "with the status of a wrong configuration");
	unsetenv("TD_SANDBOX");
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
	may(client, try_read, "client, but it reads the resolver's files");
	may(client, try_list, "client, but it lists /etc");
	may_not(landlock >= 1, client, try_own, "client: read another file");
	may_not(landlock >= 1, client, try_root, "client: list another folder");
	may(client_of_file, try_own, "client of a file reads it");
	may(client, try_connect, "client, but it connects");
	may(client, try_udp, "client, but it asks a resolver");
	if (limits)
		may(sandbox_hide, try_secret, "hidden: nobody looks into it");
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
#ifdef HAVE_SECCOMP
	bool seccomp = limits;
#else
	bool seccomp = false;
#endif

	printf("# Landlock: version %ld\n", landlock);
	prepare();
	without();
	sealed(limits, landlock);
	clients(limits, landlock);
	filtered(seccomp, seal, "sealed");
	filtered(seccomp, client, "client");
	asked(limits);
	unlink(file);
	unlink(other);
	rmdir(folder);
	return tap_done();
}

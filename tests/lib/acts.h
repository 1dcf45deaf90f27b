/*
 * acts: what a sandboxed program may not do, as functions that try it: 0, or errno. For the unit
 * program of the sandbox and for the payload that sandbox.t puts into the tools.
 *
 * acts_begin() is to be called outside of a sandbox, once: it makes a folder with a file and
 * listens on loopback and on a local socket, so that what fails later fails for the sandbox alone.
 */
#ifndef ACTS_H
#define ACTS_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], file[80], other[80];
static char local_path[80], letters_path[80]; /* of local sockets: 107 at most */
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

static int try_truncate(void) { return truncate(file, 0) ? errno : 0; }
static int try_link(void) { return symlink("file", other) ? errno : unlink(other) ? errno : 0; }
static int try_pipe(void) { return mkfifo(other, 0600) ? errno : unlink(other) ? errno : 0; }

/* What the parent may open, set to what it is. */
static int try_limit(void)
{
	struct rlimit limit;
	pid_t parent = getppid();

	if (syscall(SYS_prlimit64, parent, RLIMIT_NOFILE, NULL, &limit))
		return errno;
	return syscall(SYS_prlimit64, parent, RLIMIT_NOFILE, &limit, NULL) ? errno : 0;
}

/*
 * The kernel looks at 32 bits of these, a filter at 64. Whether there is a terminal does not
 * matter: that it is asked for one is enough.
 */
#if UINTPTR_MAX > UINT32_MAX
#define WIDE (1UL << 32)
#else
#define WIDE 0UL
#endif
static int type_ahead(unsigned long wide)
{
	return syscall(SYS_ioctl, listener, wide | TIOCSTI, "x") && errno != ENOTTY ? errno : 0;
}

static int try_type(void) { return type_ahead(0); }
static int try_type_wide(void) { return type_ahead(WIDE); }
static int try_trace_wide(void)
{
	return syscall(SYS_prctl, WIDE | PR_SET_DUMPABLE, 1, 0, 0, 0) ? errno : 0;
}
static int try_owner_wide(void)
{
	return syscall(SYS_fcntl, listener, WIDE | F_SETOWN, getppid()) ? errno : 0;
}
static int try_local_wide(void)
{
	return keep((int)syscall(SYS_socket, WIDE | AF_UNIX, SOCK_STREAM, 0));
}

/* Who gets a SIGIO, or what F_SETSIG says, when there is news for a descriptor. */
static int try_owner(void) { return fcntl(listener, F_SETOWN, getppid()) ? errno : 0; }

/* As if there were a queue with this number: then it would be written to. */
static int try_queue(void)
{
	struct {
		long type;
		char text[1];
	} letter = { 1, "x" };

	return msgsnd(-1, &letter, 1, IPC_NOWAIT) && errno != EINVAL ? errno : 0;
}

static int try_remove_queue(void)
{
#ifdef SYS_mq_unlink
	return syscall(SYS_mq_unlink, "acts") && errno != ENOENT && errno != ENOSYS ? errno : 0;
#else
	return EPERM;
#endif
}

static int try_priority(void)
{
	struct sched_param p = { 0 };

	return sched_setparam(getppid(), &p) ? errno : 0;
}

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

static char *page(int protection)
{
	int nowhere_fd = -1;

	/* cppcheck-suppress invalidFunctionArg ; -1 is what an anonymous page takes */
	return mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, nowhere_fd, 0);
}

static int unmap(char *p)
{
	return p == MAP_FAILED ? errno : munmap(p, 4096);
}

static int try_code(void)
{
	return unmap(page(PROT_READ | PROT_WRITE | PROT_EXEC));
}

static int try_turn_code(void)
{
	char *p = page(PROT_READ | PROT_WRITE);
	int rc = p != MAP_FAILED && mprotect(p, 4096, PROT_READ | PROT_EXEC) ? errno : unmap(p);

	return rc;
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

static int connect_local(const char *name, size_t n)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(to.sun_path, name, n);
	return fd < 0 || connect(fd, (struct sockaddr *)&to,
				 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n))
		? errno
		: close(fd);
}

/* One of a pair that is connected already sends to another. */
static int letter_local(int type)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int pair[2];

	memcpy(to.sun_path, letters_path, strlen(letters_path) + 1);
	if (socketpair(AF_UNIX, type, 0, pair))
		return errno;
	return sendto(pair[0], "x", 1, 0, (struct sockaddr *)&to, sizeof to) != 1 ? errno
										  : close(pair[0]);
}

static int try_letter(void) { return letter_local(SOCK_DGRAM); }
static int try_raw_letter(void) { return letter_local(SOCK_RAW); }

static int try_local_path(void) { return connect_local(local_path, strlen(local_path)); }

/* The same program from memory. */
static int try_run_memory(void)
{
	int fd = (int)syscall(SYS_memfd_create, "true", 0), from = open("/bin/true", O_RDONLY);
	char p[4096], *const argv[] = { (char *)(uintptr_t)"true", NULL }, *const none[] = { NULL };
	ssize_t n;

	if (fd < 0 || from < 0)
		return from < 0 ? errno : close(from) ? errno : EPERM;
	while ((n = read(from, p, sizeof p)) > 0 && write(fd, p, (size_t)n) == n)
		;
	close(from);
	fexecve(fd, argv, none);
	return errno;
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

/* Below `where`. */
static int acts_begin(const char *where)
{
	struct sockaddr_un here = { .sun_family = AF_UNIX };
	socklen_t n = sizeof server;
	int waiting = socket(AF_UNIX, SOCK_STREAM, 0); /* open as long as the program runs */
	int letters = socket(AF_UNIX, SOCK_DGRAM, 0);

	listener = socket(AF_INET, SOCK_STREAM, 0);
	server = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (snprintf(folder, sizeof folder, "%s/acts.XXXXXX", where) >= (int)sizeof folder)
		return -1; /* cppcheck-suppress resourceLeak */
	if (!mkdtemp(folder) || listener < 0 || bind(listener, (struct sockaddr *)&server, n) ||
		listen(listener, 8) || getsockname(listener, (struct sockaddr *)&server, &n))
		return -1; /* cppcheck-suppress resourceLeak */
	snprintf(file, sizeof file, "%s/file", folder);
	snprintf(other, sizeof other, "%s/other", folder);
	snprintf(letters_path, sizeof letters_path, "%s/letters", folder);
	memcpy(here.sun_path, letters_path, strlen(letters_path) + 1);
	if (letters < 0 || bind(letters, (struct sockaddr *)&here, sizeof here))
		return -1; /* cppcheck-suppress resourceLeak */
	snprintf(local_path, sizeof local_path, "%s/socket", folder);
	memcpy(here.sun_path, local_path, strlen(local_path) + 1);
	if (waiting < 0 || bind(waiting, (struct sockaddr *)&here, sizeof here) ||
		listen(waiting, 8))
		return -1; /* cppcheck-suppress resourceLeak */
	/* cppcheck-suppress resourceLeak */
	return close(open(file, O_WRONLY | O_CREAT, 0600));
}

static void acts_end(void)
{
	unlink(file);
	unlink(other);
	unlink(local_path);
	unlink(letters_path);
	rmdir(folder);
}

/* What every sandbox forbids where the kernel has Landlock and seccomp. */
static const struct {
	int (*act)(void);
	const char *what;
} forbidden[] = {
	{ try_own, "read a file of the user" },
	{ try_root, "list a folder" },
	{ try_write, "open a file to write" },
	{ try_create, "make a file" },
	{ try_remove, "remove a file" },
	{ try_folder, "make a folder" },
	{ try_rename, "rename a file" },
	{ try_chmod, "change a file's mode" },
	{ try_fchmod, "change the mode of a descriptor" },
	{ try_times, "change a file's times" },
	{ try_attribute, "give a file an attribute" },
	{ try_run, "run a program" },
	{ try_run_memory, "run a program from memory" },
	{ try_process, "make a process" },
	{ try_parent, "signal the parent" },
	{ try_memfd, "make a file in memory" },
	{ try_namespace, "make a namespace" },
	{ try_uring, "set up io_uring" },
	{ try_code, "make memory writable and executable" },
	{ try_turn_code, "make written memory executable" },
	{ try_trace, "let others look in" },
	{ try_local, "make a local socket" },
	{ try_local_path, "connect to a local socket" },
	{ try_listen, "listen" },
	{ try_listen_anywhere, "listen without an address" },
	{ try_wait_udp, "wait for datagrams" },
	{ try_letter, "send to a local socket from a pair" },
	{ try_raw_letter, "send to a local socket from a raw pair" },
	{ try_truncate, "empty a file" },
	{ try_link, "make a symbolic link" },
	{ try_pipe, "make a pipe with a name" },
	{ try_limit, "set the parent's limits" },
	{ try_owner, "have the parent signalled" },
	{ try_owner_wide, "have the parent signalled, by a wide number" },
	{ try_trace_wide, "let others look in, by a wide number" },
	{ try_local_wide, "make a local socket, by a wide number" },
	{ try_type, "type into a terminal" },
	{ try_type_wide, "type into a terminal, by a wide number" },
	{ try_queue, "write to a queue of messages" },
	{ try_remove_queue, "remove a queue of messages" },
	{ try_priority, "set how the parent is scheduled" },
};
enum { FORBIDDEN = sizeof forbidden / sizeof *forbidden };

#endif

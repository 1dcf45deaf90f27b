/*
 * sandbox: what is no longer possible in it, tried by processes that go into it; and what still is.
 */
#define _GNU_SOURCE /* unshare */
#include "sys/sandbox.h"
#include "tap.h"

#include "../lib/acts.h"

#include <stdbool.h>
#include <stdint.h>

static struct fail failure;

static void seal(void)
{
	sandbox_seal(0, &failure);
}

static void seal_with_folder(void)
{
	sandbox_folder(folder);
	sandbox_seal(0, &failure);
}

static void client(void)
{
	sandbox_client(NULL, &failure);
}

static void client_of_folder(void)
{
	sandbox_folder(folder);
	sandbox_client(NULL, &failure);
}

static void client_of_file(void)
{
	const char *const reads[] = { file, NULL };

	sandbox_client(reads, &failure);
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
	may(nowhere, try_run_memory, "outside: run a program from memory");
	may(nowhere, try_local_path, "outside: connect to a local socket");
	may(nowhere, try_memfd, "outside: a file in memory");
	may(nowhere, try_code, "outside: writable and executable memory");
	may(nowhere, try_wait_udp, "outside: wait for datagrams");
}

/* What is forbidden in both. */
static void all_forbidden(bool both, void (*enter)(void), const char *where)
{
	char text[80];

	for (size_t i = 0; i < FORBIDDEN; i++) {
		snprintf(text, sizeof text, "%s: %s", where, forbidden[i].what);
		may_not(both, enter, forbidden[i].act, text);
	}
	snprintf(text, sizeof text, "%s, but it signals itself", where);
	may(enter, try_self, text);
}

/* TD_SANDBOX: to demand parts that are missing is refused; "off" leaves the sandbox out. */
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

static void sealed(bool limits)
{
	may_not(limits, seal, try_read, "sealed: open a file to read");
	may_not(limits, seal, try_list, "sealed: list a folder");
	may_not(limits, seal, try_tcp, "sealed: a TCP socket");
	may_not(limits, seal, try_udp, "sealed: a UDP socket");
	may(seal, try_output, "sealed, but standard output works");
	may(seal, try_thread, "sealed, but threads work");
	may(seal, try_memory, "sealed, but memory can be had");
	may(seal_with_folder, try_rename, "sealed with a folder: renames a file there");
	rename(other, file);
	may_not(limits, seal_with_folder, try_write, "sealed with a folder: open a file to write");
	may_not(limits, seal_with_folder, try_create, "sealed with a folder: make a file");
}

static void clients(bool limits, long landlock)
{
	may_not(landlock >= 1, client, try_null, "client: open a device to write");
	may(client, try_read, "client, but it reads the resolver's files");
	may(client, try_list, "client, but it lists /etc");
	may(client_of_file, try_own, "client of a file reads it");
	may(client, try_connect, "client, but it connects");
	may(client, try_udp, "client, but it asks a resolver");
	if (limits)
		may(sandbox_hide, try_secret, "hidden: no other process can read it");
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
	if (acts_begin("/tmp")) {
		printf("Bail out! %s\n", strerror(errno));
		return 1;
	}
	without();
	sealed(limits);
	clients(limits, landlock);
	all_forbidden(seccomp && landlock >= 4, seal, "sealed");
	all_forbidden(seccomp && landlock >= 4, client, "client");
	asked(limits);
	acts_end();
	return tap_done();
}

#define _GNU_SOURCE /* O_PATH */
#include "sys/sandbox.h"

#if SANDBOX_WORKS

#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * linux/landlock.h, which not every system has, and seldom the newest: the system calls have the
 * same numbers on all machines but Alpha. Rights of files are bits, in the order in which versions
 * of the interface added them.
 */
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446 };
enum { ASK_VERSION = 1, RULE_PATH = 1 };
enum {
	EXECUTE = 1 << 0,
	READ_FILE = 1 << 2,
	READ_DIR = 1 << 3,
	REMOVE_FILE = 1 << 5,
	MAKE_REG = 1 << 8,
	ALL_1 = (1 << 13) - 1, /* version 1 */
	REFER = 1 << 13,
	TRUNCATE = 1 << 14,
	IOCTL_DEV = 1 << 15, /* versions 2, 3 and 5 */
	BIND_TCP = 1 << 0,
	CONNECT_TCP = 1 << 1 /* version 4 */
};

struct ruleset {
	uint64_t files, net; /* what is denied unless a rule allows it */
};

struct path_rule {
	uint64_t allowed;
	int32_t folder;
} __attribute__((packed));

static long version(void)
{
	return syscall(CREATE_RULESET, NULL, 0, ASK_VERSION);
}

static uint64_t files_of(long v)
{
	return (uint64_t)(ALL_1 | (v >= 2 ? REFER : 0) | (v >= 3 ? TRUNCATE : 0) |
		(v >= 5 ? IOCTL_DEV : 0));
}

/*
 * Below the folder, `allowed`; the ruleset denies more than this program ever needed if that fails.
 */
static void allow(int ruleset, const char *folder, uint64_t allowed)
{
	struct path_rule rule = { .allowed = allowed, .folder = open(folder, O_PATH | O_CLOEXEC) };

	if (rule.folder < 0)
		return;
	syscall(ADD_RULE, ruleset, RULE_PATH, &rule, 0);
	close(rule.folder);
}

static void deny(uint64_t files, uint64_t net, const char *folder)
{
	long v = version();
	struct ruleset r = { files & files_of(v), v >= 4 ? net : 0 };
	long fd;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (v < 1)
		return;
	fd = syscall(CREATE_RULESET, &r, v >= 4 ? sizeof r : sizeof r.files, 0);
	if (fd < 0)
		return;
	if (folder)
		allow((int)fd, folder, REMOVE_FILE | MAKE_REG);
	syscall(RESTRICT_SELF, (int)fd, 0);
	close((int)fd);
}

void sandbox_seal(void)
{
	const struct rlimit none = { 0, 0 };

	deny(UINT64_MAX, BIND_TCP | CONNECT_TCP, NULL);
	/* also what Landlock does not know: sockets that are not TCP */
	setrlimit(RLIMIT_NOFILE, &none);
}

void sandbox_client(const char *folder)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	deny(~(uint64_t)(READ_FILE | READ_DIR), BIND_TCP, folder);
}

#else

void sandbox_seal(void)
{
}

void sandbox_client(const char *folder)
{
	(void)folder;
}

#endif

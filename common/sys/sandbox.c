/* Sandboxes of Landlock and seccomp for the tools, as strict as this kernel knows how. */
#define _GNU_SOURCE /* O_PATH, clone flags */
#include "sys/sandbox.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { FOLDERS = 4 };
static char *folders[FOLDERS + 1]; /* ended by NULL: where files may be replaced later */

void sandbox_folder(const char *folder)
{
	size_t i = 0;

	while (i < FOLDERS && folders[i] && strcmp(folders[i], folder) != 0)
		i++;
	if (i < FOLDERS && !folders[i])
		folders[i] = strdup(folder);
}

#if SANDBOX_WORKS

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef HAVE_SECCOMP
#include <linux/sockios.h>
#include <seccomp.h>
#endif

static long landlocked; /* version of the interface that is active; 0: none */
static bool filtered;   /* seccomp is active */

/* --- Landlock -------------------------------------------------------------- */

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
	REFER = 1 << 13,       /* version 2 */
	TRUNCATE = 1 << 14,    /* version 3 */
	IOCTL_DEV = 1 << 15,   /* version 5 */
	BIND_TCP = 1 << 0,     /* version 4 */
	CONNECT_TCP = 1 << 1,
	ABSTRACT_SOCKETS = 1 << 0, /* version 6 */
	SIGNALS = 1 << 1
};

/* What is denied unless a rule allows it. */
struct ruleset {
	uint64_t files, net, scopes;
};

struct path_rule {
	uint64_t allowed;
	int32_t at;
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

static size_t size_of(long v)
{
	struct ruleset r;

	return v >= 6 ? sizeof r : v >= 4 ? 2 * sizeof r.files : sizeof r.files;
}

/* At `path` and below; what is not there needs no rule. */
static void allow(int ruleset, const char *path, uint64_t allowed)
{
	struct path_rule rule = { .allowed = allowed, .at = open(path, O_PATH | O_CLOEXEC) };
	struct stat st;

	if (rule.at < 0)
		return;
	if (fstat(rule.at, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed &= READ_FILE;
	syscall(ADD_RULE, ruleset, RULE_PATH, &rule, 0);
	close(rule.at);
}

/* A ruleset, or -1: this kernel has none. */
static int ruleset_new(uint64_t net, uint64_t scopes)
{
	long v = version();
	struct ruleset r = { files_of(v), net, scopes };
	int ruleset = v < 1 ? -1 : (int)syscall(CREATE_RULESET, &r, size_of(v), 0);

	for (size_t i = 0; ruleset >= 0 && i < FOLDERS && folders[i]; i++)
		allow(ruleset, folders[i], REMOVE_FILE | MAKE_REG);
	return ruleset;
}

static void ruleset_enter(int ruleset)
{
	if (ruleset < 0)
		return;
	if (syscall(RESTRICT_SELF, ruleset, 0) == 0)
		landlocked = version();
	close(ruleset);
}

/* --- seccomp --------------------------------------------------------------- */

#ifdef HAVE_SECCOMP

/* Adds a rule; a system call that this machine does not have needs none. */
static int rule(scmp_filter_ctx c, uint32_t action, const char *name, unsigned n,
	const struct scmp_arg_cmp *args)
{
	int nr = seccomp_syscall_resolve_name(name), rc;

	if (nr == __NR_SCMP_ERROR)
		return 0;
	rc = seccomp_rule_add_array(c, action, nr, n, args);
	return rc == -EDOM ? 0 : rc; /* not on this architecture */
}

static int rules(scmp_filter_ctx c, uint32_t action, const char *const *names)
{
	int rc = 0;

	for (; !rc && *names; names++)
		rc = rule(c, action, *names, 0, NULL);
	return rc;
}

/* One rule on argument `arg`: op and one value, or with SCMP_CMP_MASKED_EQ mask and value. */
static int where(scmp_filter_ctx c, uint32_t action, const char *name, unsigned arg,
	enum scmp_compare op, uint64_t a, uint64_t b)
{
	const struct scmp_arg_cmp cmp = { arg, op, a, b };

	return rule(c, action, name, 1, &cmp);
}

static const uint32_t refuse = SCMP_ACT_ERRNO(EPERM), absent = SCMP_ACT_ERRNO(ENOSYS);

/* --- seccomp: an allow-list --- */

static int allow_calls(scmp_filter_ctx c)
{
	static const char *const names[] = {
		/* descriptors that are open */
		"read", "readv", "pread64", "write", "writev", "pwrite64", "lseek", "_llseek",
		"close", "fstat", "fstat64", "newfstatat", "fstatat64", "statx", "fsync",
		"fdatasync", "ftruncate", "ftruncate64", "flock", "poll", "ppoll", "ppoll_time64",
		"select", "_newselect", "pselect6", "pselect6_time64",
		/* memory */
		"brk", "munmap", "mremap", "madvise", "mlock", "munlock",
		/* threads */
		"futex", "futex_time64", "futex_waitv", "set_robust_list", "rseq", "sched_yield",
		"sched_getaffinity", "sched_getparam", "sched_getscheduler", "membarrier",
		"set_tid_address", "gettid", "exit", "exit_group",
		/* signals, and children that run already */
		"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "rt_sigpending",
		"rt_sigtimedwait", "rt_sigtimedwait_time64", "sigaltstack", "restart_syscall",
		"alarm", "setitimer",
		"wait4", "waitid", "waitpid",
		/* the time, chance, and oneself */
		"clock_gettime", "clock_gettime64", "clock_getres", "clock_nanosleep",
		"clock_nanosleep_time64", "nanosleep", "gettimeofday", "time", "times", "getrandom",
		"getpid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getrusage",
		"sysinfo", "uname", "getrlimit", "ugetrlimit", "getcpu", NULL
	};

	return rules(c, SCMP_ACT_ALLOW, names);
}

static int allow_some(scmp_filter_ctx c, pid_t child)
{
	uint64_t self = (uint64_t)getpid();

	return where(c, SCMP_ACT_ALLOW, "mmap", 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) ||
			where(c, SCMP_ACT_ALLOW, "mmap2", 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) ||
			where(c, SCMP_ACT_ALLOW, "mprotect", 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) ||
			where(c, SCMP_ACT_ALLOW, "clone", 0, SCMP_CMP_MASKED_EQ, CLONE_THREAD,
				CLONE_THREAD) ||
			rule(c, absent, "clone3", 0, NULL) ||
			where(c, SCMP_ACT_ALLOW, "ioctl", 1, SCMP_CMP_EQ, TIOCGWINSZ, 0) ||
			where(c, SCMP_ACT_ALLOW, "ioctl", 1, SCMP_CMP_EQ, TCGETS, 0) ||
			where(c, SCMP_ACT_ALLOW, "fcntl", 1, SCMP_CMP_EQ, F_GETFL, 0) ||
			where(c, SCMP_ACT_ALLOW, "fcntl64", 1, SCMP_CMP_EQ, F_GETFL, 0) ||
			/* its own limits, not those of another process */
			where(c, SCMP_ACT_ALLOW, "prlimit64", 0, SCMP_CMP_EQ, 0, 0) ||
			where(c, SCMP_ACT_ALLOW, "tgkill", 0, SCMP_CMP_EQ, self, 0) ||
			where(c, SCMP_ACT_ALLOW, "tkill", 0, SCMP_CMP_EQ, self, 0) ||
			where(c, SCMP_ACT_ALLOW, "kill", 0, SCMP_CMP_EQ, self, 0) ||
			(child > 0 && where(c, SCMP_ACT_ALLOW, "kill", 0, SCMP_CMP_EQ,
					      (uint64_t)child, 0))
		? -1
		: 0;
}

/* --- seccomp: a deny-list --- */

static int deny_calls(scmp_filter_ctx c)
{
	static const char *const names[] = {
		/* programs and processes */
		"execve", "execveat", "fork", "vfork", "memfd_create", "memfd_secret", "ptrace",
		"process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_open",
		"pidfd_getfd", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo",
		"unshare", "setns", "personality", "prlimit64", "setrlimit", "setpriority",
		"sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr",
		"ioprio_set", "process_mrelease", "migrate_pages", "move_pages",
		/* sockets that wait for others */
		"bind", "listen", "accept", "accept4",
		/* ways around the checks of files */
		"io_uring_setup", "io_uring_enter", "io_uring_register", "open_by_handle_at",
		"name_to_handle_at", "io_setup", "io_submit", "splice", "tee", "vmsplice",
		/* files' modes, owners, times and attributes */
		"chmod", "fchmod", "fchmodat", "fchmodat2",
		"chown", "chown32", "fchown", "fchown32",
		"lchown", "lchown32", "fchownat", "utime", "utimes", "utimensat",
		"utimensat_time64", "futimesat", "setxattr", "lsetxattr", "fsetxattr",
		"setxattrat", "removexattr", "lremovexattr", "fremovexattr", "removexattrat",
		"file_setattr", "truncate", "truncate64",
		/* queues and memory that belong to no process: their numbers can be guessed */
		"ipc", "shmget", "shmat", "shmctl", "msgget", "msgsnd", "msgrcv", "msgctl",
		"semget", "semop", "semtimedop", "semtimedop_time64", "semctl", "mq_open",
		"mq_unlink",
		/* the system */
		"mount", "umount", "umount2", "fsopen", "fsmount", "fsconfig", "fspick",
		"move_mount",
		"open_tree", "mount_setattr", "pivot_root", "chroot", "swapon", "swapoff", "reboot",
		"init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load",
		"bpf", "perf_event_open", "userfaultfd", "add_key", "request_key", "keyctl",
		"quotactl", "quotactl_fd", "acct", "syslog", "settimeofday", "clock_settime",
		"clock_adjtime", "adjtimex", "sethostname", "setdomainname", "fanotify_init",
		"lookup_dcookie", "nfsservctl", "iopl", "ioperm", "modify_ldt", "pkey_mprotect",
		NULL
	};

	return rules(c, refuse, names);
}

static const struct {
	const char *name;
	unsigned arg;
	uint32_t value;
} commands[] = {
	{ "prctl", 0, PR_SET_DUMPABLE },
	{ "prctl", 0, PR_SET_PTRACER },
	{ "ioctl", 1, TIOCSTI },
	{ "ioctl", 1, TIOCLINUX },
	/* signals to others */
	{ "ioctl", 1, FIOSETOWN },
	{ "ioctl", 1, SIOCSPGRP },
	{ "fcntl", 1, F_SETOWN },
	{ "fcntl", 1, F_SETOWN_EX },
	{ "fcntl64", 1, F_SETOWN },
	{ "fcntl64", 1, F_SETOWN_EX },
};

/*
 * What an argument of 32 bits says to the kernel, whatever stands above them: a comparison of all
 * 64 could be evaded.
 */
static int deny_commands(scmp_filter_ctx c)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof commands / sizeof *commands; i++)
		rc = where(c, refuse, commands[i].name, commands[i].arg, SCMP_CMP_MASKED_EQ,
			UINT32_MAX, commands[i].value);
	return rc;
}

static int deny_some(scmp_filter_ctx c)
{
	uint64_t self = (uint64_t)getpid(), both = PROT_WRITE | PROT_EXEC;

	return where(c, refuse, "mmap", 2, SCMP_CMP_MASKED_EQ, both, both) ||
			where(c, refuse, "mmap2", 2, SCMP_CMP_MASKED_EQ, both, both) ||
			where(c, refuse, "mprotect", 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC) ||
			where(c, refuse, "clone", 0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0) ||
			rule(c, absent, "clone3", 0, NULL) ||
			where(c, refuse, "kill", 0, SCMP_CMP_NE, self, 0) ||
			where(c, refuse, "tgkill", 0, SCMP_CMP_NE, self, 0) ||
			where(c, refuse, "tkill", 0, SCMP_CMP_NE, self, 0) || deny_commands(c)
		? -1
		: 0;
}

/* A pair of any other type than SOCK_STREAM can send to every local socket that has a path. */
static int deny_pairs(scmp_filter_ctx c)
{
	enum { TYPES = 16 };
	int rc = where(c, refuse, "socketpair", 0, SCMP_CMP_NE, AF_UNIX, 0);

	for (uint64_t i = 0; !rc && i < TYPES; i++)
		if (i != SOCK_STREAM)
			rc = where(c, refuse, "socketpair", 1, SCMP_CMP_MASKED_EQ, TYPES - 1, i);
	return rc;
}

/* Sockets of the internet, and of the kernel's routes, which resolvers ask. */
static int deny_sockets(scmp_filter_ctx c, bool local)
{
	enum { FAMILIES = 64 };
	const struct scmp_arg_cmp not_routes[] = { { 0, SCMP_CMP_EQ, AF_NETLINK, 0 },
		{ 2, SCMP_CMP_NE, 0, 0 } };
	int rc = where(c, refuse, "socket", 0, SCMP_CMP_GE, FAMILIES, 0) ||
			rule(c, refuse, "socket", 2, not_routes)
		? -1
		: 0;

	for (int i = 0; !rc && i < FAMILIES; i++)
		if (i != AF_INET && i != AF_INET6 && i != AF_NETLINK && !(i == AF_UNIX && local))
			rc = where(c, refuse, "socket", 0, SCMP_CMP_EQ, (uint64_t)i, 0);
	return rc;
}

static void enter(scmp_filter_ctx c, int rc)
{
	filtered = c && rc == 0 && seccomp_load(c) == 0;
	seccomp_release(c);
}

static void filter_strictly(pid_t child)
{
	static const char *const replace[] = { "rename", "renameat", "renameat2", "unlink",
		"unlinkat", NULL };
	scmp_filter_ctx c = seccomp_init(refuse);

	enter(c, c && (allow_calls(c) || allow_some(c, child) ||
			      (folders[0] && rules(c, SCMP_ACT_ALLOW, replace))) ? -1 : 0);
}

static void filter_client(bool local)
{
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_ALLOW);

	enter(c,
		c && (deny_calls(c) || deny_some(c) || deny_pairs(c) || deny_sockets(c, local))
			? -1
			: 0);
}

#else

static void filter_strictly(pid_t child)
{
	(void)child;
}

static void filter_client(bool local)
{
	(void)local;
}

#endif

/* --- the resolver ---------------------------------------------------------- */

/*
 * Do names of hosts come through local sockets alone? nsswitch.conf(5): with "dns" among the
 * services of "hosts:" the resolver has another way, also if nscd, sssd or systemd-resolved cannot
 * be asked.
 */
static bool hosts_need_local(void)
{
	char line[512];
	bool need = false;
	FILE *in = fopen("/etc/nsswitch.conf", "re");

	while (in && fgets(line, sizeof line, in)) {
		const char *p = line + strspn(line, " \t");

		if (strncmp(p, "hosts:", 6) == 0)
			need = !strstr(p, "dns") &&
				(strstr(p, "resolve") || strstr(p, "sss") || strstr(p, "mdns"));
	}
	if (in)
		fclose(in);
	return need;
}

static void allow_reads(int ruleset, const char *const *reads)
{
	/* libraries of name services, certificates, zones; what /etc links to below /run */
	static const char *const always[] = {
		"/etc", "/usr", "/lib", "/lib64", "/lib32", "/nix/store",
		"/run/systemd/resolve", "/run/resolvconf", "/run/nscd", "/run/NetworkManager",
		"/run/connman", "/var/lib/ca-certificates", "/var/ssl",
		"/dev/null", "/dev/urandom", "/dev/random", NULL
	};

	for (const char *const *p = always; *p; p++)
		allow(ruleset, *p, READ_FILE | READ_DIR);
	for (; reads && *reads; reads++)
		allow(ruleset, *reads, READ_FILE | READ_DIR);
}

/* --- all of it ------------------------------------------------------------- */

/* 1: the sandbox is to be left out. */
static int asked(bool *required, struct fail *f)
{
	const char *said = getenv("TD_SANDBOX");

#ifdef SANDBOX_REQUIRED
	*required = true;
#else
	*required = said && strcmp(said, "require") == 0;
	if (said && strcmp(said, "off") == 0)
		return 1;
#endif
	if (said && *said && !*required && strcmp(said, "off") != 0)
		return fail_set(f, FAIL_CONFIG, "TD_SANDBOX is require or off, not '%s'", said);
	return 0;
}

static int check(bool required, struct fail *f)
{
	if (!required || (landlocked && filtered))
		return 0;
	return fail_set(f, FAIL_CONFIG,
		"TD_SANDBOX=require: this system or program has no %s; active: %s",
		landlocked ? "seccomp" : "Landlock", sandbox_parts());
}

void sandbox_hide(void)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int sandbox_seal(pid_t child, struct fail *f)
{
	const struct rlimit none = { 0, 0 };
	bool required;
	int rc = asked(&required, f);

	if (rc)
		return rc < 0 ? -1 : 0;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	ruleset_enter(
		ruleset_new(BIND_TCP | CONNECT_TCP, ABSTRACT_SOCKETS | (child > 0 ? 0 : SIGNALS)));
	filter_strictly(child);
	/* no descriptor can be added, so no file and no socket; nor does poll(2) work */
	if (!filtered)
		setrlimit(RLIMIT_NOFILE, &none);
	return check(required, f);
}

int sandbox_client(const char *const *reads, struct fail *f)
{
	bool required;
	int rc = asked(&required, f), ruleset;

	if (rc)
		return rc < 0 ? -1 : 0;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	ruleset = ruleset_new(BIND_TCP, ABSTRACT_SOCKETS | SIGNALS);
	if (ruleset >= 0)
		allow_reads(ruleset, reads);
	rc = hosts_need_local();
	ruleset_enter(ruleset);
	filter_client(rc);
	return check(required, f);
}

const char *sandbox_parts(void)
{
	static char text[80];

	if (!landlocked && !filtered)
		return "none";
	if (landlocked)
		snprintf(text, sizeof text, "Landlock %ld%s, no new privileges", landlocked,
			filtered ? ", seccomp" : "");
	else
		snprintf(text, sizeof text, "seccomp, no new privileges");
	return text;
}

#else

void sandbox_hide(void)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
#endif
}

static int absent(struct fail *f)
{
	const char *said = getenv("TD_SANDBOX");

	return said && strcmp(said, "require") == 0
		? fail_set(f, FAIL_CONFIG, "TD_SANDBOX=require: this program has no sandbox")
		: 0;
}

#ifdef __OpenBSD__
#include <unistd.h>

int sandbox_seal(pid_t child, struct fail *f)
{
	const char *promises = child > 0 ? (folders[0] ? "stdio cpath proc" : "stdio proc")
				: folders[0] ? "stdio cpath" : "stdio";

	return pledge(promises, NULL) == 0 ? 0 : fail_errno(f, FAIL_SYSTEM, "pledge");
}

/* What is not there needs no permission. */
static int unveil_all(const char *const *paths, const char *permissions, struct fail *f)
{
	for (; paths && *paths; paths++)
		if (unveil(*paths, permissions) && errno != ENOENT)
			return fail_errno(f, FAIL_SYSTEM, "unveil %s", *paths);
	return 0;
}

int sandbox_client(const char *const *reads, struct fail *f)
{
	static const char *const always[] = { "/etc", "/usr", NULL };

	if (unveil_all(always, "r", f) || unveil_all(reads, "r", f) ||
		unveil_all((const char *const *)folders, "rc", f))
		return -1;
	return pledge(folders[0] ? "stdio rpath cpath inet dns" : "stdio rpath inet dns", NULL) == 0
		? 0
		: fail_errno(f, FAIL_SYSTEM, "pledge");
}

const char *sandbox_parts(void)
{
	(void)absent;
	return "pledge, unveil";
}
#else
int sandbox_seal(pid_t child, struct fail *f)
{
	(void)child;
	return absent(f);
}

int sandbox_client(const char *const *reads, struct fail *f)
{
	(void)reads;
	return absent(f);
}

const char *sandbox_parts(void)
{
	return "none";
}
#endif

#endif

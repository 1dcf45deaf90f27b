/*
 * sandbox: what this process can no longer do, before it reads what others have written.
 *
 * On Linux by Landlock (files, TCP ports, scopes), seccomp (system calls) and no_new_privs; on
 * OpenBSD by pledge(2) and unveil(2), as their manuals have it: not tried there. Where the kernel
 * or the build has less of it, less is taken away: a second wall, never the first. The environment
 * variable TD_SANDBOX decides: "require" makes a missing part a failure (FAIL_CONFIG), "off" leaves
 * the sandbox out; a build with -DSANDBOX_REQUIRED always requires it.
 *
 * Descriptors that are open stay as they are, and so do children that run already. A forbidden
 * system call fails with EPERM, it does not kill. Off in sanitizer builds, whose run-time needs
 * files. Call in the only thread, after what needs more (commands that print keys, locks, output
 * files). Each function that fails says why in f and returns -1.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include "base/fail.h"

#include <sys/types.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer) || \
	__has_feature(undefined_behavior_sanitizer)
#define SANDBOX_WORKS 0
#endif
#endif
#if !defined(__linux__) || defined(__alpha__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_WORKS 0
#endif
#ifndef SANDBOX_WORKS
#define SANDBOX_WORKS 1
#endif

/*
 * The first statement of every main(): this process leaves no core, and other processes of its
 * user can neither trace it nor read its memory and environment. Programs that it runs are not
 * hidden.
 */
void sandbox_hide(void);

/*
 * Before either sandbox: regular files in `folder` may later be made, removed and renamed, though
 * still not opened for writing (newfile). A few folders; more than that stay closed.
 */
void sandbox_folder(const char *folder);

/*
 * For a process that only works on open descriptors: an allow-list of system calls. No file is
 * opened, changed, removed or renamed (but see sandbox_folder()), no socket made, no program run,
 * no process made, no memory made executable; signals go to itself and to `child` (0: none) alone.
 */
int sandbox_seal(pid_t child, struct fail *f);

/*
 * For a process that talks to a server. Sockets of the internet can connect; none can listen, and
 * local ones (AF_UNIX) are not made unless the resolver has no other way (nsswitch.conf). Files can
 * be read where resolver, certificates, libraries and time zones are (/etc, /usr, /lib, ...), and
 * at `reads` (NULL, or files and folders, ended by NULL), and nowhere else. No file can be written,
 * made, removed or renamed (but see sandbox_folder()). No program is run, no process made, no
 * memory made executable; signals go to itself alone.
 */
int sandbox_client(const char *const *reads, struct fail *f);

/* Which parts are active, for people: "Landlock 7, seccomp, no new privileges"; or "none". */
const char *sandbox_parts(void);

#endif

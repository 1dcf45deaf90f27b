/*
 * sandbox: what this process can no longer do, before it reads what others have written. On Linux,
 * by Landlock and limits of resources, and no_new_privs; where the kernel has less of it, or the
 * system none, less is taken away, silently: a second wall, never the first. Descriptors that are
 * open stay as they are, and so do children that run already. No list of system calls: such a list
 * knows too little of resolvers and of other C libraries. Off in sanitizer builds, whose run-time
 * needs files. Call in the only thread, after what needs more (commands that print keys, locks,
 * output files).
 */
#ifndef SANDBOX_H
#define SANDBOX_H

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
 * For who only works on descriptors: none can be added to them, so no file and no socket of any
 * kind; no file is changed, removed or renamed, and no program is run. poll(2) does not work any
 * more.
 */
void sandbox_seal(void);

/*
 * For who talks to a server: files can be read (resolver, certificates), sockets can connect; no
 * file can be written, made, removed or renamed, no program is run, no TCP port is listened on.
 * `folder`, if not NULL: below it, regular files may be made, removed and renamed, but still not
 * opened for writing. And since it knows a key: it leaves no core, and other processes of its user
 * cannot look into it.
 */
void sandbox_client(const char *folder);

#endif

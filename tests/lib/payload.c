/*
 * A library for LD_PRELOAD, what an attacker would run inside a tool: as soon as the tool has
 * loaded its filter of system calls, it tries all that is forbidden, writes a line to descriptor 9
 * for each act that worked, then "tried N", and ends the program. PAYLOAD names a folder that it
 * may fill; without it the filter is not loaded, as on a kernel that has none.
 */
#define _GNU_SOURCE /* RTLD_NEXT, unshare */
#include "acts.h"

#include <dlfcn.h>
#include <seccomp.h>
#include <stdbool.h>

static bool ready;

__attribute__((constructor)) static void begin(void)
{
	const char *where = getenv("PAYLOAD");

	unsetenv("LD_PRELOAD"); /* not into the programs that a tool runs */
	ready = where && acts_begin(where) == 0;
}

int seccomp_load(const scmp_filter_ctx c)
{
	int (*load)(scmp_filter_ctx) = (int (*)(scmp_filter_ctx))dlsym(RTLD_NEXT, "seccomp_load");
	int rc = getenv("PAYLOAD") ? load(c) : -1, n = 0;

	if (rc)
		return rc;
	for (int i = 0; ready && i < FORBIDDEN; i++, n++)
		if (forbidden[i].act() == 0)
			dprintf(9, "%s\n", forbidden[i].what);
	dprintf(9, "tried %d\n", n);
	_exit(0);
}

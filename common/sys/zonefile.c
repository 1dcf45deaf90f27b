/* The system's time zone database: a folder of TZif files, one a zone, named by its path. */
#include "sys/zonefile.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDERS = 4, FILE_MAX = 1 << 20 /* bytes; the largest there are have 4,000 */ };

static const char *const folders[FOLDERS] = {
	"/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo",
};

/* No way out of the folder, and no hidden file. */
static bool name_legal(const char *name)
{
	static const char legal[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";

	return *name && *name != '/' && strspn(name, legal) == strlen(name);
}

/* The bytes of a regular file, the caller's; NULL with errno. */
static char *read_file(const char *path, size_t *n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *p = NULL;
	struct stat st;
	ssize_t r = 1;

	if (fd < 0)
		return NULL;
	*n = 0;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		p = mem_alloc(FILE_MAX);
		while (*n < FILE_MAX && (r = read(fd, p + *n, FILE_MAX - *n)) > 0)
			*n += (size_t)r;
	} else {
		errno = ENOENT; /* a folder such as Asia */
	}
	close(fd);
	if (r == 0)
		return p;
	free(p);
	return NULL;
}

static struct zone *open_in(const char *folder, const char *name, struct fail *f)
{
	char *path = mem_printf("%s/%s", folder, name);
	struct zone *z = NULL;
	size_t n = 0;
	char *file = read_file(path, &n);

	if (file && !(z = zone_parse(file, n)))
		fail_set(f, FAIL_USAGE,
			"%s is not a time zone file of version 2 or later, or counts leap seconds",
			path);
	else if (!file && errno != ENOENT && errno != ENOTDIR)
		fail_errno(f, FAIL_USAGE, "%s", path);
	free(file);
	free(path);
	return z;
}

struct zone *zonefile_open(const char *name, struct fail *f)
{
	struct zone *z = zone_fixed(name);
	bool database = false, legal = name_legal(name);

	if (z)
		return z;
	for (size_t i = 0; !z && f->kind == FAIL_NONE && legal && i < FOLDERS; i++) {
		database = database || access(folders[i], F_OK) == 0;
		z = open_in(folders[i], name, f);
	}
	if (!z && legal && !database)
		fail_set(f, FAIL_USAGE, "no time zone database on this machine: install tzdata");
	else if (!z)
		fail_set(f, FAIL_USAGE,
			"no such time zone: use a name like Asia/Tokyo, UTC or +09:00");
	return z;
}

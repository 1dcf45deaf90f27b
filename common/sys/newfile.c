/* A small file that is replaced in one step. */
#include "sys/newfile.h"

#include "base/fd.h"
#include "base/mem.h"
#include "sys/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* PATH.new, under this very name, and ours: it will be emptied. */
static int take(struct newfile *n, struct fail *f)
{
	struct stat mine, named;

	n->fd = open(n->fresh, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
	if (n->fd < 0 && errno == ELOOP)
		return fail_set(f, FAIL_CONFIG, "%s is a link: remove it", n->fresh);
	if (n->fd < 0)
		return fail_errno(f, FAIL_SYSTEM, "%s", n->fresh);
	if (fstat(n->fd, &mine) || !S_ISREG(mine.st_mode) || mine.st_uid != geteuid() ||
		mine.st_nlink > 1)
		return fail_set(f, FAIL_CONFIG, "%s is not a file of an earlier run: remove it",
			n->fresh);
	if (flock(n->fd, LOCK_EX | LOCK_NB) || lstat(n->fresh, &named) ||
		mine.st_ino != named.st_ino || mine.st_dev != named.st_dev)
		return fail_set(f, FAIL_TEMP, "another run is at work with %s", n->path);
	return 0;
}

/* Another's PATH.new is left alone. */
static void forget(struct newfile *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

int newfile_open(struct newfile *n, const char *path, struct fail *f)
{
	const char *slash = strrchr(path, '/');
	struct stat st;

	*n = (struct newfile){ .path = path, .fd = -1, .folder_fd = -1 };
	n->fresh = mem_printf("%s.new", path);
	n->folder = slash ? mem_copy(path, (size_t)(slash - path) + 1) : mem_string("./");
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return fail_set(f, FAIL_CONFIG, "%s is not a regular file", path);
	n->folder_fd = open(n->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (n->folder_fd < 0)
		return fail_errno(f, FAIL_SYSTEM, "%s", n->folder);
	sandbox_folder(n->folder);
	if (take(n, f) == 0)
		return 0;
	forget(n);
	return -1;
}

int newfile_put(struct newfile *n, const char *text, struct fail *f)
{
	if (ftruncate(n->fd, 0) || lseek(n->fd, 0, SEEK_SET) < 0)
		return fail_errno(f, FAIL_SYSTEM, "cannot write to %s", n->fresh);
	if (fd_write(n->fd, n->fresh, text, strlen(text), f) ||
		fd_write(n->fd, n->fresh, "\n", 1, f))
		return -1;
	if (fsync(n->fd) || rename(n->fresh, n->path))
		return fail_errno(f, FAIL_SYSTEM, "cannot write to %s", n->path);
	fsync(n->folder_fd); /* a rename is on the disk when its folder is */
	forget(n);
	return 0;
}

void newfile_close(struct newfile *n)
{
	if (!n->path)
		return;
	if (n->fd >= 0)
		unlink(n->fresh);
	forget(n);
	if (n->folder_fd >= 0)
		close(n->folder_fd);
	free(n->fresh);
	free(n->folder);
	*n = (struct newfile){ 0 };
}

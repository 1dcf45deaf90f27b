/* Descriptors: loops over EINTR, EAGAIN and short counts, and what close(2) says. */
#include "base/fd.h"
#include "base/buf.h"
#include "base/sig.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HURRY = 10 }; /* slices of await() */

static int interrupted(struct fail *f)
{
	if (sig_caught())
		return fail_set(f, FAIL_SIGNAL, "interrupted");
	return 0;
}

/*
 * Wait until fd can be read or written, at most `slices` of 0.2 s, 0: for ever. select(2), because
 * poll(2) refuses every descriptor under the sandbox's RLIMIT_NOFILE of 0.
 */
static int await(int fd, bool to_write, unsigned slices, const char *name, struct fail *f)
{
	if (fd >= FD_SETSIZE)
		return fail_set(f, FAIL_SYSTEM, "%s: descriptor %d cannot be waited for", name, fd);
	for (unsigned i = 0; slices == 0 || i < slices; i++) {
		struct timeval slice = { 0, 200000 };
		fd_set set;
		int rc;

		if (interrupted(f))
			return -1;
		FD_ZERO(&set);
		FD_SET(fd, &set);
		rc = select(fd + 1, to_write ? NULL : &set, to_write ? &set : NULL, NULL, &slice);
		if (rc > 0)
			return 0;
		if (rc < 0 && errno != EINTR)
			return fail_errno(f, FAIL_SYSTEM, "cannot wait for %s", name);
		sig_answer();
	}
	return fail_set(f, FAIL_SIGNAL, "interrupted");
}

ssize_t fd_read(int fd, const char *name, void *p, size_t cap, struct fail *f)
{
	for (;;) {
		ssize_t n;

		if (interrupted(f))
			return -1;
		n = read(fd, p, cap);
		if (n >= 0)
			return n;
		if (errno == EAGAIN && await(fd, false, 0, name, f))
			return -1;
		if (errno != EINTR && errno != EAGAIN)
			return fail_errno(f, FAIL_SYSTEM, "cannot read %s", name);
		sig_answer();
	}
}

int fd_write(int fd, const char *name, const void *p, size_t n, struct fail *f)
{
	const char *at = p;

	while (n > 0) {
		const bool hurry = sig_cleaning_up();
		ssize_t put;

		/* a pipe that is ready takes so much without blocking */
		if (hurry && await(fd, true, HURRY, name, f))
			return -1;
		put = write(fd, at, hurry && n > PIPE_BUF ? PIPE_BUF : n);
		if (put < 0 && errno == EPIPE)
			return fail_set(f, FAIL_PIPE, "%s: its reader is gone", name);
		if (put < 0 && errno == EAGAIN) {
			if (await(fd, true, 0, name, f))
				return -1;
		} else if (put < 0 && errno != EINTR) {
			return fail_errno(f, FAIL_SYSTEM, "cannot write to %s", name);
		}
		at += put > 0 ? put : 0;
		n -= put > 0 ? (size_t)put : 0;
		sig_answer();
		if (n > 0 && interrupted(f)) /* a signal also cuts a write short */
			return -1;
	}
	return 0;
}

int fd_close(int fd, const char *name, struct fail *f)
{
	/* EINTR: Linux has closed it. Repeating could close somebody else's. */
	if (close(fd) != 0 && errno != EINTR)
		return fail_errno(f, FAIL_SYSTEM, "cannot write to %s", name);
	return 0;
}

static ssize_t source_read(struct source *s, void *p, size_t cap, struct fail *f)
{
	return fd_read(((struct fd_source *)s)->fd, s->name, p, cap, f);
}

static int sink_put(struct sink *s, const void *p, size_t n, struct fail *f)
{
	return fd_write(((struct fd_sink *)s)->fd, s->name, p, n, f);
}

void fd_source_init(struct fd_source *s, int fd, const char *name)
{
	*s = (struct fd_source){ .source = { .read = source_read, .name = name }, .fd = fd };
}

void fd_sink_init(struct fd_sink *s, int fd, const char *name)
{
	*s = (struct fd_sink){ .sink = { .put = sink_put, .name = name }, .fd = fd };
}

bool fd_is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

bool fd_are_one_file(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && S_ISREG(x.st_mode) &&
		x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

int64_t fd_place(int fd, int64_t *size)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return -1;
	*size = st.st_size;
	return lseek(fd, 0, SEEK_CUR);
}

int fd_slurp(int fd, const char *name, size_t max, char **text, size_t *len, struct fail *f)
{
	struct buf b;

	buf_init(&b, max + 1);
	for (;;) {
		ssize_t n;

		if (buf_room(&b, b.len < 4096 ? 4096 : 1) && b.len == max + 1)
			break;
		n = fd_read(fd, name, b.p + b.len, b.cap - b.len, f);
		if (n < 0) {
			buf_free(&b);
			return -1;
		}
		if (n == 0)
			break;
		b.len += (size_t)n;
	}
	if (b.len > max) {
		buf_free(&b);
		return fail_set(f, FAIL_DATA, "%s: longer than %zu bytes", name, max);
	}
	buf_text(&b);
	*text = b.p;
	*len = b.len;
	return 0;
}

void fd_standard(void)
{
	/*
	 * standard input for writing, standard output for reading: using them fails, and is not
	 * taken for success
	 */
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
			open("/dev/null", fd == 1 ? O_RDONLY : O_WRONLY) != fd)
			_exit(1);
}

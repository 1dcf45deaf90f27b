/*
 * td-put: --once=@content: the key is made of the records themselves. So they are read before the
 * session is named, and then once more; what comes through a pipe is kept in a file that has no
 * name any more.
 */
#include "put.h"

#include "base/fd.h"
#include "base/mem.h"
#include "base/md5.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 256 << 10 };

/* A descriptor of an empty file in $TMPDIR, or -1. */
static int nameless(struct fail *f)
{
	const char *folder = getenv("TMPDIR");
	char *path = mem_printf("%s/td-put.XXXXXX", folder && *folder ? folder : "/tmp");
	int fd = mkstemp(path);

	if (fd < 0)
		fail_errno(f, FAIL_SYSTEM, "--once=@content: cannot make the file %s", path);
	else if (unlink(path))
		fail_errno(f, FAIL_SYSTEM, "--once=@content: cannot remove the file %s", path);
	free(path);
	if (!f->kind)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static int copy(int to, struct fail *f)
{
	char *chunk = mem_alloc(CHUNK);
	ssize_t n;

	while ((n = fd_read(STDIN_FILENO, "standard input", chunk, CHUNK, f)) > 0)
		if (fd_write(to, "a file of --once=@content", chunk, (size_t)n, f))
			break;
	free(chunk);
	return n == 0 ? 0 : -1;
}

int content_keep(struct fail *f)
{
	int fd;

	if (fd_is_file(STDIN_FILENO))
		return 0;
	fd = nameless(f);
	if (fd < 0 || copy(fd, f))
		return -1;
	if (lseek(fd, 0, SEEK_SET) < 0 || dup2(fd, STDIN_FILENO) < 0)
		return fail_errno(f, FAIL_SYSTEM, "--once=@content: cannot read its file");
	return fd_close(fd, "a file of --once=@content", f);
}

static int add(struct load *l, struct md5 *m, struct fail *f)
{
	struct frame_block b;
	const char *p;
	size_t n;

	for (;;) {
		switch (input_next(l, &b, &p, &n, f)) {
		case FRAMEIN_END: return 0;
		case FRAMEIN_BYTES: md5_put(m, p, n); break;
		case FRAMEIN_BLOCK:
			if (records_inflate(&l->checked, &b, f))
				return fail_at(f, "%s", l->input.from->name);
			md5_put(m, l->checked.body.p, l->checked.body.len);
			break;
		default: return -1;
		}
	}
}

int content_key(struct load *l, struct fail *f)
{
	struct source *const from = l->input.from;
	const bool piped = l->input.piped;
	const off_t begin = lseek(STDIN_FILENO, 0, SEEK_CUR);
	struct md5 m;
	int rc;

	md5_init(&m);
	rc = put_input_open(l, f) || add(l, &m, f) ? -1 : 0;
	md5_text(&m, l->content);
	records_free(&l->checked);
	if (rc)
		return -1; /* the input stays: an abort's reason and status are in it */
	put_input_close(l);
	l->input = (struct input){ .from = from, .piped = piped };
	if (begin < 0 || lseek(STDIN_FILENO, begin, SEEK_SET) < 0)
		return fail_errno(f, FAIL_SYSTEM, "--once=@content: cannot read %s twice",
			from->name);
	return 0;
}

/* origin: the files, or the command, that the bytes come from. */
#include "encode.h"

#include "base/die.h"
#include "base/mem.h"
#include "base/sig.h"
#include "base/utf8.h"
#include "sys/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

/* A command that makes rows does not need the key that td-put uses. */
static void forget_keys(void)
{
	static const char prefix[] = "TD_API_";
	size_t n = sizeof prefix - 1;

	for (char **e = environ; *e;) {
		char *equals = strchr(*e, '='), *name;

		if (strncmp(*e, prefix, n) != 0 || !equals) {
			e++;
			continue;
		}
		name = mem_copy(*e, (size_t)(equals - *e));
		unsetenv(name); /* moves the others down */
		free(name);
	}
}

/* As many files as the system allows at all. */
static bool raise_limit(void)
{
	struct rlimit most;

	if (getrlimit(RLIMIT_NOFILE, &most) || most.rlim_cur >= most.rlim_max)
		return false;
	most.rlim_cur = most.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &most) == 0;
}

static int open_path(const char *path, struct fail *f)
{
	int fd;

	do /* a FIFO may have no writer for long */
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	while (fd < 0 && ((errno == EINTR && !sig_caught()) ||
		(errno == EMFILE && raise_limit())));
	if (fd < 0 && errno == EINTR)
		return fail_set(f, FAIL_SIGNAL, "interrupted");
	if (fd < 0)
		return fail_errno(f, FAIL_UPSTREAM, "cannot open %s", path);
	return fd;
}

/* A path that is not UTF-8 shows as such in messages, and cannot be a value. */
static int open_file(struct origin_file *file, const char *path, struct fail *f)
{
	struct stat st;

	*file = (struct origin_file){ .path = path, .name = path, .fd = STDIN_FILENO, .size = -1 };
	if (strcmp(path, "-") == 0)
		file->name = "standard input";
	else if ((file->fd = open_path(path, f)) < 0)
		return -1;
	if (fstat(file->fd, &st))
		return fail_errno(f, FAIL_UPSTREAM, "%s", file->name);
	if (S_ISDIR(st.st_mode))
		return fail_set(f, FAIL_UPSTREAM, "%s is a directory", file->name);
	if (fd_are_one_file(file->fd, STDOUT_FILENO))
		return fail_set(f, FAIL_USAGE, "%s is the output, too", file->name);
	if (S_ISREG(st.st_mode))
		file->size = st.st_size;
	return 0;
}

/* Standard input for the second time. */
static bool is_repeated(char **files, size_t n)
{
	size_t i = 0;

	while (i < n && strcmp(files[i], "-") != 0)
		i++;
	return i < n && strcmp(files[n], "-") == 0;
}

int origin_open(struct origin *g, const struct opts *o, struct fail *f)
{
	static char *standard_input[] = { (char *)(uintptr_t)"-", NULL };
	char **files = o->files ? o->files : standard_input;

	*g = (struct origin){ .opts = o };
	if (o->command) {
		forget_keys();
		return child_open(&g->child, o->command, false, f);
	}
	for (size_t n = 0; files[n]; n++) {
		if ((n & (n - 1)) == 0)
			g->file = mem_resize(g->file, n ? 2 * n : 1, sizeof *g->file);
		g->n = n + 1;
		if (is_repeated(files, n))
			return fail_set(f, FAIL_USAGE, "'-', standard input, can be read only "
				"once");
		if (open_file(&g->file[n], files[n], f))
			return -1;
	}
	return 0;
}

/* What decoding may need of the system's files, if all that is known is p[0..n) of the first. */
static int prepare(struct origin *g, const char *p, size_t n, struct fail *f)
{
	const struct opts *o = g->opts;
	bool marked, packed = g->n > 1 || gzip_is(p, n);
	const char *guess = recode_guess(p, n, &marked);

	if (packed || guess || o->encoding || zones_are_named(p, n))
		g->zones = zones_open();
	if (o->encoding)
		return recode_open(&g->recoders, o->encoding, f);
	return packed || (guess && marked) ? recode_open_marked(&g->recoders, f) : 0;
}

int origin_seal(struct origin *g, const char *p, size_t n, struct fail *f)
{
	if (g->sealed)
		return 0;
	g->sealed = true;
	if (prepare(g, p, n, f) || sandbox_seal(g->child.pid, f))
		return -1;
	debug("sandbox: %s", sandbox_parts());
	return 0;
}

void origin_close(struct origin *g)
{
	child_stop(&g->child);
	for (size_t i = 0; i < g->n; i++)
		if (g->file[i].fd > STDERR_FILENO)
			close(g->file[i].fd);
	free(g->file);
	recode_close(&g->recoders);
	zones_close(g->zones);
	g->n = 0;
}

const char *origin_name(const struct origin *g)
{
	return g->n > 0 ? g->file[g->at < g->n ? g->at : g->n - 1].name : g->child.source.name;
}

const char *origin_path(const struct origin *g)
{
	return g->n > 0 ? g->file[g->at < g->n ? g->at : g->n - 1].path : g->child.source.name;
}

int64_t origin_place(const struct origin *g, int64_t *size)
{
	int64_t place = 0, ignored;

	*size = 0;
	for (size_t i = 0; i < g->n; i++) {
		if (g->file[i].size < 0)
			return *size = -1;
		*size += g->file[i].size;
		place += i < g->at ? g->file[i].size
			: i == g->at ? fd_place(g->file[i].fd, &ignored) : 0;
	}
	return g->n > 0 ? place : (*size = -1);
}

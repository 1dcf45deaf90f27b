/* The data directory: its lock, and the life of its files. */
#include "store/store.h"
#include "base/die.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { RESERVE = 1 << 20 };

struct store_known {
	unsigned char *bits;
	size_t bytes;
};

bool store_known(const struct store *s, int64_t segment)
{
	size_t at = (size_t)segment / 8;

	return at < s->known->bytes && s->known->bits[at] >> (segment % 8) & 1;
}

void store_know(const struct store *s, int64_t segment)
{
	struct store_known *k = s->known;
	size_t at = (size_t)segment / 8, more = at + 1024;

	if (at >= k->bytes) {
		k->bits = mem_resize(k->bits, more, 1);
		memset(k->bits + k->bytes, 0, more - k->bytes);
		k->bytes = more;
	}
	k->bits[at] |= (unsigned char)(1u << (segment % 8));
}

/* With those above it. */
static int make_path(const char *path, struct fail *f)
{
	char *copy = mem_string(path);

	for (char *p = strchr(copy + (*copy == '/'), '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(copy, 0777) && errno != EEXIST) {
			fail_errno(f, FAIL_CONFIG, "cannot make the directory %s", copy);
			break;
		}
		*p = '/';
	}
	free(copy);
	return f->kind ? -1 : 0;
}

static int make_dir(const char *path, struct fail *f)
{
	if (mkdir(path, 0700) && errno != EEXIST)
		return fail_errno(f, FAIL_CONFIG, "cannot make the directory %s", path);
	return 0;
}

static int take_lock(struct store *s, struct fail *f)
{
	char *path = mem_printf("%s/lock", s->dir);

	s->lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (s->lock < 0)
		fail_errno(f, FAIL_CONFIG, "cannot open %s", path);
	else if (flock(s->lock, LOCK_EX | LOCK_NB))
		fail_set(f, FAIL_CONFIG, "another program uses the data directory %s", s->dir);
	free(path);
	return f->kind ? -1 : 0;
}

static char *temporary_dir(struct fail *f)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = mem_printf("%s/td-local.XXXXXX", tmp && *tmp ? tmp : "/tmp");

	if (mkdtemp(dir))
		return dir;
	fail_errno(f, FAIL_SYSTEM, "cannot make a temporary directory %s", dir);
	free(dir);
	return NULL;
}

char *store_catalog(const struct store *s)
{
	return mem_printf("%s/catalog.sqlite", s->dir);
}

char *store_draft(const struct store *s)
{
	return mem_printf("%s/catalog.new", s->dir);
}

static void remove_names(const struct store *s, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *path = mem_printf("%s/%s", s->dir, names[i]);

		unlink(path);
		free(path);
	}
}

/* Its journals first: without them it is still known as a draft. */
static void remove_draft(const struct store *s)
{
	static const char *const names[] = { "catalog.new-wal", "catalog.new-shm",
		"catalog.new-journal", "catalog.new" };

	remove_names(s, names, sizeof names / sizeof *names);
}

static bool keep_none(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return false;
}

static bool is_empty(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	bool empty = d != NULL;

	while (empty && (e = readdir(d)))
		empty = e->d_name[0] == '.';
	if (d)
		closedir(d);
	return empty;
}

/*
 * There is no catalogue. A draft of one is from a start that was interrupted: it goes, and its
 * files. Files without either are somebody's rows.
 */
static int look_around(struct store *s, struct fail *f)
{
	char *draft = store_draft(s);
	bool interrupted = access(draft, F_OK) == 0;

	if (interrupted)
		store_sweep(s, keep_none, NULL);
	else if (!is_empty(s->files))
		fail_set(f, FAIL_CONFIG,
			"%s has files but no catalog.sqlite: put it back, or use another directory",
			s->dir);
	remove_draft(s);
	free(draft);
	return f->kind ? -1 : 0;
}

/* It must be ours, and closed to others; a new or empty one is closed here. */
static int check_dir(const struct store *s, struct fail *f)
{
	struct stat st;

	if (stat(s->dir, &st))
		fail_errno(f, FAIL_CONFIG, "cannot open %s", s->dir);
	else if (!S_ISDIR(st.st_mode))
		fail_set(f, FAIL_CONFIG, "%s is not a directory", s->dir);
	else if (st.st_uid != geteuid())
		fail_set(f, FAIL_CONFIG, "%s belongs to another user", s->dir);
	else if (st.st_mode & 077 && (!is_empty(s->dir) || chmod(s->dir, 0700)))
		fail_set(f, FAIL_CONFIG, "others may open %s: chmod 700 it", s->dir);
	return f->kind ? -1 : 0;
}

int store_open(struct store *s, const char *dir, struct fail *f)
{
	struct timespec now;
	char *catalog;

	*s = (struct store){ .lock = -1, .temporary = !dir };
	s->dir = dir ? mem_string(dir) : temporary_dir(f);
	if (!s->dir)
		return -1;
	s->known = mem_zero(1, sizeof *s->known);
	s->files = mem_printf("%s/files", s->dir);
	clock_gettime(CLOCK_REALTIME, &now);
	s->seed = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	if (make_path(s->dir, f) || make_dir(s->dir, f) || check_dir(s, f) ||
		make_dir(s->files, f) || take_lock(s, f)) {
		store_close(s);
		return -1;
	}
	catalog = store_catalog(s);
	s->fresh = access(catalog, F_OK) != 0;
	if (!s->fresh)
		chmod(catalog, 0600); /* early versions left it to the umask */
	free(catalog);
	if (!s->fresh || look_around(s, f) == 0)
		return 0;
	store_close(s);
	return -1;
}

int store_adopt(const struct store *s, struct fail *f)
{
	char *draft = store_draft(s), *catalog = store_catalog(s);
	int fd = open(draft, O_RDONLY | O_CLOEXEC),
	    dir = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || dir < 0 || fsync(fd) || rename(draft, catalog) || fsync(dir))
		fail_errno(f, FAIL_SYSTEM, "cannot make %s", catalog);
	if (fd >= 0)
		close(fd);
	if (dir >= 0)
		close(dir);
	free(draft);
	free(catalog);
	return f->kind ? -1 : 0;
}

static void remove_all(const struct store *s)
{
	static const char *const names[] = { "catalog.sqlite-wal", "catalog.sqlite-shm",
		"catalog.sqlite", "key", "ca.pem", "reserve", "lock" };

	store_sweep(s, keep_none, NULL);
	rmdir(s->files);
	remove_draft(s);
	remove_names(s, names, sizeof names / sizeof *names);
	rmdir(s->dir);
}

void store_close(struct store *s)
{
	if (s->temporary && s->lock >= 0)
		remove_all(s);
	if (s->lock >= 0)
		close(s->lock);
	if (s->known)
		free(s->known->bits);
	free(s->known);
	free(s->files);
	free(s->dir);
	*s = (struct store){ .lock = -1 };
}

char *store_path(const struct store *s, const char *name)
{
	return mem_printf("%s/%s", s->files, name);
}

int store_create(struct store *s, char kind, char name[STORE_NAME], struct fail *f)
{
	char *path;
	int fd;

	do {
		snprintf(name, STORE_NAME, "%c%" PRIx64 "-%" PRIx64, kind, s->seed, s->next++);
		path = store_path(s, name);
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		free(path);
	} while (fd < 0 && errno == EEXIST);
	if (fd < 0)
		return fail_errno(f, FAIL_SYSTEM, "cannot make a file in %s", s->files);
	return fd;
}

int store_temporary(struct store *s, struct fail *f)
{
	char name[STORE_NAME];
	int fd = store_create(s, 't', name, f);

	if (fd >= 0)
		store_drop(s, name);
	return fd;
}

int store_seal(struct store *s, int fd, struct fail *f)
{
	int dir;

	if (fdatasync(fd))
		return fail_errno(f, FAIL_SYSTEM, "cannot write to %s", s->files);
	dir = open(s->files, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || fsync(dir))
		fail_errno(f, FAIL_SYSTEM, "cannot sync %s", s->files);
	if (dir >= 0)
		close(dir);
	return f->kind ? -1 : 0;
}

int store_read(const struct store *s, const char *name, struct fail *f)
{
	char *path = store_path(s, name);
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		fail_errno(f, FAIL_SYSTEM, "cannot open %s", path);
	free(path);
	return fd;
}

int store_size(int fd, uint64_t *n, struct fail *f)
{
	struct stat st;

	if (fstat(fd, &st))
		return fail_errno(f, FAIL_SYSTEM, "cannot stat a file of the data directory");
	*n = (uint64_t)st.st_size;
	return 0;
}

int store_reserve(const struct store *s)
{
	char *path = mem_printf("%s/reserve", s->dir);
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc = fd < 0 || posix_fallocate(fd, 0, RESERVE) ? -1 : 0;

	if (fd >= 0)
		close(fd);
	if (rc)
		unlink(path);
	free(path);
	return rc;
}

void store_unreserve(const struct store *s)
{
	static const char *const names[] = { "reserve" };

	remove_names(s, names, 1);
}

void store_drop(const struct store *s, const char *name)
{
	char *path = s->keep ? NULL : store_path(s, name);

	if (!path)
		return;

	unlink(path); /* if it stays, the next start sweeps it */
	free(path);
}

void store_sweep(const struct store *s, bool (*keep)(void *arg, const char *name), void *arg)
{
	DIR *d = opendir(s->files);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.' && !keep(arg, e->d_name)) {
			debug("removing %s", e->d_name);
			store_drop(s, e->d_name);
		}
	if (d)
		closedir(d);
}

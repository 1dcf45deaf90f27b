/* Snapshots: copies of the catalogue with links to the files that it names. */
#include "store/snapshot.h"
#include "base/fd.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_LONGEST = 64, PIECE = 256 << 10 };
static const char fresh[] = ".new", old_one[] = ".old", dropped[] = ".drop";

static char *path_of(const struct store *s, const char *name, const char *suffix)
{
	return mem_printf("%s/snapshots/%s%s", s->dir, name, suffix);
}

bool snapshot_name_ok(const char *name)
{
	static const char legal[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
	size_t n = strspn(name, legal);

	return n > 0 && n <= NAME_LONGEST && !name[n];
}

bool snapshot_there(const struct account *a, const char *name)
{
	char *path = path_of(&a->store, name, "/catalog.sqlite");
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

/* --- files */

/* Removes a folder and what is in it, one level of folders deep; links are not followed. */
static void remove_tree(const char *path, int levels)
{
	DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		char *file;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		file = mem_printf("%s/%s", path, e->d_name);
		if (unlink(file) && levels > 0)
			remove_tree(file, levels - 1);
		free(file);
	}
	if (d)
		closedir(d);
	rmdir(path);
}

static int copy_file(const char *from, const char *to, struct fail *f)
{
	int in = open(from, O_RDONLY | O_CLOEXEC),
	    out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	char *piece = mem_alloc(PIECE);
	ssize_t n = out < 0 ? fail_errno(f, FAIL_SYSTEM, "cannot copy %s", from) : 1;

	while (n > 0 && (n = fd_read(in, from, piece, PIECE, f)) > 0)
		if (fd_write(out, to, piece, (size_t)n, f))
			n = -1;
	if (n == 0 && fsync(out))
		fail_errno(f, FAIL_SYSTEM, "cannot write %s", to);
	if (out >= 0)
		close(out);
	if (in >= 0)
		close(in);
	free(piece);
	return f->kind ? -1 : 0;
}

/* The same file under another name, or its copy; one that is there is the same already. */
static int link_file(const char *from, const char *to, struct fail *f)
{
	if (link(from, to) == 0 || errno == EEXIST)
		return 0;
	return errno == ENOENT ? fail_errno(f, FAIL_SYSTEM, "cannot link %s", from)
			       : copy_file(from, to, f);
}

static int sync_dir(const char *path, struct fail *f)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd))
		fail_errno(f, FAIL_SYSTEM, "cannot sync %s", path);
	if (fd >= 0)
		close(fd);
	return f->kind ? -1 : 0;
}

static int make_dir(const char *path, struct fail *f)
{
	if (mkdir(path, 0700) && errno != EEXIST)
		return fail_errno(f, FAIL_SYSTEM, "cannot make %s", path);
	return 0;
}

/* Those of one folder under the same names in another. */
static int link_all(const struct keyset *names, const char *from, const char *to, struct fail *f)
{
	for (size_t i = 0; i < names->n && f->kind == FAIL_NONE; i++) {
		char *a = mem_printf("%s/%s", from, names->key[i].p),
		     *b = mem_printf("%s/%s", to, names->key[i].p);

		link_file(a, b, f);
		free(a);
		free(b);
	}
	return f->kind ? -1 : sync_dir(to, f);
}

/* The files that a catalogue's file names. */
static int names_of(const char *path, struct keyset *names, struct fail *f)
{
	struct catalog c;

	if (catalog_open(&c, path, false, f))
		return -1;
	catalog_begin(&c);
	catalog_files(&c, names);
	catalog_end(&c, false, f);
	catalog_close(&c);
	return f->kind ? -1 : 0;
}

/* --- taking one */

/*
 * The catalogue is copied first; a file that it names and that a job has removed since cannot be
 * linked: then once more.
 */
static int fill(struct account *a, const char *dir, struct fail *f)
{
	char *files = mem_printf("%s/files", dir), *copy = mem_printf("%s/catalog.sqlite", dir);
	struct keyset names = { 0 };

	remove_tree(dir, 1);
	if (make_dir(dir, f) == 0 && make_dir(files, f) == 0 &&
		catalog_copy(&a->catalog, copy, f) == 0 && names_of(copy, &names, f) == 0 &&
		link_all(&names, a->store.files, files, f) == 0)
		sync_dir(dir, f);
	keyset_free(&names);
	free(files);
	free(copy);
	return f->kind ? -1 : 0;
}

int snapshot_take(struct account *a, const char *name, struct fail *f)
{
	enum { TRIES = 5 };
	char *dir = path_of(&a->store, "", ""), *new = path_of(&a->store, name, fresh),
	     *old = path_of(&a->store, name, old_one), *path = path_of(&a->store, name, "");

	make_dir(dir, f);
	for (int i = 0; i < TRIES && (i == 0 || f->kind); i++) {
		*f = (struct fail){ 0 };
		fill(a, new, f);
	}
	if (f->kind == FAIL_NONE) {
		remove_tree(old, 1);
		if ((rename(path, old) && errno != ENOENT) || rename(new, path))
			fail_errno(f, FAIL_SYSTEM, "cannot make %s", path);
		else
			sync_dir(dir, f);
		remove_tree(old, 1);
	}
	if (f->kind)
		remove_tree(new, 1);
	free(dir);
	free(new);
	free(old);
	free(path);
	return f->kind ? -1 : 0;
}

/* --- bringing one back */

static bool has(const struct keyset *names, const struct key *k)
{
	return keyset_find(names, k->p, k->n, 0) >= 0;
}

/* Those that the old catalogue named and the new one does not; uploads that come in stay. */
static void drop_others(const struct account *a, const struct keyset *old, const struct keyset *new)
{
	for (size_t i = 0; i < old->n; i++)
		if (!has(new, &old->key[i]))
			store_drop(&a->store, old->key[i].p);
}

int snapshot_restore(struct account *a, const char *name, struct fail *f)
{
	char *files = path_of(&a->store, name, "/files"),
	     *copy = path_of(&a->store, name, "/catalog.sqlite");
	struct keyset old = { 0 }, new = { 0 };

	catalog_begin(&a->catalog);
	catalog_files(&a->catalog, &old);
	catalog_end(&a->catalog, false, f);
	if (f->kind == FAIL_NONE && names_of(copy, &new, f) == 0 &&
		link_all(&new, files, a->store.files, f) == 0 &&
		catalog_replace(&a->catalog, copy, f) == 0)
		drop_others(a, &old, &new);
	keyset_free(&old);
	keyset_free(&new);
	free(files);
	free(copy);
	return f->kind ? -1 : 0;
}

/* --- the others */

int snapshot_drop(struct account *a, const char *name, struct fail *f)
{
	char *path = path_of(&a->store, name, ""), *old = path_of(&a->store, name, dropped);

	remove_tree(old, 1);
	if (rename(path, old)) /* at once */
		fail_errno(f, FAIL_SYSTEM, "cannot remove %s", path);
	remove_tree(old, 1);
	free(path);
	free(old);
	return f->kind ? -1 : 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in DIR/snapshots, in order, ends with NULL. */
static char **names_in(const struct store *s)
{
	char *dir = path_of(s, "", ""), **names = mem_zero(1, sizeof *names);
	DIR *d = opendir(dir);
	struct dirent *e;
	size_t n = 0;

	while (d && (e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		names = mem_resize(names, n + 2, sizeof *names);
		names[n++] = mem_string(e->d_name);
		names[n] = NULL;
	}
	if (d)
		closedir(d);
	qsort(names, n, sizeof *names, by_name);
	free(dir);
	return names;
}

json_t *snapshot_list(const struct account *a)
{
	char **names = names_in(&a->store);
	json_t *all = json_array();

	for (char **n = names; *n; n++) {
		char *path = path_of(&a->store, *n, "/catalog.sqlite");

		if (snapshot_name_ok(*n) && access(path, F_OK) == 0)
			json_array_append_new(all, json_string(*n));
		free(path);
		free(*n);
	}
	free(names);
	return all;
}

/* all: those that are whole, too. One whose new version was not yet in place comes back. */
static void sweep(const struct store *s, bool all)
{
	char **names = names_in(s);

	for (char **n = names; *n; n++) {
		char *path = path_of(s, *n, ""), *dot = strrchr(*n, '.'),
		     *name = dot ? mem_copy(*n, (size_t)(dot - *n)) : NULL,
		     *right = name ? path_of(s, name, "") : NULL;

		if (all || (dot && (strcmp(dot, old_one) != 0 || rename(path, right))))
			remove_tree(path, 1);
		free(path);
		free(name);
		free(right);
		free(*n);
	}
	free(names);
}

void snapshot_sweep(const struct store *s)
{
	sweep(s, false);
}

void snapshot_remove_all(const struct store *s)
{
	char *dir = path_of(s, "", "");

	sweep(s, true);
	rmdir(dir);
	free(dir);
}

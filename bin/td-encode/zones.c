/* zones: all time zones of the system, by name. */
#include "zones.h"

#include "base/mem.h"
#include "sys/zonefile.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char folder[] = "/usr/share/zoneinfo";

enum { DEPTH = 3, MANY = 2000 };

struct zones {
	struct named {
		char *name;
		struct zone *zone;
	} *all;
	size_t n, cap;
	_Atomic(const struct named *) last; /* most rows name the same one; rows of any thread */
};

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

/* A digit of a time of day, a blank, Region/City. */
static bool is_name(const char *p, const char *end)
{
	const char *slash;

	if (end - p < 6 || p[0] < '0' || p[0] > '9' || p[1] != ' ' || p[2] < 'A' || p[2] > 'Z')
		return false;
	for (slash = p + 2; slash < end && is_letter(*slash); slash++)
		;
	return end - slash > 1 && *slash == '/' && slash[1] >= 'A' && slash[1] <= 'Z';
}

bool zones_are_named(const char *p, size_t n)
{
	static const char type[] = "with time zone";
	const char *end = p + n;

	for (; p < end; p++)
		if (is_name(p, end) || (*p == 'w' && end - p >= (ptrdiff_t)sizeof type - 1 &&
					       memcmp(p, type, sizeof type - 1) == 0))
			return true;
	return false;
}

static void add(struct zones *z, const char *name)
{
	struct zone *zone = zonefile_open(name, FAIL_IGNORED);

	if (!zone)
		return;
	if (z->n == z->cap)
		z->all = mem_resize(z->all, z->cap = z->cap ? 2 * z->cap : 64, sizeof *z->all);
	z->all[z->n++] = (struct named){ mem_string(name), zone };
}

/* Below a folder of the database; prefix: "" or "America/". */
static void add_folder(struct zones *z, const char *prefix, int depth)
{
	char *path = mem_printf("%s/%s", folder, prefix);
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && z->n < MANY && (entry = readdir(dir))) {
		char *name, *below;

		if (entry->d_name[0] < 'A' || entry->d_name[0] > 'Z')
			continue; /* posix, right, tables, . and .. */
		name = mem_printf("%s%s", prefix, entry->d_name);
		below = mem_printf("%s/", name);
		add(z, name);
		if (depth > 1)
			add_folder(z, below, depth - 1);
		free(below);
		free(name);
	}
	if (dir)
		closedir(dir);
	free(path);
}

static int by_name(const void *left, const void *right)
{
	const struct named *a = left, *b = right;

	return strcmp(a->name, b->name);
}

struct zones *zones_open(void)
{
	struct zones *z = mem_zero(1, sizeof *z);

	add_folder(z, "", DEPTH);
	qsort(z->all, z->n, sizeof *z->all, by_name);
	return z;
}

void zones_close(struct zones *z)
{
	for (size_t i = 0; z && i < z->n; i++) {
		free(z->all[i].name);
		zone_free(z->all[i].zone);
	}
	if (z)
		free(z->all);
	free(z);
}

const struct zone *zones_find(void *zones, const char *name, size_t n)
{
	struct zones *z = zones;
	char text[64];
	const struct named key = { text, NULL }, *found;

	if (!z || n >= sizeof text)
		return NULL;
	memcpy(text, name, n);
	text[n] = '\0';
	found = z->last;
	if (!found || strcmp(found->name, text) != 0)
		z->last = found = bsearch(&key, z->all, z->n, sizeof *z->all, by_name);
	return found ? found->zone : NULL;
}

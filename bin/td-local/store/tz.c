/* Time zones from TZif files. */
#include "store/tz.h"
#include "base/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { FILE_MAX = 256 << 10 };

struct tz {
	char fixed_name[10];
	int fixed; /* if there is no file */
	unsigned char *file;
	uint64_t times, types, chars; /* counts */
	const unsigned char *at, *index, *type, *name;
};

static int64_t big(const unsigned char *p, unsigned n)
{
	uint64_t v = n < 8 && p[0] & 0x80 ? UINT64_MAX : 0;

	while (n--)
		v = v << 8 | *p++;
	return (int64_t)v;
}

/*
 * The lengths in a header, in its order: UT flags, standard flags, leap seconds, times, types,
 * characters.
 */
static void counts(const unsigned char *header, uint64_t n[6])
{
	for (unsigned i = 0; i < 6; i++)
		n[i] = (uint64_t)big(header + 20 + 4 * i, 4) & 0xffffff;
}

static int parse(struct tz *z, uint64_t len)
{
	uint64_t n[6], skip;
	const unsigned char *p = z->file, *end = z->file + len;

	if (len < 44 || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return -1;
	counts(p, n);
	/* the block with 32-bit times */
	skip = 44 + n[3] * 5 + n[4] * 6 + n[5] + n[2] * 8 + n[1] + n[0];
	if (skip + 44 > len)
		return -1;
	p += skip;
	counts(p, n);
	z->times = n[3];
	z->types = n[4];
	z->chars = n[5];
	z->at = p + 44;
	z->index = z->at + 8 * n[3];
	z->type = z->index + n[3];
	z->name = z->type + 6 * n[4];
	if (memcmp(p, "TZif", 4) != 0 || (uint64_t)(end - z->at) < 9 * n[3] + 6 * n[4] + n[5] ||
		n[4] == 0 || n[5] == 0 || z->name[n[5] - 1])
		return -1;
	for (uint64_t i = 0; i < n[3]; i++)
		if (z->index[i] >= n[4])
			return -1;
	for (uint64_t i = 0; i < n[4]; i++)
		if (z->type[6 * i + 5] >= n[5])
			return -1;
	return 0;
}

static int load(struct tz *z, const char *name)
{
	char *path;
	ssize_t n = -1;
	int fd;

	if (strspn(name,
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456"
		    "789_+-/") != strlen(name) ||
		*name == '/')
		return -1;
	path = mem_printf("/usr/share/zoneinfo/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	if (fd < 0)
		return -1;
	z->file = mem_alloc(FILE_MAX);
	n = read(fd, z->file, FILE_MAX);
	close(fd);
	return n > 0 ? parse(z, (uint64_t)n) : -1;
}

/* +09:00, -0330, +9 */
static int parse_offset(const char *s, int *out)
{
	int h = 0, m = 0, n = 0;

	if ((*s != '+' && *s != '-') || s[1] < '0' || s[1] > '9')
		return -1;
	if (sscanf(s + 1, "%2d:%2d%n", &h, &m, &n) < 2 &&
		sscanf(s + 1, "%2d%2d%n", &h, &m, &n) < 2 && sscanf(s + 1, "%2d%n", &h, &n) < 1)
		return -1;
	if (s[1 + n] || h > 18 || m > 59)
		return -1;
	*out = (*s == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return 0;
}

struct tz *tz_open(const char *name)
{
	/* What Java, and so TD, makes of the old abbreviations. */
	static const struct {
		const char *old, *name;
	} olds[] = { { "PST", "America/Los_Angeles" }, { "MST", "America/Denver" },
		{ "CST", "America/Chicago" }, { "EST", "America/New_York" },
		{ "PDT", "America/Los_Angeles" }, { "EDT", "America/New_York" },
		{ "IST", "Asia/Kolkata" }, { "CET", "Europe/Paris" }, { "BST", "Europe/London" } };
	struct tz *z = mem_zero(1, sizeof *z);

	snprintf(z->fixed_name, sizeof z->fixed_name, "%s", name);
	if (strcasecmp(name, "UTC") == 0 || strcasecmp(name, "GMT") == 0 ||
		strcmp(name, "Z") == 0 || parse_offset(name, &z->fixed) == 0)
		return z;
	if (strcasecmp(name, "JST") == 0) {
		z->fixed = 9 * 3600;
		return z;
	}
	for (size_t i = 0; i < sizeof olds / sizeof *olds; i++)
		if (strcasecmp(name, olds[i].old) == 0)
			name = olds[i].name;
	if (load(z, name) == 0)
		return z;
	tz_free(z);
	return NULL;
}

void tz_free(struct tz *z)
{
	if (z)
		free(z->file);
	free(z);
}

int tz_offset(const struct tz *z, int64_t utc, const char **abbreviation)
{
	uint64_t lo = 0, hi = z->times; /* the first transition that is later */
	const unsigned char *t;

	if (!z->file) {
		if (abbreviation)
			*abbreviation = z->fixed_name;
		return z->fixed;
	}
	while (lo < hi) {
		uint64_t mid = (lo + hi) / 2;

		if (big(z->at + 8 * mid, 8) <= utc)
			lo = mid + 1;
		else
			hi = mid;
	}
	t = z->type + 6 * (lo ? z->index[lo - 1] : 0);
	if (abbreviation)
		*abbreviation = (const char *)z->name + t[5];
	return (int)big(t, 4);
}

int64_t tz_utc(const struct tz *z, int64_t local)
{
	int first = tz_offset(z, local - tz_offset(z, local, NULL), NULL);

	return local - tz_offset(z, local - first, NULL);
}

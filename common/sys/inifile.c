/* Configuration files, read by inih. */
#include "sys/inifile.h"
#include "base/fd.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20 };

struct reading {
	const char *p;
	unsigned line;
	bool too_long;
	inifile_handler *handler;
	void *arg;
	struct fail *f;
};

static char *put_line(char *to, const char *p, size_t n)
{
	memcpy(to, p, n);
	to[n] = '\n';
	to[n + 1] = '\0';
	return to;
}

/*
 * inih's idea of fgets(3). It takes an indented line for the continuation of the value above, but
 * TD's toolbelt writes its file indented; and it would take the rest of a line that does not fit
 * for a line of its own.
 */
static char *next_line(char *to, int cap, void *stream)
{
	struct reading *r = stream;
	const char *p;
	size_t n;

	if (!*r->p)
		return NULL;
	r->p += strspn(r->p, " \t");
	n = strcspn(r->p, "\n");
	r->line++;
	p = r->p;
	if (*p != '#' && *p != ';' && n + 2 > (size_t)cap) {
		r->too_long = true;
		return NULL;
	}
	r->p += n + (p[n] == '\n');
	return put_line(to, p, *p == '#' || *p == ';' ? 0 : n); /* a comment may have any length */
}

static int on_value(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *r = arg;

	return r->handler(r->arg, section, name, value, r->f) == 0;
}

static int check_owner(int fd, const char *path, struct fail *f)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail_errno(f, FAIL_CONFIG, "cannot read %s", path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return fail_set(f, FAIL_CONFIG, "%s belongs to somebody else", path);
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return fail_set(f, FAIL_CONFIG,
			"%s holds keys, but others may read it (chmod 600 %s)", path, path);
	return 0;
}

int inifile_slurp(const char *path, bool secret, char **text, struct fail *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
	size_t n;

	*text = NULL;
	if (fd < 0 && errno == ENOENT)
		return 1;
	if (fd < 0)
		return fail_errno(f, FAIL_CONFIG, "cannot read %s", path);
	rc = (secret && check_owner(fd, path, f)) || fd_slurp(fd, path, FILE_MAX, text, &n, f) ? -1
											       : 0;
	close(fd);
	if (rc == 0 && strlen(*text) != n) {
		inifile_forget(*text);
		*text = NULL;
		rc = fail_set(f, FAIL_CONFIG, "%s: not a text file", path);
	}
	if (rc && f->kind != FAIL_SIGNAL)
		f->kind = FAIL_CONFIG;
	return rc;
}

void inifile_forget(char *text)
{
	if (text)
		mem_wipe(text, strlen(text));
	free(text);
}

int inifile_read(const char *path, bool secret, inifile_handler *handler, void *arg, struct fail *f)
{
	struct reading r = { .handler = handler, .arg = arg, .f = f };
	char *text;
	int rc = inifile_slurp(path, secret, &text, f), bad;

	if (rc)
		return rc;
	r.p = text;
	bad = ini_parse_stream(next_line, &r, on_value, &r);
	inifile_forget(text);
	if (f->kind != FAIL_NONE)
		return fail_at(f, "%s", path);
	if (r.too_long)
		return fail_set(f, FAIL_CONFIG, "%s, line %u: too long", path, r.line);
	if (bad)
		return fail_set(f, FAIL_CONFIG, "%s, line %d: not of the form 'name = value'", path,
			bad);
	return 0;
}

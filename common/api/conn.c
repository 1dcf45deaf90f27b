/* The file of named connections: read by inih, rewritten one section at a time. */
#include "api/conn.h"
#include "base/buf.h"
#include "base/fd.h"
#include "sys/inifile.h"
#include "base/mem.h"
#include "base/sig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* inih cuts names at 49 */
enum { CONNECTIONS_MAX = 1000, FILE_MAX = 1 << 20, LINE_MAX_ = 190, NAME_MAX_ = 49 };

/* malloc'ed; NULL with f: neither XDG_CONFIG_HOME nor HOME is set */
static char *path_of(struct fail *f)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (xdg && *xdg)
		return mem_printf("%s/td-pipe/connections", xdg);
	if (home && *home)
		return mem_printf("%s/.config/td-pipe/connections", home);
	fail_set(f, FAIL_CONFIG, "neither XDG_CONFIG_HOME nor HOME says where the connections are");
	return NULL;
}

int conn_check_name(const char *name, struct fail *f)
{
	static const char legal[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

	if (strpbrk(name, "/@")) /* more likely a key or a URL than a name, and not shown */
		return fail_set(f, FAIL_USAGE,
			"this is not a connection name: it holds '/' or '@'");
	if (!*name || strlen(name) > NAME_MAX_ || name[strspn(name, legal)])
		return fail_set(f, FAIL_USAGE,
			"'%s' is not a connection name: letters, digits, _ - . and at most %d of "
			"them",
			name, NAME_MAX_);
	return 0;
}

int conn_check_proxy(const char *url, struct fail *f)
{
	static const char *const schemes[] = { "http", "https", "socks4", "socks4a", "socks5",
		"socks5h" };
	const char *sign = strstr(url, "://"), *host = sign ? sign + 3 : url, *at;
	size_t n = sign ? (size_t)(sign - url) : 0;
	bool known = !sign;

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		known = known || (strlen(schemes[i]) == n && strncasecmp(url, schemes[i], n) == 0);
	at = strrchr(host, '@');
	host = at ? at + 1 : host;
	if (known && *host && !strpbrk(host, "/?# \t@") && host[0] != ':')
		return 0;
	/* not shown: it may hold a password, in whatever place */
	return fail_set(f, FAIL_USAGE,
		"not the URL of a proxy: write [SCHEME://][USER:PASSWORD@]HOST[:PORT] with http, "
		"https, socks4, socks4a, socks5 or socks5h, and %%40 for an @ of the password");
}

void conn_free(struct conn *c)
{
	inifile_forget(c->apikey);
	tdurl_free(&c->url);
	free(c->name);
	free(c->apikey_file);
	free(c->apikey_command);
	free(c->cacert);
	free(c->cert);
	free(c->cert_key);
	inifile_forget(c->proxy);
	*c = (struct conn){ 0 };
}

/* --- reading --------------------------------------------------------------- */

struct all {
	struct conn *conn;
	size_t n;
};

static struct conn *section_of(struct all *all, const char *name, struct fail *f)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->conn[i].name, name) == 0)
			return all->conn + i;
	if (conn_check_name(name, f)) {
		f->kind = FAIL_CONFIG;
		return NULL;
	}
	if (all->n == CONNECTIONS_MAX) {
		fail_set(f, FAIL_CONFIG, "more than %d connections", CONNECTIONS_MAX);
		return NULL;
	}
	all->conn = mem_resize(all->conn, all->n + 1, sizeof *all->conn);
	all->conn[all->n] = (struct conn){ .name = mem_string(name) };
	return all->conn + all->n++;
}

static int set_text(char **to, const char *section, const char *name, const char *value,
	struct fail *f)
{
	if (*to)
		return fail_set(f, FAIL_CONFIG, "[%s]: %s is given twice", section, name);
	*to = mem_string(value);
	return 0;
}

static int set_url(struct conn *c, const char *value, struct fail *f)
{
	if (c->has_url)
		return fail_set(f, FAIL_CONFIG, "[%s]: url is given twice", c->name);
	c->has_url = true;
	if (tdurl_parse(&c->url, value, f)) {
		f->kind = FAIL_CONFIG;
		return fail_at(f, "[%s]: url", c->name);
	}
	if (c->url.connection || c->url.table)
		return fail_set(f, FAIL_CONFIG,
			"[%s]: its url is td://@HOST or td://@HOST/DATABASE, without a table",
			c->name);
	return 0;
}

/* The text that a line of the file sets, or NULL. */
static char **text_of(struct conn *c, const char *name)
{
	const struct { const char *name; char **text; } texts[] = {
		{ "apikey", &c->apikey }, { "apikey_file", &c->apikey_file },
		{ "apikey_command", &c->apikey_command }, { "cacert", &c->cacert },
		{ "cert", &c->cert }, { "cert_key", &c->cert_key }, { "proxy", &c->proxy },
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (strcmp(name, texts[i].name) == 0)
			return texts[i].text;
	return NULL;
}

static int on_value(void *arg, const char *section, const char *name, const char *value,
	struct fail *f)
{
	struct conn *c = section_of(arg, section, f);
	char **text;

	if (!c)
		return -1;
	if (strcmp(name, "url") == 0)
		return set_url(c, value, f);
	text = text_of(c, name);
	if (!text)
		return fail_set(f, FAIL_CONFIG,
			"[%s]: '%s' is not known (url, apikey, apikey_file, apikey_command, "
			"cacert, cert, cert_key, proxy are)",
			section, name);
	if (strncmp(name, "apikey", 6) == 0 &&
		(c->apikey || c->apikey_file || c->apikey_command))
		return fail_set(f, FAIL_CONFIG,
			"[%s]: there is a key already: one of apikey, apikey_file and "
			"apikey_command",
			section);
	if (strcmp(name, "proxy") == 0 && conn_check_proxy(value, f)) {
		f->kind = FAIL_CONFIG;
		return fail_at(f, "[%s]: proxy", section);
	}
	return set_text(text, section, name, value, f);
}

static void free_all(struct all *all)
{
	for (size_t i = 0; i < all->n; i++)
		conn_free(all->conn + i);
	free(all->conn);
	*all = (struct all){ 0 };
}

/*
 * A name may have a section and nothing in it: then it has no values either, and is not in the
 * list.
 */
static int read_all(struct all *all, struct fail *f)
{
	char *path = path_of(f);
	int rc = path ? inifile_read(path, true, on_value, all, f) : -1;

	free(path);
	if (rc < 0)
		free_all(all);
	return rc < 0 ? -1 : 0;
}

int conn_list(struct conn **out, size_t *n, struct fail *f)
{
	struct all all = { 0 };
	int rc = read_all(&all, f);

	*out = all.conn;
	*n = all.n;
	return rc;
}

int conn_load(struct conn *c, const char *name, struct fail *f)
{
	struct all all = { 0 };
	char *path;

	*c = (struct conn){ 0 };
	if (conn_check_name(name, f) || read_all(&all, f))
		return -1;
	for (size_t i = 0; i < all.n; i++)
		if (strcmp(all.conn[i].name, name) == 0) {
			*c = all.conn[i];
			all.conn[i] = (struct conn){ 0 };
		}
	free_all(&all);
	if (c->name)
		return 0;
	path = path_of(f);
	fail_set(f, FAIL_CONFIG, "no connection '%s' in %s (td-conn add %s ...)", name,
		path, name);
	free(path);
	return -1;
}

/* --- writing --------------------------------------------------------------- */

static bool is_section(const char *line, const char *name)
{
	size_t n = strlen(name);

	line += strspn(line, " \t");
	return line[0] == '[' && strncmp(line + 1, name, n) == 0 && line[1 + n] == ']';
}

static void put_text(struct buf *out, const char *name, const char *value)
{
	if (value)
		buf_printf(out, "%s = %s\n", name, value);
}

static void put_section(struct buf *out, const struct conn *c)
{
	char *url = tdurl_format(&c->url);

	if (out->len && out->p[out->len - 1] != '\n')
		buf_putc(out, '\n');
	buf_printf(out, "[%s]\n", c->name);
	/* also an empty one: inih reports no section without a value */
	buf_printf(out, "url = %s\n", url);
	put_text(out, "apikey", c->apikey);
	put_text(out, "apikey_file", c->apikey_file);
	put_text(out, "apikey_command", c->apikey_command);
	put_text(out, "cacert", c->cacert);
	put_text(out, "cert", c->cert);
	put_text(out, "cert_key", c->cert_key);
	put_text(out, "proxy", c->proxy);
	free(url);
}

/*
 * The file's text with section `name` replaced by c, or without it if c is NULL. Only the section's
 * header and its values go; comments and empty lines stay where they are. True if there was such a
 * section.
 */
static bool replace(const char *text, const char *name, const struct conn *c, struct buf *out)
{
	bool inside = false, found = false;

	if (strncmp(text, "\xef\xbb\xbf", 3) == 0) {
		buf_put(out, text, 3);
		text += 3;
	}
	for (size_t n; *text; text += n) {
		char first = text[strspn(text, " \t\r")];

		n = strcspn(text, "\n");
		n += text[n] == '\n';
		if (first == '[') {
			inside = is_section(text, name);
			if (inside && c && !found)
				put_section(out, c);
			found = found || inside;
		}
		if (!inside || first == '#' || first == ';' || first == '\n' || !first)
			buf_put(out, text, n);
	}
	if (c && !found)
		put_section(out, c);
	return found;
}

/*
 * What inih would read differently from what was given: line breaks, " ;", outer blanks, long
 * lines.
 */
static int check_value(const char *what, const char *s, struct fail *f)
{
	size_t n = s ? strlen(s) : 0;

	if (!s)
		return 0;
	if (n == 0 || n > LINE_MAX_ - strlen("apikey_command = "))
		return fail_set(f, FAIL_USAGE, "the %s is empty or too long", what);
	if (strpbrk(s, "\r\n") || strstr(s, " ;") || strstr(s, "\t;") || s[0] <= ' ' ||
		s[n - 1] <= ' ' || s[0] == ';')
		return fail_set(f, FAIL_USAGE,
			"the %s begins or ends with a blank, or holds a line break or ' ;'", what);
	return 0;
}

static int make_folder(const char *path, struct fail *f)
{
	char *dir = mem_string(path);
	int rc = 0;

	for (char *p = strchr(dir + 1, '/'); p && rc == 0; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(dir, 0700) != 0 && errno != EEXIST && errno != EISDIR)
			rc = fail_errno(f, FAIL_CONFIG, "cannot make %s", dir);
		*p = '/';
	}
	free(dir);
	return rc;
}

/*
 * Beside it and then in its place: a reader sees the old file or the new one, and a full disk loses
 * nothing.
 */
static int replace_file(const char *path, const struct buf *b, struct fail *f)
{
	char *tmp = mem_printf("%s.%ld", path, (long)getpid());
	int fd, rc;

	unlink(tmp);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		rc = fail_errno(f, FAIL_CONFIG, "cannot write %s", tmp);
	} else {
		rc = fd_write(fd, tmp, b->p, b->len, f);
		if (rc == 0 && fsync(fd) != 0)
			rc = fail_errno(f, FAIL_SYSTEM, "cannot write %s", tmp);
		rc = fd_close(fd, tmp, f) || rc ? -1 : 0;
		if (rc == 0 && rename(tmp, path) != 0)
			rc = fail_errno(f, FAIL_CONFIG, "cannot write %s", path);
		if (rc)
			unlink(tmp);
	}
	free(tmp);
	return rc;
}

/*
 * One writer at a time: what two read, change and write, one of them loses. The lock goes with the
 * descriptor.
 */
static int lock(const char *path, struct fail *f)
{
	char *name = mem_printf("%s.lock", path);
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), rc;

	if (fd < 0) {
		fail_errno(f, FAIL_CONFIG, "cannot write %s", name);
	} else {
		while ((rc = flock(fd, LOCK_EX)) && errno == EINTR && !sig_caught())
			;
		if (rc) {
			fail_errno(f, FAIL_SYSTEM, "cannot lock %s", name);
			close(fd);
			fd = -1;
		}
	}
	free(name);
	return fd;
}

/* Where the file is, if its name is a link to it. */
static char *real_path(struct fail *f)
{
	char *path = path_of(f), *real = path ? realpath(path, NULL) : NULL;

	if (!real)
		return path;
	free(path);
	return real;
}

static int rewrite(const char *name, const struct conn *c, struct fail *f)
{
	char *path = real_path(f), *text = NULL;
	struct buf b;
	bool found;
	int rc, locked = -1;

	if (!path)
		return -1;
	buf_init(&b, FILE_MAX);
	rc = make_folder(path, f) || (locked = lock(path, f)) < 0 ||
			inifile_slurp(path, true, &text, f) < 0
		? -1
		: 0;
	found = rc == 0 && replace(text ? text : "", name, c, &b);
	if (rc == 0 && !c && !found)
		rc = fail_set(f, FAIL_CONFIG, "no connection '%s' in %s", name, path);
	if (rc == 0)
		rc = replace_file(path, &b, f);
	if (locked >= 0)
		close(locked);
	if (b.p)
		mem_wipe(b.p, b.len);
	buf_free(&b);
	inifile_forget(text);
	free(path);
	return rc;
}

int conn_save(const struct conn *c, struct fail *f)
{
	char *url = tdurl_format(&c->url);
	int rc = conn_check_name(c->name, f) || check_value("URL", url, f) ||
			check_value("key", c->apikey, f) ||
			check_value("file name", c->apikey_file, f) ||
			check_value("command", c->apikey_command, f) ||
			check_value("name of --cacert", c->cacert, f) ||
			check_value("name of --cert", c->cert, f) ||
			check_value("name of --cert-key", c->cert_key, f) ||
			check_value("proxy's URL", c->proxy, f) ||
			(c->proxy && conn_check_proxy(c->proxy, f))
		? -1
		: 0;

	free(url);
	return rc ? -1 : rewrite(c->name, c, f);
}

int conn_remove(const char *name, struct fail *f)
{
	return conn_check_name(name, f) || rewrite(name, NULL, f) ? -1 : 0;
}

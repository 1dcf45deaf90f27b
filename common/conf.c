#include "conf.h"
#include "fd.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20, KEY_MAX = 1024 };

static const char default_endpoint[] = "https://api.treasuredata.com";

/* An environment variable; an empty one counts as unset. */
static const char *variable(const char *name)
{
	const char *v = getenv(name);

	return v && *v ? v : NULL;
}

static int set(char **to, const char *value)
{
	free(*to);
	*to = mem_string(value);
	return 0;
}

/* --- ini files ------------------------------------------------------------------------------------------------- */

struct lines {
	const char *p;
	unsigned line;
	bool too_long;
};

/*
 * inih's idea of fgets(3). It takes an indented line for the continuation of the value above, but td.conf is written
 * indented; and it would take the rest of a line that does not fit for a line of its own.
 */
static char *next_line(char *to, int cap, void *stream)
{
	struct lines *l = stream;
	size_t n;

	if (!*l->p)
		return NULL;
	l->p += strspn(l->p, " \t");
	n = strcspn(l->p, "\n");
	l->line++;
	if (n + 2 > (size_t)cap) {
		l->too_long = true;
		return NULL;
	}
	memcpy(to, l->p, n);
	to[n] = '\n';
	to[n + 1] = '\0';
	l->p += n + (l->p[n] == '\n');
	return to;
}

static int parse_ini(const char *path, const char *text, ini_handler handler, void *arg, struct fail *f)
{
	struct lines l = { .p = text };
	int bad = ini_parse_stream(next_line, &l, handler, arg);

	if (l.too_long)
		return fail_set(f, FAIL_CONFIG, "%s, line %u: too long", path, l.line);
	if (bad)
		return fail_set(f, FAIL_CONFIG, "%s, line %d: not of the form 'name = value'", path, bad);
	return 0;
}

/* The text of a file; 1 if there is none. */
static int slurp(const char *path, char **text, struct fail *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
	size_t n;

	if (fd < 0 && errno == ENOENT)
		return 1;
	if (fd < 0)
		return fail_errno(f, FAIL_CONFIG, "cannot read %s", path);
	rc = fd_slurp(fd, path, FILE_MAX, text, &n, f);
	close(fd);
	if (rc == 0 && strlen(*text) != n) {
		free(*text);
		rc = fail_set(f, FAIL_CONFIG, "%s: not a text file", path);
	}
	if (rc)
		f->kind = f->kind == FAIL_SIGNAL ? FAIL_SIGNAL : FAIL_CONFIG;
	return rc;
}

static void forget(char *text)
{
	if (text)
		mem_wipe(text, strlen(text));
	free(text);
}

/* --- td.conf --------------------------------------------------------------------------------------------------- */

struct account {
	char *key, *endpoint;
};

static int on_account(void *arg, const char *section, const char *name, const char *value)
{
	struct account *a = arg;

	if (strcmp(section, "account") != 0 || !*value)
		return 1;
	if (strcmp(name, "apikey") == 0 && !a->key)
		set(&a->key, value);
	if (strcmp(name, "endpoint") == 0 && !a->endpoint)
		set(&a->endpoint, value);
	return 1;
}

static int read_account(struct account *a, struct fail *f)
{
	const char *said = variable("TD_CONFIG_PATH"), *home = variable("HOME");
	char *path, *text = NULL;
	int rc;

	if (!said && !home)
		return 0;
	path = said ? mem_string(said) : mem_printf("%s/.td/td.conf", home);
	rc = slurp(path, &text, f);
	if (rc == 1)
		rc = said ? fail_set(f, FAIL_CONFIG, "TD_CONFIG_PATH names %s, which does not exist", path) : 0;
	else if (rc == 0)
		rc = parse_ini(path, text, on_account, a, f);
	forget(text);
	free(path);
	return rc;
}

/* --- the key --------------------------------------------------------------------------------------------------- */

/* A key is sent in a header: a line break in it would be another header. Its shape is the server's business. */
static int check_key(const char *key, const char *from, struct fail *f)
{
	if (!*key)
		return fail_set(f, FAIL_KEY, "%s holds no key", from);
	if (strlen(key) > KEY_MAX)
		return fail_set(f, FAIL_KEY, "%s holds something longer than a key", from);
	for (const char *p = key; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 127)
			return fail_set(f, FAIL_KEY, "the key of %s holds a blank or a control character", from);
	return 0;
}

static int key_file(struct conf *c, const char *path, struct fail *f)
{
	char *text = NULL;
	int rc = slurp(path, &text, f);
	size_t n;

	if (rc == 1)
		return fail_set(f, FAIL_KEY, "TD_API_KEY_FILE names %s, which does not exist", path);
	if (rc)
		return -1;
	n = strlen(text);
	while (n > 0 && (unsigned char)text[n - 1] <= ' ')
		text[--n] = '\0';
	set(&c->key, text);
	c->key_from = mem_printf("TD_API_KEY_FILE (%s)", path);
	forget(text);
	return 0;
}

static int find_key(struct conf *c, const struct tdurl *url, const struct account *account, struct fail *f)
{
	const char *file = variable("TD_API_KEY_FILE"), *key = variable("TD_API_KEY");

	if (url && url->key) {
		set(&c->key, url->key);
		set(&c->key_from, "the URL");
	} else if (file) {
		if (key_file(c, file, f))
			return -1;
	} else if (key) {
		set(&c->key, key);
		set(&c->key_from, "TD_API_KEY");
	} else if (account->key) {
		set(&c->key, account->key);
		set(&c->key_from, "td.conf");
	} else {
		return fail_set(f, FAIL_KEY, "no API key: set TD_API_KEY, or TD_API_KEY_FILE to a file that holds it, or "
				"write it into ~/.td/td.conf (apikey = ... below [account])");
	}
	return check_key(c->key, c->key_from, f);
}

static int find_endpoint(struct conf *c, const struct tdurl *url, const struct account *account, struct fail *f)
{
	const char *server = variable("TD_API_SERVER");

	if (url && url->endpoint)
		return set(&c->endpoint, url->endpoint);
	if (server)
		return tdurl_endpoint(server, false, &c->endpoint, f) ? fail_at(f, "TD_API_SERVER") : 0;
	if (account->endpoint)
		return tdurl_endpoint(account->endpoint, false, &c->endpoint, f) ? fail_at(f, "endpoint of td.conf") : 0;
	return set(&c->endpoint, default_endpoint);
}

int conf_load(struct conf *c, const char *connection, const struct tdurl *url, struct fail *f)
{
	struct account account = { 0 };
	int rc;

	*c = (struct conf){ 0 };
	if (!connection && url)
		connection = url->connection;
	if (connection)
		return fail_set(f, FAIL_USAGE, "'%s': named connections do not exist yet; use td://@HOST/DATABASE/TABLE",
				connection);
	rc = read_account(&account, f) || find_endpoint(c, url, &account, f) || find_key(c, url, &account, f) ? -1 : 0;
	forget(account.key);
	free(account.endpoint);
	if (rc)
		conf_free(c);
	return rc;
}

void conf_free(struct conf *c)
{
	forget(c->key);
	free(c->endpoint);
	free(c->key_from);
	free(c->database);
	*c = (struct conf){ 0 };
}

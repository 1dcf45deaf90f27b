/* Which server and which key: URL, connection, environment, td.conf. */
#include "api/conf.h"
#include "sys/child.h"
#include "api/conn.h"
#include "base/die.h"
#include "sys/inifile.h"
#include "base/mem.h"
#include "base/visible.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_MAX = 1024 };

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

/* --- td.conf --------------------------------------------------------------- */

struct account {
	char *key, *endpoint;
	char *path; /* of td.conf, or NULL */
};

static int on_account(void *arg, const char *section, const char *name, const char *value,
	struct fail *f)
{
	struct account *a = arg;

	(void)f;
	if (strcmp(section, "account") != 0 || !*value)
		return 0;
	if (strcmp(name, "apikey") == 0 && !a->key)
		set(&a->key, value);
	if (strcmp(name, "endpoint") == 0 && !a->endpoint)
		set(&a->endpoint, value);
	return 0;
}

static int read_account(struct account *a, struct fail *f)
{
	const char *said = variable("TD_CONFIG_PATH"), *home = variable("HOME");
	char *path;
	int rc;

	if (!said && !home)
		return 0;
	path = said ? mem_string(said) : mem_printf("%s/.td/td.conf", home);
	if (!said && access(path, R_OK)) { /* no home, or another user's */
		if (errno == EACCES)
			warn("cannot read %s: going on without it", path);
		free(path);
		return 0;
	}
	rc = inifile_read(path, false, on_account, a, f);
	if (rc == 1)
		rc = said ? fail_set(f, FAIL_CONFIG,
				    "TD_CONFIG_PATH names %s, which does not exist", path)
			  : 0;
	a->path = path;
	return rc;
}

/* --- the key --------------------------------------------------------------- */

/*
 * A key is sent in a header: a line break in it would be another header. Its shape is the server's
 * business.
 */
static int check_key(const char *key, const char *from, struct fail *f)
{
	if (!*key)
		return fail_set(f, FAIL_KEY, "%s holds no key", from);
	if (strlen(key) > KEY_MAX)
		return fail_set(f, FAIL_KEY, "%s holds something longer than a key", from);
	for (const char *p = key; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 127)
			return fail_set(f, FAIL_KEY,
				"the key of %s holds a blank or a control character", from);
	return visible_secret(key) ? 0 : fail_set(f, FAIL_SYSTEM, "too many keys");
}

/* Takes text and from. */
static void found(struct conf *c, char *text, char *from)
{
	size_t n = strlen(text);

	while (n > 0 && (unsigned char)text[n - 1] <= ' ')
		text[--n] = '\0';
	c->key = text;
	c->key_from = from;
}

/* Where a key is written for all to read, the machine's other users have it. */
void conf_warn_if_open(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO)))
		warn("%s holds a key, but other users may read it (chmod 600 %s)", path, path);
}

/* secret: refused if others may read it. */
static int key_file(struct conf *c, const char *path, bool secret, const char *from, struct fail *f)
{
	char *text = NULL;
	int rc = inifile_slurp(path, secret, &text, f);

	if (rc == 1)
		return fail_set(f, FAIL_KEY, "%s names %s, which does not exist", from, path);
	if (rc)
		return -1;
	if (!secret)
		conf_warn_if_open(path);
	found(c, text, mem_printf("%s (%s)", from, path));
	return 0;
}

/* The command prints the key. Its environment has none of our keys; they are not read any more. */
static int key_command(struct conf *c, const char *name, char *command, struct fail *f)
{
	char sh[] = "sh", dash_c[] = "-c";
	char *const argv[] = { sh, dash_c, command, NULL };
	char *text = mem_zero(1, KEY_MAX + 2);
	struct child child;
	size_t n = 0;
	ssize_t got = 0;

	unsetenv("TD_API_KEY");
	if (child_open(&child, argv, true, f) == 0) {
		while (n <= KEY_MAX &&
			(got = io_read(&child.source, text + n, KEY_MAX + 1 - n, f)) > 0)
			n += (size_t)got;
		child_stop(&child);
	}
	if (f->kind != FAIL_NONE) {
		inifile_forget(text);
		f->kind = f->kind == FAIL_SIGNAL ? FAIL_SIGNAL : FAIL_KEY;
		return fail_at(f, "apikey_command of connection %s", name);
	}
	found(c, text, mem_printf("connection %s (apikey_command)", name));
	return 0;
}

/* 1: the connection has no key of its own. */
static int key_of_connection(struct conf *c, const struct conn *conn, struct fail *f)
{
	const char *own = conn->apikey ? conn->apikey : conn->url.key;
	char *from;
	int rc;

	if (!conn->name)
		return 1;
	if (own) {
		found(c, mem_string(own), mem_printf("connection %s", conn->name));
		return 0;
	}
	if (conn->apikey_command)
		return key_command(c, conn->name, conn->apikey_command, f);
	if (!conn->apikey_file)
		return 1;
	from = mem_printf("connection %s", conn->name);
	rc = key_file(c, conn->apikey_file, true, from, f);
	free(from);
	return rc;
}

static int find_key(struct conf *c, const struct conn *conn, const struct tdurl *url,
	const struct account *account, struct fail *f)
{
	const char *file = variable("TD_API_KEY_FILE"), *key = variable("TD_API_KEY");
	int rc = key_of_connection(c, conn, f);

	if (rc <= 0)
		return rc ? -1 : check_key(c->key, c->key_from, f);
	if (url && url->key)
		found(c, mem_string(url->key), mem_string("the URL"));
	else if (file && key_file(c, file, false, "TD_API_KEY_FILE", f))
		return -1;
	else if (!file && key)
		found(c, mem_string(key), mem_string("TD_API_KEY"));
	else if (!file && account->key) {
		conf_warn_if_open(account->path);
		found(c, mem_string(account->key), mem_string("td.conf"));
	} else if (!file)
		return fail_set(f, FAIL_KEY,
			"no API key: set TD_API_KEY, or TD_API_KEY_FILE to a file that holds it, "
			"write it into ~/.td/td.conf (apikey = ... below [account]), or use a "
			"connection (td-conn add -k)");
	return check_key(c->key, c->key_from, f);
}

static int find_endpoint(struct conf *c, const struct conn *conn, const struct tdurl *url,
	const struct account *account, struct fail *f)
{
	const char *server = variable("TD_API_SERVER");

	if (conn->url.endpoint)
		return set(&c->endpoint, conn->url.endpoint);
	if (url && url->endpoint)
		return set(&c->endpoint, url->endpoint);
	if (server)
		return tdurl_endpoint(server, false, &c->endpoint, f) ? fail_at(f, "TD_API_SERVER")
								      : 0;
	if (account->endpoint)
		return tdurl_endpoint(account->endpoint, false, &c->endpoint, f)
			? fail_at(f, "endpoint of td.conf")
			: 0;
	return set(&c->endpoint, default_endpoint);
}

/*
 * TD_API_IMPORT_SERVER belongs to TD_API_SERVER and the default, not to a server that a URL or a
 * connection names.
 */
static int find_import(struct conf *c, bool named, struct fail *f)
{
	const char *server = variable("TD_API_IMPORT_SERVER");

	if (!server || named)
		return set(&c->import_endpoint, c->endpoint);
	return tdurl_endpoint(server, false, &c->import_endpoint, f)
		? fail_at(f, "TD_API_IMPORT_SERVER")
		: 0;
}

static char *copy_of(const char *s)
{
	return s ? mem_string(s) : NULL;
}

/* A connection's certificates count alone, without those of the environment; as for curl(1). */
static void find_tls(struct conf *c, const struct conn *conn)
{
	const char *bundle = variable("CURL_CA_BUNDLE");

	c->cacert = copy_of(conn->cacert ? conn->cacert
			: bundle         ? bundle
					 : variable("SSL_CERT_FILE"));
	if (!conn->cacert && !bundle)
		c->capath = copy_of(variable("SSL_CERT_DIR"));
	c->cert = copy_of(conn->cert);
	c->cert_key = copy_of(conn->cert_key);
	c->proxy = copy_of(conn->proxy);
}

/* td.conf is read only if something is still missing: otherwise a broken one does no harm. */
static bool needs_account(const struct conn *conn, const struct tdurl *url)
{
	const bool endpoint = conn->url.endpoint || (url && url->endpoint) ||
		variable("TD_API_SERVER");
	const bool key = conn->apikey || conn->apikey_file || conn->apikey_command ||
		conn->url.key || (url && url->key) || variable("TD_API_KEY_FILE") ||
		variable("TD_API_KEY");

	return !endpoint || !key;
}

int conf_load(struct conf *c, const char *connection, const struct tdurl *url, struct fail *f)
{
	struct account account = { 0 };
	struct conn conn = { 0 };
	int rc;

	*c = (struct conf){ 0 };
	if (!connection && url)
		connection = url->connection;
	rc = (connection && conn_load(&conn, connection, f)) ||
			(needs_account(&conn, url) && read_account(&account, f)) ||
			find_endpoint(c, &conn, url, &account, f) ||
			find_import(c, conn.url.endpoint || (url && url->endpoint), f) ||
			find_key(c, &conn, url, &account, f)
		? -1
		: 0;
	if (rc == 0 && conn.url.database)
		set(&c->database, conn.url.database);
	find_tls(c, &conn);
	c->mode = conn.url.mode;
	c->has_mode = conn.url.has_mode;
	conn_free(&conn);
	inifile_forget(account.key);
	free(account.endpoint);
	free(account.path);
	if (rc)
		conf_free(c);
	return rc;
}

int conf_complete(const struct conf *c, struct tdurl *to, struct fail *f)
{
	if (!to->database && !c->database && !to->connection)
		return fail_set(f, FAIL_USAGE,
			"the destination names no database: write td://@HOST/DATABASE");
	if (!to->database && !c->database)
		return fail_set(f, FAIL_USAGE,
			"connection %s has no database of its own: write %s:DATABASE/TABLE",
			to->connection, to->connection);
	if (!to->database)
		set(&to->database, c->database);
	if (!to->has_mode && c->has_mode) {
		to->mode = c->mode;
		to->has_mode = true;
	}
	return 0;
}

void conf_free(struct conf *c)
{
	inifile_forget(c->key);
	free(c->endpoint);
	free(c->import_endpoint);
	free(c->key_from);
	free(c->database);
	free(c->cacert);
	free(c->capath);
	free(c->cert);
	free(c->cert_key);
	inifile_forget(c->proxy);
	*c = (struct conf){ 0 };
}

/* Parses destinations: td:// URLs and CONNECTION:TABLE. */
#include "td/tdurl.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { URL_MAX = 4096, HOST_MAX = 255, KEY_MAX = 1024 };

static const struct { const char *site, *host; } sites[] = {
	{ "us", "api.treasuredata.com" },
	{ "jp", "api.treasuredata.co.jp" },
	{ "eu", "api.eu01.treasuredata.com" },
	{ "ap02", "api.ap02.treasuredata.com" },
	{ "ap03", "api.ap03.treasuredata.com" },
	{ "idcf", "api.ybi.idcfcloud.net" },
	/* as TD itself calls them, too */
	{ "us01", "api.treasuredata.com" },
	{ "jp01", "api.treasuredata.co.jp" },
	{ "eu01", "api.eu01.treasuredata.com" },
};

static const char *const modes[TDURL_MODES] = {
	"append", "replace", "truncate", "create", "merge"
};

const char *tdurl_mode_name(enum tdurl_mode m)
{
	return modes[m];
}

int tdurl_check_name(const char *what, const char *name, struct fail *f)
{
	size_t n = strlen(name), good = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (good < n)
		return fail_set(f, FAIL_USAGE,
			"'%s' is not a %s name: Treasure Data takes a-z, 0-9 and _ only", name,
			what);
	if (n < TDURL_NAME_MIN || n > TDURL_NAME_MAX)
		return fail_set(f, FAIL_USAGE,
			"'%s' is not a %s name: names have %d to %d characters", name, what,
			TDURL_NAME_MIN, TDURL_NAME_MAX);
	return 0;
}

static bool is_loopback(const char *host)
{
	unsigned char address[4];

	if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, address) == 1 && address[0] == 127;
}

/* [...], lower case */
static bool is_ipv6(const char *host)
{
	char address[INET6_ADDRSTRLEN] = "";
	unsigned char out[16];
	size_t n = strlen(host);

	if (n < 2 || host[n - 1] != ']' || n - 2 >= sizeof address)
		return false;
	memcpy(address, host + 1, n - 2);
	return inet_pton(AF_INET6, address, out) == 1;
}

/* host[:port] of n bytes; *host is malloc'ed, lower case; *port 0 if left out. */
static int host_port(const char *p, size_t n, char **host, uint64_t *port, struct fail *f)
{
	const char *colon = memchr(p, ':', n), *close = memchr(p, ']', n);
	size_t len;

	if (n && p[0] == '[') /* an IPv6 address */
		colon = close && close + 1 < p + n ? close + 1 : NULL;
	len = colon ? (size_t)(colon - p) : n;
	*port = 0;
	if (colon && (*colon != ':' || !num_u64(colon + 1, n - len - 1, 65535, port) || *port == 0))
		return fail_set(f, FAIL_USAGE, "no port number in '%.*s'", (int)n, p);
	if (len == 0 || len > HOST_MAX)
		return fail_set(f, FAIL_USAGE, "no host name");
	*host = mem_copy(p, len);
	for (char *c = *host; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + ('a' - 'A'));
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789.-_", *c) &&
			!(p[0] == '[' && strchr("[]:", *c))) {
			free(*host);
			return fail_set(f, FAIL_USAGE, "'%.*s' is not a host name", (int)len, p);
		}
	}
	if (p[0] == '[' && !is_ipv6(*host)) {
		free(*host);
		return fail_set(f, FAIL_USAGE, "'%.*s' is not an IPv6 address", (int)len, p);
	}
	for (size_t i = 0; i < sizeof sites / sizeof *sites; i++)
		if (strcmp(*host, sites[i].site) == 0) {
			free(*host);
			*host = mem_string(sites[i].host);
		}
	if (*port == 0 && !strpbrk(*host, ".[") && strcmp(*host, "localhost") != 0) {
		/* what is longer may be a key that was typed in the wrong place */
		fail_set(f, FAIL_USAGE,
			"'%s' is neither a host name nor a site (us jp eu ap02 ap03 idcf)",
			strlen(*host) <= 8 ? *host : "...");
		free(*host);
		return -1;
	}
	return 0;
}

static char *endpoint(bool tls, const char *host, uint64_t port, const char *base, size_t base_len)
{
	char *out;

	while (base_len > 0 && base[base_len - 1] == '/')
		base_len--;
	if (port == 0 || port == (tls ? 443 : 80))
		out = mem_printf("%s://%s%.*s", tls ? "https" : "http", host, (int)base_len, base);
	else
		out = mem_printf("%s://%s:%d%.*s", tls ? "https" : "http", host, (int)port,
			(int)base_len, base);
	return out;
}

int tdurl_endpoint(const char *text, bool plain, char **out, struct fail *f)
{
	const bool https = strncmp(text, "https://", 8) == 0;
	bool tls = strncmp(text, "http://", 7) != 0;
	const char *p = !tls ? text + 7 : https ? text + 8 : text;
	size_t n = strcspn(p, "/"), base = strlen(p + n);
	uint64_t port;
	char *host;

	if (strlen(text) > URL_MAX)
		return fail_set(f, FAIL_CONFIG, "longer than %d characters", URL_MAX);
	if (strstr(p, "://") || memchr(p, '@', n))
		return fail_set(f, FAIL_CONFIG,
			"not of the form HOST, HOST:PORT or https://HOST[:PORT]");
	for (const char *c = p + n; *c; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 127 || *c == '?' || *c == '#')
			return fail_set(f, FAIL_CONFIG, "a path with a blank, '?' or '#'");
	if (host_port(p, n, &host, &port, f)) {
		f->kind = FAIL_CONFIG;
		return -1;
	}
	if (!https && is_loopback(host)) /* as in a URL of a destination */
		tls = false;
	if (!tls && !plain && !is_loopback(host)) {
		fail_set(f, FAIL_CONFIG, "http://%s would send the key in the clear: use https://",
			host);
		free(host);
		return -1;
	}
	*out = endpoint(tls, host, port, p + n, base);
	free(host);
	return 0;
}

/* The character at p[*i], which may be %XX: then *i goes to its end. -1: not digits. */
static int character(const char *p, size_t n, size_t *i)
{
	const size_t at = *i;

	if (p[at] != '%')
		return (unsigned char)p[at];
	*i += 2;
	if (at + 2 >= n || num_hex(p[at + 1]) < 0 || num_hex(p[at + 2]) < 0)
		return -1;
	return num_hex(p[at + 1]) * 16 + num_hex(p[at + 2]);
}

static int decode_key(const char *p, size_t n, char **out, struct fail *f)
{
	char *key = mem_alloc(n + 1);
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		const int c = character(p, n, &i);

		if (c <= ' ' || c == 127 || len >= KEY_MAX) {
			mem_wipe(key, n);
			free(key);
			return fail_set(f, FAIL_USAGE,
				"the key in the URL is not a key (a bad %% sequence, a blank or "
				"too long)");
		}
		key[len++] = (char)c;
	}
	key[len] = '\0';
	*out = key;
	return 0;
}

static int mode(struct tdurl *u, const char *p, size_t n, struct fail *f)
{
	if (u->has_mode)
		return fail_set(f, FAIL_USAGE, "mode is given twice");
	for (unsigned i = 0; i < TDURL_MODES; i++)
		if (strlen(modes[i]) == n && memcmp(modes[i], p, n) == 0) {
			u->mode = (enum tdurl_mode)i;
			u->has_mode = true;
			return 0;
		}
	return fail_set(f, FAIL_USAGE,
		"mode is append, replace, truncate, create or merge, not '%.*s'", (int)n, p);
}

/* A value with %XX; no character that ends a line. NULL: no value. */
static char *decode_value(const char *p, size_t n)
{
	char *out = mem_alloc(n + 1);
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		const int c = character(p, n, &i);

		if (c < ' ' || c == 127) {
			free(out);
			return NULL;
		}
		out[len++] = (char)c;
	}
	out[len] = '\0';
	if (len > 0)
		return out;
	free(out);
	return NULL;
}

/* key=a,b: the names, one a line. A comma inside a name is %2C. */
static char *decode_keys(const char *p, size_t n)
{
	struct buf b;
	unsigned keys = 0;
	bool good = true;

	buf_init(&b, URL_MAX);
	for (size_t i = 0; i <= n && good; i++) {
		const char *comma = memchr(p + i, ',', n - i);
		const size_t len = comma ? (size_t)(comma - p) - i : n - i;
		char *one = decode_value(p + i, len);

		good = one && ++keys <= TDURL_KEYS_MAX;
		if (good)
			buf_printf(&b, "%s%s", keys > 1 ? "\n" : "", one);
		free(one);
		i += len;
	}
	buf_text(&b);
	if (good)
		return b.p;
	buf_free(&b);
	return NULL;
}

/* from, to, key and delete. 1: none of these */
static int part(struct tdurl *u, const char *p, size_t name, size_t len, struct fail *f)
{
	const struct {
		const char *name;
		char **value;
	} list[] = { { "from", &u->from }, { "to", &u->to }, { "key", &u->keys },
		{ "delete", &u->deleted } };

	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		const char *value = p + name + 1;

		if (strlen(list[i].name) != name || memcmp(p, list[i].name, name) != 0)
			continue;
		if (*list[i].value)
			return fail_set(f, FAIL_USAGE, "%s is given twice", list[i].name);
		*list[i].value = list[i].value == &u->keys ? decode_keys(value, len)
							   : decode_value(value, len);
		if (*list[i].value)
			return 0;
		return fail_set(f, FAIL_USAGE, "%s=%.*s: not a value", list[i].name, (int)len,
			value);
	}
	return 1;
}

bool tdurl_carries(const struct tdurl *u)
{
	return u->mode == TDURL_MERGE || u->from;
}

/* How often a column is among the keys. */
static unsigned among(const char *keys, const char *name, size_t n)
{
	unsigned found = 0;

	for (const char *k = keys; *k; k += strcspn(k, "\n"), k += *k == '\n')
		found += strcspn(k, "\n") == n && memcmp(k, name, n) == 0;
	return found;
}

static int check_keys(const struct tdurl *u, struct fail *f)
{
	for (const char *k = u->keys; *k; k += strcspn(k, "\n"), k += *k == '\n') {
		const size_t n = strcspn(k, "\n");

		if (among(u->keys, k, n) > 1)
			return fail_set(f, FAIL_USAGE, "key=: column '%.*s' is named twice",
				(int)(n < 200 ? n : 200), k);
	}
	if (u->deleted && among(u->keys, u->deleted, strlen(u->deleted)))
		return fail_set(f, FAIL_USAGE,
			"delete=: column '%.200s' is a key: the mark is a column of its own",
			u->deleted);
	return 0;
}

/* What one mode needs, and the others do not know. */
static int check_mode(const struct tdurl *u, struct fail *f)
{
	if ((u->from || u->to) && (u->mode != TDURL_REPLACE || !u->from || !u->to))
		return fail_set(f, FAIL_USAGE,
			"a range of time is mode=replace with both, from=TIME and to=TIME");
	if (u->mode == TDURL_MERGE && !u->keys)
		return fail_set(f, FAIL_USAGE, "mode=merge needs key=COLUMN[,COLUMN...]");
	if (u->mode != TDURL_MERGE && (u->keys || u->deleted))
		return fail_set(f, FAIL_USAGE, "%s= goes with mode=merge",
			u->keys ? "key" : "delete");
	return u->keys ? check_keys(u, f) : 0;
}

static int parameter(struct tdurl *u, const char *p, size_t n, int *ssl, struct fail *f)
{
	const char *eq = memchr(p, '=', n);
	size_t name = eq ? (size_t)(eq - p) : n, len = eq ? n - name - 1 : 0;
	int rc;

	if (name == 4 && memcmp(p, "mode", 4) == 0)
		return mode(u, eq ? eq + 1 : "", len, f);
	if (eq && (rc = part(u, p, name, len, f)) <= 0)
		return rc;
	if (name == 3 && memcmp(p, "ssl", 3) == 0 && *ssl >= 0)
		return fail_set(f, FAIL_USAGE, "ssl is given twice");
	if (name == 3 && memcmp(p, "ssl", 3) == 0 && eq) {
		*ssl = len == 4 && memcmp(eq + 1, "true", 4) == 0     ? 1
			: len == 5 && memcmp(eq + 1, "false", 5) == 0 ? 0
								      : -2;
		return *ssl == -2 ? fail_set(f, FAIL_USAGE, "ssl is true or false") : 0;
	}
	if (name == 6 && memcmp(p, "apikey", 6) == 0)
		return fail_set(f, FAIL_USAGE,
			"no apikey parameter here: put the key in TD_API_KEY or before the @");
	if (!eq) /* it may be a key */
		return fail_set(f, FAIL_USAGE,
			"a parameter without a value (mode, from, to, key, delete and ssl are "
			"known)");
	return fail_set(f, FAIL_USAGE,
		"unknown parameter '%.*s' (mode, from, to, key, delete and ssl are known)",
		(int)name, p);
}

static int query(struct tdurl *u, const char *p, int *ssl, struct fail *f)
{
	while (p && *p) {
		size_t n = strcspn(p, "&");

		if (parameter(u, p, n, ssl, f))
			return -1;
		p += n + (p[n] == '&');
	}
	return check_mode(u, f);
}

static int path(struct tdurl *u, const char *p, size_t n, struct fail *f)
{
	const char *slash = memchr(p, '/', n);
	size_t db = slash ? (size_t)(slash - p) : n;

	/* a key with '/' after the @? It is not shown */
	if (slash && memchr(slash + 1, '/', (size_t)(p + n - slash - 1)))
		return fail_set(f, FAIL_USAGE, "more than DATABASE/TABLE after the host");
	u->database = mem_copy(p, db);
	if (slash && db + 1 < n)
		u->table = mem_copy(slash + 1, n - db - 1);
	if (tdurl_check_name("database", u->database, f))
		return -1;
	return u->table ? tdurl_check_name("table", u->table, f) : 0;
}

static int host(struct tdurl *u, const char *p, size_t n, int ssl, struct fail *f)
{
	uint64_t port;
	char *name;
	bool tls;

	if (n == 0)
		return ssl >= 0 ? fail_set(f, FAIL_USAGE, "ssl needs a host in the URL") : 0;
	if (host_port(p, n, &name, &port, f))
		return -1;
	tls = ssl >= 0 ? ssl == 1 : !is_loopback(name);
	if (!tls && !is_loopback(name)) {
		free(name);
		return fail_set(f, FAIL_USAGE,
			"ssl=false would send the key in the clear: it is for loopback addresses");
	}
	u->endpoint = endpoint(tls, name, port, "", 0);
	free(name);
	return 0;
}

/*
 * The authority ends at the last '@' before the query: a key may hold '/' raw. NULL: there is no
 * '@'.
 */
static const char *find_at(const char *p)
{
	const char *at = NULL;

	for (size_t n = strcspn(p, "?"), i = 0; i < n; i++)
		if (p[i] == '@')
			at = p + i;
	return at;
}

static int parse_url(struct tdurl *u, const char *p, struct fail *f)
{
	const char *at = find_at(p), *slash, *q = strchr(p, '?');
	int ssl = -1;

	if (!at)
		return fail_set(f, FAIL_USAGE,
			"the @ is missing: td://@[HOST]/DATABASE/TABLE");
	if (at > p && decode_key(p, (size_t)(at - p), &u->key, f))
		return -1;
	slash = at + 1 + strcspn(at + 1, "/?");
	if (query(u, q ? q + 1 : NULL, &ssl, f) ||
		host(u, at + 1, (size_t)(slash - at - 1), ssl, f))
		return -1;
	if (slash[0] != '/' || slash[1] == '\0' || slash[1] == '?')
		return 0;
	return path(u, slash + 1, q ? (size_t)(q - slash - 1) : strlen(slash + 1), f);
}

static int parse_named(struct tdurl *u, const char *p, const char *colon, struct fail *f)
{
	const char *q = strchr(colon, '?'), *to = colon + 1;
	size_t n = q ? (size_t)(q - to) : strlen(to);
	int ssl = -1;

	u->connection = mem_copy(p, (size_t)(colon - p));
	if (query(u, q ? q + 1 : NULL, &ssl, f))
		return -1;
	if (ssl >= 0)
		return fail_set(f, FAIL_USAGE, "ssl belongs to the connection's own URL");
	if (memchr(to, '/', n))
		return path(u, to, n, f);
	if (n == 0) /* "NAME:" is the connection's database */
		return 0;
	u->table = mem_copy(to, n);
	return tdurl_check_name("table", u->table, f);
}

/* Text of another form; DATABASE.TABLE is what SQL would have. */
static int no_destination(const char *text, struct fail *f)
{
	static const char legal[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	const size_t database = strspn(text, legal);
	const char *table = text + database + (text[database] != '\0');

	fail_set(f, FAIL_USAGE, "a destination is td://@[HOST]/DATABASE/TABLE or NAME:TABLE");
	if (database > 2 && strchr("./", table[-1]) && strlen(table) > 2 &&
		table[strspn(table, legal)] == '\0')
		fail_add(f, ", such as td://@/%.*s/%.255s", (int)database, text, table);
	return -1;
}

int tdurl_parse(struct tdurl *u, const char *text, struct fail *f)
{
	const char *colon = strchr(text, ':');
	int rc;

	*u = (struct tdurl){ 0 };
	if (strlen(text) > URL_MAX)
		return fail_set(f, FAIL_USAGE, "a destination longer than %d characters", URL_MAX);
	if (strncmp(text, "td://", 5) == 0)
		rc = parse_url(u, text + 5, f);
	/* "td:/..." and other schemes are not connections */
	else if (colon && colon > text && colon[1] != '/')
		rc = parse_named(u, text, colon, f);
	else
		rc = no_destination(text, f);
	if (rc)
		tdurl_free(u);
	return rc;
}

void tdurl_free(struct tdurl *u)
{
	if (u->key)
		mem_wipe(u->key, strlen(u->key));
	free(u->connection);
	free(u->key);
	free(u->endpoint);
	free(u->database);
	free(u->table);
	free(u->from);
	free(u->to);
	free(u->keys);
	free(u->deleted);
	*u = (struct tdurl){ 0 };
}

/* As a value of a URL; between keys, which stand one a line, a comma. */
static void put_value(struct buf *b, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(b, "&%s=", name);
	for (; *value; value++) {
		const unsigned char c = (unsigned char)*value;

		if (c == '\n')
			buf_puts(b, ",");
		else if (c <= ' ' || c >= 127 || strchr("%&+,#\"'", c))
			buf_printf(b, "%%%02X", c);
		else
			buf_printf(b, "%c", c);
	}
}

char *tdurl_format(const struct tdurl *u)
{
	const char *host = u->endpoint ? strstr(u->endpoint, "://") + 3 : "";
	char *name = mem_copy(host, host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":"));
	bool ssl = is_loopback(name) && strncmp(u->endpoint, "https:", 6) == 0;
	struct buf b;

	free(name);
	buf_init(&b, (size_t)URL_MAX * 2);
	if (u->connection)
		buf_printf(&b, "%s:", u->connection);
	else /* a name without dots is read as a host by its port alone */
		buf_printf(&b, "td://%s@%s%s", u->key ? "***" : "", host,
			*host && !strpbrk(host, ".:") && strcmp(host, "localhost") != 0 ? ":443"
											: "");
	if (u->database)
		buf_printf(&b, "%s%s%s", u->connection ? "" : "/", u->database,
			u->table || u->connection ? "/" : ""); /* NAME:TEXT alone is a table */
	if (u->table)
		buf_puts(&b, u->table);
	if (u->has_mode)
		buf_printf(&b, "?mode=%s", modes[u->mode]);
	put_value(&b, "from", u->from);
	put_value(&b, "to", u->to);
	put_value(&b, "key", u->keys);
	put_value(&b, "delete", u->deleted);
	if (ssl)
		buf_printf(&b, "%cssl=true", u->has_mode ? '&' : '?');
	buf_text(&b);
	return b.p;
}

void tdurl_hide(char *text)
{
	char *at = strncmp(text, "td://", 5) == 0 ? (char *)(uintptr_t)find_at(text + 5) : NULL;

	for (char *p = text + 5; at && p < at; p++)
		*p = '*';
}

const char *tdurl_site(const char *endpoint)
{
	static const char https[] = "https://";

	for (size_t i = 0; i < sizeof sites / sizeof *sites; i++)
		if (strncmp(endpoint, https, strlen(https)) == 0 &&
			strcmp(endpoint + strlen(https), sites[i].host) == 0)
			return sites[i].site;
	return NULL;
}

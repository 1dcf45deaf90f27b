/* Destinations of result output: reading, completing and masking them. */
#include "jobs/destination.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/url.h"
#include "store/jsontext.h"
#include "td/tdurl.h"

#include <stdlib.h>
#include <string.h>

static bool is_td(const char *url)
{
	return strncmp(url, "td://", 5) == 0;
}

void destination_free(char *s)
{
	if (s)
		mem_wipe(s, strlen(s));
	free(s);
}

bool destination_elsewhere(const char *text)
{
	return strstr(text, "://") && !is_td(text);
}

char *destination_masked(const char *text)
{
	const char *key = strstr(text, "://"), *at = key ? strrchr(key, '@') : NULL;

	if (!at || at == key + 3)
		return mem_string(text);
	return mem_printf("%.*s***%s", (int)(key + 3 - text), text, at);
}

/* A key as part of a URL. */
static void put_key(struct buf *b, const char *key)
{
	for (; *key; key++) {
		if (strchr("/@?#%&", *key))
			buf_printf(b, "%%%02X", (unsigned)*key);
		else
			buf_putc(b, *key);
	}
}

static char *taken(struct buf *b)
{
	char *s = mem_string(buf_text(b));

	mem_wipe(b->p, b->cap);
	buf_free(b);
	return s;
}

char *destination_account(const char *key, const char *host)
{
	struct buf b;

	buf_init(&b, 3 * (key ? strlen(key) : 0) + (host ? strlen(host) : 0) + sizeof "td://@");
	buf_puts(&b, "td://");
	put_key(&b, key ? key : "");
	buf_printf(&b, "@%s", host ? host : "");
	return taken(&b);
}

/* --- a URL's parameters */

/* The value of a parameter after '?', unescaped; NULL if it is not there. */
static char *parameter(const char *query, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = query; p && *p; p += strcspn(p, "&"), p += *p == '&')
		if (strncmp(p, name, n) == 0 && p[n] == '=')
			return url_unescape(p + n + 1, strcspn(p + n + 1, "&"), true);
	return NULL;
}

char *destination_clean(const char *url)
{
	size_t n = strcspn(url, "?");
	const char *query = url[n] ? url + n + 1 : NULL,
		   *at = n > 5 ? memchr(url + 5, '@', n - 5) : NULL;
	char *key = parameter(query, "apikey"), *mode = parameter(query, "mode"),
	     *ssl = parameter(query, "ssl");
	struct buf b;

	buf_init(&b, 3 * strlen(url) + 64); /* a key's characters may be escaped */
	if (is_td(url) && (!at || at == url + 5)) {
		const char *rest = at ? at + 1 : url + 5;

		buf_puts(&b, "td://");
		put_key(&b, key ? key : "");
		buf_printf(&b, "@%.*s", (int)(url + n - rest), rest);
	} else {
		buf_printf(&b, "%.*s", (int)n, url);
	}
	if (mode)
		buf_printf(&b, "?mode=%s", mode);
	if (ssl)
		buf_printf(&b, "%cssl=%s", mode ? '&' : '?', ssl);
	destination_free(key);
	free(mode);
	free(ssl);
	return taken(&b);
}

/* --- named results */

/* td://@/db and a table: td://@/db/table, a query string stays at the end. */
static char *with_table(const char *url, const char *table)
{
	size_t n = strcspn(url, "?"), end = n;

	while (end > 0 && url[end - 1] == '/')
		end--;
	return mem_printf("%.*s/%s%s", (int)end, url, table, url + n);
}

static char *named(struct catalog *c, const char *text, struct fail *f)
{
	size_t n = strcspn(text, ":");
	char *name = mem_copy(text, n),
	     *url = catalog_text(c, "SELECT url FROM results WHERE name = ?1", "s", name), *full;

	if (!url)
		fail_set(f, FAIL_DATA, "there is no result named '%.200s'", name);
	full = url && text[n] ? with_table(url, text + n + 1) : url ? mem_string(url) : NULL;
	free(name);
	destination_free(url);
	return full;
}

/* What the service's own output can do; td-put can do more. */
static bool is_known(const struct tdurl *u)
{
	return u->mode <= TDURL_TRUNCATE && !tdurl_carries(u);
}

/* Can td-local send rows there? */
static void check_url(const char *url, struct fail *f)
{
	struct tdurl u;

	if (!is_td(url)) {
		fail_set(f, FAIL_DATA,
			"result output: td-local sends rows to td:// only, not to %.*s",
			(int)(strcspn(url, ":") + 3), url);
	} else if (tdurl_parse(&u, url, f) == 0) {
		if (!u.table)
			fail_set(f, FAIL_DATA, "the destination names no table");
		else if (!is_known(&u))
			fail_set(f, FAIL_DATA,
				"result output: mode is append, replace or truncate");
		tdurl_free(&u);
	}
}

char *destination_url(struct catalog *c, const char *text, struct fail *f)
{
	char *url = strstr(text, "://") ? mem_string(text) : named(c, text, f);

	if (!url)
		return NULL;
	check_url(url, f);
	if (f->kind == FAIL_NONE)
		return url;
	f->kind = FAIL_DATA;
	destination_free(url);
	return NULL;
}

/* --- settings as JSON */

/* A member of that name, or of the other; NULL if it is not text, or empty. */
static const char *member(const json_t *settings, const char *name, const char *other)
{
	const char *s = json_string_value(json_object_get(settings, name));

	if (!s)
		s = json_string_value(json_object_get(settings, other));
	return s && *s ? s : NULL;
}

char *destination_table(const char *url, const json_t *settings, struct fail *f)
{
	const char *db = member(settings, "user_database_name", "database"),
		   *table = member(settings, "user_table_name", "table");
	const char *mode = member(settings, "mode", "mode"), *at = strrchr(url, '@'),
		   *query = strchr(url, '?');
	char *ssl = parameter(query ? query + 1 : NULL, "ssl"), *out = NULL;
	struct tdurl u;

	if (destination_elsewhere(url))
		out = mem_string(url);
	else if (tdurl_parse(&u, url, f) == 0) {
		db = db ? db : u.database;
		table = table ? table : u.table;
		if (!db || !table)
			fail_set(f, FAIL_DATA, "the settings name no table");
		else if (!is_known(&u))
			fail_set(f, FAIL_DATA,
				"result output: mode is append, replace or truncate");
		else
			out = mem_printf("%.*s/%s/%s?mode=%s%s%s",
				(int)(at + strcspn(at, "/?") - url), url, db, table,
				mode ? mode : tdurl_mode_name(u.mode), ssl ? "&ssl=" : "",
				ssl ? ssl : "");
		tdurl_free(&u);
	}
	free(ssl);
	return out;
}

char *destination_json(const char *text, struct fail *f)
{
	json_t *j = jsontext_parse(text, strlen(text));
	const char *type = member(j, "type", "type");
	char *account = NULL, *url = NULL;

	if (!type) {
		fail_set(f, FAIL_DATA, "a result that is JSON must have a type");
	} else if (strcmp(type, "treasure_data") != 0 && strcmp(type, "td") != 0) {
		url = mem_printf("%.100s://", type);
	} else {
		account = destination_account(member(j, "api_key", "apikey"),
			member(j, "api_hostname", "host"));
		url = destination_table(account, j, f);
	}
	json_decref(j);
	destination_free(account);
	return url;
}

/* td-conn test and td-conn doctor: server, key, rights; and the machine around them. */
#include "check.h"

#include "api/conn.h"
#include "base/buf.h"
#include "base/die.h"
#include "base/visible.h"
#include "sys/sandbox.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

int check_flush(struct fail *f)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	return errno == EPIPE ? fail_set(f, FAIL_PIPE, "standard output: its reader is gone")
			      : fail_errno(f, FAIL_SYSTEM, "cannot write to standard output");
}

/* --- test ------------------------------------------------------------------ */

static const char *permission_of(const struct api_name *list, size_t n, const char *db)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, db) == 0)
			return list[i].permission[0] ? list[i].permission : "yes";
	return NULL;
}

static const char *meaning_of(const char *permission)
{
	static const char *const known[][2] = {
		{ "administrator", "append, replace and query" }, { "owner", "append, replace and query" },
		{ "full_access", "append, replace and query" }, { "import_only", "append" }, { "query_only", "query" },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(permission, known[i][0]) == 0)
			return known[i][1];
	return "what is not known here";
}

/* A master key may list the databases; a write-only key is known, but may not. */
static int try_key(struct api *a, const struct conf *c, struct fail *f)
{
	struct api_name *all;
	const char *may;
	size_t n;
	int rc = 0;

	if (api_database_list(a, &all, &n, f)) {
		if (api_status(a) == 403) {
			fail_clear(f);
			puts("the key works: it may import (append); it may not query, replace or "
			     "list (a write-only key)");
			return 0;
		}
		return api_status(a) == 401
			? fail_at(f,
				  "a wrong key, or one of another site than %s (there are us jp eu "
				  "ap02 "
				  "ap03 idcf)",
				  tdurl_site(c->endpoint) ? tdurl_site(c->endpoint) : c->endpoint)
			: -1;
	}
	printf("the key works: a master key; it sees %zu database%s\n", n, n == 1 ? "" : "s");
	if (c->database) {
		may = permission_of(all, n, c->database);
		if (may)
			printf("database %s: %s: it may %s\n", c->database, may, meaning_of(may));
		else
			rc = fail_set(f, FAIL_REFUSED,
				"there is no database %s, or the key may not see it", c->database);
	}
	api_names_free(all, n);
	return rc;
}

int check_test(const struct api_opt *o, const char *name, struct fail *f)
{
	const char *site;
	struct conf c;
	struct api *a;
	int rc;

	if (conf_load(&c, name, NULL, f))
		return -1;
	if (api_sandbox(&c, o, f)) {
		conf_free(&c);
		return -1;
	}
	site = tdurl_site(c.endpoint);
	printf("server: %s%s%s%s\nkey: of %s\n", c.endpoint, site ? " (site " : "",
		site ? site : "", site ? ")" : "", c.key_from);
	if (check_flush(f)) {
		conf_free(&c);
		return -1;
	}
	a = api_open(&c, o);
	rc = api_server_status(a, f);
	if (rc == 0) {
		puts("the server answers: it is Treasure Data");
		rc = try_key(a, &c, f);
	}
	api_close(a);
	conf_free(&c);
	return rc;
}

/* --- doctor ---------------------------------------------------------------- */

/* "what: text", harmless for a terminal and without secrets. */
static void line(const char *what, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void line(const char *what, const char *fmt, ...)
{
	char text[VISIBLE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	visible_fix(text, sizeof text);
	printf("%-12s %s\n", what, text);
}

/* The distribution's own name for itself, "" if it has none. */
static void distribution(char *out, size_t cap)
{
	char text[256];
	FILE *in = fopen("/etc/os-release", "re");

	out[0] = '\0';
	while (in && fgets(text, sizeof text, in))
		if (strncmp(text, "PRETTY_NAME=", 12) == 0) {
			char *name = text + 12 + (text[12] == '"');

			name[strcspn(name, "\"\n")] = '\0';
			snprintf(out, cap, "%s, ", name);
		}
	if (in)
		fclose(in);
}

static void machine(void)
{
	struct utsname u;
	char os[200], now[32];
	time_t t = time(NULL);
	struct tm tm;

	distribution(os, sizeof os);
	line("td-pipe:", "%s", TD_VERSION);
	if (uname(&u) == 0)
		line("system:", "%s%s %s %s", os, u.sysname, u.release, u.machine);
	line("libraries:", "%s, jansson %s", http_library(), jansson_version_str());
	strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
	line("time here:", "%s", now);
}

/* Their names: values may be secret. */
static void variables(void)
{
	static const char *const names[] = { "TD_API_KEY", "TD_API_KEY_FILE", "TD_API_SERVER",
		"TD_API_IMPORT_SERVER", "TD_CONFIG_PATH", "TD_SANDBOX", "XDG_CONFIG_HOME",
		"CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "http_proxy", "https_proxy",
		"HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY" };
	char text[512] = "";

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (getenv(names[i]) && *getenv(names[i]))
			snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s",
				*text ? " " : "", names[i]);
	line("variables:", "%s", *text ? text : "none of ours is set");
}

/* The file of connections: how many there are, or why it cannot be used. */
static void connections(void)
{
	struct fail f = { 0 };
	struct conn *all;
	size_t n;

	if (conn_list(&all, &n, &f)) {
		line("connections:", "FAILED: %s", f.why);
		return;
	}
	line("connections:", "%zu", n);
	for (size_t i = 0; i < n; i++)
		conn_free(all + i);
	free(all);
}

static void clock_line(const struct api *a)
{
	const int64_t ahead = (int64_t)time(NULL) - api_time(a);
	const int64_t apart = ahead < 0 ? -ahead : ahead;

	if (apart <= 2)
		line("clock:", "as the server's");
	else
		line("clock:", "%lld s %s the server's%s", (long long)apart,
			ahead < 0 ? "behind" : "ahead of",
			apart > 300 ? ": FAILED: times of rows and runs will be wrong" : "");
}

static int server(const struct conf *c, const struct api_opt *o, struct fail *f)
{
	struct api *a = api_open(c, o);
	int rc = api_server_status(a, f);

	if (rc == 0) {
		line("server:", "answers, and is Treasure Data");
		clock_line(a);
		printf("%-12s ", "rights:");
		rc = try_key(a, c, f);
		if (rc)
			puts("FAILED");
	} else {
		line("server:", "FAILED: %s", f->why);
	}
	api_close(a);
	return rc;
}

int check_doctor(const struct api_opt *o, const char *name, struct fail *f)
{
	const char *site;
	struct conf c;
	int rc;

	machine();
	variables();
	connections();
	if (conf_load(&c, name, NULL, f)) {
		line("account:", "FAILED: %s", f->why);
		return -1;
	}
	rc = api_sandbox(&c, o, f);
	line("sandbox:", "%s", rc ? f->why : sandbox_parts());
	site = tdurl_site(c.endpoint);
	line("account:", "%s, site %s, key of %s%s", c.endpoint, site ? site : "unknown",
		c.key_from, c.proxy ? ", a proxy of its own" : "");
	if (rc == 0 && check_flush(f) == 0)
		rc = server(&c, o, f);
	conf_free(&c);
	return rc || f->kind != FAIL_NONE ? -1 : 0;
}

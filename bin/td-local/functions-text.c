/* Functions of Presto and Hive on text. It is taken as UTF-8; NULL in, NULL out. */
#include "functions.h"
#include "mem.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

/* Where the character begins that is n characters on. */
static const char *skip(const char *s, int64_t n)
{
	while (n > 0 && *s) {
		s++;
		while (((unsigned char)*s & 0xc0) == 0x80)
			s++;
		n--;
	}
	return s;
}

static int64_t length(const char *s)
{
	int64_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* --- text */

static void concat(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct buf b;

	if (functions_any_null(argc, argv))
		return;
	buf_init(&b, 64 << 20);
	for (int i = 0; i < argc; i++) {
		const void *p = sqlite3_value_text(argv[i]);

		if (buf_put(&b, p, (size_t)sqlite3_value_bytes(argv[i]))) {
			buf_free(&b);
			sqlite3_result_error_toobig(x);
			return;
		}
	}
	functions_result(x, &b);
}

static void split_part(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]), *d = functions_text(argv[1]), *stop;
	int64_t n = sqlite3_value_int64(argv[2]);
	size_t len;

	if (functions_any_null(argc, argv) || n < 1)
		return;
	len = strlen(d);
	for (;;) {
		stop = len ? strstr(s, d) : NULL;
		if (--n == 0) {
			sqlite3_result_text(x, s, stop ? (int)(stop - s) : -1, SQLITE_TRANSIENT);
			return;
		}
		if (!stop)
			return; /* fewer parts: NULL */
		s = stop + len;
	}
}

static void strpos(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]), *at;
	char *head;

	if (functions_any_null(argc, argv))
		return;
	at = strstr(s, functions_text(argv[1]));
	if (!at) {
		sqlite3_result_int(x, 0);
		return;
	}
	head = mem_copy(s, (size_t)(at - s));
	sqlite3_result_int64(x, length(head) + 1);
	free(head);
}

static void starts_with(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	if (!functions_any_null(argc, argv))
		sqlite3_result_int(x, strncmp(functions_text(argv[0]), functions_text(argv[1]), strlen(functions_text(argv[1]))) == 0);
}

static void reverse(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]), *end;
	struct buf b;

	(void)argc;
	if (!s)
		return;
	buf_init(&b, strlen(s) + 1);
	for (end = s + strlen(s); end > s;) {
		const char *p = end - 1;

		while (p > s && ((unsigned char)*p & 0xc0) == 0x80)
			p--;
		buf_put(&b, p, (size_t)(end - p));
		end = p;
	}
	functions_result(x, &b);
}

static void pad(sqlite3_context *x, sqlite3_value **argv, bool left)
{
	const char *s = functions_text(argv[0]), *with = functions_text(argv[2]);
	int64_t want = sqlite3_value_int64(argv[1]), have;
	struct buf b, fill;

	if (functions_any_null(3, argv) || want < 0 || want > 1 << 20 || !*with)
		return;
	have = length(s);
	buf_init(&b, 64 << 20);
	buf_init(&fill, 64 << 20);
	while (length(with) && have < want) {
		for (const char *p = with; *p && have < want; p = skip(p, 1), have++)
			buf_put(&fill, p, (size_t)(skip(p, 1) - p));
	}
	if (left)
		buf_put(&b, fill.p, fill.len);
	buf_put(&b, s, (size_t)(skip(s, want) - s));
	if (!left)
		buf_put(&b, fill.p, fill.len);
	buf_free(&fill);
	functions_result(x, &b);
}

static void lpad(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	pad(x, argv, true);
}

static void rpad(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	pad(x, argv, false);
}

/* --- regular expressions: POSIX extended ones, with \d, and groups $1 in a replacement */

static void regex_drop(void *p)
{
	regfree(p);
	free(p);
}

static regex_t *regex_arg(sqlite3_context *x, sqlite3_value *v)
{
	regex_t *re = sqlite3_get_auxdata(x, 1);
	const char *s = functions_text(v);
	struct buf b;
	int rc;

	if (re || !s)
		return re;
	buf_init(&b, 1 << 20);
	for (; *s; s++) {
		if (s[0] == '\\' && (s[1] == 'd' || s[1] == 'D')) {
			buf_puts(&b, s[1] == 'd' ? "[0-9]" : "[^0-9]");
			s++;
		} else if (s[0] == '\\' && s[1]) {
			buf_put(&b, s++, 2);
		} else if (strncmp(s, "(?:", 3) == 0) {
			buf_putc(&b, '('); /* a group too many, which only matters to a replacement */
			s += 2;
		} else {
			buf_putc(&b, *s);
		}
	}
	re = mem_alloc(sizeof *re);
	rc = regcomp(re, buf_text(&b), REG_EXTENDED);
	buf_free(&b);
	if (rc) {
		char why[200];

		regerror(rc, re, why, sizeof why);
		free(re);
		sqlite3_result_error(x, why, -1);
		return NULL;
	}
	sqlite3_set_auxdata(x, 1, re, regex_drop);
	return sqlite3_get_auxdata(x, 1);
}

static void regexp_like(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	regex_t *re;

	if (!functions_any_null(argc, argv) && (re = regex_arg(x, argv[1])))
		sqlite3_result_int(x, regexec(re, functions_text(argv[0]), 0, NULL, 0) == 0);
}

enum { GROUPS = 10 };

static void regexp_extract(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	int64_t group = argc > 2 ? sqlite3_value_int64(argv[2]) : 0;
	regmatch_t m[GROUPS];
	regex_t *re;

	if (functions_any_null(argc, argv) || group < 0 || group >= GROUPS || !(re = regex_arg(x, argv[1])))
		return;
	if (regexec(re, functions_text(argv[0]), GROUPS, m, 0) == 0 && m[group].rm_so >= 0)
		sqlite3_result_text(x, functions_text(argv[0]) + m[group].rm_so, (int)(m[group].rm_eo - m[group].rm_so), SQLITE_TRANSIENT);
}

static int put_replacement(struct buf *b, const char *with, const char *s, const regmatch_t *m)
{
	for (; *with; with++) {
		if (with[0] == '$' && isdigit((unsigned char)with[1])) {
			const regmatch_t *g = &m[*++with - '0'];

			if (g->rm_so >= 0 && buf_put(b, s + g->rm_so, (size_t)(g->rm_eo - g->rm_so)))
				return -1;
		} else if (buf_putc(b, with[0] == '\\' && with[1] ? *++with : *with)) {
			return -1;
		}
	}
	return 0;
}

static void regexp_replace(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]), *with = argc > 2 ? functions_text(argv[2]) : "";
	regmatch_t m[GROUPS];
	regex_t *re;
	struct buf b;
	int flags = 0, rc = 0;

	if (functions_any_null(argc, argv) || !(re = regex_arg(x, argv[1])))
		return;
	buf_init(&b, 64 << 20);
	while (!rc && regexec(re, s, GROUPS, m, flags) == 0) {
		rc = buf_put(&b, s, (size_t)m[0].rm_so) || put_replacement(&b, with, s, m);
		s += m[0].rm_eo;
		flags = REG_NOTBOL;
		if (m[0].rm_so == m[0].rm_eo) { /* an empty match: one character on */
			if (!*s)
				break;
			rc = rc || buf_put(&b, s, (size_t)(skip(s, 1) - s));
			s = skip(s, 1);
		}
	}
	if (rc || buf_puts(&b, s)) {
		buf_free(&b);
		sqlite3_result_error_toobig(x);
		return;
	}
	functions_result(x, &b);
}

/* --- URLs */

static void url_part(sqlite3_context *x, const char *p, size_t n)
{
	sqlite3_result_text(x, p, (int)n, SQLITE_TRANSIENT);
}

static void url_extract_host(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]), *at = s ? strstr(s, "://") : NULL, *user;
	size_t n;

	(void)argc;
	if (!at)
		return;
	at += 3;
	n = strcspn(at, "/?#");
	user = memchr(at, '@', n);
	if (user) {
		n -= (size_t)(user + 1 - at);
		at = user + 1;
	}
	url_part(x, at, strcspn(at, ":") < n ? strcspn(at, ":") : n);
}

static void url_extract_path(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]), *at = s ? strstr(s, "://") : NULL;

	(void)argc;
	if (!s)
		return;
	at = at ? at + 3 + strcspn(at + 3, "/?#") : s;
	url_part(x, at, strcspn(at, "?#"));
}

static void url_extract_parameter(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]), *name = functions_text(argv[1]), *p;
	size_t n;

	if (functions_any_null(argc, argv) || !(p = strchr(s, '?')))
		return;
	for (n = strlen(name), p++; *p && *p != '#'; p += strcspn(p, "&#"), p += *p == '&')
		if (strncmp(p, name, n) == 0 && p[n] == '=') {
			url_part(x, p + n + 1, strcspn(p + n + 1, "&#"));
			return;
		}
}

const struct function functions_on_text[] = {
	{ "concat", -1, concat, 0, 0 }, { "split_part", 3, split_part, 0, 0 }, { "strpos", 2, strpos, 0, 0 },
	{ "starts_with", 2, starts_with, 0, 0 }, { "reverse", 1, reverse, 0, 0 }, { "lpad", 3, lpad, 0, 0 },
	{ "rpad", 3, rpad, 0, 0 }, { "regexp_like", 2, regexp_like, 0, 0 }, { "regexp_extract", 2, regexp_extract, 0, 0 },
	{ "regexp_extract", 3, regexp_extract, 0, 0 }, { "regexp_replace", 2, regexp_replace, 0, 0 },
	{ "regexp_replace", 3, regexp_replace, 0, 0 }, { "url_extract_host", 1, url_extract_host, 0, 0 },
	{ "url_extract_path", 1, url_extract_path, 0, 0 }, { "url_extract_parameter", 2, url_extract_parameter, 0, 0 },
	{ 0 },
};

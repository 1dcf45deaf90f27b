/* Functions of Presto and Hive on text. It is taken as UTF-8; NULL in, NULL out. */
#include "sql/functions.h"
#include "base/md5.h"
#include "base/mem.h"
#include "base/url.h"

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
	int rc = 0;

	if (functions_any_null(argc, argv))
		return;
	if (argc && sqlite3_value_subtype(argv[0]) == 'J') {
		functions_concat_arrays(x, argc, argv);
		return;
	}
	buf_init(&b, 64 << 20);
	for (int i = 0; i < argc && !rc; i++) {
		const void *p = sqlite3_value_text(argv[i]);

		rc = buf_put(&b, p, (size_t)sqlite3_value_bytes(argv[i]));
	}
	functions_result(x, &b, rc);
}

/* concat_ws(separator, a, b, ...): what is NULL is left out. */
static void concat_ws(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct buf b;
	int rc = 0;

	if (argc < 1 || functions_any_null(1, argv))
		return;
	buf_init(&b, 64 << 20);
	for (int i = 1, put = 0; i < argc && !rc; i++)
		if (functions_text(argv[i]))
			rc = (put++ && buf_puts(&b, functions_text(argv[0]))) ||
				buf_puts(&b, functions_text(argv[i]));
	functions_result(x, &b, rc);
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
		sqlite3_result_int(x,
			strncmp(functions_text(argv[0]), functions_text(argv[1]),
				strlen(functions_text(argv[1]))) == 0);
}

static void ends_with(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	int n = sqlite3_value_bytes(argv[1]), all = sqlite3_value_bytes(argv[0]);

	if (!functions_any_null(argc, argv))
		sqlite3_result_int(x,
			n <= all &&
				strcmp(functions_text(argv[0]) + all - n,
					functions_text(argv[1])) == 0);
}

/* translate(text, from, to): character by character; what has no counterpart is left out. */
static void translate(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]), *from = functions_text(argv[1]),
		   *to = functions_text(argv[2]);
	struct buf b;
	int rc = 0;

	if (functions_any_null(argc, argv))
		return;
	buf_init(&b, 64 << 20);
	for (; *s && !rc; s = skip(s, 1)) {
		size_t n = (size_t)(skip(s, 1) - s);
		const char *f = from, *t = to;

		while (*f && ((size_t)(skip(f, 1) - f) != n || memcmp(f, s, n) != 0)) {
			f = skip(f, 1);
			t = skip(t, 1);
		}
		rc = *f ? buf_put(&b, t, (size_t)(skip(t, 1) - t)) : buf_put(&b, s, n);
	}
	functions_result(x, &b, rc);
}

static void repeat(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	int64_t n = sqlite3_value_int64(argv[1]);
	struct buf b;
	int rc = 0;

	if (functions_any_null(argc, argv))
		return;
	buf_init(&b, 64 << 20);
	for (int64_t i = 0; i < n && *functions_text(argv[0]) && !rc; i++)
		rc = buf_puts(&b, functions_text(argv[0]));
	functions_result(x, &b, rc);
}

/* levenshtein_distance(a, b), of bytes */
static void levenshtein(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *a = functions_text(argv[0]), *b = functions_text(argv[1]);
	size_t m, *row;

	if (functions_any_null(argc, argv))
		return;
	m = strlen(b);
	if (strlen(a) > 10000 || m > 10000) {
		functions_error(x, "levenshtein_distance takes at most 10000 bytes");
		return;
	}
	row = mem_zero(m + 1, sizeof *row);
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; *a; a++, i++) {
		size_t before = row[0];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t change = before + (*a != b[j - 1]),
			       step = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			before = row[j];
			row[j] = change < step ? change : step;
		}
	}
	sqlite3_result_int64(x, (sqlite3_int64)row[m]);
	free(row);
}

static void same(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	sqlite3_result_value(x, argv[0]);
}

static void md5_of(sqlite3_value *v, char hex[MD5_TEXT])
{
	struct md5 m;

	md5_init(&m);
	md5_put(&m, functions_text(v), (size_t)sqlite3_value_bytes(v));
	md5_text(&m, hex);
}

/* Presto's md5 gives bytes, Hive's gives text. */
static void md5(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	char hex[MD5_TEXT], bytes[16];

	if (functions_any_null(argc, argv))
		return;
	md5_of(argv[0], hex);
	for (size_t i = 0; i < sizeof bytes; i++) {
		char two[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		bytes[i] = (char)strtoul(two, NULL, 16);
	}
	if (functions_query(x)->hive)
		sqlite3_result_text(x, hex, -1, SQLITE_TRANSIENT);
	else
		sqlite3_result_blob(x, bytes, sizeof bytes, SQLITE_TRANSIENT);
}

static void td_md5(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	char hex[MD5_TEXT];

	if (functions_any_null(argc, argv))
		return;
	md5_of(argv[0], hex);
	sqlite3_result_text(x, hex, -1, SQLITE_TRANSIENT);
}

static void to_hex(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const unsigned char *p = sqlite3_value_blob(argv[0]);
	int n = sqlite3_value_bytes(argv[0]);
	struct buf b;

	if (functions_any_null(argc, argv))
		return;
	buf_init(&b, 2 * (size_t)n + 1);
	for (int i = 0; i < n; i++)
		buf_printf(&b, "%02X", (unsigned)p[i]);
	functions_result(x, &b, 0);
}

static void reverse(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]), *end;
	struct buf b;

	(void)argc;
	if (!s)
		return;
	if (sqlite3_value_subtype(argv[0]) == 'J') {
		functions_reverse_array(x, argv[0]);
		return;
	}
	buf_init(&b, strlen(s) + 1);
	for (end = s + strlen(s); end > s;) {
		const char *p = end - 1;

		while (p > s && ((unsigned char)*p & 0xc0) == 0x80)
			p--;
		buf_put(&b, p, (size_t)(end - p));
		end = p;
	}
	functions_result(x, &b, 0);
}

static void pad(sqlite3_context *x, sqlite3_value **argv, bool left)
{
	const char *s = functions_text(argv[0]), *with = functions_text(argv[2]);
	int64_t want = sqlite3_value_int64(argv[1]), have;
	struct buf b, fill;
	int rc;

	if (functions_any_null(3, argv) || want < 0 || want > 1 << 20 || !*with)
		return;
	have = length(s);
	buf_init(&b, 64 << 20);
	buf_init(&fill, 64 << 20);
	while (length(with) && have < want) {
		for (const char *p = with; *p && have < want; p = skip(p, 1), have++)
			buf_put(&fill, p, (size_t)(skip(p, 1) - p));
	}
	rc = (left && buf_put(&b, fill.p, fill.len)) ||
		buf_put(&b, s, (size_t)(skip(s, want) - s)) ||
		(!left && buf_put(&b, fill.p, fill.len));
	buf_free(&fill);
	functions_result(x, &b, rc);
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
			/* a group too many, which only matters to a replacement */
			buf_putc(&b, '(');
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

	if (functions_any_null(argc, argv) || group < 0 || group >= GROUPS ||
		!(re = regex_arg(x, argv[1])))
		return;
	if (regexec(re, functions_text(argv[0]), GROUPS, m, 0) == 0 && m[group].rm_so >= 0)
		sqlite3_result_text(x, functions_text(argv[0]) + m[group].rm_so,
			(int)(m[group].rm_eo - m[group].rm_so), SQLITE_TRANSIENT);
}

static int put_replacement(struct buf *b, const char *with, const char *s, const regmatch_t *m)
{
	for (; *with; with++) {
		if (with[0] == '$' && isdigit((unsigned char)with[1])) {
			const regmatch_t *g = &m[*++with - '0'];

			if (g->rm_so >= 0 &&
				buf_put(b, s + g->rm_so, (size_t)(g->rm_eo - g->rm_so)))
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
	functions_result(x, &b, rc || buf_puts(&b, s));
}

/* Every match, or what is between them. */
static void regexp_list(sqlite3_context *x, int argc, sqlite3_value **argv, bool between)
{
	const char *s = functions_text(argv[0]);
	int64_t group = argc > 2 ? sqlite3_value_int64(argv[2]) : 0;
	regmatch_t m[GROUPS];
	json_t *all;
	regex_t *re;
	int flags = 0;

	if (functions_any_null(argc, argv) || group < 0 || group >= GROUPS ||
		!(re = regex_arg(x, argv[1])))
		return;
	all = json_array();
	while (regexec(re, s, GROUPS, m, flags) == 0) {
		if (between)
			json_array_append_new(all, json_stringn(s, (size_t)m[0].rm_so));
		else if (m[group].rm_so >= 0)
			json_array_append_new(all,
				json_stringn(s + m[group].rm_so,
					(size_t)(m[group].rm_eo - m[group].rm_so)));
		if (!s[m[0].rm_eo])
			break;
		s += m[0].rm_eo;
		flags = REG_NOTBOL;
		if (m[0].rm_so == m[0].rm_eo)
			s = skip(s, 1);
	}
	if (between)
		json_array_append_new(all, json_string(s));
	functions_result_json(x, all);
	json_decref(all);
}

static void regexp_extract_all(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	regexp_list(x, argc, argv, false);
}

static void regexp_split(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	regexp_list(x, argc, argv, true);
}

/* a REGEXP b, which Hive also calls RLIKE, is regexp(b, a) */
static void regexp(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	sqlite3_value *turned[2] = { argv[1], argv[0] };

	(void)argc;
	regexp_like(x, 2, turned);
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

static void url_extract_protocol(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]), *at = s ? strstr(s, "://") : NULL;

	(void)argc;
	if (at)
		url_part(x, s, (size_t)(at - s));
}

static void url_extract_query(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]), *at = s ? strchr(s, '?') : NULL;

	(void)argc;
	if (at && at < s + strcspn(s, "#"))
		url_part(x, at + 1, strcspn(at + 1, "#"));
}

static void url_extract_fragment(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]), *at = s ? strchr(s, '#') : NULL;

	(void)argc;
	if (at)
		url_part(x, at + 1, strlen(at + 1));
}

/* Hive's parse_url(url, 'HOST') */
static void parse_url(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	static const struct {
		const char *part;
		void (*call)(sqlite3_context *, int, sqlite3_value **);
	} parts[] = { { "HOST", url_extract_host }, { "PATH", url_extract_path },
		{ "QUERY", url_extract_query }, { "PROTOCOL", url_extract_protocol },
		{ "REF", url_extract_fragment } };
	const char *part = functions_text(argv[1]);

	for (size_t i = 0; part && i < sizeof parts / sizeof *parts; i++)
		if (strcmp(parts[i].part, part) == 0)
			parts[i].call(x, argc, argv);
}

static void url_encode(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]);
	struct buf b;

	(void)argc;
	if (!s)
		return;
	buf_init(&b, 3 * strlen(s) + 1);
	for (; *s; s++) {
		if (isalnum((unsigned char)*s) || strchr("-_.*", *s))
			buf_putc(&b, *s);
		else if (*s == ' ')
			buf_putc(&b, '+');
		else
			buf_printf(&b, "%%%02X", (unsigned char)*s);
	}
	functions_result(x, &b, 0);
}

static void url_decode(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = functions_text(argv[0]);
	char *text;

	(void)argc;
	if (!s)
		return;
	text = url_unescape(s, strlen(s), true);
	if (text)
		sqlite3_result_text(x, text, -1, SQLITE_TRANSIENT);
	else
		functions_error(x, "'%.100s' has a bad escape", s);
	free(text);
}

const struct function functions_on_text[] = {
	{ "concat", -1, concat, 0, 0, 0 }, { "split_part", 3, split_part, 0, 0, "varchar" },
	{ "strpos", 2, strpos, 0, 0, "bigint" }, { "starts_with", 2, starts_with, 0, 0, "boolean" },
	{ "reverse", 1, reverse, 0, 0, 0 }, { "lpad", 3, lpad, 0, 0, "varchar" }, { "rpad", 3, rpad, 0, 0, "varchar" },
	{ "regexp_like", 2, regexp_like, 0, 0, "boolean" }, { "regexp_extract", 2, regexp_extract, 0, 0, "varchar" },
	{ "regexp_extract", 3, regexp_extract, 0, 0, "varchar" }, { "regexp_replace", 2, regexp_replace, 0, 0, "varchar" },
	{ "regexp_replace", 3, regexp_replace, 0, 0, "varchar" },
	{ "url_extract_host", 1, url_extract_host, 0, 0, "varchar" },
	{ "url_extract_path", 1, url_extract_path, 0, 0, "varchar" },
	{ "url_extract_parameter", 2, url_extract_parameter, 0, 0, "varchar" },
	{ "concat_ws", -1, concat_ws, 0, 0, "varchar" }, { "ends_with", 2, ends_with, 0, 0, "boolean" },
	{ "translate", 3, translate, 0, 0, "varchar" }, { "repeat", 2, repeat, 0, 0, "varchar" },
	{ "levenshtein_distance", 2, levenshtein, 0, 0, "bigint" }, { "to_utf8", 1, same, 0, 0, 0 },
	{ "from_utf8", 1, same, 0, 0, "varchar" }, { "md5", 1, md5, 0, 0, 0 }, { "td_md5", 1, td_md5, 0, 0, "varchar" },
	{ "to_hex", 1, to_hex, 0, 0, "varchar" }, { "regexp", 2, regexp, 0, 0, "boolean" },
	{ "regexp_extract_all", 2, regexp_extract_all, 0, 0, 0 }, { "regexp_extract_all", 3, regexp_extract_all, 0, 0, 0 },
	{ "regexp_split", 2, regexp_split, 0, 0, 0 }, { "url_extract_protocol", 1, url_extract_protocol, 0, 0, "varchar" },
	{ "url_extract_query", 1, url_extract_query, 0, 0, "varchar" },
	{ "url_extract_fragment", 1, url_extract_fragment, 0, 0, "varchar" }, { "parse_url", 2, parse_url, 0, 0, "varchar" },
	{ "url_encode", 1, url_encode, 0, 0, "varchar" }, { "url_decode", 1, url_decode, 0, 0, "varchar" },
	{ "td_url_decode", 1, url_decode, 0, 0, "varchar" },
	{ 0 },
};

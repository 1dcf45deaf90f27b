/* Functions of Presto and Hive that SQLite lacks. Text is taken as UTF-8; NULL in, NULL out. */
#include "buf.h"
#include "functions.h"
#include "mem.h"
#include "value.h"
#include "when.h"
#include "zone.h"

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *text(sqlite3_value *v)
{
	return (const char *)sqlite3_value_text(v); /* NULL for NULL */
}

static bool any_null(int argc, sqlite3_value **argv)
{
	for (int i = 0; i < argc; i++)
		if (sqlite3_value_type(argv[i]) == SQLITE_NULL)
			return true;
	return false;
}

static void result_buf(sqlite3_context *x, struct buf *b)
{
	sqlite3_result_text64(x, b->p ? b->p : "", b->len, SQLITE_TRANSIENT, SQLITE_UTF8);
	buf_free(b);
}

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

/* --- choice and comparison */

static void if_(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	if (sqlite3_value_int(argv[0]))
		sqlite3_result_value(x, argv[1]);
	else if (argc > 2)
		sqlite3_result_value(x, argv[2]);
}

static void extreme(sqlite3_context *x, int argc, sqlite3_value **argv, int sign)
{
	int best = 0;

	if (any_null(argc, argv))
		return;
	for (int i = 1; i < argc; i++) {
		double a = sqlite3_value_double(argv[i]), b = sqlite3_value_double(argv[best]);
		bool both = sqlite3_value_type(argv[i]) == SQLITE_TEXT && sqlite3_value_type(argv[best]) == SQLITE_TEXT;
		int c = both ? strcmp(text(argv[i]), text(argv[best])) : (a > b) - (a < b);

		if (c * sign > 0)
			best = i;
	}
	if (argc)
		sqlite3_result_value(x, argv[best]);
}

static void greatest(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	extreme(x, argc, argv, 1);
}

static void least(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	extreme(x, argc, argv, -1);
}

/* --- text */

static void concat(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct buf b;

	if (any_null(argc, argv))
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
	result_buf(x, &b);
}

static void split_part(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = text(argv[0]), *d = text(argv[1]), *stop;
	int64_t n = sqlite3_value_int64(argv[2]);
	size_t len;

	if (any_null(argc, argv) || n < 1)
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
	const char *s = text(argv[0]), *at;
	char *head;

	if (any_null(argc, argv))
		return;
	at = strstr(s, text(argv[1]));
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
	if (!any_null(argc, argv))
		sqlite3_result_int(x, strncmp(text(argv[0]), text(argv[1]), strlen(text(argv[1]))) == 0);
}

static void reverse(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = text(argv[0]), *end;
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
	result_buf(x, &b);
}

static void pad(sqlite3_context *x, sqlite3_value **argv, bool left)
{
	const char *s = text(argv[0]), *with = text(argv[2]);
	int64_t want = sqlite3_value_int64(argv[1]), have;
	struct buf b, fill;

	if (any_null(3, argv) || want < 0 || want > 1 << 20 || !*with)
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
	result_buf(x, &b);
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
	const char *s = text(v);
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

	if (!any_null(argc, argv) && (re = regex_arg(x, argv[1])))
		sqlite3_result_int(x, regexec(re, text(argv[0]), 0, NULL, 0) == 0);
}

enum { GROUPS = 10 };

static void regexp_extract(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	int64_t group = argc > 2 ? sqlite3_value_int64(argv[2]) : 0;
	regmatch_t m[GROUPS];
	regex_t *re;

	if (any_null(argc, argv) || group < 0 || group >= GROUPS || !(re = regex_arg(x, argv[1])))
		return;
	if (regexec(re, text(argv[0]), GROUPS, m, 0) == 0 && m[group].rm_so >= 0)
		sqlite3_result_text(x, text(argv[0]) + m[group].rm_so, (int)(m[group].rm_eo - m[group].rm_so), SQLITE_TRANSIENT);
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
	const char *s = text(argv[0]), *with = argc > 2 ? text(argv[2]) : "";
	regmatch_t m[GROUPS];
	regex_t *re;
	struct buf b;
	int flags = 0, rc = 0;

	if (any_null(argc, argv) || !(re = regex_arg(x, argv[1])))
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
	result_buf(x, &b);
}

/* --- URLs */

static void url_part(sqlite3_context *x, const char *p, size_t n)
{
	sqlite3_result_text(x, p, (int)n, SQLITE_TRANSIENT);
}

static void url_extract_host(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = text(argv[0]), *at = s ? strstr(s, "://") : NULL, *user;
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
	const char *s = text(argv[0]), *at = s ? strstr(s, "://") : NULL;

	(void)argc;
	if (!s)
		return;
	at = at ? at + 3 + strcspn(at + 3, "/?#") : s;
	url_part(x, at, strcspn(at, "?#"));
}

static void url_extract_parameter(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = text(argv[0]), *name = text(argv[1]), *p;
	size_t n;

	if (any_null(argc, argv) || !(p = strchr(s, '?')))
		return;
	for (n = strlen(name), p++; *p && *p != '#'; p += strcspn(p, "&#"), p += *p == '&')
		if (strncmp(p, name, n) == 0 && p[n] == '=') {
			url_part(x, p + n + 1, strcspn(p + n + 1, "&#"));
			return;
		}
}

/* --- JSON and arrays, which are JSON text with SQLite's subtype for it */

static void result_json(sqlite3_context *x, const json_t *j)
{
	char *s = json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY);

	sqlite3_result_text(x, s ? s : "null", -1, SQLITE_TRANSIENT);
	sqlite3_result_subtype(x, 'J');
	free(s);
}

static json_t *json_arg(sqlite3_value *v)
{
	const char *s = text(v);

	return s ? json_loads(s, JSON_DECODE_ANY, NULL) : NULL;
}

static void cardinality(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *j = json_arg(argv[0]);

	(void)argc;
	if (json_is_array(j) || json_is_object(j))
		sqlite3_result_int64(x, (sqlite3_int64)(json_is_array(j) ? json_array_size(j) : json_object_size(j)));
	json_decref(j);
}

static void result_element(sqlite3_context *x, const json_t *j)
{
	if (json_is_string(j))
		sqlite3_result_text(x, json_string_value(j), (int)json_string_length(j), SQLITE_TRANSIENT);
	else if (json_is_integer(j))
		sqlite3_result_int64(x, json_integer_value(j));
	else if (json_is_real(j))
		sqlite3_result_double(x, json_real_value(j));
	else if (json_is_boolean(j))
		sqlite3_result_int(x, json_is_true(j));
	else if (j && !json_is_null(j))
		result_json(x, j);
}

/* element_at(array, n), from 1, negative from the end; element_at(map, key) */
static void element_at(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *j = json_arg(argv[0]);
	int64_t n = sqlite3_value_int64(argv[1]), len = (int64_t)json_array_size(j);

	if (any_null(argc, argv))
		;
	else if (json_is_object(j))
		result_element(x, json_object_get(j, text(argv[1])));
	else if (n != 0 && n <= len && -n <= len)
		result_element(x, json_array_get(j, (size_t)(n > 0 ? n - 1 : len + n)));
	json_decref(j);
}

static void contains(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *j = json_arg(argv[0]), *v;
	bool found = false;
	size_t i;

	if (!any_null(argc, argv) && json_is_array(j)) {
		json_array_foreach(j, i, v)
			found |= json_is_string(v) ? sqlite3_value_type(argv[1]) == SQLITE_TEXT && strcmp(json_string_value(v), text(argv[1])) == 0
			                           : json_is_number(v) && json_number_value(v) == sqlite3_value_double(argv[1]);
		sqlite3_result_int(x, found);
	}
	json_decref(j);
}

static void split(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	const char *s = text(argv[0]), *d = text(argv[1]), *stop;
	json_t *all;

	if (any_null(argc, argv) || !*d)
		return;
	all = json_array();
	for (; (stop = strstr(s, d)); s = stop + strlen(d))
		json_array_append_new(all, json_stringn(s, (size_t)(stop - s)));
	json_array_append_new(all, json_string(s));
	result_json(x, all);
	json_decref(all);
}

static void array_join(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *j = json_arg(argv[0]), *v;
	struct buf b;
	size_t i;

	if (any_null(argc, argv) || !json_is_array(j)) {
		json_decref(j);
		return;
	}
	buf_init(&b, 64 << 20);
	json_array_foreach(j, i, v) {
		char *s = json_is_string(v) ? NULL : json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

		if (json_is_null(v)) {
			free(s);
			continue;
		}
		if (b.len)
			buf_puts(&b, text(argv[1]));
		buf_puts(&b, s ? s : json_string_value(v));
		free(s);
	}
	json_decref(j);
	result_buf(x, &b);
}

static json_t *json_of(sqlite3_value *v)
{
	json_t *j;

	switch (sqlite3_value_type(v)) {
	case SQLITE_INTEGER: return json_integer(sqlite3_value_int64(v));
	case SQLITE_FLOAT: return json_real(sqlite3_value_double(v));
	case SQLITE_NULL: return json_null();
	default:
		if (sqlite3_value_subtype(v) == 'J' && (j = json_arg(v)))
			return j;
		j = json_stringn(text(v), (size_t)sqlite3_value_bytes(v));
		return j ? j : json_null();
	}
}

/* $.a.b[0], $["a"]: the first value there. */
static json_t *json_path(json_t *j, const char *path)
{
	path += *path == '$';
	while (j && *path) {
		const char *key = path;
		size_t n;
		char *name;

		if (*path == '.') {
			key = ++path;
			n = strcspn(path, ".[");
			path += n;
		} else if (*path == '[' && (path[1] == '"' || path[1] == '\'')) {
			key = path + 2;
			n = strcspn(key, "\"'");
			path = key + n;
			if (path[0] == '\0' || path[1] != ']')
				return NULL;
			path += 2;
		} else if (*path == '[' && isdigit((unsigned char)path[1])) {
			char *end;
			unsigned long i = strtoul(path + 1, &end, 10);

			if (*end != ']')
				return NULL;
			j = json_array_get(j, i);
			path = end + 1;
			continue;
		} else {
			return NULL;
		}
		name = mem_copy(key, n);
		j = json_object_get(j, name);
		free(name);
	}
	return j;
}

static void json_extract_as(sqlite3_context *x, int argc, sqlite3_value **argv, bool scalar)
{
	json_t *j = json_arg(argv[0]), *v;
	char *s;

	if (!any_null(argc, argv) && (v = json_path(j, text(argv[1])))) {
		if (!scalar) {
			result_json(x, v);
		} else if (json_is_string(v)) {
			sqlite3_result_text(x, json_string_value(v), -1, SQLITE_TRANSIENT);
		} else if (!json_is_object(v) && !json_is_array(v) && !json_is_null(v)) {
			s = json_dumps(v, JSON_ENCODE_ANY);
			sqlite3_result_text(x, s, -1, SQLITE_TRANSIENT);
			free(s);
		}
	}
	json_decref(j);
}

static void json_extract(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_extract_as(x, argc, argv, false);
}

static void json_extract_scalar(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_extract_as(x, argc, argv, true);
}

/* --- times */

static void from_unixtime(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	double v = sqlite3_value_double(argv[0]);
	int64_t ms, t, days;
	struct date d;
	char out[64];

	if (any_null(argc, argv) || !(v > -6e10 && v < 3e11))
		return;
	ms = (int64_t)floor(v * 1000 + 0.5);
	t = ms / 1000 - (ms % 1000 < 0);
	days = t / 86400 - (t % 86400 < 0);
	d = when_date(days);
	t -= days * 86400;
	snprintf(out, sizeof out, "%04lld-%02u-%02u %02d:%02d:%02d.%03d", (long long)d.year, d.month, d.day, (int)(t / 3600), (int)(t / 60 % 60),
	         (int)(t % 60), (int)(ms - (ms / 1000 - (ms % 1000 < 0)) * 1000));
	sqlite3_result_text(x, out, -1, SQLITE_TRANSIENT);
}

static void to_unixtime(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct zone *utc = zone_open("UTC");
	int64_t t;

	if (!any_null(argc, argv) && functions_parse_time(text(argv[0]), utc, &t) == 0)
		sqlite3_result_double(x, (double)t);
	zone_free(utc);
}

static void now(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	json_t *j = when_text(when_now());

	(void)argc;
	(void)argv;
	sqlite3_result_text(x, json_string_value(j), -1, SQLITE_TRANSIENT);
	json_decref(j);
}

static void random_(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	uint32_t r;

	sqlite3_randomness(sizeof r, &r);
	if (argc == 0)
		sqlite3_result_double(x, (double)r / 4294967296.0);
	else if (sqlite3_value_int64(argv[0]) > 0)
		sqlite3_result_int64(x, (sqlite3_int64)(r % (uint64_t)sqlite3_value_int64(argv[0])));
}

/* --- aggregates */

struct count {
	int64_t n;
};

static void count_if_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct count *c = sqlite3_aggregate_context(x, sizeof *c);

	(void)argc;
	if (c && sqlite3_value_int(argv[0]))
		c->n++;
}

static void count_if_end(sqlite3_context *x)
{
	struct count *c = sqlite3_aggregate_context(x, 0);

	sqlite3_result_int64(x, c ? c->n : 0);
}

struct logic {
	int seen, all, any;
};

static void logic_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct logic *l = sqlite3_aggregate_context(x, sizeof *l);
	int v = sqlite3_value_int(argv[0]) != 0;

	(void)argc;
	if (!l || sqlite3_value_type(argv[0]) == SQLITE_NULL)
		return;
	l->all = l->seen ? l->all && v : v;
	l->any |= v;
	l->seen = 1;
}

static void bool_and_end(sqlite3_context *x)
{
	struct logic *l = sqlite3_aggregate_context(x, 0);

	if (l && l->seen)
		sqlite3_result_int(x, l->all);
}

static void bool_or_end(sqlite3_context *x)
{
	struct logic *l = sqlite3_aggregate_context(x, 0);

	if (l && l->seen)
		sqlite3_result_int(x, l->any);
}

/* max_by(value, key), min_by, arbitrary(value): one value is kept. */
struct pick {
	sqlite3_value *value, *key;
};

static int compare(sqlite3_value *a, sqlite3_value *b)
{
	double x = sqlite3_value_double(a), y = sqlite3_value_double(b);

	if (sqlite3_value_type(a) == SQLITE_TEXT && sqlite3_value_type(b) == SQLITE_TEXT)
		return strcmp(text(a), text(b));
	return (x > y) - (x < y);
}

static void keep(struct pick *p, sqlite3_value *value, sqlite3_value *key)
{
	sqlite3_value_free(p->value);
	sqlite3_value_free(p->key);
	p->value = sqlite3_value_dup(value);
	p->key = sqlite3_value_dup(key);
}

static void by_step(sqlite3_context *x, sqlite3_value **argv, int sign)
{
	struct pick *p = sqlite3_aggregate_context(x, sizeof *p);

	if (p && sqlite3_value_type(argv[1]) != SQLITE_NULL && (!p->key || compare(argv[1], p->key) * sign > 0))
		keep(p, argv[0], argv[1]);
}

static void max_by_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	by_step(x, argv, 1);
}

static void min_by_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	(void)argc;
	by_step(x, argv, -1);
}

static void arbitrary_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct pick *p = sqlite3_aggregate_context(x, sizeof *p);

	(void)argc;
	if (p && !p->value && sqlite3_value_type(argv[0]) != SQLITE_NULL)
		keep(p, argv[0], argv[0]);
}

static void pick_end(sqlite3_context *x)
{
	struct pick *p = sqlite3_aggregate_context(x, 0);

	if (p && p->value)
		sqlite3_result_value(x, p->value);
	if (p) {
		sqlite3_value_free(p->value);
		sqlite3_value_free(p->key);
	}
}

struct list {
	json_t *all;
};

static void array_agg_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct list *l = sqlite3_aggregate_context(x, sizeof *l);

	(void)argc;
	if (!l)
		return;
	if (!l->all)
		l->all = json_array();
	if (json_array_size(l->all) >= 1000000)
		sqlite3_result_error(x, "array_agg: more than 1000000 elements", -1);
	else
		json_array_append_new(l->all, json_of(argv[0]));
}

static void array_agg_end(sqlite3_context *x)
{
	struct list *l = sqlite3_aggregate_context(x, 0);

	if (l && l->all) {
		result_json(x, l->all);
		json_decref(l->all);
	}
}

/* approx_distinct: HyperLogLog with 4096 registers (Flajolet et al. 2007), about 1.6 % off, exact for a few. */
enum { REGISTERS = 4096 };

struct distinct {
	unsigned char r[REGISTERS];
};

static uint64_t hash(const unsigned char *p, size_t n)
{
	uint64_t h = UINT64_C(14695981039346656037);

	while (n--)
		h = (h ^ *p++) * UINT64_C(1099511628211);
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 33;
}

static void distinct_step(sqlite3_context *x, int argc, sqlite3_value **argv)
{
	struct distinct *d = sqlite3_aggregate_context(x, sizeof *d);
	unsigned char zeros = 1;
	const void *p;
	uint64_t h;

	(void)argc;
	if (!d || sqlite3_value_type(argv[0]) == SQLITE_NULL)
		return;
	p = sqlite3_value_text(argv[0]);
	h = hash(p, (size_t)sqlite3_value_bytes(argv[0]));
	for (uint64_t rest = h >> 12; zeros < 52 && !(rest & 1); rest >>= 1)
		zeros++;
	if (d->r[h % REGISTERS] < zeros)
		d->r[h % REGISTERS] = zeros;
}

static void distinct_end(sqlite3_context *x)
{
	struct distinct *d = sqlite3_aggregate_context(x, 0);
	double sum = 0, estimate;
	int empty = 0;

	for (int i = 0; d && i < REGISTERS; i++) {
		sum += ldexp(1, -d->r[i]);
		empty += d->r[i] == 0;
	}
	estimate = d ? 0.7213 / (1 + 1.079 / REGISTERS) * REGISTERS * REGISTERS / sum : 0;
	if (d && empty && estimate <= 2.5 * REGISTERS)
		estimate = REGISTERS * log((double)REGISTERS / empty);
	sqlite3_result_int64(x, (sqlite3_int64)llround(estimate));
}

const struct function functions_sql[] = {
	{ "if", 2, if_, 0, 0 }, { "if", 3, if_, 0, 0 }, { "greatest", -1, greatest, 0, 0 }, { "least", -1, least, 0, 0 },
	{ "concat", -1, concat, 0, 0 }, { "split_part", 3, split_part, 0, 0 }, { "strpos", 2, strpos, 0, 0 },
	{ "starts_with", 2, starts_with, 0, 0 }, { "reverse", 1, reverse, 0, 0 }, { "lpad", 3, lpad, 0, 0 }, { "rpad", 3, rpad, 0, 0 },
	{ "regexp_like", 2, regexp_like, 0, 0 }, { "regexp_extract", 2, regexp_extract, 0, 0 }, { "regexp_extract", 3, regexp_extract, 0, 0 },
	{ "regexp_replace", 2, regexp_replace, 0, 0 }, { "regexp_replace", 3, regexp_replace, 0, 0 },
	{ "url_extract_host", 1, url_extract_host, 0, 0 }, { "url_extract_path", 1, url_extract_path, 0, 0 },
	{ "url_extract_parameter", 2, url_extract_parameter, 0, 0 }, { "cardinality", 1, cardinality, 0, 0 }, { "size", 1, cardinality, 0, 0 },
	{ "element_at", 2, element_at, 0, 0 }, { "contains", 2, contains, 0, 0 }, { "split", 2, split, 0, 0 },
	{ "array_join", 2, array_join, 0, 0 }, { "json_extract", 2, json_extract, 0, 0 },
	{ "json_extract_scalar", 2, json_extract_scalar, 0, 0 }, { "get_json_object", 2, json_extract_scalar, 0, 0 },
	{ "from_unixtime", 1, from_unixtime, 0, 0 }, { "to_unixtime", 1, to_unixtime, 0, 0 }, { "unix_timestamp", 1, to_unixtime, 0, 0 },
	{ "now", 0, now, 0, 0 }, { "random", 0, random_, 0, 0 }, { "rand", 0, random_, 0, 0 }, { "random", 1, random_, 0, 0 },
	{ "count_if", 1, 0, count_if_step, count_if_end }, { "bool_and", 1, 0, logic_step, bool_and_end },
	{ "bool_or", 1, 0, logic_step, bool_or_end }, { "every", 1, 0, logic_step, bool_and_end },
	{ "max_by", 2, 0, max_by_step, pick_end }, { "min_by", 2, 0, min_by_step, pick_end }, { "arbitrary", 1, 0, arbitrary_step, pick_end },
	{ "any_value", 1, 0, arbitrary_step, pick_end }, { "array_agg", 1, 0, array_agg_step, array_agg_end },
	{ "collect_list", 1, 0, array_agg_step, array_agg_end }, { "approx_distinct", 1, 0, distinct_step, distinct_end },
	{ 0 },
};

/* JSON text: tokens, canonical form, paths. */
#include "sql/json.h"
#include "sql/print.h"
#include "base/mem.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct json json_of(const char *p, size_t n)
{
	return (struct json){ .p = p, .end = p + n };
}

static void blanks(struct json *j)
{
	while (j->p < j->end && (*j->p == ' ' || *j->p == '\t' || *j->p == '\n' || *j->p == '\r'))
		j->p++;
}

bool json_end(struct json *j)
{
	blanks(j);
	return j->p == j->end;
}

static bool next_is(struct json *j, char c)
{
	blanks(j);
	if (j->p == j->end || *j->p != c)
		return false;
	j->p++;
	return true;
}

/* --- tokens */

static enum json_kind read_string(struct json *j, struct json_token *t)
{
	t->p = j->p;
	for (; j->p < j->end && *j->p != '"'; j->p++) {
		if ((unsigned char)*j->p < 0x20)
			return JSON_BAD;
		if (*j->p != '\\')
			continue;
		if (++j->p == j->end || !*j->p || !strchr("\"\\/bfnrtu", *j->p))
			return JSON_BAD;
		for (int i = 1; *j->p == 'u' && i <= 4; i++)
			if (j->p + i >= j->end || !isxdigit((unsigned char)j->p[i]))
				return JSON_BAD;
	}
	t->n = (size_t)(j->p - t->p);
	return j->p++ < j->end ? JSON_STRING : JSON_BAD;
}

static size_t digits(const struct json *j, const char *p)
{
	const char *from = p;

	while (p < j->end && isdigit((unsigned char)*p))
		p++;
	return (size_t)(p - from);
}

static enum json_kind read_number(struct json *j, struct json_token *t)
{
	const char *p = j->p + (*j->p == '-');
	size_t whole = digits(j, p), n;
	enum json_kind kind = JSON_INT;

	if (whole == 0 || (whole > 1 && *p == '0'))
		return JSON_BAD;
	p += whole;
	if (p < j->end && *p == '.') {
		if ((n = digits(j, ++p)) == 0)
			return JSON_BAD;
		p += n;
		kind = JSON_REAL;
	}
	if (p < j->end && (*p == 'e' || *p == 'E')) {
		p++;
		p += p < j->end && (*p == '-' || *p == '+');
		if ((n = digits(j, p)) == 0)
			return JSON_BAD;
		p += n;
		kind = JSON_REAL;
	}
	t->p = j->p;
	t->n = (size_t)(p - j->p);
	j->p = p;
	return kind;
}

static enum json_kind read_word(struct json *j, const char *word, enum json_kind kind)
{
	size_t n = strlen(word);

	if ((size_t)(j->end - j->p) < n || memcmp(j->p, word, n) != 0)
		return JSON_BAD;
	j->p += n;
	return j->p < j->end && (isalnum((unsigned char)*j->p) || *j->p == '_') ? JSON_BAD : kind;
}

static enum json_kind read_token(struct json *j, struct json_token *t)
{
	blanks(j);
	if (j->p == j->end)
		return JSON_BAD;
	switch (*j->p) {
	case '"': j->p++; return read_string(j, t);
	case '[': j->p++; return JSON_LIST;
	case '{': j->p++; return JSON_OBJECT;
	case 'n': return read_word(j, "null", JSON_NULL);
	case 't': return read_word(j, "true", JSON_TRUE);
	case 'f': return read_word(j, "false", JSON_FALSE);
	default:
		return *j->p == '-' || isdigit((unsigned char)*j->p) ? read_number(j, t) : JSON_BAD;
	}
}

enum json_kind json_next(struct json *j, struct json_token *t)
{
	*t = (struct json_token){ .p = j->p };
	t->kind = read_token(j, t);
	if (t->kind >= JSON_LIST && ++j->depth > JSON_DEPTH)
		t->kind = JSON_BAD;
	return t->kind;
}

int json_more(struct json *j, enum json_kind in, bool *first, struct json_token *key)
{
	if (next_is(j, in == JSON_LIST ? ']' : '}')) {
		j->depth--;
		return 0;
	}
	if (!*first && !next_is(j, ','))
		return -1;
	*first = false;
	if (in == JSON_LIST) {
		blanks(j);
		return j->p < j->end && *j->p != ']' ? 1 : -1;
	}
	return next_is(j, '"') && read_string(j, key) == JSON_STRING && next_is(j, ':') ? 1 : -1;
}

int json_skip(struct json *j)
{
	struct json_token t, key;
	bool first = true;
	int more;

	if (json_next(j, &t) == JSON_BAD)
		return -1;
	if (t.kind < JSON_LIST)
		return 0;
	while ((more = json_more(j, t.kind, &first, &key)) > 0)
		if (json_skip(j))
			return -1;
	return more;
}

/* --- strings and numbers */

static unsigned hex4(const char *p)
{
	unsigned v = 0;

	for (int i = 0; i < 4; i++)
		v = v << 4 |
			(unsigned)(isdigit((unsigned char)p[i])
					? p[i] - '0'
					: tolower((unsigned char)p[i]) - 'a' + 10);
	return v;
}

int json_unescape(struct buf *out, const char *p, size_t n)
{
	static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
	const char *end = p + n, *at;

	while (p < end) {
		const char *from = p;

		while (p < end && *p != '\\')
			p++;
		if (buf_put(out, from, (size_t)(p - from)))
			return -1;
		if (p == end)
			return 0;
		at = strchr(letters, p[1]);
		if (p[1] == 'u') {
			unsigned c = hex4(p + 2);

			p += 6;
			if (c >= 0xd800 && c < 0xdc00 && end - p >= 6 && p[0] == '\\' &&
				p[1] == 'u' && hex4(p + 2) >= 0xdc00 && hex4(p + 2) < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (hex4(p + 2) - 0xdc00);
				p += 6;
			}
			if (print_utf8(out, c >= 0xd800 && c < 0xe000 ? '?' : c))
				return -1;
			continue;
		}
		if (buf_putc(out, at ? meant[at - letters] : p[1]))
			return -1;
		p += 2;
	}
	return 0;
}

int json_quote(struct buf *out, const char *p, size_t n)
{
	static const char meant[] = "\b\f\n\r\t\"\\", letters[] = "bfnrt\"\\";
	const char *end = p + n;
	int rc = buf_putc(out, '"');

	while (p < end && rc == 0) {
		const char *from = p, *at;

		while (p < end && (unsigned char)*p >= 0x20 && *p != '"' && *p != '\\')
			p++;
		rc = buf_put(out, from, (size_t)(p - from));
		if (p == end || rc)
			break;
		at = *p ? strchr(meant, *p) : NULL;
		if (at)
			rc = buf_putc(out, '\\') || buf_putc(out, letters[at - meant]) ? -1 : 0;
		else
			rc = buf_printf(out, "\\u%04X", (unsigned)*p);
		p++;
	}
	return rc || buf_putc(out, '"') ? -1 : 0;
}

int json_double(struct buf *out, double d)
{
	char text[PRINT_DOUBLE];

	print_double(text, d);
	return isfinite(d) ? buf_puts(out, text) : json_quote(out, text, strlen(text));
}

static int put_number(struct buf *out, const struct json_token *t)
{
	char text[64];

	if (t->kind == JSON_INT)
		return buf_put(out, t->p, t->n);
	if (t->n < sizeof text) {
		memcpy(text, t->p, t->n);
		text[t->n] = '\0';
		return json_double(out, strtod(text, NULL));
	} else {
		char *copy = mem_copy(t->p, t->n);
		double d = strtod(copy, NULL);

		free(copy);
		return json_double(out, d);
	}
}

/* --- copies */

static int copy_string(struct buf *out, const struct json_token *t)
{
	struct buf text;
	int rc;

	if (!memchr(t->p, '\\', t->n))
		return json_quote(out, t->p, t->n);
	buf_init(&text, out->max);
	rc = json_unescape(&text, t->p, t->n) || json_quote(out, text.p ? text.p : "", text.len)
		? -1
		: 0;
	buf_free(&text);
	return rc;
}

static int copy_parts(struct buf *out, struct json *j, enum json_kind kind)
{
	struct json_token key;
	bool first = true;
	int more, n = 0;

	if (buf_putc(out, kind == JSON_LIST ? '[' : '{'))
		return -1;
	while ((more = json_more(j, kind, &first, &key)) > 0)
		if ((n++ && buf_putc(out, ',')) ||
			(kind == JSON_OBJECT && (copy_string(out, &key) || buf_putc(out, ':'))) ||
			json_copy(out, j, false))
			return -1;
	return more < 0 || buf_putc(out, kind == JSON_LIST ? ']' : '}') ? -1 : 0;
}

/* A member of an object: where its key and its value are in a buffer. */
struct member {
	const char *base;
	size_t key, key_n, value, value_n, number;
};

static int by_key(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	size_t n = x->key_n < y->key_n ? x->key_n : y->key_n;
	int c = memcmp(x->base + x->key, y->base + y->key, n);

	if (c == 0)
		c = (x->key_n > y->key_n) - (x->key_n < y->key_n);
	return c ? c : (x->number > y->number) - (x->number < y->number);
}

static int put_members(struct buf *out, const struct buf *parts, struct member *m, size_t n)
{
	bool some = false;

	for (size_t i = 0; i < n; i++)
		m[i].base = parts->p;
	if (n)
		qsort(m, n, sizeof *m, by_key);
	if (buf_putc(out, '{'))
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (i + 1 < n && m[i].key_n == m[i + 1].key_n &&
			memcmp(parts->p + m[i].key, parts->p + m[i + 1].key, m[i].key_n) == 0)
			continue; /* of equal keys the last counts */
		if ((some && buf_putc(out, ',')) ||
			json_quote(out, parts->p + m[i].key, m[i].key_n) || buf_putc(out, ':') ||
			buf_put(out, parts->p + m[i].value, m[i].value_n))
			return -1;
		some = true;
	}
	return buf_putc(out, '}');
}

static int sort_object(struct buf *out, struct json *j)
{
	struct member *m = NULL;
	struct json_token key;
	struct buf parts;
	size_t n = 0;
	bool first = true;
	int more;

	buf_init(&parts, out->max);
	while ((more = json_more(j, JSON_OBJECT, &first, &key)) > 0) {
		if ((n & (n - 1)) == 0)
			m = mem_resize(m, n ? 2 * n : 1, sizeof *m);
		m[n] = (struct member){ .number = n, .key = parts.len };
		if (json_unescape(&parts, key.p, key.n))
			break;
		m[n].key_n = parts.len - m[n].key;
		m[n].value = parts.len;
		if (json_copy(&parts, j, true))
			break;
		m[n].value_n = parts.len - m[n].value;
		n++;
	}
	if (more == 0)
		more = put_members(out, &parts, m, n);
	buf_free(&parts);
	free(m);
	return more ? -1 : 0;
}

static int sort_list(struct buf *out, struct json *j)
{
	struct json_token none;
	bool first = true;
	int more, n = 0;

	if (buf_putc(out, '['))
		return -1;
	while ((more = json_more(j, JSON_LIST, &first, &none)) > 0)
		if ((n++ && buf_putc(out, ',')) || json_copy(out, j, true))
			return -1;
	return more < 0 ? -1 : buf_putc(out, ']');
}

int json_copy(struct buf *out, struct json *j, bool sorted)
{
	struct json_token t;

	switch (json_next(j, &t)) {
	case JSON_NULL: return buf_puts(out, "null");
	case JSON_FALSE: return buf_puts(out, "false");
	case JSON_TRUE: return buf_puts(out, "true");
	case JSON_INT: case JSON_REAL:
		return j->verbatim ? buf_put(out, t.p, t.n) : put_number(out, &t);
	case JSON_STRING: return copy_string(out, &t);
	case JSON_LIST: return sorted ? sort_list(out, j) : copy_parts(out, j, JSON_LIST);
	case JSON_OBJECT: return sorted ? sort_object(out, j) : copy_parts(out, j, JSON_OBJECT);
	default: return -1;
	}
}

int json_canonical(struct buf *out, const char *p, size_t n)
{
	struct json j = json_of(p, n);

	return json_copy(out, &j, true) || !json_end(&j) ? -1 : 0;
}

/* --- paths */

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_-:$", c)) || (unsigned char)c >= 0x80;
}

static long index_of(const char *p, size_t n)
{
	long v = 0;

	if (n == 0 || n > 9)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!isdigit((unsigned char)p[i]))
			return -1;
		v = v * 10 + (p[i] - '0');
	}
	return v;
}

/* ["..."]: backslash quotes the next character. Returns where the closing quote is, or NULL. */
static const char *quoted(const char *p, const char *end, char **to, struct json_step *s)
{
	s->p = *to;
	for (; p < end && *p != '"'; p++) {
		if (*p == '\\' && (++p == end || (*p != '"' && *p != '\\')))
			return NULL;
		*(*to)++ = *p;
	}
	s->n = (size_t)(*to - s->p);
	return p < end ? p : NULL;
}

static const char *step(const char *p, const char *end, char **to, struct json_step *s, bool *wild)
{
	bool bracket = *p == '[';

	*s = (struct json_step){ .index = -1 };
	if (!bracket && *p != '.')
		return NULL;
	p++;
	*wild = p < end && (*p == '*' || *p == '.' || *p == '?' || (bracket && *p == '\''));
	if (bracket && p < end && *p == '"') {
		p = quoted(p + 1, end, to, s);
		return p && p + 1 < end && p[1] == ']' ? p + 2 : NULL;
	}
	s->p = p;
	while (p < end && in_name(*p) && !(bracket && *p == ':'))
		p++;
	s->n = (size_t)(p - s->p);
	s->index = index_of(s->p, s->n);
	if (s->n == 0 || (bracket && (p == end || *p != ']')))
		return NULL;
	return bracket ? p + 1 : p;
}

enum json_path_result json_path(struct json_path *path, const char *p, size_t n)
{
	const char *end = p + n;
	bool wild = false;
	char *to;

	*path = (struct json_path){ .step = mem_zero(n + 1, sizeof *path->step),
		.made = mem_zero(n + 1, 1) };
	to = path->made;
	if (n == 0 || *p++ != '$')
		return JSON_PATH_BAD;
	while (p < end)
		if (!(p = step(p, end, &to, &path->step[path->n++], &wild)))
			return wild ? JSON_PATH_WILD : JSON_PATH_BAD;
	return JSON_PATH_GOOD;
}

void json_path_free(struct json_path *path)
{
	free(path->step);
	free(path->made);
}

static bool is_key(const struct json_token *key, const struct json_step *s)
{
	struct buf text;
	bool same;

	if (!memchr(key->p, '\\', key->n))
		return key->n == s->n && memcmp(key->p, s->p, s->n) == 0;
	buf_init(&text, key->n + 16);
	same = json_unescape(&text, key->p, key->n) == 0 && text.len == s->n &&
		memcmp(text.p, s->p, s->n) == 0;
	buf_free(&text);
	return same;
}

static int descend(struct json *j, const struct json_step *s)
{
	struct json_token t, key;
	bool first = true;
	long i = 0;
	int more;

	if (json_next(j, &t) == JSON_BAD)
		return -1;
	if (t.kind < JSON_LIST)
		return 0;
	while ((more = json_more(j, t.kind, &first, &key)) > 0) {
		if (t.kind == JSON_LIST ? i++ == s->index : is_key(&key, s))
			return 1;
		if (json_skip(j))
			return -1;
	}
	return more;
}

int json_find(struct json *j, const struct json_path *path)
{
	for (size_t i = 0; i < path->n; i++) {
		int found = descend(j, &path->step[i]);

		if (found <= 0)
			return found;
	}
	return 1;
}

#include "value/colspec.h"
#include "base/mem.h"
#include "base/num.h"
#include "value/type.h"

#include <stdbool.h>
#include <stdlib.h>
#include <strings.h>

/* Takes both texts; type NULL: to be inferred. */
static int add(struct schema *s, char *name, char *type, struct fail *f)
{
	struct type *t = type ? type_parse(type, f) : NULL;
	int rc = -1;

	if (type && !t)
		f->kind = FAIL_USAGE;
	else if (schema_find(s, name) >= 0)
		fail_set(f, FAIL_USAGE, "'%s' twice", name);
	else
		rc = schema_add(s, name, type, f);
	type_free(t);
	free(name);
	free(type);
	return rc;
}

static int add_pair(struct schema *s, const char *p, size_t n, struct fail *f)
{
	size_t colon = n;

	while (colon > 0 && p[colon - 1] != ':')
		colon--;
	if (n == 0 || colon == 1)
		return fail_set(f, FAIL_USAGE, "a column without a name");
	if (colon == 0)
		return add(s, mem_copy(p, n), NULL, f);
	if (add(s, mem_copy(p, colon - 1), mem_copy(p + colon, n - colon), f))
		return -1;
	/* in a file it may be the line of a column that gave its name to another one */
	return strcmp(s->col[s->n - 1].name, "time") == 0 &&
			strcasecmp(s->col[s->n - 1].type, "long") != 0
		? fail_set(f, FAIL_USAGE, "the type of time is always long")
		: 0;
}

int colspec_list(struct schema *s, const char *text, struct fail *f)
{
	int open = 0;

	for (const char *p = text;; p++) {
		open += (*p == '<') - (*p == '>');
		if (*p && (*p != ',' || open > 0)) /* the comma of map<K,V> does not separate */
			continue;
		if (add_pair(s, text, (size_t)(p - text), f))
			return -1;
		if (!*p)
			return 0;
		text = p + 1;
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p;
}

/* What stands at p, behind a backslash: xHH for a byte, or a character for itself. Behind it. */
static const char *take_escaped(const char *p, const char *end, struct buf *out)
{
	const int byte = end - p > 2 && *p == 'x' && num_hex(p[1]) >= 0 && num_hex(p[2]) >= 0
		? num_hex(p[1]) << 4 | num_hex(p[2])
		: 0;

	buf_putc(out, byte ? (char)byte : *p);
	return p + (byte ? 3 : 1);
}

/* The name at p into out; behind it, or NULL if a quote is not closed. */
static const char *take_name(const char *p, const char *end, struct buf *out)
{
	if (p < end && *p != '"') {
		const char *start = p;

		while (p < end && !is_blank(*p))
			p++;
		buf_put(out, start, (size_t)(p - start));
		return p;
	}
	for (p++; p < end && *p != '"';) {
		if (*p == '\\' && p + 1 < end)
			p = take_escaped(p + 1, end, out);
		else
			buf_putc(out, *p++);
	}
	return p < end ? p + 1 : NULL;
}

/* Behind the type at p, whose blanks inside brackets belong to it. */
static const char *type_end(const char *p, const char *end)
{
	int open = 0;

	for (; p < end && (open > 0 || !is_blank(*p)); p++)
		open += (*p == '<') - (*p == '>');
	return p;
}

static int add_line(struct schema *s, const char *p, const char *end, struct fail *f)
{
	struct buf name;
	const char *type;
	int rc;

	p = skip_blanks(p, end);
	if (p == end || *p == '#')
		return 0;
	buf_init(&name, (size_t)(end - p));
	p = take_name(p, end, &name);
	type = p ? skip_blanks(p, end) : NULL;
	if (!p || type == end)
		rc = fail_set(f, FAIL_USAGE,
			p ? "a name without a type" : "a quote that is never closed");
	else
		rc = add(s, mem_copy(name.p ? name.p : "", name.len),
			mem_copy(type, (size_t)(type_end(type, end) - type)), f);
	buf_free(&name);
	return rc;
}

int colspec_lines(struct schema *s, const char *text, size_t n, struct fail *f)
{
	const char *p = text, *end = text + n;

	if (memchr(text, '\0', n))
		return fail_set(f, FAIL_USAGE, "a NUL byte: this is no text");
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	for (size_t line = 1; p < end; line++) {
		const char *lf = memchr(p, '\n', (size_t)(end - p)), *stop = lf ? lf : end;

		if (add_line(s, p, stop > p && stop[-1] == '\r' ? stop - 1 : stop, f))
			return fail_at(f, "line %zu", line);
		p = lf ? lf + 1 : end;
	}
	return 0;
}

static bool is_c1(const char *p)
{
	return p[0] == '\xc2' && (unsigned char)p[1] >= 0x80 && (unsigned char)p[1] < 0xa0;
}

/* A byte of a character that ends a line or controls a terminal. */
static bool is_control(const char *name, size_t i)
{
	return (unsigned char)name[i] < 0x20 || name[i] == 0x7f || is_c1(name + i) ||
		(i > 0 && is_c1(name + i - 1));
}

static bool is_bare(const char *name)
{
	bool bare = *name && !strchr("#\"\xef", *name); /* ef: a byte order mark begins so */

	for (size_t i = 0; name[i] && bare; i++)
		bare = name[i] != ' ' && !is_control(name, i);
	return bare;
}

int colspec_name(struct buf *out, const char *name)
{
	if (is_bare(name))
		return buf_puts(out, name);
	buf_putc(out, '"');
	for (size_t i = 0; name[i]; i++) {
		if (is_control(name, i))
			buf_printf(out, "\\x%02x", (unsigned char)name[i]);
		else
			buf_printf(out, "%s%c", name[i] == '"' || name[i] == '\\' ? "\\" : "",
				name[i]);
	}
	return buf_putc(out, '"');
}

bool colspec_is_listed(const char *name)
{
	for (size_t i = 0; name[i]; i++)
		if (is_control(name, i) || strchr(",<>", name[i]))
			return false;
	return *name != '\0';
}

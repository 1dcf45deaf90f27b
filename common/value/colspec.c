/* colspec: columns and their types as people write them. */
#include "value/colspec.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "base/visible.h"
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
		fail_set(f, FAIL_USAGE, "'%s' is listed twice", name);
	else
		rc = schema_add(s, name, type, f);
	type_free(t);
	free(name);
	free(type);
	return rc;
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

/* What follows a backslash: xHH is a byte, any other character itself. Returns where it ends. */
static const char *take_escaped(const char *p, const char *end, struct buf *out)
{
	const int byte = end - p > 2 && *p == 'x' && num_hex(p[1]) >= 0 && num_hex(p[2]) >= 0
		? num_hex(p[1]) << 4 | num_hex(p[2])
		: 0;

	buf_putc(out, byte ? (char)byte : *p);
	return p + (byte ? 3 : 1);
}

/* The name at p into out. Returns where it ends, or NULL if a quote is not closed. */
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

/* The end of the type at p; blanks inside brackets belong to it. */
static const char *type_end(const char *p, const char *end)
{
	int open = 0;

	for (; p < end && (open > 0 || !is_blank(*p)); p++)
		open += (*p == '<' || *p == '(') - (*p == '>' || *p == ')');
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
		return fail_set(f, FAIL_USAGE, "a NUL byte: this is not text");
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

/* Byte i is of a character that ends a line, controls a terminal, or cannot be seen. */
static bool is_control(const char *name, size_t i)
{
	size_t start = i;
	uint32_t c = 0;

	while (start > 0 && i - start < 3 && (name[start] & 0xc0) == 0x80)
		start--;
	return utf8_next(name + start, strlen(name + start), &c) == 0 || !visible_char(c);
}

static bool is_bare(const char *name)
{
	bool bare = *name && !strchr("#\"\xef", *name); /* ef: a byte order mark begins so */

	for (size_t i = 0; name[i] && bare; i++)
		bare = name[i] != ' ' && !is_control(name, i);
	return bare;
}

static int put_quoted(struct buf *out, const char *name)
{
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

int colspec_name(struct buf *out, const char *name)
{
	return is_bare(name) ? buf_puts(out, name) : put_quoted(out, name);
}

/* --- lists on the command line */

static const char special[] = ",:=<>()\"#";

int colspec_item(struct buf *out, const char *name)
{
	bool bare = *name != '\0' && strpbrk(name, special) == NULL;

	for (size_t i = 0; name[i] && bare; i++)
		bare = !is_control(name, i);
	return bare ? buf_puts(out, name) : put_quoted(out, name);
}

/* The name at p, in quotes or else up to `stop`. Returns where it ends, or NULL with f. */
static const char *list_name(const char *p, const char *stop, struct buf *name, struct fail *f)
{
	if (*p == '"') {
		p = take_name(p, p + strlen(p), name);
		if (!p)
			fail_set(f, FAIL_USAGE, "a quote that is never closed");
		return p;
	}
	buf_put(name, p, (size_t)(stop - p));
	return stop;
}

/* The end of the item at p: a comma outside brackets and quotes, or the end of the text. */
static const char *item_end(const char *p)
{
	const char *start = p;
	bool quoted = false;
	int open = 0;

	for (; *p; p++) {
		if (quoted && *p == '\\' && p[1])
			p++;
		else if (quoted)
			quoted = *p != '"';
		else if (*p == '"' && (p == start || p[-1] == '='))
			quoted = true;
		else if (*p == ',' && open <= 0)
			break;
		else
			open += (*p == '<' || *p == '(') - (*p == '>' || *p == ')');
	}
	return p;
}

/* The last of this character between p and end, or NULL. */
static const char *last_of(const char *p, const char *end, char what)
{
	while (end > p)
		if (*--end == what)
			return end;
	return NULL;
}

/*
 * NAME, or NAME and what follows `separator`; malloc'ed texts, *value NULL without one. The first
 * separator that follows a quoted name counts, of others the last one.
 */
static int item(const char *p, const char *end, char separator, char **name, char **value,
	struct fail *f)
{
	const char *at = *p == '"' || !separator ? NULL : last_of(p, end, separator);
	struct buf b;

	*value = NULL;
	buf_init(&b, strlen(p) + 1);
	p = list_name(p, at ? at : end, &b, f);
	if (p && p < end && separator && *p == separator)
		*value = mem_copy(p + 1, (size_t)(end - p - 1));
	else if (p && p < end)
		p = NULL, fail_set(f, FAIL_USAGE, "text after the closing quote of a name");
	*name = mem_copy(b.p ? b.p : "", b.len);
	buf_free(&b);
	if (p && !**name)
		p = NULL, fail_set(f, FAIL_USAGE, "a column without a name");
	if (p)
		return 0;
	free(*name);
	free(*value);
	return -1;
}

static int add_column(struct schema *s, char *name, char *type, struct fail *f)
{
	if (add(s, name, type, f))
		return -1;
	type = s->col[s->n - 1].type;
	/* in a file it may be the line of a column that gave its name to another one */
	return type && strcmp(s->col[s->n - 1].name, "time") == 0 && strcasecmp(type, "long") != 0
		? fail_set(f, FAIL_USAGE, "the type of time is always long")
		: 0;
}

char *colspec_one(const char *text, struct fail *f)
{
	struct buf b;
	const char *end;
	char *name = NULL;

	buf_init(&b, strlen(text) + 1);
	end = list_name(text, text + strlen(text), &b, f);
	if (end && *end)
		fail_set(f, FAIL_USAGE, "text after the closing quote of a name");
	else if (end)
		name = mem_copy(b.p ? b.p : "", b.len);
	buf_free(&b);
	return name;
}

static int add_rename(struct schema *s, char *name, char *value, struct fail *f)
{
	char *new = value && *value ? colspec_one(value, f) : NULL;
	int rc = -1;

	if (!new || !*new)
		fail_set(f, FAIL_USAGE, "'%s': OLD=NEW is wanted", name);
	else if (schema_find(s, name) >= 0)
		fail_set(f, FAIL_USAGE, "'%s' is renamed twice", name);
	else
		rc = schema_add(s, name, new, f);
	free(name);
	free(value);
	free(new);
	return rc;
}

static int each(struct schema *s, const char *text, char separator,
	int (*put)(struct schema *, char *, char *, struct fail *), struct fail *f)
{
	for (const char *p = text, *end;; p = end + 1) {
		char *name, *value;

		end = item_end(p);
		if (item(p, end, separator, &name, &value, f) || put(s, name, value, f))
			return -1;
		if (!*end)
			return 0;
	}
}

int colspec_list(struct schema *s, const char *text, struct fail *f)
{
	return each(s, text, ':', add_column, f);
}

int colspec_names(struct schema *s, const char *text, struct fail *f)
{
	return each(s, text, '\0', add, f);
}

int colspec_renames(struct schema *s, const char *text, struct fail *f)
{
	return each(s, text, '=', add_rename, f);
}

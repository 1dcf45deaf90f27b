#include "sql/words.h"
#include "base/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TYPE_MAX = 1000 };

static bool name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* Behind blanks and comments; NULL: a comment has no end. */
static const char *skip(const char *p)
{
	for (;;) {
		p += strspn(p, " \t\r\n\f\v");
		if (p[0] == '-' && p[1] == '-') {
			p += strcspn(p, "\n");
		} else if (p[0] == '/' && p[1] == '*') {
			p = strstr(p + 2, "*/");
			if (!p)
				return NULL;
			p += 2;
		} else {
			return p;
		}
	}
}

/* Behind the closing quote; two of them are one, and Hive has \' too. NULL: there is none. */
static const char *quoted(const char *p, bool escapes)
{
	char quote = *p;

	for (p++; *p; p++) {
		if (*p == '\\' && escapes && p[1])
			p++;
		else if (*p == quote && *++p != quote)
			return p;
	}
	return NULL;
}

static const char *number(const char *p)
{
	p += strspn(p, "0123456789");
	if (*p == '.')
		p += 1 + strspn(p + 1, "0123456789");
	if ((*p == 'e' || *p == 'E') &&
		(isdigit((unsigned char)p[1]) ||
			((p[1] == '+' || p[1] == '-') && isdigit((unsigned char)p[2]))))
		p += 2 + strspn(p + 2, "0123456789");
	return p;
}

static size_t sign(const char *p)
{
	static const char *const two[] = { "<>", "<=", ">=", "!=", "==", "||", "->", "=>", "<<",
		">>" };

	for (size_t i = 0; i < sizeof two / sizeof *two; i++)
		if (strncmp(p, two[i], 2) == 0)
			return 2;
	return 1;
}

static const char *cut(const char *p, bool hive, struct word *w)
{
	const char *end;

	w->p = p;
	if (*p == '\'' || *p == '"' || *p == '`') {
		w->kind = *p == '\'' || (*p == '"' && hive) ? WORD_TEXT : WORD_QUOTED;
		end = quoted(p, hive && *p != '`');
	} else if (isdigit((unsigned char)*p) || (*p == '.' && isdigit((unsigned char)p[1]))) {
		w->kind = WORD_NUMBER;
		end = number(p);
	} else if (name_char(*p)) {
		w->kind = WORD_NAME;
		for (end = p; name_char(*end);)
			end++;
	} else {
		w->kind = WORD_SIGN;
		end = p + sign(p);
	}
	w->n = end ? (size_t)(end - p) : 0;
	return end;
}

int words_cut(struct words *all, const char *sql, bool hive, struct fail *f)
{
	size_t cap = 64;

	*all = (struct words){ .w = mem_zero(cap, sizeof *all->w) };
	for (const char *p = sql;;) {
		struct word w = { .kind = WORD_END, .p = p };
		const char *start = p;

		if (!(p = skip(p)) || (*p && !(p = cut(p, hive, &w)))) {
			words_free(all);
			return fail_set(f, FAIL_DATA,
				"syntax error: a quote or a comment has no end: %.40s", start);
		}
		w.apart = w.p > start;
		if (all->n + 1 == cap)
			all->w = mem_resize(all->w, cap *= 2, sizeof *all->w);
		all->w[all->n] = w;
		if (w.kind == WORD_END)
			return 0;
		all->n++;
	}
}

void words_free(struct words *all)
{
	free(all->w);
	*all = (struct words){ 0 };
}

static size_t matching(const struct word *w, const char *these)
{
	size_t count = 0, n;

	for (;; w++, these += n + 1) {
		n = strcspn(these, " ");
		if ((w->kind != WORD_NAME && w->kind != WORD_SIGN) || w->n != n ||
			strncasecmp(w->p, these, n) != 0)
			return 0;
		count++;
		if (!these[n])
			return count;
	}
}

bool words_is(const struct word *w, const char *these)
{
	return matching(w, these) > 0;
}

bool words_take(const struct word **w, const char *these)
{
	size_t n = matching(*w, these);

	*w += n;
	return n > 0;
}

bool words_named(const struct word *w)
{
	return w->kind == WORD_NAME || w->kind == WORD_QUOTED;
}

char *words_name(const struct word *w)
{
	char *s, *to;

	if (w->kind != WORD_QUOTED)
		return mem_copy(w->p, w->n);
	s = to = mem_alloc(w->n);
	for (const char *p = w->p + 1, *end = w->p + w->n - 1; p < end; p++) {
		*to++ = *p;
		p += *p == *w->p;
	}
	*to = '\0';
	return s;
}

char *words_lower(char *s)
{
	for (char *p = s; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return s;
}

int words_put_name(struct buf *out, const char *name)
{
	int rc = buf_putc(out, '"');

	for (; *name && !rc; name++)
		rc = (*name == '"' && buf_putc(out, '"')) || buf_putc(out, *name);
	return rc || buf_putc(out, '"') ? -1 : 0;
}

static bool separates(const struct word *w)
{
	return words_is(w, ",") || words_is(w, ")");
}

char *words_type(const struct word **at)
{
	const struct word *w = *at;
	unsigned depth = 0;
	char *name = NULL;
	struct buf b;
	int rc = 0;

	buf_init(&b, TYPE_MAX);
	for (; !rc && (w->kind == WORD_NAME || w->kind == WORD_NUMBER || w->kind == WORD_SIGN) &&
		(depth || !separates(w));
		w++) {
		for (size_t i = 0; i < w->n; i++) { /* >> closes two */
			depth += w->p[i] == '(' || w->p[i] == '<';
			depth -= (w->p[i] == ')' || w->p[i] == '>') && depth;
		}
		if (b.len && w->kind == WORD_NAME && isalnum((unsigned char)b.p[b.len - 1]))
			rc = buf_putc(&b, ' ');
		rc = rc || buf_put(&b, w->p, w->n);
	}
	if (!rc && separates(w))
		name = words_lower(mem_string(buf_text(&b)));
	buf_free(&b);
	*at = w;
	return name;
}

/* What is written for SQLite, and what is said of the words that are not. */
#include "sql/dialect_parts.h"

enum { CHANGES_MAX = 10000 };

void dialect_refuse(struct translation *t, const char *what)
{
	fail_set(t->f, FAIL_DATA, "%s is not supported by td-local", what);
}

void dialect_syntax(struct translation *t)
{
	if (t->w->kind == WORD_END)
		fail_set(t->f, FAIL_DATA, "syntax error: the statement ends too early");
	else
		fail_set(t->f, FAIL_DATA, "syntax error near '%.*s'", (int)t->w->n, t->w->p);
}

void dialect_expect(struct translation *t, const char *these)
{
	if (!words_take(&t->w, these))
		dialect_syntax(t);
}

void dialect_wrote(struct translation *t, int rc)
{
	if (rc)
		fail_set(t->f, FAIL_DATA, "the statement is too long");
}

void dialect_put(struct translation *t, const char *s)
{
	dialect_wrote(t, buf_puts(&t->out, s));
}

void dialect_put_before(struct translation *t, size_t at, const char *s)
{
	size_t n = strlen(s), behind = t->out.len - at;

	dialect_put(t, s);
	if (++t->changes > CHANGES_MAX)
		fail_set(t->f, FAIL_DATA, "the statement has too many subscripts");
	if (t->f->kind)
		return;
	memmove(t->out.p + at + n, t->out.p + at, behind);
	memcpy(t->out.p + at, s, n);
}

static char unescaped(char c)
{
	return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
}

/* Texts of Hive may be in double quotes, and have escapes; \% and \_ are left to LIKE. */
static int put_text(struct translation *t, const struct word *w)
{
	int rc = buf_putc(&t->out, '\'');

	for (const char *p = w->p + 1, *end = w->p + w->n - 1; p < end && !rc; p++) {
		char c = *p;

		if (t->hive && c == '\\' && p + 1 < end && !strchr("%_", p[1]))
			c = unescaped(*++p);
		else if (c == *w->p)
			p++; /* the second of two */
		rc = (c == '\'' && buf_putc(&t->out, c)) || buf_putc(&t->out, c);
	}
	return rc || buf_putc(&t->out, '\'');
}

void dialect_word(struct translation *t)
{
	if (t->w->kind == WORD_END) {
		dialect_syntax(t);
		return;
	}
	if (t->w->apart)
		dialect_put(t, " ");
	dialect_wrote(t,
		t->w->kind == WORD_TEXT ? put_text(t, t->w) : buf_put(&t->out, t->w->p, t->w->n));
	t->w++;
}

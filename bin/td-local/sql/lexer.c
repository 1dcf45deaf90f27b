/* lexer: characters to words. */
#include "sql/lexer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct lexer {
	struct tokens *out;
	struct arena *a;
	const char *p, *line_start, *counted;
	uint32_t line, column;
	bool hive;
	size_t room;
	struct fail *f;
};

/* Columns are counted on from the last place that was asked for. */
static struct place place(struct lexer *l, const char *p)
{
	if (p < l->counted || l->counted < l->line_start) {
		l->counted = l->line_start;
		l->column = 1;
	}
	for (; l->counted < p; l->counted++)
		l->column += ((unsigned char)*l->counted & 0xc0) != 0x80;
	return (struct place){ l->line, l->column };
}

static int wrong(struct lexer *l, const char *p, const char *what)
{
	struct place at = place(l, p);

	return fail_set(l->f, FAIL_DATA, "line %u:%u: %s", at.line, at.column, what);
}

static void newline(struct lexer *l, const char *behind)
{
	l->line++;
	l->line_start = behind;
}

static struct token *add(struct lexer *l, enum token_kind kind, const char *start)
{
	struct tokens *o = l->out;
	struct token *t;

	if (o->n == l->room) {
		struct token *more;

		l->room = l->room ? 2 * l->room : 64;
		more = arena_alloc(l->a, l->room * sizeof *more);
		if (o->n)
			memcpy(more, o->t, o->n * sizeof *more);
		o->t = more;
	}
	t = &o->t[o->n++];
	*t = (struct token){ .kind = kind, .at = place(l, start), .raw = start, .text = "" };
	return t;
}

/* --- comments */

/* "set session NAME = 'VALUE'" */
static void magic(struct lexer *l, const char *p, size_t n)
{
	char *text = arena_copy(l->a, p, n), *save = NULL,
	     *word = strtok_r(text, " \t\r='\"", &save);
	static const char *const wanted[] = { "set", "session", "parse_decimal_literals_as_double",
		"false" };

	for (size_t i = 0; i < 4; i++, word = strtok_r(NULL, " \t\r='\"", &save))
		if (!word || strcasecmp(word, wanted[i]) != 0)
			return;
	l->out->decimal_literals = true;
}

/* Blanks and comments. */
static int skip(struct lexer *l)
{
	for (;;) {
		if (*l->p == '\n') {
			newline(l, ++l->p);
		} else if (isspace((unsigned char)*l->p)) {
			l->p++;
		} else if (l->p[0] == '-' && l->p[1] == '-') {
			size_t n = strcspn(l->p, "\n");

			magic(l, l->p + 2, n - 2);
			l->p += n;
		} else if (l->p[0] == '/' && l->p[1] == '*') {
			const char *end = strstr(l->p + 2, "*/");

			if (!end)
				return wrong(l, l->p, "a comment is not closed");
			for (; l->p < end; l->p++)
				if (*l->p == '\n')
					newline(l, l->p + 1);
			l->p = end + 2;
		} else {
			return 0;
		}
	}
}

/* --- strings */

static char *put_code_point(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 63));
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 63));
		*to++ = (char)(0x80 | (c & 63));
	} else {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 63));
		*to++ = (char)(0x80 | (c >> 6 & 63));
		*to++ = (char)(0x80 | (c & 63));
	}
	return to;
}

static int hex_digits(const char *p, int n, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < n; i++) {
		if (!isxdigit((unsigned char)p[i]))
			return -1;
		*out = *out << 4 |
			(uint32_t)(isdigit((unsigned char)p[i]) ? p[i] - '0'
								: (p[i] | 32) - 'a' + 10);
	}
	return 0;
}

/* Hive's escapes after a backslash; returns what follows. */
static const char *hive_escape(const char *p, char **to)
{
	static const char from[] = "0'\"bnrtZ\\", is[] = "\0'\"\b\n\r\t\x1a\\";
	const char *at = *p ? strchr(from, *p) : NULL;
	uint32_t c;

	if (*p == 'u' && hex_digits(p + 1, 4, &c) == 0) {
		*to = put_code_point(*to, c);
		return p + 5;
	}
	if (p[0] >= '0' && p[0] <= '1' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' &&
		p[2] <= '7') {
		*(*to)++ = (char)((p[0] - '0') * 64 + (p[1] - '0') * 8 + (p[2] - '0'));
		return p + 3;
	}
	if (at) {
		*(*to)++ = is[at - from];
	} else {
		if (*p == '%' || *p == '_')
			*(*to)++ = '\\';
		*(*to)++ = *p;
	}
	return p + 1;
}

/* The text between two quotes; two of them are one. Hive's has backslashes. */
static int quoted(struct lexer *l, struct token *t, char quote, bool escapes)
{
	const char *start = l->p, *p = start + 1;
	char *text, *to;

	while (*p && (*p != quote || p[1] == quote))
		p += *p == quote || (escapes && *p == '\\' && p[1]) ? 2 : 1;
	if (!*p)
		return wrong(l, start, "a quoted text is not closed");
	text = to = arena_alloc(l->a, (size_t)(p - start) + 2);
	for (const char *s = start + 1; s < p;) {
		if (*s == '\n')
			newline(l, s + 1);
		if (escapes && *s == '\\') {
			s = hive_escape(s + 1, &to);
			continue;
		}
		*to++ = *s;
		s += *s == quote ? 2 : 1;
	}
	l->p = p + 1;
	t->text = text;
	t->n = (size_t)(to - text);
	return 0;
}

static int binary(struct lexer *l, struct token *t)
{
	char *to;
	uint32_t digits = 0, value = 0;

	l->p++;
	if (quoted(l, t, '\'', false))
		return -1;
	to = arena_alloc(l->a, t->n + 1);
	for (size_t i = 0, at = 0; i < t->n; i++) {
		uint32_t d;

		if (isspace((unsigned char)t->text[i]))
			continue;
		if (hex_digits(t->text + i, 1, &d))
			return wrong(
				l, t->raw, "Binary literal can only contain hexadecimal digits");
		value = value << 4 | d;
		if (++digits % 2 == 0)
			to[at++] = (char)value;
	}
	if (digits % 2)
		return wrong(l, t->raw, "Binary literal must contain an even number of digits");
	t->kind = TOKEN_BINARY;
	t->text = to;
	t->n = digits / 2;
	return 0;
}

/* U&'\00e9' and U&'\+01f600', perhaps with UESCAPE. */
static int unicode(struct lexer *l, struct token *t)
{
	char escape = '\\', *text, *to;
	const char *end;

	l->p += 2;
	if (quoted(l, t, '\'', false) || skip(l))
		return -1;
	if (strncasecmp(l->p, "uescape", 7) == 0) {
		l->p += 7;
		if (skip(l) || l->p[0] != '\'' || !l->p[1] || l->p[2] != '\'')
			return wrong(l, l->p, "Empty Unicode escape character");
		escape = l->p[1];
		if (isxdigit((unsigned char)escape) || escape == '+' ||
			isspace((unsigned char)escape))
			return wrong(l, l->p, "Invalid Unicode escape character");
		l->p += 3;
	}
	text = to = arena_alloc(l->a, t->n * 2 + 4);
	end = t->text + t->n;
	for (const char *s = t->text; s < end;) {
		uint32_t c;
		int n = 4, lead = 1;

		if (*s != escape) {
			*to++ = *s++;
			continue;
		}
		if (s[1] == escape) {
			*to++ = escape;
			s += 2;
			continue;
		}
		if (s[1] == '+')
			n = 6, lead = 2;
		if (hex_digits(s + lead, n, &c) || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			return wrong(l, t->raw, "Invalid Unicode escape sequence");
		to = put_code_point(to, c);
		s += lead + n;
	}
	t->text = text;
	t->n = (size_t)(to - text);
	return 0;
}

/* --- numbers, words, symbols */

static bool name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static int number(struct lexer *l)
{
	const char *start = l->p, *p = start;
	struct token *t = add(l, TOKEN_INTEGER, start);

	while (isdigit((unsigned char)*p))
		p++;
	if (*p == '.') {
		t->kind = TOKEN_DECIMAL;
		for (p++; isdigit((unsigned char)*p);)
			p++;
	}
	if ((*p | 32) == 'e' &&
		(isdigit((unsigned char)p[1]) ||
			((p[1] == '+' || p[1] == '-') && isdigit((unsigned char)p[2])))) {
		t->kind = TOKEN_DOUBLE;
		for (p += 2; isdigit((unsigned char)*p);)
			p++;
	}
	t->text = arena_copy(l->a, start, (size_t)(p - start));
	t->n = (size_t)(p - start);
	if (l->hive && strncasecmp(p, "bd", 2) == 0 && !name_char(p[2])) {
		t->suffix = 'b';
		p += 2;
	} else if (l->hive && *p && strchr("lLsSyY", *p) && !name_char(p[1])) {
		t->suffix = (char)(*p++ | 32);
	}
	l->p = p;
	if (name_char(*p))
		return wrong(l, start,
			"identifiers must not start with a digit; surround the identifier with "
			"double quotes");
	return 0;
}

static void word(struct lexer *l)
{
	const char *start = l->p;
	struct token *t = add(l, TOKEN_WORD, start);
	char *text;

	while (name_char(*l->p) || *l->p == '$' || *l->p == '@')
		l->p++;
	t->n = (size_t)(l->p - start);
	t->text = text = arena_copy(l->a, start, t->n);
	for (char *c = text; *c; c++)
		*c = (char)tolower((unsigned char)*c);
}

static int symbol(struct lexer *l)
{
	static const char *const many[] = { "<=>", "<>", "<=", ">=", "!=", "||", "->", "==", "=>",
		NULL };
	static const char one[] = "+-*/%=<>()[],.;?:&|^~!{}";
	struct token *t;

	for (int i = 0; many[i]; i++)
		if (strncmp(l->p, many[i], strlen(many[i])) == 0) {
			t = add(l, TOKEN_SYMBOL, l->p);
			t->text = many[i];
			t->n = strlen(many[i]);
			l->p += t->n;
			return 0;
		}
	if (!strchr(one, *l->p))
		return wrong(l, l->p, "this character has no meaning outside of quotes");
	t = add(l, TOKEN_SYMBOL, l->p);
	t->text = arena_copy(l->a, l->p++, t->n = 1);
	return 0;
}

static int string(struct lexer *l)
{
	struct tokens *o = l->out;

	if (l->hive && o->n && o->t[o->n - 1].kind == TOKEN_STRING) { /* 'a' 'b' is 'ab' */
		struct token before = o->t[o->n - 1], *t = &o->t[o->n - 1];
		char *both;

		if (quoted(l, t, *l->p, true))
			return -1;
		both = arena_alloc(l->a, before.n + t->n + 1);
		memcpy(both, before.text, before.n);
		memcpy(both + before.n, t->text, t->n);
		t->text = both;
		t->n += before.n;
		return 0;
	}
	return quoted(l, add(l, TOKEN_STRING, l->p), *l->p, l->hive);
}

static int next(struct lexer *l)
{
	const char *p = l->p;

	if (*p == '\'' || (l->hive && *p == '"'))
		return string(l);
	if (*p == '"' || (l->hive && *p == '`')) {
		struct token *t = add(l, TOKEN_QUOTED, p);

		if (quoted(l, t, *p, false))
			return -1;
		return t->n ? 0 : wrong(l, p, "Zero-length delimited identifier not allowed");
	}
	if (*p == '`')
		return wrong(l, p,
			"backquoted identifiers are not supported; use double quotes to quote "
			"identifiers");
	if (!l->hive && (*p | 32) == 'x' && p[1] == '\'')
		return binary(l, add(l, TOKEN_BINARY, p));
	if (!l->hive && (*p | 32) == 'u' && p[1] == '&' && p[2] == '\'')
		return unicode(l, add(l, TOKEN_STRING, p));
	if (isdigit((unsigned char)*p) ||
		(*p == '.' && isdigit((unsigned char)p[1]) &&
			(p == l->line_start || !name_char(p[-1]))))
		return number(l);
	if (isalpha((unsigned char)*p) || *p == '_') {
		word(l);
		return 0;
	}
	return symbol(l);
}

int lexer_run(struct tokens *out, struct arena *a, const char *sql, enum sql_engine engine,
	struct fail *f)
{
	struct lexer l = { .out = out,
		.a = a,
		.p = sql,
		.line_start = sql,
		.counted = sql,
		.line = 1,
		.column = 1,
		.hive = engine == SQL_HIVE,
		.f = f };

	*out = (struct tokens){ 0 };
	if (strlen(sql) > LEXER_MAX)
		return fail_set(f, FAIL_DATA, "the statement is longer than %d bytes", LEXER_MAX);
	while (skip(&l) == 0 && *l.p) {
		size_t at = out->n;

		if (next(&l))
			return -1;
		if (out->n > at)
			out->t[at].raw_n = (size_t)(l.p - out->t[at].raw);
	}
	if (f->kind)
		return -1;
	add(&l, TOKEN_END, l.p);
	return 0;
}

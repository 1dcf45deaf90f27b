/* Writes CSV and TSV. */
#include "format/csvout.h"
#include "base/buf.h"
#include "format/jsonout.h"

enum { QUOTE = 1, TAB = 2 }; /* what a byte needs: quotes in CSV, an escape in TSV */

static const unsigned char special[256] = {
	[','] = QUOTE,
	['"'] = QUOTE,
	['\r'] = QUOTE | TAB,
	['\n'] = QUOTE | TAB,
	['\t'] = TAB,
	['\\'] = TAB,
};

static bool has(const char *p, size_t n, unsigned char what)
{
	for (size_t i = 0; i < n; i++)
		if (special[(unsigned char)p[i]] & what)
			return true;
	return false;
}

/* Put text, in each byte of `what` what the format asks for. */
static void escaped(struct textout *to, const char *p, size_t n, bool tabs)
{
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		if (tabs ? !(special[(unsigned char)p[i]] & TAB) : p[i] != '"')
			continue;
		textout_put(to, p + from, i - from);
		from = i + 1;
		if (tabs)
			textout_putc(to, '\\');
		else
			textout_putc(to, '"');
		textout_putc(to, !tabs		? '"' :
				 p[i] == '\t' ? 't' :
				 p[i] == '\n' ? 'n' :
				 p[i] == '\r' ? 'r' :
						'\\');
	}
	textout_put(to, p + from, n - from);
}

static int put_escaped(struct sink *s, const void *p, size_t n, struct fail *f)
{
	struct csvout *c = (struct csvout *)((char *)s - offsetof(struct csvout, escape));

	escaped(c->to, p, n, c->tabs);
	return textout_failed(c->to) ? fail_set(f, c->to->fail.kind, "%s", c->to->fail.why) : 0;
}

void csvout_init(struct csvout *c, bool tabs, const char *null, struct textout *to)
{
	*c = (struct csvout){ .to = to,
		.tabs = tabs,
		.null = null   ? null
			: tabs ? "\\N"
			       : "",
		.mistakable = !tabs && null && *null,
		.escape = { .put = put_escaped, .name = to->to->name } };
	textout_init(&c->inner, &c->escape);
}

void csvout_free(struct csvout *c)
{
	textout_free(&c->inner);
}

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

void csvout_text(struct csvout *c, const char *p, size_t n)
{
	if (c->tabs) {
		escaped(c->to, p, n, true);
		return;
	}
	if (n > 0 && !blank(p[0]) && !blank(p[n - 1]) && !has(p, n, QUOTE) &&
	    !(strlen(c->null) == n && memcmp(c->null, p, n) == 0)) {
		textout_put(c->to, p, n);
		return;
	}
	textout_putc(c->to, '"');
	escaped(c->to, p, n, false);
	textout_putc(c->to, '"');
}

void csvout_comma(struct csvout *c)
{
	textout_putc(c->to, c->tabs ? '\t' : ',');
}

void csvout_newline(struct csvout *c)
{
	textout_putc(c->to, '\n');
}

static int nested(struct csvout *c, const char *p, const char *end, struct fail *f)
{
	if (!c->tabs)
		textout_putc(c->to, '"');
	if (jsonout_value(&c->inner, p, end, f) || textout_flush(&c->inner, f))
		return -1;
	if (!c->tabs)
		textout_putc(c->to, '"');
	return 0;
}

static inline void scalar(struct textout *to, const struct mp *v)
{
	switch (v->type) {
	case MP_BOOL: textout_puts(to, v->as.u ? "true" : "false"); break;
	case MP_UINT: textout_u64(to, v->as.u); break;
	case MP_INT: textout_i64(to, v->as.i); break;
	case MP_FLOAT: textout_double(to, v->as.d); break;
	default: textout_base64(to, v->as.p, v->n);
	}
}

struct text_sink {
	struct sink sink;
	struct buf text;
};

static int put_text(struct sink *s, const void *p, size_t n, struct fail *f)
{
	return buf_put(&((struct text_sink *)s)->text, p, n)
		? fail_set(f, FAIL_DATA, "too long a value")
		: 0;
}

/* As a text, which is quoted if it is the one that represents NULL. */
static int scalar_as_text(struct csvout *c, const struct mp *v, struct fail *f)
{
	struct text_sink s = { { put_text, "text" }, { 0 } };
	struct textout t;
	int rc;

	buf_init(&s.text, (size_t)2 * v->n + 64);
	textout_init(&t, &s.sink);
	scalar(&t, v);
	rc = textout_flush(&t, f);
	textout_free(&t);
	if (rc == 0)
		csvout_text(c, s.text.p, s.text.len);
	buf_free(&s.text);
	return rc;
}

int csvout_value(struct csvout *c, const struct mp *v, const char *p, const char *end, bool binary,
	struct fail *f)
{
	const bool text = v->type == MP_STR || v->type == MP_BIN;

	if (c->mistakable && v->type != MP_NIL && v->type <= MP_BIN &&
		(!text || (binary && v->n > 0)))
		return scalar_as_text(c, v, f);
	switch (v->type) {
	case MP_NIL:
		textout_puts(c->to, c->null);
		return 0;
	case MP_BOOL:
	case MP_UINT:
	case MP_INT:
	case MP_FLOAT:
		scalar(c->to, v);
		return 0;
	case MP_STR:
	case MP_BIN:
		if (binary && v->n > 0)
			scalar(c->to, v);
		else
			csvout_text(c, v->as.p, v->n);
		return 0;
	case MP_ARRAY:
	case MP_MAP:
		return nested(c, p, end, f);
	default:
		return fail_set(f, FAIL_DATA, "a msgpack extension (type %d) has no text form",
			v->ext);
	}
}

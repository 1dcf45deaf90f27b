/* Keeps the highest value of a column. */
#include "record/watermark.h"
#include "base/utf8.h"
#include "value/mp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void watermark_init(struct watermark *w)
{
	*w = (struct watermark){ .cell = -1 };
	buf_init(&w->text, WATERMARK_MAX + 1);
	buf_init(&w->now, WATERMARK_MAX + 1);
	buf_init(&w->packed, (size_t)2 * WATERMARK_MAX);
}

void watermark_free(struct watermark *w)
{
	buf_free(&w->text);
	buf_free(&w->now);
	buf_free(&w->packed);
}

/* --- the text of a value, in w->now */

static void put_real(struct buf *b, double d)
{
	char text[32];

	for (int digits = 15; digits <= 17; digits++) { /* the shortest that is the same number */
		snprintf(text, sizeof text, "%.*g", digits, d);
		if (!(strtod(text, NULL) < d) && !(strtod(text, NULL) > d))
			break;
	}
	buf_puts(b, text);
}

static int put_mp(struct buf *b, const struct cell *c)
{
	struct mp v;

	if (mp_token(c->p, c->p + c->n, &v) <= 0)
		return -1;
	switch (v.type) {
	case MP_UINT:
		return buf_printf(b, "%llu", (unsigned long long)v.as.u);
	case MP_INT:
		return buf_printf(b, "%lld", (long long)v.as.i);
	case MP_FLOAT:
		put_real(b, v.as.d);
		return 0;
	case MP_STR:
		return buf_put(b, v.as.p, v.n);
	default:
		return -1;
	}
}

static int put_text(struct watermark *w, const struct cell *c)
{
	struct buf *b = &w->now;

	b->len = 0;
	switch (c->kind) {
	case CELL_INT:
		return buf_printf(b, "%lld", (long long)c->i);
	case CELL_REAL:
		put_real(b, c->d);
		return 0;
	case CELL_MP:
		return put_mp(b, c);
	default:
		return buf_put(b, c->p, c->n);
	}
}

/* --- is it higher? */

static bool is_digits(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] >= '0' && p[i] <= '9')
		i++;
	return i == n && n > 0;
}

/* The digits of the fraction of a second; their number in *n. */
static const char *fraction(const struct buf *b, size_t *n)
{
	const char *at = memchr(b->p, '.', b->len), *end = b->p + b->len, *p;

	for (p = at ? at + 1 : end; p < end && *p >= '0' && *p <= '9'; p++)
		;
	*n = at ? (size_t)(p - at) - 1 : 0;
	while (*n > 0 && at[*n] == '0')
		(*n)--;
	return at ? at + 1 : end;
}

static bool later_fraction(const struct buf *a, const struct buf *b)
{
	size_t an, bn;
	const char *ap = fraction(a, &an), *bp = fraction(b, &bn);
	int order = memcmp(ap, bp, an < bn ? an : bn);

	return order > 0 || (order == 0 && an > bn);
}

static int refuse(const struct watermark *w, const char *what, struct fail *f)
{
	return fail_set(f, FAIL_DATA, "--watermark: column '%s': '%.200s' %s", w->column, w->now.p,
		what);
}

static int higher_time(struct watermark *w, bool *higher, struct fail *f)
{
	int64_t seconds;
	const char *why = tdtime_parse(&w->times, w->now.p, w->now.len, &seconds);

	if (why)
		return refuse(w, "is not a time, as the first values were", f);
	*higher = !w->any || seconds > w->integer ||
		(seconds == w->integer && later_fraction(&w->now, &w->text));
	w->integer = *higher ? seconds : w->integer;
	return 0;
}

static int higher_text(struct watermark *w, bool *higher, struct fail *f)
{
	const struct buf *a = &w->now, *b = &w->text;
	size_t n = a->len < b->len ? a->len : b->len;
	int order = w->any ? memcmp(a->p, b->p, n) : 1;

	if (w->any && a->len != b->len && is_digits(a->p, a->len) && is_digits(b->p, b->len))
		return refuse(w, "and others are digits in a column of texts: give it the type "
			"long with --columns", f);
	*higher = order > 0 || (order == 0 && a->len > b->len);
	return 0;
}

static int higher_number(struct watermark *w, const struct cell *c, bool *higher, struct fail *f)
{
	struct mp v;

	w->packed.len = 0;
	if (cell_put(&w->rules, c, &w->packed) != CELL_GOOD ||
		mp_token(w->packed.p, w->packed.p + w->packed.len, &v) <= 0)
		return refuse(w, "cannot be compared", f);
	if (v.type == MP_FLOAT) {
		*higher = !w->any || v.as.d > w->number;
		w->number = *higher ? v.as.d : w->number;
	} else if (v.type == MP_UINT || v.type == MP_INT) {
		int64_t i = v.type == MP_INT ? v.as.i : (int64_t)v.as.u;

		*higher = !w->any || i > w->integer;
		w->integer = *higher ? i : w->integer;
	}
	return 0; /* not a number became NULL */
}

static int compare(struct watermark *w, const struct cell *c, bool *higher, struct fail *f)
{
	int64_t ignored;

	if (w->rules.type->kind != TYPE_STRING)
		return higher_number(w, c, higher, f);
	if (!w->any)
		w->as_time = !tdtime_parse(&w->times, w->now.p, w->now.len, &ignored);
	return w->as_time ? higher_time(w, higher, f) : higher_text(w, higher, f);
}

static bool is_nil(const struct cell *c)
{
	struct mp v;

	return c->kind == CELL_MP && mp_token(c->p, c->p + c->n, &v) > 0 && v.type == MP_NIL;
}

int watermark_see(struct watermark *w, const struct cell *c, struct fail *f)
{
	struct buf swap;
	bool higher = false;

	if (c->kind == CELL_NONE || cell_is_null(w->rules.nulls, c) || is_nil(c) ||
		(c->kind >= CELL_TEXT && c->kind <= CELL_NUMBER && c->n == 0))
		return 0;
	if (put_text(w, c) || w->now.len > WATERMARK_MAX || buf_text(&w->now) == NULL ||
		!utf8_is(w->now.p, w->now.len))
		return fail_set(f, FAIL_DATA, "--watermark: column '%s': a value that is neither a "
			"number nor a text of up to %d bytes", w->column, WATERMARK_MAX);
	if (compare(w, c, &higher, f))
		return -1;
	if (higher) {
		swap = w->text;
		w->text = w->now;
		w->now = swap;
		w->any = true;
	}
	return 0;
}

const char *watermark_text(struct watermark *w)
{
	return w->any ? buf_text(&w->text) : NULL;
}

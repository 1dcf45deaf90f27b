/* Lays out the first rows as a table for a terminal. */
#include "format/tableout.h"
#include "format/jsonout.h"
#include "base/mem.h"
#include "value/mp.h"
#include "base/utf8.h"
#include "base/visible.h"
#include "base/width.h"

#include <stdlib.h>

enum { NARROW = 12 }; /* cells: a column of text is not narrowed further */

/* A sink that keeps the first bytes and lets the rest go. */
struct start {
	struct sink sink;
	size_t n;
	char p[TABLEOUT_CELL * 2];
};

static int put_start(struct sink *s, const void *p, size_t n, struct fail *f)
{
	struct start *to = (struct start *)s;
	size_t room = sizeof to->p - to->n;

	(void)f;
	if (n > room)
		n = room;
	memcpy(to->p + to->n, p, n);
	to->n += n;
	return 0;
}

/* Also the joiners, which emoji and several scripts are written with. */
static bool harmless(uint32_t c)
{
	return visible_char(c) || c == 0x200c || c == 0x200d;
}

static bool all_harmless(const char *p, size_t n)
{
	uint32_t c;

	for (unsigned bytes; n > 0; p += bytes, n -= bytes) {
		bytes = utf8_next(p, n, &c);
		if (bytes == 0 || !harmless(c))
			return false;
	}
	return true;
}

/*
 * What is shown of the first *bytes of n > 0 bytes: a text of *len bytes and *cells cells. It is a
 * whole grapheme cluster, unless a part of that could do harm.
 */
static const char *next_shown(const char *p, size_t n, size_t *bytes, size_t *len, unsigned *cells)
{
	static const char odd[] = "\xef\xbf\xbd";
	uint32_t c = 0;
	size_t first = utf8_next(p, n, &c);

	if (first == 0 || !harmless(c)) {
		bool space = c == '\n' || c == '\t' || c == '\r';

		*bytes = first > 0 ? first : 1;
		*cells = 1;
		*len = space ? 1 : sizeof odd - 1;
		return space ? " " : odd;
	}
	*len = width_next(p, n, cells);
	if (!all_harmless(p, *len))
		*len = width_next(p, first, cells);
	*bytes = *len;
	return p;
}

/*
 * Text as it may be shown, shortened to `room` cells, at most TABLEOUT_WIDTH; *width are the cells
 * that it takes.
 */
static char *shown(const char *p, size_t n, unsigned room, unsigned *width)
{
	static const char dots[] = "\xe2\x80\xa6";
	char s[TABLEOUT_CELL];
	size_t len = 0;

	*width = 0;
	for (size_t i = 0; i < n;) {
		size_t bytes, more;
		unsigned cells;
		const char *from = next_shown(p + i, n - i, &bytes, &more, &cells);

		i += bytes;
		if (*width + cells > room - (i < n) || len + more > sizeof s - sizeof dots) {
			memcpy(s + len, dots, sizeof dots - 1);
			len += sizeof dots - 1;
			++*width;
			break;
		}
		memcpy(s + len, from, more);
		len += more;
		*width += cells;
	}
	/* cppcheck-suppress uninitvar ; its first len bytes are written */
	return mem_copy(s, len);
}

void tableout_init(struct tableout *t, const struct schema *schema)
{
	*t = (struct tableout){ .schema = schema, .columns = schema->n,
				.cell = mem_zero(TABLEOUT_ROWS * (schema->n + 1), sizeof *t->cell),
				.width = mem_zero(schema->n + 1, sizeof *t->width),
				.text = mem_zero(schema->n + 1, sizeof *t->text) };
}

void tableout_free(struct tableout *t)
{
	for (size_t i = 0; i < t->rows * t->columns; i++)
		free(t->cell[i]);
	free(t->cell);
	free(t->width);
	free(t->text);
}

static void note_width(struct tableout *t, size_t col, unsigned width)
{
	if (width > t->width[col])
		t->width[col] = width;
}

/* One value as bytes to show. */
static void render(struct textout *to, const struct mp *v, const char *p, const char *end)
{
	struct fail odd = { 0 };

	if (v->type == MP_NIL)
		textout_puts(to, "NULL");
	else if (v->type == MP_STR || v->type == MP_BIN)
		textout_put(to, v->as.p, v->n < TABLEOUT_CELL * 2 ? v->n : TABLEOUT_CELL * 2);
	else if (v->type == MP_FLOAT)
		textout_double(to, v->as.d);
	else if (jsonout_value(to, p, end, &odd))
		textout_puts(to,
			"\xef\xbf\xbd"); /* not JSON: bytes that are not text, or an extension */
}

int tableout_row(struct tableout *t, const char *p, const char *end, struct fail *f)
{
	char **cell = t->cell + t->rows * t->schema->n;
	struct textout to;
	struct start start = { .sink = { .put = put_start, .name = "cell" } };

	textout_init(&to, &start.sink);
	t->rows++;
	for (size_t i = 0; i < t->schema->n; i++) {
		unsigned width;
		struct mp v;

		if (mp_token(p, end, &v) <= 0) {
			textout_free(&to);
			return fail_set(f, FAIL_DATA, "no msgpack");
		}
		start.n = 0;
		render(&to, &v, p, end);
		textout_flush(&to, f);
		cell[i] = shown(start.p, start.n, TABLEOUT_WIDTH, &width);
		note_width(t, i, width);
		t->text[i] |= v.type != MP_NIL && v.type != MP_UINT && v.type != MP_INT &&
			v.type != MP_FLOAT;
		p += mp_value(p, end);
	}
	textout_free(&to);
	return 0;
}

/* The cells of n columns. */
static size_t total(const struct tableout *t, size_t n)
{
	size_t cells = 0;

	for (size_t i = 0; i < n; i++)
		cells += t->width[i] + (i > 0 ? 2 : 0);
	return cells;
}

/*
 * Narrows the widest columns of text, as far as that can be read; then leaves out the last columns.
 */
static size_t fit(struct tableout *t, size_t room)
{
	size_t n = t->columns, cells = total(t, n), widest;

	while (cells > room) {
		widest = n;
		for (size_t i = 0; i < n; i++)
			if (t->text[i] && t->width[i] > NARROW &&
				(widest == n || t->width[i] > t->width[widest]))
				widest = i;
		if (widest == n)
			break;
		t->width[widest]--;
		cells--;
	}
	while (n > 1 && total(t, n) > room)
		n--;
	return n;
}

static void repeat(struct textout *to, char c, unsigned n)
{
	while (n-- > 0)
		textout_putc(to, c);
}

static void write_cell(struct tableout *t, size_t col, const char *text, bool last,
	struct textout *to)
{
	unsigned width, pad;
	char *s = shown(text, strlen(text), t->width[col], &width);

	pad = t->width[col] - width;
	if (!t->text[col])
		repeat(to, ' ', pad);
	textout_puts(to, s);
	if (last)
		textout_putc(to, '\n'); /* no blanks at the end of a line */
	else
		repeat(to, ' ', (t->text[col] ? pad : 0) + 2);
	free(s);
}

static void write_end(const struct tableout *t, int64_t rows, size_t columns, struct textout *to)
{
	textout_puts(to, rows < 0 || (uint64_t)rows > t->rows ? "(the first " : "(");
	textout_u64(to, t->rows);
	if (rows >= 0 && (uint64_t)rows > t->rows) {
		textout_puts(to, " of ");
		textout_u64(to, (uint64_t)rows);
	}
	textout_puts(to, t->rows == 1 && rows == 1 ? " row" : " rows");
	if (columns < t->columns) {
		textout_puts(to, ", ");
		textout_u64(to, columns);
		textout_puts(to, " of ");
		textout_u64(to, t->columns);
		textout_puts(to, " columns");
	}
	textout_puts(to, ")\n");
}

void tableout_write(struct tableout *t, int64_t rows, unsigned room, struct textout *to)
{
	size_t n = t->columns;

	for (size_t i = 0; i < t->columns; i++) {
		const char *name = t->schema->col[i].name;
		unsigned width;

		free(shown(name, strlen(name), TABLEOUT_WIDTH, &width));
		note_width(t, i, width);
	}
	if (room > 0)
		n = fit(t, room);
	for (size_t i = 0; i < n; i++)
		write_cell(t, i, t->schema->col[i].name, i + 1 == n, to);
	for (size_t i = 0; i < n; i++) {
		repeat(to, '-', t->width[i]);
		textout_puts(to, i + 1 < n ? "  " : "\n");
	}
	for (size_t r = 0; r < t->rows; r++)
		for (size_t i = 0; i < n; i++)
			write_cell(t, i, t->cell[r * t->columns + i], i + 1 == n, to);
	write_end(t, rows, n, to);
}

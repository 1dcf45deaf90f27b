#include "tableout.h"
#include "jsonout.h"
#include "mem.h"
#include "mp.h"
#include "utf8.h"

#include <stdlib.h>

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

/* Nothing below a blank, no C1 controls, nothing that turns the direction of writing. */
static bool harmless(uint32_t c)
{
	return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && !(c >= 0x202a && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069);
}

/* Text as it may be shown, shortened to TABLEOUT_WIDTH cells. */
static char *shown(const char *p, size_t n, unsigned *width)
{
	static const char odd[] = "\xef\xbf\xbd", dots[] = "\xe2\x80\xa6";
	char s[TABLEOUT_CELL];
	size_t len = 0;

	*width = 0;
	for (size_t i = 0; i < n;) {
		uint32_t c = 0;
		unsigned bytes = utf8_next(p + i, n - i, &c), cells;
		const char *from = p + i;
		bool bad = bytes == 0 || !harmless(c);

		i += bytes ? bytes : 1;
		if (bad) {
			bool space = c == '\n' || c == '\t' || c == '\r';

			from = space ? " " : odd;
			bytes = space ? 1 : sizeof odd - 1;
		}
		cells = bad ? 1 : utf8_width(c);
		if (*width + cells > TABLEOUT_WIDTH - (i < n) || len + bytes > sizeof s - sizeof dots) {
			memcpy(s + len, dots, sizeof dots - 1);
			len += sizeof dots - 1;
			++*width;
			break;
		}
		memcpy(s + len, from, bytes);
		len += bytes;
		*width += cells;
	}
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
		textout_puts(to, "\xef\xbf\xbd"); /* no JSON: bytes that are no text, or an extension */
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
		cell[i] = shown(start.p, start.n, &width);
		note_width(t, i, width);
		t->text[i] |= v.type != MP_NIL && v.type != MP_UINT && v.type != MP_INT && v.type != MP_FLOAT;
		p += mp_value(p, end);
	}
	textout_free(&to);
	return 0;
}

static unsigned width_of(const char *s)
{
	unsigned width = 0, len;
	uint32_t c;

	for (; *s && (len = utf8_next(s, strlen(s), &c)); s += len)
		width += utf8_width(c);
	return width;
}

static void repeat(struct textout *to, char c, unsigned n)
{
	while (n-- > 0)
		textout_putc(to, c);
}

static void write_cell(struct tableout *t, size_t col, const char *s, bool right, struct textout *to)
{
	unsigned pad = t->width[col] - width_of(s);

	if (col > 0)
		textout_puts(to, "  ");
	if (right)
		repeat(to, ' ', pad);
	textout_puts(to, s);
	if (!right && col + 1 < t->schema->n) /* no blanks at the end of a line */
		repeat(to, ' ', pad);
}

void tableout_write(struct tableout *t, int64_t total, struct textout *to)
{
	size_t n = t->schema->n;
	char **name = mem_zero(n + 1, sizeof *name);

	for (size_t i = 0; i < n; i++) {
		unsigned width;

		name[i] = shown(t->schema->col[i].name, strlen(t->schema->col[i].name), &width);
		note_width(t, i, width);
	}
	for (size_t i = 0; i < n; i++)
		write_cell(t, i, name[i], !t->text[i], to);
	textout_putc(to, '\n');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			textout_puts(to, "  ");
		repeat(to, '-', t->width[i]);
	}
	textout_putc(to, '\n');
	for (size_t r = 0; r < t->rows; r++) {
		for (size_t i = 0; i < n; i++)
			write_cell(t, i, t->cell[r * n + i], !t->text[i], to);
		textout_putc(to, '\n');
	}
	textout_puts(to, total < 0 || (uint64_t)total > t->rows ? "(the first " : "(");
	textout_u64(to, t->rows);
	if (total >= 0 && (uint64_t)total > t->rows) {
		textout_puts(to, " of ");
		textout_u64(to, (uint64_t)total);
	}
	textout_puts(to, t->rows == 1 && total == 1 ? " row)\n" : " rows)\n");
	for (size_t i = 0; i < n; i++)
		free(name[i]);
	free(name);
}

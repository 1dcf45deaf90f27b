#include "td-encode.h"

#include "mem.h"
#include "textout.h"

#include <stdlib.h>
#include <unistd.h>

enum { ROWS = 3, WIDTH = 24 }; /* that are shown; of an example, in characters */

/* How a column's type is known. */
static char *origin(const struct input *in, const struct record_column *c)
{
	const struct infer *seen = in->seen ? &in->seen[c->cell] : NULL;

	if (in->format == FORMAT_FRAME && in->frame.head.schema.col[c->cell].type)
		return mem_printf("job: %s", in->frame.head.schema.col[c->cell].type);
	if (!c->rules.exact || !seen)
		return mem_string(c->rules.exact ? "--all-string" : "given");
	if (seen->values == seen->empty)
		return mem_printf("guess: %llu empty", (unsigned long long)seen->values);
	return seen->empty == 0 ? mem_printf("all of %llu", (unsigned long long)seen->values) :
				  mem_printf("all of %llu, %llu empty", (unsigned long long)(seen->values - seen->empty),
					     (unsigned long long)seen->empty);
}

static void put_padded(struct textout *t, const char *s, size_t width)
{
	size_t n = strlen(s);

	textout_puts(t, s);
	for (textout_puts(t, "  "); n < width; n++)
		textout_putc(t, ' ');
}

/* Example values must not control a terminal, and stay on their line. */
static char *printable(char *s)
{
	for (char *p = s; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	return s;
}

/* The first rows' cells, by row and column; rows that are bad are left out. */
static size_t first_rows(struct input *in, char ***shown, struct fail *f)
{
	size_t n = 0;
	enum row_result rc;
	struct row row;

	while (n < ROWS && (rc = row_next(in->rows, &row, f)) != ROW_END && rc != ROW_FAILED) {
		if (rc == ROW_GOOD) {
			shown[n] = mem_zero(in->names.n + 1, sizeof(char *));
			for (size_t i = 0; i < row.n && i < in->names.n; i++)
				shown[n][i] = printable(cell_show(&row.cell[i]));
			n++;
		}
		f->kind = FAIL_NONE;
	}
	return n;
}

static void put_example(struct textout *t, const char *s)
{
	size_t n = 0, chars = 0;

	for (; s[n] && chars < WIDTH; n++) /* whole characters */
		chars += ((unsigned char)s[n + 1] & 0xc0) != 0x80;
	textout_put(t, s, n);
	if (s[n])
		textout_puts(t, "...");
}

static void put_column(struct textout *t, const char *name, const char *type, const char *from, char *const *const *shown,
		       size_t rows, size_t cell, const size_t *width)
{
	put_padded(t, name, width[0]);
	put_padded(t, type, width[1]);
	put_padded(t, from, width[2]);
	for (size_t i = 0; i < rows; i++) {
		if (i > 0)
			textout_puts(t, ", ");
		put_example(t, shown[i][cell]);
	}
	textout_putc(t, '\n');
}

static void widen(size_t *width, const char *s)
{
	if (strlen(s) > *width)
		*width = strlen(s);
}

static void put_table(struct textout *t, const struct input *in, const struct record *r, char *const *const *shown, size_t rows)
{
	size_t width[3] = { sizeof "# column" - 1, sizeof "type" - 1, sizeof "known from" - 1 };
	char **type = mem_zero(r->n + 1, sizeof *type), **from = mem_zero(r->n + 1, sizeof *from);
	char *time = r->time_cell >= 0 ? mem_printf("column %s", r->time_name) :
		     mem_string(in->opts->time_given ? "--time-value" : "the moment of the run");

	widen(&width[2], time);
	for (size_t i = 0; i < r->n; i++) {
		type[i] = type_text(r->column[i].rules.type);
		from[i] = origin(in, &r->column[i]);
		widen(&width[0], r->column[i].name);
		widen(&width[1], type[i]);
		widen(&width[2], from[i]);
	}
	put_column(t, "# column", "type", "known from", (char *const *const[]){ (char *const[]){ (char[]){ "first rows" } } }, 1,
		   0, width);
	put_column(t, "time", "long", time, shown, r->time_cell >= 0 ? rows : 0, (size_t)r->time_cell, width);
	for (size_t i = 0; i < r->n; i++) {
		put_column(t, r->column[i].name, type[i], from[i], shown, rows, r->column[i].cell, width);
		free(type[i]);
		free(from[i]);
	}
	free(type);
	free(from);
	free(time);
}

int preview(struct input *in, struct record *r, struct fail *f)
{
	char **shown[ROWS];
	size_t rows = first_rows(in, shown, f);
	struct fd_sink to;
	struct textout t;
	int rc;

	fd_sink_init(&to, STDOUT_FILENO, "standard output");
	textout_init(&t, &to.sink);
	textout_puts(&t, "# ");
	textout_puts(&t, input_name(in));
	textout_puts(&t, ": ");
	textout_puts(&t, input_format(in));
	textout_puts(&t, in->gzipped ? ", gzip'ed" : "");
	if (in->seen) {
		textout_puts(&t, ", types from ");
		textout_u64(&t, in->sampled);
		textout_puts(&t, in->sampled == 1 ? " row" : " rows");
	}
	textout_putc(&t, '\n');
	put_table(&t, in, r, (char *const *const *)shown, rows);
	rc = textout_flush(&t, f) || fd_close(STDOUT_FILENO, "standard output", f) ? -1 : 0;
	textout_free(&t);
	for (size_t i = 0; i < rows; i++) {
		for (size_t k = 0; k < in->names.n; k++)
			free(shown[i][k]);
		free(shown[i]);
	}
	return rc;
}

#include "encode.h"

#include "value/colspec.h"
#include "base/mem.h"
#include "format/textout.h"

#include <stdlib.h>
#include <unistd.h>

enum { ROWS = 3, WIDTH = 24 }; /* that are shown; of an example, in characters */

/* How a column's type is known. */
static char *origin(const struct input *in, const struct record_column *c)
{
	const struct infer *seen = in->columns.seen ? &in->columns.seen[c->cell] : NULL;

	if (in->reader.format == FORMAT_FRAME && in->reader.frame.head.schema.col[c->cell].type)
		return mem_printf("job: %s", in->reader.frame.head.schema.col[c->cell].type);
	if (!c->rules.exact || !seen)
		return mem_string(c->rules.exact ? "--all-string" : "given");
	if (seen->values == seen->empty)
		return mem_printf("guess: %llu empty", (unsigned long long)seen->values);
	return seen->empty == 0 ? mem_printf("all of %llu", (unsigned long long)seen->values)
				: mem_printf("all of %llu, %llu empty",
					  (unsigned long long)(seen->values - seen->empty),
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
	for (char *p = s; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
		if ((unsigned char)p[0] == 0xc2 && (unsigned char)p[1] < 0xa0 && p[1]) /* C1 */
			p[0] = p[1] = '?';
	}
	return s;
}

/* The first rows' cells, by row and column; rows that are bad are left out. */
static size_t first_rows(struct input *in, char ***shown, struct fail *f)
{
	size_t n = 0;
	enum row_result rc;
	struct row row;

	while (n < ROWS && (rc = row_next(in->reader.rows, &row, f)) != ROW_END) {
		if (rc == ROW_FAILED)
			break;
		if (rc == ROW_GOOD) {
			shown[n] = mem_zero(in->columns.names.n + 1, sizeof(char *));
			for (size_t i = 0; i < row.n && i < in->columns.names.n; i++)
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

/* A line of the table. */
struct line {
	struct buf name;
	char *type, *from;
	long cell; /* its examples, or -1 */
};

static void put_line(struct textout *t, const struct line *l, char *const *const *shown,
	size_t rows, const size_t *width)
{
	put_padded(t, l->name.p, width[0]);
	put_padded(t, l->type, width[1]);
	put_padded(t, l->from, width[2]);
	for (size_t i = 0; i < rows && l->cell >= 0; i++) {
		if (i > 0)
			textout_puts(t, ", ");
		put_example(t, shown[i][l->cell]);
	}
	textout_putc(t, '\n');
}

static void widen(size_t *width, const char *s)
{
	if (strlen(s) > *width)
		*width = strlen(s);
}

static bool is_time(const struct input *in, const struct record *r, size_t i)
{
	return (long)i == r->time_cell && strcmp(in->columns.names.col[i].name, "time") == 0;
}

/*
 * The time, where no column of the input is called so: a comment, because it is none of the
 * columns.
 */
static struct line time_line(const struct input *in, const struct record *r)
{
	struct line l = { .type = mem_string("long"), .cell = r->time_cell };

	l.from = r->time_cell >= 0 ? mem_printf("column %s", r->time_name) :
		 mem_string(in->opts->time_given ? "--time-value" : "the moment of the run");
	buf_init(&l.name, 16);
	buf_puts(&l.name, "# time");
	buf_text(&l.name);
	return l;
}

/* Column i of the input, by its name there, by which --schema finds it. */
static struct line column_line(const struct input *in, const struct record *r, size_t i)
{
	const char *name = in->columns.names.col[i].name, *raw = in->columns.raw.col[i].name;
	const struct record_column *c = r->column, *end = c + r->n;
	struct line l = { .cell = (long)i };

	while (c < end && c->cell != i)
		c++;
	l.type = is_time(in, r, i) ? mem_string("long")
				   : type_text(c < end ? c->rules.type : in->columns.type[i]);
	l.from = is_time(in, r, i) ? mem_string("column time")
		: c < end          ? origin(in, c)
				   : mem_string("left out");
	buf_init(&l.name, 4 * SCHEMA_NAME_MAX);
	colspec_name(&l.name, raw);
	if (strcmp(raw, name) != 0) {
		char *from = mem_printf("%s, as %s", l.from, name);

		free(l.from);
		l.from = from;
	}
	buf_text(&l.name);
	return l;
}

/*
 * The lines in the order of the input, all of them, because rows may be known by their order only,
 * and names be made legal with regard to others; or as --select says.
 */
static size_t make_lines(struct line *l, const struct input *in, const struct record *r)
{
	bool selected = in->opts->select.n > 0 && !in->opts->no_header &&
		!reader_is_keyed(&in->reader);
	bool has_time = r->time_cell >= 0 && is_time(in, r, (size_t)r->time_cell);
	size_t n = 0, all = selected ? in->columns.ordered : in->columns.names.n;

	if (!has_time)
		l[n++] = time_line(in, r);
	for (size_t i = 0; i < all; i++)
		l[n++] = column_line(in, r, selected ? in->columns.order[i] : i);
	return n;
}

static void put_table(struct textout *t, const struct input *in, const struct record *r,
	char *const *const *shown, size_t rows)
{
	size_t width[3] = { sizeof "# column" - 1, sizeof "type" - 1, sizeof "known from" - 1 };
	struct line *l = mem_zero(in->columns.names.n + 1, sizeof *l);
	size_t n = make_lines(l, in, r);

	for (size_t i = 0; i < n; i++) {
		widen(&width[0], l[i].name.p);
		widen(&width[1], l[i].type);
		widen(&width[2], l[i].from);
	}
	put_padded(t, "# column", width[0]);
	put_padded(t, "type", width[1]);
	put_padded(t, "known from", width[2]);
	textout_puts(t, "first rows\n");
	for (size_t i = 0; i < n; i++) {
		put_line(t, &l[i], shown, rows, width);
		buf_free(&l[i].name);
		free(l[i].type);
		free(l[i].from);
	}
	free(l);
}

int preview(struct input *in, struct record *r, struct fail *f)
{
	char **shown[ROWS];
	struct fail why = { 0 };
	size_t rows = first_rows(in, shown, &why);
	struct fd_sink to;
	struct textout t;
	int rc;

	fd_sink_init(&to, STDOUT_FILENO, "standard output");
	textout_init(&t, &to.sink);
	textout_puts(&t, "# ");
	textout_puts(&t, input_name(in));
	textout_puts(&t, ": ");
	textout_puts(&t, reader_format(&in->reader));
	textout_puts(&t, in->bytes.gzipped ? ", gzip'ed" : "");
	if (in->columns.seen) {
		textout_puts(&t, ", types from ");
		textout_u64(&t, in->columns.sampled);
		textout_puts(&t, in->columns.sampled == 1 ? " row" : " rows");
	}
	textout_putc(&t, '\n');
	put_table(&t, in, r, (char *const *const *)shown, rows);
	rc = textout_flush(&t, f) || fd_close(STDOUT_FILENO, "standard output", f) ? -1 : 0;
	if (rc == 0 && why.kind)
		rc = fail_set(f, why.kind, "%s", why.why); /* what was there is shown */
	textout_free(&t);
	for (size_t i = 0; i < rows; i++) {
		for (size_t k = 0; k < in->columns.names.n; k++)
			free(shown[i][k]);
		free(shown[i]);
	}
	return rc;
}

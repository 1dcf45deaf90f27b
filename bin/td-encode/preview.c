/* preview: what would be done, as a table. */
#include "encode.h"

#include "value/colspec.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/visible.h"
#include "value/calendar.h"
#include "value/mp.h"
#include "value/alias.h"
#include "format/textout.h"

#include <stdlib.h>
#include <unistd.h>

enum { ROWS = 3, REASONS = 5, WIDTH = 24 }; /* that are shown; of an example, in characters */

/* How a column's type is known. */
static char *origin(const struct input *in, const struct record_column *c)
{
	const struct infer *seen =
		c->cell < in->columns.known ? &in->columns.seen[c->cell] : NULL;

	const struct reader *reader = &in->part->reader;

	if (reader->format == FORMAT_FRAME && reader->frame.head.schema.col[c->cell].type)
		return mem_printf("job: %s", reader->frame.head.schema.col[c->cell].type);
	if (reader->format == FORMAT_APACHE || reader->format == FORMAT_SYSLOG)
		return mem_string("the format");
	if (c->rules.exact && in->columns.seen && !seen)
		return mem_string("added by a later row");
	if (!c->rules.exact || !seen)
		return mem_string(c->rules.exact ? "--all-string" : "given");
	if (seen->values == seen->empty)
		return mem_string("all empty");
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
	char *to = s;
	size_t n = strlen(s);

	for (size_t at = 0; at < n;) {
		uint32_t c = 0;
		unsigned len = utf8_next(s + at, n - at, &c);

		if (len > 0 && visible_char(c))
			memmove(to, s + at, len);
		else
			*to = '?';
		to += len > 0 && visible_char(c) ? len : 1;
		at += len > 0 ? len : 1;
	}
	*to = '\0';
	return s;
}

/* What the first rows hold and what would become of them. */
struct looked {
	char **shown[ROWS]; /* cells of the first good rows, by row and column */
	char *time[ROWS];   /* of their records */
	size_t n;
	uint64_t rows, bad;
	char *why[REASONS]; /* why the first bad ones are bad */
	struct buf body;    /* their records, one after the other */
};

/* A row that is bad; one with an open quote may hold several. */
static void note_bad(struct looked *l, const struct input *in, const struct row *row,
	struct fail *f)
{
	uint64_t n = rejects_count(in, row), at = l->bad;

	for (size_t i = 0; i < REASONS; i++)
		if (!l->why[i]) {
			l->why[i] = printable(mem_string(f->why));
			break;
		}
	l->bad = at + n;
	l->rows += n - 1;
	f->kind = FAIL_NONE;
}

/* The time of a record: its first key's value. */
static char *time_of(const struct buf *record)
{
	enum { DAY = 24 * 3600 };
	const char *p = record->p, *end = p + record->len;
	struct calendar_date date;
	struct mp v;
	int64_t t;

	p += mp_token(p, end, &v);
	p += mp_token(p, end, &v);
	mp_token(p, end, &v);
	t = v.as.i;
	date = calendar_date(t / DAY);
	return mem_printf("%04lld-%02d-%02dT%02d:%02d:%02dZ", (long long)date.year, date.month,
		date.day, (int)(t % DAY / 3600), (int)(t / 60 % 60), (int)(t % 60));
}

static void note_good(struct looked *l, const struct input *in, const struct row *row)
{
	char **cells;

	if (l->n == ROWS)
		return;
	l->time[l->n] = time_of(&l->body);
	cells = l->shown[l->n++] = mem_zero(SCHEMA_COLUMNS_MAX + 1, sizeof(char *));
	for (size_t i = 0; i < row->n && i < in->columns.names.n; i++)
		cells[i] = printable(cell_show(&row->cell[i]));
}

/* Convert the rows that come next, up to a sample's length. */
static void look(struct looked *l, struct input *in, struct record *r, struct fail *f)
{
	enum row_result rc;
	size_t bytes = 0;
	struct row row;

	buf_init(&l->body, FRAME_BODY_MAX);
	while (bytes < ROW_SAMPLE && (rc = input_next(in, &row, f)) != ROW_END) {
		if (rc == ROW_FAILED)
			break;
		bytes += row.raw_len;
		l->rows++;
		l->body.len = 0;
		if (rc == ROW_GOOD && record_put(r, &row, &l->body, f) == RECORD_BAD) {
			fail_at(f, "%s%s%s %llu", in->origin.n > 1 ? input_name(in) : "",
				in->origin.n > 1 ? ": " : "", in->rows->place,
				(unsigned long long)row.line);
			rc = ROW_BAD;
		}
		if (rc == ROW_GOOD)
			note_good(l, in, &row);
		else
			note_bad(l, in, &row, f);
	}
	buf_free(&l->body);
}

static void forget(struct looked *l, size_t columns)
{
	for (size_t i = 0; i < l->n; i++) {
		for (size_t k = 0; k < columns; k++)
			free(l->shown[i][k]);
		free(l->shown[i]);
		free(l->time[i]);
	}
	for (size_t i = 0; i < REASONS; i++)
		free(l->why[i]);
}

static void put_bad(struct textout *t, const struct looked *l)
{
	if (l->bad == 0)
		return;
	textout_puts(t, "# ");
	textout_u64(t, l->bad);
	textout_puts(t, " of these ");
	textout_u64(t, l->rows);
	textout_puts(t, l->rows == 1 ? " row would be rejected:\n" : " rows would be rejected:\n");
	for (size_t i = 0; i < REASONS && l->why[i]; i++) {
		textout_puts(t, "#   ");
		textout_puts(t, l->why[i]);
		textout_putc(t, '\n');
	}
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
	bool time; /* these are the times of the records */
};

static void put_line(struct textout *t, const struct line *l, const struct looked *looked,
	const size_t *width)
{
	put_padded(t, l->name.p, width[0]);
	put_padded(t, l->type, width[1]);
	put_padded(t, l->from, width[2]);
	for (size_t i = 0; i < looked->n && l->cell >= 0; i++) {
		const char *shown = l->time ? looked->time[i] : looked->shown[i][l->cell];

		if (i > 0)
			textout_puts(t, ", ");
		put_example(t, shown ? shown : "NULL");
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
	struct line l = { .type = mem_string("long"), .cell = r->time_cell, .time = true };

	l.from = r->time_cell >= 0 ? mem_printf("column %s", r->time_name) :
		 mem_string(in->opts->time_given ? "--time-value" : "the moment of the run");
	buf_init(&l.name, 16);
	buf_puts(&l.name, "# time");
	buf_text(&l.name);
	return l;
}

/* A column of --add-column: a comment, too. */
static struct line added_line(const struct input *in, size_t i)
{
	char *value = added_value(in, i, FAIL_IGNORED);
	struct line l = { .cell = -1, .type = type_text(in->added[i]) };

	l.from = mem_printf("--add-column, '%s'", value ? printable(value) : "");
	buf_init(&l.name, 8 * SCHEMA_NAME_MAX);
	buf_puts(&l.name, "# ");
	colspec_name(&l.name, in->opts->add.col[i].name);
	buf_text(&l.name);
	free(value);
	return l;
}

/* Takes `text`. */
static char *add_note(char *text, const char *what, const char *name)
{
	char *shown = printable(mem_string(name));
	char *both = mem_printf("%s, %s %s", text, what, shown);

	free(shown);
	free(text);
	return both;
}

/* Column i of the input, by its name there, by which --schema finds it. */
static struct line column_line(const struct input *in, const struct record *r, size_t i)
{
	const char *name = in->columns.names.col[i].name, *raw = in->columns.raw.col[i].name;
	const struct record_column *c = r->column, *end = c + r->n;
	struct line l = { .cell = (long)i, .time = is_time(in, r, i) };

	while (c < end && c->cell != i)
		c++;
	l.type = l.time ? mem_string("long")
			: type_text(c < end ? c->rules.type : in->columns.type[i]);
	l.from = l.time     ? mem_string("column time")
		: c < end ? origin(in, c)
			  : mem_string("left out");
	buf_init(&l.name, 4 * SCHEMA_NAME_MAX);
	colspec_name(&l.name, raw);
	if (strcmp(raw, name) != 0)
		l.from = add_note(l.from, "as", name);
	if (c < end && !alias_is_legal(name)) {
		struct buf alias;

		buf_init(&alias, 2 * SCHEMA_NAME_MAX);
		alias_of(&alias, name);
		l.from = add_note(l.from, "in SQL", buf_text(&alias));
		buf_free(&alias);
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
		!reader_is_keyed(&in->part->reader);
	bool has_time = r->time_cell >= 0 && is_time(in, r, (size_t)r->time_cell);
	size_t n = 0, all = selected ? in->columns.ordered : in->columns.names.n;

	if (!has_time)
		l[n++] = time_line(in, r);
	for (size_t i = 0; i < all; i++)
		if (selected || !in->columns.pending[i])
			l[n++] = column_line(in, r, selected ? in->columns.order[i] : i);
	for (size_t i = 0; i < in->opts->add.n; i++)
		l[n++] = added_line(in, i);
	return n;
}

static void put_table(struct textout *t, const struct input *in, const struct record *r,
	const struct looked *looked)
{
	size_t width[3] = { sizeof "# column" - 1, sizeof "type" - 1, sizeof "known from" - 1 };
	struct line *l = mem_zero(in->columns.names.n + in->opts->add.n + 1, sizeof *l);
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
		put_line(t, &l[i], looked, width);
		buf_free(&l[i].name);
		free(l[i].type);
		free(l[i].from);
	}
	free(l);
}

static void put_title(struct textout *t, const struct input *in)
{
	const struct columns *c = &in->columns;
	char *names = printable(input_names(in));

	textout_puts(t, "# ");
	textout_puts(t, names);
	free(names);
	if (in->origin.n < 2) {
		textout_puts(t, ": ");
		textout_puts(t, reader_format(&in->part->reader));
		textout_puts(t, in->part->bytes.gzipped ? ", gzip'ed" : "");
	}
	if (c->seen) {
		textout_puts(t, in->origin.n < 2 ? ", types from " : ": types from ");
		textout_u64(t, c->sampled);
		textout_puts(t, c->sampled == 1 ? " row" : " rows");
	}
	textout_putc(t, '\n');
}

int preview(struct input *in, struct record *r, struct fail *f)
{
	struct looked looked = { .n = 0 };
	struct fail why = { 0 };
	struct fd_sink to;
	struct textout t;
	int rc;

	look(&looked, in, r, &why);
	fd_sink_init(&to, STDOUT_FILENO, "standard output");
	textout_init(&t, &to.sink);
	put_title(&t, in);
	put_table(&t, in, r, &looked);
	put_bad(&t, &looked);
	rc = textout_flush(&t, f) || fd_close(STDOUT_FILENO, "standard output", f) ? -1 : 0;
	if (rc == 0 && why.kind)
		rc = fail_set(f, why.kind, "%s", why.why); /* what was there is shown */
	textout_free(&t);
	forget(&looked, in->columns.names.n);
	return rc;
}

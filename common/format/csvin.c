/* Reads CSV: csvscan finds well-formed records, libcsv judges the others. */
#include "format/csvin.h"
#include "format/csvescape.h"
#include "base/mem.h"
#include "base/num.h"
#include "value/schema.h"
#include "base/utf8.h"

#include <stdlib.h>

/*
 * libcsv's callbacks. Its buffer lives until the next cell: copy. No more bytes come out than went
 * in, ROW_MAX: it fits.
 */
static void on_cell(void *p, size_t n, void *self)
{
	struct csvin *c = self;

	/* row_of_libcsv() says where: texts may move */
	csvscan_add(&c->scan, NULL, n, c->csv.quoted ? CELL_QUOTED : CELL_TEXT);
	buf_put(&c->text, p, n);
}

static void on_row(int end, void *self)
{
	(void)end;
	((struct csvin *)self)->row_done = true;
}

static int no_blanks(unsigned char c)
{
	(void)c;
	return 0;
}

static int fail_here(struct csvin *c, uint64_t line, const char *what, struct fail *f)
{
	return fail_set(f, FAIL_DATA, "%s: line %llu, field %zu: %s", c->from->name,
		(unsigned long long)line, c->scan.n + 1, what);
}

/*
 * Forget what is done with, so that the current record, or the mark, moves to the front of the
 * buffer.
 */
static void forget(struct csvin *c)
{
	size_t done = c->marked ? c->mark.at : c->here.at;

	csvscan_moved(&c->scan);
	buf_eat(&c->in, done);
	c->here.at -= done;
	c->mark.at = 0;
}

static int read_more(struct csvin *c, struct fail *f)
{
	size_t room;
	ssize_t n;

	if (c->in.cap - c->in.len < IO_READ / 4 && buf_room(&c->in, IO_READ + CSVSCAN_SLACK))
		return fail_set(f, FAIL_SYSTEM, "%s: no room for a row", c->from->name);
	room = c->in.cap - c->in.len - CSVSCAN_SLACK;
	n = io_read(c->from, c->in.p + c->in.len, room < IO_READ ? room : IO_READ, f);
	if (n < 0)
		return -1;
	c->in.len += (size_t)n;
	c->ended = n == 0;
	return 0;
}

/* Read until there is row_want() of the current record, or the end. */
static int fill(struct csvin *c, struct fail *f)
{
	size_t want;

	if (c->forked)
		return -1;
	forget(c);
	want = c->here.at + row_want(c->in.len - c->here.at);
	if (c->in.len - c->here.at > ROW_MAX)
		return fail_set(f, FAIL_DATA,
			"%s: line %llu: a row longer than %d bytes: is a quote not closed?",
			c->from->name, (unsigned long long)c->row_line, ROW_MAX);
	do
		if (read_more(c, f))
			return -1;
	while (c->in.len < want && !c->ended);
	return 0;
}

/*
 * The end of the line that begins `from` bytes into the record, after its LF, CRLF or CR, or at the
 * end of the input.
 */
static ssize_t line_end(struct csvin *c, size_t from, struct fail *f)
{
	size_t seen = from; /* no line end before it */

	for (;;) {
		const char *p = c->in.p ? c->in.p + c->here.at : "", *lf, *cr;
		size_t n = c->in.len - c->here.at;

		lf = memchr(p + seen, '\n', n - seen);
		cr = memchr(p + seen, '\r', lf ? (size_t)(lf - p) - seen : n - seen);
		if (cr && cr + 1 < p + n)
			return cr - p + (cr[1] == '\n' ? 2 : 1);
		if (lf && !cr)
			return lf - p + 1;
		if (c->ended)
			return (ssize_t)n;
		seen = cr ? (size_t)(cr - p) : n;
		if (fill(c, f))
			return -1;
	}
}

/* The bytes of a line without its end. */
static size_t chomp(const char *p, size_t n)
{
	if (n > 0 && p[n - 1] == '\n')
		n--;
	if (n > 0 && p[n - 1] == '\r')
		n--;
	return n;
}

static bool has_escaped_quote(const char *p, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (p[i - 1] == '\\' && p[i] == '"')
			return true;
	return false;
}

/* What is at p[at], after the closing quote of a cell, may mean that an option is missing. */
static int advise_after_quote(struct csvin *c, const char *p, size_t n, size_t at, struct fail *f)
{
	if (has_escaped_quote(p, n))
		return fail_add(f, "; if a backslash escapes quotes: --escape '\\'");
	if (!c->rules.trim && (p[at] == ' ' || p[at] == '\t'))
		return fail_add(f, "; if blanks around cells do not count: --trim");
	return -1;
}

/* Likewise for the quote at p[at], inside a cell. */
static int advise_inside(struct csvin *c, const char *p, size_t at, struct fail *f)
{
	char before = at > 0 ? p[at - 1] : '\0';

	if (before != c->rules.delim && (before == ';' || before == '|'))
		return fail_add(f, "; if '%c' separates fields: -d '%c'", before, before);
	if (before != c->rules.delim && before == '\t')
		return fail_add(f, "; if tabs separate fields: -f tsv");
	return fail_add(f, "; if quotes are only text: --quote none");
}

static int feed(struct csvin *c, const char *p, size_t n, uint64_t line, struct fail *f)
{
	size_t done = 0;

	/* byte by byte, so that on_cell() finds in c->csv whether the cell had quotes */
	while (done < n && csv_parse(&c->csv, p + done, 1, on_cell, on_row, c) == 1)
		done++;
	if (done == n)
		return 0;
	if (csv_error(&c->csv) != CSV_EPARSE)
		return fail_set(f, FAIL_SYSTEM, "libcsv: %s", csv_strerror(csv_error(&c->csv)));
	fail_here(c, line, c->csv.quoted ? "text after the closing quote of a cell" :
		"a quote inside a cell that does not begin with one", f);
	return c->csv.quoted ? advise_after_quote(c, p, n, done, f) : advise_inside(c, p, done, f);
}

/* Cells from libcsv are in c->text, one after the other. */
static void row_of_libcsv(struct csvin *c)
{
	const char *p;

	buf_room(&c->text, ROW_AHEAD);
	p = c->text.p;
	for (size_t i = 0; i < c->scan.n; i++) {
		c->scan.cell[i].p = c->scan.cell[i].n ? p : "";
		p += c->scan.cell[i].n;
	}
}

static int reset(struct csvin *c, struct fail *f)
{
	if (csv_init(&c->csv, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL) != 0)
		return fail_set(f, FAIL_SYSTEM, "libcsv: cannot start");
	csv_set_delim(&c->csv, (unsigned char)c->rules.delim);
	csv_set_quote(&c->csv, (unsigned char)c->rules.quote);
	if (!c->rules.trim) /* otherwise blanks around quotes are not text either */
		csv_set_space_func(&c->csv, no_blanks);
	csv_set_blk_size(&c->csv, 4096);
	return 0;
}

/* The record at the cursor, n bytes of it, is bad: f says why. */
static enum row_result bad_row(struct csvin *c, size_t n, struct row *row, struct fail *f)
{
	const char *p = c->in.p + c->here.at;
	uint64_t lines = csvscan_lines(p, p + n);

	if (lines > 1)
		fail_add(f, " (lines %llu to %llu are one row: is the quote that opens in line "
			"%llu closed?)", (unsigned long long)c->row_line,
			(unsigned long long)(c->row_line + lines - 1),
			(unsigned long long)c->row_line);
	c->used = n;
	*row = (struct row){ .line = c->row_line, .raw = c->in.p + c->here.at, .raw_len = n };
	return ROW_BAD;
}

/*
 * libcsv refused the record that ends at `end`. Of one that is never closed only the first line is
 * given up.
 */
static enum row_result give_up(struct csvin *c, size_t first, size_t end, struct row *row,
	struct fail *f)
{
	struct fail ignored = { 0 };

	if (f->kind != FAIL_DATA)
		return ROW_FAILED;
	csv_free(&c->csv);
	if (reset(c, &ignored))
		return ROW_FAILED;
	c->here.line = c->row_line + 1;
	for (size_t at = first; at < end; c->here.line++) /* the lines are all here */
		at = (size_t)line_end(c, at, &ignored);
	return bad_row(c, end, row, f);
}

static const char not_utf8[] = "not UTF-8: --encoding says what it is";

/* A byte order mark that another file brought along is not a part of its first cell. */
static int check_mark(struct csvin *c, const char *p, const char *end, struct fail *f)
{
	if (p != c->in.p + c->here.at || end - p < 3 || memcmp(p, "\xef\xbb\xbf", 3) != 0)
		return 0;
	c->scan.n = 0;
	return fail_here(c, c->row_line, "a byte order mark: files were joined; give td-encode the "
		"files themselves, or --repeated-header", f);
}

/* p..end holds all that is unusual in the row: is it UTF-8? */
static int check_text(struct csvin *c, const char *p, const char *end, struct fail *f)
{
	if (p && check_mark(c, p, end, f))
		return -1;
	if (!p || utf8_text(p, (size_t)(end - p)) == (size_t)(end - p))
		return 0;
	for (size_t i = 0; i < c->scan.n; i++) {
		size_t good = utf8_text(c->scan.cell[i].p, c->scan.cell[i].n);

		if (good == c->scan.cell[i].n)
			continue;
		c->scan.n = i;
		if (c->scan.cell[i].p[good] == '\0')
			return fail_here(c, c->row_line, "a NUL byte: this is not UTF-8 text", f);
		return fail_here(c, c->row_line, not_utf8, f);
	}
	return fail_here(c, c->row_line, not_utf8, f);
}

static enum row_result ragged(struct csvin *c, size_t len, struct row *row, struct fail *f)
{
	size_t n = c->scan.n, at = n < c->columns ? n : c->columns;

	fail_set(f, FAIL_DATA,
		"%s: line %llu, field %zu: a row of %zu cell%s where %zu %s expected",
		c->from->name, (unsigned long long)c->row_line, at + 1, n, num_s(n), c->columns,
		c->columns == 1 ? "is" : "are");
	return bad_row(c, len, row, f);
}

static enum row_result deliver(struct csvin *c, size_t len, struct row *row, struct fail *f)
{
	const char *raw = c->in.p + c->here.at;

	if (c->scan.n > SCHEMA_COLUMNS_MAX) {
		fail_set(f, FAIL_DATA, "%s: line %llu: more than %d columns", c->from->name,
			(unsigned long long)c->row_line, SCHEMA_COLUMNS_MAX);
		return bad_row(c, len, row, f);
	}
	if (check_text(c, c->scan.unusual, c->scan.unusual_end, f))
		return bad_row(c, len, row, f);
	if (c->columns == 0)
		c->columns = c->scan.n;
	if (c->scan.n != c->columns)
		return ragged(c, len, row, f);
	c->used = len;
	*row = (struct row){ c->scan.cell, c->scan.n, c->row_line, !c->rules.escape, raw, len };
	return ROW_GOOD;
}

/* One record with quotes, its first line ending at `end`; its length is left in c->used. */
static enum row_result quoted(struct csvin *c, size_t end, struct row *row, struct fail *f)
{
	size_t used = 0, first = end;

	c->text.len = 0;
	c->row_done = false;
	while (!c->row_done) {
		ssize_t next;

		if (end == used) { /* the end of the input, without a line end */
			if (csv_fini(&c->csv, on_cell, on_row, c)) {
				fail_here(c, c->row_line, "a quote that is never closed", f);
				return give_up(c, first, first, row, f);
			}
			break;
		}
		if (feed(c, c->in.p + c->here.at + used, end - used, c->here.line, f))
			return give_up(c, first, end, row, f);
		c->here.line++;
		used = end;
		if (c->row_done)
			break;
		next = line_end(c, used, f);
		if (next < 0)
			return ROW_FAILED;
		end = (size_t)next;
	}
	row_of_libcsv(c);
	c->scan.unusual = c->in.p + c->here.at;
	c->scan.unusual_end = c->scan.unusual + used;
	return deliver(c, used, row, f);
}

/* A byte order mark at the cursor is passed over. 1: it was, 0: there is none, -1. */
static int skip_mark(struct csvin *c, struct fail *f)
{
	while (c->in.len - c->here.at < 3 && !c->ended)
		if (fill(c, f))
			return -1;
	c->here.begun = true;
	if (c->in.len - c->here.at < 3 || memcmp(c->in.p + c->here.at, "\xef\xbb\xbf", 3) != 0)
		return 0;
	c->here.at += 3;
	return 1;
}

/* Empty lines where there are columns, comments, skipped lines. */
static bool is_no_row(struct csvin *c, const char *p, size_t n)
{
	if (c->here.skip > 0) {
		c->here.skip--;
		return true;
	}
	return (n == 0 && c->columns != 1) ||
		(c->comment_len > 0 && n >= c->comment_len &&
			memcmp(p, c->rules.comment, c->comment_len) == 0);
}

/*
 * The header again, of the next of several files that were joined? The first record is remembered.
 */
static bool is_repeated(struct csvin *c, const struct row *row)
{
	size_t n = chomp(row->raw, row->raw_len);

	if (c->here.first > 0)
		return n == c->first.len && memcmp(row->raw, c->first.p, n) == 0;
	c->first.len = 0;
	buf_put(&c->first, row->raw, n);
	c->here.first = n;
	return false;
}

/* libcsv judges the record at the cursor. */
static enum row_result judge(struct csvin *c, struct row *row, struct fail *f)
{
	ssize_t end = line_end(c, 0, f);

	c->scan.n = 0;
	return end < 0 ? ROW_FAILED : quoted(c, (size_t)end, row, f);
}

/* A record that is wrong where escapes are used: its first line is given up. */
static enum row_result bad_escaped(struct csvin *c, const char *why, struct row *row,
	struct fail *f)
{
	ssize_t end;

	fail_here(c, c->row_line, why, f);
	c->here.line++;
	end = line_end(c, 0, FAIL_IGNORED);
	return end < 0 ? ROW_FAILED : bad_row(c, (size_t)end, row, f);
}

static enum csvscan_result scan(struct csvin *c, const char **why)
{
	const char *p = c->in.p + c->here.at, *end = c->in.p + c->in.len;

	if (!c->rules.escape)
		return csvscan_row(&c->scan, p, end, c->ended);
	return csvescape_row(&c->scan, c->rules.escape, c->rules.strict, p, end, c->ended, why);
}

/* The record at the cursor. */
static enum row_result record(struct csvin *c, struct row *row, struct fail *f)
{
	for (;;) {
		const char *why = "not a record";

		/* room for cells that lose quotes, so that they do not move */
		c->text.len = 0;
		if (c->text.cap < c->in.cap && buf_room(&c->text, c->in.cap))
			return fail_set(f, FAIL_SYSTEM, "%s: no room for a row", c->from->name);
		c->scan.text = c->text.p;
		switch (scan(c, &why)) {
		case SCAN_ROW:
			c->here.line += c->scan.lines;
			return deliver(c, c->scan.length, row, f);
		case SCAN_HARD:
			return c->rules.escape ? bad_escaped(c, why, row, f) : judge(c, row, f);
		default:
			if (c->ended)
				return c->rules.escape ? bad_escaped(c, why, row, f)
						       : judge(c, row, f);
			if (fill(c, f))
				return ROW_FAILED;
		}
	}
}

/* Skip lines that are not rows. 1: at a record, 0: at the end, -1. */
static int seek(struct csvin *c, struct fail *f)
{
	if (c->here.plain && !c->marked && c->here.at < c->in.len &&
		(unsigned char)c->in.p[c->here.at] > '\r')
		return 1;
	for (;;) {
		ssize_t len;

		if (c->marked && c->here.at - c->mark.at >= ROW_SAMPLE)
			return 0;
		if (c->here.at == c->in.len) {
			if (c->ended)
				return 0;
			if (fill(c, f))
				return -1;
			continue;
		}
		if (!c->here.begun || (c->rules.repeated && c->in.p[c->here.at] == '\xef')) {
			int passed = skip_mark(c, f);

			if (passed < 0)
				return -1;
			if (passed)
				continue;
		}
		c->here.plain = c->comment_len == 0 && c->here.skip == 0 && !c->rules.repeated;
		if (c->comment_len == 0 && c->here.skip == 0 && c->in.p[c->here.at] != '\n' &&
			c->in.p[c->here.at] != '\r')
			return 1;
		len = line_end(c, 0, f);
		if (len < 0)
			return -1;
		if (!is_no_row(c, c->in.p + c->here.at, chomp(c->in.p + c->here.at, (size_t)len)))
			return 1;
		c->here.at += (size_t)len;
		c->here.line++;
	}
}

/* --- lines that are like the header */

void csvin_header(struct csvin *c, const struct row *row)
{
	struct csvin_header *h = &c->header;

	*h = (struct csvin_header){ .line = row->line, .n = row->n };
	h->name = mem_zero(row->n + 1, sizeof *h->name);
	while (h->probe + 1 < h->n && row->cell[h->probe].n == 0)
		h->probe++;
	for (size_t i = 0; i < row->n; i++) {
		const struct cell *cell = &row->cell[i];

		h->name[i] = mem_copy(cell->p, cell->n);
		h->lengths |= 1ull << (cell->n & 63);
		if (cell->n > 0)
			h->first[(unsigned char)*cell->p] = true;
	}
}

static void free_header(struct csvin_header *h)
{
	for (size_t i = 0; h->name && i < h->n; i++)
		free(h->name[i]);
	free(h->name);
}

/* Could one of its cells be a name of the header? Almost always no, soon. */
static inline bool may_be_header(const struct csvin_header *h, const struct row *row)
{
	const struct cell *cell = &row->cell[h->probe];

	return cell->n > 0 && h->first[(unsigned char)*cell->p] && h->lengths >> (cell->n & 63) & 1;
}

static bool is_name(const struct csvin_header *h, size_t i, const struct cell *cell)
{
	return strlen(h->name[i]) == cell->n && memcmp(h->name[i], cell->p, cell->n) == 0;
}

/* Are its cells the names of the header, in this order (*same) or in another one? */
static bool is_header(const struct csvin_header *h, const struct row *row, bool *same)
{
	bool *used = mem_zero(h->n + 1, sizeof *used);
	size_t i, k = 0;

	*same = true;
	for (i = 0; i < row->n && k < h->n; i++) {
		*same = *same && is_name(h, i, &row->cell[i]);
		for (k = 0; k < h->n && (used[k] || !is_name(h, k, &row->cell[i])); k++)
			;
		if (k < h->n)
			used[k] = true;
	}
	free(used);
	return i == row->n && k < h->n;
}

static enum row_result like_header(struct csvin *c, const struct row *row, struct fail *f)
{
	bool same;

	if (!is_header(&c->header, row, &same))
		return ROW_GOOD;
	return fail_set(f, FAIL_DATA, same && c->rules.repeated ?
			"%s: line %llu repeats the header of line %llu, with other quotes: give "
			"td-encode the files themselves" : same ?
			"%s: line %llu repeats the header of line %llu: --repeated-header leaves "
			"such lines out, --no-header takes the first line for a row" :
			"%s: line %llu has the names of line %llu in another order: files with "
			"different columns were joined; give td-encode the files themselves",
		c->from->name, (unsigned long long)row->line, (unsigned long long)c->header.line);
}

/* --- what options do to cells */

static void trim(struct csvin *c)
{
	for (size_t i = 0; i < c->scan.n; i++) {
		struct cell *cell = &c->scan.cell[i];

		if (cell->kind != CELL_TEXT)
			continue;
		while (cell->n > 0 && (*cell->p == ' ' || *cell->p == '\t')) {
			cell->p++;
			cell->n--;
		}
		while (cell->n > 0 && (cell->p[cell->n - 1] == ' ' || cell->p[cell->n - 1] == '\t'))
			cell->n--;
	}
}

static enum row_result next_record(struct csvin *c, struct row *row, struct fail *f)
{
	enum row_result rc = record(c, row, f);

	if (rc != ROW_GOOD)
		return rc;
	if (c->rules.trim)
		trim(c);
	if (c->rules.no_backslash && memchr(row->raw, '\\', row->raw_len)) {
		fail_set(f, FAIL_DATA, "%s: line %llu: a backslash: -f tsv reads escapes such as "
			"\\t and \\N, --escape none takes it as it is", c->from->name,
			(unsigned long long)c->row_line);
		return bad_row(c, row->raw_len, row, f);
	}
	return rc;
}

static enum row_result next(struct rowin *self, struct row *row, struct fail *f)
{
	struct csvin *c = (struct csvin *)self;

	for (;;) {
		enum row_result rc;
		int found;

		c->here.at += c->used;
		c->used = c->scan.n = 0;
		found = seek(c, f);
		if (found <= 0)
			return found < 0 ? ROW_FAILED : ROW_END;
		c->row_line = c->here.line;
		rc = next_record(c, row, f);
		if (rc != ROW_GOOD)
			return rc;
		if (c->rules.repeated && is_repeated(c, row))
			continue;
		return c->header.n > 0 && may_be_header(&c->header, row) ? like_header(c, row, f)
									  : ROW_GOOD;
	}
}

static void mark(struct rowin *self)
{
	struct csvin *c = (struct csvin *)self;

	c->here.at += c->used;
	c->used = 0;
	c->mark = c->here;
	c->marked = true;
}

static void rewind_to(struct rowin *self, bool keep)
{
	struct csvin *c = (struct csvin *)self;

	c->here = c->mark;
	c->used = 0;
	c->marked = keep;
	csvscan_moved(&c->scan);
}

/* --- slices */

/* After the first record, and after all others. */
static struct csvin_place usual_place(const struct csvin *c, uint64_t line)
{
	return (struct csvin_place){ .line = line, .begun = true, .first = c->first.len };
}

static bool can_slice(const struct rowin *self, size_t n)
{
	const struct csvin *c = (const struct csvin *)self;

	return c->columns > 0 && !(c->rules.repeated && c->here.first == 0) &&
		row_ends_in(self, &c->in, c->here.at, n);
}

static bool take(struct rowin *self, struct buf *rest)
{
	struct csvin *c = (struct csvin *)self;
	const bool ended = row_take(&c->in, &c->here.at, &c->ended, rest);

	csvscan_moved(&c->scan);
	return ended;
}

static size_t cut(const struct rowin *self, const char *p, size_t n, bool *open)
{
	const struct csvin *c = (const struct csvin *)self;

	return csvscan_cut(&c->scan, c->rules.escape, p, n, open);
}

static bool between(const struct rowin *self)
{
	const struct csvin *c = (const struct csvin *)self;

	return c->here.at == c->in.len && c->used == 0 && c->here.begun && c->here.skip == 0;
}

static void pass(struct rowin *self, uint64_t lines)
{
	struct csvin *c = (struct csvin *)self;

	c->here = usual_place(c, c->here.line + lines);
	c->in.len = 0;
	csvscan_moved(&c->scan);
}

static struct rowin *fork_of(const struct rowin *self)
{
	const struct csvin *c = (const struct csvin *)self;
	struct csvin *fork = mem_zero(1, sizeof *fork);

	csvin_init(fork, c->from, &c->rules, FAIL_IGNORED);
	fork->forked = true;
	fork->columns = c->columns;
	fork->header = c->header;
	fork->first = c->first;
	return &fork->rowin;
}

static void begin_slice(struct rowin *self, const struct buf *text, const struct rowin *first,
	bool last)
{
	struct csvin *c = (struct csvin *)self;

	csv_free(&c->csv);
	reset(c, FAIL_IGNORED);
	c->here = first ? ((const struct csvin *)first)->here : usual_place(c, 1);
	c->here.at = c->used = 0;
	c->start = c->here.line;
	c->in = *text;
	c->ended = last;
	csvscan_moved(&c->scan);
}

static bool end_slice(struct rowin *self, uint64_t *lines)
{
	const struct csvin *c = (const struct csvin *)self;

	*lines = c->here.line - c->start;
	return between(self);
}

static void close_fork(struct rowin *self)
{
	struct csvin *c = (struct csvin *)self;

	csv_free(&c->csv);
	buf_free(&c->text);
	csvscan_free(&c->scan);
	free(c);
}

static const struct row_slices slices = { can_slice, take, cut, between, pass, fork_of, begin_slice,
	end_slice, close_fork };

int csvin_init(struct csvin *c, struct source *from, const struct csvin_rules *rules,
	struct fail *f)
{
	*c = (struct csvin){
		.rowin = { next, "line", mark, rewind_to, &slices }, .from = from,
		.rules = *rules
	};
	c->here = (struct csvin_place){ .line = 1, .skip = rules->skip };
	c->scan = (struct csvscan){ .delim = rules->delim, .quote = rules->quote };
	c->comment_len = rules->comment ? strlen(rules->comment) : 0;
	buf_init(&c->in, (size_t)2 * ROW_MAX + IO_READ + CSVSCAN_SLACK);
	buf_init(&c->text, (size_t)2 * ROW_MAX + IO_READ + CSVSCAN_SLACK);
	buf_init(&c->first, (size_t)ROW_MAX + IO_READ);
	return reset(c, f);
}

void csvin_free(struct csvin *c)
{
	csv_free(&c->csv);
	buf_free(&c->in);
	buf_free(&c->text);
	buf_free(&c->first);
	csvscan_free(&c->scan);
	free_header(&c->header);
}

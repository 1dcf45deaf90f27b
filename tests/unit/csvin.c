/*
 * csvin: the records that libcsv alone finds are the ones that come out, however the input is cut.
 */
#include "bytes.h"
#include "format/csvin.h"
#include "tap.h"

#include <stdlib.h>

enum { OUT_MAX = 1 << 20 };

/* Rows as text: cells in <>, rows by line. A failure ends it with "!". */
static struct buf rows_of(const char *p, size_t n, size_t piece, char delim)
{
	struct bytes_source s = bytes_source(p, n, piece);
	struct csvin c;
	struct fail f = { 0 };
	struct row row;
	struct buf out;

	buf_init(&out, OUT_MAX);
	csvin_init(&c, &s.source, &(struct csvin_rules){ .delim = delim, .quote = '"' }, &f);
	while (row_next(&c.rowin, &row, &f) == ROW_GOOD) {
		buf_printf(&out, "%llu", (unsigned long long)row.line);
		for (size_t i = 0; i < row.n; i++) {
			buf_putc(&out, '<');
			buf_put(&out, row.cell[i].p, row.cell[i].n);
			buf_putc(&out, '>');
		}
	}
	if (f.kind)
		buf_printf(&out, "! %s", f.why);
	csvin_free(&c);
	buf_text(&out);
	return out;
}

static void good(const char *text, const char *want, const char *what)
{
	struct buf all = rows_of(text, strlen(text), 1 << 20, ',');
	int same = 1;

	tap_is(all.p, want, what);
	for (size_t piece = 1; piece < 8; piece++) {
		struct buf cut = rows_of(text, strlen(text), piece, ',');

		same &= strcmp(all.p, cut.p) == 0;
		buf_free(&cut);
	}
	tap_result(same, "... cut anywhere");
	buf_free(&all);
}

/* The rows of a text, counted twice: those that are seen in advance, and then all. */
static void mark(const char *text, size_t n, const struct csvin_rules *rules, size_t seen,
	size_t all, const char *what)
{
	int right = 1;

	for (size_t piece = 1; piece < 1 << 20; piece = piece * 9 + 1) {
		struct bytes_source s = bytes_source(text, n, piece);
		struct csvin c;
		struct fail f = { 0 };
		struct row row;
		size_t ahead = 0, again = 0;
		uint64_t line = 0;

		csvin_init(&c, &s.source, rules, &f);
		c.rowin.mark(&c.rowin);
		for (; row_next(&c.rowin, &row, &f) == ROW_GOOD; ahead++)
			line = line ? line : row.line;
		c.rowin.rewind(&c.rowin, true);
		for (; row_next(&c.rowin, &row, &f) == ROW_GOOD && again < ahead; again++)
			right &= again > 0 || row.line == line;
		right &= ahead == seen && again == seen;
		c.rowin.rewind(&c.rowin, false);
		for (again = 0; row_next(&c.rowin, &row, &f) == ROW_GOOD; again++)
			right &= again > 0 || !line || row.line == line;
		right &= again == all && !f.kind;
		csvin_free(&c);
	}
	tap_result(right, what);
}

static void marks(void)
{
	static const struct csvin_rules plain = { .delim = ',', .quote = '"' },
		rich = { .delim = ',', .quote = '"', .skip = 2, .comment = "#", .repeated = true };
	static const char joined[] = "x\ny\n#\na,b\n1,2\n\xef\xbb\xbf"
				     "a,b\n3,4\n\xef\xbb\xbf"
				     "a,b\n\"\xef\xbb\xbf\",6\n";
	enum { LONG = 6 << 20 };
	char *text = malloc(LONG);

	mark("\xef\xbb\xbf" "1,2\n3,4\n", 11, &plain, 2, 2, "a mark before a byte order mark");
	mark(joined, sizeof joined - 1, &rich, 4, 4,
		"marks, skipped lines, comments and repeated headers");
	mark("\xef\xbb\xbf", 3, &rich, 0, 0, "a byte order mark alone");
	memset(text, '\n', LONG);
	for (size_t i = 0; i < LONG; i += 8)
		memcpy(text + i, "a,1234\n", 7);
	mark(text, LONG, &plain, ROW_SAMPLE / 8, LONG / 8, "what is seen in advance ends");
	memset(text, '#', LONG - 8);
	for (size_t i = 0; i < LONG - 8; i += 1024)
		text[i] = '\n';
	text[LONG - 9] = '\n';
	mark(text, LONG, &(struct csvin_rules){ .delim = ',', .quote = '"', .comment = "#" }, 0, 1,
		"... also among comments");
	free(text);
}

/* The reference: libcsv over the whole text, empty lines dropped as it drops them. */
struct reference {
	struct buf out;
	bool begun;
};

static void ref_cell(void *p, size_t n, void *self)
{
	struct reference *r = self;

	if (!r->begun)
		buf_putc(&r->out, '\n');
	r->begun = true;
	buf_putc(&r->out, '<');
	buf_put(&r->out, p, n);
	buf_putc(&r->out, '>');
}

static void ref_row(int end, void *self)
{
	(void)end;
	((struct reference *)self)->begun = false;
}

static int no_blanks(unsigned char c)
{
	(void)c;
	return 0;
}

static struct buf reference(const char *p, size_t n)
{
	struct reference r = { .begun = false };
	struct csv_parser csv;

	buf_init(&r.out, OUT_MAX);
	csv_init(&csv, CSV_STRICT | CSV_STRICT_FINI);
	csv_set_space_func(&csv, no_blanks);
	if (csv_parse(&csv, p, n, ref_cell, ref_row, &r) != n ||
		csv_fini(&csv, ref_cell, ref_row, &r))
		buf_puts(&r.out, "!");
	csv_free(&csv);
	buf_text(&r.out);
	return r.out;
}

/* The same form from csvin. Ragged rows are fine here: columns is reset for each. */
static struct buf ours(const char *p, size_t n, size_t piece)
{
	struct bytes_source s = bytes_source(p, n, piece);
	struct csvin c;
	struct fail f = { 0 };
	struct row row;
	struct buf out;
	enum row_result rc;

	buf_init(&out, OUT_MAX);
	csvin_init(&c, &s.source, &(struct csvin_rules){ .delim = ',', .quote = '"' }, &f);
	while (c.columns = 0, (rc = row_next(&c.rowin, &row, &f)) == ROW_GOOD) {
		buf_putc(&out, '\n');
		for (size_t i = 0; i < row.n; i++) {
			buf_putc(&out, '<');
			buf_put(&out, row.cell[i].p, row.cell[i].n);
			buf_putc(&out, '>');
		}
	}
	if (rc != ROW_END)
		buf_puts(&out, "!");
	csvin_free(&c);
	buf_text(&out);
	return out;
}

static void differential(void)
{
	static const char *const pieces[] = { "a", "bc", ",", "\"", "\"\"", "\n", "\r\n", "\r", " ",
		"\n\"", "\",\"", "\",12345678,\"", "0123456789012345678901234567890123456789",
		"\xc3\xa9" };
	enum { PIECES = sizeof pieces / sizeof *pieces };
	unsigned long long seed = 88172645463325252ULL;
	int good_ones = 0, right = 1;

	for (int i = 0; i < 100000 && right; i++) {
		char text[800];
		struct buf want, got;
		size_t n = 0;

		seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
		for (unsigned long long s = seed, k = 0; k < 4 + seed % 14; k++, s /= PIECES)
			n += (size_t)snprintf(text + n, sizeof text - n, "%s",
				pieces[(s ^ seed >> k) % PIECES]);
		want = reference(text, n);
		got = ours(text, n, 1 + (size_t)i % 7);
		good_ones += strchr(want.p, '!') == NULL;
		/*
		 * after an error libcsv may have reported cells of the broken row: compare up to
		 * there
		 */
		right = strchr(want.p, '!') ? strchr(got.p, '!') != NULL
					    : strcmp(want.p, got.p) == 0;
		if (!right)
			printf("# text: %s\n# libcsv: %s\n# csvin: %s\n", text, want.p, got.p);
		buf_free(&want);
		buf_free(&got);
	}
	printf("# %d without an error\n", good_ones);
	tap_result(right,
		"100,000 random texts: the same cells as libcsv, or an error for an error");
	tap_result(good_ones > 10000, "... enough of them without an error");
}

/* Three rows; one byte of the second one, anywhere, is no UTF-8 or a NUL. */
static void unusual(void)
{
	enum { LEN = 200, ROW = LEN + 1 };
	char text[3 * ROW];
	int right = 1;

	for (size_t at = 0; at < LEN; at++) {
		struct bytes_source s;
		struct csvin c;
		struct fail f = { 0 };
		struct row row;

		memset(text, 'a', sizeof text);
		for (size_t i = 1; i <= 3; i++)
			text[i * ROW - 1] = '\n';
		text[ROW + at] = at % 2 ? '\0' : '\xff';
		s = bytes_source(text, sizeof text, sizeof text);
		csvin_init(&c, &s.source, &(struct csvin_rules){ .delim = ',', .quote = '"' }, &f);
		right &= row_next(&c.rowin, &row, &f) == ROW_GOOD &&
			row_next(&c.rowin, &row, &f) == ROW_BAD &&
			row_next(&c.rowin, &row, &f) == ROW_GOOD &&
			row_next(&c.rowin, &row, &f) == ROW_END;
		csvin_free(&c);
	}
	tap_result(right, "a byte that is no UTF-8, anywhere: its row is refused, and no other");
}

int main(void)
{
	good("a,b\n1,2\n", "1<a><b>2<1><2>", "two rows");
	good("a,b\r\n1,\"x\r\ny\"\r\n3,4", "1<a><b>2<1><x\r\ny>4<3><4>",
		"CRLF, a newline in a cell, no newline at the end");
	good("a,b\r1,2\r", "1<a><b>2<1><2>", "CR alone");
	good("\n\na,b\n\n1,2\n\n\n", "3<a><b>5<1><2>", "empty lines among columns");
	good("a\n\n1\n", "1<a>2<>3<1>", "empty lines of one column");
	good("\xef\xbb\xbf" "a\n", "1<a>", "a byte order mark");
	good(" a , b \n", "1< a >< b >", "blanks belong to cells");
	good("a, \"b\n",
		"! input: line 1, field 2: a quote inside a cell that does not begin with one; "
		"if quotes are only text: --quote none",
		"so this is not a quoted cell");
	good("a,\"b\"\"c\",\"\"\n", "1<a><b\"c><>", "quotes");
	good("a,b\n1\n", "1<a><b>! input: line 2, field 2: a row of 1 cell where 2 are expected",
		"ragged");
	good("a,b\n1,\"2\n\n3", "1<a><b>! input: line 2, field 2: a quote that is never closed",
		"unclosed");
	good("a,\"b\"c\n", "! input: line 1, field 2: text after the closing quote of a cell",
		"behind a quote");
	good("a,\xc3\n", "! input: line 1, field 2: not UTF-8: --encoding says what it is",
		"not UTF-8");
	good("a,\"\n\xff\"\n", "! input: line 1, field 2: not UTF-8: --encoding says what it is "
		"(lines 1 to 2 are one row: is the quote that opens in line 1 closed?)",
		"not UTF-8 in quotes");
	good("", "", "nothing");
	unusual();
	marks();
	differential();
	return tap_done();
}

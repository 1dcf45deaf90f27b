/*
 * csvin: for any bytes, cut anywhere, the same cells as libcsv alone finds, or an error where it
 * has one; a row's line number is that of its first line.
 */
#include "format/csvin.h"
#include "fuzz.h"
#include "../unit/bytes.h"

struct reference {
	struct buf out;
	bool begun;
};

static void ref_cell(void *p, size_t n, void *self)
{
	struct reference *r = self;

	buf_putc(&r->out, r->begun ? '\1' : '\2');
	r->begun = true;
	buf_put(&r->out, p, n);
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

static bool reference(struct buf *out, const char *p, size_t n)
{
	struct reference r = { .begun = false };
	struct csv_parser csv;
	bool good;

	buf_init(&r.out, 8 << 20);
	csv_init(&csv, CSV_STRICT | CSV_STRICT_FINI);
	csv_set_space_func(&csv, no_blanks);
	good = csv_parse(&csv, p, n, ref_cell, ref_row, &r) == n &&
		csv_fini(&csv, ref_cell, ref_row, &r) == 0;
	csv_free(&csv);
	*out = r.out;
	return good;
}

/* The line of the byte at `at`; lines end with LF, CRLF or CR. */
static uint64_t line_of(const char *p, size_t at)
{
	uint64_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += p[i] == '\n' || (p[i] == '\r' && p[i + 1] != '\n');
	return line;
}

/* Our rows in the same form; ahead: read once before. FAIL_NONE, or why not. */
static enum fail_kind ours(struct buf *out, const char *p, size_t n, size_t piece, bool keep_on,
	bool ahead, const struct csvin_rules *rules)
{
	struct bytes_source s = bytes_source(p, n, piece);
	struct csvin c;
	struct fail f = { 0 };
	struct row row;
	enum row_result rc;

	buf_init(out, 8 << 20);
	csvin_init(&c, &s.source, rules, &f);
	if (ahead) {
		c.rowin.mark(&c.rowin);
		while (c.columns = 0,
			(rc = row_next(&c.rowin, &row, &f)) == ROW_GOOD || rc == ROW_BAD)
			f.kind = FAIL_NONE;
		c.rowin.rewind(&c.rowin, false);
		f.kind = FAIL_NONE;
	}
	while (c.columns = 0,
		(rc = row_next(&c.rowin, &row, &f)) == ROW_GOOD || (rc == ROW_BAD && keep_on)) {
		FUZZ_CHECK(rc == ROW_BAD || (row.n > 0 && row.line > 0));
		FUZZ_CHECK(row.raw_len > 0);
		FUZZ_CHECK(row.line == line_of(p, n - s.n - (size_t)(c.in.p + c.in.len - row.raw)));
		f.kind = FAIL_NONE;
		for (size_t i = 0; i < row.n; i++) {
			buf_putc(out, i ? '\1' : '\2');
			buf_put(out, row.cell[i].p, row.cell[i].n);
		}
	}
	FUZZ_CHECK((rc == ROW_END) == (f.kind == FAIL_NONE));
	csvin_free(&c);
	return f.kind;
}

/*
 * The same rows and the same fate: cut into pieces, read twice, and after errors. Returns the fate.
 */
static enum fail_kind alike(struct buf *got, const char *p, size_t size,
	const struct csvin_rules *rules)
{
	enum fail_kind kind = ours(got, p, size, 1 << 20, false, false, rules);
	struct buf cut;

	for (int ahead = 0; ahead < 2; ahead++) {
		FUZZ_CHECK(ours(&cut, p, size, 1 + size % 7, false, ahead, rules) == kind);
		FUZZ_CHECK(cut.len == got->len &&
			(got->len == 0 || memcmp(cut.p, got->p, got->len) == 0));
		buf_free(&cut);
	}
	ours(&cut, p, size, 1 << 20, true, false, rules);
	buf_free(&cut);
	return kind;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct csvin_rules plain = { .delim = ',', .quote = '"' },
				 other[] = { { .delim = ',', .quote = '"', .escape = '\\' },
					 { .delim = '\t', .comment = "#" },
					 { .delim = ',',
						 .quote = '"',
						 .comment = "#",
						 .skip = size / 3 % 3,
						 .repeated = true } };
	const char *p = (const char *)data;
	struct buf want, got;
	enum fail_kind kind;
	size_t bom = size >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	bool good = reference(&want, p + bom, size - bom);

	kind = alike(&got, p, size, &plain);
	FUZZ_CHECK(kind == FAIL_NONE || kind == FAIL_DATA);
	FUZZ_CHECK(good || kind == FAIL_DATA); /* ours also refuses what is not UTF-8 */
	if (good && kind == FAIL_NONE)
		FUZZ_CHECK(want.len == got.len &&
			(want.len == 0 || memcmp(want.p, got.p, want.len) == 0));
	buf_free(&got);
	alike(&got, p, size, &other[size % 3]);
	buf_free(&got);
	buf_free(&want);
	return 0;
}

/*
 * regexline: a pattern, a line end, and lines: no pattern and no line takes the program down, or
 * longer than the limits allow; a cell lies in its line.
 */
#include "base/utf8.h"
#include "format/regexline.h"
#include "fuzz.h"
#include "../unit/bytes.h"

static void try_lines(struct regexline *r, const char *p, size_t n)
{
	struct bytes_source s = bytes_source(p, n, 7);
	struct fail f = { 0 };
	struct linein l;
	struct row row;
	enum row_result rc;

	linein_init(&l, &s.source);
	l.split = regexline_split;
	l.with = r;
	while ((rc = row_next(&l.rowin, &row, &f)) > ROW_END) {
		FUZZ_CHECK((rc == ROW_BAD) == (f.kind == FAIL_DATA));
		f = (struct fail){ 0 };
		for (size_t i = 0; rc == ROW_GOOD && i < row.n; i++)
			FUZZ_CHECK(row.cell[i].kind == CELL_NONE || (row.cell[i].p >= row.raw &&
				row.cell[i].p + row.cell[i].n <= row.raw + row.raw_len));
	}
	linein_free(&l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data, *lf = memchr(p, '\n', size);
	struct schema names = { 0 };
	struct fail f = { 0 };
	struct regexline r;
	char pattern[128];

	if (!lf || lf == p || (size_t)(lf - p) >= sizeof pattern ||
		memchr(p, '\0', (size_t)(lf - p)))
		return 0;
	memcpy(pattern, p, (size_t)(lf - p));
	pattern[lf - p] = '\0';
	if (regexline_open(&r, pattern, &names, &f) == 0) {
		FUZZ_CHECK(names.n == r.n && r.n > 0);
		try_lines(&r, lf + 1, size - (size_t)(lf + 1 - p));
	} else {
		FUZZ_CHECK(f.kind == FAIL_USAGE);
	}
	regexline_close(&r);
	schema_free(&names);
	return 0;
}

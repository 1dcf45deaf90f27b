/*
 * logline, linein: any bytes give the same rows wherever they are cut; a cell lies in its
 * row, or in the text that was made for it; cells of a row do not overlap.
 */
#include "base/mem.h"
#include "format/logline.h"
#include "fuzz.h"
#include "../unit/bytes.h"

enum { FORMATS = 3 };

static void check_row(const struct linein *l, const struct row *row)
{
	const char *last = NULL;

	for (size_t i = 0; i < row->n; i++) {
		const struct cell *c = &row->cell[i];
		const struct buf *text = &l->cells.text;
		bool made = c->kind == CELL_TEXT && text->len > 0 && c->p >= text->p &&
			c->p <= text->p + text->len;

		FUZZ_CHECK(c->kind == CELL_NONE || c->kind == CELL_TEXT);
		if (c->kind == CELL_NONE)
			continue;
		FUZZ_CHECK(made || (c->p >= row->raw && c->p + c->n <= row->raw + row->raw_len));
		FUZZ_CHECK(!made || !row->bounded);
		FUZZ_CHECK(made || l->split == logline_ltsv || !last || c->p >= last);
		if (!made)
			last = c->p + c->n;
	}
}

static void put_row(struct buf *out, const struct row *row, enum row_result rc)
{
	buf_printf(out, "%d %llu %zu", (int)rc, (unsigned long long)row->line, row->raw_len);
	for (size_t i = 0; rc == ROW_GOOD && i < row->n; i++) {
		buf_printf(out, "\t%d:", (int)row->cell[i].kind);
		if (row->cell[i].kind == CELL_TEXT)
			buf_put(out, row->cell[i].p, row->cell[i].n);
	}
	buf_putc(out, '\n');
}

static void read_all(struct buf *out, int format, const char *p, size_t n, size_t piece)
{
	struct bytes_source s = bytes_source(p, n, piece);
	static const int64_t now = 1709208000;
	struct keys keys;
	struct logline_ltsv ltsv = { &keys, false };
	struct fail f = { 0 };
	struct linein l;
	struct row row;
	enum row_result rc;

	buf_init(out, 16 << 20);
	keys_init(&keys);
	linein_init(&l, &s.source);
	l.split = format == 0 ? logline_apache : format == 1 ? logline_ltsv : logline_syslog;
	l.with = format == 1 ? (void *)&ltsv : (void *)(uintptr_t)&now;
	if (piece > 3) {
		l.rowin.mark(&l.rowin);
		l.rowin.next(&l.rowin, &row, &f);
		f = (struct fail){ 0 };
		l.rowin.rewind(&l.rowin, false);
		keys_forget(&keys, 0);
	}
	while ((rc = row_next(&l.rowin, &row, &f)) > ROW_END) {
		FUZZ_CHECK((rc == ROW_BAD) == (f.kind == FAIL_DATA));
		f = (struct fail){ 0 };
		put_row(out, &row, rc);
		if (rc == ROW_GOOD)
			check_row(&l, &row);
	}
	FUZZ_CHECK(rc == ROW_END);
	linein_free(&l);
	keys_free(&keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int format = 0; format < FORMATS; format++) {
		struct buf a, b;

		read_all(&a, format, (const char *)data, size, size + 1);
		read_all(&b, format, (const char *)data, size, 3);
		FUZZ_CHECK(a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0));
		buf_free(&a);
		buf_free(&b);
	}
	return 0;
}

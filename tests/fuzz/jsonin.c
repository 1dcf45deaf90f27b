/* jsonin: rows are whole msgpack; what is accepted is what jansson accepts; cutting changes nothing. */
#include "jsonin.h"
#include "fuzz.h"
#include "jsonvalue.h"
#include "mp.h"
#include "../unit/bytes.h"

#include <jansson.h>

static enum fail_kind read_all(struct buf *out, const char *p, size_t n, size_t piece, bool keep_on, bool nested)
{
	static bool all[64];
	struct bytes_source s = bytes_source(p, n, piece);
	struct jsonin j;
	struct keys keys;
	struct fail f = { 0 };
	struct row row;
	enum row_result rc;

	memset(all, 1, sizeof all);
	buf_init(out, 64 << 20);
	keys_init(&keys);
	jsonin_init(&j, &s.source, &keys);
	while ((rc = row_next(&j.rowin, &row, &f)) == ROW_GOOD || (rc == ROW_BAD && keep_on)) {
		f.kind = FAIL_NONE;
		for (size_t i = 0; i < row.n; i++) {
			FUZZ_CHECK(row.cell[i].kind != CELL_MP ||
				   mp_value(row.cell[i].p, row.cell[i].p + row.cell[i].n) == (ptrdiff_t)row.cell[i].n);
			buf_printf(out, "%zu %d ", i, row.cell[i].kind);
			if (row.cell[i].kind != CELL_NONE)
				buf_put(out, row.cell[i].p, row.cell[i].n);
		}
		j.nested = nested && keys.n < 60 ? all : NULL;
		if (keys.n > 60)
			keys_close(&keys);
	}
	FUZZ_CHECK((rc == ROW_END) == (f.kind == FAIL_NONE));
	jsonin_free(&j);
	keys_free(&keys);
	return f.kind;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	struct buf got, cut, value;
	enum fail_kind kind = read_all(&got, p, size, 1 << 20, false, false);

	FUZZ_CHECK(kind == FAIL_NONE || kind == FAIL_DATA);
	FUZZ_CHECK(read_all(&cut, p, size, 1 + size % 7, false, false) == kind);
	FUZZ_CHECK(cut.len == got.len && (got.len == 0 || memcmp(cut.p, got.p, got.len) == 0));
	buf_free(&cut);
	read_all(&cut, p, size, 3, true, true);
	buf_free(&cut);
	buf_free(&got);

	buf_init(&value, 1 << 20);
	if (size < 10000 && !memchr(p, 0, size)) {
		/* jansson refuses numbers that we keep as text, and \u0000; it takes keys twice below the top, as we do */
		json_t *j = json_loadb(p, size, JSON_DECODE_ANY, NULL);
		const char *why = jsonvalue_text(p, size, &value);

		FUZZ_CHECK(!j || !why || strstr(why, "nested"));
		json_decref(j);
		FUZZ_CHECK(why || mp_value(value.p, value.p + value.len) == (ptrdiff_t)value.len);
	}
	buf_free(&value);
	return 0;
}

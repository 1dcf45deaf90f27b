/* mpin and cell: msgpack rows into every type; what comes out is msgpack again. */
#include "record/cell.h"
#include "fuzz.h"
#include "record/infer.h"
#include "value/mp.h"
#include "format/mpin.h"
#include "../unit/bytes.h"

enum { TEXTS = 8, ENGINES = 4, TYPES = TEXTS + ENGINES };

/* Made once. */
static struct type *const *types(void)
{
	static const char *const texts[TEXTS] = { "int", "long", "float", "double", "string",
		"array<long>", "map<string,array<double>>", "array<map<long,string>>" };
	static const char *const engines[ENGINES] = { "boolean", "varbinary", "row(x bigint)",
		"array(varbinary)" };
	static struct type *all[TYPES];

	for (size_t i = 0; i < TYPES && !all[TYPES - 1]; i++)
		all[i] = i < TEXTS ? type_parse(texts[i], FAIL_IGNORED)
				   : type_of_engine(engines[i - TEXTS]);
	return all;
}

static void into_types(const struct cell *c)
{
	for (size_t i = 0; i < TYPES; i++) {
		struct cell_rules rules = { .type = types()[i], .exact = i % 2 };
		struct buf out;

		buf_init(&out, 8 << 20);
		if (cell_put(&rules, c, &out) == CELL_GOOD)
			FUZZ_CHECK(mp_value(out.p, out.p + out.len) == (ptrdiff_t)out.len);
		buf_free(&out);
	}
	free(cell_show(c));
}

/* maps: with the keys of maps, otherwise arrays alone */
static enum fail_kind read_all(const char *p, size_t n, size_t piece, bool maps, bool keep_on,
	bool ahead, uint64_t *rows)
{
	struct bytes_source s = bytes_source(p, n, piece);
	struct mpin m;
	struct keys keys;
	struct fail f = { 0 };
	struct row row;
	enum row_result rc;

	keys_init(&keys);
	mpin_init(&m, &s.source, maps ? &keys : NULL);
	if (ahead) {
		m.rowin.mark(&m.rowin);
		while ((rc = row_next(&m.rowin, &row, &f)) == ROW_GOOD)
			;
		m.rowin.rewind(&m.rowin, false);
		f.kind = FAIL_NONE;
	}
	for (*rows = 0;
		(rc = row_next(&m.rowin, &row, &f)) == ROW_GOOD || (rc == ROW_BAD && keep_on);
		++*rows) {
		f.kind = FAIL_NONE;
		for (size_t i = 0; i < row.n; i++) {
			struct infer seen = { 0 };

			infer_cell(&seen, &row.cell[i]);
			infer_kind(&seen);
			into_types(&row.cell[i]);
		}
	}
	FUZZ_CHECK((rc == ROW_END) == (f.kind == FAIL_NONE));
	mpin_free(&m);
	keys_free(&keys);
	return f.kind;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t rows, cut;

	for (int maps = 0; maps < 2; maps++) {
		enum fail_kind kind =
			read_all((const char *)data, size, 1 << 20, maps, false, false, &rows);

		FUZZ_CHECK(kind == FAIL_NONE || kind == FAIL_DATA);
		FUZZ_CHECK(read_all((const char *)data, size, 1 + size % 5, maps, false, false,
				   &cut) == kind &&
			cut == rows);
		read_all((const char *)data, size, 1 << 20, maps, true, true, &rows);
	}
	return 0;
}

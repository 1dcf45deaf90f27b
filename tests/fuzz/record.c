/*
 * record: the fast path for plain columns writes and refuses the same as the general one, for
 * rows of CSV and of JSON.
 */
#include "format/csvin.h"
#include "fuzz.h"
#include "format/jsonin.h"
#include "base/mem.h"
#include "value/mp.h"
#include "record/record.h"
#include "../unit/bytes.h"

enum { COLUMNS = 4 };

/*
 * Of the first cells of a row; `kinds` says their types, two bits each, and `time` whether the
 * first is the time.
 */
static void columns(struct record *r, unsigned kinds, bool time)
{
	static const char *const names[COLUMNS] = { "a", "b", "c",
		"a_name_that_is_longer_than_thirty_two_bytes" };
	static const char *const types[] = { "long", "double", "string", "string" };

	record_init(r);
	r->time = 1;
	r->time_cell = time ? 0 : -1;
	r->time_name = mem_string("t");
	for (size_t i = 0; i < COLUMNS; i++)
		record_add(r, names[i], names[i],
			type_parse(types[kinds >> 2 * i & 3], FAIL_IGNORED), kinds >> 8 & 1, i);
	record_begin(r);
}

/* A buffer that ends where the short way says it needs no more. */
static enum record_result put(struct record *r, const struct row *row, struct buf *out,
	struct fail *f)
{
	enum record_result rc;

	buf_init(out, row->raw_len + r->room + 1000000);
	buf_room(out, row->raw_len + r->room);
	rc = record_put(r, row, out, f);
	FUZZ_CHECK(rc == RECORD_GOOD ? mp_value(out->p, out->p + out->len) == (ptrdiff_t)out->len
				     : out->len == 0);
	return rc;
}

static void both(struct record *r, const struct row *row)
{
	struct cell cell[COLUMNS] = { { .kind = CELL_NONE }, { .kind = CELL_NONE },
		{ .kind = CELL_NONE }, { .kind = CELL_NONE } };
	struct row some = *row;
	struct fail f = { 0 }, g = { 0 };
	struct buf quick, slow;
	enum record_result rc;

	for (size_t i = 0; i < row->n && i < COLUMNS; i++)
		cell[i] = row->cell[i];
	some.cell = cell;
	some.n = COLUMNS;
	rc = put(r, &some, &quick, &f);
	some.bounded = false;
	FUZZ_CHECK(put(r, &some, &slow, &g) == rc && strcmp(f.why, g.why) == 0);
	FUZZ_CHECK(quick.len == slow.len &&
		(quick.len == 0 || memcmp(quick.p, slow.p, quick.len) == 0));
	buf_free(&quick);
	buf_free(&slow);
}

static void csv(struct record *r, const char *p, size_t n)
{
	const struct csvin_rules rules = { .delim = ',', .quote = '"' };
	struct bytes_source s = bytes_source(p, n, 1 << 20);
	struct fail f = { 0 };
	enum row_result rc;
	struct csvin c;
	struct row row;

	csvin_init(&c, &s.source, &rules, &f);
	while (c.columns = 0, (rc = row_next(&c.rowin, &row, &f)) == ROW_GOOD || rc == ROW_BAD) {
		f.kind = FAIL_NONE;
		if (rc == ROW_GOOD)
			both(r, &row);
	}
	csvin_free(&c);
}

/* verbatim: numbers as they are, in all columns. */
static void json(struct record *r, const char *p, size_t n, bool verbatim)
{
	static const bool all[64] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	struct bytes_source s = bytes_source(p, n, 1 << 20);
	struct fail f = { 0 };
	enum row_result rc;
	struct keys keys;
	struct jsonin j;
	struct row row;

	keys_init(&keys);
	jsonin_init(&j, &s.source, &keys);
	while ((rc = row_next(&j.rowin, &row, &f)) == ROW_GOOD || rc == ROW_BAD) {
		f.kind = FAIL_NONE;
		if (rc == ROW_GOOD)
			both(r, &row);
		j.strings = verbatim && keys.n < 60 ? all : NULL;
		if (keys.n > 60)
			keys_close(&keys);
	}
	jsonin_free(&j);
	keys_free(&keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record r;

	if (size < 2)
		return 0;
	columns(&r, data[0] | (data[1] & 1u) << 8, data[1] & 2);
	if (data[1] & 4)
		json(&r, (const char *)data + 2, size - 2, data[1] & 8);
	else
		csv(&r, (const char *)data + 2, size - 2);
	record_free(&r);
	return 0;
}

/*
 * jsonin: rows are whole msgpack; what is accepted is what jansson accepts; cutting changes
 * nothing.
 */
#include "format/jsonin.h"
#include "record/cell.h"
#include "fuzz.h"
#include "format/jsonvalue.h"
#include "value/mp.h"
#include "../unit/bytes.h"

#include <jansson.h>

/* A number as it stood there is the number. */
static void same_number(const struct cell *c, const char *p, size_t n)
{
	struct buf value;

	buf_init(&value, 64 << 20);
	FUZZ_CHECK(!jsonvalue_text(c->p, c->n, &value) && value.len == n &&
		memcmp(value.p, p, n) == 0);
	buf_free(&value);
}

/* The column's cell is the value: a string, or the same msgpack. Arrays and maps may be texts. */
static void same_value(const struct cell *c, const char *p, size_t n)
{
	char room[CELL_PACKED];
	struct cell packed = *c;
	struct mp t;

	FUZZ_CHECK(mp_token(p, p + n, &t) > 0 && c->kind != CELL_NONE);
	if (t.type == MP_ARRAY || t.type == MP_MAP)
		return;
	if (c->kind == CELL_STRING) {
		FUZZ_CHECK(t.type == MP_STR && t.n == c->n && memcmp(t.as.p, c->p, c->n) == 0);
		return;
	}
	if (c->kind == CELL_NUMBER) {
		same_number(c, p, n);
		return;
	}
	if (c->kind != CELL_MP)
		packed = cell_packed(c, room);
	FUZZ_CHECK(packed.n == n && memcmp(packed.p, p, n) == 0);
}

/* The reference: the row as one value of jsonvalue, without what is taken short ways in rows. */
static void same_row(const struct row *row, const struct keys *keys)
{
	struct buf map;
	const char *p, *end;
	struct mp t;

	buf_init(&map, 64 << 20);
	FUZZ_CHECK(!jsonvalue_text(row->raw, row->raw_len, &map));
	end = map.p + map.len;
	p = map.p + mp_token(map.p, end, &t);
	for (uint32_t i = 0; i < t.n; i++) {
		size_t column = i;
		struct mp key;
		ptrdiff_t n;

		if (t.type == MP_MAP) {
			p += mp_token(p, end, &key);
			for (column = 0; column < keys->n; column++)
				if (keys->key[column].len == key.n &&
					memcmp(keys_name(keys, column), key.as.p, key.n) == 0)
					break;
		}
		FUZZ_CHECK(column < row->n);
		n = mp_value(p, end);
		same_value(&row->cell[column], p, (size_t)n);
		p += n;
	}
	buf_free(&map);
}

/*
 * jansson's value is the one at p, whose end is returned. Of keys that an object has twice jansson
 * keeps one.
 */
static const char *same_as_jansson(const json_t *j, const char *p, const char *end)
{
	struct mp t;

	p += mp_token(p, end, &t);
	switch (json_typeof(j)) {
	case JSON_NULL: FUZZ_CHECK(t.type == MP_NIL); break;
	case JSON_TRUE:
	case JSON_FALSE: FUZZ_CHECK(t.type == MP_BOOL && t.as.u == json_is_true(j)); break;
	case JSON_INTEGER:
		FUZZ_CHECK(t.type == MP_INT ? t.as.i == json_integer_value(j) :
			   t.type == MP_UINT && t.as.u == (uint64_t)json_integer_value(j));
		break;
	case JSON_REAL:
		FUZZ_CHECK(t.type == MP_FLOAT ? t.as.d == json_real_value(j) : t.type == MP_STR);
		break;
	case JSON_STRING:
		FUZZ_CHECK(t.type == MP_STR && t.n == json_string_length(j) &&
			memcmp(t.as.p, json_string_value(j), t.n) == 0);
		break;
	case JSON_ARRAY:
		FUZZ_CHECK(t.type == MP_ARRAY && t.n == json_array_size(j));
		for (uint32_t i = 0; i < t.n; i++)
			p = same_as_jansson(json_array_get(j, i), p, end);
		break;
	case JSON_OBJECT:
		FUZZ_CHECK(t.type == MP_MAP && t.n >= json_object_size(j));
		for (uint32_t i = 0; i < t.n; i++) {
			struct mp key;
			const json_t *value;

			p += mp_token(p, end, &key);
			value = json_object_getn(j, key.as.p, key.n);
			FUZZ_CHECK(key.type == MP_STR && value);
			p = t.n == json_object_size(j) ? same_as_jansson(value, p, end)
						       : p + mp_value(p, end);
		}
	}
	return p;
}

/*
 * What the one takes the other takes, as the same values; jansson has no numbers beyond its own
 * types, we no deep nesting.
 */
static void jansson_agrees(const char *p, size_t size)
{
	json_error_t error;
	json_t *j = json_loadb(p, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	struct buf value;
	const char *why;

	buf_init(&value, 1 << 20);
	why = jsonvalue_text(p, size, &value);
	FUZZ_CHECK(!j || !why || strstr(why, "nested"));
	FUZZ_CHECK(j || why || strstr(error.text, "too big") || strstr(error.text, "too large") ||
		strstr(error.text, "overflow"));
	if (j && !why)
		FUZZ_CHECK(same_as_jansson(j, value.p, value.p + value.len) == value.p + value.len);
	FUZZ_CHECK(why || mp_value(value.p, value.p + value.len) == (ptrdiff_t)value.len);
	json_decref(j);
	buf_free(&value);
}

/* What is wrong with a row, which is handed out as it came. */
static void put_bad(struct buf *out, const struct row *row, const struct fail *f)
{
	buf_printf(out, "%s: ", f->why);
	buf_put(out, row->raw, row->raw_len);
}

/* Inputs of an even length have comments. */
static enum fail_kind read_all(struct buf *out, const char *p, size_t n, size_t piece, bool keep_on,
	bool nested)
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
	j.comment = n % 2 ? NULL : "//";
	if (nested) { /* read it twice */
		j.rowin.mark(&j.rowin);
		while ((rc = row_next(&j.rowin, &row, &f)) == ROW_GOOD || rc == ROW_BAD)
			f.kind = FAIL_NONE;
		j.rowin.rewind(&j.rowin, false);
		f.kind = FAIL_NONE;
	}
	while ((rc = row_next(&j.rowin, &row, &f)) == ROW_GOOD || (rc == ROW_BAD && keep_on)) {
		if (rc == ROW_BAD)
			put_bad(out, &row, &f);
		f.kind = FAIL_NONE;
		if (rc == ROW_GOOD && piece > 3)
			same_row(&row, &keys);
		for (size_t i = 0; i < row.n; i++) {
			char room[CELL_PACKED];
			struct cell cell =
				row.cell[i].kind == CELL_INT || row.cell[i].kind == CELL_REAL
				? cell_packed(&row.cell[i], room)
				: row.cell[i];

			FUZZ_CHECK(cell.kind != CELL_MP ||
				   mp_value(cell.p, cell.p + cell.n) == (ptrdiff_t)cell.n);
			buf_printf(out, "%zu %d ", i, cell.kind);
			if (cell.kind != CELL_NONE)
				buf_put(out, cell.p, cell.n);
		}
		j.nested = j.strings = nested && keys.n < 60 ? all : NULL;
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
	struct buf got, cut;
	enum fail_kind kind = read_all(&got, p, size, 1 << 20, false, false);

	FUZZ_CHECK(kind == FAIL_NONE || kind == FAIL_DATA);
	FUZZ_CHECK(read_all(&cut, p, size, 1 + size % 7, false, false) == kind);
	FUZZ_CHECK(cut.len == got.len && (got.len == 0 || memcmp(cut.p, got.p, got.len) == 0));
	buf_free(&cut);
	buf_free(&got);
	kind = read_all(&got, p, size, 1 << 20, true, true);
	FUZZ_CHECK(read_all(&cut, p, size, 3, true, true) == kind);
	FUZZ_CHECK(cut.len == got.len && (got.len == 0 || memcmp(cut.p, got.p, got.len) == 0));
	buf_free(&cut);
	buf_free(&got);

	if (size < 10000 && !memchr(p, 0, size))
		jansson_agrees(p, size);
	return 0;
}

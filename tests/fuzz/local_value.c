/*
 * td-local's value: msgpack that is whole becomes JSON that jansson reads, and text; JSON becomes
 * msgpack that is whole.
 */
#include "store/column_types.h"
#include "fuzz.h"
#include "base/mem.h"
#include "store/value.h"

static void from_json(const char *p, size_t n)
{
	json_t *j = json_loadb(p, n, JSON_DECODE_ANY, NULL);
	struct buf b;

	buf_init(&b, 16 << 20);
	if (j) {
		FUZZ_CHECK(value_put_json(&b, j) == 0);
		/* BAD: too deep */
		FUZZ_CHECK(mp_value(b.p, b.p + b.len) == (ptrdiff_t)b.len ||
			mp_value(b.p, b.p + b.len) == MP_BAD);
	}
	json_decref(j);
	buf_free(&b);
}

static void from_msgpack(const char *p, size_t n)
{
	ptrdiff_t len = mp_value(p, p + n);
	struct column_types *d = mem_zero(1, sizeof *d);
	struct buf json, text;

	buf_init(&json, 16 << 20);
	buf_init(&text, 16 << 20);
	if (len > 0) {
		FUZZ_CHECK(value_json(p, p + len, &json) == 0 &&
			value_text(p, p + len, &text) == 0);
		keyset_add(&d->keys, "a", 1);
		column_types_note(d, 0, p, p + len);
		json_decref(column_types_json(d));
		from_json(json.p, json.len);
	}
	keyset_free(&d->keys);
	free(d);
	buf_free(&json);
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *own = malloc(size + 1); /* its own bytes, so that reading too far is seen */

	memcpy(own, data, size);
	from_msgpack(own, size);
	from_json(own, size);
	free(own);
	return 0;
}

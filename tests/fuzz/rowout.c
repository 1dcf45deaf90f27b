/*
 * rowout: any bytes are rows of three columns or are refused, the same wherever they are cut, in
 * every format.
 */
#include "fuzz.h"
#include "format/rowcount.h"
#include "format/rowout.h"
#include "../unit/bytes.h"

static enum fail_kind write_all(const char *p, size_t n, size_t piece, enum rowout_format format,
	struct bytes_sink *to)
{
	struct schema schema = { 0 };
	struct rowout o;
	struct fail f = { 0 };
	int rc;

	bytes_sink_init(to);
	schema_parse(&schema, "[[\"a\",\"bigint\"],[\"b\\n,\",\"varbinary\"],[\"c\"]]", &f);
	rc = rowout_init(&o, &(struct rowout_opts){ format, true, NULL, -1, 0 }, &schema, &to->sink,
		&f);
	for (size_t at = 0; rc == 0 && at < n; at += piece)
		rc = io_put(&o.sink, p + at, n - at < piece ? n - at : piece, &f);
	if (rc == 0 || o.full)
		rc = rowout_end(&o, &f);
	FUZZ_CHECK((rc == 0) == (f.kind == FAIL_NONE || o.full));
	rowout_free(&o);
	schema_free(&schema);
	return o.full ? FAIL_PIPE : f.kind;
}

static enum fail_kind count_all(const char *p, size_t n, size_t piece)
{
	struct rowcount r;
	struct fail f = { 0 };
	int rc = 0;

	rowcount_init(&r, 3, NULL);
	for (size_t at = 0; rc == 0 && at < n; at += piece)
		rc = io_put(&r.sink, p + at, n - at < piece ? n - at : piece, &f);
	if (rc == 0)
		rc = rowcount_end(&r, &f);
	return f.kind;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	const enum fail_kind counted = count_all(p, size, 1 << 20);

	FUZZ_CHECK(counted == count_all(p, size, 1 + size % 7));
	for (int format = ROWOUT_CSV; format <= ROWOUT_TABLE; format++) {
		struct bytes_sink whole, cut;
		const enum fail_kind kind =
			write_all(p, size, 1 << 20, (enum rowout_format)format, &whole);

		FUZZ_CHECK(kind == FAIL_NONE || kind == FAIL_DATA || kind == FAIL_PIPE);
		FUZZ_CHECK(kind != FAIL_NONE || counted == FAIL_NONE);
		FUZZ_CHECK(write_all(p, size, 1 + size % 7, (enum rowout_format)format, &cut) ==
			kind);
		FUZZ_CHECK(kind != FAIL_NONE ||
			(whole.b.len == cut.b.len &&
				(cut.b.len == 0 || memcmp(whole.b.p, cut.b.p, cut.b.len) == 0)));
		buf_free(&whole.b);
		buf_free(&cut.b);
	}
	return 0;
}

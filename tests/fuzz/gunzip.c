/*
 * gunzip: any bytes are gzip or are refused, alike however they are cut; what passes is gzip again,
 * of the same bytes.
 */
#include "fuzz.h"
#include "frame/gunzip.h"
#include "../unit/bytes.h"

static enum fail_kind pass(const char *p, size_t n, size_t piece, struct bytes_sink *plain,
	struct bytes_sink *raw)
{
	struct gunzip g;
	struct fail f = { 0 };
	int rc;

	bytes_sink_init(plain);
	bytes_sink_init(raw);
	rc = gunzip_init(&g, &plain->sink, &raw->sink, &f);
	for (size_t at = 0; rc == 0 && at < n; at += piece)
		rc = io_put(&g.sink, p + at, n - at < piece ? n - at : piece, &f);
	if (rc == 0)
		rc = gunzip_end(&g, &f);
	FUZZ_CHECK((rc == 0) == (f.kind == FAIL_NONE));
	FUZZ_CHECK(rc != 0 || (g.taken == n && g.bytes == plain->b.len));
	gunzip_free(&g);
	return f.kind;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes_sink plain[3], raw[3];
	const enum fail_kind kind = pass((const char *)data, size, 1 << 20, &plain[0], &raw[0]);
	const enum fail_kind cut =
		pass((const char *)data, size, 1 + size % 11, &plain[1], &raw[1]);

	/*
	 * refused with the first wrong byte or not before the end: which of the two may depend on
	 * the cut
	 */
	FUZZ_CHECK((kind == FAIL_NONE) == (cut == FAIL_NONE));
	FUZZ_CHECK(pass(raw[0].b.p ? raw[0].b.p : "", raw[0].b.len, 100, &plain[2], &raw[2]) ==
			FAIL_NONE ||
		kind != FAIL_NONE);
	if (kind == FAIL_NONE)
		for (int i = 1; i < 3; i++)
			FUZZ_CHECK(plain[0].b.len == plain[i].b.len &&
				(plain[0].b.len == 0 ||
					memcmp(plain[0].b.p, plain[i].b.p, plain[0].b.len) == 0));
	for (int i = 0; i < 3; i++) {
		buf_free(&plain[i].b);
		buf_free(&raw[i].b);
	}
	return 0;
}

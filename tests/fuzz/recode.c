/*
 * recode: the same text as iconv makes of all bytes at once, however they are cut; and a guess at
 * the encoding of any bytes.
 */
#include "base/buf.h"
#include "fuzz.h"
#include "sys/recode.h"
#include "../unit/bytes.h"

static const char *const encodings[] = { "UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-8",
	"WINDOWS-1252", "SHIFT_JIS", "ISO-2022-JP" };
enum { ENCODINGS = sizeof encodings / sizeof *encodings };

static enum fail_kind ours(struct buf *out, const char *encoding, const char *p, size_t n,
	size_t piece)
{
	struct bytes_source s = bytes_source(p, n, piece);
	static struct recode r; /* it is large */
	struct recode_set set = { .n = 0 };
	struct fail f = { 0 };
	char text[100];
	ssize_t got;

	buf_init(out, 16 << 20);
	FUZZ_CHECK(recode_open(&set, encoding, &f) == 0);
	FUZZ_CHECK(recode_init(&r, &s.source, &set, encoding, &f) == 0);
	while ((got = io_read(&r.source, text, sizeof text, &f)) > 0)
		buf_put(out, text, (size_t)got);
	FUZZ_CHECK((got == 0) == (f.kind == FAIL_NONE));
	recode_close(&set);
	return f.kind;
}

static bool reference(struct buf *out, const char *encoding, const char *p, size_t n)
{
	iconv_t cd = iconv_open("UTF-8", encoding);
	char *in = (char *)(uintptr_t)p, *to;
	size_t left;
	bool good;

	buf_init(out, 16 << 20);
	FUZZ_CHECK(cd != (iconv_t)-1 && buf_room(out, 8 * n + 64) == 0);
	to = out->p;
	left = out->cap;
	good = iconv(cd, &in, &n, &to, &left) != (size_t)-1 && n == 0 &&
		iconv(cd, NULL, NULL, &to, &left) != (size_t)-1;
	out->len = (size_t)(to - out->p);
	iconv_close(cd);
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data, *encoding = encodings[size ? data[0] % ENCODINGS : 0];
	const size_t pieces[] = { 1 << 20, 1, 1 + size % 7 };
	struct buf want, got;
	bool good, marked;

	recode_guess(p, size, &marked);
	p += size > 0;
	size -= size > 0;
	recode_guess(p, size, &marked);
	good = reference(&want, encoding, p, size);
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		enum fail_kind kind = ours(&got, encoding, p, size, pieces[i]);

		FUZZ_CHECK(kind == (good ? FAIL_NONE : FAIL_DATA));
		FUZZ_CHECK(!good ||
			(got.len == want.len &&
				(got.len == 0 || memcmp(got.p, want.p, got.len) == 0)));
		buf_free(&got);
	}
	buf_free(&want);
	return 0;
}

/* gzip: headers of every shape, blocks that join, a source that refuses damage. */
#include "bytes.h"
#include "frame/gzip.h"
#include "tap.h"

#include <stdlib.h>

static void headers(void)
{
	static const char full[] = "\x1f\x8b\x08\x1e"
				   "tttt"
				   "\0\3"
				   "\5\0"
				   "XY\1\0z"
				   "name\0"
				   "a comment\0"
				   "HC"
				   "rest";
	struct gzip_header h;
	size_t want = sizeof full - 1 - 4;
	int more = 1;

	tap_num(gzip_header_parse(full, sizeof full - 1, &h), (long long)want, "all fields");
	tap_num(h.extra_len == 5 && memcmp(h.extra, "XY\1\0z", 5) == 0, 1, "the extra field");
	tap_num(h.comment_len == 9 && memcmp(h.comment, "a comment", 9) == 0, 1, "the comment");
	for (size_t n = 0; n < want; n++)
		more &= gzip_header_parse(full, n, &h) == 0;
	tap_result(more, "every cut asks for more");
	tap_num(gzip_header_parse(gzip_plain_header, GZIP_PLAIN_HEADER_LEN, &h),
		GZIP_PLAIN_HEADER_LEN, "the plain header");
	tap_num(gzip_header_parse("PK\3\4", 4, &h), -1, "a zip is none");
	tap_num(gzip_header_parse("\x1f\x8b\x08\xe0......", 10, &h), -1,
		"reserved flags are refused");
}

/* n blocks of a text joined into one member, and what a source makes of it. */
static void joined(int level, size_t size, int n)
{
	char *text = malloc(size + 1), *back = malloc(size * (size_t)n + 1),
	     trailer[GZIP_TRAILER_LEN], what[64];
	struct inflater *inflater;
	struct gzip_deflate d;
	struct gzip_source g;
	struct bytes_source from;
	struct buf z;
	struct fail f = { 0 };
	uint32_t crc = 0;
	size_t total = 0;
	ssize_t got;
	int good = 1;

	for (size_t i = 0; i < size; i++)
		text[i] = (char)(i * i >> 7 ^ i);
	buf_init(&z, 64 << 20);
	buf_put(&z, gzip_plain_header, GZIP_PLAIN_HEADER_LEN);
	gzip_deflate_init(&d, level, &f);
	inflater = inflater_open(&f);
	for (int i = 0; i < n; i++) {
		size_t at = z.len;
		uint32_t one = (uint32_t)crc32_z(0, (Bytef *)text, size);

		good &= gzip_deflate_block(&d, text, size, &z, &f) == 0;
		good &= inflater_block(inflater, z.p + at, z.len - at, back, size, one) == 0 &&
			memcmp(text, back, size) == 0;
		good &= inflater_block(inflater, z.p + at, z.len - at, back, size, one ^ 1) != 0;
		good &= size == 1 ||
			inflater_block(inflater, z.p + at, z.len - at, back, size - 1, one) != 0;
		crc = (uint32_t)crc32_combine(crc, one, (z_off_t)size);
	}
	gzip_deflate_free(&d);
	inflater_close(inflater);
	buf_put(&z, GZIP_FINAL, GZIP_FINAL_LEN);
	gzip_trailer(trailer, crc, size * (size_t)n);
	buf_put(&z, trailer, sizeof trailer);
	from = bytes_source(z.p, z.len, 1000);
	gzip_source_init(&g, &from.source, &f);
	while ((got = io_read(&g.source, back + total, size * (size_t)n + 1 - total, &f)) > 0)
		total += (size_t)got;
	for (int i = 0; i < n && total == size * (size_t)n; i++)
		good &= memcmp(back + size * (size_t)i, text, size) == 0;
	good &= got == 0 && total == size * (size_t)n && g.members == 1;
	snprintf(what, sizeof what, "%d blocks of %zu bytes at level %d", n, size, level);
	if (!tap_result(good, what))
		printf("# %s\n", f.why);
	gzip_source_free(&g);
	buf_free(&z);
	free(text);
	free(back);
}

static int read_all(const char *p, size_t n, size_t *total, struct fail *f)
{
	struct bytes_source from = bytes_source(p, n, 3);
	struct gzip_source g;
	char some[100];
	ssize_t got;

	fail_clear(f);
	*total = 0;
	gzip_source_init(&g, &from.source, f);
	while ((got = io_read(&g.source, some, sizeof some, f)) > 0)
		*total += (size_t)got;
	gzip_source_free(&g);
	return (int)f->kind;
}

static void damage(void)
{
	static const char hello[] = /* printf hello | gzip -n */
		"\x1f\x8b\x08\0\0\0\0\0\0\3\xcb\x48\xcd\xc9\xc9\x07\0\x86\xa6\x10\x36\5\0\0\0";
	char two[2 * (sizeof hello - 1) + 1];
	size_t n = sizeof hello - 1, total, cuts = 0, flips = 0;
	struct fail f;

	memcpy(two, hello, n);
	memcpy(two + n, hello, n);
	two[2 * n] = 'x';
	tap_num(read_all(two, 2 * n, &total, &f), 0, "two members");
	tap_num((long long)total, 10, "are read as one stream");
	tap_num(read_all(two, 2 * n + 1, &total, &f), FAIL_DATA, "a byte after them is not gzip");
	for (size_t i = 1; i < n; i++)
		cuts += read_all(hello, i, &total, &f) == FAIL_UPSTREAM;
	tap_num((long long)cuts, (long long)n - 1, "every cut is noticed");
	for (size_t i = 10 * 8; i < n * 8; i++) {
		two[i / 8] = (char)(two[i / 8] ^ 1 << i % 8);
		flips += read_all(two, n, &total, &f) != 0;
		two[i / 8] = (char)(two[i / 8] ^ 1 << i % 8);
	}
	tap_num((long long)flips, (long long)(n - 10) * 8 - 6,
		"every flipped bit after the header is noticed, but for six bits of padding");
}

int main(void)
{
	headers();
	joined(0, 100000, 3);
	joined(1, 1 << 20, 3);
	joined(6, 70000, 5);
	joined(9, 1, 4);
	damage();
	return tap_done();
}

/*
 * Blocks joined into one gzip member, and plain msgpack cut at values: zlib's own reader gets back
 * what went in.
 */
#include "td/upload_part.h"
#include "tap.h"

#include <stdlib.h>

/*
 * All members of b, inflated by zlib with its checks of header, checksum and length; -1 if it
 * refuses, or finds two.
 */
static long inflate_all(struct upload_part *p, char *out, size_t cap)
{
	struct upload_part_piece piece[UPLOAD_PART_PIECES];
	size_t n = upload_part_pieces(p, piece);
	struct buf b;
	z_stream z = { 0 };
	int rc;

	buf_init(&b, n);
	for (size_t i = 0; i < UPLOAD_PART_PIECES; i++)
		buf_put(&b, piece[i].p, piece[i].n);
	inflateInit2(&z, 16 + MAX_WBITS);
	z.next_in = (Bytef *)b.p;
	z.avail_in = (uInt)b.len;
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)cap;
	rc = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	buf_free(&b);
	return rc == Z_STREAM_END && z.avail_in == 0 && b.len == 0 ? (long)(cap - z.avail_out) : -1;
}

static void joined(void)
{
	enum { BLOCKS = 50, MOST = 5000 };
	static char plain[BLOCKS * MOST], back[BLOCKS * MOST + 1];
	struct gzip_deflate d;
	struct fail f = { 0 };
	struct upload_part p;
	size_t len = 0;
	struct buf z;

	upload_part_init(&p);
	buf_init(&z, 1 << 20);
	gzip_deflate_init(&d, 6, &f);
	for (unsigned i = 0; i < BLOCKS; i++) {
		size_t n = 1 + (i * 7919u) % MOST;
		struct frame_block b;

		for (size_t k = 0; k < n; k++)
			plain[len + k] = (char)(k % (i + 3) ? (k * k) >> 3 : i);
		z.len = 0;
		gzip_deflate_block(&d, plain + len, n, &z, &f);
		b = (struct frame_block){ z.p, z.len, (uint32_t)n,
			(uint32_t)crc32(0, (Bytef *)plain + len, (uInt)n), 2, -1 };
		upload_part_add(&p, &b, &f);
		len += n;
	}
	tap_num(inflate_all(&p, back, sizeof back), (long long)len, "fifty blocks are one member");
	tap_result(memcmp(plain, back, len) == 0, "with their bytes");
	tap_num((long long)p.values, 2 * BLOCKS, "and their values");
	upload_part_clear(&p);
	tap_num(inflate_all(&p, back, sizeof back), 0, "no block is an empty member");
	tap_result(!upload_part_is_full(&p, &(struct frame_block){ .len = 100 }, 10),
		"an empty part takes a block of any size");
	upload_part_add(&p, &(struct frame_block){ z.p, z.len, 1, 0, 1, -1 }, &f);
	tap_result(upload_part_is_full(&p, &(struct frame_block){ .len = 100 }, 10),
		"a part that has one does not");
	tap_num(f.kind, 0, "nothing failed");
	gzip_deflate_free(&d);
	buf_free(&z);
	upload_part_free(&p);
}

/* Values that come in pieces of every size. */
static void pieces(size_t piece)
{
	static const char values[] = "\x81\xa1"
				     "a\x01"
				     "\x82\xa1"
				     "b\x92\x01\x02\xa4time\xce\x00\x01\x02\x03"
				     "\x80";
	enum { LEN = sizeof values - 1 };
	char back[100], what[40];
	struct upload_part_plain s = { 0 };
	struct frame_block b;
	struct fail f = { 0 };
	struct upload_part p;
	int rc = 0;

	upload_part_init(&p);
	for (size_t at = 0; at < LEN && rc == 0; at += piece) {
		rc = upload_part_plain_put(&s, values + at, LEN - at < piece ? LEN - at : piece,
			&f);
		if (rc == 0 && upload_part_plain_next(&s, false, &b, &f) != 0)
			rc = -1; /* far too little for a block */
	}
	while (rc == 0 && upload_part_plain_next(&s, true, &b, &f) > 0)
		upload_part_add(&p, &b, &f);
	snprintf(what, sizeof what, "pieces of %zu bytes", piece);
	tap_result(rc == 0 && f.kind == 0 && p.values == 3 &&
			inflate_all(&p, back, sizeof back) == LEN && memcmp(back, values, LEN) == 0,
		what);
	upload_part_plain_put(&s, values, 3, &f);
	tap_result(upload_part_plain_next(&s, true, &b, &f) < 0 && f.kind == FAIL_DATA,
		"  and a cut value is refused");
	upload_part_plain_free(&s);
	upload_part_free(&p);
}

static void refused(void)
{
	struct upload_part_plain s = { 0 };
	struct fail f = { 0 };

	tap_result(upload_part_plain_put(&s, "\xc1", 1, &f) < 0 && f.kind == FAIL_DATA,
		"no msgpack is refused");
	upload_part_plain_free(&s);
}

static void blocks(void)
{
	enum { VALUE = 1000 };
	static char value[VALUE] = "\xc5\x03\xe5"; /* bin of 997 bytes */
	struct upload_part_plain s = { 0 };
	struct frame_block b;
	struct fail f = { 0 };
	size_t made = 0, n = 0;

	for (int i = 0; i < 3000; i++) {
		upload_part_plain_put(&s, value, sizeof value, &f);
		while (upload_part_plain_next(&s, false, &b, &f) > 0) {
			made++;
			n += b.values;
		}
	}
	while (upload_part_plain_next(&s, true, &b, &f) > 0)
		n += b.values;
	tap_num((long long)made, 2, "a block is made when there is a MiB");
	tap_num((long long)n, 3000, "no value is lost");
	upload_part_plain_free(&s);
}

int main(void)
{
	joined();
	for (size_t piece = 1; piece < 24; piece++)
		pieces(piece);
	refused();
	blocks();
	return tap_done();
}

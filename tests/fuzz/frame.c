/*
 * frameout and framein: a frame of any blocks and foreign members is read back as it was written,
 * in both views; one that is cut, aborted or has a byte changed between its head and its end is
 * refused by both.
 */
#include "frame/framein.h"
#include "frame/frameout.h"
#include "fuzz.h"
#include "frame/gzip.h"
#include "../unit/bytes.h"

enum { ORDERS = 4 }; /* bytes at the start that say what is done to the frame */

struct made {
	struct bytes_sink to;
	struct buf plain;          /* what its members hold */
	size_t head, end;          /* where its head ends and its end begins */
	uint64_t rows;
	bool commit;
};

/* Numbers below 128: each byte is a value of msgpack. */
static void put_member(struct frameout *o, struct made *m, const char *p, size_t n, bool foreign,
	struct fail *f)
{
	const uint32_t crc = (uint32_t)crc32(0, (const Bytef *)p, (uInt)n);
	struct frame_block b = { .body_len = (uint32_t)n, .crc = crc, .values = (uint32_t)n,
		.done = n % 3 ? -1 : (int32_t)n };
	struct gzip_deflate d;
	struct buf z;
	char trailer[GZIP_TRAILER_LEN];

	buf_init(&z, 1 << 20);
	gzip_deflate_init(&d, (int)(n % 10), f);
	if (foreign)
		buf_put(&z, gzip_plain_header, GZIP_PLAIN_HEADER_LEN);
	gzip_deflate_block(&d, p, n, &z, f);
	gzip_deflate_free(&d);
	if (foreign) {
		buf_put(&z, GZIP_FINAL, GZIP_FINAL_LEN);
		gzip_trailer(trailer, crc, n);
		buf_put(&z, trailer, sizeof trailer);
		frameout_raw(o, z.p, z.len, f);
		frameout_raw_counts(o, 1, n, n);
	} else {
		b.data = z.p;
		b.len = z.len;
		frameout_block(o, &b, f);
	}
	buf_put(&m->plain, p, n);
	buf_free(&z);
}

/* A byte of 128 and more ends a member; whether it is foreign, its lowest bit says. */
static void make(struct made *m, const uint8_t *data, size_t size, bool commit)
{
	struct fail f = { 0 }, why = {
		.kind = FAIL_REFUSED, .why = "no such table"
	};
	struct frame_head h = { .content = FRAME_RECORDS, .rows = -1 };
	struct frame_end e = { .verified = true };
	struct frameout o;
	struct buf body;

	*m = (struct made){ .commit = commit };
	bytes_sink_init(&m->to);
	buf_init(&m->plain, 1 << 20);
	buf_init(&body, 1 << 20);
	frameout_open(&o, &m->to.sink, &h, &f);
	m->head = m->to.b.len;
	for (size_t i = 0; i < size; i++) {
		if (data[i] < 128) {
			buf_putc(&body, (char)data[i]);
		} else if (body.len > 0) {
			put_member(&o, m, body.p, body.len, data[i] & 1, &f);
			body.len = 0;
		}
	}
	m->end = m->to.b.len;
	m->rows = m->plain.len;
	if (commit)
		frameout_commit(&o, &e, &f);
	else
		frameout_abort(&o, &why, &f);
	buf_free(&body);
	FUZZ_CHECK(f.kind == FAIL_NONE);
}

static void free_made(struct made *m)
{
	buf_free(&m->to.b);
	buf_free(&m->plain);
}

/* Block by block, without inflating those of ours. */
static enum fail_kind blocks(const char *p, size_t n, size_t piece, uint64_t *rows)
{
	struct bytes_source s = bytes_source(p, n, piece);
	struct framein in;
	struct fail f = { 0 };
	struct frame_block b;
	const char *bytes;
	size_t len;

	if (framein_open(&in, &s.source, &f) == 0)
		while (framein_next(&in, &b, &bytes, &len, &f) > FRAMEIN_END)
			;
	*rows = in.end.rows;
	framein_close(&in);
	return f.kind;
}

static enum fail_kind plain(const char *p, size_t n, size_t piece, struct buf *out)
{
	struct bytes_source s = bytes_source(p, n, piece);
	struct framein in;
	struct fail f = { 0 };
	char some[100];
	ssize_t got;

	buf_init(out, 1 << 20);
	if (framein_open(&in, &s.source, &f) == 0)
		while ((got = io_read(framein_plain(&in), some, sizeof some, &f)) > 0)
			buf_put(out, some, (size_t)got);
	framein_close(&in);
	return f.kind;
}

/* Both views say this of it; for FAIL_NONE, also what came out. */
static void both(const struct made *m, size_t n, size_t piece, enum fail_kind kind)
{
	struct buf out;
	uint64_t rows;

	FUZZ_CHECK(plain(m->to.b.p, n, piece, &out) == kind);
	FUZZ_CHECK(kind != FAIL_NONE ||
		(out.len == m->plain.len &&
			(out.len == 0 || memcmp(out.p, m->plain.p, out.len) == 0)));
	FUZZ_CHECK(blocks(m->to.b.p, n, piece, &rows) == kind);
	FUZZ_CHECK(kind != FAIL_NONE || rows == m->rows);
	buf_free(&out);
}

static void changed(const struct made *m, size_t at, char by, size_t piece)
{
	struct buf out;
	uint64_t rows;

	m->to.b.p[at] = (char)(m->to.b.p[at] ^ by);
	FUZZ_CHECK(plain(m->to.b.p, m->to.b.len, piece, &out) != FAIL_NONE);
	FUZZ_CHECK(blocks(m->to.b.p, m->to.b.len, piece, &rows) != FAIL_NONE);
	buf_free(&out);
	m->to.b.p[at] = (char)(m->to.b.p[at] ^ by);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct made m;
	size_t where, piece;

	if (size < ORDERS)
		return 0;
	where = (size_t)data[0] << 8 | data[1];
	piece = data[3] >> 1;
	make(&m, data + ORDERS, size - ORDERS, data[3] & 1);
	both(&m, m.to.b.len, 1 + piece, m.commit ? FAIL_NONE : FAIL_UPSTREAM);
	both(&m, where % m.to.b.len, 1 + piece, FAIL_UPSTREAM);
	if (m.end > m.head && data[2])
		changed(&m, m.head + where % (m.end - m.head), (char)data[2], 1 + piece);
	free_made(&m);
	return 0;
}

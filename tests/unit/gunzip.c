/*
 * gunzip: members with every kind of header, cut anywhere; what comes out is the plain data and
 * plain members.
 */
#include "bytes.h"
#include "frame/gunzip.h"
#include "frame/gzip.h"
#include "tap.h"

#include <zlib.h>

/* A member made by zlib, with all optional header fields if `odd`. */
static void member(struct buf *b, const char *text, size_t n, int odd)
{
	z_stream z = { 0 };
	static Bytef extra[] = { 'T', 'D', 2, 0, 1, 'E' };
	gz_header h = { .extra = extra,
		.extra_len = sizeof extra,
		.name = (Bytef *)(uintptr_t) "name",
		.comment = (Bytef *)(uintptr_t) "{\"commit\":true}",
		.hcrc = 1,
		.time = 12345,
		.os = 3 };

	deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
	if (odd)
		deflateSetHeader(&z, &h);
	buf_room(b, n + 1000);
	z.next_in = (Bytef *)(uintptr_t)text;
	z.avail_in = (uInt)n;
	z.next_out = (Bytef *)b->p + b->len;
	z.avail_out = (uInt)(b->cap - b->len);
	deflate(&z, Z_FINISH);
	b->len = b->cap - z.avail_out;
	deflateEnd(&z);
}

static int holds(const struct buf *b, const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i + n <= b->len; i++)
		if (memcmp(b->p + i, text, n) == 0)
			return 1;
	return 0;
}

struct run {
	struct bytes_sink plain, raw;
	struct gunzip g;
	struct fail f;
	int rc;
};

static void run(struct run *r, const char *p, size_t n, size_t piece)
{
	memset(r, 0, sizeof *r);
	bytes_sink_init(&r->plain);
	bytes_sink_init(&r->raw);
	r->rc = gunzip_init(&r->g, &r->plain.sink, &r->raw.sink, &r->f);
	while (r->rc == 0 && n > 0) {
		size_t some = n < piece ? n : piece;

		r->rc = io_put(&r->g.sink, p, some, &r->f);
		p += some;
		n -= some;
	}
	if (r->rc == 0)
		r->rc = gunzip_end(&r->g, &r->f);
	gunzip_free(&r->g);
}

static void done(struct run *r)
{
	buf_free(&r->plain.b);
	buf_free(&r->raw.b);
}

static void whole(const struct buf *in, const struct buf *text)
{
	static const size_t piece[] = { 1, 2, 3, 7, 17, 100, 4096, 1 << 20 };
	int plain = 1, raw = 1, headers = 1;

	for (size_t i = 0; i < sizeof piece / sizeof *piece; i++) {
		struct run r, again;

		run(&r, in->p, in->len, piece[i]);
		plain &= r.rc == 0 && r.g.members == 3 && r.g.bytes == text->len &&
			r.g.taken == in->len;
		plain &= r.plain.b.len == text->len && memcmp(r.plain.b.p, text->p, text->len) == 0;
		run(&again, r.raw.b.p, r.raw.b.len, 1 << 20);
		raw &= again.rc == 0 && again.g.members == 3 && again.plain.b.len == text->len &&
		       memcmp(again.plain.b.p, text->p, text->len) == 0;
		/* plain headers: a second pass changes nothing */
		raw &= again.raw.b.len == r.raw.b.len &&
			memcmp(again.raw.b.p, r.raw.b.p, r.raw.b.len) == 0;
		headers &= !holds(&r.raw.b, "commit") && !holds(&r.raw.b, "TD");
		done(&r);
		done(&again);
	}
	tap_result(plain, "three members, cut anywhere, inflate");
	tap_result(raw, "and come out as members again");
	tap_result(headers, "without the sender's header fields");
}

static void broken(const struct buf *in)
{
	int cut = 1, flipped = 1;
	struct run r;
	struct buf b;

	for (size_t n = 1; n < in->len; n++) {
		run(&r, in->p, n, 64);
		cut &= r.rc == 0 ? r.g.members < 3 : r.f.kind == FAIL_TEMP;
		done(&r);
	}
	tap_result(cut, "a stream cut inside a member is FAIL_TEMP");
	buf_init(&b, in->len);
	buf_put(&b, in->p, in->len);
	for (size_t i = b.len - 8; i < b.len; i++) {
		b.p[i] ^= 1;
		run(&r, b.p, b.len, 64);
		flipped &= r.rc == -1 && r.f.kind == FAIL_DATA;
		b.p[i] ^= 1;
		done(&r);
	}
	tap_result(flipped, "a wrong trailer is FAIL_DATA");
	buf_free(&b);
	run(&r, "no gzip at all", 14, 5);
	tap_result(r.rc == -1 && r.f.kind == FAIL_DATA, "no gzip is FAIL_DATA");
	done(&r);
	run(&r, "", 0, 1);
	tap_result(r.rc == 0 && r.g.members == 0 && r.raw.b.len == 0, "nothing is zero members");
	done(&r);
}

static void garbage_behind(struct buf *in)
{
	struct run r;

	buf_put(in, "\0\0\0\0", 4);
	run(&r, in->p, in->len, 9);
	tap_result(r.rc == -1 && r.f.kind == FAIL_DATA && strstr(r.f.why, "no gzip member at byte"),
		   "bytes after the last member are refused");
	done(&r);
}

static void endless_header(void)
{
	struct run r;
	struct buf b;

	buf_init(&b, 1 << 20);
	buf_put(&b, "\x1f\x8b\x08\x10\0\0\0\0\0\0", 10);
	for (int i = 0; i < 300000; i++)
		buf_putc(&b, 'x');
	run(&r, b.p, b.len, 8192);
	tap_result(r.rc == -1 && r.f.kind == FAIL_DATA, "a header without end is refused");
	done(&r);
	buf_free(&b);
}

int main(void)
{
	struct buf in, text;

	buf_init(&in, 1 << 20);
	buf_init(&text, 1 << 20);
	for (int i = 0; i < 2000; i++)
		buf_printf(&text, "%d,", i * i);
	member(&in, text.p, 1000, 1);
	member(&in, text.p + 1000, 0, 0);
	member(&in, text.p + 1000, text.len - 1000, 1);
	whole(&in, &text);
	broken(&in);
	garbage_behind(&in);
	endless_header();
	buf_free(&in);
	buf_free(&text);
	return tap_done();
}

/*
 * resultout: a good result becomes a frame that framein accepts; a bad one never does.
 */
#include "bytes.h"
#include "frame/framein.h"
#include "frame/resultout.h"
#include "tap.h"

#include <msgpack.h>
#include <stdlib.h>
#include <zlib.h>

/* A gzip member of rows [from..to), with a header that tries to look like the end of a frame. */
static void member(struct buf *b, int from, int to)
{
	static Bytef extra[FRAME_EXTRA_LEN + FRAME_DONE_LEN];
	gz_header h = { .extra = extra,
		.extra_len = FRAME_EXTRA_LEN,
		.comment = (Bytef *)(uintptr_t) "{\"commit\":true,\"rows\":0}" };
	msgpack_sbuffer rows;
	msgpack_packer pk;
	z_stream z = { 0 };

	msgpack_sbuffer_init(&rows);
	msgpack_packer_init(&pk, &rows, msgpack_sbuffer_write);
	for (int i = from; i < to; i++) {
		msgpack_pack_array(&pk, 2);
		msgpack_pack_int(&pk, i);
		msgpack_pack_nil(&pk);
	}
	frame_extra_format((char *)extra, &(struct frame_extra){ .kind = 'E', .done = -1 });
	deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
	deflateSetHeader(&z, &h);
	buf_room(b, rows.size + 1000);
	z.next_in = (Bytef *)rows.data;
	z.avail_in = (uInt)rows.size;
	z.next_out = (Bytef *)b->p + b->len;
	z.avail_out = (uInt)(b->cap - b->len);
	deflate(&z, Z_FINISH);
	b->len = b->cap - z.avail_out;
	deflateEnd(&z);
	msgpack_sbuffer_destroy(&rows);
}

static bool check; /* frames that are checked, or passed */

/*
 * The frame of a result in pieces, for a job that has `rows` rows; 0, or -1 with f, and an abort in
 * the frame.
 */
static int frame(struct bytes_sink *to, const char *p, size_t n, size_t piece, int64_t rows,
	struct fail *f)
{
	struct frame_head head = {
		.content = FRAME_ROWS, .rows = rows, .job_id = (char *)(uintptr_t) "7"
	};
	struct resultout o;
	int rc;

	bytes_sink_init(to);
	schema_add(&head.schema, "n", "bigint", f);
	schema_add(&head.schema, "n", "varchar", f);
	rc = resultout_open(&o,
		&(struct resultout_opts){ .format = RESULTOUT_FRAME, .check = check }, &head,
		&to->sink, f);
	for (size_t at = 0; rc == 0 && at < n; at += piece)
		rc = io_put(&o.sink, p + at, n - at < piece ? n - at : piece, f);
	if (rc == 0)
		rc = resultout_end(&o, rows, "\"a\"", f);
	if (rc)
		resultout_abort(&o, f);
	resultout_free(&o);
	schema_free(&head.schema);
	return rc;
}

/* All of a frame: its plain bytes, or -1. */
static long long read_frame(const struct buf *b, struct framein *in, struct fail *f)
{
	struct bytes_source from = bytes_source(b->p, b->len, 1000);
	long long total = 0;
	char chunk[777];
	ssize_t n;

	if (framein_open(in, &from.source, f))
		return -1;
	while ((n = io_read(framein_plain(in), chunk, sizeof chunk, f)) > 0)
		total += n;
	return n < 0 ? -1 : total;
}

static void good(const struct buf *b, int64_t rows, long long bytes, const char *what)
{
	static const size_t piece[] = { 1, 10, 1000, 1 << 20 };
	int all = 1;

	for (size_t i = 0; i < 4; i++) {
		struct bytes_sink to;
		struct framein in = { 0 };
		struct fail f = { 0 };

		all &= frame(&to, b->p, b->len, piece[i], rows, &f) == 0;
		all &= read_frame(&to.b, &in, &f) == bytes;
		all &= in.end.commit && in.end.verified && in.end.rows == (uint64_t)rows &&
			in.end.schema.n == 2;
		all &= in.head.rows == rows && in.head.schema.n == 2 &&
			strcmp(in.head.job_id, "7") == 0 && in.head.passed == !check;
		all &= check || (in.end.length == b->len && in.end.bytes == (uint64_t)bytes &&
			strcmp(in.end.etag, "\"a\"") == 0);
		if (f.why[0])
			printf("# %s\n", f.why);
		framein_close(&in);
		buf_free(&to.b);
	}
	tap_result(all, what);
}

static void bad(const char *p, size_t n, int64_t rows, const char *reason, const char *what)
{
	struct bytes_sink to;
	struct framein in;
	struct fail f = { 0 }, read = { 0 };
	int rc = frame(&to, p, n, 100, rows, &f), ok = read_frame(&to.b, &in, &read) == -1;

	ok = ok && (rc ? strstr(f.why, reason) && read.kind == FAIL_UPSTREAM
		       : !check && read.kind == FAIL_DATA);
	ok = ok && strstr(read.why, reason);
	if (!tap_result(ok, what))
		printf("# %s\n# %s\n", f.why, read.why);
	framein_close(&in);
	buf_free(&to.b);
}

static uint64_t dice(void)
{
	static uint64_t x = 88172645463325252u;

	x ^= x << 13, x ^= x >> 7, x ^= x << 17;
	return x;
}

/* Bytes with a few changed, cut or doubled. */
static void mutate(struct buf *to, const struct buf *from)
{
	to->len = 0;
	buf_put(to, from->p, from->len);
	for (uint64_t n = 1 + dice() % 4; n > 0 && to->len > 0; n--) {
		size_t at = (size_t)dice() % to->len;

		switch (dice() % 4) {
		case 0: to->p[at] = (char)dice(); break;
		case 1: to->p[at] ^= (char)(1 << dice() % 8); break;
		case 2: to->len = at; break;
		default:
			buf_room(to, 100); /* what is appended is its own */
			buf_put(to, to->p + at, to->len - at < 100 ? to->len - at : 100);
		}
	}
}

/* A damaged result never becomes a frame, or it is a frame of the right rows. */
static void damaged(const struct buf *b, long long bytes)
{
	int held = 1;
	struct buf m;

	buf_init(&m, 4 << 20);
	for (int i = 0; i < 3000; i++) {
		struct bytes_sink to;
		struct framein in = { 0 };
		struct fail f = { 0 }, read = { 0 };
		int rc;
		long long got;

		mutate(&m, b);
		rc = frame(&to, m.p, m.len, 1 + (size_t)dice() % 5000, 1100, &f);
		got = read_frame(&to.b, &in, &read);
		held &= rc == 0 && (check || got >= 0) ? got == bytes : got == -1;
		framein_close(&in);
		buf_free(&to.b);
	}
	tap_result(held, "3000 damaged results: no frame that is whole and wrong");
	buf_free(&m);
}

/*
 * Rubbish for every format: it is refused or written, nothing else. That no memory is misused, a
 * sanitizer sees.
 */
static void rubbish(void)
{
	static const char row[] = "\x95\xcf\xff\xff\xff\xff\xff\xff\xff\xff\xa5"
				  "a,\"\nb\x93\xc0\x81\xa1k\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a"
				  "\xc4\x03\xff\xfe\xfd\xca\x7f\x80\0\0\xd9\x04\xf0\x9f\x98\x80";
	struct buf rows, m;
	int good = 1, written = 0;

	buf_init(&rows, 1 << 20);
	buf_init(&m, 4 << 20);
	for (int i = 0; i < 5; i++)
		buf_put(&rows, row, sizeof row - 1);
	for (int i = 0; i < 20000; i++) {
		struct schema schema = { 0 };
		struct bytes_sink to;
		struct rowout o;
		struct fail f = { 0 };
		size_t piece = 1 + (size_t)dice() % 200;
		int rc;

		if (i < 4)
			m.len = 0, buf_put(&m, rows.p, rows.len);
		else
			mutate(&m, &rows);
		bytes_sink_init(&to);
		schema_parse(&schema,
			"[[\"a\",\"bigint\"],[\"b\"],[\"c\"],[\"d\",\"varbinary\"],[\"e\","
			"\"varchar\"]]",
			&f);
		rc = rowout_init(&o,
			&(struct rowout_opts){ (enum rowout_format)(i % 4), true, NULL, -1, 0 },
			&schema, &to.sink, &f);
		for (size_t at = 0; rc == 0 && at < m.len; at += piece)
			rc = io_put(&o.sink, m.p + at, m.len - at < piece ? m.len - at : piece, &f);
		if (rc == 0)
			rc = rowout_end(&o, &f);
		good &= rc == 0 ? f.kind == FAIL_NONE : f.kind == FAIL_DATA || f.kind == FAIL_PIPE;
		written += rc == 0;
		rowout_free(&o);
		schema_free(&schema);
		buf_free(&to.b);
	}
	tap_result(good && written > 4, "20000 mutated rows in every text format");
	buf_free(&rows);
	buf_free(&m);
}

static void results(void)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	member(&b, 0, 100);
	member(&b, 0, 0);
	member(&b, 0, 1000);
	good(&b, 1100, 100 * 3 + 128 * 3 + 128 * 4 + 744 * 5, "members become a frame");
	damaged(&b, 100 * 3 + 128 * 3 + 128 * 4 + 744 * 5);
	bad(b.p, b.len, 1101, "1100 rows came, but", "one row too few is not a frame");
	bad(b.p, b.len, 1099, "1100 rows came, but", "one row too many is not a frame");
	bad(b.p, b.len - 1, 1100, check ? "ends inside a gzip member" : "length is wrong",
		"a cut result is not a frame");
	b.p[b.len - 1] ^= 1;
	bad(b.p, b.len, 1100, "checksum or length is wrong", "a damaged result is not a frame");
	b.len = 0;
	good(&b, 0, 0, "an empty result is a frame without rows");
	bad("<html>", 6, 0, "no gzip member at byte 0", "something else is not a frame");
	bad("", 0, 1, check ? "0 rows came, but the job has 1" : "no bytes came, but the job has 1",
		"empty input is not a frame of a row");
	buf_free(&b);
}

int main(void)
{
	rubbish();
	for (int i = 0; i < 2; i++) {
		check = i;
		results();
	}
	return tap_done();
}

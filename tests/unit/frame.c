/*
 * A frame that was written is read back; every cut, every flipped byte and every wrong join is
 * refused.
 */
#include "bytes.h"
#include "frame/framein.h"
#include "frame/frameout.h"
#include "frame/gzip.h"
#include "tap.h"

#include <stdlib.h>

static const char plain[] = "\x91\x01\x91\xa3" "abc" "\x91\xc0"; /* [1] ["abc"] [nil] */
enum { PLAIN = sizeof plain - 1, VALUES = 3 };

static void put_block(struct frameout *o, struct fail *f)
{
	static int32_t done = 250000;
	struct gzip_deflate d;
	struct buf z;
	struct frame_block b;

	buf_init(&z, 4096);
	gzip_deflate_init(&d, 6, f);
	gzip_deflate_block(&d, plain, PLAIN, &z, f);
	b = (struct frame_block){ z.p, z.len, PLAIN,
		(uint32_t)crc32(0, (const Bytef *)plain, PLAIN), VALUES, done };
	done = done < 0 ? 250000 : -1; /* one block says it, the next does not */
	frameout_block(o, &b, f);
	gzip_deflate_free(&d);
	buf_free(&z);
}

/* The same three values as a member of somebody else's. */
static void put_foreign(struct frameout *o, struct fail *f)
{
	struct gzip_deflate d;
	struct buf z;
	char trailer[GZIP_TRAILER_LEN];

	buf_init(&z, 4096);
	buf_put(&z, gzip_plain_header, GZIP_PLAIN_HEADER_LEN);
	gzip_deflate_init(&d, 6, f);
	gzip_deflate_block(&d, plain, PLAIN, &z, f);
	buf_put(&z, GZIP_FINAL, GZIP_FINAL_LEN);
	gzip_trailer(trailer, (uint32_t)crc32(0, (const Bytef *)plain, PLAIN), PLAIN);
	buf_put(&z, trailer, sizeof trailer);
	frameout_raw(o, z.p, z.len, f);
	frameout_raw_counts(o, 1, PLAIN, VALUES);
	gzip_deflate_free(&d);
	buf_free(&z);
}

/*
 * spec: P at the start: passed; b a block, f a foreign member; then 'C' commits,
 * 'A' aborts, nothing leaves it open
 */
static struct buf make(const char *spec)
{
	struct bytes_sink to;
	struct frameout o;
	struct fail f = { 0 }, why = {
		.kind = FAIL_REFUSED, .why = "job 7 failed: no such table \"x\""
	};
	struct frame_head h = {
		.content = FRAME_ROWS, .rows = -1, .job_id = (char *)(uintptr_t) "7"
	};
	struct frame_end e = { .verified = true, .has_time = true, .time_min = 5, .time_max = 9 };

	h.passed = *spec == 'P';
	e.has_rows = true;
	e.rows = (uint64_t)(VALUES * (strlen(spec) - 2));
	spec += h.passed;
	bytes_sink_init(&to);
	schema_add(&h.schema, "a\xc3\xa9", "varchar", &f);
	frameout_open(&o, &to.sink, &h, &f);
	for (; *spec; spec++) {
		if (*spec == 'b')
			put_block(&o, &f);
		else if (*spec == 'f')
			put_foreign(&o, &f);
		else if (*spec == 'C')
			frameout_commit(&o, &e, &f);
		else
			frameout_abort(&o, &why, &f);
	}
	schema_free(&h.schema);
	if (f.kind)
		printf("# writing failed: %s\n", f.why);
	return to.b;
}

/* Read as plain msgpack: 0 and the text in out, or the kind of failure. */
static int read_plain(const char *p, size_t n, size_t piece, struct buf *out, struct fail *f)
{
	struct bytes_source s = bytes_source(p, n, piece);
	struct framein in;
	struct source *from;
	char some[7];
	ssize_t got = 0;

	fail_clear(f);
	if (framein_open(&in, &s.source, f) == 0) {
		from = framein_plain(&in);
		while ((got = io_read(from, some, sizeof some, f)) > 0)
			if (out)
				buf_put(out, some, (size_t)got);
	}
	framein_close(&in);
	return (int)f->kind;
}

/* Read block by block, as td-put does. */
static int read_blocks(const char *p, size_t n, struct fail *f)
{
	struct bytes_source s = bytes_source(p, n, 3);
	struct framein in;
	struct frame_block b;
	const char *bytes;
	size_t len;

	fail_clear(f);
	if (framein_open(&in, &s.source, f) == 0)
		while (framein_next(&in, &b, &bytes, &len, f) > FRAMEIN_END)
			;
	framein_close(&in);
	return (int)f->kind;
}

static void whole(void)
{
	static const char *const specs[] = { "C", "bC", "bbbC", "fC", "bfbC", "ffC", "PfC",
		"PffC" };
	struct fail f;

	for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
		struct buf frame = make(specs[i]), out;
		size_t blocks = strlen(specs[i]) - 1 - (*specs[i] == 'P');
		int same = 1;

		for (size_t piece = 1; piece < 40; piece += 6) {
			buf_init(&out, 4096);
			same &= read_plain(frame.p, frame.len, piece, &out, &f) == 0 &&
				out.len == blocks * PLAIN;
			for (size_t k = 0; same && k < blocks; k++)
				same &= memcmp(out.p + k * PLAIN, plain, PLAIN) == 0;
			buf_free(&out);
		}
		if (!tap_result(same && read_blocks(frame.p, frame.len, &f) == 0, specs[i]))
			printf("# %s\n", f.why);
		buf_free(&frame);
	}
}

static void damaged(const char *spec)
{
	struct buf frame = make(spec);
	struct fail f;
	size_t accepted = 0, upstream = 0;

	for (size_t n = 0; n < frame.len; n++) {
		int kind = read_plain(frame.p, n, 5, NULL, &f);

		accepted += kind == 0 || read_blocks(frame.p, n, &f) == 0;
		upstream += kind == FAIL_UPSTREAM;
	}
	tap_num((long long)accepted, 0, "no cut is accepted");
	tap_num((long long)upstream, (long long)frame.len, "every cut says that the upstream died");
	buf_free(&frame);
}

/* Every bit of a frame, head and end included. */
static void flipped(const char *spec)
{
	struct buf with = make(spec);
	struct fail f;
	size_t accepted = 0;

	for (size_t i = 0; i < with.len * 8; i++) {
		with.p[i / 8] = (char)(with.p[i / 8] ^ 1 << i % 8);
		accepted += read_plain(with.p, with.len, 64, NULL, &f) == 0;
		accepted += read_blocks(with.p, with.len, &f) == 0;
		with.p[i / 8] = (char)(with.p[i / 8] ^ 1 << i % 8);
	}
	tap_num((long long)accepted, 0, "no flipped bit is accepted, inflated or not");
	buf_free(&with);
}

static void joined(void)
{
	struct buf one = make("bC"), two = make("bC"), open = make("b"), aborted = make("bA"), both;
	struct fail f;

	buf_init(&both, 1 << 20);
	buf_put(&both, one.p, one.len);
	buf_put(&both, two.p, two.len);
	tap_num(read_blocks(both.p, both.len, &f), FAIL_DATA, "two frames joined are refused");
	both.len = 0;
	buf_put(&both, open.p, open.len);
	buf_put(&both, two.p, two.len);
	tap_num(read_blocks(both.p, both.len, &f), FAIL_DATA, "a second head is refused");
	both.len = 0;
	buf_put(&both, one.p, one.len);
	buf_put(&both, "x", 1);
	tap_num(read_blocks(both.p, both.len, &f), FAIL_DATA, "one byte after the end is refused");
	tap_num(read_plain(aborted.p, aborted.len, 9, NULL, &f), FAIL_UPSTREAM,
		"an abort is refused");
	tap_is(f.why, "upstream gave up: job 7 failed: no such table \"x\"", "and says why");
	tap_num(read_blocks("hello, world, hello, world", 26, &f), FAIL_DATA,
		"text is not a frame");
	tap_num(read_blocks("", 0, &f), FAIL_UPSTREAM, "empty input is not a frame");
	buf_free(&both);
	buf_free(&one);
	buf_free(&two);
	buf_free(&open);
	buf_free(&aborted);
}

static void fields(void)
{
	struct buf frame = make("bC");
	struct bytes_source s = bytes_source(frame.p, frame.len, 1000);
	struct framein in;
	struct frame_block b;
	const char *p;
	size_t n;
	struct fail f = { 0 };

	tap_num(framein_open(&in, &s.source, &f), 0, "the head is read");
	tap_num(in.head.content, FRAME_ROWS, "content");
	tap_is(in.head.schema.n == 1 ? in.head.schema.col[0].name : "", "a\xc3\xa9",
		"a column name");
	tap_is(in.head.schema.n == 1 ? in.head.schema.col[0].type : "", "varchar", "its type");
	tap_is(in.head.job_id, "7", "job id");
	tap_num(in.head.rows, -1, "rows not known");
	tap_num(framein_next(&in, &b, &p, &n, &f), FRAMEIN_BLOCK, "a block");
	tap_num(b.values, VALUES, "its values");
	tap_num(b.done == in.source_done && (b.done == -1 || b.done == 250000), 1,
		"how far its writer was");
	tap_num(framein_next(&in, &b, &p, &n, &f), FRAMEIN_END, "the end");
	tap_num((long long)in.end.rows, VALUES, "rows");
	tap_num(in.end.has_time && in.end.time_min == 5 && in.end.time_max == 9, 1, "time range");
	tap_num(in.end.verified, 1, "verified");
	tap_num(framein_next(&in, &b, &p, &n, &f), FRAMEIN_END, "the end again");
	framein_close(&in);
	buf_free(&frame);
}

static int extra(const char *p, size_t n)
{
	struct frame_extra x;

	return frame_extra_parse(p, n, &x);
}

/* The extra field of a gzip header, as no writer of ours makes it. */
static void extras(void)
{
	const struct frame_extra ours = { 'H', 1, 2, 3, 2, -1 }, told = { 'B', 1, 2, 3, 2, 77 };
	char text[FRAME_EXTRA_LEN + FRAME_DONE_LEN], done[FRAME_EXTRA_LEN + FRAME_DONE_LEN];
	struct frame_extra x;
	const size_t n = frame_extra_format(text, &ours);

	tap_num(extra(text, n), 1, "a subfield of ours");
	tap_num(extra(text, n - 1), -1, "cut");
	tap_num(extra("ab\1\0x", 5), 0, "another's");
	tap_num(extra("ab\5\0xx", 6), -1, "another's that is longer than the field");
	tap_num(frame_extra_has(text, n), 1, "it has one of ours");
	tap_num(frame_extra_has("ab\1\0xTD\1\0x", 10), 1, "it has one of ours after another's");
	tap_num(frame_extra_has("ab\1\0x", 5), 0, "it has none");
	tap_num(frame_extra_has("TD", 2), 0, "half of one");
	tap_num((long)frame_extra_format(done, &told), sizeof done, "a block that tells");
	tap_num(frame_extra_parse(done, sizeof done, &x), 1, "is read");
	tap_num(x.done, 77, "how far its writer was");
	text[4] = 0;
	tap_num(extra(text, n), -1, "version 0");
	text[4] = 100;
	tap_num(extra(text, n), -1, "a version to come");
	text[4] = 2;
	text[5] = 'X';
	tap_num(extra(text, n), -1, "a kind that there is not");
	text[5] = '\0';
	tap_num(extra(text, n), -1, "no kind");
}

static int end_of(const char *text)
{
	struct frame_end e = { 0 };
	struct fail f = { 0 };
	const int rc = frame_end_parse(&e, false, text, strlen(text), &f);

	frame_end_free(&e);
	return rc;
}

/* Documents of which one member is wrong, and the number of rows, where it is known. */
static void documents(void)
{
	const struct frame_head none = { .content = FRAME_ROWS, .rows = 0, .size = -1 };
	char *text = frame_head_format(&none);

	tap_num(strstr(text, "\"rows\":0") != NULL, 1, "a head of a result without rows says so");
	free(text);
	tap_num(end_of("{\"end\":\"abort\",\"reason\":\"x\",\"status\":69}"), 0, "an abort");
	tap_num(end_of("{\"end\":\"abort\",\"reason\":\"x\",\"status\":\"69\"}"), -1,
		"an abort whose status is a text");
	tap_num(end_of("{\"end\":\"abort\",\"reason\":\"x\",\"status\":-1}"), -1,
		"an abort whose status is negative");
}

int main(void)
{
	extras();
	documents();
	whole();
	damaged("bfbC");
	damaged("PffC");
	flipped("bC");
	flipped("PffC");
	flipped("fC");
	flipped("bfbC");
	joined();
	fields();
	return tap_done();
}

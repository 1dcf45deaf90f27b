/* Reading a frame: members, counts, checksum, and what its writer says at the end. */
#include "frame/framein.h"
#include "base/crc.h"
#include "base/die.h"
#include "frame/gzip.h"
#include "base/mem.h"
#include "base/num.h"

#include <stdlib.h>

enum {
	READ_SIZE = 256 << 10,
	CHUNK = 64 << 10,
	HEADER_MAX = FRAME_JSON_MAX + (1 << 17),
	LOOK_BACK = 16 << 10
};
enum { KEEP = 4 << 20 };

bool framein_is(const char *p, size_t n)
{
	enum { AT = GZIP_PLAIN_HEADER_LEN + 2 };

	return n >= AT + FRAME_EXTRA_LEN && gzip_is(p, n) && p[3] & 4 &&
		memcmp(p + AT, "TD", 2) == 0 && p[AT + 5] == 'H';
}

/*
 * Make `want` bytes available at in.p + at if the source has them. Returns how many there are, at
 * most want, or -1.
 */
static ssize_t fill(struct framein *in, size_t want, struct fail *f)
{
	while (in->in.len - in->at < want && !in->at_eof) {
		ssize_t n;

		size_t keep = in->foreign && in->at > LOOK_BACK ? LOOK_BACK
			: in->foreign                           ? in->at
								: 0;

		if (in->at > keep) {
			buf_eat(&in->in, in->at - keep);
			in->at = keep;
		}
		if (in->in.cap - in->in.len < READ_SIZE / 4 && buf_room(&in->in, READ_SIZE))
			return fail_set(f, FAIL_DATA, "a member longer than %d bytes",
				FRAME_MEMBER_MAX);
		n = io_read(in->from, in->in.p + in->in.len, in->in.cap - in->in.len, f);
		if (n < 0)
			return -1;
		in->in.len += (size_t)n;
		in->at_eof = n == 0;
	}
	return (ssize_t)(in->in.len - in->at < want ? in->in.len - in->at : want);
}

static int died(struct framein *in, struct fail *f)
{
	return fail_set(f, FAIL_UPSTREAM,
		"%s ended in the middle of a frame, after %llu row%s: the program that wrote it "
		"died",
		in->from->name, (unsigned long long)in->rows, num_s(in->rows));
}

/* An abort's reason may have come through several programs: "upstream" is prefixed once. */
static int gave_up(const struct frame_end *e, struct fail *f)
{
	static const char prefix[] = "upstream gave up: ";
	const char *reason = e->reason ? e->reason : "no reason given";
	bool said = strncmp(reason, prefix, sizeof prefix - 1) == 0;

	if (f->kind == FAIL_NONE && fail_set(f, FAIL_UPSTREAM, "%s%s", said ? "" : prefix, reason))
		f->told = die_told(e->place);
	return -1;
}

/* Use n bytes; those before the end go into the checksum, in version 1 without the head. */
static void use(struct framein *in, size_t n, bool counted)
{
	if (counted)
		in->crc = crc_add(in->crc, in->in.p + in->at, n);
	in->at += n;
	in->offset += n;
}

/*
 * The gzip header at the cursor, whole in the buffer. Its length, 0 at the end of the source, or
 * -1.
 */
static ptrdiff_t header(struct framein *in, struct gzip_header *h, struct fail *f)
{
	size_t want = GZIP_PLAIN_HEADER_LEN;

	for (;;) {
		ssize_t have = fill(in, want, f);
		ptrdiff_t n;

		if (have <= 0)
			return have;
		n = gzip_header_parse(in->in.p + in->at, in->in.len - in->at, h);
		if (n < 0)
			return fail_set(f, FAIL_DATA,
				in->offset ? "%s: no gzip member at byte %llu"
					   : "%s: not a td frame (rows of other kinds go through "
					     "td-encode): byte %llu",
				in->from->name, (unsigned long long)in->offset);
		if (n > 0)
			return n;
		if ((size_t)have < want)
			return died(in, f);
		if (want > HEADER_MAX)
			return fail_set(f, FAIL_DATA, "%s: a gzip header longer than %d bytes",
				in->from->name, HEADER_MAX);
		want = in->in.len - in->at + 1;
	}
}

/*
 * A head or an end, whose header (n bytes) is at p: are they the bytes that a writer makes? In
 * version 2 each of them is fixed or protected, so that no damage goes unseen.
 */
static bool is_exact(const char *p, size_t n, const struct gzip_header *h,
	const struct frame_extra *x)
{
	enum { FEXTRA_FCOMMENT = 4 | 16, BEFORE = GZIP_PLAIN_HEADER_LEN + 2 + FRAME_EXTRA_LEN };

	if (x->version == 1)
		return true;
	return memcmp(p, gzip_plain_header, 3) == 0 && p[3] == FEXTRA_FCOMMENT &&
		memcmp(p + 4, gzip_plain_header + 4, GZIP_PLAIN_HEADER_LEN - 4) == 0 &&
		h->extra_len == FRAME_EXTRA_LEN && n == BEFORE + h->comment_len + 1 &&
		x->member_len == h->comment_len && x->values == 0 &&
		x->body_len == crc_add(0, h->comment, h->comment_len);
}

/* The empty body and the trailer of a head or an end, whose header (n bytes) is at the cursor. */
static int empty_body(struct framein *in, size_t n, struct fail *f)
{
	char rest[GZIP_FINAL_LEN + GZIP_TRAILER_LEN] = GZIP_FINAL;
	ssize_t have = fill(in, n + sizeof rest, f);

	if (have < 0)
		return -1;
	if ((size_t)have < n + sizeof rest)
		return died(in, f);
	if (memcmp(in->in.p + in->at + n, rest, sizeof rest) != 0)
		return fail_set(f, FAIL_DATA, "%s: a head or end with a body, at byte %llu",
			in->from->name, (unsigned long long)in->offset);
	return 0;
}

int framein_open(struct framein *in, struct source *from, struct fail *f)
{
	struct gzip_header h;
	struct frame_extra x;
	ptrdiff_t n;

	*in = (struct framein){ .from = from, .head.rows = -1, .head.size = -1,
		.source_done = -1 };
	buf_init(&in->in, (size_t)FRAME_MEMBER_MAX + READ_SIZE);
	buf_init(&in->body, FRAME_BODY_MAX);
	n = header(in, &h, f);
	if (n < 0)
		return -1;
	if (n == 0)
		return fail_set(f, FAIL_UPSTREAM,
			"%s is empty: the program that should write it died or failed", from->name);
	if (!h.extra || frame_extra_parse(h.extra, h.extra_len, &x) != 1 || x.kind != 'H' ||
		!h.comment)
		return fail_set(f, FAIL_DATA,
			"%s: not a td frame (gzip, but without a frame's head)", from->name);
	in->version = x.version;
	if (!is_exact(in->in.p + in->at, (size_t)n, &h, &x))
		return fail_set(f, FAIL_DATA, "%s: the frame's head is damaged", from->name);
	/* h points into the buffer: parse before the buffer moves, then check the rest */
	if (frame_head_parse(&in->head, h.comment, h.comment_len, f) ||
		empty_body(in, (size_t)n, f))
		return fail_at(f, "%s", from->name);
	if (in->head.version != in->version)
		return fail_set(f, FAIL_DATA, "%s: the frame's head has two versions", from->name);
	use(in, (size_t)n + GZIP_FINAL_LEN + GZIP_TRAILER_LEN, in->version > 1);
	in->begin = in->offset;
	in->count.rows = in->head.passed && in->head.schema.n > 0;
	in->count.columns = (uint32_t)in->head.schema.n;
	return 0;
}

/*
 * The source's word against what came, which is what the end says from now on. length: of all
 * members.
 */
static int check_passed(struct framein *in, uint64_t length, struct fail *f)
{
	struct frame_end *e = &in->end;

	if (e->length != length)
		return fail_set(f, FAIL_DATA,
			"%s: the frame's end speaks of %llu bytes, but %llu came", in->from->name,
			(unsigned long long)e->length, (unsigned long long)length);
	if (e->has_rows && e->rows != in->rows)
		return fail_set(f, FAIL_DATA, "%s: %llu rows came, but their source has %llu",
			in->from->name, (unsigned long long)in->rows, (unsigned long long)e->rows);
	e->rows = in->rows;
	e->blocks = in->blocks;
	e->bytes = in->bytes;
	return 0;
}

static int check_counts(struct framein *in, struct fail *f)
{
	const struct frame_end *e = &in->end;

	if (e->rows != in->rows || e->blocks != in->blocks || e->bytes != in->bytes)
		return fail_set(f, FAIL_DATA,
			"%s: the frame's end counts %llu rows, %llu blocks and %llu bytes, but "
			"%llu, %llu and %llu came",
			in->from->name, (unsigned long long)e->rows, (unsigned long long)e->blocks,
			(unsigned long long)e->bytes, (unsigned long long)in->rows,
			(unsigned long long)in->blocks, (unsigned long long)in->bytes);
	if (e->crc != in->crc)
		return fail_set(f, FAIL_DATA,
			"%s: the frame's checksum is wrong: it was damaged on the way",
			in->from->name);
	if (!mp_count_whole(&in->count))
		return fail_set(f, FAIL_DATA, "%s: the frame ends inside a msgpack value",
			in->from->name);
	return 0;
}

static enum framein_what take_end(struct framein *in, const struct gzip_header *h,
	const struct frame_extra *x, size_t n, struct fail *f)
{
	const uint64_t length = in->offset - in->begin;
	ssize_t more;

	if (!h->comment)
		return fail_set(f, FAIL_DATA, "%s: the frame's end is empty", in->from->name);
	if (!is_exact(in->in.p + in->at, n, h, x))
		return fail_set(f, FAIL_DATA, "%s: the frame's end is damaged", in->from->name);
	if (frame_end_parse(&in->end, in->head.passed, h->comment, h->comment_len, f))
		return fail_at(f, "%s", in->from->name);
	if (empty_body(in, n, f))
		return FRAMEIN_FAILED;
	use(in, n + GZIP_FINAL_LEN + GZIP_TRAILER_LEN, false);
	if (!in->end.commit)
		return gave_up(&in->end, f);
	if ((in->head.passed && check_passed(in, length, f)) || check_counts(in, f))
		return FRAMEIN_FAILED;
	more = fill(in, 1, f);
	if (more < 0)
		return FRAMEIN_FAILED;
	if (more > 0)
		return fail_set(f, FAIL_DATA,
			"%s: data after the end of the frame, at byte %llu (two frames joined?)",
			in->from->name, (unsigned long long)in->offset);
	in->done = true;
	return FRAMEIN_END;
}

/*
 * A passed frame is complete, but what is at in.p[0..at) is not: if its end was taken for data, the
 * last member is cut. Takes e.
 */
static int cut(struct framein *in, struct frame_end *e, size_t at, struct fail *f)
{
	frame_end_free(e);
	if (f->kind == FAIL_UPSTREAM || in->at > at) {
		fail_clear(f);
		fail_set(f, FAIL_DATA, "%s: member %llu is cut short: its source ended inside it",
			in->from->name, (unsigned long long)in->blocks + 1);
	}
	return -1;
}

/*
 * A member that broke off: its writer may have said why, after bytes that were cut anywhere. f,
 * filled already, becomes the writer's reason if an abort is the last thing that comes.
 */
static int broken(struct framein *in, struct fail *f)
{
	struct fail ignored = { 0 };

	if (f->kind != FAIL_DATA && f->kind != FAIL_UPSTREAM)
		return -1;
	if (fill(in, READ_SIZE, &ignored) < 0 && ignored.kind == FAIL_SIGNAL)
		*f = ignored;
	if (!in->at_eof)
		return -1;
	for (size_t at = 0; at < in->in.len; at++) {
		struct gzip_header h;
		struct frame_extra x;
		struct frame_end e = { 0 };
		ptrdiff_t n = gzip_header_parse(in->in.p + at, in->in.len - at, &h);

		if (n <= 0 || at + (size_t)n + GZIP_FINAL_LEN + GZIP_TRAILER_LEN != in->in.len ||
			!h.extra || !h.comment ||
			frame_extra_parse(h.extra, h.extra_len, &x) != 1 || x.kind != 'E' ||
			x.version != in->version ||
			!is_exact(in->in.p + at, (size_t)n, &h, &x))
			continue;
		if (frame_end_parse(&e, in->head.passed, h.comment, h.comment_len, &ignored) == 0 &&
			(!e.commit || in->head.passed)) {
			if (e.commit)
				return cut(in, &e, at, f);
			fail_clear(f);
			gave_up(&e, f);
			frame_end_free(&in->end); /* of an earlier call */
			in->end = e;
			return -1;
		}
		frame_end_free(&e);
	}
	return -1;
}

static enum framein_what take_block(struct framein *in, const struct frame_extra *x, size_t n,
	struct frame_block *b, struct fail *f)
{
	enum { TAIL = GZIP_FINAL_LEN + GZIP_TRAILER_LEN };
	uint32_t body_len;
	const char *p;
	ssize_t have;

	if (x->member_len < n + TAIL || x->member_len > FRAME_MEMBER_MAX ||
		x->body_len > FRAME_BODY_MAX || x->values > x->body_len)
		return fail_set(f, FAIL_DATA, "%s: block %llu: its lengths cannot be true",
			in->from->name, (unsigned long long)in->blocks + 1);
	have = fill(in, x->member_len, f);
	if (have < 0)
		return FRAMEIN_FAILED;
	if ((size_t)have < x->member_len) {
		died(in, f);
		return (enum framein_what)broken(in, f);
	}
	p = in->in.p + in->at;
	b->data = p + n;
	b->len = x->member_len - n - TAIL;
	b->body_len = x->body_len;
	b->values = x->values;
	b->done = in->source_done = x->done;
	gzip_trailer_parse(p + x->member_len - GZIP_TRAILER_LEN, &b->crc, &body_len);
	if (body_len != x->body_len || memcmp(b->data + b->len, GZIP_FINAL, GZIP_FINAL_LEN) != 0)
		return fail_set(f, FAIL_DATA, "%s: block %llu: its lengths do not agree",
			in->from->name, (unsigned long long)in->blocks + 1);
	use(in, x->member_len, true); /* the bytes stay where they are until the next fill() */
	in->blocks++;
	in->bytes += b->body_len;
	in->rows += b->values;
	return FRAMEIN_BLOCK;
}

static int ready(struct framein *in, struct fail *f)
{
	if (!in->inflater)
		in->inflater = inflater_open(f);
	return in->inflater ? 0 : -1;
}

static int foreign_start(struct framein *in, size_t n, struct fail *f)
{
	if (ready(in, f))
		return -1;
	inflater_start(in->inflater);
	if (!in->chunk)
		in->chunk = mem_alloc(CHUNK);
	use(in, n, true);
	in->foreign = true;
	in->body_len = 0;
	return 0;
}

static int foreign_end(struct framein *in, struct fail *f)
{
	uint32_t crc, len;
	ssize_t have = fill(in, GZIP_TRAILER_LEN, f);

	if (have < 0)
		return -1;
	if (have < GZIP_TRAILER_LEN)
		return died(in, f);
	gzip_trailer_parse(in->in.p + in->at, &crc, &len);
	if (crc != inflater_crc(in->inflater) || len != (uint32_t)in->body_len)
		return fail_set(f, FAIL_DATA, "%s: member %llu: its checksum or length is wrong",
			in->from->name, (unsigned long long)in->blocks + 1);
	use(in, GZIP_TRAILER_LEN, true);
	in->foreign = false;
	in->blocks++;
	return 0;
}

void framein_blame(struct framein *in, struct fail *f)
{
	if (in->foreign)
		broken(in, f);
}

/* Inflate some of a foreign member. 0 with *n == 0 is progress without bytes. */
static int foreign_bytes(struct framein *in, const char **p, size_t *n, struct fail *f)
{
	ssize_t have = fill(in, 1, f);
	struct inflater_step step;
	int rc;

	if (have < 0)
		return -1;
	if (have == 0)
		return died(in, f);
	if (inflater_step(in->inflater, in->in.p + in->at, in->in.len - in->at, in->chunk, CHUNK,
		    &step))
		return fail_set(f, FAIL_DATA, "%s: member %llu: the compressed data is damaged",
			in->from->name, (unsigned long long)in->blocks + 1);
	use(in, step.in, true);
	*p = in->chunk;
	*n = step.out;
	in->body_len += *n;
	in->bytes += *n;
	in->rows -= in->count.values;
	rc = mp_count_put(&in->count, in->chunk, *n);
	in->rows += in->count.values;
	if (rc == MP_ODD)
		return fail_set(f, FAIL_DATA,
			"%s: row %llu is not an array of %lu values, one a column", in->from->name,
			(unsigned long long)in->count.values + 1, (unsigned long)in->count.columns);
	if (rc)
		return fail_set(f, FAIL_DATA, "%s: member %llu: not msgpack", in->from->name,
				(unsigned long long)in->blocks + 1);
	return step.end ? foreign_end(in, f) : 0;
}

/*
 * What the member with this header (n bytes, at the cursor) is: 1 one of ours, 0 a foreign one, -1
 * neither. In a passed frame all between head and end are foreign, whatever their headers hold.
 */
static int kind_of(const struct framein *in, const struct gzip_header *h, size_t n,
	struct frame_extra *x)
{
	int kind = h->extra ? frame_extra_parse(h->extra, h->extra_len, x) : 0;

	if (in->head.passed)
		return kind == 1 && x->kind == 'E' && x->version == in->version && h->comment &&
			is_exact(in->in.p + in->at, n, h, x);
	return kind == 1 && x->version != in->version ? -1 : kind;
}

enum framein_what framein_next(struct framein *in, struct frame_block *b, const char **p, size_t *n,
	struct fail *f)
{
	if (in->done)
		return FRAMEIN_END;
	for (;;) {
		struct gzip_header h;
		struct frame_extra x;
		ptrdiff_t len;
		int kind;

		if (in->foreign) {
			if (foreign_bytes(in, p, n, f))
				return (enum framein_what)broken(in, f);
			if (*n > 0)
				return FRAMEIN_BYTES;
			continue;
		}
		len = header(in, &h, f);
		if (len <= 0)
			return len < 0 ? FRAMEIN_FAILED : (enum framein_what)died(in, f);
		kind = kind_of(in, &h, (size_t)len, &x);
		if (kind < 0 || (kind == 1 && x.kind == 'H'))
			return fail_set(f, FAIL_DATA, "%s: %s at byte %llu", in->from->name,
				kind < 0 ? "a damaged or newer member"
					 : "a second head (two frames joined?)",
				(unsigned long long)in->offset);
		if (kind == 1 && x.kind == 'E')
			return take_end(in, &h, &x, (size_t)len, f);
		if (kind == 1) {
			/* values must not be cut between blocks of ours and foreign members */
			if (!mp_count_whole(&in->count))
				return fail_set(f, FAIL_DATA,
					"%s: a msgpack value is cut at byte %llu", in->from->name,
					(unsigned long long)in->offset);
			return take_block(in, &x, (size_t)len, b, f);
		}
		if (foreign_start(in, (size_t)len, f))
			return FRAMEIN_FAILED;
	}
}

static int next_body(struct framein *in, struct fail *f)
{
	struct frame_block b;
	const char *p;
	size_t n;

	in->body.len = in->body_at = 0;
	switch (framein_next(in, &b, &p, &n, f)) {
	case FRAMEIN_END:
		return 0;
	case FRAMEIN_BYTES:
		return buf_put(&in->body, p, n) ? fail_set(f, FAIL_SYSTEM, "a chunk does not fit")
						: 1;
	case FRAMEIN_BLOCK:
		/*
		 * deflate never expands more than 1032 times: a claim beyond that is a lie, and is
		 * not allocated for
		 */
		if (b.body_len / 1032 > b.len || buf_room(&in->body, b.body_len))
			return fail_set(f, FAIL_DATA, "%s: block %llu: its lengths cannot be true",
				in->from->name, (unsigned long long)in->blocks);
		if (ready(in, f))
			return -1;
		if (inflater_block(in->inflater, b.data, b.len, in->body.p, b.body_len, b.crc))
			return fail_set(f, FAIL_DATA,
				"%s: block %llu: the compressed data is damaged", in->from->name,
				(unsigned long long)in->blocks);
		in->body.len = b.body_len;
		return 1;
	default:
		return -1;
	}
}

static ssize_t plain_read(struct source *s, void *p, size_t cap, struct fail *f)
{
	struct framein *in = (struct framein *)((char *)s - offsetof(struct framein, plain));
	size_t n;

	while (in->body_at == in->body.len) {
		int rc = next_body(in, f);

		if (rc <= 0)
			return rc;
	}
	n = in->body.len - in->body_at < cap ? in->body.len - in->body_at : cap;
	memcpy(p, in->body.p + in->body_at, n);
	in->body_at += n;
	if (in->body_at == in->body.len && in->body.cap > KEEP) {
		buf_free(&in->body);
		in->body_at = 0;
	}
	return (ssize_t)n;
}

struct source *framein_plain(struct framein *in)
{
	in->plain = (struct source){ .read = plain_read, .name = in->from->name };
	return &in->plain;
}

void framein_close(struct framein *in)
{
	inflater_close(in->inflater);
	buf_free(&in->in);
	buf_free(&in->body);
	free(in->chunk);
	frame_head_free(&in->head);
	frame_end_free(&in->end);
}

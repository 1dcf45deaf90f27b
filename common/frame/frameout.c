/* Writing a frame: head, blocks or members of others, end. */
#include "frame/frameout.h"
#include "base/crc.h"
#include "base/die.h"
#include "base/log.h"
#include "frame/gzip.h"
#include "base/mem.h"
#include "base/sig.h"

#include <stdlib.h>

enum { FEXTRA = 4, FCOMMENT = 16 };

/* A gzip header with our subfields: 10 bytes, XLEN, the subfields. */
static void header(struct buf *b, char flags, const struct frame_extra *x)
{
	char extra[FRAME_EXTRA_LEN + FRAME_DONE_LEN];
	const size_t n = frame_extra_format(extra, x);
	const char xlen[2] = { (char)n, 0 };

	buf_put(b, gzip_plain_header, GZIP_PLAIN_HEADER_LEN);
	b->p[3] = flags;
	buf_put(b, xlen, sizeof xlen);
	buf_put(b, extra, n);
}

int frameout_raw(struct frameout *o, const void *p, size_t n, struct fail *f)
{
	o->crc = crc_add(o->crc, p, n);
	o->length += n;
	return io_put(o->to, p, n, f);
}

/* Head and end: an empty body, the JSON as comment. Takes text. */
static int write_text(struct frameout *o, char kind, char *text, struct fail *f)
{
	char trailer[GZIP_TRAILER_LEN];
	struct buf b;
	int rc;

	buf_init(&b, FRAME_JSON_MAX + 256);
	header(&b, FEXTRA | FCOMMENT, &(struct frame_extra){ .kind = kind,
			.done = -1,
			.version = o->passed ? FRAME_PASSED : FRAME_VERSION,
			.member_len = (uint32_t)strlen(text),
			.body_len = crc_add(0, text, strlen(text)) });
	gzip_trailer(trailer, 0, 0);
	if (strlen(text) > FRAME_JSON_MAX || buf_puts(&b, text) || buf_putc(&b, '\0') ||
	    buf_put(&b, GZIP_FINAL, GZIP_FINAL_LEN) || buf_put(&b, trailer, sizeof trailer))
		rc = fail_set(f, FAIL_DATA,
			"the names of the columns are longer than %d bytes together",
			FRAME_JSON_MAX);
	else
		rc = frameout_raw(o, b.p, b.len, f);
	buf_free(&b);
	free(text);
	return rc;
}

int frameout_open(struct frameout *o, struct sink *to, const struct frame_head *h, struct fail *f)
{
	*o = (struct frameout){ .to = to, .passed = h->passed };
	if (write_text(o, 'H', frame_head_format(h), f))
		return -1;
	o->length = 0;
	return 0;
}

void frameout_raw_counts(struct frameout *o, uint64_t members, uint64_t bytes, uint64_t values)
{
	o->blocks += members;
	o->bytes += bytes;
	o->rows += values;
}

int frameout_block(struct frameout *o, const struct frame_block *b, struct fail *f)
{
	enum { HEADER = GZIP_PLAIN_HEADER_LEN + 2 + FRAME_EXTRA_LEN + FRAME_DONE_LEN };
	const size_t length = HEADER - (b->done < 0 ? FRAME_DONE_LEN : 0);
	char tail[GZIP_FINAL_LEN + GZIP_TRAILER_LEN] = GZIP_FINAL;
	struct frame_extra x = { .kind = 'B', .version = FRAME_VERSION,
		.member_len = (uint32_t)(length + b->len + sizeof tail), .body_len = b->body_len,
		.values = b->values,
		.done = b->done };
	struct buf h;
	int rc;

	if (b->body_len > FRAME_BODY_MAX || b->len > FRAME_MEMBER_MAX - HEADER - sizeof tail)
		return fail_set(f, FAIL_DATA, "a block of %lu bytes: the limit is %d",
			(unsigned long)b->body_len, FRAME_BODY_MAX);
	buf_init(&h, HEADER);
	header(&h, FEXTRA, &x);
	gzip_trailer(tail + GZIP_FINAL_LEN, b->crc, b->body_len);
	rc = frameout_raw(o, h.p, h.len, f) || frameout_raw(o, b->data, b->len, f) ||
	     frameout_raw(o, tail, sizeof tail, f) ? -1 : 0;
	buf_free(&h);
	frameout_raw_counts(o, 1, b->body_len, b->values);
	return rc;
}

static int write_end(struct frameout *o, struct frame_end e, struct fail *f)
{
	char *text;

	e.passed = o->passed;
	if (!e.passed)
		e.rows = o->rows;
	e.length = o->length;
	e.rejects = o->rejects;
	e.blocks = o->blocks;
	e.bytes = o->bytes;
	e.crc = o->crc;
	text = frame_end_format(&e);
	log_result(text);
	return write_text(o, 'E', text, f);
}

int frameout_commit(struct frameout *o, const struct frame_end *e, struct fail *f)
{
	struct frame_end end = *e;

	end.commit = true;
	return write_end(o, end, f);
}

int frameout_abort(struct frameout *o, const struct fail *why, struct fail *f)
{
	struct frame_end end = { .status = sig_status(why->kind),
		.reason = (char *)(uintptr_t)why->why,
		.place = (char *)(uintptr_t)die_place() };

	return write_end(o, end, f);
}

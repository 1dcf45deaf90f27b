/* Joins the blocks of a frame into upload parts without compressing again. */
#include "td/upload_part.h"
#include "base/crc.h"
#include "value/mp.h"

/* Adding one block may take it past the wanted size by that block. */
enum { DATA_MAX = (64 << 20) + FRAME_MEMBER_MAX };

void upload_part_init(struct upload_part *p)
{
	*p = (struct upload_part){ 0 };
	buf_init(&p->data, DATA_MAX);
}

void upload_part_free(struct upload_part *p)
{
	buf_free(&p->data);
}

void upload_part_clear(struct upload_part *p)
{
	p->data.len = 0;
	p->body_len = p->values = 0;
	p->crc = 0;
}

bool upload_part_is_full(const struct upload_part *p, const struct frame_block *b, size_t size)
{
	return p->data.len > 0 && p->data.len + b->len > size;
}

int upload_part_add(struct upload_part *p, const struct frame_block *b, struct fail *f)
{
	if (buf_put(&p->data, b->data, b->len))
		return fail_set(f, FAIL_DATA, "a part longer than %d bytes", DATA_MAX);
	p->crc = (uint32_t)crc32_combine(p->crc, b->crc, (z_off_t)b->body_len);
	p->body_len += b->body_len;
	p->values += b->values;
	return 0;
}

size_t upload_part_pieces(struct upload_part *p, struct upload_part_piece out[UPLOAD_PART_PIECES])
{
	memcpy(p->tail, GZIP_FINAL, GZIP_FINAL_LEN);
	gzip_trailer(p->tail + GZIP_FINAL_LEN, p->crc, p->body_len);
	out[0] = (struct upload_part_piece){ gzip_plain_header, GZIP_PLAIN_HEADER_LEN };
	out[1] = (struct upload_part_piece){ p->data.p, p->data.len };
	out[2] = (struct upload_part_piece){ p->tail, sizeof p->tail };
	return GZIP_PLAIN_HEADER_LEN + p->data.len + sizeof p->tail;
}

/* --- plain msgpack --------------------------------------------------------- */

void upload_part_plain_free(struct upload_part_plain *s)
{
	if (s->ready)
		gzip_deflate_free(&s->deflate);
	buf_free(&s->body);
	buf_free(&s->packed);
}

int upload_part_plain_put(struct upload_part_plain *s, const char *p, size_t n, struct fail *f)
{
	ptrdiff_t len;

	if (!s->ready) {
		buf_init(&s->body, FRAME_BODY_MAX);
		buf_init(&s->packed, FRAME_MEMBER_MAX);
		if (gzip_deflate_init(&s->deflate, 1, f))
			return -1;
		s->ready = true;
	}
	if (buf_put(&s->body, p, n))
		return fail_set(f, FAIL_DATA, "a record longer than %d bytes", FRAME_BODY_MAX);
	while (s->whole < s->body.len) {
		len = mp_value(s->body.p + s->whole, s->body.p + s->body.len);
		if (len == MP_MORE)
			break;
		if (len < 0)
			return fail_set(f, FAIL_DATA, "a record that is not msgpack");
		s->whole += (size_t)len;
		s->values++;
	}
	return 0;
}

int upload_part_plain_next(struct upload_part_plain *s, bool all, struct frame_block *b,
	struct fail *f)
{
	if (s->packed.len > 0) { /* the block that was handed out */
		buf_eat(&s->body, s->whole);
		s->whole = s->packed.len = 0;
		s->values = 0;
	}
	if (all && s->whole < s->body.len)
		return fail_set(f, FAIL_DATA, "the last record is cut");
	if (s->whole == 0 || (!all && s->whole < FRAME_BLOCK_BODY))
		return 0;
	if (gzip_deflate_block(&s->deflate, s->body.p, s->whole, &s->packed, f))
		return -1;
	*b = (struct frame_block){ s->packed.p, s->packed.len, (uint32_t)s->whole,
				   crc_add(0, s->body.p, s->whole), s->values, -1 };
	return 1;
}

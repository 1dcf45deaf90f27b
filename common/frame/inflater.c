/* Raw deflate data inflated, by ISA-L or zlib. */
#include "frame/inflater.h"
#include "frame/gzip.h"
#include "base/mem.h"

#include <stdlib.h>

#ifdef HAVE_ISAL
#include <isa-l.h>

struct inflater {
	struct inflate_state s;
};

struct inflater *inflater_open(struct fail *f)
{
	struct inflater *i = mem_zero(1, sizeof *i);

	(void)f;
	inflater_start(i);
	return i;
}

void inflater_close(struct inflater *i)
{
	free(i);
}

void inflater_start(struct inflater *i)
{
	isal_inflate_init(&i->s);
	i->s.crc_flag = ISAL_GZIP_NO_HDR; /* raw data, and the CRC of gzip */
}

/*
 * ISA-L reads up to eight bytes ahead. When it waits for more input (tmp_in_size: inside a block's
 * header) it cannot do without them, but when it stops for another reason, those that it has not
 * used are not its own.
 */
static int give_back(struct inflate_state *z, struct inflater_step *s)
{
	size_t spare = (size_t)z->read_in_length / 8;

	if (spare > s->in && s->end)
		return -1; /* cannot happen: what it holds back is less than a symbol */
	if (spare > s->in)
		spare = s->in;
	s->in -= spare;
	z->read_in_length -= (int32_t)(8 * spare);
	z->read_in &= ((uint64_t)1 << z->read_in_length) - 1;
	return 0;
}

int inflater_step(struct inflater *i, const void *p, size_t n, void *out, size_t cap,
	struct inflater_step *s)
{
	struct inflate_state *z = &i->s;

	z->next_in = (uint8_t *)(uintptr_t)p;
	z->avail_in = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
	n = z->avail_in;
	z->next_out = out;
	z->avail_out = cap < UINT32_MAX ? (uint32_t)cap : UINT32_MAX;
	cap = z->avail_out;
	if (isal_inflate(z) < 0)
		return -1;
	s->end = z->block_state == ISAL_BLOCK_FINISH;
	s->in = n - z->avail_in;
	s->out = cap - z->avail_out;
	return s->end || (z->avail_out == 0 && z->tmp_in_size == 0) ? give_back(z, s) : 0;
}

uint32_t inflater_crc(const struct inflater *i)
{
	return i->s.crc;
}

#else
struct inflater {
	z_stream z;
	uint32_t crc;
};

struct inflater *inflater_open(struct fail *f)
{
	struct inflater *i = mem_zero(1, sizeof *i);

	if (inflateInit2(&i->z, -MAX_WBITS) == Z_OK)
		return i;
	free(i);
	fail_set(f, FAIL_SYSTEM, "zlib: cannot start inflating");
	return NULL;
}

void inflater_close(struct inflater *i)
{
	if (i)
		inflateEnd(&i->z);
	free(i);
}

void inflater_start(struct inflater *i)
{
	inflateReset(&i->z);
	i->crc = 0;
}

int inflater_step(struct inflater *i, const void *p, size_t n, void *out, size_t cap,
	struct inflater_step *s)
{
	z_stream *z = &i->z;
	int rc;

	z->next_in = (Bytef *)(uintptr_t)p;
	z->avail_in = n < UINT32_MAX ? (uInt)n : UINT32_MAX;
	n = z->avail_in;
	z->next_out = out;
	z->avail_out = cap < UINT32_MAX ? (uInt)cap : UINT32_MAX;
	cap = z->avail_out;
	rc = inflate(z, Z_NO_FLUSH);
	if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
		return -1;
	s->in = n - z->avail_in;
	s->out = cap - z->avail_out;
	s->end = rc == Z_STREAM_END;
	i->crc = (uint32_t)crc32_z(i->crc, out, s->out);
	return 0;
}

uint32_t inflater_crc(const struct inflater *i)
{
	return i->crc;
}
#endif

int inflater_block(struct inflater *i, const void *p, size_t n, void *out, size_t len, uint32_t crc)
{
	struct inflater_step s;
	char none[1];

	inflater_start(i);
	if (inflater_step(i, p, n, out, len, &s) || s.out != len || s.end)
		return -1;
	p = (const char *)p + s.in;
	n -= s.in;
	if (n > 0 &&
		(inflater_step(i, p, n, none, sizeof none, &s) || s.in != n || s.out > 0 || s.end))
		return -1;
	if (inflater_step(i, GZIP_FINAL, GZIP_FINAL_LEN, none, sizeof none, &s) ||
		s.in != GZIP_FINAL_LEN || s.out > 0 || !s.end)
		return -1;
	return inflater_crc(i) == crc ? 0 : -1;
}

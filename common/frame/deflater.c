/* Blocks of raw deflate data, by ISA-L or zlib. */
#include "frame/deflater.h"
#include "base/crc.h"
#include "frame/gzip.h"
#include "base/mem.h"

#include <stdlib.h>

#ifdef HAVE_ISAL
#include <isa-l.h>
#endif

struct deflater {
	bool fast; /* ISA-L */
	struct gzip_deflate z;
#ifdef HAVE_ISAL
	struct isal_zstream s;
	uint8_t level_buf[ISAL_DEF_LVL1_DEFAULT];
#endif
};

#ifdef HAVE_ISAL
static bool fast_init(struct deflater *d, int level)
{
	d->fast = level == 1;
	return d->fast;
}

static int fast_block(struct deflater *d, const void *p, size_t n, struct buf *out, struct fail *f)
{
	struct isal_zstream *s = &d->s;
	uint8_t *in = (uint8_t *)(uintptr_t)p;

	if (n > UINT32_MAX || buf_room(out, gzip_deflate_bound(n)))
		return fail_set(f, FAIL_SYSTEM, "block of %zu bytes: too large to compress", n);
	isal_deflate_init(s);
	s->level = 1;
	s->level_buf = d->level_buf;
	s->level_buf_size = sizeof d->level_buf;
	s->gzip_flag = IGZIP_DEFLATE;
	s->flush = SYNC_FLUSH;
	s->next_in = in;
	s->avail_in = (uint32_t)n;
	do {
		if (out->cap == out->len && buf_room(out, 4096))
			return fail_set(f, FAIL_SYSTEM, "block of %zu bytes: too large to compress",
				n);
		s->next_out = (uint8_t *)out->p + out->len;
		s->avail_out = out->cap - out->len < UINT32_MAX ? (uint32_t)(out->cap - out->len)
								: UINT32_MAX;
		if (isal_deflate(s) != COMP_OK)
			return fail_set(f, FAIL_SYSTEM, "ISA-L: cannot compress");
		out->len = (size_t)((char *)s->next_out - out->p);
	} while (s->avail_out == 0);
	return 0;
}
#else
static bool fast_init(struct deflater *d, int level)
{
	(void)level;
	return d->fast;
}

static int fast_block(struct deflater *d, const void *p, size_t n, struct buf *out, struct fail *f)
{
	(void)d;
	(void)p;
	(void)n;
	(void)out;
	return fail_set(f, FAIL_SYSTEM, "built without ISA-L");
}
#endif

struct deflater *deflater_open(int level, struct fail *f)
{
	struct deflater *d = mem_zero(1, sizeof *d);

	if (fast_init(d, level) || gzip_deflate_init(&d->z, level, f) == 0)
		return d;
	free(d);
	return NULL;
}

void deflater_close(struct deflater *d)
{
	if (!d->fast)
		gzip_deflate_free(&d->z);
	free(d);
}

int deflater_block(struct deflater *d, const void *p, size_t n, struct buf *out, uint32_t *crc,
	struct fail *f)
{
	*crc = crc_add(0, p, n);
	return d->fast ? fast_block(d, p, n, out, f) : gzip_deflate_block(&d->z, p, n, out, f);
}

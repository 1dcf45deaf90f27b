/* A gzip member, piece by piece. */
#include "store/rowsout.h"
#include "base/crc.h"
#include "base/fd.h"
#include "frame/gzip.h"

enum { LEVEL = 1 };
static const char name[] = "the result";

int rowsout_open(struct rowsout *o, int fd, struct fail *f)
{
	*o = (struct rowsout){ .fd = fd, .deflater = deflater_open(LEVEL, f) };
	buf_init(&o->data, SIZE_MAX / 2);
	return o->deflater ? fd_write(fd, name, gzip_plain_header, GZIP_PLAIN_HEADER_LEN, f) : -1;
}

int rowsout_put(struct rowsout *o, const void *p, size_t n, struct fail *f)
{
	uint32_t crc; /* of the piece alone */

	o->data.len = 0;
	o->crc = crc_add(o->crc, p, n);
	o->plain += n;
	return deflater_block(o->deflater, p, n, &o->data, &crc, f) ||
			fd_write(o->fd, name, o->data.p, o->data.len, f)
		? -1
		: 0;
}

int rowsout_end(struct rowsout *o, struct fail *f)
{
	char end[GZIP_FINAL_LEN + GZIP_TRAILER_LEN] = GZIP_FINAL;

	gzip_trailer(end + GZIP_FINAL_LEN, o->crc, o->plain);
	return fd_write(o->fd, name, end, sizeof end, f);
}

void rowsout_close(struct rowsout *o)
{
	if (o->deflater)
		deflater_close(o->deflater);
	buf_free(&o->data);
}

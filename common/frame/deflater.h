/*
 * deflater: compressing the blocks of a frame: raw deflate data that ends on a byte boundary
 * without a final block, each block for itself, as gzip.h describes it.
 *
 * Level 1 uses ISA-L if built with it, which is several times as fast as zlib at the same size;
 * zlib does all else. The deflate data differs, what it inflates to does not.
 */
#ifndef DEFLATER_H
#define DEFLATER_H

#include "base/buf.h"
#include "base/fail.h"

#include <stdint.h>

struct deflater;

struct deflater *deflater_open(int level, struct fail *f); /* 0 to 9; NULL: f says why */
void deflater_close(struct deflater *d);

/*
 * Append the data of one block to out and set *crc to its CRC-32. Memory: in out, the bound for the
 * block's size.
 */
int deflater_block(struct deflater *d, const void *p, size_t n, struct buf *out, uint32_t *crc,
	struct fail *f);

#endif

/*
 * inflater: raw deflate data (RFC 1951), in pieces of any size, and the CRC-32 of what it holds.
 * Its counterpart is `deflater`. Uses ISA-L if built with it, about three times as fast as zlib;
 * otherwise zlib. Memory: 88 KiB, or zlib's 40.
 */
#ifndef INFLATER_H
#define INFLATER_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inflater;

struct inflater *inflater_open(struct fail *f); /* NULL: f says why */
void inflater_close(struct inflater *i);        /* NULL is allowed */
void inflater_start(struct inflater *i);        /* a new stream of deflate data */

struct inflater_step {
	size_t in, out; /* bytes used and made */
	bool end;       /* the data ended; the rest of the input is not part of it */
};

/*
 * One step: uses up to n bytes at p, makes up to cap bytes at out (cap > 0). When out is full there
 * may be more to come without further input. -1: the data is damaged.
 */
int inflater_step(struct inflater *i, const void *p, size_t n, void *out, size_t cap,
	struct inflater_step *s);
/* CRC-32 of all that came out since inflater_start() */
uint32_t inflater_crc(const struct inflater *i);

/*
 * One block as deflater_block() makes it: len (> 0) bytes into out. -1: it holds something else, or
 * its CRC-32 is not crc.
 */
int inflater_block(struct inflater *i, const void *p, size_t n, void *out, size_t len,
	uint32_t crc);

#endif

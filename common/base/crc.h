/*
 * crc: the CRC-32 of gzip (RFC 1952, 8). Uses ISA-L if built with it, which is six times as fast as
 * zlib.
 */
#ifndef CRC_H
#define CRC_H

#include <stddef.h>
#include <stdint.h>

/* The CRC of bytes whose CRC is `crc` (0 for none) followed by n more. */
uint32_t crc_add(uint32_t crc, const void *p, size_t n);

#endif

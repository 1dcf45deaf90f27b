/* CRC-32 by ISA-L or zlib. */
#include "base/crc.h"

#ifdef HAVE_ISAL
#include <isa-l.h>

uint32_t crc_add(uint32_t crc, const void *p, size_t n)
{
	return crc32_gzip_refl(crc, p, n);
}
#else
#include <zlib.h>

uint32_t crc_add(uint32_t crc, const void *p, size_t n)
{
	return (uint32_t)crc32_z(crc, p, n);
}
#endif

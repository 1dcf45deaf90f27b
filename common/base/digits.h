/*
 * digits: decimal digits, eight at a time. A word holds eight bytes of text, the first in the
 * lowest byte; what follows the digits does not matter.
 */
#ifndef DIGITS_H
#define DIGITS_H

#include <stdint.h>
#include <string.h>

enum { DIGITS_WORD = 8 };

static inline uint64_t digits_load(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

/* How many of the first bytes are digits. */
static inline unsigned digits_count(uint64_t v)
{
	const uint64_t top = 0x8080808080808080u;

	/* digits are 0 to 9 now; adding 0x76 to anything larger sets the top bit */
	v ^= 0x3030303030303030u;
	v = ((v + 0x7676767676767676u) | v) & top;
	return v ? (unsigned)__builtin_ctzll(v) / 8 : DIGITS_WORD;
}

/* The value of the first n (1 to 8) bytes, all digits: joins pairs, then fours, then all eight. */
static inline uint64_t digits_value(uint64_t v, unsigned n)
{
	const uint64_t mask = 0x000000ff000000ffu;

	v = (v ^ 0x3030303030303030u) << (64 - 8 * n); /* leading zeros */
	v = v * 10 + (v >> 8);
	return ((v & mask) * 0x000f424000000064u + ((v >> 16) & mask) * 0x0000271000000001u) >> 32;
}

static const uint64_t digits_ten[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000,
	100000000 };

#endif

/*
 * num: parse an entire string as a number. No locale, no leading blanks, no sign unless stated, no
 * trailing bytes, no overflow.
 */
#ifndef NUM_H
#define NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal digits only, at most max. */
bool num_u64(const char *s, size_t n, uint64_t max, uint64_t *out);

/* An optional '-' and decimal digits, within int64. */
bool num_i64(const char *s, size_t n, int64_t *out);

/* The value of a hexadecimal digit, or -1. */
static inline int num_hex(char c)
{
	return c >= '0' && c <= '9'    ? c - '0'
		: c >= 'a' && c <= 'f' ? c - 'a' + 10
		: c >= 'A' && c <= 'F' ? c - 'A' + 10
				       : -1;
}

/* Bytes: digits with an optional k, M or G (powers of 1024), at most max. */
bool num_size(const char *s, uint64_t max, uint64_t *out);

/* Seconds: digits with an optional s, m, h or d, at most max. */
bool num_seconds(const char *s, uint64_t max, uint64_t *out);

/* How a noun ends after the number n: "%llu row%s". */
static inline const char *num_s(uint64_t n)
{
	return n == 1 ? "" : "s";
}

#endif

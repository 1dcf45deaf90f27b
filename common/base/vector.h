/*
 * vector: sixteen bytes at a time, by SSE2 or NEON; VECTOR is defined where there is one of them.
 * A comparison gives a vector whose bytes are all ones or zero; only such vectors may be asked for
 * their bits.
 *
 * Instructions for 64 bytes of look() in csvscan (gcc 12, -O2): SSE2 103, NEON 77; in words of
 * eight bytes 670 on amd64, 640 on arm64.
 */
#ifndef VECTOR_H
#define VECTOR_H

#include <stdint.h>

#if defined NO_VECTOR /* to test what other machines do */
#elif defined __SSE2__
#include <emmintrin.h>
#define VECTOR 16
typedef __m128i vector;
enum { VECTOR_BITS = 1 }; /* of vector_bits() for each byte */

static inline vector vector_load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline vector vector_or(vector a, vector b)
{
	return _mm_or_si128(a, b);
}

static inline vector vector_is(vector v, char c)
{
	return _mm_cmpeq_epi8(v, _mm_set1_epi8(c));
}

static inline vector vector_is_control(vector v) /* below 0x20 */
{
	return _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);
}

static inline vector vector_is_high(vector v) /* not ASCII */
{
	return v; /* only its top bits count */
}

/* The first byte in the lowest bits. */
static inline uint64_t vector_bits(vector v)
{
	return (uint64_t)(unsigned)_mm_movemask_epi8(v);
}

/* Of 64 bytes, one bit each. */
static inline uint64_t vector_bits64(vector a, vector b, vector c, vector d)
{
	return vector_bits(a) | vector_bits(b) << 16 | vector_bits(c) << 32 | vector_bits(d) << 48;
}

#elif defined __aarch64__ && defined __ARM_NEON
#include <arm_neon.h>
#define VECTOR 16
typedef uint8x16_t vector;
enum { VECTOR_BITS = 4 };

static inline vector vector_load(const char *p)
{
	return vld1q_u8((const uint8_t *)p);
}

static inline vector vector_or(vector a, vector b)
{
	return vorrq_u8(a, b);
}

static inline vector vector_is(vector v, char c)
{
	return vceqq_u8(v, vdupq_n_u8((uint8_t)c));
}

static inline vector vector_is_control(vector v)
{
	return vcltq_u8(v, vdupq_n_u8(0x20));
}

static inline vector vector_is_high(vector v)
{
	return vcltzq_s8(vreinterpretq_s8_u8(v));
}

static inline uint64_t vector_bits(vector v)
{
	return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(v), 4)), 0);
}

/* One bit of each byte stays; adding neighbours three times brings eight of them into one. */
static inline uint64_t vector_bits64(vector a, vector b, vector c, vector d)
{
	const vector bit = { 1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128 };
	vector all = vpaddq_u8(vpaddq_u8(vandq_u8(a, bit), vandq_u8(b, bit)),
		vpaddq_u8(vandq_u8(c, bit), vandq_u8(d, bit)));

	all = vpaddq_u8(all, all);
	return vgetq_lane_u64(vreinterpretq_u64_u8(all), 0);
}
#endif

#endif

/*
 * inflater against zlib's deflate: every level and strategy, cut anywhere on both sides, and
 * damaged data.
 */
#include "frame/inflater.h"
#include "tap.h"

#include <stdlib.h>
#include <zlib.h>

enum { MAX = 100000 };

static uint32_t dice(void)
{
	static uint64_t x = 88172645463325252u;

	x ^= x << 13, x ^= x >> 7, x ^= x << 17;
	return (uint32_t)x;
}

/* Data of some kind: runs, words, noise. */
static size_t make(unsigned char *p)
{
	size_t n = dice() % (dice() % 4 ? 5000 : MAX), kind = dice() % 4;

	for (size_t i = 0; i < n; i++)
		p[i] = kind == 0    ? (unsigned char)dice()
			: kind == 1 ? (unsigned char)(dice() % 3 + 'a')
			: kind == 2 ? (unsigned char)(i / 1000)
				    : (unsigned char)"the quick brown fox "[i % 20 +
					      (dice() % 50 == 0 && i % 20 < 19)];
	return n;
}

static size_t pack(const unsigned char *p, size_t n, unsigned char *out, size_t cap)
{
	z_stream z = { 0 };

	deflateInit2(&z, (int)(dice() % 10), Z_DEFLATED, -MAX_WBITS, (int)(1 + dice() % 9),
		(int)(dice() % 5));
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = (uInt)cap;
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return cap - z.avail_out;
}

/*
 * Inflate in[0..n), with `junk` more bytes after it, in pieces. How much came out, or -1; *used: of
 * in.
 */
static long long unpack(struct inflater *i, const unsigned char *in, size_t n, size_t junk,
	size_t piece, size_t room, unsigned char *out, size_t cap, size_t *used)
{
	struct inflater_step s = { 0 };
	size_t at = 0, len = 0, idle = 0;

	inflater_start(i);
	while (!s.end) {
		/*
		 * as callers do: what was not used is given again, with more after it, until the
		 * output is full
		 */
		size_t some = n + junk - at < piece ? n + junk - at : piece;
		size_t want = cap - len < room ? cap - len : room;

		if (want == 0 || inflater_step(i, in + at, some, out + len, want, &s))
			return -1;
		at += s.in;
		len += s.out;
		idle = s.in == 0 && s.out == 0 ? idle + 1 : 0;
		if (!s.end && idle > 2)
			return -1; /* it asks for more than there is */
	}
	*used = at;
	return (long long)len;
}

static void round_trips(struct inflater *i, unsigned char *plain, unsigned char *packed,
	unsigned char *out)
{
	static const size_t sizes[] = { 1, 2, 3, 5, 7, 8, 13, 64, 1000, 65536, MAX };
	int good = 1, crc = 1, end = 1;

	for (int round = 0; round < 600; round++) {
		size_t n = make(plain), m = pack(plain, n, packed, 2 * MAX), used = 0;
		size_t junk = dice() % 20, piece = sizes[dice() % 11], room = sizes[dice() % 11];

		for (size_t k = 0; k < junk; k++)
			packed[m + k] = (unsigned char)dice();
		good &= unpack(i, packed, m, junk, piece, room, out, MAX + 1, &used) ==
			(long long)n;
		good &= memcmp(plain, out, n) == 0;
		end &= used == m;
		crc &= inflater_crc(i) == crc32(0, plain, (uInt)n);
		if (!(good && crc && end)) {
			printf("# round %d: %zu bytes in %zu, pieces of %zu, room of %zu\n", round,
				n, m, piece, room);
			break;
		}
	}
	tap_result(good, "600 streams, cut anywhere, come back");
	tap_result(end, "and end where they end, whatever follows them");
	tap_result(crc, "with the CRC-32 of zlib");
}

static void damaged(struct inflater *i, unsigned char *plain, unsigned char *packed,
	unsigned char *out)
{
	int good = 1;

	for (int round = 0; round < 2000; round++) {
		size_t n = make(plain) % 3000, m = pack(plain, n, packed, 2 * MAX), used;
		long long got;

		if (m == 0)
			continue;
		packed[dice() % m] ^= (unsigned char)(1 << dice() % 8);
		got = unpack(i, packed, m, 0, 1 + dice() % 500, 1 + dice() % 500, out, MAX, &used);
		good &= got < 0 || used <= m;
	}
	tap_result(good, "2000 damaged streams end");
}

int main(void)
{
	unsigned char *plain = malloc(MAX + 32), *packed = malloc(2 * MAX + 64),
		      *out = malloc(MAX + 32);
	struct fail f = { 0 };
	struct inflater *i = inflater_open(&f);

	round_trips(i, plain, packed, out);
	damaged(i, plain, packed, out);
	inflater_close(i);
	free(plain);
	free(packed);
	free(out);
	return tap_done();
}

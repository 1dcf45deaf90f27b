/* UTF-8: one character at a time, and whole texts eight bytes at a time. */
#include "base/utf8.h"

#include <string.h>

unsigned utf8_next(const char *s, size_t n, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)s;
	unsigned len = p[0] < 0x80 ? 1
		: p[0] < 0xc2      ? 0
		: p[0] < 0xe0      ? 2
		: p[0] < 0xf0      ? 3
		: p[0] < 0xf5      ? 4
				   : 0;

	if (len == 0 || len > n)
		return 0;
	*c = len == 1 ? p[0] : p[0] & (0x7fu >> len);
	for (unsigned i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	return *c < least[len] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000) ? 0 : len;
}

bool utf8_is(const char *s, size_t n)
{
	while (n > 0) {
		uint64_t eight;
		uint32_t c;
		unsigned len;

		if (n >= 8) { /* ASCII, eight at a time */
			memcpy(&eight, s, 8);
			if (!(eight & 0x8080808080808080u)) {
				s += 8;
				n -= 8;
				continue;
			}
		}
		len = utf8_next(s, n, &c);
		if (len == 0)
			return false;
		s += len;
		n -= len;
	}
	return true;
}

/* A bit is set for bytes that are not ASCII and, if any, for NULs: eight at a time. */
static uint64_t unusual(const char *s)
{
	uint64_t eight;

	memcpy(&eight, s, sizeof eight);
	return (eight | (eight - 0x0101010101010101u)) & 0x8080808080808080u;
}

size_t utf8_text(const char *s, size_t n)
{
	size_t at = 0;

	for (;;) {
		uint32_t c;
		unsigned len;

		while (n - at >= 8 && unusual(s + at) == 0)
			at += 8;
		if (at == n)
			return n;
		len = utf8_next(s + at, n - at, &c);
		if (len == 0 || c == 0)
			return at;
		at += len;
	}
}

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

unsigned utf8_width(uint32_t c)
{
	static const struct { uint32_t from, to; unsigned char width; } range[] = {
		{ 0x0300, 0x036f, 0 },   { 0x0483, 0x0489, 0 },   { 0x0591, 0x05bd, 0 },   { 0x0610, 0x061a, 0 },
		{ 0x064b, 0x065f, 0 },   { 0x0900, 0x0902, 0 },   { 0x093c, 0x093c, 0 },   { 0x0941, 0x0948, 0 },
		{ 0x0e31, 0x0e31, 0 },   { 0x0e34, 0x0e3a, 0 },   { 0x0e47, 0x0e4e, 0 },   { 0x1100, 0x115f, 2 },
		{ 0x1ab0, 0x1aff, 0 },   { 0x1dc0, 0x1dff, 0 },   { 0x200b, 0x200f, 0 },   { 0x202a, 0x202e, 0 },
		{ 0x2060, 0x2064, 0 },   { 0x20d0, 0x20ff, 0 },   { 0x2e80, 0x303e, 2 },   { 0x3041, 0x33ff, 2 },
		{ 0x3400, 0x4dbf, 2 },   { 0x4e00, 0x9fff, 2 },   { 0xa000, 0xa4cf, 2 },   { 0xa960, 0xa97f, 2 },
		{ 0xac00, 0xd7a3, 2 },   { 0xf900, 0xfaff, 2 },   { 0xfe00, 0xfe0f, 0 },   { 0xfe20, 0xfe2f, 0 },
		{ 0xfe30, 0xfe6f, 2 },   { 0xfeff, 0xfeff, 0 },   { 0xff00, 0xff60, 2 },   { 0xffe0, 0xffe6, 2 },
		{ 0x1f300, 0x1f64f, 2 }, { 0x1f680, 0x1f6ff, 2 }, { 0x1f900, 0x1f9ff, 2 }, { 0x20000, 0x3fffd, 2 },
		{ 0xe0100, 0xe01ef, 0 },
	};
	size_t low = 0, high = sizeof range / sizeof *range;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (c > range[mid].to)
			low = mid + 1;
		else if (c < range[mid].from)
			high = mid;
		else
			return range[mid].width;
	}
	return 1;
}

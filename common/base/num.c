/* Strings to numbers, sizes and durations. */
#include "base/num.h"

#include <string.h>

bool num_u64(const char *s, size_t n, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (n == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned d = (unsigned)s[i] - '0';

		if (d > 9 || v > (UINT64_MAX - d) / 10)
			return false;
		v = v * 10 + d;
	}
	if (v > max)
		return false;
	*out = v;
	return true;
}

bool num_i64(const char *s, size_t n, int64_t *out)
{
	bool minus = n && s[0] == '-';
	uint64_t v;

	if (!num_u64(s + minus, n - minus, (uint64_t)INT64_MAX + minus, &v))
		return false;
	*out = !minus ? (int64_t)v : v > INT64_MAX ? INT64_MIN : -(int64_t)v;
	return true;
}

static bool scaled(const char *s, uint64_t max, const char *units, const uint64_t *scale,
	uint64_t *out)
{
	size_t n = strlen(s);
	const char *unit = n && s[n - 1] ? strchr(units, s[n - 1]) : NULL;
	uint64_t k = unit ? scale[unit - units] : 1, v;

	if (!num_u64(s, unit ? n - 1 : n, max / k, &v))
		return false;
	*out = v * k;
	return true;
}

bool num_size(const char *s, uint64_t max, uint64_t *out)
{
	static const uint64_t scale[] = { 1 << 10, 1 << 10, 1 << 20, 1 << 20, 1 << 30, 1 << 30 };

	return scaled(s, max, "kKmMgG", scale, out);
}

bool num_seconds(const char *s, uint64_t max, uint64_t *out)
{
	static const uint64_t scale[] = { 1, 60, 3600, 86400 };

	return scaled(s, max, "smhd", scale, out);
}

/* Percent-encoding. */
#include "base/url.h"
#include "base/mem.h"
#include "base/num.h"

#include <stdlib.h>

char *url_unescape(const char *p, size_t n, bool plus)
{
	char *s = mem_alloc(n + 1), *to = s;

	for (const char *end = p + n; p < end; p++) {
		char c = *p;

		if (c == '%') {
			int hi = end - p > 2 ? num_hex(p[1]) : -1,
			    lo = hi >= 0 ? num_hex(p[2]) : -1;

			if (lo < 0)
				goto bad;
			c = (char)(hi << 4 | lo);
			p += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (c == '\0')
			goto bad;
		*to++ = c;
	}
	*to = '\0';
	return s;
bad:
	free(s);
	return NULL;
}

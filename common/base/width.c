/* The width of text on a terminal, cluster by cluster. */
#include "base/width.h"
#include "base/utf8.h"

#include <stdbool.h>
#include <utf8proc.h>

enum { EMOJI_STYLE = 0xfe0f }; /* the variation selector that asks for an emoji */

static bool is_flag_letter(uint32_t c)
{
	return c >= 0x1f1e6 && c <= 0x1f1ff; /* two of them are a flag */
}

static unsigned width_of(uint32_t c)
{
	int cells = utf8proc_charwidth((utf8proc_int32_t)c);

	return cells < 0 ? 0 : (unsigned)cells;
}

size_t width_next(const char *s, size_t n, unsigned *cells)
{
	utf8proc_int32_t state = 0;
	uint32_t first, c, next;
	size_t len = utf8_next(s, n, &first);
	bool emoji;

	*cells = 1;
	if (len == 0)
		return 1;
	*cells = width_of(first);
	emoji = *cells == 2;
	for (c = first; len < n; c = next) {
		unsigned more = utf8_next(s + len, n - len, &next);

		if (more == 0 || utf8proc_grapheme_break_stateful((utf8proc_int32_t)c,
			(utf8proc_int32_t)next, &state))
			break;
		len += more;
		emoji = emoji || next == EMOJI_STYLE || is_flag_letter(next);
		*cells = emoji ? 2 : *cells + width_of(next);
	}
	return len;
}

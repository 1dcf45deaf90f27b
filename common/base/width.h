/*
 * width: how many cells a terminal uses for text, by grapheme clusters (what a reader calls a
 * character): a letter with its accents, an emoji with its modifiers, a family joined of four
 * emoji. Tables of utf8proc, which follow Unicode; no locale. Pure.
 */
#ifndef WIDTH_H
#define WIDTH_H

#include <stddef.h>

/*
 * The length in bytes of the first cluster of n > 0 bytes of UTF-8, and the cells that it takes: 0
 * for combining characters alone, 2 for East Asian wide ones and emoji. A byte that is not UTF-8
 * is a cluster of one cell, and ends the one before it.
 */
size_t width_next(const char *s, size_t n, unsigned *cells);

#endif

/* utf8: whether bytes are UTF-8, and which characters they are. Pure, no locale. */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The character at s (n > 0 bytes): its length 1 to 4 and *c, or 0 if it is no UTF-8 (RFC 3629: no
 * surrogates, none overlong, nothing above 10FFFF).
 */
unsigned utf8_next(const char *s, size_t n, uint32_t *c);

/* True if all n bytes are UTF-8. */
bool utf8_is(const char *s, size_t n);

/* How many bytes at s are UTF-8 without NUL: n if all are. */
size_t utf8_text(const char *s, size_t n);

#endif

/*
 * visible: text from outside as a message may show it: printable, in whole characters, and without
 * secrets.
 *
 * Every message on stderr, the reason in a frame's abort and the reason in a receipt pass here.
 * Two kinds of secrets are masked as "***":
 *   - what visible_secret() was given: this run's key, a proxy's password;
 *   - what looks like one: a Treasure Data key (digits, a slash, at least 16 hexadecimal digits)
 *     and whatever precedes the @ of a URL.
 * A secret whose end was cut off with the text is masked as well.
 *
 * The list of secrets is the only state: fill it before threads start, read it from any.
 */
#ifndef VISIBLE_H
#define VISIBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	VISIBLE_SECRETS = 32,
	VISIBLE_SECRET_MIN = 6, /* bytes of a secret */
	VISIBLE_SECRET_MAX = 1024,
	VISIBLE_MAX = 4096 /* bytes of a text */
};

/*
 * Mask `secret` from now on; for a key N/DIGITS also DIGITS alone. The text is copied. NULL and
 * secrets shorter than VISIBLE_SECRET_MIN are ignored. False: it is longer than
 * VISIBLE_SECRET_MAX, or one more than VISIBLE_SECRETS; messages might show it.
 */
bool visible_secret(const char *secret);

/*
 * Copy text[0..n) to out as a terminated string of less than cap bytes (cap > 0): secrets masked,
 * anything that is not UTF-8 or not visible_char() replaced by '?', cut after a whole character.
 * Returns the length. out and text must not overlap.
 */
size_t visible_text(char *out, size_t cap, const char *text, size_t n);

/* The same in place, for the terminated text of a buffer of cap bytes; of VISIBLE_MAX at most. */
void visible_fix(char *text, size_t cap);

/*
 * Can this character be shown without harm? Not: C0 and C1 controls, marks and overrides of the
 * writing direction (UAX #9), zero-width characters, line and paragraph separators, tags.
 */
bool visible_char(uint32_t c);

#endif

/*
 * jsontok: the strings and numbers of JSON (RFC 8259) to msgpack. A cursor over bytes that may end
 * in the middle: every step answers that it is done, that it needs more bytes (then it is repeated
 * from the start of the row), or what is wrong.
 *
 * JSONTOK_AHEAD bytes after `end` may be read, whatever they are.
 *
 * Integers within 64 bits are integers; others with at most 17 significant digits, within a
 * double's range, doubles; all other numbers are kept as their text. Strings must be UTF-8, escapes
 * of surrogates come in pairs.
 */
#ifndef JSONTOK_H
#define JSONTOK_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum { JSONTOK_AHEAD = 32 };
enum jsontok_step { STEP_BAD = -1, STEP_MORE = 0, STEP_GOOD = 1 };

struct jsontok {
	const char *p, *end; /* p stays at the culprit when a step is STEP_BAD */
	struct buf *out;     /* what was made so far is rubbish after anything but STEP_GOOD */
	const char *why;     /* after STEP_BAD */
};

/* returns STEP_BAD */
enum jsontok_step jsontok_bad(struct jsontok *s, const char *p, const char *why);
/* The sentence for text at p that begins no value, such as NaN; NULL if what follows decides. */
const char *jsontok_not_a_value(const char *p, const char *end);
/* after a write into out: was there room? */
enum jsontok_step jsontok_packed(struct jsontok *s, int rc);

static inline bool jsontok_is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Skip blanks. True if something follows. */
static inline bool jsontok_something(struct jsontok *s)
{
	while (s->p < s->end && jsontok_is_blank(*s->p))
		s->p++;
	return s->p < s->end;
}

/* A string, with s->p after its opening quote. */
enum jsontok_step jsontok_string(struct jsontok *s);

/*
 * The same without writing: the string appears in the input as it is, *n bytes at *text. STEP_MORE
 * if it has escapes or is cut; then s->p has not moved and jsontok_string() finds out.
 */
enum jsontok_step jsontok_plain(struct jsontok *s, const char **text, size_t *n);

static inline bool jsontok_is_number(char first)
{
	return first == '-' || (first >= '0' && first <= '9');
}

enum jsontok_step jsontok_number(struct jsontok *s);

/* The same without writing: the number's text as in the input. */
enum jsontok_step jsontok_number_text(struct jsontok *s, const char **text, size_t *n);

/*
 * A number of at most 15 digits without an exponent. JSONTOK_NEITHER: it is not such a number, or
 * is cut; s->p has not moved.
 */
enum jsontok_short { JSONTOK_NEITHER, JSONTOK_INT, JSONTOK_REAL };
enum jsontok_short jsontok_short(struct jsontok *s, int64_t *i, double *d);

#endif

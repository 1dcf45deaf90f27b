/*
 * jsonvalue: whole values of JSON to msgpack, nested ones included, and the parts of objects and
 * arrays. See jsontok.h.
 */
#ifndef JSONVALUE_H
#define JSONVALUE_H

#include "format/jsontok.h"

/* The value at s->p, after blanks; depth: how many arrays and objects enclose it. */
enum jsontok_step jsonvalue_put(struct jsontok *s, int depth);

/*
 * What follows an element. STEP_GOOD: another element, or, with *closed, the closing bracket.
 * first: there was no element yet.
 */
enum jsontok_step jsonvalue_comma(struct jsontok *s, char close, bool first, bool *closed);

/* The colon after a key. */
enum jsontok_step jsonvalue_colon(struct jsontok *s);
extern const char jsonvalue_no_key[]; /* the message for something that is not a key */

/* A text that is one JSON value, appended to out as msgpack. NULL, or what is wrong with it. */
const char *jsonvalue_text(const char *p, size_t n, struct buf *out);

#endif

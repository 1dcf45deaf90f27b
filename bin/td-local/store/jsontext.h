/* jsontext: JSON from outside, parsed in bounded memory. */
#ifndef JSONTEXT_H
#define JSONTEXT_H

#include <jansson.h>
#include <stddef.h>

/* So many values at most: what they take is some twenty MiB. */
enum { JSONTEXT_VALUES = 100000 };

/* NULL: it is not JSON (RFC 8259, an array or an object), or has too many values. p may be NULL. */
json_t *jsontext_parse(const char *p, size_t n);

#endif

/* jsontext: JSON from outside, parsed in bounded memory. */
#ifndef JSONTEXT_H
#define JSONTEXT_H

#include <jansson.h>
#include <stddef.h>

/* So many values at most: what they take is some twenty MiB. */
enum { JSONTEXT_VALUES = 100000 };

/* NULL: it is not JSON (RFC 8259, an array or an object), or has too many values. p may be NULL. */
json_t *jsontext_parse(const char *p, size_t n);

/* A string; bytes that are not UTF-8, such as those of a character that was cut, are U+FFFD. */
json_t *jsontext_string(const char *s);

#endif

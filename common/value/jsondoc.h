/*
 * jsondoc: JSON documents from outside, read whole by jansson, with a ceiling on their memory.
 *
 * jansson takes up to 134 bytes for a value of two characters, so the length of a text says little
 * about what it becomes: 1 MiB of "{}," becomes 77 MiB. Here the values are counted first.
 * JSONDOC_VALUES of them take 25 MiB at most, besides the text of the strings. An honest document
 * has far fewer: 4,096 columns with their aliases are 25,000, a table of a list about 20.
 */
#ifndef JSONDOC_H
#define JSONDOC_H

#include <jansson.h>
#include <stddef.h>

enum { JSONDOC_VALUES = 180000 };

/*
 * As json_loadb(3): NULL, and *err, if not NULL, filled, if text[0..n) is not JSON or has more
 * than JSONDOC_VALUES values. text may be NULL if n is 0.
 */
json_t *jsondoc_load(const char *text, size_t n, size_t flags, json_error_t *err);

#endif

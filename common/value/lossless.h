/*
 * lossless: the texts that are numbers without loss, which is what type inference and inferred
 * columns accept.
 *
 * A long is -?(0|[1-9][0-9]*) within int64 and not -0. A double is such digits with a fraction
 * (.097 and 12.50 are; 1e5, +1, 007 and 007.5 are not) of at most 15 significant digits, all of
 * which a double keeps; or of 16 or 17, or with a signed exponent (1.5e-07), if the double that is
 * nearest has these digits when it is printed with as many: whatever a program printed from a
 * double in full. An integer of at most 15 digits is an exact double, too, so that a column may mix
 * both. Everything else is a string.
 */
#ifndef LOSSLESS_H
#define LOSSLESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXACT_INTEGER (1LL << 53) /* integers up to it are exact doubles */

bool lossless_long(const char *p, size_t n, int64_t *out);
bool lossless_double(const char *p, size_t n, double *out);

/* The same, faster, where LOSSLESS_AHEAD bytes after the text may be read, whatever they are. */
enum { LOSSLESS_AHEAD = 16 };
bool lossless_long_ahead(const char *p, size_t n, int64_t *out);
bool lossless_double_ahead(const char *p, size_t n, double *out);

/*
 * A number as a person would write it, leniently: a sign, leading zeros, an exponent. Not
 * hexadecimal, no NaN.
 */
bool lossless_long_lenient(const char *p, size_t n, int64_t *out);
bool lossless_double_lenient(const char *p, size_t n, double *out);

#endif

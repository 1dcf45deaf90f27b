/*
 * decimal: exact decimal numbers of up to 38 digits, as an unscaled integer of 128 bits; the scale
 * is in the type.
 *
 * Pure. Functions that can overflow return -1 and leave *out as it is: the caller knows the
 * sentence.
 */
#ifndef SQL_DECIMAL_H
#define SQL_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ISO C11 has no 128 bits; gcc and clang have. */
__extension__ typedef __int128 decimal_t;
__extension__ typedef unsigned __int128 udecimal_t;

enum { DECIMAL_DIGITS = 38, DECIMAL_TEXT = 48 };

decimal_t decimal_power(int n); /* 10^n, 0 <= n <= 38 */

/* Does it have at most `precision` digits? */
bool decimal_fits(decimal_t v, int precision);
int decimal_digits(decimal_t v); /* at least 1 */

/*
 * [+-]digits[.digits][E[+-]digits], nothing around: the value and its scale (>= 0) and precision
 * (leading zeros do not count). -1: not a number, or more than 38 digits.
 */
int decimal_parse(const char *s, size_t n, decimal_t *v, int *precision, int *scale);

/* The same, rounded half away from zero to `scale`: for text with any number of digits. -1: not a
 * number, -2: too large. */
int decimal_parse_scaled(const char *s, size_t n, int scale, decimal_t *v);

/* With all digits of its scale: "-0.10". Returns the length. */
size_t decimal_print(char out[DECIMAL_TEXT], decimal_t v, int scale);

/* To another scale, rounded half away from zero. */
int decimal_rescale(decimal_t v, int from, int to, decimal_t *out);

/* a * 10^shift / b, rounded half away from zero; b is not 0. */
int decimal_divide(decimal_t a, decimal_t b, int shift, decimal_t *out);

/* The remainder of a * 10^sa by b * 10^sb, with the sign of a; b is not 0. */
int decimal_remainder(decimal_t a, int sa, decimal_t b, int sb, decimal_t *out);

double decimal_double(decimal_t v, int scale);

#endif

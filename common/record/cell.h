/*
 * cell: one value into the msgpack form of its column's type. One column has one msgpack type (and
 * nil): long an integer, double a float64, string a str, array an array, map a map.
 *
 * Empty text is nil in a number's column and the empty string in a string's. Text in inferred
 * columns must be lossless (lossless.h); if the user named the type, it may also be what people
 * write (+1, 007, 1e5). From msgpack: booleans are 1 and 0 in a long, text in a string; NaN and
 * infinities are nil, because no result format of TD can carry them, and are counted; arrays and
 * maps in a string are JSON text. A map has each key once, and no NULL among them.
 */
#ifndef CELL_H
#define CELL_H

#include "base/buf.h"
#include "value/row.h"
#include "value/type.h"

#include <stdbool.h>
#include <stdint.h>

/* Texts that mean NULL. An empty one means empty cells without quotes. */
struct cell_nulls {
	const char *text[8];
	size_t n;
};

struct cell_rules {
	const struct type *type;
	bool exact;          /* the type was inferred */
	/*
	 * Of a string: no value was seen when its type was chosen. Then empty text is nil, and
	 * `filled` says that a value came after all.
	 */
	bool untyped, filled;
	char decimal;        /* of text, the decimal point of numbers; 0: '.' */
	const struct cell_nulls *nulls; /* or NULL */
	uint64_t not_finite; /* counted: NaN and infinities that became nil */
};

enum cell_result {
	CELL_GOOD,
	CELL_FULL,   /* the buffer's ceiling is reached */
	CELL_MISFIT, /* the value does not fit the type */
	CELL_TWICE,  /* a map has a key twice */
	CELL_BROKEN, /* not text: not UTF-8 */
	/* a msgpack extension, or a map key in JSON that is an array or a map */
	CELL_NO_TEXT
};

/* Appends the value. After anything but CELL_GOOD the buffer holds rubbish after its old length. */
enum cell_result cell_put(struct cell_rules *rules, const struct cell *c, struct buf *out);

enum { CELL_PACKED = 9 };
/* a CELL_INT or CELL_REAL as CELL_MP, in room */
struct cell cell_packed(const struct cell *c, char room[CELL_PACKED]);

/* a text that means NULL */
/* A number's text with a point for its decimal sign, in room; NULL: it has a point, or is long. */
enum { CELL_NUMBER_MAX = 400 };
const char *cell_with_point(const char *p, size_t n, char decimal, char room[CELL_NUMBER_MAX]);

bool cell_is_null(const struct cell_nulls *nulls, const struct cell *c);

/* A value for messages: quoted, cut if long; malloc'ed. */
char *cell_show(const struct cell *c);

#endif

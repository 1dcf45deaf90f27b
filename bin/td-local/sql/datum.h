/*
 * datum: one SQL value, as functions see it and as SQLite keeps it. The type is known from the
 * context (sqltype.h); it decides how a datum is represented:
 *
 *   type                            datum        in SQLite
 *   NULL of any type                DATUM_NULL   NULL
 *   boolean                         i: 0 or 1    INTEGER
 *   tinyint ... bigint              i            INTEGER
 *   decimal(p <= 18)                i, unscaled  INTEGER
 *   decimal(p > 18)                 blob         16 bytes, see below: datum_wide()
 *   real (rounded to float), double d            REAL; NaN is DATUM_NAN: a BLOB of the byte 0x7f,
 * since SQLite has no NaN varchar, char, json             text         TEXT (UTF-8; may hold NUL
 * bytes) varbinary                       blob         BLOB date                            i: days
 * INTEGER time                            i: picoseconds of the day timestamp(p <= 6) i:
 * microseconds since 1970 on the wall clock, INTEGER timestamp(p > 6)                blob
 * datum_wide() of picoseconds timestamp with time zone        blob         datum_wide() of
 * picoseconds UTC, and 2 bytes: the zone, an index into the job's list (query_zone()), big-endian.
 * Compare the first 16 bytes only. interval day to second          i: milliseconds interval year to
 * month          i: months array, map, row                 blob         elements one after the
 * other, then the byte 0x00
 *
 * A wide number is a two's complement integer of 128 bits, big-endian, with its sign bit flipped:
 * memcmp() orders it.
 *
 * An element of an array, a map (key, value, key, value ..., sorted by key) or a row:
 *   0x08                                  NULL
 *   0x10, 8 bytes                         i: big-endian, sign bit flipped
 *   0x20, 8 bytes                         d: IEEE bits big-endian, all flipped if negative, else
 * the sign bit flipped 0x21                                  NaN 0x30, bytes, 0x00 0x00 text; a
 * 0x00 in it is 0x00 0xff 0x40, bytes, 0x00 0x00                blob of a scalar type, likewise
 *   0x50, elements ..., 0x00              array, map, row
 * So equal values have equal bytes, memcmp() orders arrays, and a nested array is a substring of
 * the outer one. (-0.0 is encoded as 0.0.) What comes from SQLite is trusted: only these functions
 * make blobs.
 */
#ifndef SQL_DATUM_H
#define SQL_DATUM_H

#include "sql/arena.h"
#include "base/buf.h"
#include "sql/decimal.h"
#include "sql/sqltype.h"

#include <stdint.h>

enum datum_kind { DATUM_NULL, DATUM_INT, DATUM_DOUBLE, DATUM_NAN, DATUM_TEXT, DATUM_BLOB };
struct datum {
	enum datum_kind kind;
	int64_t i;     /* DATUM_INT */
	double d;      /* DATUM_DOUBLE; never NaN. Read it with datum_double(), set it with
			  datum_set_double() */
	const char *p; /* DATUM_TEXT, DATUM_BLOB: n bytes, not NUL-terminated; borrowed */
	size_t n;
};
double datum_double(const struct datum *v);            /* NaN for DATUM_NAN */
void datum_set_double(struct datum *v, double d);
void datum_set_text(struct datum *v, const char *p, size_t n);
void datum_set_blob(struct datum *v, const char *p, size_t n);
void datum_set_int(struct datum *v, int64_t i);
void datum_set_bool(struct datum *v, bool b);
void datum_set_null(struct datum *v);

/* Decimals of both widths, unscaled; timestamps of both widths, picoseconds. The bytes go into the
 * arena if need be. */
decimal_t datum_decimal(const struct sqltype *t, const struct datum *v);
void datum_set_decimal(
	struct arena *a, const struct sqltype *t, decimal_t unscaled, struct datum *v);
decimal_t datum_moment(
	const struct sqltype *t, const struct datum *v); /* SQL_TIMESTAMP and SQL_TIMESTAMP_TZ */
unsigned datum_zone(const struct datum *v);		 /* SQL_TIMESTAMP_TZ: the zone's number */
void datum_set_moment(struct arena *a, const struct sqltype *t, decimal_t picoseconds,
	unsigned zone, struct datum *v);
void datum_wide(decimal_t x, char out[16]);
decimal_t datum_wide_read(const char *p);

/* Walking a container: for (datum_walk(&w, &array); datum_next(&w, &element);) */
struct datum_walk {
	const char *p, *end;
	struct arena *arena; /* texts with NUL bytes are unescaped into it */
};
void datum_walk(struct datum_walk *w, struct arena *a, const struct datum *container);
bool datum_next(struct datum_walk *w, struct datum *element);
size_t datum_count(const struct datum *container); /* elements; of a map, two for each entry */

/* Building a container: put elements into `b` in their order, then datum_end(). Ownership of b
 * stays with the caller. */
int datum_put(struct buf *b, const struct sqltype *element, const struct datum *v);
int datum_end(struct buf *b, struct datum *container); /* container borrows b's bytes */
/* All at once, in the arena: n elements (of a map: keys and values in turn, sorted) to a container;
 * -1: beyond DATUM_MAX. */
int datum_list(struct arena *a, const struct sqltype *t, const struct datum *v, size_t n,
	struct datum *out);
struct datum *datum_elements(struct arena *a, const struct datum *container, size_t *n);
enum { DATUM_MAX = 64 << 20 };
/* A map of n pairs (kv[2n]): sorts by key. -1: a key occurs twice (*twice says which) */
int datum_put_map(
	struct buf *b, const struct sqltype *map, struct datum *kv, size_t n, size_t *twice);

/* <0, 0, >0. NaN is the greatest double and equal to itself; NULL is greatest. For sorting,
 * grouping, DISTINCT. */
int datum_compare(const struct sqltype *t, const struct datum *x, const struct datum *y);
/* SQL's own: 1 true, 0 false, -1 NULL. NaN = NaN is false. NULL elements make NULL, unless the
 * answer is clear without them. */
int datum_equal(const struct sqltype *t, const struct datum *x, const struct datum *y);

bool datum_has_null(
	const struct sqltype *t, const struct datum *container); /* among its own elements */

#endif

/* cast: CAST and the implicit coercions, of values; and the values of typed literals. */
#ifndef SQL_CAST_H
#define SQL_CAST_H

#include "sql/function.h"

/* Does the engine have such a cast? The binder asks before it makes a call of `cast_function`. */
bool cast_exists(const struct sqltype *from, const struct sqltype *to, enum sql_engine engine);

/* c->arg[0] to c->result. Sees no NULLs. */
extern const struct function cast_function;

/* One value, for the elements of arrays, typed literals and the like. -1: call_error() was called.
 */
int cast_datum(struct call *c, const struct sqltype *from, const struct sqltype *to,
	const struct datum *v, struct datum *out);

/*
 * The type of a typed literal such as DECIMAL '1.50' (decimal(3,2)) or TIMESTAMP '2020-01-02 03:04
 * UTC' (with time zone): for the types whose parameters are in the text; `named` for all others,
 * and if the text is bad (its cast then says so).
 */
const struct sqltype *cast_literal_type(
	struct arena *a, const struct sqltype *named, const char *p, size_t n);

/*
 * INTERVAL '1 02:03' DAY TO MINUTE. Units are "second" ... "year" in lower case; to: NULL or the
 * second one. On a bad text or unit: NULL, else the type, and *value in milliseconds or months.
 */
const struct sqltype *cast_interval(
	const char *p, size_t n, const char *from, const char *to, int64_t *value);

/* Texts to values: 0, or -1. */
int cast_parse_double(const char *p, size_t n, double *out);  /* Java's Double.parseDouble */
int cast_parse_integer(const char *p, size_t n, int64_t *out); /* [+-]digits */
int cast_parse_date(const char *p, size_t n, int64_t *days);   /* yyyy-m-d */
/* yyyy-m-d[ h:m[:s[.f]]][ zone]: picoseconds on the wall clock; *zone, *zone_n: the zone's text, if
 * there is one. */
int cast_parse_timestamp(
	const char *p, size_t n, decimal_t *out, int *digits, const char **zone, size_t *zone_n);

/* JSON of a value, as CAST(x AS json) writes it. */
int cast_put_json(
	struct buf *out, const struct query *q, const struct sqltype *t, const struct datum *v);

/* For all functions: a finished buffer as a text or blob in c's scratch memory; frees it. rc: of
 * what was put there. */
void call_text(struct call *c, struct buf *b, int rc, struct datum *out);
void call_blob(struct call *c, struct buf *b, int rc, struct datum *out);

#endif

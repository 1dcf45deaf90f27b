/*
 * print: SQL values as text, as the engines write them. Those that append return -1 when the buffer
 * is full.
 */
#ifndef SQL_PRINT_H
#define SQL_PRINT_H

#include "base/buf.h"
#include "sql/datum.h"
#include "sql/decimal.h"

#include <stdbool.h>
#include <stdint.h>

enum { PRINT_DOUBLE = 40 };

/* Java's Double.toString and Float.toString: 1.0, 1.0E10, NaN, -Infinity; and Trino's since
 * 4xx: 1.0E0. */
void print_double(char out[PRINT_DOUBLE], double d);
void print_real(char out[PRINT_DOUBLE], float f);
void print_double_scientific(char out[PRINT_DOUBLE], double d);

int print_utf8(struct buf *out, uint32_t c);
int print_base64(struct buf *out, const char *p, size_t n,
	const char *two /* the last two of the alphabet: "+/" */);

int print_date(struct buf *out, int64_t days);
/* 2020-05-01 12:34:56.123 with `digits` digits of the fraction; between: ' ' or 'T'. */
int print_timestamp(struct buf *out, decimal_t picoseconds, int digits, char between);
int print_offset(
	struct buf *out, int64_t seconds, const char *zero); /* +09:00; zero: what UTC is */
int print_interval_day(struct buf *out, int64_t ms);   /* 1 02:03:04.567 */
int print_interval_month(struct buf *out, int64_t months); /* 1-2 */

/* Is it known how a result shows a value of this type? Not of maps whose keys are decimals. */
struct sqltype;
bool print_known(const struct sqltype *t);

#define PRINT_DAY ((decimal_t)86400 * 1000000000000) /* in picoseconds */

/* What a result file has, and what CAST(x AS varchar) and the engine's shell print. */
struct query;
int print_msgpack(
	struct buf *out, const struct query *q, const struct sqltype *t, const struct datum *v);
int print_text(struct buf *out, const struct query *q, const struct sqltype *t,
	const struct datum *v); /* a NULL is nothing */

#endif

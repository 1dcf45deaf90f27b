/*
 * sqltype: the types of SQL expressions, of both engines. (common has a `type` of its own: TD's
 * column types.)
 *
 * A type is immutable. Scalar types without parameters are static objects; others are made in an
 * arena, which must outlive them. Compare them with sqltype_same(), never by address.
 */
#ifndef SQL_SQLTYPE_H
#define SQL_SQLTYPE_H

#include "sql/arena.h"
#include "base/buf.h"

#include <stdbool.h>

enum sqltype_kind {
	SQL_UNKNOWN, /* NULL; Hive: void */
	SQL_BOOLEAN,
	SQL_TINYINT,
	SQL_SMALLINT,
	SQL_INTEGER,
	SQL_BIGINT,  /* 8, 16, 32, 64 bits; in this order */
	SQL_DECIMAL, /* a: precision 1..38, b: scale 0..a */
	SQL_REAL,    /* Hive: float */
	SQL_DOUBLE,
	SQL_VARCHAR,   /* a: greatest length in code points, or SQL_UNBOUNDED; Hive's string is an
			  unbounded one */
	SQL_CHAR,      /* a: length; values carry no trailing blanks */
	SQL_VARBINARY, /* Hive: binary */
	SQL_DATE,
	SQL_TIME,	    /* a: digits of the fraction, 0..12 */
	SQL_TIMESTAMP,	    /* likewise */
	SQL_TIMESTAMP_TZ,   /* likewise: with time zone */
	SQL_INTERVAL_DAY,   /* day to second */
	SQL_INTERVAL_MONTH, /* year to month */
	SQL_JSON,
	SQL_ARRAY, /* of[0] */
	SQL_MAP,   /* of[0] key, of[1] value */
	SQL_ROW,   /* of[0..n-1], name[i] or NULL; Hive: struct */
	SQL_LAMBDA /* of[0..n-2] parameters, of[n-1] result; only as the type of an argument */
};
enum { SQL_UNBOUNDED = 0x7fffffff, SQL_CHAR_MAX = 65536 };
enum { SQL_DECIMAL_MAX = 38, SQL_DECIMAL_SHORT = 18 };
enum sql_engine { SQL_PRESTO = 1, SQL_HIVE = 2, SQL_BOTH = 3 };

struct sqltype {
	enum sqltype_kind kind;
	int a, b;
	unsigned n;                       /* members of `of` */
	const struct sqltype *const *of;
	const char *const *name; /* of a row's fields, in lower case; NULL if none has a name */
};

extern const struct sqltype sqltype_unknown, sqltype_boolean, sqltype_tinyint, sqltype_smallint,
	sqltype_integer, sqltype_bigint, sqltype_real, sqltype_double,
	sqltype_varchar /* unbounded */, sqltype_varbinary, sqltype_date, sqltype_interval_day,
	sqltype_interval_month, sqltype_json, sqltype_timestamp /* (3) */,
	sqltype_timestamp_tz /* (3) */;

/* Makers. */
const struct sqltype *sqltype_new(
	struct arena *a, enum sqltype_kind kind, int p, int s); /* scalars with parameters */
const struct sqltype *sqltype_decimal(struct arena *a, int precision, int scale);
const struct sqltype *sqltype_array(struct arena *a, const struct sqltype *of);
const struct sqltype *sqltype_map(
	struct arena *a, const struct sqltype *key, const struct sqltype *value);
const struct sqltype *sqltype_row(
	struct arena *a, unsigned n, const struct sqltype *const *of, const char *const *name);

/* The name as an engine writes it: "array(bigint)", Hive "array<bigint>". */
int sqltype_print(const struct sqltype *t, enum sql_engine engine, struct buf *out);
const char *sqltype_text(struct arena *a, const struct sqltype *t, enum sql_engine engine);

/* The type that `text` names, up to its end; NULL if it names none. Both engines' spellings, any
 * case. */
const struct sqltype *sqltype_parse(struct arena *a, const char *text);
/* A table's declared column type, "array<long>"; and the way back, for new tables: what has no
 * counterpart is a string. */
const struct sqltype *sqltype_of_column(struct arena *a, const char *declared);
const char *sqltype_column(struct arena *a, const struct sqltype *t);

bool sqltype_same(
	const struct sqltype *x, const struct sqltype *y); /* names of fields do not count */
bool sqltype_coerces(const struct sqltype *from, const struct sqltype *to, enum sql_engine engine);
/* The smallest type to which both coerce; NULL: there is none. */
const struct sqltype *sqltype_common(
	struct arena *a, const struct sqltype *x, const struct sqltype *y, enum sql_engine engine);

static inline bool sqltype_is_integer(const struct sqltype *t)
{
	return t->kind >= SQL_TINYINT && t->kind <= SQL_BIGINT;
}

static inline bool sqltype_is_number(const struct sqltype *t)
{
	return t->kind >= SQL_TINYINT && t->kind <= SQL_DOUBLE;
}

static inline bool sqltype_is_text(const struct sqltype *t)
{
	return t->kind == SQL_VARCHAR || t->kind == SQL_CHAR;
}

/* The length of the char that a varchar of this length becomes. */
static inline int sqltype_char_length(int varchar)
{
	return varchar < SQL_CHAR_MAX ? varchar : SQL_CHAR_MAX;
}

bool sqltype_comparable(const struct sqltype *t); /* has = */
bool sqltype_orderable(const struct sqltype *t);  /* has < */

#endif

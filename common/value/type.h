/*
 * type: the types of Treasure Data's table columns: int, long, float, double, string, array<T>,
 * map<K,V>.
 *
 * There are no others: booleans, decimals, timestamps and binaries of a query engine become one of
 * these. A type is a small tree that its owner frees with type_free(). Text is read without regard
 * to blanks and case, as TD's Java client reads it, and written without blanks.
 */
#ifndef TYPE_H
#define TYPE_H

#include "base/buf.h"
#include "base/fail.h"

#include <stdbool.h>

enum type_kind { TYPE_INT, TYPE_LONG, TYPE_FLOAT, TYPE_DOUBLE, TYPE_STRING, TYPE_ARRAY, TYPE_MAP };

enum { TYPE_DEPTH = 16 }; /* levels of array and map */

/* How a value of an engine's type becomes the table's, beyond what the table's type says. */
enum type_source {
	TYPE_PLAIN,
	TYPE_BOOLEAN, /* of a long: true and false are 1 and 0 */
	TYPE_BINARY,  /* of a string: any bytes, written as base64 */
	TYPE_JSON     /* of a string: a row or struct, written as JSON text */
};

struct type {
	enum type_kind kind;
	enum type_source source; /* TYPE_PLAIN for types that came from type_parse() */
	struct type *item;       /* of an array: its elements; of a map: its values */
	struct type *key;        /* of a map */
};

struct type *type_new(enum type_kind kind);
/* NULL with f: FAIL_DATA, "'x' is not a type ..." */
struct type *type_parse(const char *text, struct fail *f);
char *type_text(const struct type *t); /* what type_parse() reads; malloc'ed */
void type_free(struct type *t);        /* NULL is fine */

/*
 * The table type for a type of Presto, Trino or Hive, as td's Embulk plugins choose it: boolean and
 * all integers long, real and double double, decimal string (exact), dates and times string,
 * varbinary string (base64), array and map with their elements mapped, row and struct string
 * (JSON), everything unknown string. Never fails.
 */
struct type *type_of_engine(const char *text);

/* Can every value of a column `from` be stored in a column `to` and read back as it was? */
bool type_fits(const struct type *from, const struct type *to);

#endif

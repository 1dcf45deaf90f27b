/*
 * dialect: SQL of Presto, Trino and Hive that SQLite does not read, written so that it does:
 * TRY_CAST, TRY, UNNEST, arrays and subscripts, typed literals, intervals, EXTRACT, columns of an
 * alias, LATERAL VIEW. It works on words and parentheses and knows no grammar; what it does not
 * know it leaves to SQLite, and what neither can do is refused by name. CAST becomes td_cast(),
 * which knows the engine's types and fails where the engine would. Pure.
 *
 * On the way it notes what it can see of the types of the columns in a SELECT list: of comparisons,
 * casts and functions.
 */
#ifndef DIALECT_H
#define DIALECT_H

#include "base/fail.h"

#include <jansson.h>
#include <stdbool.h>

struct dialect {
	char *sql;       /* for SQLite */
	/*
	 * for UNNEST number N, which is the table-valued function unnest_N: [arguments, ordinality,
	 * names...]
	 */
	json_t *unnests;
	/* column in lower case to type, as the engine names it; "": seen with two of them */
	json_t *types;
	json_t *aliases; /* names that columns were given, as keys */
};

/* FAIL_DATA */
int dialect_translate(struct dialect *d, const char *sql, bool hive, struct fail *f);
void dialect_free(struct dialect *d);

/* The type of a column of a result, or NULL; was it given this name? */
const char *dialect_type(const struct dialect *d, const char *column);
bool dialect_names(const struct dialect *d, const char *column);

#endif

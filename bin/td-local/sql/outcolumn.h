/*
 * outcolumn: the columns of a query's result: what they are called, their types, and their cells as
 * msgpack.
 */
#ifndef OUTCOLUMN_H
#define OUTCOLUMN_H

#include "base/buf.h"
#include "store/column_types.h"
#include "sql/dialect.h"

#include <sqlite3.h>
#include <stdbool.h>

struct out_column {
	char *name;
	char *type;   /* declared, or what the statement says of it; NULL: seen in the values */
	bool said;    /* the type is what the statement says: values may show that it is another */
	bool boolean;
	bool nested;  /* the text is JSON */
	bool real;    /* integers are written as floats */
	bool saw_int, saw_real, saw_text, saw_other; /* other: an integer that is no boolean */
	struct column_types *inner; /* what JSON values hold, or NULL if there were none */
};

/* One for each column of a statement. */
struct out_column *outcolumn_all(sqlite3_stmt *q, int n, const struct dialect *d, bool hive);
void outcolumn_free(struct out_column *c, int n);

/* Cell i of the present row. */
int outcolumn_put(struct buf *b, struct out_column *c, sqlite3_stmt *q, int i);

/*
 * Columns that hold integers and floats are floats, and those whose values are not what the
 * statement says have the type of their values. True if rows were written otherwise, and have to be
 * written again.
 */
bool outcolumn_mixed(struct out_column *c, int n);

/* [["name", "type"], ...] after all rows; malloc'ed. */
char *outcolumn_schema(const struct out_column *c, int n, bool hive);

#endif

/*
 * vtab: SQLite's view of a table: a virtual table that walks the segments of a `view`. Its columns
 * are c<number>, only those that a statement uses, with values as datum.h has them; what does not
 * fit the declared type is NULL. A join that looks for equal values gets a hash table (lookup.h),
 * made once for each set of columns.
 */
#ifndef VTAB_H
#define VTAB_H

#include "sql/bind.h"
#include "store/view.h"

#include <sqlite3.h>
#include <stdatomic.h>

/* A table of a connection, which it outlives. */
struct vtab {
	const char *db, *name;
	struct view view;
	struct bind_table bind; /* columns in the schema's order, `time` last */
	unsigned number;        /* SQLite calls it t<number> */
	const atomic_bool *stop; /* or NULL: long work looks at it */
};

int vtab_register(sqlite3 *db); /* once for each connection */
int vtab_create(sqlite3 *db, const struct vtab *t, struct fail *f);

#endif

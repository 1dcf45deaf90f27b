/* vtab: SQLite's view of a table: a virtual table that walks the segments of a `view`. */
#ifndef VTAB_H
#define VTAB_H

#include "store/view.h"

#include <sqlite3.h>

/* The tables of a connection. They outlive it. */
struct vtabs {
	struct vtab {
		char *db;
		struct view view;
	} *t;
	size_t n;
	bool hive; /* types are named as Hive does */
};

int vtab_register(sqlite3 *db, struct vtabs *all);                   /* once for each connection */
int vtab_create(sqlite3 *db, struct vtabs *all, size_t i, struct fail *f); /* table i */

/* "array<long>" as the engine says it: "array(bigint)", Hive "array<bigint>". malloc'ed. */
char *vtab_type(const char *type, bool hive);

enum { VTAB_JSON = 'J' }; /* SQLite's subtype for JSON text */

#endif

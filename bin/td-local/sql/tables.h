/* tables: the tables that a statement names, as the binder sees them: stored ones, and those of
 * information_schema. */
#ifndef SQL_TABLES_H
#define SQL_TABLES_H

#include "sql/vtab.h"
#include "store/account.h"

struct sql_tables {
	struct account *account; /* inside a transaction while names are looked up */
	struct arena *a;
	enum sql_engine engine;
	struct vtab *t[64];
	unsigned n;
	const atomic_bool *stop;
	struct fail *f;
};

/* For struct binder: arg is a struct sql_tables. */
const struct bind_table *tables_find(void *arg, const char *db, const char *name);
void tables_free(struct sql_tables *t);

/* SHOW and DESCRIBE as a query over information_schema; in Presto's words. */
const char *tables_show(struct arena *a, const struct statement *s, const char *db, bool hive);

#endif

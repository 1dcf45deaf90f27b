/* Giving tables other ids. */
#include "store/tableid.h"

/* The table and what belongs to it; foreign keys are checked when the transaction ends. */
static void give(struct catalog *c, int64_t from, int64_t to)
{
	catalog_do(c, "UPDATE tables SET id = ?2 WHERE id = ?1", "ii", from, to);
	catalog_do(c, "UPDATE segments SET tbl = ?2 WHERE tbl = ?1", "ii", from, to);
	catalog_do(c, "UPDATE imports SET tbl = ?2 WHERE tbl = ?1", "ii", from, to);
}

void tableid_exchange(struct catalog *c, int64_t a, int64_t b)
{
	catalog_do(c, "PRAGMA defer_foreign_keys = ON", "");
	give(c, a, -1);
	give(c, b, a);
	give(c, -1, b);
}

void tableid_renew(struct catalog *c, int64_t id)
{
	int64_t fresh;

	catalog_do(c, "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'tables'", "");
	fresh = catalog_num(c, 0, "SELECT seq FROM sqlite_sequence WHERE name = 'tables'", "");
	catalog_do(c, "PRAGMA defer_foreign_keys = ON", "");
	give(c, id, fresh);
	catalog_do(c, "UPDATE sessions SET tbl = NULL WHERE tbl = ?1", "i", id);
}

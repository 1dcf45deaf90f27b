/* Finding databases and tables, and what their names may be. */
#include "routes/lookup.h"
#include "http/answer.h"

#include <string.h>

bool lookup_name_ok(struct request *r, const char *name)
{
	size_t n = strlen(name);

	if (n < 3 || n > 256) {
		answer_error(r, 400,
			"Name must be 3 to 256 characters, got %zu characters. name = '%.300s'", n,
			name);
		return false;
	}
	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != n) {
		answer_error(r, 400,
			"Name must only consist of lower-case alphabets, numbers and '_'. name = "
			"'%.300s'",
			name);
		return false;
	}
	return true;
}

int64_t lookup_database(struct request *r, const char *db)
{
	int64_t id =
		catalog_num(&r->account->catalog, 0, "SELECT id FROM dbs WHERE name = ?1", "s", db);

	if (!id)
		answer_error(r, 404, "Couldn't find UserDatabase with name = %.300s", db);
	return id;
}

int64_t lookup_table_id(struct request *r, int64_t db, const char *table)
{
	return catalog_num(&r->account->catalog, 0,
		"SELECT id FROM tables WHERE db = ?1 AND name = ?2", "is", db, table);
}

int64_t lookup_table(struct request *r, const char *db, const char *table)
{
	int64_t d = lookup_database(r, db), id = d ? lookup_table_id(r, d, table) : 0;

	if (d && !id)
		answer_error(r, 404, "Couldn't find UserTableReference with name = %.300s", table);
	return id;
}

void lookup_reference(struct request *r, const char *db, const char *table)
{
	answer_json(r, json_pack("{ssssss}", "database", db, "table", table, "type", "log"));
}

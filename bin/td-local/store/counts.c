/* The numbers and columns of tables, as imports change them. */
#include "store/counts.h"
#include "store/columns.h"
#include "store/td_clock.h"

#include <stdlib.h>

bool counts_still_running(int64_t polls, int64_t until)
{
	return polls > 0 && td_clock_ms() < until;
}

json_t *counts_int_or_null(sqlite3_stmt *q, int i)
{
	return catalog_null(q, i) ? json_null() : json_integer(sqlite3_column_int64(q, i));
}

void counts_extend(struct catalog *c, int64_t table, const json_t *found)
{
	char *text = catalog_text(c, "SELECT schema FROM tables WHERE id = ?1 AND detect_schema",
		     "i", table),
	     *more;
	struct fail f = { 0 };
	json_t *old, *now;

	if (!text)
		return;
	old = columns_load(text);
	now = columns_append(old, found, false, &f);
	if (json_array_size(now) != json_array_size(old)) {
		more = json_dumps(now, JSON_COMPACT);
		catalog_do(c, "UPDATE tables SET schema = ?2 WHERE id = ?1", "is", table, more);
		free(more);
	}
	json_decref(old);
	json_decref(now);
	free(text);
}

void counts_table(struct catalog *c, int64_t table)
{
	catalog_do(c,
		"UPDATE tables SET (old_rows, old_bytes, old_last) = (SELECT rows, bytes, last "
		"WHERE until <= ?3 UNION ALL SELECT old_rows, old_bytes, old_last WHERE until > "
		"?3), "
		"until = ?3 + ?4, (rows, bytes, last) = (SELECT coalesce(sum(rows), 0), "
		"coalesce(sum(bytes), 0), max(tmax) FROM segments WHERE tbl = ?1), updated = ?2, "
		"counted = ?2 WHERE id = ?1",
		"iiii", table, td_clock_now(), td_clock_ms(), (int64_t)COUNTS_RUNNING_MS);
}

void counts_commit(struct catalog *c, int64_t session)
{
	int64_t table =
		catalog_num(c, 0, "SELECT tbl FROM session_tables WHERE id = ?1", "i", session);
	char *text = catalog_text(c, "SELECT schema FROM sessions WHERE id = ?1", "i", session);
	json_t *found = columns_load(text);

	if (table) {
		catalog_do(c, "UPDATE segments SET tbl = ?2, session = NULL WHERE session = ?1",
			"ii", session, table);
		counts_extend(c, table, found);
		counts_table(c, table);
	}
	catalog_do(c, "UPDATE sessions SET status = ?2, polls = 0 WHERE id = ?1", "is", session,
		table ? "committed" : "ready");
	json_decref(found);
	free(text);
}

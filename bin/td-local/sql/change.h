/*
 * change: what INSERT, DELETE, CREATE TABLE and DROP TABLE do. The rows of their query, which lie
 * in a result file, become a segment (change_prepare, takes its time); the catalogue follows in one
 * transaction (change_apply).
 */
#ifndef CHANGE_H
#define CHANGE_H

#include "sql/query.h"
#include "store/account.h"
#include "store/load.h"
#include "store/rewrite.h"

struct change {
	const struct statement *st;
	const char *db;
	struct load load;
	struct rewrite rewrite; /* DELETE */
	json_t *columns;        /* [name, type] of what the rows hold, without time */
	struct arena types;
};

/* rows: NULL if the statement has no query. change_free() in any case. */
int change_prepare(struct change *ch, struct account *l, const struct statement *st, const char *db,
	const struct outcome *rows, struct fail *f);
/* Inside a transaction. FAIL_DATA, and nothing done: the table exists, or does not. */
int change_apply(struct change *ch, struct catalog *c, struct fail *f);
/* kept: the catalogue has the segment now. */
void change_free(struct change *ch, struct account *l, bool kept);

#endif

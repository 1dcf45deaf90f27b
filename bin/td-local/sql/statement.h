/*
 * statement: the statements that change tables, as far as SQLite does not have to understand them:
 * INSERT INTO ... SELECT (or VALUES), INSERT OVERWRITE TABLE, DELETE FROM, CREATE TABLE ... AS,
 * CREATE TABLE (...), DROP TABLE. The query inside is a text of its own; everything else is a query
 * as it stands. Pure.
 */
#ifndef STATEMENT_H
#define STATEMENT_H

#include "base/fail.h"

#include <jansson.h>
#include <stdbool.h>

enum statement_kind {
	STATEMENT_QUERY,
	STATEMENT_INSERT,
	STATEMENT_OVERWRITE,
	STATEMENT_CREATE_AS,
	STATEMENT_CREATE,
	STATEMENT_DROP,
	STATEMENT_DELETE
};

struct statement {
	enum statement_kind kind;
	char *db, *table;  /* db NULL: the job's */
	bool if_exists;    /* IF EXISTS, IF NOT EXISTS */
	json_t *columns;   /* INSERT: names that were given; CREATE: [name, type of TD]; or NULL */
	const char *query; /* inside the text that was parsed, or `made`; NULL: there is none */
	char *made;        /* DELETE: a query for the numbers of the rows */
};

/* FAIL_DATA: a syntax error */
int statement_parse(struct statement *s, const char *sql, bool hive, struct fail *f);
void statement_free(struct statement *s);

/*
 * "array(bigint)" of an engine as a table has it: "array<long>"; what has no counterpart is a
 * string. malloc'ed.
 */
char *statement_type(const char *engine);

#endif

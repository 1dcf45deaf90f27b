/* td-swap: --check: what a query says of the new rows, before they take the table's place. */
#include "swap.h"

#include "base/mem.h"
#include "base/visible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_MAX = 1 << 20, TEXT_MAX = 300 };

/* The query, with the table's name for each {}. */
static char *statement(const char *sql, const char *table)
{
	struct buf b;

	buf_init(&b, SQL_MAX);
	for (const char *at; (at = strstr(sql, "{}")) != NULL; sql = at + 2)
		buf_printf(&b, "%.*s\"%s\"", (int)(at - sql), sql, table);
	buf_puts(&b, sql);
	buf_text(&b);
	return b.p;
}

static int one(struct swap *s, const char *table, const struct check *c, struct fail *f)
{
	char *sql = statement(c->sql, table), got[TEXT_MAX], shown[VISIBLE_MAX];
	int rc = rows_text(s, s->in.database, sql, got, sizeof got, f);

	free(sql);
	if (rc)
		return fail_at(f, "--check \"%.200s\"", c->sql);
	if (strcmp(got, c->value) == 0)
		return 0;
	visible_text(shown, sizeof shown, got, strlen(got));
	return fail_set(f, FAIL_GUARD,
		"--check \"%.200s\" gives %s instead of %.100s: %s.%s is as it was", c->sql, shown,
		c->value, s->in.database, s->in.table);
}

int content_check(struct swap *s, const char *table, struct fail *f)
{
	for (size_t i = 0; i < s->o->checks_n; i++)
		if (one(s, table, s->o->checks + i, f))
			return -1;
	return 0;
}

/* td-put: what may go wrong before anything is sent, and --dry-run, which ends there. */
#include "put.h"

#include "base/die.h"
#include "base/fd.h"
#include "base/num.h"

#include <unistd.h>

/* Values of one type read from a column of the other. */
static bool compatible(const char *a, const char *b)
{
	static const char *const pairs[][2] = { { "int", "long" }, { "float", "double" } };

	if (strcmp(a, b) == 0)
		return true;
	if (strcmp(a, "double") == 0 && (strcmp(b, "long") == 0 || strcmp(b, "int") == 0))
		return true; /* integers are read from a column of doubles, and not the other way */
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if ((strcmp(a, pairs[i][0]) == 0 && strcmp(b, pairs[i][1]) == 0) ||
			(strcmp(a, pairs[i][1]) == 0 && strcmp(b, pairs[i][0]) == 0))
			return true;
	return false;
}

/* Values that do not have the type of a column that stays would read as NULL. */
int check_types(const struct load *l, const struct schema *s, struct fail *f)
{
	if (!load_keeps_columns(l))
		return 0;
	for (size_t i = 0; i < s->n; i++) {
		long at = schema_find(&l->target.schema, s->col[i].name);
		const char *have = at >= 0 ? l->target.schema.col[at].type : NULL;

		if (have && s->col[i].type && !compatible(have, s->col[i].type))
			return fail_set(f, FAIL_DATA,
				"column %s is %s in table %s.%s but %s in this frame, and would "
				"read as NULL (td-encode --columns %s:%s takes only what fits; "
				"mode=replace changes the table)",
				s->col[i].name, have, l->to.database, l->to.table, s->col[i].type,
				s->col[i].name, have);
	}
	return 0;
}

/*
 * A temporary table can only take its target's place by a master key. A write-only key fails here,
 * before gigabytes are sent: it may not list tables either.
 */
static int look_at_key(struct load *l, struct fail *f)
{
	struct api_name *list;
	size_t n;

	if (l->to.mode == TDURL_APPEND)
		return 0;
	if (api_table_list(l->api, l->to.database, &list, &n, f) == 0) {
		api_names_free(list, n);
		return 0;
	}
	if (api_status(l->api) == 404) { /* no such database: making the table tells, or makes it */
		fail_clear(f);
		return 0;
	}
	if (api_status(l->api) != 403)
		return -1;
	fail_clear(f);
	return fail_set(f, FAIL_KEY,
		"mode=%s needs a master key: the key of %s may append, but not replace tables",
		tdurl_mode_name(l->to.mode), l->conf.key_from);
}

/*
 * Rows of a job that this key can see on this server come from the account that they go to. Said
 * only to a person: a schedule cannot do anything about it.
 */
static void hint(struct load *l)
{
	struct fail ignored = { 0 };
	struct api_job job = { 0 };

	if (!l->input.in.head.job_id || !l->input.in.head.endpoint ||
		strcmp(l->input.in.head.endpoint, l->conf.endpoint) != 0 || !isatty(STDERR_FILENO))
		return;
	if (api_job_status(l->api, l->input.in.head.job_id, &job, &ignored) == 0)
		warn("source and target are the same account: INSERT INTO or CREATE TABLE AS in "
		     "the query would be faster");
	api_job_free(&job);
}

int check_target(struct load *l, struct fail *f)
{
	hint(l);
	if (look_at_key(l, f))
		return -1;
	if (api_table_show(l->api, l->to.database, l->to.table, &l->target, f) == 0) {
		l->target_known = true;
		if (l->to.mode == TDURL_CREATE && l->target.exists)
			return fail_set(f, FAIL_GUARD, "mode=create: table %s.%s exists already",
				l->to.database, l->to.table);
		return check_types(l, &l->input.in.head.schema, f);
	}
	if (!(f->kind == FAIL_KEY && api_status(l->api) == 403))
		return -1;
	fail_clear(f); /* a write-only key may not be allowed to see it */
	return 0;
}

/*
 * The answer is the same for a missing database and for a missing table in an existing one. The key
 * may not be allowed to see either.
 */
static int look_at_database(struct load *l, bool *missing, struct fail *f)
{
	struct api_name *list;
	size_t n;

	*missing = false;
	if (!l->target_known || l->target.exists)
		return 0;
	if (api_table_list(l->api, l->to.database, &list, &n, f) == 0) {
		api_names_free(list, n);
		return 0;
	}
	*missing = api_status(l->api) == 404;
	if (!*missing && api_status(l->api) != 403)
		return -1;
	fail_clear(f);
	if (*missing && !l->o->create_database)
		return fail_set(f, FAIL_REFUSED,
			"there is no database %s (create it, or give --create-database)",
			l->to.database);
	return 0;
}

/* The requests, in their order. */
static void plan_calls(struct buf *b, const struct load *l, bool columns)
{
	const bool append = l->to.mode == TDURL_APPEND,
		   session = l->input.in.end.rows && !l->o->streaming;

	if (!append || !l->target.exists)
		buf_printf(b, "POST table/create/%s/%s\n", l->to.database,
			append ? l->to.table : "(temporary)");
	if (session)
		buf_puts(
			b, "POST bulk_import/create\nPUT bulk_import/upload_part, for each part\n");
	else if (l->input.in.end.rows)
		buf_puts(b, "PUT table/import_with_id, for each part\n");
	if (session && !l->o->no_commit)
		buf_puts(b, "POST bulk_import/freeze\nPOST bulk_import/perform\n");
	if (columns)
		buf_puts(b, "POST table/append-schema\n");
	if (session && !l->o->no_commit)
		buf_puts(b, "POST bulk_import/commit\n");
}

/* --dry-run: validate the input, print the plan. */
int check_plan(struct load *l, struct fail *f)
{
	const struct load *const c = l;
	const struct schema *new = &c->input.in.end.schema;
	const bool append = c->to.mode == TDURL_APPEND;
	bool missing,
		columns = !append &&
			  (new->n > 0 || (load_keeps_columns(c) && c->target.schema.n > 0));
	struct buf b;
	int rc;

	if (look_at_database(l, &missing, f) ||
		((c->o->once || c->input.in.end.rows) && session_look(l, f)))
		return -1;
	buf_init(&b, 16 << 20);
	buf_printf(&b, "%llu row%s (%s) for %s.%s on %s, mode=%s\n",
		(unsigned long long)c->input.in.end.rows, num_s(c->input.in.end.rows),
		c->input.in.end.verified ? "verified" : "taken from end-of-file", c->to.database,
		c->to.table, c->conf.endpoint, tdurl_mode_name(c->to.mode));
	if (!c->target_known)
		buf_printf(&b, "table %s: the key may not see it\n", c->to.table);
	else if (c->target.exists)
		buf_printf(&b, "table %s: %lld row%s, %zu column%s\n", c->to.table,
			(long long)c->target.count, num_s((uint64_t)c->target.count),
			c->target.schema.n, num_s(c->target.schema.n));
	else
		buf_printf(&b, "table %s: does not exist%s\n", c->to.table,
			append ? ", would be made" : "");
	for (size_t i = 0; i < new->n; i++)
		if (new->col[i].type && schema_find(&c->target.schema, new->col[i].name) < 0) {
			buf_printf(&b, "new column: %s %s\n", new->col[i].name, new->col[i].type);
			columns = true;
		}
	for (size_t i = 0; !load_keeps_columns(c) && i < c->target.schema.n; i++)
		if (schema_find(new, c->target.schema.col[i].name) < 0)
			buf_printf(&b, "dropped column: %s\n", c->target.schema.col[i].name);
	if (missing)
		buf_printf(&b, "POST database/create/%s\n", c->to.database);
	if (c->receipt.already)
		buf_puts(&b, "these rows are in the table already: nothing would be sent\n");
	else
		plan_calls(&b, c, columns);
	rc = fd_write(STDOUT_FILENO, "standard output", b.p, b.len, f);
	buf_free(&b);
	return rc;
}

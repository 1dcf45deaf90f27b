/* td-swap: what is checked before anything changes for a reader. */
#include "swap.h"

#include "base/die.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/num.h"
#include "sys/clock.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COUNT_LOOKS = 20, COUNT_MS = 150, MARK_MAX = 600 };

/* Types are not compared: a service may give a type its own name. */
static int check_loaded_columns(const struct swap *s, const char *name, struct fail *f)
{
	const struct receipt *r = &s->in;

	for (size_t i = 0; i < r->schema.n; i++) {
		const struct column *c = r->schema.col + i;

		if (c->type && strcmp(c->name, "time") != 0 && strcmp(c->name, "v") != 0 &&
			schema_find(&s->loaded.schema, c->name) < 0)
			return fail_set(f, FAIL_GUARD,
				"table %s.%s has no column %s any more: it was changed",
				r->database, name, c->name);
	}
	return 0;
}

/* Shown as empty: the count may be out of date, or the table was emptied. A query tells. */
static int check_not_empty(struct swap *s, const char *name, struct fail *f)
{
	const struct receipt *r = &s->in;
	struct rows have = { 0 };

	if (s->loaded.count > 0 || rows_loaded(r) == 0 || s->o->allow_empty)
		return 0;
	if (rows_query(s, r->database, name, &have, f))
		return -1;
	if (have.n == rows_loaded(r))
		return 0;
	return fail_set(f, FAIL_GUARD, "table %s.%s holds %lld row%s, but td-put sent %lld",
		r->database, name, (long long)have.n, num_s((uint64_t)have.n),
		(long long)rows_loaded(r));
}

/*
 * The temporary table has all columns and the rows of the receipt. td-put compared the import's own
 * counts; the count of a table may be minutes old, so a smaller one is waited for only a moment. A
 * larger one means that another program wrote into it.
 */
static int check_loaded(struct swap *s, const char *name, struct fail *f)
{
	const struct receipt *r = &s->in;
	const int64_t want = rows_loaded(r);

	for (unsigned i = 0;; i++) {
		struct api_table *t = &s->loaded;

		if (!t->exists)
			return fail_set(f, FAIL_REFUSED, "table %s.%s does not exist any more",
				r->database, name);
		if (check_loaded_columns(s, name, f))
			return -1;
		if (t->count > want)
			return fail_set(f, FAIL_GUARD,
				"table %s.%s holds %lld row%s, but td-put sent %lld", r->database,
				name, (long long)t->count, num_s((uint64_t)t->count),
				(long long)want);
		if (t->count == want)
			return 0;
		if (i == COUNT_LOOKS)
			break;
		api_table_free(t);
		if (clock_sleep(COUNT_MS, f) || api_table_show(s->api, r->database, name, t, f))
			return -1;
	}
	if (s->o->strict)
		return fail_set(f, FAIL_TEMP,
			"--strict: table %s.%s shows %lld row%s so far, td-put sent %lld",
			r->database, name, (long long)s->loaded.count,
			num_s((uint64_t)s->loaded.count), (long long)want);
	note("table %s.%s shows %lld of %lld rows so far", r->database, name,
		(long long)s->loaded.count, (long long)want);
	return check_not_empty(s, name, f);
}

static int check_columns(const struct swap *s, struct fail *f)
{
	for (size_t i = 0; i < s->target.schema.n; i++) {
		const struct column *c = s->target.schema.col + i;
		long at = schema_find(&s->loaded.schema, c->name);

		if (at < 0)
			return fail_set(f, FAIL_GUARD,
				"--same-schema: column %s is missing in the new rows", c->name);
		if (c->type && s->loaded.schema.col[at].type &&
			strcmp(c->type, s->loaded.schema.col[at].type) != 0)
			return fail_set(f, FAIL_GUARD,
				"--same-schema: column %s is %s, in the new rows %s", c->name,
				c->type, s->loaded.schema.col[at].type);
	}
	return 0;
}

static int guards(const struct swap *s, struct fail *f)
{
	const struct opts *o = s->o;
	const int64_t rows = rows_loaded(&s->in);
	/* where rows stay, carry_count() compares */
	const int64_t before =
		s->target.exists && !receipt_carries(&s->in) ? s->target.count : 0;

	if (s->in.mode == TDURL_CREATE && s->target.exists)
		return fail_set(f, FAIL_GUARD, "mode=create: table %s.%s exists already",
			s->in.database, s->in.table);
	if (o->strict && !s->in.verified)
		return fail_set(f, FAIL_GUARD,
			"--strict: nothing proves that the source was complete: %s.%s is as it was",
			s->in.database, s->in.table);
	if (rows < o->min_rows)
		return fail_set(f, FAIL_GUARD,
			"%lld rows, fewer than --min-rows %lld: %s.%s is as it was",
			(long long)rows, (long long)o->min_rows, s->in.database, s->in.table);
	if (rows == 0 && before > 0 && !o->allow_empty)
		return fail_set(f, FAIL_GUARD,
			"no rows: %s.%s keeps its %lld (--allow-empty replaces them)",
			s->in.database, s->in.table, (long long)before);
	if (o->max_shrink >= 0 && rows < before &&
		(double)(before - rows) * 100 > (double)before * o->max_shrink)
		return fail_set(f, FAIL_GUARD,
			"%lld rows instead of %lld, which is more than --max-shrink %d%%: %s.%s is "
			"as it was",
			(long long)rows, (long long)before, o->max_shrink, s->in.database,
			s->in.table);
	return o->same_schema && s->target.exists ? check_columns(s, f) : 0;
}

/* TABLE_kept is overwritten only if its description says that an earlier --keep made it. */
static int check_older(struct swap *s, const char *name, struct fail *f)
{
	char *mark = kept_mark(s->in.table, ""), text[MARK_MAX];
	int rc = api_table_description(s->api, s->in.database, name, text, sizeof text, f);

	s->overwrite = rc == 0 && strncmp(text, mark, strlen(mark)) == 0;
	free(mark);
	if (rc || s->overwrite)
		return rc;
	return fail_set(f, FAIL_GUARD,
		"--keep: table %s.%s exists, and its description does not say that an earlier "
		"--keep made it: drop or rename it, or say --keep=NAME",
		s->in.database, name);
}

/* --keep=N: the new name is later than those that are there. */
static int check_generations(struct swap *s, struct fail *f)
{
	struct kept_tables k;
	int rc = kept_list(s, s->in.database, s->in.table, &k, f);

	s->kept_n = 0;
	for (size_t i = 0; i < k.n; i++)
		s->kept_n += !k.v[i].undoing;
	kept_free(&k);
	return rc;
}

/* A name that the user chose is never overwritten. */
static int check_keep(struct swap *s, struct fail *f)
{
	const char *chosen = s->o->keep_name;
	struct api_table t;
	char *name;
	bool there;
	int rc;

	if (!s->o->keep)
		return 0;
	if (s->o->keep_n > 0)
		return s->target.exists ? check_generations(s, f) : 0;
	name = chosen ? mem_string(chosen) : kept_default(s->in.table, f);
	rc = name ? 0 : -1;
	if (rc == 0 && s->target.exists)
		rc = api_table_show(s->api, s->in.database, name, &t, f);
	if (rc == 0 && s->target.exists) {
		there = t.exists;
		api_table_free(&t);
		if (there && chosen)
			rc = fail_set(f, FAIL_GUARD, "--keep: table %s.%s exists already",
				s->in.database, name);
		else if (there)
			rc = check_older(s, name, f);
	}
	free(name);
	return rc;
}

int guards_check(struct swap *s, const char *name, struct fail *f)
{
	if (check_loaded(s, name, f) || guards(s, f) || check_keep(s, f))
		return -1;
	/* where rows stay, the copy that has them is checked */
	return receipt_carries(&s->in) && s->target.exists ? 0 : content_check(s, name, f);
}

/* What a replacement of some rows would do. */
static void plan_carry(const struct swap *s, struct buf *b)
{
	const struct carry *c = &s->carry;
	const int64_t gone = c->target - c->stays, copied = c->live + c->stays;

	buf_printf(b,
		"%lld row%s of %s.%s would go, %lld would come, %lld would stay\n"
		"the copy: %lld row%s by one job of the service, the whole table\n",
		(long long)gone, num_s((uint64_t)gone), s->in.database, s->in.table,
		(long long)c->live, (long long)c->stays, (long long)copied,
		num_s((uint64_t)copied));
	if (s->o->checks_n > 0)
		buf_puts(b, "--check: looks at the copy, which is not made\n");
}

static void plan(const struct swap *s, struct buf *b)
{
	const struct receipt *in = &s->in;

	if (!s->target.exists)
		buf_printf(b, "%lld row%s would become %s.%s, which does not exist\n",
			(long long)rows_loaded(in), num_s((uint64_t)rows_loaded(in)), in->database,
			in->table);
	else if (receipt_carries(in))
		plan_carry(s, b);
	else
		buf_printf(b, "%lld row%s would take the place of the %lld of %s.%s, %s\n",
			(long long)rows_loaded(in), num_s((uint64_t)rows_loaded(in)),
			(long long)s->target.count, in->database, in->table,
			s->o->keep ? "which would be kept" : "which would be dropped");
	if (s->target.exists && s->o->keep_n > 0 && s->kept_n >= s->o->keep_n)
		buf_printf(b, "%zu of the %zu older kept tables would be dropped\n",
			s->kept_n + 1 - s->o->keep_n, s->kept_n);
	buf_printf(b, "nothing was changed: the new rows are in %s.%s\n", in->database,
		in->temporary);
}

int guards_plan(struct swap *s, struct fail *f)
{
	const struct receipt *in = &s->in;
	struct buf b;
	bool change;
	int rc;

	if (api_table_show(s->api, in->database, in->table, &s->target, f) ||
		api_table_show(s->api, in->database, in->temporary, &s->loaded, f))
		return -1;
	if (s->loaded.exists && in->temporary_id >= 0 && s->loaded.id >= 0 &&
		s->loaded.id != in->temporary_id)
		return fail_set(f, FAIL_GUARD, "table %s.%s is not the one that td-put made",
			in->database, in->temporary);
	if (guards_check(s, in->temporary, f))
		return -1;
	if (receipt_carries(in) && (schema_copy(&s->carry.of_loaded, &s->loaded.schema, f) ||
					   carry_count(s, in->temporary, &change, f)))
		return -1;
	buf_init(&b, 1 << 16);
	plan(s, &b);
	rc = fd_write(STDOUT_FILENO, "standard output", b.p, b.len, f);
	buf_free(&b);
	return rc;
}

int guards_check_undo(struct swap *s, const char *name, struct fail *f)
{
	char *mark, text[MARK_MAX];
	int rc;

	if (s->by_name)
		return 0;
	mark = kept_mark(s->in.table, s->in.replaced_by ? s->in.replaced_by : "");
	rc = api_table_description(s->api, s->in.database, name, text, sizeof text, f);
	if (rc == 0 && strcmp(text, mark) != 0)
		rc = fail_set(f, FAIL_GUARD,
			"nothing shows that %s.%s holds the rows of this receipt: it may not be "
			"the last one (--undo td://@/%s/%s undoes the last)",
			s->in.database, s->in.kept, s->in.database, s->in.table);
	free(mark);
	return rc;
}

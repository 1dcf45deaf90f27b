/*
 * td-swap: one replacement.
 *
 * A swap is its own inverse: sent twice, it does nothing, and the rows that are dropped afterwards
 * are the new ones. So its answer is never waited for a second time. Both tables are described
 * before; when the answer is lost they are described again, and the comparison decides
 * (td-swap-decide.c): swapped, not swapped (then it may be sent again), or it cannot be said.
 */
#include "swap.h"

#include "sys/clock.h"
#include "base/die.h"
#include "base/mem.h"
#include "base/sig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 6, LOOK_MS = 500, COUNT_LOOKS = 20, COUNT_MS = 150 };

/* --- looking --------------------------------------------------------------- */

/* Fills both, or none. */
static int look(struct swap *s, struct api_table *target, struct api_table *temporary,
	struct fail *f)
{
	return swap_show(s, s->in.table, s->in.temporary, target, temporary, f);
}

/* --- before ---------------------------------------------------------------- */

/* Rows that were loaded: without those that the import refused. */
static int64_t loaded(const struct receipt *r)
{
	return r->valid >= 0 ? r->valid : r->rows;
}

/* Types are not compared: a service may give a type its own name. */
static int check_loaded_columns(const struct swap *s, struct fail *f)
{
	const struct receipt *r = &s->in;

	for (size_t i = 0; i < r->schema.n; i++) {
		const struct column *c = r->schema.col + i;

		if (c->type && strcmp(c->name, "time") != 0 && strcmp(c->name, "v") != 0 &&
		    schema_find(&s->temporary.schema, c->name) < 0)
			return fail_set(f, FAIL_GUARD,
				"table %s.%s has no column %s any more: somebody changed it",
				r->database, r->temporary, c->name);
	}
	return 0;
}

/*
 * The temporary table is td-put's: the same id, all columns, and the rows of the receipt. td-put
 * compared the import's own counts; the count of a table may lag behind by minutes, so a smaller
 * one is waited for only a moment. A larger one means that somebody else wrote into it.
 */
static int check_temporary(struct swap *s, struct fail *f)
{
	const struct receipt *r = &s->in;

	for (unsigned i = 0;; i++) {
		struct api_table *t = &s->temporary;

		s->not_there = !t->exists ||
			(r->temporary_id >= 0 && t->id >= 0 && t->id != r->temporary_id);
		if (!t->exists)
			return fail_set(f, FAIL_REFUSED,
				"the temporary table %s.%s does not exist: was this receipt used "
				"already?",
				r->database, r->temporary);
		if (s->not_there)
			return fail_set(f, FAIL_GUARD,
				"table %s.%s is not the one that td-put made", r->database,
				r->temporary);
		if (check_loaded_columns(s, f))
			return -1;
		if (t->count > loaded(r))
			return fail_set(f, FAIL_GUARD,
				"table %s.%s holds %lld rows, but td-put sent %lld", r->database,
				r->temporary, (long long)t->count, (long long)loaded(r));
		if (t->count == loaded(r))
			return 0;
		if (i == COUNT_LOOKS)
			break;
		api_table_free(t);
		if (clock_sleep(COUNT_MS, f) ||
			api_table_show(s->api, r->database, r->temporary, t, f))
			return -1;
	}
	if (s->o->strict)
		return fail_set(f, FAIL_TEMP,
			"--strict: table %s.%s shows %lld rows so far, td-put sent %lld",
			r->database, r->temporary, (long long)s->temporary.count,
			(long long)loaded(r));
	note("table %s.%s shows %lld of %lld rows so far", r->database, r->temporary,
		(long long)s->temporary.count, (long long)loaded(r));
	return 0;
}

static int check_columns(const struct swap *s, struct fail *f)
{
	for (size_t i = 0; i < s->target.schema.n; i++) {
		const struct column *c = s->target.schema.col + i;
		long at = schema_find(&s->temporary.schema, c->name);

		if (at < 0)
			return fail_set(f, FAIL_GUARD,
				"--same-schema: column %s is missing in the new rows", c->name);
		if (c->type && s->temporary.schema.col[at].type &&
			strcmp(c->type, s->temporary.schema.col[at].type) != 0)
			return fail_set(f, FAIL_GUARD,
				"--same-schema: column %s is %s, in the new rows %s", c->name,
				c->type, s->temporary.schema.col[at].type);
	}
	return 0;
}

static int guards(const struct swap *s, struct fail *f)
{
	const struct opts *o = s->o;
	const int64_t rows = loaded(&s->in), before = s->target.exists ? s->target.count : 0;

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

/* A name that the user chose is never overwritten. */
static int check_keep(struct swap *s, struct fail *f)
{
	struct api_table t;
	bool there;

	if (s->o->keep && !s->o->keep_name) {
		char *name = replace_kept_name(s->in.table, f);

		free(name);
		return name ? 0 : -1;
	}
	if (!s->o->keep_name || !s->target.exists)
		return 0;
	if (api_table_show(s->api, s->in.database, s->o->keep_name, &t, f))
		return -1;
	there = t.exists;
	api_table_free(&t);
	return there ? fail_set(f, FAIL_GUARD, "--keep: table %s.%s exists already", s->in.database,
			       s->o->keep_name)
		     : 0;
}

/* --- the step -------------------------------------------------------------- */

enum step { FAILED = -1, DONE, AGAIN };

static enum step unknown(struct swap *s, struct fail *f)
{
	char why[sizeof f->why];

	memcpy(why, f->why, sizeof why);
	*f = (struct fail){ 0 };
	fail_set(f, FAIL_UNKNOWN,
		"whether %s.%s was replaced cannot be said: the new rows are there or in %s, which "
		"was left "
		"alone; look at both (%s)",
		s->in.database, s->in.table, s->in.temporary, why);
	return FAILED;
}

/* What was begun is looked after, also when it was a signal that broke it. */
static enum verdict decide(struct swap *s, bool ask)
{
	enum verdict v;

	sig_hold(true);
	v = decide_swap(s, ask);
	sig_hold(false);
	return v;
}

/*
 * An earlier swap, whose answer was lost, may have come late and undone this one: the rows that go
 * next must be the old ones.
 */
static enum step swapped(struct swap *s, struct fail *f)
{
	if (!s->doubt || decide(s, false) == VERDICT_SWAPPED)
		return DONE;
	fail_set(f, FAIL_UNKNOWN, "a swap whose answer was lost may have come late");
	return unknown(s, f);
}

static enum step swap_tables(struct swap *s, struct fail *f)
{
	if (api_table_swap(s->api, s->in.database, s->in.temporary, s->in.table, f) == 0)
		return swapped(s, f);
	/* one of them is gone: look again */
	if (api_status(s->api) == 404 && f->kind == FAIL_REFUSED) {
		*f = (struct fail){ 0 };
		return AGAIN;
	}
	if (f->kind != FAIL_UNKNOWN && f->kind != FAIL_SIGNAL)
		return FAILED;
	s->doubt = true;
	switch (decide(s, f->kind == FAIL_UNKNOWN)) {
	case VERDICT_SWAPPED:
		*f = (struct fail){ 0 };
		return DONE;
	case VERDICT_UNKNOWN:
		return unknown(s, f);
	case VERDICT_HARDLY:
		f->kind = f->kind == FAIL_SIGNAL ? FAIL_SIGNAL : FAIL_TEMP;
		return FAILED;
	case VERDICT_NOT:
		break;
	}
	if (f->kind == FAIL_SIGNAL)
		return FAILED;
	note("%s; the tables were not swapped: once more", f->why);
	*f = (struct fail){ 0 };
	return AGAIN;
}

/* A rename whose answer is missing: the name that is there tells. */
static enum verdict decide_rename(struct swap *s, struct fail *f)
{
	struct api_table target, temporary;
	enum verdict v = VERDICT_UNKNOWN;

	sig_hold(true);
	if (look(s, &target, &temporary, f) == 0) {
		if (temporary.exists)
			v = VERDICT_NOT;
		else if (target.exists)
			v = VERDICT_SWAPPED;
		api_table_free(&target);
		api_table_free(&temporary);
	}
	sig_hold(false);
	return v;
}

/*
 * A rename that was done already is refused when it is sent again: it is safe to repeat after a
 * look.
 */
static enum step rename_table(struct swap *s, bool *maybe, struct fail *f)
{
	int status;

	if (api_table_rename(s->api, s->in.database, s->in.temporary, s->in.table, f) == 0)
		return DONE;
	status = api_status(s->api);
	if (f->kind == FAIL_SIGNAL && decide_rename(s, &(struct fail){ 0 }) == VERDICT_SWAPPED) {
		*f = (struct fail){ 0 };
		return DONE;
	}
	if (f->kind == FAIL_UNKNOWN)
		*maybe = true;
	else if (!(f->kind == FAIL_REFUSED && (status == 404 || status == 409)))
		return FAILED;
	note("%s; looking again", f->why);
	*f = (struct fail){ 0 };
	return AGAIN;
}

static enum step one_round(struct swap *s, bool *maybe_renamed, struct fail *f)
{
	api_table_free(&s->target);
	api_table_free(&s->temporary);
	if (look(s, &s->target, &s->temporary, f))
		return FAILED;
	free(s->out.action);
	s->out.action = mem_string(s->target.exists ? "swap" : "rename");
	s->out.rows_before = s->target.exists ? s->target.count : -1;
	if (*maybe_renamed && s->target.exists && !s->temporary.exists) {
		free(s->out.action);
		s->out.action = mem_string("rename");
		s->out.rows_before = -1;
		return DONE;
	}
	if (check_temporary(s, f) || guards(s, f) || check_keep(s, f) || swap_begin_receipt(s, f))
		return FAILED;
	if (s->target.exists &&
		api_table_settings(s->api, s->in.database, s->in.temporary, &s->temporary,
			&s->target, f))
		return FAILED;
	return s->target.exists ? swap_tables(s, f) : rename_table(s, maybe_renamed, f);
}

/* Not cut: then two tables might have one name for their kept rows. */
char *replace_kept_name(const char *table, struct fail *f)
{
	char *name = mem_printf("%s_kept", table);

	if (strlen(name) <= TDURL_NAME_ADVISED)
		return name;
	fail_set(f, FAIL_USAGE,
		"--keep: %s is longer than the %d characters that Treasure Data advises: say "
		"--keep=NAME",
		name, TDURL_NAME_ADVISED);
	free(name);
	return NULL;
}

/* A lost answer is decided by looking: the name that is there tells which. */
static int rename_kept(struct swap *s, const char *to, struct fail *f)
{
	for (unsigned i = 0;; i++) {
		struct fail why = { 0 };
		struct api_table t;
		bool there;

		if (api_table_rename(s->api, s->in.database, s->in.temporary, to, &why) == 0)
			return 0;
		if (why.kind != FAIL_UNKNOWN || i == ROUNDS)
			return fail_set(f, why.kind, "%s", why.why);
		if (clock_sleep(LOOK_MS, f) ||
			api_table_show(s->api, s->in.database, s->in.temporary, &t, f))
			return -1;
		there = t.exists;
		api_table_free(&t);
		if (!there)
			return 0;
	}
}

/*
 * The old rows under the name of --keep. Those of an earlier run go only where the name is our own.
 */
static void keep_old_rows(struct swap *s)
{
	char *name = s->o->keep_name ? mem_string(s->o->keep_name)
				     : replace_kept_name(s->in.table, &(struct fail){ 0 });
	struct fail f = { 0 };

	if ((s->o->keep_name || api_table_delete(s->api, s->in.database, name, &f) == 0) &&
		rename_kept(s, name, &f) == 0) {
		s->out.kept = name;
		return;
	}
	warn("%s.%s holds the new rows; the old ones stay in %s: %s", s->in.database, s->in.table,
		s->in.temporary, f.why);
	s->out.kept = mem_string(s->in.temporary);
	free(name);
}

static void old_rows_stay(struct swap *s, const struct fail *why)
{
	warn("%s.%s holds the new rows; the old ones are still in %s: %s", s->in.database,
		s->in.table, s->in.temporary, why->why);
	s->out.kept = mem_string(s->in.temporary);
}

/*
 * Another td-swap with a copy of the receipt may have swapped, too: then the name stands for the
 * new rows again, and nothing is dropped. Nor is it where no look is possible, but then the answer
 * to the swap counts.
 */
static int drop_old_rows(struct swap *s, struct fail *f)
{
	struct fail why = { 0 };
	const enum verdict v = decide_old(s, &why);

	if (why.kind) {
		old_rows_stay(s, &why);
		return 0;
	}
	if (v != VERDICT_SWAPPED) {
		fail_set(f, FAIL_UNKNOWN,
			v == VERDICT_NOT
				? "they were swapped back: was this receipt used twice at once?"
				: "the old rows are not seen after the swap");
		return unknown(s, f);
	}
	if (s->o->keep) {
		keep_old_rows(s);
		return 0;
	}
	if (api_table_delete(s->api, s->in.database, s->in.temporary, &why))
		old_rows_stay(s, &why);
	return 0;
}

/*
 * Names may be used again: only what bears the id that td-put saw is dropped. One that is said not
 * to be there, too: it costs nothing, and a service that says so of every table may be wrong.
 */
static bool is_td_puts(struct swap *s)
{
	struct api_table t;
	bool its;

	if (api_table_show(s->api, s->in.database, s->in.temporary, &t, &(struct fail){ 0 }))
		return true; /* then deleting fails too, and says so */
	its = !t.exists || s->in.temporary_id < 0 || t.id < 0 || t.id == s->in.temporary_id;
	api_table_free(&t);
	return its;
}

/* The receipt came through a pipe: nobody can use it again, so the rows that it speaks of go. */
void replace_drop(struct swap *s, struct fail *f)
{
	size_t n = strlen(f->why);

	/* a rename or swap may still come: nothing is removed, all is named */
	if (f->kind == FAIL_UNKNOWN) {
		if (!strstr(f->why, s->in.temporary))
			snprintf(f->why + n, sizeof f->why - n,
				"; look at %s.%s and %s: the new rows are in one of them",
				s->in.database, s->in.table, s->in.temporary);
		return;
	}
	if (s->repeatable) {
		if (!s->not_there)
			snprintf(f->why + n, sizeof f->why - n,
				"; the new rows stay in %s.%s for another try", s->in.database,
				s->in.temporary);
		return;
	}
	sig_hold(true);
	api_hurry(s->api);
	if (is_td_puts(s) &&
		api_table_delete(s->api, s->in.database, s->in.temporary, &(struct fail){ 0 }))
		snprintf(f->why + n, sizeof f->why - n, "; the table %s.%s could not be removed",
			s->in.database, s->in.temporary);
	sig_hold(false);
}

/* The last rename may have been done although its answer was lost. */
static enum step give_up(struct swap *s, bool maybe_renamed, struct fail *f)
{
	const enum verdict v = maybe_renamed ? decide_rename(s, f) : VERDICT_NOT;

	if (v == VERDICT_SWAPPED)
		return DONE;
	fail_set(f, FAIL_TEMP, "%s.%s could not be replaced after %d tries", s->in.database,
		s->in.table, ROUNDS);
	return v == VERDICT_UNKNOWN ? unknown(s, f) : FAILED;
}

int replace_run(struct swap *s, struct fail *f)
{
	enum step step = AGAIN;
	bool maybe_renamed = false;
	int rc;

	for (unsigned i = 0; i < ROUNDS && step == AGAIN; i++)
		step = one_round(s, &maybe_renamed, f);
	if (step == AGAIN)
		step = give_up(s, maybe_renamed, f);
	if (step != DONE) {
		replace_drop(s, f);
		return -1;
	}
	if (strcmp(s->out.action, "swap") != 0)
		return 0;
	sig_hold(true); /* a signal is too late for the new rows: the old ones do not stay */
	rc = drop_old_rows(s, f);
	sig_hold(false);
	return rc;
}

/*
 * The same exchange again. Nothing is dropped: the rows that are undone take the kept table's
 * place, so that an undo can be undone.
 */
int replace_undo(struct swap *s, struct fail *f)
{
	enum step step = AGAIN;

	for (unsigned i = 0; i < ROUNDS && step == AGAIN; i++) {
		api_table_free(&s->target);
		api_table_free(&s->temporary);
		if (look(s, &s->target, &s->temporary, f))
			return -1;
		if (!s->target.exists || !s->temporary.exists)
			return fail_set(f, FAIL_REFUSED, "there is no table %s.%s", s->in.database,
					s->target.exists ? s->in.temporary : s->in.table);
		s->out.rows = s->temporary.count;
		s->out.rows_before = s->target.count;
		if (swap_begin_receipt(s, f))
			return -1;
		step = swap_tables(s, f);
	}
	if (step == AGAIN)
		fail_set(f, FAIL_TEMP, "%s.%s could not be swapped after %d tries", s->in.database,
			s->in.table, ROUNDS);
	return step == DONE ? 0 : -1;
}

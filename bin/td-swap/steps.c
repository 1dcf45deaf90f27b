/*
 * td-swap: carries out what common/td/replace asks for, and reports its decision. Nothing is
 * decided here.
 */
#include "swap.h"

#include "base/die.h"
#include "base/mem.h"
#include "base/sig.h"
#include "base/num.h"
#include "sys/clock.h"
#include "td/replace.h"
#include "td/tempname.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES = REPLACE_OWN + 32, AGAIN_MS = 250, AGAIN_MAX = 4, TIDY_MS = 10000 };

/* One run of the machine. */
struct run {
	struct swap *s;
	struct replace r;
	char *name[NAMES]; /* of the tables, as the machine numbers them */
	struct rows want;  /* what makes rows the new ones */
	bool measured;     /* `want` is known */
	bool held;         /* signals wait */
	unsigned again;    /* requests that got no answer */
	struct buf older;  /* --keep=N: kept tables that were looked at, one a line */
	uint8_t old;       /* the one that goes now, or REPLACE_TARGET */
	struct fail why;   /* the last refusal, silence or signal */
	struct fail gone;  /* the last answer that a table is not there, or in the way */
};

/* --- names --- */

static const char *name_of(struct run *u, uint8_t n)
{
	struct swap *s = u->s;

	if (!u->name[n] && n == REPLACE_KEPT)
		u->name[n] = kept_name(s, s->in.table);
	else if (!u->name[n] && u->r.task.kind == REPLACE_UNDO)
		u->name[n] = tempname_undo(
			u->name[REPLACE_LOADED], api_time(s->api), clock_random());
	else if (!u->name[n])
		u->name[n] =
			tempname_own(u->name[REPLACE_LOADED], api_time(s->api), clock_random());
	return u->name[n];
}

/* Carry: the name of a table, which tells what it holds. */
static void make_name(struct run *u, const struct replace_ask *a)
{
	const bool copy = a->what == REPLACE_MAKE;
	const uint8_t n = copy ? a->a : a->b;
	const int64_t now = api_time(u->s->api);

	if (!u->r.task.carry || n < REPLACE_OWN || u->name[n])
		return;
	if (copy)
		u->name[n] = tempname_copy(u->name[REPLACE_LOADED], now, clock_random());
	else if (u->r.stage == REPLACE_WHOLE)
		u->name[n] = tempname_loaded(u->name[REPLACE_LOADED], now, clock_random());
}

static void free_names(struct run *u)
{
	buf_free(&u->older);
	for (size_t i = 0; i < NAMES; i++)
		free(u->name[i]);
}

/* --- one ask --- */

/* What a request came to. The sentence is kept, unless a table that is missing explains all. */
static uint8_t heard(struct run *u, int rc, const struct fail *why)
{
	const int status = api_status(u->s->api);

	if (rc == 0)
		return REPLACE_DONE;
	if (why->kind == FAIL_REFUSED && (status == 404 || status == 409)) {
		u->gone = *why;
		return REPLACE_ABSENT;
	}
	u->why = *why;
	if (why->kind == FAIL_SIGNAL)
		return REPLACE_STOPPED;
	if (why->kind == FAIL_TEMP || why->kind == FAIL_UNKNOWN) {
		u->again++;
		return REPLACE_SILENT;
	}
	return REPLACE_REFUSED;
}

static struct replace_seen look(struct run *u, uint8_t n)
{
	struct replace_seen s = { .id = -1 };
	struct api_table *t = n == REPLACE_TARGET ? &u->s->target : &u->s->loaded;
	struct fail why = { 0 };
	int rc;

	api_table_free(t);
	rc = api_table_show(u->s->api, u->s->in.database, name_of(u, n), t, &why);
	s.result = heard(u, rc, &why);
	if (rc == 0 && !t->exists)
		s.result = REPLACE_ABSENT;
	if (rc == 0)
		s.id = t->id;
	if (rc == 0 && t->exists && n != REPLACE_TARGET && u->r.stage == REPLACE_WHOLE) {
		schema_free(&u->s->carry.of_loaded);
		if (schema_copy(&u->s->carry.of_loaded, &t->schema, &why))
			s.result = heard(u, -1, &why);
	}
	return s;
}

/* Of several, the one with the receipt's id: others are empty ones that a late request made. */
static struct replace_seen list(struct run *u, bool copies)
{
	struct replace_seen s = { .name = u->r.next, .id = -1 };
	bool (*const is)(const char *, const char *) =
		u->r.task.kind == REPLACE_UNDO      ? tempname_is_undo
		: u->r.task.carry && !copies ? tempname_is_loaded
						    : tempname_is_own;
	struct fail why = { 0 };
	struct api_name *all;
	size_t n;
	int rc = api_table_list(u->s->api, u->s->in.database, &all, &n, &why);

	s.result = heard(u, rc, &why);
	if (rc)
		return s;
	s.result = REPLACE_ABSENT;
	for (size_t i = 0; i < n; i++) {
		const bool has_id = all[i].id >= 0 && all[i].id == u->r.task.new_id;

		if ((s.result == REPLACE_DONE && !has_id) ||
			!is(all[i].name, u->name[REPLACE_LOADED]))
			continue;
		free(u->name[s.name]);
		u->name[s.name] = mem_string(all[i].name);
		s.id = all[i].id;
		s.result = REPLACE_DONE;
	}
	api_names_free(all, n);
	return s;
}

static struct replace_seen query(struct run *u, uint8_t n, bool measure)
{
	struct replace_seen s = { .id = -1 };
	struct fail why = { 0 };
	struct rows have = { 0 };
	int rc;

	if (!measure && !u->measured)
		rc = fail_set(&why, FAIL_REFUSED, "what %s is to hold is not known",
			u->name[REPLACE_TARGET]);
	else
		rc = rows_query(u->s, u->s->in.database, name_of(u, n), &have, &why);
	s.result = heard(u, rc, &why);
	if (rc == 0 && measure) {
		u->want = have;
		u->measured = true;
	}
	s.new_rows = rc == 0 && rows_equal(&u->want, &have);
	return s;
}

/* --- rows of the target that stay --- */

/*
 * What carry_...() came to: a guard's words are final, whatever their status is. The last answer
 * may have been of any request: a 404 says nothing about a table here.
 */
static uint8_t carried(struct run *u, int rc, const struct fail *why)
{
	if (rc == 0)
		return REPLACE_DONE;
	if (rc == CARRY_GONE)
		return REPLACE_ABSENT;
	u->why = *why;
	if (rc == CARRY_GUARD)
		return REPLACE_REFUSED;
	if (why->kind == FAIL_SIGNAL)
		return REPLACE_STOPPED;
	if (why->kind != FAIL_TEMP && why->kind != FAIL_UNKNOWN)
		return REPLACE_REFUSED;
	u->again++;
	return REPLACE_SILENT;
}

/* Are the new rows in a table? Exactly, where the loaded table is there; else by their times. */
static struct replace_seen carry_query(struct run *u, uint8_t n)
{
	struct replace_seen s = { .id = -1 };
	struct fail why = { 0 };
	int rc;

	if (u->r.load ? n == u->r.load : n != REPLACE_TARGET)
		return query(u, n, false);
	rc = u->r.load ? carry_holds(u->s, name_of(u, n), name_of(u, u->r.load), &s.new_rows, &why)
		       : carry_looks_used(u->s, &s.new_rows, &why);
	s.result = carried(u, rc, &why);
	return s;
}

static struct replace_seen carry_step(struct run *u, const struct replace_ask *a)
{
	struct replace_seen s = { .id = -1 };
	struct fail why = { 0 };
	int rc = 0;

	switch ((enum replace_do)a->what) {
	case REPLACE_COUNT:
		rc = carry_count(u->s, name_of(u, a->a), &s.new_rows, &why);
		break;
	case REPLACE_MAKE:
		rc = carry_make(u->s, name_of(u, a->a), &why);
		break;
	case REPLACE_FILL:
		rc = carry_fill(u->s, name_of(u, a->a), name_of(u, a->b), &why);
		break;
	case REPLACE_VERIFY:
		rc = carry_verify(u->s, name_of(u, a->a), name_of(u, a->b), &why);
		break;
	default:
		rc = carry_old(u->s, name_of(u, a->a), name_of(u, u->r.load), &s.new_rows,
			&s.empty, &why);
		break;
	}
	s.result = carried(u, rc, &why);
	return s;
}

/* As many rows, and of the same time: the same ones? */
static struct replace_seen same(struct run *u, uint8_t n)
{
	struct swap *w = u->s;
	struct replace_seen s = { .id = -1 };
	struct fail why = { 0 };
	int rc = rows_same(w, w->in.database, &w->loaded, name_of(u, n), &w->target,
		u->name[REPLACE_TARGET], &s.new_rows, &why);

	s.result = heard(u, rc, &why);
	return s;
}

/* The guards, and the first half of the receipt: a full disk or a dead reader is met here. */
static uint8_t check(struct run *u, uint8_t n)
{
	struct fail why = { 0 };
	int rc = u->r.task.kind == REPLACE_UNDO ? guards_check_undo(u->s, name_of(u, n), &why)
						: guards_check(u->s, name_of(u, n), &why);

	u->s->out.rows_before = u->s->target.exists ? u->s->target.count : -1;
	if (rc == 0 && u->r.task.kind == REPLACE_UNDO)
		u->s->out.rows = u->s->loaded.count;
	if (rc == 0)
		rc = swap_receipt_begin(u->s, &why);
	if (rc == 0)
		return REPLACE_DONE;
	u->why = why;
	return why.kind == FAIL_SIGNAL ? REPLACE_STOPPED : REPLACE_REFUSED;
}

static uint8_t settings(struct run *u, uint8_t n)
{
	struct fail why = { 0 };
	int rc = 0;

	if (sig_caught())
		rc = fail_set(&why, FAIL_SIGNAL, "interrupted");
	else if (u->r.sent &&
		 clock_sleep((uint64_t)AGAIN_MS
				 << (u->r.rounds < AGAIN_MAX ? u->r.rounds : AGAIN_MAX),
			 &why))
		rc = -1;
	else if (u->s->target.exists && u->s->loaded.exists)
		rc = api_table_settings(u->s->api, u->s->in.database, name_of(u, n), &u->s->loaded,
			&u->s->target, &why);
	return heard(u, rc, &why);
}

static uint8_t rename_to(struct run *u, uint8_t a, uint8_t b)
{
	const bool keep = b == REPLACE_KEPT;
	struct swap *s = u->s;
	struct fail why = { 0 };
	char *mark;

	if (keep && u->r.status == FAIL_NONE) {
		mark = kept_mark(s->in.table, s->out.replaced_by);
		if (api_table_describe(s->api, s->in.database, name_of(u, a), mark, &why))
			note("%s", why.why); /* only --undo by a receipt asks for it */
		fail_clear(&why);
		free(mark);
	}
	return heard(u,
		api_table_rename(s->api, s->in.database, name_of(u, a), name_of(u, b),
			keep && s->overwrite, &why),
		&why);
}

/* --keep=N: a kept table that is to stay no more. */
static struct replace_seen older(struct run *u)
{
	struct replace_seen s = { .name = u->r.next, .id = -1 };
	struct fail why = { 0 };
	char *name;
	int rc = kept_older(u->s, u->s->in.database, u->s->in.table, &u->older, &name, &why);

	s.result = heard(u, rc, &why);
	if (rc)
		warn("older kept tables of %s.%s may stay until the next --keep=%u: %s",
			u->s->in.database, u->s->in.table, u->s->o->keep_n, why.why);
	if (rc == 0 && !name)
		s.result = REPLACE_ABSENT;
	if (s.result == REPLACE_DONE) {
		free(u->name[s.name]);
		u->name[s.name] = name;
		u->old = s.name;
	}
	return s;
}

static void old_gone(struct run *u, const char *name, int rc, const struct fail *why)
{
	char **const dropped = &u->s->out.dropped;
	char *before = *dropped;

	u->old = REPLACE_TARGET;
	if (rc)
		warn("the older kept table %s.%s stays: %s", u->s->in.database, name, why->why);
	if (rc)
		return;
	*dropped = before ? mem_printf("%s\n%s", before, name) : mem_string(name);
	free(before);
}

static uint8_t delete_table(struct run *u, uint8_t n)
{
	struct fail why = { 0 };
	int rc = api_table_delete(u->s->api, u->s->in.database, name_of(u, n), &why);
	const uint8_t result = heard(u, rc, &why);

	if (u->old && n == u->old)
		old_gone(u, name_of(u, n), rc, &why);
	if (rc == 0)
		return api_status(u->s->api) == 404 ? REPLACE_ABSENT : result;
	if (result != REPLACE_ABSENT)
		return result;
	u->why = why; /* 409: it is in the way of something, not gone */
	return REPLACE_REFUSED;
}

/*
 * A signal ends a swap, but only after its outcome was checked, or a claim finished. The same holds
 * while a failure is cleaned up, but not while old rows are dropped: they are named instead.
 */
static void hold(struct run *u, const struct replace_ask *a)
{
	const bool tidying = a->what == REPLACE_DELETE ||
			     (a->what == REPLACE_RENAME && a->b == REPLACE_KEPT) ||
			     u->r.left != REPLACE_TARGET;
	const bool step = a->what == REPLACE_EXCHANGE ||
			  (a->what == REPLACE_RENAME && a->b == REPLACE_TARGET);
	const bool looking = a->what == REPLACE_RENAME || u->r.moving || u->r.bare ||
			     (u->r.sent && a->what != REPLACE_SETTINGS);
	const bool on = tidying ? u->r.status != FAIL_NONE : looking && !step;

	if (tidying && (a->what == REPLACE_DELETE || a->what == REPLACE_RENAME))
		api_hurry(u->s->api);
	if (tidying && u->r.status == FAIL_NONE && u->r.task.kind != REPLACE_COLLECT)
		api_until(u->s->api, clock_ms() + TIDY_MS);
	if (on != u->held)
		sig_hold(on);
	u->held = on;
}

static struct replace_seen carry_out(struct run *u, const struct replace_ask *a)
{
	struct swap *s = u->s;
	struct replace_seen seen = { .id = -1 };
	struct fail why = { 0 };

	hold(u, a);
	make_name(u, a);
	switch ((enum replace_do)a->what) {
	case REPLACE_LOOK:
		return look(u, a->a);
	case REPLACE_LIST:
		return list(u, a->a);
	case REPLACE_MEASURE:
		return query(u, a->a, true);
	case REPLACE_QUERY:
		return u->r.task.carry ? carry_query(u, a->a) : query(u, a->a, false);
	case REPLACE_COUNT:
	case REPLACE_MAKE:
	case REPLACE_FILL:
	case REPLACE_VERIFY:
	case REPLACE_OLD:
		return carry_step(u, a);
	case REPLACE_SAME:
		return same(u, a->a);
	case REPLACE_CHECK:
		seen.result = check(u, a->a);
		break;
	case REPLACE_SETTINGS:
		seen.result = settings(u, a->a);
		break;
	case REPLACE_RENAME:
		seen.result = rename_to(u, a->a, a->b);
		break;
	case REPLACE_EXCHANGE:
		seen.result = heard(u,
			api_table_swap(
				s->api, s->in.database, name_of(u, a->a), name_of(u, a->b), &why),
			&why);
		break;
	case REPLACE_DELETE:
		seen.result = delete_table(u, a->a);
		break;
	case REPLACE_OLDER:
		return older(u);
	case REPLACE_END:
		break;
	}
	return seen;
}

static void run(struct run *u, const struct replace_task *t)
{
	struct replace_ask a;

	buf_init(&u->older, SWAP_NAMES_MAX);
	replace_start(&u->r, t, &a);
	while (a.what != REPLACE_END) {
		const struct replace_seen seen = carry_out(u, &a);

		replace_next(&u->r, &seen, &a);
	}
	if (u->held)
		sig_hold(false);
}

/* --- the verdict in words --- */

static int cannot_say(struct run *u, struct fail *f, const char *why)
{
	const struct swap *s = u->s;
	const char *left = u->r.left ? name_of(u, u->r.left) : s->in.temporary;

	return fail_set(f, FAIL_UNKNOWN,
		"whether %s.%s was replaced is unknown: the new rows are there or in %s, which "
		"was left alone; look at both%s%s%s",
		s->in.database, s->in.table, left, *why ? " (" : "", why, *why ? ")" : "");
}

static int untold(struct run *u, struct fail *f)
{
	const struct swap *s = u->s;

	if (u->r.left)
		return cannot_say(u, f,
			u->why.kind ? u->why.why : "neither their ids nor a query tell them apart");
	return fail_set(f, FAIL_UNKNOWN,
		"the table that td-put made is not at %s.%s any more, and %s holds as many rows as "
		"the receipt: it was probably used already; look at the table",
		s->in.database, s->in.temporary, s->in.table);
}

/* Carry: the new rows are in, and what came late is only in the old table. */
static int arrived(struct run *u, struct fail *f)
{
	struct swap *s = u->s;
	const long long n = (long long)s->out.carry.rows_arrived;
	const char *old = name_of(u, u->r.left);

	s->out.kept = mem_string(old);
	if (n > 0)
		return fail_set(f, FAIL_UNKNOWN,
			"%s.%s has the new rows, but %lld row%s came to it after it was copied: "
			"%s in %s alone, which holds the table as it was before",
			s->in.database, s->in.table, n, num_s((uint64_t)n),
			n == 1 ? "it is" : "they are", old);
	return fail_set(f, FAIL_UNKNOWN,
		"%s.%s has the new rows, but whether others came to it after it was copied is not "
		"known: %s holds the table as it was before (%s)",
		s->in.database, s->in.table, old,
		u->why.kind ? u->why.why : "its rows are not those that were counted");
}

/* What somebody else did to the target. */
static int about_target(struct run *u, struct fail *f)
{
	const struct swap *s = u->s;
	const char *db = s->in.database, *table = s->in.table;

	if (u->r.why == REPLACE_ARRIVED)
		return arrived(u, f);
	if (u->r.why == REPLACE_EXISTS)
		return fail_set(
			f, FAIL_GUARD, "mode=create: table %s.%s exists already", db, table);
	if (u->r.status == FAIL_UNKNOWN)
		return fail_set(f, FAIL_UNKNOWN,
			"%s.%s was replaced by somebody else just after its rows were: whether the "
			"new rows are in it is unknown, look at it",
			db, table);
	return fail_set(f, FAIL_TEMP,
		"%s.%s was replaced or dropped while its rows were copied: it is left as it is",
		db, table);
}

/* Nothing was changed. A table that was not there after all passes. */
static int caller(const struct run *u, struct fail *f)
{
	const struct fail *why = u->why.kind ? &u->why : &u->gone;
	const bool passes = why != &u->why || why->kind == FAIL_UNKNOWN;

	return fail_set(f, passes ? FAIL_TEMP : why->kind, "%s", why->why);
}

static int used(struct run *u, struct fail *f)
{
	const char *db = u->s->in.database, *loaded = u->name[REPLACE_LOADED];

	if (u->r.task.kind == REPLACE_UNDO)
		return fail_set(f, FAIL_REFUSED, "there is no table %s.%s", db, loaded);
	fail_set(f, FAIL_REFUSED,
		"the temporary table %s.%s does not exist: was this receipt used already?", db,
		loaded);
	return u->r.left ? fail_add(f,
				   " Table %s is left of an earlier run (td-swap --gc "
				   "removes it)",
				   name_of(u, u->r.left))
			 : -1;
}

static int words(struct run *u, struct fail *f)
{
	const struct swap *s = u->s;
	const char *db = s->in.database, *table = s->in.table, *loaded = u->name[REPLACE_LOADED];

	switch ((enum replace_why)u->r.why) {
	case REPLACE_WELL:
	case REPLACE_ALREADY:
	case REPLACE_NO_CHANGE:
		return 0;
	case REPLACE_EXISTS:
	case REPLACE_MOVED_ON:
	case REPLACE_ARRIVED: return about_target(u, f);
	case REPLACE_CALLER:
	case REPLACE_NO_ANSWER: return caller(u, f);
	case REPLACE_TRIES:
		return fail_set(f, FAIL_TEMP,
			"%s.%s could not be replaced, however often it was tried%s%s", db, table,
			u->why.kind ? ": " : "", u->why.why);
	case REPLACE_USED:
		return used(u, f);
	case REPLACE_NOT_OURS:
		return fail_set(
			f, FAIL_GUARD, "table %s.%s is not the one that td-put made", db, loaded);
	case REPLACE_OTHER_ROWS:
		return fail_set(f, FAIL_GUARD,
			"table %s.%s does not hold the %lld rows that td-put sent", db, loaded,
			(long long)rows_loaded(&s->in));
	case REPLACE_NO_TARGET:
		return fail_set(f, FAIL_REFUSED, "there is no table %s.%s", db, table);
	case REPLACE_NOT_LAST:
		return fail_set(f, FAIL_GUARD,
			"%s.%s or %s was replaced since: this receipt is not the last (--undo "
			"td://@/%s/%s "
			"undoes the last)",
			db, table, loaded, db, table);
	case REPLACE_TAKEN:
		if (u->r.status == FAIL_TEMP)
			return fail_set(f, FAIL_TEMP, "another run has table %s.%s", db, loaded);
		return fail_set(f, FAIL_UNKNOWN,
			"another run has taken the new rows of %s.%s, or the table itself, in the "
			"meantime: "
			"look at what it says, and at the table",
			db, table);
	case REPLACE_UNSEEN:
		return cannot_say(u, f, u->why.why);
	case REPLACE_UNTOLD:
		return untold(u, f);
	}
	return fail_set(f, FAIL_SYSTEM, "a verdict without words");
}

/* Carry: the table with the new rows, where a copy was made of it. */
static void name_load(const struct run *u, struct fail *f)
{
	const struct swap *s = u->s;
	const char *load = u->r.load ? u->name[u->r.load] : NULL;

	if (!load || u->r.load == u->r.own || strstr(f->why, load))
		return;
	if (s->repeatable && u->r.why != REPLACE_ARRIVED)
		fail_add(f, "; the new rows stay in %s.%s for another try", s->in.database, load);
	else
		fail_add(f, "; the table %s.%s could not be removed", s->in.database, load);
}

/* What a failure leaves behind is named: a receipt in a file can be used again. */
static void name_left(struct run *u, struct fail *f)
{
	const struct swap *s = u->s;
	const char *left = u->r.left ? name_of(u, u->r.left) : NULL;
	size_t n;

	name_load(u, f);
	if (!left || strstr(f->why, left))
		return;
	if (u->r.stage != REPLACE_WHOLE) {
		fail_add(f, "; the table %s.%s could not be removed", s->in.database, left);
		return;
	}
	n = strlen(f->why);
	if (u->r.task.kind == REPLACE_UNDO)
		snprintf(f->why + n, sizeof f->why - n, "; the other rows are in %s.%s",
			s->in.database, left);
	else if (s->repeatable || u->r.status == FAIL_UNKNOWN)
		snprintf(f->why + n, sizeof f->why - n,
			"; the new rows stay in %s.%s for another try", s->in.database, left);
	else
		snprintf(f->why + n, sizeof f->why - n, "; the table %s.%s could not be removed",
			s->in.database, left);
	if (u->r.moving && u->r.next < NAMES && u->name[u->r.next]) {
		const size_t m = strlen(f->why);

		snprintf(f->why + m, sizeof f->why - m, " (or %s)", u->name[u->r.next]);
	}
}

/* The old rows: kept under the name that was asked for, or left where they are. */
static void old_rows(struct run *u)
{
	struct swap *s = u->s;

	if (u->r.left == REPLACE_TARGET)
		return;
	s->out.kept = mem_string(name_of(u, u->r.left));
	if (u->r.left != REPLACE_KEPT)
		warn("%s.%s holds the new rows; the old ones are still in %s: %s", s->in.database,
			s->in.table, s->out.kept,
			u->why.kind ? u->why.why : "they could not be removed");
	else if (s->o->keep || s->o->undo) {
		struct api_table t = { 0 };

		if (api_table_show(s->api, s->in.database, s->out.kept, &t, FAIL_IGNORED) == 0)
			s->out.kept_id = t.exists ? t.id : -1;
		api_table_free(&t);
	}
}

static int finish(struct run *u, struct fail *f)
{
	struct swap *s = u->s;

	if (words(u, f)) {
		name_left(u, f);
		return -1;
	}
	s->out.already = u->r.why == REPLACE_ALREADY;
	if (s->carry.counted) {
		s->out.carry.rows_kept = s->carry.stays;
		s->out.carry.rows_replaced = s->carry.target - s->carry.stays;
	}
	if (u->r.load && u->r.load != u->r.own) {
		s->out.left = mem_string(name_of(u, u->r.load));
		warn("table %s.%s could not be removed", s->in.database, s->out.left);
	}
	s->out.table_id = s->target.exists ? s->target.id : -1;
	if (!s->out.action)
		s->out.action = mem_string(u->r.way == REPLACE_BY_RENAME     ? "rename"
					   : u->r.why == REPLACE_NO_CHANGE ? "none"
									   : "swap");
	if (u->r.way != REPLACE_NOTHING && u->r.way != REPLACE_BY_RENAME)
		old_rows(u);
	if (u->r.way == REPLACE_BY_RENAME)
		s->out.rows_before = -1;
	return swap_receipt_begin(s, f);
}

/* --- tasks --- */

int swap_run(struct swap *s, struct fail *f)
{
	const struct receipt *in = &s->in;
	struct run u = { .s = s, .measured = true };
	const struct replace_task t = { .kind = REPLACE_SWAP,
		.keep = s->o->keep,
		.drop = !s->repeatable,
		.create = in->mode == TDURL_CREATE,
		.carry = receipt_carries(in),
		.older = s->o->keep_n > 0,
		.new_id = in->temporary_id,
		.target_id = -1 };
	int rc;

	u.want = (struct rows){ rows_loaded(in), in->has_time && in->errors <= 0, in->time_min,
		in->time_max };
	u.name[REPLACE_TARGET] = mem_string(in->table);
	u.name[REPLACE_LOADED] = mem_string(in->temporary);
	u.name[REPLACE_KEPT] = s->o->keep_name                ? mem_string(s->o->keep_name)
			       : s->o->keep && !s->o->keep_n ? kept_default(in->table, f)
							      : NULL;
	if (s->o->keep && !s->o->keep_n && !u.name[REPLACE_KEPT]) {
		free_names(&u);
		return -1;
	}
	s->out.replaced_by = mem_string(in->temporary);
	run(&u, &t);
	rc = finish(&u, f);
	free_names(&u);
	return rc;
}

int swap_undo(struct swap *s, struct fail *f)
{
	struct run u = { .s = s };
	const struct replace_task t = { .kind = REPLACE_UNDO,
		.keep = true,
		.new_id = s->by_name ? -1 : s->in.kept_id,
		.target_id = s->by_name ? -1 : s->in.table_id };
	size_t len;
	const int64_t at = tempname_kept_time(s->in.kept, s->in.table, &len);
	int rc;

	u.name[REPLACE_TARGET] = mem_string(s->in.table);
	u.name[REPLACE_LOADED] = mem_string(s->in.kept);
	u.name[REPLACE_KEPT] = at >= 0 ? NULL : mem_string(s->in.kept);
	s->kept_newest = at > s->kept_newest ? at : s->kept_newest;
	s->out.replaced_by =
		mem_printf("undoing %s", s->in.replaced_by ? s->in.replaced_by : s->in.table);
	run(&u, &t);
	rc = finish(&u, f);
	free_names(&u);
	return rc;
}

int swap_collect(struct swap *s, const char *db, const char *table, struct fail *f)
{
	struct run u = { .s = s };
	const struct replace_task t = { .kind = REPLACE_COLLECT, .new_id = -1, .target_id = -1 };
	int rc;

	free(s->in.database);
	s->in.database = mem_string(db);
	free(s->in.table);
	s->in.table = mem_string(table);
	u.name[REPLACE_TARGET] = mem_string(table);
	u.name[REPLACE_LOADED] = mem_string(table);
	run(&u, &t);
	rc = words(&u, f);
	if (rc == 0 && u.r.left)
		rc = fail_set(f, u.why.kind ? u.why.kind : FAIL_TEMP,
			"table %s.%s could not be removed%s%s", db, name_of(&u, u.r.left),
			u.why.kind ? ": " : "", u.why.why);
	free_names(&u);
	return rc;
}

void swap_drop(struct swap *s, struct fail *f)
{
	const struct receipt *in = &s->in;
	struct api_table t = { 0 };
	struct fail why = { 0 };
	const size_t n = strlen(f->why);

	api_hurry(s->api);
	if (api_table_show(s->api, in->database, in->temporary, &t, &why) == 0 && t.exists &&
		in->temporary_id >= 0 && t.id >= 0 && t.id != in->temporary_id) {
		api_table_free(&t);
		return;
	}
	api_table_free(&t);
	if (api_table_delete(s->api, in->database, in->temporary, FAIL_IGNORED))
		snprintf(f->why + n, sizeof f->why - n, "; the table %s.%s could not be removed",
			in->database, in->temporary);
}

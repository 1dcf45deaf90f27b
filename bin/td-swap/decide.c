/*
 * td-swap: what became of a swap whose answer was lost. Both tables are looked at again, and
 * compared with what they were. And: whether one that was answered still holds.
 *
 * Ids tell, if they go with the rows. Nobody says that they do: if they stay with the names, they
 * look as if nothing had happened, and so may the counts, which lag behind. So before a swap is
 * sent again, the service is asked with two empty tables of our own.
 */
#include "swap.h"

#include "sys/clock.h"
#include "base/die.h"
#include "base/mem.h"
#include "td/tempname.h"

#include <stdlib.h>
#include <string.h>

enum { LOOKS = 3, LOOK_MS = 500, PROBES = 3 };

struct pair {
	struct api_table a, b;
};

static void pair_free(struct pair *p)
{
	api_table_free(&p->a);
	api_table_free(&p->b);
}

int swap_show(struct swap *s, const char *a, const char *b, struct api_table *x,
	struct api_table *y, struct fail *f)
{
	if (api_table_show(s->api, s->in.database, a, x, f))
		return -1;
	if (api_table_show(s->api, s->in.database, b, y, f) == 0)
		return 0;
	api_table_free(x);
	return -1;
}

static bool has_ids(const struct pair *p)
{
	return p->a.id >= 0 && p->b.id >= 0 && p->a.id != p->b.id;
}

static bool crossed(const struct pair *old, const struct pair *new)
{
	return has_ids(old) && new->a.id == old->b.id && new->b.id == old->a.id;
}

/* Everything but the id. */
static bool alike(const struct api_table *a, const struct api_table *b)
{
	return a->count == b->count && strcmp(a->schema_text, b->schema_text) == 0 &&
		strcmp(a->last_log, b->last_log) == 0;
}

static enum verdict compare(const struct swap *s, const struct pair *old, const struct pair *new)
{
	if (!new->a.exists || !new->b.exists)
		return VERDICT_UNKNOWN;
	if (crossed(old, new))
		return VERDICT_SWAPPED;
	if (has_ids(old) && (new->a.id != old->a.id || new->b.id != old->b.id))
		return VERDICT_UNKNOWN; /* somebody else was here */
	if (has_ids(old) && s->ids_move)
		return VERDICT_NOT;
	if (alike(&old->a, &old->b))
		return has_ids(old) ? VERDICT_HARDLY : VERDICT_UNKNOWN;
	if (alike(&new->a, &old->b) && alike(&new->b, &old->a))
		return VERDICT_SWAPPED;
	return alike(&new->a, &old->a) && alike(&new->b, &old->b) ? VERDICT_HARDLY
								  : VERDICT_UNKNOWN;
}

/*
 * A request whose answer is lost may still be worked on: that nothing was done must be seen more
 * than once.
 */
static enum verdict look(struct swap *s)
{
	const struct pair old = { s->target, s->temporary };
	enum verdict v = VERDICT_NOT;
	struct fail ignored = { 0 };

	for (unsigned i = 0; i < LOOKS && (v == VERDICT_NOT || v == VERDICT_HARDLY); i++) {
		struct pair new = { 0 };

		if (clock_sleep(LOOK_MS, &ignored) ||
			swap_show(s, s->in.table, s->in.temporary, &new.a, &new.b, &ignored))
			v = VERDICT_UNKNOWN;
		else
			v = compare(s, &old, &new);
		pair_free(&new);
	}
	return v;
}

/* Swapping these once more does no harm. 1: ids go with the rows, 0: they stay, -1: no answer. */
static int swap_probes(struct swap *s, char *const name[2])
{
	struct fail ignored = { 0 };
	struct pair old = { 0 }, new = { 0 };
	int moved = -1;

	if (swap_show(s, name[0], name[1], &old.a, &old.b, &ignored) == 0)
		for (unsigned i = 0; i < PROBES && moved < 0; i++) {
			const int rc =
				api_table_swap(s->api, s->in.database, name[0], name[1], &ignored);

			pair_free(&new);
			ignored = (struct fail){ 0 };
			if (swap_show(s, name[0], name[1], &new.a, &new.b, &ignored))
				break;
			if (rc == 0 || crossed(&old, &new))
				moved = has_ids(&old) && crossed(&old, &new);
		}
	pair_free(&old);
	pair_free(&new);
	return moved;
}

static int do_ids_move(struct swap *s)
{
	struct fail ignored = { 0 };
	enum api_made made;
	char *name[2];
	int rc = 0, moved = -1;

	for (unsigned i = 0; i < 2; i++)
		name[i] = tempname_table(s->in.table, api_time(s->api), clock_random());
	for (unsigned i = 0; i < 2 && rc == 0; i++)
		rc = api_table_create(s->api, s->in.database, name[i], &made, &ignored);
	if (rc == 0)
		moved = swap_probes(s, name);
	for (unsigned i = 0; i < 2; i++) {
		struct fail f = { 0 };

		if (api_table_delete(s->api, s->in.database, name[i], &f))
			warn("an empty table is left: %s", f.why);
		free(name[i]);
	}
	return moved;
}

enum verdict decide_swap(struct swap *s, bool ask)
{
	enum verdict v = look(s);

	if (v != VERDICT_HARDLY || !ask)
		return v;
	note("the tables look as before; whether that proves it is tried out with two empty ones");
	switch (do_ids_move(s)) {
	case 1:
		s->ids_move = true;
		return look(s);
	case 0:
		return VERDICT_UNKNOWN;
	default:
		return v;
	}
}

/*
 * `now` bears the temporary name after the swap. What it was written last says that it is not the
 * new rows, also where ids stay. Where that says nothing either, the answer to the swap is all
 * there is.
 */
static enum verdict compare_old(struct swap *s, const struct api_table *now)
{
	const struct api_table *new = &s->temporary;

	if (new->id < 0 || now->id != new->id)
		return VERDICT_SWAPPED;
	if (!s->ids_move && new->last_log[0] && strcmp(now->last_log, new->last_log) != 0 &&
		alike(now, &s->target))
		return VERDICT_SWAPPED;
	switch (s->ids_move ? 1 : do_ids_move(s)) {
	case 1:
		return VERDICT_NOT;
	case 0:
		return VERDICT_SWAPPED;
	default:
		return VERDICT_UNKNOWN;
	}
}

enum verdict decide_old(struct swap *s, struct fail *f)
{
	struct api_table target, now;
	enum verdict v;

	if (api_table_show(s->api, s->in.database, s->in.temporary, &now, f))
		return VERDICT_UNKNOWN;
	if (now.exists) {
		v = compare_old(s, &now);
		api_table_free(&now);
		return v;
	}
	if (api_table_show(s->api, s->in.database, s->in.table, &target, f))
		return VERDICT_UNKNOWN;
	v = target.id >= 0 && target.id == s->temporary.id ? VERDICT_SWAPPED : VERDICT_UNKNOWN;
	api_table_free(&target);
	return v;
}

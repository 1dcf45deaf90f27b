/*
 * replace: td-swap's decisions (common/td/replace) against a model of the service, in every
 * interleaving.
 *
 * The network may lose a request or its answer, hold a request and deliver it at any later moment,
 * deliver it twice, leave a late copy, or answer falsely; each look may fail; the run may be killed
 * before and after each request. What the service does with ids, and whether a query tells the rows
 * apart, are switches.
 */
#include "runs.h"

#define REPLACE_MARK(n) (runs_off != (n))
#include "../../common/td/replace.c"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum content { NONE, OLD, NEW, SECOND, EMPTY, EARLIER };
/*
 * L, M: what each of the clients calls the old rows; G, H: generations of before, the newer one
 * first
 */
enum { OWNS = 12, T = 0, X, K, Y, L, M, G, H, A, B = A + OWNS, NAMES = B + OWNS };
enum { GENERATIONS = 2 }; /* that are to stay */
enum { LATE = 2, CODES = REPLACE_OWN + OWNS };

enum ids { IDS_MOVE, IDS_STAY, IDS_NONE };
enum second { ALONE, RERUN, COPY, OTHER, COLLECTOR, MEDDLER, SECONDS };

static struct setting {
	u8 ids, rename_new, alike, missing, keep, drop, undo, recreate, second, faults, kills,
		generations;
	/* the receipt was used, the old rows were left, and the table was replaced since */
	u8 stale;
} set;

struct request {
	u8 what, a, b; /* names of the service */
};

struct client {
	struct replace r;
	struct replace_ask ask;
	u8 map[CODES];
	u8 running, ended, killed, status, left;
	u8 older; /* generations that were looked at, bits from L on */
};

struct world {
	struct {
		u8 content, id;
	} t[NAMES];
	struct request late[LATE];
	struct client c[2];
	u8 faults, kills, ids, meddled, disturbed;
};

/* --- the service --- */

enum { CREATE = REPLACE_END + 1 }; /* of td-put: given up, done again, and still under way */

static u8 do_request(struct world *w, struct request q)
{
	u8 x;

	switch (q.what) {
	case CREATE:
		if (w->t[q.a].content)
			return REPLACE_ABSENT;
		w->t[q.a].content = EMPTY;
		w->t[q.a].id = w->ids++;
		return REPLACE_DONE;
	case REPLACE_EXCHANGE:
		if (!w->t[q.a].content || !w->t[q.b].content)
			return REPLACE_ABSENT;
		x = w->t[q.a].content, w->t[q.a].content = w->t[q.b].content, w->t[q.b].content = x;
		if (set.ids == IDS_MOVE)
			x = w->t[q.a].id, w->t[q.a].id = w->t[q.b].id, w->t[q.b].id = x;
		return REPLACE_DONE;
	case REPLACE_RENAME:
		if (!w->t[q.a].content || (w->t[q.b].content && q.b != K))
			return REPLACE_ABSENT; /* 404, or 409 */
		w->t[q.b] = w->t[q.a];
		memset(&w->t[q.a], 0, sizeof w->t[q.a]);
		if (set.rename_new)
			w->t[q.b].id = w->ids++;
		return REPLACE_DONE;
	case REPLACE_DELETE:
		if (!w->t[q.a].content)
			return REPLACE_ABSENT;
		memset(&w->t[q.a], 0, sizeof w->t[q.a]);
		return REPLACE_DONE;
	default:
		return REPLACE_DONE;
	}
}

static int changes(u8 what)
{
	return what == REPLACE_EXCHANGE || what == REPLACE_RENAME || what == REPLACE_DELETE;
}

static u8 mine(const struct world *w, const struct client *c)
{
	return c == &w->c[1] && set.second == OTHER ? SECOND : NEW;
}

/* The next one that is to stay no more. */
static struct replace_seen beyond(const struct world *w, struct client *c)
{
	static const u8 order[] = { M, L, G, H };
	struct replace_seen s = { REPLACE_ABSENT, c->r.next, false, -1, false };
	unsigned n = 0;

	for (unsigned i = 0; i < sizeof order && s.result == REPLACE_ABSENT; i++) {
		const u8 bit = (u8)(1u << (order[i] - L));

		if (!w->t[order[i]].content || ++n <= GENERATIONS || c->older & bit)
			continue;
		c->older |= bit;
		c->map[s.name] = order[i];
		s.result = REPLACE_DONE;
	}
	return s;
}

static struct replace_seen look(struct world *w, struct client *c, u8 what, u8 name)
{
	struct replace_seen s = { REPLACE_DONE, 0, false, -1, false };

	if (what == REPLACE_OLDER)
		return beyond(w, c);

	if (what == REPLACE_LIST) {
		s.result = REPLACE_ABSENT;
		for (u8 i = A; i < (set.second == OTHER ? c == w->c ? B : A : NAMES); i++) {
			const bool has_id = set.ids != IDS_NONE && w->t[i].id == c->r.task.new_id;

			if (!w->t[i].content || (s.result == REPLACE_DONE && !has_id))
				continue;
			s.result = REPLACE_DONE;
			s.name = REPLACE_OWN;
			s.id = set.ids == IDS_NONE ? -1 : w->t[i].id;
			c->map[REPLACE_OWN] = i;
		}
		return s;
	}
	if (what == REPLACE_CHECK || what == REPLACE_SETTINGS)
		return s;
	if (what == REPLACE_SAME) {
		s.new_rows = w->t[name].content == w->t[T].content;
		return s;
	}
	if (!w->t[name].content) {
		s.result = REPLACE_ABSENT;
		return s;
	}
	if (what == REPLACE_LOOK && set.ids != IDS_NONE)
		s.id = w->t[name].id;
	if (what == REPLACE_QUERY && set.undo && !c->r.claimed)
		s.result = REPLACE_REFUSED; /* nothing was measured */
	s.new_rows = what == REPLACE_QUERY &&
		     (w->t[name].content == mine(w, c) ||
			     (set.alike && w->t[name].content != EMPTY &&
				     !(set.stale && w->t[name].content == SECOND)));
	return s;
}

/* --- the clients --- */

static void begin(struct world *w, int k)
{
	struct client *c = &w->c[k];
	const bool other = k == 1 && set.second == OTHER;
	const struct replace_task t = {
		.kind = k == 1 && set.second == COLLECTOR ? REPLACE_COLLECT
			: set.undo                        ? REPLACE_UNDO
							  : REPLACE_SWAP,
		.keep = set.keep,
		.drop = set.drop,
		.older = set.generations && !set.undo,
		.new_id = set.ids == IDS_NONE ? -1
			  : other             ? 3
					      : 2,
		.target_id = set.undo && set.ids != IDS_NONE ? 1 : -1,
	};

	c->running = 1;
	c->map[REPLACE_TARGET] = T;
	c->map[REPLACE_LOADED] = other ? Y : set.undo ? K : X;
	c->map[REPLACE_KEPT] = !set.generations ? K : k ? M : L;
	for (u8 i = 0; i < OWNS; i++)
		c->map[REPLACE_OWN + i] = (u8)((k ? B : A) + i);
	if (k == 1 && set.second == COLLECTOR)
		for (u8 i = A; i < B; i++)
			if (w->t[i].content)
				c->map[REPLACE_LOADED] = i;
	replace_start(&c->r, &t, &c->ask);
}

/* What an ended run was is forgotten, but for how it ended. */
static void finish(struct client *c)
{
	const u8 status = (u8)c->r.status, left = c->r.left ? c->map[c->r.left] : 0;

	memset(c, 0, sizeof *c);
	c->ended = 1;
	c->status = status;
	c->left = left;
}

static void kill_client(struct client *c)
{
	memset(c, 0, sizeof *c);
	c->ended = c->killed = 1;
}

static const char *const names[] = { "T", "X", "K", "Y", "L", "M", "G", "H" };
static const char *const whats[] = { "look", "list", "measure", "query", "same", "check",
	"settings", "rename", "swap", "delete", "count", "make", "fill", "verify", "old", "older",
	"end", "create" };

static const char *name(u8 n)
{
	static char text[4][8];
	static int at;

	if (n < A)
		return names[n];
	at = (at + 1) % 4;
	snprintf(text[at], sizeof text[at], "%c%d", n < B ? 'A' : 'B',
		n < B ? n - A + 1 : n - B + 1);
	return text[at];
}

static char line[160];

static const char *say(int k, struct request q, const char *what)
{
	const int two = q.what == REPLACE_RENAME || q.what == REPLACE_EXCHANGE;

	snprintf(line, sizeof line, "%s%s %s%s%s%s%s", k ? "second: " : "", whats[q.what],
		q.what == REPLACE_LIST || q.what == REPLACE_CHECK ? "" : name(q.a), two ? " " : "",
		two ? name(q.b) : "", *what ? ": " : "", what);
	return line;
}

static void sort_late(struct world *w)
{
	if (memcmp(&w->late[0], &w->late[1], sizeof *w->late) < 0) {
		const struct request x = w->late[0];

		w->late[0] = w->late[1];
		w->late[1] = x;
	}
}

static int hold(struct world *w, struct request q)
{
	for (int i = 0; i < LATE; i++)
		if (!w->late[i].what) {
			w->late[i] = q;
			sort_late(w);
			return 1;
		}
	return 0;
}

static void give(
	struct engine *e, const struct world *from, int k, struct replace_seen s, const char *how)
{
	struct world w = *from;

	replace_next(&w.c[k].r, &s, &w.c[k].ask);
	if (w.c[k].r.next >= REPLACE_OWN + OWNS - 1) {
		printf("Bail out! more names than the model has\n");
		exit(1);
	}
	engine_to(e, &w, how);
}

static struct replace_seen answer(u8 result)
{
	return (struct replace_seen){ result, 0, false, -1, false };
}

static void faults(struct engine *e, const struct world *from, int k, struct request q)
{
	struct world w = *from, v;
	u8 rc;

	w.faults--;
	give(e, &w, k, answer(REPLACE_SILENT), say(k, q, "never arrives"));
	if (!changes(q.what)) {
		if (q.what == REPLACE_CHECK)
			give(e, &w, k, answer(REPLACE_REFUSED), say(k, q, "refused"));
		return;
	}
	v = w, do_request(&v, q);
	give(e, &v, k, answer(REPLACE_SILENT), say(k, q, "done, the answer is lost"));
	v = w, do_request(&v, q), rc = do_request(&v, q);
	give(e, &v, k, answer(rc), say(k, q, "done twice"));
	v = w;
	if (hold(&v, q))
		give(e, &v, k, answer(REPLACE_SILENT), say(k, q, "held"));
	v = w;
	if (q.what == REPLACE_EXCHANGE && hold(&v, q))
		give(e, &v, k, answer(REPLACE_STOPPED), say(k, q, "held, and a signal"));
	v = w, rc = do_request(&v, q);
	if (hold(&v, q))
		give(e, &v, k, answer(rc), say(k, q, "done, and a copy held"));
	if (q.what != REPLACE_DELETE) /* an answer must name the table: what a forged one leaves is
					 for --gc */
		give(e, &w, k, answer(REPLACE_DONE), say(k, q, "not done, a false answer says so"));
	give(e, &w, k, answer(REPLACE_REFUSED), say(k, q, "refused"));
}

static void step(struct engine *e, const struct world *w, int k)
{
	const struct client *c = &w->c[k];
	const struct request q = { c->ask.what, c->map[c->ask.a], c->map[c->ask.b] };
	struct world v = *w;

	if (q.what == REPLACE_END) {
		finish(&v.c[k]);
		snprintf(line, sizeof line, "%sends with %d", k ? "second: " : "", v.c[k].status);
		engine_to(e, &v, line);
	} else if (changes(q.what)) {
		const u8 rc = do_request(&v, q);

		give(e, &v, k, answer(rc), say(k, q, ""));
	} else {
		const struct replace_seen s = look(&v, &v.c[k], q.what, q.a);

		give(e, &v, k, s, say(k, q, ""));
	}
}

static void kills(struct engine *e, const struct world *w, int k)
{
	const struct client *c = &w->c[k];
	const struct request q = { c->ask.what, c->map[c->ask.a], c->map[c->ask.b] };
	struct world v = *w;

	v.kills--;
	kill_client(&v.c[k]);
	engine_to(e, &v, say(k, q, "killed before"));
	if (!changes(q.what))
		return;
	do_request(&v, q);
	engine_to(e, &v, say(k, q, "killed after"));
	v = *w;
	v.kills--;
	kill_client(&v.c[k]);
	if (hold(&v, q))
		engine_to(e, &v, say(k, q, "killed, and the request held"));
}

static void second(struct engine *e, const struct world *w)
{
	struct world v = *w;

	if (w->c[1].running || w->c[1].ended)
		return;
	if (set.second == MEDDLER) {
		if (w->meddled)
			return;
		v.meddled = 1;
		if (w->t[T].content)
			do_request(&v, (struct request){ REPLACE_DELETE, T, 0 });
		else
			v.t[T].content = SECOND, v.t[T].id = v.ids++;
		engine_to(e, &v, w->t[T].content ? "meddler: deletes T" : "meddler: makes T");
		return;
	}
	if (set.second == COPY || set.second == OTHER || w->c[0].ended) {
		if (set.second == RERUN)
			v.faults = v.kills = 0;
		begin(&v, 1);
		engine_to(e, &v, "second: begins");
	}
}

static void expand(struct engine *e, const void *state)
{
	const struct world *w = state;

	for (int i = 0; i < LATE; i++)
		if (w->late[i].what &&
			(i == 0 || memcmp(&w->late[i], &w->late[i - 1], sizeof *w->late) != 0)) {
			struct world v = *w;

			do_request(&v, v.late[i]);
			v.disturbed |= v.c[1].running;
			v.late[i] = (struct request){ 0 };
			sort_late(&v);
			engine_to(e, &v, say(0, w->late[i], "arrives late"));
		}
	if (set.second != ALONE)
		second(e, w);
	for (int k = 0; k < 2; k++) {
		const struct client *c = &w->c[k];
		const struct request q = { c->ask.what, c->map[c->ask.a], c->map[c->ask.b] };

		if (!c->running)
			continue;
		step(e, w, k);
		if (w->faults && q.what != REPLACE_END)
			faults(e, w, k, q);
		if (w->kills && k == 0 && q.what != REPLACE_END)
			kills(e, w, k);
	}
}

/* --- the laws --- */

static const char *const laws[] = {
	"status 0, and the target does not have the new rows",
	"a reader sees neither old nor new rows",
	"nothing was to be changed, and the target has the new rows",
	"the new rows are nowhere",
	"the old rows are nowhere, and the target does not have the new ones",
	"--keep or --undo: status 0, and the old rows are nowhere",
	"the same command again, undisturbed, does not end in 0 with the new rows",
	"status 0, the old rows are left and not named",
	"the second run's rows are lost",
	"--keep=N: a kept table that is to stay is gone",
};
enum { LAWS = sizeof laws / sizeof *laws };

enum {
	SOME_DONE,
	SOME_RENAMED,
	SOME_TEMP,
	SOME_UNKNOWN,
	SOME_REFUSED,
	SOME_ALREADY,
	SOME_GUARD,
	SOME_OLDER,
	SOMES
};
static const char *const somes[] = { "swapped", "renamed", "75", "76", "69", "already", "80",
	"a generation goes" };

static int anywhere(const struct world *w, u8 content)
{
	for (u8 i = 0; i < NAMES; i++)
		if (w->t[i].content == content)
			return 1;
	return 0;
}

static int quiet(const struct world *w)
{
	return !w->late[0].what && !w->late[1].what && !w->c[0].running && !w->c[1].running;
}

static void sometimes(struct engine *e, const struct client *c)
{
	if (!c->running || c->ask.what != REPLACE_END)
		return;
	if (c->r.status == FAIL_NONE)
		engine_some(e, c->r.why == REPLACE_ALREADY     ? SOME_ALREADY
			       : c->r.way == REPLACE_BY_RENAME ? SOME_RENAMED
							       : SOME_DONE);
	else
		engine_some(e, c->r.status == FAIL_TEMP      ? SOME_TEMP
			       : c->r.status == FAIL_UNKNOWN ? SOME_UNKNOWN
			       : c->r.status == FAIL_GUARD   ? SOME_GUARD
							     : SOME_REFUSED);
}

static int is_one_of_ours(const struct world *w)
{
	const u8 t = w->t[T].content;

	if (set.stale)
		return t == SECOND; /* the rows of before must not come back */
	return t == OLD || t == NEW || (set.second == OTHER && t == SECOND) ||
	       (set.missing && t == NONE);
}

/*
 * Another client replaced the table since, and is done or will report that it is not. Or it undid
 * by name what was undone.
 */
static int may_differ(const struct world *w, const struct client *o)
{
	if (w->meddled)
		return 1;
	if (set.undo && (set.ids != IDS_MOVE || set.rename_new))
		return o->running || o->ended;
	if (set.undo && set.faults > 1)
		return o->running || o->killed; /* see set_task() */
	if (set.second != OTHER)
		return 0;
	return o->running || o->killed ||
	       (o->ended && (o->status == 0 || o->status == FAIL_UNKNOWN));
}

/* One client that ended, not killed. */
static void ended(struct engine *e, const struct world *w, const struct client *c)
{
	const u8 t = w->t[T].content, rows = mine(w, c);
	const struct client *o = c == w->c ? w->c + 1 : w->c;
	const int done = c->status == FAIL_NONE,
		  alone = set.second == ALONE || set.second == MEDDLER || !(o->running || o->ended);

	if (set.second == COLLECTOR && c == w->c + 1)
		return;
	if (done && t != rows && !may_differ(w, o))
		engine_broken(e, 0);
	if (!done && c->status != FAIL_UNKNOWN && t == rows && (alone || (set.second == OTHER)))
		engine_broken(e, 2);
	if (!set.drop && !set.stale && !anywhere(w, rows) && !w->meddled && set.second != OTHER)
		engine_broken(e, 3);
	if (set.drop && (done || c->status == FAIL_UNKNOWN) && !anywhere(w, rows) && !w->meddled &&
		alone)
		engine_broken(e, 3);
	if (done && (set.keep || set.undo) && !set.missing && !anywhere(w, OLD) &&
		set.second != OTHER && !w->meddled)
		engine_broken(e, 5);
	if (done && !(set.keep || set.undo) && quiet(w) && alone && anywhere(w, OLD) && !c->left &&
		!w->meddled)
		engine_broken(e, 7);
}

static void generations(struct engine *e, const struct world *w)
{
	const int since = !!w->t[L].content + !!w->t[M].content;

	if (!w->t[H].content)
		engine_some(e, SOME_OLDER);
	if ((!w->t[H].content && since < 1) || (!w->t[G].content && since < 2))
		engine_broken(e, 9);
}

static void check(struct engine *e, const void *state)
{
	const struct world *w = state;

	for (int k = 0; k < 2; k++) {
		sometimes(e, &w->c[k]);
		if (w->c[k].ended && !w->c[k].killed)
			ended(e, w, &w->c[k]);
	}
	if (set.generations && !set.undo)
		generations(e, w);
	if (!is_one_of_ours(w) && !w->meddled)
		engine_broken(e, 1);
	if (!set.missing && !w->meddled && !anywhere(w, OLD) && w->t[T].content == NONE)
		engine_broken(e, 4);
	if (set.second == RERUN && w->c[1].ended && !set.drop && quiet(w) &&
		!(w->disturbed && (w->c[1].status == FAIL_TEMP || set.undo || set.recreate)) &&
		w->c[1].status != FAIL_NONE &&
		!(set.undo && set.generations && w->c[1].status == FAIL_REFUSED &&
			(set.ids != IDS_MOVE || set.rename_new)) &&
		!((w->c[1].status == FAIL_UNKNOWN ||
			  ((set.undo || set.recreate) && w->c[1].status == FAIL_GUARD)) &&
			(set.ids != IDS_MOVE || set.rename_new || set.undo || set.alike)))
		engine_broken(e, 6);
	if (set.second == OTHER && quiet(w) && !w->c[0].killed && w->c[0].status == 0 &&
		w->c[1].status == 0 && w->t[T].content != NEW && w->t[T].content != SECOND)
		engine_broken(e, 8);
}

/* --- runs --- */

static void begin_world(void *first)
{
	struct world *w = first;

	if (!set.missing)
		w->t[T].content = OLD, w->t[T].id = 1;
	w->t[set.undo ? K : X].content = NEW, w->t[set.undo ? K : X].id = 2;
	if (set.second == OTHER)
		w->t[Y].content = SECOND, w->t[Y].id = 3;
	w->ids = 4;
	if (set.generations && !set.undo)
		for (u8 i = G; i <= H; i++)
			w->t[i].content = EARLIER, w->t[i].id = w->ids++;
	if (set.stale) { /* a rename gave the old rows a newer id than the receipt's */
		memset(&w->t[X], 0, sizeof w->t[X]);
		w->t[A].content = OLD, w->t[A].id = set.rename_new ? w->ids++ : 1;
		w->t[T].content = SECOND, w->t[T].id = w->ids++;
	}
	if (set.recreate)
		w->late[0] = (struct request){ CREATE, X, 0 };
	w->faults = set.faults;
	w->kills = set.kills;
	begin(w, 0);
}

static void show_settings(void)
{
	printf("#   ids %s%s, %s, target %s%s%s%s%s%s, second %d\n",
		set.ids == IDS_MOVE   ? "move"
		: set.ids == IDS_STAY ? "stay"
				      : "are not shown",
		set.rename_new ? ", new by a rename" : "",
		set.alike ? "rows alike" : "rows told apart", set.missing ? "missing" : "there",
		set.keep ? ", --keep" : "", set.drop ? ", from a pipe" : "",
		set.undo ? ", --undo" : "", set.generations ? ", generations" : "",
		set.stale ? ", replaced since" : "", set.second);
}

enum { TASKS = 10 };

static void set_task(u8 task)
{
	set.missing = task == 1 || task == 4;
	set.keep = task == 2 || task == 7;
	set.generations = task == 7 || task == 8;
	set.drop = task >= 3 && task <= 4;
	set.undo = task == 5 || task == 8;
	set.recreate = task == 6;
	set.stale = task == 9;
	if (set.recreate) /* with the late request two; another could make the claimed name come
			     back */
		set.faults = set.second == ALONE && set.faults > 0;
}

/*
 * Undos are to come one after the other (td-swap.1): the kept name is used again, and so late
 * copies of the first one's renames may bring the table back to where its swap finds it.
 */
static int is_needed(void)
{
	const u8 who = set.second;

	if (set.stale && (!set.alike || set.ids != IDS_MOVE || who != ALONE))
		return 0; /* elsewhere a query decides, and it tells them apart or not */
	if (set.alike && set.missing)
		return 0; /* there is nothing to confuse them with */
	if (set.ids == IDS_NONE && set.rename_new)
		return 0;
	if (who >= RERUN && who <= OTHER && set.drop)
		return 0; /* nobody has the receipt */
	if (who >= OTHER && (set.undo || set.keep))
		return 0;
	/* two undos at once look like two in a row */
	return !(who == COPY && set.undo && (set.ids != IDS_MOVE || set.rename_new));
}

/* All services and tasks. */
static uint64_t all(const struct runs_proof *p, uint64_t *broken)
{
	uint64_t any = 0;

	for (u8 ids = 0; ids < 3; ids++)
		for (u8 i = 0; i < 4; i++)
			for (u8 task = 0; task < TASKS && !runs_enough(any); task++) {
				set = (struct setting){ .ids = ids,
					.rename_new = i & 1,
					.alike = i >> 1,
					.faults = p->faults,
					.kills = p->kills,
					.second = p->who };
				set_task(task);
				if ((runs_task < 0 || runs_task == task) && is_needed())
					any += runs_one(broken);
			}
	return any;
}

static const char *const seconds[] = { "alone", "killed, and run again",
	"with a copy of the receipt at the same time", "with another replacement of the table",
	"killed, then --gc", "and somebody deletes or makes the table" };

/* faults, kills, the second client */
static const struct runs_proof proofs[] = { { 2, 0, ALONE }, { 1, 1, RERUN }, { 1, 0, COPY },
	{ 1, 0, OTHER }, { 0, 1, COLLECTOR }, { 1, 0, MEDDLER }, { 0, 0, SECONDS } };
static const struct runs_proof long_proofs[] = { { 3, 0, ALONE }, { 2, 1, RERUN }, { 2, 1, COPY },
	{ 2, 1, OTHER }, { 2, 1, MEDDLER }, { 0, 0, SECONDS } };
/* 14 takes two clients */
static const u8 mutants[] = { ALONE, RERUN, COPY, OTHER, SECONDS };
static const u8 marks[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 22, 23, 14 };

static const struct runs_model model = { .name = "replace",
	.laws = laws,
	.laws_n = LAWS,
	.sometimes = somes,
	.sometimes_n = SOMES,
	.never = "it is never",
	.seconds = seconds,
	.seconds_n = SECONDS,
	.proofs = proofs,
	.long_proofs = long_proofs,
	.marks = sizeof marks,
	.quick_marks = sizeof marks - 1,
	.mark = marks,
	.mutants = mutants,
	.slow_mutants = mutants + OTHER, /* two clients and two faults */
	.mutant_kills = RERUN,
	.settings = &set,
	.settings_n = sizeof set,
	.show_settings = show_settings,
	.size = sizeof(struct world),
	.begin = begin_world,
	.expand = expand,
	.check = check,
	.all = all };

int main(int argc, char **argv)
{
	return runs_main(argc, argv, &model);
}

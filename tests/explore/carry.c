/*
 * carry: the decisions of td-swap (common/td/replace) where rows of the target stay, against a
 * model of the service, in every interleaving: as replace.c, with tables whose rows are told apart.
 *
 * The target has a row that is replaced and one that stays; the new rows are one row. Somebody else
 * adds a row to the target at any moment, or replaces another row of it in the same way. Prints
 * TAP.
 */
#include "runs.h"

#define REPLACE_MARK(n) (runs_off != (n))
#include "../../common/td/replace.c"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows, as bits: of a table that is there, TABLE. OTHER_* are those of the second replacement. */
enum {
	OLD = 1,
	STAYS = 2,
	NEW = 4,
	ADDED = 8,
	OTHER_OLD = 16,
	OTHER_NEW = 32,
	TABLE = 64,
	TWICE = 128 /* a row is there twice */
};
enum kind { GIVEN, LOAD, COPY, OWN }; /* of names, as tempname has them */
enum { OWNS = 14, T = 0, X, K, Y, A, B = A + OWNS, NAMES = B + OWNS };
enum { LATE = 2, CODES = REPLACE_OWN + OWNS };
enum ids { IDS_MOVE, IDS_STAY, IDS_NONE };
enum second { ALONE, RERUN, COPY_OF_RECEIPT, OTHER, WRITER, MEDDLER, SECONDS };

static struct setting {
	u8 ids, rename_new, missing, keep, drop, second, faults, kills;
} set;

struct request {
	u8 what, a, b, kind, by; /* names of the service; kind of b, or of a that is made */
};

struct client {
	struct replace r;
	struct replace_ask ask;
	u8 map[CODES];
	u8 running, ended, killed, status, left, load, counted;
};

struct world {
	struct {
		u8 rows, id, kind;
	} t[NAMES];
	struct request late[LATE];
	struct client c[2];
	uint32_t filled; /* names into which a job was issued */
	u8 faults, kills, ids, acted, disturbed;
};
_Static_assert(NAMES <= 32, "a bit for each name");

static u8 new_row(u8 k)
{
	return k ? OTHER_NEW : NEW;
}

/* Which receipt it is. */
static u8 whose(int k)
{
	return k == 1 && set.second == OTHER;
}

static u8 stays(u8 k, u8 rows)
{
	return rows & (u8) ~(k ? OTHER_OLD | OTHER_NEW : OLD | NEW);
}

static u8 carried(u8 k, u8 rows)
{
	return stays(k, rows) | new_row(k) | TABLE;
}

/* --- the service --- */

static u8 fill(struct world *w, struct request q)
{
	u8 *to = &w->t[q.a].rows;

	if (!*to || !w->t[q.b].rows || !w->t[T].rows)
		return REPLACE_REFUSED; /* a job that fails */
	if (!(w->filled >> q.a & 1) && *to == TABLE) /* otherwise its domain_key is known */
		*to = carried(q.by, w->t[T].rows);
	w->filled |= UINT32_C(1) << q.a;
	return REPLACE_DONE;
}

static u8 exchange(struct world *w, struct request q)
{
	const u8 a = w->t[q.a].rows, b = w->t[q.b].rows, id = w->t[q.a].id;

	if (!a || !b)
		return REPLACE_ABSENT;
	w->t[q.a].rows = b;
	w->t[q.b].rows = a;
	if (set.ids == IDS_MOVE) {
		w->t[q.a].id = w->t[q.b].id;
		w->t[q.b].id = id;
	}
	return REPLACE_DONE;
}

static u8 do_request(struct world *w, struct request q)
{
	switch (q.what) {
	case REPLACE_MAKE:
		if (w->t[q.a].rows)
			return REPLACE_DONE;
		w->t[q.a].rows = TABLE;
		w->t[q.a].id = w->ids++;
		w->t[q.a].kind = q.kind;
		return REPLACE_DONE;
	case REPLACE_FILL:
		return fill(w, q);
	case REPLACE_EXCHANGE:
		return exchange(w, q);
	case REPLACE_RENAME:
		if (!w->t[q.a].rows || (w->t[q.b].rows && q.b != K))
			return REPLACE_ABSENT;
		w->t[q.b] = w->t[q.a];
		memset(&w->t[q.a], 0, sizeof w->t[q.a]);
		w->t[q.b].kind = q.kind;
		if (set.rename_new)
			w->t[q.b].id = w->ids++;
		return REPLACE_DONE;
	case REPLACE_DELETE:
		if (!w->t[q.a].rows)
			return REPLACE_ABSENT;
		memset(&w->t[q.a], 0, sizeof w->t[q.a]);
		return REPLACE_DONE;
	default:
		return REPLACE_DONE;
	}
}

static int changes(u8 what)
{
	return what == REPLACE_EXCHANGE || what == REPLACE_RENAME || what == REPLACE_DELETE ||
	       what == REPLACE_MAKE || what == REPLACE_FILL;
}

static struct replace_seen list(struct world *w, struct client *c, int k, u8 copies)
{
	struct replace_seen s = { REPLACE_ABSENT, c->r.next, false, -1, false };
	const u8 from = set.second == OTHER && k ? B : A,
		 to = set.second == OTHER && !k ? B : NAMES;

	for (u8 i = from; i < to; i++)
		if (w->t[i].rows && w->t[i].kind == (copies ? OWN : LOAD)) {
			s.result = REPLACE_DONE;
			c->map[c->r.next] = i;
			break;
		}
	return s;
}

static struct replace_seen verify(
	const struct world *w, const struct client *c, u8 k, struct request q)
{
	struct replace_seen s = { REPLACE_DONE, 0, false, -1, false };

	if (!w->t[q.a].rows || !w->t[q.b].rows)
		s.result = REPLACE_ABSENT;
	else if (w->t[q.a].rows != carried(k, c->counted) || w->t[T].rows != c->counted)
		s.result = REPLACE_REFUSED;
	return s;
}

static struct replace_seen look(struct world *w, int k, struct request q)
{
	struct client *c = &w->c[k];
	struct replace_seen s = { REPLACE_DONE, 0, false, -1, false };
	const u8 me = whose(k), rows = w->t[q.a].rows;

	switch (q.what) {
	case REPLACE_LIST:
		return list(w, c, k, c->ask.a);
	case REPLACE_VERIFY:
		return verify(w, c, me, q);
	case REPLACE_COUNT:
		s.result = rows && (w->t[T].rows || !c->r.there) ? REPLACE_DONE : REPLACE_REFUSED;
		s.new_rows = true;
		c->counted = w->t[T].rows;
		return s;
	case REPLACE_LOOK:
		s.result = rows ? REPLACE_DONE : REPLACE_ABSENT;
		s.id = rows && set.ids != IDS_NONE ? w->t[q.a].id : -1;
		return s;
	case REPLACE_QUERY:
		s.result = rows ? REPLACE_DONE : REPLACE_ABSENT;
		s.new_rows = rows && rows == carried(me, rows);
		return s;
	case REPLACE_SAME:
		s.new_rows = rows == w->t[T].rows;
		return s;
	case REPLACE_OLD:
		s.result = rows && w->t[T].rows ? REPLACE_DONE : REPLACE_ABSENT;
		s.new_rows = c->counted ? rows == c->counted
					: !(stays(me, rows) & (u8)~w->t[T].rows);
		s.empty = !c->counted && rows == TABLE;
		return s;
	default:
		return s;
	}
}

/* --- the clients --- */

static void begin(struct world *w, int k)
{
	struct client *c = &w->c[k];
	const struct replace_task t = {
		.kind = REPLACE_SWAP,
		.keep = set.keep,
		.drop = set.drop,
		.carry = true,
		.new_id = set.ids == IDS_NONE ? -1
			  : whose(k)          ? 3
					      : 2,
		.target_id = -1,
	};

	c->running = 1;
	c->map[REPLACE_TARGET] = T;
	c->map[REPLACE_LOADED] = whose(k) ? Y : X;
	c->map[REPLACE_KEPT] = K;
	for (u8 i = 0; i < OWNS; i++)
		c->map[REPLACE_OWN + i] = (u8)((k ? B : A) + i);
	replace_start(&c->r, &t, &c->ask);
}

/* What an ended run was is forgotten, but for how it ended. */
static void finish(struct client *c)
{
	const u8 status = (u8)c->r.status, left = c->r.left ? c->map[c->r.left] : 0,
		 load = c->r.load ? c->map[c->r.load] : 0;

	memset(c, 0, sizeof *c);
	c->ended = 1;
	c->status = status;
	c->left = left;
	c->load = load;
}

static void kill_client(struct client *c)
{
	memset(c, 0, sizeof *c);
	c->ended = c->killed = 1;
}

static struct request asked(const struct world *w, int k)
{
	const struct client *c = &w->c[k];
	struct request q = { c->ask.what, c->map[c->ask.a], 0, GIVEN, whose(k) };

	if (q.what == REPLACE_RENAME || q.what == REPLACE_EXCHANGE || q.what == REPLACE_FILL ||
		q.what == REPLACE_VERIFY)
		q.b = c->map[c->ask.b];
	if (q.what == REPLACE_MAKE)
		q.kind = COPY;
	else if (q.what == REPLACE_RENAME && q.b >= A)
		q.kind = c->r.stage == REPLACE_WHOLE ? LOAD : OWN;
	return q;
}

static const char *const names[] = { "T", "X", "K", "Y" };
static const char *const whats[] = { "look", "list", "measure", "query", "same", "check",
	"settings", "rename", "swap", "delete", "count", "make", "fill", "verify", "old", "older",
	"end" };

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
	snprintf(line, sizeof line, "%s%s %s%s%s%s%s", k ? "second: " : "", whats[q.what],
		q.what == REPLACE_LIST || q.what == REPLACE_CHECK ? "" : name(q.a), q.b ? " " : "",
		q.b ? name(q.b) : "", *what ? ": " : "", what);
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

/* The copies of runs that are dead go before one is made. */
static void sweep(struct world *w, int k)
{
	for (u8 i = set.second == OTHER && k ? B : A; i < (set.second == OTHER && !k ? B : NAMES);
		i++)
		if (w->t[i].rows && w->t[i].kind == COPY)
			memset(&w->t[i], 0, sizeof w->t[i]);
}

static void faults(struct engine *e, const struct world *from, int k, struct request q)
{
	struct world w = *from, v;
	u8 rc;

	w.faults--;
	give(e, &w, k, answer(REPLACE_SILENT), say(k, q, "never arrives"));
	if (!changes(q.what)) {
		if (q.what == REPLACE_CHECK || q.what == REPLACE_COUNT || q.what == REPLACE_VERIFY)
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
	if ((q.what == REPLACE_EXCHANGE || q.what == REPLACE_FILL) && hold(&v, q))
		give(e, &v, k, answer(REPLACE_STOPPED), say(k, q, "held, and a signal"));
	v = w, rc = do_request(&v, q);
	if (hold(&v, q))
		give(e, &v, k, answer(rc), say(k, q, "done, and a copy held"));
	if (q.what != REPLACE_DELETE)
		give(e, &w, k, answer(REPLACE_DONE), say(k, q, "not done, a false answer says so"));
	give(e, &w, k, answer(REPLACE_REFUSED), say(k, q, "refused"));
}

static void step(struct engine *e, const struct world *w, int k)
{
	const struct request q = asked(w, k);
	struct world v = *w;

	if (q.what == REPLACE_END) {
		finish(&v.c[k]);
		snprintf(line, sizeof line, "%sends with %d", k ? "second: " : "", v.c[k].status);
		engine_to(e, &v, line);
	} else if (changes(q.what)) {
		u8 rc;

		if (q.what == REPLACE_MAKE)
			sweep(&v, k);
		rc = do_request(&v, q);
		give(e, &v, k, answer(rc), say(k, q, ""));
	} else {
		const struct replace_seen s = look(&v, k, q);

		give(e, &v, k, s, say(k, q, ""));
	}
}

static void kills(struct engine *e, const struct world *w, int k)
{
	const struct request q = asked(w, k);
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

	/* the same command again, after a kill; the writer may come before or after */
	if (set.second == WRITER && w->c[0].killed && !w->c[1].running && !w->c[1].ended) {
		v.faults = 0;
		begin(&v, 1);
		engine_to(e, &v, "second: begins");
		v = *w;
	}
	if (set.second == WRITER || set.second == MEDDLER) {
		if (w->acted)
			return;
		v.acted = 1;
		if (set.second == WRITER && w->t[T].rows)
			v.t[T].rows |= ADDED;
		else if (set.second == WRITER)
			return;
		else if (w->t[T].rows)
			memset(&v.t[T], 0, sizeof v.t[T]);
		else
			v.t[T].rows = TABLE | STAYS, v.t[T].id = v.ids++;
		engine_to(e, &v,
			set.second == WRITER ? "writer: adds a row to T"
			: w->t[T].rows       ? "meddler: deletes T"
					     : "meddler: makes T");
		return;
	}
	if (w->c[1].running || w->c[1].ended)
		return;
	if (set.second != RERUN || w->c[0].ended) {
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
		if (!w->c[k].running)
			continue;
		step(e, w, k);
		if (w->faults && w->c[k].ask.what != REPLACE_END)
			faults(e, w, k, asked(w, k));
		if (w->kills && k == 0 && w->c[k].ask.what != REPLACE_END)
			kills(e, w, k);
	}
}

/* --- the laws --- */

static const char *const laws[] = {
	"status 0, and the target does not have the new rows and those that stay, each once",
	"a reader sees neither the table before nor the one after",
	"nothing was to be changed, and the target has the new rows",
	"the new rows are nowhere",
	"a row that somebody added, or replaced, is lost",
	"--keep: status 0, and the old rows are nowhere",
	"the same command again, undisturbed, does not end in 0 with the new rows",
	"status 0, and a table is left and not named",
	"a row that somebody added is not in the target, and no run says that it may be elsewhere",
};
enum { LAWS = sizeof laws / sizeof *laws };

enum {
	SOME_DONE,
	SOME_RENAMED,
	SOME_TEMP,
	SOME_UNKNOWN,
	SOME_REFUSED,
	SOME_ARRIVED,
	SOME_MOVED_ON,
	SOMES
};
static const char *const somes[] = { "swapped", "renamed", "75", "76", "69", "rows arrived",
	"the target moved on" };

static int anywhere(const struct world *w, u8 row)
{
	for (u8 i = 0; i < NAMES; i++)
		if (w->t[i].rows & row)
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
	if (c->r.why == REPLACE_ARRIVED)
		engine_some(e, SOME_ARRIVED);
	else if (c->r.why == REPLACE_MOVED_ON)
		engine_some(e, SOME_MOVED_ON);
	else if (c->r.status == FAIL_NONE)
		engine_some(e, c->r.way == REPLACE_BY_RENAME ? SOME_RENAMED : SOME_DONE);
	else
		engine_some(e, c->r.status == FAIL_TEMP      ? SOME_TEMP
			       : c->r.status == FAIL_UNKNOWN ? SOME_UNKNOWN
							     : SOME_REFUSED);
}

/* Before or after each of the replacements, whole. */
static int is_whole(const struct world *w)
{
	const u8 t = w->t[T].rows;

	if (set.missing)
		return t == 0 || (t & (u8)~ADDED) == (TABLE | NEW);
	return (t & (TABLE | STAYS | TWICE)) == (TABLE | STAYS) && !(t & OLD) == !!(t & NEW) &&
	       !(t & OTHER_OLD) == !!(t & OTHER_NEW);
}

static int unknown(const struct world *w)
{
	if (set.second == WRITER && w->c[1].ended)
		return w->c[1].status != FAIL_NONE;
	for (int k = 0; k < 2; k++)
		if (w->c[k].ended && (w->c[k].killed || w->c[k].status == FAIL_UNKNOWN))
			return 1;
	return 0;
}

/* A table that no run names, but for an empty copy that was made late. */
static int is_left(const struct world *w, const struct client *c)
{
	for (u8 i = X; i < NAMES; i++)
		if (w->t[i].rows && i != K && i != c->left && i != c->load &&
			w->t[i].rows != TABLE)
			return 1;
	return 0;
}

/* One client that ended, not killed. */
static void ended(struct engine *e, const struct world *w, int k)
{
	const struct client *c = &w->c[k], *o = &w->c[!k];
	const u8 t = w->t[T].rows, mine = new_row(whose(k));
	const int done = c->status == FAIL_NONE, alone = !(o->running || o->ended),
		  meddled = set.second == MEDDLER && w->acted;

	if (done && !meddled && t != carried(whose(k), t) &&
		!(set.second == OTHER && (o->running || unknown(w))))
		engine_broken(e, 0);
	if (!done && c->status != FAIL_UNKNOWN && (t & mine) && (alone || set.second == OTHER))
		engine_broken(e, 2);
	if ((!set.drop || done || c->status == FAIL_UNKNOWN) && !anywhere(w, mine) && !meddled)
		engine_broken(e, 3);
	if (done && set.keep && !set.missing && !anywhere(w, OLD) && !meddled)
		engine_broken(e, 5);
	if (done && quiet(w) && alone && !meddled && set.second != OTHER && is_left(w, c))
		engine_broken(e, 7);
}

static void check(struct engine *e, const void *state)
{
	const struct world *w = state;
	const int meddled = set.second == MEDDLER && w->acted,
		  added = set.second == WRITER && w->acted;

	for (int k = 0; k < 2; k++) {
		sometimes(e, &w->c[k]);
		if (w->c[k].ended && !w->c[k].killed)
			ended(e, w, k);
	}
	if (!is_whole(w) && !meddled)
		engine_broken(e, 1);
	if (added && !set.missing && !anywhere(w, ADDED))
		engine_broken(e, 4);
	if (set.second == OTHER && w->c[1].ended && w->c[1].status == 0 && !anywhere(w, OTHER_NEW))
		engine_broken(e, 4);
	if (added && !set.missing && quiet(w) && !(w->t[T].rows & ADDED) && !unknown(w))
		engine_broken(e, 8);
	/* where the claimed table went last, nothing is left that could tell */
	if (set.second == RERUN && w->c[1].ended && !set.drop && quiet(w) && !w->disturbed &&
		w->c[1].status != FAIL_NONE && !(w->t[T].rows & NEW))
		engine_broken(e, 6);
}

/* --- runs --- */

static void begin_world(void *first)
{
	struct world *w = first;

	if (!set.missing) {
		w->t[T].rows = TABLE | OLD | STAYS | OTHER_OLD;
		w->t[T].id = 1;
	}
	w->t[X].rows = TABLE | NEW;
	w->t[X].id = 2;
	if (set.second == OTHER) {
		w->t[Y].rows = TABLE | OTHER_NEW;
		w->t[Y].id = 3;
	}
	w->ids = 4;
	w->faults = set.faults;
	w->kills = set.kills;
	begin(w, 0);
}

static void show_settings(void)
{
	printf("#   ids %s%s, target %s%s%s, second %d\n",
		set.ids == IDS_MOVE   ? "move"
		: set.ids == IDS_STAY ? "stay"
				      : "are not shown",
		set.rename_new ? ", new by a rename" : "", set.missing ? "missing" : "there",
		set.keep ? ", --keep" : "", set.drop ? ", from a pipe" : "", set.second);
}

enum { TASKS = 4 };

static int is_needed(void)
{
	const u8 who = set.second;

	if (set.ids == IDS_NONE && set.rename_new)
		return 0;
	if ((who == RERUN || who == COPY_OF_RECEIPT) && set.drop)
		return 0; /* nobody has the receipt */
	return !(who == OTHER && (set.keep || set.missing)); /* the kept name is one */
}

/* All services and tasks. */
static uint64_t all(const struct runs_proof *p, uint64_t *broken)
{
	uint64_t any = 0;

	for (u8 ids = 0; ids < 3; ids++)
		for (u8 rename_new = 0; rename_new < 2; rename_new++)
			for (u8 task = 0; task < TASKS && !runs_enough(any); task++) {
				set = (struct setting){ .ids = ids,
					.rename_new = rename_new,
					.missing = task == 1,
					.keep = task == 2,
					.drop = task == 3,
					.faults = p->faults,
					.kills = p->kills || (runs_off && p->who == WRITER),
					.second = p->who };
				if ((runs_task < 0 || runs_task == task) && is_needed())
					any += runs_one(broken);
			}
	return any;
}

static const char *const seconds[] = { "alone", "killed, and run again",
	"with a copy of the receipt at the same time", "with another replacement of other rows",
	"and somebody adds a row (killed: run again)", "and somebody deletes or makes the table" };

/* faults, kills, the second client */
static const struct runs_proof proofs[] = { { 2, 0, ALONE }, { 2, 1, RERUN }, { 1, 0, WRITER },
	{ 0, 1, WRITER }, { 0, 0, COPY_OF_RECEIPT }, { 0, 0, OTHER }, { 1, 0, MEDDLER },
	{ 0, 0, SECONDS } };
static const struct runs_proof long_proofs[] = { { 2, 0, WRITER }, { 1, 1, WRITER },
	{ 1, 0, COPY_OF_RECEIPT }, { 1, 0, OTHER }, { 2, 0, MEDDLER }, { 0, 0, SECONDS } };
/* those from 3 on take two clients; for 19 no way is known that needs it */
static const u8 marks[] = { 1, 15, 16, 17, 18, 20, 24, 25, 3, 21, 0 };
static const u8 mutants[] = { ALONE, WRITER, RERUN, SECONDS };
static const u8 slow_mutants[] = { COPY_OF_RECEIPT, OTHER, SECONDS };

static const struct runs_model model = { .name = "carry",
	.laws = laws,
	.laws_n = LAWS,
	.sometimes = somes,
	.sometimes_n = SOMES,
	.never = "it is never",
	.seconds = seconds,
	.seconds_n = SECONDS,
	.proofs = proofs,
	.long_proofs = long_proofs,
	.marks = sizeof marks - 1,
	.quick_marks = sizeof marks - 3,
	.mark = marks,
	.mutants = mutants,
	.slow_mutants = slow_mutants,
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

/*
 * append: td-put's decisions (common/td/append) against a model of bulk import sessions, in every
 * interleaving: the faults of replace.c, imports and commits that fail, a session that goes with
 * its table or with the table's name, and somebody who swaps the table meanwhile.
 */
#include "runs.h"

#define APPEND_MARK(n) (runs_off != (n))
enum { MARKS = 5 };
#include "../../common/td/append.c"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTIAL = 1, FULL = 2, LATE = 2, JOBS = 200 };
enum second { ALONE, RERUN, COPY, MEDDLER, SECONDS };

static struct setting {
	u8 kind, by_name, blind, no_ids, again, second, faults, kills;
} set;

struct client {
	struct append a;
	struct append_ask ask;
	u8 running, ended, killed, status, left;
};

struct world {
	u8 there, state, frozen, parts, loaded, job, table; /* the session */
	u8 target;      /* id of the table with the target's name: 1, or 2 after the meddler */
	u8 put, astray; /* commits into the target, as it was then, and into another table */
	u8 partial;
	u8 faults, kills, meddled, disturbed;
	u8 late[LATE];
	struct client c[2];
};

/* --- the service --- */

static void commit(struct world *w)
{
	w->state = APPEND_COMMITTED;
	w->partial |= w->loaded != FULL;
	if (w->table == w->target || set.by_name)
		w->put++;
	else
		w->astray++;
}

static u8 do_request(struct world *w, u8 what)
{
	switch (what) {
	case APPEND_CREATE:
		if (w->there)
			return APPEND_CONFLICT;
		w->there = 1;
		w->state = APPEND_UPLOADING;
		w->frozen = w->parts = w->loaded = w->job = 0;
		w->table = w->target;
		return APPEND_DONE;
	case APPEND_SEND:
		if (!w->there)
			return APPEND_REFUSED;
		if (w->state != APPEND_UPLOADING || w->frozen)
			return APPEND_REFUSED;
		w->parts = FULL;
		return APPEND_DONE;
	case APPEND_FREEZE:
	case APPEND_UNFREEZE:
		if (!w->there)
			return APPEND_ABSENT;
		if (w->state != APPEND_UPLOADING || (what == APPEND_FREEZE && w->frozen))
			return APPEND_CONFLICT;
		w->frozen = what == APPEND_FREEZE;
		return APPEND_DONE;
	case APPEND_PERFORM:
		if (!w->there)
			return APPEND_ABSENT;
		if (w->state != APPEND_UPLOADING && !(w->state == APPEND_READY && set.again))
			return APPEND_CONFLICT;
		w->state = APPEND_PERFORMING;
		w->loaded = w->parts;
		w->job++;
		return APPEND_DONE;
	case APPEND_PUBLISH:
		if (!w->there)
			return APPEND_ABSENT;
		if (w->state != APPEND_READY)
			return APPEND_CONFLICT;
		w->state = APPEND_COMMITTING;
		return APPEND_DONE;
	case APPEND_DELETE:
		if (!w->there)
			return APPEND_ABSENT;
		if (w->state == APPEND_COMMITTING) /* it is ended all the same */
			commit(w);
		w->there = w->state = w->frozen = w->parts = w->loaded = w->job = w->table = 0;
		return APPEND_DONE;
	default:
		return APPEND_DONE;
	}
}

static int changes(u8 what)
{
	return what == APPEND_CREATE || what == APPEND_SEND || what == APPEND_FREEZE ||
	       what == APPEND_UNFREEZE || what == APPEND_PERFORM || what == APPEND_PUBLISH ||
	       what == APPEND_DELETE;
}

static struct append_seen look(const struct world *w, u8 what)
{
	struct append_seen s = { .result = APPEND_DONE, .id = -1 };

	switch (what) {
	case APPEND_LOOK:
		s.state = w->there ? w->state : APPEND_GONE;
		s.frozen = w->there && w->frozen;
		s.job = w->job;
		s.elsewhere = w->there && !set.by_name && !set.blind && w->table != w->target;
		break;
	case APPEND_TABLE:
		s.id = set.no_ids ? -1 : w->target;
		break;
	case APPEND_READ:
	case APPEND_PARTS:
		s.result = w->there && w->parts == FULL ? APPEND_DONE : APPEND_REFUSED;
		break;
	case APPEND_CHECK:
		s.result = w->there && w->loaded == FULL ? APPEND_DONE : APPEND_REFUSED;
		break;
	default:
		break;
	}
	return s;
}

/* --- the clients --- */

static void begin(struct world *w, int k)
{
	struct client *c = &w->c[k];
	const struct append_task t = { .kind = set.kind, .table_id = set.no_ids ? -1 : w->target };

	c->running = 1;
	append_start(&c->a, &t, &c->ask);
}

static void finish(struct client *c)
{
	const u8 status = (u8)c->a.status, left = c->a.left;

	memset(c, 0, sizeof *c);
	c->ended = 1;
	c->status = status;
	c->left = left;
}

static const char *const whats[] = { "create", "look", "table", "send", "read", "parts", "freeze",
	"unfreeze", "perform", "check", "commit", "withdraw", "delete", "end" };
static char line[120];

static const char *say(int k, u8 what, const char *how)
{
	snprintf(line, sizeof line, "%s%s%s%s", k == 1 ? "second: " : "", whats[what],
		*how ? ": " : "", how);
	return line;
}

static void sort_late(struct world *w)
{
	if (w->late[0] < w->late[1]) {
		const u8 x = w->late[0];

		w->late[0] = w->late[1];
		w->late[1] = x;
	}
}

/* 0 is APPEND_CREATE: what is held is one more. */
static int hold(struct world *w, u8 what)
{
	for (int i = 0; i < LATE; i++)
		if (!w->late[i]) {
			w->late[i] = (u8)(what + 1);
			sort_late(w);
			return 1;
		}
	return 0;
}

static void give(
	struct engine *e, const struct world *from, int k, struct append_seen s, const char *how)
{
	struct world w = *from;

	append_next(&w.c[k].a, &s, &w.c[k].ask);
	engine_to(e, &w, how);
}

static struct append_seen answer(u8 result)
{
	return (struct append_seen){ .result = result, .id = -1 };
}

static void faults(struct engine *e, const struct world *from, int k, u8 what)
{
	struct world w = *from, v;
	u8 rc;

	w.faults--;
	give(e, &w, k, answer(APPEND_SILENT), say(k, what, "never arrives"));
	if (!changes(what))
		return;
	v = w, do_request(&v, what);
	give(e, &v, k, answer(APPEND_SILENT), say(k, what, "done, the answer is lost"));
	v = w, do_request(&v, what), rc = do_request(&v, what);
	give(e, &v, k, answer(rc), say(k, what, "done twice"));
	v = w;
	if (hold(&v, what))
		give(e, &v, k, answer(APPEND_SILENT), say(k, what, "held"));
	v = w, rc = do_request(&v, what);
	if (hold(&v, what))
		give(e, &v, k, answer(rc), say(k, what, "done, and a copy held"));
	if (what == APPEND_SEND && w.there && w.state == APPEND_UPLOADING && !w.frozen) {
		v = w;
		v.parts = v.parts == FULL ? FULL : PARTIAL;
		give(e, &v, k, answer(APPEND_SILENT), say(k, what, "some parts"));
	} else if (what != APPEND_SEND && what != APPEND_DELETE) {
		give(e, &w, k, answer(APPEND_DONE),
			say(k, what, "not done, a false answer says so"));
	}
	give(e, &w, k, answer(APPEND_REFUSED), say(k, what, "refused"));
}

static void step(struct engine *e, const struct world *w, int k)
{
	const u8 what = w->c[k].ask.what;
	struct world v = *w;

	if (what == APPEND_END) {
		finish(&v.c[k]);
		snprintf(line, sizeof line, "%sends with %d", k ? "second: " : "", v.c[k].status);
		engine_to(e, &v, line);
	} else if (changes(what)) {
		const u8 rc = do_request(&v, what);

		give(e, &v, k, answer(rc), say(k, what, ""));
	} else {
		give(e, &v, k, look(&v, what), say(k, what, ""));
	}
}

static void kills(struct engine *e, const struct world *w, int k)
{
	const u8 what = w->c[k].ask.what;
	struct world v = *w;

	v.kills--;
	memset(&v.c[k], 0, sizeof v.c[k]);
	v.c[k].ended = v.c[k].killed = 1;
	engine_to(e, &v, say(k, what, "killed before"));
	if (!changes(what))
		return;
	if (hold(&v, what))
		engine_to(e, &v, say(k, what, "killed, and the request held"));
	v = *w;
	v.kills--;
	memset(&v.c[k], 0, sizeof v.c[k]);
	v.c[k].ended = v.c[k].killed = 1;
	do_request(&v, what);
	engine_to(e, &v, say(k, what, "killed after"));
}

/* What the service does by itself. */
static void service(struct engine *e, const struct world *w)
{
	struct world v = *w;

	if (w->there && w->state == APPEND_PERFORMING) {
		v.state = APPEND_READY;
		engine_to(e, &v, "the import ends");
	} else if (w->there && w->state == APPEND_COMMITTING) {
		commit(&v);
		engine_to(e, &v, "the commit ends");
	} else {
		return;
	}
	if (!w->faults)
		return;
	v = *w;
	v.faults--;
	v.state = w->state == APPEND_PERFORMING ? APPEND_UPLOADING : APPEND_READY;
	engine_to(e, &v, w->state == APPEND_PERFORMING ? "the import fails" : "the commit fails");
}

static void second(struct engine *e, const struct world *w)
{
	struct world v = *w;

	if (set.second == MEDDLER) {
		if (w->meddled)
			return;
		v.meddled = 1;
		v.target = 2;
		engine_to(e, &v, "meddler: swaps the table");
		return;
	}
	if (w->c[1].running || w->c[1].ended || (set.second == RERUN && !w->c[0].ended))
		return;
	if (set.second == RERUN)
		v.faults = v.kills = 0;
	begin(&v, 1);
	engine_to(e, &v, "second: begins");
}

static void expand(struct engine *e, const void *state)
{
	const struct world *w = state;

	for (int i = 0; i < LATE; i++)
		if (w->late[i] && (i == 0 || w->late[i] != w->late[i - 1])) {
			struct world v = *w;

			do_request(&v, (u8)(w->late[i] - 1));
			v.late[i] = 0;
			v.disturbed |= v.c[1].running;
			sort_late(&v);
			engine_to(e, &v, say(0, (u8)(w->late[i] - 1), "arrives late"));
		}
	service(e, w);
	if (set.second != ALONE)
		second(e, w);
	for (int k = 0; k < 2; k++) {
		if (!w->c[k].running)
			continue;
		step(e, w, k);
		if (w->faults && w->c[k].ask.what != APPEND_END)
			faults(e, w, k, w->c[k].ask.what);
		if (w->kills && k == 0 && w->c[k].ask.what != APPEND_END)
			kills(e, w, k);
	}
}

/* --- the laws --- */

static const char *const laws[] = {
	"status 0, and the rows are not in the table",
	"the rows are there twice",
	"some of the rows are published",
	"nothing was to be changed, and the rows are in the table",
	"the same command again, undisturbed, does not end in 0 with the rows in the table",
};
enum { LAWS = sizeof laws / sizeof *laws };

enum { SOME_DONE, SOME_ALREADY, SOME_TEMP, SOME_UNKNOWN, SOME_REFUSED, SOMES };
static const char *const somes[] = { "0", "already", "75", "76", "69" };

static void sometimes(struct engine *e, const struct client *c)
{
	if (!c->running || c->ask.what != APPEND_END)
		return;
	engine_some(e, c->a.why == APPEND_ALREADY    ? SOME_ALREADY
		       : c->a.status == FAIL_NONE    ? SOME_DONE
		       : c->a.status == FAIL_TEMP    ? SOME_TEMP
		       : c->a.status == FAIL_UNKNOWN ? SOME_UNKNOWN
						     : SOME_REFUSED);
}

static int is_quiet(const struct world *w)
{
	return !w->late[0] && !w->late[1] && !w->c[0].running && !w->c[1].running &&
	       w->state != APPEND_PERFORMING && w->state != APPEND_COMMITTING;
}

static void check(struct engine *e, const void *state)
{
	const struct world *w = state;
	const int shared = set.kind == APPEND_ONCE || set.kind == APPEND_COMMIT;

	if (w->put + w->astray > 1)
		engine_broken(e, 1);
	if (w->partial)
		engine_broken(e, 2);
	for (int k = 0; k < 2; k++) {
		const struct client *c = &w->c[k];

		sometimes(e, c);
		if (!c->ended || c->killed)
			continue;
		if (c->status == FAIL_NONE && set.kind != APPEND_JOIN && !w->put)
			engine_broken(e, 0);
		if (c->status != FAIL_NONE && c->status != FAIL_UNKNOWN && w->put && !shared &&
			set.kind != APPEND_LOAD)
			engine_broken(e, 3);
	}
	if (set.second == RERUN && shared && w->c[1].ended && is_quiet(w) && !w->disturbed &&
		(w->c[1].status != FAIL_NONE || w->put != 1))
		engine_broken(e, 4);
}

/* --- runs --- */

static void begin_world(void *first)
{
	struct world *w = first;

	w->target = 1;
	w->faults = set.faults;
	w->kills = set.kills;
	if (set.kind == APPEND_COMMIT) {
		do_request(w, APPEND_CREATE);
		w->parts = FULL;
	}
	begin(w, 0);
}

static void show_settings(void)
{
	printf("#   task %d, the session goes with the %s%s, ids %s, an import that is ready %s be "
	       "repeated, second %d\n",
		set.kind, set.by_name ? "table's name" : "table",
		set.blind ? " and does not show it" : "",
		set.no_ids ? "are not shown" : "are shown", set.again ? "may" : "may not",
		set.second);
}

/* What differs in nothing from another run is left out. */
static int is_needed(void)
{
	if (set.second != MEDDLER && (set.by_name || set.blind || set.no_ids))
		return 0; /* the same without a meddler */
	if ((set.second == RERUN || set.second == COPY) && set.kind != APPEND_ONCE &&
		set.kind != APPEND_COMMIT)
		return 0; /* another run has another session */
	return set.second != MEDDLER || (set.kind != APPEND_JOIN && set.kind != APPEND_LOAD);
}

static uint64_t all(const struct runs_proof *p, uint64_t *broken)
{
	uint64_t any = 0;

	for (u8 kind = 0; kind <= APPEND_COMMIT; kind++)
		for (u8 i = 0; i < 8 && !runs_enough(any); i++) {
			set = (struct setting){ .kind = kind,
				.by_name = (i & 3) == 1,
				.blind = (i & 3) == 2,
				.no_ids = (i & 3) == 3,
				.again = i >> 2,
				.second = p->who,
				.faults = p->faults,
				.kills = p->kills };
			if ((runs_task < 0 || runs_task == kind) && is_needed())
				any += runs_one(broken);
		}
	return any;
}

static const char *const seconds[] = { "alone", "killed, and run again", "two at the same time",
	"and somebody swaps the table" };

/* faults, kills, the second client */
static const struct runs_proof proofs[] = { { 2, 0, ALONE }, { 2, 1, RERUN }, { 1, 0, COPY },
	{ 1, 0, MEDDLER }, { 0, 0, SECONDS } };
static const struct runs_proof long_proofs[] = { { 3, 0, ALONE }, { 3, 1, RERUN }, { 2, 1, COPY },
	{ 2, 1, MEDDLER }, { 0, 0, SECONDS } };
static const u8 mutants[] = { ALONE, RERUN, COPY, MEDDLER, SECONDS };

static const struct runs_model model = { .name = "append",
	.laws = laws,
	.laws_n = LAWS,
	.sometimes = somes,
	.sometimes_n = SOMES,
	.never = "the status is never",
	.seconds = seconds,
	.seconds_n = SECONDS,
	.proofs = proofs,
	.long_proofs = long_proofs,
	.marks = MARKS,
	.quick_marks = MARKS,
	.mutants = mutants,
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

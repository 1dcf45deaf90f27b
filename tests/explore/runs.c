/* runs: proofs, mutants and traces of a model. */
#include "runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned runs_off;
int runs_task = -1;

static const struct runs_model *model;
static uint64_t total, some;
static int show_traces, is_long, n, failed;
static const char *keep_in; /* a folder for the traces of mutants, or NULL */

/* --- one setting --- */

static struct engine engine_of(void)
{
	return (struct engine){ .size = model->size,
		.expand = model->expand,
		.check = model->check,
		.limit = 200000000,
		.first_only = runs_off > 0 };
}

static void *first_state(void)
{
	void *first = calloc(1, model->size); /* padding is zero */

	if (!first) {
		fprintf(stderr, "explore: out of memory\n");
		exit(1);
	}
	model->begin(first);
	return first;
}

static void keep(struct engine *e, unsigned law, const void *first)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s-%02u.txt", keep_in, model->name, runs_off);
	if (engine_keep(e, e->first[law], first, path, model->laws[law], model->settings,
		    model->settings_n)) {
		fprintf(stderr, "explore: cannot write %s\n", path);
		exit(1);
	}
}

uint64_t runs_one(uint64_t *broken)
{
	struct engine e = engine_of();
	void *first = first_state();
	uint64_t any = 0;

	engine_run(&e, first);
	total += e.states;
	some |= e.some;
	for (unsigned l = 0; l < model->laws_n; l++) {
		any += e.broken[l];
		if (e.broken[l] && runs_off && keep_in)
			keep(&e, l, first);
		if (e.broken[l] && !broken[l]++ && show_traces) {
			printf("# %s\n", model->laws[l]);
			model->show_settings();
			engine_trace(&e, e.first[l], first);
		}
	}
	engine_free(&e);
	free(first);
	return any;
}

int runs_enough(uint64_t any)
{
	return any && runs_off;
}

/* --- TAP --- */

static void result(int ok, const char *what)
{
	printf("%sok %d - %s\n", ok ? "" : "not ", ++n, what);
	failed += !ok;
}

static void proven(const struct runs_proof *p)
{
	uint64_t broken[ENGINE_LAWS] = { 0 }, before = total;
	char text[160];

	show_traces = 1;
	model->all(p, broken);
	show_traces = 0;
	for (unsigned l = 0; l < model->laws_n; l++)
		if (broken[l]) {
			snprintf(text, sizeof text, "%s, %u faults: %s", model->seconds[p->who],
				p->faults, model->laws[l]);
			result(0, text);
		}
	snprintf(text, sizeof text, "%s, %u faults, %u kills: %llu states", model->seconds[p->who],
		p->faults, p->kills, (unsigned long long)(total - before));
	result(1, text);
}

static void prove(const struct runs_proof *p)
{
	for (; p->who < model->seconds_n; p++)
		proven(p);
}

static void not_idle(void)
{
	char text[80];

	for (unsigned i = 0; i < model->sometimes_n; i++)
		if (!(some >> i & 1)) {
			snprintf(text, sizeof text, "%s %s", model->never, model->sometimes[i]);
			result(0, text);
		}
}

/* Without mark m: does any of the runs with so many faults break a law? */
static int is_found(u8 faults, const u8 *who)
{
	uint64_t broken[ENGINE_LAWS] = { 0 };

	for (; *who < model->seconds_n; who++) {
		const struct runs_proof p = { faults, *who == model->mutant_kills, *who };

		if (model->all(&p, broken))
			return 1;
	}
	return 0;
}

/* Each defence is needed: without it a law breaks. */
static void mutants(unsigned only)
{
	const u8 *whos;
	char text[80];
	int found;

	show_traces = only != 0;
	for (unsigned i = 0; i < model->marks; i++) {
		const unsigned m = model->mark ? model->mark[i] : i + 1;
		const int slow = i >= model->quick_marks;

		if (only ? only != m : slow && !is_long && !keep_in)
			continue;
		runs_off = m;
		whos = slow ? model->slow_mutants : model->mutants;
		found = is_found(1, whos) || is_found(2, whos);
		runs_off = 0;
		snprintf(text, sizeof text, "without mark %u a law breaks", m);
		result(found, text);
	}
	show_traces = 0;
}

/* A mutant's trace: the core leaves it, or follows it to the end without a broken law. */
static void replay(const char *path)
{
	struct engine e = engine_of();
	uint64_t any = 0;
	char text[300];
	int taken, of = 0;
	void *first;

	if (engine_settings(path, model->settings, model->settings_n)) {
		result(0, path);
		return;
	}
	first = first_state();
	taken = engine_replay(&e, first, path, &of);
	for (unsigned l = 0; l < model->laws_n; l++)
		any += e.broken[l];
	snprintf(text, sizeof text, "%s: %d of %d steps", path, taken, of);
	result(taken > 0 && taken < of && any == 0, text);
	engine_free(&e);
	free(first);
}

/* --- the command line --- */

static u8 number(const char *s)
{
	return (u8)strtoul(s, NULL, 10);
}

/* One of the verbs with arguments; 0: there is none. */
static int verb(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	if (strcmp(what, "replay") == 0) {
		for (int i = 2; i < argc; i++)
			replay(argv[i]);
	} else if (strcmp(what, "trace") == 0) {
		mutants(number(argv[2]));
	} else if (strcmp(what, "keep") == 0) {
		keep_in = argv[2];
		mutants(0);
	} else if (strcmp(what, "run") == 0 && argc > 4 && number(argv[2]) < model->seconds_n) {
		runs_task = argc > 5 ? number(argv[5]) : -1;
		proven(&(struct runs_proof){ number(argv[3]), number(argv[4]), number(argv[2]) });
	}
	return n > 0;
}

int runs_main(int argc, char **argv, const struct runs_model *m)
{
	model = m;
	is_long = argc == 2 && strcmp(argv[1], "long") == 0;
	if (!verb(argc, argv)) {
		if (argc > 1 && !is_long) {
			fprintf(stderr, "%s: see the head of tests/explore/runs.h\n", m->name);
			return 2;
		}
		prove(m->proofs);
		if (is_long)
			prove(m->long_proofs);
		not_idle();
		mutants(0);
		fprintf(is_long ? stderr : stdout, "# %s: %llu states, %u laws, %d broken\n",
			m->name, (unsigned long long)total, m->laws_n, failed);
	}
	printf("1..%d\n", n);
	return failed > 0;
}

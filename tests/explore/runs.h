/*
 * runs: what the explorers have in common: the proofs, the mutants and the traces of a model, and
 * the command line that asks for them. Prints TAP.
 *
 * usage: MODEL          the part for `make check`
 *        MODEL long     more clients, more faults
 *        MODEL run WHO FAULTS KILLS [TASK]  one proof, with the numbers that the model gives them
 *        MODEL trace N  the shortest way to what the mutant without mark N breaks
 *        MODEL keep FOLDER  keep the traces of all mutants there, one a file
 *        MODEL replay FILE...  follow such traces
 */
#ifndef RUNS_H
#define RUNS_H

#include "engine.h"

typedef uint8_t u8;

/* A proof: every interleaving with so many faults and kills; who: which second client. */
struct runs_proof {
	u8 faults, kills, who;
};

struct runs_model {
	const char *name;
	const char *const *laws;
	unsigned laws_n;
	const char *const *sometimes; /* what is to happen at least once, for engine_some() */
	unsigned sometimes_n;
	const char *never;          /* how a line begins that says it did not */
	const char *const *seconds; /* names of the second clients */
	const struct runs_proof *proofs, *long_proofs; /* the last one has seconds_n as its who */
	unsigned seconds_n;
	unsigned marks, quick_marks;      /* mutants; those after quick_marks take long */
	const u8 *mark;                   /* their numbers, or NULL: from 1 on */
	const u8 *mutants, *slow_mutants; /* the second clients of mutants, up to seconds_n */
	u8 mutant_kills;                  /* kills in a mutant's runs with this second client */

	void *settings;
	size_t settings_n;
	void (*show_settings)(void); /* printed after "#   " */

	size_t size; /* of a state */
	void (*begin)(void *first);
	void (*expand)(struct engine *e, const void *state);
	void (*check)(struct engine *e, const void *state);
	/* Calls runs_one() for all settings with so many faults. Returns the sum. */
	uint64_t (*all)(const struct runs_proof *p, uint64_t *broken);
};

extern unsigned runs_off; /* the mark that is switched off, or 0 */
extern int runs_task;     /* the only task to run, or -1 */

/* The model as it is set now: counts the broken laws. Returns how many states break one. */
uint64_t runs_one(uint64_t *broken);

/* 1: a mutant is found out, and all() can end. */
int runs_enough(uint64_t any);

int runs_main(int argc, char **argv, const struct runs_model *m);

#endif

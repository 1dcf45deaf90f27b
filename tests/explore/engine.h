/*
 * engine: visits every state that a model can reach, breadth first, and keeps the shortest way to
 * each broken law.
 *
 * A state is `size` bytes in which equal states are equal bytes. Of states that were visited only a
 * hash of 64 bits is kept (among 50 million states two meet with a chance of 1 in 15,000), with the
 * way there; the states of the frontier are whole.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include <stddef.h>
#include <stdint.h>

enum { ENGINE_LAWS = 24 };

struct engine {
	size_t size;
	/* Calls engine_to() for each state that may come next. */
	void (*expand)(struct engine *e, const void *state);
	/*
	 * Calls engine_broken() for each law that the state breaks, and engine_some() for what is
	 * to happen sometimes.
	 */
	void (*check)(struct engine *e, const void *state);
	uint64_t limit; /* of states; more end the program */
	int first_only; /* stop at the first broken law */
	/* out */
	uint64_t states;
	uint64_t broken[ENGINE_LAWS]; /* how many states break it */
	uint32_t first[ENGINE_LAWS];  /* the number of the first */
	uint64_t some;                /* bits */
	struct engine_private *p;
};

void engine_run(struct engine *e, const void *first);
void engine_to(struct engine *e, const void *state, const char *how);
void engine_broken(struct engine *e, unsigned law);
void engine_some(struct engine *e, unsigned bit);

/* The steps to state number n, one a line, each after "# ". After engine_run(). */
void engine_trace(struct engine *e, uint32_t n, const void *first);

/*
 * The same into a file that engine_replay() reads: what was broken, the model's settings as bytes,
 * and the steps. 0, or -1.
 */
int engine_keep(struct engine *e, uint32_t n, const void *first, const char *path, const char *law,
	const void *settings, size_t settings_n);

/* The settings of such a file. 0, or -1. */
int engine_settings(const char *path, void *settings, size_t settings_n);

/*
 * Follow the steps of such a file for as long as the model can take them, and check each state.
 * Returns how many were taken, *of: how many there are; -1: it cannot be read.
 */
int engine_replay(struct engine *e, const void *first, const char *path, int *of);

void engine_free(struct engine *e);

#endif

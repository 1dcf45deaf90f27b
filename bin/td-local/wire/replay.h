/*
 * replay: the calls of a recording (recorder.h), made again to a td-local that runs, and how its
 * answers differ. Rows are made up: as many as were uploaded, with the same columns and types. Jobs
 * keep their places though their numbers differ; a call that waits for a state is made until the
 * recorded one is there, or half a minute is over. Databases and tables that the recording takes
 * for granted are made.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include "base/fail.h"
#include "store/store.h"

#include <stdatomic.h>

struct replay_count {
	unsigned calls, differ, left_out;
};

/*
 * url, key: of the td-local. Differences are printed on standard output, a line each:
 * LINE METHOD PATH: what. -1: the file cannot be read, is not a recording, or no answer came.
 */
int replay_run(const char *file, const char *url, const char *key, struct store *s,
	const atomic_bool *stopping, struct replay_count *n, struct fail *f);

#endif

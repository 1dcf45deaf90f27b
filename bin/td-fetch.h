/* td-fetch's own parts: options (td-fetch.c) and the run (td-fetch-run.c). */
#ifndef TD_FETCH_H
#define TD_FETCH_H

#include "api.h"
#include "resultout.h"

struct opts {
	const char *database, *type, *connection, *sql, *job_id;
	const char *pool, *engine_version;
	int priority;
	bool has_format, no_wait, progress;
	int verbosity;
	struct resultout_opts out;
	struct api_opt api;
};

/* Everything up to the last byte: 0, or -1 when it failed and the frame, if it is one, says why. */
int fetch(const struct opts *o, struct sink *to, struct fail *f);

#endif

/* options: the command line of td-local. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "http/faults.h"
#include "routes/unknowns.h"

#include <stdint.h>

struct options {
	const char *listen;          /* NULL: not given */
	const char *data;            /* NULL: a temporary directory */
	char *key;                   /* malloc'ed, NULL: not given */
	const char *key_file;        /* NULL: not given */
	char *write_key;             /* malloc'ed, or NULL */
	const char *cert, *cert_key; /* or NULL */
	const char **hosts;          /* legal hosts, ends with NULL; malloc'ed */
	char **command;              /* of --exec, or NULL */
	const char *check;           /* the URL of --check, or NULL */
	int64_t clock;               /* -1: the real one */
	int64_t keep_jobs;           /* so many that have ended; -1: not given */
	int64_t keep_seconds;        /* for so long; -1: not given */
	int64_t query_seconds, query_bytes;
	const char *record, *upstream; /* both, or NULL */
	const char *replay;            /* or NULL */
	bool exec;
	bool json; /* the ready line is JSON */
	unsigned polls;
	bool samples;
	const char *seed;            /* a folder, or NULL */
	struct unknowns unknowns;
	int verbosity;
};

/* Adds the faults that are given to `faults`. Wrong usage, -h and -V end the program. */
void options_take(struct options *o, int argc, char **argv, struct faults *faults);

#endif

/*
 * td-fetch's own parts: options (td-fetch.c), the run (td-fetch-run.c), runs of a schedule
 * (td-fetch-since.c).
 */
#ifndef TD_FETCH_H
#define TD_FETCH_H

#include "api/api.h"
#include "frame/resultout.h"

struct opts {
	const char *database, *type, *connection, *sql, *job_id;
	const char *schedule, *since, *after;
	/* --result: where the service itself takes the result; may hold a key */
	char *result;
	const char *pool, *engine_version;
	int priority, jobs;
	bool has_format, no_wait, progress;
	int verbosity;
	struct resultout_opts out;
	struct api_opt api;
};

/*
 * Which run of a schedule was taken last: in td-fetch's own file (--since), which it replaces when
 * it is done, or in the receipt of the transfer that took it (--after), which is only read. With
 * --since, FILE.new is there while td-fetch works, locked, so that a second one with the same file
 * does not take the same run.
 */
struct since {
	const char *path;     /* NULL: nothing is remembered */
	bool receipt;
	char last[32];        /* the job that was taken last, "" if none */
	char *fresh;          /* the path of FILE.new, or NULL */
	int fd;
};
int since_open(struct since *s, const char *path, bool receipt, const char *schedule,
	struct fail *f);
/* Write down what will have been taken, so that a full disk is met before anything is passed on. */
int since_prepare(struct since *s, const char *schedule, const struct api_run *run, struct fail *f);
int since_keep(struct since *s, struct fail *f); /* it has been taken */
void since_drop(struct since *s);                /* it has not; also allowed after since_keep() */

/*
 * The run to take: without `last` the newest that is done, else the oldest behind `last`. FAIL_TEMP
 * if there is none (yet), FAIL_REFUSED if it failed.
 */
int since_pick(struct api *a, const char *schedule, const char *last, struct api_run *run,
	struct fail *f);

/* Everything up to the last byte: 0, or -1 when it failed and the frame, if it is one, says why. */
int fetch(const struct opts *o, struct since *since, struct sink *to, struct fail *f);

#endif

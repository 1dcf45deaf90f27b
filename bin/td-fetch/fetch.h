/* td-fetch's own parts: the options, the run, and the runs of a schedule (since). */
#ifndef TD_FETCH_H
#define TD_FETCH_H

#include "api/api.h"
#include "frame/resultout.h"

/* How far missed runs of a schedule are made up for. */
struct since_limit {
	unsigned at_most;   /* only so many of the newest; 0: all */
	int64_t not_before; /* only those scheduled since; epoch seconds; 0: all */
};

enum { JOB_KEY_MAX = 200 };

/* A look into the account, instead of a job's rows. */
enum look { LOOK_NONE, LOOK_DATABASES, LOOK_TABLES, LOOK_JOBS, LOOK_SCHEMA, LOOK_LOG };

struct opts {
	const char *database, *type, *connection, *sql, *job_id;
	const char *schedule, *since, *after;
	struct since_limit limit;
	const char *job_key;  /* --job-key: the domain_key of the new job, or NULL */
	uint64_t wait_ms;     /* --wait: give up after this long; 0: never */
	/* --result: where the service itself takes the result; may hold a key */
	char *result;
	const char *pool, *engine_version;
	int priority, jobs;
	enum look look;
	const char *look_at;  /* --tables: DB[/PATTERN]; --log: a job's ID */
	size_t look_n;        /* --job-list: how many */
	unsigned rows;        /* --rows: how many, of the table that url names; 0: no */
	struct tdurl url;     /* of --schema and --rows, else all NULL */
	bool has_format, has_priority, no_wait, progress;
	int verbosity;
	struct resultout_opts out;
	struct api_opt api;
};

void options_parse(struct opts *o, int argc, char **argv); /* ends the program if they are wrong */

/*
 * The run of a schedule that was taken last: in td-fetch's own file (--since), which it replaces
 * when it is done, or in the receipt of the transfer that took it (--after), which is only read.
 * With --since, FILE.new is there while td-fetch works, locked, so that a second one with the same
 * file does not take the same run.
 */
struct since {
	const char *path;     /* NULL: nothing is remembered */
	bool receipt;
	char last[32];        /* the job that was taken last, "" if none */
	char *file;           /* where FILE is, if its name is a link: that stays one; or NULL */
	char *fresh;          /* the path of FILE.new, beside it, or NULL */
	char *folder;         /* of both, or NULL */
	int fd, folder_fd;
};
int since_open(struct since *s, const char *path, bool receipt, const char *schedule,
	struct fail *f);
/* Write down what will have been taken, so that a full disk is met before anything is passed on. */
int since_prepare(struct since *s, const char *schedule, const struct api_run *run, struct fail *f);
int since_keep(struct since *s, struct fail *f); /* it has been taken */
void since_drop(struct since *s);                /* it has not; also allowed after since_keep() */

/*
 * True if all statements of this SQL that do more than settings write, so that the job's success is
 * all there is to have. name: the last one's first word, in capitals.
 */
enum { STATEMENT_NAME = 16 };
bool statement_writes(const char *sql, char name[STATEMENT_NAME]);

/*
 * The run to take: without `last` the newest that is done, else the oldest after `last` within the
 * limit. FAIL_TEMP if there is none (yet), FAIL_REFUSED if it failed, FAIL_CONFIG if `last` is not
 * a run of this schedule.
 */
int since_pick(struct api *a, const char *schedule, const char *last,
	const struct since_limit *limit, struct api_run *run, struct fail *f);

/*
 * Write what o->look asks for. at: the table of LOOK_SCHEMA. Texts are harmless for a terminal and
 * hold no secrets.
 */
int look(const struct opts *o, struct api *a, const struct tdurl *at, struct sink *to,
	struct fail *f);

/* Everything up to the last byte: 0, or -1 when it failed and the frame, if it is one, says why. */
int fetch(const struct opts *o, struct since *since, struct sink *to, struct fail *f);

#endif

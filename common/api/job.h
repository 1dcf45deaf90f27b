/*
 * job: waiting for a job, and TD's own words when it fails.
 */
#ifndef JOB_H
#define JOB_H

#include "api/api.h"

/* A unique domain_key: with it a lost request can be repeated. */
void job_key(char key[64]);

struct job_watch {
	void (*seen)(void *arg, const struct api_job *j); /* called after each poll; or NULL */
	void *arg;
	bool fresh;        /* just issued: for 30 s the service may not know it yet (404) */
	uint64_t until_ms; /* give up at this clock_ms(), FAIL_TEMP; 0: never */
};

/*
 * Wait until the job is done, polling at growing intervals (0.1 s to 5 s), and fill *j from
 * job/show. An answer that fails for longer than the retries last ends the wait, not the job.
 */
int job_wait(struct api *a, const char *id, const struct job_watch *w, struct api_job *j,
	struct fail *f);

/* For a job that is done: 0 if it succeeded, else FAIL_REFUSED with what TD says about it. */
int job_check(const struct api_job *j, struct fail *f);

#endif

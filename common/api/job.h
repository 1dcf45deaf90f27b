/*
 * job: issuing a query, waiting for the job, and TD's own words when it fails.
 */
#ifndef JOB_H
#define JOB_H

#include "api/api.h"

/* A domain_key that nobody else uses: with it a lost answer can be repeated. */
void job_key(char key[64]);

/*
 * Waits until the job is done, with growing intervals (0.1 s to 5 s), and fills *j from job/show.
 * `seen` is called after each look, NULL allowed. An answer that fails for longer than the retries
 * last ends the wait, not the job.
 */
int job_wait(struct api *a, const char *id, struct api_job *j,
	void (*seen)(void *arg, const struct api_job *j), void *arg, struct fail *f);

/* For a job that is done: 0 if it succeeded, else FAIL_REFUSED with what TD says about it. */
int job_check(const struct api_job *j, struct fail *f);

#endif

/* Waiting for a job, and the sentence that says why one failed. */
#include "api/job.h"
#include "api/api_call.h"
#include "sys/clock.h"

#include <stdio.h>
#include <string.h>

enum { WAIT_FIRST_MS = 100, WAIT_MAX_MS = 5000, YOUNG_MS = 30000, WORDS_MAX = 700 };

void job_key(char key[64])
{
	snprintf(key, 64, "td-pipe-%016llx%016llx", (unsigned long long)clock_random(),
		 (unsigned long long)clock_random());
}

/*
 * Polls once: 1 if the job is done, and *j is what job/show says; 0: not yet. Answers may be out of
 * date: a job that was just issued may not be known, and one whose status is success may still be
 * shown as running.
 */
static int look(struct api *a, const struct job_watch *w, const char *id, uint64_t start_ms,
	struct api_job *j, struct fail *f)
{
	if (api_job_status(a, id, j, f)) {
		if (w->fresh && clock_ms() - start_ms < YOUNG_MS && api_forgive(a, 404, f))
			return 0;
		return -1;
	}
	if (w->seen)
		w->seen(w->arg, j);
	if (!api_job_is_done(j))
		return 0;
	api_job_free(j);
	if (api_job_show(a, id, j, f))
		return -1;
	return api_job_is_done(j);
}

int job_wait(struct api *a, const char *id, const struct job_watch *w, struct api_job *j,
	struct fail *f)
{
	const uint64_t start = clock_ms();

	for (uint64_t wait_ms = WAIT_FIRST_MS;; wait_ms += wait_ms / 2) {
		int rc = look(a, w, id, start, j, f);

		if (rc != 0)
			return rc < 0 ? -1 : 0;
		api_job_free(j);
		if (wait_ms > WAIT_MAX_MS)
			wait_ms = WAIT_MAX_MS;
		if (w->until_ms > 0 && clock_ms() + wait_ms > w->until_ms)
			return fail_set(f, FAIL_TEMP, "job %s is not done within the --wait time",
				id);
		if (clock_sleep(wait_ms, f))
			return -1;
	}
}

/* The last words of a text, on one line. */
static void last_words(char *out, size_t max, const char *text)
{
	size_t len = strlen(text), n = 0;
	const char *p;

	while (len > 0 && strchr(" \t\r\n", text[len - 1]))
		len--;
	p = text + (len >= max ? len - max + 1 : 0);
	while (p < text + len && strchr(" \t\r\n", *p))
		p++;
	for (; p < text + len; p++) {
		if (!strchr("\t\r\n", *p))
			out[n++] = *p;
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	out[n] = '\0';
}

int job_check(const struct api_job *j, struct fail *f)
{
	char words[WORDS_MAX] = "";

	if (j->state == API_JOB_SUCCESS)
		return 0;
	if (j->error)
		last_words(words, sizeof words, j->error);
	if (j->state == API_JOB_KILLED)
		return fail_set(f, FAIL_REFUSED, "job %s was killed%s%s", j->id,
			words[0] ? ": " : "", words);
	return fail_set(f, FAIL_REFUSED, "job %s failed: %s", j->id,
		words[0] ? words : "TD gives no reason");
}

#include "api/job.h"
#include "sys/clock.h"

#include <stdio.h>
#include <string.h>

enum { WAIT_FIRST_MS = 100, WAIT_MAX_MS = 5000, WORDS_MAX = 700 };

void job_key(char key[64])
{
	snprintf(key, 64, "td-pipe-%016llx%016llx", (unsigned long long)clock_random(),
		 (unsigned long long)clock_random());
}

int job_wait(struct api *a, const char *id, struct api_job *j,
	void (*seen)(void *arg, const struct api_job *j), void *arg, struct fail *f)
{
	for (uint64_t wait_ms = WAIT_FIRST_MS;; wait_ms += wait_ms / 2) {
		bool done;

		if (api_job_status(a, id, j, f))
			return -1;
		if (seen)
			seen(arg, j);
		done = api_job_is_done(j);
		api_job_free(j);
		if (done)
			return api_job_show(a, id, j, f);
		if (clock_sleep(wait_ms < WAIT_MAX_MS ? wait_ms : WAIT_MAX_MS, f))
			return -1;
		if (wait_ms > WAIT_MAX_MS)
			wait_ms = WAIT_MAX_MS;
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

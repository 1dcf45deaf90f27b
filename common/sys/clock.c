/* Clocks, random numbers from the kernel, and sleep that a signal ends. */
#include "sys/clock.h"
#include "base/sig.h"

#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

uint64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static bool stopped(const atomic_bool *stop)
{
	return sig_caught() || (stop && atomic_load(stop));
}

/* In slices: a signal may be delivered to another thread, and then does not interrupt ours. */
int clock_sleep_or(uint64_t ms, const atomic_bool *stop, struct fail *f)
{
	uint64_t end = clock_ms() + ms, now;

	while (!stopped(stop) && (now = clock_ms()) < end) {
		uint64_t slice = end - now < 50 ? end - now : 50;
		struct timespec t = { 0, (long)slice * 1000000 };

		nanosleep(&t, NULL);
		sig_answer();
	}
	return stopped(stop) ? fail_set(f, FAIL_SIGNAL, "interrupted") : 0;
}

int clock_sleep(uint64_t ms, struct fail *f)
{
	return clock_sleep_or(ms, NULL, f);
}

void clock_utc(char out[21])
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	if (strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		out[0] = '\0';
}

uint64_t clock_random(void)
{
	struct timespec t;
	uint64_t r;

	if (getentropy(&r, sizeof r) == 0)
		return r;
	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_nsec * 0x9e3779b97f4a7c15U + (uint64_t)t.tv_sec * 31 +
		(uint64_t)getpid();
}

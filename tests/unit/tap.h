/*
 * tap: the smallest TAP producer. Every unit test: TAP_OK and TAP_IS as often as needed, `return
 * tap_done();` last.
 */
#ifndef TAP_H
#define TAP_H

#include <stdio.h>
#include <string.h>

static int tap_n, tap_failed;

static inline int tap_result(int good, const char *what)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++tap_n, what);
	tap_failed += !good;
	return good;
}

static inline int tap_is(const char *got, const char *want, const char *what)
{
	int good = tap_result(got && want && strcmp(got, want) == 0, what);

	if (!good)
		printf("# got:  %s\n# want: %s\n", got ? got : "(null)", want ? want : "(null)");
	return good;
}

static inline int tap_num(long long got, long long want, const char *what)
{
	int good = tap_result(got == want, what);

	if (!good)
		printf("# got:  %lld\n# want: %lld\n", got, want);
	return good;
}

static inline int tap_done(void)
{
	printf("1..%d\n", tap_n);
	return tap_failed ? 1 : 0;
}

#endif

/*
 * retry: whether a request may be sent again, and when. Pure: the caller supplies time and
 * randomness.
 *
 * Sent again: answers 408, 429 and 5xx but for 501, and a connection that failed. A request that is
 * not repeatable is sent again only if it certainly did no work: it never left (no connection), or
 * 429. The wait is drawn from [0, min(cap, base * 2^attempt)] ("full jitter"); a longer Retry-After
 * is obeyed if it ends before the deadline.
 */
#ifndef RETRY_H
#define RETRY_H

#include <stdbool.h>
#include <stdint.h>

struct retry_policy {
	uint32_t base_ms;     /* 500 */
	uint32_t cap_ms;      /* 60000; 0: no waits */
	uint64_t deadline_ms; /* 600000, for all tries of one request together */
	uint32_t tries;       /* 0: until the deadline */
};
#define RETRY_DEFAULT { 500, 60000, 600000, 0 }

struct retry_outcome {
	int status;             /* of HTTP; 0: no answer */
	bool sent;              /* the request, or a part of it, may have reached the server */
	int64_t retry_after_ms; /* -1: none */
};

enum { RETRY_STOP = -1 };

/*
 * attempt: 0 after the first try; elapsed_ms: since it began; random: any number. The wait in ms,
 * or RETRY_STOP.
 */
int64_t retry_wait(const struct retry_policy *p, bool repeatable, const struct retry_outcome *o,
	unsigned attempt, uint64_t elapsed_ms, uint64_t random);

/* True if the outcome says nothing about whether the work was done. */
bool retry_is_unknown(const struct retry_outcome *o);

/*
 * "Sun, 06 Nov 1994 08:49:37 GMT" to epoch seconds, or -1; the two obsolete forms of RFC 9110,
 * 5.6.7 are not supported.
 */
int64_t retry_date(const char *text);

/*
 * Retry-After: seconds, or a date against now (epoch seconds; the server's own Date, if it sends
 * one, since our clock may differ). ms, at most a week; or -1.
 */
int64_t retry_after_parse(const char *text, int64_t now);

#endif

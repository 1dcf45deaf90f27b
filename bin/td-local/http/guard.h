/*
 * guard: who may make a request. A web page that runs in a browser on this machine may not,
 * whatever name it has for this service: a Host that is not this machine's (DNS rebinding) and an
 * Origin or a Sec-Fetch-Site of another site are refused before the key is looked at.
 */
#ifndef GUARD_H
#define GUARD_H

#include "http/request.h"

struct guard {
	const char *key;          /* the master key */
	const char *write_key;    /* or NULL */
	const char *host;         /* what it listens on, as given: a legal Host, without its port */
	const char *const *names; /* more legal hosts; ends with NULL */
	bool denied_401;          /* a call that the write-only key may not make is 401, else 403 */
	bool writer_blind;        /* among them, to show a table */
};

/*
 * Sets r->master, and lifts the limit of the body for a key that is right. Answers 401 or 403 if
 * the request may not be served.
 */
void guard_check(const struct guard *g, struct request *r);

/* The same text, in a time that depends on the length of `given` alone. */
bool guard_same(const char *secret, const char *given);

#endif

/*
 * asked: the parameters that jobs and schedules have in common. What is not legal is answered here.
 * Inside a transaction.
 */
#ifndef ASKED_H
#define ASKED_H

#include "http/request.h"

struct asked {
	int64_t priority, retries;
	int64_t scheduled; /* epoch seconds, -1: not given */
	const char *key;   /* domain_key, or NULL */
	char *destination; /* destination_free(); NULL: none */
};

int asked_take(struct request *r, struct asked *a); /* -1: answered */

bool asked_type_bad(struct request *r, const char *type); /* type or engine_version; answered */
bool asked_key_taken(struct request *r, const char *key); /* by another job; answered with its id */

/* Epoch seconds or ISO 8601 to epoch seconds; -1: neither, or NULL. */
int64_t asked_time(const char *time);

/* Where results are to go, as it is kept; NULL: nowhere. -1: it cannot be used; answered. */
int asked_destination(struct request *r, char **text);

#endif

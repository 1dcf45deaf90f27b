/*
 * exchange: one request to an HTTP server and its answer, by curl(1), which knows TLS and proxies;
 * td-local links no HTTP client. What the request says goes to curl through a pipe, not through
 * its arguments. Any thread.
 */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "store/store.h"

#include <jansson.h>

struct exchange {
	const char *method, *url;
	json_t *headers; /* {NAME: VALUE} */
	int body;        /* a regular file, sent from its start; -1: none */
	const atomic_bool *stopping; /* set by another thread, it ends the request */

	/* the answer */
	int status;
	json_t *reply;   /* {NAME: VALUE}, names in lower case */
	int file;        /* a file without a name that holds the body */
	uint64_t length; /* of the body */
};

/* -1 with f filled: no answer came. exchange_free() in any case. */
int exchange_do(struct exchange *x, struct store *s, struct fail *f);
void exchange_free(struct exchange *x); /* the answer, but for a file that was taken: then -1 */

/* A header of the answer, or NULL. */
const char *exchange_header(const struct exchange *x, const char *name);

#endif

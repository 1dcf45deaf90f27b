/* journal: the last requests, for tests that ask what a client has done. Any thread. */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <jansson.h>

enum { JOURNAL_MAX = 1000 }; /* older ones are forgotten */

struct journal;

struct journal *journal_new(void);
void journal_free(struct journal *j);
void journal_clear(struct journal *j);

/* path without its parameters, since one may be a key; status 0: there was no answer. */
void journal_add(struct journal *j, const char *method, const char *path, unsigned status,
	double ms);

/* [{"method":..., "path":..., "status":..., "ms":...}, ...], oldest first. */
json_t *journal_json(struct journal *j);

#endif

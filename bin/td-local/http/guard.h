/* guard: who may make a request. */
#ifndef GUARD_H
#define GUARD_H

#include "http/request.h"

/*
 * Sets r->master; answers 401 or 403 if the request may not be served. write_key may be NULL;
 * denied: the status of a call that it may not make.
 */
void guard_check(struct request *r, const char *key, const char *write_key, unsigned denied);

#endif

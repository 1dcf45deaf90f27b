/*
 * route: the calls of the API: a method and a path, who may make it, and what answers it.
 *
 * The body of a request is read whole. Then `prepare` does what takes long, `handle` runs inside
 * one catalogue transaction, which is committed before the answer goes out (what was answered is on
 * the disk), and `finish` follows it. Each may be NULL and may answer; a refusal (400 and above)
 * ends it.
 */
#ifndef ROUTE_H
#define ROUTE_H

#include "http/request.h"

/* A write-only key may do only what imports need. */
enum route_right { NOBODY, WRITER, MASTER };

struct route {
	const char *method, *pattern; /* segments; ':' takes one */
	enum route_right right;
	bool upload; /* the body goes to a file */
	void (*prepare)(struct request *r);
	void (*handle)(struct request *r); /* without an answer it is {} */
	void (*finish)(struct request *r);
};

/*
 * The first route of the tables (each ends with an empty one, the list with NULL) that takes the
 * request, with r->arg filled; NULL: there is none. HEAD is a GET.
 */
const struct route *route_find(const struct route *const *tables, struct request *r);

#endif

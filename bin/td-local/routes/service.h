/* service: the running td-local, as the routes see it. */
#ifndef SERVICE_H
#define SERVICE_H

#include "http/guard.h"
#include "jobs/queue.h"
#include "routes/unknowns.h"

struct service {
	struct account account;
	struct queue queue;
	struct faults *faults;
	struct journal *journal;
	bool samples;       /* a reset makes them again */
	struct guard guard; /* holds the keys */
	char *host, *url;   /* as it listens; http://HOST:PORT */
	unsigned polls;     /* how many times a finished thing is still reported as running */
	struct unknowns unknowns;
	atomic_bool stopping;
};

#endif

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
	bool samples;       /* a new data directory, and a reset, begins with them, */
	const char *seed;   /* and with the tables of this folder, or NULL */
	struct guard guard; /* holds the keys */
	char *host, *url;   /* as it listens; http://HOST:PORT */
	unsigned polls;     /* how many times a finished thing is still reported as running */
	struct unknowns unknowns;
	struct recorder *recorder; /* all calls go to another service, and are recorded; or NULL */
	atomic_bool stopping;
	atomic_bool seeded; /* what it begins with is there */
	pthread_mutex_t snapshots; /* one is taken, restored or dropped at a time */
};

/* What a data directory begins with; service is a struct service. */
int service_first(void *service, struct account *a, struct fail *f);

#endif

/* What a data directory begins with. */
#include "routes/service.h"
#include "jobs/seed.h"
#include "store/samples.h"

int service_first(void *service, struct account *a, struct fail *f)
{
	struct service *l = service;

	l->seeded = false;
	if (l->samples && samples_make(a, f))
		return -1;
	if (l->seed && seed_load(a, l->seed, &l->stopping, f))
		return -1;
	l->seeded = true;
	return 0;
}

/*
 * work: what jobs do. Each ends its job in one transaction, together with everything that it
 * changes; if the program is stopping, it leaves the job to the next start.
 */
#ifndef WORK_H
#define WORK_H

#include "jobs/dispatcher.h"

struct job {
	int64_t id, session, created, scheduled, started_ms;
	/* result_export: the job whose rows are sent; partialdelete: the table */
	int64_t target;
	char *type, *db, *query, *result;
};

/* also result_export */
void work_query(struct local *l, struct running *me, const struct job *j, struct fail *f);
/* bulk_import_perform */
void work_perform(struct local *l, struct running *me, const struct job *j, struct fail *f);
/* partialdelete */
void work_delete(struct local *l, const struct job *j, struct fail *f);

/*
 * Inside a transaction: the job's last word. False if it was killed meanwhile: then nothing may be
 * changed.
 */
bool job_finish(struct local *l, const struct job *j, const char *status, const char *said);

#endif

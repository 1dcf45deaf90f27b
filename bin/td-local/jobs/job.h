/*
 * job: what the kinds of jobs do. Each ends its job in one transaction, together with everything
 * that it changes; if the program is stopping, it leaves the job to the next start.
 */
#ifndef JOB_H
#define JOB_H

#include "base/fail.h"
#include "sql/interrupt.h"

#include <stdint.h>

struct queue;

struct job {
	int64_t id, session, created, scheduled, started_ms;
	int64_t target; /* result_export: the job whose rows are sent; partialdelete:
			   the table */
	char *type, *db, *query, *result; /* result may be NULL */
};

/* SQL, and result_export. */
void job_query(struct queue *w, struct interrupt *me, const struct job *j, struct fail *f);
/* bulk_import_perform */
void job_perform(struct queue *w, struct interrupt *me, const struct job *j, struct fail *f);
/* partialdelete: the table is the job's target, its query is [from, to]. */
void job_delete(struct queue *w, struct interrupt *me, const struct job *j, struct fail *f);

#endif

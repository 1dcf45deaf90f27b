/* bulk: what the workers do with bulk import sessions. */
#ifndef BULK_H
#define BULK_H

#include "http/request.h"

/* Inside a transaction: the session's rows become the table's, all at once. */
void bulk_commit(struct catalog *c, int64_t session);

#endif

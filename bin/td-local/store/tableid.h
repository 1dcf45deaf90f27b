/*
 * tableid: changing the ids of tables, for services that do not keep them as td-local does by
 * itself. Rows and the ids of stream imports follow their table. Inside a transaction.
 */
#ifndef TABLEID_H
#define TABLEID_H

#include "store/catalog.h"

void tableid_exchange(struct catalog *c, int64_t a, int64_t b); /* sessions stay with the id */
void tableid_renew(struct catalog *c, int64_t id); /* sessions of the old id lose their table */

#endif

/*
 * unknowns: what Treasure Data does not document and this service can do either way, so that
 * clients can be tested against every service that there may be. A specification is NAME=VALUE,...;
 * the first value of each is the default:
 *
 *   ids=move|stay|hide    a swap exchanges the tables' ids with their rows; the ids stay with the
 *                         names; no id is shown
 *   counts=now|lag        the numbers of rows and bytes of a table are right at once; for a second
 *                         after a change they are those from before it
 *   session=id|name       a bulk import session belongs to the id of its table; to its name, and
 *                         commits into whatever table has that name then
 *   rename=keep|new       a renamed table keeps its id; it gets a new one, as if it were another
 *   denied=403|401        the status of a call that the write-only key may not make
 *   writer=show|blind     the write-only key may show a table; it may not
 */
#ifndef UNKNOWNS_H
#define UNKNOWNS_H

#include "base/fail.h"

#include <stdbool.h>

struct unknowns {
	bool ids_stay, ids_hidden, counts_lag, session_by_name, rename_new, denied_401,
		writer_blind;
};

/* Sets what the specification names. FAIL_USAGE: it names something else. */
int unknowns_parse(struct unknowns *u, const char *spec, struct fail *f);

#endif

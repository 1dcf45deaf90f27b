/*
 * snapshot: what a data directory holds, kept under a name and brought back while the program runs.
 *
 * DIR/snapshots/NAME is a data directory itself: a copy of the catalogue, and hard links to its
 * files, which never change (copies where links cannot be made). A snapshot is there whole or not
 * at all, and stays until it is dropped.
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "store/account.h"

#include <jansson.h>

bool snapshot_name_ok(const char *name); /* 1 to 64 of A-Z a-z 0-9 _ and - */
bool snapshot_there(const struct account *a, const char *name);

/* Takes the place of one that has the name. Jobs may be at work: in it they wait to run again. */
int snapshot_take(struct account *a, const char *name, struct fail *f);

/* Everything is as it was then. While no job is at work. */
int snapshot_restore(struct account *a, const char *name, struct fail *f);

int snapshot_drop(struct account *a, const char *name, struct fail *f);

json_t *snapshot_list(const struct account *a); /* [NAME, ...], in order */

/* At the start: what an interrupted call left. */
void snapshot_sweep(const struct store *s);
void snapshot_remove_all(const struct store *s); /* with a temporary directory */

#endif

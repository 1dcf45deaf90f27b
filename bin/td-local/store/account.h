/*
 * account: the data of one account: its catalogue, and the files of rows that the catalogue names.
 * It knows neither HTTP nor jobs. Any thread may use it; the catalogue's lock orders them.
 */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "store/catalog.h"
#include "store/keyset.h"
#include "store/store.h"

#include <stdatomic.h>

struct account {
	struct catalog catalog;
	struct store store;
	atomic_bool spent; /* the reserve is */
};

/* Makes what a new data directory begins with. */
struct account_first {
	int (*make)(void *arg, struct account *a, struct fail *f);
	void *arg;
};

/*
 * Opens the data directory, or makes it (dir NULL: a temporary one), and then what it begins with:
 * if that fails, there is no data directory yet. What a crash left behind is removed. -1 with f
 * filled; account_close() in any case.
 */
int account_open(struct account *a, const char *dir, const struct account_first *first,
	struct fail *f);
void account_close(struct account *a);

/*
 * Removes everything, and makes what a new data directory begins with; if that fails, nothing is
 * there. Ids begin again, but for those of segments. Outside a transaction, while no job is at
 * work.
 */
int account_reset(struct account *a, const struct account_first *first, struct fail *f);

/*
 * On a full disk: gives up the reserve, a file that was made with the directory, so that the
 * catalogue can be written. account_sweep() makes it again when there is room.
 */
void account_make_room(struct account *a);

/* Removes the files that the last transactions left behind. Outside a transaction. */
void account_sweep(struct account *a);

#endif

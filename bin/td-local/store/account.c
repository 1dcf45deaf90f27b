/* Opening, sweeping and closing a data directory: the order in which catalogue and files come. */
#include "store/account.h"
#include "store/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool referenced(void *names, const char *name)
{
	return keyset_find(names, name, strlen(name), 0) >= 0;
}

/* Removes what a crash left behind; but a damaged catalogue may have forgotten somebody's rows. */
static int sweep(struct account *a, struct fail *f)
{
	struct catalog *c = &a->catalog;
	struct keyset names = { 0 };
	char *check;
	bool whole;

	catalog_begin(c);
	check = catalog_text(c, "PRAGMA quick_check(1)", "");
	whole = check && strcmp(check, "ok") == 0;
	free(check);
	if (whole)
		catalog_files(c, &names);
	if (whole && !catalog_failed(c)) {
		store_sweep(&a->store, referenced, &names);
		catalog_do(c, "DELETE FROM trash", "");
	}
	keyset_free(&names);
	if (catalog_end(c, whole, f) == 0 && !whole)
		fail_set(f, FAIL_SYSTEM, "the catalogue is damaged; nothing was changed");
	return f->kind ? fail_at(f, "%s", a->store.dir) : 0;
}

static int make_catalog(struct account *a, const struct account_first *first, struct fail *f)
{
	char *draft = store_draft(&a->store);

	if (catalog_open(&a->catalog, draft, true, f) == 0) {
		first->make(first->arg, a, f);
		catalog_close(&a->catalog);
	}
	free(draft);
	return f->kind ? -1 : store_adopt(&a->store, f);
}

int account_open(struct account *a, const char *dir, const struct account_first *first,
	struct fail *f)
{
	char *path;

	*a = (struct account){ .store.lock = -1 };
	if (store_open(&a->store, dir, f))
		return -1;
	/* where SQLite's sorts spill */
	sqlite3_temp_directory = sqlite3_mprintf("%s", a->store.files);
	if (a->store.fresh && make_catalog(a, first, f))
		return -1;
	path = store_catalog(&a->store);
	if (catalog_open(&a->catalog, path, false, f) == 0 && !a->store.fresh) {
		sweep(a, f);
		snapshot_sweep(&a->store);
	}
	free(path);
	a->spent = store_reserve(&a->store) != 0;
	a->catalog.keep = &a->store.keep;
	return f->kind ? -1 : 0;
}

void account_close(struct account *a)
{
	catalog_close(&a->catalog);
	if (a->store.temporary)
		snapshot_remove_all(&a->store);
	store_close(&a->store);
	sqlite3_free(sqlite3_temp_directory);
	sqlite3_temp_directory = NULL;
}

static int remove_all(struct account *a, struct fail *f)
{
	static const char *const tables[] = { "jobs", "sessions", "schedules", "results", "dbs" };
	struct catalog *c = &a->catalog;
	char sql[64];

	catalog_begin(c);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		snprintf(sql, sizeof sql, "DELETE FROM %s", tables[i]);
		catalog_do(c, sql, "");
	}
	catalog_do(c, "DELETE FROM sqlite_sequence WHERE name <> 'segments'", "");
	return catalog_end(c, true, f);
}

int account_reset(struct account *a, const struct account_first *first, struct fail *f)
{
	struct fail again = { 0 };

	if (remove_all(a, f) == 0 && first->make(first->arg, a, f))
		remove_all(a, &again);
	return f->kind ? -1 : 0;
}

void account_make_room(struct account *a)
{
	store_unreserve(&a->store);
	a->spent = true;
}

void account_sweep(struct account *a)
{
	struct catalog *c = &a->catalog;
	sqlite3_stmt *q;
	bool any = false;

	catalog_begin(c);
	for (q = catalog_select(c, "SELECT file FROM trash", ""); catalog_next(c, &q); any = true)
		store_drop(&a->store, catalog_column(q, 0));
	if (any)
		catalog_do(c, "DELETE FROM trash", "");
	if (a->spent && store_reserve(&a->store) == 0)
		a->spent = false;
	catalog_end(c, any, NULL); /* what stays is swept at the next start */
}

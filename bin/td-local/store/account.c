/* Opening, sweeping and closing a data directory: the order in which catalogue and files come. */
#include "store/account.h"
#include "store/samples.h"

#include <stdlib.h>
#include <string.h>

static bool referenced(void *arg, const char *name)
{
	bool known = catalog_num(arg, 0,
			     "SELECT 1 FROM segments WHERE file = ?1 UNION ALL SELECT 1 FROM parts "
			     "WHERE file = ?1 UNION ALL SELECT 1 FROM sessions WHERE errors = ?1 "
			     "UNION ALL SELECT 1 FROM jobs WHERE file = ?1",
			     "s", name) != 0;

	return known || catalog_failed(arg);
}

/* Removes what a crash left behind; but a damaged catalogue may have forgotten somebody's rows. */
static int sweep(struct account *a, struct fail *f)
{
	struct catalog *c = &a->catalog;
	char *check;
	bool whole;

	catalog_begin(c);
	check = catalog_text(c, "PRAGMA quick_check(1)", "");
	whole = check && strcmp(check, "ok") == 0;
	free(check);
	if (whole) {
		store_sweep(&a->store, referenced, c);
		catalog_do(c, "DELETE FROM trash", "");
	}
	if (catalog_end(c, whole, f) == 0 && !whole)
		fail_set(f, FAIL_SYSTEM, "the catalogue is damaged; nothing was changed");
	return f->kind ? fail_at(f, "%s", a->store.dir) : 0;
}

static int make_catalog(struct account *a, bool samples, struct fail *f)
{
	char *draft = store_draft(&a->store);

	if (catalog_open(&a->catalog, draft, true, f) == 0) {
		if (samples)
			samples_make(a, f);
		catalog_close(&a->catalog);
	}
	free(draft);
	return f->kind ? -1 : store_adopt(&a->store, f);
}

int account_open(struct account *a, const char *dir, bool samples, struct fail *f)
{
	char *path;

	*a = (struct account){ .store.lock = -1 };
	if (store_open(&a->store, dir, f))
		return -1;
	/* where SQLite's sorts spill */
	sqlite3_temp_directory = sqlite3_mprintf("%s", a->store.files);
	if (a->store.fresh && make_catalog(a, samples, f))
		return -1;
	path = store_catalog(&a->store);
	if (catalog_open(&a->catalog, path, false, f) == 0 && !a->store.fresh)
		sweep(a, f);
	free(path);
	a->spent = store_reserve(&a->store) != 0;
	a->catalog.keep = &a->store.keep;
	return f->kind ? -1 : 0;
}

void account_close(struct account *a)
{
	catalog_close(&a->catalog);
	store_close(&a->store);
	sqlite3_free(sqlite3_temp_directory);
	sqlite3_temp_directory = NULL;
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

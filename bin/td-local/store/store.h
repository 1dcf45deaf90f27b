/*
 * store: the data directory. DIR/lock, DIR/catalog.sqlite and DIR/files/, where everything large
 * lies under made-up names: segments of rows, uploaded parts, error records, results. A file is
 * written once, synced, and only then named in the catalogue; it never changes again. So a crash
 * leaves at most files that nobody names, and the sweep at the start removes them. A file that is
 * in use can be unlinked: whoever has it open or mapped keeps it.
 */
#ifndef STORE_H
#define STORE_H

#include "base/fail.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { STORE_NAME = 40 };

struct store {
	char *dir;   /* owned */
	char *files; /* DIR/files, owned */
	int lock;
	bool temporary; /* removed by store_close */
	bool fresh;     /* there was no catalogue before */
	uint64_t seed;
	_Atomic uint64_t next;
	/*
	 * A commit failed and may come back when the catalogue is opened again: no file is removed
	 * until then.
	 */
	atomic_bool keep;
	struct store_known *known;
};

/*
 * dir NULL: a temporary directory. Takes the lock, so that no two programs share a directory.
 * FAIL_CONFIG also if there are files but no catalogue, or if others own the directory or may open
 * it.
 */
int store_open(struct store *s, const char *dir, struct fail *f);
void store_close(struct store *s);
char *store_catalog(const struct store *s); /* path, malloc'ed */
/* A new catalogue is made as a draft, and gets its name when it is whole and on the disk. */
char *store_draft(const struct store *s);
int store_adopt(const struct store *s, struct fail *f);

/* A new file, open for reading and writing; kind is the first letter of its name. */
int store_create(struct store *s, char kind, char name[STORE_NAME], struct fail *f);

/* The same without a name: it goes with its descriptor. */
int store_temporary(struct store *s, struct fail *f);
/* data and name on the disk; does not close */
int store_seal(struct store *s, int fd, struct fail *f);
int store_read(const struct store *s, const char *name, struct fail *f); /* a descriptor */
int store_size(int fd, uint64_t *n, struct fail *f);
void store_drop(const struct store *s, const char *name);
char *store_path(const struct store *s, const char *name); /* malloc'ed */

int store_reserve(const struct store *s); /* the file DIR/reserve; -1: there is no room */
void store_unreserve(const struct store *s);

/* Which segments (by id) were verified by this program. The caller orders the calls. */
bool store_known(const struct store *s, int64_t segment);
void store_know(const struct store *s, int64_t segment);

/* Remove every file that keep() does not know. */
void store_sweep(const struct store *s, bool (*keep)(void *arg, const char *name), void *arg);

#endif

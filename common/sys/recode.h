/*
 * recode: a source that converts another encoding to UTF-8, with iconv(3). What cannot be converted
 * is FAIL_DATA, with the offset in bytes. A byte order mark is kept, as UTF-8. Memory: 64 KiB.
 *
 * iconv_open(3) reads files, which a process in a sandbox cannot: a set of converters is opened
 * before, and one source at a time uses each of them.
 */
#ifndef RECODE_H
#define RECODE_H

#include "base/io.h"

#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>

enum { RECODE_SIZE = 64 << 10 };

enum { RECODE_CONVERTERS = 4 }; /* as many as there are encodings with a byte order mark */

struct recode_set {
	struct recode_converter {
		const char *encoding; /* borrowed */
		iconv_t cd;
	} all[RECODE_CONVERTERS];
	size_t n;
};

/* FAIL_USAGE: no such encoding. At most RECODE_CONVERTERS. */
int recode_open(struct recode_set *set, const char *encoding, struct fail *f);
void recode_close(struct recode_set *set);

/* Opens all that recode_guess() may ask for. */
int recode_open_marked(struct recode_set *set, struct fail *f);

struct recode {
	struct source source;
	struct source *from;
	const struct recode_converter *by; /* private from here on */
	bool ended, flushed;
	uint64_t offset; /* bytes of `from` consumed */
	size_t at, len;  /* in[at..len) is read and not yet used */
	char in[RECODE_SIZE];
};

/*
 * The encoding that the first bytes of a text show: UTF-16 or UTF-32 by a byte order mark
 * (*marked), UTF-16 without one by the NUL bytes of its ASCII characters. NULL: any other.
 */
const char *recode_guess(const char *p, size_t n, bool *marked);

/*
 * From the start of a text; `encoding` is in the set, or it is FAIL_USAGE. `from` and the set are
 * borrowed.
 */
int recode_init(struct recode *r, struct source *from, const struct recode_set *set,
	const char *encoding, struct fail *f);

#endif

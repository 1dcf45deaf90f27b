/*
 * recode: a source that converts another encoding to UTF-8, with iconv(3). What cannot be converted
 * is FAIL_DATA, with the offset in bytes. A byte order mark is kept, as UTF-8. Memory: 64 KiB.
 */
#ifndef RECODE_H
#define RECODE_H

#include "base/io.h"

#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>

enum { RECODE_SIZE = 64 << 10 };

struct recode {
	struct source source;
	struct source *from;
	const char *encoding;
	iconv_t cd;
	bool open, ended, flushed;
	uint64_t offset; /* bytes of `from` consumed */
	size_t at, len;  /* in[at..len) is read and not yet used */
	char in[RECODE_SIZE];
};

/*
 * The encoding that the first bytes of a text show: UTF-16 or UTF-32 by a byte order mark
 * (*marked), UTF-16 without one by the NUL bytes of its ASCII characters. NULL: any other.
 */
const char *recode_guess(const char *p, size_t n, bool *marked);

/* FAIL_USAGE: no such encoding. `from` and `encoding` are borrowed. */
int recode_init(struct recode *r, struct source *from, const char *encoding, struct fail *f);
void recode_free(struct recode *r);

#endif

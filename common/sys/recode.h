/*
 * recode: a source that turns another encoding into UTF-8, by iconv(3). What cannot be turned is
 * FAIL_DATA with the place in bytes. A byte order mark passes, as UTF-8. Memory: 64 KiB.
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
	uint64_t offset; /* bytes of `from` that are done with */
	size_t at, len;  /* in[at..len) is read and not yet used */
	char in[RECODE_SIZE];
};

/*
 * The encoding that a text's first bytes show: by a byte order mark of UTF-16 or UTF-32 (*marked),
 * or of UTF-16 without one by the NUL bytes that ASCII has there. NULL: anything else.
 */
const char *recode_guess(const char *p, size_t n, bool *marked);

/* FAIL_USAGE: there is no such encoding. `from` and `encoding` are borrowed. */
int recode_init(struct recode *r, struct source *from, const char *encoding, struct fail *f);
void recode_free(struct recode *r);

#endif

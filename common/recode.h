/*
 * recode: a source that turns another encoding into UTF-8, by iconv(3). What cannot be turned is FAIL_DATA with the place in
 * bytes. Memory: 2 x 64 KiB.
 */
#ifndef RECODE_H
#define RECODE_H

#include "io.h"

#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>

enum { RECODE_SIZE = 64 << 10 };

struct recode {
	struct source source;
	struct source *from;
	iconv_t cd;
	bool open, ended, flushed;
	uint64_t offset; /* bytes of `from` that are done with */
	size_t at, len;  /* in[at..len) is read and not yet used */
	char in[RECODE_SIZE];
};

/* FAIL_USAGE: there is no such encoding. `from` is borrowed. */
int recode_init(struct recode *r, struct source *from, const char *encoding, struct fail *f);
void recode_free(struct recode *r);

#endif

/*
 * io: the two contracts through which bytes move. Pure rooms know bytes only through these; `fd`
 * and `http` supply the real ones. A source is pulled, a sink is pushed; data flows from sources to
 * sinks and never back.
 */
#ifndef IO_H
#define IO_H

#include "base/fail.h"

#include <stddef.h>
#include <sys/types.h>

/*
 * Bytes that readers of rows ask for at a time; fewer under a fuzzer, where fresh memory costs more
 * than the work done in it.
 */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
enum { IO_READ = 4 << 10 };
#else
enum { IO_READ = 256 << 10 };
#endif

struct source {
	/*
	 * Up to cap bytes into p: how many came, 0 at the end, -1 with f filled. Short counts are
	 * normal.
	 */
	ssize_t (*read)(struct source *self, void *p, size_t cap, struct fail *f);
	const char *name; /* for messages: "standard input", a path */
};

struct sink {
	/* Take all n bytes: 0, or -1 with f filled. After a failure nothing more is put. */
	int (*put)(struct sink *self, const void *p, size_t n, struct fail *f);
	const char *name;
};

static inline ssize_t io_read(struct source *s, void *p, size_t cap, struct fail *f)
{
	return s->read(s, p, cap, f);
}

static inline int io_put(struct sink *s, const void *p, size_t n, struct fail *f)
{
	return n ? s->put(s, p, n, f) : 0;
}

#endif

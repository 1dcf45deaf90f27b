/*
 * bytes: memory as a source and a sink. The source hands out `piece` bytes at a time, to cut data
 * anywhere.
 */
#ifndef BYTES_H
#define BYTES_H

#include "base/buf.h"
#include "base/io.h"

struct bytes_source {
	struct source source;
	const char *p;
	size_t n, piece;
};

static inline ssize_t bytes_read(struct source *s, void *p, size_t cap, struct fail *f)
{
	struct bytes_source *b = (struct bytes_source *)s;
	size_t n = b->n < b->piece ? b->n : b->piece;

	(void)f;
	if (n > cap)
		n = cap;
	memcpy(p, b->p, n);
	b->p += n;
	b->n -= n;
	return (ssize_t)n;
}

static inline struct bytes_source bytes_source(const void *p, size_t n, size_t piece)
{
	return (struct bytes_source){ { bytes_read, "input" }, p, n, piece };
}

struct bytes_sink {
	struct sink sink;
	struct buf b;
};

static inline int bytes_put(struct sink *s, const void *p, size_t n, struct fail *f)
{
	if (buf_put(&((struct bytes_sink *)s)->b, p, n))
		return fail_set(f, FAIL_SYSTEM, "output: full");
	return 0;
}

static inline void bytes_sink_init(struct bytes_sink *s)
{
	s->sink = (struct sink){ bytes_put, "output" };
	buf_init(&s->b, (size_t)1 << 30);
}

#endif

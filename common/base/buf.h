/*
 * buf: a growing byte buffer with a ceiling, set when it is made. There is none without: all input
 * is hostile. Functions that add return -1, and change nothing, if the ceiling would be exceeded;
 * the caller reports it.
 */
#ifndef BUF_H
#define BUF_H

#include <stddef.h>
#include <string.h>

struct buf {
	char *p;    /* may be NULL while cap is 0 */
	size_t len; /* bytes used */
	size_t cap; /* bytes allocated */
	size_t max; /* ceiling on len */
};

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);
int buf_grow(struct buf *b, size_t more); /* make room for `more` bytes after len */
int buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *buf_text(struct buf *b); /* NUL-terminated view; valid until the next change */

static inline int buf_room(struct buf *b, size_t more)
{
	return b->cap - b->len >= more ? 0 : buf_grow(b, more);
}

static inline int buf_put(struct buf *b, const void *p, size_t n)
{
	if (buf_room(b, n))
		return -1;
	if (n)
		memcpy(b->p + b->len, p, n);
	b->len += n;
	return 0;
}

static inline int buf_putc(struct buf *b, char c)
{
	return buf_put(b, &c, 1);
}

static inline int buf_puts(struct buf *b, const char *s)
{
	return buf_put(b, s, strlen(s));
}

/* Drop the first n bytes. */
static inline void buf_eat(struct buf *b, size_t n)
{
	if (n > 0)
		memmove(b->p, b->p + n, b->len - n);
	b->len -= n;
}

#endif

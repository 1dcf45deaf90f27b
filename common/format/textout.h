/*
 * textout: text on its way into a sink, through one small buffer. The first failure of the sink is
 * kept and everything after it is dropped, so that formatters can write a whole cell and ask once,
 * with textout_failed() or textout_flush(). Memory: TEXTOUT_SIZE, whatever is written.
 */
#ifndef TEXTOUT_H
#define TEXTOUT_H

#include "base/io.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { TEXTOUT_SIZE = 64 << 10 };

struct textout {
	struct sink *to;
	char *p;
	size_t len;
	struct fail fail;
};

void textout_init(struct textout *t, struct sink *to); /* `to` is borrowed */
void textout_free(struct textout *t);
/* textout_put() if it does not fit */
void textout_spill(struct textout *t, const void *p, size_t n);
int textout_flush(struct textout *t, struct fail *f);
/* the shortest text that reads back as d; NaN, Infinity */
void textout_double(struct textout *t, double d);
void textout_base64(struct textout *t, const void *p, size_t n);

static inline bool textout_failed(const struct textout *t)
{
	return t->fail.kind != FAIL_NONE;
}

static inline void textout_put(struct textout *t, const void *p, size_t n)
{
	if (n > TEXTOUT_SIZE - t->len) {
		textout_spill(t, p, n);
		return;
	}
	memcpy(t->p + t->len, p, n);
	t->len += n;
}

static inline void textout_putc(struct textout *t, char c)
{
	textout_put(t, &c, 1);
}

static inline void textout_puts(struct textout *t, const char *s)
{
	textout_put(t, s, strlen(s));
}

/* Integers, exactly. */
void textout_u64(struct textout *t, uint64_t v);
void textout_i64(struct textout *t, int64_t v);

#endif

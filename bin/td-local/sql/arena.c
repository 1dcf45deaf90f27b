/* arena: a list of blocks, the newest first; memory is cut from the newest. */
#include "sql/arena.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16 << 10, KEEP = 256 << 10 };

struct arena_block {
	struct arena_block *before;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

static struct arena_block *block(struct arena *a, size_t n)
{
	size_t size = n > BLOCK ? n : BLOCK;
	struct arena_block *b = mem_alloc(sizeof *b + size);

	*b = (struct arena_block){ .before = a->last, .size = size };
	a->last = b;
	return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
	struct arena_block *b = a->last;
	size_t want = (n + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	void *p;

	if (!b || b->size - b->used < want)
		b = block(a, want);
	p = b->bytes + b->used;
	b->used += want;
	a->used += want;
	return memset(p, 0, n);
}

char *arena_copy(struct arena *a, const void *p, size_t n)
{
	char *s = arena_alloc(a, n + 1);

	if (n)
		memcpy(s, p, n);
	return s;
}

char *arena_string(struct arena *a, const char *s)
{
	return arena_copy(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *s;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	s = arena_alloc(a, (size_t)(n < 0 ? 0 : n) + 1);
	vsnprintf(s, (size_t)(n < 0 ? 0 : n) + 1, fmt, again);
	va_end(again);
	return s;
}

static void drop(struct arena *a)
{
	struct arena_block *b = a->last;

	a->last = b->before;
	free(b);
}

void arena_reset(struct arena *a)
{
	a->used = 0;
	while (a->last && (a->last->before || a->last->size > KEEP))
		drop(a);
	if (a->last)
		a->last->used = 0;
}

void arena_free(struct arena *a)
{
	while (a->last)
		drop(a);
	a->used = 0;
}

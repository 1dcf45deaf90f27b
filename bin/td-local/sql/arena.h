/*
 * arena: memory that is freed all at once. A statement's tree and types live in one arena, the
 * values that a function makes in another. Running out of memory ends the program (mem.h). Not
 * thread-safe: one arena belongs to one job.
 */
#ifndef SQL_ARENA_H
#define SQL_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_block *last;
	size_t used; /* in all blocks */
};

void *arena_alloc(struct arena *a, size_t n);                  /* zeroed, aligned for any object */
char *arena_copy(struct arena *a, const void *p, size_t n);    /* n bytes and a NUL */
char *arena_string(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void arena_reset(struct arena *a); /* empty again; keeps one block of moderate size */
void arena_free(struct arena *a);

#endif

/*
 * mem: memory or death. The tools hold bounded buffers only (each room states its ceiling), so
 * running out of memory is the machine's failure, not the data's, and ends the process with status
 * 1. Multiplications are checked.
 */
#ifndef MEM_H
#define MEM_H

#include <stddef.h>

void *mem_alloc(size_t n);                                /* never NULL; not zeroed */
void *mem_zero(size_t count, size_t size);                /* zeroed */
void *mem_resize(void *p, size_t count, size_t size);     /* realloc of count * size */
char *mem_copy(const void *p, size_t n);                  /* n bytes and a NUL */
char *mem_string(const char *s);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void mem_wipe(void *p, size_t n); /* overwrite secrets; not optimised away */

/*
 * What is freed of large things goes back to the system at once, where malloc() would rather keep
 * it for the thread.
 */
void mem_give_back(void);

#endif

/*
 * mem: allocation that does not return failures. All buffers are bounded (each room states its
 * ceiling), so running out of memory is the machine's failure, not the data's: it ends the process
 * with status 1. Products are checked for overflow.
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

/* From now on large blocks go back to the system when freed, instead of staying with the thread. */
void mem_give_back(void);

#endif

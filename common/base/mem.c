/* Allocation that ends the process when it fails. */
#include "base/mem.h"
#include "base/die.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdlib.h>
#include <string.h>

static void *checked(void *p, size_t n)
{
	if (!p)
		die(FAIL_SYSTEM, "out of memory (%zu bytes asked for)", n);
	return p;
}

void *mem_alloc(size_t n)
{
	return checked(malloc(n ? n : 1), n);
}

void *mem_zero(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size ? size : 1), count);
}

void *mem_resize(void *p, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		die(FAIL_SYSTEM, "out of memory (%zu times %zu bytes asked for)", count, size);
	size *= count;
	return checked(realloc(p, size > 0 ? size : 1), size);
}

char *mem_copy(const void *p, size_t n)
{
	char *copy = mem_alloc(n + 1);

	if (n)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}

char *mem_string(const char *s)
{
	return mem_copy(s, strlen(s));
}

char *mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		die(FAIL_SYSTEM, "cannot format a text");
	s = mem_alloc((size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

void mem_wipe(void *p, size_t n)
{
	volatile unsigned char *v = p;

	while (n--)
		*v++ = 0;
}

void mem_give_back(void)
{
#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, 1 << 20); /* and no larger, however much of this size is freed */
#endif
}

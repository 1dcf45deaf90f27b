/* keyset: names to small numbers, fast when keys come in the same order as last time. */
#ifndef KEYSET_H
#define KEYSET_H

#include <stddef.h>
#include <stdint.h>

struct keyset {
	struct key {
		char *p;
		size_t n;
	} * key;
	size_t n;
	uint32_t *slot; /* index + 1; 0: empty */
	size_t slots;   /* a power of two, or 0 */
};
void keyset_free(struct keyset *k);
long keyset_find(const struct keyset *k, const char *p, size_t n, size_t guess); /* or -1 */
/* it must not be there */
void keyset_cut(struct keyset *k, size_t n); /* forget all but the first n */
size_t keyset_add(struct keyset *k, const char *p, size_t n);

#endif

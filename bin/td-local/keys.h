/* keys: names to small numbers, fast when keys come in the same order as last time. */
#ifndef KEYS_H
#define KEYS_H

#include <stddef.h>
#include <stdint.h>

struct keys {
	struct key {
		char *p;
		size_t n;
	} *key;
	size_t n;
	uint32_t *slot; /* index + 1; 0: empty */
	size_t slots;   /* a power of two, or 0 */
};
void keys_free(struct keys *k);
long keys_find(const struct keys *k, const char *p, size_t n, size_t guess); /* or -1 */
size_t keys_add(struct keys *k, const char *p, size_t n);                    /* it must not be there */

#endif

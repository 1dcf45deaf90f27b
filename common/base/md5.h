/*
 * md5: RFC 1321. TD answers an import with the MD5 of the body it received; it is used for nothing
 * else.
 */
#ifndef MD5_H
#define MD5_H

#include <stddef.h>
#include <stdint.h>

struct md5 {
	uint32_t h[4];
	uint64_t n;
	unsigned char part[64];
};
enum { MD5_TEXT = 33 };

void md5_init(struct md5 *m);
void md5_put(struct md5 *m, const void *p, size_t n);
void md5_text(struct md5 *m, char out[MD5_TEXT]); /* finishes */

#endif

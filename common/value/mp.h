/*
 * mp: reading msgpack (github.com/msgpack/msgpack, spec.md) in place, one token at a time, without
 * copying.
 *
 * msgpack-c's unpacker builds objects and trusts lengths: five bytes can make it reserve gigabytes,
 * and it answers "no memory" below 32 levels. Rows only need to be walked, counted and copied, so
 * this reader hands out tokens that point into the caller's bytes and never allocates. Writing is
 * `mpack` (msgpack-c's packer).
 */
#ifndef MP_H
#define MP_H

#include <stddef.h>
#include <stdint.h>

enum mp_type {
	MP_NIL,
	MP_BOOL,
	MP_UINT,
	MP_INT,
	MP_FLOAT,
	MP_STR,
	MP_BIN,
	MP_ARRAY,
	MP_MAP,
	MP_EXT
};

enum {
	MP_MORE = 0,  /* the bytes end inside the value */
	MP_BAD = -1,  /* not msgpack (0xc1), or nested deeper than MP_DEPTH */
	MP_ODD = -2,  /* mp_count with `rows`: not an array, or of another length */
	MP_DEPTH = 64 /* levels of arrays and maps that are followed */
};

struct mp {
	enum mp_type type;
	union {
		uint64_t u;      /* MP_UINT: every integer >= 0; MP_BOOL: 0 or 1 */
		int64_t i;       /* MP_INT: only integers < 0 */
		double d;        /* MP_FLOAT, from float32 or float64 */
		const char *p;   /* MP_STR, MP_BIN, MP_EXT: n bytes */
	} as;
	uint32_t n;   /* MP_STR, MP_BIN, MP_EXT: bytes; MP_ARRAY: elements; MP_MAP: pairs */
	int8_t ext;   /* MP_EXT: its type */
};

/*
 * The token at p: its length in bytes (for arrays and maps: of the header only), MP_MORE or MP_BAD.
 */
ptrdiff_t mp_token(const char *p, const char *end, struct mp *out);

/* The whole value at p, nested ones included: its length in bytes, MP_MORE or MP_BAD. */
ptrdiff_t mp_value(const char *p, const char *end);

/*
 * Counting the values of a stream that arrives in pieces of any size. Zero the struct to begin.
 * Values may be cut anywhere; memory is constant. With `rows` set, every value must be an array of
 * `columns` elements.
 */
struct mp_count {
	int rows;
	uint32_t columns;
	uint64_t values;           /* whole values seen at the top */
	uint64_t skip;             /* payload bytes of the current string still to come */
	uint64_t left[MP_DEPTH];   /* elements still to come, per level */
	unsigned depth;
	unsigned char part[16];    /* the start of a token that was cut */
	unsigned part_len;
};

int mp_count_put(struct mp_count *c, const void *p, size_t n);    /* 0, MP_BAD or MP_ODD */
int mp_count_whole(const struct mp_count *c);                     /* 1 if no value is unfinished */

#endif

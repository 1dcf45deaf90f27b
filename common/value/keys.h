/*
 * keys: the names of columns in rows that name them (JSON objects, msgpack maps), and their column
 * numbers. Rows mostly have the same keys in the same order, so a lookup tries the column after the
 * last one first.
 *
 * While it is open unknown keys become new columns, at most SCHEMA_COLUMNS_MAX; after keys_close()
 * they are not found.
 */
#ifndef KEYS_H
#define KEYS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct keys {
	struct buf text;   /* all names, each followed by a quote */
	struct key {
		uint32_t at, len;
		bool verbatim; /* in JSON it is written as it is, without escapes */
		uint64_t seen; /* the last row that had it */
	} *key;
	size_t n;
	/* private */
	uint32_t *slot; /* open addressing: number + 1, or 0 */
	size_t slots, next;
	uint64_t row;
	bool closed;
};

enum keys_result { KEYS_UNKNOWN = -1, KEYS_TWICE = -2, KEYS_FULL = -3 };

void keys_init(struct keys *k);
void keys_free(struct keys *k);
void keys_copy(struct keys *k, const struct keys *of); /* instead of keys_init() */
void keys_close(struct keys *k);

void keys_row(struct keys *k); /* a new row begins */

/* The column of a key, once in a row; or a keys_result. */
long keys_find(struct keys *k, const char *p, size_t n);

/*
 * The same where JSON is expected to have the key that follows the last one: p follows its opening
 * quote. *i: its column; the bytes that it and its closing quote take, or 0 if it is not that key.
 */
static inline size_t keys_expected(struct keys *k, const char *p, const char *end, long *i)
{
	struct key *key;
	size_t n;

	if (k->next >= k->n)
		return 0;
	key = &k->key[k->next];
	n = (size_t)key->len + 1;
	if (!key->verbatim || key->seen == k->row || (size_t)(end - p) < n ||
		memcmp(p, k->text.p + key->at, n) != 0)
		return 0;
	key->seen = k->row;
	*i = (long)k->next++;
	return n;
}

/* Forget the keys from column n on: the row that brought them was dropped. */
void keys_forget(struct keys *k, size_t n);

static inline const char *keys_name(const struct keys *k, size_t i)
{
	return k->text.p + k->key[i].at;
}

#endif

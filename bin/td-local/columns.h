/*
 * columns: the columns of a table, and finding them in records.
 *
 * A table's schema is a JSON array of [name, type, alias, description]; `name` is the key in the records, `alias` what
 * SQL calls it. `time` (and the virtual `v`) are never listed. Types: int long float double string array<T> map<K,V>.
 * The schema says how values are read, not how they are stored.
 */
#ifndef COLUMNS_H
#define COLUMNS_H

#include "fail.h"
#include "mp.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { COLUMNS_MAX = 4096, COLUMNS_KEY_MAX = 4096 };

/* Names to small numbers, fast when keys come in the same order as last time. */
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

/* What was seen in the records of an import. */
struct detected {
	struct keys keys;
	struct {
		unsigned own, inner, key; /* sets of types: of the value, of its elements, of a map's keys */
	} seen[COLUMNS_MAX];
};
/* Note that the column i holds the value at p, which is whole and valid. */
void detected_note(struct detected *d, size_t i, const char *p, const char *end);
char *detected_type(const struct detected *d, size_t i); /* malloc'ed */
json_t *detected_json(const struct detected *d); /* [[name, type], ...] */

/* Schemas. The result is new; NULL with f filled (FAIL_DATA) if it is no legal schema. */
json_t *columns_parse(const char *text, bool ignore_duplicates, struct fail *f);
json_t *columns_append(const json_t *old, const json_t *more, bool strict, struct fail *f);
json_t *columns_load(const char *text); /* as the catalogue has it */
json_t *columns_shown(const json_t *s, bool descriptions);

const char *columns_name(const json_t *s, size_t i);
const char *columns_type(const json_t *s, size_t i);
const char *columns_alias(const json_t *s, size_t i);

#endif

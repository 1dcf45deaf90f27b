/*
 * columns: the columns of a table, and finding them in records.
 *
 * A table's schema is a JSON array of [name, type, alias, description]; `name` is the key in the
 * records, `alias` what SQL calls it. `time` (and the virtual `v`) are never listed. Types: int
 * long float double string array<T> map<K,V>. The schema says how values are read, not how they are
 * stored.
 */
#ifndef COLUMNS_H
#define COLUMNS_H

#include "base/fail.h"

#include <jansson.h>
#include <stdbool.h>

enum { COLUMNS_MAX = 4096, COLUMNS_KEY_MAX = 4096 };

/* Schemas. The result is new; NULL with f filled (FAIL_DATA) if it is not a legal schema. */
/* a null alias stays as it was */
json_t *columns_parse(const char *text, const json_t *was, bool ignore_duplicates, struct fail *f);
json_t *columns_append(const json_t *old, const json_t *more, bool strict, struct fail *f);
json_t *columns_load(const char *text); /* as the catalogue has it */
json_t *columns_shown(const json_t *s, bool descriptions);

const char *columns_name(const json_t *s, size_t i);
const char *columns_type(const json_t *s, size_t i);
const char *columns_alias(const json_t *s, size_t i);

#endif

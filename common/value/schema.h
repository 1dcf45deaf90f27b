/*
 * schema: column names and types, and the JSON forms they travel in.
 *
 * A type is kept as its text. In a frame of rows it is the query engine's, as a job names it in its
 * hive_result_schema ("bigint", "varchar(20)"); in a frame of records and in a table it is TD's:
 * int long float double string array<T> map<K,V>. `time` is an ordinary column here; TD never lists
 * it in a schema and callers leave it out where they talk to TD.
 */
#ifndef SCHEMA_H
#define SCHEMA_H

#include "base/fail.h"

#include <jansson.h>
#include <stddef.h>

enum { SCHEMA_COLUMNS_MAX = 4096, SCHEMA_NAME_MAX = 255 };

struct column {
	char *name; /* UTF-8, owned */
	char *type; /* owned; NULL: not known */
};

struct schema {
	struct column *col;
	size_t n;
};

void schema_free(struct schema *s);
/* copies both; type may be NULL */
int schema_add(struct schema *s, const char *name, const char *type, struct fail *f);
int schema_copy(struct schema *to, const struct schema *from, struct fail *f);
long schema_find(const struct schema *s, const char *name); /* index or -1 */

/*
 * [["name","type"], ...]; further elements of a pair (TD's aliases) are ignored when reading. NULL
 * on memory.
 */
json_t *schema_to_json(const struct schema *s);
int schema_from_json(struct schema *s, const json_t *j, struct fail *f);

/*
 * The same as text, as TD sends it inside JSON strings. An empty text or NULL is an empty schema.
 */
int schema_parse(struct schema *s, const char *text, struct fail *f);

#endif

/*
 * value: one value, from msgpack to text and back. Bytes that are not UTF-8 become U+FFFD in JSON.
 * Appends to `out`; -1 if its ceiling would be passed.
 */
#ifndef VALUE_H
#define VALUE_H

#include "base/buf.h"
#include "value/mp.h"

#include <jansson.h>
#include <stdbool.h>

/* The whole, valid value at p as JSON. */
int value_json(const char *p, const char *end, struct buf *out);

/*
 * The text of a scalar as csv and SQL have it: strings as they are, null empty; nested ones as
 * JSON.
 */
int value_text(const char *p, const char *end, struct buf *out);

/* Writing msgpack. */
int value_put_nil(struct buf *out);
int value_put_bool(struct buf *out, bool b);
int value_put_int(struct buf *out, int64_t v);
int value_put_double(struct buf *out, double d);
int value_put_str(struct buf *out, const char *p, size_t n);
int value_put_array(struct buf *out, size_t n);
int value_put_map(struct buf *out, size_t n);
int value_put_json(struct buf *out, const json_t *j);

#endif

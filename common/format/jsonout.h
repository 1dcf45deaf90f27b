/*
 * jsonout: msgpack values as JSON text (RFC 8259), without building anything in between.
 *
 * Integers are written exactly, all 64 bits; doubles as the shortest text that reads back; NaN and
 * the infinities, which JSON lacks, as null. bin is treated as text, like str. Text that is not
 * UTF-8 cannot be JSON and is a failure: replacing bytes would lose data silently. Map keys that
 * are numbers, booleans or nil are written as text; keys that are arrays or maps, and ext, are
 * failures. Duplicate keys pass as they are.
 */
#ifndef JSONOUT_H
#define JSONOUT_H

#include "value/mp.h"
#include "format/textout.h"

/*
 * The whole value at p; -1 with f filled if it cannot be written (then part of it may have been).
 */
int jsonout_value(struct textout *t, const char *p, const char *end, struct fail *f);

/* A value other than an array or a map; v is its token. */
int jsonout_scalar(struct textout *t, const struct mp *v, struct fail *f);

/* A JSON string. -1 if it is not UTF-8. */
int jsonout_string(struct textout *t, const char *s, size_t n, struct fail *f);

#endif

/*
 * sqlname: column names as SQL can use them without quotes, [a-z_][a-z0-9_]*, for --names sql.
 *
 * A name is normalised to NFKC with case folded and blanks around it trimmed; each run of other
 * characters becomes one `_`; a leading digit gets a `_` in front, an empty name becomes _c0, _c1,
 * ... after its place, and `v`, which is reserved, v_.
 */
#ifndef SQLNAME_H
#define SQLNAME_H

#include "base/buf.h"

/* `place` counts from 0. -1: out is full. */
int sqlname_make(struct buf *out, const char *name, size_t place);

#endif

/*
 * colname: column names as Treasure Data's queries can use them: [a-z_][a-z0-9_]*, not `v`, each
 * once.
 *
 * A legal name is kept. In others each run of other characters becomes one `_`, then letters are
 * made small (the rule of TD's Embulk plugin); an empty name becomes _c0, _c1, ... after its place;
 * the reserved `v` becomes `v_`; a name that is taken gets _1, _2, ... Names that were legal as
 * they came have the first claim.
 */
#ifndef COLNAME_H
#define COLNAME_H

#include "base/buf.h"
#include "value/schema.h"

#include <stdbool.h>

bool colname_is_legal(const char *name);

/* One name, without regard to the others. `place` counts from 0. */
int colname_make(struct buf *out, const char *name, size_t place);

/* Make all names of s legal and different. FAIL_DATA: a name longer than SCHEMA_NAME_MAX. */
int colname_make_all(struct schema *s, struct fail *f);

/* Give column i another name that no other column has: its own, or with _1, _2, ... */
void colname_rename(struct schema *s, size_t i, const char *name);

#endif

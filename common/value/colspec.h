/*
 * colspec: columns and their types as people write them: NAME[:TYPE],... of --columns, and the
 * lines of a --schema file.
 *
 * A line is a name, a type, and anything; a name that has blanks, or begins with # or ", stands in
 * double quotes, where \" and \\ mean the character and \xHH a byte, and which may be empty. Empty
 * lines and those that begin with # say nothing. Types are as in type.h and may hold blanks. What
 * is wrong is FAIL_USAGE, of a file with its line.
 */
#ifndef COLSPEC_H
#define COLSPEC_H

#include "base/buf.h"
#include "value/schema.h"

#include <stdbool.h>

/* Appends to s. A name may be there once. */
int colspec_list(struct schema *s, const char *text, struct fail *f);
int colspec_lines(struct schema *s, const char *text, size_t n, struct fail *f);

/* A name as colspec_lines() reads it, which controls no terminal. */
int colspec_name(struct buf *out, const char *name);

bool colspec_is_listed(const char *name); /* can colspec_list() name it, on one line? */

#endif

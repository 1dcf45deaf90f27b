/*
 * colspec: columns and their types as people write them: in lists on the command line,
 * NAME[:TYPE],... and NAME,... and OLD=NEW,..., and in the lines of a --schema file.
 *
 * A name may be in double quotes, where \" and \\ mean the character and \xHH a byte. It has to
 * if it begins with a quote, if it holds what a list gives a meaning to, or in a file a blank, and
 * if it begins with # in a file. A line is a name, a type, and anything; empty lines and those that
 * begin with # are comments. Types are as in type.h and may hold blanks. Errors are FAIL_USAGE, in
 * a file with its line.
 */
#ifndef COLSPEC_H
#define COLSPEC_H

#include "base/buf.h"
#include "value/schema.h"

/* Each appends to s, where a name may be listed once; a renamed column's `type` is its new name. */
int colspec_list(struct schema *s, const char *text, struct fail *f);
int colspec_names(struct schema *s, const char *text, struct fail *f);
int colspec_renames(struct schema *s, const char *text, struct fail *f);
int colspec_lines(struct schema *s, const char *text, size_t n, struct fail *f);

/* A name alone, with or without quotes; malloc'ed, or NULL with f. */
char *colspec_one(const char *text, struct fail *f);

/* A name as colspec_lines() reads it, and as the lists do: neither can control a terminal. */
int colspec_name(struct buf *out, const char *name);
int colspec_item(struct buf *out, const char *name);

#endif

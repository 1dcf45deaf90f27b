/*
 * regexline: lines to cells by a regular expression of PCRE2, for linein.h. Its named groups are
 * the columns, in their order; a group that takes no part is NULL. It has to match the whole line.
 * No line costs more than a fixed number of steps and 16 MiB.
 */
#ifndef REGEXLINE_H
#define REGEXLINE_H

#include "format/linein.h"
#include "value/schema.h"

struct regexline {
	void *code, *match, *context; /* private */
	size_t n;                     /* columns */
	uint32_t *group;              /* of each */
};

/* FAIL_USAGE: what is wrong with the pattern, and where. names: the columns are appended. */
int regexline_open(struct regexline *r, const char *pattern, struct schema *names, struct fail *f);
void regexline_close(struct regexline *r); /* zeroed: does nothing */

/* `with` is a struct regexline. */
enum row_result regexline_split(void *with, struct linein_cells *cells, const char *p, size_t n,
	struct fail *f);

#endif

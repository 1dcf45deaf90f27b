/* parser: words to trees, by recursive descent. Errors name the word and its place: line 1:8:
 * mismatched input 'x'. */
#ifndef SQL_PARSER_H
#define SQL_PARSER_H

#include "sql/ast.h"

struct statements {
	struct statement *s;
	unsigned n;
};

/* All statements of a job, without empty ones. */
int parse_run(struct statements *out, struct arena *a, const struct tokens *t,
	enum sql_engine engine, struct fail *f);

#endif

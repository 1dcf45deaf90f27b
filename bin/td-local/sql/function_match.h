/*
 * function_match: which function a call means, by the tables' signatures (function.h): a row that
 * fits the arguments' types as they are, else the one with the fewest and least coercions. Pure.
 */
#ifndef SQL_FUNCTION_MATCH_H
#define SQL_FUNCTION_MATCH_H

#include "sql/function.h"

struct function_match {
	const struct function *f;
	int argc;
	const struct sqltype **arg;   /* what each argument is to be coerced to; a lambda's is
					 complete after its result is known */
	const struct sqltype *result; /* set by function_result() */
	struct signature *s;          /* private */
	struct arena *a;
	enum sql_engine engine;
	const struct sqltype *letter[26];
	int length;                   /* of the argument that is varchar(x) */
};

/*
 * arg: the types of the arguments; of a lambda SQL_LAMBDA with n = its parameters + 1. NULL: *why
 * has the engine's sentence, without a place.
 */
struct function_match *function_resolve(struct arena *a, enum sql_engine engine, const char *name,
	int argc, const struct sqltype *const *arg, const char **why);

/* For each lambda, in order: its parameters' types; then, with its body's type, what the body is to
 * be coerced to, or NULL. */
const struct sqltype *const *function_lambda_parameters(struct function_match *m, int i);
const struct sqltype *function_lambda_result(
	struct function_match *m, int i, const struct sqltype *body);

/* Where function_lambda_result() gave NULL: may a letter of the body's type become wider? Then ask
 * for the parameters again. */
bool function_lambda_widen(struct function_match *m, int i, const struct sqltype *body);

/* At last: the result's type. c: zeroed but for query, scratch and f, argc, arg from here. NULL:
 * c->why says why not. */
const struct sqltype *function_result(struct function_match *m, struct call *c);

/* Does the engine have an aggregate, a window function, anything of this name? */
const struct function *function_find(enum sql_engine engine, const char *name);

/* One line a row, "name(varchar, bigint) -> varchar", sorted: for the manual. */
int function_list(struct buf *out, enum sql_engine engine);

#endif

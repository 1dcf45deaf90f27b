/*
 * call: bound calls as SQLite functions. Each call in a statement becomes a function of its own in
 * the job's connection, so that it knows the types of its arguments and keeps what it compiled.
 *
 * A call of f(a, x -> g(x, b), c) is emitted as name(a, c, b): lambdas are not arguments; the
 * values that they capture follow the others, those of the first lambda first.
 */
#ifndef SQL_CALL_H
#define SQL_CALL_H

#include "sql/function.h"

#include <sqlite3.h>

/*
 * A call, zeroed but for what the caller fills in: f, query, result, argc, arg, lambda, soft,
 * guard. It lies in the query's arena. call_function() returns the name of the SQLite function, or
 * NULL if SQLite refused. The connection must be closed before the query's arena is freed.
 */
const char *call_function(sqlite3 *db, struct call *c);

/*
 * An aggregate: name(arguments..., keys...). With `distinct` rows of equal arguments count once;
 * `keys` are those of ORDER BY in its parentheses, with their types. Also for windows.
 */
struct call_order {
	const struct sqltype *type;
	bool descending, nulls_first;
};
const char *call_aggregate(sqlite3 *db, struct call *c, bool distinct, unsigned keys,
	const struct call_order *key, bool window);

/* Closes a database that has functions of ours: the lambdas' statements first, which the functions
 * would keep open. */
void call_close(sqlite3 *db);

/* A lambda: sql is "SELECT body" with ?1 ... for its parameters and, after them, the captured
 * values, all of these types. */
struct lambda *call_lambda_new(sqlite3 *db, struct arena *a, const char *sql, unsigned parameters,
	unsigned captured, const struct sqltype *const *types, const struct sqltype *result);

/* From SQLite and back. What is read is borrowed. */
void call_read(const struct sqltype *t, sqlite3_value *from, struct datum *out);
void call_return(sqlite3_context *x, const struct sqltype *t, const struct datum *v);
int call_bind(sqlite3_stmt *s, int i, const struct datum *v);

/* Calls f with constants when there is no statement yet: 0, or -1 with c->why. For typed literals
 * and folding. */
int call_now(struct call *c, const struct datum *arg, struct datum *out);

#endif

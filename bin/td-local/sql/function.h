/*
 * function: what every SQL function, operator, cast and aggregate is: one row of a table.
 *
 *   { "array_distinct", "(array(T)) -> array(T)", SQL_PRESTO, .call = array_distinct },
 *   { "array_sort",     "(array(T), (T, T) -> integer) -> array(T)", SQL_PRESTO, .call =
 * array_sort_by }, { "max_by",         "(T, U) -> T", SQL_BOTH, FUNCTION_NULLS, .aggregate =
 * &max_by }, { "abs",            "(I) -> I", SQL_BOTH, .call = abs_integer }, { "now", "() ->
 * timestamp(3) with time zone", SQL_PRESTO, FUNCTION_VOLATILE, .call = now },
 *
 * Signatures. `T U V K W` stand for any type, `I` for tinyint ... bigint, `N` for any number, `E`
 * for any type with an order; the same letter is the same type (the common type of its arguments);
 * each `X` is any type for itself. Parameters of a type may be left out: `decimal`, `varchar`,
 * `timestamp` take those with any; in a result, `varchar` is unbounded and `timestamp` has
 * precision 3; `varchar(x)` and `char(x)` are as long as the argument that is written so.
 * `(T, U) -> V` as an argument is a lambda. `X...` at the end takes any number of X, also none.
 * Overloads are rows of the same name. What a signature cannot say (decimals, struct) is computed
 * by `result`.
 *
 * The binder chooses the row: an exact match, then one with the fewest implicit coercions;
 * arguments arrive coerced. (varchar(3) and varchar(5) both match `varchar` exactly; decimals match
 * `decimal` as they are.)
 *
 * Operators have names that cannot be written in SQL:
 *   $add $subtract $multiply $divide $modulus (x, y), $negate (x), $div (Hive's integer division),
 * $bitand $bitor $bitxor $bitnot, $concat (x, y) for ||, $like (x, pattern[, escape]), $rlike,
 * $subscript (x, i) for x[i], $array (T...) for ARRAY[...], $row (...) for ROW(...) and (a, b),
 * $at_timezone, and for what SQLite's own operators cannot compare (arrays, maps, rows, doubles
 * that may be NaN, times with zones): $eq $lt $le (x, y), $distinct (IS DISTINCT FROM), which
 * follow datum_equal(); $lt and $le of arrays with NULLs raise. EXTRACT(YEAR FROM x) calls year(x),
 * and so on. $cast is one row without a signature: see cast.h.
 *
 * Threads: one job runs in one thread. Nothing here is shared between jobs but constant tables.
 */
#ifndef SQL_FUNCTION_H
#define SQL_FUNCTION_H

#include "sql/datum.h"
#include "base/fail.h"

#include <stdatomic.h>

/* What functions know of the job they are in. */
struct query {
	enum sql_engine engine;
	bool trino;                   /* Trino 423 where it differs from Presto 350 */
	int64_t now;                  /* milliseconds: now(), the same in the whole job */
	int64_t scheduled;            /* epoch seconds, for TD_SCHEDULED_TIME() */
	const atomic_bool *stop;      /* the job is to end; NULL in tests */
	bool failed_softly;           /* an error inside TRY() */
	struct arena *arena;          /* lives as long as the job */
	size_t memory;                /* bytes that aggregates hold, see call_memory() */
	size_t memory_max;            /* 0: no limit */
	unsigned calls;               /* call.c's: names of SQLite functions are numbered */
	struct query_zones *zones;    /* query_zone.c's; query_zones_free() at the end */
};

/* Zones by number, for values with a time zone: the number of a name (-1: no such zone), and back.
 * 0 is UTC. */
int query_zone(struct query *q, const char *name, size_t n);
int query_zone_td(struct query *q, const char *name,
	size_t n); /* TD's functions know JST, PST and the like as well */
void query_zones_free(struct query *q);
const char *query_zone_abbreviation(
	const struct query *q, unsigned zone, int64_t utc_seconds); /* "JST" */
const char *query_zone_name(const struct query *q, unsigned zone);
int64_t query_zone_offset(
	const struct query *q, unsigned zone, int64_t utc_seconds); /* seconds east of UTC */
int64_t query_zone_to_utc(const struct query *q, unsigned zone, int64_t local_seconds);

/* One call in a statement, as the binder found it. The implementation sees it at every call. */
struct call {
	const struct function *f;
	struct query *query;
	const struct sqltype *result;
	int argc;
	const struct sqltype *const *arg; /* of the arguments, coerced; a lambda's is SQL_LAMBDA */
	struct lambda *const *lambda;     /* lambda[i] for argument i that is one, else NULL */
	struct arena *scratch; /* for what the result points to; emptied before the next call */
	bool soft;                        /* inside TRY: an error is NULL */
	bool *guard;                      /* what an error inside TRY sets, or NULL */
	bool failed;                      /* an error was raised in this call */
	bool refused;                     /* by call_refuse() */
	char *why;                        /* its sentence */
	/* The implementation's own, made at its first call (a compiled pattern); freed by own_free
	 * at the end of the job. */
	void *own;
	void (*own_free)(void *own);
};

enum {			       /* flags */
	FUNCTION_NULLS = 1,    /* sees NULL arguments; without it any NULL makes NULL (an
				  aggregate skips the row) */
	FUNCTION_VOLATILE = 2, /* differs from call to call (rand) */
	FUNCTION_ORDERED = 4,  /* an aggregate whose result depends on the order of its rows */
	FUNCTION_CONSTANT = 8, /* bound once a job: now(), TD_SCHEDULED_TIME() */
	FUNCTION_PLAIN = 16,   /* a double it returns is never NaN */
	FUNCTION_WINDOW = 32,  /* a window function of SQLite's own: `native` */
};

struct function {
	const char *name;      /* in lower case */
	const char *signature; /* "(varchar, bigint) -> varchar" */
	enum sql_engine engines;
	unsigned flags;
	void (*call)(struct call *c, const struct datum *arg,
		struct datum *out); /* out is NULL when it starts */
	const struct aggregate *aggregate;
	/*
	 * The result's type, where the signature does not give it. c has the arguments' types.
	 * NULL: call_error() said why not.
	 */
	const struct sqltype *(*result)(struct call *c);
	/* SQLite's own expression for it, %1 %2 ... the arguments; exact for all values of the
	 * signature's types. */
	const char *native;
};

/* An aggregate, also used over windows. The state begins as zeroed bytes. */
struct aggregate {
	size_t size;
	void (*step)(struct call *c, void *state, const struct datum *arg);
	void (*inverse)(struct call *c, void *state,
		const struct datum *arg); /* NULL: windows compute it anew */
	void (*value)(
		struct call *c, void *state, struct datum *out); /* may be asked several times */
	void (*free)(void *state); /* or NULL; must take a zeroed state */
};
/* arg points to memory of this call only: a state copies what it keeps (mem.h; give it back in
 * free). */

/* Raises the engine's sentence; the job ends with it, or the result is NULL inside TRY. Returns -1.
 */
int call_error(struct call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Refuses: what the engine can do and td-local cannot. Also inside TRY. The sentence gets ": not
 * supported by td-local". */
int call_refuse(struct call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* An aggregate's state holds `has` bytes instead of *had; it refuses if those of all aggregates of
 * the query are too many. Who frees them takes *had from query->memory. */
void call_memory(struct call *c, size_t *had, size_t has);
/* Every loop over data asks this now and then. True: return at once. */
bool call_stopped(struct call *c);
/* What a long value is limited to; buffers of functions take it as their ceiling. */
enum { CALL_VALUE_MAX = 64 << 20 };

/* Calls the lambda that is argument i. out is valid until the next but one call of it. -1: an error
 * was raised: return. */
int call_lambda(struct call *c, int i, const struct datum *arg, struct datum *out);

/* All rows: each file of functions/ has one table, ended by a row without a name; they are listed
 * in function.c. */
extern const struct function *const functions_tables[];

#endif

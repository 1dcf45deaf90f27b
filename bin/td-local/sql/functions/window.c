/* Window functions: SQLite's own, with the engines' types. */
#include "sql/functions/lib.h"

/* The offset of a row, the least one, and whether SQLite would make something of NULL. */
static void offset(struct call *c, const struct datum *arg, struct datum *out)
{
	if (arg[0].kind == DATUM_NULL && arg[2].i)
		call_refuse(c, "a window function with NULL for the offset");
	else if (arg[0].kind != DATUM_NULL && arg[0].i < arg[1].i)
		call_error(c, "Offset must be at least %d", (int)arg[1].i);
	else
		*out = arg[0];
}

#define WINDOW(name, signature, template) { name, signature, SQL_BOTH, FUNCTION_WINDOW, .native = template }
const struct function functions_window[] = {
	WINDOW("row_number", "() -> bigint", "row_number()"),
	WINDOW("rank", "() -> bigint", "rank()"),
	WINDOW("dense_rank", "() -> bigint", "dense_rank()"),
	WINDOW("percent_rank", "() -> double", "percent_rank()"),
	WINDOW("cume_dist", "() -> double", "cume_dist()"),
	WINDOW("ntile", "(bigint) -> bigint", "ntile(%1)"),
	WINDOW("first_value", "(T) -> T", "first_value(%1)"),
	WINDOW("last_value", "(T) -> T", "last_value(%1)"),
	WINDOW("nth_value", "(T, bigint) -> T", "nth_value(%1, %2)"),
	WINDOW("lag", "(T) -> T", "lag(%1)"),
	WINDOW("lag", "(T, bigint) -> T", "lag(%1, %2)"),
	WINDOW("lag", "(T, bigint, T) -> T", "lag(%1, %2, %3)"),
	WINDOW("lead", "(T) -> T", "lead(%1)"),
	WINDOW("lead", "(T, bigint) -> T", "lead(%1, %2)"),
	WINDOW("lead", "(T, bigint, T) -> T", "lead(%1, %2, %3)"),
	{ "$offset", "(bigint, bigint, bigint) -> bigint", SQL_BOTH, FUNCTION_NULLS, .call = offset },
	{ 0 },
};

/* Window functions: SQLite's own, with the engines' types. */
#include "sql/functions/lib.h"

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
	{ 0 },
};

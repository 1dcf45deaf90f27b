/* All tables of functions, in the order in which they are asked. */
#include "sql/functions/lib.h"

const struct function *const functions_tables[] = { functions_operator, functions_math,
	functions_string, functions_regexp, functions_binary, functions_url, functions_json,
	functions_array, functions_map, functions_time, functions_time_text, functions_td,
	functions_hive, functions_aggregate, functions_window, NULL };

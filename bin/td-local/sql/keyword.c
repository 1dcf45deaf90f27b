#include "sql/keyword.h"

enum keyword keyword_of(const struct word *w)
{
	static const char *const all[KEYWORDS][26] = {
		[KEYWORD_SELECT] = { "select" },
		[KEYWORD_CLAUSE] = { "from", "where", "group", "having", "order", "limit", "offset",
			"union", "intersect", "except", "window", "join", "inner", "left", "right",
			"full", "outer", "cross", "natural", "on", "using" },
		[KEYWORD_LOGIC] = { "and", "or", "not", "in", "is", "like", "between", "exists",
			"isnull", "notnull", "regexp", "=", "<", ">", "<=", ">=", "<>",
			"!=", "==" },
		[KEYWORD_VALUE] = { "null", "true", "false" },
		[KEYWORD_CASE] = { "case" },
		[KEYWORD_BRANCH] = { "when", "then", "else" },
		[KEYWORD_END_CASE] = { "end" },
		[KEYWORD_WINDOW] = { "over", "filter" },
		[KEYWORD_PLAIN] = { "distinct", "all", "any", "with", "recursive", "values", "by",
			"asc", "desc", "nulls", "escape" },
	};

	if (words_is(w, "left (") || words_is(w, "right (")) /* functions */
		return KEYWORD_NONE;
	for (enum keyword k = KEYWORD_NONE; k < KEYWORDS; k++)
		for (const char *const *word = all[k]; *word; word++)
			if (words_is(w, *word))
				return k;
	return KEYWORD_NONE;
}

/* Counting the values of a JSON text before it is parsed. */
#include "store/jsontext.h"

#include <stdbool.h>

/* Every value but the first of its array or object follows a comma, every first one a bracket. */
static size_t count(const char *p, size_t n)
{
	bool quoted = false;
	size_t values = 1;

	for (size_t i = 0; i < n; i++) {
		if (quoted && p[i] == '\\')
			i++;
		else if (p[i] == '"')
			quoted = !quoted;
		else if (!quoted)
			values += p[i] == ',' || p[i] == '[' || p[i] == '{';
	}
	return values;
}

json_t *jsontext_parse(const char *p, size_t n)
{
	return p && count(p, n) <= JSONTEXT_VALUES ? json_loadb(p, n, 0, NULL) : NULL;
}

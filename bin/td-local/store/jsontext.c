/* Counting the values of a JSON text before it is parsed. */
#include "store/jsontext.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

json_t *jsontext_string(const char *s)
{
	size_t n = strlen(s);
	char *clean = mem_alloc(3 * n + 1), *to = clean;
	json_t *j;

	while (n > 0) {
		uint32_t c;
		unsigned len = utf8_next(s, n, &c);

		memcpy(to, len ? s : "\xef\xbf\xbd", len ? len : 3);
		to += len ? len : 3;
		s += len ? len : 1;
		n -= len ? len : 1;
	}
	j = json_stringn(clean, (size_t)(to - clean));
	free(clean);
	return j;
}

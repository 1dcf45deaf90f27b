/* JSON documents from outside: counted, then read by jansson. */
#include "value/jsondoc.h"

#include <stdbool.h>
#include <stdio.h>

/* Values and names of members, or a few more: brackets and commas outside strings. */
static bool is_too_many(const char *p, size_t n)
{
	size_t values = 1;
	bool inside = false;

	for (size_t i = 0; i < n; i++) {
		if (inside) {
			if (p[i] == '\\')
				i++;
			else if (p[i] == '"')
				inside = false;
		} else if (p[i] == '"') {
			inside = true;
		} else if (p[i] == '[' || p[i] == '{' || p[i] == ',' || p[i] == ':') {
			values++;
		}
	}
	return values > JSONDOC_VALUES;
}

json_t *jsondoc_load(const char *text, size_t n, size_t flags, json_error_t *err)
{
	if (n > 0 && !is_too_many(text, n))
		return json_loadb(text, n, flags, err);
	if (err) {
		*err = (json_error_t){ .line = -1, .column = -1 };
		snprintf(err->text, sizeof err->text, "%s",
			n ? "it has too many values" : "it is empty");
	}
	return NULL;
}

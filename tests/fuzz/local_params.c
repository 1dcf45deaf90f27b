/*
 * td-local's params: a Content-Type, a query string and a body, on a line each, are parameters in
 * UTF-8 or are refused.
 */
#include "fuzz.h"
#include "base/mem.h"
#include "http/params.h"

/* Up to the end of the line, malloc'ed. */
static char *line(const char **p, const char *end)
{
	const char *lf = memchr(*p, '\n', (size_t)(end - *p)), *stop = lf ? lf : end;
	char *s = mem_copy(*p, (size_t)(stop - *p));

	*p = lf ? lf + 1 : end;
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data, *end = p + size, *name;
	/* its own bytes */
	char *type = line(&p, end), *query = line(&p, end), *body = malloc((size_t)(end - p) + 1);
	json_t *out = json_object(), *v;

	memcpy(body, p, (size_t)(end - p));
	if (params_parse(out, NULL, query, *type ? type : NULL, body, (size_t)(end - p)) == 0) {
		char *text = json_dumps(out, 0);

		FUZZ_CHECK(text);
		free(text);
		json_object_foreach(out, name, v)
			FUZZ_CHECK(json_is_string(v) &&
				strlen(json_string_value(v)) == json_string_length(v));
	}
	json_decref(out);
	free(type);
	free(query);
	free(body);
	return 0;
}

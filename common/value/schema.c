/* Column lists and their JSON. */
#include "value/schema.h"
#include "base/mem.h"
#include "value/jsondoc.h"

#include <stdlib.h>
#include <string.h>

void schema_free(struct schema *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->col[i].name);
		free(s->col[i].type);
	}
	free(s->col);
	*s = (struct schema){ 0 };
}

int schema_add(struct schema *s, const char *name, const char *type, struct fail *f)
{
	if (s->n == SCHEMA_COLUMNS_MAX)
		return fail_set(f, FAIL_DATA, "more than %d columns", SCHEMA_COLUMNS_MAX);
	if ((s->n & (s->n - 1)) == 0) /* a power of two: full */
		s->col = mem_resize(s->col, s->n ? 2 * s->n : 1, sizeof *s->col);
	s->col[s->n].name = mem_string(name);
	s->col[s->n].type = type ? mem_string(type) : NULL;
	s->n++;
	return 0;
}

int schema_copy(struct schema *to, const struct schema *from, struct fail *f)
{
	for (size_t i = 0; i < from->n; i++)
		if (schema_add(to, from->col[i].name, from->col[i].type, f))
			return -1;
	return 0;
}

long schema_find(const struct schema *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->col[i].name, name) == 0)
			return (long)i;
	return -1;
}

json_t *schema_to_json(const struct schema *s)
{
	json_t *all = json_array();

	for (size_t i = 0; i < s->n; i++) {
		json_t *pair = json_array();

		json_array_append_new(pair, json_string(s->col[i].name));
		json_array_append_new(pair,
			s->col[i].type ? json_string(s->col[i].type) : json_null());
		json_array_append_new(all, pair);
	}
	return all;
}

int schema_from_json(struct schema *s, const json_t *j, struct fail *f)
{
	json_t *pair;
	size_t i;

	if (!json_is_array(j))
		return fail_set(f, FAIL_DATA, "the columns are not a JSON array");
	json_array_foreach(j, i, pair) {
		json_t *name = json_array_get(pair, 0), *type = json_array_get(pair, 1);

		if (!json_is_string(name) || (type && !json_is_string(type) && !json_is_null(type)))
			return fail_set(f, FAIL_DATA, "column %zu is not a pair of name and type",
				i + 1);
		if (schema_add(s, json_string_value(name), json_string_value(type), f))
			return -1;
	}
	return 0;
}

int schema_parse(struct schema *s, const char *text, struct fail *f)
{
	json_error_t err;
	json_t *j;
	int rc;

	if (!text || !*text)
		return 0;
	j = jsondoc_load(text, strlen(text), JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &err);
	if (!j)
		return fail_set(f, FAIL_DATA, "the columns are not JSON: %s", err.text);
	rc = json_is_null(j) ? 0 : schema_from_json(s, j, f);
	json_decref(j);
	return rc;
}

#include "value/schema.h"
#include "tap.h"

#include <stdlib.h>

static int parses(const char *text, size_t n)
{
	struct schema s = { 0 };
	struct fail f = { 0 };
	int rc = schema_parse(&s, text, &f) == 0 && s.n == n;

	schema_free(&s);
	return rc;
}

int main(void)
{
	struct schema s = { 0 };
	struct fail f = { 0 };
	json_t *j;
	char *text;

	tap_result(parses(NULL, 0) && parses("", 0) && parses("[]", 0) && parses("null", 0),
		"nothing is an empty schema");
	tap_result(parses("[[\"cnt\", \"bigint\"]]", 1),
		"a space after the comma, as TD writes it");
	tap_result(parses("[[\"a\",\"long\",\"alias\",\"words\"],[\"b\",null]]", 2),
		"aliases and descriptions are passed over");
	tap_result(!parses("[\"a\"]", 1) && !parses("{}", 0) && !parses("[[1,\"long\"]]", 1) &&
			!parses("[[\"a\",5]]", 1) && !parses("[[\"a\"", 1),
		"wrong shapes are refused");
	schema_parse(&s, "[[\"x\",\"map<string,long>\"],[\"\\u00e9\",null]]", &f);
	tap_num(schema_find(&s, "\xc3\xa9"), 1, "find");
	tap_num(schema_find(&s, "e"), -1, "find nothing");
	j = schema_to_json(&s);
	text = json_dumps(j, JSON_COMPACT);
	tap_is(text, "[[\"x\",\"map<string,long>\"],[\"\xc3\xa9\",null]]", "round trip");
	free(text);
	json_decref(j);
	schema_free(&s);
	for (int i = 0; i < SCHEMA_COLUMNS_MAX; i++)
		schema_add(&s, "c", "long", &f);
	tap_num(f.kind, 0, "4096 columns fit");
	tap_num(schema_add(&s, "c", "long", &f), -1, "one more does not");
	schema_free(&s);
	return tap_done();
}

/* type: texts of types, of query engines, and what fits into what; colname: legal names. */
#include "value/colname.h"
#include "tap.h"
#include "value/type.h"

#include <stdlib.h>

static void round_trip(const char *text, const char *want)
{
	struct fail f = { 0 };
	struct type *t = type_parse(text, &f);
	char *got = t ? type_text(t) : NULL;

	if (want)
		tap_is(got, want, text);
	else
		tap_result(!t && f.kind == FAIL_DATA && strstr(f.why, "is no type"),
			text[0] ? text : "(empty)");
	free(got);
	type_free(t);
}

static void engine(const char *text, const char *want, enum type_source source)
{
	struct type *t = type_of_engine(text);
	char *got = type_text(t);

	tap_is(got, want, text);
	tap_num(t->source, source, "... and its source");
	free(got);
	type_free(t);
}

static void fits(const char *from, const char *to, bool want)
{
	struct fail f = { 0 };
	struct type *a = type_parse(from, &f), *b = type_parse(to, &f);
	char what[200];

	snprintf(what, sizeof what, "%s %s %s", from, want ? "fits" : "does not fit", to);
	tap_num(type_fits(a, b), want, what);
	type_free(a);
	type_free(b);
}

/* As many as there may be, all of one name: in moments, not in minutes. */
static void equal_names(void)
{
	struct schema s = { 0 };
	struct fail f = { 0 };

	for (size_t i = 0; i < SCHEMA_COLUMNS_MAX; i++)
		schema_add(&s, i == 7 ? "a_b_9" : "a b", NULL, &f);
	tap_num(colname_make_all(&s, &f), 0, "4096 names that are one");
	tap_is(s.col[0].name, "a_b", "the first has it");
	tap_is(s.col[6].name, "a_b_6", "the next are numbered");
	tap_is(s.col[7].name, "a_b_9", "who has it legally keeps it");
	tap_is(s.col[10].name, "a_b_10", "and its number is left out");
	tap_is(s.col[SCHEMA_COLUMNS_MAX - 1].name, "a_b_4095", "to the last");
	schema_free(&s);
}

static void names(const char *const *in, const char *const *want)
{
	struct schema s = { 0 };
	struct fail f = { 0 };

	for (; *in; in++)
		schema_add(&s, *in, NULL, &f);
	tap_num(colname_make_all(&s, &f), 0, "names");
	for (size_t i = 0; i < s.n; i++)
		tap_is(s.col[i].name, want[i], want[i]);
	schema_free(&s);
}

int main(void)
{
	char deep[400] = "", long_name[300];
	struct schema s = { 0 };
	struct fail f = { 0 };

	round_trip("long", "long");
	round_trip(" LONG ", "long");
	round_trip("array < map<string , array<double>> >", "array<map<string,array<double>>>");
	round_trip("", NULL);
	round_trip("bigint", NULL);
	round_trip("array", NULL);
	round_trip("array<>", NULL);
	round_trip("array<long", NULL);
	round_trip("array<long>>", NULL);
	round_trip("map<string>", NULL);
	round_trip("map<string,>", NULL);
	round_trip("map<,string>", NULL);
	round_trip("long long", NULL);
	round_trip("string<long>", NULL);
	for (int i = 0; i < 40; i++)
		memcpy(deep + 6 * i, "array<", sizeof "array<");
	round_trip(deep, NULL);

	engine("boolean", "long", TYPE_BOOLEAN);
	engine("BIGINT", "long", TYPE_PLAIN);
	engine("real", "double", TYPE_PLAIN);
	engine("decimal(38, 2)", "string", TYPE_PLAIN);
	engine("varchar(20)", "string", TYPE_PLAIN);
	engine("timestamp(3) with time zone", "string", TYPE_PLAIN);
	engine("varbinary", "string", TYPE_BINARY);
	engine("array(row(a bigint, b array(double)))", "array<string>", TYPE_PLAIN);
	engine("array(varchar(10))", "array<string>", TYPE_PLAIN);
	engine("map(varchar, map(bigint, decimal(10,2)))", "map<string,map<long,string>>",
		TYPE_PLAIN);
	engine("array<struct<a:int,b:map<string,int>>>", "array<string>", TYPE_PLAIN);
	engine("map<string,array<int>>", "map<string,array<long>>", TYPE_PLAIN);
	engine("row(a bigint, b varchar)", "string", TYPE_JSON);
	engine("array(", "string", TYPE_JSON);
	engine("array(bigint))", "string", TYPE_JSON);
	engine("", "string", TYPE_PLAIN);

	fits("int", "long", true);
	fits("long", "int", false);
	fits("float", "double", true);
	fits("long", "double", false);
	fits("string", "long", false);
	fits("array<int>", "array<long>", true);
	fits("map<string,long>", "map<string,string>", false);
	fits("array<long>", "map<long,long>", false);

	names((const char *const[]){ "A", "a", "", "v", "V", "9a", "a b", "a  b", "caf\xc3\xa9",
		      "a", NULL },
		(const char *const[]){
			"a_1", "a", "_c2", "v_", "v__1", "_a", "a_b", "a_b_1", "caf_", "a_2" });
	memset(long_name, 'x', sizeof long_name - 1);
	long_name[sizeof long_name - 1] = '\0';
	schema_add(&s, long_name, NULL, &f);
	tap_num(colname_make_all(&s, &f), -1, "a name of 299 bytes is refused");
	tap_result(strstr(f.why, "column 1") != NULL, "... by its place");
	schema_free(&s);
	equal_names();
	return tap_done();
}

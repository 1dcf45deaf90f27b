/* type: names of types, also of query engines, and which type fits into which; sqlname. */
#include "value/alias.h"
#include "value/colspec.h"
#include "value/sqlname.h"
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
		tap_result(!t && f.kind == FAIL_DATA && strstr(f.why, "is not a type"),
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

static void aliases(const char *const *in, const char *const *want)
{
	struct schema s = { 0 }, out = { 0 };
	struct fail f = { 0 };

	for (; *in; in++)
		schema_add(&s, *in, NULL, &f);
	tap_num(alias_all(&out, &s, &f), 0, "aliases");
	for (size_t i = 0; i < s.n; i++)
		tap_is(out.col[i].name, want[i], want[i]);
	schema_free(&s);
	schema_free(&out);
}

static void sql_name(const char *name, const char *want)
{
	struct buf b;

	buf_init(&b, 1000);
	tap_num(sqlname_make(&b, name, 7), 0, "an SQL name");
	tap_is(buf_text(&b), want, want);
	buf_free(&b);
}

static void list(const char *text, const char *want, int (*read)(struct schema *, const char *,
	struct fail *))
{
	struct schema s = { 0 };
	struct fail f = { 0 };
	struct buf b;

	buf_init(&b, 1000);
	if (read(&s, text, &f))
		buf_puts(&b, f.why);
	for (size_t i = 0; i < s.n && !f.kind; i++)
		buf_printf(&b, "%s[%s|%s]", i ? " " : "", s.col[i].name,
			s.col[i].type ? s.col[i].type : "");
	tap_is(buf_text(&b), want, text);
	for (size_t i = 0; i < s.n; i++) {
		struct schema again = { 0 };

		b.len = 0;
		colspec_item(&b, s.col[i].name);
		tap_result(colspec_names(&again, buf_text(&b), &f) == 0 && again.n == 1 &&
				strcmp(again.col[0].name, s.col[i].name) == 0,
			"... an item is read back");
		schema_free(&again);
	}
	buf_free(&b);
	schema_free(&s);
}

int main(void)
{
	char deep[400] = "";
	struct schema s = { 0 };

	round_trip("long", "long");
	round_trip(" LONG ", "long");
	round_trip("array < map<string , array<double>> >", "array<map<string,array<double>>>");
	round_trip("", NULL);
	round_trip("bigint", "long");
	round_trip("varchar(20)", "string");
	round_trip("decimal(38, 2)", "string");
	round_trip("array(bigint)", "array<long>");
	round_trip("map(varchar, double)", "map<string,double>");
	round_trip("number", NULL);
	round_trip("varchar<long>", NULL);
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

	aliases((const char *const[]){ "A", "a", "Order ID", "v", "2019", "caf\xc3\xa9", "a",
			"\xe6\x97\xa5\xe6\x9c\xac", "\xe4\xb8\xad\xe5\x9b\xbd", "time", "a_1",
				NULL },
		(const char *const[]){ "a", "a_1", "order_id", "v", "_019", "caf_", "a_2", "_",
			"__1",
			"time_1", "a_1_1" });
	tap_result(alias_is_empty("_") && alias_is_empty("__1") && !alias_is_empty("_a") &&
		!alias_is_empty("a_1"), "which aliases say nothing");
	sql_name("Order ID ", "order_id");
	sql_name("2019", "_2019");
	sql_name("3d", "_3d");
	sql_name("\xef\xbc\xa1\xef\xbc\xa2", "ab"); /* full-width letters */
	sql_name("", "_c7");
	sql_name("V", "v_");
	sql_name("\xe6\x97\xa5\xe6\x9c\xac", "_");
	list("a,b:long,c:map<string,long>,d:decimal(3,2)", "[a|] [b|long] [c|map<string,long>] "
		"[d|decimal(3,2)]", colspec_list);
	list("\"a,b\":long,\"c\\\"\\x0a\"", "[a,b|long] [c\"\n|]", colspec_list);
	list("a,\"b,c\"", "[a|] [b,c|]", colspec_names);
	list("a,a", "'a' is listed twice", colspec_names);
	list("a,,b", "a column without a name", colspec_names);
	list("\"a", "a quote that is never closed", colspec_names);
	list("\"a\"b", "text after the closing quote of a name", colspec_names);
	list("a=b,b=a", "[a|b] [b|a]", colspec_renames);
	list("\"x=y\"=\"p,q\",z=w", "[x=y|p,q] [z|w]", colspec_renames);
	list("a=", "'a': OLD=NEW is wanted", colspec_renames);
	list("a=b,a=c", "'a' is renamed twice", colspec_renames);
	schema_free(&s);
	return tap_done();
}

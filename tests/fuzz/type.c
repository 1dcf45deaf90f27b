/*
 * type, schema, colspec and sqlname: what is read is written and read again; names become legal and
 * stay different.
 */
#include "value/alias.h"
#include "value/sqlname.h"
#include "value/colspec.h"
#include "fuzz.h"
#include "base/mem.h"
#include "value/type.h"

static void types(const char *text)
{
	struct fail f = { 0 };
	struct type *t = type_parse(text, &f), *e = type_of_engine(text), *again;
	char *once, *twice;

	FUZZ_CHECK(e && (!t) == (f.kind != FAIL_NONE));
	type_free(t);
	once = type_text(e);
	f.kind = FAIL_NONE;
	again = type_parse(once, &f);
	FUZZ_CHECK(again);
	twice = type_text(again);
	FUZZ_CHECK(strcmp(once, twice) == 0 && type_fits(again, again));
	type_free(again);
	type_free(e);
	free(once);
	free(twice);
}

/* Columns as people write them: what is read is written as lines and read again. */
static void columns(const char *text, size_t size)
{
	for (int list = 0; list < 2; list++) {
		struct schema s = { 0 }, again = { 0 };
		struct fail f = { 0 };
		struct buf b;
		int rc = list ? colspec_list(&s, text, &f) : colspec_lines(&s, text, size, &f);

		FUZZ_CHECK((rc == 0) == (f.kind == FAIL_NONE));
		buf_init(&b, 64 << 20);
		for (size_t i = 0; i < s.n; i++) {
			FUZZ_CHECK(schema_find(&s, s.col[i].name) == (long)i);
			colspec_name(&b, s.col[i].name);
			buf_printf(&b, " %s\t...\n", s.col[i].type ? s.col[i].type : "long");
		}
		f.kind = FAIL_NONE;
		if (s.n < 200 && (rc == 0) && !strpbrk(text, "\r\n")) {
			FUZZ_CHECK(colspec_lines(&again, b.p ? b.p : "", b.len, &f) == 0 &&
				again.n == s.n);
			for (size_t i = 0; i < s.n; i++)
				FUZZ_CHECK(strcmp(again.col[i].name, s.col[i].name) == 0);
		}
		buf_free(&b);
		schema_free(&again);
		schema_free(&s);
	}
}

static void names(const char *text)
{
	struct schema s = { 0 }, aliases = { 0 };
	struct fail f = { 0 };
	struct buf b;

	buf_init(&b, 1 << 20);
	if (schema_parse(&s, text, &f) == 0 && s.n < 200 && alias_all(&aliases, &s, &f) == 0)
		for (size_t i = 0; i < s.n; i++) {
			FUZZ_CHECK(alias_is_legal(aliases.col[i].name) &&
				schema_find(&aliases, aliases.col[i].name) == (long)i);
			b.len = 0;
			FUZZ_CHECK(sqlname_make(&b, s.col[i].name, i) == 0);
			FUZZ_CHECK(alias_is_legal(buf_text(&b)));
		}
	buf_free(&b);
	schema_free(&s);
	schema_free(&aliases);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_copy(data, size);

	types(text);
	names(text);
	columns(text, size);
	free(text);
	return 0;
}

/* sqlname, alias: any UTF-8 becomes a name that SQL accepts; a legal name stays as it is. */
#include "base/mem.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "value/alias.h"
#include "value/sqlname.h"

static bool is_legal(const char *s)
{
	return *s && (*s < '0' || *s > '9') &&
		s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *name = mem_copy((const char *)data, size);
	struct buf b, twice;

	if (utf8_text(name, size) == size) {
		buf_init(&b, 1 << 20);
		buf_init(&twice, 1 << 20);
		FUZZ_CHECK(sqlname_make(&b, name, 3) == 0 && is_legal(buf_text(&b)));
		FUZZ_CHECK(strcmp(buf_text(&b), "v") != 0);
		FUZZ_CHECK(sqlname_make(&twice, buf_text(&b), 3) == 0);
		FUZZ_CHECK(strcmp(buf_text(&b), buf_text(&twice)) == 0);
		b.len = 0;
		FUZZ_CHECK(alias_of(&b, name) == 0);
		FUZZ_CHECK(!alias_is_legal(name) || strcmp(buf_text(&b), name) == 0);
		buf_free(&b);
		buf_free(&twice);
	}
	free(name);
	return 0;
}

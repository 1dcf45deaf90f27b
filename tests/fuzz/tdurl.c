/*
 * tdurl: any text is a destination or is refused; what is read is written without its key and read
 * again; no text shows its key after tdurl_hide().
 */
#include "td/tdurl.h"
#include "base/mem.h"
#include "fuzz.h"

static void check_again(const struct tdurl *u)
{
	char *text = tdurl_format(u);
	struct tdurl again = { 0 };
	struct fail f = { 0 };

	FUZZ_CHECK(!u->key || strncmp(text, "td://***@", 9) == 0);
	FUZZ_CHECK(tdurl_parse(&again, text, &f) == 0);
	FUZZ_CHECK(!again.key || (u->key && strcmp(again.key, "***") == 0));
	FUZZ_CHECK(again.mode == u->mode && (!u->table) == (!again.table) &&
		(!u->table || strcmp(u->table, again.table) == 0));
	tdurl_free(&again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_copy(data, size);
	char *endpoint = NULL, *key;
	struct tdurl u = { 0 };
	struct fail f = { 0 };
	int rc = tdurl_parse(&u, text, &f);

	FUZZ_CHECK((rc == 0) == (f.kind == FAIL_NONE));
	key = rc == 0 && u.key ? mem_string(u.key) : NULL;
	if (rc == 0)
		check_again(&u);
	tdurl_free(&u);
	tdurl_hide(text);
	FUZZ_CHECK(!key || strlen(key) < 16 || strspn(key, "*") == strlen(key) ||
		strncmp(text, "td://", 5) != 0 || strncmp(text + 5, key, strlen(key)) != 0);
	free(key);
	f.kind = FAIL_NONE;
	if (tdurl_endpoint(text, false, &endpoint, &f) == 0)
		FUZZ_CHECK(strncmp(endpoint, "http", 4) == 0);
	free(endpoint);
	free(text);
	return 0;
}

/* receipt: any text is a receipt or is refused; one that is written is read back the same. */
#include "td/receipt.h"
#include "base/mem.h"
#include "fuzz.h"

static char *written(const struct receipt *r)
{
	char *begin = receipt_begin(r), *end = receipt_end(r);
	char *all = mem_printf("%s%s", begin, end);

	free(begin);
	free(end);
	return all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_copy(data, size), *once, *twice;
	struct receipt r, again;
	struct fail f = { 0 };
	int rc = receipt_parse(&r, text, size, "here", &f);

	FUZZ_CHECK((rc == 0) == (f.kind == FAIL_NONE));
	if (rc == 0) {
		once = written(&r);
		FUZZ_CHECK(receipt_parse(&again, once, strlen(once), "again", &f) == 0);
		twice = written(&again);
		FUZZ_CHECK(strcmp(once, twice) == 0);
		receipt_free(&again);
		free(once);
		free(twice);
	}
	receipt_free(&r);
	free(text);
	return 0;
}

/* magic: whatever the bytes, it reads no others. */
#include "format/magic.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = size < MAGIC_BYTES ? size : MAGIC_BYTES;
	char *p = malloc(n ? n : 1); /* its own bytes, so that reading too far is seen */
	const struct magic *m;

	memcpy(p, data, n);
	m = magic_find(p, n);
	FUZZ_CHECK(!m || (*m->name && *m->remedy));
	FUZZ_CHECK(m == magic_find(p, n));
	free(p);
	return 0;
}

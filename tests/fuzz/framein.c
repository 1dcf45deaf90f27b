/* framein: any bytes are a frame or are refused, in both views alike. */
#include "frame/framein.h"
#include "fuzz.h"
#include "../unit/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int plain = 0; plain < 2; plain++) {
		struct bytes_source s = bytes_source(data, size, plain ? 1 << 20 : 1 + size % 9);
		struct framein in;
		struct fail f = { 0 };
		struct frame_block b;
		const char *p;
		char text[4096];
		size_t n;
		int rc = framein_open(&in, &s.source, &f);

		if (rc == 0 && plain) {
			struct source *from = framein_plain(&in);

			while ((rc = (int)io_read(from, text, sizeof text, &f)) > 0)
				;
		} else if (rc == 0) {
			while ((rc = framein_next(&in, &b, &p, &n, &f)) > 0)
				;
		}
		FUZZ_CHECK((rc == 0) == (f.kind == FAIL_NONE));
		FUZZ_CHECK(rc != 0 || in.end.commit);
		framein_close(&in);
	}
	return 0;
}

/* tdtime and exact: a text is a time within the range or is refused; the first line is a format. */
#include "exact.h"
#include "fuzz.h"
#include "tdtime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data, *lf = memchr(p, '\n', size);
	size_t n = lf ? (size_t)(lf - p) : 0;
	char *format = malloc(n + 1), *text;
	struct tdtime rules = { 0 };
	int64_t t, l;
	double d;

	memcpy(format, p, n);
	format[n] = '\0';
	if (lf) {
		p = lf + 1;
		size -= n + 1;
	}
	text = malloc(size + 1); /* its own bytes, so that reading too far is seen */
	memcpy(text, p, size);
	FUZZ_CHECK(tdtime_parse(&rules, text, size, &t) || (t >= 0 && t <= TDTIME_MAX));
	if (lf && tdtime_is_format(format)) {
		rules.format = format;
		FUZZ_CHECK(tdtime_parse(&rules, text, size, &t) || (t >= 0 && t <= TDTIME_MAX));
	}
	text[size] = '\0';
	if (exact_long(text, size, &l)) {
		char again[24];

		snprintf(again, sizeof again, "%lld", (long long)l);
		FUZZ_CHECK(strcmp(again, text) == 0);
	}
	if (exact_double(text, size, &d))
		FUZZ_CHECK(d == strtod(text, NULL));
	exact_double_lenient(text, size, &d);
	exact_long_lenient(text, size, &l);
	free(text);
	free(format);
	return 0;
}

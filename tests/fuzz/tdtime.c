/*
 * tdtime and lossless: any string is a time within the range or is refused; the first line is a
 * format. A number equals its digits, and %s takes what is taken without a format.
 */
#include "value/lossless.h"
#include "fuzz.h"
#include "value/tdtime.h"

static void number(const struct tdtime *rules, const char *text, size_t size)
{
	int64_t l, t = 0, of_text = 0;
	const char *why;

	if (!lossless_long(text, size, &l))
		return;
	why = tdtime_number(rules, l, &t);
	FUZZ_CHECK(tdtime_parse(rules, text, size, &of_text) == why && (why || t == of_text));
}

/* %s and %f take what is taken without a format. */
static void seconds(const char *text, size_t size)
{
	const char *point = memchr(text, '.', size);
	const struct tdtime plain = { .unit = 1000 },
			    format = { .unit = 1000, .format = point ? "%s.%f" : "%s" };
	int64_t t = 0, of_format = 0;
	bool good;

	if (size == 0 || text[0] == ' ' || (size > 4 && (text[4] == '-' || text[4] == '/')) ||
		(size > 8 && (text[8] == 'T' || text[8] == 't')) ||
	    (point && (point + 1 == text + size || point[1] < '0' || point[1] > '9')))
		return; /* a date, perhaps; a point with no fraction after it */
	good = !tdtime_parse(&plain, text, size, &t);
	FUZZ_CHECK(good == !tdtime_parse(&format, text, size, &of_format));
	FUZZ_CHECK(!good || t == of_format);
}

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
	number(&rules, text, size);
	seconds(text, size);
	if (lf && !tdtime_format_error(format)) {
		rules.format = format;
		FUZZ_CHECK(tdtime_parse(&rules, text, size, &t) || (t >= 0 && t <= TDTIME_MAX));
		number(&rules, text, size);
	}
	text[size] = '\0';
	if (lossless_long(text, size, &l)) {
		char again[24];

		snprintf(again, sizeof again, "%lld", (long long)l);
		FUZZ_CHECK(strcmp(again, text) == 0);
	}
	if (lossless_double(text, size, &d))
		FUZZ_CHECK(d == strtod(text, NULL));
	lossless_double_lenient(text, size, &d);
	lossless_long_lenient(text, size, &l);
	free(text);
	free(format);
	return 0;
}

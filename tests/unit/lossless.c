/* lossless and infer: which strings are numbers without loss. */
#include "value/lossless.h"
#include "record/infer.h"
#include "tap.h"

#include <errno.h>
#include <stdlib.h>

/* 10^-330 and 0: the one is not a double, the other is */
#define ZEROS "00000000000000000000000000000000000000000000000000"
#define TINY "0." ZEROS ZEROS ZEROS ZEROS ZEROS ZEROS ZEROS "1"

static void numbers(void)
{
	char endless[500] = "";
	double tiny;
	static const struct {
		const char *text;
		int is_long, is_double;
	} table[] = {
		{ "0", 1, 1 }, { "7", 1, 1 }, { "-7", 1, 1 }, { "-0", 0, 0 }, { "007", 0, 0 }, { "00", 0, 0 }, { "+1", 0, 0 },
		{ "", 0, 0 }, { "-", 0, 0 }, { ".", 0, 0 }, { "-.", 0, 0 }, { "1.", 0, 0 }, { ".5", 0, 1 }, { "-.5", 0, 1 },
		{ "0.5", 0, 1 }, { "00.5", 0, 0 }, { "-0.0", 0, 1 }, { "1.50", 0, 1 }, { "1e5", 0, 0 }, { "1E5", 0, 0 },
		{ "0x10", 0, 0 }, { "nan", 0, 0 }, { "inf", 0, 0 }, { " 1", 0, 0 }, { "1 ", 0, 0 }, { "1,5", 0, 0 },
		{ "1.2.3", 0, 0 }, { "--1", 0, 0 }, { "1-", 0, 0 }, { "12345678901234.5", 0, 1 }, { "123456789012345.6", 0, 1 },
		{ "123456789012345", 1, 1 }, { "1234567890123456", 1, 0 }, { "9223372036854775807", 1, 0 },
		{ "9223372036854775808", 0, 0 }, { "-9223372036854775808", 1, 0 }, { "-9223372036854775809", 0, 0 },
		{ "18446744073709551616", 0, 0 }, { "99999999999999999999999", 0, 0 }, { "0.000000000000001", 0, 1 },
		{ "0.0000000000000000000000000000012", 0, 1 }, { "935172286182e787", 0, 0 },
		{ "0.30000000000000004", 0, 1 }, { "0.1", 0, 1 }, { "0.10000000000000001", 0, 1 }, { "0.100000000000000012", 0, 0 },
		{ "1234567890123.4567", 0, 0 }, { "3.141592653589793", 0, 1 }, { "3.1415926535897932", 0, 0 }, { "3.14159265358979324", 0, 0 },
		{ "1e-07", 0, 1 }, { "1.5e+16", 0, 1 }, { "-2.5E-10", 0, 1 }, { "1e07", 0, 0 }, { "15e-07", 0, 0 }, { "0e-5", 0, 0 },
		{ "1.e-5", 0, 0 }, { "1e-", 0, 0 }, { "1e-400", 0, 0 }, { "1e+400", 0, 0 }, { "1.5e-07x", 0, 0 },
		{ TINY, 0, 0 }, { "\xd9\xa1", 0, 0 },
	};

	memset(endless, '0', sizeof endless - 1);
	memcpy(endless, "0.", 2);
	endless[sizeof endless - 2] = '1';
	tap_num(lossless_double(endless, sizeof endless - 1, &tiny), 0, "a number of 499 bytes");
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		int64_t l;
		double d = 0;
		size_t n = strlen(table[i].text);
		int good = lossless_long(table[i].text, n, &l) == table[i].is_long;

		good &= lossless_double(table[i].text, n, &d) == table[i].is_double;
		good &= !table[i].is_long || l == strtoll(table[i].text, NULL, 10);
		good &= !table[i].is_double || d == strtod(table[i].text, NULL);
		if (!tap_result(good, table[i].text))
			printf("# %.17g\n", d);
	}
}

/*
 * The faster forms agree with the plain ones, and integers with strtoll(), whatever follows the
 * text.
 */
static void ahead(void)
{
	static const char pick[] = "0123456789.0123456789.0123456789-+e x";
	enum { DIGITS = 32 };
	uint64_t seed = 88172645463325252u;
	int good = 1;

	for (int i = 0; i < 500000; i++) {
		char text[64], plain[32] = "", *end;
		int64_t l = 0, l_ahead = 0;
		double d = 0, d_ahead = 0;
		size_t n;
		bool is;

		/* every second text has a sign in front, at most */
		for (size_t j = 0; j < sizeof text; j++) {
			seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
			text[j] = pick[(seed >> 20) % (i % 2 && j ? DIGITS : sizeof pick - 1)];
		}
		n = (size_t)(seed >> 40) % 24;
		memcpy(plain, text, n);
		is = lossless_long(text, n, &l);
		good &= lossless_long_ahead(text, n, &l_ahead) == is && l == l_ahead;
		errno = 0;
		good &= !is || (strtoll(plain, &end, 10) == l && end == plain + n && errno == 0);
		is = lossless_double(text, n, &d);
		good &= lossless_double_ahead(text, n, &d_ahead) == is &&
			memcmp(&d, &d_ahead, sizeof d) == 0;
	}
	tap_result(good, "with bytes after the text the same is found");
}

/* Every decimal of up to 15 digits is what strtod() makes of it, and prints again as it came. */
static void decimals(void)
{
	unsigned long long seed = 88172645463325252ULL;
	int good = 1;

	for (int i = 0; i < 200000; i++) {
		char text[40], again[40];
		double d;
		int digits, point;

		seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
		digits = 1 + (int)(seed % 15);
		point = (int)(seed >> 8) % digits;
		point = point < 0 ? -point : point;
		snprintf(text, sizeof text, "%.*f", point,
			(double)(seed >> 11) / 9007199254740992.0);
		if (!lossless_double(text, strlen(text), &d) || d != strtod(text, NULL))
			good = 0;
		snprintf(again, sizeof again, "%.*f", point, d);
		good &= strcmp(text, again) == 0;
	}
	tap_result(good, "200,000 decimals are correctly rounded and print again as they came");
}

static void lenient(void)
{
	int64_t l = 0;
	double d = 0;

	tap_result(lossless_long_lenient(" +007 ", 6, &l) && l == 7, "a given long takes +007");
	tap_result(!lossless_long_lenient("1.0", 3, &l) && !lossless_long_lenient("", 0, &l) &&
			!lossless_long_lenient("+-1", 3, &l),
		"and not 1.0, nothing, +-1");
	tap_result(lossless_double_lenient("-1.5e-3", 7, &d) && d == -1.5e-3,
		"a given double takes -1.5e-3");
	tap_result(!lossless_double_lenient("++1.5", 5, &d) && !lossless_long_lenient("++1", 3, &l),
		"one sign is enough");
	tap_result(!lossless_double_lenient("0x1p3", 5, &d) &&
			!lossless_double_lenient("nan", 3, &d) &&
			!lossless_double_lenient("1e999", 5, &d) &&
			!lossless_double_lenient("e", 1, &d),
		"and not 0x1p3, nan, 1e999, e");
}

static enum type_kind of(const char *const *cells)
{
	struct infer c = { 0 };

	for (; *cells; cells++)
		infer_cell(&c, &(struct cell){ { *cells }, strlen(*cells), CELL_TEXT });
	return infer_kind(&c);
}

#define OF(...) of((const char *const[]){ __VA_ARGS__, NULL })

int main(void)
{
	numbers();
	ahead();
	decimals();
	lenient();
	tap_num(OF("1", "2", ""), TYPE_LONG, "integers are long");
	tap_num(OF("1", "2.5", ""), TYPE_DOUBLE, "mixed with decimals, double");
	tap_num(OF("1234567890123456", "2.5"), TYPE_STRING,
		"unless an integer is too long for a double");
	tap_num(OF("1234567890123456", "2"), TYPE_LONG, "which alone is a long");
	tap_num(OF("1", "007"), TYPE_STRING, "codes are strings");
	tap_num(OF("", ""), TYPE_STRING, "empty cells are strings");
	return tap_done();
}

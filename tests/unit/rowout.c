/*
 * rowout: rows in every format, cut anywhere, and what cannot be written. fetch.t compares more
 * with Python and jq.
 */
#include "bytes.h"
#include "format/rowcount.h"
#include "format/rowout.h"
#include "tap.h"
#include "base/utf8.h"
#include "base/width.h"

#include <math.h>
#include <msgpack.h>
#include <stdlib.h>

static msgpack_sbuffer b;
static msgpack_packer pk;

static void str(const char *s)
{
	msgpack_pack_str(&pk, strlen(s));
	msgpack_pack_str_body(&pk, s, strlen(s));
}

static unsigned room; /* of the terminal */

/* What comes out of the rows in b, given in pieces; or the message. */
static char *written(enum rowout_format format, const char *null, const char *columns, size_t piece)
{
	struct bytes_sink to;
	struct schema schema = { 0 };
	struct rowout o;
	struct fail f = { 0 };
	int rc;

	bytes_sink_init(&to);
	schema_parse(&schema, columns, &f);
	rc = rowout_init(&o, &(struct rowout_opts){ format, true, null, -1, room }, &schema,
		&to.sink, &f);
	for (size_t at = 0; rc == 0 && at < b.size; at += piece)
		rc = io_put(&o.sink, b.data + at, b.size - at < piece ? b.size - at : piece, &f);
	if (rc == 0)
		rc = rowout_end(&o, &f);
	rowout_free(&o);
	schema_free(&schema);
	if (rc) {
		to.b.len = 0;
		buf_printf(&to.b, "%d %s", (int)f.kind, f.why);
	}
	buf_text(&to.b);
	return to.b.p;
}

static void check(enum rowout_format format, const char *null, const char *columns,
	const char *want, const char *what)
{
	char *whole = written(format, null, columns, 1 << 20);
	int same = 1;

	tap_is(whole, want, what);
	for (size_t piece = 1; piece < 20; piece++) {
		char *s = written(format, null, columns, piece);

		same &= strcmp(s, whole) == 0;
		free(s);
	}
	tap_result(same, "and the same in pieces");
	free(whole);
}

#define COLUMNS "[[\"n\",\"bigint\"],[\"s\",\"varchar\"],[\"x\",\"double\"],[\"a\",\"array(varchar)\"]]"

static void rows(void)
{
	msgpack_sbuffer_clear(&b);
	msgpack_pack_array(&pk, 4);
	msgpack_pack_int64(&pk, INT64_MIN);
	str("plain");
	msgpack_pack_double(&pk, 0.1);
	msgpack_pack_array(&pk, 2);
	str("a\"b");
	msgpack_pack_nil(&pk);
	msgpack_pack_array(&pk, 4);
	msgpack_pack_uint64(&pk, UINT64_MAX);
	str("a,\"b\"\n\t\\");
	msgpack_pack_double(&pk, NAN);
	msgpack_pack_map(&pk, 1);
	msgpack_pack_int(&pk, 1);
	msgpack_pack_array(&pk, 0);
	msgpack_pack_array(&pk, 4);
	msgpack_pack_nil(&pk);
	str("");
	msgpack_pack_double(&pk, 3);
	msgpack_pack_true(&pk);
}

static void formats(void)
{
	rows();
	check(ROWOUT_CSV, NULL, COLUMNS,
		"n,s,x,a\n-9223372036854775808,plain,0.1,\"[\"\"a\\\"\"b\"\",null]\"\n"
		"18446744073709551615,\"a,\"\"b\"\"\n\t\\\",NaN,\"{\"\"1\"\":[]}\"\n,\"\",3.0,"
		"true\n",
		"csv");
	check(ROWOUT_TSV, NULL, COLUMNS,
		"n\ts\tx\ta\n-9223372036854775808\tplain\t0.1\t[\"a\\\\\"b\",null]\n"
		"18446744073709551615\ta,\"b\"\\n\\t\\\\\tNaN\t{\"1\":[]}\n\\N\t\t3.0\ttrue\n",
		"tsv");
	check(ROWOUT_JSONL, NULL, COLUMNS,
	      "{\"n\":-9223372036854775808,\"s\":\"plain\",\"x\":0.1,\"a\":[\"a\\\"b\",null]}\n"
	      "{\"n\":18446744073709551615,\"s\":\"a,\\\"b\\\"\\n\\t\\\\\",\"x\":null,\"a\":{\"1\":[]}}\n"
	      "{\"n\":null,\"s\":\"\",\"x\":3.0,\"a\":true}\n", "jsonl");
	check(ROWOUT_TABLE, NULL, COLUMNS,
	      "                   n  s           x  a\n"
	      "--------------------  --------  ---  -------------\n"
	      "-9223372036854775808  plain     0.1  [\"a\\\"b\",null]\n"
	      "18446744073709551615  a,\"b\"  \\  NaN  {\"1\":[]}\n"
	      "                NULL            3.0  true\n"
	      "(3 rows)\n", "table");
}

static void nulls(void)
{
	msgpack_sbuffer_clear(&b);
	for (int i = 0; i < 3; i++) {
		msgpack_pack_array(&pk, 1);
		if (i == 0)
			msgpack_pack_nil(&pk);
		else
			str(i == 1 ? "NULL" : " x");
	}
	check(ROWOUT_CSV, "NULL", "[[\"a b\",\"varchar\"]]", "a b\nNULL\n\"NULL\"\n\" x\"\n",
		"NULL and its text differ");
	check(ROWOUT_CSV, NULL, "[[\"a,b\",\"varchar\"]]", "\"a,b\"\n\nNULL\n\" x\"\n",
		"a name that needs quotes");
}

static void binary(void)
{
	msgpack_sbuffer_clear(&b);
	for (int n = 0; n <= 4; n++) {
		msgpack_pack_array(&pk, 1);
		msgpack_pack_bin(&pk, (size_t)n);
		msgpack_pack_bin_body(&pk, "\xff\xfe\0\1", (size_t)n);
	}
	check(ROWOUT_CSV, NULL, "[[\"v\",\"varbinary\"]]", "v\n\"\"\n/w==\n//4=\n//4A\n//4AAQ==\n",
		"varbinary is base64");
	check(ROWOUT_JSONL, NULL, "[[\"v\",\"varbinary\"]]",
		"{\"v\":\"\"}\n{\"v\":\"/w==\"}\n{\"v\":\"//4=\"}\n{\"v\":\"//4A\"}\n{\"v\":\"//"
		"4AAQ==\"}\n",
		"in JSON too");
}

static void refused(void)
{
	msgpack_sbuffer_clear(&b);
	msgpack_pack_array(&pk, 1);
	str("caf\xe9");
	check(ROWOUT_JSONL, NULL, "[[\"name\",\"varchar\"]]",
		"65 row 1, column name: text that is not UTF-8 cannot be written as JSON",
		"bytes that are not text");
	check(ROWOUT_CSV, NULL, "[[\"name\",\"varchar\"]]", "name\ncaf\xe9\n", "pass through csv");
	check(ROWOUT_CSV, NULL, "[[\"a\"],[\"b\"]]",
		"65 row 1 is not an array of 2 values, one a column", "too few values");
	msgpack_pack_array(&pk, 1);
	check(ROWOUT_CSV, NULL, "[[\"name\",\"varchar\"]]", "65 the rows end inside row 2",
		"an unfinished row");
	msgpack_sbuffer_clear(&b);
	msgpack_pack_array(&pk, 1);
	msgpack_pack_ext(&pk, 4, -1);
	msgpack_pack_ext_body(&pk, "1234", 4);
	check(ROWOUT_CSV, NULL, "[[\"t\",\"varchar\"]]",
	      "65 row 1, column t: a msgpack extension (type -1) has no text form", "an extension");
}

static void counted(void)
{
	struct rowcount r;
	struct fail f = { 0 };
	int good = 1;

	rows();
	for (size_t piece = 1; piece < 30; piece++) {
		rowcount_init(&r, 4, NULL);
		for (size_t at = 0; at < b.size; at += piece)
			good &= io_put(&r.sink, b.data + at,
					b.size - at < piece ? b.size - at : piece, &f) == 0;
		good &= r.count.values == 3 && rowcount_end(&r, &f) == 0;
	}
	tap_result(good, "rowcount counts rows, cut anywhere");
	rowcount_init(&r, 4, NULL);
	io_put(&r.sink, b.data, b.size - 1, &f);
	tap_result(rowcount_end(&r, &f) == -1 && f.kind == FAIL_DATA, "and sees an unfinished one");
	fail_clear(&f);
	rowcount_init(&r, 3, NULL);
	tap_result(io_put(&r.sink, b.data, b.size, &f) == -1 &&
			strstr(f.why, "row 1 is not an array of 3"),
		"and one with a value too many");
	fail_clear(&f);
	rowcount_init(&r, 1, NULL);
	tap_result(io_put(&r.sink, "\x81\xa1k\x01", 4, &f) == -1 && f.kind == FAIL_DATA,
		"a map is not a row");
}

/* Doubles of every kind, and random ones: the shortest text that reads back as the double. */
static void doubles(void)
{
	static const struct { double d; const char *text; } known[] = {
		{ 0.0, "0.0" }, { -0.0, "-0.0" }, { 1e22, "1e+22" }, { 5e-324, "5e-324" }, { 0.3, "0.3" },
		{ 1.7976931348623157e308, "1.7976931348623157e+308" }, { 123456789012345680.0, "1.2345678901234568e+17" },
		{ 100, "100.0" }, { 2.2250738585072014e-308, "2.2250738585072014e-308" }, { 1.0 / 3, "0.3333333333333333" },
	};
	uint64_t x = 88172645463325252u;
	struct bytes_sink to;
	struct textout t;
	struct fail f = { 0 };
	int good = 1;

	bytes_sink_init(&to);
	textout_init(&t, &to.sink);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		to.b.len = 0;
		textout_double(&t, known[i].d);
		textout_flush(&t, &f);
		tap_is(buf_text(&to.b), known[i].text, "a double");
	}
	for (int i = 0; i < 100000; i++) {
		double d;

		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		memcpy(&d, &x, sizeof d);
		if (!isfinite(d))
			continue;
		to.b.len = 0;
		textout_double(&t, d);
		textout_flush(&t, &f);
		good &= strtod(buf_text(&to.b), NULL) == d;
	}
	tap_result(good, "100000 random doubles read back");
	good = 1;
	for (int i = 0; i < 200000; i++) { /* decimals, as tables have them, and their neighbours */
		static const double power[] = { 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
			1e10 };
		char want[40];
		double d, next;
		uint64_t bits;
		int digits = 15;

		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		d = (double)(int64_t)(x >> (x % 50)) / power[x % 11];
		memcpy(&bits, &d, sizeof bits);
		bits--;
		memcpy(&next, &bits, sizeof next);
		d = i % 3 == 0 ? next : i % 3 == 1 ? -d : d;
		if (fabs(d) >= 1e15 || fabs(d) < 1e-3)
			continue; /* written with an exponent or by the long way */
		do
			snprintf(want, sizeof want, "%.*g", digits, d);
		while (digits++ < 17 && strtod(want, NULL) != d);
		if (!strpbrk(want, ".e"))
			memcpy(want + strlen(want), ".0", sizeof ".0");
		to.b.len = 0;
		textout_double(&t, d);
		textout_flush(&t, &f);
		if (strcmp(buf_text(&to.b), want) != 0) {
			printf("# %s, not %s\n", buf_text(&to.b), want);
			good = 0;
		}
	}
	tap_result(good, "200000 decimals are written as printf writes them");
	textout_free(&t);
	buf_free(&to.b);
}

static void utf8(void)
{
	static const struct { const char *s; size_t n; int good; } text[] = {
		{ "", 0, 1 }, { "caf\xc3\xa9", 5, 1 }, { "\xe2\x82\xac", 3, 1 }, { "\xf0\x9f\x98\x80", 4, 1 },
		{ "\xe2\x82", 2, 0 }, { "\xc0\x80", 2, 0 }, { "\xed\xa0\x80", 3, 0 }, { "\xf4\x90\x80\x80", 4, 0 },
		{ "\x80", 1, 0 }, { "\xff", 1, 0 }, { "12345678\xff", 9, 0 }, { "\xe0\x80\x80", 3, 0 },
	};
	int good = 1;

	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		good &= utf8_is(text[i].s, text[i].n) == text[i].good;
	tap_result(good, "what is UTF-8 and what is not");
}

static void widths(void)
{
	static const struct { const char *s; unsigned cells, clusters; } text[] = {
		{ "a", 1, 1 }, { "e\xcc\x81", 1, 1 }, { "\xe6\xbc\xa2\xe5\xad\x97", 4, 2 }, /* two Han */
		{ "\xe2\x9c\x85\xe2\xad\x90", 4, 2 },                                         /* a check mark, a star */
		{ "\xe2\x9d\xa4\xef\xb8\x8f", 2, 1 },                                         /* a heart, as an emoji */
		{ "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", 2, 1 },                    /* mother and daughter */
		{ "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 2, 1 },                                 /* a thumb with a skin tone */
		{ "\xf0\x9f\x87\xaf\xf0\x9f\x87\xb5", 2, 1 },                                 /* the flag of Japan */
		{ "\xf0\x9f\x87\xaf\xf0\x9f\x87\xb5\xf0\x9f\x87\xaf\xf0\x9f\x87\xb5", 4, 2 },
		{ "\xef\xbc\xa1", 2, 1 }, { "\xef\xbd\xb1", 1, 1 }, { "\xe1\x84\x80\xe1\x85\xa1", 2, 1 },
		{ "a\xff" "b", 3, 3 }, { "\xe6\xbc", 2, 2 }, { "\xcc\x81", 0, 1 },
	};

	for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
		size_t n = strlen(text[i].s), clusters = 0;
		unsigned cells, all = 0;

		for (size_t at = 0; at < n; clusters++, all += cells)
			at += width_next(text[i].s + at, n - at, &cells);
		tap_num(all, text[i].cells, text[i].s);
		tap_num((long long)clusters, text[i].clusters, "its clusters");
	}
}

static void table(void)
{
	char *s;

	msgpack_sbuffer_clear(&b);
	msgpack_pack_array(&pk, 2);
	str("\xe6\xbc\xa2\xe5\xad\x97\x1b[31m\xff");
	str("0123456789012345678901234567890123456789012345678901234567890123456789");
	check(ROWOUT_TABLE, NULL, "[[\"a\"],[\"b\"]]",
	      "a           b\n----------  ------------------------------------------------------------\n"
	      "\xe6\xbc\xa2\xe5\xad\x97\xef\xbf\xbd[31m\xef\xbf\xbd  "
	      "01234567890123456789012345678901234567890123456789012345678\xe2\x80\xa6\n(1 row)\n",
	      "wide characters, control bytes and long cells in a table");
	room = 40;
	check(ROWOUT_TABLE, NULL, "[[\"a\"],[\"b\"]]",
	      "a           b\n----------  ----------------------------\n"
	      "\xe6\xbc\xa2\xe5\xad\x97\xef\xbf\xbd[31m\xef\xbf\xbd  012345678901234567890123456\xe2\x80\xa6\n(1 row)\n",
	      "on a narrow terminal long columns become narrow");
	msgpack_sbuffer_clear(&b);
	msgpack_pack_array(&pk, 2);
	str("\xe2\x9c\x85\xe2\xad\x90 \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 e\xcc\x81");
	str("c");
	check(ROWOUT_TABLE, NULL, "[[\"a\"],[\"b\"]]",
		"a          b\n---------  -\n"
		"\xe2\x9c\x85\xe2\xad\x90 \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 e\xcc\x81  c\n(1 row)\n",
		"emoji, joined ones, and combining accents");
	msgpack_sbuffer_clear(&b);
	msgpack_pack_array(&pk, 3);
	/* 16 cells */
	str("\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2"
	    "\xe5\xad\x97");
	msgpack_pack_int64(&pk, 1234567890123456789);
	str("c");
	check(ROWOUT_TABLE, NULL, "[[\"a\"],[\"b\"],[\"c\"]]",
		"a                                   b  c\n----------------  -------------------  "
		"-\n"
		"\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc"
		"\xa2\xe5\xad\x97  "
		"1234567890123456789  c\n(1 row)\n",
		"what just fits stays");
	room = 34;
	check(ROWOUT_TABLE, NULL, "[[\"a\"],[\"b\"],[\"c\"]]",
	      "a                               b\n------------  -------------------\n"
	      "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe2\x80\xa6   1234567890123456789\n"
	      "(1 row, 2 of 3 columns)\n", "numbers are never cut; last columns are left out");
	room = 0;
	msgpack_sbuffer_clear(&b);
	for (int i = 0; i < 41; i++) {
		msgpack_pack_array(&pk, 1);
		msgpack_pack_int(&pk, i);
	}
	s = written(ROWOUT_TABLE, NULL, "[[\"a\"]]", 1 << 20);
	tap_is(s, "256 row 41, column a: the table is full", "a table ends after its rows");
	free(s);
	b.size -= 2;
	msgpack_pack_array(&pk, 1);
	str("the row too many, whose last bytes come alone and so are not looked at before the "
	    "end");
	s = written(ROWOUT_TABLE, NULL, "[[\"a\"]]", b.size - 10);
	tap_result(strstr(s, "\n39\n(the first 40 rows)\n") != NULL,
		"also if it finds out at the very end");
	free(s);
}

int main(void)
{
	msgpack_sbuffer_init(&b);
	msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
	formats();
	nulls();
	binary();
	refused();
	counted();
	doubles();
	utf8();
	widths();
	table();
	msgpack_sbuffer_destroy(&b);
	return tap_done();
}

/*
 * Destinations: what is taken, what is refused and with which words, and that no key comes out
 * again.
 */
#include "base/mem.h"
#include "tap.h"
#include "td/tdurl.h"

#include <stdlib.h>

static const char *or_dash(const char *s)
{
	return s ? s : "-";
}

/* What comes back: rows of the table stay. */
static const struct { const char *text, *want; } carried[] = {
	{ "td://@/testdb/tbl?mode=replace&from=2026-11-27&to=2026-11-28", NULL },
	{ "td://@/testdb/tbl?to=20&mode=replace&from=2026-11-27T00:00:00%2B09:00",
		"td://@/testdb/tbl?mode=replace&from=2026-11-27T00:00:00%2B09:00&to=20" },
	{ "mydb:tbl?mode=merge&key=id,region", "mydb:tbl?mode=merge&key=id,region" },
	{ "td://@/testdb/tbl?mode=merge&key=Order%20ID,a%2cb&delete=gone",
		"td://@/testdb/tbl?mode=merge&key=Order%20ID,a%2Cb&delete=gone" },
};

static void carries(void)
{
	for (size_t i = 0; i < sizeof carried / sizeof *carried; i++) {
		struct fail f = { 0 };
		struct tdurl u;
		char *text;

		tap_num(tdurl_parse(&u, carried[i].text, &f), 0, carried[i].text);
		tap_num(tdurl_carries(&u), 1, "rows of the table stay");
		text = tdurl_format(&u);
		tap_is(text, carried[i].want ? carried[i].want : carried[i].text, "the same again");
		free(text);
		tdurl_free(&u);
	}
}

/* connection key endpoint database table mode */
static char *describe(const char *text)
{
	struct fail f = { 0 };
	struct tdurl u;
	char *out;

	if (tdurl_parse(&u, text, &f))
		return mem_printf("%d %s", (int)f.kind, f.why);
	out = mem_printf("%s %s %s %s %s %s", or_dash(u.connection), or_dash(u.key),
		or_dash(u.endpoint), or_dash(u.database), or_dash(u.table),
		u.has_mode ? tdurl_mode_name(u.mode) : "-");
	tdurl_free(&u);
	return out;
}

static const struct { const char *text, *want; } good[] = {
	{ "td://@/testdb/output_table", "- - - testdb output_table -" },
	{ "td://@/testdb/output_table?mode=replace", "- - - testdb output_table replace" },
	{ "td://@/testdb/output_table?mode=append", "- - - testdb output_table append" },
	{ "td://@/testdb/output_table?mode=truncate", "- - - testdb output_table truncate" },
	{ "td://@/testdb", "- - - testdb - -" },
	{ "td://@jp", "- - https://api.treasuredata.co.jp - - -" },
	{ "td://@/?mode=replace", "- - - - - replace" },
	{ "td://1/0123abcd@/testdb/tbl", "- 1/0123abcd - testdb tbl -" },
	{ "td://1%2F0123abcd@/testdb/tbl", "- 1/0123abcd - testdb tbl -" },
	{ "td://1%2f0123abcd@eu/testdb/tbl", "- 1/0123abcd https://api.eu01.treasuredata.com testdb tbl -" },
	{ "td://a@b@jp/testdb/tbl", "- a@b https://api.treasuredata.co.jp testdb tbl -" },
	{ "td://@us/db1/tbl", "- - https://api.treasuredata.com db1 tbl -" },
	{ "td://@us01/db1/tbl", "- - https://api.treasuredata.com db1 tbl -" },
	{ "td://@jp01/db1/tbl", "- - https://api.treasuredata.co.jp db1 tbl -" },
	{ "td://@eu01/db1/tbl", "- - https://api.eu01.treasuredata.com db1 tbl -" },
	{ "td://@tdlocal:8443/db1/tbl", "- - https://tdlocal:8443 db1 tbl -" },
	{ "td://@127.0.0.999/db1/tbl", "- - https://127.0.0.999 db1 tbl -" },
	{ "td://@ap02/db1/tbl", "- - https://api.ap02.treasuredata.com db1 tbl -" },
	{ "td://@ap03/db1/tbl", "- - https://api.ap03.treasuredata.com db1 tbl -" },
	{ "td://@idcf/db1/tbl", "- - https://api.ybi.idcfcloud.net db1 tbl -" },
	{ "td://@API.Example.com:8443/db1/tbl", "- - https://api.example.com:8443 db1 tbl -" },
	{ "td://@api.example.com:443/db1/tbl", "- - https://api.example.com db1 tbl -" },
	{ "td://@127.0.0.1:8080/db1/tbl", "- - http://127.0.0.1:8080 db1 tbl -" },
	{ "td://@localhost/db1/tbl", "- - http://localhost db1 tbl -" },
	{ "td://@[::1]:99/db1/tbl", "- - http://[::1]:99 db1 tbl -" },
	{ "td://@127.0.0.1:8080/db1/tbl?ssl=true&mode=replace", "- - https://127.0.0.1:8080 db1 tbl replace" },
	{ "mydb:", "mydb - - - - -" },
	{ "mydb:output_table", "mydb - - - output_table -" },
	{ "mydb:otherdb/output_table?mode=replace", "mydb - - otherdb output_table replace" },
};

static const struct { const char *text, *want; } bad[] = {
	{ "td://@/testdb/tbl?mode=replace&from=2026-11-27", "2 a range of time is mode=replace with both, from=TIME and to=TIME" },
	{ "td://@/testdb/tbl?from=1&to=2", "2 a range of time is mode=replace with both, from=TIME and to=TIME" },
	{ "td://@/testdb/tbl?mode=truncate&from=1&to=2", "2 a range of time is mode=replace with both, from=TIME and to=TIME" },
	{ "td://@/testdb/tbl?mode=merge", "2 mode=merge needs key=COLUMN[,COLUMN...]" },
	{ "td://@/testdb/tbl?mode=merge&delete=gone", "2 mode=merge needs key=COLUMN[,COLUMN...]" },
	{ "td://@/testdb/tbl?mode=replace&key=id", "2 key= goes with mode=merge" },
	{ "td://@/testdb/tbl?delete=gone", "2 delete= goes with mode=merge" },
	{ "td://@/testdb/tbl?mode=merge&key=", "2 key=: not a value" },
	{ "td://@/testdb/tbl?mode=merge&key=a,b,a", "2 key=: column 'a' is named twice" },
	{ "td://@/testdb/tbl?mode=merge&key=ab,a&delete=a",
		"2 delete=: column 'a' is a key: the mark is a column of its own" },
	{ "td://@/testdb/tbl?mode=merge&key=a,,b", "2 key=a,,b: not a value" },
	{ "td://@/testdb/tbl?mode=merge&key=a%0ab", "2 key=a%0ab: not a value" },
	{ "td://@/testdb/tbl?mode=merge&key=a%2", "2 key=a%2: not a value" },
	{ "td://@/testdb/tbl?mode=merge&key=a&key=b", "2 key is given twice" },
	{ "td://@us02/db1/tbl", "2 'us02' is neither a host name nor a site (us jp eu ap02 ap03 idcf)" },
	{ "", "2 a destination is td://@[HOST]/DATABASE/TABLE or NAME:TABLE" },
	{ "testdb.tbl", "2 a destination is td://@[HOST]/DATABASE/TABLE or NAME:TABLE, such as td://@/testdb/tbl" },
	{ "testdb", "2 a destination is td://@[HOST]/DATABASE/TABLE or NAME:TABLE" },
	{ "https://api.treasuredata.com/db1/tbl", "2 a destination is td://@[HOST]/DATABASE/TABLE or NAME:TABLE" },
	{ "td://testdb/tbl", "2 the @ is missing: td://@[HOST]/DATABASE/TABLE" },
	{ "td://1/SECRET/testdb/tbl", "2 the @ is missing: td://@[HOST]/DATABASE/TABLE" },
	{ "td://@/Test/tbl", "2 'Test' is not a database name: Treasure Data takes a-z, 0-9 and _ only" },
	{ "td://@/ab/tbl", "2 'ab' is not a database name: names have 3 to 255 characters" },
	{ "td://@/testdb/t", "2 't' is not a table name: names have 3 to 255 characters" },
	{ "td://@/testdb/tbl/more", "2 more than DATABASE/TABLE after the host" },
	{ "td://@1/SECRET/testdb/tbl", "2 '1' is neither a host name nor a site (us jp eu ap02 ap03 idcf)" },
	{ "td:SECRET@x/testdb/tbl", "2 more than DATABASE/TABLE after the host" },
	{ "td://@/testdb/tbl?SECRET", "2 a parameter without a value (mode, from, to, key, delete and ssl are known)" },
	{ "td://@us/testdb/tbl?ssl=true&ssl=false", "2 ssl is given twice" },
	{ "td://@[::1/testdb/tbl", "2 '[::1' is not an IPv6 address" },
	{ "td://@[]/testdb/tbl", "2 '[]' is not an IPv6 address" },
	{ "td://@[zz]:80/testdb/tbl", "2 '[zz]' is not an IPv6 address" },
	{ "td://@//tbl", "2 '' is not a database name: names have 3 to 255 characters" },
	{ "td://@/testdb/tbl?mode=upsert", "2 mode is append, replace, truncate, create or merge, not 'upsert'" },
	{ "td://@/testdb/tbl?mode", "2 mode is append, replace, truncate, create or merge, not ''" },
	{ "td://@/testdb/tbl?mode=append&mode=append", "2 mode is given twice" },
	{ "td://@/testdb/tbl?time=0", "2 unknown parameter 'time' (mode, from, to, key, delete and ssl are known)" },
	{ "td://@/testdb/tbl?apikey=SECRET", "2 no apikey parameter here: put the key in TD_API_KEY or before the @" },
	{ "td://@/testdb/tbl?ssl=true", "2 ssl needs a host in the URL" },
	{ "td://@eu/testdb/tbl?ssl=false", "2 ssl=false would send the key in the clear: it is for loopback addresses" },
	{ "td://@host:0/testdb/tbl", "2 no port number in 'host:0'" },
	{ "td://@host:99999/testdb/tbl", "2 no port number in 'host:99999'" },
	{ "td://@ho st/testdb/tbl", "2 'ho st' is not a host name" },
	{ "td://SEC%0ARET@/testdb/tbl", "2 the key in the URL is not a key (a bad % sequence, a blank or too long)" },
	{ "td://SEC%@/testdb/tbl", "2 the key in the URL is not a key (a bad % sequence, a blank or too long)" },
	{ "td://SEC%zzRET@/testdb/tbl", "2 the key in the URL is not a key (a bad % sequence, a blank or too long)" },
	{ "td://SEC%00RET@/testdb/tbl", "2 the key in the URL is not a key (a bad % sequence, a blank or too long)" },
	{ ":tbl", "2 a destination is td://@[HOST]/DATABASE/TABLE or NAME:TABLE" },
};

static void parsing(void)
{
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		char *got = describe(good[i].text);

		tap_is(got, good[i].want, good[i].text);
		free(got);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char *got = describe(bad[i].text);

		tap_is(got, bad[i].want, bad[i].text);
		tap_result(!strstr(got, "SECRET"), "  and no key in the message");
		free(got);
	}
}

static void long_names(void)
{
	char text[600] = "td://@/", *got;

	memset(text + 7, 'd', 255);
	memcpy(text + 262, "/tbl", sizeof "/tbl");
	got = describe(text);
	tap_result(got[0] == '-', "a name of 255 characters");
	free(got);
	memset(text + 7, 'd', 256);
	memcpy(text + 263, "/tbl", sizeof "/tbl");
	got = describe(text);
	tap_result(got[0] == '2' && strstr(got, "3 to 255 characters"), "one of 256 is too long");
	free(got);
}

static void formatting(void)
{
	struct fail f = { 0 };

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct tdurl u, again;
		char *text, *a, *b;
		bool key;

		tdurl_parse(&u, good[i].text, &f);
		key = u.key != NULL;
		text = tdurl_format(&u);
		if (key) {
			tap_result(strstr(text, "***@") && !strstr(text, u.key), text);
		} else {
			a = describe(good[i].text);
			b = describe(text);
			tap_is(b, a, text);
			tap_result(tdurl_parse(&again, text, &f) == 0, "  and it parses");
			tdurl_free(&again);
			free(a);
			free(b);
		}
		free(text);
		tdurl_free(&u);
	}
}

static void hiding(void)
{
	char one[] = "td://1/SECRET@jp/db1/tbl?mode=replace", two[] = "td://@/db1/tbl",
	     three[] = "mydb:tbl";

	tdurl_hide(one);
	tdurl_hide(two);
	tdurl_hide(three);
	tap_is(one, "td://********@jp/db1/tbl?mode=replace", "a key is overwritten in place");
	tap_is(two, "td://@/db1/tbl", "no key, no change");
	tap_is(three, "mydb:tbl", "nor in a named connection");
}

static void endpoints(void)
{
	static const struct { const char *text; bool plain; const char *want; } cases[] = {
		{ "api.treasuredata.com", false, "https://api.treasuredata.com" },
		{ "api.example.com:8443", false, "https://api.example.com:8443" },
		{ "https://api.example.com", false, "https://api.example.com" },
		{ "https://api.example.com/", false, "https://api.example.com" },
		{ "https://api.example.com:443/base/path//", false, "https://api.example.com/base/path" },
		{ "jp", false, "https://api.treasuredata.co.jp" },
		{ "http://127.0.0.1:8080/", false, "http://127.0.0.1:8080" },
		{ "http://localhost:80", false, "http://localhost" },
		{ "localhost:8080", false, "http://localhost:8080" },
		{ "127.0.0.1:8080", false, "http://127.0.0.1:8080" },
		{ "https://127.0.0.1:8080", false, "https://127.0.0.1:8080" },
		{ "http://api.example.com", true, "http://api.example.com" },
		{ "http://api.example.com", false, "78 http://api.example.com would send the key in the clear: use https://" },
		{ "http://127.evil.example", false, "78 http://127.evil.example would send the key in the clear: use https://" },
		{ "ftp://host", false, "78 not of the form HOST, HOST:PORT or https://HOST[:PORT]" },
		{ "https://user@host", false, "78 not of the form HOST, HOST:PORT or https://HOST[:PORT]" },
		{ "https://", false, "78 no host name" },
		{ "https://host/a b", false, "78 a path with a blank, '?' or '#'" },
		{ "https://host/a?b", false, "78 a path with a blank, '?' or '#'" },
		{ "host:", false, "78 no port number in 'host:'" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fail f = { 0 };
		char *got;

		if (tdurl_endpoint(cases[i].text, cases[i].plain, &got, &f))
			got = mem_printf("%d %s", (int)f.kind, f.why);
		tap_is(got, cases[i].want, cases[i].text);
		free(got);
	}
}

int main(void)
{
	parsing();
	long_names();
	carries();
	formatting();
	hiding();
	endpoints();
	return tap_done();
}

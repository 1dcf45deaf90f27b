/* A receipt that was written is read back; halves, doubles and others are refused. */
#include "base/mem.h"
#include "td/receipt.h"
#include "tap.h"

#include <stdlib.h>

static char *text_of(const struct receipt *r)
{
	char *begin = receipt_begin(r), *end = receipt_end(r),
	     *all = mem_printf("%s%s", begin, end);

	free(begin);
	free(end);
	return all;
}

static struct receipt sample(void)
{
	struct receipt r;
	struct fail f = { 0 };

	receipt_init(&r);
	r.done = true;
	r.action = mem_string("load");
	r.mode = TDURL_REPLACE;
	r.endpoint = mem_string("https://api.treasuredata.com");
	r.database = mem_string("db1");
	r.table = mem_string("tbl");
	r.temporary = mem_string("tbl_tdput_00");
	r.temporary_id = 7;
	r.rows = 123;
	r.valid = 123;
	r.errors = 0;
	r.has_time = true;
	r.time_min = -5;
	r.time_max = 253402300799;
	r.verified = true;
	schema_add(&r.schema, "na\"me\xc3\xa9", "map<string,long>", &f);
	return r;
}

static int kind_of(const char *text, size_t n)
{
	struct receipt r;
	struct fail f = { 0 };

	receipt_parse(&r, text, n, "input", &f);
	receipt_free(&r);
	return (int)f.kind;
}

static void round_trip(void)
{
	struct receipt r = sample(), back;
	struct fail f = { 0 };
	char *text = text_of(&r), *again;

	tap_num(receipt_parse(&back, text, strlen(text), "input", &f), 0, "it is read back");
	again = text_of(&back);
	tap_is(again, text, "with all that is in it");
	tap_num((long long)strcspn(text, "\n"), (long long)strlen(text) - 1, "one line");
	for (size_t n = 0; n < strlen(text) - 1; n++) {
		int kind = kind_of(text, n);

		if (kind != FAIL_UPSTREAM && n != strlen(text) - 1) {
			tap_num(kind, FAIL_UPSTREAM, "every cut is refused");
			printf("# at %zu\n", n);
			break;
		}
	}
	tap_num(kind_of(text, 0), FAIL_UPSTREAM, "nothing: the writer died");
	free(text);
	free(again);
	receipt_free(&r);
	receipt_free(&back);
}

/* Rows of the target stay: a receipt that says so no more is none. */
static void carry(void)
{
	struct receipt r = sample(), back;
	struct fail f = { 0 };
	char *text, *again;

	r.mode = TDURL_MERGE;
	r.carry.keys = mem_string("id\nOrder \"ID\"");
	r.carry.deleted = mem_string("gone");
	r.carry.rows_kept = 10;
	text = text_of(&r);
	tap_result(strstr(text, "\"carry\":{\"key\":[\"id\",\"Order \\\"ID\\\"\"],"
				"\"delete\":\"gone\",\"rows_kept\":10}") != NULL,
		"keys, the mark and what stays");
	tap_num(receipt_parse(&back, text, strlen(text), "input", &f), 0, "a merge is read back");
	again = text_of(&back);
	tap_is(again, text, "with all that is in it");
	free(text);
	free(again);
	receipt_free(&back);
	receipt_free(&r);
}

static void failures(void)
{
	struct receipt r = sample(), back;
	struct fail f = { 0 };
	char *text;

	r.done = false;
	r.reason = mem_string("disk \xff full");
	r.status = FAIL_SYSTEM;
	text = text_of(&r);
	tap_num(receipt_parse(&back, text, strlen(text), "input", &f), 0, "a failure is read back");
	tap_result(!back.done && back.status == FAIL_SYSTEM && back.reason,
		"with status and reason, whatever bytes it holds");
	tap_result(!strstr(text, "\"action\""), "it has done nothing");
	free(text);
	receipt_free(&r);
	receipt_free(&back);
}

static const struct { const char *text; int kind; } bad[] = {
	{ "hello\n", FAIL_DATA },
	{ "[]\n", FAIL_DATA },
	{ "{}\n", FAIL_DATA },
	{ "{\"receipt\":3,\"status\":\"done\"}\n", FAIL_DATA },
	{ "{\"receipt\":1,\"status\":\"loaded\",\"mode\":\"replace\",\"action\":\"load\",\"endpoint\":\"e\",\"database\":\"db1\",\"table\":\"tbl\"}\n", FAIL_NONE },
	{ "{\"receipt\":2,\"status\":\"loaded\",\"mode\":\"replace\",\"action\":\"load\",\"endpoint\":\"e\",\"database\":\"db1\",\"table\":\"tbl\"}\n", FAIL_DATA },
	{ "{\"receipt\":2,\"status\":\"loaded\",\"mode\":\"replace\",\"action\":\"load\",\"endpoint\":\"e\",\"database\":\"db1\",\"table\":\"tbl\",\"carry\":{}}\n", FAIL_DATA },
	{ "{\"receipt\":2,\"status\":\"loaded\",\"mode\":\"replace\",\"action\":\"load\",\"endpoint\":\"e\",\"database\":\"db1\",\"table\":\"tbl\",\"carry\":{\"from\":5,\"to\":5}}\n", FAIL_DATA },
	{ "{\"receipt\":2,\"status\":\"loaded\",\"mode\":\"replace\",\"action\":\"load\",\"endpoint\":\"e\",\"database\":\"db1\",\"table\":\"tbl\",\"carry\":{\"from\":5}}\n", FAIL_DATA },
	{ "{\"receipt\":2,\"status\":\"loaded\",\"mode\":\"replace\",\"action\":\"load\",\"endpoint\":\"e\",\"database\":\"db1\",\"table\":\"tbl\",\"carry\":{\"key\":[\"id\"]}}\n", FAIL_DATA },
	{ "{\"receipt\":1,\"status\":\"loaded\",\"mode\":\"replace\",\"action\":\"load\",\"endpoint\":\"e\",\"database\":\"db1\",\"table\":\"tbl\",\"carry\":{\"from\":5,\"to\":6}}\n", FAIL_DATA },
	{ "{\"receipt\":2,\"status\":\"loaded\",\"mode\":\"replace\",\"action\":\"load\",\"endpoint\":\"e\",\"database\":\"db1\",\"table\":\"tbl\",\"carry\":{\"from\":5,\"to\":6}}\n", FAIL_NONE },
	{ "{\"receipt\":1}\n", FAIL_DATA },
	{ "{\"receipt\":1,\"status\":\"perhaps\"}\n", FAIL_DATA },
	{ "{\"receipt\":1,\"status\":\"done\"}\n", FAIL_DATA },
	{ "{\"receipt\":1,\"status\":\"done\",\"status\":\"failed\"}\n", FAIL_DATA },
	{ "{\"receipt\":1,\"status\":\"failed\"}\n", FAIL_NONE },
	{ "{\"receipt\":1,\"status\":\"failed\"}\n{}\n", FAIL_DATA },
	{ "{\"receipt\":1,\"status\":\"failed\",\"columns\":7}\n", FAIL_DATA },
	{ "{\"receipt\":1,\"status\":\"failed\",\"exit\":-9,\"rows\":\"x\"}\n", FAIL_NONE },
};

int main(void)
{
	round_trip();
	carry();
	failures();
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		tap_num(kind_of(bad[i].text, strlen(bad[i].text)), bad[i].kind, bad[i].text);
	return tap_done();
}

/*
 * What td-local reads of one line: a cron line (and after an empty line its zone), a fault, a
 * schema. A cron line fires later than the moment it is asked for; a schema that was read
 * can be read again.
 */
#include "store/columns.h"
#include "jobs/cron.h"
#include "http/faults.h"
#include "fuzz.h"
#include "base/mem.h"
#include "base/url.h"
#include "store/tz.h"

static void cron(const char *text, const char *zone)
{
	struct zone *z = tz_open(zone), *utc = tz_open("UTC");
	struct cron c;

	if (cron_parse(&c, text) == 0)
		for (int64_t t = 1500000000, i = 0; i < 3; i++) {
			int64_t next = cron_next(&c, z ? z : utc, t);

			FUZZ_CHECK(next == -1 || (next > t && next % 60 == 0) || z);
			if (next < 0)
				break;
			t = next;
		}
	zone_free(z);
	zone_free(utc);
}

static void fault(const char *text)
{
	struct faults *all = faults_new();
	struct fail f = { 0 };
	struct fault out;

	if (faults_add(all, text, &f) == 0)
		faults_strike(all, "GET", "job/list", &out);
	else
		FUZZ_CHECK(f.kind == FAIL_USAGE);
	faults_free(all);
}

static void schema(const char *text)
{
	struct fail f = { 0 };
	json_t *s = columns_parse(text, NULL, true, &f), *more, *again;
	char *shown;

	FUZZ_CHECK(!s == (f.kind == FAIL_DATA));
	if (!s)
		return;
	more = columns_append(s, s, true, &f);
	FUZZ_CHECK(more && json_array_size(more) == json_array_size(s));
	shown = json_dumps(s, 0);
	again = columns_load(shown);
	FUZZ_CHECK(json_equal(again, s));
	free(shown);
	json_decref(columns_shown(s, true));
	json_decref(again);
	again = columns_parse(text, s, true, &f); /* aliases that are not given stay */
	FUZZ_CHECK(again || f.kind == FAIL_DATA);
	json_decref(again);
	json_decref(more);
	json_decref(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_copy(data, size), *lf = strchr(text, '\n'), *plain;

	if (lf)
		*lf = '\0';
	cron(text, lf ? lf + 1 : "UTC");
	fault(text);
	schema(text);
	plain = url_unescape(text, strlen(text), true);
	FUZZ_CHECK(!plain || strlen(plain) <= strlen(text));
	free(plain);
	free(text);
	return 0;
}

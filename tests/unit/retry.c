/* Which outcomes are repeated, for which requests, and how long the wait is. */
#include "td/retry.h"
#include "tap.h"

enum { NEVER = RETRY_STOP };
static const struct retry_policy policy = RETRY_DEFAULT;
static const uint64_t most = UINT64_MAX; /* of the dice */

static const struct {
	const char *what;
	bool repeatable;
	struct retry_outcome o;
	bool again;
} cases[] = {
	{ "no connection", true, { 0, false, -1 }, true },
	{ "no connection, not repeatable: nothing was sent", false, { 0, false, -1 }, true },
	{ "lost answer", true, { 0, true, -1 }, true },
	{ "lost answer, not repeatable", false, { 0, true, -1 }, false },
	{ "500", true, { 500, true, -1 }, true },
	{ "503, not repeatable", false, { 503, true, -1 }, false },
	{ "599", true, { 599, true, -1 }, true },
	{ "429", true, { 429, true, -1 }, true },
	{ "429, not repeatable: refused before any work", false, { 429, true, -1 }, true },
	{ "408", true, { 408, true, -1 }, true },
	{ "408, not repeatable", false, { 408, true, -1 }, false },
	{ "400", true, { 400, true, -1 }, false },
	{ "401", true, { 401, true, -1 }, false },
	{ "403", true, { 403, true, -1 }, false },
	{ "404", true, { 404, true, -1 }, false },
	{ "409", true, { 409, true, -1 }, false },
	{ "422", true, { 422, true, -1 }, false },
	{ "302", true, { 302, true, -1 }, false },
	{ "200", true, { 200, true, -1 }, false },
};

static void outcomes(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		tap_num(retry_wait(&policy, cases[i].repeatable, &cases[i].o, 0, 0, 0),
			cases[i].again ? 0 : NEVER, cases[i].what);
	tap_result(retry_is_unknown(&(struct retry_outcome){ 0, true, -1 }),
		"a lost answer leaves the outcome unknown");
	tap_result(!retry_is_unknown(&(struct retry_outcome){ 0, false, -1 }),
		"what was never sent did nothing");
	tap_result(!retry_is_unknown(&(struct retry_outcome){ 429, true, -1 }), "429 did nothing");
	tap_result(retry_is_unknown(&(struct retry_outcome){ 502, true, -1 }),
		"502 leaves the outcome unknown");
	tap_result(!retry_is_unknown(&(struct retry_outcome){ 404, true, -1 }),
		"404 is an outcome");
}

static void waits(void)
{
	const struct retry_outcome o = { 503, true, -1 }, after = { 503, true, 7000 };
	struct retry_policy p = policy;
	int64_t longest = 0, sum = 0;

	for (uint64_t r = 0; r < 1000; r++) {
		int64_t w = retry_wait(&p, true, &o, 3, 0, r * 7919);

		longest = w > longest ? w : longest;
		sum += w;
	}
	tap_result(longest <= 4000 && longest > 3900, "the fourth wait is at most 0.5 s * 2^3");
	tap_result(sum / 1000 > 1500 && sum / 1000 < 2500, "and half of it on the average");
	tap_num(retry_wait(&p, true, &o, 3, 0, 4001 + 17), 17, "drawn by the dice");
	tap_result(retry_wait(&p, true, &o, 63, 0, most) <= 60000,
		"no wait is longer than the cap, at any attempt");
	tap_result(retry_wait(&p, true, &o, 4000000000u, 0, most) <= 60000, "nor after very many");
	tap_num(retry_wait(&p, true, &after, 0, 0, 0), 7000, "Retry-After is obeyed");
	tap_num(retry_wait(&p, true, &after, 0, 594000, 0), NEVER, "unless the deadline is sooner");
	tap_num(retry_wait(&p, true, &o, 0, 600000, 0), NEVER,
		"nothing is repeated after the deadline");
	tap_num(retry_wait(&p, true, &o, 0, 599999, 0), 0, "but just before");
	p.cap_ms = 0;
	tap_num(retry_wait(&p, true, &o, 9, 0, most), 0, "a cap of 0: no waits");
	p.tries = 3;
	tap_num(retry_wait(&p, true, &o, 1, 0, 0), 0, "two tries of three: again");
	tap_num(retry_wait(&p, true, &o, 2, 0, 0), NEVER, "three of three: enough");
}

static void after(void)
{
	const int64_t now = 784111777; /* Sun, 06 Nov 1994 08:49:37 GMT, as in RFC 9110 */

	tap_num(retry_after_parse("120", now), 120000, "seconds");
	tap_num(retry_after_parse("0", now), 0, "no seconds");
	tap_num(retry_after_parse("99999999999999999999", now), -1, "seconds beyond all numbers");
	tap_num(retry_after_parse("9999999999", now), (int64_t)7 * 86400 * 1000,
		"seconds beyond a week are a week");
	tap_num(retry_after_parse("Sun, 06 Nov 1994 08:49:47 GMT", now), 10000, "a date");
	tap_num(retry_after_parse("Sun, 06 Nov 1994 08:49:00 GMT", now), 0, "a date in the past");
	tap_num(retry_after_parse("Tue, 29 Feb 2000 00:00:01 GMT", 951782400), 1000, "a leap day");
	tap_num(retry_after_parse("Sun, 06 Nov 1994 08:49:47 CET", now), -1, "another zone");
	tap_num(retry_after_parse("Sun, 06 Foo 1994 08:49:47 GMT", now), -1, "no month");
	tap_num(retry_after_parse("-5", now), -1, "negative");
	tap_num(retry_after_parse("", now), -1, "empty");
	tap_num(retry_after_parse("soon", now), -1, "a word");
}

int main(void)
{
	outcomes();
	waits();
	after();
	return tap_done();
}

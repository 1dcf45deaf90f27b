/* td-local's own controls: health, requests, reset, snapshots, clock, faults. */
#include "http/faults.h"
#include "http/journal.h"
#include "jobs/due.h"
#include "routes/routes.h"
#include "store/snapshot.h"

#include <stdlib.h>
#include <string.h>

static void faults_show(struct request *r)
{
	buf_init(&r->raw, 2 << 20);
	faults_list(r->service->faults, &r->raw);
	r->type = "text/plain; charset=utf-8";
	r->status = 200;
}

/* One fault a line; all of them or none. */
static void faults_post(struct request *r)
{
	struct fail f = { 0 };

	if (faults_add_all(r->service->faults, buf_text(&r->body), &f))
		answer_error(r, 422, "%s", f.why);
	else
		faults_show(r);
}

static void faults_delete(struct request *r)
{
	faults_clear(r->service->faults);
	faults_show(r);
}

/* The test clock: an epoch to stand at, +N to go on, "real" to run again. */
static void clock_post(struct request *r)
{
	const char *s = buf_text(&r->body);
	char *end;
	long long n = strtoll(s, &end, 10);
	int64_t before = td_clock_now();

	end += strspn(end, "\r\n");
	if (strcmp(s, "real") == 0)
		td_clock_set(-1);
	else if (end == s || *end || n < 0 || n > INT64_C(253402300799)) {
		answer_error(r, 422, "the clock takes an epoch, +N or real");
		return;
	} else {
		td_clock_set(*s == '+' ? td_clock_now() + n : n);
	}
	if (td_clock_now() < before)
		due_start(&r->service->queue);
	answer_json(r, json_pack("{s:I}", "now", (json_int_t)td_clock_now()));
	queue_kick(&r->service->queue);
}

static void clock_show(struct request *r)
{
	answer_json(r, json_pack("{s:I}", "now", (json_int_t)td_clock_now()));
}

/* Ready is what answers at all, but for a reset and after one that failed; nobody needs a key. */
static void health(struct request *r)
{
	bool seeded = r->service->seeded;

	answer_json(r,
		json_pack("{s:s, s:b, s:b}", "version", TD_VERSION, "ready", seeded, "seeded",
			seeded));
}

static void requests_show(struct request *r)
{
	answer_json(r, json_pack("{s:o}", "requests", journal_json(r->service->journal)));
}

static void requests_delete(struct request *r)
{
	journal_clear(r->service->journal);
	requests_show(r);
}

/* As it was at the start of a new data directory: nothing but samples and seed. */
static void reset_all(struct request *r)
{
	const struct account_first first = { service_first, r->service };
	struct fail f = { 0 };

	queue_pause(&r->service->queue);
	if (account_reset(r->account, &first, &f))
		answer_fail(r, &f);
	queue_resume(&r->service->queue);
	faults_clear(r->service->faults);
	journal_clear(r->service->journal);
	if (!r->status)
		answer_json(r, json_pack("{s:s}", "status", "ok"));
}

/* --- snapshots */

static bool name_bad(struct request *r, bool there)
{
	if (!snapshot_name_ok(r->arg[0]))
		answer_error(r, 422, "A snapshot's name has 1 to 64 of A-Z a-z 0-9 _ and -");
	else if (there && !snapshot_there(r->account, r->arg[0]))
		answer_error(r, 404, "There is no snapshot %.64s", r->arg[0]);
	return r->status != 0;
}

static void snapshots_show(struct request *r)
{
	answer_json(r, json_pack("{s:o}", "snapshots", snapshot_list(r->account)));
}

static void snapshots_end(struct request *r, const struct fail *f)
{
	pthread_mutex_unlock(&r->service->snapshots);
	if (f->kind)
		answer_fail(r, f);
	else
		answer_json(r, json_pack("{s:s}", "snapshot", r->arg[0]));
}

static void snapshots_post(struct request *r)
{
	struct fail f = { 0 };

	if (name_bad(r, false))
		return;
	pthread_mutex_lock(&r->service->snapshots);
	snapshot_take(r->account, r->arg[0], &f);
	snapshots_end(r, &f);
}

static void snapshots_delete(struct request *r)
{
	struct fail f = { 0 };

	pthread_mutex_lock(&r->service->snapshots);
	if (!name_bad(r, true))
		snapshot_drop(r->account, r->arg[0], &f);
	if (r->status)
		pthread_mutex_unlock(&r->service->snapshots);
	else
		snapshots_end(r, &f);
}

/* The clock, the faults and the requests stay as they are. */
static void snapshots_restore(struct request *r)
{
	struct fail f = { 0 };

	pthread_mutex_lock(&r->service->snapshots);
	if (name_bad(r, true)) {
		pthread_mutex_unlock(&r->service->snapshots);
		return;
	}
	queue_pause(&r->service->queue);
	if (snapshot_restore(r->account, r->arg[0], &f) == 0)
		due_start(&r->service->queue);
	queue_resume(&r->service->queue);
	snapshots_end(r, &f);
}

const struct route controls_routes[] = {
	{ "GET", "local/health", NOBODY, .prepare = health },
	{ "GET", "local/requests", MASTER, .prepare = requests_show },
	{ "DELETE", "local/requests", MASTER, .prepare = requests_delete },
	{ "POST", "local/reset", MASTER, .prepare = reset_all },
	{ "GET", "local/snapshots", MASTER, .prepare = snapshots_show },
	{ "POST", "local/snapshots/:", MASTER, .prepare = snapshots_post },
	{ "DELETE", "local/snapshots/:", MASTER, .prepare = snapshots_delete },
	{ "POST", "local/snapshots/:/restore", MASTER, .prepare = snapshots_restore },
	{ "GET", "local/clock", MASTER, .prepare = clock_show },
	{ "POST", "local/clock", MASTER, .prepare = clock_post },
	{ "GET", "local/faults", MASTER, .prepare = faults_show },
	{ "POST", "local/faults", MASTER, .prepare = faults_post },
	{ "DELETE", "local/faults", MASTER, .prepare = faults_delete },
	{ 0 },
};

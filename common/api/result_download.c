/* A whole result, whatever the connection does; repeats are proven to be the same bytes. */
#include "api/result_download.h"
#include "sys/clock.h"
#include "base/crc.h"
#include "base/die.h"

#include <string.h>

enum { FRUITLESS_MAX = 5, LATE_MAX = 4 };
static const uint32_t wait_first_ms = 500;

/*
 * Between the server and the sink: passes new bytes on and demands that repeated ones are the same.
 */
struct proof {
	struct sink sink;
	struct sink *to;
	uint64_t passed; /* bytes that `to` has got, */
	uint32_t crc;    /* and their CRC-32 */
	/* repeated bytes of this pass so far, and theirs; no new ones before again == passed */
	uint64_t again;
	uint32_t again_crc;
	bool differs;
};

static int put(struct sink *s, const void *bytes, size_t n, struct fail *f)
{
	struct proof *p = (struct proof *)s;
	const char *at = bytes;

	if (p->again < p->passed) {
		size_t some = n < p->passed - p->again ? n : (size_t)(p->passed - p->again);

		p->again_crc = crc_add(p->again_crc, bytes, some);
		p->again += some;
		at += some;
		n -= some;
		if (p->again == p->passed && p->again_crc != p->crc) {
			p->differs = true;
			return fail_set(f, FAIL_DATA,
				"it changed while it was fetched: its first %llu bytes are others "
				"now",
				(unsigned long long)p->passed);
		}
	}
	if (n == 0)
		return 0;
	if (io_put(p->to, at, n, f))
		return -1;
	p->crc = crc_add(p->crc, at, n);
	p->passed += n;
	p->again = p->passed;
	return 0;
}

static void begin_again(struct proof *p)
{
	p->again = 0;
	p->again_crc = 0;
	p->differs = false;
}

/* A job that has just finished may have its result a little later. True: wait and ask again. */
static bool late(struct api *a, int64_t rows, const struct proof *p, unsigned times)
{
	return api_status(a) == 404 && p->passed == 0 && rows > 0 && times < LATE_MAX;
}

static int over_one(struct api *a, uint32_t wait_ms, const char *job_id, int64_t rows,
	struct proof *p, struct result_download *got, struct fail *f)
{
	struct api_result r = { 0 };
	unsigned fruitless = 0, times = 0;
	int rc;

	for (;;) {
		uint64_t before = p->passed, wait;

		rc = api_job_result(a, job_id, &r, &p->sink, f);
		if (rc == 0)
			break;
		if (f->kind == FAIL_REFUSED && late(a, rows, p, times)) {
			times++;
		} else if (r.changed && !p->differs) {
			fruitless = p->passed > before ? 0 : fruitless + 1;
			if (fruitless == FRUITLESS_MAX) {
				f->kind = FAIL_TEMP;
				return fail_at(f, "given up after %u starts from the beginning",
					fruitless);
			}
			begin_again(p);
		} else {
			break;
		}
		fail_clear(f);
		r = (struct api_result){ 0 };
		wait = wait_first_ms << (fruitless + times);
		if (clock_sleep(wait < wait_ms ? wait : wait_ms, f))
			return -1;
	}
	if (p->differs)
		f->kind = FAIL_TEMP; /* only here: a sink that fails so would make api ask again */
	got->bytes = p->passed;
	got->sure = r.total >= 0;
	memcpy(got->etag, r.etag, sizeof got->etag);
	if (rc && f->kind == FAIL_REFUSED && api_status(a) == 404 && p->passed == 0) {
		if (rows != 0)
			return fail_at(f, "job %s has no result%s", job_id,
				rows > 0 ? " any more"
					 : " (one that writes or changes a table has none)");
		fail_clear(f);
		return 0;
	}
	if (rc == 0 && p->again < p->passed)
		return fail_set(f, FAIL_TEMP,
			"result of job %s: it changed while it was fetched: it is shorter now",
			job_id);
	return rc;
}

int result_download(struct api *a, const struct result_download_opts *o, const char *job_id,
	int64_t rows, struct sink *to, struct result_download *got, struct fail *f)
{
	struct proof p = { .sink = { .put = put, .name = to->name }, .to = to };
	bool able;

	if (o->jobs > 1) {
		got->sure = true;
		if (parallel_download(a, o->conf, o->api, o->jobs, job_id, &p.sink, got->etag,
			    &able, f) == 0) {
			got->bytes = p.passed;
			return 0;
		}
		if (able)
			return -1;
		if (p.passed > 0)
			note("%s; over one connection from the start", f->why);
		fail_clear(f);
		begin_again(&p);
	}
	return over_one(a, o->api->retry.cap_ms, job_id, rows, &p, got, f);
}

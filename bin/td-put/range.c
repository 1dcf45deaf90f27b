/*
 * td-put: mode=replace with from= and to=: every row must lie in that range of time. Each block is
 * checked before it is sent.
 */
#include "put.h"

#include "frame/inflater.h"
#include "sys/zonefile.h"
#include "value/tdtime.h"
#include "value/zone.h"

#include <stdlib.h>
#include <string.h>

static int one(const char *name, const char *text, const struct zone *zone, int64_t *out,
	struct fail *f)
{
	const struct tdtime rules = { .zone = zone };
	const char *wrong = tdtime_parse(&rules, text, strlen(text), out);

	if (!wrong)
		return 0;
	return fail_set(f, FAIL_USAGE,
		"%s=%.200s %.*s: give 2026-11-27, 2026-11-27T09:00:00Z or epoch seconds", name,
		text, (int)strcspn(wrong, ":"), wrong);
}

int range_read(struct load *l, struct fail *f)
{
	struct range *r = &l->range;
	struct zone *zone = NULL;
	int rc = 0;

	if (l->o->time_zone && !l->to.from)
		return fail_set(f, FAIL_USAGE, "--time-zone is for from= and to= of the URL");
	if (!l->to.from)
		return 0;
	if (l->o->time_zone && !(zone = zonefile_open(l->o->time_zone, f)))
		return fail_at(f, "--time-zone");
	rc = one("from", l->to.from, zone, &r->from, f) || one("to", l->to.to, zone, &r->to, f);
	zone_free(zone);
	if (rc)
		return -1;
	if (r->from >= r->to)
		return fail_set(f, FAIL_USAGE, "from=%.200s to=%.200s: %s", l->to.from, l->to.to,
			r->from == r->to ? "an empty range (to= is the first moment after it)"
					 : "to= is before from=");
	r->on = true;
	return 0;
}

static int outside(const struct load *l, int64_t time, uint64_t row, struct fail *f)
{
	char text[TDTIME_TEXT] = "";

	tdtime_text(time, 0, text);
	return fail_set(f, FAIL_DATA,
		"row %llu is of %s (time %lld), outside from=%.200s to=%.200s",
		(unsigned long long)row, *text ? text : "another time", (long long)time,
		l->to.from, l->to.to);
}

/* The time of the record at p; false: it has no time, or one that is not an integer. */
static bool time_of(const char *p, const char *end, int64_t *out)
{
	struct mp map, key, value;
	ptrdiff_t n = mp_token(p, end, &map);

	if (n <= 0 || map.type != MP_MAP)
		return false;
	for (uint32_t i = 0; i < map.n; i++) {
		p += n;
		if ((n = mp_token(p, end, &key)) <= 0 || (n = mp_value(p, end)) <= 0)
			return false;
		p += n;
		if (mp_token(p, end, &value) <= 0 || (n = mp_value(p, end)) <= 0)
			return false;
		if (key.type != MP_STR || key.n != 4 || memcmp(key.as.p, "time", 4) != 0)
			continue;
		*out = value.type == MP_INT ? value.as.i : (int64_t)value.as.u;
		return value.type == MP_INT || (value.type == MP_UINT && value.as.u <= INT64_MAX);
	}
	return false;
}

static int look(struct load *l, const char *p, size_t len, struct fail *f)
{
	const char *const end = p + len;

	while (p < end) {
		const ptrdiff_t n = mp_value(p, end);
		int64_t time;

		l->range.rows++;
		if (n <= 0)
			return fail_set(f, FAIL_DATA, "a block that is not msgpack");
		if (!time_of(p, end, &time))
			return fail_set(f, FAIL_DATA, "row %llu has no integer as its time",
				(unsigned long long)l->range.rows);
		if (time < l->range.from || time >= l->range.to)
			return outside(l, time, l->range.rows, f);
		p += n;
	}
	return 0;
}

int range_block(struct load *l, const struct frame_block *b, struct fail *f)
{
	struct range *r = &l->range;

	if (!r->on)
		return 0;
	if (!r->inflater && !(r->inflater = inflater_open(f)))
		return -1;
	r->body.len = 0;
	if (r->body.max == 0)
		buf_init(&r->body, FRAME_BODY_MAX);
	if (buf_room(&r->body, b->body_len))
		return fail_set(f, FAIL_DATA, "a block of more than %d bytes", FRAME_BODY_MAX);
	if (inflater_block(r->inflater, b->data, b->len, r->body.p, b->body_len, b->crc))
		return fail_set(f, FAIL_DATA, "a damaged block");
	return look(l, r->body.p, b->body_len, f);
}

int range_end(const struct load *l, struct fail *f)
{
	const struct frame_end *e = &l->input.in.end;

	if (!l->range.on || !e->has_time)
		return 0;
	if (e->time_min < l->range.from || e->time_max >= l->range.to)
		return fail_set(f, FAIL_DATA,
			"the rows are of %lld to %lld, outside from=%.200s to=%.200s",
			(long long)e->time_min, (long long)e->time_max, l->to.from, l->to.to);
	return 0;
}

void range_free(struct load *l)
{
	inflater_close(l->range.inflater);
	buf_free(&l->range.body);
}

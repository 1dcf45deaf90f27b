/* td-put: what is in the blocks of the input: for --dry-run, and for the key of --once=@content. */
#include "put.h"

#include "value/tdtime.h"

#include <string.h>

const char *records_fault(const char *p, const char *end)
{
	struct mp map, key, value;

	p += mp_token(p, end, &map);
	if (map.type != MP_MAP)
		return "not a map";
	for (uint32_t i = 0; i < map.n; i++) {
		p += mp_token(p, end, &key);
		if (key.type != MP_STR)
			return "a key that is not a string";
		mp_token(p, end, &value);
		p += mp_value(p, end);
		if (key.n != 4 || memcmp(key.as.p, "time", 4) != 0)
			continue;
		if (value.type != MP_UINT && value.type != MP_INT)
			return "its time is not an integer";
		return value.type == MP_INT || value.as.u > TDTIME_MAX
			       ? "its time is not in the years 1970 to 9999"
			       : NULL;
	}
	return "no time";
}

static int check_records(
	const struct load *l, const char *p, const char *end, uint32_t values, struct fail *f)
{
	uint64_t row = l->checked.rows;

	for (uint32_t i = 0; i < values; i++) {
		const ptrdiff_t n = mp_value(p, end);
		const char *fault = n > 0 ? records_fault(p, p + n) : "not msgpack, or cut";

		row++;
		if (fault)
			return fail_set(f, FAIL_DATA, "record %llu: %s", (unsigned long long)row,
				fault);
		p += n;
	}
	if (p != end)
		return fail_set(f, FAIL_DATA, "more records than the frame says, after record %llu",
			(unsigned long long)row);
	return 0;
}

int records_inflate(struct checked *c, const struct frame_block *b, struct fail *f)
{
	if (!c->inflater && !(c->inflater = inflater_open(f)))
		return -1;
	buf_eat(&c->body, c->body.len);
	c->body.max = FRAME_BODY_MAX;
	if (b->body_len > FRAME_BODY_MAX || buf_room(&c->body, b->body_len))
		return fail_set(f, FAIL_DATA, "a block of %lu bytes is too long",
			(unsigned long)b->body_len);
	if (inflater_block(c->inflater, b->data, b->len, c->body.p, b->body_len, b->crc))
		return fail_set(f, FAIL_DATA,
			"block %llu: the compressed data is damaged, or its checksum is wrong",
			(unsigned long long)c->blocks + 1);
	c->body.len = b->body_len;
	c->blocks++;
	return 0;
}

int records_check(struct load *l, const struct frame_block *b, struct fail *f)
{
	struct checked *c = &l->checked;

	if (records_inflate(c, b, f) ||
		check_records(l, c->body.p, c->body.p + c->body.len, b->values, f))
		return fail_at(f, "%s", l->input.from->name);
	c->rows += b->values;
	return 0;
}

void records_free(struct checked *c)
{
	inflater_close(c->inflater);
	buf_free(&c->body);
	*c = (struct checked){ 0 };
}

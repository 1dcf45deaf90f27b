/* The JSON of a frame's head and end, and the subfield of its members. */
#include "frame/frame.h"
#include "base/mem.h"
#include "value/jsondoc.h"
#include "base/visible.h"

#include <stdlib.h>
#include <string.h>

void frame_head_free(struct frame_head *h)
{
	schema_free(&h->schema);
	free(h->job_id);
	free(h->endpoint);
	*h = (struct frame_head){ .rows = -1, .size = -1 };
}

void frame_end_free(struct frame_end *e)
{
	schema_free(&e->schema);
	free(e->reason);
	free(e->watermark_column);
	free(e->watermark);
	free(e->place);
	free(e->etag);
	*e = (struct frame_end){ 0 };
}

static char *text_of(json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT | JSON_ENSURE_ASCII);

	json_decref(j);
	return text ? text : mem_string("{}");
}

static void set_text(json_t *j, const char *key, const char *value)
{
	json_t *text;

	if (!value)
		return;
	text = json_string(value);
	json_object_set_new(j, key, text ? text : json_string("(not UTF-8)"));
}

static void set_count(json_t *j, const char *key, uint64_t value)
{
	json_object_set_new(j, key, json_integer((json_int_t)value));
}

char *frame_head_format(const struct frame_head *h)
{
	json_t *j = json_object();

	set_count(j, "td-frame", h->passed ? FRAME_PASSED : FRAME_VERSION);
	set_text(j, "content", h->content == FRAME_ROWS ? "rows" : "records");
	if (h->schema.n > 0)
		json_object_set_new(j, "columns", schema_to_json(&h->schema));
	set_text(j, "job_id", h->job_id);
	set_text(j, "endpoint", h->endpoint);
	if (h->rows >= 0)
		set_count(j, "rows", (uint64_t)h->rows);
	if (h->passed && h->size >= 0)
		set_count(j, "size", (uint64_t)h->size);
	return text_of(j);
}

char *frame_end_format(const struct frame_end *e)
{
	char crc[9], reason[VISIBLE_MAX];
	json_t *j = json_object();

	set_text(j, "end", e->commit ? "commit" : "abort");
	if (!e->commit) {
		if (e->reason)
			visible_text(reason, sizeof reason, e->reason, strlen(e->reason));
		set_text(j, "reason", e->reason ? reason : NULL);
		set_count(j, "status", (uint64_t)e->status);
		set_text(j, "stderr", e->place);
	}
	if (!e->passed || e->has_rows)
		set_count(j, "rows", e->rows);
	if (e->passed) {
		set_count(j, "length", e->length);
		set_text(j, "etag", e->etag);
	} else {
		set_count(j, "blocks", e->blocks);
		set_count(j, "bytes", e->bytes);
		set_count(j, "rejects", e->rejects);
	}
	snprintf(crc, sizeof crc, "%08lx", (unsigned long)e->crc);
	set_text(j, "crc32", crc);
	if (e->schema.n > 0)
		json_object_set_new(j, "columns", schema_to_json(&e->schema));
	if (e->has_time)
		json_object_set_new(j, "time",
			json_pack("[I,I]", (json_int_t)e->time_min, (json_int_t)e->time_max));
	if (e->watermark_column)
		json_object_set_new(j, "watermark", json_pack("{s:s,s:s?}", "column",
			e->watermark_column, "value", e->watermark));
	set_text(j, "source", e->verified ? "verified" : "eof");
	return text_of(j);
}

/* An absent count is `missing`; anything but a non-negative integer is an error. */
static int get_count(const json_t *j, const char *key, int64_t missing, int64_t *out,
	struct fail *f)
{
	json_t *v = json_object_get(j, key);

	*out = v ? (int64_t)json_integer_value(v) : missing;
	if (v && (!json_is_integer(v) || *out < 0))
		return fail_set(f, FAIL_DATA, "'%s' is not a count", key);
	return 0;
}

static char *get_text(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s ? mem_string(s) : NULL;
}

static json_t *load(const char *text, size_t n, const char *what, struct fail *f)
{
	json_error_t err;
	json_t *j = jsondoc_load(text, n, JSON_REJECT_DUPLICATES, &err);

	if (!json_is_object(j)) {
		fail_set(f, FAIL_DATA, "the frame's %s is not a JSON object: %s", what,
			j ? "another type" : err.text);
		json_decref(j);
		return NULL;
	}
	return j;
}

static int head_fields(struct frame_head *h, const json_t *j, struct fail *f)
{
	const char *content = json_string_value(json_object_get(j, "content"));
	json_t *columns = json_object_get(j, "columns");
	int64_t version;

	if (get_count(j, "td-frame", 0, &version, f) || get_count(j, "rows", -1, &h->rows, f) ||
		get_count(j, "size", -1, &h->size, f))
		return -1;
	if (version < 1 || version > FRAME_PASSED)
		return fail_set(f, FAIL_DATA, "frame version %lld: this program reads 1 to %d",
			(long long)version, FRAME_PASSED);
	h->version = (int)version;
	h->passed = version == FRAME_PASSED;
	if (!content || (strcmp(content, "rows") != 0 && strcmp(content, "records") != 0))
		return fail_set(f, FAIL_DATA, "the frame's content is neither rows nor records");
	h->content = strcmp(content, "rows") == 0 ? FRAME_ROWS : FRAME_RECORDS;
	if (h->passed && h->content != FRAME_ROWS)
		return fail_set(f, FAIL_DATA, "version %d is for rows only", FRAME_PASSED);
	h->job_id = get_text(j, "job_id");
	h->endpoint = get_text(j, "endpoint");
	return columns ? schema_from_json(&h->schema, columns, f) : 0;
}

int frame_head_parse(struct frame_head *h, const char *text, size_t n, struct fail *f)
{
	json_t *j = load(text, n, "head", f);
	int rc;

	*h = (struct frame_head){ .rows = -1, .size = -1 };
	if (!j)
		return -1;
	rc = head_fields(h, j, f);
	json_decref(j);
	if (rc) {
		frame_head_free(h);
		fail_at(f, "the frame's head");
	}
	return rc;
}

/* What it says about how much there is: a commit has to. */
static int end_counts(struct frame_end *e, const json_t *j, struct fail *f)
{
	const int64_t missing = e->commit ? -1 : 0;
	int64_t rows, blocks, bytes, rejects, length;

	if (get_count(j, "rows", e->passed ? 0 : missing, &rows, f) ||
		get_count(j, "blocks", e->passed ? 0 : missing, &blocks, f) ||
		get_count(j, "bytes", e->passed ? 0 : missing, &bytes, f) ||
		get_count(j, "length", e->passed ? missing : 0, &length, f) ||
		get_count(j, "rejects", 0, &rejects, f))
		return -1;
	if (rows < 0 || blocks < 0 || bytes < 0 || length < 0)
		return fail_set(f, FAIL_DATA, "a count is missing");
	e->has_rows = json_object_get(j, "rows") != NULL;
	e->rows = (uint64_t)rows;
	e->blocks = (uint64_t)blocks;
	e->bytes = (uint64_t)bytes;
	e->length = (uint64_t)length;
	e->rejects = (uint64_t)rejects;
	return 0;
}

static int end_fields(struct frame_end *e, const json_t *j, struct fail *f)
{
	const char *end = json_string_value(json_object_get(j, "end"));
	const char *crc = json_string_value(json_object_get(j, "crc32"));
	const char *source = json_string_value(json_object_get(j, "source"));
	json_t *columns = json_object_get(j, "columns"), *time = json_object_get(j, "time");
	const json_t *watermark = json_object_get(j, "watermark");
	int64_t status;
	char *rest;

	if (!end || (strcmp(end, "commit") != 0 && strcmp(end, "abort") != 0))
		return fail_set(f, FAIL_DATA, "neither commit nor abort");
	e->commit = strcmp(end, "commit") == 0;
	e->reason = get_text(j, "reason");
	e->place = get_text(j, "stderr");
	e->etag = get_text(j, "etag");
	if (get_count(j, "status", FAIL_UPSTREAM, &status, f))
		return -1;
	e->status = status > 0 && status < FAIL_PIPE ? (int)status : FAIL_UPSTREAM;
	if (end_counts(e, j, f))
		return -1;
	if (e->commit && (!crc || strlen(crc) != 8))
		return fail_set(f, FAIL_DATA, "the checksum is missing");
	if (crc) {
		e->crc = (uint32_t)strtoul(crc, &rest, 16);
		if (*rest)
			return fail_set(f, FAIL_DATA, "the checksum is not hexadecimal");
	}
	if (time) {
		if (!json_is_integer(json_array_get(time, 0)) ||
			!json_is_integer(json_array_get(time, 1)))
			return fail_set(f, FAIL_DATA, "'time' is not a range");
		e->has_time = true;
		e->time_min = json_integer_value(json_array_get(time, 0));
		e->time_max = json_integer_value(json_array_get(time, 1));
	}
	e->watermark_column = get_text(watermark, "column");
	e->watermark = get_text(watermark, "value");
	if (watermark && !e->watermark_column)
		return fail_set(f, FAIL_DATA, "'watermark' has no column");
	e->verified = source && strcmp(source, "verified") == 0;
	return columns ? schema_from_json(&e->schema, columns, f) : 0;
}

int frame_end_parse(struct frame_end *e, bool passed, const char *text, size_t n, struct fail *f)
{
	json_t *j = load(text, n, "end", f);
	int rc;

	*e = (struct frame_end){ .passed = passed };
	if (!j)
		return -1;
	rc = end_fields(e, j, f);
	json_decref(j);
	if (rc) {
		frame_end_free(e);
		fail_at(f, "the frame's end");
	}
	return rc;
}

static void put_le(char *p, uint32_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (char)(v >> 8 * i & 0xff);
}

static uint32_t get_le(const char *p, int n)
{
	uint32_t v = 0;

	while (n--)
		v = v << 8 | (unsigned char)p[n];
	return v;
}

size_t frame_extra_format(char out[FRAME_EXTRA_LEN + FRAME_DONE_LEN], const struct frame_extra *x)
{
	memcpy(out, "TD", 2);
	put_le(out + 2, FRAME_EXTRA_LEN - 4, 2);
	out[4] = (char)x->version;
	out[5] = x->kind;
	put_le(out + 6, x->member_len, 4);
	put_le(out + 10, x->body_len, 4);
	put_le(out + 14, x->values, 4);
	if (x->done < 0)
		return FRAME_EXTRA_LEN;
	out += FRAME_EXTRA_LEN;
	memcpy(out, "Td", 2);
	put_le(out + 2, FRAME_DONE_LEN - 4, 2);
	put_le(out + 4, (uint32_t)x->done, 4);
	return FRAME_EXTRA_LEN + FRAME_DONE_LEN;
}

static bool is_ours(const struct frame_extra *x)
{
	return x->version >= 1 && x->version <= FRAME_PASSED && x->kind && strchr("HBE", x->kind);
}

bool frame_extra_has(const char *p, size_t n)
{
	while (n >= 4 && memcmp(p, "TD", 2) != 0) {
		const size_t len = 4 + (size_t)get_le(p + 2, 2);

		if (len > n)
			return false;
		p += len;
		n -= len;
	}
	return n >= 4;
}

static struct frame_extra get_extra(const char *p)
{
	return (struct frame_extra){ p[5], get_le(p + 6, 4), get_le(p + 10, 4),
		get_le(p + 14, 4), (unsigned char)p[4], -1 };
}

int frame_extra_parse(const char *p, size_t n, struct frame_extra *x)
{
	int32_t done = -1;
	bool found = false;

	/* RFC 1952, 2.3.1.1: SI1 SI2 LEN data */
	for (size_t len; n >= 4; p += 4 + len, n -= 4 + len) {
		len = get_le(p + 2, 2);
		if (len > n - 4)
			return -1;
		if (memcmp(p, "Td", 2) == 0 && len == FRAME_DONE_LEN - 4)
			done = (int32_t)(get_le(p + 4, 4) & INT32_MAX);
		if (memcmp(p, "TD", 2) != 0)
			continue;
		if (found || len != FRAME_EXTRA_LEN - 4)
			return -1;
		found = true;
		*x = get_extra(p);
		if (!is_ours(x))
			return -1;
	}
	if (found)
		x->done = done < FRAME_DONE_ALL ? done : FRAME_DONE_ALL;
	return n == 0 ? found : -1;
}

/* A job's result on its way out: checked, and written as a frame or in another format. */
#include "frame/resultout.h"
#include "frame/gzip.h"

/* Of the first two bytes those that are here. */
static bool begins_gzip(const struct resultout *o, const char *p, size_t n)
{
	const size_t had = (size_t)o->taken, room = 2 - had;

	return memcmp(p, gzip_plain_header + had, n < room ? n : room) == 0;
}

static int put(struct sink *s, const void *p, size_t n, struct fail *f)
{
	struct resultout *o = (struct resultout *)s;

	if (!o->passes) {
		o->taken += n;
		return io_put(&o->gunzip.sink, p, n, f);
	}
	if (o->taken < 2 && !begins_gzip(o, p, n))
		return fail_set(f, FAIL_DATA, "no gzip member at byte 0");
	o->taken += n;
	return io_put(o->format == RESULTOUT_FRAME ? &o->raw : o->to, p, n, f);
}

static int put_raw(struct sink *s, const void *p, size_t n, struct fail *f)
{
	struct resultout *o = (struct resultout *)((char *)s - offsetof(struct resultout, raw));

	return frameout_raw(&o->frame, p, n, f);
}

static bool is_text(enum resultout_format format)
{
	return format >= RESULTOUT_CSV;
}

static int open_text(struct resultout *o, const struct resultout_opts *opts,
	const struct frame_head *head, struct fail *f)
{
	static const enum rowout_format format[] = { [RESULTOUT_CSV] = ROWOUT_CSV,
		[RESULTOUT_TSV] = ROWOUT_TSV,
		[RESULTOUT_JSONL] = ROWOUT_JSONL,
		[RESULTOUT_TABLE] = ROWOUT_TABLE };
	struct rowout_opts text = { format[opts->format], opts->header, opts->null, head->rows,
		opts->room };

	return rowout_init(&o->text, &text, &head->schema, o->to, f);
}

int resultout_open(struct resultout *o, const struct resultout_opts *opts, struct frame_head *head,
	struct sink *to, struct fail *f)
{
	const bool frame = opts->format == RESULTOUT_FRAME;

	head->passed = frame && !opts->check && head->schema.n > 0;
	*o = (struct resultout){ .sink = { .put = put, .name = to->name },
		.format = opts->format,
		.passes = head->passed || opts->format == RESULTOUT_GZIP,
		.schema = &head->schema,
		.to = to,
		.raw = { .put = put_raw, .name = to->name },
		.open = true };
	rowcount_init(&o->rows, head->schema.n, opts->format == RESULTOUT_MSGPACK ? to : NULL);
	if (!o->passes &&
		gunzip_init(&o->gunzip, is_text(opts->format) ? &o->text.sink : &o->rows.sink,
		    frame ? &o->raw : NULL, f))
		return -1;
	if (frame)
		return frameout_open(&o->frame, to, head, f);
	return is_text(opts->format) ? open_text(o, opts, head, f) : 0;
}

int64_t resultout_rows(const struct resultout *o)
{
	if (o->passes)
		return -1;
	return (int64_t)(is_text(o->format) ? o->text.rows : o->rows.count.values);
}

/* It was not read. No bytes are legal as a result without rows. */
static int check_passed(struct resultout *o, int64_t rows, struct fail *f)
{
	if (o->taken == 0 && rows > 0)
		return fail_set(f, FAIL_DATA, "no bytes came, but the job has %lld rows",
			(long long)rows);
	return 0;
}

/* No bytes are not gzip. */
static int end_gzip(struct resultout *o, struct fail *f)
{
	char empty[GZIP_PLAIN_HEADER_LEN + GZIP_FINAL_LEN + GZIP_TRAILER_LEN];

	if (o->taken > 0)
		return 0;
	memcpy(empty, gzip_plain_header, GZIP_PLAIN_HEADER_LEN);
	memcpy(empty + GZIP_PLAIN_HEADER_LEN, GZIP_FINAL, GZIP_FINAL_LEN);
	gzip_trailer(empty + GZIP_PLAIN_HEADER_LEN + GZIP_FINAL_LEN, 0, 0);
	return io_put(o->to, empty, sizeof empty, f);
}

/* What must be true of the rows before anything says that they are all. */
static int check(struct resultout *o, int64_t rows, struct fail *f)
{
	if (o->passes)
		return check_passed(o, rows, f);
	if (gunzip_end(&o->gunzip, f) || (!is_text(o->format) && rowcount_end(&o->rows, f)))
		return -1;
	if (is_text(o->format) && rowout_end(&o->text, f))
		return -1;
	if (rows >= 0 && !o->text.full && resultout_rows(o) != rows)
		return fail_set(f, FAIL_DATA, "%lld rows came, but the job has %lld",
			(long long)resultout_rows(o), (long long)rows);
	return 0;
}

static int end_frame(struct resultout *o, int64_t rows, const char *etag, struct fail *f)
{
	struct frame_end end = { .verified = true, .schema = *o->schema };

	if (!o->passes) {
		frameout_raw_counts(&o->frame, o->gunzip.members, o->gunzip.bytes,
			o->rows.count.values);
		return frameout_commit(&o->frame, &end, f);
	}
	end.has_rows = rows >= 0 || o->taken == 0;
	end.rows = rows > 0 ? (uint64_t)rows : 0;
	end.etag = *etag ? (char *)(uintptr_t)etag : NULL;
	return frameout_commit(&o->frame, &end, f);
}

int resultout_end(struct resultout *o, int64_t rows, const char *etag, struct fail *f)
{
	if (o->text.full)
		return rowout_end(&o->text, f);
	if (check(o, rows, f))
		return -1;
	if (o->format == RESULTOUT_GZIP)
		return end_gzip(o, f);
	return o->format == RESULTOUT_FRAME ? end_frame(o, rows, etag, f) : 0;
}

void resultout_abort(struct resultout *o, const struct fail *why)
{
	struct fail ignored = { 0 };

	if (o->open && o->format == RESULTOUT_FRAME)
		frameout_abort(&o->frame, why, &ignored);
}

void resultout_free(struct resultout *o)
{
	if (!o->open)
		return;
	if (!o->passes)
		gunzip_free(&o->gunzip);
	if (is_text(o->format))
		rowout_free(&o->text);
	o->open = false;
}

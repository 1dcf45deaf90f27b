#include "td-encode.h"

#include "blockpool.h"
#include "die.h"
#include "frameout.h"

#include <stdlib.h>
#include <unistd.h>

/* Standard output, remembering that it failed: then no abort can be written either. */
struct out {
	struct sink sink;
	struct fd_sink fd;
	bool broken;
};

struct run {
	const struct opts *opts;
	struct input in;
	struct record record;
	struct out out;
	struct frameout frame;
	bool head_written;
};

static int out_put(struct sink *s, const void *p, size_t n, struct fail *f)
{
	struct out *o = (struct out *)s;
	int rc = io_put(&o->fd.sink, p, n, f);

	o->broken |= rc != 0;
	return rc;
}

static int write_head(struct run *run, const struct schema *schema, struct fail *f)
{
	const struct frame_head *from = &run->in.frame.head;
	struct frame_head h = { .content = FRAME_RECORDS, .rows = -1 };

	h.schema = *schema;
	if (run->in.format == FORMAT_FRAME) {
		h.job_id = from->job_id;
		h.endpoint = from->endpoint;
		h.rows = from->rows;
	}
	run->head_written = true;
	return frameout_open(&run->frame, &run->out.sink, &h, f);
}

/* One row into the block; a full block is exchanged for an empty one. */
static int put_row(struct run *run, struct blockpool *pool, struct block **block, const struct row *row, struct fail *f)
{
	struct fail why;
	enum record_result rc;

	why.kind = FAIL_NONE; /* not all of it: this is done for every row */
	rc = record_put(&run->record, row, &(*block)->body, &why);

	if (rc == RECORD_FULL && (*block)->values > 0) {
		blockpool_give(pool, *block);
		*block = blockpool_take(pool, f);
		if (!*block)
			return -1;
		rc = record_put(&run->record, row, &(*block)->body, &why);
	}
	if (rc == RECORD_FULL)
		fail_set(&why, FAIL_DATA, "the record is longer than %d bytes", FRAME_BODY_MAX);
	if (rc != RECORD_GOOD)
		return fail_set(f, why.kind, "%s: %s %llu, %s", input_name(&run->in), run->in.rows->place,
				(unsigned long long)row->line, why.why);
	(*block)->values++;
	run->in.taken++;
	if ((*block)->body.len < FRAME_BLOCK_BODY)
		return 0;
	blockpool_give(pool, *block);
	*block = blockpool_take(pool, f);
	return *block ? 0 : -1;
}

static int pump(struct run *run, struct blockpool *pool, struct fail *f)
{
	struct block *block = blockpool_take(pool, f);
	enum row_result rc = ROW_FAILED;
	struct row row;

	while (block && (rc = row_next(run->in.rows, &row, f)) == ROW_GOOD)
		if (put_row(run, pool, &block, &row, f))
			return -1;
	if (!block || rc != ROW_END)
		return -1;
	blockpool_give(pool, block);
	return 0;
}

static void say_done(const struct run *run)
{
	for (size_t i = 0; i < run->record.n; i++) {
		const struct record_column *c = &run->record.column[i];

		if (c->rules.not_finite)
			warn("column '%s': %llu values that are NaN or infinite were written as NULL", c->name,
			     (unsigned long long)c->rules.not_finite);
	}
	note("%llu rows, %zu columns, %llu bytes of msgpack in %llu blocks", (unsigned long long)run->frame.rows,
	     run->record.n, (unsigned long long)run->frame.bytes, (unsigned long long)run->frame.blocks);
}

static int finish(struct run *run, const struct schema *schema, struct fail *f)
{
	struct frame_end e = { .schema = *schema, .has_time = run->record.any, .time_min = run->record.time_min,
			       .time_max = run->record.time_max };

	if (input_verify(&run->in, &e.verified, f) || frameout_commit(&run->frame, &e, f) ||
	    fd_close(STDOUT_FILENO, "standard output", f))
		return -1;
	say_done(run);
	return 0;
}

static void describe(const struct record *r, struct schema *s, struct fail *f)
{
	for (size_t i = 0; i < r->n; i++) {
		char *type = type_text(r->column[i].rules.type);

		schema_add(s, r->column[i].name, type, f);
		free(type);
	}
}

/* The frame ends with the reason, if it still can be written. */
static void give_up(struct run *run, const struct fail *why)
{
	struct fail ignored = { 0 };
	struct schema none = { 0 };

	if (run->out.broken)
		return;
	if (!run->head_written && write_head(run, &none, &ignored))
		return;
	frameout_abort(&run->frame, why, &ignored);
}

static int transfer(struct run *run, const struct schema *schema, struct fail *f)
{
	struct blockpool *pool;

	if (write_head(run, schema, f))
		return -1;
	pool = blockpool_open(&run->frame, run->opts->jobs, run->opts->level, f);
	if (!pool)
		return -1;
	if (pump(run, pool, f) || blockpool_close(pool, f)) {
		run->out.broken |= !blockpool_stop(pool);
		return -1;
	}
	return finish(run, schema, f);
}

int encode(const struct opts *o, struct fail *f)
{
	struct run run = { .opts = o, .out = { .sink = { out_put, "standard output" } } };
	struct schema schema = { 0 };
	int rc;

	fd_sink_init(&run.out.fd, STDOUT_FILENO, "standard output");
	record_init(&run.record);
	rc = input_open(&run.in, o, f) || columns_open(&run.in, &run.record, f) ? -1 : 0;
	if (rc == 0) {
		describe(&run.record, &schema, f);
		rc = f->kind ? -1 : transfer(&run, &schema, f);
	}
	if (rc && f->kind != FAIL_USAGE)
		give_up(&run, f);
	input_close(&run.in);
	record_free(&run.record);
	schema_free(&schema);
	return rc;
}

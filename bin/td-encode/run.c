#include "encode.h"

#include "base/die.h"
#include "base/num.h"
#include "frame/frameout.h"
#include "sys/progress.h"

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
	struct rejects rejects;
	struct slices *slices;
	struct blockpool *pool;
	struct block *block; /* that is being filled; NULL: the next row takes one */
	struct watermark watermark;
	struct progress progress;
	uint64_t bytes; /* of msgpack, in blocks that are given away */
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
	const struct part *part = run->in.part;
	const struct frame_head *from = part ? &part->reader.frame.head : NULL;
	struct frame_head h = { .content = FRAME_RECORDS, .rows = -1 };

	h.schema = *schema;
	if (part && part->reader.format == FORMAT_FRAME) {
		h.job_id = from->job_id;
		h.endpoint = from->endpoint;
		h.rows = run->opts->rejects ? -1 : from->rows;
	}
	run->head_written = true;
	return frameout_open(&run->frame, &run->out.sink, &h, f);
}

/* How much of the input is read, of FRAME_DONE_ALL; -1: nobody knows. */
static int32_t done_of(const struct run *run)
{
	const struct reader *r = &run->in.part->reader;
	int64_t size = -1, at = origin_place(&run->in.origin, &size);

	if (size < 0 && r->format == FORMAT_FRAME) {
		at = (int64_t)(run->in.taken + run->rejects.n);
		size = r->frame.head.rows;
	}
	if (at < 0 || size <= 0)
		return -1;
	return at < size ? (int32_t)((double)at / (double)size * FRAME_DONE_ALL) : FRAME_DONE_ALL;
}

static void give_block(struct run *run)
{
	if (!slices_done(run->slices, &run->block->done))
		run->block->done = done_of(run);
	run->bytes += run->block->body.len;
	blockpool_give(run->pool, run->block);
	run->block = NULL;
}

/* The record of a row, into this block or, if it is full, into the next. */
static enum record_result put_record(struct run *run, const struct row *row, struct fail *why,
	struct fail *f)
{
	enum record_result rc = record_put(&run->record, row, &run->block->body, why);

	if (rc != RECORD_FULL)
		return rc;
	if (run->block->values > 0) {
		give_block(run);
		run->block = blockpool_take(run->pool, f);
		if (!run->block)
			return RECORD_FULL;
		rc = record_put(&run->record, row, &run->block->body, why);
	}
	if (rc == RECORD_FULL) {
		fail_set(why, FAIL_DATA, "the record is longer than %d bytes", FRAME_BODY_MAX);
		return RECORD_BAD;
	}
	return rc;
}

/* A row that its reader or the record refused: set aside, or the end. */
static int reject(struct run *run, const struct row *row, struct fail *why, struct fail *f)
{
	if (run->opts->rejects)
		return rejects_put(&run->rejects, row, why, f);
	fail_set(f, why->kind, "%s", why->why);
	return rejects_offer(f);
}

/* A file's share is known by the place in it, that of a frame by its head. */
static void say_progress(struct run *run)
{
	const struct reader *reader = &run->in.part->reader;
	int64_t size = -1, at = origin_place(&run->in.origin, &size);

	progress_rate(&run->progress,
		&(struct progress_rate){ size < 0 ? "encoding" : "reading",
			size < 0 ? run->bytes + slices_bytes(run->slices) : (uint64_t)at, size,
			(int64_t)(run->in.taken + slices_rows(run->slices)),
			reader->format == FORMAT_FRAME ? reader->frame.head.rows : -1, -1 });
}

static int put_row(struct run *run, const struct row *row, struct fail *f)
{
	struct fail why;

	if (!run->block && !(run->block = blockpool_take(run->pool, f)))
		return -1;
	why.kind = FAIL_NONE; /* not all of it: this is done for every row */
	switch (put_record(run, row, &why, f)) {
	case RECORD_FULL:
		return -1;
	case RECORD_BAD: {
		struct fail placed = { 0 };

		fail_set(&placed, why.kind, "%s: %s %llu, %s", input_name(&run->in),
			run->in.rows->place, (unsigned long long)row->line, why.why);
		return reject(run, row, &placed, f);
	}
	default:
		break;
	}
	if (run->watermark.cell >= 0 &&
		watermark_see(&run->watermark, &row->cell[run->watermark.cell], f))
		return -1;
	run->block->values++;
	run->in.taken++;
	if (run->block->body.len < FRAME_BLOCK_BODY)
		return 0;
	give_block(run);
	say_progress(run);
	return 0;
}

/* Workers read what they can. */
static int read_slices(struct run *run, struct fail *f)
{
	if (slices_apply(run->slices) && run->block)
		give_block(run);
	if (slices_run(run->slices, run->pool, f))
		return -1;
	if (run->in.paused)
		say_progress(run);
	return 0;
}

/* What the reader of the input says instead of a good row. */
static int no_row(struct run *run, enum row_result rc, const struct row *row, struct fail *f)
{
	struct fail why = *f;

	if (rc != ROW_BAD)
		return -1;
	f->kind = FAIL_NONE;
	return reject(run, row, &why, f);
}

static int pump(struct run *run, struct fail *f)
{
	enum row_result rc;
	struct row row;

	do {
		while (run->in.paused)
			if (read_slices(run, f))
				return -1;
		while ((rc = input_next(&run->in, &row, f)) == ROW_GOOD)
			if (put_row(run, &row, f))
				return -1;
		if (!run->in.paused && rc != ROW_END && no_row(run, rc, &row, f))
			return -1;
	} while (run->in.paused || rc != ROW_END);
	if (run->block)
		give_block(run);
	return 0;
}

static void say_done(struct run *run)
{
	const unsigned long long rows = run->frame.rows, bytes = run->frame.bytes,
				 blocks = run->frame.blocks;

	for (size_t i = 0; i < run->record.n; i++) {
		const struct record_column *c = &run->record.column[i];

		if (c->rules.not_finite)
			warn("column '%s': %llu value%s NaN or infinite and written as NULL",
				c->name, (unsigned long long)c->rules.not_finite,
				c->rules.not_finite == 1 ? " was" : "s were");
	}
	note("%llu row%s, %zu column%s, %llu byte%s of msgpack in %llu block%s", rows, num_s(rows),
		run->record.n, num_s(run->record.n), bytes, num_s(bytes), blocks, num_s(blocks));
	progress_done(&run->progress, "%llu row%s encoded, %llu rejected", rows, num_s(rows),
		(unsigned long long)run->rejects.n);
}

/* The columns of the record, without a type where nothing tells it. */
static void describe(const struct input *in, struct schema *s, struct fail *f)
{
	const struct record *r = in->record;

	for (size_t i = 0; i < r->n; i++) {
		char *type = record_is_typed(&r->column[i]) ? type_text(r->column[i].rules.type)
							     : NULL;

		schema_add(s, r->column[i].name, type, f);
		free(type);
	}
	added_describe(in, s, f);
}

/* The column of --watermark, in whatever form it is compared. */
static int open_watermark(struct run *run, struct fail *f)
{
	struct watermark *w = &run->watermark;
	const struct record *r = &run->record;
	long cell;

	if (!run->opts->watermark)
		return 0;
	cell = columns_find(&run->in, "--watermark", run->opts->watermark, f);
	if (cell == COLUMNS_NO_ROWS)
		w->column = run->opts->watermark;
	if (cell < 0)
		return cell == COLUMNS_NO_ROWS ? 0 : -1;
	w->rules.type = run->in.columns.type[cell];
	for (size_t i = 0; i < r->n; i++)
		if (r->column[i].cell == (size_t)cell)
			w->rules = r->column[i].rules;
	if (w->rules.type && w->rules.type->kind >= TYPE_ARRAY)
		return fail_set(f, FAIL_USAGE, "--watermark: column '%s' holds arrays or maps, "
			"which have no order", run->opts->watermark);
	w->column = run->opts->watermark;
	w->times = r->time_rules;
	if (cell != r->time_cell)
		w->times = (struct tdtime){ .zone = r->time_rules.zone,
			.named = r->time_rules.named, .zones = r->time_rules.zones };
	w->cell = cell;
	return 0;
}

static int finish(struct run *run, struct fail *f)
{
	struct frame_end e = { .has_time = run->record.any,
		.time_min = run->record.time_min,
		.time_max = run->record.time_max };
	int rc = -1;

	e.watermark_column = (char *)(uintptr_t)run->watermark.column;
	e.watermark = (char *)(uintptr_t)watermark_text(&run->watermark);
	run->frame.rejects = run->rejects.n;
	describe(&run->in, &e.schema, f); /* what had no type may have one now */
	if (!f->kind && input_verify(&run->in, run->rejects.n, &e.verified, f) == 0 &&
		rejects_close(&run->rejects, run->in.taken, f) == 0 &&
		frameout_commit(&run->frame, &e, f) == 0)
		rc = fd_close(STDOUT_FILENO, "standard output", f);
	schema_free(&e.schema);
	if (rc == 0)
		say_done(run);
	return rc;
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
	run->frame.rejects = run->rejects.n;
	frameout_abort(&run->frame, why, &ignored);
}

static int transfer(struct run *run, const struct schema *schema, struct fail *f)
{
	struct blockpool_tasks tasks;

	if (rejects_begin(&run->rejects, f) || write_head(run, schema, f))
		return -1;
	run->slices = slices_open(&run->in, &run->record, run->opts->jobs);
	tasks = slices_tasks(run->slices);
	run->pool = blockpool_open(&run->frame, run->opts->jobs, run->opts->level, &tasks, f);
	if (!run->pool)
		return -1;
	progress_start(&run->progress);
	progress_hand_over(&run->progress);
	if (pump(run, f) || blockpool_close(run->pool, f)) {
		run->out.broken |= !blockpool_stop(run->pool);
		progress_end(&run->progress);
		return -1;
	}
	progress_end(&run->progress);
	return finish(run, f);
}

int encode(const struct opts *o, struct fail *f)
{
	struct run run = { .opts = o, .out = { .sink = { out_put, "standard output" } } };
	struct schema schema = { 0 };
	int rc;

	fd_sink_init(&run.out.fd, STDOUT_FILENO, "standard output");
	progress_init(&run.progress, o->progress, o->verbosity < 0);
	record_init(&run.record);
	watermark_init(&run.watermark);
	rc = rejects_open(&run.rejects, o, &run.in, &run.record, f) || input_open(&run.in, o, f) ||
			columns_open(&run.in, &run.record, f) || open_watermark(&run, f)
		? -1
		: 0;
	if (rc == 0 && o->preview) {
		rc = preview(&run.in, &run.record, f);
	} else if (rc == 0) {
		describe(&run.in, &schema, f);
		rc = f->kind ? -1 : transfer(&run, &schema, f);
	}
	if (rc && run.in.part && run.in.part->reader.format == FORMAT_FRAME)
		framein_blame(&run.in.part->reader.frame, f);
	if (rc && (f->kind != FAIL_USAGE || run.head_written) && !o->preview)
		give_up(&run, f);
	slices_close(run.slices);
	input_close(&run.in);
	rejects_free(&run.rejects);
	record_free(&run.record);
	watermark_free(&run.watermark);
	schema_free(&schema);
	return rc;
}

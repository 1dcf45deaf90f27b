/* td-put: what comes in becomes parts of an upload, block by block. */
#include "put.h"

#include "base/fd.h"

#include <stdlib.h>
#include <unistd.h>

static int put_block(struct load *l, const struct frame_block *b, struct fail *f)
{
	if (range_block(l, b, f))
		return -1;
	l->taken += b->len;
	if (!l->upload) {
		if (l->o->dry_run && records_check(l, b, f))
			return -1;
		l->digest.crc =
			(uint32_t)crc32_combine(l->digest.crc, b->crc, (z_off_t)b->body_len);
		l->digest.len += b->body_len;
		return 0;
	}
	if (l->part && upload_part_is_full(l->part, b, (size_t)l->o->part_size)) {
		upload_give(l->upload, l->part);
		l->part = NULL;
	}
	if (!l->part && !(l->part = upload_take(l->upload, f)))
		return -1;
	return upload_part_add(l->part, b, f);
}

static int put_plain(struct load *l, bool all, struct fail *f)
{
	struct frame_block b;
	int rc;

	while ((rc = upload_part_plain_next(&l->plain, all, &b, f)) > 0)
		if (put_block(l, &b, f))
			return -1;
	return rc;
}

/* How much of the source has come, 0 to 1, as the writer of the frame says it; -1: nobody knows. */
static double source_share(const struct load *l)
{
	const struct framein *in = &l->input.in;
	int64_t size, at = fd_place(STDIN_FILENO, &size);

	if (in->end.commit)
		return 1;
	if (at >= 0 && size > 0)
		return at < size ? (double)at / (double)size : 1;
	if (in->source_done >= 0)
		return (double)in->source_done / FRAME_DONE_ALL;
	return in->head.rows > 0 ? (double)in->rows / (double)in->head.rows : -1;
}

/*
 * The line is the whole pipe's: what came is half of the work, and that it was sent the other.
 * Until something is sent, it tells what came.
 */
void pump_tick(void *load)
{
	struct load *l = load;
	const double share = source_share(l), taken = l->taken > 0 ? (double)l->taken : 1;
	uint64_t sent;

	if (!l->upload)
		return;
	sent = upload_sent(l->upload);
	progress_rate(&l->progress,
		&(struct progress_rate){ sent ? "uploading" : "reading", sent ? sent : l->taken, -1,
			(int64_t)l->input.in.rows, l->input.in.head.rows,
			share < 0 ? -1 : share * (taken + (double)sent) / (2 * taken) });
}

static int take(struct load *l, const struct first *x, struct fail *f)
{
	switch (x->what) {
	case FRAMEIN_BLOCK:
		return put_plain(l, true, f) || put_block(l, &x->block, f) ? -1 : 0;
	case FRAMEIN_BYTES:
		return upload_part_plain_put(&l->plain, x->p, x->n, f) || put_plain(l, false, f)
			       ? -1
			       : 0;
	case FRAMEIN_END:
		if (put_plain(l, true, f))
			return -1;
		if (l->part)
			upload_give(l->upload, l->part);
		l->part = NULL;
		return 0;
	default:
		return -1;
	}
}

int pump_check_end(const struct load *l, struct fail *f)
{
	if (l->o->strict && !l->input.in.end.verified)
		return fail_set(f, FAIL_GUARD,
			"--strict: nothing proves that the source was complete "
			"(let td-encode run it: td-encode -- COMMAND)");
	if (l->o->watermark_file && !l->input.in.end.watermark_column)
		return fail_set(f, FAIL_DATA,
			"--watermark-file: this frame has no watermark (td-encode --watermark "
			"COLUMN)");
	return range_end(l, f) || check_types(l, &l->input.in.end.schema, f) ? -1 : 0;
}

/*
 * From the first block, which was read already, to the end that says commit. Also where nothing is
 * sent (--dry-run, or --once and an earlier run did it): for the writer of the input, and to see
 * what it is.
 */
int pump_input(struct load *l, struct fail *f)
{
	struct first x = l->first;

	while (take(l, &x, f) == 0) {
		pump_tick(l);
		if (x.what == FRAMEIN_END)
			return pump_check_end(l, f);
		x.what = input_next(l, &x.block, &x.p, &x.n, f);
	}
	return -1;
}

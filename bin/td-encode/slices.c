/* slices: the input in pieces, whose records the workers make. */
#include "encode.h"

#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { SLICE = 768 << 10 };

struct slice {
	_Atomic bool taken; /* it waits to be joined, or the reader reads it */
	struct buf text;
	bool first, last;   /* of its file */
	int32_t done;     /* as struct frame_block has it */
	/* the worker's */
	bool begun;
	struct record record;
	struct row row;   /* that did not fit into the last body */
	bool held;        /* there is such a row */
	uint64_t rows, bytes, lines;
};

struct slices {
	struct input *in;
	struct record *record;
	struct record model; /* forked from it, for those of slices: nobody changes it */
	int workers;
	struct rowin **fork; /* of in->rows, one for each worker */
	struct cell **cell;  /* likewise; see input_place() */
	struct slice *slice; /* workers + 2 for tasks, and one that only the reader reads */
	size_t slices;
	size_t size;         /* of a slice; 0: there are none */

	/* of the file */
	size_t file;         /* in->origin.at; SIZE_MAX: none so far */
	bool fits;           /* it is read in slices */
	struct source *from;
	struct buf rest;     /* rest.p[used..len): read, and in no slice so far */
	size_t used;
	bool open;           /* see row_slices.cut */
	bool first;          /* the next slice is */
	bool read_all;       /* from has ended, in this way: */
	struct fail fail;
	bool over;           /* there are no more slices */

	/* what its reader reads */
	struct source feed;
	struct blockpool *pool;
	struct slice *reading; /* NULL: nothing */
	struct block *block;   /* of it, or NULL */
	size_t fed;

	/* of slices that are done */
	_Atomic uint64_t rows, bytes;
};

/* --- in a worker */

static void begin(struct slices *s, int worker, struct slice *slice)
{
	struct rowin *fork = s->fork[worker];

	slice->begun = true;
	slice->held = false;
	slice->rows = slice->bytes = 0;
	record_fork(&slice->record, &s->model);
	fork->slices->begin(fork, &slice->text, slice->first ? s->in->rows : NULL, slice->last);
}

static bool next_row(struct slices *s, int worker, struct slice *slice, struct fail *f)
{
	if (!slice->held && row_next(s->fork[worker], &slice->row, f) != ROW_GOOD)
		return false;
	if (!slice->held && s->in->part->place)
		input_place(s->in, s->cell[worker], &slice->row);
	slice->held = false;
	return true;
}

static int make(void *self, int worker, void *task, struct buf *body, uint32_t *values)
{
	struct slices *s = self;
	struct slice *slice = task;
	struct fail f;

	f.kind = FAIL_NONE;
	if (!slice->begun)
		begin(s, worker, slice);
	while (next_row(s, worker, slice, &f)) {
		switch (record_put(&slice->record, &slice->row, body, &f)) {
		case RECORD_GOOD:
			++*values;
			break;
		case RECORD_FULL:
			slice->held = true;
			slice->rows += *values;
			slice->bytes += body->len;
			return *values > 0 ? 1 : -1;
		default:
			return -1;
		}
	}
	slice->rows += *values;
	slice->bytes += body->len;
	return !f.kind && s->fork[worker]->slices->end(s->fork[worker], &slice->lines) ? 0 : -1;
}

static void join(void *self, void *task)
{
	struct slices *s = self;
	struct slice *slice = task;

	record_join(s->record, &slice->record);
	s->in->rows->slices->pass(s->in->rows, slice->lines);
	s->rows += slice->rows;
	s->bytes += slice->bytes;
	slice->taken = false;
}

struct blockpool_tasks slices_tasks(struct slices *s)
{
	return (struct blockpool_tasks){ make, join, s };
}

/* --- cutting */

/* Bytes into text up to a whole slice, the ones that are there already first: so many. */
static size_t read_slice(struct slices *s, struct buf *text)
{
	size_t had = s->rest.len - s->used;

	if (had > s->size)
		had = s->size;
	text->len = 0;
	buf_room(text, s->size + ROW_SLACK);
	if (had > 0)
		buf_put(text, s->rest.p + s->used, had);
	while (text->len < s->size && !s->read_all) {
		ssize_t n = io_read(s->from, text->p + text->len, s->size - text->len, &s->fail);

		s->read_all = n <= 0;
		text->len += n > 0 ? (size_t)n : 0;
	}
	return had;
}

/* What is behind `end` in text, whose first bytes s->rest still has, is for the next slice. */
static void keep_rest(struct slices *s, struct buf *text, size_t had, size_t end)
{
	if (end < had || s->rest.len - s->used > had) {
		s->used += end;
	} else {
		if (s->rest.cap > 2 * s->size) {
			buf_free(&s->rest);
			buf_init(&s->rest, (size_t)2 * ROW_MAX);
		}
		s->rest.len = s->used = 0;
		buf_put(&s->rest, text->p + end, text->len - end);
	}
	text->len = end;
}

/* How much of the input is read, of FRAME_DONE_ALL; -1: nobody knows. */
static int32_t done(const struct origin *g)
{
	int64_t size, at = origin_place(g, &size);

	if (at < 0 || size <= 0)
		return -1;
	return at < size ? (int32_t)((double)at / (double)size * FRAME_DONE_ALL) : FRAME_DONE_ALL;
}

/* The next slice. sure: it ends where a row ends. False: there is none. */
static bool cut(struct slices *s, struct slice *slice, bool *sure)
{
	struct buf *text = &slice->text;
	size_t had = read_slice(s, text), end = text->len;
	bool left = s->rest.len - s->used > had;

	slice->last = s->read_all && !s->fail.kind && !left && text->len < s->size;
	if (!slice->last)
		end = s->in->rows->slices->cut(s->in->rows, text->p, text->len, &s->open);
	*sure = end > 0;
	if (!*sure)
		end = text->len;
	keep_rest(s, text, had, end);
	slice->first = s->first;
	slice->done = done(&s->in->origin);
	slice->begun = false;
	s->first = false;
	s->over = text->len == 0;
	return !s->over;
}

/* --- what the reader reads itself */

/* Slices that are done count now. */
static void settle(struct slices *s)
{
	s->in->taken += s->rows;
	s->rows = 0;
}

/* The reader reads this now. NULL: nothing, and what it read is done with. */
static void turn_to(struct slices *s, struct block *b, struct slice *slice)
{
	if (s->reading)
		s->reading->taken = false;
	s->block = b;
	s->reading = slice;
	s->fed = 0;
}

/* The slice after s->reading, which ended inside a row. */
static bool go_on(struct slices *s)
{
	struct block *next = s->block ? blockpool_drop_for_next(s->pool, s->block) : NULL;
	struct slice *own = &s->slice[s->slices - 1];
	bool sure;

	turn_to(s, next, next ? next->task : NULL);
	if (!next && !s->over && cut(s, own, &sure))
		turn_to(s, NULL, own);
	return s->reading != NULL;
}

static ssize_t feed_read(struct source *self, void *p, size_t cap, struct fail *f)
{
	struct slices *s = (struct slices *)((char *)self - offsetof(struct slices, feed));
	size_t n;

	if (s->reading && s->fed == s->reading->text.len) {
		s->in->paused = s->in->rows->slices->between(s->in->rows);
		if (s->in->paused)
			return -1;
	}
	if (!s->reading || (s->fed == s->reading->text.len && !go_on(s))) {
		if (s->fail.kind)
			*f = s->fail;
		return s->fail.kind ? -1 : 0;
	}
	n = s->reading->text.len - s->fed;
	n = n < cap ? n : cap;
	memcpy(p, s->reading->text.p + s->fed, n);
	s->fed += n;
	return (ssize_t)n;
}

/* --- files */

static struct source **source_of(struct reader *r)
{
	return r->rows == &r->csv.rowin ? &r->csv.from
		: r->rows == &r->json.rowin ? &r->json.from : &r->lines.from;
}

/* Small files are not worth it, and many of them may share a block. */
static bool is_large(const struct slices *s)
{
	const struct origin *g = &s->in->origin;

	return g->n < 2 || g->file[g->at].size < 0 || g->file[g->at].size >= (int64_t)s->size;
}

/* Does no record depend on those before it? */
static bool are_alone(const struct slices *s)
{
	const struct opts *o = s->in->opts;

	return s->record->span == 0 && !o->watermark && o->unknown_keys != UNKNOWN_ADD;
}

static void free_forks(struct slices *s)
{
	for (int i = 0; i < s->workers; i++) {
		if (s->fork[i])
			s->fork[i]->slices->close(s->fork[i]);
		s->fork[i] = NULL;
		free(s->cell[i]);
		s->cell[i] = NULL;
	}
}

/* The reader of a file, which stands before its first row, gives all that it has read. */
static void start(struct slices *s)
{
	struct rowin *rows = s->in->rows;
	struct source **from = source_of(&s->in->part->reader);

	s->read_all = rows->slices->take(rows, &s->rest);
	s->used = 0;
	s->from = *from;
	s->feed = (struct source){ feed_read, s->from->name };
	*from = &s->feed;
	s->first = true;
	s->open = s->over = false;
	s->fail.kind = FAIL_NONE;
	record_fork(&s->model, s->record);
	for (int i = 0; i < s->workers; i++) {
		s->fork[i] = rows->slices->fork(rows);
		if (s->in->part->place)
			s->cell[i] = mem_zero(s->in->columns.raw.n + 1, sizeof **s->cell);
	}
}

bool slices_apply(struct slices *s)
{
	struct rowin *rows = s->in->rows;

	if (s->file == s->in->origin.at)
		return s->fits;
	s->file = s->in->origin.at;
	free_forks(s);
	s->fits = s->size > 0 && rows->slices && are_alone(s) && is_large(s) &&
		rows->slices->possible(rows, SLICE);
	if (s->fits)
		start(s);
	return s->fits;
}

/* --- the pool */

static struct slice *spare(struct slices *s)
{
	struct slice *slice = s->slice;

	while (slice->taken) /* there is one: as many are there as tasks can be under way */
		slice++;
	return slice;
}

/* One more slice for it, if there is one. */
static int give(struct slices *s, struct fail *f)
{
	struct block *b = blockpool_take_for_task(s->pool, f);
	struct slice *slice;
	bool sure;

	if (!b)
		return f->kind ? -1 : 0;
	slice = spare(s);
	if (cut(s, slice, &sure)) {
		slice->taken = true;
		b->task = slice;
		b->refuse = !sure;
		b->done = slice->done;
	}
	blockpool_give(s->pool, b);
	return 0;
}

int slices_run(struct slices *s, struct blockpool *pool, struct fail *f)
{
	struct block *b = NULL;

	s->pool = pool;
	if (s->block)
		blockpool_drop(pool, s->block);
	turn_to(s, NULL, NULL);
	if (s->fits)
		b = blockpool_refused(pool, s->over, f);
	if (f->kind)
		return -1;
	if (s->fits && !b && !s->over)
		return give(s, f);
	settle(s);
	if (b)
		turn_to(s, b, b->task);
	s->in->paused = false;
	return 0;
}

/* --- all of it */

uint64_t slices_rows(const struct slices *s)
{
	return s->rows;
}

uint64_t slices_bytes(const struct slices *s)
{
	return s->bytes;
}

bool slices_done(const struct slices *s, int32_t *done)
{
	if (s->reading)
		*done = s->reading->done;
	return s->reading != NULL;
}

/* For tests of what slices of odd sizes do: so many bytes, or 0 for none. */
static size_t slice_size(void)
{
	const char *said = getenv("TD_SLICE");
	long n = said ? strtol(said, NULL, 10) : SLICE;

	return n >= 0 && n < SLICE ? (size_t)n : SLICE;
}

struct slices *slices_open(struct input *in, struct record *record, int workers)
{
	struct slices *s = mem_zero(1, sizeof *s);

	s->in = in;
	s->record = record;
	s->workers = workers;
	s->size = slice_size();
	s->file = SIZE_MAX;
	s->fork = mem_zero((size_t)workers, sizeof(struct rowin *));
	s->cell = mem_zero((size_t)workers, sizeof(struct cell *));
	s->slices = (size_t)workers + 3;
	s->slice = mem_zero(s->slices, sizeof *s->slice);
	buf_init(&s->rest, (size_t)2 * ROW_MAX);
	for (size_t i = 0; i < s->slices; i++)
		buf_init(&s->slice[i].text, SLICE + ROW_SLACK);
	in->sliced = in->paused = true;
	return s;
}

void slices_close(struct slices *s)
{
	if (!s)
		return;
	free_forks(s);
	for (size_t i = 0; i < s->slices; i++) {
		buf_free(&s->slice[i].text);
		record_forget(&s->slice[i].record);
	}
	record_forget(&s->model);
	buf_free(&s->rest);
	free(s->fork);
	free(s->cell);
	free(s->slice);
	free(s);
}

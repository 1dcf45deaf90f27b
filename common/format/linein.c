/* Reads text that is one row a line. */
#include "format/linein.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

void linein_room(struct linein_cells *cells, size_t n)
{
	if (n <= cells->cap)
		return;
	cells->cell = mem_resize(cells->cell, 2 * n, sizeof *cells->cell);
	for (; cells->cap < 2 * n; cells->cap++)
		cells->cell[cells->cap] = (struct cell){ .kind = CELL_NONE };
}

/* Read until there is row_want() of the current line, or the end. */
static int fill(struct linein *l, struct fail *f)
{
	size_t done = l->marked ? l->mark.at : l->here.at, want;

	if (l->forked)
		return -1;
	buf_eat(&l->in, done);
	l->here.at -= done;
	l->mark.at = 0;
	if (l->in.len - l->here.at > ROW_MAX)
		return fail_set(f, FAIL_DATA, "%s: line %llu: a line longer than %d bytes",
			l->from->name, (unsigned long long)l->here.line, ROW_MAX);
	want = l->here.at + row_want(l->in.len - l->here.at);
	do {
		ssize_t n;

		if (buf_room(&l->in, IO_READ + ROW_SLACK))
			return fail_set(f, FAIL_SYSTEM, "%s: no room for a line", l->from->name);
		n = io_read(l->from, l->in.p + l->in.len, IO_READ, f);
		if (n < 0)
			return -1;
		l->in.len += (size_t)n;
		l->ended = n == 0;
	} while (l->in.len < want && !l->ended);
	return 0;
}

/* The length of the current line with its end; 0: nothing is left; -1. */
static ssize_t line(struct linein *l, struct fail *f)
{
	size_t seen = 0;

	for (;;) {
		const char *p = l->in.len ? l->in.p + l->here.at : "", *lf;
		size_t n = l->in.len - l->here.at;

		lf = memchr(p + seen, '\n', n - seen);
		if (lf || l->ended)
			return lf ? lf - p + 1 : (ssize_t)n;
		seen = n;
		if (fill(l, f))
			return -1;
	}
}

static bool is_row(const struct linein *l, const char *p, size_t n)
{
	size_t comment = l->comment ? strlen(l->comment) : 0;

	return n > 0 && !(comment > 0 && n >= comment && memcmp(p, l->comment, comment) == 0);
}

static enum row_result bad(const struct linein *l, struct row *row, const char *p, size_t n,
	struct fail *f)
{
	fail_at(f, "%s: line %llu", l->from->name, (unsigned long long)row->line);
	row->raw = p;
	row->raw_len = n;
	return ROW_BAD;
}

static enum row_result split(struct linein *l, struct row *row, const char *p, size_t n,
	size_t raw_len, struct fail *f)
{
	size_t good = utf8_text(p, n);

	*row = (struct row){ .line = l->here.line, .raw = p, .raw_len = raw_len };
	if (good < n) {
		fail_set(f, FAIL_DATA, p[good] ? "not UTF-8: --encoding says what it is" :
			"a NUL byte: this is not UTF-8 text");
		return bad(l, row, p, raw_len, f);
	}
	for (size_t i = 0; i < l->cells.cap; i++)
		l->cells.cell[i] = (struct cell){ .kind = CELL_NONE };
	l->cells.text.len = 0;
	if (l->split(l->with, &l->cells, p, n, f) == ROW_BAD)
		return bad(l, row, p, raw_len, f);
	row->cell = l->cells.cell;
	row->n = l->cells.n;
	row->bounded = l->cells.text.len == 0;
	return ROW_GOOD;
}

static enum row_result next(struct rowin *self, struct row *row, struct fail *f)
{
	struct linein *l = (struct linein *)self;

	for (;;) {
		const char *p;
		ssize_t len;
		size_t n;

		l->here.at += l->used;
		l->here.line += l->used > 0;
		l->used = 0;
		if (l->marked && l->here.at - l->mark.at >= ROW_SAMPLE)
			return ROW_END;
		len = line(l, f);
		if (len <= 0)
			return len < 0 ? ROW_FAILED : ROW_END;
		l->used = n = (size_t)len;
		p = l->in.p + l->here.at;
		n -= n > 0 && p[n - 1] == '\n';
		n -= n > 0 && p[n - 1] == '\r';
		if (!l->here.begun && n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
			l->here.at += 3;
			l->used -= 3;
			p += 3;
			n -= 3;
		}
		if (l->here.begun && n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
			*row = (struct row){ .line = l->here.line };
			fail_set(f, FAIL_DATA, "a byte order mark: files were joined; give "
				"td-encode the files themselves");
			return bad(l, row, p, l->used, f);
		}
		l->here.begun = true;
		if (is_row(l, p, n))
			return split(l, row, p, n, l->used, f);
	}
}

static void mark(struct rowin *self)
{
	struct linein *l = (struct linein *)self;

	l->here.at += l->used;
	l->here.line += l->used > 0;
	l->used = 0;
	l->mark = l->here;
	l->marked = true;
}

static void rewind_to(struct rowin *self, bool keep)
{
	struct linein *l = (struct linein *)self;

	l->here = l->mark;
	l->used = 0;
	l->marked = keep;
}

/* --- slices */

static bool can_slice(const struct rowin *self, size_t n)
{
	const struct linein *l = (const struct linein *)self;

	return l->pure &&
		row_ends_in(self, &l->in, l->here.at, n);
}

static bool take(struct rowin *self, struct buf *rest)
{
	struct linein *l = (struct linein *)self;

	return row_take(&l->in, &l->here.at, &l->ended, rest);
}

static size_t cut(const struct rowin *self, const char *p, size_t n, bool *open)
{
	(void)self;
	(void)open;
	while (n > 0 && p[n - 1] != '\n')
		n--;
	return n;
}

static bool between(const struct rowin *self)
{
	const struct linein *l = (const struct linein *)self;

	return l->here.at == l->in.len && l->used == 0 && l->here.begun;
}

static void pass(struct rowin *self, uint64_t lines)
{
	struct linein *l = (struct linein *)self;

	l->here = (struct linein_place){ .line = l->here.line + lines, .begun = true };
	l->in.len = 0;
}

static struct rowin *fork_of(const struct rowin *self)
{
	const struct linein *l = (const struct linein *)self;
	struct linein *fork = mem_zero(1, sizeof *fork);

	linein_init(fork, l->from);
	fork->forked = true;
	fork->comment = l->comment;
	fork->split = l->split;
	fork->with = l->with;
	return &fork->rowin;
}

static void begin_slice(struct rowin *self, const struct buf *text, const struct rowin *first,
	bool last)
{
	struct linein *l = (struct linein *)self;

	l->here = first ? ((const struct linein *)first)->here
			: (struct linein_place){ .line = 1, .begun = true };
	l->here.at = l->used = 0;
	l->start = l->here.line;
	l->in = *text;
	l->ended = last;
}

static bool end_slice(struct rowin *self, uint64_t *lines)
{
	const struct linein *l = (const struct linein *)self;

	*lines = l->here.line - l->start;
	return between(self);
}

static void close_fork(struct rowin *self)
{
	struct linein *l = (struct linein *)self;

	buf_free(&l->cells.text);
	free(l->cells.cell);
	free(l);
}

static const struct row_slices slices = { can_slice, take, cut, between, pass, fork_of, begin_slice,
	end_slice, close_fork };

void linein_init(struct linein *l, struct source *from)
{
	*l = (struct linein){ .rowin = { next, "line", mark, rewind_to, &slices }, .from = from,
		.here.line = 1 };
	buf_init(&l->in, (size_t)2 * ROW_MAX + IO_READ + ROW_SLACK);
	buf_init(&l->cells.text, 1 << 16);
	buf_room(&l->cells.text, ROW_SLACK);
}

void linein_free(struct linein *l)
{
	buf_free(&l->in);
	buf_free(&l->cells.text);
	free(l->cells.cell);
}

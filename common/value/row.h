/*
 * row: what every kind of input hands to the encoder. A reader embeds a struct rowin first and is
 * pulled.
 *
 * Cells point into the reader's buffers and are valid until the next row is asked for.
 */
#ifndef ROW_H
#define ROW_H

#include "base/buf.h"
#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cell_kind {
	CELL_NONE,  /* the row has no such column; n is 0 */
	CELL_TEXT,  /* p[0..n) as it stood in a text file */
	CELL_QUOTED, /* the same in quotes, which are removed */
	CELL_STRING, /* p[0..n) is a string of JSON: UTF-8, unescaped */
	CELL_NUMBER, /* p[0..n) is a number of JSON as it stood there */
	CELL_INT,   /* i */
	CELL_REAL,  /* d */
	CELL_MP     /* one whole msgpack value */
};

struct cell {
	union {
		const char *p;
		int64_t i;
		double d;
	};
	size_t n;
	enum cell_kind kind;
};

struct row {
	const struct cell *cell;
	size_t n;
	/* where it starts, counted from 1: of a text the line, otherwise the row */
	uint64_t line;
	/*
	 * texts and strings are no longer than raw together; ROW_AHEAD bytes after each may be read
	 */
	bool bounded;
	const char *raw;   /* the row as it came; of a text with its line end if it had one */
	size_t raw_len;
};

enum row_result {
	ROW_FAILED = -1, /* f says why; nothing more comes */
	ROW_END,
	ROW_GOOD,
	/*
	 * f says what is wrong with this row, whose line and raw are set; the next one can be asked
	 * for
	 */
	ROW_BAD
};

struct rowin;

/*
 * Rows by slices: pieces of the input that are in memory and end where a row ends, as far as a look
 * at their bytes tells. Slices are read by forks, which may run at the same time, each in a thread,
 * and know of no rows but good ones. What is not certainly the same as in one piece is a fork's
 * refusal; the slice is then the reader's that was forked.
 */
struct row_slices {
	/*
	 * Of the reader, before the first row. Can rows be read in slices? Not if of what it has
	 * read already the first n bytes hold no end of a row.
	 */
	bool (*possible)(const struct rowin *self, size_t n);
	/*
	 * What it has read and not yet given becomes rest, before the first row or where the last
	 * one was taken back. Had its source ended?
	 */
	bool (*take)(struct rowin *self, struct buf *rest);
	/*
	 * Where the last row ends in p[0..n), which begin where a row ends; 0: nowhere. open: is
	 * the start of p inside of something; becomes that of the rest, if no row ends.
	 */
	size_t (*cut)(const struct rowin *self, const char *p, size_t n, bool *open);
	/* Has all that it read been given, and can slices follow? */
	bool (*between)(const struct rowin *self);
	/* A slice was read by a fork, in so many lines or rows. */
	void (*pass)(struct rowin *self, uint64_t lines);
	/* malloc'ed; what it borrows from the reader must not change */
	struct rowin *(*fork)(const struct rowin *self);
	/*
	 * Of a fork. The next slice; text is borrowed, ROW_SLACK bytes after it may be read.
	 * first: the reader, if the slice is where it stands; NULL: one was passed before.
	 * last: the input ends here.
	 */
	void (*begin)(struct rowin *self, const struct buf *text, const struct rowin *first,
		bool last);
	/* After the rows: were they all there is in the slice? The lines, or rows. */
	bool (*end)(struct rowin *self, uint64_t *lines);
	void (*close)(struct rowin *self);
};

struct rowin {
	enum row_result (*next)(struct rowin *self, struct row *row, struct fail *f);
	const char *place; /* what row.line counts: "line" or "row" */
	/*
	 * To look ahead: from mark() on the rows seem to end after ROW_SAMPLE bytes (of the input,
	 * comments and all), which are kept; rewind() goes back to the first of them, and gives up
	 * the mark unless it is to `keep` it.
	 */
	void (*mark)(struct rowin *self);
	void (*rewind)(struct rowin *self, bool keep);
	const struct row_slices *slices; /* or NULL: it has none */
};

/* For `possible`: what was read is `in`, from `at` on. */
static inline bool row_ends_in(const struct rowin *r, const struct buf *in, size_t at, size_t n)
{
	bool open = false;

	return in->len - at < n || (n > 0 && r->slices->cut(r, in->p + at, n, &open) > 0);
}

/* For `take`: `in`, from `at` on, becomes rest, and `in` is empty. */
static inline bool row_take(struct buf *in, size_t *at, bool *ended, struct buf *rest)
{
	const bool had_ended = *ended;

	buf_free(rest);
	*rest = *in;
	buf_eat(rest, *at);
	buf_init(in, rest->max);
	*at = 0;
	*ended = false;
	return had_ended;
}

static inline enum row_result row_next(struct rowin *r, struct row *row, struct fail *f)
{
	return r->next(r, row, f);
}

enum {
	ROW_MAX = 64 << 20, /* bytes of one input row; a longer one is refused */
	ROW_AHEAD = 32,
	ROW_SLACK = 64, /* bytes after those of a reader that may be read, whatever they are */
	ROW_SAMPLE = 4 << 20
};

/*
 * How many bytes to have of a row that was cut after `have` bytes before parsing it again: twice as
 * many, or for a long row a quarter more, which parses each byte up to five times but holds little
 * more than the row.
 */
static inline size_t row_want(size_t have)
{
	size_t want = have < (1 << 20) ? 2 * have : have + have / 4;

	return want <= ROW_MAX ? want : ROW_MAX + 1;
}

#endif

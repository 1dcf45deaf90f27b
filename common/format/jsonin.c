/* Reads rows from JSON objects and arrays. */
#include "format/jsonin.h"
#include "format/jsonvalue.h"
#include "base/mem.h"
#include "value/mp.h"
#include "value/mpack.h"

#include <stdio.h>
#include <stdlib.h>

enum { OUT_MAX = 2 * ROW_MAX + IO_READ, STR32 = 5 /* bytes of its header */ };

/* --- rows */

/* The text of a value without the blanks between its parts, as a msgpack str. */
static int put_compact(struct buf *out, const char *p, const char *end)
{
	size_t at = out->len, len;
	bool quoted = false;

	if (buf_put(out, "\xdb\0\0\0\0", 5) || buf_room(out, (size_t)(end - p)))
		return -1;
	for (; p < end; p++) {
		if (!quoted && jsontok_is_blank(*p))
			continue;
		out->p[out->len++] = *p;
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '\\')
			out->p[out->len++] = *++p;
	}
	len = out->len - at - 5;
	for (int i = 0; i < 4; i++)
		out->p[at + 1 + (size_t)i] = (char)(len >> (24 - 8 * i) & 0xff);
	return 0;
}

static void reserve(struct jsonin *j, size_t n)
{
	while (j->cap < n) {
		size_t cap = j->cap ? 2 * j->cap : 64;

		j->cell = mem_resize(j->cell, cap, sizeof *j->cell);
		while (j->cap < cap)
			j->cell[j->cap++] = (struct cell){ .kind = CELL_NONE };
	}
}

/* A value in out; its cell keeps an offset, because out may move. */
static enum jsontok_step made_cell(struct jsonin *j, struct jsontok *s, size_t i)
{
	size_t at = s->out->len;
	const char *start = s->p;
	enum jsontok_step rc = jsonvalue_put(s, 1);

	if (rc != STEP_GOOD)
		return rc;
	if ((*start == '{' || *start == '[') && !(j->nested && j->nested[i])) {
		s->out->len = at;
		rc = jsontok_packed(s, put_compact(s->out, start, s->p));
	}
	j->cell[i] = (struct cell){ .i = (int64_t)at, .n = s->out->len - at, .kind = CELL_MP };
	return rc;
}

/* A string column's value that is not a string. */
static enum jsontok_step verbatim_cell(struct jsonin *j, struct jsontok *s, size_t i)
{
	struct cell *c = &j->cell[i];

	if (!jsontok_is_number(*s->p))
		return made_cell(j, s, i);
	c->kind = CELL_NUMBER;
	return jsontok_number_text(s, &c->p, &c->n);
}

/* One column's value. */
static enum jsontok_step cell(struct jsonin *j, struct jsontok *s, size_t i)
{
	struct cell *c;
	enum jsontok_step rc;

	if (i >= j->cap)
		reserve(j, i + 1);
	c = &j->cell[i];
	if (!jsontok_something(s))
		return STEP_MORE;
	if (*s->p == '"') {
		s->p++;
		rc = jsontok_plain(s, &c->p, &c->n);
		if (rc != STEP_MORE) {
			c->kind = CELL_STRING;
			return rc;
		}
		s->p--;
		return made_cell(j, s, i);
	}
	if (j->strings && j->strings[i])
		return verbatim_cell(j, s, i);
	switch (jsontok_short(s, &c->i, &c->d)) {
	case JSONTOK_INT:
		c->kind = CELL_INT;
		return STEP_GOOD;
	case JSONTOK_REAL:
		c->kind = CELL_REAL;
		return STEP_GOOD;
	default:
		return made_cell(j, s, i);
	}
}

/*
 * Something is wrong with a row that is JSON: it is still read to its end, so that the next
 * one is found.
 */
static void unfit(struct jsonin *j, const char *at, const char *why)
{
	if (j->unfit)
		return;
	j->unfit = why;
	j->culprit = at;
}

static void unknown_key(struct jsonin *j, const char *at, const char *key, size_t n, long why)
{
	int shown = n < 40 ? (int)n : 40;

	if (j->unfit || (why == KEYS_UNKNOWN && j->ignore_unknown))
		return;
	while (shown > 0 && (size_t)shown < n && (key[shown] & 0xc0) == 0x80)
		shown--; /* whole characters */
	snprintf(j->unfit_key, sizeof j->unfit_key, "the key '%.*s'", shown, key);
	unfit(j, at, why == KEYS_TWICE ? "a key that this row had already" :
		why == KEYS_FULL ? "more than 4096 different keys" :
		"a key that none of the first rows had; name it with --columns, or say with "
		"--unknown-keys what becomes of it");
}

/* The value of no column. */
static enum jsontok_step pass_over(struct jsontok *s)
{
	size_t at = s->out->len;
	enum jsontok_step rc = jsonvalue_put(s, 1);

	s->out->len = at;
	return rc;
}

/* The key at the cursor and its colon; *i is its column, negative if it has none. */
static enum jsontok_step column_key(struct jsonin *j, struct jsontok *s, long *i)
{
	const char *start = s->p, *text;
	size_t at = s->out->len, n;
	enum jsontok_step rc;
	struct mp t;

	if (*start != '"')
		return jsontok_bad(s, start, jsonvalue_no_key);
	s->p++;
	n = keys_expected(j->keys, s->p, s->end, i);
	if (n > 0) {
		s->p += n;
		return jsonvalue_colon(s);
	}
	rc = jsontok_plain(s, &text, &n);
	if (rc == STEP_MORE) {
		rc = jsontok_string(s);
		if (rc != STEP_GOOD)
			return rc;
		mp_token(s->out->p + at, s->out->p + s->out->len, &t);
		text = t.as.p;
		n = t.n;
	}
	if (rc != STEP_GOOD)
		return rc;
	*i = keys_find(j->keys, text, n);
	if (*i < 0)
		unknown_key(j, start, text, n, *i);
	return jsonvalue_colon(s);
}

static enum jsontok_step object(struct jsonin *j, struct jsontok *s)
{
	bool first = true, closed;

	for (;; first = false) {
		enum jsontok_step rc = jsonvalue_comma(s, '}', first, &closed);
		long i = 0;

		if (rc != STEP_GOOD || closed)
			return rc;
		rc = column_key(j, s, &i);
		if (rc == STEP_GOOD)
			rc = i >= 0 ? cell(j, s, (size_t)i) : pass_over(s);
		if (rc != STEP_GOOD)
			return rc;
	}
}

static const char array_alone[] = "an array as a row: name its columns with --columns";
static const char array_in_array[] = "an array as a row: name its columns with --columns, "
				     "and if the outer array is the row: --array-rows";

static enum jsontok_step list(struct jsonin *j, struct jsontok *s)
{
	bool closed;

	for (size_t i = 0;; i++) {
		enum jsontok_step rc = jsonvalue_comma(s, ']', i == 0, &closed);

		if (rc == STEP_GOOD && closed && i < j->keys->n)
			unfit(j, s->p - 1, "not as many values as columns");
		if (rc != STEP_GOOD || closed)
			return rc;
		if (!j->lists)
			unfit(j, s->p, j->here.array ? array_in_array : array_alone);
		else if (i == j->keys->n)
			unfit(j, s->p, "more values than columns");
		rc = i < j->keys->n ? cell(j, s, i) : pass_over(s);
		if (rc != STEP_GOOD)
			return rc;
	}
}

/* The row at the cursor. */
static enum jsontok_step parse_row(struct jsonin *j, struct jsontok *s)
{
	j->out.len = 0;
	j->unfit = NULL;
	j->unfit_key[0] = '\0';
	keys_row(j->keys);
	for (size_t i = 0; i < j->cap && i < j->keys->n; i++)
		j->cell[i] = (struct cell){ .kind = CELL_NONE };
	if (*s->p != '{' && *s->p != '[')
		return jsontok_bad(s, s->p, "an object is expected here");
	s->p++;
	return s->p[-1] == '{' ? object(j, s) : list(j, s);
}

/* --- the stream */

/*
 * Forget what is done with, so that the current row, or the mark, moves to the front of the buffer.
 */
static void forget(struct jsonin *j)
{
	size_t done = j->marked ? j->mark.at : j->here.at;

	buf_eat(&j->in, done);
	j->here.at -= done;
	j->mark.at = 0;
}

/*
 * Read until there is row_want() of the current row, or the end: one that is cut is parsed again.
 * -1 without a reason: the lookahead ends here.
 */
static int fill(struct jsonin *j, struct fail *f)
{
	size_t want;

	if (j->own || (j->marked && j->here.at - j->mark.at >= ROW_SAMPLE))
		return -1;
	forget(j);
	want = j->here.at + row_want(j->in.len - j->here.at);
	if (j->in.len - j->here.at > ROW_MAX)
		return fail_set(f, FAIL_DATA, "%s: line %llu: a row longer than %d bytes",
			j->from->name, (unsigned long long)j->here.line, ROW_MAX);
	do {
		size_t room;
		ssize_t n;

		if (j->in.cap - j->in.len < IO_READ / 4 &&
			buf_room(&j->in, IO_READ + JSONTOK_AHEAD))
			return fail_set(f, FAIL_SYSTEM, "%s: no room for a row", j->from->name);
		room = j->in.cap - j->in.len - JSONTOK_AHEAD;
		n = io_read(j->from, j->in.p + j->in.len, room < IO_READ ? room : IO_READ, f);
		if (n < 0)
			return -1;
		j->in.len += (size_t)n;
		j->ended = n == 0;
	} while (j->in.len < want && !j->ended);
	return 0;
}

/* Count the lines of the bytes that are done with, and the characters of the last one. */
static void advance(struct jsonin *j, size_t n)
{
	const char *p = j->in.p + j->here.at, *end = p + n, *lf;

	while (n > 0 && (lf = memchr(p, '\n', (size_t)(end - p)))) {
		j->here.line++;
		j->here.column = 0;
		p = lf + 1;
	}
	for (; p < end; p++)
		j->here.column += (*p & 0xc0) != 0x80;
	j->here.at += n;
}

static int fail_here(struct jsonin *j, const char *p, const char *why, struct fail *f)
{
	struct jsonin_place here = j->here;

	advance(j, (size_t)(p - (j->in.p + j->here.at)));
	fail_set(f, FAIL_DATA, "%s: line %llu, character %zu: %s", j->from->name,
		(unsigned long long)j->here.line, j->here.column + 1, why);
	j->here = here;
	return -1;
}

/* A blank, or the record separator of JSON text sequences (RFC 7464). */
static bool is_between(char c)
{
	return jsontok_is_blank(c) || c == '\x1e';
}

/* Skip blanks in the stream. 1: in.p[at] is something, 0: the end. */
static int seek(struct jsonin *j, struct fail *f)
{
	for (;;) {
		size_t n = 0;

		while (j->here.at + n < j->in.len && is_between(j->in.p[j->here.at + n]))
			n++;
		advance(j, n);
		if (j->here.at < j->in.len)
			return 1;
		if (j->ended)
			return 0;
		if (fill(j, f))
			return -1;
	}
}

/* At the start of a line: is it a comment? Then it is skipped. 1, 0 if it is none, -1. */
static int skip_comment(struct jsonin *j, struct fail *f)
{
	size_t n = j->comment ? strlen(j->comment) : 0;
	const char *lf;

	if (n == 0 || j->here.column > 0)
		return 0;
	while (j->in.len - j->here.at < n && !j->ended)
		if (fill(j, f))
			return -1;
	if (j->in.len - j->here.at < n || memcmp(j->in.p + j->here.at, j->comment, n) != 0)
		return 0;
	while (!(lf = memchr(j->in.p + j->here.at, '\n', j->in.len - j->here.at)) && !j->ended)
		if (fill(j, f))
			return -1;
	advance(j, lf ? (size_t)(lf - (j->in.p + j->here.at)) : j->in.len - j->here.at);
	return 1;
}

/* Over blanks and comments: 1: in.p[at] is something, 0: the end, -1. */
static int seek_value(struct jsonin *j, struct fail *f)
{
	int rc;

	do
		rc = seek(j, f);
	while (rc > 0 && (rc = skip_comment(j, f)) > 0);
	return rc < 0 ? -1 : j->here.at < j->in.len;
}

/* Is the '[' at the cursor an array of rows? If a row or its end follows. -1 with f. */
static int is_array_of_rows(struct jsonin *j, struct fail *f)
{
	for (size_t n = 1;; n++) {
		while (j->here.at + n == j->in.len) {
			if (j->ended)
				return 0;
			if (fill(j, f))
				return -1;
		}
		if (!jsontok_is_blank(j->in.p[j->here.at + n]))
			return strchr("{[]", j->in.p[j->here.at + n]) != NULL;
	}
}

static int begin(struct jsonin *j, struct fail *f)
{
	int rc;

	j->here.begun = true;
	while (j->in.len < 3 && !j->ended)
		if (fill(j, f))
			return -1;
	if (j->in.len >= 3 && memcmp(j->in.p, "\xef\xbb\xbf", 3) == 0)
		j->here.at = 3;
	rc = seek_value(j, f);
	if (rc <= 0 || j->in.p[j->here.at] != '[' || j->array_rows)
		return rc < 0 ? -1 : 0;
	rc = is_array_of_rows(j, f);
	j->here.array = rc > 0;
	if (j->here.array)
		advance(j, 1);
	j->arrays |= j->here.array;
	return rc < 0 ? -1 : 0;
}

/* To the start of the next row: 1, 0 at the end, -1. */
static int next_start(struct jsonin *j, struct fail *f)
{
	int rc;

	if (!j->here.begun && begin(j, f))
		return -1;
	do
		rc = seek(j, f);
	while (rc > 0 && !j->here.array && (rc = skip_comment(j, f)) > 0);
	if (!j->here.array)
		return rc < 0 ? -1 : j->here.at < j->in.len;
	if (rc < 0)
		return -1;
	if (rc == 0)
		return fail_here(j, j->in.p + j->here.at, "the input ends inside its array", f);
	if (j->in.p[j->here.at] == ']') {
		advance(j, 1);
		rc = seek(j, f);
		return rc > 0 ? fail_here(j, j->in.p + j->here.at,
					"something after the end of the array", f)
			      : rc;
	}
	if (!j->here.after)
		return 1;
	if (j->in.p[j->here.at] != ',')
		return fail_here(j, j->in.p + j->here.at, "',' or ']' is expected here", f);
	advance(j, 1);
	rc = seek(j, f);
	return rc == 0 ? fail_here(j, j->in.p + j->here.at, "the input ends inside its array", f)
		       : rc;
}

/* The cells whose values are in out. A str32 there is a string that had escapes, or a text. */
static void find_cells(struct jsonin *j)
{
	reserve(j, j->keys->n);
	buf_room(&j->out, ROW_AHEAD);
	for (size_t i = 0; i < j->keys->n; i++) {
		struct cell *c = &j->cell[i];

		if (c->kind != CELL_MP)
			continue;
		c->p = j->out.p + c->i;
		if (*c->p == '\xdb')
			*c = (struct cell){
				.p = c->p + STR32, .n = c->n - STR32, .kind = CELL_STRING
			};
	}
}

/* Does it follow a value that is inside another one? */
static bool is_behind(char c)
{
	return c == ',' || c == ']' || c == '}';
}

/*
 * A row that is no JSON: of rows on lines of their own the next line is the next row, which
 * found_again() makes sure of; in an array nothing is sure any more.
 */
static enum row_result bad_row(struct jsonin *j, struct jsontok *s, struct row *row, struct fail *f)
{
	const char *start = j->in.p + j->here.at, *lf;
	struct fail full = { 0 };

	fail_here(j, s->p, s->why, f);
	if (j->here.array)
		return ROW_FAILED;
	j->here.broken = *start == '{' || *start == '[';
	j->here.guessed |= !is_behind(*start);
	j->lost = *f;
	while (!(lf = memchr(start, '\n', j->in.len - j->here.at)) && !j->ended) {
		if (fill(j, &full))
			return ROW_FAILED;
		start = j->in.p + j->here.at;
	}
	j->used = lf ? (size_t)(lf - start) + 1 : j->in.len - j->here.at;
	*row = (struct row){ .line = j->here.line, .raw = start, .raw_len = j->used };
	return ROW_BAD;
}

/*
 * After a bad row the next line was taken for the next row. It is none if it does not begin like
 * one, or if a row that was found so is followed by what follows values inside others: then these
 * were parts of a row on several lines.
 */
static bool found_again(struct jsonin *j)
{
	char c = j->in.p[j->here.at];
	bool found = j->here.broken ? j->here.column == 0 && (c == '{' || c == '[') : !is_behind(c);

	j->here.broken = false;
	return found;
}

/* The row that was parsed up to s->p. */
static enum row_result whole_row(struct jsonin *j, const struct jsontok *s, struct row *row,
	struct fail *f)
{
	const char *start = j->in.p + j->here.at;

	j->used = (size_t)(s->p - start);
	j->here.after = true;
	find_cells(j);
	*row = (struct row){ j->cell, j->keys->n, j->here.line, true, start, j->used };
	if (!j->unfit)
		return ROW_GOOD;
	fail_here(j, j->culprit, j->unfit, f);
	if (j->unfit_key[0])
		fail_add(f, " (%s)", j->unfit_key);
	return ROW_BAD;
}

static enum row_result next(struct rowin *self, struct row *row, struct fail *f)
{
	struct jsonin *j = (struct jsonin *)self;
	struct jsontok s;
	enum jsontok_step step;
	enum row_result result;
	size_t known = j->keys->n;
	int rc;

	advance(j, j->used);
	j->used = 0;
	if (j->marked && j->here.at - j->mark.at >= ROW_SAMPLE)
		return ROW_END;
	rc = next_start(j, f);
	if (rc <= 0)
		return f->kind ? ROW_FAILED : ROW_END;
	if (j->here.guessed && !found_again(j))
		return fail_set(f, FAIL_DATA, "%s; where the next row begins is not clear",
			j->lost.why);
	for (;;) {
		s = (struct jsontok){ j->in.p + j->here.at, j->in.p + j->in.len, &j->out, NULL };
		step = parse_row(j, &s);
		if (step != STEP_MORE)
			break;
		if (j->ended) {
			step = jsontok_bad(&s, s.end, "the input ends inside a row");
			break;
		}
		if (fill(j, f))
			return ROW_FAILED;
	}
	result = step == STEP_BAD ? bad_row(j, &s, row, f) : whole_row(j, &s, row, f);
	if (result != ROW_GOOD)
		keys_forget(j->keys, known);
	return result;
}

static void mark(struct rowin *self)
{
	struct jsonin *j = (struct jsonin *)self;

	advance(j, j->used);
	j->used = 0;
	j->mark = j->here;
	j->marked = true;
}

static void rewind_to(struct rowin *self, bool keep)
{
	struct jsonin *j = (struct jsonin *)self;

	j->here = j->mark;
	j->used = 0;
	j->marked = keep;
}

/* --- slices */

static bool can_slice(const struct rowin *self, size_t n)
{
	const struct jsonin *j = (const struct jsonin *)self;

	return !j->arrays && j->keys->closed &&
		row_ends_in(self, &j->in, j->here.at, n);
}

static bool take(struct rowin *self, struct buf *rest)
{
	struct jsonin *j = (struct jsonin *)self;
	const bool ended = row_take(&j->in, &j->here.at, &j->ended, rest);

	buf_room(&j->in, 1);
	return ended;
}

/* Before a line that begins like a row: other line ends may be inside one. */
static size_t cut(const struct rowin *self, const char *p, size_t n, bool *open)
{
	(void)self;
	(void)open;
	while (n > 1 && !(p[n - 2] == '\n' &&
		(p[n - 1] == '{' || p[n - 1] == '[' || p[n - 1] == '\x1e')))
		n--;
	return n > 1 ? n - 1 : 0;
}

static bool between(const struct rowin *self)
{
	const struct jsonin *j = (const struct jsonin *)self;

	return j->here.at == j->in.len && j->used == 0 && j->here.begun && !j->here.array &&
		!j->here.broken && j->here.column == 0;
}

static void pass(struct rowin *self, uint64_t lines)
{
	struct jsonin *j = (struct jsonin *)self;

	j->here = (struct jsonin_place){ .begun = true, .after = true,
		.line = j->here.line + lines, .guessed = j->here.guessed };
	j->in.len = 0;
}

static struct rowin *fork_of(const struct rowin *self)
{
	const struct jsonin *j = (const struct jsonin *)self;
	struct jsonin *fork = mem_zero(1, sizeof *fork);

	*fork = (struct jsonin){ .rowin = j->rowin, .nested = j->nested, .strings = j->strings,
		.lists = j->lists, .array_rows = j->array_rows,
		.ignore_unknown = j->ignore_unknown, .comment = j->comment, .from = j->from };
	fork->keys = fork->own = mem_zero(1, sizeof *fork->own);
	keys_copy(fork->own, j->keys);
	buf_init(&fork->out, OUT_MAX);
	return &fork->rowin;
}

static void begin_slice(struct rowin *self, const struct buf *text, const struct rowin *first,
	bool last)
{
	struct jsonin *j = (struct jsonin *)self;

	j->here = first ? ((const struct jsonin *)first)->here
			: (struct jsonin_place){ .begun = true, .after = true, .line = 1 };
	j->here.at = j->used = 0;
	j->start = j->here.line;
	j->in = *text;
	j->ended = last;
}

static bool end_slice(struct rowin *self, uint64_t *lines)
{
	const struct jsonin *j = (const struct jsonin *)self;

	*lines = j->here.line - j->start;
	return between(self) || (j->ended && j->here.at == j->in.len && !j->here.array);
}

static void close_fork(struct rowin *self)
{
	struct jsonin *j = (struct jsonin *)self;

	keys_free(j->own);
	free(j->own);
	buf_free(&j->out);
	free(j->cell);
	free(j);
}

static const struct row_slices slices = { can_slice, take, cut, between, pass, fork_of, begin_slice,
	end_slice, close_fork };

void jsonin_init(struct jsonin *j, struct source *from, struct keys *keys)
{
	*j = (struct jsonin){ .rowin = { next, "line", mark, rewind_to, &slices },
		.keys = keys,
		.from = from,
		.here.line = 1 };
	buf_init(&j->in, (size_t)2 * ROW_MAX + IO_READ + JSONTOK_AHEAD);
	buf_room(&j->in, IO_READ + JSONTOK_AHEAD);
	buf_init(&j->out, OUT_MAX);
}

void jsonin_free(struct jsonin *j)
{
	buf_free(&j->in);
	buf_free(&j->out);
	free(j->cell);
}

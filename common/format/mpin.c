/* Reads rows from a stream of msgpack arrays or maps. */
#include "format/mpin.h"
#include "base/mem.h"
#include "base/num.h"
#include "value/mp.h"
#include "value/schema.h"

#include <stdlib.h>

static int bad(struct mpin *m, const char *what, struct fail *f)
{
	return fail_set(f, FAIL_DATA, "%s: row %llu: %s", m->from->name,
		(unsigned long long)m->rows + 1, what);
}

/*
 * Forget what is done with, so that the current row, or the mark, moves to the front of the buffer.
 */
static void forget(struct mpin *m)
{
	size_t done = m->marked ? m->mark : m->at;

	buf_eat(&m->in, done);
	m->at -= done;
	m->mark = 0;
}

/* Read until there is row_want() of the current row, or the end. 1, 0 if nothing more came, -1. */
static int fill(struct mpin *m, struct fail *f)
{
	size_t had, want;

	forget(m);
	had = m->in.len;
	want = m->at + row_want(had - m->at);
	if (had - m->at > ROW_MAX)
		return bad(m, "longer than 64 MiB", f);
	while (!m->ended && (m->in.len == had || m->in.len < want)) {
		size_t room;
		ssize_t n;

		if (m->in.cap - m->in.len < IO_READ / 4 && buf_room(&m->in, IO_READ))
			return bad(m, "no room", f);
		room = m->in.cap - m->in.len;
		n = io_read(m->from, m->in.p + m->in.len, room < IO_READ ? room : IO_READ, f);
		if (n < 0)
			return -1;
		m->in.len += (size_t)n;
		m->ended = n == 0;
	}
	return m->in.len > had;
}

static void reserve(struct mpin *m, size_t n)
{
	while (m->cap < n) {
		size_t cap = m->cap ? 2 * m->cap : 64;

		m->cell = mem_resize(m->cell, cap, sizeof *m->cell);
		while (m->cap < cap)
			m->cell[m->cap++] = (struct cell){ .kind = CELL_NONE };
	}
}

static void set_cell(struct mpin *m, size_t i, const char *p, size_t n)
{
	reserve(m, i + 1);
	m->cell[i] = (struct cell){ { p }, n, CELL_MP };
}

/* The value at p: its length, MP_MORE, or -1 with f. */
static ptrdiff_t value(struct mpin *m, const char *p, const char *end, struct fail *f)
{
	ptrdiff_t n = mp_value(p, end);

	return n < 0 ? bad(m, "not msgpack, or nested too deeply", f) : n;
}

/* `count` values from p: where they end, NULL for MP_MORE or a failure. */
static const char *array(struct mpin *m, uint32_t count, const char *p, const char *end,
	struct fail *f)
{
	for (uint32_t i = 0; i < count; i++) {
		ptrdiff_t n = value(m, p, end, f);

		if (n <= 0)
			return NULL;
		set_cell(m, i, p, (size_t)n);
		p += n;
	}
	return p;
}

static int bad_key(struct mpin *m, const struct mp *key, long why, struct fail *f)
{
	return fail_set(f, FAIL_DATA, "%s: row %llu: key '%.*s': %s", m->from->name,
		(unsigned long long)m->rows + 1, key->n < 60 ? (int)key->n : 60, key->as.p,
		why == KEYS_TWICE ? "it occurs twice"
			: why == KEYS_FULL
			? "more than 4096 different keys"
			: "none of the first rows had it; name it with --columns, or say with "
			  "--unknown-keys what becomes of it");
}

static const char *map(struct mpin *m, uint32_t count, const char *p, const char *end,
	struct fail *f)
{
	keys_row(m->keys);
	for (size_t i = 0; i < m->cap; i++)
		m->cell[i] = (struct cell){ .kind = CELL_NONE };
	while (count-- > 0) {
		struct mp key;
		ptrdiff_t n = mp_token(p, end, &key);
		long i;

		if (n == MP_MORE)
			return NULL;
		if (n < 0 || (key.type != MP_STR && key.type != MP_BIN)) {
			bad(m, n < 0 ? "not msgpack" : "a key that is not text", f);
			return NULL;
		}
		p += n;
		i = keys_find(m->keys, key.as.p, key.n);
		if (i < 0 && !(i == KEYS_UNKNOWN && m->ignore_unknown)) {
			bad_key(m, &key, i, f);
			return NULL;
		}
		n = value(m, p, end, f);
		if (n <= 0)
			return NULL;
		if (i >= 0)
			set_cell(m, (size_t)i, p, (size_t)n);
		p += n;
	}
	reserve(m, m->keys->n);
	return p;
}

/* Has an array as many values as there are columns? */
static int check_count(struct mpin *m, size_t count, struct fail *f)
{
	size_t want = m->keys ? m->keys->n : m->columns ? m->columns : (m->columns = count);

	if (want == 0 || (m->keys && !m->lists))
		return bad(m, "an array as a row: name its columns with --columns", f);
	return count == want
		? 0
		: fail_set(f, FAIL_DATA, "%s: row %llu: %zu value%s where %zu %s expected",
			  m->from->name, (unsigned long long)m->rows + 1, count, num_s(count), want,
			  want == 1 ? "is" : "are");
}

/* The row at the cursor: its length, MP_MORE, or -1 with f. */
static ptrdiff_t row_at(struct mpin *m, size_t *count, struct fail *f)
{
	const char *p = m->in.p + m->at, *end = m->in.p + m->in.len, *stop;
	struct mp t;
	ptrdiff_t n = mp_token(p, end, &t);

	if (n == MP_MORE)
		return MP_MORE;
	if (n < 0 || (t.type != MP_ARRAY && (t.type != MP_MAP || !m->keys)))
		return bad(m,
			m->keys ? "neither a msgpack map nor an array" : "not a msgpack array", f);
	if (t.n > SCHEMA_COLUMNS_MAX || (t.n == 0 && t.type == MP_ARRAY))
		return bad(m, t.n ? "more than 4096 columns" : "no columns", f);
	stop = t.type == MP_ARRAY ? array(m, t.n, p + n, end, f) : map(m, t.n, p + n, end, f);
	if (!stop)
		return f->kind ? -1 : MP_MORE;
	*count = t.type == MP_ARRAY ? t.n : m->keys->n;
	return t.type == MP_ARRAY && check_count(m, t.n, f) ? -1 : stop - p;
}

/*
 * f says what is wrong with the row at the cursor: if it is msgpack at all, it can be passed over.
 */
static enum row_result bad_row(struct mpin *m, struct row *row, struct fail *f)
{
	const char *p = m->in.p + m->at;
	struct fail why = *f;
	ptrdiff_t n;

	f->kind = FAIL_NONE;
	while ((n = mp_value(p, m->in.p + m->in.len)) == MP_MORE) {
		if (fill(m, f) <= 0) {
			*f = f->kind ? *f : why;
			return ROW_FAILED;
		}
		p = m->in.p + m->at;
	}
	*f = why;
	if (n < 0)
		return ROW_FAILED;
	m->used = (size_t)n;
	m->rows++;
	*row = (struct row){ .line = m->rows, .raw = p, .raw_len = (size_t)n };
	return ROW_BAD;
}

/*
 * Before the first row: is it one array around all rows, which are maps? Then its header is passed
 * over. 1: it is known, 0: more bytes are needed.
 */
static int begin(struct mpin *m)
{
	const char *p, *end;
	struct mp t, first;
	ptrdiff_t n;

	if (m->at == m->in.len)
		return 0;
	p = m->in.p + m->at;
	end = m->in.p + m->in.len;
	n = mp_token(p, end, &t);
	if (n == MP_MORE)
		return 0;
	if (n < 0 || t.type != MP_ARRAY || t.n == 0)
		return 1;
	if (mp_token(p + n, end, &first) == MP_MORE)
		return 0;
	if (first.type == MP_MAP) {
		m->outer = (uint64_t)t.n + 1;
		m->at += (size_t)n;
	}
	return 1;
}

static int seek_first(struct mpin *m, struct fail *f)
{
	while (!begin(m)) {
		int rc = fill(m, f);

		if (rc <= 0)
			return rc;
	}
	return 0;
}

/* After a row of an array around all of them: does another one follow? 0: the end; -1 with f. */
static int next_of_outer(struct mpin *m, struct fail *f)
{
	int rc = m->in.len == m->at ? fill(m, f) : 1;

	if (rc < 0)
		return -1;
	if (m->outer > 1)
		return rc == 0 ? bad(m, "the input ends inside the array of rows", f) : 1;
	return rc == 0 ? 0 : bad(m, "something follows the array of rows", f);
}

static enum row_result next(struct rowin *self, struct row *row, struct fail *f)
{
	struct mpin *m = (struct mpin *)self;
	size_t count = 0, known = m->keys ? m->keys->n : 0;
	ptrdiff_t n = MP_MORE;

	m->at += m->used;
	m->used = 0;
	if (m->marked && m->at - m->mark >= ROW_SAMPLE)
		return ROW_END;
	if (m->rows == 0 && m->keys && !m->lists && m->outer == 0 && seek_first(m, f))
		return ROW_FAILED;
	if (m->outer > 0) {
		int more = next_of_outer(m, f);

		if (more <= 0)
			return more < 0 ? ROW_FAILED : ROW_END;
		m->outer--;
	}
	while (m->in.len == m->at || (n = row_at(m, &count, f)) == MP_MORE) {
		int rc = fill(m, f);

		if (rc < 0)
			return ROW_FAILED;
		if (rc == 0 && m->in.len == m->at)
			return ROW_END;
		if (rc == 0)
			return bad(m, "the input ends inside", f);
	}
	if (n < 0) {
		if (m->keys)
			keys_forget(m->keys, known);
		return bad_row(m, row, f);
	}
	m->used = (size_t)n;
	m->rows++;
	*row = (struct row){ m->cell, count, m->rows, false, m->in.p + m->at, (size_t)n };
	return ROW_GOOD;
}

static void mark(struct rowin *self)
{
	struct mpin *m = (struct mpin *)self;

	m->at += m->used;
	m->used = 0;
	m->mark = m->at;
	m->mark_rows = m->rows;
	m->mark_outer = m->outer;
	m->marked = true;
}

static void rewind_to(struct rowin *self, bool keep)
{
	struct mpin *m = (struct mpin *)self;

	m->at = m->mark;
	m->rows = m->mark_rows;
	m->outer = m->mark_outer;
	m->used = 0;
	m->marked = keep;
}

void mpin_init(struct mpin *m, struct source *from, struct keys *keys)
{
	*m = (struct mpin){ .rowin = { next, "row", mark, rewind_to, NULL },
		.from = from, .keys = keys };
	buf_init(&m->in, (size_t)ROW_MAX + ROW_SAMPLE + 2 * IO_READ);
}

void mpin_free(struct mpin *m)
{
	buf_free(&m->in);
	free(m->cell);
}

#include "mpin.h"
#include "mem.h"
#include "mp.h"

#include <stdlib.h>

enum { READ_SIZE = 256 << 10, COLUMNS_MAX = 4096 };

static int bad(struct mpin *m, const char *what, struct fail *f)
{
	return fail_set(f, FAIL_DATA, "%s: row %llu: %s", m->from->name, (unsigned long long)m->rows + 1, what);
}

/* Read some more. 1, 0 at the end of the input, -1. */
static int fill(struct mpin *m, struct fail *f)
{
	ssize_t n;

	if (m->ended)
		return 0;
	buf_eat(&m->in, m->at);
	m->at = 0;
	if (m->in.len > ROW_MAX)
		return bad(m, "longer than 64 MiB", f);
	if (m->in.cap - m->in.len < READ_SIZE / 4 && buf_room(&m->in, READ_SIZE))
		return bad(m, "no room", f);
	n = io_read(m->from, m->in.p + m->in.len, m->in.cap - m->in.len, f);
	if (n < 0)
		return -1;
	m->in.len += (size_t)n;
	m->ended = n == 0;
	return n > 0;
}

static void set_cell(struct mpin *m, size_t i, const char *p, size_t n)
{
	if (i == m->cap)
		m->cell = mem_resize(m->cell, m->cap = m->cap ? 2 * m->cap : 64, sizeof *m->cell);
	m->cell[i] = (struct cell){ p, n, CELL_MP };
}

/* The row at the cursor: its length, MP_MORE, or -1 with f. */
static ptrdiff_t row_at(struct mpin *m, size_t *count, struct fail *f)
{
	const char *p = m->in.p + m->at, *start = p, *end = m->in.p + m->in.len;
	struct mp t;
	ptrdiff_t n = mp_token(p, end, &t);

	if (n == MP_MORE)
		return MP_MORE;
	if (n < 0 || t.type != MP_ARRAY)
		return bad(m, "not a msgpack array", f);
	if (t.n > COLUMNS_MAX || t.n == 0)
		return bad(m, t.n ? "more than 4096 columns" : "no columns", f);
	for (uint32_t i = 0; i < t.n; i++) {
		p += n;
		n = mp_value(p, end);
		if (n == MP_MORE)
			return MP_MORE;
		if (n < 0)
			return bad(m, "not msgpack, or nested too deeply", f);
		set_cell(m, i, p, (size_t)n);
	}
	*count = t.n;
	return p + n - start;
}

static int next(struct rowin *self, struct row *row, struct fail *f)
{
	struct mpin *m = (struct mpin *)self;
	size_t count = 0;
	ptrdiff_t n = MP_MORE;

	m->at += m->used;
	m->used = 0;
	while (m->in.len == m->at || (n = row_at(m, &count, f)) == MP_MORE) {
		int rc = fill(m, f);

		if (rc < 0)
			return -1;
		if (rc == 0 && m->in.len == m->at)
			return 0;
		if (rc == 0)
			return bad(m, "the input ends inside", f);
	}
	if (n < 0)
		return -1;
	if (m->columns == 0)
		m->columns = count;
	if (count != m->columns)
		return fail_set(f, FAIL_DATA, "%s: row %llu: %zu values where %zu columns are expected", m->from->name,
				(unsigned long long)m->rows + 1, count, m->columns);
	m->used = (size_t)n;
	m->rows++;
	*row = (struct row){ m->cell, count, m->rows, m->in.p + m->at, (size_t)n };
	return 1;
}

void mpin_init(struct mpin *m, struct source *from)
{
	*m = (struct mpin){ .rowin = { next, "row" }, .from = from };
	buf_init(&m->in, (size_t)ROW_MAX + READ_SIZE);
}

void mpin_free(struct mpin *m)
{
	buf_free(&m->in);
	free(m->cell);
}

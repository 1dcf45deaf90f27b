#include "rewrite.h"
#include "fd.h"
#include "mem.h"
#include "mp.h"
#include "view.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRIES = 100, OUT = 1 << 20 };

/* The segments that are to be one. */
struct old {
	struct view view; /* only its segments */
	int64_t *id;
};

/* What becomes of them. */
struct made {
	int fd;
	char name[STORE_NAME];
	int64_t rows, bytes, tmin, tmax;
};

static int take(struct old *o, struct local *l, sqlite3_stmt *q, struct fail *f)
{
	struct catalog *c = &l->cat;

	while (f->kind == FAIL_NONE && cat_next(c, &q)) {
		o->id = mem_resize(o->id, o->view.segs + 1, sizeof *o->id);
		o->id[o->view.segs] = sqlite3_column_int64(q, 0);
		view_map(&o->view, &l->store, cat_column(q, 1), (uint64_t)sqlite3_column_int64(q, 2), f);
	}
	sqlite3_finalize(q);
	return f->kind ? -1 : 0;
}

static void old_free(struct old *o)
{
	view_free(&o->view);
	free(o->id);
	*o = (struct old){ 0 };
}

static int64_t time_of(const char *p, const char *end)
{
	struct mp map, t;
	int64_t time = -1;

	p += mp_token(p, end, &map);
	for (uint32_t i = 0; i < map.n; i++) {
		bool is_time;

		p += mp_token(p, end, &t);
		is_time = t.n == 4 && memcmp(t.as.p, "time", 4) == 0;
		mp_token(p, end, &t);
		if (is_time && t.type == MP_UINT)
			time = (int64_t)t.as.u;
		p += mp_value(p, end);
	}
	return time;
}

/* Copies what is outside of [from, to). */
static int copy(const struct segment *s, int64_t from, int64_t to, struct made *m, struct fail *f)
{
	const char *p = s->p, *end = p + s->n;
	struct buf b;

	buf_init(&b, (size_t)1 << 31);
	while (p < end && f->kind == FAIL_NONE) {
		ptrdiff_t n = mp_value(p, end);
		int64_t t = n > 0 ? time_of(p, p + n) : -1;

		if (n <= 0) {
			fail_set(f, FAIL_SYSTEM, "the data directory is damaged");
		} else if (t < from || t >= to) {
			if (buf_put(&b, p, (size_t)n))
				fail_set(f, FAIL_SYSTEM, "a record is too long");
			m->rows++;
			m->bytes += n;
			m->tmin = t < m->tmin ? t : m->tmin;
			m->tmax = t > m->tmax ? t : m->tmax;
		}
		if (b.len >= OUT || p + n == end) {
			fd_write(m->fd, "a segment", b.p, b.len, f);
			b.len = 0;
		}
		p += n;
	}
	buf_free(&b);
	return f->kind ? -1 : 0;
}

static int make(struct local *l, const struct old *o, int64_t from, int64_t to, struct made *m, struct fail *f)
{
	*m = (struct made){ .tmin = INT64_MAX, .tmax = INT64_MIN };
	m->fd = store_create(&l->store, 's', m->name, f);
	for (size_t i = 0; i < o->view.segs && f->kind == FAIL_NONE; i++)
		copy(&o->view.seg[i], from, to, m, f);
	if (f->kind == FAIL_NONE)
		store_seal(&l->store, m->fd, f);
	if (m->fd >= 0)
		close(m->fd);
	return f->kind ? -1 : 0;
}

/* Inside a transaction: the new for the old, in the place of the last of them. False: they are not all there any more. */
static bool exchange(struct catalog *c, int64_t table, const struct old *o, const struct made *m)
{
	size_t n = o->view.segs;

	for (size_t i = 0; i < n; i++)
		if (!cat_num(c, 0, "SELECT 1 FROM segments WHERE id = ?1 AND tbl = ?2", "ii", o->id[i], table))
			return false;
	cat_do(c, "INSERT OR IGNORE INTO trash SELECT file FROM segments WHERE id = ?1", "i", o->id[n - 1]);
	for (size_t i = 0; i + (m->rows > 0) < n; i++)
		cat_do(c, "DELETE FROM segments WHERE id = ?1", "i", o->id[i]);
	if (m->rows > 0)
		cat_do(c, "UPDATE segments SET file = ?2, rows = ?3, bytes = ?4, tmin = ?5, tmax = ?6 WHERE id = ?1", "isiiii", o->id[n - 1],
		       m->name, m->rows, m->bytes, m->tmin, m->tmax);
	table_count(c, table);
	return true;
}

/* 1: done; 0: the table has changed; -1. */
static int rewrite(struct local *l, int64_t table, struct old *o, int64_t from, int64_t to, struct fail *f)
{
	struct catalog *c = &l->cat;
	struct made m;
	bool done = false;

	if (make(l, o, from, to, &m, f) == 0) {
		cat_begin(c);
		done = exchange(c, table, o, &m);
		if (cat_end(c, done, f))
			done = false;
	}
	if (m.name[0] && (!done || m.rows == 0))
		store_drop(&l->store, m.name);
	return f->kind ? -1 : done;
}

void rewrite_join(struct local *l, int64_t table)
{
	struct catalog *c = &l->cat;
	struct old o = { 0 };
	struct fail f = { 0 };

	cat_begin(c);
	if (cat_num(c, 0, "SELECT count(*) FROM segments WHERE tbl = ?1 AND bytes < ?2", "ii", table, (int64_t)REWRITE_SMALL) >= REWRITE_MANY)
		take(&o, l, cat_select(c, "SELECT id, file, bytes FROM segments WHERE tbl = ?1 AND bytes < ?2 ORDER BY id", "ii", table,
		                       (int64_t)REWRITE_SMALL), &f);
	cat_end(c, false, NULL);
	if (o.view.segs > 0 && f.kind == FAIL_NONE)
		rewrite(l, table, &o, 0, 0, &f);
	old_free(&o);
}

int rewrite_without(struct local *l, int64_t table, int64_t from, int64_t to, struct fail *f)
{
	struct catalog *c = &l->cat;
	int done = 0;

	for (int i = 0; i < TRIES && done == 0; i++) {
		struct old o = { 0 };

		cat_begin(c);
		take(&o, l, cat_select(c, "SELECT id, file, bytes FROM segments WHERE tbl = ?1 AND tmin < ?3 AND tmax >= ?2 ORDER BY id", "iii",
		                       table, from, to), f);
		cat_end(c, false, f);
		done = f->kind ? -1 : o.view.segs == 0 ? 1 : rewrite(l, table, &o, from, to, f);
		old_free(&o);
	}
	return done > 0 ? 0 : fail_set(f, FAIL_SYSTEM, "the table changes all the time");
}

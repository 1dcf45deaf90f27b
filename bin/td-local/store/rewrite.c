/* Segments written anew: joined, or without some rows. */
#include "store/rewrite.h"
#include "base/fd.h"
#include "base/mem.h"
#include "store/counts.h"
#include "store/rows.h"
#include "value/mp.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRIES = 100, OUT = 1 << 20 };

/* The segments that q names: id, file, bytes. They are to be one. */
static int take(struct rewrite *w, struct account *a, sqlite3_stmt *q, struct fail *f)
{
	while (f->kind == FAIL_NONE && catalog_next(&a->catalog, &q))
		view_map(&w->old, &a->store, q, f);
	sqlite3_finalize(q);
	return f->kind ? -1 : 0;
}

void rewrite_free(struct rewrite *w, struct account *a, bool done)
{
	if (w->name[0] && (!done || w->rows == 0))
		store_drop(&a->store, w->name);
	view_free(&w->old);
	*w = (struct rewrite){ 0 };
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

/*
 * Which records are left out: those of a range of time, or those with the numbers in `rows`, which
 * come in order.
 */
struct drop {
	int64_t from, to;
	struct rows *rows;
	int64_t next; /* of rows; INT64_MAX: none */
};

static int next_number(struct drop *d, struct fail *f)
{
	int64_t before = d->next;
	const char *p;
	struct mp t;
	ptrdiff_t n = rows_next(d->rows, &p, f);

	if (n <= 0) {
		d->next = INT64_MAX;
		return (int)n;
	}
	if (mp_token(p + 1, p + n, &t) <= 0 || t.type != MP_UINT || (int64_t)t.as.u <= before)
		return fail_set(f, FAIL_SYSTEM, "the rows to delete do not come in order");
	d->next = (int64_t)t.as.u;
	return 0;
}

static bool drops(struct drop *d, int64_t number, int64_t time, struct fail *f)
{
	if (!d->rows)
		return time >= d->from && time < d->to;
	if (number != d->next)
		return false;
	next_number(d, f);
	return true;
}

/* Copies what stays. */
static int copy(struct rewrite *w, int fd, const struct segment *s, struct drop *d, struct fail *f)
{
	const char *p = s->p, *end = s->p + s->n;
	int64_t number = view_number(s->id, 0);
	struct buf b;

	buf_init(&b, (size_t)1 << 31);
	while (p < end && f->kind == FAIL_NONE) {
		ptrdiff_t n = mp_value(p, end);
		int64_t t = n > 0 ? time_of(p, p + n) : -1;

		if (n <= 0) {
			fail_set(f, FAIL_SYSTEM, "the data directory is damaged");
		} else if (!drops(d, ++number, t, f)) {
			if (buf_put(&b, p, (size_t)n))
				fail_set(f, FAIL_SYSTEM, "a record is too long");
			w->rows++;
			w->bytes += n;
			w->tmin = t < w->tmin ? t : w->tmin;
			w->tmax = t > w->tmax ? t : w->tmax;
		}
		if (b.len >= OUT || p + n == end) {
			fd_write(fd, "a segment", b.p, b.len, f);
			b.len = 0;
		}
		p += n;
	}
	buf_free(&b);
	return f->kind ? -1 : 0;
}

static int make(struct rewrite *w, struct account *a, struct drop *d, struct fail *f)
{
	int fd = store_create(&a->store, 's', w->name, f);

	w->tmin = INT64_MAX;
	w->tmax = INT64_MIN;
	for (size_t i = 0; i < w->old.segs && f->kind == FAIL_NONE; i++)
		copy(w, fd, &w->old.seg[i], d, f);
	if (f->kind == FAIL_NONE)
		store_seal(&a->store, fd, f);
	if (fd >= 0)
		close(fd);
	return f->kind ? -1 : 0;
}

/* The new for the old, in the place of the last of them. */
bool rewrite_apply(struct rewrite *w, struct catalog *c, int64_t table)
{
	const struct segment *s = w->old.seg;
	size_t n = w->old.segs;

	for (size_t i = 0; i < n; i++)
		if (!catalog_num(c, 0, "SELECT 1 FROM segments WHERE id = ?1 AND tbl = ?2", "ii",
			    s[i].id, table))
			return false;
	for (size_t i = 0; i + (w->rows > 0) < n; i++)
		catalog_do(c, "DELETE FROM segments WHERE id = ?1", "i", s[i].id);
	if (w->rows > 0 && n > 0) {
		catalog_do(c, "INSERT OR IGNORE INTO trash SELECT file FROM segments WHERE id = ?1",
			"i", s[n - 1].id);
		catalog_do(c,
			"UPDATE segments SET file = ?2, rows = ?3, bytes = ?4, tmin = ?5, tmax = "
			"?6 WHERE id = ?1",
			"isiiii", s[n - 1].id, w->name, w->rows, w->bytes, w->tmin, w->tmax);
	}
	counts_table(c, table);
	return true;
}

/* 1: done; 0: the table has changed; -1. */
static int rewrite(struct rewrite *w, struct account *a, int64_t table, struct drop *d,
	struct fail *f)
{
	struct catalog *c = &a->catalog;
	bool done = false;

	if (make(w, a, d, f) == 0) {
		catalog_begin(c);
		done = rewrite_apply(w, c, table);
		if (catalog_end(c, done, f))
			done = false;
	}
	rewrite_free(w, a, done);
	return f->kind ? -1 : done;
}

void rewrite_join(struct account *a, int64_t table)
{
	struct catalog *c = &a->catalog;
	struct rewrite w = { 0 };
	struct drop none = { 0 };
	struct fail f = { 0 };

	catalog_begin(c);
	if (catalog_num(c, 0, "SELECT count(*) FROM segments WHERE tbl = ?1 AND bytes < ?2", "ii",
		    table, (int64_t)REWRITE_SMALL) >= REWRITE_MANY)
		take(&w, a,
			catalog_select(c,
				"SELECT id, file, bytes FROM segments WHERE tbl = ?1 AND bytes < "
				"?2 ORDER BY id",
				"ii", table, (int64_t)REWRITE_SMALL),
			&f);
	catalog_end(c, false, NULL);
	if (w.old.segs > 0 && f.kind == FAIL_NONE)
		rewrite(&w, a, table, &none, &f);
	rewrite_free(&w, a, false);
}

int rewrite_without(struct account *a, int64_t table, int64_t from, int64_t to, struct fail *f)
{
	struct catalog *c = &a->catalog;
	struct drop range = { .from = from, .to = to };
	int done = 0;

	for (int i = 0; i < TRIES && done == 0; i++) {
		struct rewrite w = { 0 };

		catalog_begin(c);
		take(&w, a,
			catalog_select(c,
				"SELECT id, file, bytes FROM segments WHERE tbl = ?1 AND tmin < ?3 "
				"AND tmax >= ?2 ORDER BY id",
				"iii", table, from, to),
			f);
		catalog_end(c, false, f);
		done = f->kind ? -1 : w.old.segs == 0 ? 1 : rewrite(&w, a, table, &range, f);
		rewrite_free(&w, a, false);
	}
	return done > 0 ? 0 : fail_set(f, FAIL_SYSTEM, "the table changes all the time");
}

/* --- rows by their numbers */

/* The segments that the rows are in. */
static int take_numbered(struct rewrite *w, struct account *a, int64_t table, struct drop *d,
	struct fail *f)
{
	struct catalog *c = &a->catalog;
	int64_t last = 0;

	catalog_begin(c);
	while (next_number(d, f) == 0 && d->next != INT64_MAX) {
		int64_t segment = d->next >> 32;

		if (segment == last)
			continue;
		last = segment;
		take(w, a,
			catalog_select(c,
				"SELECT id, file, bytes FROM segments WHERE id = ?1 AND tbl = ?2",
				"ii", segment, table),
			f);
	}
	return catalog_end(c, false, f);
}

int rewrite_prepare(struct rewrite *w, struct account *a, int64_t table, const char *numbers,
	struct fail *f)
{
	struct rows rows = { .fd = -1 };
	struct drop d = { .rows = &rows };

	*w = (struct rewrite){ 0 };
	if (rows_open(&rows, &a->store, numbers, f) == 0)
		take_numbered(w, a, table, &d, f);
	rows_close(&rows);
	d.next = 0;
	if (f->kind == FAIL_NONE && w->old.segs > 0 &&
		rows_open(&rows, &a->store, numbers, f) == 0 && next_number(&d, f) == 0)
		make(w, a, &d, f);
	rows_close(&rows);
	if (f->kind == FAIL_NONE && w->old.segs > 0 && d.next != INT64_MAX)
		fail_set(f, FAIL_DATA, "the table was changed meanwhile: run it again");
	return f->kind ? -1 : 0;
}

/* Segments written anew: joined, or without some rows. */
#include "store/rewrite.h"
#include "base/crc.h"
#include "base/fd.h"
#include "base/mem.h"
#include "store/counts.h"
#include "store/rows.h"
#include "value/mp.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUT = 1 << 20 };

/* The segments that q names, as view_map() takes them. */
static int take(struct rewrite *w, struct account *a, sqlite3_stmt *q, struct fail *f)
{
	while (f->kind == FAIL_NONE && catalog_next(&a->catalog, &q))
		view_map(&w->old, &a->store, q, f);
	sqlite3_finalize(q);
	return f->kind ? -1 : 0;
}

void rewrite_free(struct rewrite *w, struct account *a, bool done)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->made[i].name[0] && (!done || w->made[i].rows == 0))
			store_drop(&a->store, w->made[i].name);
	free(w->made);
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
	int64_t next;            /* of rows; INT64_MAX: none */
	const atomic_bool *stop; /* or NULL */
};

static int unordered(struct fail *f)
{
	return fail_set(f, FAIL_SYSTEM, "the rows to delete do not come in order");
}

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
	if (mp_token(p + 1, p + n, &t) <= 0 || t.type != MP_UINT ||
		((int64_t)t.as.u <= before && (int64_t)t.as.u >> 32 == before >> 32))
		return unordered(f);
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

/* Copies what stays of a segment to the end of a new one. */
static int copy(struct rewrite_new *to, int fd, const struct segment *s, struct drop *d,
	struct fail *f)
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
			to->rows++;
			to->bytes += n;
			to->tmin = t < to->tmin ? t : to->tmin;
			to->tmax = t > to->tmax ? t : to->tmax;
		}
		if (b.len >= OUT || p + n == end) {
			to->crc = crc_add(to->crc, b.p, b.len);
			fd_write(fd, "a segment", b.p, b.len, f);
			b.len = 0;
			if (d->stop && *d->stop)
				fail_set(f, FAIL_SIGNAL, "killed");
		}
		p += n;
	}
	buf_free(&b);
	return f->kind ? -1 : 0;
}

/* One new segment from n old ones. */
static int make_one(struct rewrite *w, struct account *a, const struct segment *s, size_t n,
	struct drop *d, struct fail *f)
{
	struct rewrite_new *to = &w->made[w->n++];
	int fd;

	*to = (struct rewrite_new){ .tmin = INT64_MAX, .tmax = INT64_MIN };
	fd = store_create(&a->store, 's', to->name, f);
	for (size_t i = 0; i < n && f->kind == FAIL_NONE; i++)
		copy(to, fd, &s[i], d, f);
	if (f->kind == FAIL_NONE)
		store_seal(&a->store, fd, f);
	if (fd >= 0)
		close(fd);
	return f->kind ? -1 : 0;
}

static int make(struct rewrite *w, struct account *a, bool joined, struct drop *d, struct fail *f)
{
	size_t n = w->old.segs;

	w->made = mem_zero(joined ? 1 : n, sizeof *w->made);
	if (joined)
		return make_one(w, a, w->old.seg, n, d, f);
	for (size_t i = 0; i < n && f->kind == FAIL_NONE; i++)
		make_one(w, a, &w->old.seg[i], 1, d, f);
	return f->kind ? -1 : 0;
}

/* Ids are never used twice: an id that is still there means the file that was read. */
static bool unchanged(const struct rewrite *w, struct catalog *c, int64_t table)
{
	for (size_t i = 0; i < w->old.segs; i++)
		if (!catalog_num(c, 0, "SELECT 1 FROM segments WHERE id = ?1 AND tbl = ?2", "ii",
			    w->old.seg[i].id, table))
			return false;
	return true;
}

bool rewrite_apply(struct rewrite *w, struct catalog *c, int64_t table)
{
	if (!unchanged(w, c, table))
		return false;
	for (size_t i = 0; i < w->n; i++) { /* the last old one of each gives its place */
		const struct rewrite_new *to = &w->made[i];

		if (to->rows > 0)
			catalog_do(c,
				"INSERT INTO segments (tbl, file, rows, bytes, tmin, tmax, crc, "
				"place) "
				"SELECT tbl, ?2, ?3, ?4, ?5, ?6, ?7, coalesce(place, id) FROM "
				"segments "
				"WHERE id = ?1",
				"isiiiii", w->old.seg[w->n == 1 ? w->old.segs - 1 : i].id, to->name,
				to->rows, to->bytes, to->tmin, to->tmax, (int64_t)to->crc);
	}
	for (size_t i = 0; i < w->old.segs; i++)
		catalog_do(c, "DELETE FROM segments WHERE id = ?1", "i", w->old.seg[i].id);
	counts_table(c, table);
	return true;
}

/* --- joining */

/* Only those after the last large one: rows keep their order. */
#define SMALL_ONES                                                                                 \
	"FROM segments WHERE tbl = ?1 AND coalesce(place, id) > (SELECT "                          \
	"coalesce(max(coalesce(place, "                                                            \
	"id)), 0) FROM segments WHERE tbl = ?1 AND bytes >= ?2)"

void rewrite_join(struct account *a, int64_t table)
{
	struct catalog *c = &a->catalog;
	struct rewrite w = { 0 };
	struct drop none = { 0 };
	struct fail f = { 0 };
	bool done = false;

	catalog_begin(c);
	if (catalog_num(c, 0, "SELECT count(*) " SMALL_ONES, "ii", table, (int64_t)REWRITE_SMALL) >=
		REWRITE_MANY)
		take(&w, a,
			catalog_select(c,
				"SELECT " VIEW_SEGMENT " " SMALL_ONES " ORDER BY " VIEW_ORDER, "ii",
				table, (int64_t)REWRITE_SMALL),
			&f);
	catalog_end(c, false, NULL);
	if (w.old.segs > 0 && f.kind == FAIL_NONE && make(&w, a, true, &none, &f) == 0) {
		catalog_begin(c);
		done = rewrite_apply(&w, c, table);
		if (catalog_end(c, done, &f))
			done = false;
	}
	rewrite_free(&w, a, done);
}

/* --- rows of a range of time */

int rewrite_range(struct rewrite *w, struct account *a, int64_t table, int64_t from, int64_t to,
	const atomic_bool *stop, struct fail *f)
{
	struct catalog *c = &a->catalog;
	struct drop range = { .from = from, .to = to, .stop = stop };

	*w = (struct rewrite){ 0 };
	catalog_begin(c);
	take(w, a,
		catalog_select(c,
			"SELECT " VIEW_SEGMENT
			" FROM segments WHERE tbl = ?1 AND tmin < ?3 AND tmax >= "
			"?2 ORDER BY " VIEW_ORDER,
			"iii", table, from, to),
		f);
	catalog_end(c, false, f);
	return f->kind ? -1 : make(w, a, false, &range, f);
}

/* --- rows by their numbers */

static int changed(struct fail *f)
{
	return fail_set(f, FAIL_TEMP, "the table was changed meanwhile: run it again");
}

/* The segments that the rows are in. */
static int take_numbered(struct rewrite *w, struct account *a, int64_t table, struct drop *d,
	struct fail *f)
{
	struct catalog *c = &a->catalog;
	int64_t last = 0;

	catalog_begin(c);
	while (next_number(d, f) == 0 && d->next != INT64_MAX) {
		int64_t segment = d->next >> 32;
		size_t before = w->old.segs;

		if (segment == last)
			continue;
		for (size_t i = 0; i < before; i++)
			if (w->old.seg[i].id == segment)
				unordered(f);
		last = segment;
		take(w, a,
			catalog_select(c,
				"SELECT " VIEW_SEGMENT " FROM segments WHERE id = ?1 AND tbl = ?2",
				"ii", segment, table),
			f);
		if (w->old.segs == before)
			changed(f);
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
		make(w, a, false, &d, f);
	rows_close(&rows);
	if (f->kind == FAIL_NONE && w->old.segs > 0 && d.next != INT64_MAX)
		changed(f);
	return f->kind ? -1 : 0;
}

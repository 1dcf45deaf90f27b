/* Mapping the segments of a table. */
#include "store/view.h"
#include "base/crc.h"
#include "base/mem.h"
#include "store/value.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int verify(const struct store *s, const struct segment *g, int64_t crc)
{
	if (store_known(s, g->id))
		return 0;
	if (crc_add(0, g->p, g->n) != (uint32_t)crc)
		return -1;
	store_know(s, g->id);
	return 0;
}

int view_map(struct view *v, const struct store *s, sqlite3_stmt *q, struct fail *f)
{
	const char *file = catalog_column(q, 1);
	uint64_t bytes = (uint64_t)sqlite3_column_int64(q, 2), have;
	int fd = store_read(s, file, f);
	void *p;

	if (fd < 0)
		return -1;
	if (store_size(fd, &have, f) == 0 && have != bytes)
		fail_set(f, FAIL_SYSTEM, "the data directory is damaged: %s has the wrong length",
			file);
	p = f->kind || bytes == 0 ? MAP_FAILED : mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return f->kind ? -1 : fail_errno(f, FAIL_SYSTEM, "cannot map %s", file);
	if ((v->segs & (v->segs - 1)) == 0)
		v->seg = mem_resize(v->seg, v->segs ? 2 * v->segs : 1, sizeof *v->seg);
	v->seg[v->segs++] = (struct segment){ sqlite3_column_int64(q, 0), p, bytes };
	if (!catalog_null(q, 3) && verify(s, &v->seg[v->segs - 1], sqlite3_column_int64(q, 3)))
		return fail_set(f, FAIL_SYSTEM,
			"the data directory is damaged: %s is not what was written", file);
	return 0;
}

int view_open(struct view *v, struct catalog *c, const struct store *s, int64_t table,
	struct fail *f)
{
	return view_head(v, c, s, table, INT64_MAX, f);
}

int view_head(struct view *v, struct catalog *c, const struct store *s, int64_t table,
	int64_t count, struct fail *f)
{
	char *schema = catalog_text(c, "SELECT schema FROM tables WHERE id = ?1", "i", table);
	sqlite3_stmt *q = catalog_select(c,
		"SELECT " VIEW_SEGMENT " FROM segments WHERE tbl = ?1 ORDER BY " VIEW_ORDER, "i",
		table);

	*v = (struct view){ .name = catalog_text(c, "SELECT name FROM tables WHERE id = ?1", "i",
				    table),
		.schema = columns_load(schema) };
	free(schema);
	for (size_t i = 0; i < json_array_size(v->schema); i++)
		keyset_add(&v->keys, columns_name(v->schema, i),
			strlen(columns_name(v->schema, i)));
	keyset_add(&v->keys, "time", 4);
	while (f->kind == FAIL_NONE && v->rows < count && catalog_next(c, &q)) {
		v->rows += sqlite3_column_int64(q, 4);
		view_map(v, s, q, f);
	}
	sqlite3_finalize(q);
	if (catalog_failed(c))
		fail_set(f, FAIL_SYSTEM, "%s", c->why);
	if (f->kind == FAIL_NONE)
		return 0;
	view_free(v);
	return -1;
}

void view_free(struct view *v)
{
	for (size_t i = 0; i < v->segs; i++)
		munmap((void *)(uintptr_t)v->seg[i].p, v->seg[i].n);
	free(v->seg);
	free(v->name);
	keyset_free(&v->keys);
	json_decref(v->schema);
	*v = (struct view){ 0 };
}

/* The last `want` records of a segment, newest first. Returns how many, or -1. */
static ptrdiff_t tail_of(const struct segment *s, const char **ring, size_t want, bool json,
	size_t before, struct buf *out)
{
	const char *p = s->p, *end = s->p + s->n;
	size_t n = 0;

	while (p < end) {
		ptrdiff_t len = mp_value(p, end);

		if (len <= 0)
			return -1;
		ring[n++ % want] = p;
		p += len;
	}
	if (n < want)
		want = n;
	for (size_t i = 1; i <= want; i++) {
		const char *at = ring[(n - i) % want];
		int rc = json ? (before + i > 1 && buf_putc(out, ',')) || value_json(at, end, out)
			      : buf_put(out, at, (size_t)mp_value(at, end));

		if (rc)
			return -1;
	}
	return (ptrdiff_t)want;
}

int view_tail(struct catalog *c, const struct store *s, int64_t table, size_t count, bool json,
	struct buf *out, struct fail *f)
{
	const char **ring;
	struct view v;
	size_t n = 0;
	int rc = 0;

	if (view_open(&v, c, s, table, f))
		return -1;
	ring = mem_zero(count + 1, sizeof *ring);
	if (json)
		rc = buf_putc(out, '[');
	for (size_t i = v.segs; i > 0 && n < count && rc == 0; i--) {
		ptrdiff_t some = tail_of(&v.seg[i - 1], ring, count - n, json, n, out);

		if (some < 0)
			rc = fail_set(f, FAIL_SYSTEM,
				"the tail is too large, or the data directory is damaged");
		else
			n += (size_t)some;
	}
	if (json && rc == 0)
		rc = buf_putc(out, ']');
	free(ring);
	view_free(&v);
	return rc ? fail_set(f, FAIL_SYSTEM, "the tail is too large") : 0;
}

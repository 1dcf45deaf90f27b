/* The work of a bulk import, and partialdelete. */
#include "base/mem.h"
#include "jobs/queue.h"
#include "store/columns.h"
#include "store/counts.h"
#include "store/load.h"
#include "store/rewrite.h"
#include "store/td_clock.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct parts {
	char **file;
	size_t n;
};

static struct parts parts_of(struct catalog *c, int64_t session)
{
	struct parts p = { 0 };
	sqlite3_stmt *q;

	catalog_begin(c);
	for (q = catalog_select(c, "SELECT file FROM parts WHERE session = ?1 ORDER BY rowid", "i",
		     session);
		catalog_next(c, &q);) {
		if ((p.n & (p.n - 1)) == 0)
			p.file = mem_resize(p.file, p.n ? 2 * p.n : 1, sizeof *p.file);
		p.file[p.n++] = mem_string(catalog_column(q, 0));
	}
	catalog_end(c, false, NULL);
	return p;
}

struct part_counts {
	int64_t valid, bad;
};

static int load_parts(struct queue *w, struct interrupt *me, const struct parts *p,
	struct load *load, struct part_counts *n, struct fail *f)
{
	load->stop = &me->stop;
	for (size_t i = 0; i < p->n; i++) {
		int fd = store_read(&w->account->store, p->file[i], f);

		if (fd < 0)
			return -1;
		if (load_body(load, fd, f) == 0) {
			n->valid++;
		} else if (f->kind == FAIL_DATA) {
			n->bad++;
			fail_clear(f);
		}
		close(fd);
		if (f->kind)
			return -1;
	}
	return load_close(load, f);
}

static bool loaded(struct queue *w, const struct job *j, const struct load *load,
	const struct part_counts *n)
{
	struct catalog *c = &w->account->catalog;
	json_t *found = column_types_json(load->found);
	char *schema = json_dumps(found, JSON_COMPACT);

	if (load->rows)
		load_enter(load, c, 0, j->session);
	catalog_do(c,
		"UPDATE sessions SET status = 'ready', valid_parts = ?2, error_parts = ?3, "
		"valid_records = ?4, error_records = ?5,"
		" schema = ?6, errors = nullif(?7, ''), polls = ?8, until = ?9 WHERE id = ?1",
		"iiiiissii", j->session, n->valid, n->bad, (int64_t)load->rows,
		(int64_t)load->refused, schema, load->errors_name, (int64_t)w->polls,
		td_clock_ms() + COUNTS_RUNNING_MS);
	catalog_do(c, "UPDATE jobs SET inserted = ?2 WHERE id = ?1", "ii", j->id,
		(int64_t)load->rows);
	free(schema);
	json_decref(found);
	return !catalog_failed(c);
}

/* The job's last transaction; false: it did not happen. *kept: the catalogue has the segment. */
static bool conclude(struct queue *w, const struct job *j, const struct load *load,
	const struct part_counts *n, bool good, bool *kept, struct fail *f)
{
	struct catalog *c = &w->account->catalog;
	bool alive;

	catalog_begin(c);
	alive = queue_finish(w, j, good ? "success" : "error", f->why);
	if (alive && good)
		loaded(w, j, load, n);
	else if (alive)
		catalog_do(c, "UPDATE sessions SET status = 'uploading' WHERE id = ?1", "i",
			j->session);
	if (queue_end(w, f))
		return false;
	*kept = alive && good;
	return true;
}

void job_perform(struct queue *w, struct interrupt *me, const struct job *j, struct fail *f)
{
	struct parts p = parts_of(&w->account->catalog, j->session);
	struct part_counts n = { 0 };
	struct load load;
	bool kept = false, good;

	good = load_open(&load, &w->account->store, false, f) == 0 &&
		load_parts(w, me, &p, &load, &n, f) == 0;
	if (!good)
		load_free(&load, true); /* a full disk has room then */
	while (!(f->kind == FAIL_SIGNAL && queue_leaves(w)) &&
		!conclude(w, j, &load, &n, good, &kept, f) && queue_again(w)) {
		if (good)
			load_free(&load, true);
		good = false;
	}
	if (good)
		load_free(&load, !kept);
	for (size_t i = 0; i < p.n; i++)
		free(p.file[i]);
	free(p.file);
}

/* --- partialdelete */

enum { TRIES = 100 };

/* One attempt; 1: the job has ended, or is left to the next start; 0: again. */
static int delete_once(struct queue *w, struct interrupt *me, const struct job *j, int64_t from,
	int64_t to, struct fail *f)
{
	struct catalog *c = &w->account->catalog;
	struct rewrite r = { 0 };
	bool applied, alive;

	if (f->kind == FAIL_NONE)
		rewrite_range(&r, w->account, j->target, from, to, &me->stop, f);
	if (f->kind == FAIL_SIGNAL && queue_leaves(w)) {
		rewrite_free(&r, w->account, false);
		return 1;
	}
	catalog_begin(c);
	applied = f->kind == FAIL_NONE && rewrite_apply(&r, c, j->target);
	alive = (applied || f->kind) && queue_finish(w, j, f->kind ? "error" : "success", f->why);
	if (alive ? queue_end(w, f) : catalog_end(c, false, f)) {
		rewrite_free(&r, w->account, false);
		return !queue_again(w);
	}
	rewrite_free(&r, w->account, applied && alive);
	return applied || f->kind;
}

void job_delete(struct queue *w, struct interrupt *me, const struct job *j, struct fail *f)
{
	json_t *range = json_loads(j->query, 0, NULL);
	int64_t from = json_integer_value(json_array_get(range, 0)),
		to = json_integer_value(json_array_get(range, 1));

	for (int i = 0; !delete_once(w, me, j, from, to, f); i++)
		if (i == TRIES)
			fail_set(f, FAIL_SYSTEM, "the table changes all the time");
	json_decref(range);
}

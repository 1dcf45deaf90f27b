/* td-swap: what a table holds, by a query. */
#include "swap.h"

#include "api/job.h"
#include "base/mem.h"
#include "frame/gunzip.h"
#include "value/mp.h"

#include <stdlib.h>
#include <string.h>

enum { RESULT_MAX = 64 << 10 };

/* A sink for a result of one row. */
struct small {
	struct sink sink;
	struct buf b;
};

static int small_put(struct sink *s, const void *p, size_t n, struct fail *f)
{
	if (buf_put(&((struct small *)s)->b, p, n))
		return fail_set(f, FAIL_REFUSED, "the result of a query is longer than %d bytes",
			RESULT_MAX);
	return 0;
}

static bool number(const char **p, const char *end, int64_t *out, bool *is_null)
{
	struct mp v;
	const ptrdiff_t n = mp_token(*p, end, &v);

	if (n <= 0)
		return false;
	*p += n;
	*is_null = v.type == MP_NIL;
	if (v.type == MP_UINT && v.as.u <= INT64_MAX)
		*out = (int64_t)v.as.u;
	else if (v.type == MP_INT)
		*out = v.as.i;
	else
		return *is_null;
	return true;
}

static int read_row(const struct buf *b, struct rows *out, struct fail *f)
{
	const char *p = b->p, *end = b->p + b->len;
	struct mp row;
	ptrdiff_t n = b->len ? mp_token(p, end, &row) : 0;
	bool no_n, no_min = true, no_max = true;

	*out = (struct rows){ 0 };
	p += n > 0 ? n : 0;
	if (n <= 0 || row.type != MP_ARRAY || row.n != 3 || !number(&p, end, &out->n, &no_n) ||
		no_n || !number(&p, end, &out->time_min, &no_min) ||
		!number(&p, end, &out->time_max, &no_max))
		return fail_set(f, FAIL_REFUSED, "a count whose result cannot be read");
	out->has_time = !no_min && !no_max;
	return 0;
}

static int fetch(struct api *a, const char *id, struct rows *out, struct fail *f)
{
	struct small plain = { { small_put, "a query" }, { .max = RESULT_MAX } };
	struct api_result r = { 0 };
	struct gunzip g;
	int rc = gunzip_init(&g, &plain.sink, NULL, f);

	if (rc == 0)
		rc = api_job_result(a, id, &r, &g.sink, f) || gunzip_end(&g, f) ||
		     read_row(&plain.b, out, f);
	gunzip_free(&g);
	buf_free(&plain.b);
	return rc ? -1 : 0;
}

static int count(struct swap *s, const char *db, const char *sql, struct rows *out, struct fail *f)
{
	char key[64], id[32];
	struct api_issue issue = {
		.type = "presto", .database = db, .query = sql, .domain_key = key
	};
	const struct job_watch watch = { .fresh = true, .until_ms = s->until_ms };
	struct api_job job = { 0 };
	bool adopted;
	int rc;

	job_key(key);
	rc = api_job_issue(s->api, &issue, id, &adopted, f) ||
	     job_wait(s->api, id, &watch, &job, f) || job_check(&job, f) ||
	     fetch(s->api, id, out, f);
	api_job_free(&job);
	return rc ? -1 : 0;
}

int rows_query(struct swap *s, const char *db, const char *table, struct rows *out, struct fail *f)
{
	char *sql = mem_printf("SELECT COUNT(1), MIN(time), MAX(time) FROM \"%s\"", table);
	int rc = count(s, db, sql, out, f);

	free(sql);
	return rc ? fail_at(f, "cannot count the rows of %s.%s", db, table) : 0;
}

/* Each row that is there, with how often. */
static void grouped(struct buf *b, const struct schema *columns, const char *table)
{
	for (unsigned twice = 0; twice < 2; twice++) {
		buf_puts(b, twice ? " GROUP BY time" : "SELECT time");
		for (size_t i = 0; i < columns->n; i++)
			buf_printf(b, ", \"%s\"", columns->col[i].name);
		if (!twice)
			buf_printf(b, ", COUNT(1) FROM \"%s\"", table);
	}
}

static bool same_columns(const struct schema *x, const struct schema *y)
{
	bool same = x->n == y->n;

	for (size_t i = 0; i < x->n && same; i++)
		same = schema_find(y, x->col[i].name) >= 0 && !strchr(x->col[i].name, '"');
	return same;
}

int rows_same(struct swap *s, const char *db, const struct api_table *x, const char *x_name,
	const struct api_table *y, const char *y_name, bool *same, struct fail *f)
{
	struct rows more = { 0 };
	struct buf sql;
	int rc;

	*same = false;
	if (!x->exists || !y->exists || !same_columns(&x->schema, &y->schema))
		return 0;
	buf_init(&sql, 1 << 20);
	buf_puts(&sql, "SELECT COUNT(1), NULL, NULL FROM (");
	grouped(&sql, &x->schema, x_name);
	buf_puts(&sql, " EXCEPT ");
	grouped(&sql, &x->schema, y_name);
	buf_puts(&sql, ") AS more");
	rc = count(s, db, buf_text(&sql), &more, f);
	buf_free(&sql);
	*same = rc == 0 && more.n == 0;
	return rc ? fail_at(f, "cannot compare tables %s and %s of %s", x_name, y_name, db) : 0;
}

bool rows_equal(const struct rows *want, const struct rows *have)
{
	if (want->n != have->n)
		return false;
	return !want->has_time || !have->has_time ||
	       (want->time_min == have->time_min && want->time_max == have->time_max);
}

int64_t rows_loaded(const struct receipt *r)
{
	return r->valid >= 0 ? r->valid : r->rows;
}

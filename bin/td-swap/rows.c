/* td-swap: what a table holds, by a query. */
#include "swap.h"

#include "api/job.h"
#include "base/die.h"
#include "base/mem.h"
#include "base/sig.h"
#include "frame/gunzip.h"
#include "value/mp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RESULT_MAX = 64 << 10, NUMBERS = 16 };

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
	*out = 0;
	*is_null = v.type == MP_NIL;
	if (v.type == MP_UINT && v.as.u <= INT64_MAX)
		*out = (int64_t)v.as.u;
	else if (v.type == MP_INT)
		*out = v.as.i;
	else
		return *is_null;
	return true;
}

/* The only row of a result. */
static int read_row(const struct buf *b, int64_t *out, bool *nulls, unsigned n, struct fail *f)
{
	const char *p = b->p, *end = b->p + b->len;
	struct mp row;
	const ptrdiff_t head = b->len ? mp_token(p, end, &row) : 0;
	bool good = head > 0 && row.type == MP_ARRAY && row.n == n;

	p += head > 0 ? head : 0;
	for (unsigned i = 0; i < n && good; i++)
		good = number(&p, end, out + i, nulls + i);
	return good ? 0 : fail_set(f, FAIL_REFUSED, "a count whose result cannot be read");
}

static int fetch(struct api *a, const char *id, struct buf *out, struct fail *f)
{
	struct small plain = { { small_put, "a query" }, { .max = RESULT_MAX } };
	struct api_result r = { 0 };
	struct gunzip g;
	int rc = gunzip_init(&g, &plain.sink, NULL, f);

	if (rc == 0)
		rc = api_job_result(a, id, &r, &g.sink, f) || gunzip_end(&g, f);
	gunzip_free(&g);
	*out = plain.b;
	return rc ? -1 : 0;
}

/* Nobody waits for it any more. */
static void kill_job(struct api *a, const char *id)
{
	sig_hold(true);
	api_hurry(a);
	if (api_job_kill(a, id, FAIL_IGNORED))
		note("job %s could not be killed", id);
	sig_hold(false);
}

int rows_job(struct swap *s, const char *db, const char *sql, char id[32], struct buf *result,
	struct fail *f)
{
	char key[64];
	struct api_issue issue = {
		.type = "presto", .database = db, .query = sql, .domain_key = key
	};
	const struct job_watch watch = { .fresh = true, .until_ms = s->until_ms };
	struct api_job job = { 0 };
	bool adopted;
	int rc;

	job_key(key);
	rc = api_job_issue(s->api, &issue, id, &adopted, f);
	if (rc == 0) {
		rc = job_wait(s->api, id, &watch, &job, f);
		if (rc && (f->kind == FAIL_SIGNAL || s->until_ms > 0))
			kill_job(s->api, id);
	}
	if (rc == 0)
		rc = job_check(&job, f) || (result && fetch(s->api, id, result, f));
	api_job_free(&job);
	return rc ? -1 : 0;
}

static void value_text(const struct mp *v, char *out, size_t cap)
{
	if (v->type == MP_STR || v->type == MP_BIN)
		snprintf(out, cap, "%.*s", (int)(v->n < cap ? v->n : cap - 1), v->as.p);
	else if (v->type == MP_UINT)
		snprintf(out, cap, "%llu", (unsigned long long)v->as.u);
	else if (v->type == MP_INT)
		snprintf(out, cap, "%lld", (long long)v->as.i);
	else if (v->type == MP_BOOL)
		snprintf(out, cap, "%s", v->as.u ? "true" : "false");
	else if (v->type == MP_FLOAT)
		snprintf(out, cap, "%.15g", v->as.d);
	else
		snprintf(out, cap, "%s", v->type == MP_NIL ? "NULL" : "an array or a map");
}

int rows_text(
	struct swap *s, const char *db, const char *sql, char *out, size_t cap, struct fail *f)
{
	struct buf b = { 0 };
	struct mp row, v;
	ptrdiff_t n = 0, whole = 0;
	char id[32];
	int rc = rows_job(s, db, sql, id, &b, f);

	*out = '\0';
	if (rc == 0 && b.len > 0) {
		n = mp_token(b.p, b.p + b.len, &row);
		whole = mp_value(b.p, b.p + b.len);
	}
	if (rc == 0 && n > 0 && row.type == MP_ARRAY && row.n == 1 && whole == (ptrdiff_t)b.len &&
		mp_token(b.p + n, b.p + b.len, &v) > 0)
		value_text(&v, out, cap);
	else if (rc == 0)
		rc = fail_set(f, FAIL_GUARD, "the query does not give one value");
	buf_free(&b);
	return rc;
}

static int ask(struct swap *s, const char *db, const char *sql, int64_t *out, bool *nulls,
	unsigned n, struct fail *f)
{
	struct buf result = { 0 };
	char id[32];
	int rc = rows_job(s, db, sql, id, &result, f);

	if (rc == 0)
		rc = read_row(&result, out, nulls, n, f);
	buf_free(&result);
	return rc;
}

int rows_numbers(struct swap *s, const char *db, const char *sql, int64_t *out, unsigned n,
	struct fail *f)
{
	bool nulls[NUMBERS];

	return ask(s, db, sql, out, nulls, n < NUMBERS ? n : NUMBERS, f);
}

static int count(struct swap *s, const char *db, const char *sql, struct rows *out, struct fail *f)
{
	int64_t v[3] = { 0 };
	bool nulls[3] = { false };
	int rc = ask(s, db, sql, v, nulls, 3, f);

	*out = (struct rows){ v[0], rc == 0 && !nulls[1] && !nulls[2], v[1], v[2] };
	return rc;
}

int rows_query_where(struct swap *s, const char *db, const char *table, const char *where,
	struct rows *out, struct fail *f)
{
	char *sql = mem_printf("SELECT COUNT(1), MIN(time), MAX(time) FROM \"%s\"%s%s", table,
		*where ? " WHERE " : "", where);
	int rc = count(s, db, sql, out, f);

	free(sql);
	return rc ? fail_at(f, "cannot count the rows of %s.%s", db, table) : 0;
}

int rows_query(struct swap *s, const char *db, const char *table, struct rows *out, struct fail *f)
{
	return rows_query_where(s, db, table, "", out, f);
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

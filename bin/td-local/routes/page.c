/* The pages for people: what there is, the first rows of a table, a job. They change nothing. */
#include "base/mem.h"
#include "http/faults.h"
#include "http/html.h"
#include "http/journal.h"
#include "jobs/destination.h"
#include "routes/lookup.h"
#include "routes/routes.h"
#include "store/rows.h"
#include "store/value.h"
#include "store/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_MAX = 16 << 20, FIRST = 20, JOBS = 100, COLUMNS_SHOWN = 100, QUERY_SHOWN = 80 };

static struct buf *open_page(struct request *r, const char *title)
{
	buf_init(&r->raw, PAGE_MAX);
	r->type = "text/html; charset=utf-8";
	r->status = 200;
	html_open(&r->raw, title);
	return &r->raw;
}

static void heading(struct buf *b, const char *text)
{
	html_add(b, "<h2>");
	html_add(b, text);
	html_add(b, "</h2>\n");
}

/* A time in seconds; -1: none. */
static void cell_time(struct buf *b, sqlite3_stmt *q, int i)
{
	json_t *t = catalog_null(q, i) ? NULL : td_clock_text(sqlite3_column_int64(q, i));

	html_cell(b, t ? json_string_value(t) : "");
	json_decref(t);
}

static void cell_number(struct buf *b, sqlite3_stmt *q, int i)
{
	if (catalog_null(q, i))
		html_cell(b, "");
	else
		html_cell_number(b, sqlite3_column_int64(q, i));
}

static void cell_link(struct buf *b, const char *kind, const char *db, const char *name)
{
	html_add(b, "<td><a href=\"/page/");
	html_add(b, kind);
	if (db) {
		html_add(b, "/");
		html_segment(b, db);
	}
	html_add(b, "/");
	html_segment(b, name);
	html_add(b, "\">");
	html_text(b, name, strlen(name));
	html_add(b, "</a></td>");
}

static void cell_url(struct buf *b, const char *url)
{
	char *masked = destination_masked(url);

	html_cell(b, masked);
	free(masked);
}

/* --- the parts of the first page */

static void tables(struct buf *b, struct catalog *c)
{
	sqlite3_stmt *q = catalog_select(c,
		"SELECT d.name, t.name, t.rows, t.bytes, json_array_length(t.schema), t.last "
		"FROM dbs d LEFT JOIN tables t ON t.db = d.id ORDER BY 1, 2",
		"");

	heading(b, "Databases and tables");
	html_table(b, "Database|Table|Rows|Bytes|Columns|Latest time");
	while (catalog_next(c, &q)) {
		html_row(b);
		html_cell(b, catalog_column(q, 0));
		if (catalog_null(q, 1))
			html_cell(b, "");
		else
			cell_link(b, "table", catalog_column(q, 0), catalog_column(q, 1));
		for (int i = 2; i < 5; i++)
			cell_number(b, q, i);
		cell_time(b, q, 5);
		html_end_row(b);
	}
	html_end_table(b);
}

static void job_row(struct buf *b, sqlite3_stmt *q)
{
	html_row(b);
	cell_link(b, "job", NULL, catalog_column(q, 0));
	for (int i = 1; i < 4; i++)
		html_cell(b, catalog_column(q, i));
	cell_time(b, q, 4);
	cell_number(b, q, 5);
	html_cell(b, catalog_column(q, 6));
	html_end_row(b);
}

static void jobs_before(struct buf *b, struct catalog *c, int64_t before, int64_t count)
{
	int64_t oldest = 0;
	sqlite3_stmt *q = catalog_select(c,
		"SELECT id, type, iif(polls > 0 AND until > ?3, 'running', status), db, created, "
		"rows, substr(query, 1, ?4) FROM jobs WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
		"iiii", before, count, td_clock_ms(), (int64_t)QUERY_SHOWN);

	heading(b, "Jobs");
	html_table(b, "Job|Type|Status|Database|Created|Rows|Query");
	while (catalog_next(c, &q)) {
		oldest = sqlite3_column_int64(q, 0);
		job_row(b, q);
	}
	html_end_table(b);
	if (catalog_num(c, 0, "SELECT 1 FROM jobs WHERE id < ?1 LIMIT 1", "i", oldest))
		buf_printf(b, "<p><a href=\"/page/jobs?before=%lld\">Older jobs</a></p>\n",
			(long long)oldest);
}

static void session_row(struct buf *b, sqlite3_stmt *q)
{
	html_row(b);
	for (int i = 0; i < 4; i++)
		html_cell(b, catalog_column(q, i));
	html_cell(b, sqlite3_column_int(q, 4) ? "yes" : "no");
	for (int i = 5; i < 8; i++)
		cell_number(b, q, i);
	if (catalog_null(q, 8))
		html_cell(b, "");
	else
		cell_link(b, "job", NULL, catalog_column(q, 8));
	html_end_row(b);
}

static void sessions(struct buf *b, struct catalog *c)
{
	sqlite3_stmt *q = catalog_select(c,
		"SELECT s.name, d.name, t.name, s.status, s.frozen, (SELECT count(*) FROM parts p "
		"WHERE p.session = s.id), s.valid_records, s.error_records, s.job FROM sessions s "
		"JOIN session_tables x ON x.id = s.id LEFT JOIN tables t ON t.id = x.tbl LEFT JOIN "
		"dbs d ON d.id = t.db ORDER BY s.id",
		"");

	heading(b, "Bulk import sessions");
	html_table(b, "Session|Database|Table|Status|Frozen|Parts|Valid|Errors|Job");
	while (catalog_next(c, &q))
		session_row(b, q);
	html_end_table(b);
}

static void schedules(struct buf *b, struct catalog *c)
{
	sqlite3_stmt *q = catalog_select(c,
		"SELECT name, cron, timezone, delay, type, db, result, next, substr(query, 1, ?1) "
		"FROM schedules ORDER BY name",
		"i", (int64_t)QUERY_SHOWN);

	heading(b, "Schedules");
	html_table(b, "Schedule|Cron|Zone|Delay|Type|Database|Result|Next run|Query");
	while (catalog_next(c, &q)) {
		html_row(b);
		for (int i = 0; i < 3; i++)
			html_cell(b, catalog_column(q, i));
		cell_number(b, q, 3);
		html_cell(b, catalog_column(q, 4));
		html_cell(b, catalog_column(q, 5));
		cell_url(b, catalog_column(q, 6));
		cell_time(b, q, 7);
		html_cell(b, catalog_column(q, 8));
		html_end_row(b);
	}
	html_end_table(b);
}

static void results(struct buf *b, struct catalog *c)
{
	sqlite3_stmt *q = catalog_select(c, "SELECT name, url FROM results ORDER BY name", "");

	heading(b, "Named results");
	html_table(b, "Name|Destination");
	while (catalog_next(c, &q)) {
		html_row(b);
		html_cell(b, catalog_column(q, 0));
		cell_url(b, catalog_column(q, 1));
		html_end_row(b);
	}
	html_end_table(b);
}

/* The lines of faults_list(): a fault, a tab, how often it struck. */
static void faults(struct buf *b, struct faults *all)
{
	struct buf list;

	buf_init(&list, 2 << 20);
	faults_list(all, &list);
	heading(b, "Faults");
	html_table(b, "Fault|Struck");
	for (const char *p = buf_text(&list); *p;) {
		size_t n = strcspn(p, "\n"), spec = n;

		while (spec > 0 && p[spec] != '\t')
			spec--;
		html_row(b);
		html_cell_text(b, p, spec);
		html_cell_number(b, strtoll(p + spec + 1, NULL, 10));
		html_end_row(b);
		p += n + (p[n] == '\n');
	}
	html_end_table(b);
	buf_free(&list);
}

static void requests(struct buf *b, struct journal *journal)
{
	json_t *all = journal_json(journal);
	size_t n = json_array_size(all);

	heading(b, "Latest requests");
	html_table(b, "Method|Path|Status|Milliseconds");
	for (size_t i = n; i > 0 && n - i < FIRST; i--) {
		const json_t *e = json_array_get(all, i - 1);
		const char *path = json_string_value(json_object_get(e, "path"));

		html_row(b);
		html_cell(b, json_string_value(json_object_get(e, "method")));
		html_cell(b, path ? path : "");
		html_cell_number(b, json_integer_value(json_object_get(e, "status")));
		html_cell_number(b, (int64_t)json_real_value(json_object_get(e, "ms")));
		html_end_row(b);
	}
	html_end_table(b);
	json_decref(all);
}

static void home(struct request *r)
{
	struct catalog *c = &r->account->catalog;
	struct buf *b = open_page(r, "td-local");
	json_t *now = td_clock_text(td_clock_now());
	char *text = mem_printf("Version %s at %s. Its clock says %s.", TD_VERSION, r->service->url,
		json_string_value(now));

	html_note(b, text);
	tables(b, c);
	jobs_before(b, c, INT64_MAX, FIRST);
	sessions(b, c);
	schedules(b, c);
	results(b, c);
	faults(b, r->service->faults);
	requests(b, r->service->journal);
	html_close(b);
	free(text);
	json_decref(now);
}

static void jobs(struct request *r)
{
	int64_t before;

	if (params_int(r, "before", 0, INT64_MAX, INT64_MAX, &before))
		return;
	jobs_before(open_page(r, "Jobs of td-local"), &r->account->catalog, before, JOBS);
	html_add(&r->raw, "<p><a href=\"/\">Everything</a></p>\n");
	html_close(&r->raw);
}

/* --- rows */

static void cell_value(struct buf *b, const char *p, const char *end)
{
	struct buf text;
	struct mp t;

	if (p && mp_token(p, end, &t) > 0 && (t.type == MP_STR || t.type == MP_BIN)) {
		html_cell_text(b, t.as.p, t.n); /* not copied, it may be long */
		return;
	}
	buf_init(&text, ROWS_MAX);
	if (p && value_text(p, end, &text) == 0)
		html_cell_text(b, text.p, text.len);
	else
		html_cell(b, "");
	buf_free(&text);
}

/* The head of a table of rows; how many columns are shown. */
static size_t begin_rows(struct buf *b, const json_t *schema, bool with_time)
{
	size_t n = json_array_size(schema);

	if (n > COLUMNS_SHOWN) {
		html_note(b, "The first 100 columns are shown.");
		n = COLUMNS_SHOWN;
	}
	html_add(b, "<table><thead><tr>");
	for (size_t i = 0; i < n + with_time; i++) {
		const char *name = i < n ? columns_name(schema, i) : "time",
			   *type = i < n ? columns_type(schema, i) : "long";

		html_add(b, "<th scope=\"col\">");
		html_text(b, name, strlen(name));
		html_add(b, "<br><small>");
		html_text(b, type, strlen(type));
		html_add(b, "</small></th>");
	}
	html_add(b, "</tr></thead><tbody>\n");
	return n;
}

/* A record of a table: what it holds for each column that is shown. */
static void record(struct buf *b, const struct view *v, size_t shown, const char *p,
	const char *end)
{
	const char **at = mem_zero(v->keys.n, sizeof *at);
	struct mp map, key;

	p += mp_token(p, end, &map);
	for (uint32_t i = 0; i < map.n; i++) {
		long k;

		p += mp_token(p, end, &key);
		k = keyset_find(&v->keys, key.as.p, key.n, i);
		if (k >= 0)
			at[k] = p;
		p += mp_value(p, end);
	}
	html_row(b);
	for (size_t i = 0; i < shown; i++)
		cell_value(b, at[i], end);
	cell_value(b, at[v->keys.n - 1], end); /* time */
	html_end_row(b);
	free(at);
}

static void records(struct buf *b, const struct view *v)
{
	size_t shown = begin_rows(b, v->schema, true), n = 0;

	for (size_t i = 0; i < v->segs; i++) {
		const char *p = v->seg[i].p, *end = p + v->seg[i].n;
		ptrdiff_t len;

		for (; p < end && n < FIRST && (len = mp_value(p, end)) > 0; p += len, n++)
			record(b, v, shown, p, end);
	}
	html_end_table(b);
}

static void table(struct request *r)
{
	int64_t id = lookup_table(r, r->arg[0], r->arg[1]);
	struct fail f = { 0 };
	struct view v;
	struct buf *b;
	char *title;

	if (!id)
		return;
	if (view_head(&v, &r->account->catalog, &r->account->store, id, FIRST, &f)) {
		answer_fail(r, &f);
		return;
	}
	title = mem_printf("%s.%s", r->arg[0], r->arg[1]);
	b = open_page(r, title);
	html_note(b, v.segs ? "The first 20 rows:" : "The table has no rows.");
	records(b, &v);
	html_add(b, "<p><a href=\"/\">Everything</a></p>\n");
	html_close(b);
	free(title);
	view_free(&v);
}

/* --- a job */

static void result_row(struct buf *b, size_t shown, const char *p, const char *end)
{
	struct mp row;

	p += mp_token(p, end, &row);
	html_row(b);
	for (uint32_t i = 0; i < row.n && i < shown; i++) {
		cell_value(b, p, end);
		p += mp_value(p, end);
	}
	html_end_row(b);
}

static void result(struct buf *b, struct request *r, sqlite3_stmt *q)
{
	json_t *schema = columns_load(catalog_column(q, 9));
	struct fail f = { 0 };
	struct rows rows;
	ptrdiff_t n = 1;
	const char *p;
	size_t shown;

	heading(b, "First rows of the result");
	shown = begin_rows(b, schema, false);
	if (rows_open(&rows, &r->account->store, catalog_column(q, 10), &f) == 0) {
		for (int i = 0; i < FIRST && (n = rows_next(&rows, &p, &f)) > 0; i++)
			result_row(b, shown, p, p + n);
		rows_close(&rows);
	}
	html_end_table(b);
	if (f.kind)
		html_note(b, f.why);
	json_decref(schema);
}

static void job_fields(struct buf *b, sqlite3_stmt *q)
{
	html_table(b, "Type|Status|Database|Created|Started|Ended|Rows|Result");
	html_row(b);
	for (int i = 0; i < 3; i++)
		html_cell(b, catalog_column(q, i));
	for (int i = 3; i < 6; i++)
		cell_time(b, q, i);
	cell_number(b, q, 6);
	cell_url(b, catalog_column(q, 7));
	html_end_row(b);
	html_end_table(b);
}

static void job(struct request *r)
{
	const char *id = r->arg[0];
	sqlite3_stmt *q = NULL;
	struct buf *b;
	char *title;

	if (strspn(id, "0123456789") == strlen(id) && strlen(id) < 19)
		q = catalog_select(&r->account->catalog,
			"SELECT type, iif(polls > 0 AND until > ?2, 'running', status), db, "
			"created, started, ended, rows, result, query, schema, file, cmdout, "
			"stderr FROM jobs WHERE id = ?1",
			"ii", (int64_t)strtoll(id, NULL, 10), td_clock_ms());
	if (!catalog_next(&r->account->catalog, &q)) {
		answer_error(r, 404, "There is no job %.100s", id);
		return;
	}
	title = mem_printf("Job %s", id);
	b = open_page(r, title);
	job_fields(b, q);
	html_block(b, "Query", catalog_column(q, 8));
	if (*catalog_column(q, 12))
		html_block(b, "Error", catalog_column(q, 12));
	if (*catalog_column(q, 11))
		html_block(b, "Log", catalog_column(q, 11));
	if (!catalog_null(q, 10) && !catalog_null(q, 9))
		result(b, r, q);
	html_add(b, "<p><a href=\"/\">Everything</a></p>\n");
	html_close(b);
	free(title);
	sqlite3_finalize(q);
}

static void style(struct request *r)
{
	buf_init(&r->raw, PAGE_MAX);
	buf_puts(&r->raw, html_style);
	r->type = "text/css; charset=utf-8";
	r->status = 200;
}

const struct route page_routes[] = {
	{ "GET", "page", MASTER, .handle = home },
	{ "GET", "page/jobs", MASTER, .handle = jobs },
	{ "GET", "page/job/:", MASTER, .handle = job },
	{ "GET", "page/table/:/:", MASTER, .handle = table },
	{ "GET", "page/style.css", NOBODY, .prepare = style },
	{ 0 },
};

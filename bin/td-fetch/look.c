/* td-fetch: a look into an account: databases, tables, jobs, a table's columns, a job's text. */
#include "fetch.h"

#include "base/die.h"
#include "base/mem.h"
#include "base/visible.h"
#include "format/rowout.h"
#include "value/alias.h"
#include "value/colspec.h"
#include "value/mpack.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_BYTES = 16 << 20, PAGE = 20 };

/* A member of the service's objects and the column that shows it. */
struct shown {
	const char *name, *type;
};

static const struct shown databases[] = {
	{ "name", "varchar" }, { "count", "bigint" }, { "permission", "varchar" },
	{ "created_at", "varchar" }, { "updated_at", "varchar" }, { NULL, NULL },
};
static const struct shown tables[] = {
	{ "name", "varchar" }, { "count", "bigint" }, { "type", "varchar" },
	{ "estimated_storage_size", "bigint" }, { "last_log_timestamp", "varchar" },
	{ "expire_days", "bigint" }, { "created_at", "varchar" }, { NULL, NULL },
};
static const struct shown jobs[] = {
	{ "job_id", "varchar" }, { "status", "varchar" }, { "type", "varchar" },
	{ "database", "varchar" }, { "start_at", "varchar" }, { "end_at", "varchar" },
	{ "num_records", "bigint" }, { "result_size", "bigint" }, { "query", "varchar" },
	{ NULL, NULL },
};

/* --- lists ----------------------------------------------------------------- */

/* One line, harmless for a terminal, without secrets. */
static void put_string(struct buf *row, const char *s)
{
	size_t n = strlen(s), len;
	char *flat = mem_copy(s, n), *out = mem_zero(4 * n + 8, 1);

	for (char *p = flat; *p; p++)
		if (*p == '\n' || *p == '\t' || *p == '\r')
			*p = ' ';
	len = visible_text(out, 4 * n + 8, flat, n);
	mpack_text(row, out, len);
	free(flat);
	free(out);
}

static void put_cell(struct buf *row, const struct shown *column, const json_t *v)
{
	const char *s = json_string_value(v);
	char digits[24];

	if (json_is_integer(v) && strcmp(column->type, "bigint") == 0) {
		mpack_int64(row, json_integer_value(v));
	} else if (json_is_integer(v)) { /* a job's id, of some servers */
		snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(v));
		put_string(row, digits);
	} else if (s && strcmp(column->type, "varchar") == 0) {
		put_string(row, s);
	} else {
		mpack_nil(row);
	}
}

static int put_row(struct rowout *out, const struct shown *columns, size_t n, const json_t *object,
	struct fail *f)
{
	struct buf row;
	int rc;

	buf_init(&row, ROW_BYTES);
	mpack_array(&row, n);
	for (size_t i = 0; i < n; i++)
		put_cell(&row, columns + i, json_object_get(object, columns[i].name));
	rc = io_put(&out->sink, row.p, row.len, f);
	buf_free(&row);
	return rc;
}

/* The objects whose name fits the pattern, if there is one. */
static int put_list(const struct opts *o, const struct shown *columns, const json_t *all,
	const char *pattern, struct sink *to, struct fail *f)
{
	const enum rowout_format format = o->out.format == RESULTOUT_JSONL ? ROWOUT_JSONL
		: o->out.format == RESULTOUT_TSV ? ROWOUT_TSV
		: o->out.format == RESULTOUT_CSV ? ROWOUT_CSV
						 : ROWOUT_TABLE;
	const struct rowout_opts opts = { format, o->out.header, o->out.null, -1, o->out.room };
	struct schema schema = { 0 };
	struct rowout out;
	const json_t *one;
	size_t i, n = 0;
	int rc = 0;

	for (; columns[n].name; n++)
		schema_add(&schema, columns[n].name, columns[n].type, FAIL_IGNORED);
	rc = rowout_init(&out, &opts, &schema, to, f);
	json_array_foreach(all, i, one) {
		const char *name = json_string_value(json_object_get(one, "name"));

		if (rc == 0 && !(pattern && (!name || fnmatch(pattern, name, 0))))
			rc = put_row(&out, columns, n, one, f);
	}
	if (out.full) {
		fail_clear(f);
		rc = 0;
	}
	rc = rc || rowout_end(&out, f) ? -1 : 0;
	rowout_free(&out);
	schema_free(&schema);
	return rc;
}

static int list_tables(const struct opts *o, struct api *a, struct sink *to, struct fail *f)
{
	const char *slash = strchr(o->look_at, '/');
	char *db = slash ? mem_copy(o->look_at, (size_t)(slash - o->look_at))
			 : mem_string(o->look_at);
	json_t *all = NULL;
	int rc = tdurl_check_name("database", db, f) || api_list(a, API_TABLES, db, &all, f) ||
		put_list(o, tables, all, slash ? slash + 1 : NULL, to, f);

	json_decref(all);
	free(db);
	return rc ? -1 : 0;
}

static int list_databases(const struct opts *o, struct api *a, struct sink *to, struct fail *f)
{
	json_t *all = NULL;
	int rc = api_list(a, API_DATABASES, NULL, &all, f) ||
		put_list(o, databases, all, NULL, to, f);

	json_decref(all);
	return rc ? -1 : 0;
}

/* The service gives as many at a time as it likes: an empty page is the end. */
static int list_jobs(const struct opts *o, struct api *a, struct sink *to, struct fail *f)
{
	json_t *all = json_array(), *page = NULL;
	char range[64];
	int rc = 0;

	do {
		const size_t have = json_array_size(all), left = o->look_n - have;

		snprintf(range, sizeof range, "from=%zu&to=%zu", have,
			have + (left < PAGE ? left : PAGE) - 1);
		json_decref(page);
		page = NULL;
		rc = api_list(a, API_JOBS, range, &page, f);
		json_array_extend(all, page);
	} while (rc == 0 && json_array_size(page) > 0 && json_array_size(all) < o->look_n);
	while (json_array_size(all) > o->look_n)
		json_array_remove(all, json_array_size(all) - 1);
	rc = rc || put_list(o, jobs, all, NULL, to, f) ? -1 : 0;
	json_decref(page);
	json_decref(all);
	return rc;
}

/* --- one table, one job ---------------------------------------------------- */

/* As td-encode --schema reads it: a name, a type, and a comment. */
static void put_columns(struct buf *b, const struct schema *columns)
{
	struct schema aliases = { 0 };
	bool named = alias_all(&aliases, columns, FAIL_IGNORED) == 0;

	for (size_t i = 0; i < columns->n; i++) {
		const struct column *c = columns->col + i;

		colspec_name(b, c->name);
		buf_printf(b, " %s", c->type ? c->type : "string");
		if (named && strcmp(c->name, aliases.col[i].name) != 0)
			buf_printf(b, "  # in SQL: %s", aliases.col[i].name);
		buf_putc(b, '\n');
	}
	schema_free(&aliases);
}

/* Nothing that harms a terminal, and no key. What is shown is read again, so it is not changed. */
static bool is_harmless(const char *text)
{
	char shown[1024];
	const size_t n = strlen(text);

	return n < sizeof shown && visible_text(shown, sizeof shown, text, n) == n &&
		memcmp(shown, text, n) == 0;
}

static int check_columns(const struct schema *columns, struct fail *f)
{
	for (size_t i = 0; i < columns->n; i++) {
		const struct column *c = columns->col + i;

		if (!is_harmless(c->name) || (c->type && !is_harmless(c->type)))
			return fail_set(f, FAIL_REFUSED,
				"column %zu has a name or type that cannot be shown: '%s %s'",
				i + 1, c->name, c->type ? c->type : "");
	}
	return 0;
}

static int show_schema(struct api *a, const struct tdurl *at, struct sink *to, struct fail *f)
{
	struct api_table t;
	struct buf b;
	int rc = api_table_show(a, at->database, at->table, &t, f);

	if (rc == 0 && !t.exists)
		rc = fail_set(f, FAIL_REFUSED, "table %s.%s does not exist", at->database,
			at->table);
	if (rc == 0 && check_columns(&t.schema, f))
		rc = fail_at(f, "table %s.%s", at->database, at->table);
	buf_init(&b, 8 << 20);
	if (rc == 0) {
		buf_printf(&b, "# %s.%s: the columns beside time\n", at->database, at->table);
		put_columns(&b, &t.schema);
		rc = io_put(to, b.p, b.len, f);
	}
	buf_free(&b);
	api_table_free(&t);
	return rc;
}

static int put_line(struct sink *to, char *line, struct fail *f)
{
	const size_t n = strlen(line);
	char *out = mem_zero(4 * n + 8, 1);
	size_t len;
	int rc;

	for (char *p = line; *p; p++)
		if (*p == '\t' || *p == '\r')
			*p = ' ';
	len = visible_text(out, 4 * n + 8, line, n);
	out[len++] = '\n';
	rc = io_put(to, out, len, f);
	free(out);
	return rc;
}

/* A job's own text, line by line harmless for a terminal and without secrets. */
static int show_log(struct api *a, const char *id, struct sink *to, struct fail *f)
{
	char *text, *line, *next;
	int rc = api_job_log(a, id, &text, f);

	if (rc)
		return -1;
	for (next = text; rc == 0 && (line = strsep(&next, "\n"));) {
		if (!next && !*line)
			break;
		rc = put_line(to, line, f);
	}
	free(text);
	return rc;
}

int look(const struct opts *o, struct api *a, const struct tdurl *at, struct sink *to,
	struct fail *f)
{
	switch (o->look) {
	case LOOK_DATABASES:
		return list_databases(o, a, to, f);
	case LOOK_TABLES:
		return list_tables(o, a, to, f);
	case LOOK_JOBS:
		return list_jobs(o, a, to, f);
	case LOOK_SCHEMA:
		return show_schema(a, at, to, f);
	case LOOK_LOG:
		return show_log(a, o->look_at, to, f);
	default:
		return 0;
	}
}

/* Cuts a stream of msgpack into rows and writes them as CSV, TSV, JSON lines or a table. */
#include "format/rowout.h"
#include "format/jsonout.h"
#include "base/mem.h"

#include <stdlib.h>
#include <strings.h>

enum { SLICE = 64 << 10 };

static bool is_binary(const char *type)
{
	return type && (strcasecmp(type, "varbinary") == 0 || strcasecmp(type, "binary") == 0);
}

/* The value at p: its token, and its length, which is known to be there. */
static size_t value(const char *p, const char *end, struct mp *v)
{
	ptrdiff_t n = mp_token(p, end, v);

	return (size_t)(v->type == MP_ARRAY || v->type == MP_MAP ? mp_value(p, end) : n);
}

static int csv_row(struct rowout *o, const char *p, const char *end, size_t *col, struct fail *f)
{
	for (*col = 0; *col < o->schema->n; ++*col) {
		struct mp v;
		size_t n = value(p, end, &v);

		if (*col > 0)
			csvout_comma(&o->csv);
		if (csvout_value(&o->csv, &v, p, p + n, o->binary[*col], f))
			return -1;
		if (o->schema->n == 1 && v.type == MP_NIL && !*o->csv.null)
			o->blank++;
		p += n;
	}
	csvout_newline(&o->csv);
	return 0;
}

static int json_value(struct rowout *o, const struct mp *v, const char *p, const char *end,
	bool binary, struct fail *f)
{
	if (v->type == MP_ARRAY || v->type == MP_MAP)
		return jsonout_value(&o->out, p, end, f);
	if (!binary || (v->type != MP_STR && v->type != MP_BIN))
		return jsonout_scalar(&o->out, v, f);
	textout_putc(&o->out, '"');
	textout_base64(&o->out, v->as.p, v->n);
	textout_putc(&o->out, '"');
	return 0;
}

static int json_row(struct rowout *o, const char *p, const char *end, size_t *col, struct fail *f)
{
	size_t from = 0;

	textout_putc(&o->out, '{');
	for (*col = 0; *col < o->schema->n; ++*col) {
		struct mp v;
		size_t n = value(p, end, &v);

		textout_put(&o->out, o->key.p + from, o->key_end[*col] - from);
		from = o->key_end[*col];
		if (json_value(o, &v, p, p + n, o->binary[*col], f))
			return -1;
		p += n;
	}
	textout_put(&o->out, "}\n", 2);
	return 0;
}

static int table_row(struct rowout *o, const char *p, const char *end, size_t *col, struct fail *f)
{
	*col = 0;
	if (o->table.rows == TABLEOUT_ROWS) {
		o->full = true;
		return fail_set(f, FAIL_PIPE, "the table is full");
	}
	return tableout_row(&o->table, p, end, f);
}

/* One whole row. */
static int row(struct rowout *o, const char *p, const char *end, struct fail *f)
{
	size_t col;
	int rc;
	struct mp v;
	ptrdiff_t n = mp_token(p, end, &v);

	if (n <= 0 || v.type != MP_ARRAY || v.n != o->schema->n)
		return fail_set(f, FAIL_DATA,
				"row %llu is not an array of %zu values, one a column",
				(unsigned long long)o->rows + 1, o->schema->n);
	p += n;
	rc = o->opts.format == ROWOUT_JSONL ? json_row(o, p, end, &col, f) :
	     o->opts.format == ROWOUT_TABLE ? table_row(o, p, end, &col, f) :
					      csv_row(o, p, end, &col, f);
	if (rc)
		return fail_at(f, "row %llu, column %s", (unsigned long long)o->rows + 1,
			       col < o->schema->n ? o->schema->col[col].name : "?");
	o->rows++;
	return textout_failed(&o->out) ? fail_set(f, o->out.fail.kind, "%s", o->out.fail.why) : 0;
}

/* All whole rows in p[0..n): how many bytes they took, or -1. */
static ssize_t take(struct rowout *o, const char *p, size_t n, struct fail *f)
{
	size_t at = 0;

	while (at < n) {
		ptrdiff_t len = mp_value(p + at, p + n);

		if (len == MP_MORE)
			break;
		if (len < 0)
			return fail_set(f, FAIL_DATA, "row %llu is not msgpack",
				(unsigned long long)o->rows + 1);
		if (row(o, p + at, p + at + len, f))
			return -1;
		at += (size_t)len;
	}
	return (ssize_t)at;
}

static int keep(struct rowout *o, const char *p, size_t n, struct fail *f)
{
	if (buf_put(&o->part, p, n) == 0 && o->part.len <= (size_t)ROWOUT_ROW_MAX + SLICE)
		return 0;
	return fail_set(f, FAIL_DATA, "row %llu is longer than %d bytes",
		(unsigned long long)o->rows + 1, ROWOUT_ROW_MAX);
}

/*
 * More of the row in `part`, at most SLICE bytes. It is tried when it has doubled, so that a huge
 * row costs its length and not its square, and from ROWOUT_ROW_MAX on always.
 */
static int put_slice(struct rowout *o, const char *p, size_t n, struct fail *f)
{
	ssize_t used;

	if (keep(o, p, n, f))
		return -1;
	if (o->part.len < o->try_at && o->part.len <= ROWOUT_ROW_MAX)
		return 0;
	used = take(o, o->part.p, o->part.len, f);
	if (used < 0)
		return -1;
	buf_eat(&o->part, (size_t)used);
	o->try_at = 2 * o->part.len;
	return 0;
}

static int put(struct sink *s, const void *bytes, size_t n, struct fail *f)
{
	struct rowout *o = (struct rowout *)s;
	const char *p = bytes;

	while (n > 0) {
		size_t some = n < SLICE ? n : SLICE;
		ssize_t used;

		if (o->part.len == 0) {
			used = take(o, p, n, f);
			o->try_at = 2 * (n - (size_t)used);
			if (used < 0)
				return -1;
			p += used;
			n -= (size_t)used;
			some = n < SLICE ? n : SLICE;
			if (n > 0 && keep(o, p, some, f))
				return -1;
		} else if (put_slice(o, p, some, f)) {
			return -1;
		}
		p += some;
		n -= some;
	}
	return 0;
}

static void csv_header(struct rowout *o)
{
	for (size_t i = 0; i < o->schema->n; i++) {
		if (i > 0)
			csvout_comma(&o->csv);
		csvout_text(&o->csv, o->schema->col[i].name, strlen(o->schema->col[i].name));
	}
	csvout_newline(&o->csv);
}

static int collect(struct sink *s, const void *p, size_t n, struct fail *f)
{
	struct rowout *o = (struct rowout *)((char *)s - offsetof(struct rowout, sink));

	return buf_put(&o->key, p, n)
		? fail_set(f, FAIL_DATA, "the names of the columns are too long")
		: 0;
}

/* "name": of every column, with the comma before it. */
static int json_keys(struct rowout *o, struct fail *f)
{
	struct textout t;
	int rc = 0;

	o->sink.put = collect;
	textout_init(&t, &o->sink);
	for (size_t i = 0; rc == 0 && i < o->schema->n; i++) {
		const char *name = o->schema->col[i].name;

		textout_puts(&t, i > 0 ? "," : "");
		rc = jsonout_string(&t, name, strlen(name), f);
		textout_putc(&t, ':');
		rc = rc || textout_flush(&t, f) ? -1 : 0;
		o->key_end[i] = o->key.len;
	}
	textout_free(&t);
	return rc;
}

int rowout_init(struct rowout *o, const struct rowout_opts *opts, const struct schema *schema,
	struct sink *to, struct fail *f)
{
	*o = (struct rowout){ .opts = *opts,
		.schema = schema,
		.key_end = mem_zero(schema->n + 1, sizeof *o->key_end),
		.binary = mem_zero(schema->n + 1, sizeof *o->binary) };
	o->sink.name = to->name;
	textout_init(&o->out, to);
	csvout_init(&o->csv, opts->format == ROWOUT_TSV, opts->null, &o->out);
	tableout_init(&o->table, schema);
	buf_init(&o->key, 16 << 20);
	buf_init(&o->part, (size_t)ROWOUT_ROW_MAX + 2 * SLICE);
	for (size_t i = 0; i < schema->n; i++)
		o->binary[i] = is_binary(schema->col[i].type);
	if (opts->format == ROWOUT_JSONL && json_keys(o, f))
		return -1;
	if (opts->header && (opts->format == ROWOUT_CSV || opts->format == ROWOUT_TSV))
		csv_header(o);
	o->sink.put = put;
	return 0;
}

int rowout_end(struct rowout *o, struct fail *f)
{
	if (o->part.len > 0 && !o->full) {
		ssize_t used = take(o, o->part.p, o->part.len, f);

		if (used < 0 && !o->full)
			return -1;
		if (o->full) /* only now: no failure, as it is none of a put */
			fail_clear(f);
		else
			buf_eat(&o->part, (size_t)used);
		if (o->part.len > 0 && !o->full)
			return fail_set(f, FAIL_DATA, "the rows end inside row %llu",
				(unsigned long long)o->rows + 1);
	}
	if (o->opts.format == ROWOUT_TABLE)
		tableout_write(&o->table,
			o->opts.total >= 0 ? o->opts.total
				: o->full  ? -1
					   : (int64_t)o->rows,
			o->opts.room, &o->out);
	return textout_flush(&o->out, f);
}

void rowout_free(struct rowout *o)
{
	textout_free(&o->out);
	csvout_free(&o->csv);
	tableout_free(&o->table);
	buf_free(&o->key);
	buf_free(&o->part);
	free(o->key_end);
	free(o->binary);
}

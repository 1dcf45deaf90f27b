/* The rows of a job in the format that a client asks for. */
#define _GNU_SOURCE /* strcasestr */
#include "routes/jobresult.h"
#include "base/fd.h"
#include "base/mem.h"
#include "frame/gzip.h"
#include "http/answer.h"
#include "http/params.h"
#include "store/columns.h"
#include "store/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum format { MSGPACK_GZ, MSGPACK, JSON, CSV, TSV, FORMATS };
enum { ROW_MAX = 256 << 20, OUT = 256 << 10 };

static const struct {
	const char *name, *type;
} formats[FORMATS] = {
	{ "msgpack.gz", "application/x-gzip" },
	{ "msgpack", "application/x-msgpack" },
	{ "json", "application/json; charset=utf-8" },
	{ "csv", "text/csv; charset=utf-8" },
	{ "tsv", "text/tab-separated-values; charset=utf-8" },
};

struct conversion {
	enum format format;
	json_t *header;  /* or NULL */
	bool no_special; /* NaN and Infinity are null */
};

static void conversion_free(void *p)
{
	struct conversion *c = p;

	json_decref(c->header);
	free(c);
}

/* Accept-Encoding (RFC 9110, 12.5.3) with gzip in it, and not "gzip;q=0". */
static bool takes_gzip(const char *s)
{
	const char *q = s ? strcasestr(s, "gzip") : NULL;

	if (!q)
		return false;
	q += 4 + strspn(q + 4, " \t");
	if (*q != ';')
		return true;
	q = strcasestr(q, "q=");
	return !q || strtod(q + 2, NULL) > 0;
}

void jobresult_open(struct request *r, const char *file, const char *schema)
{
	const char *want = params_text(r, "format"),
		   *take = MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "Accept-Encoding");
	struct conversion *c = mem_zero(1, sizeof *c);
	struct fail f = { 0 };

	r->state = c;
	r->state_free = conversion_free;
	c->format = want ? MSGPACK_GZ : MSGPACK;
	while (want && c->format < FORMATS && strcmp(formats[c->format].name, want) != 0)
		c->format++;
	if (c->format == FORMATS) {
		answer_error(r, 406, "Unknown Format");
		return;
	}
	if (params_true(r, "header") && (c->format == CSV || c->format == TSV))
		c->header = columns_load(schema);
	c->no_special = params_true(r, "nullify_special");
	r->file = store_read(&r->account->store, file, &f);
	if (r->file < 0 || store_size(r->file, &r->file_len, &f)) {
		answer_fail(r, &f);
		return;
	}
	if (c->format != MSGPACK_GZ && takes_gzip(take))
		r->encoding = "gzip";
	r->type = formats[c->format].type;
	snprintf(r->etag, sizeof r->etag, "\"%s-%d%s%s%s\"", file, (int)c->format,
		c->header ? "h" : "", c->no_special ? "n" : "", r->encoding ? "z" : "");
	r->status = 200;
}

/* --- text */

static bool special(const char *p, const char *end)
{
	struct mp t;

	return mp_token(p, end, &t) > 0 && t.type == MP_FLOAT && !isfinite(t.as.d);
}

/* A cell as RFC 4180 has it, whatever the delimiter. */
static int put_cell(const char *p, const char *end, char delimiter, struct buf *out)
{
	size_t start = out->len, n;
	bool quote = false;
	char *text;
	int rc;

	if (value_text(p, end, out))
		return -1;
	for (size_t i = start; i < out->len; i++)
		quote |= out->p[i] == '"' || out->p[i] == delimiter || out->p[i] == '\n' ||
			out->p[i] == '\r';
	if (!quote)
		return 0;
	n = out->len - start;
	text = mem_copy(out->p + start, n);
	out->len = start;
	rc = buf_putc(out, '"');
	for (size_t i = 0; i < n && !rc; i++)
		rc = (text[i] == '"' && buf_putc(out, '"')) || buf_putc(out, text[i]);
	free(text);
	return rc || buf_putc(out, '"') ? -1 : 0;
}

static int put_line(const struct conversion *c, const char *p, const char *end, struct buf *out)
{
	char delimiter = c->format == CSV ? ',' : '\t';
	struct mp row;
	ptrdiff_t n = mp_token(p, end, &row);

	p += n;
	for (uint32_t i = 0; i < row.n; i++) {
		if ((i && buf_putc(out, delimiter)) ||
			(!(c->no_special && special(p, end)) && put_cell(p, end, delimiter, out)))
			return -1;
		p += mp_value(p, end);
	}
	return buf_putc(out, '\n');
}

static int put_header(const struct conversion *c, struct buf *out)
{
	const json_t *schema = c->header;
	struct buf row;
	int rc;

	buf_init(&row, 1 << 20);
	rc = value_put_array(&row, json_array_size(schema));
	for (size_t i = 0; i < json_array_size(schema) && !rc; i++)
		rc = value_put_str(&row, columns_name(schema, i), strlen(columns_name(schema, i)));
	if (!rc)
		rc = put_line(c, row.p, row.p + row.len, out);
	buf_free(&row);
	return rc;
}

static int put_row(const struct conversion *c, const char *p, size_t n, struct buf *out)
{
	switch (c->format) {
	case JSON: return value_json(p, p + n, out) || buf_putc(out, '\n') ? -1 : 0;
	case CSV:
	case TSV: return put_line(c, p, p + n, out);
	default: return buf_put(out, p, n);
	}
}

/* --- the whole of it */

/* Where converted rows go: a file, deflated if the answer is. */
struct target {
	int fd;
	gzFile gz; /* or NULL */
};

static int put_out(struct target *t, struct buf *out, struct fail *f)
{
	int rc = 0;

	if (!t->gz)
		rc = fd_write(t->fd, "a result", out->p, out->len, f);
	else if (out->len && gzwrite(t->gz, out->p, (unsigned)out->len) <= 0)
		rc = fail_set(f, FAIL_SYSTEM, "cannot write a result");
	out->len = 0;
	return rc;
}

static int rows(const struct conversion *c, struct buf *in, struct buf *out, struct target *t,
	struct fail *f)
{
	const char *p = in->p, *end = in->p + in->len;
	ptrdiff_t n;

	while (p < end && (n = mp_value(p, end)) != MP_MORE) {
		if (n == MP_BAD || put_row(c, p, (size_t)n, out))
			return fail_set(f, FAIL_SYSTEM, "a row cannot be converted");
		p += n;
		if (out->len >= OUT && put_out(t, out, f))
			return -1;
	}
	buf_eat(in, (size_t)(p - in->p));
	return 0;
}

static int convert(const struct conversion *c, int from, struct target *t, struct fail *f)
{
	struct fd_source file;
	struct gzip_source gz;
	struct buf in, out;
	ssize_t n = 1;

	fd_source_init(&file, from, "a result");
	if (gzip_source_init(&gz, &file.source, f))
		return -1;
	buf_init(&in, ROW_MAX);
	buf_init(&out, ROW_MAX);
	if (c->header)
		put_header(c, &out);
	while (n > 0 && f->kind == FAIL_NONE) {
		if (buf_room(&in, in.len > OUT ? in.len : OUT))
			fail_set(f, FAIL_SYSTEM, "a row is too long");
		else if ((n = io_read(&gz.source, in.p + in.len, in.cap - in.len, f)) > 0) {
			in.len += (size_t)n;
			rows(c, &in, &out, t, f);
		}
	}
	if (f->kind == FAIL_NONE)
		put_out(t, &out, f);
	buf_free(&in);
	buf_free(&out);
	gzip_source_free(&gz);
	return f->kind ? -1 : 0;
}

/* What is written to t from now on is deflated. */
static void deflate_to(struct target *t, struct fail *f)
{
	int copy = dup(t->fd);

	t->gz = copy >= 0 ? gzdopen(copy, "wb1") : NULL;
	if (t->gz)
		return;
	fail_set(f, FAIL_SYSTEM, "cannot write a result");
	if (copy >= 0)
		close(copy);
}

static int convert_file(struct request *r, struct conversion *c, struct fail *f)
{
	struct target t = { .fd = store_temporary(&r->account->store, f) };

	if (t.fd < 0)
		return -1;
	if (r->encoding)
		deflate_to(&t, f);
	if (f->kind == FAIL_NONE)
		convert(c, r->file, &t, f);
	if (t.gz && gzclose(t.gz) != Z_OK && f->kind == FAIL_NONE)
		fail_set(f, FAIL_SYSTEM, "cannot write a result");
	if (f->kind == FAIL_NONE)
		store_size(t.fd, &r->file_len, f);
	close(r->file);
	r->file = t.fd;
	return f->kind ? -1 : 0;
}

void jobresult_convert(struct request *r)
{
	struct conversion *c = r->state;
	struct fail f = { 0 };

	if (c->format == MSGPACK_GZ || (c->format == MSGPACK && r->encoding))
		return; /* as it is stored */
	if (convert_file(r, c, &f))
		answer_fail(r, &f);
}

/* Building answers, and spoiling them as faults ask. */
#include "http/answer.h"
#include "base/die.h"
#include "base/mem.h"
#include "base/num.h"
#include "store/jsontext.h"
#include "http/faults.h"
#include "http/html.h"

#include <stdarg.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define JSON_TYPE "application/json; charset=utf-8"

void answer_json(struct request *r, json_t *j)
{
	if (!j) { /* what it was to hold is not UTF-8 */
		answer_error(r, 400, "The answer would not be UTF-8");
		return;
	}
	json_decref(r->json);
	r->json = j;
	if (!r->status)
		r->status = 200;
}

void answer_error(struct request *r, unsigned status, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	json_t *t;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	t = jsontext_string(text);
	r->status = status;
	answer_json(r,
		json_pack("{s:O, s:O, s:O, s:s, s:i}", "error", t, "message", t, "text", t,
			"severity", "error", "status_code", (int)status));
	json_decref(t);
}

void answer_fail(struct request *r, const struct fail *f)
{
	if (f->kind == FAIL_DATA)
		answer_error(r, 422, "%s", f->why);
	else
		answer_error(r, 500, "Internal error: %s", f->why);
}

/* --- a body under a fault */

struct spoiled {
	const atomic_bool *stopping;
	struct fault fault;
	char *p; /* or fd */
	int fd;
	uint64_t offset, len;
	bool stalled;
	struct MHD_Connection *conn;
};

static void wait_for(struct spoiled *s, double seconds)
{
	for (; seconds > 0 && !*s->stopping; seconds -= 0.01) {
		struct timespec t = { 0, seconds < 0.01 ? (long)(seconds * 1e9) : 10000000 };

		nanosleep(&t, NULL);
	}
}

static ssize_t spoil(void *cls, uint64_t pos, char *out, size_t max)
{
	struct spoiled *s = cls;
	uint64_t stop = s->len, half = s->fault.bytes == FAULT_HALF ? s->len / 2 : s->fault.bytes;

	if (s->fault.kind == FAULT_CUT && half < stop)
		stop = half;
	if (s->fault.kind == FAULT_STALL && pos < s->len / 2)
		stop = s->len / 2;
	if (s->fault.kind == FAULT_STALL && pos >= s->len / 2 && !s->stalled) {
		s->stalled = true;
		wait_for(s, s->fault.seconds);
	}
	if (s->fault.kind == FAULT_SLOW) {
		if (stop - pos > s->fault.bytes / 10 + 1)
			stop = pos + s->fault.bytes / 10 + 1;
		if (stop - pos > max)
			stop = pos + max;
		wait_for(s, (double)(stop - pos) / (double)s->fault.bytes);
	}
	if (pos >= stop)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (stop - pos < max)
		max = (size_t)(stop - pos);
	if (s->fd >= 0) {
		ssize_t n = pread(s->fd, out, max, (off_t)(s->offset + pos));

		return n > 0 ? n : MHD_CONTENT_READER_END_WITH_ERROR;
	}
	memcpy(out, s->p + s->offset + pos, max);
	return (ssize_t)max;
}

static void spoil_free(void *cls)
{
	struct spoiled *s = cls;

	if (s->fd >= 0)
		close(s->fd);
	free(s->p);
	free(s);
}

static bool spoils_body(const struct fault *t)
{
	return t && (t->kind == FAULT_CUT || t->kind == FAULT_SLOW || t->kind == FAULT_STALL);
}

/* --- building */

/*
 * bytes=a-b, a-, -n against a length: 1 with offset and len, 0 if there is no single legal range,
 * -1 beyond the end.
 */
static int range(const char *s, uint64_t total, uint64_t *offset, uint64_t *len)
{
	const char *dash;
	uint64_t a, b = UINT64_MAX;

	if (strncmp(s, "bytes=", 6) != 0 || strchr(s, ',') || !(dash = strchr(s += 6, '-')))
		return 0;
	if (dash[1] && !num_u64(dash + 1, strlen(dash + 1), UINT64_MAX, &b))
		return 0;
	if (dash == s) {
		if (!dash[1])
			return 0;
		*len = b < total ? b : total;
		*offset = total - *len;
		return *len ? 1 : -1;
	}
	if (!num_u64(s, (size_t)(dash - s), UINT64_MAX, &a) || a > b)
		return 0;
	if (a >= total)
		return -1;
	*offset = a;
	*len = (b < total ? b + 1 : total) - a;
	return 1;
}

static int wanted_range(struct request *r, uint64_t *offset, uint64_t *len)
{
	const char *s = MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "Range");
	const char *tag = MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "If-Range");

	if (!s || !r->etag[0] || r->status != 200 || (tag && strcmp(tag, r->etag) != 0))
		return 0;
	return range(s, r->file_len, offset, len);
}

static struct MHD_Response *from_file(struct request *r)
{
	uint64_t offset = 0, len = r->file_len;
	struct MHD_Response *m;
	char text[80];
	int some = wanted_range(r, &offset, &len), fd = r->file;

	if (some < 0) {
		m = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
		snprintf(text, sizeof text, "bytes */%" PRIu64, r->file_len);
		r->status = 416;
		r->type = r->encoding = NULL; /* there is no body */
	} else if (spoils_body(r->fault)) {
		struct spoiled *s = mem_zero(1, sizeof *s);

		*s = (struct spoiled){ .stopping = r->stopping,
			.fault = *r->fault,
			.fd = fd,
			.offset = offset,
			.len = len };
		r->file = -1;
		m = MHD_create_response_from_callback(len, 64 << 10, spoil, s, spoil_free);
	} else {
		r->file = -1; /* the response closes it */
		m = MHD_create_response_from_fd_at_offset64(len, fd, offset);
	}
	if (some > 0) {
		snprintf(text, sizeof text, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, offset,
			offset + len - 1, r->file_len);
		r->status = 206;
	}
	if (m && some)
		MHD_add_response_header(m, "Content-Range", text);
	if (m && r->etag[0]) {
		MHD_add_response_header(m, "ETag", r->etag);
		MHD_add_response_header(m, "Accept-Ranges", "bytes");
	}
	return m;
}

/* A body as the fault spoils it; takes p. */
static struct MHD_Response *spoiled_response(struct request *r, char *p, size_t n)
{
	struct spoiled *s = mem_zero(1, sizeof *s);

	*s = (struct spoiled){
		.stopping = r->stopping, .fault = *r->fault, .p = p, .fd = -1, .len = n
	};
	return MHD_create_response_from_callback(n, 4096, spoil, s, spoil_free);
}

static struct MHD_Response *from_memory(struct request *r)
{
	char *p;
	size_t n;

	if (r->json) {
		p = json_dumps(r->json, JSON_COMPACT | JSON_REAL_PRECISION(6));
		n = p ? strlen(p) : 0;
		r->type = JSON_TYPE;
	} else {
		p = r->raw.p;
		n = r->raw.len;
		r->raw = (struct buf){ 0 };
	}
	if (spoils_body(r->fault))
		return spoiled_response(r, p, n);
	if (!p)
		return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	return MHD_create_response_from_buffer(n, p, MHD_RESPMEM_MUST_FREE);
}

/* The answer that a status fault asks for. */
static void fault_answer(struct request *r)
{
	static const char html[] = "<html><head><title>Bad Gateway</title></head><body><h1>Bad "
				   "Gateway</h1></body></html>\n";

	answer_error(r, r->fault->status, "Fault asked for: %u", r->fault->status);
	r->encoding = NULL;
	if (r->fault->body == FAULT_JSON)
		return;
	json_decref(r->json);
	r->json = NULL;
	r->raw.len = 0;
	if (r->raw.max == 0)
		buf_init(&r->raw, sizeof html);
	r->type = r->fault->body == FAULT_HTML ? "text/html"
		: r->fault->body == FAULT_NULL ? JSON_TYPE
					       : NULL;
	if (r->fault->body != FAULT_EMPTY)
		buf_puts(&r->raw, r->fault->body == FAULT_HTML ? html : "null");
}

static void add_retry_after(struct request *r, struct MHD_Response *m)
{
	char text[64];
	time_t t = time(NULL) + (time_t)r->fault->retry_after;
	struct tm tm;

	if (r->fault->retry_after < 0)
		return;
	if (r->fault->retry_date)
		strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&t, &tm));
	else
		snprintf(text, sizeof text, "%" PRId64, r->fault->retry_after);
	MHD_add_response_header(m, "Retry-After", text);
}

/* --- pages */

/* A refusal, for a person. */
static void page_error(struct request *r)
{
	char *why = mem_string(json_string_value(json_object_get(r->json, "message")));

	json_decref(r->json);
	r->json = NULL;
	buf_free(&r->raw);
	buf_init(&r->raw, 64 << 10);
	html_open(&r->raw, "td-local");
	html_note(&r->raw, why);
	if (r->status == 401)
		html_note(&r->raw,
			"Any name will do as the user's; the password is the master key, which "
			"td-local prints when it starts and keeps in the file key of its data "
			"directory.");
	html_close(&r->raw);
	r->type = "text/html; charset=utf-8";
	free(why);
}

/*
 * Nothing of a page may run, load from elsewhere, be framed, or tell another site where it was; and
 * nothing may keep it.
 */
static void add_page_headers(struct request *r, struct MHD_Response *m)
{
	static const char *const headers[][2] = {
		{ "Content-Security-Policy",
			"default-src 'none'; style-src 'self'; img-src data:; form-action 'none'; "
			"frame-ancestors 'none'; base-uri 'none'" },
		{ "Referrer-Policy", "no-referrer" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "X-Frame-Options", "DENY" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Cache-Control", "no-store" },
	};

	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		MHD_add_response_header(m, headers[i][0], headers[i][1]);
	if (r->status == 401)
		MHD_add_response_header(m, "WWW-Authenticate",
			"Basic realm=\"td-local\", charset=\"UTF-8\"");
}

enum MHD_Result answer_send(struct request *r)
{
	bool fault = r->fault && r->fault->kind == FAULT_STATUS;
	struct MHD_Response *m;
	enum MHD_Result rc;
	const char *name;
	json_t *value;

	if (fault)
		fault_answer(r);
	if (r->page && r->json)
		page_error(r);
	m = r->file >= 0 && !r->json && !fault ? from_file(r) : from_memory(r);
	if (!m)
		return MHD_NO;
	if (fault)
		add_retry_after(r, m);
	if (r->page)
		add_page_headers(r, m);
	json_object_foreach(r->headers, name, value)
		MHD_add_response_header(m, name, json_string_value(value));
	if (r->type)
		MHD_add_response_header(m, "Content-Type", r->type);
	if (r->encoding && !r->json)
		MHD_add_response_header(m, "Content-Encoding", r->encoding);
	rc = MHD_queue_response(r->conn, r->status, m);
	MHD_destroy_response(m);
	return rc;
}

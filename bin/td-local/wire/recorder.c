/* Passing calls on, and writing them down. */
#include "wire/recorder.h"
#include "base/die.h"
#include "base/fd.h"
#include "base/mem.h"
#include "http/answer.h"
#include "http/params.h"
#include "routes/service.h"
#include "store/jsontext.h"
#include "store/load.h"
#include "wire/exchange.h"
#include "wire/masked.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BODY_MAX = 12 << 20 };

struct recorder {
	char *upstream, *file;
	int fd;
	pthread_mutex_t lock;
};

static int write_line(struct recorder *c, const json_t *line, struct fail *f)
{
	char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(17)),
	     *whole = mem_printf("%s\n", text);

	pthread_mutex_lock(&c->lock);
	fd_write(c->fd, c->file, whole, strlen(whole), f);
	pthread_mutex_unlock(&c->lock);
	free(text);
	free(whole);
	return f->kind ? -1 : 0;
}

static void write_head(struct recorder *c, struct fail *f)
{
	json_t *head = json_pack("{s:i, s:s, s:s}", "td-local-recording", 1, "version", TD_VERSION,
		"upstream", c->upstream);

	write_line(c, head, f);
	json_decref(head);
}

struct recorder *recorder_open(const char *file, const char *upstream, struct fail *f)
{
	int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	size_t n = strlen(upstream);
	struct recorder *c;

	if (fd < 0) {
		fail_errno(f, FAIL_CONFIG, "cannot open %s", file);
		return NULL;
	}
	while (n > 0 && upstream[n - 1] == '/')
		n--;
	c = mem_zero(1, sizeof *c);
	*c = (struct recorder){ mem_copy(upstream, n), mem_string(file), fd, { { 0 } } };
	pthread_mutex_init(&c->lock, NULL);
	write_head(c, f);
	if (f->kind == FAIL_NONE)
		return c;
	recorder_close(c);
	return NULL;
}

void recorder_close(struct recorder *c)
{
	if (!c)
		return;
	close(c->fd);
	pthread_mutex_destroy(&c->lock);
	free(c->upstream);
	free(c->file);
	free(c);
}

/* --- passing on */

static void copy_headers(struct request *r, json_t *to)
{
	static const char *const names[] = { "Authorization", "Secondary-Authorization",
		"Content-Type", "Range", "If-Range", "User-Agent" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *v = MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, names[i]);

		if (v)
			json_object_set_new(to, names[i], json_string(v));
	}
}

/* The answer of the other service becomes ours. */
static void answer(struct request *r, struct exchange *x)
{
	static const char *const names[][2] = { { "etag", "ETag" },
		{ "content-range", "Content-Range" }, { "accept-ranges", "Accept-Ranges" },
		{ "retry-after", "Retry-After" }, { "location", "Location" },
		{ "content-type", "Content-Type" } };

	r->headers = json_object();
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *v = exchange_header(x, names[i][0]);

		if (v)
			json_object_set_new(r->headers, names[i][1], json_string(v));
	}
	r->status = (unsigned)x->status;
	r->file = x->file;
	r->file_len = x->length;
	x->file = -1;
}

/* --- writing down */

/* What an upload holds, without its rows. */
static json_t *upload_json(struct request *r)
{
	struct fail f = { 0 };
	struct load load;
	json_t *out = json_pack("{s:I}", "bytes", (json_int_t)r->received);
	int fd = store_read(&r->account->store, r->upload_name, &f);

	if (fd < 0 || load_open(&load, &r->account->store, false, &f)) {
		if (fd >= 0)
			close(fd);
		return out;
	}
	if (load_body(&load, fd, &f) == 0) {
		json_object_set_new(out, "records", json_integer((json_int_t)load.rows));
		json_object_set_new(out, "errors", json_integer((json_int_t)load.refused));
		json_object_set_new(out, "columns", column_types_json(load.found));
	}
	load_free(&load, true);
	close(fd);
	return out;
}

/* The parameters of every kind, masked. */
static json_t *params_masked(struct request *r, const char *body, size_t n)
{
	const char *type = MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "Content-Type"),
		   *query = strchr(r->target, '?');
	json_t *params = json_object(), *masked;

	params_parse(params, r->conn, query ? query + 1 : NULL, type, body, n);
	masked = masked_json(params);
	json_decref(params);
	return masked;
}

/* The answer: JSON, masked; or how long it is and what it calls itself. */
static void put_reply(struct request *r, const struct exchange *x, int fd, json_t *line)
{
	const char *type = exchange_header(x, "content-type");
	char *text = x->length <= BODY_MAX ? mem_zero((size_t)x->length + 1, 1) : NULL;
	json_t *j = NULL;

	if (text && !(masked_is_rows(r->path) && x->status < 300) &&
		pread(fd, text, (size_t)x->length, 0) == (ssize_t)x->length)
		j = jsontext_parse(text, (size_t)x->length);
	if (j)
		json_object_set_new(line, "reply", masked_json(j));
	else
		json_object_set_new(line, "body",
			json_pack("{s:I, s:s}", "bytes", (json_int_t)x->length, "type",
				type ? type : ""));
	json_decref(j);
	free(text);
}

static json_t *line_of(struct request *r, const struct exchange *x, int body)
{
	bool put = strcmp(r->method, "PUT") == 0;
	size_t n = !put && r->received <= BODY_MAX ? (size_t)r->received : 0;
	char *text = mem_zero(n + 1, 1), *path = mem_copy(r->target, strcspn(r->target, "?")),
	     *shown = masked_path(path);
	json_t *line = json_pack("{s:s, s:s, s:i}", "method", r->method, "path", shown, "status",
		x->status);

	if (n && pread(body, text, n, 0) != (ssize_t)n)
		n = 0;
	json_object_set_new(line, "params", params_masked(r, text, n));
	if (put)
		json_object_set_new(line, "upload", upload_json(r));
	put_reply(r, x, x->file, line);
	mem_wipe(text, n);
	free(text);
	free(path);
	free(shown);
	return line;
}

static void pass(struct request *r)
{
	struct recorder *c = r->service->recorder;
	struct fail f = { 0 };
	char *url = mem_printf("%s%s", c->upstream, r->target);
	int body = r->received ? store_read(&r->account->store, r->upload_name, &f) : -1;
	struct exchange x = { .method = r->method, .url = url, .headers = json_object(),
		.body = body, .stopping = r->stopping, .file = -1 };
	json_t *line;

	copy_headers(r, x.headers);
	if (f.kind == FAIL_NONE && exchange_do(&x, &r->account->store, &f) == 0) {
		line = line_of(r, &x, body);
		write_line(c, line, &f);
		json_decref(line);
	}
	if (f.kind == FAIL_NONE) {
		answer(r, &x);
	} else {
		warn("%s %.*s: %s", r->method, (int)strcspn(r->target, "?"), r->target, f.why);
		answer_error(r, 502, "%s", f.why);
	}
	exchange_free(&x);
	json_decref(x.headers);
	if (body >= 0)
		close(body);
	free(url);
}

const struct route recorder_route = { "*", "", MASTER, .upload = true, .prepare = pass };

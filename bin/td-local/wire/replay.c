/* Making the calls of a recording again. */
#include "wire/replay.h"
#include "base/buf.h"
#include "base/fd.h"
#include "base/mem.h"
#include "store/value.h"
#include "wire/compare.h"
#include "wire/exchange.h"
#include "wire/masked.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
	LINE_MAX_BYTES = 64 << 20,
	DIFFERENCES_MAX = 1 << 20,
	RECORDS_MAX = 100000,
	REPLY_MAX = 12 << 20,
	POLL_MS = 100,
	POLLS = 300,
	TIME = 1500000000
};

struct replay {
	const char *url, *key;
	struct store *store;
	const atomic_bool *stopping;
	json_t *jobs;  /* {their number: ours} */
	json_t *there; /* {path of a call that made something: true} */
	struct buf found;
};

static const char *text_of(const json_t *j, const char *name)
{
	const char *s = json_string_value(json_object_get(j, name));

	return s ? s : "";
}

/* --- made-up rows */

static int put_value(struct buf *b, const char *type, int64_t i)
{
	char text[24];

	if (strncmp(type, "array<", 6) == 0)
		return value_put_array(b, 1) || put_value(b, type + 6, i);
	if (strncmp(type, "map<", 4) == 0)
		return value_put_map(b, 1) || put_value(b, type + 4, i) ||
			put_value(b, strchr(type, ',') ? strchr(type, ',') + 1 : "", i);
	if (strncmp(type, "int", 3) == 0 || strncmp(type, "long", 4) == 0)
		return value_put_int(b, i);
	if (strncmp(type, "float", 5) == 0 || strncmp(type, "double", 6) == 0)
		return value_put_double(b, (double)i + 0.5);
	snprintf(text, sizeof text, "s%" PRId64, i);
	return value_put_str(b, text, strlen(text));
}

static int put_record(struct buf *b, const json_t *columns, int64_t i, bool good)
{
	int rc = value_put_map(b, json_array_size(columns) + good);
	json_t *column;
	size_t k;

	if (good)
		rc |= value_put_str(b, "time", 4) || value_put_int(b, TIME + i);
	json_array_foreach(columns, k, column) {
		const char *name = json_string_value(json_array_get(column, 0)),
			   *type = json_string_value(json_array_get(column, 1));

		rc |= value_put_str(b, name ? name : "", name ? strlen(name) : 0) ||
			put_value(b, type ? type : "", i);
	}
	return rc;
}

/* An upload with as many records and errors as the recorded one. */
static int make_upload(const json_t *upload, int fd, struct fail *f)
{
	int64_t good = json_integer_value(json_object_get(upload, "records")),
		bad = json_integer_value(json_object_get(upload, "errors"));
	const json_t *columns = json_object_get(upload, "columns");
	int copy = dup(fd), rc = 0;
	gzFile gz = copy >= 0 ? gzdopen(copy, "wb1") : NULL;
	struct buf b;

	buf_init(&b, 1 << 20);
	if (!gz)
		return fail_set(f, FAIL_SYSTEM, "cannot make an upload");
	for (int64_t i = 0; i < good + bad && i < RECORDS_MAX; i++) {
		b.len = 0;
		rc |= put_record(&b, columns, i, i < good) ||
			gzwrite(gz, b.p, (unsigned)b.len) <= 0;
	}
	rc |= gzclose(gz) != Z_OK;
	buf_free(&b);
	if (!columns) /* it was not gzip of msgpack */
		rc |= ftruncate(fd, 0) || pwrite(fd, "rubbish", 7, 0) != 7;
	return rc ? fail_set(f, FAIL_SYSTEM, "cannot make an upload") : 0;
}

/* --- requests */

static void escape(struct buf *b, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-_";

	for (; *s; s++) {
		if (strchr(plain, *s))
			buf_putc(b, *s);
		else
			buf_printf(b, "%%%02X", (unsigned)(unsigned char)*s);
	}
}

/* A text without what was masked in it. */
static char *unmasked(const char *s)
{
	char *out = mem_string(s), *p = out;

	while ((p = strstr(p, MASKED)))
		memmove(p, p + strlen(MASKED), strlen(p + strlen(MASKED)) + 1);
	return out;
}

/* a=b&c=d; what was masked as a whole is left out. */
static void form(struct buf *b, const json_t *params)
{
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)params, name, v) {
		const char *s = json_string_value(v);
		char *value = s && strcmp(s, MASKED) != 0 ? unmasked(s) : NULL;

		if (!value)
			continue;
		if (b->len)
			buf_putc(b, '&');
		escape(b, name);
		buf_putc(b, '=');
		escape(b, value);
		free(value);
	}
}

/* The path with our number of a job in place of theirs. */
static char *path_of(struct replay *p, const char *path)
{
	const char *last = strrchr(path, '/'), *ours;

	if (!strstr(path, "/job/") || strstr(path, "/job/issue/") || !last)
		return mem_string(path);
	ours = text_of(p->jobs, last + 1);
	return *ours ? mem_printf("%.*s/%s", (int)(last - path), path, ours) : mem_string(path);
}

static int ask(struct replay *p, struct exchange *x, const char *method, const char *path,
	const char *query, int body, struct fail *f)
{
	char *auth = mem_printf("TD1 %s", p->key),
	     *url = mem_printf("%s%s%s%s", p->url, path, query && *query ? "?" : "",
		     query ? query : "");

	*x = (struct exchange){ .method = method, .url = url, .headers = json_object(),
		.body = body, .stopping = p->stopping, .file = -1 };
	json_object_set_new(x->headers, "Authorization", json_string(auth));
	exchange_do(x, p->store, f);
	json_decref(x->headers);
	mem_wipe(auth, strlen(auth));
	free(auth);
	free(url);
	return f->kind ? -1 : 0;
}

/* The recorded call, once. */
static int call(struct replay *p, const json_t *line, struct exchange *x, struct fail *f)
{
	const char *method = text_of(line, "method");
	char *path = path_of(p, text_of(line, "path"));
	bool post = strcmp(method, "POST") == 0, put = strcmp(method, "PUT") == 0;
	int body = post || put ? store_temporary(p->store, f) : -1;
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	form(&b, json_object_get(line, "params"));
	if (put)
		make_upload(json_object_get(line, "upload"), body, f);
	else if (post)
		fd_write(body, "a request", buf_text(&b), b.len, f);
	if (body >= 0 && lseek(body, 0, SEEK_SET) < 0)
		fail_errno(f, FAIL_SYSTEM, "cannot seek");
	*x = (struct exchange){ .file = -1 };
	if (f->kind == FAIL_NONE)
		ask(p, x, method, path, post ? NULL : buf_text(&b), body, f);
	if (body >= 0)
		close(body);
	buf_free(&b);
	free(path);
	return f->kind ? -1 : 0;
}

static json_t *reply_of(const struct exchange *x)
{
	char *text = x->length <= REPLY_MAX ? mem_zero((size_t)x->length + 1, 1) : NULL;
	json_t *j = NULL;

	if (text && pread(x->file, text, (size_t)x->length, 0) == (ssize_t)x->length)
		j = json_loads(text, 0, NULL);
	free(text);
	return j;
}

/* --- what the recording takes for granted */

static void make_there(struct replay *p, const char *path, struct fail *f)
{
	struct exchange x;

	if (json_object_get(p->there, path) || ask(p, &x, "POST", path, NULL, -1, f))
		return;
	exchange_free(&x);
	json_object_set_new(p->there, path, json_true());
}

/* The segments of a path that name the database and the table. */
static const struct names_at {
	const char *call;
	int db, table;
} names_at[] = {
	{ "table/list/", 2, 0 }, { "table/show/", 2, 3 }, { "table/tail/", 2, 3 },
	{ "table/import", 2, 3 }, { "table/create/", 2, 0 }, { "table/delete/", 2, 3 },
	{ "table/rename/", 2, 3 }, { "table/update", 2, 3 }, { "table/append-schema/", 2, 3 },
	{ "table/partialdelete/", 2, 3 }, { "bulk_import/create/", 3, 4 },
	{ "job/issue/", 3, 0 }, { "database/delete/", 2, 0 }, { "database/show/", 2, 0 },
}, taken_at[] = { { "table/create/", 2, 3 }, { "database/create/", 2, 0 } };

static char *segment(const char *path, int n)
{
	for (; n > 0 && *path; n--)
		path += strcspn(path, "/") + (path[strcspn(path, "/")] == '/');
	return n == 0 && *path ? mem_copy(path, strcspn(path, "/")) : NULL;
}

/* taken: the call was refused with 409, since what it was to make was there. */
static void take_for_granted(struct replay *p, const char *path, bool taken, struct fail *f)
{
	const struct names_at *at = taken ? taken_at : names_at,
			      *end = at + (taken ? sizeof taken_at : sizeof names_at) / sizeof *at;
	char *db, *table, *create;

	path += strncmp(path, "/v3/", 4) == 0 ? 4 : 0;
	while (at < end && strncmp(path, at->call, strlen(at->call)) != 0)
		at++;
	if (at == end)
		return;
	db = segment(path, at->db);
	table = at->table ? segment(path, at->table) : NULL;
	if (db) {
		create = mem_printf("/v3/database/create/%s", db);
		make_there(p, create, f);
		free(create);
	}
	if (db && table && f->kind == FAIL_NONE) {
		create = mem_printf("/v3/table/create/%s/%s/log", db, table);
		make_there(p, create, f);
		free(create);
	}
	free(db);
	free(table);
}

/* --- comparing */

static bool waits(const char *path)
{
	return strstr(path, "/job/status") || strstr(path, "/job/show/") ||
		strstr(path, "/bulk_import/show/");
}

static bool on_the_way(const char *status)
{
	return strcmp(status, "queued") == 0 || strcmp(status, "booting") == 0 ||
		strcmp(status, "running") == 0 || strcmp(status, "performing") == 0 ||
		strcmp(status, "committing") == 0;
}

/* The call, until the state is the recorded one if there is one to wait for. */
static json_t *call_until(struct replay *p, const json_t *line, struct exchange *x, struct fail *f)
{
	const char *want = text_of(json_object_get(line, "reply"), "status");
	bool wait = waits(text_of(line, "path")) && *want && !on_the_way(want);
	json_t *reply;

	for (int i = 0;; i++) {
		if (call(p, line, x, f))
			return NULL;
		reply = reply_of(x);
		if (!wait || !on_the_way(text_of(reply, "status")) || i == POLLS)
			return reply;
		json_decref(reply);
		exchange_free(x);
		poll(NULL, 0, POLL_MS);
	}
}

/* The numbers of jobs that an answer names. */
static void learn(struct replay *p, const json_t *theirs, const json_t *ours)
{
	const json_t *a = json_object_get(theirs, "job_id"), *b = json_object_get(ours, "job_id");
	char *from = json_is_string(a) ? mem_string(json_string_value(a))
				       : mem_printf("%lld", (long long)json_integer_value(a));
	json_t *to = json_is_string(b) ? json_string(json_string_value(b))
				       : json_sprintf("%lld", (long long)json_integer_value(b));

	if (a && b && !json_object_get(p->jobs, from))
		json_object_set(p->jobs, from, to);
	json_decref(to);
	free(from);
}

/* Whichever state on the way it is, what is not known there yet may be known here. */
static void as_on_the_way(json_t *ours, json_t *theirs)
{
	const char *name;
	json_t *v;

	json_object_foreach(theirs, name, v)
		if (json_object_get(ours, name) && (json_is_null(v) || strcmp(name, "status") == 0))
			json_object_set(ours, name, v);
}

static void compare(struct replay *p, const json_t *line, const struct exchange *x,
	const json_t *ours, const char *before)
{
	int64_t status = json_integer_value(json_object_get(line, "status"));
	json_t *theirs = json_object_get(line, "reply"), *masked = masked_json(ours);
	const char *was = text_of(theirs, "status");
	char *place = mem_printf("%s: ", before);

	if (x->status != status) {
		buf_printf(&p->found, "%sstatus is %d, recorded %" PRId64 "\n", place, x->status,
			status);
	} else if (theirs && !ours) {
		buf_printf(&p->found, "%sis not JSON\n", place);
	} else if (theirs) {
		if (waits(text_of(line, "path")) && on_the_way(was))
			as_on_the_way(masked, theirs);
		compare_json(theirs, masked, place, &p->found);
		learn(p, theirs, ours);
	}
	json_decref(masked);
	free(place);
}

/* Does it need what was masked? */
static bool is_masked(const json_t *line)
{
	const char *path = text_of(line, "path"), *name;
	json_t *v;

	json_object_foreach(json_object_get(line, "params"), name, v)
		if (json_is_string(v) && strcmp(json_string_value(v), MASKED) == 0)
			return true;
	return *path != '/' || strstr(path, MASKED);
}

static int one(struct replay *p, const json_t *line, unsigned number, struct replay_count *n,
	struct fail *f)
{
	const char *path = text_of(line, "path"), *method = text_of(line, "method");
	int64_t status = json_integer_value(json_object_get(line, "status"));
	size_t before = p->found.len;
	struct exchange x;
	char *place;
	json_t *ours;

	if (is_masked(line)) {
		n->left_out++;
		return 0;
	}
	if (status < 400 || status == 409)
		take_for_granted(p, path, status == 409, f);
	ours = f->kind ? NULL : call_until(p, line, &x, f);
	if (f->kind == FAIL_NONE) {
		place = mem_printf("%u %s %s", number, method, path);
		compare(p, line, &x, ours, place);
		exchange_free(&x);
		free(place);
	}
	json_decref(ours);
	n->calls++;
	n->differ += p->found.len > before;
	return f->kind ? -1 : 0;
}

static int print(struct replay *p, struct fail *f)
{
	int rc = fd_write(STDOUT_FILENO, "standard output", p->found.p, p->found.len, f);

	p->found.len = 0;
	return rc;
}

static int lines(struct replay *p, FILE *in, const char *file, struct replay_count *n,
	struct fail *f)
{
	char *text = NULL;
	size_t cap = 0;
	unsigned number = 0;
	ssize_t len;

	while (f->kind == FAIL_NONE && (len = getline(&text, &cap, in)) > 0) {
		json_t *line = len < LINE_MAX_BYTES ? json_loads(text, 0, NULL) : NULL;
		bool head = json_object_get(line, "td-local-recording") != NULL;

		number++;
		if (!json_is_object(line) || (number == 1 && !head))
			fail_set(f, FAIL_DATA, "%s, line %u: it is not a recording of td-local",
				file, number);
		else if (!head && one(p, line, number, n, f) == 0)
			print(p, f);
		json_decref(line);
	}
	if (f->kind == FAIL_NONE && number == 0)
		fail_set(f, FAIL_DATA, "%s is empty", file);
	free(text);
	return f->kind ? -1 : 0;
}

int replay_run(const char *file, const char *url, const char *key, struct store *s,
	const atomic_bool *stopping, struct replay_count *n, struct fail *f)
{
	struct replay p = { .url = url, .key = key, .store = s, .stopping = stopping };
	FILE *in = fopen(file, "re");

	*n = (struct replay_count){ 0 };
	if (!in)
		return fail_errno(f, FAIL_CONFIG, "cannot open %s", file);
	p.jobs = json_object();
	p.there = json_object();
	buf_init(&p.found, DIFFERENCES_MAX);
	lines(&p, in, file, n, f);
	buf_free(&p.found);
	json_decref(p.jobs);
	json_decref(p.there);
	fclose(in);
	return f->kind ? -1 : 0;
}

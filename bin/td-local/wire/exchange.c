/* Running curl, and reading what it wrote. */
#define _GNU_SOURCE /* pipe2 */
#include "wire/exchange.h"
#include "base/buf.h"
#include "base/fd.h"
#include "base/mem.h"
#include "jobs/tool.h"

#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { CONFIG_MAX = 60 << 10, HEADERS_MAX = 64 << 10, SAID_MAX = 4 << 10, TICK_MS = 2 };

/* --- the request */

/* NAME = "VALUE", as curl(1) reads it under --config. */
static void put(struct buf *b, const char *name, const char *before, const char *value)
{
	buf_printf(b, "%s = \"%s", name, before);
	for (; *value; value++) {
		if (strchr("\"\\", *value))
			buf_putc(b, '\\');
		if ((unsigned char)*value >= ' ')
			buf_putc(b, *value);
	}
	buf_puts(b, "\"\n");
}

static void configure(const struct exchange *x, struct buf *b)
{
	const char *name;
	json_t *value;

	buf_puts(b, "silent\nshow-error\ninclude\nsuppress-connect-headers\ngloboff\n"
		    "path-as-is\nhttp1.1\nconnect-timeout = 15\nheader = \"Expect:\"\n"
		    "header = \"Accept:\"\n");
	put(b, "url", "", x->url);
	if (strcmp(x->method, "HEAD") == 0)
		buf_puts(b, "head\n");
	else
		put(b, "request", "", x->method);
	json_object_foreach(x->headers, name, value) {
		char *before = mem_printf("%s: ", name);

		put(b, "header", before, json_string_value(value));
		free(before);
	}
	if (strcmp(x->method, "PUT") == 0)
		buf_puts(b, "upload-file = \"/dev/stdin\"\n");
	else if (strcmp(x->method, "POST") == 0)
		buf_puts(b, x->body >= 0 ? "data-binary = \"@/dev/stdin\"\n" : "data = \"\"\n");
}

/* A descriptor that gives the configuration, once: it fits into a pipe. */
static int config_pipe(const struct exchange *x, struct fail *f)
{
	struct buf b;
	int ends[2];

	buf_init(&b, CONFIG_MAX);
	configure(x, &b);
	if (b.len + 2 >= CONFIG_MAX)
		fail_set(f, FAIL_DATA, "a request with too many headers");
	else if (pipe2(ends, O_CLOEXEC))
		fail_errno(f, FAIL_SYSTEM, "cannot make a pipe");
	else {
		fd_write(ends[1], "a pipe", b.p, b.len, f);
		close(ends[1]);
	}
	mem_wipe(b.p, b.cap);
	buf_free(&b);
	return f->kind ? -1 : ends[0];
}

/* --- the answer */

static void take_header(struct exchange *x, const char *p, size_t n)
{
	const char *colon = memchr(p, ':', n), *value = colon ? colon + 1 : NULL;
	char *name;

	if (!colon)
		return;
	name = mem_copy(p, (size_t)(colon - p));
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	while (value < p + n && (*value == ' ' || *value == '\t'))
		value++;
	json_object_set_new(x->reply, name, json_stringn(value, (size_t)(p + n - value)));
	free(name);
}

/* One block of status line and headers; how long it is, or 0: there is none. */
static size_t block(struct exchange *x, const char *p)
{
	const char *end = strncmp(p, "HTTP/", 5) == 0 ? strstr(p, "\r\n\r\n") : NULL,
		   *blank = end ? strchr(p, ' ') : NULL;

	if (!end || !blank)
		return 0;
	x->status = (int)strtol(blank, NULL, 10);
	json_object_clear(x->reply);
	for (p = strstr(p, "\r\n") + 2; p < end + 2; p = strstr(p, "\r\n") + 2)
		take_header(x, p, (size_t)(strstr(p, "\r\n") - p));
	return (size_t)(end + 4 - p);
}

/* The headers before the body, and where it begins; -1: there are none. */
static ssize_t read_headers(struct exchange *x, int fd)
{
	char *text = mem_zero(HEADERS_MAX + 1, 1);
	ssize_t n = pread(fd, text, HEADERS_MAX, 0), at = 0;

	x->reply = json_object();
	do {
		const char *end = n > at ? strstr(text + at, "\r\n\r\n") : NULL;

		if (!end || !block(x, text + at)) {
			at = -1;
			break;
		}
		at = end + 4 - text;
	} while (x->status < 200);
	free(text);
	return at;
}

static int copy_rest(struct exchange *x, int from, off_t at, struct store *s, struct fail *f)
{
	enum { PIECE = 256 << 10 };
	char *piece;
	ssize_t n = 1;

	x->file = store_temporary(s, f);
	if (x->file < 0)
		return -1;
	piece = mem_alloc(PIECE);
	while (n > 0 && (n = pread(from, piece, PIECE, at)) > 0) {
		if (fd_write(x->file, "an answer", piece, (size_t)n, f))
			break;
		at += n;
		x->length += (uint64_t)n;
	}
	free(piece);
	return f->kind ? -1 : 0;
}

static int wait_for(const struct exchange *x, pid_t pid, struct fail *f)
{
	int status = 0;
	pid_t ended;

	while ((ended = waitpid(pid, &status, WNOHANG)) == 0) {
		if (*x->stopping)
			kill(pid, SIGKILL);
		poll(NULL, 0, TICK_MS);
	}
	if (*x->stopping)
		return fail_set(f, FAIL_SIGNAL, "stopped");
	if (ended < 0)
		return fail_errno(f, FAIL_SYSTEM, "cannot learn how curl ended");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* What curl said: its last line, without its name. */
static void blame(int err, struct fail *f)
{
	char *said = NULL, *line;
	size_t n;

	if (lseek(err, 0, SEEK_SET) < 0 || fd_slurp(err, "curl", SAID_MAX, &said, &n, f))
		return;
	said[strcspn(said, "\r\n")] = '\0';
	line = strstr(said, ") ");
	fail_set(f, FAIL_SYSTEM, "%s", line ? line + 2 : *said ? said : "curl has failed");
	free(said);
}

int exchange_do(struct exchange *x, struct store *s, struct fail *f)
{
	static const char *const argv[] = { "curl", "--disable", "--config", "/dev/fd/3", NULL };
	int out = store_temporary(s, f), err = f->kind ? -1 : store_temporary(s, f),
	    config = f->kind ? -1 : config_pipe(x, f);
	int nothing = x->body < 0 ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1, rc = 0;
	struct tool t = { argv, environ, x->body < 0 ? nothing : x->body, out, err, config };
	ssize_t at = -1;
	pid_t pid;

	x->file = -1;
	x->length = 0;
	if (f->kind == FAIL_NONE && tool_start(&pid, &t, f) == 0)
		rc = wait_for(x, pid, f);
	if (f->kind == FAIL_NONE && (rc != 0 || (at = read_headers(x, out)) < 0))
		blame(err, f);
	if (f->kind == FAIL_NONE)
		copy_rest(x, out, at, s, f);
	for (int *fd = (int[]){ out, err, config, nothing, -2 }; *fd != -2; fd++)
		if (*fd >= 0)
			close(*fd);
	return f->kind ? -1 : 0;
}

void exchange_free(struct exchange *x)
{
	json_decref(x->reply);
	x->reply = NULL;
	if (x->file >= 0)
		close(x->file);
	x->file = -1;
}

const char *exchange_header(const struct exchange *x, const char *name)
{
	return json_string_value(json_object_get(x->reply, name));
}

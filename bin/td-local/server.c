/* The HTTP server: requests come from libmicrohttpd, go to their routes, and are answered. */
#include "server.h"
#include "base/die.h"
#include "base/fd.h"
#include "base/mem.h"
#include "http/answer.h"
#include "http/connections.h"
#include "http/faults.h"
#include "http/guard.h"
#include "http/journal.h"
#include "http/listen.h"
#include "http/params.h"
#include "base/utf8.h"
#include "routes/routes.h"
#include "wire/recorder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	IDLE_SECONDS = 300,
	/* of a connection: headers and the window its body is read through */
	HEADERS_MAX = 128 << 10,
	STACK = 512 << 10
};

static double seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const struct route *const all_routes[] = { databases_routes, tables_routes, settings_routes,
	imports_routes, bulk_routes, jobs_routes, named_results_routes, schedules_routes,
	misc_routes, controls_routes, page_routes, NULL };

/* --- a request */

static bool begins(const char *path, const char *with)
{
	return strncmp(path, with, strlen(with)) == 0;
}

/*
 * Without slashes in front, "v3/" and the query string; "v4/" stays, it has few routes. The root is
 * the page of that name.
 */
static char *clean_path(const char *target)
{
	const char *p = target + strspn(target, "/");

	if (begins(p, "v3/"))
		p += 3;
	else if (*p == '\0' || *p == '?')
		return mem_string("page");
	else if (!begins(p, "v4/") && !begins(p, "local/") && !begins(p, "page/"))
		return mem_string("");
	p += strspn(p, "/");
	return mem_copy(p, strcspn(p, "?"));
}

static void begin(struct request *r, const char *method)
{
	struct fail f = { 0 };
	struct fault fault;

	r->method = mem_string(method);
	r->path = clean_path(r->target);
	r->page = strcmp(r->path, "page") == 0 || begins(r->path, "page/");
	r->own = r->page || begins(r->path, "local/");
	r->started = seconds_now();
	debug("%s %.*s begins", method, (int)strcspn(r->target, "?"), r->target);
	r->route = r->service->recorder && !r->own ? &recorder_route : route_find(all_routes, r);
	guard_check(&r->service->guard, r);
	for (size_t i = 0; i < REQUEST_SEGMENTS && !r->status; i++)
		if (r->arg[i] && !utf8_is(r->arg[i], strlen(r->arg[i])))
			answer_error(r, 404, "The path is not UTF-8");
	if (!r->status && !r->route)
		answer_error(r, 404, "Path and method do not match any API endpoint");
	if (!r->own && faults_strike(r->service->faults, method, r->path, &fault))
		*(r->fault = mem_alloc(sizeof fault)) = fault;
	connections_busy(r->conn, r->status == 0);
	if (!r->status && r->route->upload) {
		md5_init(&r->md5);
		r->upload = store_create(&r->account->store, 'p', r->upload_name, &f);
		if (r->upload < 0)
			answer_fail(r, &f);
	}
}

static void reset(struct request *r)
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(r->conn, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct linger now = { 1, 0 };

	if (i)
		setsockopt(i->connect_fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void take_body(struct request *r, const char *p, size_t n)
{
	struct fail f = { 0 };

	r->received += n;
	if (r->status)
		return; /* refused already; read it all so that the client can read the
			   answer */
	if (r->upload < 0) {
		if (buf_put(&r->body, p, n))
			answer_error(r, 413, "Request Entity Too Large");
	} else if (r->received > (uint64_t)REQUEST_UPLOAD_MAX) {
		answer_error(r, 413, "Request Entity Too Large");
	} else if (fd_write(r->upload, "the upload", p, n, &f)) {
		answer_fail(r, &f);
	} else {
		md5_put(&r->md5, p, n);
	}
}

static void work(struct request *r)
{
	struct catalog *c = &r->account->catalog;

	if (params_read(r))
		return;
	if (r->route->prepare)
		r->route->prepare(r);
	if (!r->status && r->route->handle) {
		struct fail f = { 0 };

		catalog_begin(c);
		r->route->handle(r);
		if (catalog_end(c, r->status < 400, &f))
			answer_fail(r, &f);
	}
	if (r->status < 400 && r->route->finish)
		r->route->finish(r);
	if (!r->status)
		answer_json(r, json_object());
	account_sweep(r->account);
}

static void pause_for(struct request *r, double seconds)
{
	while (seconds > 0 && !*r->stopping) {
		struct timespec t = { 0, 20000000 };

		nanosleep(&t, NULL);
		seconds -= 0.02;
	}
}

static enum MHD_Result complete(struct request *r)
{
	struct fault *t = r->fault;
	bool instead = t &&
		(t->kind == FAULT_RESET || t->kind == FAULT_RESET_BODY ||
			(t->kind == FAULT_STATUS && !t->after));

	if (t && t->kind == FAULT_DELAY)
		pause_for(r, t->seconds);
	if (!r->status && !instead)
		work(r);
	if (t &&
		(t->kind == FAULT_RESET || t->kind == FAULT_RESET_AFTER ||
			t->kind == FAULT_RESET_BODY)) {
		reset(r);
		return MHD_NO;
	}
	return answer_send(r);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *conn, const char *url,
	const char *method, const char *version, const char *data, size_t *n, void **state)
{
	struct request *r = *state;

	(void)cls;
	(void)url;
	(void)version;
	if (!r)
		return MHD_NO;
	if (!r->method) {
		r->conn = conn;
		begin(r, method);
		return MHD_YES;
	}
	if (*n == 0)
		return complete(r);
	take_body(r, data, *n);
	*n = 0;
	if (r->fault && r->fault->kind == FAULT_RESET_BODY && r->received >= r->fault->bytes) {
		reset(r);
		return MHD_NO;
	}
	return MHD_YES;
}

static void *on_target(void *cls, const char *target, struct MHD_Connection *conn)
{
	struct request *r = mem_zero(1, sizeof *r);

	(void)conn;
	r->service = cls;
	r->account = &r->service->account;
	r->stopping = &r->service->stopping;
	r->target = mem_string(target);
	r->params = json_object();
	r->upload = r->file = -1;
	buf_init(&r->body, REQUEST_BODY_STRANGER);
	return r;
}

static void on_end(void *cls, struct MHD_Connection *conn, void **state,
	enum MHD_RequestTerminationCode code)
{
	struct request *r = *state;

	(void)cls;
	connections_busy(conn, false);
	if (!r)
		return;
	if (r->method) { /* without parameters: one may be a key */
		char *path = mem_copy(r->target, strcspn(r->target, "?"));

		if (!r->own)
			journal_add(r->service->journal, r->method, path, r->status,
				(seconds_now() - r->started) * 1000);
		free(path);
		note("%s %.*s %u %.1f ms%s", r->method, (int)strcspn(r->target, "?"), r->target,
			r->status, (seconds_now() - r->started) * 1000,
			code == MHD_REQUEST_TERMINATED_COMPLETED_OK ? "" : " (broken off)");
	}
	if (r->upload >= 0)
		close(r->upload);
	if (r->upload_name[0])
		store_drop(&r->account->store, r->upload_name);
	if (r->file >= 0)
		close(r->file);
	if (r->state && r->state_free)
		r->state_free(r->state);
	for (size_t i = 0; i < REQUEST_SEGMENTS; i++)
		free(r->arg[i]);
	json_decref(r->json);
	json_decref(r->params);
	json_decref(r->headers);
	buf_free(&r->body);
	buf_free(&r->raw);
	free(r->fault);
	free(r->method);
	free(r->target);
	free(r->path);
	free(r);
	*state = NULL;
}

/* Names stay escaped until they are cut at the slashes. */
static size_t keep_escapes(void *cls, struct MHD_Connection *conn, char *s)
{
	(void)cls;
	(void)conn;
	return strlen(s);
}

static void log_daemon(void *cls, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
static void log_daemon(void *cls, const char *fmt, va_list ap)
{
	char text[512];

	(void)cls;
	vsnprintf(text, sizeof text, fmt, ap);
	text[strcspn(text, "\n")] = '\0';
	debug("%s", text);
}

/* --- the server */

static char *read_pem(const char *path, struct fail *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	size_t n;

	if (fd < 0)
		fail_errno(f, FAIL_CONFIG, "cannot open %s", path);
	else {
		fd_slurp(fd, path, 1 << 20, &text, &n, f);
		close(fd);
	}
	return text;
}

int server_listen(struct server *h, struct service *l, const char *where, bool tls, struct fail *f)
{
	bool v6;
	int port;

	h->fd = listen_open(where, &l->host, &port, f);
	if (h->fd < 0)
		return -1;
	v6 = strchr(l->host, ':') != NULL;
	l->url = mem_printf("%s://%s%s%s:%d", tls ? "https" : "http", v6 ? "[" : "", l->host,
		v6 ? "]" : "", port);
	l->guard.host = l->host;
	return 0;
}

int server_start(struct server *h, struct service *l, const char *cert, const char *key,
	struct fail *f)
{
	unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
		MHD_USE_POLL | MHD_USE_ERROR_LOG;
	struct MHD_OptionItem tls[4] = { { MHD_OPTION_END, 0, NULL } };
	char *cert_text = cert ? read_pem(cert, f) : NULL,
	     *key_text = cert_text ? read_pem(key, f) : NULL;

	if (cert) {
		flags |= MHD_USE_TLS;
		tls[0] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0, cert_text };
		tls[1] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, key_text };
		tls[2] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_PRIORITIES, 0,
			(char *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" };
		tls[3] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
	}
	h->connections = connections_new();
	if (f->kind == FAIL_NONE)
		h->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, l,
			MHD_OPTION_EXTERNAL_LOGGER, log_daemon, NULL, MHD_OPTION_LISTEN_SOCKET,
			h->fd, MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL,
			MHD_OPTION_URI_LOG_CALLBACK, on_target, l, MHD_OPTION_UNESCAPE_CALLBACK,
			keep_escapes, NULL, MHD_OPTION_CONNECTION_LIMIT,
			2 * (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
			(unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
			(size_t)HEADERS_MAX, MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK,
			MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
	if (h->daemon)
		h->fd = -1; /* the daemon's now */
	else if (f->kind == FAIL_NONE)
		fail_set(f, FAIL_CONFIG, "cannot start the HTTP%s server%s", cert ? "S" : "",
			cert ? ": is it a certificate and its key?" : "");
	free(cert_text);
	free(key_text);
	return f->kind ? -1 : 0;
}

void server_stop(struct server *h)
{
	if (h->daemon)
		MHD_stop_daemon(h->daemon);
	if (h->fd >= 0)
		close(h->fd);
	if (h->connections)
		connections_free(h->connections);
	*h = (struct server){ .fd = -1 };
}

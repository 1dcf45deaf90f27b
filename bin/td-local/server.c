#include "server.h"
#include "http/answer.h"
#include "base/die.h"
#include "http/fault.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/num.h"
#include "http/params.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	CONNECTIONS_MAX = 512,
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

/* --- routes */

static const struct route *const all_routes[] = { db_routes, table_routes, setting_routes,
	import_routes, bulk_routes, job_routes, result_routes, schedule_routes, other_routes };

/* Does the path match? Takes the arguments that ':' stands for. */
static bool route_match(const char *pattern, const char *path, struct req *r)
{
	unsigned n = 0;

	for (;;) {
		size_t want = strcspn(pattern, "/"), have = strcspn(path, "/");

		if (want == 1 && *pattern == ':') {
			if (have == 0 || !(r->arg[n] = params_unescape(path, have, false)))
				break;
			n++;
		} else if (want != have || memcmp(pattern, path, have) != 0) {
			break;
		}
		pattern += want;
		path += have;
		while (path[0] == '/' && (path[1] == '/' || path[1] == '\0'))
			path++;
		if (!*pattern && !*path)
			return true;
		if (*pattern != '/' || *path != '/')
			break;
		pattern++;
		path++;
	}
	while (n > 0)
		free(r->arg[--n]);
	memset(r->arg, 0, sizeof r->arg);
	return false;
}

static const struct route *route_find(struct req *r)
{
	for (size_t i = 0; i < sizeof all_routes / sizeof *all_routes; i++)
		for (const struct route *t = all_routes[i]; t->method; t++)
			if ((strcmp(t->method, r->method) == 0 ||
				    (strcmp(t->method, "GET") == 0 &&
					    strcmp(r->method, "HEAD") == 0)) &&
				route_match(t->pattern, r->path, r))
				return t;
	return NULL;
}

/* --- who may */

static bool from_loopback(struct req *r)
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(r->conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *a = i ? i->client_addr : NULL;

	if (!a)
		return false;
	if (a->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >>
			24 ==
			127;
	return a->sa_family == AF_INET6 &&
		IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

static void check_rights(struct req *r)
{
	const char *auth = MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "Authorization");
	const char *key = auth && strncmp(auth, "TD1 ", 4) == 0 ? auth + 4 : NULL;
	bool writer = key && r->l->write_key && strcmp(key, r->l->write_key) == 0;

	r->master = key && strcmp(key, r->l->key) == 0;
	if (strncmp(r->path, "local/", 6) == 0) {
		if (!from_loopback(r))
			req_error(r, 403, "Only from this machine");
	} else if (r->route && r->route->right == NOBODY) {
		return;
	} else if (!r->master && !writer) {
		req_error(r, 401, "Authentication failed");
	} else if (r->route && r->route->right == MASTER && !r->master) {
		req_error(r, 403, "Access denied: this key may only import");
	}
}

/* --- a request */

/* Without slashes in front, "v3/" and the query string; "v4/" stays, it has few routes. */
static char *clean_path(const char *target)
{
	const char *p = target + strspn(target, "/");

	if (strncmp(p, "v3/", 3) == 0)
		p += 3;
	else if (strncmp(p, "v4/", 3) != 0 && strncmp(p, "local/", 6) != 0)
		return mem_string("");
	p += strspn(p, "/");
	return mem_copy(p, strcspn(p, "?"));
}

static void begin(struct req *r, const char *method)
{
	struct fail f = { 0 };
	struct fault fault;

	r->method = mem_string(method);
	r->path = clean_path(r->target);
	r->started = seconds_now();
	r->l->requests++;
	debug("%s %.*s begins", method, (int)strcspn(r->target, "?"), r->target);
	r->route = route_find(r);
	check_rights(r);
	if (!r->status && !r->route)
		req_error(r, 404, "Path and method do not match any API endpoint");
	if (strncmp(r->path, "local/", 6) != 0 &&
		faults_strike(r->l->faults, method, r->path, &fault))
		*(r->fault = mem_alloc(sizeof fault)) = fault;
	if (!r->status && r->route->upload) {
		md5_init(&r->md5);
		r->upload = store_create(&r->l->store, 'p', r->upload_name, &f);
		if (r->upload < 0)
			req_fail(r, &f);
	}
}

static void reset(struct req *r)
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(r->conn, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct linger now = { 1, 0 };

	if (i)
		setsockopt(i->connect_fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void take_body(struct req *r, const char *p, size_t n)
{
	struct fail f = { 0 };

	r->received += n;
	if (r->status)
		return; /* refused already; read it all so that the client can read the answer */
	if (r->upload < 0) {
		if (buf_put(&r->body, p, n))
			req_error(r, 413, "Request Entity Too Large");
	} else if (r->received > (uint64_t)REQ_UPLOAD_MAX) {
		req_error(r, 413, "Request Entity Too Large");
	} else if (fd_write(r->upload, "the upload", p, n, &f)) {
		req_fail(r, &f);
	} else {
		md5_put(&r->md5, p, n);
	}
}

static void work(struct req *r)
{
	struct catalog *c = &r->l->cat;

	if (params_read(r))
		return;
	if (r->route->prepare)
		r->route->prepare(r);
	if (!r->status && r->route->handle) {
		struct fail f = { 0 };

		cat_begin(c);
		r->route->handle(r);
		if (cat_end(c, r->status < 400, &f))
			req_fail(r, &f);
	}
	if (r->status < 400 && r->route->finish)
		r->route->finish(r);
	if (!r->status)
		req_json(r, json_object());
	answer_sweep(r->l);
}

static void pause_for(struct req *r, double seconds)
{
	while (seconds > 0 && !r->l->stopping) {
		struct timespec t = { 0, 20000000 };

		nanosleep(&t, NULL);
		seconds -= 0.02;
	}
}

static enum MHD_Result complete(struct req *r)
{
	struct fault *t = r->fault;
	bool instead = t && (t->kind == FAULT_RESET || (t->kind == FAULT_STATUS && !t->after));

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
	struct req *r = *state;

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
	struct req *r = mem_zero(1, sizeof *r);

	(void)conn;
	r->l = cls;
	r->target = mem_string(target);
	r->params = json_object();
	r->upload = r->file = -1;
	buf_init(&r->body, REQ_BODY_MAX);
	return r;
}

static void on_end(void *cls, struct MHD_Connection *conn, void **state,
	enum MHD_RequestTerminationCode code)
{
	struct req *r = *state;

	(void)cls;
	(void)conn;
	if (!r)
		return;
	if (r->method) /* without parameters: one may be a key */
		note("%s %.*s %u %.1f ms%s", r->method, (int)strcspn(r->target, "?"), r->target,
			r->status, (seconds_now() - r->started) * 1000,
			code == MHD_REQUEST_TERMINATED_COMPLETED_OK ? "" : " (broken off)");
	if (r->upload >= 0)
		close(r->upload);
	if (r->upload_name[0])
		store_drop(&r->l->store, r->upload_name);
	if (r->file >= 0)
		close(r->file);
	if (r->state && r->state_free)
		r->state_free(r->state);
	for (size_t i = 0; i < REQ_SEGMENTS; i++)
		free(r->arg[i]);
	json_decref(r->json);
	json_decref(r->params);
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

/* --- listening */

static int bind_to(const struct addrinfo *a)
{
	int on = 1, fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, 128) == 0)
		return fd;
	close(fd);
	return -1;
}

static int port_of(int fd)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof a;
	char port[8];
	uint64_t v;

	if (getsockname(fd, (struct sockaddr *)&a, &n) ||
	    getnameinfo((struct sockaddr *)&a, n, NULL, 0, port, sizeof port, NI_NUMERICSERV))
		return -1;
	return num_u64(port, strlen(port), UINT16_MAX, &v) ? (int)v : -1;
}

static int open_socket(const char *listen_to, char **host, struct fail *f)
{
	struct addrinfo want = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM },
			*found = NULL;
	const char *colon = strrchr(listen_to, ':');
	uint64_t port;
	char *name;
	int fd = -1, rc;

	if (!colon || colon == listen_to || !num_u64(colon + 1, strlen(colon + 1), 65535, &port))
		return fail_set(f, FAIL_USAGE, "'%s' is no HOST:PORT to listen on", listen_to);
	*host = mem_copy(listen_to, (size_t)(colon - listen_to));
	name = **host == '[' ? mem_copy(*host + 1, strcspn(*host + 1, "]")) : mem_string(*host);
	rc = getaddrinfo(name, colon + 1, &want, &found);
	if (rc)
		fail_set(f, FAIL_USAGE, "cannot listen on %s: %s", listen_to, gai_strerror(rc));
	for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next)
		fd = bind_to(a);
	if (!rc && fd < 0)
		fail_errno(f, FAIL_CONFIG, "cannot listen on %s", listen_to);
	if (found)
		freeaddrinfo(found);
	free(name);
	return fd;
}

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

int server_start(struct server *h, struct local *l, const char *listen_to, const char *cert,
	const char *key, struct fail *f)
{
	unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
		MHD_USE_POLL | MHD_USE_ERROR_LOG;
	struct MHD_OptionItem tls[3] = { { MHD_OPTION_END, 0, NULL } };
	char *host = NULL, *cert_text = NULL, *key_text = NULL;
	int fd = open_socket(listen_to, &host, f);

	if (cert && f->kind == FAIL_NONE) {
		cert_text = read_pem(cert, f);
		key_text = cert_text ? read_pem(key, f) : NULL;
		flags |= MHD_USE_TLS;
		tls[0] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0, cert_text };
		tls[1] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, key_text };
		tls[2] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
	}
	if (f->kind == FAIL_NONE) {
		h->port = port_of(fd);
		l->url = mem_printf("%s://%s:%d", cert ? "https" : "http", host, h->port);
		h->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, l,
			MHD_OPTION_EXTERNAL_LOGGER, log_daemon, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
			MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_URI_LOG_CALLBACK,
			on_target, l, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
			MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
			MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
			MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_MAX,
			MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK, MHD_OPTION_ARRAY, tls,
			MHD_OPTION_END);
		if (!h->daemon)
			fail_set(f, FAIL_CONFIG, "cannot start the HTTP%s server%s",
				cert ? "S" : "", cert ? ": is it a certificate and its key?" : "");
	}
	if (!h->daemon && fd >= 0)
		close(fd);
	free(host);
	free(cert_text);
	free(key_text);
	return f->kind ? -1 : 0;
}

void server_stop(struct server *h)
{
	if (h->daemon)
		MHD_stop_daemon(h->daemon);
	h->daemon = NULL;
}

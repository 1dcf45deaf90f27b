/* One request by libcurl: settings, callbacks, and why it failed. */
#include "api/http.h"
#include "base/die.h"
#include "base/mem.h"
#include "base/num.h"
#include "td/retry.h"
#include "base/sig.h"
#include "sys/clock.h"
#include "base/visible.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

enum { BUFFER = 512 << 10, BODY_MAX = 1 << 20, HEAD_MAX = 256 << 10, TAIL_MS = 600000 };

struct http {
	struct http_opt opt;
	CURL *curl;
	char why[CURL_ERROR_SIZE];
};

/* One request under way. */
struct call {
	const struct http_request *r;
	struct http_answer *a;
	struct fail *f;
	CURL *curl;
	struct http *h;
	size_t piece, at;  /* of the body: what was sent */
	size_t sent;       /* together */
	bool begun;        /* the first byte of the answer's body came */
	bool enough;       /* of a refusal's body */
	bool late;         /* the answer took longer than tail_ms */
	size_t head;       /* bytes of headers, those of "100 Continue" and of a proxy included */
	curl_off_t moved;  /* of the request, when the answer was last waited for */
	uint64_t since_ms; /* by clock_ms() */
	const atomic_bool *stop;
	char retry_after[64];
};

/* RFC 4648: how a proxy's user and password travel. */
static char *base64(const char *p, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *out = mem_zero(n / 3 + 2, 4), *to = out;

	for (size_t i = 0; i < n; i += 3) {
		unsigned v = (unsigned)(unsigned char)p[i] << 16 |
			(i + 1 < n ? (unsigned)(unsigned char)p[i + 1] << 8 : 0) |
			(i + 2 < n ? (unsigned)(unsigned char)p[i + 2] : 0);

		*to++ = digits[v >> 18];
		*to++ = digits[v >> 12 & 63];
		*to++ = i + 1 < n ? digits[v >> 6 & 63] : '=';
		*to++ = i + 2 < n ? digits[v & 63] : '=';
	}
	return out;
}

/* Keep user and password of a proxy out of messages, in each of the forms that they take. */
static void hide_user(const char *proxy)
{
	const char *start = strstr(proxy, "://"), *from = start ? start + 3 : proxy,
		   *at = strrchr(from, '@');
	char *typed = at ? mem_copy(from, (size_t)(at - from)) : NULL,
	     *user = typed ? curl_easy_unescape(NULL, typed, 0, NULL) : NULL,
	     *sent = user ? base64(user, strlen(user)) : NULL;
	const char *password = user ? strchr(user, ':') : NULL,
		   *raw = typed ? strchr(typed, ':') : NULL;

	if (!(visible_secret(password ? password + 1 : NULL) &&
		    visible_secret(raw ? raw + 1 : NULL) && visible_secret(sent)))
		die(FAIL_CONFIG, "the user and password of the proxy are too long");
	free(typed);
	curl_free(user);
	free(sent);
}

/* libcurl takes its proxies from these variables. */
static void library(void)
{
	static const char *const proxies[] = { "http_proxy", "https_proxy", "HTTPS_PROXY",
		"all_proxy", "ALL_PROXY" };

	curl_global_init(CURL_GLOBAL_DEFAULT);
	for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++)
		if (getenv(proxies[i]))
			hide_user(getenv(proxies[i]));
}

struct http *http_open(const struct http_opt *o)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct http *h = mem_zero(1, sizeof *h);

	pthread_once(&once, library);
	if (o->proxy)
		hide_user(o->proxy);
	h->opt = *o;
	h->curl = curl_easy_init();
	if (!h->curl)
		die(FAIL_SYSTEM, "libcurl cannot start");
	return h;
}

void http_close(struct http *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->curl);
	free(h);
}

const char *http_library(void)
{
	return curl_version();
}

void http_hurry(struct http *h)
{
	h->opt.connect_ms = h->opt.connect_ms < 3000 ? h->opt.connect_ms : 3000;
	h->opt.stall_s = h->opt.stall_s < 10 ? h->opt.stall_s : 10;
}

void http_answer_free(struct http_answer *a)
{
	buf_free(&a->body);
}

void http_escape(struct buf *b, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '-' || c == '_')
			buf_putc(b, *s);
		else
			buf_printf(b, "%%%02X", c);
	}
}

char *http_host(const char *url)
{
	const char *p = strstr(url, "://");

	p = p ? p + 3 : url;
	return mem_copy(p, strcspn(p, "/?#"));
}

/* --- what libcurl calls ---------------------------------------------------- */

static size_t on_read(char *to, size_t size, size_t count, void *arg)
{
	struct call *c = arg;
	size_t room = size * count, n = 0;

	while (n < room && c->piece < c->r->pieces) {
		const struct http_piece *p = c->r->body + c->piece;
		size_t take = p->n - c->at < room - n ? p->n - c->at : room - n;

		if (take)
			memcpy(to + n, (const char *)p->p + c->at, take);
		n += take;
		c->at += take;
		if (c->at == p->n) {
			c->piece++;
			c->at = 0;
		}
	}
	c->sent += n;
	if (c->h->opt.under_way)
		atomic_fetch_add(c->h->opt.under_way, n);
	return n;
}

/* Not under way any more. */
static void forget_sent(struct call *c, const struct http *h)
{
	if (h->opt.under_way)
		atomic_fetch_sub(h->opt.under_way, c->sent);
	c->sent = 0;
}

/* libcurl rewinds when a kept-alive connection turns out to be dead. */
static int on_seek(void *arg, curl_off_t offset, int origin)
{
	struct call *c = arg;

	if (offset != 0 || origin != SEEK_SET)
		return CURL_SEEKFUNC_FAIL;
	forget_sent(c, c->h);
	c->piece = c->at = 0;
	return CURL_SEEKFUNC_OK;
}

static bool header_is(const char *line, size_t n, const char *name, char *out, size_t cap)
{
	size_t len = strlen(name);

	if (n <= len || line[len] != ':' || strncasecmp(line, name, len) != 0)
		return false;
	for (len++; len < n && (line[len] == ' ' || line[len] == '\t'); len++)
		;
	while (n > len && (unsigned char)line[n - 1] <= ' ')
		n--;
	if (n - len >= cap)
		return false;
	memcpy(out, line + len, n - len);
	out[n - len] = '\0';
	return true;
}

static void content_range(struct http_answer *a, const char *text)
{
	const char *p = strncmp(text, "bytes ", 6) == 0 ? text + 6 : "";
	size_t from = strspn(p, "0123456789"),
	       to = p[from] == '-' ? strspn(p + from + 1, "0123456789") : 0;
	const char *total = p + from + 1 + to + 1;
	uint64_t v;

	if (from == 0 || to == 0 || p[from + 1 + to] != '/' || !num_u64(p, from, INT64_MAX, &v))
		return;
	a->range_from = (int64_t)v;
	if (num_u64(total, strlen(total), INT64_MAX, &v))
		a->range_total = (int64_t)v;
}

static void no_headers(struct call *c)
{
	struct http_answer *a = c->a;

	a->length = a->range_from = a->range_total = a->retry_after_ms = a->date = -1;
	a->etag[0] = a->type[0] = c->retry_after[0] = '\0';
}

/* A header that the answer remembers. */
static void note_header(struct call *c, const char *line, size_t n)
{
	struct http_answer *a = c->a;
	char text[256];
	uint64_t v;

	if (header_is(line, n, "Content-Length", text, sizeof text) &&
		num_u64(text, strlen(text), INT64_MAX, &v))
		a->length = (int64_t)v;
	else if (header_is(line, n, "Content-Range", text, sizeof text))
		content_range(a, text);
	else if (header_is(line, n, "Date", text, sizeof text))
		a->date = retry_date(text);
	else if (!header_is(line, n, "Retry-After", c->retry_after, sizeof c->retry_after) &&
		 !header_is(line, n, "ETag", a->etag, sizeof a->etag))
		header_is(line, n, "Content-Type", a->type, sizeof a->type);
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
	struct call *c = arg;
	size_t n = size * count;

	c->head += n;
	if (c->head > HEAD_MAX)
		return 0;
	/* also after "100 Continue" and a proxy's CONNECT */
	if (n >= 5 && memcmp(line, "HTTP/", 5) == 0)
		no_headers(c);
	else
		note_header(c, line, n);
	return n;
}

static int begin(struct call *c)
{
	long status = 0;

	c->begun = true;
	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
	c->a->status = (int)status;
	if (status / 100 == 2 && c->r->begin)
		return c->r->begin(c->r->arg, c->a, c->f);
	return 0;
}

static size_t on_write(char *p, size_t size, size_t count, void *arg)
{
	struct call *c = arg;
	size_t n = size * count, room = c->a->body.max - c->a->body.len;

	if (!c->begun && begin(c))
		return 0;
	if (c->a->status / 100 == 2 && c->r->to) {
		c->a->got += n;
		return io_put(c->r->to, p, n, c->f) ? 0 : n;
	}
	if (n > room && c->a->status / 100 == 2) {
		fail_set(c->f, FAIL_REFUSED, "an answer longer than %zu bytes", c->a->body.max);
		return 0;
	}
	buf_put(&c->a->body, p, n < room ? n : room);
	c->enough = n > room;
	return c->enough ? 0 : n;
}

/* Has an answer that does not go to `to`, or not yet, taken too long since the request was sent? */
static bool is_late(struct call *c, curl_off_t moved)
{
	const uint64_t now = clock_ms(), tail_ms = c->r->tail_ms ? c->r->tail_ms : TAIL_MS;
	const bool passed_on = c->begun && c->a->status / 100 == 2 && c->r->to;

	if (c->since_ms == 0 || moved != c->moved || passed_on)
		c->since_ms = now;
	c->moved = moved;
	c->late = now - c->since_ms > tail_ms;
	return c->late;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t sent)
{
	struct call *call = arg;

	(void)a;
	(void)b;
	(void)c;
	sig_answer();
	return sig_caught() || (call->stop && atomic_load(call->stop)) || is_late(call, sent);
}

/* --- one request ----------------------------------------------------------- */

static struct curl_slist *add(struct curl_slist *l, char *line)
{
	struct curl_slist *all = curl_slist_append(l, line);

	if (!all)
		die(FAIL_SYSTEM, "out of memory");
	mem_wipe(line, strlen(line));
	free(line);
	return all;
}

static struct curl_slist *headers(const struct http_request *r)
{
	struct curl_slist *l = NULL;

	l = add(l, mem_string("Expect:"));
	l = add(l, mem_string("Accept-Encoding: identity"));
	if (r->authorization)
		l = add(l, mem_printf("Authorization: %s", r->authorization));
	l = add(l,
		r->content_type ? mem_printf("Content-Type: %s", r->content_type)
				: mem_string("Content-Type:"));
	if (r->range && r->range_to >= 0)
		l = add(l,
			mem_printf("Range: bytes=%lld-%lld", (long long)r->range_from,
				(long long)r->range_to));
	else if (r->range)
		l = add(l, mem_printf("Range: bytes=%lld-", (long long)r->range_from));
	if (r->range && r->if_range)
		l = add(l, mem_printf("If-Range: %s", r->if_range));
	return l;
}

/* A proxy that is itself reached by https is held to the same rules. */
static void set_certificates(CURL *c, const struct http_opt *o)
{
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, o->insecure ? 0L : 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, o->insecure ? 0L : 2L);
	if (o->cacert) {
		curl_easy_setopt(c, CURLOPT_CAINFO, o->cacert);
		curl_easy_setopt(c, CURLOPT_PROXY_CAINFO, o->cacert);
	}
	if (o->capath) {
		curl_easy_setopt(c, CURLOPT_CAPATH, o->capath);
		curl_easy_setopt(c, CURLOPT_PROXY_CAPATH, o->capath);
	}
	if (o->cert)
		curl_easy_setopt(c, CURLOPT_SSLCERT, o->cert);
	if (o->cert_key)
		curl_easy_setopt(c, CURLOPT_SSLKEY, o->cert_key);
}

static void set_options(struct http *h, const struct http_request *r)
{
	CURL *c = h->curl;
	long stall_s = r->stall_s ? (long)r->stall_s : (long)h->opt.stall_s,
	     connect_ms = (long)h->opt.connect_ms;

	if (r->wait_ms > 0 && r->wait_ms < (uint64_t)connect_ms)
		connect_ms = (long)r->wait_ms;
	if (r->wait_ms > 0 && r->wait_ms < (uint64_t)stall_s * 1000)
		stall_s = (long)(r->wait_ms + 999) / 1000;
	curl_easy_reset(c); /* keeps connections, the DNS cache and TLS sessions */
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, h->why);
	curl_easy_setopt(c, CURLOPT_URL, r->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "td-pipe/" TD_VERSION);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)r->whole_ms);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, stall_s);
	curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c, CURLOPT_BUFFERSIZE, (long)BUFFER);
	curl_easy_setopt(c, CURLOPT_UPLOAD_BUFFERSIZE, (long)BUFFER);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, r->once ? 1L : 0L);
	/* loopback: no proxy is to see the key, nor could it get there */
	if (strncmp(r->url, "http://", 7) == 0)
		curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	if (h->opt.proxy)
		curl_easy_setopt(c, CURLOPT_PROXY, h->opt.proxy);
	set_certificates(c, &h->opt);
}

static void set_body(CURL *c, struct call *call)
{
	const struct http_request *r = call->r;
	curl_off_t n = 0;

	for (size_t i = 0; i < r->pieces; i++)
		n += (curl_off_t)r->body[i].n;
	curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(c, CURLOPT_READDATA, call);
	curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, on_seek);
	curl_easy_setopt(c, CURLOPT_SEEKDATA, call);
	if (strcmp(r->method, "PUT") == 0) {
		curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, n);
	} else if (strcmp(r->method, "POST") == 0) {
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, n);
	} else {
		curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
	}
}

/* Failures that repeating does not heal: the machine's or the user's settings. */
static bool is_setting(CURLcode rc)
{
	switch (rc) {
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_NOT_BUILT_IN:
	case CURLE_UNKNOWN_OPTION:
	case CURLE_BAD_FUNCTION_ARGUMENT:
		return true;
	default:
		return false;
	}
}

static bool never_left(CURLcode rc)
{
	return rc == CURLE_COULDNT_RESOLVE_HOST || rc == CURLE_COULDNT_RESOLVE_PROXY ||
		rc == CURLE_COULDNT_CONNECT || rc == CURLE_SSL_CONNECT_ERROR || rc == CURLE_PROXY;
}

/* A time-out before the request was sent leaves no bytes on the connection. */
static bool was_sent(CURL *c, CURLcode rc)
{
	long request = 0;

	curl_easy_getinfo(c, CURLINFO_REQUEST_SIZE, &request);
	/* UNSUPPORTED_PROTOCOL of a request that was sent: the answer was not HTTP */
	return !never_left(rc) && (!is_setting(rc) || rc == CURLE_UNSUPPORTED_PROTOCOL) &&
		request > 0;
}

/* What a proxy says to CONNECT is as final as what a server says: 4xx but 408 and 429. */
static bool proxy_refuses(CURL *c, struct fail *f)
{
	long status = 0;

	curl_easy_getinfo(c, CURLINFO_HTTP_CONNECTCODE, &status);
	if (status == 407)
		fail_set(f, FAIL_CONFIG,
			"407 from the proxy: it asks for a user and a password, or for other ones");
	else if (status / 100 == 4 && status != 408 && status != 429)
		fail_set(f, FAIL_REFUSED, "%ld from the proxy: it does not let us through", status);
	return f->kind != FAIL_NONE;
}

/* libcurl's ceiling of 100 KiB for one line of a header; before 8.6 it is "out of memory". */
static bool is_long_line(CURLcode rc)
{
#if LIBCURL_VERSION_NUM >= 0x080600
	if (rc == CURLE_TOO_LARGE)
		return true;
#endif
	return rc == CURLE_OUT_OF_MEMORY;
}

static int explain(struct http *h, struct call *call, CURLcode rc, struct fail *f)
{
	const char *why = h->why[0] ? h->why : curl_easy_strerror(rc);

	if (f->kind != FAIL_NONE) /* the sink's or begin's sentence */
		return -1;
	if (call->late) {
		call->a->transport = true;
		return fail_set(f, FAIL_TEMP, "the answer does not end");
	}
	if (rc == CURLE_ABORTED_BY_CALLBACK)
		return fail_set(f, FAIL_SIGNAL, "interrupted");
	if (call->head > HEAD_MAX || strstr(why, "response headers") ||
		(is_long_line(rc) && was_sent(h->curl, rc))) {
		call->a->transport = call->a->too_long = true;
		return fail_set(f, FAIL_TEMP, "an answer with more headers than are read");
	}
	if (rc == CURLE_OUT_OF_MEMORY || rc == CURLE_FAILED_INIT)
		return fail_set(f, FAIL_SYSTEM, "%s", why);
	if (proxy_refuses(h->curl, f))
		return -1;
	/* libcurl's sentence holds the URL with its password */
	if (strstr(why, "proxy syntax") || strstr(why, "nsupported proxy"))
		return fail_set(f, FAIL_CONFIG,
			"the proxy's URL %s cannot be used",
			h->opt.proxy ? "of the connection" : "in the environment (https_proxy)");
	if (is_setting(rc) && !call->a->sent)
		return fail_set(f, FAIL_CONFIG, "%s", why);
	call->a->unresolved =
		rc == CURLE_COULDNT_RESOLVE_HOST || rc == CURLE_COULDNT_RESOLVE_PROXY;
	call->a->transport = true;
	return fail_set(f, FAIL_TEMP, "%s", why);
}

int http_do(struct http *h, const struct http_request *r, struct http_answer *a, struct fail *f)
{
	struct call call = {
		.r = r, .a = a, .f = f, .curl = h->curl, .h = h, .stop = h->opt.stop
	};
	struct curl_slist *list = headers(r);
	CURL *c = h->curl;
	long status = 0;
	CURLcode rc;

	*a = (struct http_answer){ 0 };
	buf_init(&a->body, r->body_max ? r->body_max : BODY_MAX);
	no_headers(&call);
	h->why[0] = '\0';
	set_options(h, r);
	set_body(c, &call);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
	/* the key is not for a proxy */
	curl_easy_setopt(c, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, &call);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, &call);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_write);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &call);
	rc = curl_easy_perform(c);
	if (rc == CURLE_WRITE_ERROR && call.enough)
		rc = CURLE_OK;
	a->sent = was_sent(c, rc);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	a->status = rc == CURLE_OK ? (int)status : 0;
	if (call.retry_after[0])
		a->retry_after_ms =
			retry_after_parse(call.retry_after, a->date >= 0 ? a->date : time(NULL));
	if (rc == CURLE_OK && !call.begun && status / 100 == 2 && r->begin)
		rc = r->begin(r->arg, a, f) ? CURLE_WRITE_ERROR : CURLE_OK; /* an empty body */
	if (rc != CURLE_OK)
		explain(h, &call, rc, f);
	forget_sent(&call, h);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(list);
	return rc == CURLE_OK ? 0 : -1;
}

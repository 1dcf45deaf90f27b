/*
 * http: one request, one answer. libcurl's easy interface behind a struct; knows nothing of
 * Treasure Data.
 *
 * HTTP/1.1 with keep-alive, no Expect, no redirects, TLS 1.2 or newer, verified; for https, proxies
 * as libcurl finds them in the environment (https_proxy, NO_PROXY, ...). A stalled connection is
 * given up; a caught signal aborts at once. The Authorization header goes to the URL's host only
 * and is never logged or put into a message. One struct http is one thread's. Memory: libcurl's two
 * buffers of 512 KiB, 256 KiB of headers, and what the answer's ceiling allows.
 */
#ifndef HTTP_H
#define HTTP_H

#include "base/buf.h"
#include "base/fail.h"
#include "base/io.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct http_opt {
	unsigned connect_ms;  /* 15000 */
	unsigned stall_s;     /* 60: give up after so long without a byte */
	bool insecure;        /* do not verify the server's certificate */
	/* trusted certificates, a file and folders, or NULL: the system's; borrowed */
	const char *cacert, *capath;
	const char *cert, *cert_key; /* client certificate (PEM), or NULL; borrowed */
	/* for https; NULL: as the environment says; its password is masked; borrowed */
	const char *proxy;
	/* when true, requests abort as if by a signal; or NULL; borrowed */
	const atomic_bool *stop;
	/* bytes of bodies that were sent in requests still under way; or NULL; borrowed */
	atomic_ullong *under_way;
};
#define HTTP_DEFAULT { .connect_ms = 15000, .stall_s = 60 }

struct http_piece {
	const void *p;
	size_t n;
};

struct http_answer;

struct http_request {
	const char *method;            /* GET POST PUT */
	const char *url;               /* encoded already */
	const char *authorization;     /* the header's value, or NULL */
	const char *content_type;      /* of the body, or NULL */
	const struct http_piece *body; /* sent one after the other, not copied */
	size_t pieces;
	/*
	 * Must not be sent twice. libcurl silently resends a request when a kept-alive connection
	 * turns out to be closed, although the server may have processed it. So such a request gets
	 * a connection of its own.
	 */
	bool once;
	/* ask for bytes range_from..range_to; range_to -1: to the end */
	bool range;
	int64_t range_from, range_to;
	const char *if_range;          /* an ETag, or NULL */
	unsigned stall_s;              /* 0: as the option says */
	/* wait no longer than this to connect, nor for the next byte; 0: as the option says */
	uint64_t wait_ms;
	uint64_t whole_ms;             /* nor for the whole answer; 0: as long as bytes move */
	/* nor, from when it is sent, for headers and a body that does not go to `to`; 0: 10 min */
	uint64_t tail_ms;
	/* ceiling of answer.body; 0: 1 MiB. A longer 2xx is refused, a longer refusal cut */
	size_t body_max;
	/*
	 * Bodies of 2xx answers go here; NULL: into answer.body. Other answers' bodies always go
	 * into answer.body.
	 */
	struct sink *to;
	/*
	 * Called once before the first byte goes to `to`, with status and headers: -1 refuses the
	 * body. May be NULL.
	 */
	int (*begin)(void *arg, const struct http_answer *a, struct fail *f);
	void *arg;
};

struct http_answer {
	int status;               /* 0: none came */
	/* the request may have reached the server, even if no answer came */
	bool sent;
	/* http_do() failed because of the connection: sending it again may help */
	bool transport;
	struct buf body;          /* http_answer_free() */
	bool unresolved;          /* then: the host or the proxy has no address */
	bool too_long;            /* then: its headers are more than are read */
	uint64_t got;             /* bytes of the body that came (and went to `to`) */
	int64_t length;           /* Content-Length, -1 */
	int64_t range_from, range_total; /* Content-Range "bytes from-to/total", -1 */
	int64_t retry_after_ms;   /* -1 */
	int64_t date;             /* the server's clock, epoch seconds, -1 */
	char etag[256];           /* as sent, with quotes; "" if none */
	char type[128];           /* Content-Type */
};

struct http *http_open(const struct http_opt *o);
void http_close(struct http *h);
void http_hurry(struct http *h); /* from now on give up early: 3 s to connect, 10 s of silence */

/*
 * 0: a whole answer came, whatever its status. -1: a->transport tells a failed connection
 * (FAIL_TEMP) from the rest: FAIL_SIGNAL, FAIL_CONFIG (certificates, proxy), or what the sink or
 * `begin` reported.
 */
int http_do(struct http *h, const struct http_request *r, struct http_answer *a, struct fail *f);
void http_answer_free(struct http_answer *a);

/*
 * Append s to b, percent-encoded but for A-Z a-z 0-9 - _ ('.' is always encoded: the API takes what
 * follows it for a format).
 */
void http_escape(struct buf *b, const char *s);

/* libcurl and its libraries with their versions, for people; static. */
const char *http_library(void);

/* "api.treasuredata.com:8080" of a URL, for messages; malloc'ed. */
char *http_host(const char *url);

#endif

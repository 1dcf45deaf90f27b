/*
 * request: one request from its first byte to its answer. One thread has each connection, so
 * nothing in it is shared but what `account`, `service` and `stopping` point to.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include "base/buf.h"
#include "base/md5.h"
#include "store/account.h"

#include <jansson.h>
#include <microhttpd.h>
#include <stdatomic.h>

enum {
	REQUEST_SEGMENTS = 12,
	REQUEST_BODY_MAX = 12 << 20,     /* a form with the longest legal query, escaped */
	REQUEST_BODY_STRANGER = 4 << 10, /* of a client that has shown no key */
};
#define REQUEST_UPLOAD_MAX (INT64_C(4) << 30)

struct fault;
struct route;
struct service; /* of the routes; http passes it on */

struct request {
	struct account *account;
	struct service *service;
	const atomic_bool *stopping; /* the program is: do not wait */
	struct MHD_Connection *conn;
	char *method, *target;
	char *path; /* without slashes in front and without "v3/", still escaped */
	const struct route *route;
	char *arg[REQUEST_SEGMENTS]; /* what the ':' of the route matched, unescaped */
	json_t *params; /* text by name; from the query string and every kind of body */
	struct buf body;
	uint64_t received;
	bool master;                  /* the key is the master key */
	bool own;                     /* a control or a page of td-local's, not a call of the API */
	bool page;                    /* for a person: errors are HTML, browsers ask for the key */
	int upload;                   /* the body of an upload, or -1 */
	char upload_name[STORE_NAME]; /* empty once the catalogue owns the file */
	struct md5 md5;               /* of the upload as it came */
	void *state;                  /* from prepare to handle to finish */
	void (*state_free)(void *);

	/* the answer */
	unsigned status; /* 0: none yet */
	json_t *json;
	struct buf raw; /* if there is no JSON */
	int file;       /* or a file, -1 if not; owned */
	uint64_t file_len;
	const char *type;     /* of raw or file */
	const char *encoding; /* Content-Encoding */
	json_t *headers;      /* further ones, {NAME: VALUE}, or NULL */
	char etag[64];        /* with it, ranges are served: of the bytes as encoded (RFC
				 9110, 14.2) */
	struct fault *fault;  /* that strikes this request, or NULL */
	double started;       /* seconds of the monotonic clock */
};

#endif

/*
 * local: what the rooms of td-local share: the running service, a request and its answer.
 *
 * One thread per connection. A request is read whole (its body into memory, or into a file if it is
 * an upload), then its route runs inside one catalogue transaction, which is committed before the
 * answer goes out: what was answered is on the disk. Work that takes long is done before the
 * transaction (prepare) or after it (finish), or by a worker.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include "base/buf.h"
#include "store/catalog.h"
#include "base/md5.h"
#include "store/store.h"
#include "store/td_clock.h"

#include <jansson.h>
#include <microhttpd.h>
#include <stdatomic.h>

enum {
	REQ_SEGMENTS = 12,
	REQ_BODY_MAX = 12 << 20,   /* a form with the longest legal query, escaped */
};
#define REQ_UPLOAD_MAX (INT64_C(4) << 30)

struct fault;

struct local {
	struct catalog cat;
	struct store store;
	const char *key;       /* the master key */
	const char *write_key; /* or NULL */
	char *url;             /* http://HOST:PORT */
	const char *cert;      /* its certificate if it is https, else NULL */
	unsigned polls;        /* how many times a finished thing is still said to be running */
	struct dispatcher *workers;
	struct faults *faults;
	atomic_bool stopping;
	_Atomic uint64_t requests;
};

struct route;

struct req {
	struct local *l;
	struct MHD_Connection *conn;
	/* path: without slashes in front and without "v3/", still escaped */
	char *method, *target, *path;
	const struct route *route;
	char *arg[REQ_SEGMENTS];      /* what stands for the ':' of the route, unescaped */
	/* text by name; from the query string and every kind of body */
	json_t *params;
	struct buf body;
	uint64_t received;
	bool master;                  /* the key is the master key */
	bool too_large;
	int upload;                   /* the body of an upload, or -1 */
	char upload_name[STORE_NAME]; /* empty once the catalogue owns the file */
	struct md5 md5;               /* of the upload as it came */
	void *state;                  /* from prepare to handle to finish */
	void (*state_free)(void *);

	/* the answer */
	unsigned status;              /* 0: none yet */
	json_t *json;
	struct buf raw;               /* if there is no JSON */
	int file;                     /* or a file, -1 if not; owned */
	uint64_t file_len;
	const char *type;             /* of raw or file */
	const char *encoding;         /* Content-Encoding */
	/* with it, ranges are served: of the bytes as encoded (RFC 9110, 14.2) */
	char etag[64];
	struct fault *fault;
	double started;
};

/* Rights: a write-only key may only do what imports need. */
enum right { NOBODY, WRITER, MASTER };

struct route {
	const char *method, *pattern; /* segments; ':' takes one */
	enum right right;
	bool upload;                  /* the body goes to a file */
	void (*prepare)(struct req *r);
	void (*handle)(struct req *r); /* inside a transaction; without an answer it is {} */
	void (*finish)(struct req *r);
};

extern const struct route db_routes[], table_routes[], setting_routes[], import_routes[],
	bulk_routes[], job_routes[], result_routes[], schedule_routes[], other_routes[];

/* Answers. The JSON is taken over. */
void req_json(struct req *r, json_t *j);
void req_error(struct req *r, unsigned status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void req_fail(struct req *r, const struct fail *f); /* FAIL_DATA: 422; else 500 */

/* A parameter that was given and is not empty, or NULL. */
const char *req_param(const struct req *r, const char *name);
bool req_true(const struct req *r, const char *name);
/* An integer parameter; what is no integer or out of range is answered with 422 and gives -1. */
int req_int(struct req *r, const char *name, int64_t min, int64_t max, int64_t none, int64_t *out);

/* Names and rows that many routes need; they answer 404 themselves and return 0. */
int64_t db_find(struct req *r, const char *db);
int64_t table_find(struct req *r, const char *db, const char *table);
bool name_ok(struct req *r, const char *name);

/* 0: there is none; nothing is answered */
int64_t table_id(struct req *r, int64_t db, const char *table);
bool table_rename(struct req *r, int64_t table, const char *to);          /* false: answered */
/* the answer of most calls that change a table */
void table_ref(struct req *r, const char *db, const char *table);

json_t *null_or_int(sqlite3_stmt *q, int i);

/*
 * What is finished is still said to be running for some looks (--polls), or for a second if nobody
 * looks. `hidden` is true as long as that is so; polls and until are columns of that name.
 */
enum { HIDE_MS = 1000 };
bool hidden(int64_t polls, int64_t until);

/*
 * Adds columns that an import found, and the segment's numbers, to a table. Inside a transaction.
 */
void table_extend(struct catalog *c, int64_t table, const json_t *found);
void table_count(struct catalog *c, int64_t table);

#endif

/* api_call: what the files of `api` share: one request with its repeats, and its JSON. Private. */
#ifndef API_CALL_H
#define API_CALL_H

#include "api/api.h"
#include "value/jsondoc.h"

enum endpoint {
	DATABASE_CREATE,
	DATABASE_LIST,
	TABLE_LIST,
	TABLE_UPDATE,
	SESSION_LIST,
	TABLE_SHOW,
	TABLE_CREATE,
	TABLE_DELETE,
	TABLE_RENAME,
	TABLE_SWAP,
	SCHEMA_APPEND,
	SESSION_CREATE,
	SESSION_SHOW,
	SESSION_UPLOAD,
	SESSION_FREEZE,
	SESSION_PERFORM,
	SESSION_COMMIT,
	SESSION_DELETE,
	SESSION_ERRORS,
	SESSION_PARTS,
	SESSION_PART_DELETE,
	SESSION_UNFREEZE,
	TABLE_IMPORT,
	JOB_ISSUE,
	JOB_STATUS,
	JOB_BY_KEY,
	JOB_SHOW,
	JOB_LIST,
	JOB_KILL,
	JOB_RESULT,
	JOB_STATISTICS,
	RESULT_EXPORT,
	SCHEDULE_HISTORY,
	SERVER_STATUS
};

struct api {
	char *endpoint, *import_endpoint, *host, *import_host, *key_from;
	char *authorization; /* secret */
	struct http *http;
	struct retry_policy retry;
	uint64_t until_ms; /* api_until(); 0: none */
	const atomic_bool *stop;
	bool hurry, stall_said;
	bool reached;     /* an answer came: the server's name is right */
	bool known;       /* ... and it was Treasure Data's */
	int status;
	int64_t date;     /* the server's clock in its last answer, -1 */
	uint64_t date_ms; /* clock_ms() then */
};

struct api_call {
	enum endpoint e;
	const char *seg[4];            /* path segments, up to the first NULL; escaped here */
	const char *suffix;            /* after the segments, as it is, or NULL */
	const char *query;             /* encoded already, or NULL */
	const struct buf *form;        /* of a POST, encoded already, or NULL */
	const struct http_piece *body; /* of a PUT */
	size_t pieces;
	unsigned stall_s;
	struct sink *to;
	int (*begin)(void *arg, const struct http_answer *a, struct fail *f);
	void *arg;
	bool range;
	int64_t range_from, range_to;
	const char *if_range;
	/* out */
	struct http_answer answer;     /* of the last try */
	bool maybe_done;               /* an earlier try may have done the work */
	bool broke;                    /* the last try ended without an answer */
};

/* TD's own sentence in an answer that refuses, as a failure. tries: how many there were. */
int api_refused(struct api *a, const struct api_call *c, unsigned tries, struct fail *f);

/*
 * The outcome of a request that makes something, after api_call(): true, and f is empty, if it
 * exists now.
 */
bool api_made(struct api *a, const struct api_call *c, int rc, enum api_made *made, struct fail *f);

/*
 * 0: 2xx. Always followed by api_call_free(). A call with `to` is not repeated after its first
 * byte.
 */
int api_call(struct api *a, struct api_call *c, struct fail *f);
void api_call_free(struct api_call *c);
/* The server that it goes to, for messages. */
static inline const char *api_call_host(const struct api *a, const struct api_call *c)
{
	return c->e == TABLE_IMPORT ? a->import_host : a->host;
}

/*
 * A call whose answer says nothing but that it is done. A refusal with the status `fine`, if not 0,
 * is success.
 */
int api_send(struct api *a, struct api_call *c, int fine, struct fail *f);

/* The answer's JSON object, or NULL with f filled. */
json_t *api_call_json(struct api *a, struct api_call *c, struct fail *f);

/* True, and f is empty again, if f is the refusal with this HTTP status. */
bool api_forgive(struct api *a, int status, struct fail *f);

/* Fields of answers. A number may be sent as a number or as digits. */
int64_t api_int(const json_t *o, const char *name, int64_t otherwise);
/* strings and integers; "" for all else */
void api_text(const json_t *o, const char *name, char *out, size_t cap);
const char *api_string(const json_t *o, const char *name);              /* or NULL */

/* name=value&... */
void api_form(struct buf *b, const char *name, const char *value);

#endif

/*
 * api: Treasure Data's REST API, one function an endpoint. Requests and answers, the retry loop,
 * and the sentence that explains a refusal. What to do if an answer is lost is decided by the
 * endpoint table in api_call.c, nowhere else.
 *
 * An answer to a request that changes something counts if it is the service's: a success has the
 * field that its call promises, a refusal TD's own words. Anything else is not an answer.
 *
 * All functions return 0, or -1 with f filled: FAIL_KEY (401, 403), FAIL_REFUSED (other 4xx),
 * FAIL_TEMP (no answer, 5xx, 429, after all repeats; nothing was changed), FAIL_UNKNOWN (a request
 * that must not be repeated got no usable answer: the caller checks and decides), FAIL_SIGNAL.
 * api_status() returns the last HTTP status, 0 if no answer came. Names in answers are not trusted;
 * texts are bounded; lists and descriptions have at most 8 MiB, other answers 1 MiB, and no more
 * values than jsondoc reads. A struct api is one thread's: open one for every thread from the same
 * conf.
 */
#ifndef API_H
#define API_H

#include "api/conf.h"
#include "api/http.h"
#include "td/retry.h"
#include "value/schema.h"

#include <getopt.h>
#include <jansson.h>

struct api_opt {
	struct http_opt http;
	struct retry_policy retry;
	/* http.stall_s is the user's: it counts for results too, which may take longer otherwise */
	bool stall_said;
};
#define API_OPT_DEFAULT { HTTP_DEFAULT, RETRY_DEFAULT, false }

/*
 * From here on this process only talks to the server: see sandbox_client(). Certificates that o or
 * c names stay readable. Warns of --insecure. Call once, when the key is known, before api_open().
 */
int api_sandbox(const struct conf *c, const struct api_opt *o, struct fail *f);

/* The options of every tool that talks to TD: rows for its table, lines for its help text. */
enum {
	API_TIMEOUT = 0x4100,
	API_RETRY_WAIT,
	API_CACERT,
	API_CERT,
	API_CERT_KEY,
	API_INSECURE,
	API_STALL
};
#define API_LONG_OPTIONS                                                                           \
	{ "timeout", required_argument, NULL, API_TIMEOUT },                                       \
		{ "retry-wait", required_argument, NULL, API_RETRY_WAIT },                         \
		{ "cacert", required_argument, NULL, API_CACERT },                                 \
		{ "cert", required_argument, NULL, API_CERT },                                     \
		{ "stall", required_argument, NULL, API_STALL },                                   \
		{ "cert-key", required_argument, NULL, API_CERT_KEY },                             \
	{                                                                                          \
		"insecure", no_argument, NULL, API_INSECURE                                        \
	}
#define API_USAGE                                                                                  \
	"  --timeout TIME, --retry-wait TIME, --stall TIME  how long to try: see td(7)\n"          \
	"  --cacert FILE, --cert FILE, --cert-key FILE, --insecure  TLS: see td(7)\n"
/*
 * Takes c, which option_next() returned and the tool does not know: true for one of these; any
 * other goes to option_common(), with help and verbosity. Wrong usage exits 2.
 */
bool api_option(struct api_opt *o, int c, const char *help, int *verbosity);

struct api;
/* What o leaves open is as c says. Borrows c's names of certificates: free c after api_close(). */
struct api *api_open(const struct conf *c, const struct api_opt *o);
void api_close(struct api *a);
int api_status(const struct api *a);
const char *api_endpoint(const struct api *a);
/* epoch seconds by the server's clock, once an answer has shown it; else by ours */
int64_t api_time(const struct api *a);
/* is the server up, and is it a TD API? Needs no key */
int api_server_status(struct api *a, struct fail *f);

/*
 * For cleaning up after a failure: each request is given up after 15 seconds. After a signal also
 * sig_hold().
 */
void api_hurry(struct api *a);
/*
 * No request is tried beyond that moment, a clock_ms(), though each gets a second; a part or a
 * result that moves may take longer. Of several the earliest counts.
 */
void api_until(struct api *a, uint64_t ms);

/* --- databases and tables -------------------------------------------------- */

struct api_name {
	char *name;
	int64_t id;             /* of a table; -1 if not shown */
	int64_t count;          /* rows; -1 if not known */
	/*
	 * of a database: administrator, full_access, import_only, query_only ...; "" if not given
	 */
	char permission[32];
	char state[32];         /* of a session */
};
/*
 * Lists; malloc'ed, to be freed with api_names_free(). A write-only key may not: FAIL_KEY, status
 * 403.
 */
int api_database_list(struct api *a, struct api_name **list, size_t *n, struct fail *f);
int api_table_list(struct api *a, const char *db, struct api_name **list, size_t *n,
	struct fail *f);
int api_session_list(struct api *a, struct api_name **list, size_t *n, struct fail *f);
void api_names_free(struct api_name *list, size_t n);

/*
 * A list as the service sends it: an array, for json_decref(). of: the database of API_TABLES, the
 * query "from=0&to=19" of API_JOBS, whose `to` is inclusive, newest first; else NULL.
 */
enum api_list { API_DATABASES, API_TABLES, API_JOBS };
int api_list(struct api *a, enum api_list which, const char *of, json_t **all, struct fail *f);

/* an existing one is fine */
int api_database_create(struct api *a, const char *db, struct fail *f);

struct api_table {
	bool exists;            /* false: 404, all else empty; a missing database is 404 too */
	int64_t id, count;      /* -1, 0 if not given */
	char last_log[64];      /* last_log_timestamp as text */
	char *schema_text;      /* as sent */
	struct schema schema;   /* empty if schema_text cannot be read */
	int64_t expire_days;    /* -1: none */
	bool include_v, has_include_v;
};
int api_table_show(struct api *a, const char *db, const char *table, struct api_table *t,
	struct fail *f);
void api_table_free(struct api_table *t);

/*
 * API_MAYBE_MADE: it exists (409), but after a try whose answer was lost: that one may have made
 * it.
 */
enum api_made { API_WAS_THERE, API_MAYBE_MADE, API_MADE };
int api_table_create(struct api *a, const char *db, const char *table, enum api_made *made,
	struct fail *f);
/* 404 counts as success */
int api_table_delete(struct api *a, const char *db, const char *table, struct fail *f);
/* never repeated; overwrite: an existing table `to` goes in the same step */
int api_table_rename(struct api *a, const char *db, const char *from, const char *to,
	bool overwrite, struct fail *f);
/* never repeated */
int api_table_swap(struct api *a, const char *db, const char *t1, const char *t2, struct fail *f);
/* expire_days and include_v of `like`, as far as it has them and `table` differs. */
int api_table_settings(struct api *a, const char *db, const char *table, const struct api_table *is,
	const struct api_table *like, struct fail *f);
/* A table's description: text that people may read. Cut at cap; "" if there is none. */
int api_table_describe(struct api *a, const char *db, const char *table, const char *text,
	struct fail *f);
int api_table_description(struct api *a, const char *db, const char *table, char *out, size_t cap,
	struct fail *f);
int api_schema_append(struct api *a, const char *db, const char *table, const struct schema *s,
	struct fail *f);

/*
 * Stream import: the records of one part are stored at once, and only once for the same id (32
 * hexadecimal digits). md5: of the bytes as the server got them, "" if it does not say. maybe: it
 * failed, but a try whose answer was lost, or was not about what was sent (404, 409), may have
 * stored them.
 */
int api_table_import(struct api *a, const char *db, const char *table, const char *id,
	const struct http_piece *p, size_t pieces, char md5[33], bool *maybe, struct fail *f);

/* --- bulk import sessions -------------------------------------------------- */

enum api_session_state {
	API_UPLOADING,
	API_PERFORMING,
	API_READY,
	API_COMMITTING,
	API_COMMITTED,
	API_SESSION_GONE,
	API_SESSION_OTHER
};
struct api_session {
	enum api_session_state state;
	bool frozen;
	char job_id[32];        /* "" before perform */
	char database[TDURL_NAME_MAX + 1], table[TDURL_NAME_MAX + 1];
	int64_t valid_records, error_records, valid_parts, error_parts; /* -1: null */
};
int api_session_create(struct api *a, const char *name, const char *db, const char *table,
	enum api_made *made, struct fail *f);
/* 404: API_SESSION_GONE */
int api_session_show(struct api *a, const char *name, struct api_session *s, struct fail *f);
int api_session_upload(struct api *a, const char *name, const char *part,
	const struct http_piece *p, size_t pieces, struct fail *f);
/* The names of the session's parts; to be freed with api_names_free(). */
int api_session_parts(struct api *a, const char *name, struct api_name **list, size_t *n,
	struct fail *f);
/* 404 counts as success */
int api_session_part_delete(struct api *a, const char *name, const char *part, struct fail *f);
int api_session_unfreeze(struct api *a, const char *name, struct fail *f);
/* frozen already is success */
int api_session_freeze(struct api *a, const char *name, struct fail *f);
/* never repeated; the caller checks the session */
int api_session_perform(struct api *a, const char *name, struct fail *f);
int api_session_commit(struct api *a, const char *name, struct fail *f);
int api_session_delete(struct api *a, const char *name, struct fail *f);  /* 404 is success */
/* gzip of msgpack maps, may be empty */
int api_session_errors(struct api *a, const char *name, struct sink *to, struct fail *f);

/* --- jobs ------------------------------------------------------------------ */

enum api_job_state {
	API_JOB_QUEUED,
	API_JOB_RUNNING,
	API_JOB_SUCCESS,
	API_JOB_ERROR,
	API_JOB_KILLED
};
struct api_job {
	char id[32];
	enum api_job_state state;  /* "booting" counts as running */
	char status[32];           /* as sent */
	bool odd_state;            /* a status that is not known here, counted as running */
	char type[32];             /* presto, hive, ... */
	char database[TDURL_NAME_MAX + 1];
	int64_t num_records, result_size; /* -1: unknown */
	bool has_schema;
	struct schema schema;      /* hive_result_schema: column names and the engine's types */
	struct fail schema_fail;   /* why there is one that cannot be read */
	char *query;               /* or NULL */
	/* the job that carries the result to the destination `result`, "" if none */
	char export_id[32];
	/* of a failed job: TD's own text (debug.cmdout, debug.stderr), or NULL */
	char *error;
};
void api_job_free(struct api_job *j);
bool api_job_is_done(const struct api_job *j);

struct api_issue {
	const char *type;        /* presto, trino, hive */
	const char *database, *query;
	/* needed: with it a lost answer is repeated, and 409 adopts the existing job */
	const char *domain_key;
	const char *result;      /* result URL, or NULL */
	int priority, retry_limit;  /* 0, 0: not sent */
	const char *engine_version, *pool_name; /* or NULL */
};
/* *adopted: the job was there already, from an earlier try or an earlier run with this key. */
int api_job_issue(struct api *a, const struct api_issue *i, char job_id[32], bool *adopted,
	struct fail *f);
/* cheap; fills the first lines only */
int api_job_status(struct api *a, const char *id, struct api_job *j, struct fail *f);
int api_job_show(struct api *a, const char *id, struct api_job *j, struct fail *f);
/* All that the engine has printed for a job, malloc'ed; "" if nothing. */
int api_job_log(struct api *a, const char *id, char **text, struct fail *f);
/* The rows that a job has put into tables; -1: not given. */
int api_job_inserted(struct api *a, const char *id, int64_t *rows, struct fail *f);
/* When it ended, epoch seconds; -1: not said, or there is no such job (any more). */
int api_job_ended(struct api *a, const char *id, int64_t *at, struct fail *f);
int api_job_kill(struct api *a, const char *id, struct fail *f);
/* The job that was issued with this domain_key; *id is "" if there is none. */
int api_job_by_key(struct api *a, const char *domain_key, char id[32], struct fail *f);
/*
 * A new job that carries the result of a finished one to a result URL. A lost answer is repeated,
 * as with api_job_issue().
 */
int api_result_export(struct api *a, const char *id, const char *result, const char *domain_key,
	char new_id[32], struct fail *f);

/*
 * Runs of a schedule, newest first, from the one with number `from`: at most max; *n: how many
 * came.
 */
struct api_run {
	char id[32];
	enum api_job_state state;
	char scheduled_at[64];
};
int api_schedule_history(struct api *a, const char *name, unsigned from, struct api_run *runs,
	unsigned max, unsigned *n, struct fail *f);

/*
 * The result as msgpack.gz, byte for byte, into a sink. A connection that breaks is resumed with
 * Range and If-Range; the repeats start anew after every byte that came. 404: FAIL_REFUSED with
 * api_status() 404 (no result). When the server cannot resume (no ETag, or another one), -1 with
 * r->changed: nothing more was put into the sink. Zero the struct to begin; it may be given again
 * to go on.
 */
struct api_result {
	uint64_t at;      /* bytes put into the sink */
	int64_t total;    /* of the whole result; -1 if not known; 0 before the first answer */
	char etag[256];
	bool started;     /* an answer has begun */
	bool changed;     /* the result cannot be continued: it must be fetched from its start */
};
int api_job_result(struct api *a, const char *id, struct api_result *r, struct sink *to,
	struct fail *f);
/*
 * Bytes from..to of the result (to is inclusive, as in HTTP; a result that ends before it is not a
 * failure); -1 with FAIL_REFUSED and r->changed if the answer is not exactly these. r, zeroed by
 * the caller: at, total and etag of what came. etag NULL: of any.
 */
int api_job_result_part(struct api *a, const char *id, const char *etag, uint64_t from, uint64_t to,
	struct sink *sink, struct api_result *r, struct fail *f);

#endif

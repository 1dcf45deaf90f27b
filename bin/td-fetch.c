/* td-fetch: the result of a Treasure Data job, as rows on stdout. Its contract is man/td-fetch.1. */
#include "api.h"
#include "conf.h"
#include "die.h"
#include "fd.h"
#include "job.h"
#include "mem.h"
#include "num.h"
#include "result.h"
#include "resultout.h"
#include "sig.h"
#include "utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SQL_MAX = 2 << 20 };

struct opts {
	const char *database, *type, *connection, *sql, *job_id;
	const char *pool, *engine_version;
	int priority;
	bool has_format, no_wait;
	struct resultout_opts out;
	struct api_opt api;
};

static const char help[] =
	"Usage: td-fetch [-d DB] [-T TYPE] [-f FORMAT] [JOB_ID | -e SQL]  [< query.sql]\n"
	"The result of a Treasure Data job on standard output: of JOB_ID, or of a new job for SQL.\n"
	"\n"
	"  -d, --database DB    database of a new job\n"
	"  -T, --type TYPE      its engine: presto (default), trino or hive\n"
	"  -e, --execute SQL    its query; without it and without JOB_ID: standard input\n"
	"  -f, --format FORMAT  frame, csv, tsv, jsonl, msgpack or table; the default is table\n"
	"                       on a terminal (the first rows), and frame elsewhere\n"
	"      --no-header      csv, tsv: no first line with the names of the columns\n"
	"      --null TEXT      csv, tsv: what stands for NULL (nothing; tsv: \\N)\n"
	"      --no-wait        print the id of the new job and do not wait for it\n"
	"      --priority N     -2 to 2\n"
	"      --pool NAME      resource pool\n"
	"      --engine-version VERSION\n"
	"  -c, --connection NAME  server and key of this connection\n"
	API_USAGE
	"  -v, --verbose        say more\n"
	"  -q, --quiet          say only errors\n"
	"  -h, --help           this text\n"
	"  -V, --version\n";

/* --- options --------------------------------------------------------------------------------------------------- */

enum { NO_HEADER = 0x100, NULL_TEXT, NO_WAIT, PRIORITY, POOL, ENGINE_VERSION, LATER };

static const struct option long_options[] = {
	{ "database", required_argument, NULL, 'd' },
	{ "type", required_argument, NULL, 'T' },
	{ "execute", required_argument, NULL, 'e' },
	{ "format", required_argument, NULL, 'f' },
	{ "connection", required_argument, NULL, 'c' },
	{ "no-header", no_argument, NULL, NO_HEADER },
	{ "null", required_argument, NULL, NULL_TEXT },
	{ "no-wait", no_argument, NULL, NO_WAIT },
	{ "priority", required_argument, NULL, PRIORITY },
	{ "pool", required_argument, NULL, POOL },
	{ "engine-version", required_argument, NULL, ENGINE_VERSION },
	{ "schedule", required_argument, NULL, LATER },
	{ "since", required_argument, NULL, LATER },
	{ "result", required_argument, NULL, LATER },
	{ "verbose", no_argument, NULL, 'v' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	API_LONG_OPTIONS,
	{ 0 },
};

static _Noreturn void print(const char *text)
{
	struct fail f = { 0 };

	if (fd_write(STDOUT_FILENO, "standard output", text, strlen(text), &f) ||
	    fd_close(STDOUT_FILENO, "standard output", &f))
		die_fail(&f);
	exit(0);
}

static enum resultout_format format_of(const char *name)
{
	static const char *const names[] = { [RESULTOUT_FRAME] = "frame", [RESULTOUT_MSGPACK] = "msgpack",
					     [RESULTOUT_CSV] = "csv",     [RESULTOUT_TSV] = "tsv",
					     [RESULTOUT_JSONL] = "jsonl", [RESULTOUT_TABLE] = "table" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum resultout_format)i;
	die_usage("no format: %s; there are frame, csv, tsv, jsonl, msgpack and table", name);
}

static const char *type_of(const char *name)
{
	if (strcmp(name, "presto") != 0 && strcmp(name, "trino") != 0 && strcmp(name, "hive") != 0)
		die_usage("no engine: %s; there are presto, trino and hive", name);
	return name;
}

static int priority_of(const char *text)
{
	int64_t n;

	if (!num_i64(text, strlen(text), &n) || n < -2 || n > 2)
		die_usage("a priority is a number from -2 to 2, not %s", text);
	return (int)n;
}

static void option(struct opts *o, int c, char **argv, int *verbosity)
{
	struct fail f = { 0 };
	int taken;

	switch (c) {
	case 'd': o->database = optarg; return;
	case 'T': o->type = type_of(optarg); return;
	case 'e': o->sql = optarg; return;
	case 'f': o->out.format = format_of(optarg); o->has_format = true; return;
	case 'c': o->connection = optarg; return;
	case NO_HEADER: o->out.header = false; return;
	case NULL_TEXT: o->out.null = optarg; return;
	case NO_WAIT: o->no_wait = true; return;
	case PRIORITY: o->priority = priority_of(optarg); return;
	case POOL: o->pool = optarg; return;
	case ENGINE_VERSION: o->engine_version = optarg; return;
	case LATER: case 'j': die_usage("--schedule, --since, --result and -j are not there yet");
	case 'v': die_verbosity(++*verbosity); return;
	case 'q': die_verbosity(*verbosity = -1); return;
	case 'h': print(help);
	case 'V': print("td-fetch " TD_VERSION "\n");
	}
	taken = api_option(&o->api, c, optarg, &f);
	if (taken < 0)
		die_fail(&f);
	if (taken == 0)
		die_option(c, argv);
}

static void parse(struct opts *o, int argc, char **argv)
{
	int c, verbosity = 0;

	while ((c = getopt_long(argc, argv, "+:d:T:e:f:c:j:vqhV", long_options, NULL)) != -1)
		option(o, c, argv, &verbosity);
	if (optind < argc)
		o->job_id = argv[optind++];
	if (optind < argc)
		die_usage("one job at a time: what is %s?", argv[optind]);
	if (o->job_id && (o->sql || o->no_wait || o->database))
		die_usage("%s belongs to a new job, but job %s is given", o->sql ? "-e" : o->no_wait ? "--no-wait" : "-d",
			  o->job_id);
	if (o->job_id && (strspn(o->job_id, "0123456789") != strlen(o->job_id) || strlen(o->job_id) > 19 || !*o->job_id))
		die_usage("%s is no job id; SQL goes to standard input or behind -e", o->job_id);
	if (!o->has_format)
		o->out.format = isatty(STDOUT_FILENO) ? RESULTOUT_TABLE : RESULTOUT_FRAME;
	else if (o->out.format == RESULTOUT_FRAME && !o->no_wait && isatty(STDOUT_FILENO))
		die_usage("a frame is nothing for a terminal: pipe it on, or use -f csv, jsonl, ...");
}

/* --- the job ----------------------------------------------------------------------------------------------------- */

/* The query, malloc'ed, from -e or standard input. */
static int query(const struct opts *o, char **sql, struct fail *f)
{
	size_t n;

	if (o->sql) {
		*sql = mem_string(o->sql);
		n = strlen(*sql);
	} else if (isatty(STDIN_FILENO)) {
		return fail_set(f, FAIL_USAGE, "no query: give a job id, -e SQL, or SQL on standard input (see 'td-fetch -h')");
	} else if (fd_slurp(STDIN_FILENO, "standard input", SQL_MAX, sql, &n, f)) {
		return -1;
	}
	if (n > SQL_MAX)
		fail_set(f, FAIL_DATA, "the query is longer than %d bytes", SQL_MAX);
	else if (strlen(*sql) != n || !utf8_is(*sql, n))
		fail_set(f, FAIL_DATA, "the query is no UTF-8 text");
	else if (strspn(*sql, " \t\r\n") == n)
		fail_set(f, FAIL_DATA, "the query is empty: nothing came from %s", o->sql ? "-e" : "standard input");
	else
		return 0;
	free(*sql);
	return -1;
}

static int issue(const struct opts *o, struct api *a, const char *database, const char *sql, char id[32], struct fail *f)
{
	char key[64];
	struct api_issue i = { .type = o->type, .database = database, .query = sql, .domain_key = key,
			       .priority = o->priority, .engine_version = o->engine_version, .pool_name = o->pool };

	job_key(key);
	if (api_job_issue(a, &i, id, f))
		return -1;
	note("job %s issued", id);
	return 0;
}

static void seen(void *arg, const struct api_job *j)
{
	char *last = arg; /* the status that was told last */

	if (strcmp(last, j->status) != 0)
		note("job %s: %s", j->id, j->status);
	memcpy(last, j->status, sizeof j->status);
}

/* Nobody waits for the job any more. */
static void kill_job(struct api *a, const char *id)
{
	struct fail f = { 0 };

	sig_hold(true);
	if (api_job_kill(a, id, &f))
		warn("job %s could not be killed and may still run: %s", id, f.why);
	else
		note("job %s killed", id);
	sig_hold(false);
}

static int wait_for(struct api *a, const char *id, bool own, struct api_job *j, struct fail *f)
{
	char last[sizeof j->status] = "";

	if (job_wait(a, id, j, seen, last, f) == 0)
		return 0;
	if (own && f->kind == FAIL_SIGNAL)
		kill_job(a, id);
	else if (own)
		warn("job %s goes on: 'td-fetch %s' takes it up again", id, id);
	return -1;
}

/* --- its result -------------------------------------------------------------------------------------------------- */

/* The bytes that came against the bytes that the job has, where nothing on the way has compared them. */
static int check_size(const struct api_job *j, uint64_t bytes, bool sure, struct fail *f)
{
	if (j->result_size < 0 || (uint64_t)j->result_size == bytes)
		return 0;
	if (!sure)
		return fail_set(f, FAIL_TEMP, "result of job %s: %llu bytes came, but it has %lld", j->id,
				(unsigned long long)bytes, (long long)j->result_size);
	note("job %s: its result has %llu bytes, not %lld as job/show says", j->id, (unsigned long long)bytes,
	     (long long)j->result_size);
	return 0;
}

static int deliver(const struct opts *o, struct resultout *out, struct api *a, const struct api_job *j, struct fail *f)
{
	uint64_t bytes = 0;
	bool sure = false;

	if (result_fetch(a, j->id, j->has_schema ? j->num_records : -1, o->api.retry.cap_ms, &out->gunzip.sink, &bytes,
			 &sure, f) && !out->text.full)
		return -1;
	if (out->text.full)
		*f = (struct fail){ 0 };
	else if (check_size(j, bytes, sure, f))
		return -1;
	if (resultout_end(out, j->num_records, f))
		return fail_at(f, "result of job %s", j->id);
	if (out->text.blank > 0)
		warn("%llu rows are NULL in their only column: most readers skip such empty lines (--null TEXT helps)",
		     (unsigned long long)out->text.blank);
	note("job %s: %llu rows, %llu bytes", j->id, (unsigned long long)resultout_rows(out), (unsigned long long)bytes);
	return 0;
}

static int fetch(const struct opts *o, struct resultout *out, struct sink *to, struct api *a, const char *id, bool own,
		 struct fail *f)
{
	struct frame_head head = { .content = FRAME_ROWS, .rows = -1 };
	struct api_job j = { 0 };
	int rc;

	if (wait_for(a, id, own, &j, f))
		return -1;
	if (job_check(&j, f) == 0) {
		head.schema = j.schema;
		head.job_id = j.id;
		head.endpoint = (char *)(uintptr_t)api_endpoint(a);
		head.rows = j.num_records;
		rc = resultout_open(out, &o->out, &head, to, f) || deliver(o, out, a, &j, f) ? -1 : 0;
	} else {
		rc = -1;
	}
	api_job_free(&j);
	return rc;
}

static int run(const struct opts *o, struct resultout *out, struct sink *to, struct fail *f)
{
	struct conf conf = { 0 };
	struct api *a;
	char *sql = NULL, id[32] = "";
	const char *database = NULL;
	int rc = 0;

	if (!o->job_id && query(o, &sql, f))
		return -1;
	if (conf_load(&conf, o->connection, NULL, f))
		return -1;
	a = api_open(&conf, &o->api);
	if (o->job_id) {
		snprintf(id, sizeof id, "%s", o->job_id);
	} else {
		database = o->database ? o->database : conf.database;
		rc = !database ? fail_set(f, FAIL_USAGE, "a query needs a database: -d DB (see 'td-fetch -h')") :
		     tdurl_check_name("database", database, f) ? -1 : issue(o, a, database, sql, id, f);
	}
	if (rc == 0 && o->no_wait) {
		char line[40];

		snprintf(line, sizeof line, "%s\n", id);
		rc = io_put(to, line, strlen(line), f);
	} else if (rc == 0) {
		rc = fetch(o, out, to, a, id, !o->job_id, f);
	}
	api_close(a);
	conf_free(&conf);
	free(sql);
	return rc;
}

/* A reader of a frame is told why there are no rows, even if it failed before the first. */
static void give_up(const struct opts *o, struct resultout *out, struct sink *to, const struct fail *why)
{
	struct fail ignored = { 0 };
	struct frame_head head = { .content = FRAME_ROWS, .rows = -1 };

	sig_hold(true);
	if (why->kind == FAIL_PIPE || o->no_wait)
		return;
	if (!out->open && (o->out.format != RESULTOUT_FRAME || resultout_open(out, &o->out, &head, to, &ignored)))
		return;
	resultout_abort(out, why);
	sig_hold(false);
}

int main(int argc, char **argv)
{
	struct opts o = { .type = "presto", .out = { .header = true }, .api = API_OPT_DEFAULT };
	struct resultout out = { 0 };
	struct fail f = { 0 };
	struct fd_sink to;

	fd_standard();
	sig_init();
	die_init(argv[0], 0);
	parse(&o, argc, argv);
	fd_sink_init(&to, STDOUT_FILENO, "standard output");
	if (run(&o, &out, &to.sink, &f)) {
		give_up(&o, &out, &to.sink, &f);
		die_fail(&f);
	}
	resultout_free(&out);
	if (fd_close(STDOUT_FILENO, "standard output", &f))
		die_fail(&f);
	return 0;
}

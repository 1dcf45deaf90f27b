/* td-fetch's command line: the table of options, and what does not go together. */
#include "fetch.h"

#include "base/die.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/option.h"
#include "api/parallel_download.h"
#include "sys/metrics.h"
#include "value/tdtime.h"

#include <unistd.h>

static const char help[] =
	"Usage: td-fetch [OPTION]... [JOB_ID | TABLE]\n"
	"Write the result of a job, of a new query or of a run of a schedule.\n"
	"\n"
	"  td-fetch -d mydb -e 'SELECT 1 AS n' | td-encode | td-put td://@/mydb/table\n"
	"  td-fetch -f csv 123456789 > result.csv\n"
	"\n"
	"Which rows:\n"
	"  -d, --database DB       database of the new job\n"
	"  -T, --type TYPE         its engine: presto (default), trino or hive\n"
	"  -e, --execute SQL       its query; without -e and JOB_ID, standard input\n"
	"      --schedule NAME     take the last finished run of this schedule\n"
	"      --since FILE        take the run after the one recorded in FILE, then\n"
	"                          record it\n"
	"      --after FILE        take the run after the one in FILE, a receipt of\n"
	"                          td-put or td-swap\n"
	"      --at-most N         skip all missed runs but the newest N\n"
	"      --not-before TIME   skip runs scheduled before TIME\n"
	"\n"
	"A new job:\n"
	"      --job-key KEY       run the query once: take an earlier job with this KEY\n"
	"      --wait TIME         give up when the job takes longer; the job goes on\n"
	"      --no-wait           print the ID of the new job and do not wait for it\n"
	"      --priority N        priority of the new job, -2 to 2 (0)\n"
	"      --pool NAME         its resource pool\n"
	"      --engine-version VERSION  the engine's version\n"
	"      --result DEST       let the service carry the result to DEST (td://...,\n"
	"                          NAME:TABLE); prints a receipt instead of rows\n"
	"\n"
	"Output:\n"
	"  -f, --format FORMAT     frame, csv, tsv, jsonl, msgpack, msgpack.gz or table;\n"
	"                          default: table (the first rows) on a terminal,\n"
	"                          otherwise frame\n"
	"  -j, --jobs N            download over N connections, 1 to 16 (1)\n"
	"      --no-header         csv, tsv: omit the line with the column names\n"
	"      --null TEXT         csv, tsv: write NULL as TEXT (default: nothing; tsv:\n"
	"                          \\N)\n"
	"\n"
	"Looking into an account:\n"
	"      --databases         list the databases, as csv, tsv, jsonl or table\n"
	"      --tables DB[/GLOB]  list the tables of DB, or those that GLOB matches\n"
	"      --job-list N        list the newest N jobs, 1 to 1000\n"
	"      --schema TABLE      print the columns of TABLE (td://@/DB/TABLE) for\n"
	"                          td-encode --schema\n"
	"      --rows N            the first N rows of the table that the operand names\n"
	"      --log JOB_ID        print what the engine has printed for this job\n"
	"\n"
	"Connection and messages:\n"
	"  -c, --connection NAME   take server and key from this connection\n"
	"      --progress          report progress even if stderr is not a terminal\n"
	METRICS_USAGE
	API_USAGE;

enum {
	NO_HEADER = 0x100,
	NULL_TEXT,
	NO_WAIT,
	PRIORITY,
	POOL,
	ENGINE_VERSION,
	PROGRESS,
	SCHEDULE,
	SINCE,
	AFTER,
	RESULT,
	AT_MOST,
	NOT_BEFORE,
	JOB_KEY,
	WAIT,
	DATABASES,
	TABLES,
	JOB_LIST,
	SCHEMA,
	ROWS,
	LOG
};

static const struct option long_options[] = {
	{ "database", required_argument, NULL, 'd' },
	{ "type", required_argument, NULL, 'T' },
	{ "execute", required_argument, NULL, 'e' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "format", required_argument, NULL, 'f' },
	{ "connection", required_argument, NULL, 'c' },
	{ "no-header", no_argument, NULL, NO_HEADER },
	{ "null", required_argument, NULL, NULL_TEXT },
	{ "no-wait", no_argument, NULL, NO_WAIT },
	{ "priority", required_argument, NULL, PRIORITY },
	{ "pool", required_argument, NULL, POOL },
	{ "engine-version", required_argument, NULL, ENGINE_VERSION },
	{ "schedule", required_argument, NULL, SCHEDULE },
	{ "since", required_argument, NULL, SINCE },
	{ "after", required_argument, NULL, AFTER },
	{ "result", required_argument, NULL, RESULT },
	{ "at-most", required_argument, NULL, AT_MOST },
	{ "not-before", required_argument, NULL, NOT_BEFORE },
	{ "job-key", required_argument, NULL, JOB_KEY },
	{ "wait", required_argument, NULL, WAIT },
	{ "databases", no_argument, NULL, DATABASES },
	{ "tables", required_argument, NULL, TABLES },
	{ "job-list", required_argument, NULL, JOB_LIST },
	{ "schema", required_argument, NULL, SCHEMA },
	{ "rows", required_argument, NULL, ROWS },
	{ "log", required_argument, NULL, LOG },
	{ "progress", no_argument, NULL, PROGRESS },
	METRICS_LONG,
	OPTION_LONG,
	API_LONG_OPTIONS,
	{ 0 },
};

/* --- values of options ----------------------------------------------------- */

static enum resultout_format format_of(const char *name)
{
	static const char *const names[] = { [RESULTOUT_FRAME] = "frame",
		[RESULTOUT_MSGPACK] = "msgpack",
		[RESULTOUT_CSV] = "csv",
		[RESULTOUT_TSV] = "tsv",
		[RESULTOUT_JSONL] = "jsonl",
		[RESULTOUT_TABLE] = "table",
		[RESULTOUT_GZIP] = "msgpack.gz" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum resultout_format)i;
	die_usage("'%s' is not a format: frame, csv, tsv, jsonl, msgpack, msgpack.gz or table",
		name);
}

static const char *type_of(const char *name)
{
	if (strcmp(name, "presto") != 0 && strcmp(name, "trino") != 0 && strcmp(name, "hive") != 0)
		die_usage("'%s' is not an engine: presto, trino or hive", name);
	return name;
}

static int64_t moment_of(const char *option, const char *text)
{
	static const struct tdtime rules = { 0 };
	int64_t at;
	const char *why = tdtime_parse(&rules, text, strlen(text), &at);

	if (why)
		die_usage("%s: '%s' %s", option, text, why);
	return at;
}

/* The service takes any text; blanks and control characters only invite mistakes. */
static const char *key_of(const char *text)
{
	size_t n = strlen(text);

	for (const char *p = text; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 127)
			n = 0;
	if (n == 0 || n > JOB_KEY_MAX)
		die_usage("--job-key: a key has 1 to %d characters and no blanks", JOB_KEY_MAX);
	return text;
}

/*
 * A copy of a destination, whose secrets are then wiped out of the process list: also those of
 * parameters, as of apikey.
 */
static char *taken_from(char *arg)
{
	char *copy = mem_string(arg), *start = strstr(arg, "://"), *query = arg + strcspn(arg, "?"),
	     *at = NULL;

	if (arg[strspn(arg, " \t\r\n")] == '{')
		query = arg;
	for (char *p = start ? start + 3 : query; p < query; p++)
		at = *p == '@' ? p : at;
	if (at)
		memset(start + 3, '*', (size_t)(at - start - 3));
	if (*query)
		memset(query + (*query == '?'), '*', strlen(query) - (*query == '?'));
	return copy;
}

/* The table that an argument names, whose key is then wiped out of the process list. */
static void table_of(struct opts *o, char *arg)
{
	struct fail f = { 0 };
	int rc;

	tdurl_free(&o->url);
	rc = tdurl_parse(&o->url, arg, &f);
	tdurl_hide(arg);
	if (rc)
		die_usage("%s", f.why);
	if (!o->url.table || o->url.has_mode)
		die_usage("a table is td://@[HOST]/DATABASE/TABLE or "
			  "CONNECTION:[DATABASE/]TABLE");
}

static void look_of(struct opts *o, enum look what, const char *at)
{
	if (o->look && o->look != what)
		die_usage("--databases, --tables, --job-list, --schema and --log: choose one");
	o->look = what;
	o->look_at = at;
}

static bool look_option(struct opts *o, int c)
{
	switch (c) {
	case DATABASES: look_of(o, LOOK_DATABASES, NULL); return true;
	case TABLES: look_of(o, LOOK_TABLES, optarg); return true;
	case JOB_LIST:
		look_of(o, LOOK_JOBS, NULL);
		o->look_n = (size_t)option_number(1, 1000);
		return true;
	case SCHEMA:
		look_of(o, LOOK_SCHEMA, NULL);
		table_of(o, optarg);
		return true;
	case ROWS: o->rows = (unsigned)option_number(1, 1000000); return true;
	case LOG: look_of(o, LOOK_LOG, optarg); return true;
	default: return false;
	}
}

static bool own_option(struct opts *o, int c)
{
	switch (c) {
	case 'd': o->database = optarg; return true;
	case 'T': o->type = type_of(optarg); return true;
	case 'e': o->sql = optarg; return true;
	case 'f': o->out.format = format_of(optarg); o->has_format = true; return true;
	case 'c': o->connection = optarg; return true;
	case NO_HEADER: o->out.header = false; return true;
	case NULL_TEXT: o->out.null = optarg; return true;
	case NO_WAIT: o->no_wait = true; return true;
	case PRIORITY:
		o->priority = (int)option_number(-2, 2);
		o->has_priority = true;
		return true;
	case POOL: o->pool = optarg; return true;
	case ENGINE_VERSION: o->engine_version = optarg; return true;
	case SCHEDULE: o->schedule = optarg; return true;
	case SINCE: o->since = optarg; return true;
	case AFTER: o->after = optarg; return true;
	case RESULT:
		o->result = taken_from(optarg);
		return true;
	case AT_MOST:
		o->limit.at_most = (unsigned)option_number(1, 10000);
		return true;
	case NOT_BEFORE: o->limit.not_before = moment_of("--not-before", optarg); return true;
	case JOB_KEY: o->job_key = key_of(optarg); return true;
	case WAIT: o->wait_ms = (uint64_t)option_seconds(1, 30 * 86400) * 1000; return true;
	case 'j': o->jobs = (int)option_number(1, PARALLEL_DOWNLOAD_MAX); return true;
	case PROGRESS: o->progress = true; return true;
	case METRICS: metrics_option(); return true;
	default: return look_option(o, c);
	}
}

/* --- what does not go together --------------------------------------------- */

static void check_job_id(const char *id)
{
	if (*id && strspn(id, "0123456789") == strlen(id) && strlen(id) <= 19)
		return;
	if (access(id, R_OK) == 0)
		die_usage("'%s' is not a job ID but a file: write td-fetch -d DB < %s", id, id);
	die_usage("'%s' is not a job ID: SQL goes after -e or to standard input", id);
}

/* Options that only mean something for a job that this run issues. */
static void check_new_job(const struct opts *o)
{
	const struct { bool given; const char *name; } new[] = {
		{ o->sql, "--execute" }, { o->no_wait, "--no-wait" }, { o->database, "--database" },
		{ o->type, "--type" }, { o->has_priority, "--priority" }, { o->pool, "--pool" },
		{ o->engine_version, "--engine-version" }, { o->job_key, "--job-key" },
	};
	const char *old = o->job_id ? "a job ID" : o->schedule ? "--schedule" : NULL;

	if (o->job_id && o->schedule)
		die_usage("a job ID and --schedule: choose one");
	for (size_t i = 0; old && i < sizeof new / sizeof *new; i++)
		if (new[i].given)
			die_usage("%s is for a new job, but %s names an existing one", new[i].name,
				old);
	if (o->job_key && o->result)
		die_usage("--job-key and --result: an earlier job may have gone elsewhere");
	if (o->wait_ms > 0 && o->no_wait)
		die_usage("--wait and --no-wait: choose one");
}

static void check_schedule(const struct opts *o)
{
	const bool limited = o->limit.at_most > 0 || o->limit.not_before > 0;
	const char *own = o->since ? "--since" : o->after ? "--after" : NULL;

	if (own && !o->schedule)
		die_usage("%s goes with --schedule", own);
	if (o->since && o->after)
		die_usage("--since and --after: choose one");
	if (limited && !own)
		die_usage("%s goes with --since or --after",
			o->limit.at_most > 0 ? "--at-most" : "--not-before");
}

/* A look takes server, key and format, and no more. */
static void check_look(const struct opts *o)
{
	const struct { bool given; const char *name; } others[] = {
		{ o->sql, "--execute" }, { o->no_wait, "--no-wait" }, { o->database, "--database" },
		{ o->type, "--type" }, { o->has_priority, "--priority" }, { o->pool, "--pool" },
		{ o->engine_version, "--engine-version" }, { o->job_key, "--job-key" },
		{ o->schedule, "--schedule" }, { o->since, "--since" }, { o->after, "--after" },
		{ o->result, "--result" }, { o->wait_ms > 0, "--wait" }, { o->jobs > 1, "--jobs" },
		{ o->job_id, "a job ID" }, { o->rows > 0, "--rows" },
	};

	for (size_t i = 0; o->look && i < sizeof others / sizeof *others; i++)
		if (others[i].given)
			die_usage("%s does not go with %s", others[i].name,
				o->look == LOOK_SCHEMA ? "--schema"
				: o->look == LOOK_LOG  ? "--log"
						       : "a list");
	if (o->look)
		metrics_refuse(o->look == LOOK_SCHEMA ? "--schema"
			: o->look == LOOK_LOG         ? "--log"
						      : "a list");
	if (o->look == LOOK_LOG && o->look_at[strspn(o->look_at, "0123456789")])
		die_usage("--log: '%s' is not a job ID", o->look_at);
	if (o->connection && o->url.connection)
		die_usage("--connection and %s:, which names one: choose one", o->url.connection);
}

/* --rows N TABLE is a query. */
static void rows_query(struct opts *o)
{
	const char *quote = o->type && strcmp(o->type, "hive") == 0 ? "`" : "\"";

	if (o->sql || o->database || o->job_id || o->schedule)
		die_usage("--rows goes with a table, not with %s",
			o->sql ? "--execute" : o->database ? "--database"
			: o->schedule ? "--schedule" : "a job ID");
	o->sql = mem_printf("SELECT * FROM %s%s%s LIMIT %u", quote, o->url.table, quote, o->rows);
}

/* Lists are text in any case, whole if it is not a terminal that they go to. */
static void check_look_format(struct opts *o)
{
	const bool list = o->look && o->look != LOOK_SCHEMA && o->look != LOOK_LOG;

	if (o->look && !list && o->has_format)
		die_usage("--format: this is text, not rows");
	if (list && o->has_format && o->out.format < RESULTOUT_CSV)
		die_usage("--format: a list is csv, tsv, jsonl or table");
	if (o->look && !o->has_format) {
		o->out.format = list && isatty(STDOUT_FILENO) ? RESULTOUT_TABLE : RESULTOUT_CSV;
		o->has_format = true;
	}
}

/* Options of the formats csv and tsv. */
static void check_text(const struct opts *o, enum resultout_format f)
{
	if (f != RESULTOUT_CSV && f != RESULTOUT_TSV && (o->out.null || !o->out.header))
		die_usage("%s goes with the formats csv and tsv",
			o->out.null ? "--null" : "--no-header");
	if (o->out.null && strpbrk(o->out.null, f == RESULTOUT_TSV ? "\t\r\n" : ",\"\r\n"))
		die_usage("--null: the text would read as several fields, or be quoted itself");
}

static void check_format(struct opts *o)
{
	const bool terminal = isatty(STDOUT_FILENO), rows = !o->no_wait && !o->result;
	const enum resultout_format f = o->has_format ? o->out.format
		: terminal ? RESULTOUT_TABLE : RESULTOUT_FRAME;

	if (!rows && o->has_format)
		die_usage("--format and %s: no rows are written",
			o->result ? "--result" : "--no-wait");
	check_text(o, f);
	if (rows && o->since && f == RESULTOUT_TABLE)
		die_usage("--since: a table does not show all rows; choose another format");
	if (rows && o->has_format && f == RESULTOUT_FRAME && terminal)
		die_usage("a frame is not for a terminal: pipe it on, or choose another format");
	if (rows && !o->has_format && fd_is_file(STDOUT_FILENO))
		warn("standard output is a file and gets a frame, which is binary: "
		     "-f csv, jsonl, ... write text, -f frame is silent");
	o->out.format = f;
	o->out.check = o->since != NULL; /* a run is taken only if its result is whole */
	o->out.room = die_columns(STDOUT_FILENO);
}

void options_parse(struct opts *o, int argc, char **argv)
{
	static const int may_be_empty[] = { NULL_TEXT, 0 };
	int c;

	if (argc == 1 && isatty(STDIN_FILENO))
		option_brief(help);
	while ((c = option_next(argc, argv, "d:T:e:f:c:j:" OPTION_SHORT, long_options,
			may_be_empty)) != -1)
		if (!own_option(o, c))
			api_option(&o->api, c, help, &o->verbosity);
	if (optind < argc && o->rows > 0) {
		table_of(o, argv[optind++]);
		rows_query(o);
	} else if (o->rows > 0) {
		die_usage("--rows: which table? td-fetch --rows N td://@/DATABASE/TABLE");
	} else if (optind < argc) {
		o->job_id = argv[optind++];
		if (optind < argc && argv[optind][0] == '-')
			die_usage("options go before the job ID: %s", argv[optind]);
		check_job_id(o->job_id);
	}
	if (optind < argc)
		die_usage("one job at a time: '%s' is left over", argv[optind]);
	check_look(o);
	check_look_format(o);
	check_new_job(o);
	check_schedule(o);
	check_format(o);
	if (!o->type)
		o->type = "presto";
}

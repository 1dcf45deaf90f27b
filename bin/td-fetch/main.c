/*
 * td-fetch: the result of a Treasure Data job, as rows on stdout. Its contract is man/td-fetch.1.
 */
#include "fetch.h"
#include "sys/sandbox.h"

#include "base/die.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/option.h"
#include "api/parallel_download.h"
#include "base/sig.h"

#include <stdlib.h>
#include <unistd.h>

static const char help[] =
	"Usage: td-fetch [-d DB] [-T TYPE] [-f FORMAT] [JOB_ID | -e SQL | --schedule NAME]  [< query.sql]\n"
	"The result of a Treasure Data job on standard output: of JOB_ID, of a new job for SQL, or of a schedule's last run.\n"
	"\n"
	"  -d, --database DB    database of a new job\n"
	"  -T, --type TYPE      its engine: presto (default), trino or hive\n"
	"  -e, --execute SQL    its query; without it and without JOB_ID: standard input\n"
	"  -f, --format FORMAT  frame, csv, tsv, jsonl, msgpack, msgpack.gz or table; the default\n"
	"                       is table on a terminal (the first rows), and frame elsewhere\n"
	"  -j, --jobs N         fetch over N connections at once (1)\n"
	"      --schedule NAME  the last finished run of this schedule\n"
	"      --since FILE     the next run after the one that FILE remembers; FILE is written at the end\n"
	"      --after FILE     the next run after the one that FILE, a receipt of td-put or td-swap, speaks of\n"
	"      --result DEST    let the service carry the result to DEST (td://..., NAME:TABLE);\n"
	"                       the rows do not pass here, a receipt does\n"
	"      --no-header      csv, tsv: no first line with the names of the columns\n"
	"      --null TEXT      csv, tsv: what stands for NULL (nothing; tsv: \\N)\n"
	"      --no-wait        print the id of the new job and do not wait for it\n"
	"      --priority N     -2 to 2\n"
	"      --pool NAME      resource pool\n"
	"      --engine-version VERSION\n"
	"  -c, --connection NAME  server and key of this connection\n"
	API_USAGE
	"      --progress       say how far it is, also where standard error is no terminal\n"
	OPTION_USAGE;

/* --- options --------------------------------------------------------------- */

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
	RESULT
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
	{ "progress", no_argument, NULL, PROGRESS },
	OPTION_LONG,
	API_LONG_OPTIONS,
	{ 0 },
};

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
	die_usage("no format: %s; there are frame, csv, tsv, jsonl, msgpack, msgpack.gz and table",
		name);
}

static const char *type_of(const char *name)
{
	if (strcmp(name, "presto") != 0 && strcmp(name, "trino") != 0 && strcmp(name, "hive") != 0)
		die_usage("no engine: %s; there are presto, trino and hive", name);
	return name;
}

static int64_t number_of(const char *what, const char *text, int64_t min, int64_t max)
{
	int64_t n;

	if (!num_i64(text, strlen(text), &n) || n < min || n > max)
		die_usage("%s: a number from %lld to %lld, not '%s'", what, (long long)min,
			(long long)max, text);
	return n;
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

static void option(struct opts *o, int c, char **argv)
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
	case PRIORITY: o->priority = (int)number_of("--priority", optarg, -2, 2); return;
	case POOL: o->pool = optarg; return;
	case ENGINE_VERSION: o->engine_version = optarg; return;
	case SCHEDULE: o->schedule = optarg; return;
	case SINCE: o->since = optarg; return;
	case AFTER: o->after = optarg; return;
	case RESULT: o->result = taken_from(optarg); return;
	case 'j': o->jobs = (int)number_of("-j", optarg, 1, PARALLEL_DOWNLOAD_MAX); return;
	case PROGRESS: o->progress = true; return;
	}
	taken = api_option(&o->api, c, optarg, &f);
	if (taken < 0)
		die_fail(&f);
	if (taken == 0)
		option_common(c, argv, help, &o->verbosity);
}

static void parse(struct opts *o, int argc, char **argv)
{
	const char *old, *new;
	int c;

	while ((c = getopt_long(argc, argv, "+:d:T:e:f:c:j:" OPTION_SHORT, long_options, NULL)) !=
		-1)
		option(o, c, argv);
	if (optind < argc)
		o->job_id = argv[optind++];
	if (optind < argc)
		die_usage(argv[optind][0] == '-' ? "options stand before the job's id: %s"
						 : "one job at a time: what is %s?",
			argv[optind]);
	old = o->job_id ? "a job's id" : o->schedule ? "--schedule" : NULL;
	new = o->sql ? "-e" : o->no_wait ? "--no-wait" : o->database ? "-d" : NULL;
	if (old && new)
		die_usage("%s belongs to a new job, and %s to one that is there", new, old);
	if (o->job_id && o->schedule)
		die_usage("either a job's id or --schedule");
	if ((o->since || o->after) && !o->schedule)
		die_usage("%s belongs to --schedule", o->since ? "--since" : "--after");
	if (o->result && !*o->result)
		die_usage("--result: the destination is empty");
	if ((o->since && !*o->since) || (o->after && !*o->after))
		die_usage("%s: the name of the file is empty", o->since ? "--since" : "--after");
	if (o->since && o->after)
		die_usage("either --since or --after");
	if (o->result && o->has_format)
		die_usage("-f and --result: what the service carries itself has no format here");
	if (o->job_id &&
		(strspn(o->job_id, "0123456789") != strlen(o->job_id) || strlen(o->job_id) > 19 ||
			!*o->job_id))
		die_usage("%s is no job id; SQL goes to standard input or behind -e", o->job_id);
	if (!o->has_format)
		o->out.format = isatty(STDOUT_FILENO) ? RESULTOUT_TABLE : RESULTOUT_FRAME;
	if (o->out.null &&
		strpbrk(o->out.null, o->out.format == RESULTOUT_TSV ? "\t\r\n" : ",\"\r\n"))
		die_usage("--null: a text that reads as several fields, or is quoted itself");
	o->out.room = fd_columns(STDOUT_FILENO);
	if (o->since && o->out.format == RESULTOUT_TABLE && !o->result)
		die_usage("--since: a table is not the whole result; use -f csv, jsonl, ...");
	if (o->has_format && o->out.format == RESULTOUT_FRAME && !o->no_wait && !o->result &&
		isatty(STDOUT_FILENO))
		die_usage(
			"a frame is nothing for a terminal: pipe it on, or use -f csv, jsonl, ...");
}

int main(int argc, char **argv)
{
	struct opts o = {
		.type = "presto", .jobs = 1, .out = { .header = true }, .api = API_OPT_DEFAULT
	};
	struct since since = { .fd = -1 };
	struct fail f = { 0 };
	struct fd_sink to;

	sandbox_hide();
	fd_standard();
	sig_init();
	die_init(argv[0], 0);
	parse(&o, argc, argv);
	fd_sink_init(&to, STDOUT_FILENO, "standard output");
	if (fetch(&o, &since, &to.sink, &f) || fd_close(STDOUT_FILENO, "standard output", &f) ||
		since_keep(&since, &f)) {
		since_drop(&since);
		die_fail(&f);
	}
	since_drop(&since);
	free(o.result);
	return 0;
}

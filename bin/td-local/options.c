/* The options, their help, and what is wrong with them. */
#include "options.h"
#include "base/die.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/option.h"
#include "sql/function_match.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEEP_JOBS        5000
#define CLOCK_MAX        INT64_C(253402300799)
#define QUERY_TIME_MAX   (365 * INT64_C(86400))
#define QUERY_MEMORY_MIN (INT64_C(16) << 20)
#define QUERY_MEMORY_MAX (INT64_C(1) << 40)

static const char usage[] =
	"Usage: td-local [OPTION]... [--exec -- COMMAND [ARG]...]\n"
	"Serve a Treasure Data of this machine: its REST API, with SQL by SQLite.\n"
	"\n"
	"  td-local --data ./td-data\n"
	"  td-local --exec -- make check\n"
	"\n"
	"Prints its URL when it is ready, and serves until INT or TERM.\n"
	"\n"
	"Where, and who may:\n"
	"  -l, --listen HOST:PORT  where to listen (127.0.0.1:8080; port 0: any free one)\n"
	"  -k, --key KEY           the master key (a random one, kept in DIR/key and\n"
	"                          printed after the URL)\n"
	"      --key-file FILE     the master key is in FILE\n"
	"      --write-key KEY     a second key that may only import\n"
	"      --allow-host NAME   also answer requests to this host name; may be\n"
	"                          repeated\n"
	"      --tls CERT,KEY      serve HTTPS with these PEM files\n"
	"\n"
	"What is in it:\n"
	"  -d, --data DIR          the data directory, made if missing (a temporary\n"
	"                          directory, removed at the end)\n"
	"      --seed DIR          put the tables DIR/DATABASE/TABLE.csv, .jsonl and .sql\n"
	"                          into a new data directory\n"
	"      --no-samples        do not put sample_datasets into a new data directory\n"
	"      --keep-jobs N|TIME  forget the oldest of more than N ended jobs (5000), or\n"
	"                          those that ended longer ago\n"
	"\n"
	"For tests:\n"
	"      --exec              run COMMAND with TD_API_SERVER and TD_API_KEY set, on\n"
	"                          a free port, and end with its status\n"
	"      --check URL         exit 0 if the td-local there is ready\n"
	"      --json              print the ready line as JSON\n"
	"      --polls N           report what is finished as running for N more polls\n"
	"                          (1)\n"
	"      --clock EPOCH       start with a clock stopped at EPOCH\n"
	"      --fault SPEC        METHOD PATTERN COUNT ACTION: fail on demand; may be\n"
	"                          repeated (see td-local(1))\n"
	"      --service SPEC      NAME=VALUE,...: another guess at what the real service\n"
	"                          does\n"
	"      --query-time TIME   end a query that runs longer (no limit)\n"
	"      --query-memory SIZE  memory of all queries together (1G)\n"
	"      --record FILE       pass all calls to --upstream, and write down in FILE\n"
	"                          what was asked and answered, without keys and rows\n"
	"      --upstream URL      the service to record, such as\n"
	"                          https://api.treasuredata.com\n"
	"      --replay FILE       print how td-local's answers differ from those\n"
	"                          recorded\n"
	"      --functions ENGINE  print the SQL functions of presto or hive\n"
	"\n"
	"Messages (-v logs requests when they end, -vv also when they begin):\n";

enum {
	OPT_WRITE_KEY = 256,
	OPT_POLLS,
	OPT_FAULT,
	OPT_TLS,
	OPT_NO_SAMPLES,
	OPT_SEED,
	OPT_RECORD,
	OPT_UPSTREAM,
	OPT_REPLAY,
	OPT_SERVICE,
	OPT_KEY_FILE,
	OPT_ALLOW_HOST,
	OPT_EXEC,
	OPT_CHECK,
	OPT_CLOCK,
	OPT_JSON,
	OPT_KEEP_JOBS,
	OPT_QUERY_TIME,
	OPT_QUERY_MEMORY,
	OPT_FUNCTIONS
};

static const struct option long_options[] = {
	{ "listen", required_argument, NULL, 'l' },
	{ "data", required_argument, NULL, 'd' },
	{ "key", required_argument, NULL, 'k' },
	{ "key-file", required_argument, NULL, OPT_KEY_FILE },
	{ "allow-host", required_argument, NULL, OPT_ALLOW_HOST },
	{ "write-key", required_argument, NULL, OPT_WRITE_KEY },
	{ "polls", required_argument, NULL, OPT_POLLS },
	{ "fault", required_argument, NULL, OPT_FAULT },
	{ "tls", required_argument, NULL, OPT_TLS },
	{ "service", required_argument, NULL, OPT_SERVICE },
	{ "exec", no_argument, NULL, OPT_EXEC },
	{ "check", required_argument, NULL, OPT_CHECK },
	{ "clock", required_argument, NULL, OPT_CLOCK },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "keep-jobs", required_argument, NULL, OPT_KEEP_JOBS },
	{ "query-time", required_argument, NULL, OPT_QUERY_TIME },
	{ "query-memory", required_argument, NULL, OPT_QUERY_MEMORY },
	{ "no-samples", no_argument, NULL, OPT_NO_SAMPLES },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "record", required_argument, NULL, OPT_RECORD },
	{ "upstream", required_argument, NULL, OPT_UPSTREAM },
	{ "replay", required_argument, NULL, OPT_REPLAY },
	{ "functions", required_argument, NULL, OPT_FUNCTIONS },
	OPTION_LONG,
	{ NULL, 0, NULL, 0 },
};

/* A copy; what the list of processes shows is overwritten. */
static char *take_key(char *arg)
{
	char *key = mem_string(arg);

	if (!*arg || strpbrk(arg, " \t\r\n"))
		die_usage("a key has no blanks and is not empty");
	mem_wipe(arg, strlen(arg));
	return key;
}

/* All functions of an engine, one a line. */
static _Noreturn void print_functions(const char *engine)
{
	bool hive = strcmp(engine, "hive") == 0;
	struct fail f = { 0 };
	struct buf b;

	if (!hive && strcmp(engine, "presto") != 0 && strcmp(engine, "trino") != 0)
		die_usage("--functions takes presto, trino or hive");
	buf_init(&b, 1 << 20);
	function_list(&b, hive ? SQL_HIVE : SQL_PRESTO);
	if (fd_write(STDOUT_FILENO, "standard output", b.p, b.len, &f) ||
		fd_close(STDOUT_FILENO, "standard output", &f))
		die_fail(&f);
	exit(0);
}

static void take_tls(struct options *o, char *arg)
{
	char *comma = strchr(arg, ',');

	if (!comma || comma == arg || !comma[1]) {
		die_usage("--tls takes CERT,KEY: two files");
	} else {
		*comma = '\0';
		o->cert = arg;
		o->cert_key = comma + 1;
	}
}

static void add_host(struct options *o, const char *name)
{
	size_t n = 0;

	while (o->hosts && o->hosts[n])
		n++;
	o->hosts = mem_resize(o->hosts, n + 2, sizeof *o->hosts);
	o->hosts[n] = name;
	o->hosts[n + 1] = NULL;
}

/* A number of jobs, or a time with its unit. */
static void take_keep(struct options *o)
{
	uint64_t n;

	if (strspn(optarg, "0123456789") == strlen(optarg))
		o->keep_jobs = option_number(0, INT32_MAX);
	else if (num_seconds(optarg, QUERY_TIME_MAX, &n))
		o->keep_seconds = (int64_t)n;
	else
		die_usage("%s: '%s' is not a number of jobs, or a time such as 12h or 7d",
			option_typed(), optarg);
}

static void take(struct options *o, int c, struct faults *faults)
{
	struct fail f = { 0 };

	switch (c) {
	case 'l': o->listen = optarg; break;
	case 'd': o->data = optarg; break;
	case 'k': o->key = take_key(optarg); break;
	case OPT_WRITE_KEY: o->write_key = take_key(optarg); break;
	case OPT_KEY_FILE: o->key_file = optarg; break;
	case OPT_ALLOW_HOST: add_host(o, optarg); break;
	case OPT_NO_SAMPLES: o->samples = false; break;
	case OPT_SEED: o->seed = optarg; break;
	case OPT_RECORD: o->record = optarg; break;
	case OPT_UPSTREAM: o->upstream = optarg; break;
	case OPT_REPLAY: o->replay = optarg; break;
	case OPT_EXEC: o->exec = true; break;
	case OPT_CHECK: o->check = optarg; break;
	case OPT_CLOCK: o->clock = option_number(0, CLOCK_MAX); break;
	case OPT_JSON: o->json = true; break;
	case OPT_KEEP_JOBS: take_keep(o); break;
	case OPT_QUERY_TIME: o->query_seconds = option_seconds(0, QUERY_TIME_MAX); break;
	case OPT_QUERY_MEMORY:
		o->query_bytes = option_size(QUERY_MEMORY_MIN, QUERY_MEMORY_MAX);
		break;
	case OPT_FUNCTIONS: print_functions(optarg);
	case OPT_TLS: take_tls(o, optarg); break;
	case OPT_POLLS: o->polls = (unsigned)option_number(0, 1000); break;
	case OPT_FAULT:
		if (faults_add(faults, optarg, &f))
			die_usage("--fault: %s", f.why);
		break;
	case OPT_SERVICE:
		if (unknowns_parse(&o->unknowns, optarg, &f))
			die_usage("--service: %s", f.why);
		break;
	default: option_common(c, usage, &o->verbosity);
	}
}

static void check_recording(const struct options *o)
{
	if (!o->record != !o->upstream)
		die_usage("--record FILE and --upstream URL: both of them");
	if (o->upstream && strncmp(o->upstream, "https://", 8) != 0 &&
		strncmp(o->upstream, "http://127.0.0.1:", 17) != 0 &&
		strncmp(o->upstream, "http://localhost:", 17) != 0)
		die_usage("--upstream: '%s' is not https://HOST", o->upstream);
	if (o->upstream && o->upstream[strcspn(o->upstream, "@?# \"\\")])
		die_usage("--upstream: a URL without user, parameters and blanks");
	if (o->record && !o->key && !o->key_file)
		die_usage("--record wants the key of the other service, as --key-file");
	if (o->replay && (o->record || o->exec || o->cert))
		die_usage("--replay goes without --record, --exec and --tls");
}

void options_take(struct options *o, int argc, char **argv, struct faults *faults)
{
	int c;

	*o = (struct options){ .polls = 1,
		.samples = true, .clock = -1,
		.keep_jobs = -1,
		.keep_seconds = -1,
		.query_bytes = INT64_C(1) << 30 };
	o->hosts = mem_zero(1, sizeof *o->hosts);
	while ((c = option_next(argc, argv, "l:d:k:" OPTION_SHORT, long_options, NULL)) != -1)
		take(o, c, faults);
	if (o->exec && optind == argc)
		die_usage("--exec needs a command: td-local --exec -- COMMAND");
	if (!o->exec && optind < argc)
		die_usage("'%s': td-local takes no arguments without --exec", argv[optind]);
	o->command = o->exec ? argv + optind : NULL;
	if (o->keep_jobs < 0 && o->keep_seconds < 0)
		o->keep_jobs = KEEP_JOBS;
	check_recording(o);
	if (o->key && o->key_file)
		die_usage("--key and --key-file: one of them");
	die_verbosity(o->verbosity);
}

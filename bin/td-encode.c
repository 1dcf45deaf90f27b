/* td-encode: rows in, upload-ready records out. */
#include "td-encode.h"

#include "blockpool.h"
#include "die.h"
#include "num.h"
#include "sig.h"
#include "tdtime.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
	"usage: td-encode [-f auto|frame|csv|tsv|jsonl|msgpack] [options] [-- COMMAND ARG...] > FRAME\n"
	"\n"
	"Reads rows from standard input or from COMMAND and writes a td frame of records for td-put.\n"
	"\n"
	"  -f, --format FORMAT        what the input is; auto (default) looks at its first bytes\n"
	"  -c, --columns NAME:TYPE,.. types: int long float double string array<T> map<K,V>;\n"
	"                             the others are inferred from the first rows\n"
	"      --no-header            CSV and TSV: the first line is a row; --columns names the columns\n"
	"      --all-string           infer nothing: every column without a given type is a string\n"
	"  -t, --time-column NAME     take the time of a record from this column\n"
	"      --time-value TIME      the time of every record\n"
	"  -j, --jobs N               threads that compress (default: one for each processor)\n"
	"  -0 ... -9, --level N       how hard to compress (default 1)\n"
	"  -v, --verbose              say more; -vv more still\n"
	"  -q, --quiet                say only errors\n"
	"  -h, --help                 this text\n"
	"  -V, --version              the version\n"
	"\n"
	"Without a time option, a column named time is the time, or else the moment the run started.\n";

static enum format format_of(const char *s)
{
	static const char *const names[] = { "auto", "frame", "csv", "tsv", "jsonl", "msgpack" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(s, names[i]) == 0)
			return (enum format)i;
	}
	die_usage("-f %s: the formats are auto, frame, csv, tsv, jsonl and msgpack", s);
}

/* One NAME[:TYPE] of --columns. */
static void column_of(struct schema *s, char *text)
{
	struct fail f = { 0 };
	char *colon = strrchr(text, ':');
	struct type *t = NULL;

	if (colon)
		*colon = '\0';
	if (!*text)
		die_usage("--columns: a column without a name");
	if (colon && !(t = type_parse(colon + 1, &f)))
		die_usage("--columns: %s", f.why);
	if (t && strcmp(text, "time") == 0 && t->kind != TYPE_LONG)
		die_usage("--columns: the type of time is always long");
	if (schema_find(s, text) >= 0)
		die_usage("--columns: '%s' twice", text);
	if (schema_add(s, text, colon ? colon + 1 : NULL, &f))
		die_usage("--columns: %s", f.why);
	type_free(t);
}

/* NAME:TYPE,... where the commas of map<K,V> do not separate. */
static void columns_of(struct schema *s, char *text)
{
	int open = 0;
	char *start = text;

	for (char *p = text;; p++) {
		bool last = *p == '\0';

		open += (*p == '<') - (*p == '>');
		if (!last && (*p != ',' || open > 0))
			continue;
		*p = '\0';
		column_of(s, start);
		start = p + 1;
		if (last)
			return;
	}
}

static int number_of(const char *option, const char *s, int max)
{
	uint64_t v;

	if (!num_u64(s, strlen(s), (uint64_t)max, &v))
		die_usage("%s %s: a number up to %d is wanted", option, s, max);
	return (int)v;
}

static int64_t time_of(const char *s)
{
	int64_t t;
	const char *why = tdtime_parse(s, strlen(s), &t);

	if (why)
		die_usage("--time-value: '%s' %s", s, why);
	return t;
}

static void parse(int argc, char **argv, struct opts *o)
{
	enum { NO_HEADER = 256, ALL_STRING, TIME_VALUE, LEVEL };
	static const struct option options[] = {
		{ "format", required_argument, NULL, 'f' },     { "columns", required_argument, NULL, 'c' },
		{ "no-header", no_argument, NULL, NO_HEADER },  { "all-string", no_argument, NULL, ALL_STRING },
		{ "time-column", required_argument, NULL, 't' }, { "time-value", required_argument, NULL, TIME_VALUE },
		{ "jobs", required_argument, NULL, 'j' },       { "level", required_argument, NULL, LEVEL },
		{ "verbose", no_argument, NULL, 'v' },          { "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },             { "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 }
	};
	int opt, verbosity = 0;

	while ((opt = getopt_long(argc, argv, "+:f:c:t:j:0123456789vqhV", options, NULL)) != -1) {
		switch (opt) {
		case 'f': o->format = format_of(optarg); break;
		case 'c': columns_of(&o->columns, optarg); break;
		case NO_HEADER: o->no_header = true; break;
		case ALL_STRING: o->all_string = true; break;
		case 't': o->time_column = optarg; break;
		case TIME_VALUE: o->time = time_of(optarg); o->time_given = true; break;
		case 'j': o->jobs = number_of("-j", optarg, BLOCKPOOL_WORKERS); break;
		case LEVEL: o->level = number_of("--level", optarg, 9); break;
		case 'v': verbosity++; break;
		case 'q': verbosity = -1; break;
		case 'h': fputs(help, stdout); exit(fflush(stdout) ? FAIL_SYSTEM : 0);
		case 'V': puts("td-encode " TD_VERSION); exit(fflush(stdout) ? FAIL_SYSTEM : 0);
		case '?':
		case ':': die_option(opt, argv);
		default: o->level = opt - '0';
		}
	}
	die_verbosity(verbosity);
	if (optind < argc && (optind == 1 || strcmp(argv[optind - 1], "--") != 0))
		die_usage("'%s' is no option; a file is read with < FILE, a command is run with -- COMMAND", argv[optind]);
	if (optind < argc)
		o->command = argv + optind;
	if (o->time_column && o->time_given)
		die_usage("--time-column and --time-value exclude each other");
}

int main(int argc, char **argv)
{
	struct opts o = { .level = 1 };
	struct fail f = { 0 };

	fd_standard();
	sig_init();
	die_init(argv[0], 0);
	o.time = time(NULL);
	parse(argc, argv, &o);
	if (isatty(STDOUT_FILENO))
		die_usage("the frame is binary and standard output is a terminal: pipe it into td-put or a file");
	if (o.jobs == 0) {
		long n = sysconf(_SC_NPROCESSORS_ONLN);

		o.jobs = n < 1 ? 1 : n > 8 ? 8 : (int)n;
	}
	if (encode(&o, &f))
		die_fail(&f);
	schema_free(&o.columns);
	return 0;
}

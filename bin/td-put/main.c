/* td-put: records in, into a table; a receipt on stdout. */
#include "put.h"

#include "base/die.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/option.h"
#include "sys/clock.h"
#include "sys/metrics.h"
#include "sys/sandbox.h"
#include "base/sig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PARTS_SIZE = 32 << 20, /* of all parts in memory, one more than there are uploads */
	PART_SIZE_LEAST = 4 << 20,
	PART_SIZE_STREAMING = 1 << 20,
	PART_SIZE_MAX = 64 << 20
};

static const char help[] =
	"Usage: td-put [OPTION]... DEST < FRAME > RECEIPT\n"
	"Upload the records of a frame, as td-encode writes it, into a table.\n"
	"\n"
	"  td-encode < a.csv | td-put td://@/mydb/table\n"
	"  td-encode < a.csv | td-put 'td://@/mydb/table?mode=replace' | td-swap\n"
	"\n"
	"DEST is NAME:TABLE, of a connection (td-conn), or\n"
	"  td://[KEY]@[HOST]/DATABASE/TABLE[?mode=append|replace|truncate|create|merge]\n"
	"  append    all rows become visible at once, or none (the default)\n"
	"  replace   the rows go into a temporary table, which td-swap, given the\n"
	"            receipt, puts in the place of TABLE; with &from=TIME&to=TIME only\n"
	"            the rows of that time are replaced\n"
	"  truncate  the same as replace, but TABLE keeps its columns\n"
	"  create    the same as replace, but TABLE must not exist\n"
	"  merge     &key=COLUMN,...: the rows with the same key are replaced, the others\n"
	"            stay; &delete=COLUMN: those of the new rows that are marked go\n"
	"\n"
	"What is uploaded:\n"
	"      --create-database   make the database if it does not exist\n"
	"      --part-size SIZE    bytes of one upload, 1 to 64M, with an optional k or M\n"
	"                          (so that those in memory are 32M together)\n"
	"  -j, --jobs N            uploads at the same time, 1 to 16 (4)\n"
	"      --max-errors N      publish although the import refused up to N records\n"
	"                          (0)\n"
	"      --strict            refuse a frame whose source was not proven to be\n"
	"                          complete\n"
	"      --trust-eof         accept a msgpack.gz that is not a frame from a pipe\n"
	"      --time-zone ZONE    of from= and to= (UTC)\n"
	"      --watermark-file FILE  when the rows are in, write the highest value of\n"
	"                          td-encode --watermark there\n"
	"      --dry-run           read and check everything, say what would be done,\n"
	"                          change nothing\n"
	"\n"
	"Once, together, or at once:\n"
	"      --once[=KEY]        append once, however often this is run with the same\n"
	"                          KEY; a run that died is continued. Without KEY: the\n"
	"                          number of the job that the rows come from; @content:\n"
	"                          the rows themselves\n"
	"      --session NAME      one append from many machines, all with this NAME\n"
	"      --no-commit         upload into the session; --once=KEY names this\n"
	"                          machine's part\n"
	"      --commit            publish the session, given all receipts on standard\n"
	"                          input\n"
	"      --discard           remove the session --session and what was uploaded\n"
	"                          into it\n"
	"      --streaming         by the stream import: each part is visible soon; not\n"
	"                          all at once\n"
	"\n"
	"Connection and messages:\n"
	"      --wait TIME         give up when the whole run takes longer\n"
	"      --progress          report progress even if stderr is not a terminal\n"
	METRICS_USAGE
	API_USAGE;

/* In a path, where TD takes what follows a dot for a format. */
static const char *session_of(const char *s)
{
	static const char legal[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	size_t n = strlen(s);

	if (n < 3 || n > 200 || strspn(s, legal) != n)
		die_usage("--session: '%s' is not a name: 3 to 200 letters, digits, _ and -", s);
	return s;
}

enum {
	PART_SIZE = 256,
	CREATE_DATABASE,
	STRICT,
	PROGRESS,
	ONCE,
	SESSION,
	NO_COMMIT,
	COMMIT,
	DISCARD,
	STREAMING,
	DRY_RUN,
	TRUST_EOF,
	MAX_ERRORS,
	WAIT,
	WATERMARK_FILE,
	TIME_ZONE
};

static const struct option long_options[] = {
	{ "jobs", required_argument, NULL, 'j' },
	{ "part-size", required_argument, NULL, PART_SIZE },
	{ "create-database", no_argument, NULL, CREATE_DATABASE },
	{ "strict", no_argument, NULL, STRICT },
	{ "progress", no_argument, NULL, PROGRESS },
	{ "once", optional_argument, NULL, ONCE },
	{ "session", required_argument, NULL, SESSION },
	{ "no-commit", no_argument, NULL, NO_COMMIT },
	{ "commit", no_argument, NULL, COMMIT },
	{ "discard", no_argument, NULL, DISCARD },
	{ "streaming", no_argument, NULL, STREAMING },
	{ "dry-run", no_argument, NULL, DRY_RUN },
	{ "trust-eof", no_argument, NULL, TRUST_EOF },
	{ "max-errors", required_argument, NULL, MAX_ERRORS },
	{ "wait", required_argument, NULL, WAIT },
	{ "watermark-file", required_argument, NULL, WATERMARK_FILE },
	{ "time-zone", required_argument, NULL, TIME_ZONE },
	METRICS_LONG,
	OPTION_LONG,
	API_LONG_OPTIONS,
	{ 0 },
};

static void take(struct opts *o, int c)
{
	switch (c) {
	case 'j': o->jobs = (unsigned)option_number(1, UPLOAD_THREADS); break;
	case PART_SIZE: o->part_size = (uint64_t)option_size(1, PART_SIZE_MAX); break;
	case CREATE_DATABASE: o->create_database = true; break;
	case STRICT: o->strict = true; break;
	case PROGRESS: o->progress = true; break;
	case METRICS: metrics_option(); break;
	case ONCE:
		o->once = true;
		o->content = optarg && strcmp(optarg, "@content") == 0;
		o->once_key = o->content ? NULL : optarg;
		break;
	case SESSION: o->session = session_of(optarg); break;
	case NO_COMMIT: o->no_commit = true; break;
	case COMMIT: o->commit = true; break;
	case DISCARD: o->discard = true; break;
	case STREAMING: o->streaming = true; break;
	case DRY_RUN: o->dry_run = true; break;
	case TRUST_EOF: o->trust_eof = true; break;
	case MAX_ERRORS: o->max_errors = (uint64_t)option_number(0, INT64_MAX); break;
	case WATERMARK_FILE: o->watermark_file = optarg; break;
	case TIME_ZONE: o->time_zone = optarg; break;
	case WAIT: o->wait_s = (uint64_t)option_seconds(1, 30 * 86400); break;
	default: api_option(&o->api, c, help, &o->verbosity);
	}
}

static void check_options(const struct opts *o)
{
	if (o->no_commit + o->commit + o->discard != (o->session ? 1 : 0))
		die_usage("--session NAME goes with one of --no-commit, --commit and --discard");
	if (o->discard && (o->once || o->dry_run || o->strict))
		die_usage("--discard reads no rows: it goes with no other option of a load");
	if (o->watermark_file && o->session)
		die_usage("--watermark-file does not go with --session");
	if (o->streaming && (o->once || o->session))
		die_usage("--streaming goes with neither --once nor --session");
	if (o->commit && o->once)
		die_usage("--once=KEY names what one machine uploads: it goes with --no-commit");
	if (o->commit && o->dry_run)
		die_usage("--dry-run checks what a frame brings: it does not go with --commit");
	if (o->dry_run)
		metrics_refuse("--dry-run");
	if (o->once_key && !*o->once_key)
		die_usage("--once=: an empty KEY");
}

/* So that memory hardly depends on the number of uploads. */
static uint64_t part_size(unsigned jobs)
{
	const uint64_t size = PARTS_SIZE / (jobs + 1);

	return size > PART_SIZE_LEAST ? size : PART_SIZE_LEAST;
}

static void options(struct opts *o, int argc, char **argv)
{
	int c;

	while ((c = option_next(argc, argv, "j:" OPTION_SHORT, long_options, NULL)) != -1)
		take(o, c);
	check_options(o);
	if (o->part_size == 0)
		o->part_size = o->streaming ? PART_SIZE_STREAMING : part_size(o->jobs);
}

/* Where to; the key of a URL does not stay in argv. */
static void destination(struct load *l, int argc, char **argv)
{
	struct fail f = { 0 };
	int rc;

	if (argc == 1)
		option_brief(help);
	if (optind + 1 != argc)
		die_usage(optind == argc ? "no destination" : "more than one destination");
	rc = tdurl_parse(&l->to, argv[optind], &f);
	tdurl_hide(argv[optind]);
	if (rc == 0 && !l->to.table)
		rc = fail_set(&f, FAIL_USAGE, "the destination names no table");
	if (rc)
		die_usage("%s", f.why);
}

static void name_destination(const struct load *l)
{
	char *name = mem_printf("%s.%s", l->to.database, l->to.table);

	metrics_destination(name);
	free(name);
}

/* The key, the time that runs, and the sandbox. */
static int prepare(struct load *l, struct fail *f)
{
	const struct opts *o = l->o;

	if (range_read(l, f) || conf_load(&l->conf, NULL, &l->to, f) ||
		conf_complete(&l->conf, &l->to, f))
		return -1;
	name_destination(l);
	if (l->to.mode != TDURL_APPEND && (o->once || o->session || o->streaming))
		die_usage("--once, --session and --streaming are for mode=append");
	if (l->to.mode != TDURL_APPEND && o->watermark_file)
		die_usage("--watermark-file: with mode=%s the rows are in when td-swap is done: it "
			  "has this option, too",
			tdurl_mode_name(l->to.mode));
	if (o->wait_s > 0) {
		sig_end_after(o->wait_s);
		l->until_ms = clock_ms() + o->wait_s * 1000;
	}
	l->input.piped = !fd_is_file(STDIN_FILENO);
	if ((o->content && content_keep(f)) ||
		(o->watermark_file && !o->dry_run && newfile_open(&l->mark, o->watermark_file, f)))
		return -1;
	return api_sandbox(&l->conf, &o->api, f);
}

int main(int argc, char **argv)
{
	struct opts o = { .jobs = 4, .api = API_OPT_DEFAULT };
	struct load l = { .o = &o, .names.lock = PTHREAD_MUTEX_INITIALIZER };
	struct fail f = { 0 };
	struct fd_source in;
	int rc;

	sandbox_hide();
	fd_standard();
	sig_init();
	die_init(argv[0], 0);
	options(&o, argc, argv);
	destination(&l, argc, argv);
	if (!o.commit && !o.discard && isatty(STDIN_FILENO))
		die_usage("standard input is a terminal: td-put reads a frame, as in td-encode < "
			  "data.csv | td-put ...");
	progress_init(&l.progress, o.progress, o.verbosity < 0);
	if (prepare(&l, &f)) {
		transfer_not_begun(&l, &f);
		die_fail(&f);
	}
	fd_source_init(&in, STDIN_FILENO, "standard input");
	l.input.from = &in.source;
	rc = o.discard	? commit_discard(&l, &f)
		: o.commit ? commit_run(&l, &f)
			   : transfer_run(&l, &f);
	transfer_time_is_up(&l, &f);
	transfer_free(&l);
	if (rc)
		die_fail(&f);
	return 0;
}

/* The options, their help, and what is wrong with them. */
#include "options.h"
#include "base/die.h"
#include "base/mem.h"
#include "base/option.h"

#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: td-local [--listen HOST:PORT] [--data DIR] [--key KEY] [OPTION]...\n"
	"A Treasure Data on this machine: its REST API over HTTP, with SQL on SQLite. Prints its\n"
	"URL when it is ready and serves until it is stopped (INT, TERM).\n"
	"\n"
	"  -l, --listen HOST:PORT  where to listen (127.0.0.1:8080; port 0: any free one)\n"
	"  -d, --data DIR          the data directory, made if missing (a temporary directory,\n"
	"                          removed at the end)\n"
	"  -k, --key KEY           the master key (a random one, kept in DIR/key and printed "
	"after\n"
	"                          the URL)\n"
	"      --key-file FILE     the master key is in FILE\n"
	"      --write-key KEY     a second key that may only import\n"
	"      --allow-host NAME   also answer requests to this host name; may be repeated\n"
	"      --polls N           report what is finished as running for N more polls (1)\n"
	"      --fault SPEC        METHOD PATTERN COUNT ACTION: fail on demand; may be repeated\n"
	"                          (see td-local(1))\n"
	"      --service SPEC      NAME=VALUE,...: another guess at what the real service does\n"
	"      --tls CERT,KEY      serve HTTPS with these PEM files\n"
	"      --no-samples        do not put sample_datasets into a new data directory\n"
	"  -v, --verbose           log requests to stderr; -vv: also when they begin\n"
	"  -q, --quiet             only errors\n"
	"  -V, --version           print the version\n"
	"  -h, --help              print this\n";

enum {
	OPT_WRITE_KEY = 256,
	OPT_POLLS,
	OPT_FAULT,
	OPT_TLS,
	OPT_NO_SAMPLES,
	OPT_SERVICE,
	OPT_KEY_FILE,
	OPT_ALLOW_HOST
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
	{ "no-samples", no_argument, NULL, OPT_NO_SAMPLES },
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

static void take_tls(struct options *o, char *arg)
{
	char *comma = strchr(arg, ',');

	o->cert = arg;
	if (!comma || comma == arg || !comma[1])
		die_usage("--tls wants CERT,KEY: two files");
	*comma = '\0';
	o->cert_key = comma + 1;
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

void options_take(struct options *o, int argc, char **argv, struct faults *faults)
{
	int c;

	*o = (struct options){ .polls = 1, .samples = true };
	o->hosts = mem_zero(1, sizeof *o->hosts);
	while ((c = option_next(argc, argv, "l:d:k:" OPTION_SHORT, long_options, NULL)) != -1)
		take(o, c, faults);
	if (optind < argc)
		die_usage("'%s': td-local takes no arguments", argv[optind]);
	if (o->key && o->key_file)
		die_usage("--key and --key-file: one of them");
	die_verbosity(o->verbosity);
}

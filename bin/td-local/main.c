/* td-local: a Treasure Data on this machine: options, and the order of start and end. */
#include "base/die.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/option.h"
#include "base/sig.h"
#include "http/faults.h"
#include "jobs/dispatcher.h"
#include "server.h"
#include "sys/sandbox.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
	"usage: td-local [--listen HOST:PORT] [--data DIR] [--key KEY] [OPTION]...\n"
	"A Treasure Data on this machine: its REST API over HTTP, with SQL on SQLite. Prints its\n"
	"URL when it is ready and serves until it is stopped (INT, TERM).\n"
	"\n"
	"  -l, --listen HOST:PORT  where to listen (127.0.0.1:8080; port 0: any free one)\n"
	"  -d, --data DIR          the data directory, made if missing (a temporary directory,\n"
	"                          removed at the end)\n"
	"  -k, --key KEY           the master key (1/0123456789abcdef0123456789abcdef01234567)\n"
	"      --write-key KEY     a second key that may only import\n"
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

struct options {
	const char *listen, *data, *key, *write_key, *cert;
	char *cert_key;
	unsigned polls;
	bool samples;
	struct unknowns unknowns;
	int verbosity;
};

enum { OPT_WRITE_KEY = 256, OPT_POLLS, OPT_FAULT, OPT_TLS, OPT_NO_SAMPLES, OPT_SERVICE };

static const struct option long_options[] = {
	{ "listen", required_argument, NULL, 'l' },
	{ "data", required_argument, NULL, 'd' },
	{ "key", required_argument, NULL, 'k' },
	{ "write-key", required_argument, NULL, OPT_WRITE_KEY },
	{ "polls", required_argument, NULL, OPT_POLLS },
	{ "fault", required_argument, NULL, OPT_FAULT },
	{ "tls", required_argument, NULL, OPT_TLS },
	{ "service", required_argument, NULL, OPT_SERVICE },
	{ "no-samples", no_argument, NULL, OPT_NO_SAMPLES },
	OPTION_LONG,
	{ NULL, 0, NULL, 0 },
};

static void print(const char *text)
{
	struct fail f = { 0 };

	if (fd_write(STDOUT_FILENO, "standard output", text, strlen(text), &f))
		die_fail(&f);
}

static const char *checked_key(const char *key)
{
	if (!*key || strpbrk(key, " \t\r\n"))
		die_usage("a key has no blanks and is not empty");
	return key;
}

static void take_tls(struct options *o, char *arg)
{
	o->cert = arg;
	o->cert_key = strchr(arg, ',');
	if (!o->cert_key)
		die_usage("--tls wants CERT,KEY: two files");
	*o->cert_key++ = '\0';
}

static void take(struct options *o, int c, struct faults *faults)
{
	struct fail f = { 0 };

	switch (c) {
	case 'l': o->listen = optarg; break;
	case 'd': o->data = optarg; break;
	case 'k': o->key = checked_key(optarg); break;
	case OPT_WRITE_KEY: o->write_key = checked_key(optarg); break;
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

static void wait_for_signal(void)
{
	sigset_t none;

	sigemptyset(&none);
	while (!sig_caught())
		sigsuspend(&none);
}

/* Signals are for the main thread, which takes them only while it waits. */
static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void serve(struct service *l, const struct options *o, struct fail *f)
{
	struct server server = { .fd = -1 };
	struct dispatcher *jobs;

	if (server_listen(&server, l, o->listen, o->cert != NULL, f) == 0) {
		l->queue.url = l->url;
		jobs = dispatcher_start(&l->queue);
		if (server_start(&server, l, o->cert, o->cert_key, f) == 0) {
			print(l->url);
			print("\n");
			wait_for_signal();
		}
		l->stopping = true;
		server_stop(&server);
		dispatcher_stop(jobs);
	}
	server_stop(&server);
}

int main(int argc, char **argv)
{
	struct options o = { .listen = "127.0.0.1:8080",
		.key = "1/0123456789abcdef0123456789abcdef01234567",
		.polls = 1,
		.samples = true };
	struct service l = { .faults = faults_new() };
	struct fail f = { 0 };
	int c;

	sandbox_hide();
	fd_standard();
	sig_init();
	die_init(argv[0], 0);
	while ((c = option_next(argc, argv, "l:d:k:" OPTION_SHORT, long_options, NULL)) != -1)
		take(&o, c, l.faults);
	if (optind < argc)
		die_usage("'%s': td-local takes no arguments", argv[optind]);
	die_verbosity(o.verbosity);
	block_signals();
	l.key = o.key;
	l.write_key = o.write_key;
	l.polls = o.polls;
	l.unknowns = o.unknowns;
	l.queue = (struct queue){
		.account = &l.account, .key = o.key, .cert = o.cert, .polls = o.polls
	};
	if (account_open(&l.account, o.data, o.samples, &f) == 0)
		serve(&l, &o, &f);
	account_close(&l.account);
	faults_free(l.faults);
	free(l.url);
	if (f.kind)
		die_fail(&f);
	return 0;
}

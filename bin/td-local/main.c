/* td-local: a Treasure Data on this machine: the order of start and end. */
#include "base/die.h"
#include "base/fd.h"
#include "http/listen.h"
#include "jobs/dispatcher.h"
#include "base/mem.h"
#include "options.h"
#include "server.h"
#include "base/sig.h"
#include "store/keyfile.h"
#include "sys/sandbox.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* The URL; and the key, if it is one that nobody has given. */
static int print_ready(const struct service *l, const struct options *o, struct fail *f)
{
	char *text = o->key || o->key_file ? mem_printf("%s\n", l->url)
					   : mem_printf("%s\n%s\n", l->url, l->guard.key);

	fd_write(STDOUT_FILENO, "standard output", text, strlen(text), f);
	mem_wipe(text, strlen(text));
	free(text);
	return f->kind ? -1 : 0;
}

/* From this machine alone, or with a key that was chosen for it. */
static int check_address(const struct server *h, const struct options *o, struct fail *f)
{
	if (listen_is_local(h->fd))
		return 0;
	if (!o->key && !o->key_file)
		return fail_set(f, FAIL_USAGE,
			"other machines could connect to %s: that needs --key-file (or --key)",
			o->listen);
	warn("other machines can connect to %s%s", o->listen, o->cert ? "" : ", without TLS");
	return 0;
}

static void serve(struct service *l, const struct options *o, struct fail *f)
{
	struct server server = { .fd = -1 };
	struct dispatcher *jobs;

	if (server_listen(&server, l, o->listen ? o->listen : "127.0.0.1:8080", o->cert != NULL,
		    f) == 0 &&
		check_address(&server, o, f) == 0) {
		l->queue.url = l->url;
		jobs = dispatcher_start(&l->queue);
		if (server_start(&server, l, o->cert, o->cert_key, f) == 0 &&
			print_ready(l, o, f) == 0)
			wait_for_signal();
		l->stopping = true;
		server_stop(&server);
		dispatcher_stop(jobs);
	}
	server_stop(&server);
}

/* The key that was given, or the data directory's own; NULL with f filled. */
static char *take_key(const struct options *o, const struct account *a, struct fail *f)
{
	if (o->key)
		return mem_string(o->key);
	return o->key_file ? keyfile_read(o->key_file, f) : keyfile_of(a->store.dir, f);
}

static void forget(char *key)
{
	if (key)
		mem_wipe(key, strlen(key));
	free(key);
}

int main(int argc, char **argv)
{
	struct service l = { .faults = faults_new() };
	struct options o;
	struct fail f = { 0 };
	char *key = NULL;

	sandbox_hide();
	fd_standard();
	sig_init();
	die_init(argv[0], 0);
	options_take(&o, argc, argv, l.faults);
	umask(077);
	block_signals();
	l.polls = o.polls;
	l.unknowns = o.unknowns;
	if (account_open(&l.account, o.data, o.samples, &f) == 0 &&
		(key = take_key(&o, &l.account, &f))) {
		l.guard = (struct guard){ .key = key,
			.write_key = o.write_key,
			.names = o.hosts,
			.denied_401 = o.unknowns.denied_401,
			.writer_blind = o.unknowns.writer_blind };
		l.queue = (struct queue){
			.account = &l.account, .key = key, .cert = o.cert, .polls = o.polls
		};
		serve(&l, &o, &f);
	}
	account_close(&l.account);
	faults_free(l.faults);
	free(l.url);
	free(l.host);
	free(o.hosts);
	forget(key);
	forget(o.key);
	forget(o.write_key);
	if (f.kind)
		die_fail(&f);
	return 0;
}

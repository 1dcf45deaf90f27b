/* td-local: a Treasure Data on this machine: the order of start and end. */
#include "command.h"
#include "base/die.h"
#include "base/fd.h"
#include "http/listen.h"
#include "http/journal.h"
#include "jobs/dispatcher.h"
#include "base/mem.h"
#include "options.h"
#include "server.h"
#include "base/sig.h"
#include "store/keyfile.h"
#include "store/td_clock.h"
#include "sys/sandbox.h"
#include "wire/recorder.h"
#include "wire/replay.h"

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
static void block_signals(sigset_t *was)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, was);
}

/* The URL; and the key, if it was generated. As JSON always both. */
static int print_ready(const struct service *l, const struct options *o, struct fail *f)
{
	char *text = o->json ? mem_printf("{\"url\":\"%s\",\"key\":\"%s\",\"pid\":%ld}\n", l->url,
				       l->guard.key, (long)getpid())
		: o->key || o->key_file ? mem_printf("%s\n", l->url)
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

/* What the command, or whoever started us, had. */
struct inherited {
	sigset_t mask;
	mode_t mode;
};

static int run_command(const struct service *l, const struct options *o,
	const struct inherited *was, struct fail *f)
{
	char *bundle = o->cert ? command_bundle(l->account.store.dir, o->cert, f) : NULL;
	struct command cmd = { o->command, l->url, l->guard.key, bundle, &was->mask, was->mode };
	int status = f->kind ? -1 : command_run(&cmd, f);

	free(bundle);
	return status;
}

/* Signals while a recording is replayed. */
struct watch {
	struct service *service;
	atomic_bool done;
	int caught; /* 0: none */
};

static void *watch(void *arg)
{
	struct timespec tick = { 0, 20000000 };
	struct watch *w = arg;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	while (!w->done && w->caught <= 0)
		w->caught = sigtimedwait(&set, NULL, &tick);
	if (w->caught > 0)
		w->service->stopping = true;
	return NULL;
}

/* 65: answers differ. */
static int replay(struct service *l, const struct options *o, struct fail *f)
{
	struct watch w = { .service = l };
	struct replay_count n;
	pthread_t thread;

	if (pthread_create(&thread, NULL, watch, &w))
		return fail_set(f, FAIL_SYSTEM, "cannot start a thread");
	replay_run(o->replay, l->url, l->guard.key, &l->account.store, &l->stopping, &n, f);
	w.done = true;
	pthread_join(thread, NULL);
	if (w.caught > 0)
		raise(w.caught); /* it waits until signals are unblocked */
	if (f->kind)
		return -1;
	warn("%u calls, of which %u were answered otherwise; %u left out, since what they need is "
	     "masked",
		n.calls, n.differ, n.left_out);
	return n.differ ? 65 : 0;
}

/* Until the end: of the command, or by a signal. The exit status. */
static int wait_for_end(struct service *l, const struct options *o,
	const struct inherited *was, struct fail *f)
{
	if (o->replay)
		return replay(l, o, f);
	if (o->command)
		return run_command(l, o, was, f);
	if (print_ready(l, o, f) == 0)
		wait_for_signal();
	return 0;
}

static int serve(struct service *l, const struct options *o, const struct inherited *was,
	struct fail *f)
{
	struct server server = { .fd = -1 };
	const char *where = o->listen		? o->listen
		: o->command || o->replay ? "127.0.0.1:0"
					  : "127.0.0.1:8080";
	struct dispatcher *jobs;
	int status = 0;

	if (server_listen(&server, l, where, o->cert != NULL, f) == 0 &&
		check_address(&server, o, f) == 0) {
		l->queue.url = l->url;
		jobs = dispatcher_start(&l->queue);
		if (server_start(&server, l, o->cert, o->cert_key, f) == 0)
			status = wait_for_end(l, o, was, f);
		l->stopping = true;
		server_stop(&server);
		dispatcher_stop(jobs);
	}
	server_stop(&server);
	return status;
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

/* What the options say of the service. */
static void configure(struct service *l, const struct options *o)
{
	l->polls = o->polls;
	l->unknowns = o->unknowns;
	l->samples = o->samples;
	l->seed = o->seed;
	l->seeded = true; /* a data directory that is there */
	l->guard = (struct guard){ .write_key = o->write_key,
		.names = o->hosts,
		.denied_401 = o->unknowns.denied_401,
		.writer_blind = o->unknowns.writer_blind };
	l->queue = (struct queue){ .account = &l->account,
		.cert = o->cert,
		.polls = o->polls,
		.keep_jobs = o->keep_jobs,
		.keep_seconds = o->keep_seconds,
		.query_seconds = o->query_seconds };
}

/* From the data directory to the end of the service. The exit status. */
static int run(struct service *l, const struct options *o, const struct inherited *was,
	struct fail *f)
{
	const struct account_first first = { service_first, l };
	char *key = NULL;
	int status = 0;

	pthread_mutex_init(&l->snapshots, NULL);
	configure(l, o);
	if (account_open(&l->account, o->data, &first, f) == 0 &&
		(key = take_key(o, &l->account, f)) &&
		(!o->record || (l->recorder = recorder_open(o->record, o->upstream, f)))) {
		l->guard.key = l->queue.key = key;
		status = serve(l, o, was, f);
	}
	recorder_close(l->recorder);
	account_close(&l->account);
	pthread_mutex_destroy(&l->snapshots);
	free(l->url);
	free(l->host);
	forget(key);
	return status;
}

int main(int argc, char **argv)
{
	struct service l = { .faults = faults_new(), .journal = journal_new() };
	struct inherited was;
	struct options o;
	struct fail f = { 0 };
	int status = 0;

	sandbox_hide();
	unsetenv("TD_API_KEY"); /* nothing for td-encode, curl and other programs that it starts */
	mem_give_back();
	fd_standard();
	sig_init();
	die_init(argv[0], 0);
	options_take(&o, argc, argv, l.faults);
	was.mode = umask(077);
	block_signals(&was.mask);
	td_clock_set(o.clock);
	sqlite3_hard_heap_limit64(o.query_bytes);
	if (o.check)
		command_check(o.check, &f);
	else
		status = run(&l, &o, &was, &f);
	faults_free(l.faults);
	journal_free(l.journal);
	free(o.hosts);
	forget(o.key);
	forget(o.write_key);
	if (f.kind) {
		sigprocmask(SIG_SETMASK, &was.mask, NULL); /* was it a signal, it ends us */
		die_fail(&f);
	}
	die_exit(status);
}

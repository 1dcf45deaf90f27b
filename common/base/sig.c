/* Signals as a flag, and what the process does about each. */
#include "base/sig.h"

#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_int caught;
static atomic_bool held, asked, timed;
static bool pipe_was_ignored, xfsz_was_ignored;
static _Thread_local const atomic_bool *stop_when;
static _Thread_local void (*answer)(void *);
static _Thread_local void *answer_arg;

/*
 * A signal may come between the last check of the flag and a call that blocks. So from the first
 * one on an alarm interrupts whatever blocks, every second.
 */
static void on_signal(int sig)
{
	atomic_store(&timed, false);
	atomic_store(&caught, sig);
	alarm(1);
}

static void on_alarm(int sig)
{
	if (atomic_exchange(&timed, false))
		atomic_store(&caught, sig);
	alarm(1);
}

static void on_usr1(int sig)
{
	(void)sig;
	atomic_store(&asked, true);
}

static void catch(int sig)
{
	struct sigaction old, new = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

	if (sigaction(sig, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
		return;
	sigemptyset(&new.sa_mask);
	sigaction(sig, &new, NULL);
}

void sig_init(void)
{
	struct sigaction old, ignore = { .sa_handler = SIG_IGN };

	pipe_was_ignored = sigaction(SIGPIPE, NULL, &old) == 0 && old.sa_handler == SIG_IGN;
	sigaction(SIGPIPE, &ignore, NULL);
	xfsz_was_ignored = sigaction(SIGXFSZ, NULL, &old) == 0 && old.sa_handler == SIG_IGN;
	sigaction(SIGXFSZ, &ignore, NULL);
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = on_alarm }, NULL);
	signal(SIGCHLD, SIG_DFL);
	catch(SIGINT);
	catch(SIGTERM);
	catch(SIGHUP);
	if (sigaction(SIGUSR1, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
		sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = on_usr1 }, NULL);
}

void sig_end_after(uint64_t seconds)
{
	atomic_store(&timed, true);
	alarm(seconds < UINT_MAX ? (unsigned)seconds : UINT_MAX);
}

bool sig_time_is_up(void)
{
	return atomic_load(&caught) == SIGALRM;
}

bool sig_asked(void)
{
	return atomic_exchange(&asked, false);
}

void sig_answer_by(void (*say)(void *), void *arg)
{
	answer = say;
	answer_arg = arg;
}

void sig_answer(void)
{
	if (answer && sig_asked())
		answer(answer_arg);
}

int sig_thread(pthread_t *thread, void *(*run)(void *), void *arg)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(thread, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

void sig_stop_when(const atomic_bool *stop)
{
	stop_when = stop;
}

int sig_caught(void)
{
	if (stop_when && atomic_load(stop_when))
		return SIGTERM;
	return atomic_load(&held) ? 0 : atomic_load(&caught);
}

void sig_hold(bool on)
{
	atomic_store(&held, on);
}

bool sig_cleaning_up(void)
{
	return atomic_load(&held) && atomic_load(&caught);
}

void sig_of_child(sigset_t *set)
{
	sigemptyset(set);
	if (!pipe_was_ignored)
		sigaddset(set, SIGPIPE);
	if (!xfsz_was_ignored)
		sigaddset(set, SIGXFSZ);
}

bool sig_pipe_was_ignored(void)
{
	return pipe_was_ignored;
}

int sig_status(enum fail_kind kind)
{
	const int sig = atomic_load(&caught);

	if (kind == FAIL_SIGNAL)
		return 128 + (sig ? sig : SIGTERM);
	if (kind == FAIL_PIPE)
		return pipe_was_ignored ? FAIL_SYSTEM : 128 + SIGPIPE;
	return (int)kind;
}

void sig_die(int sig)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t set;

	sigaction(sig, &dfl, NULL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
	_exit(128 + sig); /* not reached */
}

/*
 * sig: signals as a flag that long operations look at.
 *
 * INT, TERM and HUP set the flag and interrupt calls that block (no SA_RESTART), again every
 * second; whoever sees it stops with FAIL_SIGNAL, cleans up what is cheap and safe, and
 * die_fail() then ends the process by the same signal. A second signal kills at once. USR1
 * interrupts such calls, too, so that a program that waits can say for what. PIPE is ignored,
 * so that a vanished reader is an error of write(2), which `fd` turns into FAIL_PIPE; so is
 * XFSZ: a limit of the file size is a full disk. A signal that was inherited ignored stays
 * ignored (nohup); not CHLD, because then nobody could say how a child ended.
 */
#ifndef SIG_H
#define SIG_H

#include "base/fail.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

void sig_init(void);             /* call once, first thing in main, before threads */
int sig_caught(void);            /* 0, or the signal that asks us to stop */
/* pthread_create() for a thread that no signal is delivered to: they stay with the caller. */
int sig_thread(pthread_t *thread, void *(*run)(void *), void *arg);
/*
 * For the calling thread only: while *stop, sig_caught() is true, so that a worker's request or
 * wait ends soon.
 */
void sig_stop_when(const atomic_bool *stop);
/* SIGUSR1 came since the last call: somebody wants to know how far it is */
bool sig_asked(void);
/*
 * For the calling thread: who answers SIGUSR1 while it waits for its input, called by sig_answer().
 */
void sig_answer_by(void (*say)(void *), void *arg);
void sig_answer(void);
/* while on, sig_caught() says 0: for cleaning up after a signal. A second one still kills */
void sig_hold(bool on);
bool sig_cleaning_up(void);      /* on, and a signal was caught: nothing is to block for long */
void sig_of_child(sigset_t *set); /* the signals that a child is to have at their defaults */
bool sig_pipe_was_ignored(void); /* SIGPIPE was ignored when we started */
/* what the process exits with for such a failure: for a signal 128 and its number */
int sig_status(enum fail_kind kind);
_Noreturn void sig_die(int sig); /* end by the default action of sig */

#endif

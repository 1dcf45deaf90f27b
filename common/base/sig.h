/*
 * sig: signals as a flag that long operations check.
 *
 * INT, TERM and HUP set the flag and interrupt blocking calls (no SA_RESTART), once more every
 * second. Code that sees the flag stops with FAIL_SIGNAL and does the cleanup that is quick and
 * safe; die_fail() then ends the process by the same signal. A second signal kills at once. USR1
 * also interrupts blocking calls, so that a waiting program can report what it waits for. PIPE is
 * ignored: a reader that is gone becomes an error of write(2), which `fd` turns into FAIL_PIPE.
 * XFSZ is ignored too: a file size limit is treated as a full disk. A signal that was ignored at
 * the start stays ignored (nohup), except CHLD, without which no child's exit status could be read.
 */
#ifndef SIG_H
#define SIG_H

#include "base/fail.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

void sig_init(void);             /* call once, first thing in main, before threads */
int sig_caught(void);            /* 0, or the signal that asked the program to stop */
/* pthread_create() for a thread that gets no signals: they stay with the caller's. */
int sig_thread(pthread_t *thread, void *(*run)(void *), void *arg);
/*
 * For the calling thread only: while *stop, sig_caught() is true, so that a worker's request or
 * wait ends soon.
 */
void sig_stop_when(const atomic_bool *stop);
/* SIGUSR1, which asks for progress, arrived since the last call */
bool sig_asked(void);
/* Set what answers SIGUSR1 while the calling thread waits for input; sig_answer() calls it. */
void sig_answer_by(void (*say)(void *), void *arg);
void sig_answer(void);
/* while on, sig_caught() returns 0: for cleaning up after a signal; a second one still kills */
void sig_hold(bool on);
/*
 * After so many seconds sig_caught() is SIGALRM, as if a signal had asked the program to stop; the
 * caller then says that its time is up, and with which status. At most once, after sig_init().
 */
void sig_end_after(uint64_t seconds);
bool sig_time_is_up(void);       /* it was this that asked, even while on hold */
bool sig_cleaning_up(void);      /* holding after a signal: do not block for long */
void sig_of_child(sigset_t *set); /* signals to reset to their defaults in a child */
bool sig_pipe_was_ignored(void); /* SIGPIPE was ignored when we started */
/* the exit status for a failure; for a signal 128 plus its number */
int sig_status(enum fail_kind kind);
_Noreturn void sig_die(int sig); /* end by the default action of sig */

#endif
